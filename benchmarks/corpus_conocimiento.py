"""Los negocios inventados con que se mide si Nora contesta bien; cada uno es un JSON de `datos/conocimiento/`.

Cada negocio tiene 25 bloques y 30 preguntas: 20 que algún bloque contesta y 10 que no (5 de cerca: está el tema y
falta el dato). `mitad` los parte por negocio: con «ajuste» se ajustó el motor y con «reporte» se midió la primera vez;
ya vistos, «reporte», «reserva_final» y «tercera» también ajustan, y «extra» se escribió para ajustar. Lo que se mide
son negocios que nadie ha visto: los de «cuarta».
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

DATOS = Path(__file__).resolve().parent / "datos" / "conocimiento"
MITADES = ("ajuste", "reporte", "reserva_final", "tercera", "extra", "cuarta")
CON_QUE_AJUSTAR = ("ajuste", "reporte", "reserva_final", "tercera", "extra")
ESTILOS = ("normal", "errores", "jerga", "dictado", "burbujas", "mezclada")


@dataclass(frozen=True)
class BloqueDeCorpus:
    """Lo que el dueño enseñó."""

    id: str
    titulo: str
    contenido: str


@dataclass(frozen=True)
class Pregunta:
    """Un mensaje de cliente.

    Args:
        texto: como lo escribió; varias burbujas van separadas por un salto de línea.
        bloques: los que la contestan (cualquiera vale cuando pregunta por dos cosas); vacío si ninguno.
        cerca: si ninguno la contesta, el bloque del mismo tema al que le falta el dato; None si no hay tema.
    """

    texto: str
    estilo: str
    bloques: tuple[str, ...]
    cerca: str | None


@dataclass(frozen=True)
class NegocioDeCorpus:
    """Un negocio inventado con sus bloques y sus preguntas."""

    clave: str
    nombre: str
    mitad: str
    bloques: tuple[BloqueDeCorpus, ...]
    preguntas: tuple[Pregunta, ...]


def leer_corpus(mitad: str | None = None) -> tuple[NegocioDeCorpus, ...]:
    """Los negocios por orden de nombre de archivo; todos, o los de una mitad."""
    negocios = [_negocio(json.loads(r.read_text(encoding="utf-8"))) for r in sorted(DATOS.glob("*.json"))]
    return tuple(n for n in negocios if mitad in (None, n.mitad))


def _negocio(dato: dict[str, Any]) -> NegocioDeCorpus:
    return NegocioDeCorpus(
        dato["clave"],
        dato["nombre"],
        dato["mitad"],
        tuple(BloqueDeCorpus(**bloque) for bloque in dato["bloques"]),
        tuple(Pregunta(p["texto"], p["estilo"], tuple(p["bloques"]), p["cerca"]) for p in dato["preguntas"]),
    )
