"""La actividad de una Nora: solo la suya, por persona, acción y fechas de su zona, por páginas y en CSV."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from apoyo.peticiones import contar_peticiones

from clientes.aura.personas import actividad
from clientes.aura.supabase_local import DireccionesPostgres

RUTA = "/panel_cliente/marea/ajustes/actividad"
# Las 11:30 p. m. del 9 en Hermosillo ya son el 10 en UTC.
RENGLONES = """
insert into auditoria (nombre_nora, correo, accion, objeto, momento, detalle) values
  ('marea', 'ana@x.mx', 'borrar_bloque', '=Horario', '2026-11-10T06:30:00Z', '{}'),
  ('marea', 'beto@x.mx', 'exportar_contactos', '', '2026-11-10T20:00:00Z', '{}'),
  ('marea', 'admin@x.mx', 'entrar_como_dueno', '', '2026-11-11T20:00:00Z', '{}'),
  ('monte', 'ana@x.mx', 'borrar_bloque', 'De monte', '2026-11-10T20:00:00Z', '{}')
"""
MUCHOS = """
insert into auditoria (nombre_nora, correo, accion, objeto, momento)
select 'marea', 'eva@x.mx', 'editar_bloque', 'tema ' || n, timestamptz '2026-11-20T20:00:00Z' + n * interval '1 minute'
from generate_series(1, 120) n
"""


def de_la_pagina(texto: str) -> list[str]:
    """Lo que hay en la columna «Detalle»."""
    return re.findall(r'data-etiqueta="Detalle"><span class="celda-valor">([^<]*)<', texto)


@pytest.fixture
def renglones(crear_nora: Callable[..., str], base: DireccionesPostgres) -> None:
    for nora in ("marea", "monte"):
        crear_nora(nora, zona_horaria="America/Hermosillo")
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute(RENGLONES)


def test_solo_lo_suyo_y_con_sus_filtros(renglones: None, cliente_de: Callable[..., Any]) -> None:
    duena = cliente_de("dueno", "marea")
    respuestas: list[Any] = []
    assert len(contar_peticiones(lambda: respuestas.append(duena.get(RUTA)))) <= 3
    pagina = respuestas[0].get_data(as_text=True)
    assert "Entró como dueño" in pagina and "De monte" not in pagina
    assert de_la_pagina(pagina) == ["—", "—", "=Horario"]
    for filtro, quedan in (
        ("persona=ana@x.mx", 1),
        ("persona=ANA@X.MX&accion=exportar_contactos", 0),
        ("accion=exportar_contactos", 1),
        ("desde=2026-11-10", 2),
        ("hasta=2026-11-09", 1),
        ("desde=2026-11-10&hasta=2026-11-10", 1),
        ("desde=ayer&hasta=2026-13-45&antes=xyz", 3),
        ("nora=monte", 3),
    ):
        vista = duena.get(f"{RUTA}?{filtro}").get_data(as_text=True)
        assert len(de_la_pagina(vista)) == quedan, filtro
    assert "Nada con ese filtro" in duena.get(f"{RUTA}?desde=2027-01-01").get_data(as_text=True)
    assert cliente_de("agente", "marea").get(RUTA).status_code == 403
    hoja = duena.get(f"{RUTA}.csv?desde=2026-11-09&hasta=2026-11-10").get_data(as_text=True)
    leida = list(csv.reader(io.StringIO(hoja.removeprefix("\ufeff"))))
    assert [fila[:3] + fila[4:5] for fila in leida[1:]] == [
        ["2026-11-09T23:30:00-07:00", "ana@x.mx", "Borró un tema", "'=Horario"],
        ["2026-11-10T13:00:00-07:00", "beto@x.mx", "Descargó los contactos", ""],
    ]
    # Llevársela también queda escrito, con el filtro que se usó.
    assert de_la_pagina(duena.get(RUTA).get_data(as_text=True))[0] == "2026-11-09, 2026-11-10"


def test_por_paginas_sin_perder_ni_repetir(
    renglones: None, cliente_de: Callable[..., Any], base: DireccionesPostgres
) -> None:
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute(MUCHOS)
    admin = cliente_de("admin")
    ruta, vistos = "/admin/auditoria?nora=marea&persona=eva@x.mx&desde=2026-11-20", list[str]()
    for _ in range(3):
        pagina = admin.get(ruta).get_data(as_text=True)
        vistos += de_la_pagina(pagina)
        siguiente = re.search(r'href="([^"]+)" rel="next"', pagina)
        ruta = siguiente[1].replace("&amp;", "&") if siguiente else ""
    assert vistos == [f"tema {n}" for n in range(120, 0, -1)] and not ruta
    hoja = admin.get("/admin/auditoria.csv?accion=editar_bloque&hasta=2026-11-20").get_data(as_text=True)
    assert hoja.count("editar_bloque") == 120
    assert actividad.POR_PAGINA == 50
