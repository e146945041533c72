"""Lo que las páginas de reportes leen y guardan de la Nora misma."""

from __future__ import annotations

from ...anuncios.leidos import Leido, Opcion


class ComoSeVende(Leido):
    """La etiqueta que se le pone a quien compró y el campo del contacto con lo que pagó; None si no se ha dicho."""

    etiqueta_venta_id: str | None = None
    campo_monto_id: str | None = None


class ParaVentas(Leido):
    """Lo guardado, y entre qué se elige."""

    ajustes: ComoSeVende | None = None
    etiquetas: tuple[Opcion, ...] = ()
    campos: tuple[Opcion, ...] = ()
