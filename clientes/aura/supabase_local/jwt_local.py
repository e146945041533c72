"""Quién pide: lee el JWT de ``Authorization`` y dice el papel y los datos (claims) de la transacción.

Reglas y frases: documentación de PostgREST 14, "Authentication".
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from . import errores

# La tolerancia que PostgREST da a los relojes.
TOLERANCIA_S = 30
FICHAS_EN_MEMORIA = 5_000
_ALGORITMOS = {("oct", ""): "HS256", ("EC", "P-256"): "ES256", ("RSA", ""): "RS256"}


@dataclass(frozen=True)
class Identidad:
    """El papel de PostgreSQL y los claims, ya como JSON para ``request.jwt.claims``."""

    rol: str
    claims: str
    anonima: bool


class Verificador:
    """Comprueba firmas HS256 (secreto), ES256 y RS256 (JWK o JWKS), y las fechas y el público del JWT."""

    def __init__(
        self,
        *,
        rol_anonimo: str | None,
        secreto: str | None,
        llave: str | Mapping[str, Any] | None,
        publico: str | None = None,
    ) -> None:
        """``llave`` es un JWK (o un JWKS) en JSON o ya leído; si trae la parte privada, no se usa.

        Con ``publico``, un JWT que traiga ``aud`` debe nombrarlo.
        """
        self._rol_anonimo = rol_anonimo
        self._publico = publico
        # Lo que dice una ficha firmada no cambia; sus fechas se revisan cada vez.
        self._firmadas: dict[str, tuple[dict[str, Any], Identidad]] = {}
        self._anonima: Identidad | None = None
        # Cada llave sirve para un solo algoritmo: la pública no se puede usar como secreto.
        self._llaves: list[tuple[str, Any]] = []
        if secreto:
            self._llaves.append(("HS256", secreto.encode()))
        if llave:
            datos: Mapping[str, Any] = json.loads(llave) if isinstance(llave, str) else llave
            for jwk in datos.get("keys", [datos]):
                algoritmo = _ALGORITMOS.get((str(jwk.get("kty")), str(jwk.get("crv", ""))))
                if algoritmo is None or jwk.get("alg", algoritmo) != algoritmo:
                    # Un JWKS puede traer llaves para otros usos: no estorban.
                    continue
                publica = {k: v for k, v in jwk.items() if k not in ("d", "key_ops", "use")}
                self._llaves.append((algoritmo, jwt.PyJWK(publica, algoritmo).key))

    def identificar(self, autorizacion: str | None) -> Identidad:
        """La identidad de una petición.

        Raises:
            ErrorApi: PGRST301 a PGRST303 (401); PGRST300 (500) si no hay con qué verificar.
        """
        esquema, _, ficha = (autorizacion or "").partition(" ")
        if esquema not in ("Bearer", "bearer"):
            if self._anonima is None:
                self._anonima = self._identidad({})
            return self._anonima
        conocida = self._firmadas.get(ficha)
        if conocida is not None:
            self._revisar(conocida[0])
            return conocida[1]
        claims = self._verificar(ficha.strip())
        self._revisar(claims)
        identidad = self._identidad(claims)
        if len(self._firmadas) >= FICHAS_EN_MEMORIA:
            self._firmadas.clear()
        self._firmadas[ficha] = (claims, identidad)
        return identidad

    def _identidad(self, claims: dict[str, Any]) -> Identidad:
        if "role" in claims:
            dicho = claims["role"]
            # Un papel que no es texto se busca con su JSON por nombre: PostgreSQL dirá que no existe.
            rol = dicho if isinstance(dicho, str) else json.dumps(dicho)
        elif self._rol_anonimo:
            rol = self._rol_anonimo
        else:
            raise errores.jwt_requerido()
        if not rol.isprintable():
            raise errores.jwt_invalido("PGRST303", "Parsing claims failed")
        texto = json.dumps({**claims, "role": rol}, separators=(",", ":"))
        return Identidad(rol, texto, rol == self._rol_anonimo)

    def _verificar(self, ficha: str) -> dict[str, Any]:
        if not self._llaves:
            raise errores.ErrorApi(500, "PGRST300", "Server lacks JWT secret")
        if not ficha:
            raise errores.jwt_invalido("PGRST301", "Empty JWT is sent in Authorization header")
        partes = ficha.count(".") + 1
        if partes != 3:
            raise errores.jwt_invalido("PGRST301", f"Expected 3 parts in JWT; got {partes}")
        try:
            algoritmo = jwt.get_unverified_header(ficha).get("alg")
        except jwt.PyJWTError as error:
            raise errores.jwt_invalido("PGRST301", "JWT couldn't be decoded") from error
        if algoritmo == "none":
            raise errores.jwt_invalido(
                "PGRST301", "Wrong or unsupported encoding algorithm",
                "JWT is unsecured but expected 'alg' was not 'none'",
            )  # fmt: skip
        for suyo, llave in self._llaves:
            if suyo != algoritmo:
                continue
            try:
                # Aquí solo la firma: las fechas y el público tienen frases propias.
                firmado = jwt.api_jws.decode(ficha, llave, algorithms=[suyo])
            except jwt.PyJWTError:
                continue
            return _leer_claims(firmado)
        raise errores.jwt_invalido(
            "PGRST301", "No suitable key or wrong key type", "None of the keys was able to decode the JWT"
        )

    def _revisar(self, claims: Mapping[str, Any]) -> None:
        """exp, nbf, iat y aud; uno nulo es como si no estuviera."""
        ahora = int(time.time())
        exp, nbf, iat = (_numero(claims, clave) for clave in ("exp", "nbf", "iat"))
        if exp is not None and exp < ahora - TOLERANCIA_S:
            raise errores.jwt_invalido("PGRST303", "JWT expired")
        if nbf is not None and nbf > ahora + TOLERANCIA_S:
            raise errores.jwt_invalido("PGRST303", "JWT not yet valid")
        if iat is not None and iat > ahora + TOLERANCIA_S:
            raise errores.jwt_invalido("PGRST303", "JWT issued at future")
        dicho = claims.get("aud")
        if dicho is None:
            return
        publicos = [dicho] if isinstance(dicho, str) else dicho
        if not isinstance(publicos, list) or not all(isinstance(p, str) for p in publicos):
            raise errores.jwt_invalido(
                "PGRST303", "The JWT 'aud' claim must be a string or an array of strings"
            )
        if self._publico is not None and publicos and self._publico not in publicos:
            raise errores.jwt_invalido("PGRST303", "JWT not in audience")


def _leer_claims(firmado: bytes) -> dict[str, Any]:
    try:
        claims = json.loads(firmado, parse_constant=_rechazar)
    except (ValueError, RecursionError) as error:
        raise errores.jwt_invalido("PGRST303", "Parsing claims failed") from error
    if not isinstance(claims, dict):
        raise errores.jwt_invalido("PGRST303", "Parsing claims failed")
    return claims


def _rechazar(constante: str) -> Any:
    # NaN e Infinity no son JSON, aunque Python los lea.
    raise ValueError(constante)


def _numero(claims: Mapping[str, Any], clave: str) -> float | None:
    valor = claims.get(clave)
    if valor is None or (isinstance(valor, (int, float)) and not isinstance(valor, bool)):
        return valor
    raise errores.jwt_invalido("PGRST303", f"The JWT '{clave}' claim must be a number")
