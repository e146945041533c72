"""Ensayar: contestar otra vez una conversación pasada con los ajustes nuevos, sin guardar ni mandar nada."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from ...ia import asistente, conocimiento
from ...ia import consultas_asistente as consultas
from ...ia.asistente import Salida
from ...ia.consultas_asistente import ContextoIA, Dicho
from ...ia.guardia import explicar
from ...ia.herramientas import Contexto
from ...utils.errores import ErrorNoEncontrado

TURNOS = 4
PLAZO_S = 25.0
POR_QUE_NO = {
    "sin_llave": "No hay llave: contestaría el motor local.",
    "apagado": "El modelo está apagado: contestaría el motor local.",
    "tope": "Ya se llegó al tope del mes: contestaría el motor local.",
    "llave": "La llave no sirve: contestaría el motor local.",
    "tiempo": "El modelo tardó demasiado: contestaría el motor local.",
    "limite": "El modelo pidió esperar: contestaría el motor local.",
    "descansa": "El modelo falló hace un momento: contestaría el motor local.",
    "ocupado": "El modelo está ocupado: contestaría el motor local.",
}


@dataclass(frozen=True)
class Vuelta:
    """Un turno ensayado: lo que dijo el cliente, lo que se le contestó y lo que se le contestaría.

    `marca`: «igual», «frenada», «pasa», «local» o vacía. `nota` explica lo que no es una respuesta normal.
    """

    cliente: str
    antes: str
    antes_quien: str
    ahora: str
    nota: str
    marca: str
    apoyos: tuple[str, ...]


@dataclass(frozen=True)
class Ensayo:
    """Lo que resultó, y lo que costó en pesos."""

    vueltas: tuple[Vuelta, ...]
    costo: float


@dataclass(frozen=True)
class _Turno:
    previos: tuple[Dicho, ...]
    pregunta: tuple[Dicho, ...]
    respuesta: Dicho | None


def ensayar(nombre_nora: str, conversacion_id: str, ajustes: Mapping[str, Any]) -> Ensayo:
    """Contesta los últimos turnos de una conversación con esos ajustes.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    contexto = consultas.leer_contexto(nombre_nora, conversacion_id, 60)
    if contexto is None:
        raise ErrorNoEncontrado
    nora = contexto.nora.model_copy(
        update={
            campo: ajustes[campo]
            for campo in ("personalidad", "instrucciones", "modo_respuesta", "mensaje_fuera_tema")
        }
    )
    ia = contexto.ia.model_copy(
        update={campo: ajustes[campo] for campo in ("cuando_pasar", "maximo_palabras")}
    )
    contexto = contexto.model_copy(update={"nora": nora, "ia": ia, "llamadas_hoy": 0})
    turnos = _turnos(contexto.mensajes)[-TURNOS:]
    with ThreadPoolExecutor(TURNOS, thread_name_prefix="ensayo") as hilos:
        salidas = list(
            hilos.map(lambda turno: _pensar(nombre_nora, conversacion_id, contexto, turno), turnos)
        )
    vueltas = tuple(
        _vuelta(nombre_nora, turno, salida) for turno, salida in zip(turnos, salidas, strict=True)
    )
    return Ensayo(vueltas, sum(salida.costo_pesos for salida in salidas))


def _turnos(mensajes: Sequence[Dicho]) -> list[_Turno]:
    """Cada tanda de mensajes del cliente con lo que se le contestó."""
    turnos: list[_Turno] = []
    tanda: list[Dicho] = []
    for n, dicho in enumerate(mensajes):
        if dicho.sentido == "entrante":
            tanda.append(dicho)
            siguiente = mensajes[n + 1] if n + 1 < len(mensajes) else None
            if siguiente is None or siguiente.sentido == "saliente":
                previos = tuple(mensajes[: n + 1 - len(tanda)])
                turnos.append(_Turno(previos, tuple(tanda), siguiente))
                tanda = []
    return turnos


def _pensar(nombre_nora: str, conversacion_id: str, contexto: ContextoIA, turno: _Turno) -> Salida:
    razon = asistente.por_que_no(contexto)
    if razon:
        return Salida("no_pudo", motivo=razon)
    previos = tuple(d.model_copy(update={"pendiente": False}) for d in turno.previos[-14:])
    pregunta = tuple(d.model_copy(update={"pendiente": True}) for d in turno.pregunta)
    solo_esto = contexto.model_copy(update={"mensajes": (*previos, *pregunta)})
    manos_de = Contexto(
        nombre_nora,
        conversacion_id,
        contexto.contacto.id,
        contexto.canal,
        contexto.nora.zona_horaria,
        ensayo=True,
    )
    return asistente.pensar(solo_esto, manos_de, plazo_s=PLAZO_S)


def _vuelta(nombre_nora: str, turno: _Turno, salida: Salida) -> Vuelta:
    cliente = "\n".join(d.texto for d in turno.pregunta)
    antes = turno.respuesta.texto if turno.respuesta else ""
    quien = {"nora": "Nora", "persona": "Una persona"}.get(
        turno.respuesta.autor if turno.respuesta else "", ""
    )
    ahora, nota, marca = salida.texto, "", ""
    if salida.tipo == "frenada":
        marca = "frenada"
        nota = " ".join(["No se mandaría; pasaría a una persona.", *explicar(salida.hallazgos)])
    elif salida.tipo == "pasar":
        marca, nota = "pasa", f"Pasaría a una persona: {salida.motivo}"
    elif salida.tipo == "fuera_de_tema":
        marca, nota = "pasa", "Diría que eso está fuera de tema."
    elif salida.tipo in ("no_sabe", "no_pudo"):
        marca = "local"
        local = conocimiento.probar(nombre_nora, cliente)
        ahora = local.texto
        nota = POR_QUE_NO.get(salida.motivo, "El modelo no supo: contestaría el motor local.")
        if not ahora:
            nota = nota.replace("contestaría el motor local", "pasaría a una persona")
    elif ahora.strip() == antes.strip():
        marca = "igual"
    apoyos = tuple(dict.fromkeys(a.titulo for a in asistente.en_que_se_apoya(salida)))
    return Vuelta(cliente, antes, quien, ahora, nota, marca, apoyos if salida.tipo == "contestada" else ())
