"""Las preguntas que Nora no supo contestar: juntarlas, proponerlas como tema, y cuánto contesta sola."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...conversacion.decisores.bienvenida import es_saludo, quitar_saludo
from ...ia.codificador import codificador_actual
from ...utils.errores import ErrorNoEncontrado, ErrorServicioExterno
from ...utils.logging_utils import registro
from . import consultas_preguntas
from .formularios import LARGO_TITULO
from .modelos import Cobertura, PreguntaAbierta, Preguntas

# Coseno desde el que dos preguntas piden lo mismo (USE multilingüe, preguntas cortas de clientes).
PARECIDO = 0.62
# «Hola, ¿…»: lo de antes de la coma o del signo es saludo cuando solo saluda.
SALUDO_SEGUIDO = re.compile(r"([^,¿¡!.]{2,40})[,!.]?\s*(?=\S)")
bitacora = registro(__name__)


@dataclass(frozen=True)
class CoberturaVista:
    """La cobertura con sus totales de 30 días. `porcentaje`: lo que Nora contestó sola; None si nadie preguntó."""

    cobertura: Cobertura
    contestadas: int
    opciones: int
    pasadas: int

    @property
    def total(self) -> int:
        """Todo lo que preguntaron."""
        return self.contestadas + self.opciones + self.pasadas

    @property
    def porcentaje(self) -> int | None:
        """De cada cien preguntas, cuántas contestó sola."""
        return round(100 * self.contestadas / self.total) if self.total else None


def listar(nombre_nora: str, *, ocultas: bool) -> Preguntas:
    """Los grupos, los más preguntados primero. Las preguntas nuevas se agrupan aquí, antes de enseñarlas."""
    estado = "oculta" if ocultas else "abierta"
    codificador = codificador_actual()
    leidas = consultas_preguntas.listar(nombre_nora, estado, codificador.nombre)
    if not leidas.por_agrupar:
        return leidas
    try:
        vectores = codificador.codificar(
            [quitar_saludo(p.pregunta) or p.pregunta for p in leidas.por_agrupar]
        )
    except ErrorServicioExterno:
        bitacora.warning("preguntas_sin_agrupar", nora=nombre_nora)
        return leidas
    ids = [p.id for p in leidas.por_agrupar]
    return consultas_preguntas.agrupar(
        nombre_nora, list(zip(ids, vectores, strict=True)), codificador.nombre, PARECIDO, estado
    )


def leer(nombre_nora: str, grupo: str) -> PreguntaAbierta:
    """Una pregunta para enseñarla.

    Raises:
        ErrorNoEncontrado: no es de esta Nora, o ya se enseñó.
    """
    leida = consultas_preguntas.leer(nombre_nora, grupo)
    if leida is None:
        raise ErrorNoEncontrado
    return leida


def como_bloque(pregunta: PreguntaAbierta) -> dict[str, str]:
    """El tema que se propone: la pregunta sin saludo, y lo que contestó la persona."""
    titulo = (quitar_saludo(pregunta.pregunta) or pregunta.pregunta).strip()
    entrada = SALUDO_SEGUIDO.match(titulo)
    if entrada and es_saludo(entrada[1]):
        titulo = titulo[entrada.end() :]
    return {"titulo": (titulo[:1].upper() + titulo[1:])[:LARGO_TITULO], "contenido": pregunta.respuesta}


def ocultar(nombre_nora: str, grupo: str, oculta: bool) -> None:
    """Deja de mostrar una pregunta, o la vuelve a mostrar.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas_preguntas.cambiar_estado(nombre_nora, grupo, "oculta" if oculta else "abierta"):
        raise ErrorNoEncontrado


def cobertura(nombre_nora: str) -> CoberturaVista:
    """Cuánto contesta Nora sola."""
    leida = consultas_preguntas.cobertura(nombre_nora)
    return CoberturaVista(
        leida,
        sum(d.contestadas for d in leida.dias),
        sum(d.opciones for d in leida.dias),
        sum(d.pasadas for d in leida.dias),
    )
