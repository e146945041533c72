"""Buscar en lo que una Nora sabe y decidir qué contestaría: lo usan el turno y la caja de prueba del panel."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro
from . import consultas, motor_local
from .cercania import CercaniaLocal
from .codificador import codificador_actual, local
from .escritura import enderezar
from .indexar import indexar_faltantes, modelo_actual
from .motor_local import Bloque, Candidato, Evaluado
from .preferencia import preferir
from .sinonimos import Sinonimos, comunes

bitacora = registro(__name__)

# Los bloques que la base trae para compararlos despacio; la primera criba la hacen vectores, palabras y trigramas.
LIMITE = 24
LARGO_MAXIMO_PREGUNTA = 600
# WhatsApp por Twilio corta en 1,600; el saludo también ocupa.
LARGO_MAXIMO_RESPUESTA = 1_200


@dataclass(frozen=True)
class Resultado:
    """Lo que Nora respondería.

    `tipo`: «segura» contesta con un bloque, «dudosa» ofrece los temas de `elegidos`, «desconocida» pasa a una persona.
    `confianza` de 0 a 1. `texto` vacío si desconocida. `sinonimos`: los que se usaron.
    """

    tipo: Literal["segura", "dudosa", "desconocida"]
    confianza: float
    texto: str
    elegidos: tuple[Evaluado, ...]
    candidatos: tuple[Evaluado, ...]
    sinonimos: Sinonimos


def buscar(nombre_nora: str, pregunta: str) -> list[Candidato]:
    """Los bloques más cercanos a una pregunta, mejores primero; ver `hallar`."""
    return hallar(nombre_nora, pregunta).candidatos


def hallar(nombre_nora: str, pregunta: str) -> consultas.Hallados:
    """Los bloques más cercanos a una pregunta, mejores primero, y los sinónimos de la Nora.

    Un bloque recién guardado puede no tener vector: se calcula antes de buscar. Si el servicio de vectores no
    contesta se busca solo por palabras y trigramas.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    texto = enderezar(pregunta.strip()[:LARGO_MAXIMO_PREGUNTA])
    if not texto:
        return consultas.Hallados([], comunes())
    vector = modelo = None
    try:
        indexar_faltantes(nombre_nora)
        vector = codificador_actual().codificar([texto])[0]
        modelo = modelo_actual()
    except ErrorServicioExterno:
        bitacora.warning("sin_vectores", nora=nombre_nora)
    return consultas.buscar_bloques(nombre_nora, texto, vector, LIMITE, modelo)


def probar(nombre_nora: str, pregunta: str) -> Resultado:
    """Qué respondería Nora a esa pregunta, y en qué bloques se apoya.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    pregunta = pregunta.strip()[:LARGO_MAXIMO_PREGUNTA]
    hallados = hallar(nombre_nora, pregunta)
    decision = preferir(
        motor_local.decidir(pregunta, hallados.candidatos, cercania_actual(), hallados.sinonimos)
    )
    if decision.tipo == "segura":
        texto = texto_para(decision.elegidos[0].bloque, pregunta)
    elif decision.tipo == "dudosa":
        texto = texto_de_temas([e.bloque.titulo for e in decision.elegidos])
    else:
        texto = ""
    return Resultado(
        decision.tipo,
        decision.confianza,
        texto,
        decision.elegidos,
        decision.candidatos,
        hallados.sinonimos,
    )


def cercania_actual() -> CercaniaLocal | None:
    """La comparación de palabras sueltas; None si los vectores se piden a otro servicio."""
    return _cercania() if codificador_actual() is local() else None


@lru_cache(maxsize=1)
def _cercania() -> CercaniaLocal:
    return CercaniaLocal(local())


def texto_de_temas(titulos: list[str]) -> str:
    """La pregunta con los temas numerados; el último número es hablar con una persona."""
    renglones = [f"{n}. {titulo}" for n, titulo in enumerate(titulos, start=1)]
    return "\n".join(["¿Te refieres a…?", *renglones, f"{len(titulos) + 1}. Hablar con una persona"])


def texto_para(bloque: Bloque, pregunta: str) -> str:
    """El contenido del bloque; si no cabe en un mensaje, sus partes más cercanas a la pregunta, en su orden."""
    return motor_local.recortar(bloque.contenido.strip(), pregunta, LARGO_MAXIMO_RESPUESTA)


def leer_bloque(nombre_nora: str, bloque_id: str) -> Bloque | None:
    """Un bloque que hoy se puede usar; None si ya no está, se apagó o venció."""
    return consultas.leer_bloque(nombre_nora, bloque_id)
