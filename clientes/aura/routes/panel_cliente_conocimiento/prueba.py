"""«¿Qué respondería Nora?»: lo que decide el motor, dicho en palabras de quien lleva el negocio."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from ...conversacion.decisores.bienvenida import quitar_saludo
from ...conversacion.decisores.pasar_a_persona import AVISO, TEXTO
from ...ia.conocimiento import Resultado, probar
from ...ia.consejo import que_falta
from ...ia.contradicciones import comparar
from ...utils.config import leer_configuracion

# Por debajo de esto un bloque no se parece lo bastante para decir que «iba por ahí».
CONFIANZA_PARA_MENCIONAR = 0.05


@dataclass(frozen=True)
class Apoyo:
    """Un bloque en que se apoya la respuesta. `porcentaje`: de 0 a 100, qué tanto se parece a la pregunta."""

    id: str
    titulo: str
    porcentaje: int


@dataclass(frozen=True)
class Prueba:
    """Lo que Nora haría con una pregunta.

    Args:
        respuesta: lo que mandaría, tal cual.
        apoyos: los bloques en que se apoya, o los más parecidos si no está segura.
        consejo: qué escribir para que la próxima vez conteste sola; vacío si ya lo hace.
    """

    pregunta: str
    tipo: Literal["segura", "dudosa", "desconocida"]
    titular: str
    explicacion: str
    respuesta: str
    apoyos: list[Apoyo]
    consejo: str


def que_responderia(nombre_nora: str, pregunta: str) -> Prueba:
    """Prueba una pregunta contra lo que la Nora sabe, con el mismo motor que contesta a los clientes.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    resultado = probar(nombre_nora, quitar_saludo(pregunta) or pregunta)
    if resultado.tipo == "segura":
        titulo = resultado.elegidos[0].bloque.titulo
        return _prueba(
            pregunta,
            resultado,
            "Segura",
            f"Contestaría al momento con lo que dice «{titulo}».",
            resultado.texto,
            "",
        )
    if resultado.tipo == "dudosa":
        if len(resultado.elegidos) == 1:
            explicacion = "Preguntaría si se refiere a ese tema antes de contestar."
        else:
            explicacion = "Preguntaría a cuál de estos temas se refiere antes de contestar."
        return _prueba(
            pregunta,
            resultado,
            "Dudosa: preguntaría",
            explicacion,
            resultado.texto,
            _que_escribir(pregunta, resultado),
        )
    explicacion = "Nada de lo que sabe contesta esto. No inventa: avisa y te deja la conversación."
    consejo = _que_agregar(pregunta, resultado)
    frase = f"{leer_configuracion(nombre_nora).mensaje_fuera_tema.strip() or TEXTO} {AVISO}"
    return _prueba(pregunta, resultado, "Pasaría a una persona", explicacion, frase, consejo)


def _que_escribir(pregunta: str, resultado: Resultado) -> str:
    """Con qué se le quitaría la duda: un dato, unas palabras, o distinguir dos temas parecidos."""
    mejor = resultado.elegidos[0].bloque
    falta = que_falta(quitar_saludo(pregunta) or pregunta, mejor, resultado.sinonimos)
    otro = resultado.elegidos[1].bloque if len(resultado.elegidos) > 1 else None
    pareja = comparar(mejor, otro) if otro else None
    if otro and pareja and pareja.tipo == "repetido":
        return f"«{mejor.titulo}» y «{otro.titulo}» dicen casi lo mismo. Deja uno solo en Revisar."
    if otro and pareja:
        return f"«{mejor.titulo}» dice {pareja.uno} y «{otro.titulo}» dice {pareja.otro}. Di en Revisar cuál vale."
    if falta.otro:
        return f"«{mejor.titulo}» no dice nada de {falta.otro}. Escribe ahí si lo hay, o que no."
    if falta.datos:
        return f"«{mejor.titulo}» no dice {' ni '.join(falta.datos)}. Si es el tema, escríbelo ahí."
    if otro and _disputado(resultado):
        return f"«{mejor.titulo}» y «{otro.titulo}» se parecen. Di en cada título en qué se distinguen."
    if falta.palabras:
        dichas = ", ".join(f"«{palabra}»" for palabra in falta.palabras)
        return (
            f"Si lo contesta «{mejor.titulo}», agrégale las palabras del cliente ({dichas}), "
            "o júntalas en Sinónimos con las que ya dice."
        )
    return f"Escribe en el título de «{mejor.titulo}» las palabras con que lo piden tus clientes."


def _que_agregar(pregunta: str, resultado: Resultado) -> str:
    """Qué escribir cuando nada contesta: en el tema más parecido si lo hay, o en uno nuevo."""
    nuevo = "Escribe un tema nuevo con la respuesta. Usa en el título las palabras de tus clientes."
    cerca = next(
        (e.bloque for e in resultado.candidatos[:1] if e.confianza >= CONFIANZA_PARA_MENCIONAR), None
    )
    if cerca is None:
        return nuevo
    falta = que_falta(quitar_saludo(pregunta) or pregunta, cerca, resultado.sinonimos)
    if falta.otro or falta.datos:
        lo_que = f"nada de {falta.otro}" if falta.otro else " ni ".join(falta.datos)
        return (
            f"Lo más parecido es «{cerca.titulo}», que no dice {lo_que}. Escríbelo ahí, o en un tema nuevo."
        )
    return nuevo


def _disputado(resultado: Resultado) -> bool:
    """Si entre los dos primeros temas se reparten la confianza: se estorban más de lo que falta una palabra."""
    primero, segundo = resultado.elegidos[:2]
    return segundo.confianza >= primero.confianza / 2


def _prueba(
    pregunta: str, resultado: Resultado, titular: str, explicacion: str, respuesta: str, consejo: str
) -> Prueba:
    evaluados = resultado.elegidos or tuple(
        e for e in resultado.candidatos[:1] if e.confianza >= CONFIANZA_PARA_MENCIONAR
    )
    apoyos = [Apoyo(e.bloque.id, e.bloque.titulo, round(e.confianza * 100)) for e in evaluados]
    return Prueba(pregunta, resultado.tipo, titular, explicacion, respuesta, apoyos, consejo)
