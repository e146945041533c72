"""Un reporte listo para pintar: en el panel, en la página pública y en papel son los mismos datos."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from ..anuncios.medidas import Cifras, cambio, en_porcentaje, se_nota
from ..anuncios.periodos import Periodo
from ..utils.formato import DIAS, dia_corto, dinero
from .informe import Bloque, Renglon
from .modelos import Reporte

SIN_DATOS = "sin datos"
RENGLONES = 12
ALTO = 96  # de la barra más alta, en unidades del dibujo
REDES = {"meta_ads": "Meta", "google_ads": "Google"}
TITULOS = {
    "cuentas": "Por cuenta",
    "campana": "Por campaña",
    "conjunto": "Por conjunto o grupo de anuncios",
    "anuncio": "Por anuncio",
    "plataforma": "Por plataforma",
}
COLUMNAS = {
    "cuentas": "Cuenta",
    "campana": "Campaña",
    "conjunto": "Conjunto",
    "anuncio": "Anuncio",
    "plataforma": "Plataforma",
}


@dataclass(frozen=True)
class Cifra:
    """Una cifra con lo de antes. `bueno`: si el cambio lo es; None si ni una cosa ni otra."""

    titulo: str
    texto: str
    antes: str
    cambio: str
    bueno: bool | None
    icono: str


@dataclass(frozen=True)
class Fila:
    """Un renglón de una tabla."""

    nombre: str
    red: str
    gasto: str
    gasto_antes: str
    resultados: str
    resultados_antes: str
    costo: str
    costo_antes: str


@dataclass(frozen=True)
class Cuadro:
    """Una tabla. `mas`: cuántos renglones no caben aquí (están en la hoja de cálculo)."""

    titulo: str
    columna: str
    filas: list[Fila]
    mas: int


@dataclass(frozen=True)
class Barra:
    """Un día del dibujo: dónde va y qué tan alta, en unidades de su caja."""

    dia: str
    gasto: str
    resultados: str
    x: int
    y: int
    alto: int


@dataclass(frozen=True)
class Moneda:
    """Todo lo de una moneda, listo."""

    moneda: str
    cifras: list[Cifra]
    barras: list[Barra]
    cuadros: list[Cuadro]


def escribir(valor: Decimal | int | None, como: str, moneda: str) -> str:
    """Una cifra como se lee."""
    if valor is None:
        return SIN_DATOS
    if como == "dinero":
        return dinero(Decimal(valor), moneda)
    if como == "porciento":
        return en_porcentaje(Decimal(valor), 2)
    return f"{Decimal(valor).quantize(Decimal(1), ROUND_HALF_UP):,}"


# título, cómo se saca, cómo se escribe, si subir es bueno, icono
_CIFRAS: tuple[tuple[str, str, str, bool | None, str], ...] = (
    ("Gasto", "gasto", "dinero", None, "cash-stack"),
    ("Resultados", "resultados", "entero", True, "bullseye"),
    ("Costo por resultado", "costo_por_resultado", "dinero", False, "tag"),
    ("Conversaciones", "conversaciones", "entero", True, "whatsapp"),
    ("Prospectos", "prospectos", "entero", True, "person-plus"),
    ("Compras", "compras", "entero", True, "bag-check"),
    ("Conversiones", "conversiones", "entero", True, "check2-circle"),
    ("Impresiones", "impresiones", "entero", True, "eye"),
    ("CTR", "ctr", "porciento", True, "hand-index"),
)
# No todos los anuncios buscan esto: sin nada ahora ni antes, no se enseña.
_SI_HAY = frozenset({"conversaciones", "prospectos", "compras", "conversiones"})


def _cifras(actual: Cifras, antes: Cifras, moneda: str) -> list[Cifra]:
    hechas = []
    for titulo, campo, como, subir, icono in _CIFRAS:
        ahora, previo = getattr(actual, campo), getattr(antes, campo)
        if campo in _SI_HAY and not ahora and not previo:
            continue
        movio = cambio(ahora, previo)
        hechas.append(
            Cifra(
                titulo,
                escribir(ahora, como, moneda),
                escribir(previo, como, moneda),
                "" if movio is None else en_porcentaje(movio, con_signo=True),
                None if movio is None or not se_nota(movio) or subir is None else (movio > 0) == subir,
                icono,
            )
        )
    return hechas


def _fila(renglon: Renglon, moneda: str) -> Fila:
    return Fila(
        nombre=renglon.nombre,
        red=REDES.get(renglon.red, renglon.red),
        gasto=escribir(renglon.actual.gasto, "dinero", moneda),
        gasto_antes=escribir(renglon.antes.gasto, "dinero", moneda),
        resultados=escribir(renglon.actual.resultados, "entero", moneda),
        resultados_antes=escribir(renglon.antes.resultados, "entero", moneda),
        costo=escribir(renglon.actual.costo_por_resultado, "dinero", moneda),
        costo_antes=escribir(renglon.antes.costo_por_resultado, "dinero", moneda),
    )


def _barras(bloque: Bloque, periodo: Periodo) -> list[Barra]:
    por_dia = {r.clave: r.actual for r in bloque.dia}
    mayor = max((c.gasto for c in por_dia.values()), default=Decimal(0))
    hechas = []
    for numero, dia in enumerate(periodo.todos()):
        cifras = por_dia.get(dia.isoformat(), Cifras())
        alto = int(cifras.gasto * ALTO / mayor) if mayor else 0
        hechas.append(
            Barra(
                _dia(dia) if periodo.dias <= 7 else dia_corto(dia),
                escribir(cifras.gasto, "dinero", bloque.moneda),
                escribir(cifras.resultados, "entero", bloque.moneda),
                numero * 40,
                ALTO - alto,
                alto,
            )
        )
    return hechas


def _dia(dia: date) -> str:
    return f"{DIAS[dia.weekday()]} {dia.day}"


def _cuadros(bloque: Bloque, varias: bool) -> list[Cuadro]:
    hechos = []
    for nivel, titulo in TITULOS.items():
        renglones: Sequence[Renglon] = getattr(bloque, nivel)
        vivos = [r for r in renglones if r.actual.hay or r.antes.hay]
        if not vivos or (nivel == "cuentas" and not varias):
            continue
        hechos.append(
            Cuadro(
                titulo,
                COLUMNAS[nivel],
                [_fila(r, bloque.moneda) for r in vivos[:RENGLONES]],
                max(0, len(vivos) - RENGLONES),
            )
        )
    return hechos


def en_moneda(bloque: Bloque, periodo: Periodo) -> Moneda:
    """Todo lo de una moneda en un periodo, con un cuadro por red y otro por cuenta."""
    redes = [replace(_fila(r, bloque.moneda), nombre=REDES.get(r.red, r.red)) for r in bloque.redes]
    cuentas = [_fila(c, bloque.moneda) for c in bloque.cuentas]
    cuadros = [Cuadro("Por red", "Red", redes, 0)]
    if len(cuentas) > len(redes):
        cuadros.append(Cuadro("Por cuenta", "Cuenta", cuentas, 0))
    return Moneda(
        bloque.moneda,
        _cifras(bloque.actual, bloque.antes, bloque.moneda),
        _barras(bloque, periodo),
        cuadros,
    )


def datos_de(reporte: Reporte) -> dict[str, Any]:
    """Lo que las plantillas de un reporte piden."""
    informe = reporte.datos
    varias = sum(len(b.cuentas) for b in informe.bloques) > 1
    faltan = informe.leido_hasta < reporte.que_semana.domingo.isoformat() and not informe.ejemplo
    ventas, moneda = informe.ventas, informe.principal.moneda
    return {
        "reporte": reporte,
        "semana": reporte.que_semana,
        "monedas": [
            Moneda(
                b.moneda,
                _cifras(b.actual, b.antes, b.moneda),
                _barras(b, reporte.que_semana.periodo),
                _cuadros(b, varias),
            )
            for b in informe.bloques
            if b.hay
        ],
        "ventas": ventas,
        "costo_por_cliente": escribir(informe.costo_por_cliente, "dinero", moneda),
        "costo_de_anuncio": escribir(
            informe.costo_por_cliente_de_anuncio, "dinero", informe.moneda_de_anuncio
        ),
        "monto": escribir(ventas.monto if ventas else None, "dinero", informe.moneda_de_anuncio),
        "monto_todos": escribir(
            ventas.monto_todos if ventas and ventas.todos is not None else None, "dinero", moneda
        ),
        "varias_redes": len({c.red for b in informe.bloques for c in b.cuentas}) > 1,
        "incompleto": faltan,
        "alto": ALTO,
    }
