"""Cada petición cuesta un viaje a la base; dos, solo cuando hay algo que revisar antes de dejarlo escrito."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from apoyo.api_local import Escenario

from clientes.aura.supabase_local.conexiones import Conexion, Fila, Paso

UNO = "application/vnd.pgrst.object+json"


@pytest.mark.parametrize(
    ("metodo", "ruta", "cuerpo", "encabezados", "viajes"),
    [
        ("GET", "/clientes?id=eq.1", None, {}, 1),
        ("GET", "/clientes?id=eq.1", None, {"Prefer": "count=exact"}, 1),
        ("GET", "/clientes?id=eq.1", None, {"Prefer": "count=planned"}, 1),
        ("GET", "/clientes?id=eq.1", None, {"Prefer": "count=estimated, timezone=UTC"}, 1),
        ("GET", "/negocios?nombre=eq.luna", None, {"Accept": UNO}, 1),
        ("HEAD", "/clientes", None, {}, 1),
        ("POST", "/rpc/suma", {"a": 1}, {}, 1),
        ("POST", "/rpc/insertar_volatil", {}, {}, 1),
        ("POST", "/negocios", {"nombre": "n1"}, {"Prefer": "return=representation"}, 1),
        ("POST", "/negocios", {"nombre": "luna"}, {"Prefer": "resolution=merge-duplicates"}, 1),
        ("PATCH", "/clientes?id=eq.1", {"edad": 2}, {}, 1),
        ("DELETE", "/fichas", None, {}, 1),
        ("PUT", "/negocios?nombre=eq.luna", {"nombre": "luna"}, {}, 2),
        ("PATCH", "/clientes?id=eq.1", {"edad": 2}, {"Prefer": "handling=strict, max-affected=9"}, 2),
        ("PATCH", "/negocios?nombre=eq.luna", {"ciudad": "x"}, {"Accept": UNO}, 2),
    ],
)
def test_viajes(
    escenario: Escenario,
    monkeypatch: pytest.MonkeyPatch,
    metodo: str,
    ruta: str,
    cuerpo: Any,
    encabezados: dict[str, str],
    viajes: int,
) -> None:
    http = escenario.http()
    # La conexión, el catálogo y las zonas horarias se pagan una vez.
    http.get("/clientes", headers={"Prefer": "timezone=UTC"})
    vistos: list[int] = []
    original = Conexion.correr

    def contar(self: Conexion, pasos: Sequence[Paso], limite: float) -> list[list[Fila]]:
        vistos.append(len(pasos))
        return original(self, pasos, limite)

    monkeypatch.setattr(Conexion, "correr", contar)
    respuesta = http.request(metodo, ruta, json=cuerpo, headers=encabezados)
    assert respuesta.status_code < 300 and len(vistos) == viajes
