"""Quién pide: lee el JWT de ``Authorization`` y dice el papel y los datos (claims) de la transacción."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from . import errores


@dataclass(frozen=True)
class Identidad:
    """El papel de PostgreSQL y los claims, ya como JSON para ``request.jwt.claims``."""

    rol: str
    claims: str
    anonima: bool


class Verificador:
    """Comprueba firmas HS256 (secreto) y ES256 (llave pública, JWK)."""

    def __init__(
        self, *, rol_anonimo: str | None, secreto: str | None, llave: str | Mapping[str, Any] | None
    ) -> None:
        """``llave`` es un JWK (o un JWKS) en JSON o ya leído; si trae la parte privada, no se usa."""
        self._rol_anonimo = rol_anonimo
        self._llaves: dict[str, list[Any]] = {"HS256": [], "ES256": []}
        if secreto:
            self._llaves["HS256"].append(secreto.encode())
        if llave:
            datos: Mapping[str, Any] = json.loads(llave) if isinstance(llave, str) else llave
            for jwk in datos.get("keys", [datos]):
                publica = {k: v for k, v in jwk.items() if k not in ("d", "key_ops", "use")}
                self._llaves["ES256"].append(jwt.PyJWK(publica, "ES256").key)

    def identificar(self, autorizacion: str | None) -> Identidad:
        """La identidad de una petición.

        Raises:
            ErrorApi: PGRST300 a PGRST303 (401; 500 si no hay con qué verificar).
        """
        esquema, _, ficha = (autorizacion or "").partition(" ")
        if esquema.lower() != "bearer":
            return self._anonima()
        ficha = ficha.strip()
        if not ficha:
            raise errores.jwt_invalido("PGRST301", "Empty JWT is sent in Authorization header")
        claims = self._verificar(ficha)
        rol = claims.get("role")
        if rol is None:
            rol = self._anonima().rol
        if not isinstance(rol, str) or "\0" in rol:
            raise errores.jwt_invalido("PGRST303", "The JWT 'role' claim must be a string")
        return Identidad(
            rol, json.dumps(claims, ensure_ascii=False, separators=(",", ":")), rol == self._rol_anonimo
        )

    def _anonima(self) -> Identidad:
        if not self._rol_anonimo:
            raise errores.jwt_invalido("PGRST302", "Anonymous access is disabled")
        return Identidad(self._rol_anonimo, json.dumps({"role": self._rol_anonimo}), True)

    def _verificar(self, ficha: str) -> dict[str, Any]:
        if not any(self._llaves.values()):
            raise errores.ErrorApi(500, "PGRST300", "Server lacks JWT secret")
        if ficha.count(".") != 2:
            partes = ficha.count(".") + 1
            raise errores.jwt_invalido("PGRST301", f"Expected 3 parts in JWT; got {partes}")
        try:
            algoritmo = jwt.get_unverified_header(ficha).get("alg")
        except jwt.PyJWTError as error:
            raise errores.jwt_invalido("PGRST301", "JWT couldn't be decoded") from error
        if algoritmo not in self._llaves:
            raise errores.jwt_invalido("PGRST301", "Wrong or unsupported encoding algorithm")
        for llave in self._llaves[algoritmo]:
            try:
                claims: dict[str, Any] = jwt.decode(
                    ficha,
                    llave,
                    algorithms=[algoritmo],
                    # PostgREST da 30 s de tolerancia a los relojes.
                    leeway=30,
                    options={
                        "verify_aud": False,
                        "verify_sub": False,
                        "verify_jti": False,
                        "verify_iat": True,
                    },
                )
            except jwt.InvalidSignatureError:
                continue
            except jwt.ExpiredSignatureError as error:
                raise errores.jwt_invalido("PGRST303", "JWT expired") from error
            except jwt.ImmatureSignatureError as error:
                raise errores.jwt_invalido("PGRST303", "JWT not yet valid") from error
            except jwt.PyJWTError as error:
                raise errores.jwt_invalido("PGRST301", "JWT couldn't be decoded") from error
            return claims
        raise errores.jwt_invalido("PGRST301", "No suitable key or wrong key type")
