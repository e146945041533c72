"""Cincuenta hilos con claims distintos sobre pocas conexiones: ninguno ve los de otro, ni cuando algo falla."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from apoyo.api_local import escenario_nuevo, ficha

from clientes.aura.supabase_local import ServidorPostgres

HILOS = 50


def recorrer(comun: httpx.Client, n: int, peticiones: int) -> int:
    """Lo que hace un hilo: leer, llamar, escribir y fallar de varias maneras, y comprobar que todo es suyo."""
    azar = random.Random(n)
    quien = f"p{n}"
    yo = {"Authorization": f"Bearer {ficha('authenticated', quien=quien)}", "X-Quien": quien}
    anonimo = {"X-Quien": quien}
    for _ in range(peticiones):
        opcion = azar.randrange(8)
        if opcion == 0:
            assert comun.get("/privado?select=nada", headers=yo).status_code == 400
        elif opcion == 1:
            assert comun.post("/rpc/falla", json={"codigo": "P0001"}, headers=yo).status_code == 400
        elif opcion == 2:
            ajeno = {"duenio": f"p{(n + 1) % HILOS}", "texto": "intruso"}
            assert comun.post("/privado", json=ajeno, headers=yo).status_code == 403
        elif opcion == 3:
            suya = {"duenio": quien, "texto": quien}
            escrita = comun.post("/privado", json=suya, headers={**yo, "Prefer": "return=representation"})
            assert [f["duenio"] for f in escrita.json()] == [quien]
        elif opcion == 4:
            datos = comun.post("/rpc/todo_lo_mio", headers=anonimo).json()
            assert datos == {"rol": "anon", "quien": None, "encabezado": quien}
        elif opcion == 5:
            datos = comun.get("/rpc/todo_lo_mio", headers=yo).json()
            assert datos == {"rol": "authenticated", "quien": quien, "encabezado": quien}
        else:
            filas = comun.get("/privado?select=duenio,texto", headers=yo).json()
            assert filas and {(f["duenio"], f["texto"]) for f in filas} == {(quien, quien)}
    return peticiones


@pytest.mark.parametrize(
    "total", [1_000, pytest.param(10_000, marks=[pytest.mark.largo, pytest.mark.timeout(600)])]
)
def test_nadie_ve_los_claims_de_otro(
    servidor_postgres: ServidorPostgres, plantilla_api: str, total: int
) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api, conexiones=4, plazo_s=60) as escenario:
        escenario.sql(
            "create function todo_lo_mio() returns json language sql stable as $$ select json_build_object("
            "'rol', current_user, 'quien', auth.jwt() ->> 'quien',"
            "'encabezado', current_setting('request.headers')::json ->> 'x-quien') $$"
        )
        siembra = [{"duenio": f"p{n}", "texto": f"p{n}"} for n in range(HILOS)]
        assert escenario.http("service_role").post("/privado", json=siembra).status_code == 201
        with (
            httpx.Client(transport=httpx.WSGITransport(app=escenario.api), base_url="http://local") as comun,
            ThreadPoolExecutor(HILOS) as hilos,
        ):
            hechas = hilos.map(lambda n: recorrer(comun, n, total // HILOS), range(HILOS))
            assert sum(hechas) == total
        intrusas = escenario.http("service_role").get("/privado?texto=eq.intruso&select=id").json()
        assert intrusas == []
