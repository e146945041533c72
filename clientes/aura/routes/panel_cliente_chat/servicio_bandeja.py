"""Las reglas de la bandeja: estados, encargado, notas con menciones, mensajes programados y respuestas rápidas."""

from __future__ import annotations

import json
import re
import unicodedata
import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import limpiar_texto
from . import consultas, consultas_bandeja
from .modelos import Conversacion, Persona, Rapida

ESTADOS = ("abierta", "pendiente", "pospuesta", "resuelta")
EN_LOTE_MAXIMO = 100
NOTA_MAXIMA = 2_000
MANANA_A_LAS = time(9)
POSPONER_MAXIMO = timedelta(days=366)
ATAJO = re.compile(r"[a-z0-9_-]{1,30}")
VARIABLE = re.compile(r"\{\s*([a-záéíóúñ_]+)\s*\}", re.IGNORECASE)
FECHA_ILEGIBLE = "Elige el día y la hora."
FECHA_PASADA = "Esa hora ya pasó. Elige otra."
HECHO = {
    "abierta": "Abierta de nuevo.",
    "pendiente": "Queda pendiente.",
    "pospuesta": "Pospuesta: vuelve sola.",
    "resuelta": "Resuelta. Si el cliente escribe, se abre sola.",
}


def instante(texto: str, zona: str, ahora: datetime | None = None) -> datetime:
    """Lo que dice un campo `datetime-local` (hora de la Nora), en UTC.

    También «1h», «3h», «manana» (a las 9:00) y «lunes» (el que sigue, a las 9:00).

    Raises:
        ErrorDatoInvalido: no se entiende, ya pasó, o es para dentro de más de un año.
    """
    ahora = ahora or datetime.now(UTC)
    local = ahora.astimezone(ZoneInfo(zona))
    if texto in ("1h", "3h"):
        return ahora + timedelta(hours=int(texto[0]))
    if texto in ("manana", "lunes"):
        dias = 1 if texto == "manana" else (7 - local.weekday())
        return datetime.combine(local.date() + timedelta(days=dias), MANANA_A_LAS, ZoneInfo(zona)).astimezone(
            UTC
        )
    try:
        cuando = datetime.fromisoformat(texto)
    except ValueError as error:
        raise ErrorDatoInvalido(FECHA_ILEGIBLE, campo="cuando") from error
    if cuando.tzinfo is None:
        cuando = cuando.replace(tzinfo=ZoneInfo(zona))
    if cuando <= ahora:
        raise ErrorDatoInvalido(FECHA_PASADA, campo="cuando")
    if cuando > ahora + POSPONER_MAXIMO:
        raise ErrorDatoInvalido("Elige una fecha dentro de un año.", campo="cuando")
    return cuando.astimezone(UTC)


def cambio_de_estado(estado: str, cuando: str, zona: str) -> dict[str, str | None]:
    """El cambio que se le pide a la base.

    Raises:
        ErrorDatoInvalido: el estado no existe, o pospuesta sin fecha que sirva.
    """
    if estado not in ESTADOS:
        raise ErrorDatoInvalido("Ese estado no existe.", campo="estado")
    hasta = instante(cuando, zona).isoformat() if estado == "pospuesta" else None
    return {"estado": estado, "pospuesta_hasta": hasta}


def cambiar_estado(
    nombre_nora: str, ids: Sequence[str], estado: str, cuando: str, zona: str, persona: Identidad
) -> str:
    """Cambia el estado de una o varias. Devuelve cómo estaban, en JSON, para `deshacer`.

    Raises:
        ErrorNoEncontrado: alguna no existe, o es de otra Nora; no cambia ninguna.
        ErrorDatoInvalido: el estado o la fecha no sirven, o son más de 100.
    """
    cambio = cambio_de_estado(estado, cuando, zona)
    return json.dumps(consultas_bandeja.cambiar(nombre_nora, _de_lote(ids), cambio, persona.usuario_id))


def asignar(nombre_nora: str, ids: Sequence[str], a_quien: str, persona: Identidad) -> str:
    """Asigna a alguien del equipo, o a la fila con `a_quien` vacío. Devuelve cómo estaban, en JSON.

    Raises:
        ErrorNoEncontrado: alguna conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: la persona no es del equipo.
    """
    elegida = None
    if a_quien:
        elegida = _uuid(a_quien, "Elige a alguien de tu equipo.")
    cambio: dict[str, str | None] = {"asignada_a": elegida}
    return json.dumps(consultas_bandeja.cambiar(nombre_nora, _de_lote(ids), cambio, persona.usuario_id))


def asignar_por_turno(nombre_nora: str, conversacion_id: str, persona: Identidad) -> None:
    """Al que le toca de los que tienen el chat abierto.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: nadie tiene el chat abierto.
    """
    consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    if consultas_bandeja.asignar_por_turno(nombre_nora, conversacion_id, persona.usuario_id) is None:
        raise ErrorDatoInvalido("Nadie del equipo tiene el chat abierto. Elige a alguien.")


def deshacer(nombre_nora: str, antes: str, persona: Identidad) -> int:
    """Deja las conversaciones como estaban; devuelve cuántas.

    Args:
        antes: lo que devolvió `cambiar_estado` o `asignar`.

    Raises:
        ErrorNoEncontrado: alguna no existe, o es de otra Nora.
        ErrorDatoInvalido: `antes` no es de los nuestros.
    """
    try:
        leido = json.loads(antes)
        limpio = [
            {clave: una.get(clave) for clave in ("id", "estado", "pospuesta_hasta", "asignada_a")}
            for una in leido
        ]
        _de_lote([str(una["id"]) for una in limpio])
    except (ValueError, TypeError, AttributeError) as error:
        raise ErrorDatoInvalido("Ya no se puede deshacer.") from error
    return consultas_bandeja.restaurar(nombre_nora, limpio, persona.usuario_id)


def mencionadas(texto: str, equipo: Iterable[Persona]) -> list[str]:
    """Los ids de quienes nombra una nota: «@Ana», «@ana lópez»; sin acentos ni mayúsculas.

    El nombre completo gana; el de pila vale si en el equipo solo hay una.
    """
    equipo = list(equipo)
    dicho = _plano(texto)
    halladas: list[str] = []
    de_pila: dict[str, list[str]] = {}
    for una in equipo:
        de_pila.setdefault(_plano(una.nombre).split(" ")[0], []).append(una.id)
    for una in equipo:
        completo = _plano(una.nombre)
        pila = completo.split(" ")[0]
        nombres = [completo, pila] if len(de_pila[pila]) == 1 else [completo]
        if any(re.search(rf"(?<!\w)@{re.escape(nombre)}(?!\w)", dicho) for nombre in nombres if nombre):
            halladas.append(una.id)
    return halladas


def anotar(nombre_nora: str, conversacion_id: str, texto: str, clave: str, persona: Identidad) -> int:
    """Una nota que solo ve el equipo; a quien nombra con @ se le avisa. Devuelve a cuántas personas.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: la nota queda vacía o es muy larga.
    """
    conversacion = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    limpio = _escrito(texto, NOTA_MAXIMA, "Escribe la nota.")
    clave = _uuid(clave, "Recarga la página y vuelve a guardarla.")
    nombradas = mencionadas(limpio, conversacion.equipo)
    consultas_bandeja.anotar(nombre_nora, conversacion_id, limpio, persona.usuario_id, nombradas, clave)
    return len(nombradas)


def programar(
    nombre_nora: str, conversacion_id: str, texto: str, cuando: str, zona: str, persona: Identidad
) -> bool:
    """Deja un mensaje para más tarde. Devuelve si a esa hora, de no escribir el cliente, ya no podrá salir.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: falta el texto o la fecha no sirve.
    """
    conversacion = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    limpio = _escrito(texto, 4_096, "Escribe el mensaje.")
    momento = instante(cuando, zona)
    consultas_bandeja.programar(nombre_nora, conversacion_id, limpio, momento, persona.usuario_id)
    if conversacion.simulacion:
        return False
    return conversacion.ventana_hasta is None or momento > conversacion.ventana_hasta


def rapidas_para(nombre_nora: str, conversacion_id: str, negocio: str, persona: Identidad) -> list[Rapida]:
    """Las respuestas rápidas con sus variables puestas para esta conversación.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
    """
    conversacion = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    datos = _datos(conversacion, negocio, persona)
    return [
        una.model_copy(update={"texto": llenar(una.texto, datos)})
        for una in consultas_bandeja.rapidas(nombre_nora)
    ]


def _datos(conversacion: Conversacion, negocio: str, persona: Identidad) -> dict[str, str]:
    contacto = conversacion.contacto
    nombre = (contacto.nombre or contacto.nombre_perfil).strip()
    return {
        "nombre": nombre.split(" ")[0] if nombre else "",
        "nombre_completo": nombre,
        "negocio": negocio,
        "telefono": contacto.telefono or "",
        "persona": persona.quien,
    }


def llenar(texto: str, datos: Mapping[str, str]) -> str:
    """Cambia {nombre}, {negocio}… por lo suyo; lo que no se sabe se quita, y lo que no es variable se queda."""

    def poner(hallada: re.Match[str]) -> str:
        return datos.get(_plano(hallada[1]), hallada[0])

    puesto = VARIABLE.sub(poner, texto)
    return re.sub(r" +([,.!?;:])", r"\1", re.sub(r" {2,}", " ", puesto)).strip()


def guardar_rapida(nombre_nora: str, atajo: str, texto: str) -> str:
    """Guarda una; con un atajo que ya existe, cambia su texto. Devuelve el atajo como quedó.

    Raises:
        ErrorDatoInvalido: el atajo o el texto no sirven.
    """
    limpio = re.sub(r"\s+", "-", _plano(atajo).lstrip("/").strip())
    if not ATAJO.fullmatch(limpio):
        raise ErrorDatoInvalido("El atajo lleva letras sin acento, números o guiones.", campo="atajo")
    consultas_bandeja.guardar_rapida(nombre_nora, limpio, _escrito(texto, 2_000, "Escribe el texto."))
    return limpio


def guardar_cierre(nombre_nora: str, dias: str) -> int:
    """Los días sin mensajes para resolver sola una conversación; 0 es nunca.

    Raises:
        ErrorDatoInvalido: no es un número entre 0 y 365.
    """
    if not (dias.isascii() and dias.isdigit() and len(dias) <= 3 and int(dias) <= 365):
        raise ErrorDatoInvalido("Escribe un número de días entre 0 y 365.", campo="dias")
    consultas_bandeja.guardar_dias_para_cerrar(nombre_nora, int(dias))
    return int(dias)


def _plano(texto: str) -> str:
    sin_acentos = unicodedata.normalize("NFD", texto.casefold())
    return "".join(letra for letra in sin_acentos if not unicodedata.combining(letra)).strip()


def _escrito(texto: str, maximo: int, falta: str) -> str:
    limpio = limpiar_texto(texto).strip()
    if not limpio:
        raise ErrorDatoInvalido(falta, campo="texto")
    if len(limpio) > maximo:
        raise ErrorDatoInvalido(f"Son demasiadas letras: caben {maximo:,}.", campo="texto")
    return limpio


def _uuid(texto: str, falta: str) -> str:
    try:
        return str(uuid.UUID(texto))
    except ValueError as error:
        raise ErrorDatoInvalido(falta) from error


def _de_lote(ids: Sequence[str]) -> list[str]:
    if not 0 < len(ids) <= EN_LOTE_MAXIMO:
        raise ErrorDatoInvalido(f"Elige entre 1 y {EN_LOTE_MAXIMO} conversaciones.")
    return [_uuid(uno, "Recarga la página y vuelve a elegir.") for uno in ids]
