"""Árboles al azar de todo lo que la gramática puede escribir."""

from __future__ import annotations

from hypothesis import strategies as st

from clientes.aura.supabase_local.arbol import (
    Campo,
    Columna,
    Condicion,
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

# PostgreSQL no admite el cero, y un sustituto suelto no es texto.
textos = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"), max_size=10)
NOMBRES_RAROS = (
    "a", "B_1", "$x", "ñandú", "con espacio", " orilla ", "a-b", "a->b", "a.b", "a,b", "(", ")", '"', "\\", "'",
    "not", "and", "or", "count", "inner", "left", "order", "limit", "select", "*", "::", "...", "!", "1", "-1",
    "emoji 🐈", "--", "/*", "; drop table t", "\t", "\n", "in.(1)", "é",
)  # fmt: skip
nombres = st.one_of(st.sampled_from(NOMBRES_RAROS), textos.filter(bool))
identificadores = st.from_regex(r"[a-z][a-z0-9_]{0,6}( [a-z]{1,4})?", fullmatch=True)
pasos = st.builds(PasoJson, st.one_of(nombres, st.integers(-9, 99)), st.booleans())
campos = st.builds(Campo, nombres, st.lists(pasos, max_size=3).map(tuple))
columnas = st.builds(
    Columna,
    campos,
    st.none() | nombres,
    st.none() | identificadores,
    st.none(),
    st.none(),
)
con_agregado = st.builds(
    Columna,
    campos.filter(lambda c: c.nombre != "*"),
    st.none() | nombres,
    st.none() | identificadores,
    st.sampled_from(["sum", "avg", "min", "max", "count"]),
    st.none() | identificadores,
)
cuentas = st.builds(
    Columna,
    st.just(Campo("*")),
    st.none() | nombres,
    st.none(),
    st.just("count"),
    st.none() | identificadores,
)
# ``count`` no se incrusta: sería la función.
incrustables = nombres.filter(lambda n: n != "count")
elementos: st.SearchStrategy[Elemento] = st.recursive(
    st.one_of(st.just(Todo()), columnas, con_agregado, cuentas),
    lambda hijos: st.one_of(
        st.builds(
            Incrustado,
            incrustables,
            st.lists(hijos, max_size=3).map(tuple),
            st.none() | nombres,
            st.none() | nombres,
            st.sampled_from([None, "inner", "left"]),
            st.just(False),
        ),
        st.builds(
            Incrustado,
            incrustables,
            st.lists(hijos, max_size=3).map(tuple),
            st.none(),
            st.none() | nombres,
            st.sampled_from([None, "inner", "left"]),
            st.just(True),
        ),
    ),
    max_leaves=6,
)
operaciones = st.one_of(
    st.builds(
        Operacion,
        st.sampled_from(["neq", "cs", "cd", "ov", "sl", "sr", "nxr", "nxl", "adj"]),
        textos,
        st.booleans(),
    ),
    st.builds(Operacion, st.just("isdistinct"), textos, st.booleans()),
    st.builds(
        Operacion,
        st.sampled_from(["eq", "gte", "gt", "lte", "lt", "like", "ilike", "match", "imatch"]),
        textos,
        st.booleans(),
        st.sampled_from([None, "any", "all"]),
    ),
    st.builds(
        Operacion,
        st.sampled_from(["fts", "plfts", "phfts", "wfts"]),
        textos,
        st.booleans(),
        st.none(),
        st.none() | identificadores,
    ),
    st.builds(
        Operacion,
        st.just("is"),
        st.sampled_from(["null", "not_null", "true", "false", "unknown"]),
        st.booleans(),
    ),
    # Un solo texto vacío y la lista vacía se escriben igual.
    st.builds(
        Operacion,
        st.just("in"),
        st.lists(textos, max_size=3).map(tuple).filter(lambda v: v != ("",)),
        st.booleans(),
    ),
)
filtros = st.builds(Filtro, campos, operaciones)
condiciones: st.SearchStrategy[Condicion] = st.recursive(
    filtros,
    lambda hijos: st.builds(
        Logico,
        st.sampled_from(["and", "or"]),
        st.lists(hijos, min_size=1, max_size=3).map(tuple),
        st.booleans(),
    ),
    max_leaves=6,
)
ordenes = st.builds(
    Orden,
    campos,
    st.sampled_from([None, "asc", "desc"]),
    st.sampled_from([None, "nullsfirst", "nullslast"]),
    st.none() | nombres,
)
rutas = st.lists(nombres.filter(lambda n: n != "not"), max_size=2).map(tuple)
rangos = st.builds(Rango, st.integers(0, 9), st.none() | st.integers(0, 9)).filter(lambda r: r != Rango())
consultas = st.builds(
    Consulta,
    st.lists(elementos, max_size=4).map(tuple),
    st.lists(st.tuples(rutas, condiciones), max_size=3).map(tuple),
    st.lists(st.tuples(rutas, st.lists(ordenes, min_size=1, max_size=3).map(tuple)), max_size=2).map(tuple),
    st.dictionaries(rutas, rangos, max_size=2).map(lambda d: tuple(d.items())),
    st.none() | st.lists(nombres, min_size=1, max_size=3).map(tuple),
    st.lists(nombres, max_size=3).map(tuple),
)
