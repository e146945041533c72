"""Con 20,000 tareas en una Nora la lista y la búsqueda van por su índice, y una página pide lo mismo."""

from __future__ import annotations

import json
from collections.abc import Iterator

import psycopg
import pytest
from apoyo.postgres import base_temporal

from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres

TAREAS = 20_000


@pytest.fixture(scope="module")
def llena(servidor_postgres: ServidorPostgres, plantilla: str) -> Iterator[DireccionesPostgres]:
    with base_temporal(servidor_postgres, plantilla) as base:
        with psycopg.connect(base.administrador, autocommit=True) as conexion:
            conexion.execute(
                "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora)"
                " select 'nora' || n, 'Nora ' || n, '+5255' || lpad(n::text, 8, '0') from generate_series(1, 20) n"
            )
            conexion.execute("alter table tareas disable trigger c_historia")
            conexion.execute(
                "insert into tareas (nombre_nora, titulo, vence_en, estado, prioridad, etiquetas)"
                " select case when n %% 4 = 0 then 'nora' || (n / 4 %% 19 + 2) else 'nora1' end, md5(n::text),"
                " now() + make_interval(hours => n %% 3000 - 1500),"
                " (array['pendiente', 'en_curso', 'en_espera', 'hecha', 'hecha', 'hecha'])[n %% 6 + 1], n %% 4 + 1,"
                " array['e' || n %% 10] from generate_series(1, %s) n",
                (TAREAS * 4 // 3,),
            )
            conexion.execute("alter table tareas enable trigger c_historia")
            conexion.execute("analyze tareas")
        yield base


def _planes(base: DireccionesPostgres, llamada: str, parametros: tuple[object, ...]) -> tuple[str, int]:
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
        filas = conexion.execute(llamada, parametros).fetchall()
    return "\n".join(t for t in textos if "plan:" in t), len(filas)


@pytest.mark.parametrize(
    ("filtro", "orden", "indice"),
    [
        ({"estado": "abiertas"}, "vence", "tareas_abiertas"),
        ({"estado": "pendiente"}, "vence", "tareas_por_estado"),
        ({"estado": "hecha"}, "completada", "tareas_hechas"),
        ({"texto": "827ccb0eea8a706c"}, "vence", "tareas_busqueda"),
    ],
)
def test_cada_lista_va_por_su_indice(
    llena: DireccionesPostgres, filtro: dict[str, str], orden: str, indice: str
) -> None:
    plan, cuantas = _planes(
        llena, "select id from tareas_filtradas(%s::jsonb, %s, 31)", (json.dumps(filtro), orden)
    )
    assert indice in plan and "Seq Scan on tareas" not in plan, plan
    assert cuantas == (1 if "texto" in filtro else 31)
