"""Lo que se lee de un informe de Lighthouse y cómo queda escrito."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from herramientas import lighthouse
from herramientas.pasos import FalloPaso


def _informe(rapidez: float | None, **cambios: Any) -> dict[str, Any]:
    return {
        "lighthouseVersion": "13.5.0",
        "requestedUrl": "http://127.0.0.1:1/login",
        "finalDisplayedUrl": "http://127.0.0.1:1/login",
        "categories": {
            "performance": {
                "score": rapidez,
                "auditRefs": [
                    {"id": "first-contentful-paint", "weight": 10},
                    {"id": "largest-contentful-paint", "weight": 25},
                    {"id": "bytes", "weight": 0},
                ],
            },
            "accessibility": {"score": 0.97, "auditRefs": [{"id": "contraste", "weight": 3}]},
            "best-practices": {"score": 1, "auditRefs": []},
        },
        "audits": {
            "first-contentful-paint": {
                "id": "fcp",
                "title": "Primer dibujo",
                "score": 0.8,
                "displayValue": "2.1 s",
            },
            "largest-contentful-paint": {
                "id": "lcp",
                "title": "Lo más grande",
                "score": 0.5,
                "displayValue": "3.0 s",
            },
            "total-blocking-time": {"id": "tbt", "title": "Bloqueo", "score": 1, "displayValue": "0 ms"},
            "cumulative-layout-shift": {"id": "cls", "title": "Saltos", "score": 1, "displayValue": "0"},
            "speed-index": {"id": "si", "title": "Velocidad", "score": 1, "displayValue": "2.2 s"},
            "contraste": {"id": "contraste", "title": "Contraste", "score": None},
            "bytes": {"id": "bytes", "title": "Bytes", "score": 0},
        },
        **cambios,
    }


def test_de_un_informe_se_leen_calificaciones_tiempos_y_lo_que_mas_quita() -> None:
    medida = lighthouse.leer_informe("login", _informe(0.895))
    assert medida.calificaciones == {"performance": 90, "accessibility": 97, "best-practices": 100}
    assert medida.cumple
    assert medida.tiempos["first-contentful-paint"] == "2.1 s"
    assert medida.quejas == ("Lo más grande (lcp) 3.0 s -12.5", "Primer dibujo (fcp) 2.1 s -2.0")
    assert not lighthouse.leer_informe("login", _informe(0.89)).cumple


@pytest.mark.parametrize(
    ("informe", "dice"),
    [
        (_informe(0.9, finalDisplayedUrl="http://127.0.0.1:1/otra"), "se midió http://127.0.0.1:1/otra"),
        (_informe(None), "sin calificación en performance"),
        (_informe(0.9, runtimeError={"code": "NO_FCP"}), "NO_FCP"),
    ],
)
def test_una_medida_que_no_es_de_la_pagina_no_se_da_por_buena(informe: dict[str, Any], dice: str) -> None:
    with pytest.raises(FalloPaso, match=dice):
        lighthouse.leer_informe("login", informe)


def test_de_varias_vale_la_mediana_en_rapidez_y_la_peor_en_lo_demas() -> None:
    medidas = [lighthouse.leer_informe("login", _informe(rapidez)) for rapidez in (0.99, 0.7, 0.92)]
    medidas[0].calificaciones["accessibility"] = 91
    assert lighthouse.mediana(medidas).calificaciones == {
        "performance": 92,
        "accessibility": 91,
        "best-practices": 100,
    }


def test_el_documento_dice_como_se_midio() -> None:
    medida = lighthouse.leer_informe("login", _informe(0.95))
    texto = lighthouse.documento([medida], 3, datetime(2026, 11, 23, tzinfo=UTC))
    assert "herramientas.lighthouse --escribir" in texto
    assert "| login | 95 | 97 | 100 | 2.1 s | 3.0 s | 0 ms | 0 | 2.2 s |" in texto
    assert "Lighthouse 13.5.0" in texto and "2026-11-23" in texto


def test_el_candado_de_npm_no_dice_de_donde_se_baja() -> None:
    candado = json.loads((lighthouse.CARPETA / "package-lock.json").read_text(encoding="utf-8"))
    assert not [nombre for nombre, paquete in candado["packages"].items() if "resolved" in paquete]
    pedida = json.loads((lighthouse.CARPETA / "package.json").read_text(encoding="utf-8"))["dependencies"]
    assert candado["packages"]["node_modules/lighthouse"]["version"] == pedida["lighthouse"]
