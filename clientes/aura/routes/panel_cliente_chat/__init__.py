"""Chat: las conversaciones con los clientes, en vivo."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto
from . import servicio
from . import vistas_archivos as _vistas_archivos  # noqa: F401  al importarse agrega sus páginas
from . import vistas_bandeja as _vistas_bandeja  # noqa: F401  al importarse agrega sus páginas
from . import vistas_borrador as _vistas_borrador  # noqa: F401  al importarse agrega sus páginas
from . import vistas_plantillas as _vistas_plantillas  # noqa: F401  al importarse agrega sus páginas
from . import vistas_rapidas as _vistas_rapidas  # noqa: F401  al importarse agrega sus páginas
from .trabajos import TRABAJOS
from .vistas import panel_cliente_chat_bp

manifiesto = Manifiesto(
    nombre="chat",
    titulo="Chat",
    descripcion="Las conversaciones con tus clientes: mira lo que contesta Nora y entra tú cuando haga falta.",
    icono="chat-dots",
    orden=10,
    blueprint=panel_cliente_chat_bp,
    tarjeta=servicio.tarjeta,
    trabajos=TRABAJOS,
)
