"""Qué respuesta automática dispara un mensaje. Sin base de datos: lo mismo usa el turno y la caja de prueba."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from .texto import parecidas, plano

Modo = Literal["exacta", "contiene", "parecida"]
Cuando = Literal["siempre", "abierto", "cerrado"]


class Regla(BaseModel):
    """Una respuesta automática. Las que llegan van en el orden en que se prueban."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    nombre: str
    disparadores: tuple[str, ...]
    modo: Modo
    cuando: Cuando
    respuesta: str


@dataclass(frozen=True)
class Disparo:
    """La regla que ganó y por cuál de sus palabras."""

    regla: Regla
    disparador: str


def cual_dispara(reglas: Iterable[Regla], texto: str, *, abierto: bool) -> Disparo | None:
    """La primera regla que le toca a ese mensaje; un mensaje vacío no dispara ninguna."""
    palabras = plano(texto).split()
    if not palabras:
        return None
    for regla in reglas:
        if regla.cuando != "siempre" and (regla.cuando == "abierto") is not abierto:
            continue
        for disparador in regla.disparadores:
            buscadas = plano(disparador).split()
            if buscadas and _casa(regla.modo, buscadas, palabras):
                return Disparo(regla, disparador)
    return None


def _casa(modo: Modo, buscadas: list[str], palabras: list[str]) -> bool:
    if modo == "exacta":
        return palabras == buscadas
    if modo == "contiene":
        largo = len(buscadas)
        return any(palabras[n : n + largo] == buscadas for n in range(len(palabras) - largo + 1))
    return all(any(parecidas(buscada, palabra) for palabra in palabras) for buscada in buscadas)
