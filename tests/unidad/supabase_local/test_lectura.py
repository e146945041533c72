"""El cliente oficial lee: columnas, filtros, incrustados, orden, páginas y cuentas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from apoyo.api_local import Escenario, escenario_nuevo
from apoyo.caras import CARAS, Cara, cara_de
from postgrest.exceptions import APIError
from postgrest.types import CountMethod

from clientes.aura.supabase_local import ServidorPostgres


@pytest.fixture(scope="module", params=CARAS)
def lectura(
    request: pytest.FixtureRequest, servidor_postgres: ServidorPostgres, plantilla_api: str
) -> Iterator[Cara]:
    """Las dos caras sobre la base común: solo para leer."""
    with escenario_nuevo(servidor_postgres, plantilla_api) as comun, cara_de(request.param, comun) as cara:
        yield cara


def ids(respuesta: Any) -> list[int]:
    return [fila["id"] for fila in respuesta.data]


def luna(lectura: Cara, columnas: str = "id") -> Any:
    return lectura.cliente().table("clientes").select(columnas).eq("negocio", "luna").order("id")


def test_columnas_alias_conversiones_y_json(lectura: Cara) -> None:
    datos = (
        luna(
            lectura,
            "clave:id::text,nombre,datos->ciudad->cp->1,primero:datos->ciudad->cp->>-2,datos->>vip,gustos->0",
        )
        .execute()
        .data
    )
    assert datos[0] == {
        "clave": "1",
        "nombre": "Ana",
        "cp": 83010,
        "primero": "83000",
        "vip": "true",
        "gustos": "café",
    }
    assert datos[2]["cp"] is None


def test_todo_y_tipos(lectura: Cara) -> None:
    fila = luna(lectura, "*").limit(1).execute().data[0]
    assert fila["alta"] == "2026-01-01T00:00:00+00:00"
    assert (
        fila["vector"] == "[1,0,0]" and fila["horas"] == "[1,5)" and fila["gustos"] == ["café", "pan, dulce"]
    )
    assert fila["datos"] == {"ciudad": {"cp": [83000, 83010]}, "vip": True}


@pytest.mark.parametrize(
    ("metodo", "argumentos", "esperados"),
    [
        ("eq", ("edad", 30), [1]),
        ("neq", ("edad", 30), [2]),
        ("gt", ("edad", 30), [2]),
        ("gte", ("edad", 30), [1, 2]),
        ("lt", ("edad", 45), [1]),
        ("lte", ("edad", 45), [1, 2]),
        ("like", ("nombre", "An%"), [1]),
        ("like", ("nombre", "*güero*"), [2]),
        ("ilike", ("nombre", "an*"), [1]),
        ("like_any_of", ("nombre", "An*,Carla*"), [1, 3]),
        ("ilike_any_of", ("nombre", "an%,%GÜERO%"), [1, 2]),
        ("like_all_of", ("nombre", "A%,%a"), [1]),
        ("is_", ("edad", None), [3]),
        ("in_", ("nombre", ["Ana", 'Beto "el güero"', "nadie, (x)"]), [1, 2]),
        ("in_", ("nombre", ["Carla, (la de ventas)"]), [3]),
        ("in_", ("nombre", []), []),
        ("contains", ("gustos", ["pan, dulce"]), [1]),
        ("contains", ("datos", {"vip": True}), [1]),
        ("contained_by", ("gustos", ["té", "agua"]), [2, 3]),
        ("ov", ("gustos", ["té", "café"]), [1, 2]),
        ("range_gt", ("horas", (1, 3)), [2]),
        ("range_lt", ("horas", (5, 9)), [1]),
        ("range_gte", ("horas", (4, 6)), [2]),
        ("range_lte", ("horas", (1, 6)), [1]),
        ("range_adjacent", ("horas", (9, 12)), []),
        ("filter", ("nombre", "match", "^A"), [1]),
        ("filter", ("nombre", "imatch", "^a"), [1]),
        ("filter", ("edad", "isdistinct", "30"), [2, 3]),
        ("filter", ("edad", "eq(any)", "{30,45}"), [1, 2]),
        ("filter", ("edad", "gt(all)", "{30,44}"), [2]),
        ("filter", ("datos->>vip", "eq", "true"), [1]),
        ("filter", ("datos->ciudad->cp->0", "eq", "83000"), [1]),
        ("or_", ('nombre.eq."Beto \\"el güero\\"",and(id.gt.0,id.lt.2)',), [1, 2]),
        ("or_", ("edad.is.null,not.and(id.eq.1,edad.eq.30)",), [2, 3]),
        ("or_", ('gustos.cs.{café},nombre.in.("Carla, (la de ventas)",x)',), [1, 3]),
        ("match", ({"id": 1, "edad": 30},), [1]),
    ],
)
def test_filtros(lectura: Cara, metodo: str, argumentos: tuple[Any, ...], esperados: list[int]) -> None:
    assert ids(getattr(luna(lectura), metodo)(*argumentos).execute()) == esperados


@pytest.mark.parametrize(
    ("metodo", "argumentos", "esperados"),
    [
        ("eq", ("edad", 30), [2]),
        ("is_", ("edad", None), [1, 2]),
        ("in_", ("id", [1, 2]), [3]),
        ("like", ("nombre", "A%"), [2, 3]),
        ("contains", ("gustos", ["té"]), [1, 3]),
        ("or_", ("id.eq.1,id.eq.2",), [3]),
    ],
)
def test_filtros_negados(
    lectura: Cara, metodo: str, argumentos: tuple[Any, ...], esperados: list[int]
) -> None:
    assert ids(getattr(luna(lectura).not_, metodo)(*argumentos).execute()) == esperados


def test_busqueda_de_texto(lectura: Cara) -> None:
    tabla = lectura.cliente().table("textos")
    assert ids(tabla.select("id").filter("tsv", "fts(spanish)", "gato").execute()) == [1]
    assert ids(
        lectura.cliente().table("textos").select("id").filter("cuerpo", "plfts(spanish)", "perros").execute()
    ) == [2]
    assert ids(
        lectura.cliente()
        .table("textos")
        .select("id")
        .filter("cuerpo", "wfts(spanish)", "gatos or perros")
        .order("id")
        .execute()
    ) == [1, 2]
    assert ids(
        lectura.cliente()
        .table("textos")
        .select("id")
        .filter("tsv", "not.phfts(spanish)", "gatos duermen")
        .execute()
    ) == [2]


def test_incrustar_a_uno_a_varios_y_por_puente(lectura: Cara) -> None:
    fila = (
        luna(lectura, "id,negocios(ciudad),cliente_etiquetas(etiqueta_id),etiquetas(titulo),fichas(nota)")
        .execute()
        .data[0]
    )
    assert fila["negocios"] == {"ciudad": "Hermosillo"}
    assert sorted(f["etiqueta_id"] for f in fila["cliente_etiquetas"]) == [1, 2]
    assert sorted(f["titulo"] for f in fila["etiquetas"]) == ["nuevo", "vip"]
    assert fila["fichas"] == {"nota": "alérgica"}, "una llave única da un objeto, no una lista"
    otra = luna(lectura, "id,fichas(nota),etiquetas(titulo)").eq("id", 3).execute().data[0]
    assert otra == {"id": 3, "fichas": None, "etiquetas": []}


def test_incrustar_hondo_con_filtros_orden_y_limite(lectura: Cara) -> None:
    respuesta = (
        lectura.cliente()
        .table("negocios")
        .select("nombre,gente:clientes(nombre,etiquetas(titulo))")
        .eq("nombre", "luna")
        .filter("gente.edad", "gte", "30")
        .filter("gente.etiquetas.titulo", "eq", "nuevo")
        .order("nombre", desc=True, foreign_table="gente")
        .limit(1, foreign_table="gente")
        .execute()
    )
    assert respuesta.data == [
        {"nombre": "luna", "gente": [{"nombre": 'Beto "el güero"', "etiquetas": [{"titulo": "nuevo"}]}]}
    ]


def test_inner_quita_filas_y_cuenta_igual(lectura: Cara) -> None:
    respuesta = (
        lectura.cliente()
        .table("clientes")
        .select("id,etiquetas!inner(titulo)", count=CountMethod.exact)
        .eq("negocio", "luna")
        .eq("etiquetas.titulo", "vip")
        .execute()
    )
    assert respuesta.data == [{"id": 1, "etiquetas": [{"titulo": "vip"}]}] and respuesta.count == 1
    a_uno = (
        lectura.cliente().table("clientes").select("id,negocios!inner()").eq("negocios.ciudad", "Hermosillo")
    )
    assert sorted(ids(a_uno.execute())) == [1, 2, 3] and "negocios" not in a_uno.execute().data[0]


def test_or_sobre_lo_incrustado_y_nulidad(lectura: Cara) -> None:
    negocios = lectura.cliente().table("negocios")
    respuesta = (
        negocios.select("nombre,clientes(id)")
        .eq("nombre", "luna")
        .or_("id.eq.1,id.eq.3", reference_table="clientes")
        .execute()
    )
    assert sorted(f["id"] for f in respuesta.data[0]["clientes"]) == [1, 3]
    sin = lectura.cliente().table("negocios").select("nombre,clientes()").is_("clientes", None).execute()
    assert sin.data == [{"nombre": "vacio"}]
    con = luna(lectura, "id,fichas()").not_.is_("fichas", None).execute()
    assert con.data == [{"id": 1}]
    sin_ficha = (
        lectura.cliente()
        .table("clientes")
        .select("id,fichas()", count=CountMethod.exact)
        .eq("negocio", "luna")
        .is_("fichas", None)
        .execute()
    )
    assert sin_ficha.count == 2
    with pytest.raises(APIError) as error:
        luna(lectura, "id,fichas()").eq("fichas", "x").execute()
    assert error.value.code == "PGRST120"


def test_ambiguedad_y_pistas(lectura: Cara) -> None:
    with pytest.raises(APIError) as error:
        lectura.cliente().table("pedidos").select("id,clientes(nombre)").execute()
    assert error.value.code == "PGRST201"
    assert [d["cardinality"] for d in error.value.details] == ["many-to-one", "many-to-one"]
    assert "'clientes!pedidos_cliente'" in (error.value.hint or "")
    respuesta = (
        lectura.cliente()
        .table("pedidos")
        .select("id,quien:clientes!pedidos_cliente(id),paga:pedidos_paga(id)")
        .eq("negocio", "luna")
        .order("id")
        .limit(1)
        .execute()
    )
    assert respuesta.data[0]["quien"] == {"id": 1} and respuesta.data[0]["paga"] == {"id": 2}


def test_ambiguedad_es_300(lectura: Cara) -> None:
    assert lectura.http().get("/pedidos?select=clientes(*)").status_code == 300


def test_a_si_misma(lectura: Cara) -> None:
    personas = (
        lectura.cliente()
        .table("personas")
        .select("nombre,subalternos:personas(nombre),jefe:jefe_id(nombre)")
        .order("id")
        .execute()
    )
    assert personas.data[0] == {
        "nombre": "Jefa",
        "subalternos": [{"nombre": "Uno"}, {"nombre": "Dos"}],
        "jefe": None,
    }
    assert personas.data[1]["jefe"] == {"nombre": "Jefa"}


def test_extender_lo_incrustado(lectura: Cara) -> None:
    fila = luna(lectura, "id,...negocios(ciudad,esta_abierto:abierto)").execute().data[0]
    assert fila == {"id": 1, "ciudad": "Hermosillo", "esta_abierto": True}


def test_orden_por_json_nulos_y_lo_incrustado(lectura: Cara) -> None:
    tabla = lectura.cliente().table("clientes")
    assert ids(
        tabla.select("id").eq("negocio", "luna").order("edad", desc=True, nullsfirst=True).execute()
    ) == [3, 2, 1]
    por_json = (
        lectura.http().get("/clientes?select=id&negocio=eq.luna&order=datos->>vip.desc.nullslast,id").json()
    )
    assert [f["id"] for f in por_json] == [1, 2, 3]
    por_otra = (
        lectura.http()
        .get("/clientes?select=id,negocio,negocios(ciudad)&order=negocios(ciudad).desc.nullsfirst,id")
        .json()
    )
    assert por_otra[0]["negocio"] == "sol"


def test_orden_por_lo_que_trae_varias_filas_se_rechaza(lectura: Cara) -> None:
    respuesta = lectura.http().get("/negocios?select=nombre,clientes(id)&order=clientes(id)")
    assert respuesta.status_code == 400 and respuesta.json()["code"] == "PGRST118"


def test_paginas_y_rangos(lectura: Cara) -> None:
    con_cuenta = luna(lectura).range(1, 1).execute()
    assert ids(con_cuenta) == [2]
    http = lectura.http()
    respuesta = http.get(
        "/clientes?select=id&order=id&negocio=eq.luna", headers={"Range": "0-1", "Prefer": "count=exact"}
    )
    assert respuesta.status_code == 206 and respuesta.headers["content-range"] == "0-1/3"
    assert http.get("/clientes?negocio=eq.luna").headers["content-range"] == "0-2/*"
    assert http.get("/clientes?negocio=eq.nadie").headers["content-range"] == "*/*"
    fuera = http.get("/clientes?offset=9", headers={"Prefer": "count=exact"})
    assert fuera.status_code == 416 and fuera.json()["code"] == "PGRST103"
    assert http.get("/clientes", headers={"Range": "5-1"}).status_code == 416
    assert http.get("/clientes?limit=-1").status_code == 416
    junto = http.get("/clientes?select=id&order=id&negocio=eq.luna&offset=1", headers={"Range": "0-1"})
    assert [f["id"] for f in junto.json()] == [2]


def test_cuenta_con_head(lectura: Cara) -> None:
    respuesta = (
        lectura.cliente()
        .table("clientes")
        .select("*", count=CountMethod.exact, head=True)
        .eq("negocio", "luna")
        .execute()
    )
    assert respuesta.count == 3 and not respuesta.data


def test_single_y_maybe_single(lectura: Cara) -> None:
    assert luna(lectura).eq("id", 1).single().execute().data == {"id": 1}
    assert luna(lectura).eq("id", 1).maybe_single().execute().data == {"id": 1}
    assert luna(lectura).eq("id", 99).maybe_single().execute() is None
    with pytest.raises(APIError) as error:
        luna(lectura).single().execute()
    assert error.value.code == "PGRST116" and error.value.details == "The result contains 3 rows"


def test_csv_y_sin_nulos(lectura: Cara) -> None:
    texto = lectura.cliente().table("negocios").select("nombre,ciudad").order("nombre").csv().execute().data
    assert texto == "nombre,ciudad\nluna,Hermosillo\nsol,\nvacio,Nogales"
    sin_nulos = (
        lectura.cliente()
        .table("negocios")
        .select("nombre,ciudad")
        .eq("nombre", "sol")
        .strip_nulls()
        .execute()
    )
    assert sin_nulos.data == [{"nombre": "sol"}]


def test_tope_de_filas_en_cada_nivel(servidor_postgres: ServidorPostgres, plantilla_api: str) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api, max_filas=2) as chico:
        assert len(chico.cliente().table("clientes").select("id").limit(50).execute().data) == 2
        fila = chico.cliente().table("negocios").select("clientes(id)").eq("nombre", "luna").execute().data[0]
        assert len(fila["clientes"]) == 2
        cuenta = chico.cliente().table("clientes").select("id", count=CountMethod.exact).execute()
        assert cuenta.count == 4 and len(cuenta.data) == 2
        assert len(chico.cliente().rpc("escalares", {"n": 9}).execute().data) == 2


def test_vistas_y_columnas_calculadas(lectura: Cara) -> None:
    assert sorted(
        f["edad"] for f in lectura.cliente().table("clientes_mayores").select("edad").execute().data
    ) == [45, 51]
    assert luna(lectura, "nombre_mayusculas").eq("id", 1).execute().data == [{"nombre_mayusculas": "ANA"}]


def test_nombres_raros(lectura: Cara) -> None:
    http = lectura.http()
    respuesta = http.get(
        '/Tábla "rara"', params={"select": '"Columna, (x)",select,x:ñandú', '"Columna, (x)"': "eq.hola"}
    )
    assert respuesta.json() == [{"Columna, (x)": "hola", "select": 1, "x": 2}]


def test_prefijo_de_supabase_y_esquemas(lectura: Cara) -> None:
    http = lectura.http()
    assert (
        http.get("/rest/v1/negocios?select=nombre&limit=1").json()
        == http.get("/negocios?select=nombre&limit=1").json()
    )
    otro = http.get("/negocios", headers={"Accept-Profile": "auth"})
    assert otro.status_code == 406 and otro.json()["code"] == "PGRST106"


@pytest.mark.parametrize(
    ("direccion", "estado", "codigo"),
    [
        ("/nope", 404, "PGRST205"),
        ("/clientes?select=nope", 400, "42703"),
        ("/clientes?nope=eq.1", 400, "42703"),
        ("/clientes?id=eq.x", 400, "22P02"),
        ("/clientes?id=zz.1", 400, "PGRST100"),
        ("/clientes?id=1", 400, "PGRST100"),
        ("/clientes?select=id,", 400, "PGRST100"),
        ("/clientes?select=id,negocios(", 400, "PGRST100"),
        ("/clientes?or=(id.eq.1", 400, "PGRST100"),
        ("/clientes?or=()", 400, "PGRST100"),
        ("/clientes?limit=x", 400, "PGRST100"),
        ("/clientes?order=id.arriba", 400, "PGRST100"),
        ("/clientes?nada.id=eq.1", 400, "PGRST108"),
        ("/clientes?select=nada(*)", 400, "PGRST200"),
        ("/clientes?select=count()", 400, "PGRST123"),
        ("/clientes?select=edad.sum()", 400, "PGRST123"),
        ("/clientes?select=id::nosoytipo", 400, "42704"),
        ("/clientes?nombre=fts(nosoyidioma).x", 400, "42704"),
        ("/clientes/1", 404, "PGRST125"),
        ("/", 404, "PGRST126"),
        ("/clientes?nombre=eq.%00", 400, "PGRST100"),
        ("/clientes?nombre=eq.%ff", 400, "PGRST100"),
        ("/rpc/", 404, "PGRST125"),
    ],
)
def test_lo_que_no_se_entiende_se_rechaza(lectura: Cara, direccion: str, estado: int, codigo: str) -> None:
    respuesta = lectura.http().get(direccion)
    assert (respuesta.status_code, respuesta.json()["code"]) == (estado, codigo)
    assert set(respuesta.json()) == {"code", "message", "details", "hint"}


def test_medio_desconocido_y_metodos(lectura: Cara) -> None:
    http = lectura.http()
    assert http.get("/negocios", headers={"Accept": "image/png"}).json()["code"] == "PGRST107"
    assert http.request("TRACE", "/negocios").status_code == 405
    assert http.delete("/rpc/suma").json()["code"] == "PGRST101"
    assert http.get("/negocios", headers={"Prefer": "handling=strict, nada=1"}).json()["code"] == "PGRST122"
    assert http.get("/negocios", headers={"Prefer": "nada=1"}).status_code == 200


def test_un_error_por_head_dice_su_codigo(lectura: Cara) -> None:
    respuesta: httpx.Response = lectura.http().head("/nope")
    assert (
        respuesta.status_code == 404
        and "PGRST205" in respuesta.headers["proxy-status"]
        and not respuesta.content
    )


def test_el_catalogo_se_relee_cuando_cambia(escenario: Escenario) -> None:
    http = escenario.http()
    assert http.get("/negocios?limit=1").status_code == 200
    escenario.sql("create table nueva (id int); insert into nueva values (7)")
    assert http.get("/nueva").json() == [{"id": 7}]
    escenario.sql("alter table nueva add column dos int default 2")
    assert http.post(
        "/nueva", json={"id": 1, "dos": 3}, headers={"Prefer": "return=representation"}
    ).json() == [{"id": 1, "dos": 3}]
    escenario.sql("drop table nueva")
    assert http.get("/nueva").status_code == 404
