"""Avisos en el teléfono: cada persona enciende los suyos, aparato por aparato."""

from __future__ import annotations

import hashlib
import uuid
from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from pydantic import BaseModel, Field, ValidationError
from werkzeug.wrappers import Response

from app_config import Config

from ..canales.push import Aparato, llave_publica, servicio_conocido
from ..conversacion import consultas_avisos
from ..registro.respuestas import exito
from ..utils.auth_utils import persona_actual
from ..utils.errores import ErrorDatoInvalido, ErrorNoEncontrado

# Por orden: un iPad dice también «Macintosh» y un Android también «Linux».
APARATOS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Teléfono Android"),
    ("Windows", "Computadora con Windows"),
    ("Macintosh", "Mac"),
    ("CrOS", "Chromebook"),
    ("Linux", "Computadora con Linux"),
)


class _Llaves(BaseModel):
    # 65 y 16 bytes en base64url (RFC 8291 2).
    p256dh: str = Field(pattern=r"^[A-Za-z0-9_-]{87}=?$")
    auth: str = Field(pattern=r"^[A-Za-z0-9_-]{22}(==)?$")


class _Suscripcion(BaseModel):
    endpoint: str = Field(max_length=2000)
    keys: _Llaves


def pagina(nombre_nora: str) -> str:
    """Encenderlos aquí, lo que pide un iPhone, y los aparatos que ya los tienen."""
    config = _config()
    persona = persona_actual()
    guardados = consultas_avisos.aparatos_guardados(nombre_nora, persona.usuario_id)
    return render_template(
        "panel_cliente_aura/avisos.html",
        llave=llave_publica(config.NORA_VAPID_LLAVE) if config.NORA_VAPID_LLAVE else "",
        es_del_equipo=nombre_nora in persona.noras,
        aparatos=[(uno, hashlib.sha256(uno.endpoint.encode()).hexdigest()) for uno in guardados],
    )


def suscribir(nombre_nora: str) -> tuple[Response, int]:
    """Este aparato recibe avisos."""
    persona = persona_actual()
    if nombre_nora not in persona.noras:
        raise ErrorDatoInvalido("Los avisos son para quien trabaja en esta Nora.")
    pedida = _leer()
    if not servicio_conocido(pedida.endpoint, _config()):
        raise ErrorDatoInvalido("Ese navegador usa un servicio de avisos que no conocemos.")
    aparato = Aparato("", pedida.endpoint, pedida.keys.p256dh, pedida.keys.auth)
    consultas_avisos.guardar_aparato(nombre_nora, persona.usuario_id, aparato, _nombre_del_aparato())
    return exito("Listo: aquí te avisamos.")


def quitar(nombre_nora: str) -> tuple[Response, int] | Response:
    """Deja de avisar: a este aparato (JSON con su `endpoint`) o a otro de la lista (formulario con su `id`)."""
    usuario_id = persona_actual().usuario_id
    if request.is_json:
        datos: Any = request.get_json()
        endpoint = datos.get("endpoint") if isinstance(datos, dict) else None
        if isinstance(endpoint, str):
            consultas_avisos.quitar_de_persona(nombre_nora, usuario_id, "endpoint", endpoint)
        return exito("Aquí ya no te avisamos.")
    try:
        aparato_id = str(uuid.UUID(request.form.get("id", "")))
    except ValueError:
        raise ErrorDatoInvalido("Falta decir qué aparato.") from None
    if not consultas_avisos.quitar_de_persona(nombre_nora, usuario_id, "id", aparato_id):
        raise ErrorNoEncontrado
    flash("Ese aparato ya no recibe avisos.", "ok")
    return redirect(url_for(".avisos"))


def probar(nombre_nora: str) -> tuple[Response, int]:
    """Manda uno de prueba a los aparatos de quien lo pide."""
    consultas_avisos.pedir_prueba(nombre_nora, persona_actual().usuario_id)
    return exito("Va en camino: bloquea el teléfono y espera unos segundos.")


def _leer() -> _Suscripcion:
    try:
        return _Suscripcion.model_validate(request.get_json(silent=True))
    except ValidationError:
        raise ErrorDatoInvalido("Tu navegador mandó algo que no entendimos.") from None


def _nombre_del_aparato() -> str:
    agente = request.user_agent.string
    return next((nombre for clave, nombre in APARATOS if clave in agente), "Otro aparato")


def _config() -> Config:
    config: Config = current_app.extensions["nora_config"]
    return config
