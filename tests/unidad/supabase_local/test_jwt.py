"""El JWT de cada petición: firmas, fechas, público y papel, con las frases de PostgREST."""

from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from apoyo.api_local import SECRETO
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from clientes.aura.supabase_local.errores import ErrorApi
from clientes.aura.supabase_local.jwt_local import Verificador

AHORA = int(time.time())


def verificador(**opciones: Any) -> Verificador:
    return Verificador(**{"rol_anonimo": "anon", "secreto": SECRETO, "llave": None, **opciones})


def firmar(datos: object, llave: Any = SECRETO, algoritmo: str = "HS256") -> str:
    """Firma ``datos`` tal cual, aunque no sean los de un JWT."""
    return "Bearer " + jwt.api_jws.encode(json.dumps(datos).encode(), llave, algoritmo)


def falla(quien: Verificador, autorizacion: str | None) -> ErrorApi:
    with pytest.raises(ErrorApi) as error:
        quien.identificar(autorizacion)
    return error.value


def test_sin_jwt_es_el_papel_anonimo() -> None:
    for autorizacion in (None, "", "Basic abc", "BEARER x.y.z"):
        identidad = verificador().identificar(autorizacion)
        assert (identidad.rol, identidad.anonima, json.loads(identidad.claims)) == (
            "anon",
            True,
            {"role": "anon"},
        )


def test_sin_papel_anonimo_hace_falta_jwt() -> None:
    quien = verificador(rol_anonimo=None)
    for autorizacion in (None, firmar({"sub": "x"})):
        error = falla(quien, autorizacion)
        assert (error.estado, error.codigo, error.mensaje) == (
            401,
            "PGRST302",
            "Anonymous access is disabled",
        )
        assert error.encabezados == (("WWW-Authenticate", "Bearer"),)
    assert quien.identificar(firmar({"role": "r"})).rol == "r"


def test_sin_llaves_no_se_verifica_nada() -> None:
    quien = verificador(secreto=None)
    assert quien.identificar(None).rol == "anon"
    error = falla(quien, firmar({"role": "anon"}))
    assert (error.estado, error.codigo) == (500, "PGRST300")


@pytest.mark.parametrize("esquema", ["Bearer", "bearer"])
def test_los_claims_pasan_enteros_y_con_su_papel(esquema: str) -> None:
    datos = {"role": "autor", "a": {"b": [1, None, "ñ"]}, "http://x/y": True}
    identidad = verificador().identificar(firmar(datos).replace("Bearer", esquema))
    assert (identidad.rol, identidad.anonima, json.loads(identidad.claims)) == ("autor", False, datos)
    sin_papel = verificador().identificar(firmar({"sub": "x"}))
    assert sin_papel.anonima and json.loads(sin_papel.claims) == {"sub": "x", "role": "anon"}
    raro = verificador().identificar(firmar({"role": ["a"]}))
    assert raro.rol == '["a"]', "un papel que no es texto no existe en PostgreSQL"


@pytest.mark.parametrize(
    ("datos", "mensaje"),
    [
        ({"exp": AHORA - 60}, "JWT expired"),
        ({"exp": "mañana"}, "The JWT 'exp' claim must be a number"),
        ({"exp": True}, "The JWT 'exp' claim must be a number"),
        ({"nbf": AHORA + 600}, "JWT not yet valid"),
        ({"nbf": []}, "The JWT 'nbf' claim must be a number"),
        ({"iat": AHORA + 600}, "JWT issued at future"),
        ({"iat": {}}, "The JWT 'iat' claim must be a number"),
        ({"aud": {"a": 1}}, "The JWT 'aud' claim must be a string or an array of strings"),
        ({"aud": [{"a": 1}, "b"]}, "The JWT 'aud' claim must be a string or an array of strings"),
        ([1, 2], "Parsing claims failed"),
        ("texto", "Parsing claims failed"),
        ({"role": "a\0b"}, "Parsing claims failed"),
        ({"role": "\ud800"}, "Parsing claims failed"),
    ],
)
def test_datos_que_no_valen(datos: object, mensaje: str) -> None:
    error = falla(verificador(), firmar(datos))
    assert (error.estado, error.codigo, error.mensaje, error.detalles) == (401, "PGRST303", mensaje, None)
    descripcion = f'Bearer error="invalid_token", error_description="{mensaje}"'
    assert error.encabezados == (("WWW-Authenticate", descripcion),)


def test_fechas_dentro_de_la_tolerancia() -> None:
    ahora = int(time.time())
    datos = {"exp": ahora - 20, "nbf": ahora + 20, "iat": ahora + 20.5, "role": "r"}
    assert verificador().identificar(firmar(datos)).rol == "r"
    assert verificador().identificar(firmar({"exp": None, "role": "r"})).rol == "r"
    assert verificador().identificar(firmar({"exp": 9_999_999_999, "role": "r"})).rol == "r"


@pytest.mark.parametrize(
    ("publico", "dicho", "entra"),
    [
        (None, "cualquiera", True), (None, ["a", "b"], True), ("yo", "yo", True), ("yo", ["otro", "yo"], True),
        ("yo", [], True), ("yo", None, True), ("yo", "otro", False), ("yo", ["otro"], False), ("yo", "yo2", False),
    ],
)  # fmt: skip
def test_publico(publico: str | None, dicho: object, entra: bool) -> None:
    quien = verificador(publico=publico)
    ficha = firmar({"role": "r", "aud": dicho})
    if entra:
        assert quien.identificar(ficha).rol == "r"
    else:
        assert (falla(quien, ficha).codigo, falla(quien, ficha).mensaje) == (
            "PGRST303",
            "JWT not in audience",
        )


SIN_LLAVE = ("No suitable key or wrong key type", "None of the keys was able to decode the JWT")


@pytest.mark.parametrize(
    ("cambiar", "mensaje", "detalle"),
    [
        (lambda f: "Bearer ", "Empty JWT is sent in Authorization header", None),
        (lambda f: "Bearer    ", "Empty JWT is sent in Authorization header", None),
        (lambda f: f.rpartition(".")[0], "Expected 3 parts in JWT; got 2", None),
        (lambda f: f + ".x", "Expected 3 parts in JWT; got 4", None),
        (lambda f: "Bearer x.y.z", "JWT couldn't be decoded", None),
        (lambda f: f[:-4] + "AAAA", *SIN_LLAVE),
        (lambda f: firmar({"role": "r"}, SECRETO[::-1]), *SIN_LLAVE),
        (lambda f: firmar({"role": "r"}, SECRETO * 2, "HS512"), *SIN_LLAVE),
        (
            lambda f: firmar({"role": "r"}, None, "none"),
            "Wrong or unsupported encoding algorithm",
            "JWT is unsecured but expected 'alg' was not 'none'",
        ),
    ],
)
def test_fichas_que_no_se_leen(cambiar: Callable[[str], str], mensaje: str, detalle: str | None) -> None:
    error = falla(verificador(), cambiar(firmar({"role": "service_role"})))
    assert (error.estado, error.codigo, error.mensaje, error.detalles) == (401, "PGRST301", mensaje, detalle)


def test_jwks_con_varias_llaves() -> None:
    curva, otra = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    rsa_ = rsa.generate_private_key(65537, 2048)
    jwks = {
        "keys": [
            json.loads(ECAlgorithm.to_jwk(otra.public_key())),
            {**json.loads(ECAlgorithm.to_jwk(curva)), "kid": "uno", "key_ops": ["sign"]},
            {**json.loads(RSAAlgorithm.to_jwk(rsa_.public_key())), "alg": "RS256"},
            {"kty": "oct", "k": "dW4tc2VjcmV0by1kZS1wcnVlYmFzLWRlLWN1YXJlbnRhLWxldHJhcw", "alg": "HS256"},
            json.loads(ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP384R1()).public_key())),
            {"kty": "OKP", "crv": "Ed25519", "x": "no se usa"},
        ]
    }
    for forma in (jwks, json.dumps(jwks)):
        quien = verificador(secreto=None, llave=forma)
        for llave, algoritmo in ((curva, "ES256"), (otra, "ES256"), (rsa_, "RS256"), (SECRETO, "HS256")):
            assert quien.identificar(firmar({"role": "r"}, llave, algoritmo)).rol == "r"
        ajena = ec.generate_private_key(ec.SECP256R1())
        assert falla(quien, firmar({"role": "r"}, ajena, "ES256")).mensaje == SIN_LLAVE[0]


def test_la_llave_publica_no_sirve_de_secreto() -> None:
    curva = ec.generate_private_key(ec.SECP256R1())
    publica = ECAlgorithm.to_jwk(curva.public_key())
    quien = verificador(secreto=None, llave=publica)
    # PyJWT se niega a firmar así: se firma a mano, como lo haría quien ataca.
    firmado = b".".join(
        base64.urlsafe_b64encode(parte).rstrip(b"=")
        for parte in (b'{"alg":"HS256"}', b'{"role":"service_role"}')
    )
    sello = hmac.new(publica.encode(), firmado, "sha256").digest()
    ficha = b".".join((firmado, base64.urlsafe_b64encode(sello).rstrip(b"="))).decode()
    assert falla(quien, f"Bearer {ficha}").codigo == "PGRST301"


def test_una_ficha_ya_vista_se_sigue_revisando_por_fecha(monkeypatch: pytest.MonkeyPatch) -> None:
    """La firma se recuerda; que caduque, no."""
    v = verificador()
    ficha = firmar({"role": "authenticated", "exp": int(time.time()) + 60})
    assert v.identificar(ficha).rol == "authenticated"
    despues = time.time() + 60 + 31
    monkeypatch.setattr(time, "time", lambda: despues)
    with pytest.raises(ErrorApi) as error:
        v.identificar(ficha)
    assert error.value.codigo == "PGRST303"


def test_recordar_una_ficha_no_deja_pasar_otro_cuerpo_con_su_firma() -> None:
    v = verificador()
    buena = firmar({"role": "authenticated"})
    v.identificar(buena)
    encabezado, _, firma = buena.split(".")
    cuerpo = firmar({"role": "service_role"}).split(".")[1]
    with pytest.raises(ErrorApi):
        v.identificar(f"{encabezado}.{cuerpo}.{firma}")
