"""Qué direcciones son páginas que una persona abre: las recorren las pruebas de navegador y las capturas."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from flask import Flask

from clientes.aura.registro.accesos import Acceso, acceso_de
from clientes.aura.registro.noras import ConvertidorNora

DE_LA_DUENA = frozenset({Acceso.NORA, Acceso.DUENO})
DEL_ADMIN = frozenset({Acceso.ADMIN, Acceso.PERSONA})

# Direcciones de GET que no son una página, y por qué.
NO_SON_PAGINAS = {
    "static": "archivos",
    "archivos.leer": "los archivos de los enlaces firmados",
    "salud.vive": "JSON",
    "salud.listo": "JSON",
    "salud.metricas": "texto para Prometheus",
    "login.inicio": "solo manda a otra",
    "instalable.ir": "solo manda a otra",
    "instalable.manifiesto": "JSON",
    "instalable.trabajador": "el trabajador de servicio",
    "panel_cliente.estatico": "archivos de una Nora",
    "panel_cliente.archivo": "solo manda a otra",
    "panel_cliente_contactos.datos_html": "un archivo que se baja",
    "panel_cliente_contactos.datos_json": "un archivo que se baja",
    "panel_cliente_contactos.datos_zip": "un archivo que se baja",
    "panel_cliente_contactos.exportar": "una hoja de cálculo",
    "panel_cliente_contactos.errores": "una hoja de cálculo",
    "panel_cliente_contactos.ejemplo": "una hoja de cálculo",
    "panel_cliente_chat.lista": "JSON con un pedazo de la lista",
    "panel_cliente_chat.novedades": "JSON con lo que cambió",
    "panel_cliente_chat.anteriores": "JSON con mensajes de antes",
    "panel_cliente_chat.borrador": "JSON con lo que Nora no mandó",
    "panel_cliente_chat.rapidas": "JSON con las respuestas rápidas",
    "panel_cliente_conocimiento.cuantas": "JSON con un número",
    "panel_cliente_simulador.novedades": "JSON con lo que cambió",
    "panel_cliente_google_ads.exportar": "una hoja de cálculo",
    "panel_cliente_google_ads.avance": "JSON con el avance de una lectura",
    "panel_cliente_google_ads.ir_a_google": "solo manda a otra",
    "panel_cliente_google_ads.vuelta": "solo manda a otra",
    "panel_cliente_meta_ads.exportar": "una hoja de cálculo",
    "panel_cliente_meta_ads.avance": "JSON con el avance de una lectura",
    "panel_cliente_meta_ads.ir_a_meta": "solo manda a otra",
    "panel_cliente_meta_ads.vuelta": "solo manda a otra",
    "permisos_anuncios.vuelta": "solo manda a otra",
    "panel_cliente_reportes.en_pdf": "un archivo que se baja",
    "panel_cliente_reportes.en_csv": "una hoja de cálculo",
    "panel_cliente_tareas.exportar": "una hoja de cálculo",
    "panel_cliente_tareas.abrir_adjunto": "lleva a un archivo",
    "panel_cliente_respuestas.contestados_csv": "una hoja de cálculo",
    "panel_cliente_tareas.buscar_contactos": "un pedazo del formulario",
    "panel_cliente_ajustes.actividad_csv": "una hoja de cálculo",
    "admin.auditoria_csv": "una hoja de cálculo",
}


def direcciones(
    app: Flask, nora: str, accesos: Collection[Acceso], ids: Mapping[str, Any] | None = None
) -> list[str]:
    """Las páginas de GET que piden alguno de esos accesos, ya con sus valores, en orden.

    Args:
        ids: lo que va en cada hueco de la dirección (`contacto_id`…). Un hueco que no está lleva el nombre de la Nora;
            None, solo las páginas que no piden más que la Nora, como las de una que empieza.
    """
    rutas = []
    for regla in sorted(app.url_map.iter_rules(), key=lambda r: r.rule):
        if "GET" not in (regla.methods or set()) or regla.endpoint in NO_SON_PAGINAS:
            continue
        if acceso_de(app, regla.endpoint) not in accesos:
            continue
        de_nora = isinstance(regla._converters.get("nombre_nora"), ConvertidorNora)
        if de_nora != (Acceso.NORA in accesos) or (ids is None and regla.arguments - {"nombre_nora"}):
            continue
        construida = regla.build({hueco: (ids or {}).get(hueco, nora) for hueco in regla.arguments})
        if construida is None:
            raise LookupError(f"no sé qué poner en {regla.rule}")
        rutas.append(construida[1])
    return rutas
