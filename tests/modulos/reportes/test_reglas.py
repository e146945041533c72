"""Cada regla: dónde dice algo y dónde calla; y ningún número sin apoyo, venga de las reglas o de un modelo."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from clientes.aura.anuncios.medidas import Cifras
from clientes.aura.reportes import reglas, verificacion
from clientes.aura.reportes.informe import Bloque, Informe, Renglon
from clientes.aura.reportes.redaccion import leer_frases
from clientes.aura.reportes.semanas import Semana, leer_semana, semana_pasada


def cifras(gasto: float, conversaciones: int = 0, **mas: Any) -> Cifras:
    mas = {"impresiones": 10_000, "alcance": 8_000, "clics": 200, **mas} if gasto else mas
    return Cifras(gasto=Decimal(str(gasto)), conversaciones=conversaciones, **mas)


def renglon(nombre: str, actual: Cifras, antes: Cifras | None = None, clave: str = "1") -> Renglon:
    return Renglon(clave=clave, nombre=nombre, actual=actual, antes=antes or Cifras())


def bloque(actual: Cifras, antes: Cifras | None = None, **niveles: Any) -> Bloque:
    return Bloque(moneda="MXN", actual=actual, antes=antes if antes is not None else Cifras(), **niveles)


NADA = Cifras()
SEMANA = bloque(cifras(1_000, 40), cifras(980, 40))
BARATA, CARA = renglon("Citas 2x1", cifras(400, 30)), renglon("Facial", cifras(600, 10), clave="2")
DOS = (BARATA, CARA)
PAREJAS = (renglon("Una", cifras(500, 20)), renglon("Otra", cifras(500, 20), clave="2"))
# regla -> (dónde habla, lo que debe decir, dónde calla)
CASOS: dict[str, tuple[Bloque, str, Bloque]] = {
    "gasto_detenido": (bloque(NADA, cifras(900, 30)), "$900.00", SEMANA),
    "sin_resultados": (bloque(cifras(400)), "$400.00", bloque(cifras(50))),
    "costo_subio": (bloque(cifras(1_000, 20), cifras(1_000, 40)), "100% más", SEMANA),
    "costo_bajo": (bloque(cifras(1_000, 40), cifras(1_000, 20)), "50% menos", SEMANA),
    "primera_semana": (bloque(cifras(300, 9)), "9 resultados", SEMANA),
    "semana_estable": (SEMANA, "Semana pareja", bloque(cifras(2_000, 40), cifras(980, 40))),
    "resumen": (SEMANA, "$980.00", bloque(cifras(300, 9))),
    "gasto_sin_mas_resultados": (
        bloque(cifras(2_000, 41), cifras(1_000, 40)),
        "100% más",
        bloque(cifras(2_000, 80), cifras(1_000, 40)),
    ),
    "anuncio_sin_resultados": (
        bloque(cifras(1_000, 40), anuncio=(renglon("Foto 3", cifras(250)),)),
        "«Foto 3» gastó $250.00",
        bloque(cifras(1_000, 40), anuncio=(renglon("Foto 3", cifras(40)),)),
    ),
    "campana_cara": (
        bloque(cifras(1_000, 40), campana=DOS),
        "«Facial» cada resultado sale en $60.00",
        bloque(cifras(1_000, 40), campana=PAREJAS),
    ),
    "campana_estrella": (
        bloque(cifras(1_000, 40), campana=DOS),
        "«Citas 2x1»",
        bloque(cifras(1_000, 40), campana=PAREJAS),
    ),
    "plataforma_cara": (
        bloque(cifras(1_000, 40), plataforma=DOS),
        "Facial se llevó $600.00",
        bloque(cifras(1_000, 40), plataforma=DOS[1:]),
    ),
    "clics_a_la_baja": (
        bloque(cifras(1_000, 40, clics=100), cifras(1_000, 40, clics=200)),
        "1.00%",
        bloque(cifras(1_000, 40, clics=190), cifras(1_000, 40, clics=200)),
    ),
    "se_repite": (bloque(cifras(1_000, 40, alcance=3_000)), "3.3 veces", SEMANA),
    "compras_que_no_pagan": (
        bloque(cifras(1_000, compras=Decimal(2), valor=Decimal(600))),
        "$600.00",
        bloque(cifras(1_000, compras=Decimal(2), valor=Decimal(6_000))),
    ),
    "todo_en_un_anuncio": (
        bloque(cifras(1_000, 40), anuncio=(renglon("A", cifras(900, 30)), renglon("B", cifras(100, 10)))),
        "«A» se llevó $900.00",
        bloque(cifras(1_000, 40), anuncio=PAREJAS),
    ),
    "mejor_anuncio": (
        bloque(cifras(1_000, 40), anuncio=DOS),
        "«Citas 2x1»: 30 resultados a $13.33",
        bloque(cifras(1_000, 40)),
    ),
    "mejor_dia": (
        bloque(
            cifras(9, 9),
            dia=(
                renglon("lun", cifras(4, 2), clave="2026-11-09"),
                renglon("jue", cifras(5, 7), clave="2026-11-12"),
            ),
        ),
        "jueves, con 7 resultados",
        bloque(cifras(9, 9), dia=(renglon("lun", cifras(4, 2), clave="2026-11-09"),)),
    ),
    "contesta_pronto": (SEMANA, "40 conversaciones", bloque(cifras(300))),
    "se_vieron": (SEMANA, "10,000 veces", bloque(NADA, cifras(900, 30))),
    "retoma": (
        bloque(NADA, cifras(900, 30), anuncio=(renglon("Video", NADA, cifras(900, 30)),)),
        "«Video»",
        SEMANA,
    ),
    "sigue_midiendo": (SEMANA, "una sola cosa", bloque(NADA)),
}  # fmt: skip


@pytest.mark.parametrize("regla", reglas.REGLAS, ids=lambda r: r.__name__)
def test_cada_regla_habla_donde_debe_y_calla_donde_no(regla: Callable[[Bloque], Any]) -> None:
    habla, dice, calla = CASOS[regla.__name__]
    frase = regla(habla)
    assert frase is not None and frase.regla == regla.__name__ and dice in frase.texto
    assert regla(calla) is None
    assert verificacion.inventados(frase.texto, verificacion.ciertos(Informe(bloques=(habla,)))) == []


def test_siempre_tres_frases_y_la_primera_cuenta_la_semana() -> None:
    for habla, _, calla in CASOS.values():
        for uno in (habla, calla):
            frases = reglas.elegir(uno)
            if uno.actual.gasto:
                assert len({f.texto for f in frases}) == 3 and frases[0].general
    assert reglas.elegir(bloque(NADA)) == []
    assert len(reglas.REGLAS) == len(CASOS) >= 8


INFORME = Informe(
    bloques=(
        bloque(
            cifras(1_234.56, 41),
            cifras(1_000, 40),
            campana=(renglon("Martes 2x1 al 15%", cifras(400, 30), cifras(500, 25)),),
        ),
    )
)


@pytest.mark.parametrize(
    "frase",
    [
        "Gastaste $1,234.56 MXN, 23% más que antes, y tuviste 41 resultados.",
        "El gasto subió de $1,000 a $1,235 pesos.",
        "«Martes 2x1 al 15%» dio treinta resultados a $13.33 cada uno: dale más.",
        "Esa campaña bajó 20% su gasto y subió 20% sus resultados.",
        "Sin números también se puede.",
    ],
)
def test_lo_que_esta_en_las_cifras_se_puede_decir(frase: str) -> None:
    assert verificacion.inventados(frase, verificacion.ciertos(INFORME)) == []


@pytest.mark.parametrize(
    ("frase", "malo"),
    [
        ("Gastaste $1,300 y tuviste 41 resultados.", "$1,300"),
        ("Gastaste $41 esta semana.", "$41"),
        ("Tuviste 42 resultados.", "42"),
        ("Tuviste cuarenta y dos resultados.", "42"),
        ("Tu gasto bajó 23% contra la anterior.", "23%"),
        ("Subió 37% el costo.", "37%"),
        ("Los resultados crecieron 2x.", "2"),
        ("Invierte 500 pesos más el martes.", None),
        ("Invierte 700 pesos más el martes.", "700 pesos"),
        ("Con el 15% de descuento venderías más.", "15%"),
    ],
)
def test_lo_inventado_no_pasa(frase: str, malo: str | None) -> None:
    assert verificacion.inventados(frase, verificacion.ciertos(INFORME)) == ([malo] if malo else [])


def test_lo_del_modelo_son_tres_frases_o_nada() -> None:
    assert leer_frases('Claro: ["Una.", "Dos  \\n frases.", "Tres."]') == ["Una.", "Dos frases.", "Tres."]
    for malo in ("", "hola", "[1, 2, 3]", '["a", "b"]', '["a", "b", ""]', f'["a", "b", "{"x" * 400}"]', "]["):
        assert leer_frases(malo) == []


def test_la_semana_iso_en_la_zona_de_cada_nora() -> None:
    assert leer_semana("2026-W46").lunes == date(2026, 11, 9) and leer_semana("2026-w46").clave == "2026-W46"
    assert leer_semana("2026-W53").domingo == date(2027, 1, 3)
    assert Semana(date(2026, 12, 28)).en_palabras == "28 de dic 2026 al 3 de ene 2027"
    assert leer_semana("2026-W46").en_palabras == "9 al 15 de nov 2026"
    for mala in ("2026-46", "2025-W53", "2026-W00", "W46", "2026-W4٦"):
        with pytest.raises(ValueError):
            leer_semana(mala)
    # Domingo por la noche en Hermosillo ya es lunes en Madrid.
    borde = datetime(2026, 11, 16, 3, tzinfo=UTC)
    assert semana_pasada("America/Hermosillo", borde).clave == "2026-W45"
    assert semana_pasada("Europe/Madrid", borde).clave == "2026-W46"
