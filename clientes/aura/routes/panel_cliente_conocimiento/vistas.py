"""Los temas y la caja de prueba. Leer y probar, cualquiera de la Nora; escribir, el dueño."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from . import servicio, servicio_preguntas
from .ejemplos import EJEMPLOS, POR_CLAVE
from .formularios import LARGO_TITULO, FormularioBloque, FormularioPrueba
from .modelos import Bloque, Cursor
from .prueba import que_responderia

panel_cliente_conocimiento_bp = Blueprint("panel_cliente_conocimiento", __name__)


@panel_cliente_conocimiento_bp.get("/")
def index(nombre_nora: str) -> Response:
    """La lista, con búsqueda y filtros que viven en la dirección, y la caja de prueba."""
    pedido = request.args
    pagina = servicio.listar(
        nombre_nora,
        pedido.get("q", ""),
        pedido.get("etiqueta", "")[:40],
        pedido.get("estado", ""),
        hoy_de_la_nora(),
        _cursor(),
    )
    contexto = {"pagina": pagina, "ejemplos": EJEMPLOS, "puede_escribir": puede_escribir(nombre_nora)}
    plantilla = "index.html"
    if _es_htmx():
        plantilla = "_mas.html" if pedido.get("antes_id") else "_resultados.html"
    else:
        contexto["prueba_form"] = FormularioPrueba()
    respuesta = make_response(render_template(f"panel_cliente_conocimiento/{plantilla}", **contexto))
    # La misma dirección da la página o un pedazo: que el navegador no confunda uno con otro.
    respuesta.headers["Vary"] = "HX-Request, Cookie"
    return respuesta


@panel_cliente_conocimiento_bp.route("/nuevo", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("crear_bloque")
def nuevo(nombre_nora: str) -> Response | str | tuple[str, int]:
    """Enseñarle algo a Nora; puede venir prellenado por un ejemplo o por una pregunta sin respuesta."""
    if request.method == "GET":
        formulario = FormularioBloque(data=_inicial(nombre_nora))
        return _pintar_formulario(
            nombre_nora, formulario, None, es_ejemplo=request.args.get("ejemplo") in POR_CLAVE
        )
    formulario = FormularioBloque()
    if not formulario.validate():
        return _pintar_formulario(nombre_nora, formulario, None)
    grupo = _uuid(formulario.grupo.data)
    apuntar(formulario.titulo.data)
    return guardado(servicio.guardar(nombre_nora, None, formulario.cambios(), persona_actual(), grupo))


@panel_cliente_conocimiento_bp.get("/<uuid:bloque_id>")
def ver(nombre_nora: str, bloque_id: UUID) -> str | tuple[str, int]:
    """Un bloque: el dueño lo edita, los demás lo leen."""
    bloque = servicio.leer(nombre_nora, str(bloque_id))
    if not puede_escribir(nombre_nora):
        return render_template(
            "panel_cliente_conocimiento/bloque.html", bloque=bloque, momento=bloque.momento(hoy_de_la_nora())
        )
    datos = bloque.model_dump(
        include={"titulo", "contenido", "prioridad", "vigente_desde", "vigente_hasta"}
    ) | {"etiquetas": list(bloque.etiquetas)}
    return _pintar_formulario(nombre_nora, FormularioBloque(data=datos), bloque)


@panel_cliente_conocimiento_bp.post("/<uuid:bloque_id>")
@exige(Acceso.DUENO)
@audita("editar_bloque")
def editar(nombre_nora: str, bloque_id: UUID) -> Response | str | tuple[str, int]:
    """Guarda los cambios de un bloque."""
    formulario = FormularioBloque()
    if not formulario.validate():
        return _pintar_formulario(nombre_nora, formulario, servicio.leer(nombre_nora, str(bloque_id)))
    apuntar(formulario.titulo.data)
    return guardado(servicio.guardar(nombre_nora, str(bloque_id), formulario.cambios(), persona_actual()))


@panel_cliente_conocimiento_bp.post("/<uuid:bloque_id>/activo")
@exige(Acceso.DUENO)
@audita("encender_bloque")
def encender(nombre_nora: str, bloque_id: UUID) -> Response | tuple[Response, int]:
    """Enciende (activo=1) o apaga (activo=0) un bloque."""
    activo = request.form.get("activo") == "1"
    servicio.encender(nombre_nora, str(bloque_id), activo, persona_actual())
    apuntar(encendido=activo)
    frase = "Encendido: Nora lo usa." if activo else "Apagado: Nora no lo usa."
    if quiere_json():
        return exito(frase, {"activo": activo})
    flash(frase, "ok")
    return redirect(url_for(".index"))


@panel_cliente_conocimiento_bp.post("/<uuid:bloque_id>/borrar")
@exige(Acceso.DUENO)
@audita("borrar_bloque", aparte=True)
def borrar(nombre_nora: str, bloque_id: UUID) -> Response:
    """Borra un bloque; se puede recuperar 90 días."""
    servicio.borrar(nombre_nora, str(bloque_id), persona_actual())
    flash("Tema borrado. Nora ya no lo usa; lo puedes recuperar en Borrados.", "ok")
    return redirect(url_for(".index"))


@panel_cliente_conocimiento_bp.route("/probar", methods=["GET", "POST"])
def probar(nombre_nora: str) -> str | tuple[str, int]:
    """¿Qué respondería Nora? A htmx le contesta solo la caja. Por POST: la pregunta no queda en la dirección."""
    formulario = FormularioPrueba()
    prueba = None
    if formulario.validate_on_submit():
        prueba = que_responderia(nombre_nora, formulario.pregunta.data)
    plantilla = "_prueba.html" if _es_htmx() else "probar.html"
    pagina = render_template(
        f"panel_cliente_conocimiento/{plantilla}",
        prueba_form=formulario,
        prueba=prueba,
        puede_escribir=puede_escribir(nombre_nora),
    )
    return (pagina, 422) if formulario.errors else pagina


def puede_escribir(nombre_nora: str) -> bool:
    """Si quien mira manda en esta Nora."""
    return persona_actual().es_dueno_de(nombre_nora)


def hoy_de_la_nora() -> date:
    """Qué día es donde está la Nora."""
    nora = nora_actual()
    return datetime.now(ZoneInfo(nora.zona_horaria if nora else ZONA_SIN_NORA)).date()


def guardado(resultado: servicio.Guardado) -> Response:
    """Dice cómo quedó un bloque; si choca con otro, lleva a verlos juntos."""
    if resultado.estorba:
        cuantos = "otro tema" if resultado.estorba == 1 else f"{resultado.estorba} temas"
        flash(f"Guardado. Pero choca con {cuantos}: di cuál vale.", "alerta")
        return redirect(url_for(".revisar", bloque=resultado.id))
    if resultado.listo:
        flash("Guardado. Nora ya lo sabe: pruébalo con una pregunta.", "ok")
    else:
        flash("Guardado. Nora lo aprenderá en unos minutos.", "info")
    return redirect(url_for(".index"))


def _es_htmx() -> bool:
    return bool(request.headers.get("HX-Request")) and not request.headers.get("HX-History-Restore-Request")


def _cursor() -> Cursor | None:
    try:
        return Cursor(datetime.fromisoformat(request.args["antes_de"]), str(UUID(request.args["antes_id"])))
    except (KeyError, ValueError):
        return None  # sin cursor, o una dirección escrita a mano: la primera página


def _uuid(texto: str | None) -> str | None:
    try:
        return str(UUID(texto or ""))
    except ValueError:
        return None


def _inicial(nombre_nora: str) -> dict[str, object]:
    ejemplo = POR_CLAVE.get(request.args.get("ejemplo", ""))
    if ejemplo:
        return {
            "titulo": ejemplo.titulo,
            "contenido": ejemplo.contenido,
            "etiquetas": list(ejemplo.etiquetas),
        }
    grupo = _uuid(request.args.get("grupo"))
    if grupo:
        pregunta = servicio_preguntas.leer(nombre_nora, grupo)
        return {**servicio_preguntas.como_bloque(pregunta), "grupo": grupo}
    return {"titulo": request.args.get("titulo", "")[:LARGO_TITULO]}


def _pintar_formulario(
    nombre_nora: str, formulario: FormularioBloque, bloque: Bloque | None, *, es_ejemplo: bool = False
) -> str | tuple[str, int]:
    opciones = list(dict.fromkeys([*servicio.etiquetas(nombre_nora), *(formulario.etiquetas.data or [])]))
    pagina = render_template(
        "panel_cliente_conocimiento/formulario.html",
        form=formulario,
        bloque=bloque,
        momento=bloque.momento(hoy_de_la_nora()) if bloque else "",
        es_ejemplo=es_ejemplo,
        opciones_de_etiqueta=opciones,
    )
    return (pagina, 422) if formulario.errors else pagina
