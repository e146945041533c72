"""Lo que enseñan las páginas de anuncios de Meta: cifras con su comparación, ritmo del mes, ventas y filtros."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from ...anuncios.leidos import por_moneda
from ...anuncios.medidas import Cifras, PorMoneda, dividir
from ...anuncios.pantalla import Definicion, Medida, id_de_la_red, medir, uuid_o_nada
from ...anuncios.periodos import Periodo, Ritmo, leer_periodo, ritmo_del_mes
from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.formato import dia_corto
from ...utils.hojas import sin_formula
from . import consultas
from .cuentas import hoy_en
from .lectura import PLATAFORMAS
from .modelos import Ajustes, Alrededor, DeAnuncio, ParaAjustes, Renglon, Resumen, Tabla

POR_PAGINA = 50
TRAMO_CSV = 500
LARGO_TEXTO = 80
NIVELES = {
    "campana": "Campaña",
    "conjunto": "Conjunto",
    "anuncio": "Anuncio",
    "plataforma": "Plataforma",
    "dia": "Día",
}


@dataclass(frozen=True)
class Filtro:
    """Lo que se está mirando; vive en la dirección. Vacío no filtra."""

    periodo: Periodo
    cuenta: str = ""
    campana: str = ""
    conjunto: str = ""
    plataforma: str = ""
    texto: str = ""
    moneda: str = ""

    def para_base(self) -> dict[str, str]:
        """Solo lo que filtra cifras."""
        pares = {
            "cuenta": self.cuenta,
            "campana": self.campana,
            "conjunto": self.conjunto,
            "plataforma": self.plataforma,
        }
        return {clave: valor for clave, valor in pares.items() if valor}

    def como_direccion(self, **cambios: str | None) -> dict[str, str]:
        """Los argumentos para volver a esto, con cambios encima (vacío o None quita)."""
        pares: dict[str, str | None] = {
            **self.periodo.como_direccion(),
            **self.para_base(),
            "q": self.texto,
            "moneda": self.moneda,
            **cambios,
        }
        return {clave: valor for clave, valor in pares.items() if valor}

    @property
    def aparte(self) -> int:
        """Cuántos filtros hay además del periodo."""
        return len(self.para_base())


def leer_filtro(argumentos: Mapping[str, str], hoy: date) -> Filtro:
    """El filtro que pide una dirección; lo que no se entienda no filtra."""
    return Filtro(
        periodo=leer_periodo(argumentos, hoy),
        cuenta=uuid_o_nada(argumentos.get("cuenta", "")),
        campana=id_de_la_red(argumentos.get("campana", "")),
        conjunto=id_de_la_red(argumentos.get("conjunto", "")),
        plataforma=argumentos.get("plataforma", "") if argumentos.get("plataforma") in PLATAFORMAS else "",
        texto=argumentos.get("q", "").strip()[:LARGO_TEXTO].replace("\x00", ""),
        moneda=argumentos.get("moneda", "") if argumentos.get("moneda", "").isalpha() else "",
    )


def hoy_de_la_nora() -> date:
    """Qué día es en la zona de la Nora de esta petición."""
    nora = nora_actual()
    return hoy_en(nora.zona_horaria if nora else ZONA_SIN_NORA, datetime.now(UTC))


_MEDIDAS: tuple[Definicion, ...] = (
    ("gasto", "Gasto", lambda c: c.gasto, "dinero", None),
    ("resultados", "Resultados", lambda c: c.resultados, "entero", True),
    ("costo_por_resultado", "Costo por resultado", lambda c: c.costo_por_resultado, "dinero", False),
    ("conversaciones", "Conversaciones", lambda c: c.conversaciones, "entero", True),
    ("prospectos", "Prospectos", lambda c: c.prospectos, "entero", True),
    ("compras", "Compras", lambda c: c.compras, "entero", True),
    ("valor", "Valor de compras", lambda c: c.valor, "dinero", True),
    ("impresiones", "Impresiones", lambda c: c.impresiones, "entero", True),
    ("alcance", "Alcance, día por día", lambda c: c.alcance, "entero", True),
    ("frecuencia", "Veces por persona al día", lambda c: c.frecuencia, "veces", None),
    ("clics", "Clics", lambda c: c.clics, "entero", True),
    ("clics_enlace", "Clics en el enlace", lambda c: c.clics_enlace, "entero", True),
    ("ctr", "CTR", lambda c: c.ctr, "porciento", True),
    ("cpc", "Costo por clic", lambda c: c.cpc, "dinero", False),
    ("cpm", "Costo por mil vistas", lambda c: c.cpm, "dinero", False),
)


def medidas(ahora: Cifras, antes: Cifras, moneda: str) -> dict[str, Medida]:
    """Todas las medidas de unas cifras, con las de antes al lado."""
    return medir(_MEDIDAS, ahora, antes, moneda)


@dataclass(frozen=True)
class Ventas:
    """Del anuncio a la venta, en una moneda. Los cocientes son None sin ventas."""

    moneda: str
    anuncios: list[DeAnuncio]
    gasto: Decimal
    conversaciones: int
    ventas: int
    monto: Decimal

    @property
    def costo_por_conversacion(self) -> Decimal | None:
        return dividir(self.gasto, self.conversaciones)

    @property
    def costo_por_cliente(self) -> Decimal | None:
        return dividir(self.gasto, self.ventas)

    @property
    def por_peso(self) -> Decimal | None:
        """Lo vendido por cada peso gastado."""
        return dividir(self.monto, self.gasto)


@dataclass(frozen=True)
class Panel:
    """La primera página, en la moneda elegida."""

    leido: Resumen
    filtro: Filtro
    moneda: str
    monedas: list[str]
    medidas: dict[str, Medida]
    grafica: dict[str, Any]
    dias: list[tuple[date, Cifras]]
    plataformas: list[tuple[str, Cifras]]
    ritmo: Ritmo | None
    ventas: Ventas

    @property
    def hay(self) -> bool:
        return self.medidas["gasto"].valor != 0 or self.medidas["impresiones"].valor != 0


def panel(nombre_nora: str, filtro: Filtro, hoy: date) -> Panel:
    """El resumen de un periodo, con el anterior."""
    leido = consultas.resumen(nombre_nora, filtro.periodo, filtro.para_base(), hoy)
    ahora, antes = por_moneda(leido.totales), por_moneda(leido.antes)
    moneda, monedas = _monedas(leido, filtro, ahora)
    por_dia = {s.clave: s.cifras for s in leido.dias if s.moneda == moneda}
    dias = [(dia, por_dia.get(dia.isoformat(), Cifras())) for dia in filtro.periodo.todos() if dia <= hoy]
    plataformas = [(str(s.clave), s.cifras) for s in leido.plataformas if s.moneda == moneda]
    return Panel(
        leido=leido,
        filtro=filtro,
        moneda=moneda,
        monedas=monedas,
        medidas=medidas(ahora.get(moneda, Cifras()), antes.get(moneda, Cifras()), moneda),
        grafica={
            "moneda": moneda,
            "dias": [dia_corto(dia) for dia, _ in dias],
            "gasto": [float(c.gasto) for _, c in dias],
            "resultados": [float(c.resultados) for _, c in dias],
        },
        dias=dias,
        plataformas=sorted(plataformas, key=lambda par: -par[1].gasto),
        ritmo=ritmo(leido, hoy),
        ventas=ventas(leido, ahora.get(moneda, Cifras()).gasto, moneda),
    )


def _monedas(leido: Alrededor, filtro: Filtro, ahora: PorMoneda) -> tuple[str, list[str]]:
    """La que se enseña, y todas las que hay."""
    todas = ahora.monedas + sorted({c.moneda for c in leido.vinculadas} - set(ahora))
    if filtro.moneda in todas:
        return filtro.moneda, todas
    return (todas[0] if todas else "MXN"), todas


def moneda_del_presupuesto(leido: Alrededor) -> str:
    """En qué moneda está el presupuesto del mes."""
    return leido.ajustes.moneda if leido.ajustes else "MXN"


def ritmo(leido: Resumen, hoy: date) -> Ritmo | None:
    """Cómo va el presupuesto del mes; None si no se puso uno."""
    if leido.ajustes is None or leido.ajustes.presupuesto_mensual is None:
        return None
    moneda = leido.ajustes.moneda
    hasta_ayer = por_moneda(leido.mes).get(moneda, Cifras()).gasto
    de_hoy = por_moneda(leido.hoy).get(moneda, Cifras()).gasto
    return ritmo_del_mes(hasta_ayer, de_hoy, leido.ajustes.presupuesto_mensual, hoy)


def ventas(leido: Resumen, gasto: Decimal, moneda: str) -> Ventas:
    """Del anuncio a la venta; lo de un anuncio que no es de una cuenta leída se cuenta, sin gasto."""
    suyos = [a for a in leido.embudo if a.moneda in (moneda, None)]
    return Ventas(
        moneda=moneda,
        anuncios=suyos,
        gasto=gasto,
        conversaciones=sum(a.conversaciones for a in suyos),
        ventas=sum(a.ventas for a in suyos),
        monto=sum((a.monto for a in suyos), Decimal(0)),
    )


@dataclass(frozen=True)
class Desglose:
    """Una página de una tabla. `siguiente`: desde qué renglón sigue, o None."""

    leido: Tabla
    nivel: str
    renglones: list[Renglon]
    siguiente: int | None
    salto: int


def desglose(nombre_nora: str, nivel: str, filtro: Filtro, salto: int) -> Desglose:
    """Los renglones de un nivel, de lo que más gastó a lo que menos (los días, del más nuevo)."""
    limite = 100 if nivel == "dia" else POR_PAGINA
    leido = consultas.tabla(
        nombre_nora, nivel, filtro.periodo, filtro.para_base(), filtro.texto, limite, salto
    )
    sigue = salto + limite if len(leido.renglones) > limite else None
    return Desglose(leido, nivel, list(leido.renglones[:limite]), sigue, salto)


def nombre_de(renglon: Renglon, nivel: str) -> str:
    """Cómo se llama un renglón en pantalla."""
    if nivel == "plataforma":
        return PLATAFORMAS.get(str(renglon.clave), str(renglon.clave))
    if nivel == "dia":
        return dia_corto(date.fromisoformat(str(renglon.clave)))
    return renglon.nombre


_COLUMNAS_CSV = ("gasto", "impresiones", "alcance", "clics", "clics_enlace", "conversaciones", "prospectos")


def como_csv(nombre_nora: str, nivel: str, filtro: Filtro) -> Iterator[str]:
    """Los renglones como hoja de cálculo, con la moneda de cada uno."""
    hoja = io.StringIO()
    escritor = csv.writer(hoja)
    escritor.writerow(
        ["id", NIVELES[nivel], "Estado", "Moneda", *_COLUMNAS_CSV, "compras", "valor", "resultados"]
        + ["ctr", "cpc", "cpm", "costo_por_resultado"]
    )
    salto = 0
    while True:
        leido = consultas.tabla(
            nombre_nora, nivel, filtro.periodo, filtro.para_base(), filtro.texto, TRAMO_CSV, salto
        )
        for r in leido.renglones[:TRAMO_CSV]:
            c = r.cifras
            cocientes = [c.ctr, c.cpc, c.cpm, c.costo_por_resultado]
            escritor.writerow(
                [r.clave, sin_formula(nombre_de(r, nivel)), r.estado, r.moneda]
                + [getattr(c, columna) for columna in _COLUMNAS_CSV]
                + [c.compras, c.valor, c.resultados]
                + ["" if x is None else f"{x:.4f}" for x in cocientes]
            )
        yield hoja.getvalue()
        hoja.seek(0)
        hoja.truncate()
        if len(leido.renglones) <= TRAMO_CSV:
            return
        salto += TRAMO_CSV


def ver_alerta(nombre_nora: str, alerta_id: str) -> None:
    """La quita de las abiertas; si vuelve a pasar, vuelve.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas.ver_alerta(nombre_nora, alerta_id, datetime.now(UTC)):
        raise ErrorNoEncontrado


def para_ajustes(nombre_nora: str) -> ParaAjustes:
    """Los ajustes y entre qué se elige."""
    return consultas.para_ajustes(nombre_nora)


def guardar_ajustes(nombre_nora: str, ajustes: Ajustes, opciones: ParaAjustes) -> None:
    """Guarda presupuesto, etiqueta y campo.

    Raises:
        ErrorDatoInvalido: la etiqueta o el campo ya no existen.
    """
    if ajustes.etiqueta_venta_id and ajustes.etiqueta_venta_id not in {e.id for e in opciones.etiquetas}:
        raise ErrorDatoInvalido("Esa etiqueta ya no existe.", campo="etiqueta_venta_id")
    if ajustes.campo_monto_id and ajustes.campo_monto_id not in {c.id for c in opciones.campos}:
        raise ErrorDatoInvalido("Ese campo ya no existe.", campo="campo_monto_id")
    consultas.guardar_ajustes(nombre_nora, ajustes)
