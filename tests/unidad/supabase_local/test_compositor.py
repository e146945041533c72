"""Ningún texto, por hostil que sea, cambia la forma del SQL."""

from __future__ import annotations

import re

import pytest
from apoyo.api_local import Escenario
from hypothesis import given
from hypothesis import strategies as st

from clientes.aura.supabase_local import compositor
from clientes.aura.supabase_local.arbol import (
    Campo,
    Columna,
    Consulta,
    Elemento,
    Filtro,
    Incrustado,
    Logico,
    Operacion,
    Orden,
    PasoJson,
    Rango,
    Todo,
)
from clientes.aura.supabase_local.compositor import OrdenSql
from clientes.aura.supabase_local.esquema import (
    ColumnaTabla,
    Esquema,
    NombreCompleto,
    Puente,
    Relacion,
    Tabla,
)
from clientes.aura.supabase_local.planificador import planear_lectura

HOSTILES = [
    "x",
    "'",
    '"',
    "''; drop table t; --",
    '"; drop table t; --',
    "\\",
    "\\'",
    "/*",
    "*/",
    "--",
    "$1",
    "$$",
    "%s",
    "{}",
    "{0}",
    "\u2028",
    "a\nb",
    "ｅ",
    "\ud7ff",
    "'||(select 1)||'",
    "a\u0000b".replace("\u0000", "\u0001"),
    '""',
    "U&'\\0041'",
    "E'\\''",
]
texto_hostil = st.one_of(
    st.sampled_from(HOSTILES),
    st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), min_size=1, max_size=12),
)


# --- la forma ------------------------------------------------------------------------------------------


def catalogo(a: str, b: str, columna: str) -> Esquema:
    """Dos tablas con todas las clases de relación entre ellas."""
    esquema = a + b
    una, otra = NombreCompleto(esquema, "una" + a), NombreCompleto(esquema, "otra" + b)
    texto = NombreCompleto("pg_catalog", "text")
    tablas = {
        nombre: Tabla(
            nombre,
            {
                n: ColumnaTabla(n, texto, "jsonb" if n == columna else "text", False, None)
                for n in (columna, "z" + columna)
            },
            (columna,),
            False,
        )
        for nombre in (una, otra)
    }
    pares = ((columna, columna),)
    puente = Puente(otra, "r1", "r2", pares, pares)
    return Esquema(
        tablas,
        {
            una: (
                Relacion(una, otra, "m2o", "uno" + a, pares),
                Relacion(una, otra, "o2m", "varios" + a, pares),
                Relacion(una, otra, "m2m", "puente", (), puente),
                Relacion(una, otra, "m2o", "f", (), funcion=NombreCompleto(esquema, "funcion" + b)),
            )
        },
    )


def orden_para(a: str, b: str, columna: str, valor: str) -> OrdenSql:
    """Una lectura que usa todo lo que el compositor sabe, con esos nombres y ese valor."""
    esquema = catalogo(a, b, columna)
    una = NombreCompleto(a + b, "una" + a)
    campo = Campo(columna, (PasoJson(valor, True), PasoJson(2, False)))
    hijos: tuple[Elemento, ...] = (Columna(campo, a, "x" + b), Columna(Campo(columna)))
    filtros = (
        Filtro(Campo(columna), Operacion("eq", valor)),
        Logico(
            "or",
            (
                Filtro(campo, Operacion("in", (valor, valor))),
                Filtro(Campo("z" + columna), Operacion("fts", valor, True, None, valor)),
                Filtro(campo, Operacion("like", valor, False, "any")),
            ),
            True,
        ),
        Filtro(Campo("1" + a), Operacion("is", "null", True)),
    )
    tabla = "otra" + b
    consulta = Consulta(
        (
            Columna(Campo("z" + columna), a, "x" + b, "sum", "y" + a),
            Columna(campo),
            Incrustado(tabla, hijos, "1" + a, "uno" + a, "inner"),
            Incrustado(tabla, (Todo(),), "2" + a, "varios" + a),
            Incrustado(tabla, (Todo(), Columna(Campo("*"), b, None, "count")), None, "uno" + a, None, True),
            Incrustado(tabla, hijos, None, "varios" + a, "inner", True),
            Incrustado(tabla, hijos, "3" + a, tabla),
            Incrustado("funcion" + b, hijos, "4" + a),
        ),
        tuple(((), filtro) for filtro in filtros) + ((("2" + a,), filtros[0]),),
        (((), (Orden(campo, "desc", "nullslast"), Orden(Campo(columna), relacion="1" + a))),),
        ((("2" + a,), Rango(3, 7)),),
    )
    nodo = planear_lectura(esquema, una, esquema.tablas[una], consulta, max_filas=10, agregados=True)
    return compositor.leer(nodo, contar=True, forma="arreglo")


def esqueleto(orden: OrdenSql) -> str:
    """El SQL sin lo que va entre comillas dobles, que es donde pueden estar los nombres."""
    return re.sub(r'"(?:[^"]|"")*"', "«»", orden.texto.decode())


@given(texto_hostil, texto_hostil, texto_hostil, texto_hostil)
def test_los_textos_nunca_cambian_la_forma(a: str, b: str, columna: str, valor: str) -> None:
    orden, mansa = orden_para(a, b, columna, valor), orden_para("p", "q", "c", "v")
    assert esqueleto(orden) == esqueleto(mansa)
    assert len(orden.valores) == len(mansa.valores)
    assert valor.encode() in orden.valores


def test_los_valores_no_estan_en_el_texto() -> None:
    orden = orden_para("a", "b", "c", "VALORSECRETO")
    assert "VALORSECRETO" not in esqueleto(orden)
    assert set(re.findall(rb"\$(\d+)", orden.texto)) == {
        str(n + 1).encode() for n in range(len(orden.valores))
    }


# --- contra PostgreSQL ---------------------------------------------------------------------------------


@pytest.mark.parametrize("malo", HOSTILES)
def test_postgresql_recibe_lo_hostil_como_dato(lectura: Escenario, malo: str) -> None:
    http = lectura.http()
    assert http.get("/clientes", params={"nombre": f"eq.{malo}"}).json() == []
    assert (
        http.get(
            "/clientes", params={"select": f'datos->>"{malo.translate({92: "", 34: ""}) or "x"}"'}
        ).status_code
        == 200
    )
    citado = malo.replace("\\", "\\\\").replace('"', '\\"')
    for direccion in ({"select": f'"{citado}"'}, {"order": f'"{citado}"'}, {f'"{citado}"': "eq.1"}):
        respuesta = http.get("/clientes", params=direccion)
        assert respuesta.json()["code"] in ("42703", "PGRST100"), respuesta.text
    assert http.post("/rpc/eco_jsonb", json={"dato": {malo: malo}}).json() == {malo: malo}


@pytest.mark.parametrize("bytes_malos", ["%ff", "%c0%a7", "%ed%a0%80", "%fe%ff%00%27", "%00", "%27%00"])
@pytest.mark.parametrize("donde", ["nombre=eq.{}", "select={}", "order={}", "{}=eq.1", "or=(nombre.eq.{})"])
def test_lo_que_no_es_utf8_o_trae_un_cero_se_rechaza(
    lectura: Escenario, bytes_malos: str, donde: str
) -> None:
    respuesta = lectura.http().get(f"/clientes?{donde.format(bytes_malos)}")
    assert respuesta.status_code == 400 and respuesta.json()["code"] == "PGRST100"
