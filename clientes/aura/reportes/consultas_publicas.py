"""Abrir un reporte por su enlace. Con service_role: quien lo abre no ha entrado a ninguna Nora."""

from __future__ import annotations

from ..utils.supabase_client import supabase
from ..utils.supabase_helpers import valor
from .modelos import Publico


def abrir(huella: str, *, contar: bool) -> Publico | None:
    """El reporte de un enlace vigente, y una visita más; None si no existe, caducó o se retiró."""
    leido = valor(supabase.rpc("reportes_abrir", {"p_huella": huella, "p_contar": contar}))
    return Publico.model_validate(leido) if leido else None
