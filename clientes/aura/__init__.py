"""Nora: la aplicación. `create_app` se lee como un índice; aquí no se conecta a nada."""

from __future__ import annotations

from flask import Flask
from flask_socketio import SocketIO

from app_config import Config
from extensiones import socketio

from .registro import catalogo, identidad, plantillas, respuestas
from .registro.registro_admin import registrar_blueprints_admin
from .registro.registro_dinamico import preparar_registro, registrar_blueprints_por_nora, registro_de
from .registro.registro_extensiones import atar_extensiones
from .registro.registro_login import registrar_blueprints_login
from .utils.errores import ErrorServicioExterno
from .utils.logging_utils import configurar_registro, registro


def create_app(config_class: type[Config] | Config = Config) -> tuple[Flask, SocketIO]:
    """Crea y configura la aplicación.

    Args:
        config_class: la clase de configuración, o una ya leída.

    Returns:
        La aplicación y su Socket.IO.

    Raises:
        ErrorConfiguracion: falta algo para arrancar; una frase por falta.
    """
    config = config_class() if isinstance(config_class, type) else config_class
    config.revisar()
    configurar_registro(json=config.es_produccion)

    app = Flask(__name__, template_folder="templates", static_folder="static")
    app.config.from_object(config)
    app.extensions["nora_config"] = config

    initialize_app(app)
    return app, socketio


def initialize_app(app: Flask) -> None:
    """Ata las piezas a la aplicación, en orden; al final, cada Nora y el programador."""
    from scheduler_jobs import inicializar_cron_jobs

    from . import arranque, comandos

    config: Config = app.extensions["nora_config"]
    arranque.conectar_base(app, config)
    atar_extensiones(app, config)
    plantillas.preparar(app)
    identidad.preparar(app)
    respuestas.preparar(app)
    comandos.registrar(app)

    # Blueprints base
    registrar_blueprints_login(app)
    registrar_blueprints_admin(app)
    preparar_registro(app, catalogo.descubrir(estricto=config.ENTORNO == "pruebas"))

    # Blueprints de cada Nora
    bitacora = registro(__name__)
    try:
        response = arranque.leer_noras()
        for fila in response:
            registrar_blueprints_por_nora(app, nombre_nora=fila["nombre_nora"], fila=fila)
        registro_de(app).cargado = True
    except ErrorServicioExterno:
        bitacora.warning("base_no_disponible_al_arrancar", consecuencia="se sirve; las Noras entran cuando vuelva")

    inicializar_cron_jobs(app)
    arranque.poner_hilos(app)
