"""Incrustar: por llaves, puentes, vistas y funciones; pistas, ambigüedad y columnas extendidas.

Los casos siguen los de la especificación de PostgREST (EmbedDisambiguationSpec, ComputedRelsSpec,
SpreadQueriesSpec, RelatedQueriesSpec), con datos propios.
"""

from __future__ import annotations

from typing import Any

import pytest
from apoyo.caras import Cara


def leer(taller: Cara, direccion: str) -> Any:
    respuesta = taller.http().get(direccion)
    assert respuesta.status_code == 200, respuesta.text
    return respuesta.json()


def falla(taller: Cara, direccion: str, estado: int) -> Any:
    respuesta = taller.http().get(direccion)
    assert respuesta.status_code == estado, respuesta.text
    return respuesta.json()


# --- pistas y ambigüedad -------------------------------------------------------------------------------


def test_dos_llaves_a_la_misma_tabla_dan_300_con_las_opciones(taller: Cara) -> None:
    assert falla(taller, "/envios?select=direcciones(*)", 300) == {
        "code": "PGRST201",
        "message": "Could not embed because more than one relationship was found for 'envios' and 'direcciones'",
        "details": [
            {
                "cardinality": "many-to-one",
                "embedding": "envios with direcciones",
                "relationship": "entrega using envios(entrega_id) and direcciones(id)",
            },
            {
                "cardinality": "many-to-one",
                "embedding": "envios with direcciones",
                "relationship": "factura using envios(factura_id) and direcciones(id)",
            },
        ],
        "hint": "Try changing 'direcciones' to one of the following: 'direcciones!entrega', "
        "'direcciones!factura'. Find the desired relationship in the 'details' key.",
    }


@pytest.mark.parametrize(
    "pedido",
    [
        "direcciones!factura(calle)",
        "direcciones!factura_id(calle)",
        "direcciones:factura(calle)",
        "direcciones:factura_id(calle)",
    ],
)
def test_la_relacion_se_nombra_por_restriccion_o_por_columna(taller: Cara, pedido: str) -> None:
    assert leer(taller, f"/envios?select=id,{pedido}&id=eq.1") == [{"id": 1, "direcciones": {"calle": "Uno"}}]


def test_la_pista_de_regreso(taller: Cara) -> None:
    assert leer(taller, "/direcciones?select=id,envios!entrega(id)&order=id&envios.order=id") == [
        {"id": 1, "envios": []},
        {"id": 2, "envios": [{"id": 1}, {"id": 2}]},
    ]


def test_el_puente_desempata(taller: Cara) -> None:
    error = falla(taller, "/sitios?select=obras(*)", 300)
    assert [d["relationship"] for d in error["details"]] == [
        "principal using sitios(principal_id) and obras(id)",
        "trabajos using trabajos_sitio_id_fkey(sitio_id) and trabajos_obra_id_fkey(obra_id)",
    ]
    assert [d["cardinality"] for d in error["details"]] == ["many-to-one", "many-to-many"]
    assert "'obras!principal', 'obras!trabajos'" in error["hint"]
    assert leer(taller, "/sitios?select=obras!trabajos(nombre),principal(nombre)") == [
        {"obras": [{"nombre": "obra 2"}], "principal": {"nombre": "obra 1"}}
    ]


def test_una_llave_a_si_misma(taller: Cara) -> None:
    assert leer(taller, "/arbol?select=nombre,padre(nombre,padre(nombre))&id=eq.3") == [
        {"nombre": "hoja", "padre": {"nombre": "rama", "padre": {"nombre": "raíz"}}}
    ]
    assert leer(taller, "/arbol?select=nombre,hijos:arbol(nombre)&id=eq.1") == [
        {"nombre": "raíz", "hijos": [{"nombre": "rama"}]}
    ]
    assert leer(taller, "/arbol?select=nombre,hijos:arbol!padre(nombre)&id=eq.1") == leer(
        taller, "/arbol?select=nombre,hijos:arbol(nombre)&id=eq.1"
    )


def test_un_puente_de_una_tabla_consigo_misma_se_lee_por_sus_llaves(taller: Cara) -> None:
    assert leer(taller, "/arbol?select=amigos!uno(...arbol!otro(nombre))&id=eq.1") == [
        {"amigos": [{"nombre": "hoja"}]}
    ]


def test_sin_relacion_dice_que_se_busco_y_sugiere(taller: Cara) -> None:
    assert falla(taller, "/procesos?select=fabrica(*)", 400) == {
        "code": "PGRST200",
        "message": "Could not find a relationship between 'procesos' and 'fabrica' in the schema cache",
        "details": "Searched for a foreign key relationship between 'procesos' and 'fabrica' in the schema "
        "'public', but no matches were found.",
        "hint": "Perhaps you meant 'fabricas' instead of 'fabrica'.",
    }
    con_pista = falla(taller, "/envios?select=direcciones!zzz(*)", 400)
    assert con_pista["hint"] is None
    assert "and 'direcciones' using the hint 'zzz' in the schema" in con_pista["details"]


# --- vistas --------------------------------------------------------------------------------------------


def test_de_una_vista_a_una_tabla_y_de_regreso(taller: Cara) -> None:
    assert leer(taller, "/v_procesos?select=nombre,fabricas(nombre)&clave=eq.1") == [
        {"nombre": "A1", "fabricas": {"nombre": "A"}}
    ]
    assert leer(taller, "/fabricas?select=nombre,v_procesos(clave)&id=eq.1&v_procesos.order=clave") == [
        {"nombre": "A", "v_procesos": [{"clave": 1}, {"clave": 2}]}
    ]


def test_de_una_vista_a_otra_y_de_una_vista_de_una_vista(taller: Cara) -> None:
    assert leer(taller, "/v_procesos?select=clave,v_fabricas(nombre)&clave=eq.3") == [
        {"clave": 3, "v_fabricas": {"nombre": "B"}}
    ]
    assert leer(taller, "/v_de_vista?select=k,fabricas(nombre)&k=eq.3") == [
        {"k": 3, "fabricas": {"nombre": "B"}}
    ]


def test_vistas_de_tablas_que_no_se_exponen(taller: Cara) -> None:
    assert leer(taller, "/choferes?select=nombre,viajes(id)") == [{"nombre": "Chuy", "viajes": [{"id": 10}]}]
    assert leer(taller, "/viajes?select=*,choferes(nombre)") == [
        {"id": 10, "chofer_id": 1, "nom{b}re, raro": "con, (rareza) {x}", "choferes": {"nombre": "Chuy"}}
    ]


def test_una_vista_con_subconsulta_y_agrupada(taller: Cara) -> None:
    assert leer(taller, "/raras?select=caro,fabricas(nombre)&id=eq.2") == [
        {"caro": 200.00, "fabricas": {"nombre": "A"}}
    ]


def test_una_vista_de_un_puente_tambien_es_puente(taller: Cara) -> None:
    assert leer(taller, "/procesos?select=supervisores!v_supervision(nombre)&id=eq.1") == [
        {"supervisores": [{"nombre": "María"}]}
    ]


def test_una_vista_sobre_una_llave_a_si_misma(taller: Cara) -> None:
    assert leer(taller, "/v_arbol?select=nombre,padre(nombre)&id=eq.2") == [
        {"nombre": "rama", "padre": {"nombre": "raíz"}}
    ]


def test_una_columna_repetida_en_la_vista_da_dos_relaciones(taller: Cara) -> None:
    error = falla(taller, "/v_envios?select=direcciones(*)", 300)
    assert [d["relationship"] for d in error["details"]] == [
        "factura using v_envios(f1) and direcciones(id)",
        "factura using v_envios(f2) and direcciones(id)",
    ]
    assert leer(taller, "/v_envios?select=direcciones!f2(calle)&id=eq.1") == [
        {"direcciones": {"calle": "Uno"}}
    ]


def test_la_columna_como_nombre_no_ve_vistas(taller: Cara) -> None:
    """``fabrica_id`` lleva a la tabla aunque haya vistas de ella."""
    assert leer(taller, "/procesos?select=fabrica_id(nombre)&id=eq.1") == [{"fabrica_id": {"nombre": "A"}}]


# --- relaciones y columnas calculadas ------------------------------------------------------------------


def test_relacion_calculada_a_varios_y_a_uno(taller: Cara) -> None:
    assert leer(taller, "/fabricas?select=nombre,procesos_caros(nombre)&order=id") == [
        {"nombre": "A", "procesos_caros": [{"nombre": "A1"}, {"nombre": "A2"}]},
        {"nombre": "B", "procesos_caros": []},
        {"nombre": "C", "procesos_caros": []},
    ]
    assert leer(
        taller, "/procesos?select=id,planta:su_fabrica(nombre)&order=planta(nombre).desc.nullslast,id"
    ) == [
        {"id": 3, "planta": {"nombre": "B"}},
        {"id": 1, "planta": {"nombre": "A"}},
        {"id": 2, "planta": {"nombre": "A"}},
        {"id": 4, "planta": None},
    ]


def test_relacion_calculada_honda_con_filtros_y_extendida(taller: Cara) -> None:
    assert leer(
        taller,
        "/fabricas?select=nombre,procesos_caros!inner(nombre,su_fabrica(id),costos(costo))"
        "&procesos_caros.id=eq.2",
    ) == [
        {
            "nombre": "A",
            "procesos_caros": [{"nombre": "A2", "su_fabrica": {"id": 1}, "costos": {"costo": 200}}],
        }
    ]
    assert leer(taller, "/procesos?select=id,...su_fabrica(planta:nombre)&id=gte.3&order=id") == [
        {"id": 3, "planta": "B"},
        {"id": 4, "planta": None},
    ]
    assert [f["id"] for f in leer(taller, "/procesos?select=id,su_fabrica()&su_fabrica=is.null")] == [4]


def test_relacion_calculada_toma_el_lugar_de_la_hallada(taller: Cara) -> None:
    assert leer(taller, "/procesos?select=categorias(nombre)&id=eq.1") == [
        {"categorias": {"nombre": "calculada"}}
    ]


def test_orden_por_relacion_calculada_a_varios_se_rechaza(taller: Cara) -> None:
    error = falla(taller, "/fabricas?select=procesos_caros(id)&order=procesos_caros(id)", 400)
    assert error["code"] == "PGRST118"
    assert error["details"] == (
        "'fabricas' and 'procesos_caros' do not form a many-to-one or one-to-one relationship"
    )


def test_columna_calculada_en_todo_lugar(taller: Cara) -> None:
    assert leer(
        taller, "/procesos?select=largo:nombre_largo&nombre_largo=like.*A*&order=nombre_largo.desc"
    ) == [{"largo": "proceso A2"}, {"largo": "proceso A1"}]
    assert leer(taller, "/fabricas?select=procesos(nombre_largo)&id=eq.2") == [
        {"procesos": [{"nombre_largo": "proceso B1"}]}
    ]


# --- extender ------------------------------------------------------------------------------------------


def test_extender_a_uno_anidado_y_con_todo(taller: Cara) -> None:
    assert leer(
        taller, "/costos?select=costo,...procesos(proceso:nombre,...fabricas(*))&proceso_id=eq.1"
    ) == [{"costo": 150, "proceso": "A1", "id": 1, "nombre": "A"}]
    assert leer(
        taller, "/costos?select=costo,...procesos(proceso:nombre,fabricas(nombre))&proceso_id=eq.1"
    ) == [{"costo": 150, "proceso": "A1", "fabricas": {"nombre": "A"}}]


def test_extender_a_varios_da_arreglos(taller: Cara) -> None:
    assert leer(
        taller,
        "/fabricas?select=fabrica:nombre,...procesos(nombre,claves:id)&order=id&procesos.order=id.desc",
    ) == [
        {"fabrica": "A", "nombre": ["A2", "A1"], "claves": [2, 1]},
        {"fabrica": "B", "nombre": ["B1"], "claves": [3]},
        {"fabrica": "C", "nombre": [], "claves": []},
    ]
    assert leer(taller, "/fabricas?select=...procesos(*)&id=eq.1&procesos.order=id") == [
        {"id": [1, 2], "nombre": ["A1", "A2"], "fabrica_id": [1, 1], "categoria_id": [1, 2]}
    ]


def test_extender_a_varios_por_puente_y_anidado(taller: Cara) -> None:
    assert leer(
        taller,
        "/supervisores?select=nombre,...procesos!proceso_supervisor(procesos:nombre)&id=eq.2&procesos.order=id",
    ) == [{"nombre": "Juan", "procesos": ["A2", "B1"]}]
    assert leer(
        taller,
        "/fabricas?select=...procesos(proceso:nombre,...costos(costo),...proceso_supervisor(turno),"
        "fabricas(nombre))&id=eq.1&procesos.order=id",
    ) == [
        {
            "proceso": ["A1", "A2"],
            "costo": [150, 200],
            "turno": [["día"], ["noche"]],
            "fabricas": [{"nombre": "A"}, {"nombre": "A"}],
        }
    ]


def test_extender_a_varios_con_inner_nulidad_limite_y_filtro(taller: Cara) -> None:
    assert [
        f["fabrica"] for f in leer(taller, "/fabricas?select=fabrica:nombre,...procesos!inner(id)&order=id")
    ] == [
        "A",
        "B",
    ]
    assert leer(taller, "/fabricas?select=fabrica:nombre,...procesos(id)&procesos=is.null") == [
        {"fabrica": "C", "id": []}
    ]
    assert leer(
        taller,
        "/fabricas?select=...procesos(nombre)&id=eq.1&procesos.order=id.desc&procesos.limit=1",
    ) == [{"nombre": ["A2"]}]
    assert leer(taller, "/fabricas?select=...procesos(nombre)&id=eq.1&procesos.nombre=eq.A2") == [
        {"nombre": ["A2"]}
    ]


# --- filtros sobre lo incrustado -----------------------------------------------------------------------


def test_nulidad_de_un_renglon_todo_nulo(taller: Cara) -> None:
    """Lo incrustado existe aunque lo que se pidió de él sea nulo."""
    assert leer(taller, "/con_nulos?select=id,nulos(texto)&nulos=not.is.null") == [
        {"id": 1, "nulos": {"texto": None}}
    ]
    assert [f["id"] for f in leer(taller, "/con_nulos?select=id,nulos()&nulos=is.null")] == [2]


def test_o_entre_incrustados(taller: Cara) -> None:
    assert leer(
        taller,
        "/procesos?select=id,fabricas(),costos()&fabricas.nombre=eq.B&costos.costo=gt.160"
        "&or=(fabricas.not.is.null,costos.not.is.null)&order=id",
    ) == [{"id": 2}, {"id": 3}]


def test_nulidad_en_cada_nivel_y_vacios_anidados(taller: Cara) -> None:
    assert leer(
        taller,
        "/fabricas?select=nombre,procesos(nombre,costos())&procesos.costos=not.is.null"
        "&procesos.nombre=neq.A1&procesos=not.is.null&order=id",
    ) == [{"nombre": "A", "procesos": [{"nombre": "A2"}]}, {"nombre": "B", "procesos": [{"nombre": "B1"}]}]
    assert leer(taller, "/fabricas?select=nombre,procesos(costos())&id=eq.1") == [{"nombre": "A"}]


def test_una_columna_que_se_llama_como_lo_incrustado_se_filtra_igual(taller: Cara) -> None:
    assert leer(taller, "/arbol?select=id,padre(nombre)&padre=eq.2") == [
        {"id": 3, "padre": {"nombre": "rama"}}
    ]
    assert [f["id"] for f in leer(taller, "/arbol?select=id,padre()&padre=is.null")] == [1]


def test_lo_incrustado_se_nombra_por_alias_o_por_tabla(taller: Cara) -> None:
    for nombre in ("plantas", "procesos"):
        assert leer(taller, f"/fabricas?select=plantas:procesos(id)&id=eq.1&{nombre}.nombre=eq.A2") == [
            {"plantas": [{"id": 2}]}
        ]
    error = falla(taller, "/fabricas?select=nombre&procesos.id=eq.1", 400)
    assert error["code"] == "PGRST108"
    assert error["hint"] == "Verify that 'procesos' is included in the 'select' query parameter."


def test_lo_que_no_esta_en_select_se_dice_antes_que_la_relacion(taller: Cara) -> None:
    assert falla(taller, "/fabricas?select=nada(*)&otra.id=eq.1", 400)["code"] == "PGRST108"


def test_orden_por_alias_de_lo_incrustado(taller: Cara) -> None:
    filas = leer(taller, "/procesos?select=id,fabricas(n:nombre)&order=fabricas(n).desc.nullslast,id.desc")
    assert [f["id"] for f in filas] == [3, 2, 1, 4]


def test_la_cuenta_ve_inner_y_nulidad(taller: Cara) -> None:
    http = taller.http()
    for direccion, cuenta in (
        ("/fabricas?select=nombre,procesos!inner(id)&limit=1", 2),
        ("/fabricas?select=nombre,procesos!inner(costos!inner(costo))&procesos.costos.costo=gt.160", 1),
        ("/fabricas?select=nombre,procesos()&procesos=is.null", 1),
        ("/fabricas?select=nombre,procesos()&procesos=not.is.null", 2),
        ("/supervisores?select=procesos!proceso_supervisor!inner(id)&procesos.fabrica_id=eq.1", 2),
        ("/fabricas?select=procesos_caros!inner(id)", 1),
    ):
        respuesta = http.get(direccion, headers={"Prefer": "count=exact"})
        assert respuesta.headers["content-range"].endswith(f"/{cuenta}"), direccion


def test_sobre_lo_que_regresa_una_funcion(taller: Cara) -> None:
    assert leer(
        taller, "/rpc/todos_los_procesos?select=nombre,fabricas(nombre),costos(costo)&order=id&limit=2"
    ) == [
        {"nombre": "A1", "fabricas": {"nombre": "A"}, "costos": {"costo": 150}},
        {"nombre": "A2", "fabricas": {"nombre": "A"}, "costos": {"costo": 200}},
    ]


def test_columna_calculada_sobre_lo_que_regresa_una_funcion(taller: Cara) -> None:
    assert leer(
        taller, "/rpc/todos_los_procesos?select=id,nombre_largo&nombre_largo=like.*B*&order=nombre_largo"
    ) == [{"id": 3, "nombre_largo": "proceso B1"}]


def test_sin_relacion_desde_una_funcion(taller: Cara) -> None:
    error = falla(taller, "/rpc/tabla_chica?select=x,nada(*)", 400)
    assert error["code"] == "PGRST200" and "in the schema 'public'" in error["details"]


def test_lo_escrito_regresa_con_lo_incrustado(taller: Cara) -> None:
    respuesta = taller.http().patch(
        "/procesos?id=eq.1&select=nombre_largo,su_fabrica(nombre),...fabricas(n:nombre),costos(costo),"
        "...proceso_supervisor(turno)",
        json={"nombre": "A1"},
        headers={"Prefer": "return=representation"},
    )
    assert respuesta.json() == [
        {
            "nombre_largo": "proceso A1",
            "su_fabrica": {"nombre": "A"},
            "n": "A",
            "costos": {"costo": 150},
            "turno": ["día"],
        }
    ]
    sin_calculadas = taller.http().patch(
        "/procesos?id=eq.3&select=fabricas(nombre),supervisores!proceso_supervisor(nombre)&supervisores.order=id",
        json={"nombre": "B1"},
        headers={"Prefer": "return=representation"},
    )
    assert sin_calculadas.json() == [
        {"fabricas": {"nombre": "B"}, "supervisores": [{"nombre": "María"}, {"nombre": "Juan"}]}
    ]


def test_particiones(taller: Cara) -> None:
    """La tabla partida se incrusta; sus particiones no se exponen."""
    assert leer(taller, "/fabricas?select=nombre,modelos(nombre)&id=eq.1") == [
        {"nombre": "A", "modelos": [{"nombre": "vocho"}]}
    ]
    assert leer(taller, "/ventas?select=id,modelos(nombre,fabricas(nombre))") == [
        {"id": 7, "modelos": {"nombre": "vocho", "fabricas": {"nombre": "A"}}}
    ]
    assert leer(taller, "/modelos?select=nombre,ventas(id)&order=id") == [
        {"nombre": "vocho", "ventas": [{"id": 7}]},
        {"nombre": "combi", "ventas": []},
    ]
    assert falla(taller, "/modelos_2025", 404)["code"] == "PGRST205"
    assert falla(taller, "/fabricas?select=modelos_2025(*)", 400)["code"] == "PGRST200"


def test_vistas_materializadas_con_with_y_union(taller: Cara) -> None:
    for vista in ("m_procesos", "v_con_with"):
        assert leer(taller, f"/{vista}?select=id,fabricas(nombre)&id=eq.1") == [
            {"id": 1, "fabricas": {"nombre": "A"}}
        ]
    # De un UNION PostgreSQL no dice de qué tabla sale cada columna.
    assert falla(taller, "/v_union?select=id,fabricas(nombre)", 400)["code"] == "PGRST200"


def test_caminos_en_arreglos_y_compuestos(taller: Cara) -> None:
    assert leer(
        taller,
        "/casas?select=domicilio->>calle,n:domicilio->numero,c:cuartos->-1->>0&order=domicilio->numero.desc",
    ) == [
        {"calle": "Reforma", "n": 9, "c": "7"},
        {"calle": "Juárez", "n": 5, "c": "3"},
    ]
    assert leer(taller, "/casas?select=id&domicilio->>calle=eq.Juárez&cuartos->0->1=eq.2") == [{"id": 1}]
    assert leer(taller, "/casas?select=id&or=(domicilio->>numero.eq.9,cuartos->0->>0.eq.77)") == [{"id": 2}]


@pytest.mark.parametrize(
    ("tipo", "valor"),
    [("text", "3.70"), ("int", 4), ("bigint", 4), ("INT", 4), ("double precision", 3.7), ("real", 3.7),
     ("character varying", "3.70"), ("varchar", "3.70"), ("char", "3"), ("character", "3"), ("bpchar", "3.70"),
     ("numeric", 3.7), ("decimal", 3.7)],
)  # fmt: skip
def test_conversiones_con_nombres_de_la_gramatica(taller: Cara, tipo: str, valor: Any) -> None:
    """``char`` es de una letra, como en SQL; entre comillas sería otro tipo."""
    assert leer(taller, f"/precios?select=p::{tipo}") == [{"p": valor}]


@pytest.mark.parametrize("metodo", ["PATCH", "DELETE"])
def test_una_escritura_no_filtra_por_lo_incrustado(taller: Cara, metodo: str) -> None:
    """``procesos=is.null`` en una escritura es una columna que no hay, como en PostgREST: no toca nada."""
    respuesta = taller.http().request(
        metodo,
        "/fabricas?select=*,procesos()&procesos=is.null",
        json={"nombre": "X"},
        headers={"Prefer": "return=representation"},
    )
    assert respuesta.status_code == 400 and respuesta.json()["code"] == "42703"
    assert [f["nombre"] for f in leer(taller, "/fabricas?order=id")] == ["A", "B", "C"]
