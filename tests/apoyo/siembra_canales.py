"""Una fila de una Nora en cada tabla de menús, formularios y plantillas."""

from __future__ import annotations

from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

PASO = {
    "clave": "p1",
    "pregunta": "¿Qué día?",
    "tipo": "fecha",
    "opciones": [],
    "opcional": False,
    "guardar_en": "",
}


def sembrar_canales(nora: str, conversacion_id: str, sufijo: str = "") -> dict[str, Any]:
    """Menú con una opción, formulario con una respuesta y una plantilla; devuelve sus ids."""
    formulario = _una("formularios", nora, nombre=f"Cita{sufijo}", pasos=[PASO])
    _una(
        "formulario_respuestas",
        nora,
        formulario_id=formulario,
        conversacion_id=conversacion_id,
        estado="terminado",
        pasos=[PASO],
        datos={"p1": "24/12/2026"},
        vence_en="2030-01-01T00:00:00Z",
    )
    ejecutar(supabase.table("menus").upsert({"nombre_nora": nora}))
    opcion = _una("menu_opciones", nora, titulo=f"Precios{sufijo}", accion="texto", texto="Desde $100.")
    _una(
        "plantillas",
        nora,
        proveedor_sid=f"HX{nora}{sufijo}",
        nombre="pedido_listo",
        cuerpo="Hola {{1}}, tu pedido está listo.",
        variables={"1": "Ana"},
        estado="aprobada",
    )
    return {"formulario_id": formulario, "pregunta_id": "p1", "opcion_id": opcion}


def _una(tabla: str, nora: str, **columnas: Any) -> str:
    return str(filas(supabase.table(tabla).insert({"nombre_nora": nora, **columnas}))[0]["id"])
