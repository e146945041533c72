"""Árboles de incrustados al azar: lo que contesta PostgreSQL contra lo mismo armado en Python."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from apoyo.api_local import Escenario, escenario_nuevo
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clientes.aura.supabase_local import ServidorPostgres
from clientes.aura.supabase_local.arbol import (
    Campo,
    Columna,
    Condicion,
    Consulta,
    Elemento,
    Filtro,
    Incrustado,
    Operacion,
    Orden,
    Rango,
    Ruta,
)
from clientes.aura.supabase_local.impresor import imprimir

Fila = dict[str, Any]
TABLAS: dict[str, list[Fila]] = {
    "fabricas": [{"id": 1}, {"id": 2}, {"id": 3}],
    "procesos": [
        {"id": 1, "fabrica_id": 1}, {"id": 2, "fabrica_id": 1}, {"id": 3, "fabrica_id": 2},
        {"id": 4, "fabrica_id": None},
    ],
    "costos": [{"proceso_id": 1}, {"proceso_id": 2}, {"proceso_id": 3}],
    "supervisores": [{"id": 1}, {"id": 2}, {"id": 3}],
    "proceso_supervisor": [
        {"proceso_id": 1, "supervisor_id": 1}, {"proceso_id": 2, "supervisor_id": 2},
        {"proceso_id": 3, "supervisor_id": 1}, {"proceso_id": 3, "supervisor_id": 2},
    ],
}  # fmt: skip
LLAVES = {
    "fabricas": ("id",), "procesos": ("id",), "costos": ("proceso_id",), "supervisores": ("id",),
    "proceso_supervisor": ("proceso_id", "supervisor_id"),
}  # fmt: skip


@dataclass(frozen=True)
class Camino:
    """Una relación: cómo se pide, a dónde va y qué filas empatan."""

    nombre: str
    pista: str | None
    a_uno: bool
    empata: Callable[[Fila, Fila], bool]


def por_puente(proceso: Fila, supervisor: Fila) -> bool:
    return {"proceso_id": proceso["id"], "supervisor_id": supervisor["id"]} in TABLAS["proceso_supervisor"]


CAMINOS: dict[str, list[Camino]] = {
    "fabricas": [Camino("procesos", None, False, lambda f, p: p["fabrica_id"] == f["id"])],
    "procesos": [
        Camino("fabricas", None, True, lambda p, f: p["fabrica_id"] == f["id"]),
        Camino("costos", None, True, lambda p, c: c["proceso_id"] == p["id"]),
        Camino("proceso_supervisor", None, False, lambda p, s: s["proceso_id"] == p["id"]),
        Camino("supervisores", "proceso_supervisor", False, por_puente),
    ],
    "costos": [Camino("procesos", None, True, lambda c, p: c["proceso_id"] == p["id"])],
    "supervisores": [
        Camino("proceso_supervisor", None, False, lambda s, x: x["supervisor_id"] == s["id"]),
        Camino("procesos", "proceso_supervisor", False, lambda s, p: por_puente(p, s)),
    ],
    "proceso_supervisor": [
        Camino("procesos", None, True, lambda x, p: p["id"] == x["proceso_id"]),
        Camino("supervisores", None, True, lambda x, s: s["id"] == x["supervisor_id"]),
    ],
}


@dataclass
class Nodo:
    """Lo que se pide de una tabla."""

    tabla: str
    columnas: list[tuple[str, str]]
    """Pares (nombre con el que sale, columna)."""
    etiqueta: str = ""
    camino: Camino | None = None
    extendido: bool = False
    inner: bool = False
    nulidad: str | None = None
    filtro: tuple[str, str, int] | None = None
    al_reves: bool = False
    limite: int | None = None
    hijos: list[Nodo] = field(default_factory=list)

    @property
    def vacio(self) -> bool:
        return not self.columnas and all(h.vacio for h in self.hijos)

    def nombres(self) -> list[str]:
        """Lo que entrega al extenderse."""
        salida = [nombre for nombre, _ in self.columnas]
        for hijo in self.hijos:
            if hijo.extendido:
                salida += hijo.nombres()
            elif not hijo.vacio:
                salida.append(hijo.etiqueta)
        return salida


@st.composite
def nodos(
    dibuja: st.DrawFn, tabla: str, hondura: int, cuenta: list[int], camino: Camino | None = None
) -> Nodo:
    cuenta[0] += 1
    propio = f"n{cuenta[0]}"
    llaves = LLAVES[tabla]
    extendido = camino is not None and dibuja(st.booleans())
    pedidas = dibuja(st.lists(st.sampled_from(llaves), unique=True, min_size=1 if camino is None else 0))
    nodo = Nodo(
        tabla,
        [(f"{propio}_{columna}", columna) for columna in pedidas],
        tabla if extendido else propio,
        camino,
        extendido,
        camino is not None and dibuja(st.integers(0, 4)) == 0,
        dibuja(st.sampled_from([None, None, None, "null", "not.null"])) if camino is not None else None,
        dibuja(
            st.none() | st.tuples(st.sampled_from(llaves), st.sampled_from(["lte", "neq"]), st.integers(1, 3))
        ),
        dibuja(st.booleans()),
        dibuja(st.sampled_from([None, None, 1, 2])),
    )
    if hondura:
        extendidas: set[str] = set()
        for siguiente in dibuja(st.lists(st.sampled_from(CAMINOS[tabla]), max_size=2)):
            hijo = dibuja(nodos(siguiente.nombre, hondura - 1, cuenta, siguiente))
            # Lo extendido no lleva alias: dos iguales no se podrían distinguir en los filtros.
            if not (hijo.extendido and hijo.etiqueta in extendidas):
                nodo.hijos.append(hijo)
                if hijo.extendido:
                    extendidas.add(hijo.etiqueta)
    return nodo


pedidos = st.sampled_from(sorted(TABLAS)).flatmap(lambda tabla: nodos(tabla, 3, [0]))


# --- la petición -----------------------------------------------------------------------------------------


def consulta_de(raiz: Nodo) -> Consulta:
    condiciones: list[tuple[Ruta, Condicion]] = []
    ordenes: list[tuple[Ruta, tuple[Orden, ...]]] = []
    rangos: list[tuple[Ruta, Rango]] = []

    def elementos(nodo: Nodo, ruta: Ruta) -> tuple[Elemento, ...]:
        if nodo.filtro is not None:
            columna, operador, valor = nodo.filtro
            condiciones.append((ruta, Filtro(Campo(columna), Operacion(operador, str(valor)))))
        sentido = "desc" if nodo.al_reves else "asc"
        ordenes.append((ruta, tuple(Orden(Campo(c), sentido) for c in LLAVES[nodo.tabla])))
        if nodo.limite is not None:
            rangos.append((ruta, Rango(0, nodo.limite)))
        salida: list[Elemento] = [Columna(Campo(columna), nombre) for nombre, columna in nodo.columnas]
        for hijo in nodo.hijos:
            assert hijo.camino is not None
            if hijo.nulidad is not None:
                negada = hijo.nulidad == "not.null"
                condiciones.append((ruta, Filtro(Campo(hijo.etiqueta), Operacion("is", "null", negada))))
            salida.append(
                Incrustado(
                    hijo.camino.nombre,
                    elementos(hijo, (*ruta, hijo.etiqueta)),
                    None if hijo.extendido else hijo.etiqueta,
                    hijo.camino.pista,
                    "inner" if hijo.inner else None,
                    hijo.extendido,
                )
            )
        return tuple(salida)

    seleccion = elementos(raiz, ())
    return Consulta(seleccion, tuple(condiciones), tuple(ordenes), tuple(rangos))


# --- lo mismo, en Python ---------------------------------------------------------------------------------


def leer(nodo: Nodo, filas: list[Fila]) -> list[Fila]:
    ordenadas = sorted(filas, key=lambda f: [f[c] for c in LLAVES[nodo.tabla]], reverse=nodo.al_reves)
    salida = [contestada for fila in ordenadas if (contestada := contestar(nodo, fila)) is not None]
    return salida[: nodo.limite]


def contestar(nodo: Nodo, fila: Fila) -> Fila | None:
    if nodo.filtro is not None:
        columna, operador, valor = nodo.filtro
        dato = fila[columna]
        if not (dato <= valor if operador == "lte" else dato != valor):
            return None
    salida = {nombre: fila[columna] for nombre, columna in nodo.columnas}
    for hijo in nodo.hijos:
        camino = hijo.camino
        assert camino is not None
        filas = leer(hijo, [otra for otra in TABLAS[hijo.tabla] if camino.empata(fila, otra)])
        if (hijo.inner and not filas) or (
            hijo.nulidad is not None and bool(filas) == (hijo.nulidad == "null")
        ):
            return None
        primera = filas[0] if filas else None
        if hijo.extendido:
            for nombre in hijo.nombres():
                if camino.a_uno:
                    salida[nombre] = None if primera is None else primera[nombre]
                else:
                    salida[nombre] = [una[nombre] for una in filas]
        elif not hijo.vacio:
            salida[hijo.etiqueta] = primera if camino.a_uno else filas
    return salida


@pytest.fixture(scope="module")
def taller(servidor_postgres: ServidorPostgres, plantilla_api: str) -> Iterator[Escenario]:
    """Solo en el proceso: lo que cambia de un ejemplo a otro es el SQL, no la cara."""
    with escenario_nuevo(servidor_postgres, plantilla_api) as nuevo:
        nuevo.sql(Path(__file__).with_name("incrustados.sql").read_text("utf-8"))
        yield nuevo


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pedidos)
def test_lo_incrustado_dice_lo_mismo_que_en_python(taller: Escenario, raiz: Nodo) -> None:
    respuesta = taller.http().get(f"/{raiz.tabla}", params=imprimir(consulta_de(raiz)))
    assert respuesta.status_code == 200, respuesta.text
    assert respuesta.json() == leer(raiz, TABLAS[raiz.tabla])


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(pedidos)
def test_la_cuenta_dice_lo_mismo_que_en_python(taller: Escenario, raiz: Nodo) -> None:
    """La cuenta no ve los ``limit``, y lo incrustado existe aunque el suyo lo corte."""
    todos = [raiz]
    for nodo in todos:
        nodo.limite = None
        todos += nodo.hijos
    respuesta = taller.http().head(
        f"/{raiz.tabla}", params=imprimir(consulta_de(raiz)), headers={"Prefer": "count=exact"}
    )
    assert respuesta.headers["content-range"].endswith(f"/{len(leer(raiz, TABLAS[raiz.tabla]))}")
