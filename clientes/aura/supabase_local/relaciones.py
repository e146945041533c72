"""Las relaciones entre tablas y vistas: de las llaves foráneas, de los puentes y de funciones calculadas.

Las reglas son las de la documentación de PostgREST, "Resource Embedding": una llave da ida y vuelta; es de uno
a uno cuando sus columnas son exactamente una llave primaria o única; un puente necesita que las columnas de
sus dos llaves estén en su llave primaria; una vista hereda las llaves de las tablas cuyas columnas muestra.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .esquema import Cardinalidad, NombreCompleto, Puente, Relacion
from .vistas import Procedencia, Vista, leer_origenes


@dataclass(frozen=True)
class Llaves:
    """Lo que el catálogo dice de llaves y vistas, ya leído."""

    foraneas: Sequence[Mapping[str, Any]]
    primarias: Mapping[int, Sequence[str]]
    vistas: Sequence[Vista]
    columnas: Mapping[int, Mapping[int, str]]
    calculadas: Sequence[Mapping[str, Any]]


def leer_llaves(
    llaves: Mapping[str, Any],
    vistas: Sequence[Mapping[str, Any]],
    columnas: Mapping[str, Mapping[str, str]],
    calculadas: Sequence[Mapping[str, Any]],
) -> Llaves:
    """Da forma a las respuestas de las consultas del catálogo."""
    return Llaves(
        llaves["foraneas"],
        {fila["tabla"]: fila["columnas"] for fila in llaves["primarias"]},
        [
            Vista(
                fila["oid"], fila["esquema"], fila["nombre"],
                {int(n): c for n, c in fila["columnas"].items()}, leer_origenes(fila["arbol"]),
            )
            for fila in vistas
        ],
        {int(oid): {int(n): c for n, c in nombres.items()} for oid, nombres in columnas.items()},
        calculadas,
    )  # fmt: skip


class _Muestras:
    """Qué vistas muestran unas columnas de una tabla, y con qué nombres."""

    def __init__(self, llaves: Llaves) -> None:
        procedencia = Procedencia(llaves.vistas)
        self._por_tabla: dict[int, list[tuple[Vista, dict[str, Sequence[str]]]]] = {}
        for vista in llaves.vistas:
            de_tabla: dict[int, dict[str, Sequence[str]]] = {}
            for (tabla, numero), nombres in procedencia.de(vista.oid).items():
                base = llaves.columnas.get(tabla, {}).get(numero)
                if base is not None:
                    de_tabla.setdefault(tabla, {})[base] = nombres
            for tabla, mapa in de_tabla.items():
                self._por_tabla.setdefault(tabla, []).append((vista, mapa))

    def de(self, tabla: int, columnas: Sequence[str]) -> list[tuple[NombreCompleto, tuple[str, ...]]]:
        """Cada vista que muestra todas ``columnas``; si repite alguna, una por combinación."""
        return [
            (NombreCompleto(vista.esquema, vista.nombre), combinacion)
            for vista, mapa in self._por_tabla.get(tabla, ())
            if all(columna in mapa for columna in columnas)
            for combinacion in itertools.product(*(mapa[columna] for columna in columnas))
        ]


def primarias_de_vistas(llaves: Llaves) -> dict[NombreCompleto, tuple[str, ...]]:
    """La llave primaria que cada vista hereda; si muestra dos veces una columna, cuenta la primera vez."""
    muestras = _Muestras(llaves)
    salida: dict[NombreCompleto, tuple[str, ...]] = {}
    for tabla, columnas in llaves.primarias.items():
        nombradas: set[NombreCompleto] = set()
        for vista, nombres in muestras.de(tabla, columnas):
            if vista not in nombradas:
                nombradas.add(vista)
                salida[vista] = (*salida.get(vista, ()), *nombres)
    return salida


def armar_relaciones(
    llaves: Llaves, primarias: Mapping[NombreCompleto, Sequence[str]], expuestas: frozenset[NombreCompleto]
) -> dict[NombreCompleto, tuple[Relacion, ...]]:
    """Todas las relaciones entre lo expuesto, por origen, en el orden en que se enumeran."""
    directas = _directas(llaves)
    todas = [
        *directas,
        *(_inversa(relacion, vista) for relacion, vista in directas.items()),
        *_muchos_a_muchos(directas, primarias, expuestas),
    ]
    por_origen: dict[NombreCompleto, list[Relacion]] = {}
    for relacion in todas:
        if relacion.origen in expuestas and relacion.destino in expuestas:
            por_origen.setdefault(relacion.origen, []).append(relacion)
    for fila in llaves.calculadas:
        calculada = _calculada(fila)
        if calculada.origen not in expuestas or calculada.destino not in expuestas:
            continue
        # Una función con el nombre de una tabla toma el lugar de lo que se halló hacia esa tabla.
        otras = [
            r
            for r in por_origen.get(calculada.origen, [])
            if r.funcion is not None or r.destino != calculada.funcion
        ]
        por_origen[calculada.origen] = [*otras, calculada]
    return {nombre: tuple(sorted(varias, key=_orden)) for nombre, varias in por_origen.items()}


def _orden(relacion: Relacion) -> tuple[bool, tuple[object, ...]]:
    return relacion.funcion is not None, relacion.orden


def _directas(llaves: Llaves) -> dict[Relacion, bool]:
    """Las de muchos a uno y de uno a uno, también desde y hacia vistas; el valor: si el origen es una vista."""
    muestras = _Muestras(llaves)
    salida: dict[Relacion, bool] = {}
    for fila in llaves.foraneas:
        propias = [a for a, _ in fila["columnas"]]
        ajenas = [b for _, b in fila["columnas"]]
        cardinalidad: Cardinalidad = "o2o" if fila["es_unica"] else "m2o"
        tabla = NombreCompleto(fila["esquema"], fila["nombre_tabla"])
        otra = NombreCompleto(fila["otro_esquema"], fila["nombre_otra"])
        desde = [(tabla, tuple(propias), False)]
        desde += [(v, c, True) for v, c in muestras.de(fila["tabla"], propias)]
        hacia = [(otra, tuple(ajenas), False)]
        hacia += [(v, c, True) for v, c in muestras.de(fila["otra"], ajenas)]
        for (origen, del_origen, es_vista), (destino, del_destino, a_vista) in itertools.product(
            desde, hacia
        ):
            relacion = Relacion(
                origen, destino, cardinalidad, fila["nombre"], tuple(zip(del_origen, del_destino, strict=True)),
                destino_es_vista=a_vista, reflexiva=origen == destino,
            )  # fmt: skip
            salida[relacion] = es_vista
    return salida


def _inversa(relacion: Relacion, origen_es_vista: bool) -> Relacion:
    return Relacion(
        relacion.destino,
        relacion.origen,
        "o2m" if relacion.cardinalidad == "m2o" else "o2o",
        relacion.restriccion,
        tuple((b, a) for a, b in relacion.columnas),
        destino_es_vista=origen_es_vista,
        reflexiva=relacion.reflexiva,
    )


def _muchos_a_muchos(
    directas: Mapping[Relacion, bool],
    primarias: Mapping[NombreCompleto, Sequence[str]],
    expuestas: frozenset[NombreCompleto],
) -> list[Relacion]:
    por_puente: dict[NombreCompleto, list[Relacion]] = {}
    for relacion in directas:
        llave = set(primarias.get(relacion.origen, ()))
        if (
            relacion.cardinalidad == "m2o"
            and relacion.origen in expuestas
            and relacion.destino in expuestas
            and {propia for propia, _ in relacion.columnas} <= llave
        ):
            por_puente.setdefault(relacion.origen, []).append(relacion)
    return [
        Relacion(
            una.destino, otra.destino, "m2m", f"{una.restriccion} {otra.restriccion}", (),
            Puente(
                puente, una.restriccion, otra.restriccion,
                tuple((ajena, propia) for propia, ajena in una.columnas),
                tuple((ajena, propia) for propia, ajena in otra.columnas),
            ),
            destino_es_vista=otra.destino_es_vista, reflexiva=una.destino == otra.destino,
        )
        for puente, llaves in por_puente.items()
        for una, otra in itertools.product(llaves, llaves)
        if una.restriccion != otra.restriccion
    ]  # fmt: skip


def _calculada(fila: Mapping[str, Any]) -> Relacion:
    return Relacion(
        NombreCompleto(fila["de_esquema"], fila["de"]),
        NombreCompleto(fila["a_esquema"], fila["a"]),
        "m2o" if fila["a_uno"] else "o2m",
        fila["nombre"],
        (),
        funcion=NombreCompleto(fila["esquema"], fila["nombre"]),
    )
