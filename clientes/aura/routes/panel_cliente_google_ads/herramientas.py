"""Lo que el dueño o un empleado le puede preguntar a Nora de sus anuncios de Google. Solo lee."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from ...anuncios.leidos import por_moneda
from ...anuncios.medidas import Cifras
from ...anuncios.pantalla import escribir
from ...anuncios.periodos import leer_periodo
from ...ia.herramientas import Argumentos, Contexto, Herramienta, Resultado
from ...utils.formato import dinero
from . import consultas
from .cuentas import hoy_en

_PERIODO = {"hoy": "", "7_dias": "7", "30_dias": "30", "este_mes": "mes", "mes_pasado": "mes_pasado"}
TITULO = "Google Ads"


class CuantoHeGastadoEnGoogle(Argumentos):
    """De qué lapso se pregunta."""

    periodo: Literal["hoy", "7_dias", "30_dias", "este_mes", "mes_pasado"] = "este_mes"


def gasto(contexto: Contexto, argumentos: CuantoHeGastadoEnGoogle) -> Resultado:
    """Gasto, conversiones y costo por conversión, cada moneda aparte."""
    hoy = hoy_en(contexto.zona_horaria, datetime.now(UTC))
    if argumentos.periodo == "hoy":
        periodo = leer_periodo({"desde": hoy.isoformat(), "hasta": hoy.isoformat()}, hoy)
    else:
        periodo = leer_periodo({"periodo": _PERIODO[argumentos.periodo]}, hoy)
    leido = consultas.resumen(contexto.nombre_nora, periodo, {})
    if not leido.vinculadas:
        return Resultado("No hay cuentas de Google Ads conectadas.", titulo=TITULO, bien=False)
    juntas = por_moneda(leido.totales)
    if not juntas:
        return Resultado(f"Sin gasto en Google del {periodo.en_palabras}.", titulo=TITULO)
    frases = "; ".join(_frase(moneda, juntas[moneda]) for moneda in juntas.monedas)
    ejemplo = " Son datos de ejemplo." if leido.conexion and leido.conexion.es_demo else ""
    return Resultado(f"Google, {periodo.en_palabras}: {frases}.{ejemplo}", titulo=TITULO)


def _frase(moneda: str, cifras: Cifras) -> str:
    costo = cifras.costo_por_resultado
    detalle = f", {dinero(costo, moneda)} por conversión" if costo is not None else ""
    cuantas = escribir(cifras.conversiones, "fraccion", moneda)
    return f"{dinero(cifras.gasto, moneda)} gastados, {cuantas} conversiones{detalle}"


HERRAMIENTAS: tuple[Herramienta, ...] = (
    Herramienta(
        "gasto_en_google",
        "Dice cuánto se ha gastado en anuncios de Google, cuántas conversiones dieron y cuánto costó cada una.",
        CuantoHeGastadoEnGoogle,
        gasto,
        solo_empleados=True,
    ),
)
