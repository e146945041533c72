"""Auditoría: quién hizo qué, lo más nuevo primero."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for

from . import consultas
from .consultas import POR_PAGINA

# Cómo se lee cada acción; una que no esté aquí se enseña con su nombre.
ACCIONES = {
    "crear_nora": "Creó la Nora",
    "editar_nora": "Cambió sus datos",
    "borrar_respuesta": "Borró una respuesta automática",
    "borrar_formulario": "Borró un formulario",
    "borrar_opcion_de_menu": "Borró una opción del menú",
    "borrar_etiqueta": "Borró una etiqueta",
    "unir_etiquetas": "Unió etiquetas",
    "borrar_bloque": "Borró un tema",
    "cambiar_ia": "Cambió cómo habla Nora",
    "cambiar_modelo_ia": "Cambió el modelo o su tope",
    "quitar_llave_ia": "Quitó la llave del modelo",
    "agregar_al_equipo": "Agregó un número del equipo",
    "quitar_del_equipo": "Quitó un número del equipo",
    "encender_nora": "Encendió a Nora",
    "borrar_contacto": "Borró contactos",
    "unir_contactos": "Unió contactos",
    "exportar_persona": "Exportó los datos de una persona",
    "cambiar_ajustes": "Cambió los ajustes",
    "renombrar_nora": "Le cambió el nombre",
    "suspender_nora": "La suspendió",
    "reactivar_nora": "La reactivó",
    "descargar_nora": "Descargó todo lo suyo",
    "borrar_nora": "La borró",
    "encender_modulos": "Encendió módulos",
    "apagar_modulos": "Apagó módulos",
    "guardar_credenciales": "Guardó sus llaves",
    "borrar_credenciales": "Borró sus llaves",
    "entrar_como_dueno": "Entró como dueño",
    "salir_de_nora": "Salió de la Nora",
    "crear_usuario": "Creó una cuenta",
    "dar_lugar": "Dio un lugar",
    "quitar_lugar": "Quitó un lugar",
    "desactivar_usuario": "Desactivó una cuenta",
    "reactivar_usuario": "Reactivó una cuenta",
    "hacer_admin": "La hizo admin",
    "quitar_admin": "Dejó de ser admin",
    "cerrar_sesiones": "Cerró sus sesiones",
    "hacer_enlace": "Hizo un enlace de contraseña",
    "reintentar_trabajos": "Reintentó trabajos",
    "correr_trabajo": "Ejecutó un trabajo programado",
    "encender_trabajo": "Encendió un trabajo programado",
    "apagar_trabajo": "Apagó un trabajo programado",
}
ROTULOS = {"rol": "rol", "modulos": "módulos", "cambio": "cambió", "cambio_token": "token nuevo"}


def lista() -> str:
    """Los renglones, con filtro por Nora, persona y acción."""
    filtros = {clave: request.args.get(clave, "").strip()[:254] for clave in ("nora", "persona", "accion")}
    filtros["persona"] = filtros["persona"].lower()
    cursor = request.args.get("antes", "")
    renglones = consultas.leer_auditoria(
        filtros["nora"], filtros["persona"], filtros["accion"], int(cursor) if _es_id(cursor) else None
    )
    hay_mas = len(renglones) > POR_PAGINA
    renglones = renglones[:POR_PAGINA]
    siguiente = url_for("admin.auditoria", antes=renglones[-1].id, **_llenos(filtros)) if hay_mas else None
    return render_template(
        "admin/auditoria.html",
        renglones=renglones,
        filtros=filtros,
        acciones=ACCIONES,
        detalle=detalle_legible,
        siguiente=siguiente,
        primera=url_for("admin.auditoria", **_llenos(filtros)) if cursor else None,
    )


def detalle_legible(detalle: dict[str, Any]) -> str:
    """El detalle en un renglón: «rol: agente; módulos: chat, contactos»."""
    partes = []
    for clave, dato in detalle.items():
        if isinstance(dato, bool):
            texto = "sí" if dato else "no"
        elif dato == "dueno":
            texto = "dueño"
        else:
            texto = ", ".join(map(str, dato)) if isinstance(dato, list) else str(dato)
        partes.append(f"{ROTULOS.get(clave, clave.replace('_', ' '))}: {texto or '—'}")
    return "; ".join(partes)


def _es_id(texto: str) -> bool:
    return texto.isascii() and texto.isdigit() and len(texto) < 19


def _llenos(filtros: dict[str, str]) -> dict[str, Any]:
    return {clave: dato for clave, dato in filtros.items() if dato}
