"""Unir repetidos, campos propios, y lo que pide una persona sobre sus datos: llevárselos o que se borren."""

from __future__ import annotations

import json
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...medios.cajas import en_trozos
from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import servicio
from .formularios import FormularioCampo, FormularioSuprimir
from .modelos import Filtro
from .vistas import panel_cliente_contactos_bp


@panel_cliente_contactos_bp.get("/repetidos")
def repetidos(nombre_nora: str) -> str:
    """Los que parecen la misma persona."""
    return render_template("panel_cliente_contactos/repetidos.html", grupos=servicio.repetidos(nombre_nora))


@panel_cliente_contactos_bp.route("/<uuid:contacto_id>/unir", methods=["GET", "POST"])
@audita("unir_contactos", aparte=True)
def unir(nombre_nora: str, contacto_id: UUID) -> Response | str:
    """Elegir con quién se une, y unirlos: queda el de la dirección."""
    if request.method == "GET":
        texto = request.args.get("q", "").strip()[: servicio.LARGO_BUSQUEDA]
        hallados = servicio.listar(nombre_nora, Filtro(texto=texto), None).contactos if texto else []
        return render_template(
            "panel_cliente_contactos/unir.html",
            contacto=servicio.para_editar(nombre_nora, str(contacto_id)).contacto,
            texto=texto,
            hallados=[otro for otro in hallados if otro.id != str(contacto_id)],
        )
    servicio.para_editar(nombre_nora, str(contacto_id))
    servicio.unir(nombre_nora, str(contacto_id), request.form.get("otro", ""), persona_actual())
    flash("Quedaron en uno, con todo lo de los dos.", "ok")
    vuelta = ".repetidos" if request.form.get("vuelta") == "repetidos" else ".ver"
    return redirect(url_for(vuelta, contacto_id=None if vuelta == ".repetidos" else contacto_id))


@panel_cliente_contactos_bp.route("/campos", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("crear_campo")
def campos(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Los datos que este negocio decide llevar de cada contacto."""
    formulario, existentes = FormularioCampo(), servicio.campos(nombre_nora)
    if formulario.validate_on_submit():
        try:
            servicio.agregar_campo(
                nombre_nora,
                existentes,
                formulario.nombre.data,
                formulario.tipo.data,
                formulario.lista_de_opciones(),
            )
            apuntar(formulario.nombre.data)
            flash("Campo agregado. Ya lo puedes llenar en cada contacto.", "ok")
            return redirect(url_for(".campos"))
        except ErrorDatoInvalido as error:
            formulario.nombre.errors = [error.mensaje]
    pagina = render_template("panel_cliente_contactos/campos.html", form=formulario, campos=existentes)
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_contactos_bp.post("/campos/<uuid:campo_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_campo")
def borrar_campo(nombre_nora: str, campo_id: UUID) -> Response:
    """Deja de mostrarlo."""
    servicio.borrar_campo(nombre_nora, str(campo_id))
    flash("Campo quitado.", "ok")
    return redirect(url_for(".campos"))


@panel_cliente_contactos_bp.get("/<uuid:contacto_id>/datos.json")
@exige(Acceso.DUENO)
@audita("exportar_persona", aparte=True)
def datos_json(nombre_nora: str, contacto_id: UUID) -> Response:
    """Todo lo que se guarda de una persona, para programas."""
    todo = servicio.todo_de(nombre_nora, str(contacto_id), persona_actual())
    respuesta = Response(
        json.dumps(todo, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
    )
    respuesta.headers["Content-Disposition"] = 'attachment; filename="datos-de-una-persona.json"'
    return respuesta


@panel_cliente_contactos_bp.get("/<uuid:contacto_id>/datos.html")
@exige(Acceso.DUENO)
@audita("exportar_persona", aparte=True)
def datos_html(nombre_nora: str, contacto_id: UUID) -> Response:
    """Lo mismo, para leerlo o imprimirlo."""
    todo = servicio.todo_de(nombre_nora, str(contacto_id), persona_actual())
    pagina = render_template(
        "panel_cliente_contactos/datos.html",
        datos=todo["datos"],
        huella=todo["huella"],
        campos={campo.id: campo.nombre for campo in servicio.campos(nombre_nora)},
    )
    respuesta = Response(pagina, content_type="text/html; charset=utf-8")
    respuesta.headers["Content-Disposition"] = 'attachment; filename="datos-de-una-persona.html"'
    return respuesta


@panel_cliente_contactos_bp.get("/<uuid:contacto_id>/datos.zip")
@exige(Acceso.DUENO)
@audita("exportar_persona", aparte=True)
def datos_zip(nombre_nora: str, contacto_id: UUID) -> Response:
    """Todo lo de una persona con sus fotos, notas de voz y documentos."""
    caja = servicio.todo_con_archivos(nombre_nora, str(contacto_id), persona_actual())
    respuesta = Response(en_trozos(caja), content_type="application/zip")
    respuesta.headers["Content-Disposition"] = 'attachment; filename="datos-de-una-persona.zip"'
    return respuesta


@panel_cliente_contactos_bp.route("/<uuid:contacto_id>/suprimir", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("suprimir_contacto", aparte=True)
def suprimir(nombre_nora: str, contacto_id: UUID) -> str | tuple[str, int]:
    """Borrar para siempre todo lo de una persona; al final, la prueba."""
    contacto = servicio.para_editar(nombre_nora, str(contacto_id)).contacto
    formulario = FormularioSuprimir()
    if formulario.validate_on_submit():
        prueba = servicio.suprimir(nombre_nora, str(contacto_id), persona_actual())
        return render_template("panel_cliente_contactos/suprimido.html", prueba=prueba)
    pagina = render_template("panel_cliente_contactos/suprimir.html", contacto=contacto, form=formulario)
    return (pagina, 422) if formulario.errors else pagina
