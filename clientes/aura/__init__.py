"""Nora: la aplicación. `create_app` se lee como un índice; importar este paquete no carga nada más."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app_config import Config

if TYPE_CHECKING:
    from flask import Flask
    from flask_socketio import SocketIO


def create_app(config_class: type[Config] | Config = Config) -> tuple[Flask, SocketIO]:
    """Crea y configura la aplicación.

    Args:
        config_class: la clase de configuración, o una ya leída.

    Returns:
        La aplicación y su Socket.IO.

    Raises:
        ErrorConfiguracion: falta algo para arrancar; una frase por falta.
    """
    from flask import Flask

    from extensiones import socketio

    from .utils import fallas
    from .utils.logging_utils import configurar_registro

    config = config_class() if isinstance(config_class, type) else config_class
    config.revisar()
    if config.es_produccion:
        config.preparar_carpeta_de_metricas()  # prometheus_client la mira una vez, al importarse
    configurar_registro(json=config.es_produccion)
    fallas.preparar(config)

    app = Flask(__name__, template_folder="templates", static_folder="static")
    app.config.from_object(config)
    app.extensions["nora_config"] = config

    initialize_app(app)
    return app, socketio


def initialize_app(app: Flask) -> None:
    """Inicializa piezas, blueprints base, cada Nora y el programador, en ese orden."""
    from scheduler_jobs import inicializar_cron_jobs

    from . import arranque, comandos, metricas, sockets
    from .registro import catalogo, compresion, estaticos, frenos, identidad, plantillas, respuestas
    from .registro.registro_admin import registrar_blueprints_admin
    from .registro.registro_dinamico import preparar_registro, registrar_blueprints_por_nora, registro_de
    from .registro.registro_extensiones import atar_extensiones
    from .registro.registro_login import registrar_blueprints_login
    from .utils.errores import ErrorServicioExterno

    config: Config = app.extensions["nora_config"]
    plantillas.preparar(app)  # antes que nadie: la primera extensión que mira Jinja deja fijo su ambiente
    # En local, sin versión: quien edita un estilo lo ve al recargar, sin reiniciar.
    estaticos.preparar(app, con_version=config.ENTORNO != "local")
    compresion.preparar(app)
    arranque.conectar_base(app, config)
    atar_extensiones(app, config)
    frenos.preparar(app, config)
    identidad.preparar(app)
    respuestas.preparar(app)
    metricas.preparar(app)
    comandos.registrar(app)

    # Blueprints base
    registrar_blueprints_login(app)
    registrar_blueprints_admin(app)
    preparar_registro(app, catalogo.descubrir(estricto=config.ENTORNO == "pruebas"))

    # Blueprints de cada Nora
    try:
        for fila in arranque.leer_noras():
            registrar_blueprints_por_nora(app, nombre_nora=fila["nombre_nora"], fila=fila)
        registro_de(app).cargado = True
    except ErrorServicioExterno:
        arranque.avisar_sin_base()

    inicializar_cron_jobs(app)
    sockets.poner_puerta(app)
    arranque.poner_hilos(app)
