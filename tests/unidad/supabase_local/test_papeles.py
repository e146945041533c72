"""Papeles, datos del JWT, seguridad por filas, y que nadie vea los datos de otro."""

from __future__ import annotations

import time

import jwt
import pytest
from apoyo.api_local import SECRETO, Escenario, escenario_nuevo, ficha
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from clientes.aura.supabase_local import ServidorPostgres


def test_la_seguridad_por_filas_usa_los_datos_del_jwt(escenario: Escenario) -> None:
    escenario.cliente("authenticated", quien="ana").table("privado").insert(
        {"duenio": "ana", "texto": "a"}
    ).execute()
    escenario.cliente("authenticated", quien="beto").table("privado").insert(
        {"duenio": "beto", "texto": "b"}
    ).execute()
    assert [
        f["texto"]
        for f in escenario.cliente("authenticated", quien="ana").table("privado").select("*").execute().data
    ] == ["a"]
    assert escenario.cliente("anon").table("privado").select("*").execute().data == []
    assert len(escenario.cliente("service_role").table("privado").select("*").execute().data) == 2
    ajena = escenario.http("authenticated", quien="ana").post(
        "/privado", json={"duenio": "beto", "texto": "x"}
    )
    assert (ajena.status_code, ajena.json()["code"]) == (403, "42501")
    assert (
        escenario.cliente("authenticated", quien="ana")
        .table("privado")
        .update({"texto": "z"})
        .eq("duenio", "beto")
        .execute()
        .data
        == []
    )


def test_que_ve_la_orden(lectura: Escenario) -> None:
    sub = "6f1c0c3e-7a59-4e7e-9a0b-0d3a3c8b1a11"
    datos = (
        lectura.http("authenticated", quien="ana", sub=sub)
        .post("/rpc/quien_soy", headers={"User-Agent": "prueba"})
        .json()
    )
    assert datos == {"rol": "authenticated", "quien": "ana", "uid": sub, "agente": "prueba", "metodo": "POST"}
    anonima = lectura.http(None).get("/rpc/quien_soy").json()
    assert anonima["rol"] == "anon" and anonima["quien"] is None and anonima["uid"] is None


def test_sin_permiso(lectura: Escenario) -> None:
    anonima = lectura.http("anon").get("/secreta")
    assert (anonima.status_code, anonima.json()["code"]) == (401, "42501")
    assert anonima.headers["www-authenticate"] == "Bearer"
    assert lectura.http("authenticated").get("/secreta").status_code == 403


@pytest.mark.parametrize(
    "rol", ["postgres", "propietario", "authenticator", "nadie", 'anon"; drop table negocios --']
)
def test_un_papel_que_la_api_no_puede_tomar(lectura: Escenario, rol: str) -> None:
    respuesta = lectura.http(rol).get("/rpc/quien_soy")
    if rol == "authenticator":
        # SET ROLE a uno mismo no da nada: sin herencia, no puede leer tablas.
        assert lectura.http(rol).get("/negocios").status_code == 403
    else:
        existe = rol in ("postgres", "propietario")
        assert (respuesta.status_code, respuesta.json()["code"]) == (
            (403, "42501") if existe else (401, "22023")
        )


@pytest.mark.parametrize(
    ("encabezado", "codigo"),
    [
        ("Bearer x.y", "PGRST301"),
        ("Bearer x.y.z", "PGRST301"),
        ("Bearer ", "PGRST301"),
        (
            "Bearer " + jwt.encode({"role": "service_role"}, "otro-secreto-de-mas-de-treinta-y-dos-letras"),
            "PGRST301",
        ),
        ("Bearer " + jwt.encode({"role": "service_role"}, None, algorithm="none"), "PGRST301"),
        ("Bearer " + ficha("anon", exp=int(time.time()) - 60), "PGRST303"),
        ("Bearer " + ficha("anon", nbf=int(time.time()) + 600), "PGRST303"),
        ("Bearer " + jwt.encode({"role": "anon", "exp": "mañana"}, SECRETO), "PGRST303"),
    ],
)
def test_jwt_que_no_valen(lectura: Escenario, encabezado: str, codigo: str) -> None:
    respuesta = lectura.http(None).get("/negocios", headers={"Authorization": encabezado})
    assert (respuesta.status_code, respuesta.json()["code"]) == (401, codigo)
    assert "invalid_token" in respuesta.headers["www-authenticate"]


def test_es256_con_la_llave_publica(servidor_postgres: ServidorPostgres, plantilla_api: str) -> None:
    llave = ec.generate_private_key(ec.SECP256R1())
    jwk = ECAlgorithm.to_jwk(llave.public_key())
    with escenario_nuevo(servidor_postgres, plantilla_api, jwt_secreto=None, jwt_llave=jwk) as escenario:
        buena = jwt.encode({"role": "service_role"}, llave, "ES256")
        http = escenario.http(None)
        assert http.get("/negocios", headers={"Authorization": f"Bearer {buena}"}).status_code == 200
        ajena = jwt.encode({"role": "service_role"}, ec.generate_private_key(ec.SECP256R1()), "ES256")
        assert http.get("/negocios", headers={"Authorization": f"Bearer {ajena}"}).status_code == 401
        # La llave pública usada como si fuera un secreto HS256 no abre nada.
        assert (
            http.get("/negocios", headers={"Authorization": f"Bearer {ficha('service_role')}"}).status_code
            == 401
        )


def test_sin_papel_anonimo_hace_falta_jwt(servidor_postgres: ServidorPostgres, plantilla_api: str) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api, rol_anonimo=None) as escenario:
        assert escenario.http(None).get("/negocios").json()["code"] == "PGRST302"
        assert escenario.http().get("/negocios").status_code == 200
