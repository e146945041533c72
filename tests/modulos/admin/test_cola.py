"""La cola a la vista: cuánto espera, qué falló, y volver a intentarlo."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from clientes.aura.supabase_local import DireccionesPostgres


@pytest.fixture
def admin(cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("admin")


def sembrar(base: DireccionesPostgres, *estados: str) -> list[int]:
    """Un trabajo en cada estado, de la Nora marea."""
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        ids = []
        for estado in estados:
            fila = conexion.execute(
                "insert into cola.procrastinate_jobs (queue_name, task_name, args, status, attempts)"
                " values ('mensajes', 'enviar_saliente',"
                ' \'{"nombre_nora": "marea", "saliente_id": 999}\', %s, 6) returning id',
                [estado],
            ).fetchone()
            assert fila is not None
            ids.append(fila[0])
        return ids


def estados(base: DireccionesPostgres) -> dict[int, tuple[str, int]]:
    with psycopg.connect(base.administrador) as conexion:
        return {
            i: (e, n)
            for i, e, n in conexion.execute("select id, status::text, attempts from cola.procrastinate_jobs")
        }


def test_vacia_dice_que_nada_fallo_y_que_nadie_atiende(admin: Any) -> None:
    pagina = admin.get("/admin/cola").get_data(as_text=True)
    assert "Nada falló" in pagina
    assert "Nadie la atiende" in pagina


def test_ensena_lo_que_espera_y_lo_que_fallo(admin: Any, base: DireccionesPostgres, crear_nora: Any) -> None:
    crear_nora("marea")
    sembrar(base, "todo", "todo", "failed", "succeeded")
    pagina = admin.get("/admin/cola").get_data(as_text=True)
    assert "Enviar un mensaje" in pagina
    assert "/admin/noras/marea/datos" in pagina
    assert pagina.count("Intentar otra vez") == 1
    assert "Intentar los" not in pagina


def test_intentar_uno_otra_vez(admin: Any, base: DireccionesPostgres) -> None:
    uno, otro, hecho = sembrar(base, "failed", "failed", "succeeded")
    for _ in range(2):  # el segundo toque no encuentra nada que reintentar
        assert admin.enviar("/admin/cola/reintentar", {"id": str(uno)}).status_code == 302
    assert estados(base) == {uno: ("todo", 0), otro: ("failed", 6), hecho: ("succeeded", 6)}
    with psycopg.connect(base.administrador) as conexion:
        anotados = conexion.execute(
            "select objeto, detalle from auditoria where accion = 'reintentar_trabajos'"
        ).fetchall()
    assert anotados == [(str(uno), {"cuantos": 1})]


def test_intentar_todos(admin: Any, base: DireccionesPostgres) -> None:
    uno, otro, corre = sembrar(base, "failed", "failed", "doing")
    assert admin.enviar("/admin/cola/reintentar").status_code == 302
    assert estados(base) == {uno: ("todo", 0), otro: ("todo", 0), corre: ("doing", 6)}


@pytest.mark.parametrize("raro", ["x", "-1", "9" * 30, "1; drop"])
def test_un_id_raro_no_reintenta_nada(admin: Any, base: DireccionesPostgres, raro: str) -> None:
    (uno,) = sembrar(base, "failed")
    assert admin.enviar("/admin/cola/reintentar", {"id": raro}).status_code == 400
    assert estados(base) == {uno: ("failed", 6)}
