"""El árbol de análisis de una vista: de qué columnas sale cada una, sin perderse en nombres raros."""

from __future__ import annotations

from clientes.aura.supabase_local.vistas import Origen, Procedencia, Vista, leer_origenes

ARBOL = (
    "({QUERY :commandType 1 :rtable ({RANGETBLENTRY :alias <> :subquery {QUERY :targetList ({TARGETENTRY "
    ":expr {VAR :varno 1} :resno 1 :resname falso :resorigtbl 99 :resorigcol 9}) :x 1}}) "
    ":targetList ({TARGETENTRY :expr {VAR :varno 1 :resno 7} :resno 1 :resname id :ressortgroupref 0 "
    ":resorigtbl 500 :resorigcol 2 :resjunk false} {TARGETENTRY :expr {CONST :constvalue 4 \\[ 1 2 \\]} "
    ":resno 2 :resname con\\,\\ \\{llaves\\}\\ \\(y\\ m\u00e1s\\) :resorigtbl 0 :resorigcol 0 :resjunk false} "
    "{TARGETENTRY :expr {VAR} :resno 3 :resname \\:resno :resorigtbl 600 :resorigcol 1 :resjunk false}) "
    ":override 0 :returningList ({TARGETENTRY :expr {VAR} :resno 4 :resorigtbl 1 :resorigcol 1})})"
)


def test_solo_cuenta_la_lista_de_afuera() -> None:
    assert leer_origenes(ARBOL) == (Origen(1, 500, 2), Origen(3, 600, 1))


def test_sin_lista_no_hay_nada() -> None:
    assert leer_origenes("({QUERY :targetList <> :x 1})") == ()
    assert leer_origenes("<>") == ()


def vista(oid: int, *origenes: Origen) -> Vista:
    return Vista(oid, "public", f"v{oid}", {1: "a", 2: "b"}, origenes)


def test_se_sigue_a_traves_de_otras_vistas_y_los_ciclos_terminan() -> None:
    procedencia = Procedencia(
        [
            vista(10, Origen(1, 1, 7), Origen(2, 1, 7)),
            vista(20, Origen(1, 10, 2)),
            vista(30, Origen(1, 40, 1)),
            vista(40, Origen(1, 30, 1)),
        ]
    )
    assert procedencia.de(10) == {(1, 7): ["a", "b"]}
    assert procedencia.de(20) == {(1, 7): ["a"]}
    assert procedencia.de(30) == {(30, 1): ["a"]}
