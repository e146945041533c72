"""Contactos: los clientes de una Nora, con sus datos, notas y etiquetas."""

from __future__ import annotations

from ...registro.manifiesto import Manifiesto, Trabajo
from . import servicio
from . import vistas_importar as _vistas_importar  # noqa: F401  al importarse agrega sus páginas
from . import vistas_persona as _vistas_persona  # noqa: F401  al importarse agrega sus páginas
from .vistas import panel_cliente_contactos_bp

manifiesto = Manifiesto(
    nombre="contactos",
    titulo="Contactos",
    descripcion="Tus clientes: datos, notas y etiquetas.",
    icono="people",
    orden=20,
    blueprint=panel_cliente_contactos_bp,
    tarjeta=servicio.tarjeta,
    trabajos=(
        Trabajo(
            id="contactos_purgar",
            cron="40 3 * * *",
            zona="America/Hermosillo",
            hacer=servicio.purgar_papeleras,
            recuperar_horas=20,
            descripcion="Borra para siempre los contactos que llevan un mes en la papelera",
        ),
    ),
)
