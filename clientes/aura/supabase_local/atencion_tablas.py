"""GET, HEAD, POST, PUT, PATCH, DELETE y OPTIONS sobre una tabla o vista."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Literal

from . import compositor, compositor_conteo, compositor_escritura, errores
from .analizador import leer_consulta
from .arbol import Condicion, Consulta, Filtro
from .atencion import Atencion, Respuesta, con_guc, exigir_una, filas_de, informar
from .carga import Carga, leer_carga
from .compositor import Forma
from .compositor_escritura import Escritura, Regreso
from .conexiones import Fila
from .esquema import Esquema, Tabla
from .formas import LecturaHecha, Molde, cabe, marcar, separar
from .peticion import escapar
from .planificador import NodoLectura, buscar_tabla, planear_lectura

_DE_LECTURA = ("count", "tx", "handling", "timezone")
_DE_INSERTAR = ("resolution", "missing", "return", "count", "tx", "handling", "timezone")
_DE_ACTUALIZAR = ("missing", "return", "count", "tx", "handling", "timezone", "max-affected")
_DE_PUT = ("return", "count", "tx", "handling", "timezone")
_DE_BORRAR = ("return", "count", "tx", "handling", "timezone", "max-affected")


class AtencionTabla(Atencion):
    """Una petición a una tabla o vista."""

    def atender(self) -> Respuesta:
        """La respuesta.

        Raises:
            ErrorApi, OrdenFallida.
        """
        metodos: dict[str, Callable[[], Respuesta]] = {
            "GET": self._leer, "HEAD": self._leer, "POST": self._insertar, "PUT": self._reemplazar,
            "PATCH": self._actualizar, "DELETE": self._borrar, "OPTIONS": self._informar,
        }  # fmt: skip
        return metodos[self.pedido.metodo]()

    def _leer(self) -> Respuesta:
        forma, datos = separar(self.pedido.parametros)
        hecha, huecos = self.planear(lambda esquema: self._hecha(esquema, forma))
        self.medio = hecha.medio
        orden, *extras = [molde.con(datos if huecos else ()) for molde in hecha.ordenes]
        if self.medio.clase == "plan":
            return self.plan(self.ejecutar(orden, lectura_sola=True)[0])
        filas = self.ejecutar(
            orden, *extras, lectura_sola=True, revisar=exigir_una if self.medio.clase == "objeto" else None
        )
        fila = filas[0][0]
        total = compositor_conteo.total(fila, filas[1:], self.motor.max_filas)
        respuesta = self.pagina(fila, hecha.rango, total, _DE_LECTURA)
        respuesta.encabezados = (("Content-Location", self._direccion()), *respuesta.encabezados)
        return respuesta

    def _hecha(self, esquema: Esquema, forma: tuple[tuple[str, str], ...]) -> tuple[LecturaHecha, bool]:
        """La lectura compuesta, y si tiene huecos para los datos o ya los trae."""
        encabezados = self.pedido.encabezados
        clave = (
            self.nombre, self.pedido.metodo, encabezados.get("accept"), encabezados.get("range"),
            self.preferencias.valores.get("count"), forma,
        )  # fmt: skip
        hecha = self.motor.lecturas.buscar(esquema, clave)
        if hecha is None and cabe(forma):
            # Lo que falle con marcas se repite sin ellas: su mensaje dice lo que mandó quien pide.
            with suppress(errores.ErrorApi):
                hecha = self._componer(esquema, *marcar(forma))
            if hecha is not None:
                self.motor.lecturas.guardar(esquema, clave, hecha)
        if hecha is not None:
            return hecha, True
        entera = self._componer(esquema, self.pedido.parametros, 0)
        assert entera is not None  # noqa: S101 - sin marcas no hay ninguna que se pierda
        return entera, False

    def _componer(
        self, esquema: Esquema, parametros: Sequence[tuple[str, str]], huecos: int
    ) -> LecturaHecha | None:
        consulta = leer_consulta(parametros)
        rango = self.rango(consulta)
        tabla = buscar_tabla(esquema, self.nombre)
        nodo = planear_lectura(
            esquema, self.nombre, tabla, consulta, max_filas=self.motor.max_filas, rango_raiz=rango,
            agregados=self.motor.agregados,
        )  # fmt: skip
        self.elegir_medio()
        cuenta = self.preferencias.valores.get("count")
        orden = compositor.leer(
            nodo, contar=cuenta == "exact", forma=self._forma(), sin_nulos=self.medio.interior.sin_nulos
        )
        extras = compositor_conteo.aproximado(nodo, cuenta, self.motor.max_filas)
        moldes = [Molde.de(o, huecos) for o in (orden, *extras)]
        hechos = tuple(molde for molde in moldes if molde is not None)
        return LecturaHecha(hechos, nodo.rango, self.medio) if len(hechos) == len(moldes) else None

    def _direccion(self) -> str:
        """La dirección de lo leído, con los parámetros en orden alfabético."""
        pares = sorted(self.pedido.parametros)
        texto = "&".join([f"{escapar(k)}={escapar(v)}" for k, v in pares])
        return f"/{escapar(self.nombre.nombre)}{'?' if texto else ''}{texto}"

    def _informar(self) -> Respuesta:
        tabla = self.planear(lambda esquema: buscar_tabla(esquema, self.nombre))
        metodos = ["OPTIONS", "GET", "HEAD"]
        metodos += ["POST"] if tabla.insertable else []
        metodos += ["PUT"] if tabla.insertable and tabla.actualizable and tabla.primaria else []
        metodos += ["PATCH"] if tabla.actualizable else []
        metodos += ["DELETE"] if tabla.borrable else []
        return informar(metodos)

    # --- escrituras ----------------------------------------------------------------------------------

    def _insertar(self) -> Respuesta:
        consulta = leer_consulta(self.pedido.parametros)
        carga = self._carga(consulta)
        preferidas = self.preferencias.valores
        resolucion = _resolucion(preferidas.get("resolution"))

        def plan(esquema: Esquema) -> tuple[NodoLectura, Escritura]:
            tabla = buscar_tabla(esquema, self.nombre)
            nodo = self._nodo(esquema, tabla, consulta)
            nodo.condiciones = []
            return nodo, Escritura(
                tabla, self._columnas(tabla, carga), carga.cuerpo, carga.es_objeto, resolucion,
                tuple(sorted(consulta.en_conflicto or tabla.primaria)), preferidas.get("missing") == "default",
            )  # fmt: skip

        nodo, dato = self.planear(plan)
        orden = compositor_escritura.insertar(
            nodo, dato, regreso=self._regreso(), forma=self._forma_escrita(), sin_nulos=self._sin_nulos()
        )
        if self.medio.clase == "plan":
            return self.plan(self.ejecutar(orden)[0])
        fila = self.ejecutar(orden, revisar=self._revision())[0][0]
        if not dato.en_conflicto:
            preferidas.pop("resolution", None)
        # Un upsert que no insertó nada nuevo no creó nada.
        estado = 200 if dato.mezcla and int(fila[5] or b"0") <= 0 else 201
        contadas = str(filas_de(fila)) if self.preferencias.cuenta else "*"
        return self._escrita(
            fila,
            estado,
            estado,
            (("Content-Range", f"*/{contadas}"),),
            _DE_INSERTAR,
            _location(dato.tabla, fila),
        )

    def _reemplazar(self) -> Respuesta:
        """PUT: la fila de la dirección queda como dice el cuerpo, exista o no."""
        consulta = leer_consulta(self.pedido.parametros)
        if any(not ruta for ruta, _ in consulta.rangos):
            raise errores.limite_en_put()
        carga = self._carga(replace(consulta, columnas=None))

        def plan(esquema: Esquema) -> tuple[NodoLectura, Escritura]:
            tabla = buscar_tabla(esquema, self.nombre)
            nodo = self._nodo(esquema, tabla, consulta)
            _exigir_llave(tabla, consulta)
            return nodo, Escritura(
                tabla, self._columnas(tabla, carga), carga.cuerpo, carga.es_objeto, "merge",
                tuple(sorted(tabla.primaria)), es_put=True,
            )  # fmt: skip

        nodo, dato = self.planear(plan)
        if not dato.columnas:
            # Sin la llave en el cuerpo no puede coincidir con la de la dirección.
            raise errores.llave_de_put()
        orden = compositor_escritura.insertar(
            nodo, dato, regreso=self._regreso(), forma=self._forma_escrita(), sin_nulos=self._sin_nulos()
        )
        if self.medio.clase == "plan":
            return self.plan(self.ejecutar(orden)[0])
        fila = self.ejecutar(orden, revisar=_exigir_una_de_put)[0][0]
        estado = 201 if int(fila[5] or b"0") > 0 else 200
        return self._escrita(fila, estado, 204, (), _DE_PUT)

    def _actualizar(self) -> Respuesta:
        consulta = self._sin_limite(leer_consulta(self.pedido.parametros))
        carga = self._carga(consulta)
        con_omision = self.preferencias.valores.get("missing") == "default"

        def plan(esquema: Esquema) -> tuple[NodoLectura, Escritura]:
            tabla = buscar_tabla(esquema, self.nombre)
            nodo = self._nodo(esquema, tabla, consulta)
            columnas = self._columnas(tabla, carga)
            return nodo, Escritura(tabla, columnas, carga.cuerpo, carga.es_objeto, omision=con_omision)

        nodo, dato = self.planear(plan)
        orden = compositor_escritura.actualizar(
            nodo, dato, regreso=self._regreso(), forma=self._forma_escrita(), sin_nulos=self._sin_nulos()
        )
        if self.medio.clase == "plan":
            return self.plan(self.ejecutar(orden)[0])
        fila = self.ejecutar(orden, revisar=self._revision(con_maximo=True))[0][0]
        filas = filas_de(fila)
        contadas = str(filas) if self.preferencias.cuenta else "*"
        tramo = f"0-{filas - 1}" if filas else "*"
        return self._escrita(fila, 200, 204, (("Content-Range", f"{tramo}/{contadas}"),), _DE_ACTUALIZAR)

    def _borrar(self) -> Respuesta:
        consulta = self._sin_limite(leer_consulta(self.pedido.parametros))

        def plan(esquema: Esquema) -> tuple[NodoLectura, Tabla]:
            tabla = buscar_tabla(esquema, self.nombre)
            return self._nodo(esquema, tabla, consulta), tabla

        nodo, tabla = self.planear(plan)
        orden = compositor_escritura.borrar(
            nodo, tabla, regreso=self._regreso(), forma=self._forma_escrita(), sin_nulos=self._sin_nulos()
        )
        if self.medio.clase == "plan":
            return self.plan(self.ejecutar(orden)[0])
        fila = self.ejecutar(orden, revisar=self._revision(con_maximo=True))[0][0]
        contadas = str(filas_de(fila)) if self.preferencias.cuenta else "*"
        return self._escrita(fila, 200, 204, (("Content-Range", f"*/{contadas}"),), _DE_BORRAR)

    # --- lo común de las escrituras ------------------------------------------------------------------

    def _carga(self, consulta: Consulta) -> Carga:
        tipo = self.pedido.encabezados.get("content-type", "")
        return leer_carga(self.pedido.cuerpo, tipo, columnas=consulta.columnas)

    def _sin_limite(self, consulta: Consulta) -> Consulta:
        """PostgREST 13 dejó de limitar escrituras y escribe todas las filas: aquí se dice, no se adivina."""
        if any(not ruta for ruta, _ in consulta.rangos):
            raise errores.no_implementado("limit y offset al actualizar o borrar.")
        return consulta

    def _nodo(self, esquema: Esquema, tabla: Tabla, consulta: Consulta) -> NodoLectura:
        """Lo que se regresa; en una escritura los límites no cuentan."""
        nodo = planear_lectura(
            esquema, self.nombre, tabla, replace(consulta, rangos=()), max_filas=None,
            agregados=self.motor.agregados,
        )  # fmt: skip
        self.elegir_medio()
        return nodo

    def _columnas(self, tabla: Tabla, carga: Carga) -> tuple[str, ...]:
        """Las que se escriben, en un orden fijo: dos peticiones de la misma forma dan el mismo texto de SQL."""
        for nombre in carga.claves:
            if nombre not in tabla.columnas:
                raise errores.columna_desconocida(tabla.nombre.nombre, nombre)
        return tuple(sorted(set(carga.claves)))

    def _forma(self) -> Forma:
        if self.pedido.metodo == "HEAD":
            return "nada"
        formas: dict[str, Forma] = {"objeto": "objeto", "csv": "csv"}
        return formas.get(self.medio.interior.clase, "arreglo")

    def _forma_escrita(self) -> Forma:
        return self._forma() if self.preferencias.completa else "nada"

    def _sin_nulos(self) -> bool:
        return self.medio.interior.sin_nulos

    def _regreso(self) -> Regreso:
        if self.preferencias.completa:
            return "filas"
        return "llaves" if self.preferencias.valores.get("return") == "headers-only" else "nada"

    def _revision(self, *, con_maximo: bool = False) -> Callable[[Fila], None] | None:
        """Lo que se revisa antes de dejar escrito: un solo objeto, y no más filas que las permitidas."""
        maximo = self.preferencias.max_afectadas if con_maximo else None
        una = self.medio.clase == "objeto"
        if maximo is None:
            return exigir_una if una else None

        def revisar(fila: Fila) -> None:
            if una:
                exigir_una(fila)
            if filas_de(fila) > maximo:
                raise errores.demasiadas_filas(filas_de(fila))

        return revisar

    def _escrita(
        self,
        fila: Fila,
        estado: int,
        estado_sin_cuerpo: int,
        encabezados: tuple[tuple[str, str], ...],
        aplicables: tuple[str, ...],
        ubicacion: tuple[tuple[str, str], ...] = (),
    ) -> Respuesta:
        todos = (*ubicacion, *encabezados, *self.aplicadas(aplicables))
        if not self.preferencias.completa:
            return con_guc(fila, Respuesta(estado_sin_cuerpo, b"", "", todos))
        todos = (*todos, *self.encabezados_de_esquema())
        return con_guc(fila, Respuesta(estado, fila[2] or b"", self.medio.encabezado, todos))


def _resolucion(pedida: str | None) -> Literal["merge", "ignore"] | None:
    if pedida == "merge-duplicates":
        return "merge"
    return "ignore" if pedida == "ignore-duplicates" else None


def _location(tabla: Tabla, fila: Fila) -> tuple[tuple[str, str], ...]:
    """``Location: /tabla?id=eq.1``, cuando la orden dijo la llave."""
    if fila[6] is None:
        return ()
    pares: list[tuple[str, str | None]] = json.loads(fila[6])
    texto = "&".join(f"{escapar(k)}={'is.null' if v is None else f'eq.{escapar(v)}'}" for k, v in pares)
    return (("Location", f"/{escapar(tabla.nombre.nombre)}?{texto}"),)


def _exigir_llave(tabla: Tabla, consulta: Consulta) -> None:
    """Un PUT se filtra por toda la llave primaria, solo por ella y solo con ``eq``."""
    nombres: set[str] = set()
    for ruta, condicion in consulta.condiciones:
        if isinstance(condicion, Filtro) and ruta:
            continue
        if not _es_igualdad(condicion):
            raise errores.filtros_de_put()
        nombres.add(condicion.campo.nombre if isinstance(condicion, Filtro) else "")
    if not tabla.primaria or nombres != set(tabla.primaria):
        raise errores.filtros_de_put()


def _es_igualdad(condicion: Condicion) -> bool:
    return (
        isinstance(condicion, Filtro)
        and condicion.operacion.operador == "eq"
        and not condicion.operacion.negado
        and condicion.operacion.cuantificador is None
        and not condicion.campo.pasos
    )


def _exigir_una_de_put(fila: Fila) -> None:
    if filas_de(fila) != 1:
        raise errores.llave_de_put()
