"""Un reporte de una Nora con su enlace, para pedirlo desde donde no se debe."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from clientes.aura.reportes import servicio
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

SEMANA = date(2026, 11, 9)


def sembrar_reportes(nora: str, sufijo: str = "") -> dict[str, Any]:
    """Un reporte con cifras, su enlace vigente y a quién se avisa."""
    cifras = {
        "actual": {"gasto": "120.50", "conversaciones": 6},
        "antes": {"gasto": "90", "conversaciones": 6},
    }
    renglon = {"clave": "1", "nombre": "Promoción", "red": "meta_ads", **cifras}
    reporte = filas(
        supabase.table("reportes").insert(
            {
                "nombre_nora": nora,
                "semana": SEMANA.isoformat(),
                "alcance": f"meta_ads:{uuid4()}" if sufijo else "nora",
                "titulo": "Todas tus cuentas",
                "datos": {
                    "bloques": [{"moneda": "MXN", **cifras, "cuentas": [renglon], "campana": [renglon]}],
                    "ventas": {"conversaciones": 6, "clientes": 1, "monto": "800", "todos": 2},
                    "leido_hasta": (SEMANA + timedelta(days=6)).isoformat(),
                    "resumen": {**renglon, "moneda": "MXN"},
                },
                "frases": ["Gastaste $120.50 MXN y tuviste 6 resultados."],
            }
        )
    )[0]
    ejecutar(
        supabase.table("reportes_ajustes").upsert(
            {"nombre_nora": nora, "avisar": True, "telefono": "+526620001122"}
        )
    )
    token = servicio.compartir(nora, reporte["id"], 30, None, datetime.now(UTC))
    [enlace] = filas(supabase.table("reportes_enlaces").select("id").eq("reporte_id", reporte["id"]))
    return {"reporte_id": reporte["id"], "enlace_id": enlace["id"], "token_publico": token}
