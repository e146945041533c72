"""Peticiones al azar a cada ruta, con cada identidad: ninguna contesta 500."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from apoyo.fiabilidad import Anotar
from apoyo.siembra import sembrar
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.routing import BuildError, Rule

PLANTILLAS = Path(__file__).resolve().parents[2] / "clientes" / "aura" / "templates"
# Cierran la sesión o apagan la Nora con que se prueba: lo demás ya solo contestaría 403 o 404.
APAGAN = re.compile(
    r"salir|suspender|borrar_nora|eliminar|dar_de_baja|usuarios\.|noras\.(?:borrar|estado|cambiar)"
)
# Los archivos tienen sus pruebas; «listo» contesta 503 con razón: aquí no corren los hilos.
FUERA = ("static", "archivos.", "salud.listo")

TEXTOS = st.one_of(
    st.sampled_from(
        [
            "",
            "0",
            "-1",
            "9" * 30,
            "1e308",
            "NaN",
            "null",
            "[]",
            '{"a":1}',
            "2026-02-31",
            "0000-00-00",
            "25:61",
            "a\x00b",
            "'; drop table x; --",
            "{{7*7}}",
            "../../etc/passwd",
            "%00",
            "\u202e",
            str(uuid.UUID(int=0)),
            "😀" * 50,
            "x" * 5_000,
        ]
    ),
    st.text(max_size=40).filter(lambda t: t.isprintable()),
    st.integers(-(2**63), 2**63).map(str),
)


def _campos() -> list[str]:
    """Los nombres de campo que usan nuestras páginas, más los de paginar y filtrar."""
    nombres = {
        nombre
        for ruta in PLANTILLAS.rglob("*.html")
        for nombre in re.findall(r'name="([\w\-]+)"', ruta.read_text(encoding="utf-8"))
    }
    return sorted(
        nombres | {"q", "texto", "desde", "hasta", "orden", "antes", "despues", "pagina", "etiqueta", "id"}
    )


CAMPOS = st.dictionaries(st.sampled_from(_campos()), TEXTOS, max_size=5)


@pytest.fixture
def escena(
    app: Flask,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    cliente_de: Callable[..., Any],
    cliente_http: Any,
) -> dict[str, Any]:
    crear_nora("marea")
    dueno = crear_usuario("semilla@marea.mx", "dueno", "marea")
    return {
        "app": app,
        "ids": sembrar("marea", dueno),
        "quienes": {
            "nadie": cliente_http,
            "agente": cliente_de("agente", "marea"),
            "dueno": cliente_de("dueno", "marea"),
            "admin": cliente_de("admin"),
        },
    }


def _reglas(app: Flask) -> list[tuple[Rule, str]]:
    return [
        (regla, metodo)
        for regla in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint))
        if not regla.endpoint.startswith(FUERA)
        for metodo in sorted((regla.methods or set()) - {"HEAD", "OPTIONS"})
        if metodo == "GET" or not APAGAN.search(regla.endpoint)
    ]


def _direccion(datos: st.DataObject, regla: Rule, ids: dict[str, Any]) -> str | None:
    valores: dict[str, Any] = {}
    for argumento in sorted(regla.arguments):
        if argumento in ("nombre_nora", "nombre"):
            valores[argumento] = "marea"
        elif argumento in ids and datos.draw(st.booleans()):
            valores[argumento] = ids[argumento]
        else:
            valores[argumento] = datos.draw(st.one_of(st.uuids(), st.integers(0, 2**40), TEXTOS))
    try:
        construida = regla.build(valores)
    except (BuildError, ValueError, TypeError, UnicodeError):
        return None  # ese valor no cabe en la dirección
    return construida[1] if construida else None


@pytest.mark.parametrize(
    "veces",
    [150, pytest.param(5_000, marks=[pytest.mark.largo, pytest.mark.timeout(1800)])],
    ids=["corta", "larga"],
)
def test_ninguna_contesta_500(escena: dict[str, Any], veces: int, anotar: Anotar) -> None:
    reglas = _reglas(escena["app"])
    hechas = 0

    @settings(
        max_examples=veces,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    @given(
        st.sampled_from(reglas), st.sampled_from(sorted(escena["quienes"])), CAMPOS, st.booleans(), st.data()
    )
    def pedir(
        cual: tuple[Rule, str], quien: str, campos: dict[str, str], por_json: bool, datos: st.DataObject
    ) -> None:
        nonlocal hechas
        regla, metodo = cual
        ruta = _direccion(datos, regla, escena["ids"])
        if ruta is None:
            return
        cliente = escena["quienes"][quien]
        if metodo == "GET":
            respuesta = cliente.get(ruta, query_string=campos)
        elif por_json:
            respuesta = cliente.enviar_json(ruta, campos)
        else:
            respuesta = cliente.enviar(ruta, campos)
        respuesta.get_data()
        hechas += 1
        assert respuesta.status_code < 500, (
            f"{metodo} {ruta} como {quien} con {campos!r}: {respuesta.status_code}"
        )

    pedir()
    assert hechas > veces / 2
    anotar("al_azar", rutas=len(reglas), peticiones=hechas, de_500=0)
