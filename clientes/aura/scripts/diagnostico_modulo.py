"""Diagnostica módulos del panel contra la lista de lo que todo módulo tiene.

python -m clientes.aura.scripts.diagnostico_modulo [MODULO...] [--simular] [--json]
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from app_config import RAIZ

from ..registro.accesos import acceso_de
from ..registro.catalogo import NORA_COMPARTIDA, carpetas_de_modulos
from ..registro.registro_dinamico import catalogo_de
from ..routes.admin import consultas
from ._comun import Resultado, con_avance, correr, decir, opciones

PIEZAS = ("__init__.py", "vistas.py", "servicio.py", "consultas.py")
PREFIJO = "panel_cliente_"


@dataclass(frozen=True)
class EnDisco:
    """Un módulo como está en disco. `duena`: la única Nora que lo tiene, o None."""

    nombre: str
    carpeta: Path
    duena: str | None

    @property
    def casa(self) -> Path:
        """La carpeta de clientes/ a la que pertenece."""
        return self.carpeta.parent.parent


def en_disco() -> list[EnDisco]:
    """Los módulos que hay, en orden."""
    return [EnDisco(c.name.removeprefix(PREFIJO), c, duena) for duena, c in carpetas_de_modulos()]


def revisar(app: Flask, modulo: EnDisco, raiz: Path = RAIZ) -> dict[str, list[str]]:
    """Revisa un módulo entero.

    Args:
        raiz: la carpeta del proyecto, donde están tests/ y docs/.

    Returns:
        Por cada revisión, sus faltas; vacía si está bien.
    """
    return {nombre: revision(app, modulo, raiz) for nombre, revision in REVISIONES.items()}


def _carpeta(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    return [f"falta {pieza} en {m.carpeta.name}" for pieza in PIEZAS if not (m.carpeta / pieza).is_file()]


def _manifiesto(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    paquete = f"clientes.{m.duena or NORA_COMPARTIDA}.routes.{m.carpeta.name}"
    fallido = next((f for f in catalogo_de(app).fallidos if f.paquete == paquete), None)
    if fallido is not None:
        return [f"no se pudo montar: {fallido.razon}"]
    return [] if m.nombre in catalogo_de(app).modulos else ["no está en el catálogo de esta aplicación"]


def _blueprint(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    if m.carpeta.name not in app.blueprints:
        return [f"no hay un blueprint «{m.carpeta.name}»"]
    if f"{m.carpeta.name}.index" not in app.view_functions:
        return ["le falta la vista «index», que es a donde lleva la navegación"]
    return []


def _plantillas(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    carpeta = m.casa / "templates" / m.carpeta.name
    if not carpeta.is_dir():
        return [f"falta la carpeta templates/{m.carpeta.name}"]
    usadas = set(re.findall(rf"[\"']({re.escape(m.carpeta.name)}/[\w./-]+\.html)[\"']", _codigo(m)))
    rotas = [usada for usada in sorted(usadas) if not (m.casa / "templates" / usada).is_file()]
    faltas = [f"una vista usa {rota} y no existe" for rota in rotas]
    index = carpeta / "index.html"
    if not index.is_file():
        faltas.append(f"falta {m.carpeta.name}/index.html")
    elif "base_cliente.html" not in index.read_text(encoding="utf-8"):
        faltas.append("index.html no hereda de base_cliente.html")
    return faltas


def _estaticos(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    paginas = sorted((m.casa / "templates" / m.carpeta.name).glob("**/*.html"))
    textos = "".join(p.read_text(encoding="utf-8") for p in paginas)
    faltas = []
    for tipo in ("css", "js"):
        archivo = f"{tipo}/modulos/{m.nombre}/main.{tipo}"
        if not (m.casa / "static" / archivo).is_file():
            faltas.append(f"falta static/{archivo}")
        elif archivo not in textos:
            faltas.append(f"ninguna página enlaza {archivo}")
    return faltas


def _renglon(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    montado = catalogo_de(app).modulos.get(m.nombre)
    titulo = consultas.modulos_guardados().get(m.nombre)
    if titulo is None:
        return ["no tiene renglón en modulos_disponibles: corre «flask --app run migrar»"]
    if montado is not None and titulo != montado.manifiesto.titulo:
        return ["su renglón en modulos_disponibles es viejo: corre «flask --app run migrar»"]
    return []


def _permisos(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    reglas = [r for r in app.url_map.iter_rules() if r.endpoint.rpartition(".")[0] == m.carpeta.name]
    faltas = [f"{r.rule} no dice quién puede entrar" for r in reglas if acceso_de(app, r.endpoint) is None]
    return faltas if reglas else ["no tiene ninguna dirección"]


def _pruebas(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    pruebas = sorted((raiz / "tests" / "modulos" / m.nombre).glob("**/test_*.py"))
    if not pruebas:
        return [f"no tiene pruebas en tests/modulos/{m.nombre}/"]
    if "404" not in "".join(p.read_text(encoding="utf-8") for p in pruebas):
        return ["ninguna prueba pide lo de otra Nora y espera un 404"]
    return []


def _documento(app: Flask, m: EnDisco, raiz: Path) -> list[str]:
    ruta = raiz / "docs" / "modulos" / f"{m.nombre}.md"
    if not ruta.is_file() or not ruta.read_text(encoding="utf-8").strip():
        return [f"falta docs/modulos/{m.nombre}.md"]
    return []


def _codigo(m: EnDisco) -> str:
    return "".join(p.read_text(encoding="utf-8") for p in sorted(m.carpeta.glob("**/*.py")))


REVISIONES: dict[str, Callable[[Flask, EnDisco, Path], list[str]]] = {
    "carpeta": _carpeta,
    "manifiesto": _manifiesto,
    "blueprint": _blueprint,
    "plantillas": _plantillas,
    "estáticos": _estaticos,
    "renglón": _renglon,
    "permisos": _permisos,
    "pruebas": _pruebas,
    "documento": _documento,
}


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si todo está bien, 1 si algún módulo tiene faltas; argumentos malos terminan con 2."""
    analizador = opciones(
        "Revisa módulos del panel. Nunca cambia nada.", "no revisa; dice qué módulos y qué cosas revisaría"
    )
    analizador.add_argument("modulos", nargs="*", metavar="MODULO", help="sin ninguno: todos")
    pedido = analizador.parse_args(argumentos)
    hay = {m.nombre: m for m in en_disco()}
    ajenos = [nombre for nombre in pedido.modulos if nombre not in hay]
    if ajenos:
        analizador.error(f"no hay un módulo «{ajenos[0]}»; hay: {', '.join(hay) or 'ninguno'}")
    elegidos = [hay[nombre] for nombre in dict.fromkeys(pedido.modulos)] or list(hay.values())
    if pedido.simular:
        for modulo in elegidos:
            decir(f"{modulo.nombre}: revisaría {', '.join(REVISIONES)}")
        return 0
    return correr(lambda app: _todos(app, elegidos), json_al_final=pedido.json)


def _todos(app: Flask, elegidos: list[EnDisco]) -> Resultado:
    resultado = Resultado()
    informe: dict[str, dict[str, list[str]]] = {}
    for modulo in con_avance(elegidos, len(elegidos), "Revisando"):
        informe[modulo.nombre] = revisar(app, modulo)
    for nombre, revisiones in informe.items():
        faltas = [falta for una in revisiones.values() for falta in una]
        resultado.hechos += 1
        resultado.fallas += [f"{nombre}: {falta}" for falta in faltas]
        decir(f"{nombre}: {'bien' if not faltas else f'{len(faltas)} por arreglar'}")
    resultado.datos["modulos"] = informe
    return resultado


if __name__ == "__main__":
    sys.exit(main())
