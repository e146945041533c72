"""Alguien del equipo, por su teléfono registrado, pide o pregunta tareas por WhatsApp. Sin modelo: se lee tal cual.

Con un modelo, lo que no tenga esta forma («oye, que no se me olvide…») lo entiende él, con las mismas herramientas.
"""

from __future__ import annotations

import json
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from ...ia import herramientas
from ...ia.herramientas import Contexto, Herramienta, Resultado
from ..fechas import buscar_fecha, buscar_hora
from ..modelos import Decision, Fuente, Turno
from ..texto import plano, sin_acentos

DECISOR = "equipo"
TITULO_MAXIMO = 160
_NUEVA = re.compile(
    r"^\s*(?:nueva tarea|tarea|anota(?:me)?(?: la| una)? tarea|crea(?:me)?(?: la| una)? tarea|recuerdame|recordarme|"
    r"pendiente)\s*[:,-]?\s+(?:que |de )?(?=\S)"
)
_LISTA = re.compile(
    r"(?:cuales son |dime |dame |ver |que )?(?:mis |las )?(?:tareas|pendientes)"
    r"(?: (?:de |para )?(?P<cual>hoy|vencidas|abiertas))?(?: hay| tengo| tenemos)?"
)
_HECHA = re.compile(
    r"(?:ya )?(?:quedo |esta )?(?:hecha|lista|terminada|completada|termine|complete|hice)"
    r"(?: la)?(?: tarea)? t? ?(?P<n>\d{1,7})"
    r"|(?:la )?(?:tarea |t ?)(?P<n2>\d{1,7}) (?:ya )?(?:quedo |esta )?(?:hecha|lista|terminada|completada)"
)
_PRIORIDADES = (("urgente", r"\b(?:muy )?urgente\b"), ("alta", r"\b(?:prioridad alta|importante)\b"))
AYUDA = "Escríbeme, por ejemplo: «tarea: comprar bolsas mañana 5 pm», «tareas de hoy» o «hecha 12»."


def decidir(turno: Turno) -> Decision | None:
    """Solo si escribe alguien del equipo y el negocio lleva tareas; a los demás se les contesta como siempre."""
    if not (turno.es_empleado and "tareas" in turno.nora.modulos):
        return None
    manos = herramientas.disponibles((), turno.nora.modulos, es_empleado=True)
    hechos: list[str] = []
    for n, renglon in enumerate(r for p in turno.pendientes for r in p.texto.splitlines() if r.strip()):
        pedido = _pedido(renglon, turno)
        if pedido is None:
            return None  # lo demás de la plática lo contesta quien sigue, junto
        nombre, argumentos = pedido
        herramienta = manos.get(nombre)
        if herramienta is None:
            return None
        hechos.append(_hacer(turno, herramienta, argumentos, n))
    if not hechos:
        return None
    return Decision(
        DECISOR, texto="\n".join(hechos), fuentes=(Fuente("", "Tareas", 1.0, "herramienta"),), sin_saludo=True
    )


def _pedido(renglon: str, turno: Turno) -> tuple[str, dict[str, object]] | None:
    limpio = plano(renglon)
    if hecha := _HECHA.fullmatch(limpio):
        return "completar_tarea", {"numero": int(hecha["n"] or hecha["n2"])}
    if lista := _LISTA.fullmatch(limpio):
        return "listar_tareas", {"cuales": lista["cual"] or "abiertas"}
    llano = "".join(sin_acentos(c)[:1] or " " for c in renglon)
    if nueva := _NUEVA.match(llano):
        return "crear_tarea", leer_tarea(renglon[nueva.end() :], turno.ahora, turno.nora.zona_horaria)
    return None


def leer_tarea(texto: str, ahora: datetime, zona: str) -> dict[str, object]:
    """«comprar bolsas mañana 5 pm» -> título, fecha, hora y prioridad.

    Una hora sin día es de hoy o, si ya pasó, de mañana.
    """
    local = ahora.astimezone(ZoneInfo(zona))
    resto, datos = texto, {}
    prioridad = "normal"
    for nombre, patron in _PRIORIDADES:
        hallada = re.search(patron, sin_acentos(resto))
        if hallada and len(sin_acentos(resto)) == len(resto):
            prioridad = nombre
            resto = resto[: hallada.start()] + resto[hallada.end() :]
            break
    fecha = buscar_fecha(resto, local.date())
    if fecha is not None:
        resto = f"{resto[: fecha[1]]} {resto[fecha[2] :]}"
    hora = buscar_hora(resto)
    if hora is not None:
        resto = f"{resto[: hora[1]]} {resto[hora[2] :]}"
        if fecha is None:
            dia = local.date() if hora[0] > local.time() else local.date().fromordinal(local.toordinal() + 1)
            datos["fecha"] = dia.isoformat()
        datos["hora"] = hora[0].isoformat("minutes")
    if fecha is not None:
        datos["fecha"] = fecha[0].isoformat()
    titulo = re.sub(r"\s+", " ", resto).strip(" ,.;:-–")
    titulo = re.sub(r" (?:para|el|a|por|de|antes)$", "", titulo) or texto.strip()
    return {"titulo": (titulo[:1].upper() + titulo[1:])[:TITULO_MAXIMO], "prioridad": prioridad, **datos}


def _hacer(turno: Turno, herramienta: Herramienta, argumentos: dict[str, object], n: int) -> str:
    """Corre la herramienta del módulo. La misma clave si el turno se repite: no se anota dos veces."""
    validos = herramientas.validar(herramienta, json.dumps(argumentos))
    if isinstance(validos, Resultado):
        return f"No entendí esa tarea. {AYUDA}"
    contexto = Contexto(
        turno.nora.nombre_nora,
        turno.conversacion_id,
        turno.contacto_id,
        turno.canal,
        turno.nora.zona_horaria,
        es_empleado=True,
        clave=f"equipo:{turno.pendientes[0].id}:{n}",
    )
    return herramientas.hacer(herramienta, contexto, validos).texto.removeprefix("No se hizo: ")
