"""Una instalación de muestra en una carpeta aparte: la Nora de demostración, otra vacía y quien entra a cada una.

Para las herramientas que necesitan abrir el panel sin tocar los datos de quien las corre.
"""

from __future__ import annotations

import contextlib
import logging
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from flask import Flask
from werkzeug.serving import make_server

from app_config import Config
from clientes.aura import arranque, create_app
from clientes.aura.demo.contenido import NOMBRE_NORA as DEMO
from clientes.aura.personas import servicio as personas
from clientes.aura.reportes import servicio as reportes
from clientes.aura.routes.admin.servicio import crear_nora
from clientes.aura.routes.panel_cliente_conocimiento import servicio_importar as conocimiento
from clientes.aura.routes.panel_cliente_contactos import servicio_importar as contactos
from clientes.aura.servidor import desconectar_sockets
from clientes.aura.utils.auth_utils import Identidad
from clientes.aura.utils.logging_utils import configurar_registro
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas
from extensiones import socketio

VACIA = "cafe_luz"
CORREO_VACIA = "duena@cafeluz.mx"
# Lo que va en cada hueco de una dirección: de qué tabla sale y por qué columna se escoge el último.
HUECOS: dict[str, tuple[str, str]] = {
    "conversacion_id": ("conversaciones", "ultimo_mensaje_en"),
    "bloque_id": ("conocimiento_nora", "fecha_actualizacion"),
    "etiqueta_id": ("etiquetas", "nombre"),
    "cuenta_meta_id": ("meta_ads_cuentas", "fecha_creacion"),
    "cuenta_google_id": ("google_ads_cuentas", "fecha_creacion"),
    "reporte_id": ("reportes", "semana"),
    "formulario_id": ("formularios", "fecha_creacion"),
    "opcion_id": ("menu_opciones", "fecha_creacion"),
    "tarea_id": ("tareas", "fecha_creacion"),
    "molde_id": ("tarea_recurrentes", "fecha_creacion"),
}
# Los que la demostración no trae, o salen de varias cosas: los hace `ids_de_muestra`.
HECHOS_AQUI = (
    "contacto_id",
    "respuesta_id",
    "pregunta_id",
    "importacion_id",
    "carga_id",
    "usuario_id",
    "token",
    "token_publico",
)
HOJA = """nombre,teléfono,correo,notas
Sofía Cázares,6625550201,sofia@correo.example,Prefiere las tardes
Iván Robles,6625550202,,Viene con su hija
Marta Leyva,no tiene,,
Lucía Ochoa,6625550203,lucia@correo.example,
"""
TEMAS = """Paquete de novia
El paquete de novia cuesta $3,200 e incluye prueba de peinado y maquillaje.

Estacionamiento
Hay estacionamiento gratis detrás del local, con seis lugares.
"""


@dataclass(frozen=True)
class Muestra:
    """Lo que hay servido en `url`.

    Args:
        cuentas: quién (`admin`, `duena`, `vacia`) -> (correo, contraseña).
        ids: lo que va en los huecos de las direcciones de la Nora de demostración.
    """

    url: str
    app: Flask
    cuentas: dict[str, tuple[str, str]]
    ids: dict[str, Any] = field(default_factory=dict)


@contextlib.contextmanager
def servir_muestra() -> Iterator[Muestra]:
    """La prepara, la sirve en un puerto libre de esta máquina y al salir borra todo."""
    carpeta = Path(tempfile.mkdtemp(prefix="nora-muestra-"))
    carpeta.chmod(0o755)  # como root, la base corre con otro usuario y debe poder llegar
    app: Flask | None = None
    try:
        config = configuracion(carpeta / "datos")
        configurar_registro(json=False, nivel="WARNING")
        arranque.preparar_base(config)
        app, _ = create_app(config)
        logging.getLogger().setLevel(logging.WARNING)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)  # un renglón por petición taparía el avance
        app.config["SEND_FILE_MAX_AGE_DEFAULT"] = (
            3600  # que el navegador no pregunte de nuevo por cada archivo
        )
        cuentas = arranque.cargar_demo(app)
        with app.app_context():
            puestas = {
                "admin": ("admin@demo.mx", cuentas["admin@demo.mx"]),
                "duena": ("duena@demo.mx", cuentas["duena@demo.mx"]),
                "vacia": (CORREO_VACIA, _poner_vacia(cuentas["duena@demo.mx"])),
            }
            ids = ids_de_muestra(DEMO, puestas["duena"][0])
        with _servir(app) as url:
            yield Muestra(url, app, puestas, ids)
    finally:
        arranque.detener_todo(app)
        shutil.rmtree(carpeta, ignore_errors=True)


def configuracion(carpeta: Path) -> Config:
    """Una instalación local con la base embebida y sin cuentas de nadie, diga lo que diga el entorno."""
    sin_cuentas = dict.fromkeys(
        (
            "SUPABASE_URL",
            "SUPABASE_KEY",
            "SUPABASE_DB_URL",
            "SENTRY_DSN",
            "TWILIO_ACCOUNT_SID",
            "TWILIO_AUTH_TOKEN",
            "OPENAI_API_KEY",
            "META_ACCESS_TOKEN",
            "REDIS_URL",
            "URL_PUBLICA",
        ),
        "",
    )
    return Config(ENTORNO="local", NORA_DATOS=carpeta, NORA_LIMITE_PETICIONES=0, **sin_cuentas)


def _poner_vacia(contrasena: str) -> str:
    crear_nora(None, nombre_nora=VACIA, nombre_visible="Café Luz", numero_nora="+526620000002")
    personas.crear_usuario(CORREO_VACIA, contrasena, rol="dueno", nombre_nora=VACIA, nombre="Luz Ibarra")
    return contrasena


def ids_de_muestra(nora: str, correo: str) -> dict[str, Any]:
    """Lo que va en cada hueco de una dirección de esa Nora: de lo que hay, o hecho aquí si la demostración no lo trae.

    Args:
        correo: de quien hace lo que falta.
    """
    ids = {hueco: _ultimo(nora, tabla, orden) for hueco, (tabla, orden) in HUECOS.items()}
    formulario = supabase.table("formularios").select("pasos").eq("id", ids["formulario_id"])
    usuario_id = filas(supabase.table("usuarios").select("id").eq("correo", correo))[0]["id"]
    quien = Identidad(usuario_id, correo, "Rosa Peralta", False, {nora: "dueno"})
    return {
        **ids,
        "contacto_id": _ultimo(nora, "contacto_notas", "fecha_creacion", "contacto_id"),
        "respuesta_id": filas(supabase.table("respuestas_automaticas").insert(_respuesta(nora)))[0]["id"],
        "pregunta_id": filas(formulario)[0]["pasos"][0]["clave"],
        "importacion_id": contactos.subir(nora, "clientas.csv", HOJA.encode(), quien),
        "carga_id": conocimiento.subir(nora, "", b"", TEMAS, quien),
        "usuario_id": usuario_id,
        "token": personas.enlace_para_restablecer(correo),
        "token_publico": reportes.compartir(nora, ids["reporte_id"], 30, usuario_id, datetime.now(UTC)),
    }


def _ultimo(nora: str, tabla: str, orden: str, columna: str = "id") -> Any:
    """El de la última fila; si la demostración no trae ninguna, uno que no existe: su página saldrá como falla."""
    consulta = supabase.table(tabla).select(columna).eq("nombre_nora", nora)
    hallada = filas(consulta.order(orden, desc=True).limit(1))
    return hallada[0][columna] if hallada else str(UUID(int=0))


def _respuesta(nora: str) -> dict[str, Any]:
    return {
        "nombre_nora": nora,
        "nombre": "Ubicación",
        "disparadores": ["ubicación", "dónde están", "cómo llego"],
        "respuesta": "Estamos en Calle Jacarandas 48, colonia Valle Verde, a media cuadra del parque.",
    }


@contextlib.contextmanager
def _servir(app: Flask) -> Iterator[str]:
    with socket.socket() as enchufe:
        enchufe.bind(("127.0.0.1", 0))
        puerto = int(enchufe.getsockname()[1])
    servidor = make_server("127.0.0.1", puerto, app, threaded=True)
    threading.Thread(target=servidor.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
    arranque.iniciar_trabajos(app)
    try:
        yield f"http://127.0.0.1:{puerto}"
    finally:
        desconectar_sockets(socketio)
        servidor.shutdown()
        servidor.server_close()
