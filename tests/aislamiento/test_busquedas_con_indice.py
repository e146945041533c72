"""Las búsquedas usan su índice con miles de filas: se lee el plan que PostgreSQL usó dentro de la función."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from apoyo.postgres import base_temporal

from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres

FILAS = 40_000
BLOQUES = 20_000
NORAS = 200


@pytest.fixture(scope="module")
def llena(servidor_postgres: ServidorPostgres, plantilla: str) -> Iterator[DireccionesPostgres]:
    with base_temporal(servidor_postgres, plantilla) as base:
        llenar(base)
        yield base


def llenar(base: DireccionesPostgres) -> None:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora)"
            " select 'nora' || n, 'Nora ' || n, '+5255' || lpad(n::text, 8, '0') from generate_series(1, %s) n",
            (NORAS,),
        )
        conexion.execute(
            "insert into contactos (nombre_nora, direccion, direccion_envio, telefono, nombre)"
            " select 'nora1', 'whatsapp:' || n, 'whatsapp:' || n, '+52' || lpad(n::text, 10, '0'), md5(n::text)"
            " from generate_series(1, %s) n",
            (FILAS,),
        )
        conexion.execute(
            "insert into conocimiento_nora (nombre_nora, titulo, contenido)"
            " select 'nora' || (n %% %s + 1), 'Bloque ' || n, 'El producto ' || n || ' cuesta $' || n"
            " from generate_series(1, %s) n",
            (NORAS, BLOQUES),
        )
        conexion.execute("analyze contactos")
        conexion.execute("analyze conocimiento_nora")


def planes(
    base: DireccionesPostgres, llamada: str, parametros: tuple[object, ...]
) -> tuple[str, list[object]]:
    """(planes de las consultas de dentro de la función, filas que devolvió)."""
    textos: list[str] = []
    with psycopg.connect(base.administrador) as conexion:
        conexion.add_notice_handler(lambda aviso: textos.append(aviso.message_primary or ""))
        conexion.execute("load 'auto_explain'")
        for ajuste in ("log_min_duration = 0", "log_nested_statements = on", "log_level = 'notice'"):
            conexion.execute(f"set auto_explain.{ajuste}")
        conexion.execute("set client_min_messages = notice")
        conexion.execute(
            "select set_config('request.jwt.claims', %s, false)", (json.dumps({"nombre_nora": "nora1"}),)
        )
        conexion.execute("set role authenticated")
        devueltas = conexion.execute(llamada, parametros).fetchall()
    return "\n".join(t for t in textos if "plan:" in t), list(devueltas)


@pytest.mark.parametrize(
    "texto", ["9a1158154dfa42caddbd0694a4e9bdc8", "0000039999", "9a1158154dfa42caddbd0694a4e9bdcx"]
)
def test_contactos_por_texto_telefono_y_con_error_de_dedo(llena: DireccionesPostgres, texto: str) -> None:
    plan, devueltas = planes(llena, "select id from buscar_contactos(%s, 10)", (texto,))
    assert devueltas
    assert "contactos_busqueda" in plan, plan
    assert "Seq Scan on contactos" not in plan, plan


@pytest.mark.parametrize(
    ("filtro", "indice"),
    [
        ({}, "contactos_por_actividad"),
        ({"actividad": "nunca"}, "contactos_sin_mensajes"),
        ({"texto": "9a1158 fa42caddbd"}, "contactos_busqueda"),
        ({"texto": "662 000 9999"}, "contactos_busqueda"),
        ({"estado": "borrado"}, "contactos_borrados"),
    ],
)
def test_cada_filtro_de_contactos_usa_su_indice(
    llena: DireccionesPostgres, filtro: dict[str, str], indice: str
) -> None:
    plan, _ = planes(llena, "select id from contactos_filtrados(%s, 31)", (json.dumps(filtro),))
    assert indice in plan, plan
    assert "Seq Scan on contactos" not in plan, plan


def test_conocimiento_solo_recorre_lo_de_su_nora(llena: DireccionesPostgres) -> None:
    vector = "[" + ",".join(["0.1"] * 512) + "]"
    plan, devueltas = planes(
        llena,
        "select id from buscar_conocimiento(%s, %s::extensions.vector, 5)",
        ("cuánto cuesta el producto 200", vector),
    )
    assert len(devueltas) == 5
    assert "Seq Scan on conocimiento_nora" not in plan, plan
    assert "Index" in plan, plan
