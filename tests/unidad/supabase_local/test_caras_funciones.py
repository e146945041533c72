"""Llamar funciones por las dos caras: argumentos, resultados, medios, errores y lo que corre antes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from apoyo.caras import Cara, pedir, vista
from postgrest.exceptions import APIError

ARTICULOS = [
    {"id": 1, "nombre": "uno", "precio": 1.00, "codigo": "a", "notas": "sin notas"},
    {"id": 2, "nombre": "dos", "precio": 2.00, "codigo": "b", "notas": "sin notas"},
]


def cruda(cara: Cara, nombre: str, cuerpo: bytes, tipo: str) -> Any:
    """POST con un cuerpo que no es JSON."""
    return pedir(cara, "POST", f"/rpc/{nombre}", content=cuerpo, headers={"Content-Type": tipo})


@pytest.mark.parametrize(
    ("nombre", "argumentos", "esperado"),
    [
        ("suma", {"a": 1}, 3),
        ("sobrecargada", {"a": 1}, "a"),
        ("sobrecargada", {"a": 1, "b": 2}, "a, b"),
        ("sobrecargada", {"c": "x"}, "xd"),
        ("json_dado", {"dato": {"b": [1], "a": None}}, {"b": [1], "a": None}),
        ("arreglo_dado", {"dato": [1, None, 3]}, [1, None, 3]),
        ("suma_variadica", {"n": [1, 2, 3]}, 6),
        ("variadica_opcional", {}, 0),
        ("jsonb_crudo", {"lo": "que sea"}, {"lo": "que sea"}),
        ("igual_json", {"dato": 1}, "con nombre"),
        ("igual_json", {"otro": {}}, "sin nombre"),
        ("letras", {}, ["a", "b", "c"]),
        ("salidas", {}, {"x": 1, "y": "a"}),
        ("varias_salidas", {}, [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]),
        ("un_registro", {}, ARTICULOS[0]),
        ("varios_registros", {}, ARTICULOS),
        ("una_salida", {"num": 5}, {"mas_uno": 6}),
        ("una_de_ida", {"num": 5}, {"num": 6}),
        ("una_columna", {}, [{"a": "A"}]),
        ("donde_mismo", {}, [{"donde_mismo": "h", "valor": 1}]),
        ("un_punto", {}, {"x": 1, "y": 2}),
        ("punto_de_dominio", {}, {"x": 1, "y": 2}),
        ("nula", {}, None),
        ("Citada", {"Uno Dos": "1", "SSN": "2"}, {"a": "1", "b": "2"}),
        ("uno", {"p_id": 99}, {"id": None, "nombre": None, "precio": None, "codigo": None, "notas": None}),
    ],
)
def test_por_post(cara: Cara, nombre: str, argumentos: dict[str, Any], esperado: object) -> None:
    respuesta = pedir(cara, "POST", f"/rpc/{nombre}", json=argumentos)
    assert (respuesta.status_code, respuesta.json()) == (200, esperado)
    assert cara.cliente().rpc(nombre, argumentos).execute().data == esperado


@pytest.mark.parametrize(
    ("ruta", "esperado"),
    [
        ("suma?a=1", 3),
        ("suma?a=1&b=9", 10),
        ("json_dado?dato=" + '{"a":[1,"b"]}', {"a": [1, "b"]}),
        ("arreglo_dado?dato={1,2}", [1, 2]),
        ("suma_variadica?n=1&n=2", 3),
        ("suma_variadica?n=5", 5),
        ("variadica_opcional", 0),
        ("letras?limit=1&offset=1", ["b"]),
        ("Citada?Uno Dos=1&SSN=2", {"a": "1", "b": "2"}),
        ("hay_variadica?nombre=no&nombre=si&v=1", "si"),
        ("articulos_de_dominio?select=id,partes(id)&id=eq.2", [{"id": 2, "partes": [{"id": 3}]}]),
        ("nula", None),
        (
            "todos?select=nombre,partes(nombre)&id=lte.2&order=id.desc&limit=1",
            [{"nombre": "dos", "partes": [{"nombre": "asa"}]}],
        ),
    ],
)  # fmt: skip
def test_por_get(cara: Cara, ruta: str, esperado: object) -> None:
    respuesta = pedir(cara, "GET", f"/rpc/{ruta}")
    assert (respuesta.status_code, respuesta.json()) == (200, esperado)


@pytest.mark.parametrize(
    "ruta", ["sobrecargada?c=eq.x&c=hola", "suma?a=1&x=eq.3", "suma?a=1&select=x", "todos?partes.id=eq.1"]
)
def test_por_get_lo_que_no_tiene_sentido_es_400(cara: Cara, ruta: str) -> None:
    assert pedir(cara, "GET", f"/rpc/{ruta}").status_code == 400


def test_columnas_calculadas_sobre_el_resultado(cara: Cara) -> None:
    ruta = "/rpc/lista_clientes?p_negocio=luna&select=id,nombre_mayusculas&nombre_mayusculas=eq.ANA"
    assert pedir(cara, "GET", ruta).json() == [{"id": 1, "nombre_mayusculas": "ANA"}]


def test_por_head(cara: Cara) -> None:
    respuesta = pedir(cara, "HEAD", "/rpc/todos", "count=exact")
    assert vista(respuesta, "content-range", "content-type") == (
        200, "0-2/3", "application/json; charset=utf-8",
    )  # fmt: skip
    assert not respuesta.content


def test_un_formulario_son_los_argumentos(cara: Cara) -> None:
    assert pedir(cara, "POST", "/rpc/suma", data={"a": "1", "b": "5"}).json() == 6
    tipo = "application/x-www-form-urlencoded"
    assert cruda(cara, "suma_variadica", b"n=1&n=2&n=4", tipo).json() == 7
    assert cruda(cara, "json_dado", b"dato=%7B%22a%22%3A1%7D", tipo).json() == {"a": 1}
    assert cruda(cara, "suma", b"a,b\n3,4\n", "text/csv").json() == 7


def test_el_cuerpo_entero_es_el_argumento(cara: Cara) -> None:
    assert cruda(cara, "texto_crudo", "ñandú, (x)".encode(), "text/plain").json() == "ÑANDÚ, (X)"
    assert cruda(cara, "bytes_crudos", b"\x00\xff\x00", "application/octet-stream").json() == 3
    # El PostgreSQL embebido no trae libxml: que lo diga prueba que el cuerpo llegó como xml.
    assert cruda(cara, "xml_crudo", b"<a>1</a>", "text/xml").json()["code"] == "0A000"
    faltante = cruda(cara, "suma", b"x", "text/plain")
    assert faltante.status_code == 404
    assert faltante.json() == {
        "code": "PGRST202",
        "message": "Could not find the function public.suma in the schema cache",
        "details": "Searched for the function public.suma with a single unnamed text parameter, "
        "but no matches were found in the schema cache.",
        "hint": None,
    }
    raro = cruda(cara, "suma", b"x", "image/png")
    assert (raro.status_code, raro.json()["message"]) == (400, "Content-Type not acceptable: image/png")


def test_void_es_204(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/rpc/sin_nada")
    assert vista(respuesta, "content-type") == (204, None) and not respuesta.content
    assert cara.cliente().rpc("sin_nada").execute().data in (None, [], "")


def test_se_llama_una_sola_vez(cara: Cara) -> None:
    http = cara.http()
    primera = http.post("/rpc/cuenta_veces").json()
    assert http.post("/rpc/cuenta_veces", headers={"Prefer": "count=exact"}).json() == primera + 1
    assert http.post("/rpc/cuenta_veces?pgrst_scalar=gt.0").json() == primera + 2
    acepta = {"Accept": "text/csv", "Prefer": "count=exact"}
    assert (
        http.post("/rpc/cuenta_filas", headers=acepta).text == f"pgrst_scalar\n{primera + 3}\n{primera + 4}"
    )


@pytest.mark.parametrize("ruta", ["/rpc/suma?a=1", "/rpc/un_punto", "/rpc/nula"])
def test_contar_un_solo_resultado(cara: Cara, ruta: str) -> None:
    assert pedir(cara, "GET", ruta, "count=exact").headers["content-range"] == "0-0/1"
    assert pedir(cara, "GET", ruta, "count=planned").headers["content-range"] == "0-0/*"


def test_max_affected_en_funciones(cara: Cara) -> None:
    prefer = "handling=strict, max-affected="
    mucho = pedir(cara, "POST", "/rpc/encarece", f"{prefer}2, tx=commit", json={"p_desde": 1})
    assert (mucho.status_code, mucho.json()["code"]) == (400, "PGRST124")
    assert cara.escenario.sql("select sum(precio)::int from articulos") == [(6,)]
    justo = pedir(cara, "POST", "/rpc/encarece", f"{prefer}3", json={"p_desde": 1})
    assert vista(justo, "preference-applied") == (200, "handling=strict, max-affected=3")
    escalar = pedir(cara, "POST", "/rpc/suma", f"{prefer}3", json={"a": 1})
    assert escalar.json() == {
        "code": "PGRST128", "details": None, "hint": None,
        "message": "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
    }  # fmt: skip


def test_get_y_las_que_no_son_volatiles_no_escriben(cara: Cara) -> None:
    respuesta = pedir(cara, "GET", "/rpc/encarece?p_desde=1")
    assert (respuesta.status_code, respuesta.json()["code"]) == (405, "25006")
    assert pedir(cara, "POST", "/rpc/encarece", json={"p_desde": 1}).status_code == 200
    for metodo in ("PUT", "PATCH", "DELETE"):
        otra = pedir(cara, metodo, "/rpc/suma", json={"a": 1})
        assert (otra.status_code, otra.json()["code"]) == (405, "PGRST101")
        assert otra.json()["message"] == f"Cannot use the {metodo} method on RPC"


def test_no_encontradas_con_pistas(cara: Cara) -> None:
    cerca = pedir(cara, "POST", "/rpc/sumaa", json={}).json()
    assert (cerca["code"], cerca["hint"]) == (
        "PGRST202",
        "Perhaps you meant to call the function public.suma",
    )
    assert (
        cerca["message"] == "Could not find the function public.sumaa without parameters in the schema cache"
    )
    args = pedir(cara, "POST", "/rpc/suma", json={"bb": 1, "a": 2}).json()
    assert args == {
        "code": "PGRST202",
        "message": "Could not find the function public.suma(a, bb) in the schema cache",
        "details": "Searched for the function public.suma with parameters a, bb or with a single unnamed "
        "json/jsonb parameter, but no matches were found in the schema cache.",
        "hint": "Perhaps you meant to call the function public.suma(a, b)",
    }
    por_get = pedir(cara, "GET", "/rpc/suma?bb=1").json()
    assert por_get["details"] == (
        "Searched for the function public.suma with parameter bb, but no matches were found in the schema cache."
    )
    assert pedir(cara, "POST", "/rpc/suma_variadica", json={}).json()["code"] == "PGRST202"


def test_ambiguas(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/rpc/ambigua", json={"a": 1})
    assert respuesta.status_code == 300
    cuerpo = respuesta.json()
    assert cuerpo["code"] == "PGRST203"
    assert (
        "public.ambigua(a => integer)" in cuerpo["message"]
        and "public.ambigua(a => text)" in cuerpo["message"]
    )


# --- medios ----------------------------------------------------------------------------------------------


def test_un_objeto(cara: Cara) -> None:
    uno = {"Accept": "application/vnd.pgrst.object+json"}
    assert pedir(cara, "POST", "/rpc/suma", json={"a": 1}, headers=uno).json() == 3
    assert pedir(cara, "GET", "/rpc/todos?id=eq.1&select=id", headers=uno).json() == {"id": 1}
    assert pedir(cara, "GET", "/rpc/letras?limit=1", headers=uno).json() == {"pgrst_scalar": "a"}
    for ruta in ("todos", "todos?id=eq.99", "letras"):
        respuesta = pedir(cara, "GET", f"/rpc/{ruta}", headers=uno)
        assert (respuesta.status_code, respuesta.json()["code"]) == (406, "PGRST116")
    nada = pedir(cara, "POST", "/rpc/encarece", "tx=commit", json={"p_desde": 1}, headers=uno)
    assert nada.status_code == 406 and cara.escenario.sql("select sum(precio)::int from articulos") == [(6,)]


def test_csv(cara: Cara) -> None:
    csv = {"Accept": "text/csv"}
    varias = pedir(cara, "GET", "/rpc/varias_salidas", headers=csv)
    assert (varias.headers["content-type"], varias.text) == ("text/csv; charset=utf-8", "x,y\n1,a\n2,b")
    assert pedir(cara, "GET", "/rpc/suma?a=1", headers=csv).text == "pgrst_scalar\n3"


def test_un_dominio_con_nombre_de_medio(cara: Cara) -> None:
    plano = pedir(cara, "GET", "/rpc/texto_plano", headers={"Accept": "text/plain"})
    assert (plano.headers["content-type"], plano.text) == ("text/plain; charset=utf-8", "hola, ñandú")
    bytes_ = pedir(cara, "GET", "/rpc/bytes_planos", headers={"Accept": "application/octet-stream"})
    assert (bytes_.headers["content-type"], bytes_.content) == ("application/octet-stream", b"\x00\xff\n")
    todo = pedir(cara, "GET", "/rpc/lo_que_sea", headers={"Accept": "image/png, text/css"})
    assert (todo.headers["content-type"], todo.text) == ("text/css", "a{}")
    assert pedir(cara, "GET", "/rpc/texto_plano").json() == "hola, ñandú", "sin pedirlo sigue siendo JSON"
    for acepta in ("*/*", "app/bingo"):
        suelta = pedir(cara, "GET", "/rpc/cualquiera", headers={"Accept": acepta})
        assert (suelta.headers["content-type"], suelta.text) == ("application/octet-stream", "hola")
    for ruta in ("/rpc/suma?a=1", "/rpc/texto_varias"):
        negada = pedir(cara, "GET", ruta, headers={"Accept": "text/plain"})
        assert (negada.status_code, negada.json()["code"]) == (406, "PGRST107")


# --- lo que la función dice de la respuesta --------------------------------------------------------------


def test_un_encabezado_repetido(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/rpc/galletas")
    assert respuesta.status_code == 204
    assert respuesta.headers.get_list("set-cookie") == ["a=1", "b=2; Secure"]


def test_un_disparador_cambia_la_respuesta(cara: Cara) -> None:
    nueva = pedir(cara, "POST", "/con_disparador", "return=headers-only", json={"id": 1})
    assert nueva.headers.get_list("location") == ["/otra?id=eq.1"] and nueva.status_code == 205


def test_estado_y_encabezados(cara: Cara) -> None:
    assert pedir(cara, "POST", "/rpc/estado", json={"p": "418"}).status_code == 418
    for malo in ("abc", "-1", "99", "1000"):
        respuesta = pedir(cara, "POST", "/rpc/estado", json={"p": malo})
        assert (respuesta.status_code, respuesta.json()["code"]) == (500, "PGRST112")
    dos = pedir(cara, "POST", "/rpc/encabezados", json={"p": '[{"X-A": "1"}, {"Content-Range": "nuestro"}]'})
    assert vista(dos, "x-a", "content-range") == (200, "1", "nuestro")
    assert dos.headers.get_list("content-range") == ["nuestro"], "el de la función reemplaza al de la API"
    tipo = pedir(cara, "POST", "/rpc/encabezados", json={"p": '[{"Content-Type": "text/x-raro"}]'})
    assert tipo.headers.get_list("content-type") == ["text/x-raro"]
    for malo in (
        "no",
        "{}",
        '[{"a": 1}]',
        '[{"a": "1", "b": "2"}]',
        '["a"]',
        '[{"mal nombre\\r\\nX: y": "1"}]',
    ):
        respuesta = pedir(cara, "POST", "/rpc/encabezados", json={"p": malo})
        assert (respuesta.status_code, respuesta.json()["code"]) == (500, "PGRST111"), malo
    raro = pedir(cara, "POST", "/rpc/encabezados", json={"p": '[{"X-B": "ñ\\r\\nX-C: 1"}]'})
    assert raro.status_code == 200 and "x-c" not in raro.headers


# --- errores ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("codigo", "mensaje", "estado"),
    [
        ("P0001", "algo", 400), ("P0002", "algo", 500), ("PT402", "paga", 402), ("PTABC", "x", 500),
        ("23505", "x", 409), ("23503", "x", 409), ("23514", "x", 400), ("21000", "x", 500),
        ("21000", "UPDATE requires a WHERE clause", 400), ("22023", "x", 400),
        ("22023", 'role "x" does not exist', 401), ("25006", "x", 405), ("25001", "x", 500), ("28000", "x", 403),
        ("08006", "x", 503), ("09000", "x", 500), ("0L000", "x", 403), ("0P000", "x", 403), ("2D000", "x", 500),
        ("38000", "x", 500), ("39000", "x", 500), ("3B000", "x", 500), ("40001", "x", 500), ("53000", "x", 503),
        ("53400", "x", 500), ("54000", "x", 500), ("55000", "x", 500), ("57014", "x", 500), ("57P01", "x", 503),
        ("58000", "x", 500), ("F0000", "x", 500), ("HV000", "x", 500), ("XX000", "x", 500), ("42883", "x", 404),
        ("42P01", "x", 404), ("42P17", "x", 500), ("42501", "x", 403), ("42601", "x", 400), ("22P02", "x", 400),
    ],
)  # fmt: skip
def test_estado_de_cada_sqlstate(cara: Cara, codigo: str, mensaje: str, estado: int) -> None:
    respuesta = pedir(cara, "POST", "/rpc/truena", json={"p_estado": codigo, "p_mensaje": mensaje})
    assert (respuesta.status_code, respuesta.json()["code"]) == (estado, codigo)
    assert respuesta.headers["proxy-status"] == f"PostgREST; error={codigo}"


def test_pt_lleva_su_frase(cara: Cara) -> None:
    datos = {"p_estado": "PT402", "p_mensaje": "Falta pagar\r\nX: y", "p_detalle": "d", "p_pista": "h"}
    respuesta = pedir(cara, "POST", "/rpc/truena", json=datos)
    assert (respuesta.status_code, respuesta.json()["message"]) == (402, "Falta pagar\r\nX: y")
    assert "x" not in respuesta.headers
    assert respuesta.reason_phrase == "Falta pagar X: y"


def test_sin_permiso_segun_quien(cara: Cara) -> None:
    argumentos = {"p_estado": "42501", "p_mensaje": "no"}
    anonima = pedir(cara, "POST", "/rpc/truena", rol=None, json=argumentos)
    assert vista(anonima, "www-authenticate") == (401, "Bearer")
    assert pedir(cara, "POST", "/rpc/truena", rol="authenticated", json=argumentos).status_code == 403


def test_el_error_llega_entero(cara: Cara) -> None:
    datos = {"p_estado": "P0001", "p_mensaje": "¡ñ!", "p_detalle": "el detalle", "p_pista": "la pista"}
    respuesta = pedir(cara, "POST", "/rpc/truena", json=datos)
    assert respuesta.json() == {
        "code": "P0001",
        "message": "¡ñ!",
        "details": "el detalle",
        "hint": "la pista",
    }
    with pytest.raises(APIError) as error:
        cara.cliente().rpc("truena", datos).execute()
    assert (error.value.code, error.value.message, error.value.details, error.value.hint) == (
        "P0001", "¡ñ!", "el detalle", "la pista",
    )  # fmt: skip


def test_una_subconsulta_con_varias_filas_es_500(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/rpc/varias_en_una")
    assert (respuesta.status_code, respuesta.json()["code"]) == (500, "21000")


def test_raise_pgrst_escribe_la_respuesta(cara: Cara) -> None:
    mensaje = {"code": "123", "message": "m", "details": "d", "hint": "h"}
    detalle = {"status": 332, "headers": {"X-A": "uno", "X-B": "dos"}, "status_text": "A mi modo"}

    def truena(**cambios: Any) -> Any:
        datos = {
            "p_estado": "PGRST", "p_mensaje": json.dumps(mensaje), "p_detalle": json.dumps(detalle), **cambios,
        }  # fmt: skip
        return pedir(cara, "POST", "/rpc/truena", json=datos)

    buena = truena()
    assert vista(buena, "x-a", "x-b") == (332, "uno", "dos") and buena.json() == mensaje
    assert buena.reason_phrase == "A mi modo"
    corta = truena(p_mensaje='{"code":"1","message":"m"}').json()
    assert corta == {"code": "1", "message": "m", "details": None, "hint": None}
    for cambios, texto in (
        ({"p_mensaje": "no es json"}, "Invalid JSON value for MESSAGE: 'no es json'"),
        ({"p_mensaje": '{"code":"1"}'}, "Invalid JSON value for MESSAGE: '{\"code\":\"1\"}'"),
        ({"p_mensaje": '{"code":1,"message":"m"}'}, "Invalid JSON value for MESSAGE: '{\"code\":1,\"message\":\"m\"}'"),
        ({"p_detalle": None}, "DETAIL is missing in the RAISE statement"),
        (
            {"p_detalle": '{"status":404,"headers":{"a b":"c"}}'},
            "Invalid JSON value for DETAIL: '{\"status\":404,\"headers\":{\"a b\":\"c\"}}'",
        ),
        ({"p_detalle": '{"status":404}'}, "Invalid JSON value for DETAIL: '{\"status\":404}'"),
        ({"p_detalle": '{"status":"4"}'}, "Invalid JSON value for DETAIL: '{\"status\":\"4\"}'"),
    ):  # fmt: skip
        mala = truena(**cambios)
        assert (mala.status_code, mala.json()["code"], mala.json()["details"]) == (500, "PGRST121", texto)
        assert mala.json()["message"] == "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error"


def test_lo_compuesto_una_vez_no_se_confunde_con_otra_forma_ni_con_la_funcion_de_antes(cara: Cara) -> None:
    """La misma llamada, repetida, cambiando cada vez una sola cosa de lo que se pide."""
    sql = cara.escenario.sql
    sql("drop function if exists dobla(int); drop function if exists dobla(text)")
    sql("create function dobla(n int) returns int language sql as 'select n * 2'; notify pgrst")
    for n in (1, 2, 3):
        assert pedir(cara, "POST", "/rpc/dobla", json={"n": n}).json() == 2 * n
        assert pedir(cara, "POST", "/rpc/dobla", json=[{"n": n}]).json() == 2 * n
        assert pedir(cara, "POST", "/rpc/dobla", headers={"Accept": "text/csv"}, json={"n": n}).text == (
            f"pgrst_scalar\n{2 * n}"
        )
    for _ in range(2):
        todas = pedir(cara, "POST", "/rpc/varias_salidas", json={}).json()
        assert todas == [{"x": 1, "y": "a"}, {"x": 2, "y": "b"}]
        assert pedir(cara, "POST", "/rpc/varias_salidas?select=y", json={}).json() == [{"y": "a"}, {"y": "b"}]
        assert pedir(cara, "POST", "/rpc/varias_salidas?x=eq.2", json={}).json() == todas[1:]
        assert pedir(cara, "POST", "/rpc/varias_salidas?order=x.desc", json={}).json() == todas[::-1]
        assert pedir(cara, "POST", "/rpc/varias_salidas?limit=1", json={}).json() == todas[:1]
        contada = pedir(cara, "POST", "/rpc/varias_salidas?limit=1", "count=exact", json={})
        assert (contada.json(), contada.headers["content-range"]) == (todas[:1], "0-0/2")
    sql("drop function dobla(int)")
    sql("create function dobla(n text) returns text language sql as 'select n || n'; notify pgrst")
    assert pedir(cara, "POST", "/rpc/dobla", json={"n": "1"}).json() == "11"
