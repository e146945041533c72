"""Qué le falta a un bloque para contestar una pregunta con seguridad."""

from __future__ import annotations

from dataclasses import dataclass

from .escritura import PALABRA_ESCRITA, enderezar, plano
from .lectura import leer_bloque, leer_texto
from .medidas import esta
from .motor_local import Bloque

# Menos que esto es una palabra que el bloque no tiene, ni dicha de otro modo.
PARECIDO_MINIMO = 0.6
PALABRAS_MAXIMAS = 4
DATOS = {
    "precio": "el precio",
    "hora": "los días u horas",
    "lugar": "dónde es",
    "plazo": "cuánto tarda o dura",
}


@dataclass(frozen=True)
class Falta:
    """Palabras de la pregunta que el bloque no tiene, como se escribieron, y los datos que pide y no da."""

    palabras: tuple[str, ...]
    datos: tuple[str, ...]


def que_falta(pregunta: str, bloque: Bloque) -> Falta:
    """Lo que hay que escribir en el bloque para que conteste esa pregunta; vacío si no le falta nada."""
    leida = leer_texto(pregunta, es_pregunta=True)
    cuerpo = leer_bloque(bloque.titulo, " ".join((bloque.contenido, *bloque.etiquetas))).cuerpo
    escritas = {plano(p): p for p in PALABRA_ESCRITA.findall(enderezar(pregunta))}
    faltan = dict.fromkeys(
        escritas.get(p.texto, p.texto).lower() for p in leida.palabras if esta(p, cuerpo) < PARECIDO_MINIMO
    )
    return Falta(
        tuple(faltan)[:PALABRAS_MAXIMAS],
        tuple(dicho for dato, dicho in DATOS.items() if dato in leida.datos - cuerpo.datos),
    )
