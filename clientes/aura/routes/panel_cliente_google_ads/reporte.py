"""Lo que Google ofrece a los reportes: contar una semana y leer sus cuentas."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime

from ...anuncios.fuente import NIVELES, CuentaContada, FuenteDeAnuncios, Renglon
from ...anuncios.leidos import CuentaLeida
from ...anuncios.medidas import Cifras
from ...anuncios.periodos import Periodo
from ...utils.errores import ErrorNora
from ...utils.formato import dia_corto
from . import consultas, consultas_sincronizacion, cuentas, estados, sincronizacion
from .modelos import Cuenta

RED = "google_ads"
# Un grupo de anuncios es a Google lo que un conjunto a Meta; por plataforma no hay.
DE_NIVEL = {"campana": "campana", "grupo": "conjunto", "anuncio": "anuncio", "dia": "dia"}


def contar(nombre_nora: str, periodo: Periodo, antes: Periodo) -> list[CuentaContada]:
    """Las cuentas vinculadas en un lapso, contra otro."""
    return [_contada(leida) for leida in consultas.contar(nombre_nora, periodo, antes)]


def _contada(leida: CuentaLeida) -> CuentaContada:
    total = next((r for r in leida.renglones if r.nivel == "total"), None)
    niveles: dict[str, list[Renglon]] = {nivel: [] for nivel in NIVELES}
    for r in leida.renglones:
        if (nivel := DE_NIVEL.get(r.nivel)) is not None:
            nombre = dia_corto(date.fromisoformat(r.clave)) if nivel == "dia" else r.nombre
            niveles[nivel].append(Renglon(r.clave, nombre, r.actual, r.antes))
    return CuentaContada(
        cuenta_id=leida.cuenta_id,
        red=RED,
        nombre=leida.nombre,
        moneda=leida.moneda,
        actual=total.actual if total else Cifras(),
        antes=total.antes if total else Cifras(),
        niveles=niveles,
        ejemplo=leida.ejemplo,
        hasta=leida.hasta,
    )


def leer(
    nombre_nora: str,
    desde: date,
    ahora: datetime,
    al_avanzar: Callable[[str, int], None] = lambda _q, _a: None,
) -> list[str]:
    """Lee hasta hoy las cuentas vinculadas; una frase por cada una que no se pudo. Los datos de ejemplo no se leen."""
    alrededor = consultas.alrededor(nombre_nora)
    if alrededor.conexion is None or alrededor.conexion.es_demo:
        return [] if alrededor.conexion or not alrededor.vinculadas else ["Google está desconectado."]
    fallas = []
    for cuenta in alrededor.vinculadas:
        if cuenta.estado in estados.SIN_LECTURA:
            continue
        try:
            problema = _leer_una(nombre_nora, cuenta, desde, ahora, al_avanzar)
        except ErrorNora as error:
            problema = error.mensaje
        if problema:
            fallas.append(f"{cuenta.nombre}: {problema}")
    return fallas


def _leer_una(
    nombre_nora: str, cuenta: Cuenta, desde: date, ahora: datetime, al_avanzar: Callable[[str, int], None]
) -> str:
    """Lo que salió mal, o vacío. Si ya la lee otro proceso, se espera el siguiente intento."""
    lectura = cuentas.sincronizar(nombre_nora, cuenta.id, None, ahora, desde)
    tomada = consultas_sincronizacion.tomar(nombre_nora, ahora, lectura)
    if tomada is None:
        return "ya se está leyendo; el reporte lleva lo que había."
    estado = sincronizacion.correr(
        nombre_nora,
        tomada,
        sincronizacion.Medios(al_avanzar=lambda que, avance: al_avanzar(f"{cuenta.nombre}: {que}", avance)),
    )
    if estado == "hecha":
        return ""
    leida = consultas.leer_sincronizacion(nombre_nora, lectura)
    return (leida.problema if leida else "") or f"quedó {estado}."


FUENTE = FuenteDeAnuncios(red=RED, titulo="Google", contar=contar, leer=leer)
