"""El cliente elige entre los temas que Nora ofreció: por número, por su lugar o con palabras del título."""

from __future__ import annotations

import re
from dataclasses import replace

from ...canales.base import Toque
from ...ia import conocimiento as saber
from ..modelos import Decision, Fuente, Ofrecidas, Opcion, Turno
from ..texto import juntar, parecidas, plano
from . import pasar_a_persona, pedir_persona

PREFIJO, PERSONA = "tema:", "persona"
_ORDINALES = {
    "primero": 1, "primera": 1, "primer": 1, "uno": 1, "una": 1,
    "segundo": 2, "segunda": 2, "dos": 2,
    "tercero": 3, "tercera": 3, "tercer": 3, "tres": 3,
    "cuarto": 4, "cuarta": 4, "cuatro": 4,
}  # fmt: skip
_RELLENO = juntar(
    """
    la el lo las los opcion numero num no de a por favor esa ese esta este quiero seria si es del sobre
    me gustaria interesa mejor creo que digamos pues dame info informacion mas saber y con una un al
    """
)
_VACIAS = juntar(
    """
    la el lo las los de del a y o en con por para un una su sus al que se
    """
)


def decidir(turno: Turno) -> Decision | None:
    """Si había temas ofrecidos y el mensaje elige uno; cualquier otra cosa se atiende como pregunta nueva."""
    if not turno.opciones or turno.opciones[0].menu_id:  # las del menú las resuelve el menú
        return None
    elegida = _tocada(turno) or elegir(turno.texto, turno.opciones)
    if elegida is None:
        return None
    if elegida.bloque_id is None:
        return pedir_persona.pasar(turno)
    bloque = saber.leer_bloque(turno.nora.nombre_nora, elegida.bloque_id)
    if bloque is None:
        return pasar_a_persona.decidir(turno)
    return Decision(
        "eleccion",
        texto=saber.texto_para(bloque, elegida.titulo),
        fuentes=(Fuente(bloque.id, bloque.titulo, 1.0),),
    )


def ofrecer(decision: Decision) -> Decision:
    """Los temas numerados, también para tocar donde el canal pueda. Van al final del texto."""
    if not decision.opciones or decision.ofrecidas is not None:
        return decision
    renglones = "\n".join(f"{o.numero}. {o.titulo}" for o in decision.opciones)
    if not decision.texto.endswith(renglones):
        return decision
    toques = tuple(Toque(f"{PREFIJO}{o.bloque_id or PERSONA}", o.titulo) for o in decision.opciones)
    return replace(decision, ofrecidas=Ofrecidas(toques, renglones))


def _tocada(turno: Turno) -> Opcion | None:
    """La del botón que tocó, si sigue entre las ofrecidas."""
    toque = next((p.toque for p in reversed(turno.pendientes) if p.toque.startswith(PREFIJO)), "")
    tema = toque.removeprefix(PREFIJO)
    return next((o for o in turno.opciones if tema and (o.bloque_id or PERSONA) == tema), None)


def elegir(texto: str, opciones: tuple[Opcion, ...]) -> Opcion | None:
    """La opción que nombra el texto, o None si no nombra una y solo una."""
    numero = _numero(texto, max(o.numero for o in opciones))
    if numero is not None:
        return next((o for o in opciones if o.numero == numero), None)
    return _por_titulo(texto, opciones)


def _numero(texto: str, ultima: int) -> int | None:
    # El «2️⃣» es un 2 con adornos que `plano` quita.
    palabras = [p for p in plano(texto).split() if p not in _RELLENO]
    if len(palabras) != 1:
        sueltas = plano(texto).split()
        palabras = sueltas if len(sueltas) == 1 else palabras
    if len(palabras) != 1:
        return None
    palabra = palabras[0]
    if palabra in ("ultimo", "ultima"):
        return ultima
    if re.fullmatch(r"\d{1,2}", palabra):
        return int(palabra)
    return _ORDINALES.get(palabra)


def _por_titulo(texto: str, opciones: tuple[Opcion, ...]) -> Opcion | None:
    dichas = [p for p in plano(texto).split() if p not in _VACIAS and p not in _RELLENO]
    if not dichas or len(dichas) > 6:
        return None
    puntos: list[tuple[float, Opcion]] = []
    for opcion in opciones:
        titulo = [p for p in plano(opcion.titulo).split() if p not in _VACIAS]
        aciertos = sum(any(_misma(dicha, palabra) for palabra in titulo) for dicha in dichas)
        puntos.append((aciertos / len(dichas), opcion))
    puntos.sort(key=lambda par: -par[0])
    mejor, segundo = puntos[0], puntos[1][0] if len(puntos) > 1 else 0.0
    # Casi todo lo dicho debe estar en el título: «precio del corte» elige; «¿y abren el domingo?» es otra pregunta.
    return mejor[1] if mejor[0] >= 0.75 and mejor[0] > segundo else None


def _misma(una: str, otra: str) -> bool:
    return parecidas(una, otra) or una.rstrip("s") == otra.rstrip("s")
