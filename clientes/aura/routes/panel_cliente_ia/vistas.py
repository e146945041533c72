"""Las páginas de IA. Verlas, cualquiera de la Nora; cambiar ajustes, el dueño."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms.fields.choices import SelectChoice

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import audita
from ...utils.auth_utils import persona_actual
from ...utils.supabase_helpers import ErrorDuplicado
from . import servicio
from .consultas import Resumen
from .ejemplos import EJEMPLOS, POR_CLAVE
from .ensayo import Ensayo, ensayar
from .formularios import FormularioEquipo, FormularioHabla, FormularioModelo

panel_cliente_ia_bp = Blueprint("panel_cliente_ia", __name__)
Pagina = str | tuple[str, int]


@panel_cliente_ia_bp.get("/")
def index(nombre_nora: str) -> Pagina:
    """Cómo habla Nora."""
    resumen = servicio.leer(nombre_nora)
    datos = {**resumen.nora.model_dump(), **resumen.ia.model_dump()}
    ejemplo = POR_CLAVE.get(request.args.get("ejemplo", ""))
    if ejemplo:
        datos["personalidad"] = ejemplo.personalidad
    return _pintar_habla(nombre_nora, resumen, FormularioHabla(data=datos), ejemplo=ejemplo)


@panel_cliente_ia_bp.post("/")
@exige(Acceso.DUENO)
@audita("cambiar_ia", aparte=True)
def guardar(nombre_nora: str) -> Response | Pagina:
    """Guarda cómo habla Nora."""
    formulario = FormularioHabla()
    if not formulario.validate():
        return _pintar_habla(nombre_nora, servicio.leer(nombre_nora), formulario)
    servicio.guardar_habla(nombre_nora, formulario.data, persona_actual())
    flash("Guardado. Nora ya contesta así.", "ok")
    return redirect(url_for(".index"))


@panel_cliente_ia_bp.post("/ensayo")
@exige(Acceso.DUENO)
def probar(nombre_nora: str) -> Pagina:
    """Contesta una conversación pasada con lo que está escrito, sin guardarlo."""
    formulario = FormularioHabla()
    ensayo = None
    if formulario.validate():
        try:
            ensayo = ensayar(nombre_nora, str(UUID(formulario.conversacion.data or "")), formulario.data)
        except ValueError:
            formulario.conversacion.errors = ["Elige una conversación."]
    return _pintar_habla(nombre_nora, servicio.leer(nombre_nora), formulario, ensayo=ensayo)


@panel_cliente_ia_bp.get("/modelo")
def modelo(nombre_nora: str) -> Pagina:
    """La llave, el modelo, el tope y lo gastado."""
    resumen = servicio.leer(nombre_nora)
    return _pintar_modelo(nombre_nora, resumen, FormularioModelo(data=resumen.ia.model_dump()))


@panel_cliente_ia_bp.post("/modelo")
@exige(Acceso.DUENO)
@audita("cambiar_modelo_ia", aparte=True)
def guardar_modelo(nombre_nora: str) -> Response | Pagina:
    """Guarda llave, modelo y tope."""
    formulario = FormularioModelo()
    if not formulario.validate():
        return _pintar_modelo(nombre_nora, servicio.leer(nombre_nora), formulario)
    servicio.guardar_modelo(nombre_nora, formulario.data, persona_actual())
    flash("Guardado.", "ok")
    return redirect(url_for(".modelo"))


@panel_cliente_ia_bp.post("/modelo/quitar-llave")
@exige(Acceso.DUENO)
@audita("quitar_llave_ia", aparte=True)
def quitar_llave(nombre_nora: str) -> Response:
    """Borra la llave propia."""
    servicio.quitar_llave(nombre_nora, persona_actual())
    flash("Llave borrada.", "ok")
    return redirect(url_for(".modelo"))


@panel_cliente_ia_bp.get("/equipo")
def equipo(nombre_nora: str) -> Pagina:
    """Los teléfonos del dueño y su gente."""
    return _pintar_equipo(nombre_nora, FormularioEquipo(formdata=None))


@panel_cliente_ia_bp.post("/equipo")
@exige(Acceso.DUENO)
@audita("agregar_al_equipo", aparte=True)
def agregar_al_equipo(nombre_nora: str) -> Response | Pagina:
    """Registra un teléfono."""
    formulario = FormularioEquipo()
    if not formulario.validate():
        return _pintar_equipo(nombre_nora, formulario)
    try:
        servicio.agregar_al_equipo(
            nombre_nora, formulario.nombre.data, formulario.telefono.data, persona_actual()
        )
    except ErrorDuplicado:
        formulario.telefono.errors = ["Ese número ya está."]
        return _pintar_equipo(nombre_nora, formulario)
    flash("Listo. Ya puede pedirle tareas a Nora por WhatsApp.", "ok")
    return redirect(url_for(".equipo"))


@panel_cliente_ia_bp.post("/equipo/<uuid:numero_id>/quitar")
@exige(Acceso.DUENO)
@audita("quitar_del_equipo", aparte=True)
def quitar_del_equipo(nombre_nora: str, numero_id: UUID) -> Response:
    """Quita un teléfono."""
    servicio.quitar_del_equipo(nombre_nora, str(numero_id), persona_actual())
    flash("Quitado: Nora lo atiende como a un cliente.", "ok")
    return redirect(url_for(".equipo"))


@panel_cliente_ia_bp.get("/por-revisar")
def por_revisar(nombre_nora: str) -> str:
    """Lo que la guardia frenó y lo que Nora propone."""
    resumen = servicio.leer(nombre_nora)
    return render_template("panel_cliente_ia/por_revisar.html", **_comun(nombre_nora, resumen))


@panel_cliente_ia_bp.post("/por-revisar/<uuid:turno_id>")
def revisar(nombre_nora: str, turno_id: UUID) -> Response:
    """Un borrador ya se vio."""
    servicio.revisar(nombre_nora, str(turno_id))
    flash("Listo, ya no aparece aquí.", "ok")
    return redirect(url_for(".por_revisar"))


@panel_cliente_ia_bp.post("/acciones/<uuid:accion_id>")
@exige(Acceso.DUENO)
@audita("accion_ia_haciendo", "accion_ia_rechazada", aparte=True)
def decidir_accion(nombre_nora: str, accion_id: UUID) -> Response:
    """Aprueba (decision=aprobar) o rechaza lo que Nora propuso."""
    decision = request.form.get("decision", "")
    frase = servicio.decidir_accion(nombre_nora, str(accion_id), decision, persona_actual())
    flash(frase, "info")
    return redirect(url_for(".por_revisar"))


def _comun(nombre_nora: str, resumen: Resumen) -> dict[str, Any]:
    return {
        "resumen": resumen,
        "medidor": servicio.medir(resumen),
        "puede_escribir": persona_actual().es_dueno_de(nombre_nora),
        "pendientes": len(resumen.frenados) + len(resumen.acciones),
    }


def _pintar_habla(
    nombre_nora: str,
    resumen: Resumen,
    formulario: FormularioHabla,
    *,
    ejemplo: Any = None,
    ensayo: Ensayo | None = None,
) -> Pagina:
    formulario.conversacion.choices = [
        SelectChoice(c.id, f"{c.nombre}: {c.texto}") for c in resumen.conversaciones
    ]
    pagina = render_template(
        "panel_cliente_ia/index.html",
        form=formulario,
        ejemplos=EJEMPLOS,
        ejemplo=ejemplo,
        ensayo=ensayo,
        **_comun(nombre_nora, resumen),
    )
    return (pagina, 422) if formulario.errors else pagina


def _pintar_modelo(nombre_nora: str, resumen: Resumen, formulario: FormularioModelo) -> Pagina:
    pagina = render_template(
        "panel_cliente_ia/modelo.html",
        form=formulario,
        avance=servicio.avance(nombre_nora),
        **_comun(nombre_nora, resumen),
    )
    return (pagina, 422) if formulario.errors else pagina


def _pintar_equipo(nombre_nora: str, formulario: FormularioEquipo) -> Pagina:
    resumen = servicio.leer(nombre_nora)
    pagina = render_template("panel_cliente_ia/equipo.html", form=formulario, **_comun(nombre_nora, resumen))
    return (pagina, 422) if formulario.errors else pagina
