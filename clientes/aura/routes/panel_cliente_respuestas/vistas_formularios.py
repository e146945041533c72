"""Las direcciones de los formularios. Ver, cualquiera de la Nora; cambiar, el dueño."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, flash, redirect, render_template, request, url_for

from ...registro.accesos import Acceso, exige
from ...registro.auditoria import apuntar, audita
from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
from ...registro.respuestas import exito, quiere_json
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas_formularios as consultas
from . import servicio_formularios as servicio
from .formularios_pasos import TIPOS, FormularioDeFormulario, FormularioPaso
from .vistas import panel_cliente_respuestas_bp

RUTA = "/formularios/<uuid:formulario_id>"


@panel_cliente_respuestas_bp.get("/formularios")
def formularios(nombre_nora: str) -> str:
    """La lista."""
    return render_template(
        "panel_cliente_respuestas/formularios.html",
        formularios=consultas.listar(nombre_nora),
        puede_escribir=persona_actual().es_dueno_de(nombre_nora),
    )


@panel_cliente_respuestas_bp.route("/formularios/nuevo", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("crear_formulario")
def nuevo_formulario(nombre_nora: str) -> Any:
    """Crear uno; después, sus preguntas."""
    vacio = {"vigencia_horas": 24, "avisar": True}
    formulario = FormularioDeFormulario() if request.method == "POST" else FormularioDeFormulario(data=vacio)
    if request.method == "POST" and formulario.validate():
        creado = consultas.crear(nombre_nora, formulario.columnas())
        apuntar(formulario.nombre.data)
        flash("Creado. Ahora escribe sus preguntas.", "ok")
        return redirect(url_for(".editar_formulario", formulario_id=creado))
    return _pagina(formulario, None)


@panel_cliente_respuestas_bp.route(RUTA, methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("editar_formulario")
def editar_formulario(nombre_nora: str, formulario_id: UUID) -> Any:
    """Cambiar uno, y sus preguntas."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    datos = {**guardado.model_dump(), "palabras": "\n".join(guardado.palabras)}
    formulario = FormularioDeFormulario() if request.method == "POST" else FormularioDeFormulario(data=datos)
    if request.method == "POST" and formulario.validate():
        consultas.cambiar(nombre_nora, guardado.id, formulario.columnas())
        apuntar(formulario.nombre.data)
        flash("Cambios guardados.", "ok")
        return redirect(url_for(".editar_formulario", formulario_id=guardado.id))
    return _pagina(formulario, guardado)


@panel_cliente_respuestas_bp.post(f"{RUTA}/activo")
@exige(Acceso.DUENO)
@audita("encender_formulario")
def encender_formulario(nombre_nora: str, formulario_id: UUID) -> Any:
    """Enciende (activo=1) o apaga (activo=0) uno."""
    activo = request.form.get("activo") == "1"
    consultas.cambiar(nombre_nora, str(formulario_id), {"activo": activo})
    apuntar(encendido=activo)
    frase = (
        "Encendido: ya se puede empezar." if activo else "Apagado: quien lo lleva a medias lo puede terminar."
    )
    if quiere_json():
        return exito(frase, {"activo": activo})
    flash(frase, "ok")
    return redirect(url_for(".formularios"))


@panel_cliente_respuestas_bp.post(f"{RUTA}/borrar")
@exige(Acceso.DUENO)
@audita("borrar_formulario", aparte=True)
def borrar_formulario(nombre_nora: str, formulario_id: UUID) -> Any:
    """Lo quita con lo contestado."""
    era = servicio.borrar(persona_actual(), nombre_nora, str(formulario_id))
    flash(f"«{era.nombre}» borrado, con lo que se contestó.", "ok")
    return redirect(url_for(".formularios"))


@panel_cliente_respuestas_bp.route(f"{RUTA}/pasos/nuevo", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("editar_formulario")
def nuevo_paso(nombre_nora: str, formulario_id: UUID) -> Any:
    """Agregar una pregunta al final."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    return _editar_paso(nombre_nora, guardado, None)


@panel_cliente_respuestas_bp.route(f"{RUTA}/pasos/<pregunta_id>", methods=["GET", "POST"])
@exige(Acceso.DUENO)
@audita("editar_formulario")
def editar_paso(nombre_nora: str, formulario_id: UUID, pregunta_id: str) -> Any:
    """Cambiar una pregunta."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    return _editar_paso(nombre_nora, guardado, servicio.buscar_paso(guardado, pregunta_id))


@panel_cliente_respuestas_bp.post(f"{RUTA}/pasos/<pregunta_id>/mover")
@exige(Acceso.DUENO)
@audita("editar_formulario")
def mover_paso(nombre_nora: str, formulario_id: UUID, pregunta_id: str) -> Any:
    """Un lugar hacia arriba (sentido=arriba) o hacia abajo."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    apuntar(guardado.nombre, cambio="orden")
    servicio.mover_paso(nombre_nora, guardado, pregunta_id, arriba=request.form.get("sentido") == "arriba")
    return redirect(url_for(".editar_formulario", formulario_id=guardado.id))


@panel_cliente_respuestas_bp.post(f"{RUTA}/pasos/<pregunta_id>/borrar")
@exige(Acceso.DUENO)
@audita("editar_formulario")
def borrar_paso(nombre_nora: str, formulario_id: UUID, pregunta_id: str) -> Any:
    """Quita una pregunta."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    servicio.borrar_paso(nombre_nora, guardado, pregunta_id)
    apuntar(guardado.nombre, cambio="una pregunta menos")
    flash("Pregunta borrada.", "ok")
    return redirect(url_for(".editar_formulario", formulario_id=guardado.id))


@panel_cliente_respuestas_bp.get(f"{RUTA}/respuestas")
def contestados(nombre_nora: str, formulario_id: UUID) -> str:
    """Lo que la gente contestó."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    desde = request.args.get("desde", 0, type=int) or 0
    leidos = consultas.contestados(nombre_nora, guardado.id, max(0, min(desde, 100_000)))
    return render_template(
        "panel_cliente_respuestas/contestados.html",
        formulario=guardado,
        contestados=leidos[: consultas.POR_PAGINA],
        siguiente=desde + consultas.POR_PAGINA if len(leidos) > consultas.POR_PAGINA else None,
        anterior=max(0, desde - consultas.POR_PAGINA) if desde else None,
        estados=servicio.ESTADOS,
    )


@panel_cliente_respuestas_bp.get(f"{RUTA}/respuestas.csv")
@audita("exportar_formulario")
def contestados_csv(nombre_nora: str, formulario_id: UUID) -> Response:
    """Lo mismo en una hoja."""
    guardado = consultas.leer(nombre_nora, str(formulario_id))
    apuntar(guardado.nombre)
    nora = nora_actual()
    zona = nora.zona_horaria if nora else ZONA_SIN_NORA
    hoja = "".join(servicio.como_csv(nombre_nora, guardado, zona))
    respuesta = Response(hoja, mimetype="text/csv")
    respuesta.headers["Content-Disposition"] = f'attachment; filename="formulario-{nombre_nora}.csv"'
    return respuesta


def _editar_paso(nombre_nora: str, guardado: Any, paso: Any) -> Any:
    datos = {**paso.model_dump(), "opciones": "\n".join(paso.opciones)} if paso else {}
    formulario = FormularioPaso() if request.method == "POST" else FormularioPaso(data=datos)
    formulario.ofrecer(consultas.campos_propios(nombre_nora))
    if request.method == "POST" and formulario.validate():
        try:
            clave = paso.clave if paso else servicio.clave_nueva()
            servicio.guardar_paso(nombre_nora, guardado, formulario.paso(clave))
        except ErrorDatoInvalido as error:
            formulario.pregunta.errors = [error.mensaje]
        else:
            apuntar(guardado.nombre, cambio="una pregunta")
            flash("Pregunta guardada.", "ok")
            return redirect(url_for(".editar_formulario", formulario_id=guardado.id))
    pagina = render_template(
        "panel_cliente_respuestas/paso.html", form=formulario, formulario=guardado, paso=paso
    )
    return (pagina, 400) if request.method == "POST" else pagina


def _pagina(formulario: FormularioDeFormulario, guardado: Any) -> Any:
    pagina = render_template(
        "panel_cliente_respuestas/formulario_editor.html",
        form=formulario,
        guardado=guardado,
        tipos=dict(TIPOS),
    )
    return (pagina, 400) if request.method == "POST" else pagina
