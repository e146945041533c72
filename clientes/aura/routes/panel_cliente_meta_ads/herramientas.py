"""Lo que el dueño o un empleado le puede preguntar a Nora de sus anuncios. Solo lee."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from ...anuncios.leidos import por_moneda
from ...anuncios.medidas import Cifras
from ...anuncios.periodos import leer_periodo
from ...ia.herramientas import Argumentos, Contexto, Herramienta, Resultado
from ...utils.formato import dinero
from . import consultas, servicio
from .cuentas import hoy_en

_PERIODO = {"hoy": "", "7_dias": "7", "30_dias": "30", "este_mes": "mes", "mes_pasado": "mes_pasado"}


class CuantoHeGastado(Argumentos):
    """De qué lapso se pregunta."""

    periodo: Literal["hoy", "7_dias", "30_dias", "este_mes", "mes_pasado"] = "este_mes"


def gasto(contexto: Contexto, argumentos: CuantoHeGastado) -> Resultado:
    """Gasto, resultados y costo por resultado, cada moneda aparte."""
    hoy = hoy_en(contexto.zona_horaria, datetime.now(UTC))
    if argumentos.periodo == "hoy":
        periodo = leer_periodo({"desde": hoy.isoformat(), "hasta": hoy.isoformat()}, hoy)
    else:
        periodo = leer_periodo({"periodo": _PERIODO[argumentos.periodo]}, hoy)
    leido = consultas.resumen(contexto.nombre_nora, periodo, {}, hoy)
    if not leido.vinculadas:
        return Resultado("No hay cuentas de Meta conectadas.", titulo="Meta Ads", bien=False)
    juntas = por_moneda(leido.totales)
    if not juntas:
        return Resultado(f"Sin gasto en Meta del {periodo.en_palabras}.", titulo="Meta Ads")
    frases = [_frase(moneda, juntas[moneda]) for moneda in juntas.monedas]
    ejemplo = " Son datos de ejemplo." if leido.conexion and leido.conexion.es_demo else ""
    ritmo = servicio.ritmo(leido, hoy)
    presupuesto = ""
    if ritmo and ritmo.pronostico is not None and argumentos.periodo == "este_mes":
        moneda = servicio.moneda_del_presupuesto(leido)
        presupuesto = (
            f" Presupuesto del mes: {dinero(ritmo.presupuesto, moneda)}; a este paso cerraría en "
            f"{dinero(ritmo.pronostico, moneda)}."
        )
    return Resultado(
        f"Meta, {periodo.en_palabras}: {'; '.join(frases)}.{presupuesto}{ejemplo}", titulo="Meta Ads"
    )


def _frase(moneda: str, cifras: Cifras) -> str:
    costo = cifras.costo_por_resultado
    detalle = f", {dinero(costo, moneda)} por resultado" if costo is not None else ""
    return f"{dinero(cifras.gasto, moneda)} gastados, {int(cifras.resultados)} resultados{detalle}"


HERRAMIENTAS: tuple[Herramienta, ...] = (
    Herramienta(
        "gasto_en_meta",
        "Dice cuánto se ha gastado en anuncios de Facebook e Instagram, qué resultados dieron y cuánto costó cada uno.",
        CuantoHeGastado,
        gasto,
        solo_empleados=True,
    ),
)
