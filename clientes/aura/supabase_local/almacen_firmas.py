"""Las ligas firmadas: JWT HS256 con el secreto del proyecto, como los de Supabase Storage.

Una liga dice su objeto (``url``) y para qué es (``scope``): una de leer no sirve para subir, ni el JWT de una persona
sirve de liga. No trae ``role``, así que tampoco sirve para entrar.
"""

from __future__ import annotations

import time
from typing import Any, Literal
from urllib.parse import quote

import jwt

from . import almacen_errores as errores

SUBIDA_S = 2 * 60 * 60
Uso = Literal["download", "upload"]


class Firmas:
    """Firma y revisa ligas."""

    def __init__(self, secreto: str | None) -> None:
        self._secreto = secreto

    def firmar(self, uso: Uso, cubeta: str, nombre: str, vigencia_s: int, **datos: Any) -> str:
        """La ficha de una liga que dura ``vigencia_s`` segundos.

        Raises:
            ErrorAlmacen: 500 si la API no tiene secreto.
        """
        ahora = int(time.time())
        cuerpo = {**datos, "url": f"{cubeta}/{nombre}", "scope": uso, "iat": ahora, "exp": ahora + vigencia_s}
        return jwt.encode(cuerpo, self._exigir_secreto(), "HS256")

    def revisar(self, ficha: str | None, uso: Uso, cubeta: str, nombre: str) -> dict[str, Any]:
        """Lo que dice la ficha, si es nuestra, está vigente y es para este objeto y este uso.

        Raises:
            ErrorAlmacen: InvalidJWT o InvalidSignature.
        """
        if not ficha:
            raise errores.pedido_invalido("querystring must have required property 'token'")
        try:
            datos: dict[str, Any] = jwt.decode(
                ficha,
                self._exigir_secreto(),
                algorithms=["HS256"],
                options={"require": ["exp"], "verify_aud": False, "verify_iat": False},
            )
        except jwt.ExpiredSignatureError as error:
            raise errores.ficha_invalida('"exp" claim timestamp check failed') from error
        except jwt.InvalidSignatureError as error:
            raise errores.ficha_invalida("signature verification failed") from error
        except jwt.PyJWTError as error:
            raise errores.ficha_invalida("Invalid Compact JWS") from error
        if datos.get("scope") != uso:
            raise errores.firma_invalida(f"Token is not scoped for {uso}")
        if datos.get("url") != f"{cubeta}/{nombre}":
            raise errores.firma_invalida()
        return datos

    def _exigir_secreto(self) -> str:
        if not self._secreto:
            raise errores.ErrorAlmacen(500, "InternalError", "Server lacks JWT secret")
        return self._secreto


def liga(camino: str, cubeta: str, nombre: str, ficha: str) -> str:
    """La liga relativa a ``/storage/v1``. Solo se escapa lo que cortaría la ruta: el cliente escapa lo demás."""
    return f"/{camino}/{_parte(cubeta)}/{_parte(nombre)}?token={ficha}"


def _parte(texto: str) -> str:
    return quote(texto, safe="/ !*'()&$@=;:+,")
