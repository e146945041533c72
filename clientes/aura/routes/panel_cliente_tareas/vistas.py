"""Las páginas de tareas: cada una valida, llama a un servicio y contesta."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from flask import (
    Blueprint,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)

from ...personas.servicio import anotar
from ...registro.auditoria import apuntar, audita, sin_cambio
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import destino_seguro, persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import repeticion, servicio, servicio_adjuntos
from .formularios import (
    FormularioAdjunto,
    FormularioComentario,
    FormularioPaso,
    FormularioPlantilla,
    FormularioPreferencias,
    FormularioTarea,
    FormularioTareaNueva,
    como_campos,
)
from .modelos import ESTADOS, PRIORIDADES, VENCIMIENTOS, Preferencias, Tarea

panel_cliente_tareas_bp = Blueprint("panel_cliente_tareas", __name__)


@panel_cliente_tareas_bp.get("/")
def index(nombre_nora: str) -> Any:
    """El tablero o la lista; a htmx le contesta solo la parte que cambia."""
    filtro = servicio.leer_filtro(request.args)
    if request.args.get("vista") == "lista":
        pagina = servicio.listar(nombre_nora, filtro, servicio.leer_cursor(request.args), persona_actual())
        parte = "_mas.html" if request.args.get("despues_id") else "_lista.html"
        datos = {"pagina": pagina, "filtro": pagina.filtro, "alrededor": pagina.listado, "vista": "lista"}
    else:
        tablero = servicio.tablero(nombre_nora, filtro, persona_actual())
        parte = "_tablero.html"
        datos = {"tablero": tablero, "filtro": filtro, "alrededor": tablero, "vista": "tablero"}
    en_partes = request.headers.get("HX-Request") and not request.headers.get("HX-History-Restore-Request")
    datos["borradas"] = [] if en_partes else _recien_borradas()
    respuesta = make_response(pintar(parte if en_partes else "index.html", **datos))
    respuesta.headers["Vary"] = "HX-Request, Cookie"
    return respuesta


@panel_cliente_tareas_bp.route("/nueva", methods=["GET", "POST"])
def nueva(nombre_nora: str) -> Any:
    """Escribir una tarea."""
    formulario = FormularioTareaNueva()
    if formulario.validate_on_submit():
        guardada = _guardar(nombre_nora, None, formulario)
        if guardada:
            flash(f"Tarea T-{guardada[1]} guardada.", "ok")
            return redirect(url_for(".ver", tarea_id=guardada[0]))
    elif request.method == "GET":
        estado = request.args.get("estado", "")
        formulario.estado.data = estado if estado in ESTADOS else "pendiente"
        formulario.asignada_a.data = persona_actual().usuario_id
    return _pintar_formulario(nombre_nora, formulario, None)


@panel_cliente_tareas_bp.get("/<uuid:tarea_id>")
def ver(nombre_nora: str, tarea_id: UUID) -> str:
    """Una tarea con sus pasos, comentarios e historia."""
    return pintar_ficha(nombre_nora, str(tarea_id))


@panel_cliente_tareas_bp.route("/<uuid:tarea_id>/editar", methods=["GET", "POST"])
def editar(nombre_nora: str, tarea_id: UUID) -> Any:
    """Cambiar una tarea."""
    if request.method == "GET":
        ficha = servicio.ficha(nombre_nora, str(tarea_id), persona_actual())
        formulario = FormularioTarea(data=como_campos(ficha.tarea, servicio.zona_de()))
        return _pintar_formulario(nombre_nora, formulario, ficha.tarea, ficha)
    formulario = FormularioTarea()
    if formulario.validate() and _guardar(nombre_nora, str(tarea_id), formulario):
        flash("Cambios guardados.", "ok")
        return redirect(url_for(".ver", tarea_id=tarea_id))
    ficha = servicio.ficha(nombre_nora, str(tarea_id), persona_actual())
    return _pintar_formulario(nombre_nora, formulario, ficha.tarea, ficha)


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/mover")
def mover(nombre_nora: str, tarea_id: UUID) -> Any:
    """La pasa a otra columna. Sin decir a cuál, primero se ve si la tarea es suya: un 404 va antes que un 400."""
    estado = str(_enviado().get("estado", ""))
    if estado not in ESTADOS:
        servicio.ficha(nombre_nora, str(tarea_id), persona_actual())
    servicio.mover(nombre_nora, str(tarea_id), estado, persona_actual().usuario_id)
    if quiere_json():
        return exito(f"Ahora está en «{ESTADOS[estado]}».", {"estado": estado})
    flash(f"Ahora está en «{ESTADOS[estado]}».", "ok")
    return _de_vuelta()


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/borrar")
@audita("borrar_tareas")
def borrar(nombre_nora: str, tarea_id: UUID) -> Any:
    """A la papelera; la lista ofrece deshacerlo."""
    servicio.borrar(nombre_nora, str(tarea_id), persona_actual())
    _recordar_borradas([str(tarea_id)])
    return redirect(url_for(".index"))


@panel_cliente_tareas_bp.post("/deshacer")
@audita("recuperar_tareas")
def deshacer(nombre_nora: str) -> Any:
    """Devuelve lo que se acaba de borrar."""
    cuantas = servicio.restaurar(nombre_nora, request.form.getlist("ids"), persona_actual())
    if cuantas:
        apuntar(cuantas=cuantas)
        flash("La tarea volvió." if cuantas == 1 else f"Volvieron {cuantas} tareas.", "ok")
    else:
        sin_cambio()
        flash("Ya no se puede deshacer.", "alerta")
    return _de_vuelta()


@panel_cliente_tareas_bp.post("/lote")
@audita("borrar_tareas", "cambiar_tareas", aparte=True)
def lote(nombre_nora: str) -> Any:
    """Lo mismo a varias tareas."""
    accion, _, dato = request.form.get("accion", "").partition(":")
    dato = dato or request.form.get("etiqueta_nueva", "")
    try:
        hechas = servicio.en_lote(nombre_nora, request.form.getlist("ids"), accion, dato, persona_actual())
    except ErrorDatoInvalido as error:
        flash(error.mensaje, "alerta")
        return _de_vuelta()
    if hechas:
        hecho = "borrar_tareas" if accion == "borrar" else "cambiar_tareas"
        anotar(persona_actual(), hecho, nombre_nora=nombre_nora, cambio=accion, cuantas=len(hechas))
    if accion == "borrar":
        _recordar_borradas(hechas)
    elif hechas:
        flash("Cambió 1 tarea." if len(hechas) == 1 else f"Cambiaron {len(hechas)} tareas.", "ok")
    else:
        flash("Ya estaban así.", "info")
    return _de_vuelta()


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/comentar")
def comentar(nombre_nora: str, tarea_id: UUID) -> Any:
    """Un comentario."""
    formulario = FormularioComentario()
    if not formulario.validate_on_submit():
        return pintar_ficha(nombre_nora, str(tarea_id), comentario=formulario), 422
    servicio.comentar(nombre_nora, str(tarea_id), formulario.texto.data, persona_actual())
    return redirect(url_for(".ver", tarea_id=tarea_id, _anchor="comentarios"))


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/pasos")
def agregar_paso(nombre_nora: str, tarea_id: UUID) -> Any:
    """Un paso más."""
    formulario = FormularioPaso()
    if not formulario.validate_on_submit():
        return pintar_ficha(nombre_nora, str(tarea_id), paso=formulario), 422
    servicio.agregar_paso(nombre_nora, str(tarea_id), formulario.texto.data)
    return redirect(url_for(".ver", tarea_id=tarea_id, _anchor="pasos"))


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/pasos/<uuid:paso_id>")
def marcar_paso(nombre_nora: str, tarea_id: UUID, paso_id: UUID) -> Any:
    """Palomea un paso, o lo desmarca."""
    hecho = str(_enviado().get("hecho", "")) == "1"
    servicio.marcar_paso(nombre_nora, str(tarea_id), str(paso_id), hecho)
    if quiere_json():
        return exito(datos={"hecho": hecho})
    return redirect(url_for(".ver", tarea_id=tarea_id, _anchor="pasos"))


@panel_cliente_tareas_bp.post("/<uuid:tarea_id>/pasos/<uuid:paso_id>/borrar")
def borrar_paso(nombre_nora: str, tarea_id: UUID, paso_id: UUID) -> Any:
    """Quita un paso."""
    servicio.borrar_paso(nombre_nora, str(tarea_id), str(paso_id))
    return redirect(url_for(".ver", tarea_id=tarea_id, _anchor="pasos"))


@panel_cliente_tareas_bp.get("/buscar_contactos")
def buscar_contactos(nombre_nora: str) -> str:
    """Los contactos que se parecen, para elegir uno en el formulario."""
    texto = request.args.get("contacto_texto", "")
    hallados = servicio.buscar_contactos(nombre_nora, texto)
    return render_template("panel_cliente_tareas/_contactos.html", hallados=hallados, texto=texto.strip())


@panel_cliente_tareas_bp.get("/exportar.csv")
@audita("exportar_tareas")
def exportar(nombre_nora: str) -> Response:
    """Las que pasan el filtro, como hoja de cálculo."""
    filtro = servicio.leer_filtro(request.args)
    # Se arma antes de contestar: si la base falla a la mitad, la persona ve el error y no un archivo cortado.
    hoja = "".join(servicio.como_csv(nombre_nora, filtro, persona_actual(), servicio.zona_de()))
    respuesta = Response(hoja, mimetype="text/csv")
    respuesta.headers["Content-Disposition"] = f'attachment; filename="tareas-{nombre_nora}.csv"'
    return respuesta


@panel_cliente_tareas_bp.get("/estadisticas")
def estadisticas(nombre_nora: str) -> str:
    """Cómo va cada persona."""
    pedido = request.args.get("dias", "30")
    dias = pedido if pedido in servicio.PERIODOS else "30"
    return pintar(
        "estadisticas.html",
        personas=servicio.estadisticas(nombre_nora, int(dias)),
        dias=dias,
        periodos=servicio.PERIODOS,
    )


@panel_cliente_tareas_bp.get("/repetidas")
def repetidas(nombre_nora: str) -> str:
    """Lo que se repite."""
    return pintar("repetidas.html", moldes=servicio.moldes(nombre_nora), en_palabras=repeticion.en_palabras)


@panel_cliente_tareas_bp.post("/repetidas/<uuid:molde_id>")
@audita("cambiar_repetida")
def activar_molde(nombre_nora: str, molde_id: UUID) -> Any:
    """Pausa o sigue algo que se repite."""
    activa = str(_enviado().get("activo", "")) == "1"
    servicio.activar_molde(nombre_nora, str(molde_id), activa, servicio.zona_de())
    apuntar(encendida=activa)
    mensaje = "Vuelve a repetirse." if activa else "En pausa: ya no se crearán más."
    if quiere_json():
        return exito(mensaje, {"activo": activa})
    flash(mensaje, "ok")
    return redirect(url_for(".repetidas"))


@panel_cliente_tareas_bp.route("/avisos", methods=["GET", "POST"])
def avisos(nombre_nora: str) -> Any:
    """Mis avisos, y cómo los quiero."""
    mios = servicio.mis_avisos(nombre_nora, persona_actual())
    guardadas = mios.preferencias or Preferencias()
    formulario = FormularioPreferencias(data=guardadas.model_dump())
    if formulario.validate_on_submit():
        servicio.guardar_preferencias(nombre_nora, persona_actual(), formulario.preferencias())
        flash("Listo, así te avisaremos.", "ok")
        return redirect(url_for(".avisos"))
    plantillas = servicio_adjuntos.plantillas(nombre_nora)
    pagina = pintar(
        "avisos.html",
        mios=mios,
        form=formulario,
        de_dueno=persona_actual().es_dueno_de(nombre_nora),
        plantillas=plantillas,
        form_plantilla=FormularioPlantilla(formdata=None, data={"plantilla_id": plantillas.elegida}).con(
            plantillas
        ),
    )
    return (pagina, 422) if formulario.errors else pagina


@panel_cliente_tareas_bp.post("/avisos/leidos")
def avisos_leidos(nombre_nora: str) -> Any:
    """Deja leídos mis avisos."""
    servicio.leer_avisos(nombre_nora, persona_actual())
    return redirect(url_for(".avisos"))


def _guardar(nombre_nora: str, tarea_id: str | None, formulario: FormularioTarea) -> tuple[str, int] | None:
    """(id, número), o None con el error ya puesto junto a su campo."""
    try:
        return servicio.guardar(
            nombre_nora, tarea_id, formulario.datos(), persona_actual().usuario_id, servicio.zona_de()
        )
    except ErrorDatoInvalido as error:
        campo = formulario["repite" if error.campo == "repite" else "asignada_a"]
        campo.errors = [*campo.errors, error.mensaje]
        return None


def _pintar_formulario(
    nombre_nora: str, formulario: FormularioTarea, tarea: Tarea | None, alrededor: Any = None
) -> Any:
    alrededor = alrededor or servicio.alrededor(nombre_nora, persona_actual())
    pagina = pintar(
        "formulario.html",
        form=formulario.con_equipo(alrededor, tarea),
        tarea=tarea,
        etiquetas=alrededor.etiquetas,
    )
    return (pagina, 422) if formulario.errors else pagina


def pintar_ficha(
    nombre_nora: str,
    tarea_id: str,
    comentario: FormularioComentario | None = None,
    paso: FormularioPaso | None = None,
    adjunto: FormularioAdjunto | None = None,
) -> str:
    """La ficha de una tarea, con lo escrito en sus formularios."""
    return pintar(
        "ficha.html",
        ficha=servicio.ficha(nombre_nora, tarea_id, persona_actual()),
        comentario=comentario or FormularioComentario(formdata=None),
        paso=paso or FormularioPaso(formdata=None),
        adjunto=adjunto or FormularioAdjunto(formdata=None),
        en_palabras=repeticion.en_palabras,
    )


def pintar(plantilla: str, **datos: Any) -> str:
    """Una página del módulo, con lo que todas usan."""
    ahora, zona = datetime.now(UTC), servicio.zona_de()
    return render_template(
        f"panel_cliente_tareas/{plantilla}",
        estados=ESTADOS,
        prioridades=PRIORIDADES,
        vencimientos=VENCIMIENTOS,
        ahora=ahora,
        cuando=lambda tarea: servicio.cuando(tarea, zona, ahora),
        **datos,
    )


def _enviado() -> Any:
    """Lo que llegó, sea formulario o JSON."""
    cuerpo = request.get_json(silent=True) if request.is_json else request.form
    return cuerpo if hasattr(cuerpo, "get") else {}


def _de_vuelta() -> Any:
    """A donde estaba, si es de este sitio; si no, al tablero."""
    return redirect(destino_seguro(request.form.get("volver")) or url_for(".index"))


def _recordar_borradas(ids: list[str]) -> None:
    session["tareas_borradas"] = {"ids": ids, "en": datetime.now(UTC).timestamp()}


def _recien_borradas() -> list[str]:
    """Lo que se borró hace tan poco que todavía se ofrece deshacer; se ofrece una vez."""
    guardadas = session.pop("tareas_borradas", None)
    if not guardadas or datetime.now(UTC).timestamp() - guardadas["en"] > servicio.SEGUNDOS_PARA_DESHACER:
        return []
    return list(guardadas["ids"])
