"""El cliente oficial escribe: insertar, upsert, actualizar, borrar y lo que se regresa de ello."""

from __future__ import annotations

import pytest
from apoyo.api_local import Escenario
from postgrest.exceptions import APIError
from postgrest.types import CountMethod, ReturnMethod


def test_insertar_una_y_varias(escenario: Escenario) -> None:
    tabla = escenario.cliente().table("clientes")
    una = (
        tabla.insert(
            {
                "negocio": "luna",
                "id": 9,
                "nombre": "Ñoño; drop table clientes --",
                "gustos": ["a,b", None, '"'],
                "datos": {"x": [1, {"y": None}]},
                "ref": "6f1c0c3e-7a59-4e7e-9a0b-0d3a3c8b1a11",
            }
        )
        .execute()
        .data[0]
    )
    assert una["gustos"] == ["a,b", None, '"'] and una["datos"] == {"x": [1, {"y": None}]}
    assert una["nombre"] == "Ñoño; drop table clientes --"
    varias = tabla.insert(
        [
            {"negocio": "luna", "id": 10, "nombre": "uno", "edad": 1},
            {"negocio": "luna", "id": 11, "nombre": "dos", "vector": [1, 2, 3], "datos": {}, "gustos": []},
        ],
        default_to_null=False,
    ).execute()
    assert (
        [f["edad"] for f in varias.data] == [1, None]
        and varias.data[0]["gustos"] == []
        and varias.data[1]["vector"] == "[1,2,3]"
    )


def test_valores_por_omision_o_nulos(escenario: Escenario) -> None:
    pedidos = escenario.cliente().table("pedidos")
    con = (
        pedidos.insert(
            [{"negocio": "sol", "total": 1}, {"negocio": "sol", "estado": "listo"}], default_to_null=False
        )
        .execute()
        .data
    )
    assert [(f["total"], f["estado"]) for f in con] == [(1.00, "nuevo"), (0.00, "listo")] and con[0][
        "id"
    ] != con[1]["id"]
    with pytest.raises(APIError) as error:
        pedidos.insert([{"negocio": "sol", "total": 1}, {"negocio": "sol", "estado": "listo"}]).execute()
    assert error.value.code == "23502"


def test_insertar_nada_y_por_omision(escenario: Escenario) -> None:
    assert escenario.cliente().table("negocios").insert([]).execute().data == []
    escenario.sql("create table vacia (id int generated always as identity, t text default 'x')")
    assert escenario.cliente().table("vacia").insert({}).execute().data == [{"id": 1, "t": "x"}]


def test_minimal_no_regresa_nada_y_no_exige_leer(escenario: Escenario) -> None:
    escenario.sql("create table buzon (t text); revoke all on buzon from anon; grant insert on buzon to anon")
    http = escenario.http("anon")
    respuesta = http.post("/buzon", json={"t": "hola"}, headers={"Prefer": "return=minimal"})
    assert respuesta.status_code == 201 and not respuesta.content
    assert (
        http.post("/buzon", json={"t": "x"}, headers={"Prefer": "return=representation"}).status_code == 401
    )
    assert escenario.sql("select t from buzon") == [("hola",)]
    minima = (
        escenario.cliente()
        .table("negocios")
        .insert({"nombre": "m"}, returning=ReturnMethod.minimal)
        .execute()
    )
    assert not minima.data


def test_regresa_con_select_e_incrustados(escenario: Escenario) -> None:
    respuesta = escenario.http().post(
        "/pedidos?select=total,quien:clientes!pedidos_cliente(nombre,etiquetas(titulo))",
        json={"negocio": "sol", "cliente_id": 1, "total": "12.345"},
        headers={"Prefer": "return=representation"},
    )
    assert respuesta.json() == [
        {"total": 12.35, "quien": {"nombre": "Ana", "etiquetas": [{"titulo": "vip"}]}}
    ]


def test_upsert(escenario: Escenario) -> None:
    tabla = escenario.cliente().table("clientes")
    tabla.upsert({"negocio": "luna", "id": 1, "nombre": "Ana María"}).execute()
    assert escenario.sql("select nombre, edad from clientes where negocio = 'luna' and id = 1") == [
        ("Ana María", 30)
    ]
    carla = {"negocio": "luna", "id": 77, "nombre": "Carla, (la de ventas)", "edad": 31}
    tabla.upsert(carla, on_conflict="negocio,nombre").execute()
    assert escenario.sql("select id, edad from clientes where nombre like 'Carla%'") == [(77, 31)]
    ignorada = (
        escenario.cliente()
        .table("negocios")
        .upsert(
            [{"nombre": "luna", "ciudad": "Otra"}, {"nombre": "nuevo", "ciudad": "Guaymas"}],
            ignore_duplicates=True,
        )
        .execute()
    )
    assert [f["nombre"] for f in ignorada.data] == ["nuevo"]


def test_actualizar(escenario: Escenario) -> None:
    tabla = escenario.cliente().table("clientes")
    hecha = (
        tabla.update({"edad": None, "gustos": ["x"]}, count=CountMethod.exact)
        .eq("negocio", "luna")
        .gt("edad", 0)
        .execute()
    )
    assert hecha.count == 2 and all(f["edad"] is None and f["gustos"] == ["x"] for f in hecha.data)
    assert tabla.update({"edad": 5}).eq("id", 999).execute().data == []
    assert tabla.update({}).eq("id", 1).execute().data == []
    incrustada = escenario.http().patch(
        "/clientes?select=id,negocios(ciudad)&negocio=eq.luna&id=eq.1",
        json={"edad": 8},
        headers={"Prefer": "return=representation"},
    )
    assert incrustada.json() == [{"id": 1, "negocios": {"ciudad": "Hermosillo"}}]
    assert escenario.http().patch("/clientes?id=eq.1", json={"edad": 9}).status_code == 204


def test_borrar(escenario: Escenario) -> None:
    borrada = (
        escenario.cliente()
        .table("cliente_etiquetas")
        .delete()
        .eq("negocio", "luna")
        .or_("etiqueta_id.eq.1,cliente_id.eq.2")
        .execute()
    )
    assert len(borrada.data) == 2
    assert escenario.sql("select count(*) from cliente_etiquetas") == [(2,)]


def test_un_objeto_deshace_si_no_es_exactamente_uno(escenario: Escenario) -> None:
    respuesta = escenario.http().patch(
        "/clientes?negocio=eq.luna",
        json={"edad": 1},
        headers={"Prefer": "return=representation", "Accept": "application/vnd.pgrst.object+json"},
    )
    assert respuesta.status_code == 406 and respuesta.json()["code"] == "PGRST116"
    assert escenario.sql("select count(*) from clientes where edad = 1") == [(0,)]


def test_maximo_de_filas_tocadas(escenario: Escenario) -> None:
    with pytest.raises(APIError) as error:
        escenario.cliente().table("clientes").update({"edad": 1}).eq("negocio", "luna").max_affected(
            2
        ).execute()
    assert error.value.code == "PGRST124"
    assert escenario.sql("select count(*) from clientes where edad = 1") == [(0,)]


@pytest.mark.parametrize(
    ("cuerpo", "estado", "codigo"),
    [
        ({"nombre": "luna"}, 409, "23505"),
        ({"nombre": None}, 400, "23502"),
        ({"nombre": "x", "abierto": "quizá"}, 400, "22P02"),
        ({"nombre": "x", "zz": 1}, 400, "PGRST204"),
        ([{"nombre": "x"}, {"ciudad": "y"}], 400, "PGRST102"),
        ([1], 400, "PGRST102"),
    ],
)
def test_escrituras_que_se_rechazan(escenario: Escenario, cuerpo: object, estado: int, codigo: str) -> None:
    respuesta = escenario.http().post("/negocios", json=cuerpo)
    assert (respuesta.status_code, respuesta.json()["code"]) == (estado, codigo)


def test_cuerpos_que_no_son_json(escenario: Escenario) -> None:
    http = escenario.http()
    for cuerpo in (b"{", b"\xff\xfe", b'{"nombre": NaN}', b"[" * 100_000):
        respuesta = http.post("/negocios", content=cuerpo, headers={"Content-Type": "application/json"})
        assert (respuesta.status_code, respuesta.json()["code"]) == (400, "PGRST102")
    assert (
        http.post("/negocios", content=b"a", headers={"Content-Type": "image/png"}).json()["code"]
        == "PGRST102"
    )


def test_cuerpo_csv(escenario: Escenario) -> None:
    respuesta = escenario.http().post(
        "/negocios",
        content=b'nombre,ciudad\ncsv1,NULL\ncsv2,"a,b"\n',
        headers={"Content-Type": "text/csv"},
    )
    assert respuesta.status_code == 201
    assert escenario.sql("select ciudad from negocios where nombre like 'csv%' order by nombre") == [
        (None,),
        ("a,b",),
    ]


def test_lo_que_falla_en_el_commit_no_es_un_exito(escenario: Escenario) -> None:
    respuesta = escenario.http().post(
        "/diferida", json={"id": 1, "padre": 99}, headers={"Prefer": "return=representation"}
    )
    assert (respuesta.status_code, respuesta.json()["code"]) == (409, "23503")
    assert escenario.sql("select * from diferida") == []
    assert escenario.http().post("/diferida", json={"id": 1, "padre": 1}).status_code == 201, (
        "la conexión quedó limpia"
    )


def test_check_y_llave_foranea(escenario: Escenario) -> None:
    http = escenario.http()
    assert http.post("/pedidos", json={"negocio": "sol", "total": -1}).json()["code"] == "23514"
    ajena = http.post("/pedidos", json={"negocio": "sol", "cliente_id": 99})
    assert (ajena.status_code, ajena.json()["code"]) == (409, "23503")
    assert http.post("/generada", json={"a": 1, "doble": 5}).status_code == 400


def test_limite_al_actualizar_o_borrar_se_rechaza(escenario: Escenario) -> None:
    http = escenario.http()
    assert http.delete("/clientes?limit=1").json()["code"] == "PGRST127"
    assert http.patch("/clientes?offset=1", json={"edad": 1}).json()["code"] == "PGRST127"
    assert escenario.sql("select count(*) from clientes where edad = 1") == [(0,)]
