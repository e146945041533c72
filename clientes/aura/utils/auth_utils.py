"""Utilidades de autenticación: identidad, contraseñas, sesiones y enlaces de un solo uso."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast
from urllib.parse import urlsplit

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.profiles import RFC_9106_LOW_MEMORY
from flask import current_app, g, session

Rol = Literal["dueno", "agente"]
NADIE = "nadie tiene esta contrasena"
_argon = PasswordHasher.from_parameters(RFC_9106_LOW_MEMORY)
_HASH_DE_NADIE = _argon.hash(NADIE)


@dataclass(frozen=True)
class Identidad:
    """Quien pide. `noras`: nombre de cada Nora en que trabaja y como qué."""

    usuario_id: str
    correo: str
    nombre: str
    es_admin: bool
    noras: Mapping[str, Rol]

    @property
    def quien(self) -> str:
        """Cómo llamarle en pantalla."""
        return self.nombre or self.correo

    def es_dueno_de(self, nombre_nora: str) -> bool:
        """Si manda en esa Nora: es su dueño, o un admin que entró como él."""
        return self.es_admin or self.noras.get(nombre_nora) == "dueno"


def identidad_actual() -> Identidad | None:
    """La identidad de esta petición, o None si nadie ha entrado."""
    return cast("Identidad | None", g.get("identidad"))


def persona_actual() -> Identidad:
    """La identidad de esta petición donde la puerta ya exigió una."""
    return cast(Identidad, g.identidad)


def hash_de_contrasena(contrasena: str) -> str:
    """argon2id, con su sal y parámetros dentro."""
    return _argon.hash(contrasena)


def contrasena_correcta(hash_guardado: str | None, contrasena: str) -> bool:
    """Compara; sin cuenta tarda lo mismo que con ella."""
    try:
        return _argon.verify(hash_guardado or _HASH_DE_NADIE, contrasena) and hash_guardado is not None
    except (VerificationError, InvalidHashError, UnicodeEncodeError):  # una mitad de emoji no es de nadie
        return False


def clave_de_freno(tipo: str, texto: str) -> str:
    """Con qué se cuentan los intentos fallidos: un HMAC, para no guardar correos ni direcciones."""
    llave = current_app.config["SECRET_KEY"].encode()
    return f"{tipo}:{hmac.new(llave, texto.encode(), hashlib.sha256).hexdigest()[:32]}"


def renovar_sesion() -> None:
    """Cambia el id de la sesión: quien lo conociera de antes ya no entra con él."""
    current_app.session_interface.regenerate(session)  # type: ignore[attr-defined]


def destino_seguro(siguiente: str | None) -> str | None:
    """`next=` solo si se queda en este sitio: una ruta que empieza con una sola diagonal."""
    if (
        not siguiente
        or not siguiente.startswith("/")
        or siguiente.startswith(("//", "/\\"))
        or "\\" in siguiente
    ):
        return None
    partes = urlsplit(siguiente)
    if partes.scheme or partes.netloc or any(ord(c) < 32 for c in siguiente):
        return None
    return siguiente
