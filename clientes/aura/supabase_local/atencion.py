"""Una petición a una tabla o función: del texto a la respuesta, con el catálogo y la conexión de la API."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from . import compositor, compositor_escritura, compositor_funcion, errores
from . import peticion as lectura
from .analizador import leer_consulta
from .arbol import Consulta, Rango
from .carga import Carga, leer_carga, leer_json
from .compositor import Forma, OrdenSql
from .compositor_escritura import Escritura
from .conexiones import Conexion, Fila, Paso, transaccion
from .esquema import (
    Esquema,
    Funcion,
    NombreCompleto,
    Tabla,
)
from .jwt_local import Identidad
from .motor import Motor
from .peticion import Peticion, Preferencias
from .planificador import NodoLectura, buscar_funcion, buscar_tabla, planear_lectura

CONTEXTO = (
    b"select pg_catalog.set_config('search_path', $1, true), pg_catalog.set_config('role', $2, true),"
    b" pg_catalog.set_config('request.jwt.claims', $3, true), pg_catalog.set_config('request.method', $4, true),"
    b" pg_catalog.set_config('request.path', $5, true), pg_catalog.set_config('request.headers', $6, true),"
    b" pg_catalog.set_config('request.cookies', $7, true), pg_catalog.set_config('response.headers', '', true),"
    b" pg_catalog.set_config('response.status', '', true)"
)
ZONA = b"select pg_catalog.set_config('timezone', $1, true)"


@dataclass
class Respuesta:
    """Lo que se contesta."""

    estado: int
    cuerpo: bytes = b""
    tipo: str = "application/json; charset=utf-8"
    encabezados: tuple[tuple[str, str], ...] = ()


class Atencion:
    """Una petición a una tabla o función, con todo lo que ya se sabe de ella."""

    def __init__(
        self,
        motor: Motor,
        pedido: Peticion,
        identidad: Identidad,
        nombre: NombreCompleto,
        preferencias: Preferencias,
        limite: float,
    ) -> None:
        self.motor = motor
        self.pedido = pedido
        self.identidad = identidad
        self.nombre = nombre
        self.preferencias = preferencias
        self.limite = limite
        self.medio, self.sin_nulos = lectura.leer_medio(pedido.encabezados.get("accept", ""))

    # --- tablas --------------------------------------------------------------------------------------

    def tabla(self) -> Respuesta:
        """GET, HEAD, POST, PATCH y DELETE sobre una tabla o vista."""
        metodo = self.pedido.metodo
        if metodo in ("GET", "HEAD"):
            return self._leer()
        if metodo == "POST":
            return self._insertar()
        if metodo == "PATCH":
            return self._actualizar()
        if metodo == "DELETE":
            return self._borrar()
        raise errores.no_implementado("PUT sobre una tabla: usa POST con resolution=merge-duplicates.")

    def _leer(self) -> Respuesta:
        consulta = leer_consulta(self.pedido.parametros)
        rango = self._rango(consulta)

        def planear(esquema: Esquema) -> NodoLectura:
            tabla = buscar_tabla(esquema, self.nombre)
            return planear_lectura(
                esquema, self.nombre, tabla, consulta, max_filas=self.motor.max_filas, rango_raiz=rango
            )

        nodo = self.motor.con_catalogo(planear, self.limite)
        orden = compositor.leer(nodo, contar=self._contar(), forma=self._forma(), sin_nulos=self.sin_nulos)
        fila = self._ejecutar(orden, lectura_sola=True, revisar=self._revisar_objeto())
        return self._pagina(fila, nodo.rango)

    def _insertar(self) -> Respuesta:
        consulta = leer_consulta(self.pedido.parametros)
        carga = leer_carga(
            self.pedido.cuerpo, self.pedido.encabezados.get("content-type", ""), columnas=consulta.columnas
        )
        preferidas = self.preferencias.valores
        resolucion = {"merge-duplicates": "merge", "ignore-duplicates": "ignore"}.get(
            preferidas.get("resolution", "")
        )

        def planear(esquema: Esquema) -> tuple[NodoLectura, Escritura]:
            tabla = buscar_tabla(esquema, self.nombre)
            nodo = self._nodo_de_escritura(esquema, tabla, consulta, con_condiciones=False)
            escritura = Escritura(
                tabla, self._columnas(tabla, carga), carga.cuerpo,
                "merge" if resolucion == "merge" else "ignore" if resolucion == "ignore" else None,
                self._conocidas(tabla, consulta.en_conflicto),
                preferidas.get("missing") == "default", carga.es_objeto and not carga.claves,
            )  # fmt: skip
            return nodo, escritura

        nodo, escritura = self.motor.con_catalogo(planear, self.limite)
        orden = compositor_escritura.insertar(
            nodo, escritura, forma=self._forma_de_escritura(), sin_nulos=self.sin_nulos
        )
        fila = self._ejecutar(orden, revisar=self._revisar_escritura())
        return self._escrita(fila, 201)

    def _actualizar(self) -> Respuesta:
        consulta = leer_consulta(self.pedido.parametros)
        carga = leer_carga(
            self.pedido.cuerpo, self.pedido.encabezados.get("content-type", ""), columnas=consulta.columnas
        )

        def planear(esquema: Esquema) -> tuple[NodoLectura, Escritura]:
            tabla = buscar_tabla(esquema, self.nombre)
            nodo = self._nodo_de_escritura(esquema, tabla, consulta, con_condiciones=True)
            return nodo, Escritura(tabla, self._columnas(tabla, carga), carga.cuerpo)

        nodo, escritura = self.motor.con_catalogo(planear, self.limite)
        orden = compositor_escritura.actualizar(
            nodo, escritura, forma=self._forma_de_escritura(), sin_nulos=self.sin_nulos
        )
        fila = self._ejecutar(orden, revisar=self._revisar_escritura())
        return self._escrita(fila, 200)

    def _borrar(self) -> Respuesta:
        consulta = leer_consulta(self.pedido.parametros)

        def planear(esquema: Esquema) -> tuple[NodoLectura, Tabla]:
            tabla = buscar_tabla(esquema, self.nombre)
            return self._nodo_de_escritura(esquema, tabla, consulta, con_condiciones=True), tabla

        nodo, tabla = self.motor.con_catalogo(planear, self.limite)
        orden = compositor_escritura.borrar(
            nodo, tabla, forma=self._forma_de_escritura(), sin_nulos=self.sin_nulos
        )
        fila = self._ejecutar(orden, revisar=self._revisar_escritura())
        return self._escrita(fila, 200)

    def _nodo_de_escritura(
        self, esquema: Esquema, tabla: Tabla, consulta: Consulta, *, con_condiciones: bool
    ) -> NodoLectura:
        if any(not ruta for ruta, _ in consulta.rangos):
            raise errores.no_implementado("limit y offset en una escritura.")
        nodo = planear_lectura(esquema, self.nombre, tabla, consulta, max_filas=None)
        if not con_condiciones:
            nodo.condiciones = []
        return nodo

    def _columnas(self, tabla: Tabla, carga: Carga) -> tuple[str, ...]:
        return () if carga.vacia else self._conocidas(tabla, tuple(dict.fromkeys(carga.claves)))

    def _conocidas(self, tabla: Tabla, nombres: tuple[str, ...]) -> tuple[str, ...]:
        for nombre in nombres:
            if nombre not in tabla.columnas:
                raise errores.columna_desconocida(tabla.nombre.nombre, nombre)
        # El orden fijo hace que dos peticiones de la misma forma den el mismo texto de SQL.
        return tuple(sorted(nombres))

    # --- funciones -----------------------------------------------------------------------------------

    def funcion(self) -> Respuesta:
        """POST, GET y HEAD sobre ``/rpc/F``."""
        metodo = self.pedido.metodo
        if metodo not in ("GET", "HEAD", "POST"):
            raise errores.metodo_rpc(metodo)
        por_post = metodo == "POST"
        consulta = leer_consulta(self.pedido.parametros, es_rpc_get=not por_post)
        rango = self._rango(consulta)
        cuerpo = self.pedido.cuerpo if self.pedido.cuerpo.strip() else b"{}"
        dato: Any = leer_json(cuerpo) if por_post else dict(consulta.argumentos)
        dados = (
            frozenset(consulta.columnas) if consulta.columnas is not None
            else frozenset(dato) if isinstance(dato, Mapping) else frozenset[str]()
        )  # fmt: skip

        def planear(esquema: Esquema) -> tuple[NodoLectura, Funcion, bool]:
            funcion, entera = buscar_funcion(
                esquema, self.nombre, dados, con_cuerpo_json=por_post and self.pedido.cuerpo.strip() != b""
            )
            destino = esquema.tablas.get(funcion.tabla) if funcion.tabla is not None else None
            corte = self.motor.max_filas if funcion.conjunto else None
            nodo = planear_lectura(esquema, self.nombre, destino, consulta, max_filas=corte, rango_raiz=rango)
            return nodo, funcion, entera

        nodo, funcion, entera = self.motor.con_catalogo(planear, self.limite)
        if not por_post:
            cuerpo = json.dumps(_argumentos_de_get(consulta, funcion)).encode()
        if not isinstance(dato, Mapping) and not entera:
            raise errores.cuerpo_invalido("Empty or invalid json")
        orden = compositor_funcion.llamar(
            nodo, funcion, sorted(dados), cuerpo, entera=entera, contar=self._contar(),
            forma=self._forma_de_funcion(funcion), sin_nulos=self.sin_nulos,
        )  # fmt: skip
        fila = self._ejecutar(
            orden,
            lectura_sola=not por_post or not funcion.volatil,
            revisar=None
            if funcion.nada or not (funcion.conjunto or funcion.compuesta)
            else self._revisar_objeto(),
        )
        if funcion.nada:
            return Respuesta(204, encabezados=_encabezados_de(fila))
        return self._pagina(fila, nodo.rango)

    def _forma_de_funcion(self, funcion: Funcion) -> Forma:
        if funcion.nada or self.pedido.metodo == "HEAD":
            return "nada"
        if self.medio == "csv" and funcion.compuesta:
            return "csv"
        if not funcion.compuesta:
            return "escalares" if funcion.conjunto and self.medio != "objeto" else "escalar"
        return "arreglo" if funcion.conjunto and self.medio != "objeto" else "objeto"

    # --- lo común ------------------------------------------------------------------------------------

    def _rango(self, consulta: Consulta) -> Rango:
        pedido = next((r for ruta, r in consulta.rangos if not ruta), Rango())
        if self.pedido.metodo != "GET":
            return pedido
        return lectura.leer_rango(self.pedido.encabezados.get("range"), pedido)

    def _contar(self) -> bool:
        # ``planned`` y ``estimated`` admiten cualquier aproximación; la exacta es la mejor.
        return "count" in self.preferencias.valores

    def _forma(self) -> Forma:
        if self.pedido.metodo == "HEAD":
            return "nada"
        return {"json": "arreglo", "objeto": "objeto", "csv": "csv"}[self.medio]  # type: ignore[return-value]

    def _forma_de_escritura(self) -> Forma:
        return self._forma() if self.preferencias.valores.get("return") == "representation" else "nada"

    def _revisar_objeto(self) -> Callable[[list[Fila]], None] | None:
        return _exigir_una if self.medio == "objeto" else None

    def _revisar_escritura(self) -> Callable[[list[Fila]], None] | None:
        maximo = self.preferencias.max_afectadas
        una = self.medio == "objeto" and self.preferencias.valores.get("return") == "representation"
        if maximo is None and not una:
            return None

        def revisar(filas: list[Fila]) -> None:
            afectadas = int(filas[0][1] or b"0")
            if maximo is not None and afectadas > maximo:
                raise errores.demasiadas_filas(afectadas)
            if una:
                _exigir_una(filas)

        return revisar

    def _ejecutar(
        self,
        orden: OrdenSql,
        *,
        lectura_sola: bool = False,
        revisar: Callable[[list[Fila]], None] | None = None,
    ) -> Fila:
        contexto = Paso(CONTEXTO, self._contexto())
        previos = [contexto]
        if self.preferencias.zona is not None:
            previos.append(Paso(ZONA, (self.preferencias.zona.encode(),)))

        def trabajo(conexion: Conexion) -> list[list[Fila]]:
            return transaccion(
                conexion,
                previos,
                Paso(orden.texto, orden.valores),
                self.limite,
                lectura=lectura_sola,
                revisar=revisar,
            )

        return self.motor.fondo.usar(trabajo, self.limite, repetible=lectura_sola)[0][0]

    def _contexto(self) -> tuple[bytes, ...]:
        propios = {
            k: v for k, v in self.pedido.encabezados.items() if k not in ("authorization", "cookie", "apikey")
        }
        return (
            self.motor.rutas_de_busqueda[self.nombre.esquema].encode(),
            self.identidad.rol.encode(),
            self.identidad.claims.encode(),
            self.pedido.metodo.encode(),
            self.pedido.ruta.encode("utf-8", "replace"),
            json.dumps(propios).encode(),
            json.dumps(_galletas(self.pedido.encabezados.get("cookie", ""))).encode(),
        )

    def _pagina(self, fila: Fila, rango: Rango) -> Respuesta:
        total = int(fila[0]) if fila[0] is not None else None
        filas = int(fila[1] or b"0")
        texto, estado = lectura.rango_de_contenido(rango.desde, filas, total)
        if estado == 416:
            raise errores.rango(f"An offset of {rango.desde} was requested, but there are only {total} rows.")
        encabezados = (("Content-Range", texto), *self._aplicadas(("count", "handling", "timezone")))
        return self._con_estado(fila, Respuesta(estado, fila[2] or b"", self._tipo(), encabezados))

    def _escrita(self, fila: Fila, estado: int) -> Respuesta:
        filas = int(fila[1] or b"0")
        contada = str(filas) if self._contar() else "*"
        tramo = f"0-{filas - 1}" if self.pedido.metodo == "PATCH" and filas else "*"
        texto = f"{tramo}/{contada}"
        encabezados = (
            ("Content-Range", texto),
            *self._aplicadas(
                ("resolution", "missing", "return", "count", "handling", "timezone", "max-affected")
            ),
        )
        if self.preferencias.valores.get("return") == "representation":
            return self._con_estado(fila, Respuesta(estado, fila[2] or b"", self._tipo(), encabezados))
        return self._con_estado(fila, Respuesta(204 if estado == 200 else estado, b"", "", encabezados))

    def _con_estado(self, fila: Fila, respuesta: Respuesta) -> Respuesta:
        """Lo que la orden dejó en ``response.status`` y ``response.headers`` manda."""
        if fila[4] is not None:
            if not fila[4].isdigit() or not 100 <= int(fila[4]) <= 599:
                raise errores.ErrorApi(500, "PGRST112", "response.status guc must be a valid status code")
            respuesta.estado = int(fila[4])
        respuesta.encabezados = (*respuesta.encabezados, *_encabezados_de(fila))
        return respuesta

    def _aplicadas(self, cuales: Sequence[str]) -> tuple[tuple[str, str], ...]:
        texto = self.preferencias.aplicadas(cuales)
        return (("Preference-Applied", texto),) if texto else ()

    def _tipo(self) -> str:
        if self.medio == "csv":
            return "text/csv; charset=utf-8"
        nulos = ";nulls=stripped" if self.sin_nulos else ""
        if self.medio == "objeto":
            return f"application/vnd.pgrst.object+json{nulos}; charset=utf-8"
        return (
            f"application/vnd.pgrst.array+json{nulos}; charset=utf-8"
            if nulos
            else "application/json; charset=utf-8"
        )


def _exigir_una(filas: list[Fila]) -> None:
    cuantas = int(filas[0][1] or b"0")
    if cuantas != 1:
        raise errores.singular(cuantas)


def _argumentos_de_get(consulta: Consulta, funcion: Funcion) -> dict[str, object]:
    """Los argumentos de la dirección; uno variádico junta sus repeticiones."""
    variadicos = {a.nombre for a in funcion.argumentos if a.variadico}
    salida: dict[str, object] = {}
    for clave, valor in consulta.argumentos:
        if clave in variadicos:
            anteriores = salida.setdefault(clave, [])
            if isinstance(anteriores, list):
                anteriores.append(valor)
        else:
            salida[clave] = valor
    return salida


def _encabezados_de(fila: Fila) -> tuple[tuple[str, str], ...]:
    if fila[3] is None:
        return ()
    defecto = errores.ErrorApi(
        500, "PGRST111",
        "response.headers guc must be a JSON array composed of objects with a single key and a string value",
    )  # fmt: skip
    try:
        datos = json.loads(fila[3])
    except ValueError as error:
        raise defecto from error
    if not isinstance(datos, list):
        raise defecto
    salida: list[tuple[str, str]] = []
    for dato in datos:
        if (
            not isinstance(dato, Mapping)
            or len(dato) != 1
            or not all(isinstance(v, str) for v in dato.values())
        ):
            raise defecto
        salida += [(str(k), str(v)) for k, v in dato.items()]
    return tuple(salida)


def _galletas(encabezado: str) -> dict[str, str]:
    salida: dict[str, str] = {}
    for trozo in encabezado.split(";"):
        clave, igual, valor = trozo.strip().partition("=")
        if igual:
            salida[clave] = valor
    return salida
