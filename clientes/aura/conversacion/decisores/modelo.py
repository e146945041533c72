"""El modelo de lenguaje, si hay llave y no se pasó el tope. Lo que no pueda lo contesta el motor local."""

from __future__ import annotations

from ...ia import asistente
from .. import archivos
from ..modelos import Decision, Fuente, Turno
from . import pasar_a_persona
from .bienvenida import quitar_saludo
from .pedir_persona import TEXTO as TEXTO_PASE

DECISOR = "modelo"
MOTIVO_FRENADA = "Nora iba a decir algo que no está en lo que sabe. Su borrador está abajo, donde escribes."
FUERA_DE_TEMA = "De eso no te puedo ayudar; aquí te atiendo con lo de {negocio}."


def decidir(turno: Turno) -> Decision | None:
    """Contesta con el modelo; None si no se puede o no sabe, para que siga el motor local."""
    fotos = archivos.fotos(turno)
    if not quitar_saludo(turno.texto) and not fotos:
        return None
    salida = asistente.responder(
        turno.nora.nombre_nora,
        turno.conversacion_id,
        primer_mensaje=turno.pendientes[0].id,
        ahora=turno.ahora,
        fotos=fotos,
    )
    asistente.anotar(turno.nora.nombre_nora, turno.conversacion_id, turno.hasta_mensaje, turno.texto, salida)
    if salida.tipo == "contestada":
        fuentes = tuple(
            Fuente(a.id, a.titulo, 0.0, a.tipo, "" if a.tipo == "bloque" else a.texto.strip())
            for a in asistente.en_que_se_apoya(salida)
        )
        return Decision(DECISOR, texto=salida.texto, fuentes=fuentes)
    if salida.tipo == "frenada":
        return _pasar(turno, MOTIVO_FRENADA, pasar_a_persona.frase(turno))
    if salida.tipo == "pasar":
        return _pasar(turno, salida.motivo, TEXTO_PASE)
    if salida.tipo == "fuera_de_tema":
        propio = turno.nora.mensaje_fuera_tema.strip()
        return Decision(DECISOR, texto=propio or FUERA_DE_TEMA.format(negocio=turno.nora.nombre_visible))
    return None


def _pasar(turno: Turno, motivo: str, texto: str) -> Decision:
    """Como los demás pases: el aviso se dice una vez, no en cada mensaje."""
    dicho = "" if pasar_a_persona.aviso_reciente(turno) else texto
    return Decision("pasar_a_persona", texto=dicho, pasar_a_persona=True, motivo=motivo)
