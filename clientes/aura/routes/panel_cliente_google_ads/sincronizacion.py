"""Leer una cuenta de Google: campañas, grupos, anuncios, palabras y sus cifras por día.

Se lee por tramos de días. Las tandas de un tramo van a una tabla de paso conforme llegan (en memoria solo hay una), y
al terminar el tramo cada día se cambia de una vez: quien mira nunca ve un día a medias, repetirlo da lo mismo, y lo
que se corta sigue desde el último día guardado.

Fuente: https://developers.google.com/google-ads/api/docs/reporting/streaming (SearchStream).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from ...anuncios.corridas import Detenida, Red, llevar
from ...anuncios.reglas import Caso, minimo_de, revisar
from ...utils.errores import ErrorNoEncontrado
from . import conexion, consultas_sincronizacion, estados
from .ads import Ads
from .errores import ErrorCuentaCerrada, ErrorLimiteGoogle, ErrorPermisoGoogle, ErrorTokenGoogle
from .lectura import CUENTA, NIVELES, OBJETOS, fila_de_cuenta, fila_de_dia
from .modelos import Tomada

DIAS_POR_TRAMO = 7


RED = Red(
    nombre="google",
    sin_permiso=(ErrorTokenGoogle, ErrorPermisoGoogle),
    limite=ErrorLimiteGoogle,
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

    crear: Callable[[str], Ads] = Ads
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

    def todo(self) -> None:
        self._avisar("Entrando a Google")
        ads = conexion.ads_de(self._tomada.token_cifrado, self._medios.crear)
        self._cuenta(ads)
        self._objetos(ads)
        while self._siguiente <= self._tomada.hasta:
            self._tramo(ads)
        self._avisar("Buscando lo raro")
        ayer = self._tomada.hasta - timedelta(days=1)
        poner_alertas(self._nora, self._tomada.cuenta_id, ayer, self._medios.reloj())

    def _avisar(self, que: str) -> None:
        """Da señal de vida y dice qué se hace.

        Raises:
            Detenida: ya no es nuestra.
        """
        if not consultas_sincronizacion.latir(self._nora, self._tomada.id, self._medios.reloj(), paso=que):
            raise Detenida
        total = (self._tomada.hasta - self._tomada.desde).days + 1
        hechos = (self._siguiente - self._tomada.desde).days
        self._medios.al_avanzar(que, max(0, min(100, 100 * hechos // total)))

    def _cuenta(self, ads: Ads) -> None:
        filas = [fila for tanda in self._pedir(ads, CUENTA) for fila in tanda]
        if not filas or fila_de_cuenta(filas[0].customer)["estado"] in estados.CERRADAS:
            raise ErrorCuentaCerrada

    def _pedir(self, ads: Ads, consulta: str) -> Any:
        return ads.buscar(self._tomada.externo_id, self._tomada.gerente_id, consulta)

    def _objetos(self, ads: Ads) -> None:
        inicio = self._medios.reloj()
        for tabla, consulta, leer, que in OBJETOS:
            self._avisar(f"Leyendo {que}")
            for tanda in self._pedir(ads, consulta):
                consultas_sincronizacion.guardar_objetos(
                    self._nora, tabla, self._tomada.cuenta_id, [leer(f) for f in tanda], self._medios.reloj()
                )
        # Solo tras leerlas todas se sabe qué falta.
        consultas_sincronizacion.marcar_ausentes(self._nora, self._tomada.cuenta_id, inicio)

    def _tramo(self, ads: Ads) -> None:
        faltan = (self._tomada.hasta - self._siguiente).days + 1
        dias = min(DIAS_POR_TRAMO, faltan)
        desde, hasta = self._siguiente, self._siguiente + timedelta(days=dias - 1)
        consultas_sincronizacion.tirar_paginas(self._nora, self._tomada.id)
        for nivel in NIVELES:
            self._avisar(f"Leyendo {nivel.que} del {desde:%d/%m} al {hasta:%d/%m}")
            for tanda in self._pedir(ads, nivel.consulta(desde, hasta)):
                consultas_sincronizacion.guardar_pagina(
                    self._nora, self._tomada.id, [fila_de_dia(nivel, fila) for fila in tanda]
                )
        # Un día por transacción: una semana de una cuenta grande no cabe en el plazo de la base.
        for dia in (desde + timedelta(days=n) for n in range(dias)):
            self._cerrar(dia)

    def _cerrar(self, dia: date) -> None:
        try:
            consultas_sincronizacion.cerrar_tramo(self._nora, self._tomada.id, dia, dia, self._medios.reloj())
        except ErrorNoEncontrado:
            raise Detenida from None
        self._siguiente = dia + timedelta(days=1)


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
