"""Las cifras de una semana contra la anterior, por moneda: de una cuenta, o de todas las de una Nora."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, field_validator

from ..anuncios.fuente import NIVELES, CuentaContada, Llegados
from ..anuncios.fuente import Renglon as RenglonContado
from ..anuncios.medidas import Cifras, dividir, sumar

CAMPOS = (
    "gasto",
    "impresiones",
    "alcance",
    "clics",
    "clics_enlace",
    "conversaciones",
    "prospectos",
    "compras",
    "conversiones",
    "valor",
)
DE_NORA = "nora"


def _como_json(cifras: Cifras) -> dict[str, str]:
    # Texto: un flotante no guarda centavos.
    return {campo: str(getattr(cifras, campo)) for campo in CAMPOS if getattr(cifras, campo)}


Guardadas = Annotated[Cifras, PlainSerializer(_como_json)]


class _Guardado(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", arbitrary_types_allowed=True)


class Renglon(_Guardado):
    """Una red, cuenta, campaña, conjunto, anuncio, plataforma o día. `red`: de qué módulo viene."""

    clave: str
    nombre: str
    red: str = ""
    actual: Guardadas = Cifras()
    antes: Guardadas = Cifras()

    @field_validator("actual", "antes", mode="before")
    @classmethod
    def _leer(cls, valor: Any) -> Cifras:
        return valor if isinstance(valor, Cifras) else Cifras.de_fila(valor or {})


class Bloque(_Guardado):
    """Todo lo de una moneda."""

    moneda: str
    actual: Guardadas = Cifras()
    antes: Guardadas = Cifras()
    cuentas: tuple[Renglon, ...] = ()
    campana: tuple[Renglon, ...] = ()
    conjunto: tuple[Renglon, ...] = ()
    anuncio: tuple[Renglon, ...] = ()
    plataforma: tuple[Renglon, ...] = ()
    dia: tuple[Renglon, ...] = ()

    @field_validator("actual", "antes", mode="before")
    @classmethod
    def _leer(cls, valor: Any) -> Cifras:
        return valor if isinstance(valor, Cifras) else Cifras.de_fila(valor or {})

    @property
    def hay(self) -> bool:
        return self.actual.hay or self.antes.hay

    @property
    def renglones(self) -> list[Renglon]:
        """Los de todos los niveles."""
        return [*self.cuentas, *self.campana, *self.conjunto, *self.anuncio, *self.plataforma, *self.dia]

    @property
    def redes(self) -> list[Renglon]:
        """Las cuentas, juntas por red."""
        return [
            Renglon(
                clave=red,
                nombre=red,
                red=red,
                actual=sumar(c.actual for c in self.cuentas if c.red == red),
                antes=sumar(c.antes for c in self.cuentas if c.red == red),
            )
            for red in dict.fromkeys(c.red for c in self.cuentas)
        ]


class Ventas(_Guardado):
    """Del anuncio a la venta.

    Args:
        conversaciones: las que llegaron de un anuncio en la semana.
        clientes, monto: de quienes llegaron de un anuncio, cuando fuera, y compraron en la semana.
        todos, monto_todos: de quienes compraron en la semana, vinieran de donde vinieran; None si no se ha dicho quién
            compró.
        redes: las que saben quién llegó de sus anuncios. De un reporte guardado que no lo dice: solo Meta lo sabía.
    """

    conversaciones: int = 0
    clientes: int = 0
    monto: Decimal = Decimal(0)
    todos: int | None = None
    monto_todos: Decimal = Decimal(0)
    redes: tuple[str, ...] = ("meta_ads",)


class Informe(_Guardado):
    """Lo que se guarda y se enseña. `bloques`: de la moneda que más gastó a la que menos."""

    bloques: tuple[Bloque, ...] = ()
    ventas: Ventas | None = None
    ejemplo: bool = False
    leido_hasta: str = ""

    @property
    def principal(self) -> Bloque:
        """La moneda en que más se gastó."""
        return self.bloques[0] if self.bloques else Bloque(moneda="MXN")

    @property
    def hay(self) -> bool:
        return any(bloque.hay for bloque in self.bloques)

    @property
    def costo_por_cliente(self) -> Decimal | None:
        """Lo gastado en todas las redes entre los clientes de la semana; None si hay varias monedas."""
        if self.ventas is None or self.ventas.todos is None or len(self.bloques) != 1:
            return None
        return dividir(self.principal.actual.gasto, self.ventas.todos)

    @property
    def costo_por_cliente_de_anuncio(self) -> Decimal | None:
        """Lo gastado en las redes que saben quién llegó de ellas, entre esos clientes, en `moneda_de_anuncio`.

        Sin lo de las demás: su gasto no trajo a ninguno de los que se cuentan. None si esas redes gastaron en varias
        monedas.
        """
        gastado = self._gastado_en_las_que_saben()
        if self.ventas is None or len(gastado) != 1:
            return None
        return dividir(next(iter(gastado.values())), self.ventas.clientes)

    @property
    def moneda_de_anuncio(self) -> str:
        """En qué moneda va el costo por cliente de anuncio."""
        gastado = self._gastado_en_las_que_saben()
        return next(iter(gastado)) if len(gastado) == 1 else self.principal.moneda

    def _gastado_en_las_que_saben(self) -> dict[str, Decimal]:
        """Por moneda, sin las que no gastaron."""
        saben = self.ventas.redes if self.ventas else ()
        suyo = {b.moneda: sumar(c.actual for c in b.cuentas if c.red in saben).gasto for b in self.bloques}
        return {moneda: gasto for moneda, gasto in suyo.items() if gasto}


def armar(cuentas: Sequence[CuentaContada], ventas: Ventas | None = None) -> Informe:
    """Junta las cuentas, cada moneda aparte."""
    por_moneda: dict[str, list[CuentaContada]] = {}
    for cuenta in cuentas:
        por_moneda.setdefault(cuenta.moneda, []).append(cuenta)
    bloques = [_bloque(moneda, suyas) for moneda, suyas in por_moneda.items()]
    leidos = [c.hasta for c in cuentas if c.hasta is not None]
    return Informe(
        bloques=tuple(sorted(bloques, key=lambda b: (-b.actual.gasto, -b.antes.gasto, b.moneda))),
        ventas=ventas,
        ejemplo=any(c.ejemplo for c in cuentas),
        leido_hasta=min(leidos).isoformat() if leidos and len(leidos) == len(cuentas) else "",
    )


def juntar_ventas(llegados: Mapping[str, Llegados], todos: int | None, monto: Decimal) -> Ventas:
    """Lo de todas las redes que saben quién llegó de ellas. `llegados`: por red."""
    total = Llegados()
    for uno in llegados.values():
        total = total + uno
    return Ventas(
        conversaciones=total.conversaciones,
        clientes=total.clientes,
        monto=total.monto,
        todos=todos,
        monto_todos=monto,
        redes=tuple(llegados),
    )


def _bloque(moneda: str, cuentas: list[CuentaContada]) -> Bloque:
    return Bloque(
        moneda=moneda,
        actual=sumar(c.actual for c in cuentas),
        antes=sumar(c.antes for c in cuentas),
        cuentas=tuple(
            Renglon(clave=c.cuenta_id, nombre=c.nombre, red=c.red, actual=c.actual, antes=c.antes)
            for c in sorted(cuentas, key=lambda c: -c.actual.gasto)
        ),
        **{nivel: _nivel(nivel, cuentas) for nivel in NIVELES},
    )


def _nivel(nivel: str, cuentas: list[CuentaContada]) -> tuple[Renglon, ...]:
    """Los de todas las cuentas; días y plataformas se suman entre cuentas, lo demás es de una sola."""
    juntos: dict[tuple[str, str], Renglon] = {}
    for cuenta in cuentas:
        for r in cuenta.niveles.get(nivel, ()):
            clave = ("", r.clave) if nivel == "dia" else (cuenta.red, r.clave)
            juntos[clave] = _sumado(juntos.get(clave), r, clave[0])
    if nivel == "dia":
        return tuple(sorted(juntos.values(), key=lambda r: r.clave))
    return tuple(sorted(juntos.values(), key=lambda r: (-r.actual.gasto, -r.antes.gasto, r.nombre)))


def _sumado(previo: Renglon | None, r: RenglonContado, red: str) -> Renglon:
    actual, antes = r.actual, r.antes
    if previo is not None:
        actual, antes = previo.actual + actual, previo.antes + antes
    return Renglon(clave=r.clave, nombre=r.nombre, red=red, actual=actual, antes=antes)
