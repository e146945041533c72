"""El motor de la API: conexiones y la foto del catálogo, que se relee cuando cambia."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from . import errores
from .conexiones import Conexion, ConexionRota, Fila, Fondo, FueraDePlazo, OrdenFallida, Paso
from .esquema import CONSULTA_FUNCIONES, CONSULTA_LLAVES, CONSULTA_TABLAS, Esquema, armar_esquema
from .fragmentos import arreglo

T = TypeVar("T")
# Sin oído, los cambios de esquema se notan al fallar; no hace falta insistir en cada petición.
ESPERA_OYENTE_S = 1.0
# Estos fallos dicen que la foto del catálogo puede estar vieja.
_FALTANTES = frozenset({"PGRST200", "PGRST202", "PGRST204", "PGRST205"})


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
    ) -> None:
        self.esquemas = tuple(esquemas)
        self.max_filas = max_filas
        self.plazo_s = plazo_s
        self.fondo = Fondo(db_uri, maximo=conexiones, plazo_s=plazo_s, nombre="supabase_local")
        self.rutas_de_busqueda = {
            e: ", ".join('"' + n.replace('"', '""') + '"' for n in dict.fromkeys((e, "public", "extensions")))
            for e in self.esquemas
        }
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
            consultas = [
                Paso(c.as_bytes(None), expuestos)
                for c in (CONSULTA_TABLAS, CONSULTA_LLAVES, CONSULTA_FUNCIONES)
            ]
            # Con search_path vacío, los nombres de tipos y de valores por omisión salen calificados.
            previo = Paso(b"select pg_catalog.set_config('search_path', '', true)")

            def trabajo(conexion: Conexion) -> list[list[Fila]]:
                inicio, final = Paso(b"BEGIN READ ONLY"), Paso(b"ROLLBACK")
                return conexion.correr([inicio, previo, *consultas, final], limite)[2:5]

            try:
                filas = self.fondo.usar(trabajo, limite, repetible=True)
            except OrdenFallida as error:
                raise errores.ErrorApi(
                    503, "PGRST002", "Could not query the database for the schema cache. Retrying.",
                    error.falla.mensaje,
                ) from error  # fmt: skip
            textos = [fila[0][0] or b"[]" for fila in filas]
            esquema = armar_esquema(textos[0], textos[1], textos[2])
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
            self._olvidar()
            self._reintentar_oyente = time.monotonic() + ESPERA_OYENTE_S
            if isinstance(error, FueraDePlazo):
                raise errores.fuera_de_plazo(self.plazo_s) from error
        finally:
            self._oyendo.release()

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
