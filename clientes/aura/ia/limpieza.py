"""Lo que escribió un modelo, como mensaje de WhatsApp: sin código, sin su pensamiento en voz alta y con sus negritas.

Fuente del formato: ayuda de WhatsApp, «About formatting messages» (*negrita*, _cursiva_, ~tachado~).
"""

from __future__ import annotations

import json
import re

_PENSADO = re.compile(r"<(think|thinking|reasoning)>.*?(?:</\1>|\Z)", re.DOTALL | re.IGNORECASE)
_CERCA = re.compile(r"^```[a-z]*\n?|\n?```$", re.IGNORECASE)
# Así escriben la llamada a una herramienta los servidores que no la separan del texto.
_LLAMADA = re.compile(
    r"</?tool_?calls?|<\|[a-z_]+\|>|\[TOOL_CALLS\]|<function=|\"(?:arguments|parameters|tool_calls?)\"\s*:",
    re.IGNORECASE,
)
_IMAGEN = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_ENLACE = re.compile(r"\[([^\]\n]+)\]\((https?://[^)\s]+)\)")
_TITULO = re.compile(r"^[ \t]{0,3}#{1,6}[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
_NEGRITA = re.compile(r"\*\*(?=\S)(.+?)(?<=\S)\*\*|__(?=\S)(.+?)(?<=\S)__", re.DOTALL)
_RAYA = re.compile(r"^\s*(?:-{3,}|\*{3,}|_{3,})\s*$", re.MULTILINE)


def para_whatsapp(texto: str) -> str:
    """El mensaje como se le puede mandar a un cliente; vacío si no es un mensaje sino código o una llamada."""
    limpio = _CERCA.sub("", _PENSADO.sub("", texto).strip()).strip()
    if _es_codigo(limpio):
        return ""
    limpio = _ENLACE.sub(_enlace, _IMAGEN.sub("", limpio))
    limpio = _TITULO.sub(lambda m: f"*{m[1].replace('*', '')}*", limpio)
    limpio = _NEGRITA.sub(lambda m: _en_negritas(m[1] or m[2]), limpio)
    return re.sub(r"\n{3,}", "\n\n", _RAYA.sub("", limpio)).strip()


def _es_codigo(texto: str) -> bool:
    if _LLAMADA.search(texto):
        return True
    if not texto.startswith(("{", "[")):
        return False
    try:
        return isinstance(json.loads(texto), dict | list)
    except RecursionError:  # miles de corchetes: no es un mensaje
        return True
    except ValueError:
        return False


def _enlace(hallado: re.Match[str]) -> str:
    dicho, liga = hallado[1].strip(), hallado[2]
    return liga if dicho.removeprefix("https://").strip("/") in liga else f"{dicho}: {liga}"


def _en_negritas(dicho: str) -> str:
    """Las de WhatsApp no cruzan renglones."""
    return "\n".join(
        f"*{renglon.strip('*')}*" if renglon.strip() else renglon for renglon in dicho.split("\n")
    )
