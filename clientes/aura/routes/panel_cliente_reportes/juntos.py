"""Los anuncios de todas las redes en un periodo: juntos donde la moneda es la misma, y cada red aparte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from ...anuncios.fuente import CuentaContada, Llegados, Renglon
from ...anuncios.leidos import CuentaLeida
from ...anuncios.medidas import Cifras
from ...anuncios.pantalla import escribir
from ...anuncios.periodos import Periodo, leer_periodo
from ...registro.noras import NoraRegistrada
from ...reportes.informe import Informe, armar, juntar_ventas
from ...reportes.presentacion import REDES, Moneda, en_moneda
from ...utils.formato import dia_corto
from . import consultas
from .consultas import Juntos

SABE_QUIEN_LLEGO = "meta_ads"


@dataclass(frozen=True)
class Panel:
    """Lo que se pinta. `sin_cuentas`: redes encendidas sin una cuenta vinculada."""

    periodo: Periodo
    monedas: list[Moneda]
    informe: Informe
    sin_cuentas: list[str]
    ventas: list[tuple[str, str]]

    @property
    def hay(self) -> bool:
        return bool(self.monedas)


def panel(nora: NoraRegistrada, argumentos: Mapping[str, str], ahora: datetime) -> Panel:
    """Todo lo del periodo que pide la dirección.

    Raises:
        ErrorNora: la base no contestó.
    """
    periodo = leer_periodo(argumentos, ahora.astimezone(ZoneInfo(nora.zona_horaria)).date())
    leido = consultas.juntos(nora.nombre_nora, periodo, periodo.anterior)
    encendidas = [red for red in REDES if red in nora.modulos]
    cuentas = [_contada(red, una) for red in encendidas for una in leido.cuentas.get(red, ())]
    informe = armar(cuentas, juntar_ventas(_llegados(leido, encendidas), leido.todos, leido.monto))
    return Panel(
        periodo=periodo,
        monedas=[en_moneda(b, periodo) for b in informe.bloques if b.hay],
        informe=informe,
        sin_cuentas=[red for red in encendidas if not leido.cuentas.get(red)],
        ventas=_ventas(informe),
    )


def _contada(red: str, leida: CuentaLeida) -> CuentaContada:
    total = next((r for r in leida.renglones if r.nivel == "total"), None)
    dias = [
        Renglon(r.clave, dia_corto(date.fromisoformat(r.clave)), r.actual)
        for r in leida.renglones
        if r.nivel == "dia"
    ]
    return CuentaContada(
        cuenta_id=leida.cuenta_id,
        red=red,
        nombre=leida.nombre,
        moneda=leida.moneda,
        actual=total.actual if total else Cifras(),
        antes=total.antes if total else Cifras(),
        niveles={"dia": dias},
        ejemplo=leida.ejemplo,
        hasta=leida.hasta,
    )


def _llegados(leido: Juntos, encendidas: Sequence[str]) -> dict[str, Llegados]:
    return {SABE_QUIEN_LLEGO: leido.llegados} if SABE_QUIEN_LLEGO in encendidas else {}


def _ventas(informe: Informe) -> list[tuple[str, str]]:
    """Del anuncio a la venta, renglón por renglón."""
    v, suya, principal = informe.ventas, informe.moneda_de_anuncio, informe.principal.moneda
    if v is None:
        return []
    renglones: list[tuple[str, Any, str, str]] = []
    if v.redes:
        renglones += [
            ("Conversaciones que llegaron de un anuncio", v.conversaciones, "entero", ""),
            ("Clientes que llegaron de un anuncio y compraron", v.clientes, "entero", ""),
            ("Lo que pagaron", v.monto, "dinero", suya),
            (
                "Te costó cada cliente que llegó de un anuncio",
                informe.costo_por_cliente_de_anuncio,
                "dinero",
                suya,
            ),
        ]
    if v.todos is not None:
        renglones += [
            ("Clientes, vengan de donde vengan", v.todos, "entero", ""),
            ("Lo que pagaron todos", v.monto_todos, "dinero", principal),
            (
                "Gasto de todas tus redes entre todos los clientes",
                informe.costo_por_cliente,
                "dinero",
                principal,
            ),
        ]
    return [(titulo, escribir(valor, como, moneda)) for titulo, valor, como, moneda in renglones]
