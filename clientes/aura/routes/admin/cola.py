"""La cola: cuánto espera, quién la atiende y lo que falló, con «intentar otra vez»."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from ...personas.servicio import anotar
from ...registro.auditoria import audita
from ...utils.auth_utils import persona_actual
from ...utils.errores import ErrorDatoInvalido
from . import consultas

# Cómo se lee cada tarea; una que no esté aquí se enseña con su nombre.
TAREAS = {
    "atender_conversacion": "Contestar a un cliente",
    "enviar_saliente": "Enviar un mensaje",
    "preparar_medio": "Bajar un archivo u oír una nota de voz",
    "borrar_archivos": "Borrar archivos de mensajes borrados",
    "ejecutar_trabajo": "Trabajo programado",
}


def estado() -> str:
    """Cómo está ahora."""
    return render_template("admin/cola.html", cola=consultas.estado_de_la_cola(), tareas=TAREAS)


@audita("reintentar_trabajos", aparte=True)
def reintentar() -> Response:
    """Vuelve a encolar un trabajo fallido, o todos."""
    pedido = request.form.get("id", "")
    if pedido and not (pedido.isascii() and pedido.isdigit() and len(pedido) < 19):
        raise ErrorDatoInvalido("Ese trabajo no existe.")
    cuantos = consultas.reintentar_trabajos(int(pedido) if pedido else None)
    if cuantos:
        anotar(persona_actual(), "reintentar_trabajos", objeto=pedido, cuantos=cuantos)
        flash("Otra vez en la cola." if cuantos == 1 else f"{cuantos} trabajos otra vez en la cola.", "ok")
    else:
        flash("Ya no estaba entre los fallidos.", "info")
    return redirect(url_for("admin.cola"))
