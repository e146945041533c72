"""El lapso que se mira, aquel con que se compara, y cómo va el presupuesto del mes."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from ..utils.formato import dia_corto
from .medidas import dividir

PERIODOS = {
    "7": "7 días",
    "30": "30 días",
    "90": "90 días",
    "mes": "Este mes",
    "mes_pasado": "Mes pasado",
}
OMISION = "30"
MAXIMO_DIAS = 400


@dataclass(frozen=True)
class Periodo:
    """Días completos, los dos extremos incluidos. `clave`: la de `PERIODOS`, o vacío si se escribieron las fechas."""

    desde: date
    hasta: date
    clave: str = ""

    @property
    def dias(self) -> int:
        return (self.hasta - self.desde).days + 1

    @property
    def anterior(self) -> Periodo:
        """Los mismos días, justo antes; de un mes entero, el mes anterior entero."""
        ultimo = self.desde - timedelta(days=1)
        if self.clave == "mes_pasado":
            return Periodo(ultimo.replace(day=1), ultimo)
        return Periodo(ultimo - timedelta(days=self.dias - 1), ultimo)

    @property
    def en_palabras(self) -> str:
        """«lun 2 nov a dom 8 nov»."""
        return (
            dia_corto(self.desde) if self.dias == 1 else f"{dia_corto(self.desde)} a {dia_corto(self.hasta)}"
        )

    def como_direccion(self) -> dict[str, str]:
        """Lo que va en la dirección para volver a este periodo."""
        if self.clave:
            return {} if self.clave == OMISION else {"periodo": self.clave}
        return {"desde": self.desde.isoformat(), "hasta": self.hasta.isoformat()}

    def todos(self) -> list[date]:
        """Cada día, en orden."""
        return [self.desde + timedelta(days=n) for n in range(self.dias)]


def leer_periodo(argumentos: Mapping[str, str], hoy: date) -> Periodo:
    """El periodo que pide una dirección; lo que no se entienda cae en los últimos 30 días.

    Los que se cuentan en días terminan ayer: el de hoy va a la mitad y haría ver bajo lo que no lo es.
    """
    escrito = _entre(argumentos.get("desde", ""), argumentos.get("hasta", ""))
    if escrito:
        return escrito
    clave = argumentos.get("periodo", OMISION)
    if clave == "mes":
        return Periodo(hoy.replace(day=1), hoy, "mes")
    if clave == "mes_pasado":
        fin = hoy.replace(day=1) - timedelta(days=1)
        return Periodo(fin.replace(day=1), fin, "mes_pasado")
    clave = clave if clave in PERIODOS else OMISION
    return Periodo(hoy - timedelta(days=int(clave)), hoy - timedelta(days=1), clave)


def _entre(desde: str, hasta: str) -> Periodo | None:
    try:
        inicio, fin = date.fromisoformat(desde), date.fromisoformat(hasta)
    except ValueError:
        return None
    return Periodo(inicio, fin) if 0 <= (fin - inicio).days < MAXIMO_DIAS else None


@dataclass(frozen=True)
class Ritmo:
    """Cómo va el gasto del mes.

    Args:
        gastado: lo del mes hasta ahora, en la moneda del presupuesto.
        presupuesto: lo que se quiere gastar en el mes.
        pronostico: con cuánto cerraría el mes si sigue como en los días ya terminados; None el día primero.
        estado: «sobra», «bien» o «falta» presupuesto al cierre (margen de 10%); «sin_datos» el primer día.
    """

    gastado: Decimal
    presupuesto: Decimal
    pronostico: Decimal | None
    estado: Literal["sobra", "bien", "falta", "sin_datos"]

    @property
    def avance(self) -> Decimal:
        """Qué parte del presupuesto va gastada."""
        return dividir(self.gastado, self.presupuesto) or Decimal(0)


def ritmo_del_mes(
    gastado_hasta_ayer: Decimal, gastado_hoy: Decimal, presupuesto: Decimal, hoy: date
) -> Ritmo:
    """El ritmo del mes de `hoy`.

    El pronóstico es lineal y solo cuenta días terminados: hoy va a la mitad y lo haría ver bajo.
    """
    gastado = gastado_hasta_ayer + gastado_hoy
    dias_del_mes = calendar.monthrange(hoy.year, hoy.month)[1]
    por_dia = dividir(gastado_hasta_ayer, hoy.day - 1)
    if por_dia is None:
        return Ritmo(gastado, presupuesto, None, "sin_datos")
    pronostico = max(gastado, por_dia * dias_del_mes)
    razon = dividir(pronostico, presupuesto)
    if razon is None:
        return Ritmo(gastado, presupuesto, pronostico, "sin_datos")
    estado: Literal["sobra", "bien", "falta"] = (
        "falta" if razon > Decimal("1.1") else "sobra" if razon < Decimal("0.9") else "bien"
    )
    return Ritmo(gastado, presupuesto, pronostico, estado)
