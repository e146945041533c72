"""Lo que rodea a una petición, por las dos caras: medios, esquemas, preferencias, páginas, OPTIONS y contexto."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from apoyo.api_local import escenario_nuevo, ficha
from apoyo.caras import CARAS, Cara, cara_de, pedir, vista

from clientes.aura.supabase_local import ServidorPostgres

# --- medios ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("acepta", "tipo"),
    [
        ("", "application/json; charset=utf-8"),
        ("*/*", "application/json; charset=utf-8"),
        ("application/json", "application/json; charset=utf-8"),
        ("text/unknown, application/json", "application/json; charset=utf-8"),
        ("text/csv;q=0.5, application/json;q=0.9", "application/json; charset=utf-8"),
        ("application/json;q=0.1, text/csv", "text/csv; charset=utf-8"),
        ("application/vnd.pgrst.array+json", "application/json; charset=utf-8"),
        ("application/vnd.pgrst.array", "application/json; charset=utf-8"),
        (
            "application/vnd.pgrst.array+json;nulls=stripped",
            "application/vnd.pgrst.array+json;nulls=stripped; charset=utf-8",
        ),
    ],
)
def test_tipo_de_respuesta(cara: Cara, acepta: str, tipo: str) -> None:
    respuesta = pedir(cara, "GET", "/solo_llave", headers={"Accept": acepta})
    assert vista(respuesta, "content-type") == (200, tipo)


@pytest.mark.parametrize(
    "acepta", ["text/plain", "application/geo+json", "image/png", "application/*", "application/octet-stream"]
)
def test_tipo_que_no_se_da(cara: Cara, acepta: str) -> None:
    respuesta = pedir(cara, "GET", "/solo_llave", headers={"Accept": acepta})
    assert respuesta.status_code == 406
    assert respuesta.json() == {
        "code": "PGRST107", "details": None, "hint": None,
        "message": f"None of these media types are available: {acepta}",
    }  # fmt: skip


def test_sin_nulos(cara: Cara) -> None:
    ruta = "/partes?select=id,articulo_id,nombre&id=eq.3"
    pedir(cara, "PATCH", "/partes?id=eq.3", "tx=commit", json={"nombre": None})
    arreglo = {"Accept": "application/vnd.pgrst.array+json;nulls=stripped"}
    assert pedir(cara, "GET", ruta, headers=arreglo).json() == [{"id": 3, "articulo_id": 2}]
    objeto = {"Accept": "application/vnd.pgrst.object+json;nulls=stripped"}
    uno = pedir(cara, "GET", ruta, headers=objeto)
    assert uno.json() == {"id": 3, "articulo_id": 2}
    assert uno.headers["content-type"] == "application/vnd.pgrst.object+json;nulls=stripped; charset=utf-8"
    escrito = pedir(cara, "PATCH", ruta, "return=representation", json={"nombre": None}, headers=arreglo)
    assert escrito.json() == [{"id": 3, "articulo_id": 2}]
    pedir(cara, "PATCH", "/partes?id=eq.3", "tx=commit", json={"nombre": "asa"})


def test_explain(cara: Cara) -> None:
    texto = pedir(cara, "GET", "/articulos?id=eq.1", headers={"Accept": "application/vnd.pgrst.plan"})
    assert vista(texto, "content-type") == (
        200, 'application/vnd.pgrst.plan+text; for="application/json"; charset=utf-8',
    )  # fmt: skip
    assert "Scan" in texto.text and texto.text.startswith("Aggregate")
    acepta = (
        'application/vnd.pgrst.plan+json; for="application/vnd.pgrst.object+json"; options=analyze|verbose'
    )
    plan = pedir(cara, "GET", "/articulos", headers={"Accept": acepta})
    assert vista(plan, "content-type") == (
        200,
        'application/vnd.pgrst.plan+json; for="application/vnd.pgrst.object+json"; options=analyze|verbose;'
        " charset=utf-8",
    )
    assert "Execution Time" in plan.json()[0]
    # Sin analyze nada se escribe.
    for metodo, ruta, cuerpo in (
        ("DELETE", "/articulos?id=eq.1", None), ("POST", "/rpc/encarece", {"p_desde": 1}),
        ("POST", "/articulos", {"nombre": "x"}), ("PATCH", "/articulos", {"nombre": "x"}),
        ("PUT", "/solo_llave?id=eq.1", {"id": 1}),
    ):  # fmt: skip
        hecho = pedir(
            cara,
            metodo,
            ruta,
            "tx=commit",
            json=cuerpo,
            headers={"Accept": "application/vnd.pgrst.plan+json"},
        )
        assert "Plan" in hecho.json()[0]
    assert cara.escenario.sql("select count(*), sum(precio)::int from articulos") == [(3, 6)]
    oficial = cara.cliente().table("articulos").select("*").explain(format="json", analyze=True).execute()
    assert "Execution Time" in json.dumps(oficial.data)


def test_explain_apagado(servidor_postgres: ServidorPostgres, plantilla_api: str) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api) as escenario:
        acepta = {"Accept": "application/vnd.pgrst.plan+json; options=analyze"}
        respuesta = escenario.http().get("/negocios", headers=acepta)
        assert (respuesta.status_code, respuesta.json()["message"]) == (
            406,
            "None of these media types are available: "
            'application/vnd.pgrst.plan+json; for="application/json"; options=analyze',
        )


# --- esquemas --------------------------------------------------------------------------------------------


def test_esquemas_por_encabezado(cara: Cara) -> None:
    otro = pedir(cara, "GET", "/articulos", headers={"Accept-Profile": "otro"})
    assert vista(otro, "content-profile") == (200, "otro") and otro.json() == [{"id": 7, "de_otro": "sí"}]
    # Con varios expuestos se anuncia también el que toca sin pedirlo.
    assert pedir(cara, "GET", "/solo_llave").headers["content-profile"] == "public"
    escrito = pedir(
        cara, "POST", "/articulos", "return=representation", json={"id": 8},
        headers={"Content-Profile": "otro", "Accept-Profile": "public"},
    )  # fmt: skip
    assert vista(escrito, "content-profile") == (201, "otro") and escrito.json() == [
        {"id": 8, "de_otro": None}
    ]
    assert pedir(cara, "GET", "/rpc/donde", headers={"Accept-Profile": "otro"}).json() == "otro"
    assert pedir(cara, "POST", "/rpc/donde", headers={"Content-Profile": "otro"}).json() == "otro"
    assert pedir(cara, "POST", "/rpc/donde", headers={"Accept-Profile": "otro"}).json() == "public"
    assert pedir(cara, "DELETE", "/articulos", headers={"Content-Profile": "otro"}).status_code == 204
    for metodo, nombre in (
        ("GET", "Accept-Profile"),
        ("HEAD", "Accept-Profile"),
        ("PATCH", "Content-Profile"),
    ):
        malo = pedir(cara, metodo, "/articulos", headers={nombre: "auth"})
        assert malo.status_code == 406
        if metodo != "HEAD":
            assert malo.json() == {
                "code": "PGRST106", "message": "Invalid schema: auth", "details": None,
                "hint": "Only the following schemas are exposed: public, otro",
            }  # fmt: skip
    assert cara.cliente().schema("otro").table("articulos").select("de_otro").execute().data == [
        {"de_otro": "sí"}
    ]
    busqueda = pedir(cara, "GET", "/rpc/contexto").json()["busqueda"]
    assert busqueda == '"public", "extensions"'


# --- preferencias ----------------------------------------------------------------------------------------


def test_handling(cara: Cara) -> None:
    malas = "handling=strict, anything, count=mucho"
    for metodo, ruta in (
        ("GET", "/solo_llave"),
        ("POST", "/solo_llave"),
        ("DELETE", "/solo_llave"),
        ("POST", "/rpc/donde"),
    ):
        respuesta = pedir(cara, metodo, ruta, malas, json={} if metodo == "POST" else None)
        assert respuesta.status_code == 400
        assert respuesta.json() == {
            "code": "PGRST122", "message": "Invalid preferences given with handling=strict", "hint": None,
            "details": "Invalid preferences: anything, count=mucho",
        }  # fmt: skip
    suave = pedir(cara, "GET", "/solo_llave", "handling=lenient, anything, count=exact")
    assert vista(suave, "preference-applied") == (200, "count=exact, handling=lenient")
    assert vista(pedir(cara, "GET", "/solo_llave", "anything"), "preference-applied") == (200, None)
    primera = pedir(cara, "GET", "/solo_llave", "count=exact, count=planned")
    assert vista(primera, "preference-applied") == (200, "count=exact")


def test_zona_horaria(cara: Cara) -> None:
    prefer = "timezone=America/Hermosillo"
    aqui = pedir(cara, "GET", "/clientes?select=alta&alta=eq.2026-01-01T00:00:00Z", prefer)
    assert aqui.json() == [{"alta": "2025-12-31T17:00:00-07:00"}]
    assert aqui.headers["preference-applied"] == prefer
    assert pedir(cara, "GET", "/rpc/contexto", prefer).json()["zona"] == "America/Hermosillo"
    suave = pedir(cara, "GET", "/rpc/contexto", "timezone=Marte/Olimpo")
    assert vista(suave, "preference-applied") == (200, None)
    dura = pedir(cara, "GET", "/rpc/contexto", "handling=strict, timezone=Marte/Olimpo")
    assert (dura.status_code, dura.json()["details"]) == (400, "Invalid preferences: timezone=Marte/Olimpo")


# --- páginas y conteos -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rango", "parametros", "prefer", "estado", "contenido"),
    [
        (None, "", "", 200, "0-2/*"),
        ("0-1", "", "", 200, "0-1/*"),
        ("0-1", "", "count=exact", 206, "0-1/3"),
        ("0-9", "", "count=exact", 200, "0-2/3"),
        ("1-", "", "count=exact", 206, "1-2/3"),
        ("2-2", "limit=1&offset=2", "count=exact", 206, "2-2/3"),
        (None, "limit=0", "count=exact", 206, "*/3"),
        (None, "offset=3", "count=exact", 206, "*/3"),
        (None, "id=eq.99", "count=exact", 200, "*/0"),
        ("no-es", "", "", 200, "0-2/*"),
    ],
)
def test_rangos(
    cara: Cara, rango: str | None, parametros: str, prefer: str, estado: int, contenido: str
) -> None:
    encabezados = {"Range-Unit": "items", "Range": rango} if rango else {}
    for ruta in ("/articulos", "/rpc/todos"):
        respuesta = pedir(cara, "GET", f"{ruta}?{parametros}", prefer, headers=encabezados)
        assert vista(respuesta, "content-range") == (estado, contenido)


def test_rangos_que_no_se_pueden_dar(cara: Cara) -> None:
    lejos = pedir(cara, "GET", "/articulos?offset=9", "count=exact")
    assert vista(lejos, "content-range") == (416, "*/3")
    assert lejos.json() == {
        "code": "PGRST103", "message": "Requested range not satisfiable", "hint": None,
        "details": "An offset of 9 was requested, but there are only 3 rows.",
    }  # fmt: skip
    reves = pedir(cara, "GET", "/articulos", headers={"Range": "5-1"})
    assert (reves.status_code, reves.json()["details"]) == (
        416, "The lower boundary must be lower than or equal to the upper boundary in the Range header.",
    )  # fmt: skip
    negativo = pedir(cara, "GET", "/articulos?limit=-1")
    assert (negativo.status_code, negativo.json()["details"]) == (
        416, "Limit should be greater than or equal to zero.",
    )  # fmt: skip
    # El encabezado solo cuenta en un GET.
    assert vista(pedir(cara, "HEAD", "/articulos", headers={"Range": "0-0"}), "content-range") == (
        200,
        "0-2/*",
    )


def test_conteos(cara: Cara) -> None:
    cara.escenario.sql(
        "create table if not exists muchas as select generate_series(1, 5000) as n; analyze muchas"
    )
    cara.escenario.sql("grant select on muchas to service_role; notify pgrst")
    assert pedir(cara, "GET", "/muchas?limit=1&n=lte.10", "count=exact").headers["content-range"] == "0-0/10"
    planeado = pedir(cara, "GET", "/muchas?limit=1", "count=planned")
    assert vista(planeado, "content-range", "preference-applied") == (206, "0-0/5000", "count=planned")
    estimado = pedir(cara, "GET", "/muchas?limit=1", "count=estimated")
    assert vista(estimado, "content-range") == (206, "0-0/5000")
    # En una escritura lo planeado no es un número.
    for count, contadas in (("exact", "*/1"), ("estimated", "*/1"), ("planned", "*/*")):
        respuesta = pedir(cara, "POST", "/solo_llave", f"count={count}", json={"id": 1})
        assert vista(respuesta, "content-range") == (201, contadas)


def test_estimado_cuenta_de_verdad_hasta_el_tope(
    servidor_postgres: ServidorPostgres, plantilla_api: str
) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api, max_filas=10) as escenario:
        escenario.sql("create table m as select generate_series(1, 900) as n; analyze m")
        http = escenario.http()
        for filtro, total in (("n=lte.4", "4"), ("n=lte.10", "10"), ("n=gte.1", "900")):
            respuesta = http.get(f"/m?{filtro}", headers={"Prefer": "count=estimated"})
            assert respuesta.headers["content-range"].partition("/")[2] == total


def test_head_dice_lo_mismo_sin_cuerpo(cara: Cara) -> None:
    con = pedir(cara, "GET", "/articulos?limit=1", "count=exact")
    sin = pedir(cara, "HEAD", "/articulos?limit=1", "count=exact")
    nombres = ("content-range", "content-type", "content-location", "preference-applied")
    assert vista(con, *nombres) == vista(sin, *nombres) and not sin.content
    assert con.headers["content-location"] == "/articulos?limit=1"
    varias = pedir(cara, "GET", "/articulos?select=id&nombre=eq.uno&codigo=in.(a,b)")
    assert varias.headers["content-location"] == "/articulos?codigo=in.%28a%2Cb%29&nombre=eq.uno&select=id"


# --- OPTIONS, raíz y direcciones -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("ruta", "permitidos"),
    [
        ("/articulos", "OPTIONS,GET,HEAD,POST,PUT,PATCH,DELETE"),
        ("/sin_llave", "OPTIONS,GET,HEAD,POST,PATCH,DELETE"),
        ("/vista_fija", "OPTIONS,GET,HEAD"),
        ("/rpc/sin_nada", "OPTIONS,POST"),
        ("/rpc/donde", "OPTIONS,GET,HEAD,POST"),
        ("/", "OPTIONS,GET,HEAD"),
    ],
)
def test_options(cara: Cara, ruta: str, permitidos: str) -> None:
    respuesta = pedir(cara, "OPTIONS", ruta)
    assert vista(respuesta, "allow", "access-control-allow-origin") == (200, permitidos, "*")
    assert not respuesta.content


def test_direcciones_y_metodos(cara: Cara) -> None:
    for metodo, ruta, estado, codigo in (
        ("GET", "/", 404, "PGRST126"), ("POST", "/", 405, "PGRST117"), ("GET", "/a/b", 404, "PGRST125"),
        ("GET", "/rpc/", 404, "PGRST125"), ("GET", "/nohay", 404, "PGRST205"), ("OPTIONS", "/nohay", 404, "PGRST205"),
        ("OPTIONS", "/rpc/nohay", 404, "PGRST202"), ("TRACE", "/articulos", 405, "PGRST117"),
    ):  # fmt: skip
        respuesta = pedir(cara, metodo, ruta)
        assert (respuesta.status_code, respuesta.json()["code"]) == (estado, codigo), (metodo, ruta)


# --- lo que ve la orden ----------------------------------------------------------------------------------


def test_contexto(cara: Cara) -> None:
    datos = pedir(
        cara, "POST", "/rest/v1/rpc/contexto", rol="authenticated",
        headers={"X-Uno": "1", "Cookie": "a=1; b=dos=2"},
    ).json()  # fmt: skip
    assert (datos["rol"], datos["metodo"], datos["ruta"]) == ("authenticated", "POST", "/rpc/contexto")
    assert datos["claims"] == {"role": "authenticated"} and datos["galletas"] == {"a": "1", "b": "dos=2"}
    encabezados = datos["encabezados"]
    assert encabezados["x-uno"] == "1" and "cookie" not in encabezados
    assert encabezados["authorization"].startswith("Bearer ")
    anonima = pedir(cara, "GET", "/rpc/contexto", rol=None).json()
    assert (anonima["rol"], anonima["claims"], anonima["metodo"]) == ("anon", {"role": "anon"}, "GET")


@pytest.mark.parametrize("nombre", CARAS)
def test_lo_que_corre_antes(servidor_postgres: ServidorPostgres, plantilla_api: str, nombre: str) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api, pre_peticion="public.antes") as escenario:
        escenario.sql(Path(__file__).with_name("esquema_caras.sql").read_text("utf-8"))
        with cara_de(nombre, escenario, "--pre-peticion", "public.antes") as cara:
            assert pedir(cara, "GET", "/rpc/que_paso_antes").json() == "pasó"
            for metodo, ruta, cuerpo in (
                ("GET", "/negocios", None), ("POST", "/negocios", {"nombre": "nuevo"}),
                ("PATCH", "/negocios?nombre=eq.nuevo", {"ciudad": "x"}), ("DELETE", "/negocios?nombre=eq.nuevo", None),
            ):  # fmt: skip
                assert pedir(cara, metodo, ruta, json=cuerpo).headers["x-antes"] == "s%C3%AD"
            bloqueada = pedir(cara, "POST", "/negocios", json={"nombre": "z"}, headers={"X-Bloquear": "1"})
            assert (bloqueada.status_code, bloqueada.json()["message"]) == (403, "bloqueado")
            assert escenario.sql("select count(*) from negocios where nombre = 'z'") == [(0,)]


# --- el catálogo al día ----------------------------------------------------------------------------------


@pytest.mark.parametrize("carga", ["", "reload schema", "reload config"])
def test_notify_refresca_el_catalogo(cara: Cara, carga: str) -> None:
    cara.escenario.sql("drop table if exists efimera; create table efimera (id int, vieja int); notify pgrst")
    assert pedir(cara, "GET", "/efimera?select=*").json() == []
    cara.escenario.sql(
        "alter table efimera add column id2 int primary key; alter table efimera drop column vieja"
    )
    cara.escenario.sql(f"notify pgrst, '{carga}'")
    # Que la llave primaria se use prueba que se volvió a leer: un PUT no falla por algo que falte.
    assert pedir(cara, "PUT", "/efimera?id2=eq.1", json={"id2": 1}).status_code == 204


@pytest.mark.parametrize("avisado", [True, False])
def test_lo_preparado_no_sobrevive_a_un_cambio_de_tipo(cara: Cara, avisado: bool) -> None:
    sql = cara.escenario.sql
    sql("drop table if exists cambiante; create table cambiante (a int); insert into cambiante values (1)")
    sql("notify pgrst")
    for _ in range(4):
        assert pedir(cara, "GET", "/cambiante?a=eq.1").json() == [{"a": 1}]
    sql("alter table cambiante alter column a type text")
    if avisado:
        sql("notify pgrst")
    assert pedir(cara, "GET", "/cambiante?a=eq.1").json() == [{"a": "1"}]
    for _ in range(4):
        assert pedir(cara, "PATCH", "/cambiante?a=eq.1", json={"a": "x"}).status_code == 204
    sql("alter table cambiante alter column a type int using 1")
    sql("notify pgrst")
    assert pedir(cara, "PATCH", "/cambiante?a=eq.1", json={"a": 2}).status_code == 204


def test_lo_que_falta_se_busca_de_nuevo(cara: Cara) -> None:
    """Sin aviso: tabla, columna, función y relación nuevas se encuentran a la primera."""
    sql = cara.escenario.sql
    assert pedir(cara, "GET", "/reciente").status_code == 404
    sql("create table if not exists reciente (id int primary key)")
    assert pedir(cara, "GET", "/reciente").status_code == 200
    sql("alter table reciente add column articulo_id int")
    assert pedir(cara, "POST", "/reciente", json={"id": 1, "articulo_id": 1}).status_code == 201
    sql("alter table reciente add foreign key (articulo_id) references articulos")
    assert pedir(cara, "GET", "/reciente?select=id,articulos(nombre)").status_code == 200
    sql("create function reciente_f(a int) returns int language sql as 'select a'")
    assert pedir(cara, "POST", "/rpc/reciente_f", json={"a": 4}).json() == 4
    sql("drop function reciente_f; drop table reciente")


# --- los dos encabezados de Supabase ---------------------------------------------------------------------


def test_una_llave_de_api_sin_jwt_es_anonima(cara: Cara) -> None:
    """``apikey`` es de la puerta de Supabase: PostgREST solo mira Authorization."""
    datos: Any = pedir(
        cara, "GET", "/rpc/contexto", rol=None, headers={"apikey": ficha("service_role")}
    ).json()
    assert datos["rol"] == "anon"
