"""Lo que cada red de anuncios ofrece a los reportes, por su manifiesto: leer sus cuentas y contar un lapso."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from .medidas import Cifras
from .periodos import Periodo

NIVELES = ("campana", "conjunto", "anuncio", "plataforma", "dia")


@dataclass(frozen=True)
class Renglon:
    """Una campaña, un conjunto, un anuncio, una plataforma o un día, con lo de antes. `clave`: su id en la red."""

    clave: str
    nombre: str
    actual: Cifras = field(default_factory=Cifras)
    antes: Cifras = field(default_factory=Cifras)


@dataclass(frozen=True)
class CuentaContada:
    """Una cuenta vinculada en un lapso y en el anterior, todo en su moneda.

    Args:
        cuenta_id: el de nuestra base (uuid).
        red: el nombre del módulo: «meta_ads» o «google_ads».
        niveles: por nivel de `NIVELES`, sus renglones, del que más gastó al que menos; un día por fecha ISO.
        ejemplo: son datos de ejemplo.
        hasta: último día leído de la red; None si nunca.
    """

    cuenta_id: str
    red: str
    nombre: str
    moneda: str
    actual: Cifras = field(default_factory=Cifras)
    antes: Cifras = field(default_factory=Cifras)
    niveles: dict[str, list[Renglon]] = field(default_factory=dict)
    ejemplo: bool = False
    hasta: date | None = None


@dataclass(frozen=True)
class Llegados:
    """Quienes llegaron de un anuncio en un lapso; y quienes compraron en él, habiendo llegado de uno cuando fuera."""

    conversaciones: int = 0
    clientes: int = 0
    monto: Decimal = Decimal(0)

    def __add__(self, otro: Llegados) -> Llegados:
        return Llegados(
            self.conversaciones + otro.conversaciones, self.clientes + otro.clientes, self.monto + otro.monto
        )


@dataclass(frozen=True)
class FuenteDeAnuncios:
    """Una red de anuncios vista desde fuera de su módulo.

    Args:
        titulo: «Meta», «Google».
        contar: (nora, lapso, con qué se compara) -> sus cuentas vinculadas.
        leer: (nora, desde qué día, ahora, cómo decir el avance) -> una frase por cuenta que no se pudo leer; lee de la
            red hasta hoy las cuentas vinculadas. No hace nada con los datos de ejemplo.
        llegados: (nora, lapso) -> quienes llegaron de un anuncio; None si la red no lo sabe.

    Las tres lanzan ErrorNora si la base o la red no contestan.
    """

    red: str
    titulo: str
    contar: Callable[[str, Periodo, Periodo], list[CuentaContada]]
    leer: Callable[[str, date, datetime, Callable[[str, int], None]], list[str]]
    llegados: Callable[[str, Periodo], Llegados] | None = None
