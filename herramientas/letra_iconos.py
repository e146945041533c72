"""Deja en la letra de iconos solo los que el programa nombra: de 134 kB y 2,000 dibujos a unos cuantos.

Un teléfono la baja antes de poder enseñar la página completa. Los nombres se buscan como palabras sueltas en el código,
así que sobran algunos y no falta ninguno escrito ahí; uno nuevo entra la siguiente vez que se prepara la carpeta.
"""

from __future__ import annotations

import hashlib
import logging
import re
from pathlib import Path

HOJA = Path("bootstrap-icons") / "bootstrap-icons.min.css"
LETRA = Path("bootstrap-icons") / "fonts" / "bootstrap-icons.woff2"
ORIGEN_DE_LA_HOJA = Path("bootstrap-icons") / "font" / "bootstrap-icons.min.css"
CON_NOMBRES = frozenset({".html", ".js", ".py", ".sql"})
FUERA = frozenset({"vendor", "node_modules", "__pycache__"})
_REGLA = re.compile(r'\.bi-([a-z0-9-]+)::before\{content:"\\([0-9a-f]+)"\}')
_PALABRA = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def nombrados(carpetas: list[Path]) -> frozenset[str]:
    """Toda palabra del código que podría ser el nombre de un icono, y la misma con relleno (lo elegido en la barra)."""
    palabras: set[str] = set()
    for carpeta in carpetas:
        for ruta in carpeta.rglob("*"):
            if ruta.suffix in CON_NOMBRES and _es_nuestra(ruta.relative_to(carpeta)) and ruta.is_file():
                palabras.update(_PALABRA.findall(ruta.read_text(encoding="utf-8").replace("bi-", " ")))
    return frozenset(palabras | {f"{palabra}-fill" for palabra in palabras})


def _es_nuestra(ruta: Path) -> bool:
    """Ni bibliotecas copiadas (tampoco a medio copiar) ni lo que deja Python."""
    return not any(parte in FUERA or parte.startswith(".") for parte in ruta.parts)


def huella_de(modulos: Path, carpetas: list[Path]) -> str:
    """Cambia cuando el código nombra otro icono; vacía si la biblioteca todavía no se baja."""
    hoja = modulos / ORIGEN_DE_LA_HOJA
    if not hoja.is_file():
        return ""
    usados = nombrados(carpetas)
    hay = sorted(nombre for nombre, _ in _REGLA.findall(hoja.read_text(encoding="utf-8")) if nombre in usados)
    return hashlib.sha256("\n".join(hay).encode()).hexdigest()[:16]


def recortar(vendor: Path, carpetas: list[Path]) -> bool:
    """Recorta la hoja y la letra dentro de `vendor`.

    Returns:
        Si se pudo: sin fontTools en este Python se quedan enteras, que también sirven.
    """
    try:
        from fontTools.subset import Options, Subsetter, load_font, save_font
    except ImportError:
        return False
    logging.getLogger("fontTools").setLevel(logging.ERROR)  # avisa de bytes de sobra que la letra ya trae
    usados = nombrados(carpetas)
    hoja, letra = vendor / HOJA, vendor / LETRA
    texto = hoja.read_text(encoding="utf-8")
    puntos = {int(punto, 16) for nombre, punto in _REGLA.findall(texto) if nombre in usados}
    opciones = Options(flavor="woff2", layout_features=[], notdef_outline=True)
    fuente = load_font(str(letra), opciones)
    recortadora = Subsetter(opciones)
    recortadora.populate(unicodes=puntos)
    recortadora.subset(fuente)
    save_font(fuente, str(letra), opciones)
    hoja.write_text(_REGLA.sub(lambda regla: regla[0] if regla[1] in usados else "", texto), encoding="utf-8")
    return True
