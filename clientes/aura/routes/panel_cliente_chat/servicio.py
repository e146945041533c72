"""Las reglas del chat: quién lleva la conversación, cuándo se puede escribir, y cómo se parte en días."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import IO, get_args
from zoneinfo import ZoneInfo

from ...medios import servicio as archivos
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido
from ...utils.formato import DIAS, MESES, fecha_relativa
from ...utils.validators import limpiar_texto
from ..consultas_panel import resumen_de_la_peticion
from . import consultas
from .modelos import Conversacion, Filtro, Lista, Mensaje

POR_TRAMO = 30
MENSAJES_POR_TRAMO = 40
NOVEDADES_MAXIMAS = 100
IDS_MAXIMOS = 60
FILTROS: tuple[Filtro, ...] = get_args(Filtro)

VENTANA_CERRADA = (
    "Pasaron más de 24 horas desde su último mensaje y WhatsApp ya no deja escribirle. No se envió."
)

# Por qué contestó Nora así, según la parte de ella que lo decidió.
POR_QUE = {
    "respuesta_automatica": "Es una de tus respuestas automáticas.",
    "menu": "El cliente abrió el menú o eligió una de sus opciones.",
    "formulario": "Es un paso de uno de tus formularios.",
    "equipo": "Alguien del equipo pidió una tarea.",
    "baja": "El cliente escribió BAJA o ALTA.",
    "medios": "Mandó algo que Nora todavía no puede abrir.",
    "eleccion": "El cliente eligió uno de los temas que Nora le ofreció.",
    "pedir_persona": "El cliente pidió hablar con una persona.",
    "bienvenida": "El cliente solo saludó; es tu mensaje de bienvenida.",
    "cortesia": "El cliente agradeció o se despidió.",
    "programado": "Lo dejó programado alguien del equipo.",
    "pasar_a_persona": "Nada de lo que le enseñaste lo contesta; lo pasó a una persona.",
}
POR_CONOCIMIENTO = "Se apoyó en lo que le enseñaste:"
POR_OMISION = "Así lo resolvió Nora con sus reglas."
ENVIO_BLOQUEADO = {
    "invalido": "Este número no recibe mensajes de WhatsApp. Se quita solo cuando vuelva a escribir.",
    "bloqueado": "Esta persona bloqueó al negocio. Se quita solo cuando vuelva a escribir.",
}


@dataclass(frozen=True)
class Renglon:
    """Un mensaje con el día en que cae, en la zona de la Nora."""

    mensaje: Mensaje
    dia: str
    dia_texto: str

    @property
    def por_que(self) -> str:
        """La razón de una respuesta de Nora, en una frase; vacía si no es de Nora."""
        if self.mensaje.autor != "nora":
            return ""
        if self.mensaje.fuentes:
            return POR_CONOCIMIENTO
        return POR_QUE.get(self.mensaje.decisor, POR_OMISION)


@dataclass(frozen=True)
class Tramo:
    """Una conversación con sus renglones; `hay_mas` si quedan otros antes."""

    conversacion: Conversacion
    renglones: list[Renglon]
    cambiados: list[Renglon]
    hay_mas: bool

    @property
    def ultimo_id(self) -> int:
        return self.renglones[-1].mensaje.id if self.renglones else 0


def filtro_valido(texto: str | None) -> Filtro:
    """El filtro de la dirección; lo que no se conoce es «todas»."""
    return next((filtro for filtro in FILTROS if filtro == texto), "todas")


def listar(
    nombre_nora: str, filtro: Filtro, texto: str, antes: str = "", usuario_id: str | None = None
) -> Lista:
    """Un tramo de la lista.

    Args:
        antes: «fecha ISO_id» de la última que ya se tiene; vacío desde el principio.

    Raises:
        ErrorDatoInvalido: `antes` no es de los que da esta lista.
    """
    return consultas.listar_conversaciones(
        nombre_nora, filtro, limpiar_texto(texto).strip()[:100], _cursor(antes), POR_TRAMO, usuario_id
    )


def _cursor(antes: str) -> tuple[datetime, str] | None:
    if not antes:
        return None
    momento, _, conversacion_id = antes.partition("_")
    try:
        return datetime.fromisoformat(momento), str(uuid.UUID(conversacion_id))
    except ValueError as error:
        raise ErrorDatoInvalido("Esa parte de la lista no existe. Recarga la página.") from error


def abrir(nombre_nora: str, conversacion_id: str, zona: str, antes_de: int | None = None) -> Tramo:
    """La conversación con sus últimos mensajes, o los anteriores a uno.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    leida = consultas.leer_conversacion(
        nombre_nora, conversacion_id, antes_de=antes_de, limite=MENSAJES_POR_TRAMO + 1
    )
    hay_mas = len(leida.mensajes) > MENSAJES_POR_TRAMO
    return Tramo(leida, en_renglones(leida.mensajes[-MENSAJES_POR_TRAMO:], zona), [], hay_mas)


def novedades(
    nombre_nora: str, conversacion_id: str, zona: str, despues_de: int, ids: Sequence[int]
) -> Tramo:
    """Lo que cambió: mensajes posteriores a uno, y cómo están ahora los de `ids`.

    `hay_mas` dice que son tantos que conviene volver a abrir la conversación.
    """
    leida = consultas.leer_conversacion(
        nombre_nora, conversacion_id, despues_de=despues_de, ids=ids[-IDS_MAXIMOS:], limite=NOVEDADES_MAXIMAS
    )
    return Tramo(
        leida,
        en_renglones(leida.mensajes, zona),
        en_renglones(leida.cambiados, zona),
        len(leida.mensajes) == NOVEDADES_MAXIMAS,
    )


def numeros(texto: str) -> list[int]:
    """«3,7,9» como números; lo que no es número se ignora."""
    return [
        int(parte) for parte in texto.split(",") if parte.isascii() and parte.isdigit() and len(parte) <= 18
    ]


def responder(
    nombre_nora: str, conversacion_id: str, texto: str, clave: str, persona: Identidad, zona: str
) -> Tramo:
    """Contesta como persona; repetir la misma clave no manda otro mensaje.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
        ErrorDatoInvalido: el texto queda vacío, o WhatsApp ya no deja escribir libre (24 h).
    """
    limpio = limpiar_texto(texto).strip()
    if not limpio:
        raise ErrorDatoInvalido("Escribe un mensaje.", campo="texto")
    conversacion = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    if not conversacion.ventana_abierta:
        raise ErrorDatoInvalido(
            VENTANA_CERRADA,
            campo="texto",
        )
    hecho = consultas.responder_como_persona(
        nombre_nora, conversacion_id, limpio, persona.usuario_id, clave.lower()
    )
    escrito = Mensaje(
        id=hecho.mensaje_id,
        sentido="saliente",
        autor="persona",
        texto=limpio,
        fecha_creacion=datetime.now(UTC),
        persona=persona.quien,
        clave=clave.lower(),
        estado="pendiente",
    )
    return Tramo(conversacion, en_renglones([escrito], zona), [], False)


def exigir(nombre_nora: str, conversacion_id: str) -> None:
    """Que la conversación exista y sea de esta Nora.

    Raises:
        ErrorNoEncontrado: no.
    """
    consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)


def responder_con_archivo(
    nombre_nora: str,
    conversacion_id: str,
    flujo: IO[bytes] | None,
    nombre: str,
    mime: str,
    texto: str,
    clave: str,
    persona: Identidad,
) -> int:
    """Manda un archivo como persona; repetir la misma clave no manda otro. Devuelve el id del mensaje.

    Raises:
        ErrorNoEncontrado: la conversación no existe, o es de otra Nora.
        ErrorDatoInvalido: WhatsApp no entrega ese archivo, o ya no deja escribir libre (24 h).
        ErrorServicioExterno: no se pudo guardar.
    """
    conversacion = consultas.leer_conversacion(nombre_nora, conversacion_id, limite=1)
    if not conversacion.ventana_abierta:
        raise ErrorDatoInvalido(VENTANA_CERRADA, campo="archivo")
    clave = clave.lower()
    subido = archivos.subir(nombre_nora, flujo, nombre, mime, f"panel:{clave}", va_a_salir=True)
    # WhatsApp tira el texto que acompaña a un audio.
    pie = "" if subido.clase == "audio" else limpiar_texto(texto).strip()
    hecho = consultas.responder_con_archivo(
        nombre_nora, conversacion_id, pie, persona.usuario_id, clave, subido
    )
    return hecho.mensaje_id


def tomar(nombre_nora: str, conversacion_id: str, persona: Identidad) -> None:
    """Nora calla ahí un rato; el cliente sigue esperando hasta que alguien le escriba."""
    hasta = datetime.now(UTC) + timedelta(minutes=consultas.minutos_al_mando(nombre_nora))
    consultas.cambiar_mando(nombre_nora, conversacion_id, hasta, persona.usuario_id)


def devolver(nombre_nora: str, conversacion_id: str) -> None:
    """Nora vuelve a contestar."""
    consultas.devolver_a_nora(nombre_nora, conversacion_id)


def marcar_leida(nombre_nora: str, conversacion_id: str, persona: Identidad) -> None:
    """Nada por leer, ni notas que la nombren por ver."""
    consultas.marcar_leida(nombre_nora, conversacion_id, persona.usuario_id)


def en_renglones(mensajes: Iterable[Mensaje], zona: str, ahora: datetime | None = None) -> list[Renglon]:
    """Los mensajes con su día: «Hoy», «Ayer», «lun 23 nov»."""
    hoy = (ahora or datetime.now(UTC)).astimezone(ZoneInfo(zona)).date()
    renglones = []
    for mensaje in mensajes:
        dia = mensaje.fecha_creacion.astimezone(ZoneInfo(zona)).date()
        pasados = (hoy - dia).days
        texto = f"{DIAS[dia.weekday()]} {dia.day} {MESES[dia.month - 1]}" + (
            f" {dia.year}" if dia.year != hoy.year else ""
        )
        renglones.append(Renglon(mensaje, dia.isoformat(), {0: "Hoy", 1: "Ayer"}.get(pasados, texto)))
    return renglones


def tarjeta(nombre_nora: str) -> Tarjeta | None:
    """Cuántos clientes esperan a una persona, y desde cuándo el que más."""
    resumen = resumen_de_la_peticion(nombre_nora)
    if resumen.espera_desde is None:
        return Tarjeta("Esperan a una persona", "0", "Nadie te espera ahora.", "panel_cliente_chat.index")
    cifra = str(resumen.esperan_persona) if resumen.esperan_persona < 100 else "99+"
    # Pasado un día la fecha dice más que las horas, y depende de la zona: basta con decir que lleva más de un día.
    lleva = datetime.now(UTC) - resumen.espera_desde
    detalle = (
        "El primero, desde hace más de un día"
        if lleva >= timedelta(days=1)
        else f"El primero, {fecha_relativa(resumen.espera_desde, 'UTC')}"
    )
    return Tarjeta("Esperan a una persona", cifra, detalle, "panel_cliente_chat.index", urgente=True)
