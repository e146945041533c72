"""Las páginas de contactos: la lista, la ficha y escribir en ella."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import nora_actual
from ...registro.respuestas import exito
from ...utils.auth_utils import persona_actual
from ...utils.consultas_etiquetas import deshacer as deshacer_accion
from ...utils.errores import ErrorDatoInvalido
from . import servicio
from .formularios import FormularioContacto, FormularioContactoNuevo, FormularioNota, leer_propios
from .modelos import Contacto, Filtro, ParaEditar

panel_cliente_contactos_bp = Blueprint("panel_cliente_contactos", __name__)


@panel_cliente_contactos_bp.get("/")
def index(nombre_nora: str) -> Response:
    """La lista, con búsqueda y filtros. A htmx le contesta solo la parte que cambia."""
    pagina = servicio.listar(nombre_nora, filtro_pedido(), servicio.leer_cursor(request.args))
    plantilla = "index.html"
    if request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request"):
        plantilla = "_mas.html" if request.args.get("antes_id") else "_resultados.html"
    respuesta = make_response(
        render_template(
            f"panel_cliente_contactos/{plantilla}",
            pagina=pagina,
            filtro=pagina.filtro,
            estados=servicio.ESTADOS,
            actividades=servicio.ACTIVIDADES,
            es_dueno=persona_actual().es_dueno_de(nombre_nora),
            por_deshacer=request.args.get("deshacer", ""),
            con_etiquetas=_tiene_modulo("etiquetas"),
        )
    )
    # La misma dirección da la página o un pedazo: que el navegador no confunda uno con otro.
    respuesta.headers["Vary"] = "HX-Request, Cookie"
    return respuesta


@panel_cliente_contactos_bp.route("/nuevo", methods=["GET", "POST"])
def nuevo(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Escribir un contacto a mano."""
    formulario = FormularioContactoNuevo()
    hay = servicio.para_editar(nombre_nora, None)
    return _atender_formulario(nombre_nora, formulario, hay, formulario.validate_on_submit())


@panel_cliente_contactos_bp.get("/<uuid:contacto_id>")
def ver(nombre_nora: str, contacto_id: UUID) -> str:
    """La ficha de un contacto."""
    ficha = servicio.ficha(nombre_nora, str(contacto_id))
    return render_template(
        "panel_cliente_contactos/ficha.html",
        contacto=ficha,
        nota=FormularioNota(),
        otras=[servicio.numero_de_direccion(d) for d in ficha.otras_direcciones],
        url_chat=_url_chat(ficha),
        es_dueno=persona_actual().es_dueno_de(nombre_nora),
    )


@panel_cliente_contactos_bp.route("/<uuid:contacto_id>/editar", methods=["GET", "POST"])
def editar(nombre_nora: str, contacto_id: UUID) -> Response | str | tuple[str, int]:
    """Cambiar sus datos y etiquetas."""
    hay = servicio.para_editar(nombre_nora, str(contacto_id))
    assert hay.contacto is not None  # noqa: S101  sin él ya fue un 404
    if request.method == "GET":
        formulario = FormularioContacto(data=_como_datos(hay.contacto))
        return _atender_formulario(nombre_nora, formulario, hay, False)
    formulario = FormularioContacto()
    return _atender_formulario(nombre_nora, formulario, hay, formulario.validate())


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_contacto", aparte=True)
def borrar(nombre_nora: str, contacto_id: UUID) -> Response:
    """A la papelera, con su conversación."""
    servicio.para_editar(nombre_nora, str(contacto_id))
    hecho = servicio.en_lote(nombre_nora, "borrar", [str(contacto_id)], None, "", persona_actual())
    return redirect(url_for(".index", deshacer=hecho.id))


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/recuperar")
@exige(Acceso.DUENO)
@audita("recuperar_contacto")
def recuperar(nombre_nora: str, contacto_id: UUID) -> Response:
    """Sacarlo de la papelera."""
    servicio.recuperar(nombre_nora, str(contacto_id), persona_actual())
    flash("Volvió a tus contactos.", "ok")
    return redirect(url_for(".ver", contacto_id=contacto_id))


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/baja")
def baja(nombre_nora: str, contacto_id: UUID) -> Response:
    """No mandarle promociones, o volver a mandarle."""
    activo = request.form.get("activo") == "1"
    servicio.marcar(nombre_nora, str(contacto_id), "baja", activo, persona_actual())
    flash("Ya no recibe promociones." if activo else "Vuelve a recibir promociones.", "ok")
    return redirect(url_for(".ver", contacto_id=contacto_id))


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/bloqueo")
def bloqueo(nombre_nora: str, contacto_id: UUID) -> Response:
    """Que Nora no le conteste, o que vuelva a contestarle."""
    activo = request.form.get("activo") == "1"
    servicio.marcar(nombre_nora, str(contacto_id), "bloqueado", activo, persona_actual())
    flash("Nora ya no le contesta." if activo else "Nora le vuelve a contestar.", "ok")
    return redirect(url_for(".ver", contacto_id=contacto_id))


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/notas")
def anotar(nombre_nora: str, contacto_id: UUID) -> Response | tuple[str, int]:
    """Agregar una nota privada."""
    formulario = FormularioNota()
    hay = servicio.para_editar(nombre_nora, str(contacto_id))
    if formulario.validate():
        servicio.agregar_nota(nombre_nora, str(contacto_id), formulario.texto.data, persona_actual())
        return redirect(url_for(".ver", contacto_id=contacto_id, _anchor="notas"))
    return render_template("panel_cliente_contactos/nota.html", contacto=hay.contacto, nota=formulario), 422


@panel_cliente_contactos_bp.post("/<uuid:contacto_id>/notas/<uuid:nota_id>/borrar")
@audita("borrar_nota")
def borrar_nota(nombre_nora: str, contacto_id: UUID, nota_id: UUID) -> Response:
    """Quitar una nota."""
    servicio.borrar_nota(nombre_nora, str(contacto_id), str(nota_id))
    flash("Nota borrada.", "ok")
    return redirect(url_for(".ver", contacto_id=contacto_id, _anchor="notas"))


@panel_cliente_contactos_bp.post("/lote")
@audita("borrar_contacto", "cambiar_contactos", aparte=True)
def lote(nombre_nora: str) -> Response | tuple[Response, int]:
    """Etiquetar, desetiquetar o borrar a varios; se puede deshacer."""
    accion, filtro = request.form.get("accion", ""), filtro_pedido()
    hecho = servicio.en_lote(
        nombre_nora,
        accion,
        request.form.getlist("ids"),
        filtro if request.form.get("todos") == "1" else None,
        request.form.get("etiqueta_id", ""),
        persona_actual(),
    )
    frase = servicio.frase_en_lote(accion, hecho.cuantos)
    if request.accept_mimetypes.best == "application/json":
        return exito(frase, {"id": hecho.id, "cuantos": hecho.cuantos, "frase": frase})
    flash(frase, "ok")
    return redirect(url_de_filtro(filtro, deshacer=hecho.id))


@panel_cliente_contactos_bp.post("/deshacer/<uuid:deshacer_id>")
@audita("deshacer_contactos")
def deshacer(nombre_nora: str, deshacer_id: UUID) -> Response | tuple[Response, int]:
    """Dejar como estaba lo último hecho en lote."""
    cuantos = deshacer_accion(nombre_nora, str(deshacer_id), persona_actual().usuario_id)
    apuntar(cuantos=cuantos)
    if request.accept_mimetypes.best == "application/json":
        return exito("Listo: quedó como estaba.", {"cuantos": cuantos})
    flash("Listo: quedó como estaba.", "ok")
    return redirect(url_for(".index"))


def filtro_pedido() -> Filtro:
    """El filtro de la dirección que se pidió."""
    return servicio.leer_filtro(request.args, request.args.getlist("etiqueta"))


def url_de_filtro(filtro: Filtro, deshacer: str | None = None) -> str:
    """La lista con ese filtro."""
    return url_for(
        ".index",
        q=filtro.texto or None,
        etiqueta=list(filtro.etiquetas) or None,
        estado=filtro.estado or None,
        actividad=filtro.actividad or None,
        deshacer=deshacer,
    )


def _atender_formulario(
    nombre_nora: str, formulario: FormularioContacto, hay: ParaEditar, valido: bool
) -> Response | str | tuple[str, int]:
    """Guarda si se puede; si no, pinta el formulario con cada error junto a su campo."""
    enviado = request.method == "POST"
    propios, errores = leer_propios(hay.campos, request.form) if enviado else (_propios_de(hay.contacto), {})
    if valido and not errores:
        contacto_id = _guardar(nombre_nora, formulario, hay, propios)
        if contacto_id:
            flash("Cambios guardados." if hay.contacto else "Contacto guardado.", "ok")
            return redirect(url_for(".ver", contacto_id=contacto_id))
    pagina = render_template(
        "panel_cliente_contactos/formulario.html",
        form=formulario,
        contacto=hay.contacto,
        campos=hay.campos,
        propios=propios,
        errores=errores,
        etiquetas_que_hay=hay.etiquetas,
    )
    return (pagina, 422) if formulario.errors or errores else pagina


def _guardar(
    nombre_nora: str, formulario: FormularioContacto, hay: ParaEditar, propios: dict[str, str]
) -> str | None:
    """El id guardado, o None con el error ya puesto junto a su campo."""
    datos = servicio.Datos(
        nombre=formulario.nombre.data,
        telefono=formulario.telefono.data or None,
        correo=formulario.correo.data,
        notas=formulario.notas.data,
        etiquetas=formulario.todas_las_etiquetas(),
        propios={campo.id: propios.get(campo.id, "") for campo in hay.campos},
    )
    try:
        return servicio.guardar(
            nombre_nora, hay.contacto.id if hay.contacto else None, datos, persona_actual()
        )
    except ErrorDatoInvalido as error:
        formulario.telefono.errors = [*formulario.telefono.errors, error.mensaje]
        return None


def _propios_de(contacto: Contacto | None) -> dict[str, str]:
    return contacto.propios if contacto else {}


def _como_datos(contacto: Contacto) -> dict[str, object]:
    return {
        "nombre": contacto.nombre,
        "telefono": contacto.telefono or "",
        "correo": contacto.correo,
        "notas": contacto.notas,
        "etiquetas": contacto.nombres_de_etiquetas,
    }


def _tiene_modulo(modulo: str) -> bool:
    nora = nora_actual()
    return nora is not None and modulo in nora.modulos


def _url_chat(contacto: Contacto) -> str | None:
    """La conversación, si ya hubo una y esta Nora tiene encendido el chat."""
    if contacto.platica is None or not _tiene_modulo("chat"):
        return None
    if "panel_cliente_chat.abrir" not in current_app.view_functions:
        return None
    return url_for("panel_cliente_chat.abrir", conversacion_id=contacto.platica.id)
