"""Lo que toda prueba puede pedir: una base real recién clonada, la aplicación, Noras, personas y servidores vivos."""

from __future__ import annotations

import itertools
import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings

os.environ["ENTORNO"] = "pruebas"

from apoyo.bases import BasesPrestadas
from apoyo.fiabilidad import Anotar, anotador
from apoyo.plantillas import COMPILADAS
from apoyo.postgres import candado, servidor_de_pruebas
from apoyo.rutas import compilar_una_vez
from apoyo.vivo import ServidorVivo, levantar

from app_config import Config
from clientes.aura import create_app
from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres
from clientes.aura.utils import auth_utils

if TYPE_CHECKING:
    from dobles.google_falso import GoogleFalso

PLANTILLA = "plantilla_nora"
CONTRASENA = "una frase de prueba"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--largo", action="store_true", help="corre también las pruebas largas")
    parser.addoption(
        "--anotar", type=Path, default=None, help="archivo donde las pruebas de fallos dejan lo que miden"
    )


def pytest_configure(config: pytest.Config) -> None:
    # La base y el primer import tardan más que el plazo por ejemplo de Hypothesis.
    settings.register_profile("corto", max_examples=60, deadline=None)
    settings.register_profile("largo", max_examples=3000, deadline=None)
    settings.load_profile("largo" if config.getoption("--largo") else "corto")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Aparta lo que no toca correr; las de navegador se repiten una vez, y el resumen nombra las que lo necesitaron."""
    fuera, dentro = [], []
    sin_navegador = bool(os.environ.get("NORA_SIN_NAVEGADOR"))
    for prueba in items:
        larga = prueba.get_closest_marker("largo") and not config.getoption("--largo")
        navegador = prueba.get_closest_marker("navegador")
        if navegador:
            prueba.add_marker(pytest.mark.flaky(reruns=1))
        (fuera if larga or (navegador and sin_navegador) else dentro).append(prueba)
    if fuera:
        config.hook.pytest_deselected(items=fuera)
        items[:] = dentro


@pytest.fixture
def anotar(request: pytest.FixtureRequest) -> Anotar:
    """`anotar("golpes", perdidos=0)`: guarda una cifra medida para `docs/fiabilidad.md`."""
    return anotador(request.config.getoption("--anotar"))


@pytest.fixture(scope="session", autouse=True)
def _rutas_compiladas_una_vez() -> None:
    compilar_una_vez()


@pytest.fixture(scope="session", autouse=True)
def _contrasenas_baratas() -> Iterator[None]:
    """argon2id de verdad, con poca memoria: casi todas las pruebas entran, y la décima de segundo es a propósito.

    Los parámetros van dentro de cada hash, así que los procesos aparte verifican los mismos.
    """
    barato = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as cambio:
        cambio.setattr(auth_utils, "_argon", barato)
        cambio.setattr(auth_utils, "_HASH_DE_NADIE", barato.hash(auth_utils.NADIE))
        yield


@pytest.fixture(scope="session")
def servidor_postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServidorPostgres]:
    """Un PostgreSQL de verdad, compartido por todos los procesos de pytest de esta corrida.

    La plantilla se hace antes de prestarlo: los papeles son de todo el servidor y quedan hechos desde el principio.
    """
    with servidor_de_pruebas(tmp_path_factory) as servidor:
        with candado(tmp_path_factory, "plantilla"):
            _hacer_plantilla(servidor)
        yield servidor


def _hacer_plantilla(servidor: ServidorPostgres) -> None:
    from clientes.aura.conversacion.cola import instalar_cola
    from clientes.aura.migraciones import aplicar

    with psycopg.connect(servidor.direcciones("postgres").administrador, autocommit=True) as conexion:
        if conexion.execute("select 1 from pg_database where datname = %s", (PLANTILLA,)).fetchone():
            return
        provisional = f"{PLANTILLA}_haciendose"
        nueva = servidor.crear_base(provisional)
        aplicar(nueva.servicio)
        instalar_cola(nueva.servicio)
        conexion.execute(f"alter database {provisional} rename to {PLANTILLA}")


@pytest.fixture(scope="session")
def plantilla(servidor_postgres: ServidorPostgres) -> str:
    """Una base con todo el esquema; las pruebas la clonan."""
    return PLANTILLA


@pytest.fixture(scope="session")
def bases_prestadas(servidor_postgres: ServidorPostgres, plantilla: str) -> Iterator[BasesPrestadas]:
    """Las bases de este proceso, que se vacían entre una prueba y otra."""
    prestadas = BasesPrestadas(servidor_postgres, plantilla)
    yield prestadas
    prestadas.cerrar()


@pytest.fixture
def base(bases_prestadas: BasesPrestadas) -> Iterator[DireccionesPostgres]:
    """Una base como recién clonada, solo de esta prueba."""
    with bases_prestadas.prestar() as direcciones:
        yield direcciones


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path) -> Config:
    """La configuración de pruebas sobre esa base."""
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        TWILIO_AUTH_TOKEN="token-de-prueba",
    )


@pytest.fixture
def app(config: Config) -> Iterator[Flask]:
    """La aplicación completa, con su catálogo guardado; sin hilos (los pone quien los necesita)."""
    from clientes.aura.arranque import detener_todo
    from clientes.aura.registro.consultas import guardar_catalogo
    from clientes.aura.registro.registro_dinamico import catalogo_de
    from extensiones import scheduler

    aplicacion, _ = create_app(config)
    aplicacion.jinja_env.bytecode_cache = COMPILADAS
    with aplicacion.app_context():
        guardar_catalogo(catalogo_de(aplicacion))
        yield aplicacion
    detener_todo(aplicacion)
    assert not scheduler.running, "el programador quedó corriendo"


@pytest.fixture(scope="session")
def llaves_de_google(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, bytes]:
    """Un certificado por proceso: gRPC lee las raíces una sola vez."""
    from dobles.google_falso import certificado_de_prueba

    return certificado_de_prueba(tmp_path_factory.mktemp("google"))


@pytest.fixture
def google(llaves_de_google: tuple[bytes, bytes]) -> Iterator[GoogleFalso]:
    from dobles.google_falso import google_falso

    with google_falso(*llaves_de_google) as doble:
        yield doble


_numeros = itertools.count(1)


@pytest.fixture
def crear_nora(app: Flask) -> Callable[..., str]:
    """`crear_nora("marea", modulos=[...], **columnas)`: la crea y devuelve su nombre. Sin módulos: todos."""
    from clientes.aura.registro.registro_dinamico import catalogo_de, registro_de
    from clientes.aura.utils.supabase_client import supabase
    from clientes.aura.utils.supabase_helpers import ejecutar

    def crear(nombre: str = "", *, modulos: list[str] | None = None, **columnas: Any) -> str:
        numero = next(_numeros)
        nombre = nombre or f"nora{numero}"
        ejecutar(
            supabase.table("configuracion_bot").insert(
                {
                    "nombre_nora": nombre,
                    "nombre_visible": nombre.replace("_", " ").title(),
                    "numero_nora": f"+15550{os.getpid() % 1000:03d}{numero:04d}",
                    "modulos": [m.nombre for m in catalogo_de(app).para(nombre)]
                    if modulos is None
                    else modulos,
                    "silencio_segundos": 0,
                    **columnas,
                }
            )
        )
        registro_de(app).releer(nombre)
        return nombre

    return crear


@pytest.fixture
def crear_usuario(app: Flask) -> Callable[..., str]:
    """`crear_usuario("ana@x.mx", "dueno", "marea")`: la crea con CONTRASENA y devuelve su id."""
    from clientes.aura.personas import servicio

    def crear(correo: str, rol: str = "dueno", nora: str | None = None, **mas: str) -> str:
        return servicio.crear_usuario(correo, CONTRASENA, rol=rol, nombre_nora=nora, **mas).id

    return crear


class ClienteHttp(FlaskClient):
    """Un navegador sin pantalla: sabe entrar y manda el testigo CSRF."""

    def open(self, *args: Any, **kwargs: Any) -> Any:
        """Cada petición con su propio contexto: el de la prueba le prestaría su `g` y no sería como en operación."""
        with self.application.app_context():
            return super().open(*args, **kwargs)

    def entrar(self, correo: str, contrasena: str = CONTRASENA) -> Any:
        return self.post(
            "/login", data={"correo": correo, "contrasena": contrasena, "csrf_token": self.csrf()}
        )

    def csrf(self) -> str:
        """El testigo de la sesión, como lo lee una página; se vuelve a leer cuando la sesión cambia."""
        galleta = self.get_cookie("aura_multinora_cookie")
        if galleta is None or getattr(self, "_de_galleta", None) != galleta.value:
            pagina = self.get("/login").get_data(as_text=True)
            encontrado = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', pagina)
            assert encontrado, "la entrada no trae csrf_token"
            self._testigo = encontrado[1]
            galleta = self.get_cookie("aura_multinora_cookie")
            self._de_galleta = galleta.value if galleta else None
        return self._testigo

    def enviar(self, ruta: str, datos: dict[str, Any] | None = None, **mas: Any) -> Any:
        """POST de un formulario con su testigo."""
        return self.post(ruta, data={**(datos or {}), "csrf_token": self.csrf()}, **mas)

    def enviar_json(self, ruta: str, datos: Any = None, **mas: Any) -> Any:
        """POST de JSON con su testigo en la cabecera."""
        cabeceras = {"X-CSRFToken": self.csrf(), "Accept": "application/json"}
        return self.post(ruta, json=datos if datos is not None else {}, headers=cabeceras, **mas)


@pytest.fixture
def cliente_http(app: Flask) -> ClienteHttp:
    """Un visitante que no ha entrado."""
    app.test_client_class = ClienteHttp
    return app.test_client()  # type: ignore[return-value]


@pytest.fixture
def cliente_de(app: Flask, crear_usuario: Callable[..., str]) -> Callable[..., ClienteHttp]:
    """`cliente_de("dueno", "marea")`: un navegador ya dentro con ese papel."""

    def crear(rol: str, nora: str | None = None) -> ClienteHttp:
        correo = f"{rol}-{secrets.token_hex(4)}@prueba.mx"
        crear_usuario(correo, rol, nora)
        app.test_client_class = ClienteHttp
        cliente: ClienteHttp = app.test_client()  # type: ignore[assignment]
        respuesta = cliente.entrar(correo)
        assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
        return cliente

    return crear


@pytest.fixture
def servidor_vivo(app: Flask) -> Iterator[ServidorVivo]:
    """La aplicación sirviendo en loopback con escucha, cola y programador: `.url`."""
    with levantar(app) as vivo:
        yield vivo


@pytest.fixture(scope="session")
def navegador() -> Iterator[Any]:
    """Un Chromium para toda la corrida de este proceso."""
    from apoyo.navegador import abrir_navegador

    with abrir_navegador() as abierto:
        yield abierto
