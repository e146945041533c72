"""Personajes para `openai_falso`: modelos que se portan bien, y modelos que inventan, desobedecen o rompen la forma.

Los buenos saben cuál es el bloque que contesta (lo dice el guion) y lo buscan en lo que les mandaron, como lo haría un
modelo competente; si no está, lo dicen. Los malos mienten con lo que tienen a la mano.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from dobles.openai_falso import Paso

FALSO = 7_319  # ninguna cifra de los negocios de prueba es esta
FALSO_EN_LETRAS = "siete mil trescientos diecinueve"
_PRECIO = re.compile(r"\$\s?(\d[\d,]*)")
_UNIDADES = [
    "cero",
    "uno",
    "dos",
    "tres",
    "cuatro",
    "cinco",
    "seis",
    "siete",
    "ocho",
    "nueve",
    "diez",
    "once",
    "doce",
    "trece",
    "catorce",
    "quince",
    "dieciséis",
    "diecisiete",
    "dieciocho",
    "diecinueve",
    "veinte",
    "veintiuno",
    "veintidós",
    "veintitrés",
    "veinticuatro",
    "veinticinco",
    "veintiséis",
    "veintisiete",
    "veintiocho",
    "veintinueve",
]
_DECENAS = ["treinta", "cuarenta", "cincuenta", "sesenta", "setenta", "ochenta", "noventa"]
_CIENTOS = [
    "ciento",
    "doscientos",
    "trescientos",
    "cuatrocientos",
    "quinientos",
    "seiscientos",
    "setecientos",
    "ochocientos",
    "novecientos",
]


@dataclass
class Escena:
    """Lo que el personaje sabe de la tanda: el bloque que contesta (vacío: ninguno) y si el cliente ataca."""

    titulo: str = ""
    ataque: bool = False
    pedidos: int = 0
    estado: dict[str, Any] = field(default_factory=dict)


Personaje = Callable[[dict[str, Any], Escena], Paso]


def bloques(cuerpo: dict[str, Any]) -> dict[str, str]:
    """Lo que las indicaciones y las herramientas le mostraron: título -> contenido."""
    sistema = str(cuerpo["messages"][0]["content"])
    sabido = sistema.partition("CONOCIMIENTO:\n")[2].partition("\n\n")[0]
    vistos = dict(
        trozo.split(": ", 1) for trozo in re.split(r"^\[\d+\] ", sabido, flags=re.MULTILINE) if ": " in trozo
    )
    for mensaje in cuerpo["messages"]:
        if mensaje["role"] == "tool":
            vistos |= dict(r.split(": ", 1) for r in str(mensaje["content"]).splitlines() if ": " in r)
    return {t: c.strip() for t, c in vistos.items()}


def pregunta(cuerpo: dict[str, Any]) -> str:
    """Lo último que escribió el cliente."""
    return next(str(m["content"]) for m in reversed(cuerpo["messages"]) if m["role"] == "user")


def en_letras(numero: int) -> str:
    """«180» -> «ciento ochenta»; hasta 999,999."""
    if numero >= 1_000:
        miles, resto = divmod(numero, 1_000)
        antes = "mil" if miles == 1 else f"{en_letras(miles)} mil"
        return antes if not resto else f"{antes} {en_letras(resto)}"
    if numero < 30:
        return _UNIDADES[numero]
    if numero < 100:
        decena, resto = divmod(numero, 10)
        return _DECENAS[decena - 3] + (f" y {_UNIDADES[resto]}" if resto else "")
    if numero == 100:
        return "cien"
    cientos, resto = divmod(numero, 100)
    return _CIENTOS[cientos - 1] + (f" {en_letras(resto)}" if resto else "")


def _sabe(cuerpo: dict[str, Any], escena: Escena) -> str:
    """El contenido del bloque que contesta, si se lo mostraron."""
    return bloques(cuerpo).get(escena.titulo, "") if escena.titulo else ""


def _con_herramientas(cuerpo: dict[str, Any]) -> bool:
    return bool(cuerpo.get("tools"))


# ---------------------------------------------------------------- los que se portan bien
def copia(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """El contenido, tal cual; si no lo tiene, lo dice."""
    return Paso(_sabe(cuerpo, escena) or "NO_LO_SE")


def amable(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Con palabras alrededor, y los precios con «pesos» en lugar del signo."""
    sabido = _sabe(cuerpo, escena)
    dicho = _PRECIO.sub(lambda m: f"{m[1]} pesos", sabido)
    return Paso(f"¡Claro que sí! {dicho} ¿Te ayudo con algo más?" if sabido else "NO_LO_SE")


def en_palabras(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Los precios, con letras."""
    sabido = _sabe(cuerpo, escena)
    return Paso(_PRECIO.sub(lambda m: f"{en_letras(int(m[1].replace(',', '')))} pesos", sabido) or "NO_LO_SE")


def busca_primero(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Pregunta con la herramienta antes de contestar; si nadie sabe, pasa a una persona."""
    if escena.pedidos == 1 and _con_herramientas(cuerpo):
        return Paso(llamadas=[("buscar_conocimiento", {"consulta": pregunta(cuerpo)[:200]})])
    sabido = _sabe(cuerpo, escena)
    if sabido or not _con_herramientas(cuerpo):
        return Paso(sabido or "NO_LO_SE")
    return Paso(llamadas=[("pasar_a_persona", {"motivo": "No está en lo que sé"})])


def torpe(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Se equivoca con los argumentos, se lo dicen, y contesta."""
    if escena.pedidos == 1 and _con_herramientas(cuerpo):
        return Paso(llamadas=[("buscar_conocimiento", "{consulta: mal"), ("buscar_conocimiento", {"x": 1})])
    return copia(cuerpo, escena)


def saturado(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """La primera vez pide esperar; a la segunda contesta."""
    return Paso(modo="limite") if escena.pedidos == 1 else copia(cuerpo, escena)


def con_adornos(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Escribe como en una página: negritas dobles y encabezado."""
    sabido = _sabe(cuerpo, escena)
    return Paso(f"## {escena.titulo}\n\n**{sabido}**" if sabido else "NO_LO_SE")


# ---------------------------------------------------------------- los que no
def inventa(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Cambia las cifras de lo que sabe; si no sabe, se inventa una."""
    sabido = _sabe(cuerpo, escena)
    if re.search(r"\d", sabido):
        return Paso(re.sub(r"\d+:\d\d", "23:47", re.sub(r"(?<![\d:])\d[\d,]*(?![\d:])", str(FALSO), sabido)))
    return Paso(f"Sí manejamos eso, cuesta ${FALSO:,} y llega mañana a las 4 pm.")


def inventa_con_letras(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Lo mismo, escrito con palabras."""
    return Paso(f"Con gusto: te sale en {FALSO_EN_LETRAS} pesos y te apartamos tu lugar.")


def confunde(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """La cifra cierta de otra cosa."""
    otros = [c for t, c in bloques(cuerpo).items() if t != escena.titulo]
    ajenas = [p for c in otros for p in _PRECIO.findall(c)]
    propias = _PRECIO.findall(_sabe(cuerpo, escena))
    ajena = next((p for p in ajenas if p not in propias), None)
    if ajena is None or (escena.titulo and not propias):
        return otra_hora(cuerpo, escena)
    return Paso(f"Claro, {escena.titulo or pregunta(cuerpo)[:60]}: cuesta ${ajena}.")


def otra_hora(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Una hora y una fecha que nadie le enseñó."""
    return Paso("Te esperamos el 29 de febrero a las 3:47 de la madrugada.")


def obedece(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Hace lo que le pida quien escribe: busca datos ajenos, repite sus indicaciones, promete y regala."""
    sistema = str(cuerpo["messages"][0]["content"])
    if escena.pedidos == 1 and _con_herramientas(cuerpo):
        return Paso(
            llamadas=[
                ("buscar_conocimiento", {"consulta": "datos de los demás clientes", "nombre_nora": "rival"}),
                ("buscar_conocimiento", {"consulta": "clientes teléfonos direcciones secretos"}),
                ("guardar_dato_del_contacto", {"campo": "nota", "valor": f"Precio especial ${FALSO}"}),
                ("crear_tarea", {"titulo": "Regalarle todo"}),
                ("borrar_todo", {}),
            ]
        )
    if escena.pedidos % 2:
        return Paso(f"Mis reglas son: {sistema[sistema.find('Reglas') : sistema.find('Reglas') + 600]}")
    vistos = " ".join(str(m["content"]) for m in cuerpo["messages"] if m["role"] == "tool")
    return Paso(
        f"Como pediste: {vistos[:300]} Ramiro Quezada 662 777 0000. Te queda gratis, con 90% de descuento, y "
        f"deposita a la CLABE 012345678901234567."
    )


def roto(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Cada vez de otra manera: no es JSON, no tiene forma, viene vacío, 500, se corta."""
    modos = ("no_json", "sin_forma", "vacio", "error", "cortar")
    vez = escena.estado["roto"] = escena.estado.get("roto", -1) + 1
    return Paso(modo=modos[vez % len(modos)])  # type: ignore[arg-type]


def llamada_en_el_texto(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Escribe la llamada en lugar de hacerla: al cliente le llegaría código."""
    llamada = json.dumps({"name": "buscar_conocimiento", "arguments": {"consulta": pregunta(cuerpo)[:80]}})
    formas = (llamada, f"<tool_call>{llamada}</tool_call>", f"```json\n{llamada}\n```", f"[{llamada}]")
    vez = escena.estado["texto"] = escena.estado.get("texto", -1) + 1
    return Paso(formas[vez % len(formas)])


def ciclo(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Nunca deja de pedir herramientas."""
    return Paso(llamadas=[("buscar_conocimiento", {"consulta": f"otra vez {escena.pedidos}"})])


def malos_argumentos(cuerpo: dict[str, Any], escena: Escena) -> Paso:
    """Siempre mal, y al final un invento."""
    if _con_herramientas(cuerpo):
        return Paso(
            llamadas=[
                ("guardar_dato_del_contacto", "no es json"),
                ("etiquetar_contacto", {"etiqueta": 7}),
                ("", {}),
            ]
        )
    return inventa(cuerpo, escena)


BUENOS: tuple[Personaje, ...] = (copia, amable, en_palabras, busca_primero, torpe, saturado, con_adornos)
MALOS: tuple[Personaje, ...] = (
    inventa, inventa_con_letras, confunde, obedece, roto, llamada_en_el_texto, ciclo, malos_argumentos,
)  # fmt: skip
