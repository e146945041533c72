"""Lo que el tablero concluye de sus cifras: totales, reparto y el siguiente paso."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import current_app, url_for

from ..registro.noras import NoraRegistrada
from ..utils.formato import dia_corto
from .consultas_panel import ResumenPanel

# Con menos temas que esto, casi toda pregunta termina en una persona.
POCOS_TEMAS = 5


@dataclass(frozen=True)
class Paso:
    """Lo que más conviene hacer ahora. `urgente`: alguien espera. Sin `url`, no hay nada pendiente."""

    icono: str
    titulo: str
    texto: str
    boton: str = ""
    url: str = ""
    urgente: bool = False


@dataclass(frozen=True)
class Totales:
    """La suma de 30 días. `porcentaje_nora`: de 0 a 100, de las respuestas; None si no hubo ninguna."""

    recibidos: int
    de_nora: int
    de_personas: int

    @property
    def respuestas(self) -> int:
        return self.de_nora + self.de_personas

    @property
    def porcentaje_nora(self) -> int | None:
        return round(100 * self.de_nora / self.respuestas) if self.respuestas else None


def totales(resumen: ResumenPanel) -> Totales:
    """Los 30 días sumados."""
    return Totales(
        sum(dia.recibidos for dia in resumen.dias),
        sum(dia.de_nora for dia in resumen.dias),
        sum(dia.de_personas for dia in resumen.dias),
    )


def para_grafica(resumen: ResumenPanel) -> dict[str, Any]:
    """Los días como los lee la gráfica: sus nombres y tres series, del más viejo a hoy."""
    return {
        "dias": [dia_corto(dia.dia) for dia in resumen.dias],
        "recibidos": [dia.recibidos for dia in resumen.dias],
        "de_nora": [dia.de_nora for dia in resumen.dias],
        "de_personas": [dia.de_personas for dia in resumen.dias],
    }


def direccion(nora: NoraRegistrada, modulo: str, vista: str = "index") -> str:
    """La página de un módulo; vacía si esta Nora no lo tiene."""
    endpoint = f"panel_cliente_{modulo}.{vista}"
    if modulo not in nora.modulos or endpoint not in current_app.view_functions:
        return ""
    return url_for(endpoint, nombre_nora=nora.nombre_nora)


def siguiente_paso(nora: NoraRegistrada, resumen: ResumenPanel, *, es_dueno: bool) -> Paso:
    """Uno solo, el más importante: quien espera va primero; luego, lo que falta para que Nora sirva."""
    chat, saber = direccion(nora, "chat"), direccion(nora, "conocimiento")
    ensenar = direccion(nora, "conocimiento", "nuevo") if es_dueno else ""
    if resumen.esperan_persona and chat:
        if resumen.esperan_persona == 1:
            titulo = "Una persona espera tu respuesta"
            texto = "Nora no supo contestarle o pidió hablar con alguien."
        else:
            titulo = f"{resumen.esperan_persona} personas esperan tu respuesta"
            texto = "Nora no supo contestarles o pidieron hablar con alguien."
        return Paso("person-raised-hand", titulo, texto, "Contestar", chat, urgente=True)
    if not resumen.bloques and ensenar:
        texto = "Escribe lo que más te preguntan: horario, precios, dónde estás. Con eso empieza a contestar sola."
        return Paso("book", "Enséñale lo primero a Nora", texto, "Empezar", saber)
    if not nora.ia_activa:
        texto = "Los mensajes llegan y te esperan, pero Nora no contesta."
        return Paso("pause-circle", "Nora está en pausa", texto, "Ver conversaciones" if chat else "", chat)
    if resumen.bloques < POCOS_TEMAS and ensenar:
        cuantos = "1 tema" if resumen.bloques == 1 else f"{resumen.bloques} temas"
        texto = "Con cinco o más contesta sola casi todo lo que le preguntan."
        return Paso("book", f"Nora ya sabe {cuantos}: enséñale más", texto, "Enseñarle algo", ensenar)
    simulador = direccion(nora, "simulador")
    if not any(dia.recibidos for dia in resumen.dias) and simulador:
        texto = "Escríbele como lo haría un cliente y mira qué contesta. No se manda nada por WhatsApp."
        return Paso("phone", "Prueba a Nora antes que tus clientes", texto, "Abrir simulador", simulador)
    return Paso("check2-circle", "Todo al día", "Nadie espera a una persona. Nora atiende lo que llegue.")
