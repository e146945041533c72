"""El comando ``python -m clientes.aura.supabase_local`` por HTTP de verdad."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from apoyo.api_local import SECRETO, Escenario, ficha
from supabase.lib.client_options import SyncClientOptions

from clientes.aura.supabase_local.__main__ import leer_argumentos
from supabase import create_client

RAIZ = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def comando(lectura: Escenario) -> Iterator[str]:
    """La dirección del comando sirviendo; al salir comprueba que se apaga limpio."""
    orden = [
        sys.executable,
        "-m",
        "clientes.aura.supabase_local",
        "--puerto",
        "0",
        "--db-uri",
        lectura.direcciones.api,
        "--esquemas",
        "public",
        "--rol-anonimo",
        "anon",
        "--jwt-secreto",
        SECRETO,
        "--max-filas",
        "3",
    ]
    with subprocess.Popen(
        orden, cwd=RAIZ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as proceso:
        assert proceso.stdout is not None
        yield proceso.stdout.readline().split()[-1]
        proceso.send_signal(signal.SIGINT)
        salida, errores = proceso.communicate(timeout=15)
        assert proceso.returncode == 0 and "Hasta luego" in salida and "Traceback" not in errores


def test_tablas_y_funciones(comando: str) -> None:
    with httpx.Client(base_url=comando, headers={"Authorization": f"Bearer {ficha('service_role')}"}) as http:
        assert http.get(
            "/clientes",
            params={"select": "nombre,negocios(ciudad)", "nombre": "eq.Ana", "negocio": "eq.luna"},
        ).json() == [{"nombre": "Ana", "negocios": {"ciudad": "Hermosillo"}}]
        assert len(http.get("/clientes").json()) == 3
        assert http.post("/rpc/suma", json={"a": 1, "b": 4}).json() == 5
        assert http.head("/clientes", headers={"Prefer": "count=exact"}).headers["content-range"] == "0-2/4"
        raro = http.get('/Tábla "rara"', params={"select": "select"})
        assert raro.json() == [{"select": 1}]
        assert http.post(
            "/rpc/eco",
            content=(parte for parte in (b'{"a"', b":1}")),
            headers={"Content-Type": "application/json"},
        ).json() == {"a": 1}


def test_cliente_oficial_y_anonimo(comando: str) -> None:
    opciones = SyncClientOptions(httpx_client=httpx.Client(), auto_refresh_token=False)
    cliente = create_client(comando, ficha("service_role"), opciones)
    assert cliente.table("etiquetas").select("id").eq("titulo", "nuevo").execute().data == [{"id": 2}]
    assert httpx.get(f"{comando}/secreta").status_code == 401
    assert httpx.get(f"{comando}/rpc/quien_soy").json()["rol"] == "anon"


def test_ayuda_y_argumentos(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ayuda:
        leer_argumentos(["--help"])
    dicho = capsys.readouterr().out
    assert ayuda.value.code == 0
    opciones = (
        "--puerto",
        "--db-uri",
        "--esquemas",
        "--rol-anonimo",
        "--jwt-secreto",
        "--max-filas",
        "--archivos",
    )
    for opcion in opciones:
        assert opcion in dicho
    with pytest.raises(SystemExit) as sin_base:
        leer_argumentos([])
    assert sin_base.value.code == 2
