"""Cuando Nora duda entre temas y el dueño ya dijo cuál prefiere, no hace falta preguntar. Puro."""

from __future__ import annotations

from dataclasses import dataclass

from .motor_local import CONFIANZA_SEGURA, Bloque, Decision, Evaluado


@dataclass(frozen=True)
class BloqueConPrioridad(Bloque):
    """Un bloque con la preferencia del dueño: 1 si va antes que los que se le parecen."""

    prioridad: int = 0


def preferir(decision: Decision) -> Decision:
    """Contesta con el preferido si la duda es solo entre temas; si no, lo ofrece primero.

    Las confianzas de los temas y de «ninguno» suman 1: si las de los ofrecidos juntas son de segura, alguno de ellos
    contesta, y el dueño ya dijo cuál.
    """
    preferidos = [e for e in decision.elegidos if _prioridad(e) > 0]
    if decision.tipo != "dudosa" or not preferidos:
        return decision
    juntas = sum(e.confianza for e in decision.elegidos)
    if len(preferidos) == 1 and juntas >= CONFIANZA_SEGURA:
        return Decision("segura", juntas, (preferidos[0],), decision.candidatos)
    en_orden = tuple(sorted(decision.elegidos, key=lambda e: -_prioridad(e)))
    return Decision("dudosa", decision.confianza, en_orden, decision.candidatos)


def _prioridad(evaluado: Evaluado) -> int:
    bloque = evaluado.bloque
    return bloque.prioridad if isinstance(bloque, BloqueConPrioridad) else 0
