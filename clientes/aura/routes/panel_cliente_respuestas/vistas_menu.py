"""Las direcciones del menú. Verlo y probarlo, cualquiera de la Nora; cambiarlo, el dueño."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import flash, redirect, render_template, request, url_for

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas_menu, servicio_menu
from .consultas_menu import AjustesDeMenu, Destinos
from .formularios import FormularioPrueba
from .formularios_menu import ACCIONES, LARGO_DE_FILA, FormularioMenu, FormularioOpcion
from .vistas import panel_cliente_respuestas_bp


@panel_cliente_respuestas_bp.get("/menu")
def menu(nombre_nora: str) -> str:
    """Un nivel del menú y cómo se ofrece."""
    return _pagina(nombre_nora, _nivel_pedido())


@panel_cliente_respuestas_bp.post("/menu")
@exige(Acceso.DUENO)
@audita("cambiar_menu")
def guardar_menu(nombre_nora: str) -> Any:
    """Cómo se ofrece."""
    formulario = FormularioMenu()
    if not formulario.validate_on_submit():
        return _pagina(nombre_nora, None, formulario), 400
    ajustes = AjustesDeMenu(
        activo=formulario.activo.data,
        encabezado=formulario.encabezado.data or "",
        boton=formulario.boton.data or "",
        palabras=formulario.lista(),
        al_saludar=formulario.al_saludar.data,
    )
    consultas_menu.guardar_ajustes(nombre_nora, ajustes)
    flash("Guardado. Nora ya lo usa.", "ok")
    return redirect(url_for(".menu"))


@panel_cliente_respuestas_bp.post("/menu/probar")
def probar_menu(nombre_nora: str) -> Any:
    """Qué elegiría un mensaje en ese nivel."""
    formulario, prueba = FormularioPrueba(), None
    if formulario.validate_on_submit():
        todo = consultas_menu.leer(nombre_nora)
        _, nivel = servicio_menu.nivel_de(todo.opciones, _nivel_pedido())
        prueba = servicio_menu.probar(todo.ajustes, nivel, formulario.mensaje.data or "")
    plantilla = "_menu_prueba.html" if request.headers.get("HX-Request") else "menu_probar.html"
    contexto = {"prueba_form": formulario, "prueba": prueba, "padre_id": _nivel_pedido()}
    pagina = render_template(f"panel_cliente_respuestas/{plantilla}", acciones=dict(ACCIONES), **contexto)
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_respuestas_bp.route("/menu/opciones/nueva", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("cambiar_menu")
def nueva_opcion(nombre_nora: str) -> Any:
    """Agregar una a ese nivel."""
    todo = consultas_menu.leer(nombre_nora)
    servicio_menu.nivel_de(todo.opciones, _nivel_pedido())
    formulario = _formulario_opcion(todo.destinos)
    if request.method == "POST" and formulario.validate() and not formulario.falta_destino():
        try:
            servicio_menu.agregar(nombre_nora, formulario, _nivel_pedido())
        except ErrorDatoInvalido as error:
            formulario.titulo.errors = [error.mensaje]
        else:
            apuntar(formulario.titulo.data)
            flash("Opción agregada.", "ok")
            return redirect(url_for(".menu", padre=_nivel_pedido()))
    return _pagina_opcion(formulario, None, _nivel_pedido())


@panel_cliente_respuestas_bp.route("/menu/opciones/<uuid:opcion_id>", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("cambiar_menu")
def editar_opcion(nombre_nora: str, opcion_id: UUID) -> Any:
    """Cambiar una."""
    todo = consultas_menu.leer(nombre_nora)
    opcion = servicio_menu.buscar(todo.opciones, str(opcion_id))
    formulario = _formulario_opcion(todo.destinos, opcion.model_dump())
    if request.method == "POST" and formulario.validate() and not formulario.falta_destino():
        try:
            servicio_menu.cambiar(nombre_nora, formulario, opcion, todo.opciones)
        except ErrorDatoInvalido as error:
            formulario.titulo.errors = [error.mensaje]
        else:
            apuntar(formulario.titulo.data)
            flash("Cambios guardados.", "ok")
            return redirect(url_for(".menu", padre=opcion.padre_id))
    return _pagina_opcion(formulario, opcion, opcion.padre_id)


@panel_cliente_respuestas_bp.post("/menu/opciones/<uuid:opcion_id>/mover")
@exige(Acceso.DUENO)
@audita("cambiar_menu")
def mover_opcion(nombre_nora: str, opcion_id: UUID) -> Any:
    """Un lugar hacia arriba (sentido=arriba) o hacia abajo."""
    opcion = servicio_menu.mover(nombre_nora, str(opcion_id), arriba=request.form.get("sentido") == "arriba")
    apuntar(opcion.titulo, cambio="orden")
    return redirect(url_for(".menu", padre=opcion.padre_id))


@panel_cliente_respuestas_bp.post("/menu/opciones/<uuid:opcion_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_opcion_de_menu", aparte=True)
def borrar_opcion(nombre_nora: str, opcion_id: UUID) -> Any:
    """La quita, con las de dentro."""
    era = servicio_menu.borrar(persona_actual(), nombre_nora, str(opcion_id))
    flash(f"«{era.titulo}» borrada del menú.", "ok")
    return redirect(url_for(".menu", padre=era.padre_id))


def _nivel_pedido() -> str | None:
    """El submenú de la dirección; uno mal escrito no existe."""
    pedido = request.args.get("padre", "")
    try:
        return str(UUID(pedido)) if pedido else None
    except ValueError:
        return "00000000-0000-0000-0000-000000000000"


def _pagina(nombre_nora: str, padre_id: str | None, formulario: FormularioMenu | None = None) -> str:
    todo = consultas_menu.leer(nombre_nora)
    opciones, ajustes = todo.opciones, todo.ajustes
    padre, nivel = servicio_menu.nivel_de(opciones, padre_id)
    datos = {**ajustes.model_dump(), "palabras": "\n".join(ajustes.palabras)}
    encabezado = (padre.texto or padre.titulo) if padre else ajustes.encabezado
    return render_template(
        "panel_cliente_respuestas/menu.html",
        form=formulario or FormularioMenu(formdata=None, data=datos),
        nivel=nivel,
        padre=padre,
        padre_id=padre_id,
        camino=servicio_menu.camino(opciones, padre),
        dentro={o.id: sum(h.padre_id == o.id for h in opciones) for o in nivel},
        acciones=dict(ACCIONES),
        encabezado=encabezado,
        se_ve=servicio_menu.como_se_ve(encabezado, nivel, ajustes.boton),
        maximo=servicio_menu.OPCIONES_MAXIMAS,
        prueba_form=FormularioPrueba(formdata=None),
        prueba=None,
        puede_escribir=persona_actual().es_dueno_de(nombre_nora),
    )


def _formulario_opcion(destinos: Destinos, datos: dict[str, Any] | None = None) -> FormularioOpcion:
    limpios = {clave: dato or "" for clave, dato in (datos or {}).items()}
    formulario = FormularioOpcion() if request.method == "POST" else FormularioOpcion(data=limpios)
    formulario.ofrecer(destinos.bloques, destinos.formularios)
    return formulario


def _pagina_opcion(formulario: FormularioOpcion, opcion: Any, padre_id: str | None) -> Any:
    pagina = render_template(
        "panel_cliente_respuestas/menu_opcion.html",
        form=formulario,
        opcion=opcion,
        padre_id=padre_id,
        largo_de_fila=LARGO_DE_FILA,
    )
    return (pagina, 400) if request.method == "POST" else pagina
