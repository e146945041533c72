"""Lo que enseñan las páginas de anuncios de Google: cifras comparadas, tablas, búsquedas por negar y filtros."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from ...anuncios.leidos import por_moneda
from ...anuncios.medidas import Cifras, PorMoneda
from ...anuncios.pantalla import Definicion, Medida, id_de_la_red, medir, uuid_o_nada
from ...anuncios.periodos import Periodo, leer_periodo
from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.formato import dia_corto
from ...utils.hojas import sin_formula
from . import consultas
from .cuentas import hoy_en
from .estados import CONCORDANCIA, de_fuerza
from .modelos import Alrededor, Renglon, Resumen, Tabla

POR_PAGINA = 50
TRAMO_CSV = 500
LARGO_TEXTO = 80
TERMINOS_DE_UNA_VEZ = 200
NIVELES = {
    "campana": "Campaña",
    "grupo": "Grupo",
    "anuncio": "Anuncio",
    "palabra": "Palabra clave",
    "termino": "Búsqueda",
    "conversion": "Conversión",
    "dia": "Día",
}
SOLO = {"palabra": "sin_convertir", "termino": "negativas"}


@dataclass(frozen=True)
class Filtro:
    """Lo que se está mirando; vive en la dirección. Vacío no filtra."""

    periodo: Periodo
    cuenta: str = ""
    campana: str = ""
    grupo: str = ""
    texto: str = ""
    moneda: str = ""
    solo: bool = False

    def para_base(self) -> dict[str, str]:
        """Solo lo que filtra cifras."""
        pares = {"cuenta": self.cuenta, "campana": self.campana, "grupo": self.grupo}
        return {clave: valor for clave, valor in pares.items() if valor}

    def como_direccion(self, **cambios: str | None) -> dict[str, str]:
        """Los argumentos para volver a esto, con cambios encima (vacío o None quita)."""
        pares: dict[str, str | None] = {
            **self.periodo.como_direccion(),
            **self.para_base(),
            "q": self.texto,
            "moneda": self.moneda,
            "solo": "1" if self.solo else "",
            **cambios,
        }
        return {clave: valor for clave, valor in pares.items() if valor}

    @property
    def aparte(self) -> int:
        """Cuántos filtros hay además del periodo."""
        return len(self.para_base()) + self.solo


def leer_filtro(argumentos: Mapping[str, str], hoy: date) -> Filtro:
    """El filtro que pide una dirección; lo que no se entienda no filtra."""
    return Filtro(
        periodo=leer_periodo(argumentos, hoy),
        cuenta=uuid_o_nada(argumentos.get("cuenta", "")),
        campana=id_de_la_red(argumentos.get("campana", "")),
        grupo=id_de_la_red(argumentos.get("grupo", "")),
        texto=argumentos.get("q", "").strip()[:LARGO_TEXTO].replace("\x00", ""),
        moneda=argumentos.get("moneda", "") if argumentos.get("moneda", "").isalpha() else "",
        solo=argumentos.get("solo", "") == "1",
    )


def hoy_de_la_nora() -> date:
    """Qué día es en la zona de la Nora de esta petición."""
    nora = nora_actual()
    return hoy_en(nora.zona_horaria if nora else ZONA_SIN_NORA, datetime.now(UTC))


_MEDIDAS: tuple[Definicion, ...] = (
    ("gasto", "Gasto", lambda c: c.gasto, "dinero", None),
    ("conversiones", "Conversiones", lambda c: c.conversiones, "fraccion", True),
    ("costo_por_conversion", "Costo por conversión", lambda c: c.costo_por_resultado, "dinero", False),
    ("valor", "Valor de las conversiones", lambda c: c.valor, "dinero", True),
    ("impresiones", "Impresiones", lambda c: c.impresiones, "entero", True),
    ("clics", "Clics", lambda c: c.clics, "entero", True),
    ("ctr", "CTR", lambda c: c.ctr, "porciento", True),
    ("cpc", "Costo por clic", lambda c: c.cpc, "dinero", False),
    ("cpm", "Costo por mil vistas", lambda c: c.cpm, "dinero", False),
)


def medidas(ahora: Cifras, antes: Cifras, moneda: str) -> dict[str, Medida]:
    """Todas las medidas de unas cifras, con las de antes al lado."""
    return medir(_MEDIDAS, ahora, antes, moneda)


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
    conversiones: list[tuple[str, Cifras]]

    @property
    def hay(self) -> bool:
        return self.medidas["gasto"].valor != 0 or self.medidas["impresiones"].valor != 0

    def de_la_moneda(self, renglones: tuple[Renglon, ...]) -> list[Renglon]:
        """Los que están en la moneda que se mira."""
        return [r for r in renglones if r.moneda == self.moneda]


def panel(nombre_nora: str, filtro: Filtro, hoy: date) -> Panel:
    """El resumen de un periodo, con el anterior."""
    leido = consultas.resumen(nombre_nora, filtro.periodo, filtro.para_base())
    ahora, antes = por_moneda(leido.totales), por_moneda(leido.antes)
    moneda, monedas = _monedas(leido, filtro, ahora)
    por_dia = {s.clave: s.cifras for s in leido.dias if s.moneda == moneda}
    dias = [(dia, por_dia.get(dia.isoformat(), Cifras())) for dia in filtro.periodo.todos() if dia <= hoy]
    conversiones = [(str(s.clave), s.cifras) for s in leido.conversiones if s.moneda == moneda]
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
            "resultados": [float(c.conversiones) for _, c in dias],
        },
        dias=dias,
        conversiones=sorted(conversiones, key=lambda par: -par[1].conversiones),
    )


def _monedas(leido: Alrededor, filtro: Filtro, ahora: PorMoneda) -> tuple[str, list[str]]:
    """La que se enseña, y todas las que hay."""
    todas = ahora.monedas + sorted({c.moneda for c in leido.vinculadas} - set(ahora))
    if filtro.moneda in todas:
        return filtro.moneda, todas
    return (todas[0] if todas else "MXN"), todas


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
    leido = _tabla(nombre_nora, nivel, filtro, limite, salto)
    sigue = salto + limite if len(leido.renglones) > limite else None
    return Desglose(leido, nivel, list(leido.renglones[:limite]), sigue, salto)


def _tabla(nombre_nora: str, nivel: str, filtro: Filtro, limite: int, salto: int) -> Tabla:
    return consultas.tabla(
        nombre_nora,
        nivel,
        filtro.periodo,
        filtro.para_base(),
        solo=SOLO.get(nivel, "") if filtro.solo else "",
        texto=filtro.texto,
        limite=limite,
        salto=salto,
    )


def nombre_de(renglon: Renglon, nivel: str) -> str:
    """Cómo se llama un renglón en pantalla."""
    return dia_corto(date.fromisoformat(str(renglon.clave))) if nivel == "dia" else renglon.nombre


def como_csv(nombre_nora: str, nivel: str, filtro: Filtro) -> Iterator[str]:
    """Los renglones como hoja de cálculo, con la moneda de cada uno."""
    hoja = io.StringIO()
    escritor = csv.writer(hoja)
    escritor.writerow(
        ["id", NIVELES[nivel], "Estado", "Grupo", "Concordancia", "Calidad", "Fuerza", "Moneda", "gasto"]
        + ["impresiones", "clics", "conversiones", "valor", "ctr", "cpc", "costo_por_conversion"]
    )
    salto = 0
    while True:
        leido = _tabla(nombre_nora, nivel, filtro, TRAMO_CSV, salto)
        for r in leido.renglones[:TRAMO_CSV]:
            c = r.cifras
            cocientes = [c.ctr, c.cpc, c.costo_por_resultado]
            escritor.writerow(
                [sin_formula(str(r.clave)), sin_formula(nombre_de(r, nivel)), r.estado, sin_formula(r.grupo)]
                + [CONCORDANCIA.get(r.concordancia, ""), r.calidad or "", de_fuerza(r.fuerza)[0], r.moneda]
                + [c.gasto, c.impresiones, c.clics, c.conversiones, c.valor]
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


def revisar_terminos(nombre_nora: str, terminos: list[str], *, vistos: bool) -> int:
    """Los deja de proponer como negativos (o los vuelve a proponer). Devuelve cuántos.

    Raises:
        ErrorDatoInvalido: no se eligió ninguno, o son demasiados.
    """
    limpios = [t for t in dict.fromkeys(t.strip()[:400] for t in terminos) if t and "\x00" not in t]
    if not limpios:
        raise ErrorDatoInvalido("Elige al menos una búsqueda.")
    if len(limpios) > TERMINOS_DE_UNA_VEZ:
        raise ErrorDatoInvalido(f"Elige hasta {TERMINOS_DE_UNA_VEZ} a la vez.")
    (consultas.terminos_vistos if vistos else consultas.terminos_sin_ver)(nombre_nora, limpios)
    return len(limpios)
