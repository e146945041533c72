"""El almacén visto por un navegador: rangos, condiciones, encabezados, ligas firmadas y rutas que trepan."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import httpx
import jwt
import pytest
from apoyo.almacen import AlmacenDePrueba, falla
from apoyo.api_local import SECRETO, ficha

CONTENIDO = b"0123456789"


@pytest.fixture(scope="module")
def cubeta(almacen: AlmacenDePrueba) -> Any:
    """Una cubeta privada con un archivo de diez bytes."""
    nueva = almacen.de(almacen.cubeta())
    nueva.upload("a/diez.txt", CONTENIDO, {"content-type": "text/plain", "cache-control": "120"})
    return nueva


def _bajar(almacen: AlmacenDePrueba, cubeta: Any, **encabezados: str) -> httpx.Response:
    propios = {clave.replace("_", "-"): valor for clave, valor in encabezados.items()}
    return almacen.http().get(f"/storage/v1/object/authenticated/{cubeta.id}/a/diez.txt", headers=propios)


def test_encabezados(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    respuesta = _bajar(almacen, cubeta)
    vistos = respuesta.headers
    assert (respuesta.status_code, respuesta.content) == (200, CONTENIDO)
    assert (vistos["content-type"], vistos["content-length"], vistos["accept-ranges"]) == (
        "text/plain",
        "10",
        "bytes",
    )
    assert (vistos["cache-control"], vistos["x-content-type-options"]) == ("max-age=120", "nosniff")
    assert vistos["etag"] == '"781e5e245d69b566979b86e28d23f2c7"' and vistos["last-modified"].endswith("GMT")
    cabeza = almacen.http().head(f"/storage/v1/object/{cubeta.id}/a/diez.txt")
    assert (cabeza.status_code, cabeza.content, cabeza.headers["etag"]) == (200, b"", vistos["etag"])
    assert cabeza.headers["content-length"] == "10"
    assert almacen.http().head(f"/storage/v1/object/{cubeta.id}/no-hay").status_code == 400


@pytest.mark.parametrize(
    ("rango", "cuerpo", "tramo"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=-50", CONTENIDO, "bytes 0-9/10"),
        ("bytes=8-500", b"89", "bytes 8-9/10"),
    ],
)
def test_rangos(almacen: AlmacenDePrueba, cubeta: Any, rango: str, cuerpo: bytes, tramo: str) -> None:
    respuesta = _bajar(almacen, cubeta, Range=rango)
    assert (respuesta.status_code, respuesta.content) == (206, cuerpo)
    assert (respuesta.headers["content-range"], respuesta.headers["content-length"]) == (
        tramo,
        str(len(cuerpo)),
    )


@pytest.mark.parametrize("rango", ["bytes=10-", "bytes=99-100", "bytes=-0"])
def test_rango_fuera(almacen: AlmacenDePrueba, cubeta: Any, rango: str) -> None:
    respuesta = _bajar(almacen, cubeta, Range=rango)
    assert (respuesta.status_code, respuesta.headers["content-range"]) == (416, "bytes */10")
    assert respuesta.json()["statusCode"] == "416"


@pytest.mark.parametrize("rango", ["bytes=3-1", "bytes=0-1,3-4", "renglones=0-1", "bytes=-", "bytes=a-b"])
def test_rango_que_no_cuenta(almacen: AlmacenDePrueba, cubeta: Any, rango: str) -> None:
    respuesta = _bajar(almacen, cubeta, Range=rango)
    assert (respuesta.status_code, respuesta.content) == (200, CONTENIDO)


def test_condiciones(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    vistos = _bajar(almacen, cubeta).headers
    for encabezados in (
        {"If_None_Match": vistos["etag"]},
        {"If_None_Match": f'"otra", W/{vistos["etag"]}'},
        {"If_None_Match": "*"},
        {"If_Modified_Since": vistos["last-modified"]},
    ):
        respuesta = _bajar(almacen, cubeta, **encabezados)
        assert (respuesta.status_code, respuesta.content) == (304, b"") and respuesta.headers[
            "etag"
        ] == vistos["etag"]
    viejo = "Mon, 01 Jan 2024 00:00:00 GMT"
    assert _bajar(almacen, cubeta, If_Modified_Since=viejo).status_code == 200
    assert (
        _bajar(almacen, cubeta, If_None_Match='"otra"', If_Modified_Since=vistos["last-modified"]).status_code
        == 200
    )
    # Un rango sobre otra versión del archivo mezclaría dos archivos.
    assert _bajar(almacen, cubeta, Range="bytes=0-1", If_Range='"otra"').status_code == 200
    assert _bajar(almacen, cubeta, Range="bytes=0-1", If_Range=vistos["etag"]).status_code == 206


@pytest.mark.parametrize(
    ("tipo", "servido", "en_caja"),
    [
        ("text/html", "text/plain", False),
        ("application/xhtml+xml", "application/xhtml+xml", True),
        ("image/svg+xml", "image/svg+xml", True),
        ("text/javascript", "text/javascript", True),
        ("image/png", "image/png", False),
    ],
)
def test_nada_servido_se_ejecuta(
    almacen: AlmacenDePrueba, cubeta: Any, tipo: str, servido: str, en_caja: bool
) -> None:
    cubeta.upload("activo", b"<script>alert(1)</script>", {"content-type": tipo, "upsert": "true"})
    respuesta = almacen.http(None).get(almacen.relativa(cubeta.create_signed_url("activo", 60)["signedURL"]))
    assert (respuesta.headers["content-type"], respuesta.headers["x-content-type-options"]) == (
        servido,
        "nosniff",
    )
    assert ("sandbox" in respuesta.headers.get("content-security-policy", "")) is en_caja


def test_un_tipo_o_una_cache_con_saltos_no_parten_la_respuesta(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    falla("415", cubeta.upload, "roto", b"x", {"content-type": "text/plain\x0bX: y"})
    cubeta.upload("roto", b"x", {"content-type": "text/plain", "cache-control": "1\r\nX-Malo: si"})
    respuesta = almacen.http().get(f"/storage/v1/object/{cubeta.id}/roto")
    assert "x-malo" not in respuesta.headers and respuesta.headers["cache-control"] == "no-cache"


# --- ligas ---------------------------------------------------------------------------------------


def test_liga_firmada(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    liga = cubeta.create_signed_url("a/diez.txt", 60)
    assert liga["signedURL"] == liga["signedUrl"]
    respuesta = almacen.http(None).get(almacen.relativa(liga["signedURL"]))
    assert (respuesta.status_code, respuesta.content) == (200, CONTENIDO)
    assert "expires" in respuesta.headers and "cache-control" not in respuesta.headers
    dicho = jwt.decode(httpx.URL(liga["signedURL"]).params["token"], SECRETO, algorithms=["HS256"])
    assert (dicho["url"], dicho["exp"] - dicho["iat"]) == (
        f"{cubeta.id}/a/diez.txt",
        60,
    ) and "role" not in dicho
    falla("404", cubeta.create_signed_url, "no-hay", 60)


def test_descarga_con_nombre(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    pedir = almacen.http(None).get
    liga = cubeta.create_signed_url("a/diez.txt", 60, {"download": 'informe "año".txt'})
    dicho = pedir(almacen.relativa(liga["signedURL"])).headers["content-disposition"]
    escrito = "informe%20%22a%C3%B1o%22.txt"
    assert dicho == f"attachment; filename={escrito}; filename*=UTF-8''{escrito};"
    liga = cubeta.create_signed_url("a/diez.txt", 60, {"download": True})
    assert pedir(almacen.relativa(liga["signedURL"])).headers["content-disposition"] == "attachment;"


def test_varias_ligas(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    buena, mala = cubeta.create_signed_urls(["a/diez.txt", "no-hay"], 60)
    assert buena["error"] is None and mala["signedURL"] is None and mala["path"] == "no-hay"
    assert almacen.http(None).get(almacen.relativa(buena["signedURL"])).content == CONTENIDO


def test_ligas_que_no_valen(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    ahora, url = int(time.time()), f"{cubeta.id}/a/diez.txt"
    buenos = {"url": url, "scope": "download", "iat": ahora, "exp": ahora + 60}

    def pedir(token: str, ruta: str = url) -> dict[str, str]:
        respuesta = almacen.http(None).get(f"/storage/v1/object/sign/{ruta}", params={"token": token})
        assert respuesta.status_code == (200 if respuesta.content == CONTENIDO else 400)
        return {} if respuesta.is_success else respuesta.json()

    def firmar(secreto: str = SECRETO, algoritmo: str = "HS256", **cambios: Any) -> str:
        return jwt.encode({**buenos, **cambios}, secreto, algoritmo)

    assert pedir(firmar()) == {}
    assert pedir(firmar(exp=ahora - 1))["error"] == "InvalidJWT"
    assert pedir(firmar("otro-secreto-de-pruebas-de-cuarenta-letras"))["error"] == "InvalidJWT"
    assert pedir(jwt.encode(buenos, None, "none"))["error"] == "InvalidJWT"
    assert pedir("basura")["error"] == "InvalidJWT"
    assert pedir(firmar(url="otra/cosa"))["error"] == "InvalidSignature"
    assert pedir(firmar(scope="upload"))["error"] == "InvalidSignature"
    assert (
        pedir(jwt.encode({"role": "service_role", "exp": ahora + 60}, SECRETO, "HS256"))["error"]
        == "InvalidSignature"
    )
    assert pedir(jwt.encode({"url": url, "scope": "download"}, SECRETO, "HS256"))["error"] == "InvalidJWT"
    assert "token" in pedir("")["message"]
    # Una liga no sirve para entrar: no trae papel, y anon no puede nada sin políticas.
    con_liga = httpx.Headers({"Authorization": f"Bearer {firmar()}"})
    intento = almacen.http(None).post(f"/storage/v1/object/{cubeta.id}/x", content=b"x", headers=con_liga)
    assert intento.json()["statusCode"] == "403"


def test_liga_para_subir(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    liga = cubeta.create_signed_upload_url("nuevo.txt")
    assert liga["token"] in liga["signed_url"]
    sin_jwt = almacen.cara.cliente("anon").storage.from_(cubeta.id)
    assert (
        sin_jwt.upload_to_signed_url("nuevo.txt", liga["token"], b"hola").full_path
        == f"{cubeta.id}/nuevo.txt"
    )
    assert cubeta.download("nuevo.txt") == b"hola"
    # Sin upsert, la liga sirve una vez; y solo para ese nombre.
    falla("409", sin_jwt.upload_to_signed_url, "nuevo.txt", liga["token"], b"otra")
    falla("400", sin_jwt.upload_to_signed_url, "otro.txt", liga["token"], b"x")
    falla("409", cubeta.create_signed_upload_url, "nuevo.txt")
    falla("400", almacen.de(cubeta.id).upload_to_signed_url, "a/diez.txt",
          httpx.URL(cubeta.create_signed_url("a/diez.txt", 60)["signedURL"]).params["token"], b"x")  # fmt: skip
    assert cubeta.download("a/diez.txt") == CONTENIDO


def test_liga_publica(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    publica = almacen.de(almacen.cubeta(public=True))
    publica.upload("b.txt", b"hola")
    pedir = almacen.http(None).get
    respuesta = pedir(almacen.relativa(publica.get_public_url("b.txt", {"download": "c.txt"})))
    assert respuesta.content == b"hola" and "c.txt" in respuesta.headers["content-disposition"]
    assert pedir(f"/storage/v1/object/info/public/{publica.id}/b.txt").json()["size"] == 4
    privada = pedir(almacen.relativa(cubeta.get_public_url("a/diez.txt")))
    assert (privada.status_code, privada.json()["error"]) == (400, "Bucket not found")


# --- lo que no entra -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ruta",
    [
        "../x", "a/../../x", "..", "%2e%2e/x", "a/%2e%2e/%2e%2e/x", "%252e%252e%252fx", "/etc/passwd",
        "%2Fetc/passwd", "a%5C..%5Cx", "a\\x", "a%00.txt", "%c0%ae%c0%ae/x", "a%0d%0aX:1", "a" * 1_025,
    ],
)  # fmt: skip
def test_una_ruta_que_trepa_no_entra(almacen: AlmacenDePrueba, cubeta: Any, ruta: str) -> None:
    antes = almacen.archivos()
    http = almacen.http()
    direccion = httpx.URL(str(http.base_url).rstrip("/")).copy_with(
        raw_path=f"/storage/v1/object/{cubeta.id}/{ruta}".encode()
    )
    for metodo in ("POST", "PUT", "GET", "DELETE"):
        respuesta = http.request(metodo, direccion, content=b"x")
        assert respuesta.status_code in (400, 404), (metodo, respuesta.text)
    for clave in ("sourceKey", "destinationKey"):
        cuerpo = {"bucketId": cubeta.id, "sourceKey": "a/diez.txt", "destinationKey": "nuevo", clave: ruta}
        if clave == "destinationKey":
            # Sin escapes, `%2e` es texto: el signo de por ciento no se admite en un nombre.
            assert http.post("/storage/v1/object/copy", json=cuerpo).json()["error"] == "InvalidKey"
        assert http.post("/storage/v1/object/move", json=cuerpo).status_code == 400
    assert almacen.archivos() == antes


@pytest.mark.parametrize("nombre", ["a/../b", "../../x", "a/./b", "/a", "a/..", "a\\..\\b", "a\0b", "ñ"])
def test_ni_con_un_servidor_que_no_limpia_la_ruta(almacen: AlmacenDePrueba, cubeta: Any, nombre: str) -> None:
    """httpx y los navegadores quitan los ``..``; aquí llegan tal cual."""
    estados: list[str] = []
    entorno = {
        "REQUEST_METHOD": "POST", "PATH_INFO": f"/storage/v1/object/{cubeta.id}/{nombre}", "CONTENT_LENGTH": "1",
        "wsgi.input": io.BytesIO(b"x"), "HTTP_AUTHORIZATION": f"Bearer {ficha('service_role')}",
    }  # fmt: skip
    cuerpo = b"".join(almacen.cara.escenario.api(entorno, lambda estado, _: estados.append(estado)))
    assert estados == ["400 Bad Request"] and json.loads(cuerpo)["error"] == "InvalidKey"


def test_sin_jwt_o_con_uno_malo(almacen: AlmacenDePrueba, cubeta: Any) -> None:
    ruta = f"/storage/v1/object/{cubeta.id}/a/diez.txt"
    assert "authorization" in almacen.http(None).get(ruta).json()["message"]
    malo = almacen.http(None).get(ruta, headers={"Authorization": "Bearer a.b.c"}).json()
    assert (malo["statusCode"], malo["error"]) == ("403", "Unauthorized")
    assert almacen.http().get("/storage/v1/nada").json()["statusCode"] == "404"
    assert almacen.http().patch(ruta).json()["statusCode"] == "404"


@pytest.mark.parametrize(
    ("tipo", "cuerpo"),
    [
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=z", b"--z\r\nContent-Disposition: form-data; name=a\r\n\r\n1\r\n--z--\r\n"),
        ("multipart/form-data; boundary=z",
         b'--z\r\nContent-Disposition: form-data; name=f; filename="x"\r\nContent-Type: text/plain\r\n\r\nmedio'),
        ("multipart/form-data; boundary=z", b""),
    ],
)  # fmt: skip
def test_formularios_rotos(almacen: AlmacenDePrueba, cubeta: Any, tipo: str, cuerpo: bytes) -> None:
    antes = almacen.archivos()
    respuesta = almacen.http().post(
        f"/storage/v1/object/{cubeta.id}/cortado", content=cuerpo, headers={"Content-Type": tipo}
    )
    assert respuesta.json()["statusCode"] == "400"
    assert not cubeta.exists("cortado") and almacen.archivos() == antes


@pytest.mark.parametrize("cuerpo", [b"{", b"[1]", b'"x"', b"{" * 10_000])
def test_json_roto(almacen: AlmacenDePrueba, cubeta: Any, cuerpo: bytes) -> None:
    respuesta = almacen.http().post(f"/storage/v1/object/list/{cubeta.id}", content=cuerpo)
    assert respuesta.json()["statusCode"] == "400"


@pytest.mark.parametrize(
    "datos",
    [
        {"limit": "x"}, {"limit": 0}, {"offset": -1}, {"prefix": 3}, {"prefix": "a\0"}, {"limit": 10**30},
        {"search": []}, {"sortBy": 3}, {"sortBy": {"column": "version; drop table x"}},
    ],
)  # fmt: skip
def test_datos_raros_en_una_lista(almacen: AlmacenDePrueba, cubeta: Any, datos: dict[str, Any]) -> None:
    respuesta = almacen.http().post(f"/storage/v1/object/list/{cubeta.id}", json=datos)
    assert respuesta.status_code == (200 if "sortBy" in datos else 400)
