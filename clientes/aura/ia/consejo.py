"""Qué le falta a un bloque para contestar una pregunta con seguridad."""

from __future__ import annotations

from dataclasses import dataclass

from .escritura import PALABRA_ESCRITA, enderezar, plano
from .lectura import leer_bloque, leer_texto
from .medidas import esta
from .motor_local import Bloque
from .pedido import en_que_choca, fecha_que_falta, leer_pedido, lo_que_no_da
from .sinonimos import Sinonimos

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
    """Lo que un bloque no tiene para contestar una pregunta.

    Args:
        palabras: las de la pregunta, como se escribieron.
        datos: los que pide y no da: «el precio», «de qué color».
        otro: la fecha que pide y no nombra, o la medida o número cuando solo tiene otros: «rin 20»; o vacío.
    """

    palabras: tuple[str, ...]
    datos: tuple[str, ...]
    otro: str = ""


def que_falta(pregunta: str, bloque: Bloque, sinonimos: Sinonimos | None = None) -> Falta:
    """Lo que hay que escribir en el bloque para que conteste esa pregunta; vacío si no le falta nada."""
    leida = leer_texto(pregunta, es_pregunta=True, sinonimos=sinonimos)
    contenido = " ".join((bloque.contenido, *bloque.etiquetas))
    cuerpo = leer_bloque(bloque.titulo, contenido, sinonimos).cuerpo
    pedido, texto = leer_pedido(pregunta), f"{bloque.titulo}. {contenido}"
    generales = (dicho for dato, dicho in DATOS.items() if dato in leida.datos - cuerpo.datos)
    escritas = {plano(p): p for p in PALABRA_ESCRITA.findall(enderezar(pregunta))}
    faltan = dict.fromkeys(
        escritas.get(p.texto, p.texto).lower()
        for p in leida.palabras
        # Un número o un mes sueltos no dicen de otro modo el tema.
        if not p.texto.isdigit() and p.texto not in leida.fechas and esta(p, cuerpo) < PARECIDO_MINIMO
    )
    return Falta(
        tuple(faltan)[:PALABRAS_MAXIMAS],
        tuple(dict.fromkeys((*generales, *lo_que_no_da(pedido, texto)))),
        en_que_choca(pedido, texto) or fecha_que_falta(pedido, texto),
    )
