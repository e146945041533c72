"""Las reglas del simulador: una prueba por persona, y por qué Nora no contesta cuando no contesta."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO

from ...medios import servicio as archivos
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad, persona_actual
from ...utils.errores import ErrorDatoInvalido
from ...utils.formato import fecha_relativa
from ...utils.validators import limpiar_texto
from . import consultas
from .consultas import Mensaje, Simulacion

POR_QUE = {
    "menu": "Abriste el menú o elegiste una de sus opciones.",
    "formulario": "Es un paso de uno de tus formularios.",
    "baja": "Escribiste BAJA o ALTA.",
    "eleccion": "Elegiste uno de los temas que te ofreció.",
    "pedir_persona": "Pediste hablar con una persona.",
    "bienvenida": "Solo saludaste; es tu mensaje de bienvenida.",
    "cortesia": "Agradeciste o te despediste.",
    "medios": "Mandaste algo que Nora no puede abrir.",
    "pasar_a_persona": "Nada de lo que le enseñaste lo contesta; te pasó con una persona.",
}
POR_CONOCIMIENTO = "Se apoyó en lo que le enseñaste:"


@dataclass(frozen=True)
class Silencio:
    """Por qué no hay respuesta y qué hacer.

    `seguro`: ya se sabe; si no, es lo que hay que revisar cuando pasa el plazo. `lleva_a`: «conversacion» o vacío.
    """

    titulo: str
    texto: str
    seguro: bool
    lleva_a: str = ""


def direccion_de(persona: Identidad) -> str:
    """La dirección del contacto simulado de una persona: cada quien tiene su prueba."""
    return f"{consultas.CANAL}:{persona.usuario_id}"


def leer(nombre_nora: str, persona: Identidad, despues_de: int = 0) -> Simulacion:
    """La prueba de esa persona, con los mensajes posteriores a uno."""
    return consultas.leer_simulacion(nombre_nora, direccion_de(persona), despues_de)


def enviar(nombre_nora: str, persona: Identidad, texto: str, clave: str) -> Mensaje:
    """Escribe como cliente; repetir la misma clave no manda otro mensaje.

    Raises:
        ErrorDatoInvalido: el texto queda vacío.
    """
    limpio = limpiar_texto(texto).strip()
    if not limpio:
        raise ErrorDatoInvalido("Escribe un mensaje.", campo="texto")
    clave = clave.lower()
    recibido = consultas.recibir(nombre_nora, direccion_de(persona), persona.quien, limpio, clave)
    return Mensaje(
        id=recibido.mensaje_id,
        sentido="entrante",
        autor="contacto",
        texto=limpio,
        clave=clave,
        fecha_creacion=datetime.now(UTC),
    )


def enviar_archivo(
    nombre_nora: str,
    persona: Identidad,
    flujo: IO[bytes] | None,
    nombre: str,
    mime: str,
    texto: str,
    clave: str,
) -> int:
    """Manda un archivo como cliente; repetir la misma clave no manda otro. Devuelve el id del mensaje.

    Raises:
        ErrorDatoInvalido: el archivo no se acepta.
        ErrorServicioExterno: no se pudo guardar.
    """
    clave = clave.lower()
    subido = archivos.subir(nombre_nora, flujo, nombre, mime, f"sim:{clave}", va_a_salir=False)
    pie = "" if subido.clase == "audio" else limpiar_texto(texto).strip()
    return consultas.recibir(nombre_nora, direccion_de(persona), persona.quien, pie, clave, subido).mensaje_id


def empezar_de_nuevo(nombre_nora: str, persona: Identidad) -> None:
    """Borra la prueba de esa persona: contacto, conversación y mensajes."""
    consultas.borrar(nombre_nora, direccion_de(persona))


def por_que(mensaje: Mensaje) -> str:
    """La razón de una respuesta de Nora, en una frase; vacía si no hay nada que explicar."""
    if mensaje.autor != "nora":
        return ""
    return POR_CONOCIMIENTO if mensaje.fuentes else POR_QUE.get(mensaje.decisor, "")


def silencio(prueba: Simulacion) -> Silencio:
    """Por qué no ha contestado, según lo que se sabe ahora."""
    if prueba.con_persona:
        return Silencio(
            "Nora calla aquí",
            "Una persona lleva esta plática en Chat. Devuélvesela a Nora o espera a que "
            "se cumplan los 30 minutos.",
            not prueba.falta_atender,
            "conversacion",
        )
    if not prueba.ia_activa:
        return Silencio(
            "Nora está en pausa",
            "Sus respuestas están apagadas: a un cliente tampoco le contestaría. Pide "
            "a quien administra que las encienda.",
            not prueba.falta_atender,
        )
    if not prueba.falta_atender and prueba.espera_persona:
        return Silencio(
            "Nora ya te pasó con una persona",
            "No lo repite en cada mensaje. La plática espera en Chat.",
            True,
            "conversacion",
        )
    if not prueba.falta_atender:
        return Silencio(
            "Nora leyó tu mensaje y no hacía falta contestar", "A un «ok» o un emoji no responde.", True
        )
    return Silencio(
        "Nora no ha contestado en 15 segundos",
        "Tu mensaje está guardado y no se pierde. Revisa que el "
        "trabajador de mensajes esté corriendo (lo ve quien administra, en Salud). En cuanto corra, la "
        "respuesta aparece aquí sola.",
        False,
    )


def tarjeta(nombre_nora: str) -> Tarjeta | None:
    """Cuándo probó a su Nora quien mira el tablero."""
    ultima = consultas.ultima_prueba(nombre_nora, direccion_de(persona_actual()))
    if ultima is None:
        return Tarjeta(
            "Prueba a tu Nora",
            "Sin probar",
            "Escríbele como si fueras un cliente.",
            "panel_cliente_simulador.index",
        )
    dias = (datetime.now(UTC) - ultima).days
    cifra = fecha_relativa(ultima, "UTC") if dias < 1 else ("Ayer" if dias == 1 else f"Hace {dias} días")
    return Tarjeta(
        "Última prueba", cifra[:1].upper() + cifra[1:], "En el simulador", "panel_cliente_simulador.index"
    )
