"""Cuál relación pide ``tabla!pista(...)``: la que es, PGRST200 si ninguna o PGRST201 si varias.

Las reglas: documentación de PostgREST, "Resource Embedding", secciones "Foreign Key Joins on Multiple Foreign
Key Relationships" y "Recursive Relationships".
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from . import errores
from .esquema import Esquema, NombreCompleto, Relacion
from .parecidos import parecidos

_NOMBRES = {"m2o": "many-to-one", "o2m": "one-to-many", "o2o": "one-to-one", "m2m": "many-to-many"}


def buscar_relacion(esquema: Esquema, origen: NombreCompleto, destino: str, pista: str | None) -> Relacion:
    """La única relación de ``origen`` que se llama ``destino`` (con ``pista``).

    Raises:
        ErrorApi: PGRST200 (400) si no hay, PGRST201 (300) si hay varias.
    """
    todas = [
        r for r in esquema.relaciones.get(origen, ()) if (r.funcion or r.destino).esquema == origen.esquema
    ]
    halladas = [r for r in todas if _corresponde(r, destino, pista)]
    if len(halladas) == 1:
        return halladas[0]
    if not halladas:
        raise _sin_relacion(esquema, origen, destino, pista, todas)
    raise _relacion_ambigua(origen, destino, halladas)


def _corresponde(relacion: Relacion, destino: str, pista: str | None) -> bool:
    """Las maneras de nombrar una relación: por tabla, por restricción, por su columna o por su función."""
    if relacion.funcion is not None:
        return destino == relacion.funcion.nombre
    una_columna = len(relacion.columnas) == 1
    columna_origen = relacion.columnas[0][0] if una_columna else None
    columna_destino = relacion.columnas[0][1] if una_columna else None
    es_tabla = destino == relacion.destino.nombre
    if relacion.reflexiva:
        # Una llave a su misma tabla da dos relaciones: con el nombre de la tabla se pide la de varios y con
        # el de su columna la de uno. Las de uno a uno y las de puente no se pueden nombrar.
        if pista is None:
            if relacion.cardinalidad == "o2m":
                return es_tabla
            return relacion.cardinalidad == "m2o" and destino == columna_origen
        return es_tabla and relacion.cardinalidad == "o2m" and pista == columna_destino
    es_puente = relacion.puente is not None
    if pista is None:
        if es_tabla:
            return True
        return (
            not es_puente
            and not relacion.destino_es_vista
            and destino in (relacion.restriccion, columna_origen)
        )
    if relacion.puente is not None:
        return es_tabla and pista == relacion.puente.tabla.nombre
    return es_tabla and pista in (relacion.restriccion, columna_origen, columna_destino)


def _sin_relacion(
    esquema: Esquema, origen: NombreCompleto, destino: str, pista: str | None, todas: Sequence[Relacion]
) -> errores.ErrorApi:
    con_pista = f"' using the hint '{pista}" if pista else ""
    return errores.ErrorApi(
        400,
        "PGRST200",
        f"Could not find a relationship between '{origen.nombre}' and '{destino}' in the schema cache",
        f"Searched for a foreign key relationship between '{origen.nombre}' and '{destino}{con_pista}' "
        f"in the schema '{origen.esquema}', but no matches were found.",
        _sugerencia(esquema, origen, destino, todas),
    )


def _sugerencia(
    esquema: Esquema, origen: NombreCompleto, destino: str, todas: Sequence[Relacion]
) -> str | None:
    """El nombre más parecido: del destino si el origen tiene relaciones, del origen si no tiene ninguna."""
    if todas:
        equivocado, conocidos = destino, {r.destino.nombre for r in todas}
    else:
        equivocado = origen.nombre
        conocidos = {n.nombre for n in esquema.relaciones if n.esquema == origen.esquema}
    # Si es igual a uno, lo que está mal es la pista.
    parecido = next((otro for medida, otro in parecidos(equivocado, conocidos) if medida < 1), None)
    return None if parecido is None else f"Perhaps you meant '{parecido}' instead of '{equivocado}'."


def _relacion_ambigua(origen: NombreCompleto, destino: str, halladas: Sequence[Relacion]) -> errores.ErrorApi:
    opciones = ", ".join(
        f"'{r.destino.nombre}!{r.puente.tabla.nombre if r.puente else r.restriccion}'" for r in halladas
    )
    return errores.ErrorApi(
        300,
        "PGRST201",
        f"Could not embed because more than one relationship was found for '{origen.nombre}' and '{destino}'",
        [_describir(r) for r in halladas],
        f"Try changing '{destino}' to one of the following: {opciones}. "
        "Find the desired relationship in the 'details' key.",
    )


def _describir(relacion: Relacion) -> dict[str, str]:
    def lista(nombres: Iterable[str]) -> str:
        return f"({', '.join(nombres)})"

    if relacion.puente is not None:
        p = relacion.puente
        texto = (
            f"{p.tabla.nombre} using {p.restriccion_origen}{lista(c for _, c in p.columnas_origen)} "
            f"and {p.restriccion_destino}{lista(c for _, c in p.columnas_destino)}"
        )
    else:
        texto = (
            f"{relacion.restriccion} using {relacion.origen.nombre}{lista(a for a, _ in relacion.columnas)} "
            f"and {relacion.destino.nombre}{lista(b for _, b in relacion.columnas)}"
        )
    return {
        "cardinality": _NOMBRES[relacion.cardinalidad],
        "embedding": f"{relacion.origen.nombre} with {relacion.destino.nombre}",
        "relationship": texto,
    }
