"""Lo que un módulo dice de sí mismo en su `__init__.py`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from flask import Blueprint

from ..anuncios.fuente import FuenteDeAnuncios
from ..ia.herramientas import Herramienta
from ..utils.validators import NOMBRE_MODULO
from .accesos import Acceso


@dataclass(frozen=True)
class Tarjeta:
    """Lo que un módulo enseña en el tablero: una cifra, qué es, y a dónde lleva."""

    titulo: str
    cifra: str
    detalle: str
    endpoint: str
    urgente: bool = False


@dataclass(frozen=True)
class Trabajo:
    """Algo que el programador hace solo.

    Args:
        id: nombre estable, único en la instalación.
        cron: cinco campos (minuto hora día mes día_de_la_semana).
        zona: nombre IANA de la zona en que se lee el cron.
        hacer: recibe el instante (UTC) del periodo que le toca y devuelve una frase con lo que hizo.
        descripcion: para `/admin/salud`.
        recuperar_horas: hasta cuántas horas tarde se hace, una vez, lo que no corrió porque todo estaba abajo; 0, no
            se recupera: ya vendrá el siguiente.
    """

    id: str
    cron: str
    zona: str
    hacer: Callable[[datetime], str]
    descripcion: str
    recuperar_horas: int = 0


@dataclass(frozen=True)
class Manifiesto:
    """Un módulo del panel.

    Args:
        nombre: igual que su carpeta sin `panel_cliente_`; su blueprint se llama como la carpeta.
        icono: nombre en bootstrap-icons, sin `bi-`.
        orden: lugar en la navegación, de menor a mayor.
        tarjeta: recibe el nombre de la Nora; None si hoy no hay nada que decir.
        herramientas: lo que el modelo puede hacer aquí; ver `ia/herramientas.py`.
        anuncios: de una red de anuncios, lo que los reportes le piden.
    """

    nombre: str
    titulo: str
    descripcion: str
    icono: str
    orden: int
    blueprint: Blueprint
    acceso: Acceso = Acceso.NORA
    tarjeta: Callable[[str], Tarjeta | None] | None = None
    trabajos: tuple[Trabajo, ...] = field(default=())
    herramientas: tuple[Herramienta, ...] = field(default=())
    anuncios: FuenteDeAnuncios | None = None

    def faltas(self, carpeta: str) -> list[str]:
        """Una frase por cada cosa que no concuerda con la carpeta en que está."""
        faltas = []
        if not NOMBRE_MODULO.fullmatch(self.nombre):
            faltas.append(f"El nombre «{self.nombre}» no sirve: minúsculas, números y guion bajo.")
        if carpeta != f"panel_cliente_{self.nombre}":
            faltas.append(f"El manifiesto dice «{self.nombre}» y su carpeta se llama «{carpeta}».")
        if self.blueprint.name != carpeta:
            faltas.append(f"El blueprint se llama «{self.blueprint.name}» y debe llamarse «{carpeta}».")
        if self.blueprint.template_folder or self.blueprint.static_folder:
            faltas.append(
                "Las plantillas y los estáticos van en los árboles compartidos, no en el blueprint."
            )
        if not (self.titulo and self.descripcion and self.icono):
            faltas.append("Faltan título, descripción o icono.")
        for herramienta in self.herramientas:
            faltas.extend(herramienta.faltas())
        return faltas
