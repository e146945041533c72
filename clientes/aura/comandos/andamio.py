"""Escribe un módulo nuevo que ya funciona, desde los archivos de `andamio_modulo/`."""

from __future__ import annotations

from pathlib import Path

from ..registro.catalogo import carpetas_de_modulos
from ..utils.errores import ErrorDatoInvalido
from ..utils.validators import NOMBRE_MODULO, validar_nombre_nora, validar_texto

PLANTILLAS = Path(__file__).parent / "andamio_modulo"
NORA_COMPARTIDA = "aura"

# plantilla -> dónde queda, dentro de la raíz
DESTINOS = {
    "__init__.py": "{casa}/routes/panel_cliente_{modulo}/__init__.py",
    "vistas.py": "{casa}/routes/panel_cliente_{modulo}/vistas.py",
    "servicio.py": "{casa}/routes/panel_cliente_{modulo}/servicio.py",
    "consultas.py": "{casa}/routes/panel_cliente_{modulo}/consultas.py",
    "formularios.py": "{casa}/routes/panel_cliente_{modulo}/formularios.py",
    "index.html": "{casa}/templates/panel_cliente_{modulo}/index.html",
    "detalle.html": "{casa}/templates/panel_cliente_{modulo}/detalle.html",
    "main.css": "{casa}/static/css/modulos/{modulo}/main.css",
    "main.js": "{casa}/static/js/modulos/{modulo}/main.js",
    "test.py": "tests/modulos/{modulo}/test_{modulo}.py",
    "doc.md": "docs/modulos/{modulo}.md",
}


def escribir_modulo(nombre: str, *, nombre_nora: str | None, titulo: str, raiz: Path) -> list[Path]:
    """Escribe los archivos de un módulo; no pisa ninguno.

    Args:
        nombre_nora: la única Nora que lo tendrá; None, es de todas.
        titulo: vacío, sale del nombre.
        raiz: carpeta del proyecto.

    Returns:
        Los archivos escritos.

    Raises:
        ErrorDatoInvalido: el nombre no sirve o ya hay algo escrito con él.
    """
    if not NOMBRE_MODULO.fullmatch(nombre):
        raise ErrorDatoInvalido(
            "El nombre de un módulo empieza con letra y lleva minúsculas sin acento, números o guion bajo.",
            campo="nombre",
        )
    duena = validar_nombre_nora(nombre_nora) if nombre_nora else NORA_COMPARTIDA
    if any(carpeta.name == f"panel_cliente_{nombre}" for _, carpeta in carpetas_de_modulos()):
        raise ErrorDatoInvalido(f"Ya hay un módulo «{nombre}».", campo="nombre")
    titulo = validar_texto(titulo or nombre.replace("_", " ").capitalize(), campo="titulo", maximo=40)
    destinos = {
        plantilla: raiz / donde.format(casa=f"clientes/{duena}", modulo=nombre)
        for plantilla, donde in DESTINOS.items()
    }
    ocupados = [ruta for ruta in destinos.values() if ruta.exists()]
    if ocupados:
        raise ErrorDatoInvalido(
            f"Ya existe {ocupados[0].relative_to(raiz)}; no se escribió nada.", campo="nombre"
        )
    cambios = _cambios(nombre, titulo, duena)
    for plantilla, ruta in destinos.items():
        texto = (PLANTILLAS / f"{plantilla}.plantilla").read_text(encoding="utf-8")
        for marca, valor in cambios.items():
            texto = texto.replace(marca, valor)
        ruta.parent.mkdir(parents=True, exist_ok=True)
        ruta.write_text(texto, encoding="utf-8")
    return list(destinos.values())


def _cambios(nombre: str, titulo: str, duena: str) -> dict[str, str]:
    propio = duena != NORA_COMPARTIDA
    estatico = "panel_cliente.estatico', archivo" if propio else "static', filename"
    return {
        "@modulo@": nombre,
        "@titulo@": titulo.replace('"', "'"),
        "@clase@": "".join(parte.capitalize() for parte in nombre.split("_")),
        # Lo de una Nora vive fuera de clientes/aura: no llega con imports relativos.
        "@raiz@": "clientes.aura." if propio else "...",
        "@estatico@": estatico,
        "@js@": "/static/js" if propio else "../..",
        "@nora@": duena if propio else "",
    }
