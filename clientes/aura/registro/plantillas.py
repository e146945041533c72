"""Plantillas: lo que toda página sabe, los filtros, y las que una Nora pone delante de las compartidas."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Flask, current_app, g, has_request_context, request, session, url_for
from flask.templating import Environment
from jinja2 import BaseLoader, FileSystemLoader, Template, TemplateNotFound

import clientes

from ..utils import formato
from ..utils.auth_utils import Identidad, identidad_actual
from .catalogo import NORA_COMPARTIDA
from .noras import NoraRegistrada

ZONA_SIN_NORA = "America/Hermosillo"


@dataclass(frozen=True)
class EnlaceDeModulo:
    """Un módulo en la navegación. `contador`: cuántas cosas esperan ahí, o None."""

    nombre: str
    titulo: str
    icono: str
    url: str
    activo: bool
    contador: int | None = None


class CargadorDeNoras(BaseLoader):
    """Busca `@nora/nombre` en la carpeta de esa Nora y lo demás en las plantillas compartidas."""

    def __init__(self, compartidas: str) -> None:
        self._compartidas = FileSystemLoader(compartidas)
        self._propias: dict[str, FileSystemLoader | None] = {}

    def get_source(self, environment: Any, template: str) -> Any:
        if not template.startswith("@"):
            return self._compartidas.get_source(environment, template)
        nora, _, nombre = template[1:].partition("/")
        if nora == NORA_COMPARTIDA:
            return self._compartidas.get_source(environment, nombre)
        cargador = self.de_nora(nora)
        if cargador is None:
            raise TemplateNotFound(template)
        return cargador.get_source(environment, nombre)

    def de_nora(self, nora: str) -> FileSystemLoader | None:
        """El cargador de la carpeta de una Nora; None si no tiene plantillas propias."""
        if nora not in self._propias:
            carpetas = [Path(raiz) / nora / "templates" for raiz in clientes.__path__]
            carpeta = next((c for c in carpetas if c.is_dir()), None)
            self._propias[nora] = FileSystemLoader(carpeta) if carpeta else None
        return self._propias[nora]


class AmbientePorNora(Environment):
    """Jinja que, dentro de una Nora, prefiere la plantilla de ella si la tiene.

    Una plantilla propia llega a la compartida del mismo nombre con `@aura/nombre`.
    """

    def _load_template(self, name: str, globals: Any) -> Template:
        nora = g.get("nombre_nora") if has_request_context() else None
        if nora and nora != NORA_COMPARTIDA and not name.startswith("@"):
            cargador: CargadorDeNoras = self.loader  # type: ignore[assignment]
            propio = cargador.de_nora(nora)
            if propio is not None and (Path(propio.searchpath[0]) / name).is_file():
                name = f"@{nora}/{name}"
        return super()._load_template(name, globals)


def preparar(app: Flask) -> None:
    """Deja listas las plantillas de la aplicación."""
    app.jinja_environment = AmbientePorNora
    app.jinja_env.loader = CargadorDeNoras(str(Path(app.root_path) / "templates"))
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters.update(
        dia_corto=formato.dia_corto,
        fecha=lambda valor: formato.fecha(valor, _zona()),
        fecha_relativa=lambda valor: formato.fecha_relativa(valor, _zona()),
        hora=lambda valor: formato.hora(valor, _zona()),
        telefono=formato.telefono,
        dinero=formato.dinero,
        iniciales=formato.iniciales,
    )
    app.context_processor(_contexto)


def nora_actual() -> NoraRegistrada | None:
    """La Nora de la dirección que se pidió, o None fuera de una."""
    nombre = g.get("nombre_nora")
    if not nombre:
        return None
    nora: NoraRegistrada | None = current_app.extensions["registro_noras"].obtener(nombre)
    return nora


def _zona() -> str:
    nora = nora_actual() if has_request_context() else None
    return nora.zona_horaria if nora else ZONA_SIN_NORA


def _contexto() -> dict[str, Any]:
    nora = nora_actual()
    identidad = identidad_actual()
    return {
        "nora": nora,
        "usuario_actual": identidad,
        "como_dueno": bool(
            nora and identidad and identidad.es_admin and session.get("como_dueno") == nora.nombre_nora
        ),
        "modulos_nav": navegacion(nora) if nora and identidad else [],
        "otras_noras": _otras_noras(identidad, nora),
    }


def _otras_noras(identidad: Identidad | None, nora: NoraRegistrada | None) -> list[NoraRegistrada]:
    """Las demás Noras en que trabaja quien pide, para cambiar de una a otra."""
    vivo = current_app.extensions["registro_noras"]
    registradas = [vivo.obtener(nombre) for nombre in sorted(identidad.noras)] if identidad else []
    return [otra for otra in registradas if otra is not None and otra != nora]


def navegacion(nora: NoraRegistrada) -> list[EnlaceDeModulo]:
    """Los módulos encendidos de una Nora, como van en su navegación."""
    enlaces = []
    for modulo in current_app.extensions["catalogo_modulos"].en_orden():
        if modulo.nombre not in nora.modulos:
            continue
        blueprint = modulo.manifiesto.blueprint.name
        enlaces.append(
            EnlaceDeModulo(
                nombre=modulo.nombre,
                titulo=modulo.manifiesto.titulo,
                icono=modulo.manifiesto.icono,
                url=url_for(f"{blueprint}.index", nombre_nora=nora.nombre_nora),
                activo=request.blueprint == blueprint,
            )
        )
    return enlaces
