"""El motor de la API: conexiones y la foto del catálogo, que se relee cuando cambia."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Sequence
from typing import Literal, TypeVar

from psycopg import sql

from . import errores
from .catalogo import armar_esquema
from .conexiones import Conexion, ConexionRota, Fila, FueraDePlazo, OrdenFallida, Paso
from .esquema import Esquema
from .esquema_consultas import CONSULTAS
from .fondo import Fondo
from .formas import Memoria
from .fragmentos import arreglo

T = TypeVar("T")
FinTx = Literal["commit", "commit-allow-override", "rollback", "rollback-allow-override"]
# Sin oído, los cambios de esquema se notan al fallar; no hace falta insistir en cada petición.
ESPERA_OYENTE_S = 1.0
# Estos fallos dicen que la foto del catálogo puede estar vieja.
_FALTANTES = frozenset({"PGRST200", "PGRST202", "PGRST204", "PGRST205"})


ZONAS = Paso(b"select json_agg(name) from pg_catalog.pg_timezone_names")


def _llamada(nombre: str) -> Paso:
    """``esquema.funcion`` -> la orden que la llama antes de cada petición."""
    partes = nombre.split(".", 1)
    return Paso(sql.SQL("select {}()").format(sql.Identifier(*partes)).as_bytes(None))


class Motor:
    """Lo que comparten las peticiones: conexiones, la foto del catálogo y los límites. Sin E/S al crearlo."""

    def __init__(
        self,
        db_uri: str,
        *,
        esquemas: Sequence[str],
        max_filas: int | None,
        plazo_s: float,
        conexiones: int,
        pre_peticion: str | None = None,
        fin_tx: FinTx = "commit",
        planes: bool = False,
        agregados: bool = False,
    ) -> None:
        self.esquemas = tuple(esquemas)
        self.fin_tx: FinTx = fin_tx
        self.planes = planes
        self.agregados = agregados
        self.pre_peticion = None if pre_peticion is None else _llamada(pre_peticion)
        self.max_filas = max_filas
        self.plazo_s = plazo_s
        self.fondo = Fondo(db_uri, maximo=conexiones, plazo_s=plazo_s, nombre="supabase_local")
        self.rutas_de_busqueda = {
            e: sql.SQL(", ")
            .join([sql.Identifier(n) for n in dict.fromkeys((e, "public", "extensions"))])
            .as_string(None)
            for e in self.esquemas
        }
        self.lecturas = Memoria()
        self._zonas: frozenset[str] | None = None
        self._esquema: Esquema | None = None
        self._generacion = 0
        self._avisos = 0
        self._reintentar_oyente = 0.0
        self._cargando = threading.Lock()
        self._oyente: Conexion | None = None
        self._oyendo = threading.Lock()

    # --- vida ----------------------------------------------------------------------------------------

    def cerrar(self) -> None:
        """Cierra todas las conexiones."""
        self.fondo.cerrar()
        with self._oyendo:
            if self._oyente is not None:
                self._oyente.cerrar()
                self._oyente = None

    def recargar_esquema(self) -> None:
        """La siguiente petición vuelve a leer el catálogo."""
        self._olvidar()

    def _olvidar(self) -> None:
        self._avisos += 1
        self._esquema = None
        self.fondo.renovar()

    def tras_bifurcar(self) -> None:
        """En el hijo de un fork: nada de lo abierto por el padre se usa ni se cierra."""
        self._cargando = threading.Lock()
        self._oyendo = threading.Lock()
        self._oyente = None

    # --- catálogo ------------------------------------------------------------------------------------

    def _catalogo(self, limite: float) -> Esquema:
        self._atender_avisos(limite)
        esquema = self._esquema
        if esquema is None:
            esquema = self._cargar(limite, self._generacion)
        return esquema

    def _cargar(self, limite: float, vista: int) -> Esquema:
        """Lee el catálogo, salvo que otro hilo ya haya leído uno más nuevo que el que se ``vista``."""
        if not self._cargando.acquire(timeout=max(0.0, limite - time.monotonic())):
            raise errores.fuera_de_plazo(self.plazo_s)
        try:
            if self._esquema is not None and self._generacion != vista:
                return self._esquema
            avisos = self._avisos
            expuestos = (arreglo(self.esquemas).encode(),)
            consultas = [Paso(c.as_bytes(None), expuestos) for c in CONSULTAS]
            # Con search_path vacío, los nombres de tipos y de valores por omisión salen calificados.
            previo = Paso(b"select pg_catalog.set_config('search_path', '', true)")

            def trabajo(conexion: Conexion) -> list[list[Fila]]:
                inicio, final = Paso(b"BEGIN READ ONLY"), Paso(b"ROLLBACK")
                return conexion.correr([inicio, previo, *consultas, final], limite)[2:-1]

            try:
                filas = self.fondo.usar(trabajo, limite, repetible=True)
            except OrdenFallida as error:
                raise errores.ErrorApi(
                    503, "PGRST002", "Could not query the database for the schema cache. Retrying.",
                    error.falla.mensaje,
                ) from error  # fmt: skip
            textos = [fila[0][0] or b"[]" for fila in filas]
            esquema = armar_esquema(textos)
            self._generacion += 1
            # Si llegó un aviso mientras se leía, esta foto sirve ahora pero no se guarda.
            if avisos == self._avisos:
                self._esquema = esquema
            return esquema
        finally:
            self._cargando.release()

    def _atender_avisos(self, limite: float) -> None:
        """Si llegó ``NOTIFY pgrst``, la foto se tira. Quien encuentra el oído ocupado no espera."""
        if not self._oyendo.acquire(blocking=False):
            return
        try:
            if self._oyente is None:
                if time.monotonic() < self._reintentar_oyente:
                    return
                self._oyente = self.fondo.abrir(limite)
                self._oyente.correr([Paso(b"LISTEN pgrst")], limite)
                # Lo que cambió mientras nadie escuchaba no se supo.
                self._olvidar()
            elif self._oyente.hay_avisos():
                self._olvidar()
        except (ConexionRota, FueraDePlazo, OrdenFallida) as error:
            if self._oyente is not None:
                self._oyente.cerrar()
                self._oyente = None
            # Sin oído no se sabe si algo cambió: se relee, pero las conexiones sirven hasta que una falle.
            self._avisos += 1
            self._esquema = None
            self._reintentar_oyente = time.monotonic() + ESPERA_OYENTE_S
            if isinstance(error, FueraDePlazo):
                raise errores.fuera_de_plazo(self.plazo_s) from error
        finally:
            self._oyendo.release()

    def zonas(self, limite: float) -> frozenset[str]:
        """Las zonas horarias que PostgreSQL conoce; se leen una vez, cuando alguien pide una."""
        if self._zonas is None:
            filas = self.fondo.usar(lambda c: c.correr([ZONAS], limite), limite, repetible=True)
            self._zonas = frozenset(json.loads(filas[0][0][0] or b"[]"))
        return self._zonas

    def con_catalogo(self, trabajo: Callable[[Esquema], T], limite: float) -> T:
        """Corre ``trabajo``; si algo no se encuentra, relee el catálogo y prueba una vez más."""
        esquema = self._catalogo(limite)
        generacion = self._generacion
        try:
            return trabajo(esquema)
        except errores.ErrorApi as error:
            if error.codigo not in _FALTANTES:
                raise
        return trabajo(self._cargar(limite, generacion))
