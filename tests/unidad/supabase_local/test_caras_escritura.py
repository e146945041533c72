"""Escribir por las dos caras: cada respuesta, con su estado y sus encabezados, como la da PostgREST.

La base es una sola por cara y nada queda escrito: las transacciones se deshacen salvo con ``tx=commit``.
"""

from __future__ import annotations

import pytest
from apoyo.caras import Cara, pedir, vista

COMPLETA = "return=representation"
UNO = {"id": 1, "nombre": "uno", "precio": 1.00, "codigo": "a", "notas": "sin notas"}


# --- insertar --------------------------------------------------------------------------------------------


def test_insertar_sin_pedir_regreso_es_201_vacio(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/articulos", json={"nombre": "x"})
    assert not respuesta.content
    assert vista(respuesta, "content-range", "location", "content-type", "preference-applied") == (
        201, "*/*", None, None, None,
    )  # fmt: skip


def test_insertar_con_regreso_e_incrustados(cara: Cara) -> None:
    respuesta = pedir(
        cara, "POST", "/partes?select=nombre,articulos(nombre,partes(id))", f"{COMPLETA}, count=exact",
        json=[{"id": 9, "articulo_id": 2, "nombre": "nueva"}, {"id": 8, "articulo_id": None, "nombre": "otra"}],
    )  # fmt: skip
    assert vista(respuesta, "content-range", "preference-applied") == (
        201, "*/2", "return=representation, count=exact",
    )  # fmt: skip
    assert respuesta.json() == [
        {"nombre": "nueva", "articulos": {"nombre": "dos", "partes": [{"id": 3}]}},
        {"nombre": "otra", "articulos": None},
    ]


def test_location_con_headers_only(cara: Cara) -> None:
    una = pedir(cara, "POST", "/articulos", "return=headers-only", json={"id": 77, "nombre": "x"})
    assert not una.content
    assert vista(una, "location", "preference-applied") == (
        201, "/articulos?id=eq.77", "return=headers-only",
    )  # fmt: skip
    doble = pedir(cara, "POST", "/llave_doble", "return=headers-only", json={"a": 5, "b": "á b&="})
    assert doble.headers["location"] == "/llave_doble?a=eq.5&b=eq.%C3%A1%20b%26%3D"
    varias = pedir(cara, "POST", "/articulos", "return=headers-only", json=[{"nombre": "x"}, {"nombre": "y"}])
    assert vista(varias, "location") == (201, None)
    assert vista(pedir(cara, "POST", "/sin_llave", "return=headers-only", json={"a": 1}), "location") == (
        201,
        None,
    )
    raro = pedir(cara, "POST", "/Con Espacio", "return=headers-only", json={"Mi Llave": "z"})
    assert raro.headers["location"] == "/Con%20Espacio?Mi%20Llave=eq.z"
    # La dirección que se regresa encuentra la fila.
    pedir(cara, "POST", "/llave_doble", "return=headers-only, tx=commit", json={"a": 6, "b": "á b&="})
    assert pedir(cara, "GET", doble.headers["location"].replace("eq.5", "eq.6")).json()[0]["b"] == "á b&="
    pedir(cara, "DELETE", "/llave_doble?a=eq.6", "tx=commit")


def test_minimal_no_exige_leer_y_headers_only_solo_la_llave(cara: Cara) -> None:
    fila = {"id": 1, "secreto": "s"}
    assert pedir(cara, "POST", "/sin_leer", "return=minimal", rol="anon", json=fila).status_code == 201
    ubicada = pedir(cara, "POST", "/sin_leer?select=id", "return=headers-only", rol="anon", json=fila)
    assert vista(ubicada, "location") == (201, "/sin_leer?id=eq.1")
    negada = pedir(cara, "POST", "/sin_leer", COMPLETA, rol="anon", json=fila)
    assert (negada.status_code, negada.json()["code"]) == (401, "42501")
    parcial = pedir(cara, "POST", "/sin_leer?select=id", COMPLETA, rol="anon", json=fila)
    assert parcial.json() == [{"id": 1}]
    assert pedir(cara, "PATCH", "/sin_leer?id=eq.1", rol="anon", json={}).status_code == 204
    assert pedir(cara, "DELETE", "/sin_leer?id=eq.1", rol="anon").status_code == 204


@pytest.mark.parametrize(
    ("cuerpo", "filas"),
    [
        ("{}", 1),
        ("[{}, {}]", 2),
        ("[]", 0),
        ("5", 0),
        ('"texto"', 0),
        ("null", 0),
        (' [ {"nombre": "a"} ] ', 1),
    ],
)
def test_formas_del_cuerpo(cara: Cara, cuerpo: str, filas: int) -> None:
    tabla = "/articulos?select=nombre" if "nombre" in cuerpo else "/llave_libre?select=t"
    cara.escenario.sql(
        "create table if not exists llave_libre (id int generated always as identity, t text default 'x')"
    )
    cara.escenario.sql("notify pgrst")
    respuesta = pedir(
        cara, "POST", tabla, COMPLETA, content=cuerpo, headers={"Content-Type": "application/json"}
    )
    assert respuesta.status_code == 201 and len(respuesta.json()) == filas
    assert all(fila in ({"t": "x"}, {"nombre": "a"}) for fila in respuesta.json())


def test_columns_manda_sobre_las_claves(cara: Cara) -> None:
    respuesta = pedir(
        cara, "POST", "/articulos?columns=nombre,codigo&select=nombre,precio,codigo", COMPLETA,
        json=[{"nombre": "p", "precio": 99, "sobra": 1}, {"codigo": "q", "nombre": "r"}],
    )  # fmt: skip
    assert respuesta.json() == [
        {"nombre": "p", "precio": 9.5, "codigo": None},
        {"nombre": "r", "precio": 9.5, "codigo": "q"},
    ]
    uno = pedir(
        cara, "POST", "/articulos?columns=nombre&select=nombre", COMPLETA, json={"nombre": "s", "id": 1}
    )
    assert uno.json() == [{"nombre": "s"}]
    desconocida = pedir(cara, "POST", "/articulos?columns=nombre,zz", json={"nombre": "s"})
    assert (desconocida.status_code, desconocida.json()["code"]) == (400, "PGRST204")
    # Con columns el JSON lo revisa PostgreSQL, y dos objetos sueltos no se vuelven un arreglo.
    for malo in ('{"nombre": "a"}, {"nombre": "b"}', "no", ""):
        roto = pedir(
            cara,
            "POST",
            "/articulos?columns=nombre",
            content=malo,
            headers={"Content-Type": "application/json"},
        )
        assert (roto.status_code, roto.json()["code"]) == (400, "22P02"), malo


def test_missing_default(cara: Cara) -> None:
    ruta = "/articulos?columns=nombre,precio,notas&select=nombre,precio,notas"
    filas = [{"nombre": "a", "precio": 5}, {"nombre": "b", "notas": None}]
    con = pedir(cara, "POST", ruta, f"missing=default, {COMPLETA}", json=filas)
    assert con.json() == [
        {"nombre": "a", "precio": 5.00, "notas": "sin notas"},
        {"nombre": "b", "precio": 9.50, "notas": None},
    ]
    assert con.headers["preference-applied"] == "missing=default, return=representation"
    sin = pedir(cara, "POST", ruta, COMPLETA, json=filas)
    assert [f["precio"] for f in sin.json()] == [5.00, None]
    nula = pedir(cara, "POST", ruta, f"missing=null, {COMPLETA}", json=filas[1])
    assert (nula.json()[0]["precio"], nula.headers["preference-applied"]) == (
        None, "missing=null, return=representation",
    )  # fmt: skip
    objeto = pedir(cara, "POST", ruta, f"missing=default, {COMPLETA}", json={"nombre": "solo"})
    assert objeto.json() == [{"nombre": "solo", "precio": 9.50, "notas": "sin notas"}]
    cambia = pedir(
        cara, "PATCH", "/articulos?id=eq.1&columns=precio,notas&select=precio,notas", f"missing=default, {COMPLETA}",
        json={"notas": "n"},
    )  # fmt: skip
    assert cambia.json() == [{"precio": 9.50, "notas": "n"}]
    assert cambia.headers["preference-applied"] == "missing=default, return=representation"


def test_tipos_con_largo_y_omision_de_dominio(cara: Cara) -> None:
    fila = {"bits": "10101", "corto": "abcde", "largo": "ñañ", "dato": {"a": 1}}
    con = pedir(
        cara, "POST", "/largos?columns=id,bits,corto,largo,dato", f"missing=default, {COMPLETA}", json=fila
    )
    assert con.json() == [{"id": 666, **fila, "siempre": "x"}]
    largo = pedir(cara, "POST", "/largos", json={"id": 1, "largo": "abcd"})
    assert (largo.status_code, largo.json()["code"]) == (400, "22001")
    generada = pedir(cara, "POST", "/largos", json={"id": 1, "siempre": "y"})
    assert (generada.status_code, generada.json()["code"]) == (400, "428C9")
    # json guarda lo que llegó, con todo y claves repetidas.
    repetidas = pedir(
        cara, "POST", "/largos?select=dato", COMPLETA, content='{"id": 3, "dato": {"a": 1, "a": 2}}',
        headers={"Content-Type": "application/json"},
    )  # fmt: skip
    assert repetidas.text == '[{"dato":{"a": 1, "a": 2}}]'


def test_columns_vacio_no_se_entiende(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/articulos?columns=", json=[{"nombre": "x"}])
    assert (respuesta.status_code, respuesta.json()["code"]) == (400, "PGRST100")


def test_csv_de_lo_escrito(cara: Cara) -> None:
    respuesta = pedir(
        cara, "POST", "/articulos?select=nombre", COMPLETA, json=[{"nombre": "x"}, {"nombre": "y,z"}],
        headers={"Accept": "text/csv"},
    )  # fmt: skip
    assert (respuesta.headers["content-type"], respuesta.text) == (
        "text/csv; charset=utf-8",
        'nombre\nx\n"y,z"',
    )


def test_formulario_y_csv(cara: Cara) -> None:
    forma = pedir(
        cara, "POST", "/articulos?select=nombre,precio", COMPLETA, data={"nombre": "f á", "precio": "3.5"}
    )
    assert forma.json() == [{"nombre": "f á", "precio": 3.5}]
    tipo = {"Content-Type": "text/csv"}
    csv = pedir(
        cara, "POST", "/articulos?select=nombre,notas,codigo", COMPLETA,
        content=b'nombre,notas,codigo\nuna,NULL,"x,""y"""\notra,,z\n', headers=tipo,
    )  # fmt: skip
    assert csv.json() == [
        {"nombre": "una", "notas": None, "codigo": 'x,"y"'},
        {"nombre": "otra", "notas": "", "codigo": "z"},
    ]
    for malo in (b"nombre,notas\nuna\n", b"nombre\nuna,dos\n", b""):
        roto = pedir(cara, "POST", "/articulos", content=malo, headers=tipo)
        assert (roto.status_code, roto.json()["code"]) == (400, "PGRST102")


def test_prefer_en_dos_encabezados(cara: Cara) -> None:
    encabezados = [("Prefer", "return=representation"), ("Prefer", "missing=default")]
    escrita = cara.http().post("/articulos?select=nombre,precio", json={"nombre": "dos"}, headers=encabezados)
    assert escrita.json() == [{"nombre": "dos", "precio": 9.50}]
    assert escrita.headers["preference-applied"] == "missing=default, return=representation"


# --- upsert ----------------------------------------------------------------------------------------------


def test_upsert_mezcla(cara: Cara) -> None:
    prefer = f"resolution=merge-duplicates, {COMPLETA}"
    mixto = pedir(
        cara, "POST", "/articulos?select=id,nombre,precio", prefer,
        json=[{"id": 1, "nombre": "UNO"}, {"id": 50, "nombre": "nuevo"}],
    )  # fmt: skip
    assert vista(mixto, "preference-applied") == (201, "resolution=merge-duplicates, return=representation")
    assert mixto.json() == [
        {"id": 1, "nombre": "UNO", "precio": 1.00}, {"id": 50, "nombre": "nuevo", "precio": 9.50},
    ]  # fmt: skip
    solo_viejas = pedir(cara, "POST", "/articulos", prefer, json=[{"id": 1, "nombre": "UNO"}])
    assert solo_viejas.status_code == 200 and solo_viejas.json()[0]["nombre"] == "UNO"
    assert pedir(cara, "POST", "/articulos", prefer, json=[]).status_code == 200


def test_upsert_por_otra_llave_unica(cara: Cara) -> None:
    ruta = "/articulos?on_conflict=codigo&select=id,nombre"
    respuesta = pedir(
        cara, "POST", ruta, f"resolution=merge-duplicates, {COMPLETA}", json={"codigo": "b", "nombre": "DOS"}
    )
    assert (respuesta.status_code, respuesta.json()) == (200, [{"id": 2, "nombre": "DOS"}])
    sin_unica = pedir(
        cara, "POST", "/articulos?on_conflict=nombre", "resolution=merge-duplicates", json={"nombre": "x"}
    )
    assert (sin_unica.status_code, sin_unica.json()["code"]) == (400, "42P10")
    desconocida = pedir(
        cara, "POST", "/articulos?on_conflict=zz", "resolution=merge-duplicates", json={"nombre": "x"}
    )
    assert (desconocida.status_code, desconocida.json()["code"]) == (400, "42703")
    # on_conflict sin resolution no hace nada.
    choca = pedir(cara, "POST", ruta, json={"codigo": "b", "nombre": "DOS"})
    assert (choca.status_code, choca.json()["code"]) == (409, "23505")


def test_upsert_ignora(cara: Cara) -> None:
    prefer = f"resolution=ignore-duplicates, {COMPLETA}"
    respuesta = pedir(
        cara, "POST", "/articulos?select=nombre", prefer,
        json=[{"id": 1, "nombre": "UNO"}, {"id": 50, "nombre": "nuevo"}],
    )  # fmt: skip
    assert (respuesta.status_code, respuesta.json()) == (201, [{"nombre": "nuevo"}])
    nada = pedir(cara, "POST", "/articulos", prefer, json=[{"id": 1, "nombre": "UNO"}])
    assert (nada.status_code, nada.json()) == (201, [])


def test_upsert_sin_llave_o_con_pura_llave(cara: Cara) -> None:
    prefer = f"resolution=merge-duplicates, {COMPLETA}"
    sin = pedir(cara, "POST", "/sin_llave", prefer, json=[{"a": 1, "b": 0}])
    assert vista(sin, "preference-applied") == (201, "return=representation")
    pura = pedir(cara, "POST", "/solo_llave", prefer, json=[{"id": 1}, {"id": 2}])
    assert (pura.status_code, pura.json()) == (201, [{"id": 1}, {"id": 2}])
    doble = pedir(
        cara,
        "POST",
        "/llave_doble",
        prefer,
        json=[{"a": 1, "b": "x", "c": "d"}, {"a": 1, "b": "y", "c": "e"}],
    )
    assert (doble.status_code, [f["c"] for f in doble.json()]) == (201, ["d", "e"])


def test_upsert_dos_veces_la_misma_fila(cara: Cara) -> None:
    respuesta = pedir(cara, "POST", "/solo_llave", "resolution=merge-duplicates", json=[{"id": 1}, {"id": 1}])
    assert (respuesta.status_code, respuesta.json()["code"]) == (500, "21000")


def test_upsert_con_missing_default(cara: Cara) -> None:
    respuesta = pedir(
        cara, "POST", "/articulos?columns=id,nombre&select=nombre,notas",
        f"resolution=merge-duplicates, missing=default, {COMPLETA}",
        json=[{"id": 1, "nombre": "cambiado"}, {"nombre": "con id propio"}],
    )  # fmt: skip
    assert [f["nombre"] for f in respuesta.json()] == ["cambiado", "con id propio"]
    assert vista(respuesta, "preference-applied") == (
        201, "resolution=merge-duplicates, missing=default, return=representation",
    )  # fmt: skip


# --- PUT -------------------------------------------------------------------------------------------------


def test_put_inserta_o_cambia(cara: Cara) -> None:
    nueva = pedir(cara, "PUT", "/llave_doble?a=eq.2&b=eq.z", COMPLETA, json={"a": 2, "b": "z", "c": "n"})
    assert vista(nueva, "content-range", "preference-applied") == (201, None, "return=representation")
    assert nueva.json() == [{"a": 2, "b": "z", "c": "n"}]
    vieja = pedir(
        cara, "PUT", "/llave_doble?a=eq.1&b=eq.x&select=c", COMPLETA, json=[{"a": 1, "b": "x", "c": "n"}]
    )
    assert (vieja.status_code, vieja.json()) == (200, [{"c": "n"}])
    objeto = pedir(
        cara, "PUT", "/solo_llave?id=eq.4", COMPLETA, json={"id": 4},
        headers={"Accept": "application/vnd.pgrst.object+json"},
    )  # fmt: skip
    assert (objeto.status_code, objeto.json()) == (201, {"id": 4})
    callada = pedir(cara, "PUT", "/solo_llave?id=eq.5", json={"id": 5})
    assert callada.status_code == 204 and not callada.content


@pytest.mark.parametrize(
    ("ruta", "cuerpo", "estado", "codigo"),
    [
        ("/llave_doble?a=eq.1", {"a": 1, "b": "x"}, 405, "PGRST105"),
        ("/llave_doble?a=eq.1&b=eq.x&c=eq.1", {"a": 1, "b": "x"}, 405, "PGRST105"),
        ("/llave_doble", {"a": 1, "b": "x"}, 405, "PGRST105"),
        ("/solo_llave?id=gt.1", {"id": 2}, 405, "PGRST105"),
        ("/solo_llave?id=not.eq.1", {"id": 2}, 405, "PGRST105"),
        ("/solo_llave?id=in.(1)", {"id": 1}, 405, "PGRST105"),
        ("/solo_llave?or=(id.eq.1,id.eq.2)&id=eq.1", {"id": 1}, 405, "PGRST105"),
        ("/sin_llave?a=eq.1", {"a": 1}, 405, "PGRST105"),
        ("/solo_llave?id=eq.1&limit=1", {"id": 1}, 400, "PGRST114"),
        ("/solo_llave?id=eq.1&offset=1", {"id": 1}, 400, "PGRST114"),
        ("/solo_llave?id=eq.1", {"id": 2}, 400, "PGRST115"),
        ("/solo_llave?id=eq.1", [{"id": 1}, {"id": 2}, {"id": 1}], 500, "21000"),
        ("/solo_llave?id=eq.1", [], 400, "PGRST115"),
        ("/solo_llave?id=eq.1", {}, 400, "PGRST115"),
        ("/solo_llave?id=eq.1", {"zz": 2}, 400, "PGRST204"),
        ("/solo_llave?id=eq.1", [{"id": 1}, {"otra": 2}], 400, "PGRST102"),
    ],
)  # fmt: skip
def test_put_que_se_rechaza(cara: Cara, ruta: str, cuerpo: object, estado: int, codigo: str) -> None:
    respuesta = pedir(cara, "PUT", ruta, "tx=commit", json=cuerpo)
    assert (respuesta.status_code, respuesta.json()["code"]) == (estado, codigo)
    assert cara.escenario.sql("select count(*) from solo_llave") == [(0,)]


# --- actualizar y borrar ---------------------------------------------------------------------------------


def test_actualizar(cara: Cara) -> None:
    completa = pedir(
        cara, "PATCH", "/articulos?id=lte.2&select=id,precio,partes(nombre)&order=id.desc",
        f"{COMPLETA}, count=exact", json={"precio": 7.125},
    )  # fmt: skip
    assert vista(completa, "content-range") == (200, "0-1/2")
    assert completa.json() == [
        {"id": 2, "precio": 7.13, "partes": [{"nombre": "asa"}]},
        {"id": 1, "precio": 7.13, "partes": [{"nombre": "tapa"}, {"nombre": "fondo"}]},
    ]
    callada = pedir(cara, "PATCH", "/articulos?id=lte.2", "count=exact", json={"precio": 7})
    assert vista(callada, "content-range", "content-type") == (204, "0-1/2", None)
    ninguna = pedir(cara, "PATCH", "/articulos?id=eq.99", "count=exact", json={"precio": 7})
    assert vista(ninguna, "content-range") == (204, "*/0")
    assert vista(
        pedir(cara, "PATCH", "/articulos?id=eq.99", COMPLETA, json={"precio": 7}), "content-range"
    ) == (200, "*/*")


def test_columnas_calculadas_de_lo_escrito(cara: Cara) -> None:
    ruta = "/clientes?select=id,nombre_mayusculas&negocio=eq.luna&nombre_mayusculas=eq.ANA"
    assert pedir(cara, "PATCH", ruta, COMPLETA, json={"nombre": "eva"}).json() == [
        {"id": 1, "nombre_mayusculas": "EVA"}
    ]
    assert pedir(cara, "PATCH", ruta, COMPLETA, json={}).json() == []
    nuevo = {"negocio": "luna", "id": 40, "nombre": "li"}
    escrito = pedir(cara, "POST", "/clientes?select=nombre_mayusculas", COMPLETA, json=nuevo)
    assert escrito.json() == [{"nombre_mayusculas": "LI"}]


def test_incrustar_en_lo_escrito_la_misma_tabla_y_de_muchos_a_muchos(cara: Cara) -> None:
    jefa = pedir(
        cara, "PATCH", "/personas?id=eq.1&select=nombre,personas(nombre),jefe:jefe_id(nombre)&personas.order=nombre",
        COMPLETA, json={"nombre": "J"},
    )  # fmt: skip
    assert jefa.json() == [{"nombre": "J", "personas": [{"nombre": "Dos"}, {"nombre": "Uno"}], "jefe": None}]
    cliente = pedir(
        cara, "PATCH", "/clientes?negocio=eq.luna&id=eq.1&select=edad,etiquetas(titulo)&etiquetas.order=titulo.desc",
        COMPLETA, json={"edad": 31},
    )  # fmt: skip
    assert cliente.json() == [{"edad": 31, "etiquetas": [{"titulo": "vip"}, {"titulo": "nuevo"}]}]


def test_los_limites_de_lo_incrustado_no_cuentan_al_escribir(cara: Cara) -> None:
    ruta = "/articulos?id=eq.1&select=partes(id)&partes.limit=1&partes.order=id"
    assert pedir(cara, "GET", ruta).json() == [{"partes": [{"id": 1}]}]
    assert pedir(cara, "PATCH", ruta, COMPLETA, json={"notas": "n"}).json() == [
        {"partes": [{"id": 1}, {"id": 2}]}
    ]


@pytest.mark.parametrize("cuerpo", [{}, [], [{}], 5])
def test_actualizar_con_nada_no_cambia_nada(cara: Cara, cuerpo: object) -> None:
    completa = pedir(cara, "PATCH", "/articulos?id=eq.1", COMPLETA, json=cuerpo)
    assert (completa.status_code, completa.json()) == (200, [])
    assert vista(pedir(cara, "PATCH", "/articulos?id=eq.1", json=cuerpo), "content-range") == (204, "*/*")


def test_actualizar_con_varias_filas_usa_la_primera(cara: Cara) -> None:
    respuesta = pedir(
        cara, "PATCH", "/articulos?id=eq.1&select=notas", COMPLETA, json=[{"notas": "a"}, {"notas": "b"}]
    )
    assert respuesta.json() == [{"notas": "a"}]


def test_borrar(cara: Cara) -> None:
    completa = pedir(
        cara,
        "DELETE",
        "/partes?articulo_id=eq.1&select=id,articulos(nombre)&order=id.desc",
        f"{COMPLETA}, count=exact",
    )
    assert vista(completa, "content-range") == (200, "*/2")
    assert completa.json() == [
        {"id": 2, "articulos": {"nombre": "uno"}}, {"id": 1, "articulos": {"nombre": "uno"}},
    ]  # fmt: skip
    callada = pedir(cara, "DELETE", "/partes?id=eq.1")
    assert vista(callada, "content-range", "content-type") == (204, "*/*", None)
    assert pedir(cara, "DELETE", "/partes?id=eq.99", COMPLETA).json() == []


def test_un_solo_objeto_o_nada_aunque_no_se_regrese(cara: Cara) -> None:
    uno = {"Accept": "application/vnd.pgrst.object+json"}
    bien = pedir(cara, "PATCH", "/articulos?id=eq.1", COMPLETA, json={"notas": "n"}, headers=uno)
    assert bien.json() == {**UNO, "notas": "n"}
    assert bien.headers["content-type"] == "application/vnd.pgrst.object+json; charset=utf-8"
    for metodo, ruta, cuerpo in (
        ("PATCH", "/articulos", {"notas": "n"}),
        ("DELETE", "/partes", None),
        ("POST", "/articulos", [{"nombre": "a"}, {"nombre": "b"}]),
        ("POST", "/articulos", []),
        ("DELETE", "/partes?id=eq.99", None),
    ):
        for prefer in ("tx=commit", f"tx=commit, {COMPLETA}"):
            respuesta = pedir(cara, metodo, ruta, prefer, json=cuerpo, headers=uno)
            assert (respuesta.status_code, respuesta.json()["code"]) == (406, "PGRST116")
    assert cara.escenario.sql("select (select count(*) from articulos), (select count(*) from partes)") == [
        (3, 3)
    ]


def test_max_affected(cara: Cara) -> None:
    estricta = "handling=strict, tx=commit, max-affected="
    for metodo in ("PATCH", "DELETE"):
        ruta = "/partes?articulo_id=eq.1"
        mucho = pedir(cara, metodo, ruta, f"{estricta}1", json={"nombre": "x"} if metodo == "PATCH" else None)
        assert mucho.status_code == 400
        assert mucho.json() == {
            "code": "PGRST124", "message": "Query result exceeds max-affected preference constraint",
            "details": "The query affects 2 rows", "hint": None,
        }  # fmt: skip
    assert cara.escenario.sql("select count(*) from partes where nombre <> 'x'") == [(3,)]
    justo = pedir(cara, "DELETE", "/partes?articulo_id=eq.1", "handling=strict, max-affected=2")
    assert vista(justo, "preference-applied") == (204, "handling=strict, max-affected=2")
    for suelta in ("max-affected=1", "handling=lenient, max-affected=1"):
        libre = pedir(cara, "DELETE", "/partes?articulo_id=eq.1", suelta)
        assert libre.status_code == 204 and "max-affected" not in libre.headers.get("preference-applied", "")


def test_vistas_se_escriben_si_postgres_puede(cara: Cara) -> None:
    una = pedir(cara, "POST", "/vista_articulos", COMPLETA, json={"id": 70, "nombre": "por la vista"})
    assert (una.status_code, una.json()) == (201, [{"id": 70, "nombre": "por la vista"}])
    assert pedir(cara, "PATCH", "/vista_articulos?id=eq.1", json={"nombre": "v"}).status_code == 204
    fija = pedir(cara, "POST", "/vista_fija", json={"cuantos": 1})
    assert (fija.status_code, fija.json()["code"]) == (500, "55000")


def test_tx_deshace_o_deja(cara: Cara) -> None:
    for prefer, quedan in (("", 0), ("tx=rollback", 0), ("tx=commit", 1)):
        respuesta = pedir(
            cara, "POST", "/solo_llave", ", ".join(p for p in (prefer, COMPLETA) if p), json={"id": 33}
        )
        assert respuesta.json() == [{"id": 33}]
        aplicada = f"return=representation, {prefer}" if prefer else COMPLETA
        assert respuesta.headers["preference-applied"] == aplicada
        assert cara.escenario.sql("select count(*) from solo_llave where id = 33") == [(quedan,)]
    assert pedir(cara, "DELETE", "/solo_llave?id=eq.33", "tx=commit").status_code == 204
    assert cara.escenario.sql("select count(*) from solo_llave") == [(0,)]


def test_al_deshacer_se_revisan_las_llaves_diferidas(cara: Cara) -> None:
    for prefer in ("tx=rollback", "tx=commit"):
        respuesta = pedir(cara, "POST", "/diferida", prefer, json={"id": 1, "padre": 99})
        assert (respuesta.status_code, respuesta.json()["code"]) == (409, "23503")
    assert pedir(cara, "POST", "/rpc/falla_al_final", "tx=rollback").status_code == 409


# --- el cliente oficial ----------------------------------------------------------------------------------


def test_el_cliente_oficial_escribe(cara: Cara) -> None:
    tabla = cara.cliente().table("articulos")
    assert tabla.insert({"id": 90, "nombre": "c"}).execute().data == [
        {"id": 90, "nombre": "c", "precio": 9.50, "codigo": None, "notas": "sin notas"}
    ]
    varias = tabla.insert([{"nombre": "c"}, {"nombre": "d", "precio": 1}], default_to_null=False).execute()
    assert [f["precio"] for f in varias.data] == [9.50, 1.00]
    assert tabla.upsert({"id": 1, "nombre": "C"}).execute().data == [{**UNO, "nombre": "C"}]
    assert tabla.upsert({"codigo": "a", "nombre": "C"}, on_conflict="codigo").execute().data[0]["id"] == 1
    assert tabla.upsert([{"id": 1, "nombre": "C"}], ignore_duplicates=True).execute().data == []
    assert tabla.update({"notas": "z"}).eq("id", 1).execute().data == [{**UNO, "notas": "z"}]
    assert len(tabla.delete().gt("id", 2).execute().data) == 1
    hecha = tabla.update({"notas": "z"}, count="exact").in_("id", [1, 2]).execute()  # type: ignore[arg-type]
    assert hecha.count == 2
