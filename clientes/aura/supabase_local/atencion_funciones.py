"""POST, GET, HEAD y OPTIONS sobre ``/rpc/FUNCION``."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from . import compositor_funcion, errores
from .analizador import leer_consulta
from .arbol import Consulta
from .atencion import Atencion, Respuesta, con_guc, exigir_una, filas_de, informar
from .carga import FORMULARIO, Carga, leer_carga
from .compositor import Forma
from .compositor_funcion import Argumentos, DeJson, Directos, Entero
from .conexiones import Fila
from .esquema import Esquema, Funcion
from .planificador import NodoLectura, planear_lectura
from .planificador_funcion import buscar_funcion

_APLICABLES = ("count", "tx", "handling", "timezone", "max-affected")


class AtencionFuncion(Atencion):
    """Una llamada a una función."""

    def atender(self) -> Respuesta:
        """La respuesta.

        Raises:
            ErrorApi, OrdenFallida.
        """
        metodo = self.pedido.metodo
        if metodo == "OPTIONS":
            return self._informar()
        if metodo not in ("GET", "HEAD", "POST"):
            raise errores.metodo_rpc(metodo)
        consulta = leer_consulta(self.pedido.parametros, es_rpc_get=metodo != "POST")
        carga = self._carga(consulta) if metodo == "POST" else None
        rango = self.rango(consulta)

        def plan(esquema: Esquema) -> tuple[NodoLectura, Funcion, bool]:
            dados = carga.claves if carga is not None else (clave for clave, _ in consulta.argumentos)
            medio = None if carga is None else carga.medio
            funcion, entera = buscar_funcion(esquema, self.nombre, frozenset(dados), medio=medio)
            destino = esquema.tablas.get(funcion.tabla) if funcion.tabla is not None else None
            corte = self.motor.max_filas if funcion.conjunto else None
            nodo = planear_lectura(
                esquema, self.nombre, destino, consulta, max_filas=corte, rango_raiz=rango,
                agregados=self.motor.agregados,
            )  # fmt: skip
            # Un conjunto de dominios no es un documento: solo vale uno.
            self.elegir_medio(None if funcion.conjunto else funcion.medio)
            return nodo, funcion, entera

        nodo, funcion, entera = self.planear(plan)
        if self.preferencias.max_afectadas is not None and not funcion.conjunto:
            raise errores.max_afectadas_sin_conjunto()
        orden = compositor_funcion.llamar(
            nodo, funcion, _argumentos(funcion, consulta, carga, entera),
            contar=self.preferencias.cuenta, forma=self._forma(funcion),
            sin_nulos=self.medio.interior.sin_nulos,
        )  # fmt: skip
        lectura_sola = carga is None or not funcion.volatil
        if self.medio.clase == "plan":
            return self.plan(self.ejecutar(orden, lectura_sola=lectura_sola)[0])
        fila = self.ejecutar(orden, lectura_sola=lectura_sola, revisar=self._revision())[0][0]
        return self._contestar(fila, nodo, funcion)

    def _contestar(self, fila: Fila, nodo: NodoLectura, funcion: Funcion) -> Respuesta:
        if self.medio.clase == "propio" and funcion.base == "bytea":
            fila = (*fila[:2], _binario(fila[2]), *fila[3:])
        total = int(fila[0]) if fila[0] is not None else None
        respuesta = self.pagina(fila, nodo.rango, total, _APLICABLES)
        if not funcion.nada:
            return respuesta
        encabezados = tuple((k, v) for k, v in respuesta.encabezados if k != "Content-Profile")
        return con_guc(fila, Respuesta(204, b"", "", encabezados))

    def _carga(self, consulta: Consulta) -> Carga:
        tipo = self.pedido.encabezados.get("content-type", "")
        return leer_carga(self.pedido.cuerpo, tipo, columnas=consulta.columnas, de_funcion=True)

    def _informar(self) -> Respuesta:
        consulta = leer_consulta(self.pedido.parametros, es_rpc_get=True)
        dados = frozenset(clave for clave, _ in consulta.argumentos)
        funcion, _ = self.planear(lambda e: buscar_funcion(e, self.nombre, dados, medio=None))
        return informar(["OPTIONS", "POST"] if funcion.volatil else ["OPTIONS", "GET", "HEAD", "POST"])

    def _forma(self, funcion: Funcion) -> Forma:
        clase = self.medio.interior.clase
        if funcion.nada or self.pedido.metodo == "HEAD":
            return "nada"
        if clase == "csv":
            return "csv"
        if clase == "propio":
            return "crudo"
        if funcion.compuesta:
            return "arreglo" if funcion.conjunto and clase != "objeto" else "objeto"
        if not funcion.conjunto:
            return "escalar"
        return "objeto" if clase == "objeto" else "escalares"

    def _revision(self) -> Callable[[Fila], None] | None:
        maximo = self.preferencias.max_afectadas
        una = self.medio.clase == "objeto"
        if maximo is None:
            return exigir_una if una else None

        def revisar(fila: Fila) -> None:
            if una:
                exigir_una(fila)
            if filas_de(fila) > maximo:
                raise errores.demasiadas_filas(filas_de(fila))

        return revisar


def _argumentos(funcion: Funcion, consulta: Consulta, carga: Carga | None, entera: bool) -> Argumentos:
    if carga is None:
        return Directos(_textos(funcion, consulta.argumentos))
    if carga.medio == FORMULARIO:
        return Directos(_textos(funcion, carga.pares))
    if entera:
        return Entero(carga.cuerpo)
    return DeJson(carga.cuerpo, frozenset(carga.claves), carga.es_objeto)


def _textos(funcion: Funcion, pares: Iterable[tuple[str, str]]) -> dict[str, str | tuple[str, ...]]:
    """Los argumentos por su nombre: uno variádico junta sus repeticiones; de los demás vale la última."""
    variadicos = {a.nombre for a in funcion.argumentos if a.variadico}
    salida: dict[str, str | tuple[str, ...]] = {}
    for clave, valor in pares:
        anteriores = salida.get(clave, ())
        salida[clave] = (
            (*anteriores, valor) if clave in variadicos and isinstance(anteriores, tuple) else valor
        )
    return salida


def _binario(texto: bytes | None) -> bytes:
    """``\\\\x6869`` -> ``hi``."""
    return bytes.fromhex((texto or b"\\x")[2:].decode("ascii"))
