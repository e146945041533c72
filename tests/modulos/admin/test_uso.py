"""Uso y costo por Nora: las cifras del mes, y a quién se le acaba su tope."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar


def test_suma_el_mes_y_avisa_del_tope(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> None:
    for nora in ("marea", "monte"):
        crear_nora(nora)
    ahora = datetime.now(UTC)
    hace_dos_meses = (ahora.replace(day=1) - timedelta(days=40)).isoformat()
    comun = {"modelo": "m", "tokens_entrada": 100, "tokens_salida": 20}
    for nora, costo, momento in (
        ("marea", 250, ahora.isoformat()),
        ("monte", 1.5, ahora.isoformat()),
        ("marea", 999, hace_dos_meses),
    ):
        fila = {**comun, "nombre_nora": nora, "costo": costo, "fecha_creacion": momento}
        ejecutar(supabase.table("uso_ia").insert(fila))
    admin = cliente_de("admin")
    pagina = admin.get("/admin/uso").get_data(as_text=True)
    assert "$251.50" in pagina and "$999.00" not in pagina
    assert pagina.index("Marea") < pagina.index("Monte"), "la que más gasta primero"
    assert re.search(r"insignia-espera[^>]*>\s*(?:<[^>]+>)*\s*83%", pagina), "250 de 300"
    assert 'rel="next"' not in pagina, "el mes que viene no existe"
    viejo = admin.get(f"/admin/uso?mes={hace_dos_meses[:7]}").get_data(as_text=True)
    assert "$999.00 MXN" in viejo and "333%" in viejo and 'rel="next"' in viejo
    tablero = admin.get("/admin/").get_data(as_text=True)
    assert "$251.50 MXN entre todas, 1 cerca de su tope" in tablero
    assert "$250.00 MXN de $300.00 MXN" in tablero and "$999.00" not in tablero
    ficha = admin.get("/admin/noras/marea/datos").get_data(as_text=True)
    assert "$250.00 MXN de $300.00 MXN" in ficha and "0 por Nora, 0 por personas" in ficha
