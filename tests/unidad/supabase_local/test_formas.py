"""Lo compuesto una vez y llenado después con otros datos es lo mismo que componerlo de nuevo."""

from __future__ import annotations

import pytest
from apoyo.api_local import Escenario
from hypothesis import given
from hypothesis import strategies as st
from unidad.supabase_local.arboles import condiciones, filtros, ordenes, textos

from clientes.aura.supabase_local import atencion_tablas, compositor, compositor_conteo
from clientes.aura.supabase_local.analizador import leer_consulta
from clientes.aura.supabase_local.arbol import Condicion, Consulta, Orden, Rango
from clientes.aura.supabase_local.compositor import OrdenSql
from clientes.aura.supabase_local.esquema import Esquema, NombreCompleto, Tabla
from clientes.aura.supabase_local.formas import (
    FORMAS_EN_MEMORIA,
    LecturaHecha,
    Memoria,
    Molde,
    Parametros,
    marcar,
    separar,
)
from clientes.aura.supabase_local.impresor import imprimir
from clientes.aura.supabase_local.medios import Medio
from clientes.aura.supabase_local.planificador import planear_lectura

COSAS = NombreCompleto("public", "cosas")
ESQUEMA = Esquema({COSAS: Tabla(COSAS, {}, (), False)})


def componer(parametros: Parametros) -> tuple[OrdenSql, ...]:
    """Sin memoria, con el conteo que repite los filtros."""
    nodo = planear_lectura(ESQUEMA, COSAS, ESQUEMA.tablas[COSAS], leer_consulta(parametros), max_filas=9)
    return (
        compositor.leer(nodo, contar=True, forma="arreglo"),
        *compositor_conteo.aproximado(nodo, "estimated", 9),
    )


@given(
    st.lists(st.one_of(filtros, condiciones), max_size=4),
    st.lists(ordenes.filter(lambda o: o.relacion is None), max_size=2),
    st.lists(textos, max_size=4),
)
def test_llenar_un_molde_es_componer_de_nuevo(
    donde: list[Condicion], terminos: list[Orden], otros: list[str]
) -> None:
    consulta = Consulta(
        condiciones=tuple(((), c) for c in donde), ordenes=(((), tuple(terminos)),) if terminos else ()
    )
    parametros = imprimir(consulta)
    forma, datos = separar(parametros)
    marcados, huecos = marcar(forma)
    assert huecos == len(datos)
    moldes = [Molde.de(orden, huecos) for orden in componer(marcados)]
    assert None not in moldes, "todo dato llega entero a un parámetro"
    assert tuple(m.con(datos) for m in moldes if m is not None) == componer(parametros)
    # La misma forma con otros datos: lo mismo que si nunca se hubiera guardado nada.
    nuevos = [(otros * huecos)[n] if otros else "" for n in range(huecos)]
    pendientes = iter(nuevos)
    cambiados = [
        (clave, valor if valor == con_marca else valor + next(pendientes))
        for (clave, valor), (_, con_marca) in zip(forma, marcados, strict=True)
    ]
    assert separar(cambiados) == (forma, nuevos)
    assert tuple(m.con(nuevos) for m in moldes if m is not None) == componer(cambiados)


def test_una_marca_que_no_llega_entera_no_deja_molde() -> None:
    assert Molde.de(OrdenSql(b"select $1", (b"%\x000%",)), 1) is None
    assert Molde.de(OrdenSql(b"select 1", ()), 1) is None
    assert Molde.de(OrdenSql(b"select $1, $2", (b"\x000", b"\x000")), 1) == Molde(b"select $1, $2", (0, 0))


def test_lo_guardado_es_de_una_sola_foto_y_tiene_tope() -> None:
    memoria, vieja, nueva = Memoria(), Esquema(), Esquema()
    hecha = LecturaHecha((), Rango(), Medio("json"))
    memoria.guardar(vieja, "a", hecha)
    assert memoria.buscar(vieja, "a") is hecha and memoria.buscar(nueva, "a") is None
    memoria.guardar(nueva, "b", hecha)
    assert memoria.buscar(nueva, "a") is None and memoria.buscar(vieja, "a") is None
    for n in range(FORMAS_EN_MEMORIA):
        memoria.guardar(nueva, n, hecha)
    assert memoria.buscar(nueva, "b") is None and memoria.buscar(nueva, FORMAS_EN_MEMORIA - 1) is hecha


def test_la_segunda_igual_no_se_analiza_y_cada_quien_recibe_lo_suyo(
    lectura: Escenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    http = lectura.http()
    hechas: list[Parametros] = []
    original = atencion_tablas.leer_consulta

    def contar(parametros: Parametros) -> Consulta:
        hechas.append(parametros)
        return original(parametros)

    monkeypatch.setattr(atencion_tablas, "leer_consulta", contar)
    vistos = {
        n: http.get(f"/clientes?id=eq.{n}&select=id&negocio=eq.luna&id=not.eq.99").json() for n in (1, 2, 3)
    }
    assert vistos == {n: [{"id": n}] for n in (1, 2, 3)} and len(hechas) == 1
    # Lo que no es dato de un filtro sí es otra forma.
    assert http.get("/clientes?id=gte.1&select=id&negocio=eq.luna&id=not.eq.99&limit=1").json() == [{"id": 1}]
    assert http.get("/clientes?id=eq.1&select=nombre&negocio=eq.luna&id=not.eq.99").json() != [{"id": 1}]
    un_objeto = {"Accept": "application/vnd.pgrst.object+json"}
    assert http.get("/clientes?id=eq.2&select=id&negocio=eq.luna&id=not.eq.99", headers=un_objeto).json() == {
        "id": 2
    }
    contada = http.get(
        "/clientes?id=eq.2&select=id&negocio=eq.luna&id=not.eq.99", headers={"Prefer": "count=exact"}
    )
    assert contada.headers["content-range"] == "0-0/1"
    assert (
        http.get("/clientes?id=eq.2&select=id&negocio=eq.luna&id=not.eq.99", headers={"Range": "1-1"}).json()
        == []
    )
    assert http.head("/clientes?id=eq.2&select=id&negocio=eq.luna&id=not.eq.99").content == b""
    assert len(hechas) == 7


@pytest.mark.parametrize(
    "malo",
    ["/clientes?nope=eq.1&select=id,ño(x)", "/clientes?a..b=eq.1", "/clientes?id=eq.1&order=.", "/n?id=eq.1"],
)
def test_lo_que_falla_dice_lo_mismo_que_sin_memoria(lectura: Escenario, malo: str) -> None:
    """Dos veces: ni la primera, que se prueba con marcas, ni la segunda dejan ver una."""
    respuestas = [lectura.http().get(malo) for _ in range(2)]
    assert respuestas[0].status_code >= 400
    assert respuestas[0].text == respuestas[1].text and "\\u0000" not in respuestas[0].text


def test_un_dato_con_el_caracter_cero_no_se_confunde_con_una_marca(lectura: Escenario) -> None:
    respuesta = lectura.http().get("/clientes?nombre=eq.%000")
    assert (respuesta.status_code, respuesta.json()["code"]) == (400, "PGRST100")
