"""Leer una cuenta de Meta: campañas, conjuntos, anuncios y sus cifras por día y plataforma.

Se lee por tramos de días. Las páginas de un tramo van a una tabla de paso conforme llegan (en memoria solo hay una),
y al terminar el tramo cada día se cambia de una vez: quien mira nunca ve un día a medias, repetirlo da lo mismo, y lo
que se corta sigue desde el último día guardado. Los lapsos largos se piden como reporte asíncrono.

Fuentes: https://developers.facebook.com/docs/marketing-api/insights y
https://developers.facebook.com/docs/marketing-api/insights/best-practices (asynchronous jobs).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from ...anuncios.corridas import Detenida, Red, llevar
from ...anuncios.medidas import a_decimal
from ...anuncios.reglas import Caso, minimo_de, revisar
from ...utils.errores import ErrorNoEncontrado, ErrorServicioExterno
from . import conexion, consultas_sincronizacion, estados
from .errores import (
    ErrorCuentaMeta,
    ErrorDemasiado,
    ErrorLimiteMeta,
    ErrorNoExisteMeta,
    ErrorPermisoMeta,
    ErrorTokenMeta,
)
from .graph import Graph
from .lectura import (
    CAMPOS_ANUNCIO,
    CAMPOS_CAMPANA,
    CAMPOS_CONJUNTO,
    CAMPOS_CUENTA,
    CAMPOS_DIA,
    fila_de_anuncio,
    fila_de_campana,
    fila_de_conjunto,
    fila_de_cuenta,
    fila_de_dia,
)
from .modelos import Tomada

DIAS_POR_TRAMO = 7
DIAS_POR_REPORTE = 30
ASINCRONO_DESDE = 15  # días que faltan
FILAS_POR_PAGINA = 200
SONDEO_S = (2.0, 15.0)  # primera espera y la mayor entre preguntas por un reporte
PLAZO_REPORTE_S = 1_800.0


RED = Red(
    nombre="meta",
    sin_permiso=(ErrorTokenMeta, ErrorPermisoMeta),
    limite=ErrorLimiteMeta,
    latir=consultas_sincronizacion.latir,
    anotar_falla=conexion.anotar_falla,
)


def _ahora() -> datetime:
    return datetime.now(UTC)


@dataclass
class Medios:
    """De dónde salen la red, el reloj y las esperas; las pruebas dan los suyos.

    Args:
        al_avanzar: recibe (qué se hace, por ciento de los días guardados) para pintar el avance en una terminal.
    """

    crear: Callable[[str], Graph] = Graph
    reloj: Callable[[], datetime] = _ahora
    esperar: Callable[[float], None] = time.sleep
    al_avanzar: Callable[[str, int], None] = field(default=lambda _que, _avance: None)


def correr_pendientes(nombre_nora: str, medios: Medios | None = None) -> int:
    """Corre las que tocan de una Nora, una tras otra. Devuelve cuántas."""
    medios = medios or Medios()
    corridas = 0
    while tomada := consultas_sincronizacion.tomar(nombre_nora, medios.reloj()):
        correr(nombre_nora, tomada, medios)
        corridas += 1
    return corridas


def correr(nombre_nora: str, tomada: Tomada, medios: Medios | None = None) -> str:
    """Lee la cuenta hasta donde se pueda y deja anotado en qué quedó.

    Returns:
        «hecha», «pausada» (sigue sola), «detenida» (hace falta una persona) o «fallida».

    Raises:
        ErrorServicioExterno: la base no contesta; otro la retoma cuando deje de dar señal.
    """
    medios = medios or Medios()
    return llevar(RED, nombre_nora, tomada, medios.reloj, _Corrida(nombre_nora, tomada, medios).todo)


class _Corrida:
    def __init__(self, nombre_nora: str, tomada: Tomada, medios: Medios) -> None:
        self._nora = nombre_nora
        self._tomada = tomada
        self._medios = medios
        self._siguiente = tomada.hecho_hasta + timedelta(days=1) if tomada.hecho_hasta else tomada.desde
        self._reporte = tomada.reporte_id or ""
        self._dias_por_tramo = 0

    def todo(self) -> None:
        self._avisar("Entrando a Meta")
        graph = conexion.graph_de(self._tomada.token_cifrado, self._medios.crear)
        moneda = self._cuenta(graph)
        self._objetos(graph, moneda)
        while self._siguiente <= self._tomada.hasta:
            self._tramo(graph)
        self._avisar("Buscando lo raro")
        poner_alertas(
            self._nora,
            self._tomada.cuenta_id,
            self._tomada.hasta - timedelta(days=1),
            self._medios.reloj(),
        )

    def _avisar(self, que: str, **cambios: Any) -> None:
        """Da señal de vida y dice qué se hace.

        Raises:
            Detenida: ya no es nuestra.
        """
        ahora = self._medios.reloj()
        if not consultas_sincronizacion.latir(self._nora, self._tomada.id, ahora, paso=que, **cambios):
            raise Detenida
        total = (self._tomada.hasta - self._tomada.desde).days + 1
        hechos = (self._siguiente - self._tomada.desde).days
        self._medios.al_avanzar(que, max(0, min(100, 100 * hechos // total)))

    def _cuenta(self, graph: Graph) -> str:
        leida = fila_de_cuenta(graph.leer(self._tomada.externo_id, CAMPOS_CUENTA))
        if leida["estado"] == estados.CUENTA_CERRADA:
            raise ErrorCuentaMeta(
                "La cuenta está cerrada en Meta. Lo que ya se leyó se queda; no hay nada nuevo que leer."
            )
        return str(leida["moneda"])

    def _objetos(self, graph: Graph, moneda: str) -> None:
        inicio = self._medios.reloj()
        cuenta = self._tomada.externo_id
        frecuencias = self._frecuencias(graph)
        for tabla, borde, campos, leer, que in (
            ("meta_ads_campanas", "campaigns", CAMPOS_CAMPANA, fila_de_campana, "Leyendo campañas"),
            ("meta_ads_conjuntos", "adsets", CAMPOS_CONJUNTO, fila_de_conjunto, "Leyendo conjuntos"),
        ):
            self._avisar(que)
            for pagina in graph.paginas(cuenta, borde, {"fields": campos}):
                self._guardar(tabla, [leer(dato, moneda) for dato in pagina])
        self._avisar("Leyendo anuncios")
        for pagina in graph.paginas(cuenta, "ads", {"fields": CAMPOS_ANUNCIO}):
            self._guardar(
                "meta_ads_anuncios",
                [fila_de_anuncio(dato, frecuencias.get(str(dato["id"]))) for dato in pagina],
            )
        # Solo tras leerlas todas se sabe qué falta.
        consultas_sincronizacion.marcar_ausentes(self._nora, self._tomada.cuenta_id, inicio)

    def _guardar(self, tabla: str, leidos: list[dict[str, Any]]) -> None:
        consultas_sincronizacion.guardar_objetos(
            self._nora, tabla, self._tomada.cuenta_id, leidos, self._medios.reloj()
        )

    def _frecuencias(self, graph: Graph) -> dict[str, Decimal]:
        """La de cada anuncio en los siete días terminados; sumar el alcance diario no la da."""
        ayer = self._tomada.hasta - timedelta(days=1)
        parametros = {
            "level": "ad",
            "fields": "ad_id,frequency",
            "time_range": _lapso(ayer - timedelta(days=6), ayer),
        }
        self._avisar("Leyendo frecuencias")
        return {
            str(dato["ad_id"]): a_decimal(dato.get("frequency"))
            for pagina in graph.paginas(self._tomada.externo_id, "insights", parametros, FILAS_POR_PAGINA)
            for dato in pagina
            if dato.get("frequency")
        }

    def _tramo(self, graph: Graph) -> None:
        faltan = (self._tomada.hasta - self._siguiente).days + 1
        largo = faltan >= ASINCRONO_DESDE
        dias = min(self._dias_por_tramo or (DIAS_POR_REPORTE if largo else DIAS_POR_TRAMO), faltan)
        desde, hasta = self._siguiente, self._siguiente + timedelta(days=dias - 1)
        consultas_sincronizacion.tirar_paginas(self._nora, self._tomada.id)
        try:
            paginas = self._por_reporte(graph, desde, hasta) if largo else self._directo(graph, desde, hasta)
            for pagina in paginas:
                filas = [
                    fila
                    for dato in pagina
                    if desde.isoformat() <= (fila := fila_de_dia(dato))["dia"] <= hasta.isoformat()
                ]
                consultas_sincronizacion.guardar_pagina(self._nora, self._tomada.id, filas)
                self._avisar(f"Leyendo del {desde:%d/%m} al {hasta:%d/%m}")
        except ErrorDemasiado:
            if dias == 1:
                raise
            self._dias_por_tramo, self._reporte = dias // 2, ""
            return
        # Un día por transacción: con cientos de anuncios, un mes de una vez no cabe en el plazo de la base.
        for dia in (desde + timedelta(days=n) for n in range(dias)):
            try:
                consultas_sincronizacion.cerrar_tramo(
                    self._nora, self._tomada.id, dia, dia, self._medios.reloj()
                )
            except ErrorNoEncontrado:
                raise Detenida from None
            self._siguiente = dia + timedelta(days=1)
        self._reporte = ""

    def _directo(self, graph: Graph, desde: date, hasta: date) -> Iterator[list[dict[str, Any]]]:
        return graph.paginas(self._tomada.externo_id, "insights", _parametros(desde, hasta), FILAS_POR_PAGINA)

    def _por_reporte(self, graph: Graph, desde: date, hasta: date) -> Iterator[list[dict[str, Any]]]:
        """Pide el reporte (o retoma el que ya se pidió para estos días), espera a que esté y lo lee por páginas."""
        marca = f"|{desde}|{hasta}"
        reporte = self._reporte.removesuffix(marca) if self._reporte.endswith(marca) else ""
        if reporte:
            try:
                self._esperar_reporte(graph, reporte)
            except ErrorNoExisteMeta:
                reporte = ""  # Meta los guarda unos días; ese ya no está
        if not reporte:
            pedido = graph.mandar(self._tomada.externo_id, "insights", _parametros(desde, hasta))
            reporte = str(pedido.get("report_run_id") or "")
            if not reporte:
                raise ErrorServicioExterno("Meta no empezó el reporte.")
            self._reporte = reporte + marca
            self._avisar("Meta prepara el reporte", reporte_id=self._reporte)
            self._esperar_reporte(graph, reporte)
        yield from graph.paginas(reporte, "insights", {}, FILAS_POR_PAGINA)

    def _esperar_reporte(self, graph: Graph, reporte: str) -> None:
        espera, esperado = SONDEO_S[0], 0.0
        while True:
            estado = graph.leer(reporte, "async_status,async_percent_completion")
            como, avance = str(estado.get("async_status")), int(estado.get("async_percent_completion") or 0)
            if como == "Job Completed" and avance >= 100:
                return
            if como in ("Job Failed", "Job Skipped"):
                raise ErrorDemasiado
            if esperado >= PLAZO_REPORTE_S:
                raise ErrorServicioExterno("Meta sigue preparando el reporte.")
            self._avisar(f"Meta prepara el reporte: {avance}%")
            self._medios.esperar(espera)
            esperado += espera
            espera = min(espera * 1.5, SONDEO_S[1])


def _lapso(desde: date, hasta: date) -> str:
    return json.dumps({"since": desde.isoformat(), "until": hasta.isoformat()})


def _parametros(desde: date, hasta: date) -> dict[str, Any]:
    return {
        "level": "ad",
        "time_increment": 1,
        "time_range": _lapso(desde, hasta),
        "breakdowns": "publisher_platform",
        "fields": CAMPOS_DIA,
    }


def poner_alertas(nombre_nora: str, cuenta_id: str, hasta: date, ahora: datetime) -> int:
    """Corre las reglas sobre los anuncios de una cuenta y deja sus alertas al día. Devuelve cuántas son nuevas."""
    halladas = []
    for leido in consultas_sincronizacion.casos(nombre_nora, cuenta_id, hasta):
        caso = Caso(
            anuncio_id=leido.anuncio_id,
            nombre=leido.nombre,
            moneda=leido.moneda,
            actual=leido.actual,
            anterior=leido.anterior,
            frecuencia=leido.frecuencia,
            estado=leido.estado,
            motivo_rechazo=leido.motivo_rechazo,
            minimo=minimo_de(leido.moneda),
        )
        halladas += [
            {
                "clave": f"{h.tipo}:{h.anuncio_id}",
                "tipo": h.tipo,
                "nivel": h.nivel,
                "anuncio_id": h.anuncio_id,
                "titulo": h.titulo,
                "texto": h.texto,
            }
            for h in revisar(caso)
        ]
    return consultas_sincronizacion.poner_alertas(nombre_nora, cuenta_id, halladas, ahora)
