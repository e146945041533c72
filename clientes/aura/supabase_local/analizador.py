"""Lee la dirección entera (texto -> árbol). Lo que no cumple la gramática es PGRST100; nada se adivina.

La gramática: documentación de PostgREST, "Tables and Views", "Resource Embedding" y "URL Grammar".
"""

from __future__ import annotations

from collections.abc import Iterable

from . import errores
from .analizador_filtros import leer_logica, leer_operacion
from .analizador_select import leer_orden, leer_select
from .arbol import Campo, Condicion, Consulta, Elemento, Filtro, Orden, Rango, Ruta, Todo
from .lector import Lector


def leer_ruta(clave: str) -> tuple[Ruta, Campo]:
    """``a.b.columna->x``: el camino de incrustados y el campo."""
    lector = Lector(clave, "tree path")
    nombres = [lector.nombre()]
    while lector.come("."):
        nombres.append(lector.nombre())
    pasos = lector.pasos_json()
    lector.exige_fin()
    return tuple(nombres[:-1]), Campo(nombres[-1], pasos)


def _ruta_de(clave: str, palabra: str) -> Ruta:
    ruta, campo = leer_ruta(clave)
    if campo.nombre != palabra:
        raise errores.analisis(clave, 0, palabra, de="tree path")
    return ruta


def _entero(texto: str, de: str) -> int:
    lector = Lector(texto, de)
    if not texto.lstrip("-").isascii() or not texto.lstrip("-").isdigit() or len(texto) > 18:
        raise lector.falla("digit")
    valor = int(texto)
    if valor < 0 and de == "offset":
        # Un inicio negativo es como no darlo.
        return 0
    if valor < 0:
        raise errores.rango("Limit should be greater than or equal to zero.")
    return valor


def leer_nombres(texto: str, de: str) -> tuple[str, ...]:
    """Una lista de nombres separados por comas (``columns``, ``on_conflict``)."""
    lector = Lector(texto, de)
    nombres = [lector.nombre()]
    while lector.come(","):
        lector.espacios()
        nombres.append(lector.nombre())
    lector.exige_fin()
    return tuple(nombres)


def leer_consulta(parametros: Iterable[tuple[str, str]], *, es_rpc_get: bool = False) -> Consulta:
    """Lee los parámetros de la dirección.

    En un RPC por GET, lo que no trae operador es un argumento de la función.

    Raises:
        ErrorApi: PGRST100 con lo primero que no se entiende.
    """
    seleccion: tuple[Elemento, ...] = (Todo(),)
    condiciones: list[tuple[Ruta, Condicion]] = []
    ordenes: list[tuple[Ruta, tuple[Orden, ...]]] = []
    rangos: dict[Ruta, Rango] = {}
    columnas: tuple[str, ...] | None = None
    en_conflicto: tuple[str, ...] = ()
    argumentos: list[tuple[str, str]] = []
    vistas: set[str] = set()
    for clave, valor in parametros:
        ultima = clave.rpartition(".")[2]
        if clave in ("select", "columns", "on_conflict"):
            # Repetidas, vale la primera.
            if clave in vistas:
                continue
            vistas.add(clave)
        if clave == "select":
            seleccion = leer_select(valor)
        elif clave == "columns":
            columnas = leer_nombres(valor, "columns parameter")
        elif clave == "on_conflict":
            en_conflicto = leer_nombres(valor, "on_conflict parameter")
        elif ultima == "order":
            if valor:
                ordenes.append((_ruta_de(clave, "order"), leer_orden(valor)))
        elif ultima == "limit":
            ruta = _ruta_de(clave, "limit")
            rangos[ruta] = Rango(rangos.get(ruta, Rango()).desde, _entero(valor, "limit"))
        elif ultima == "offset":
            ruta = _ruta_de(clave, "offset")
            rangos[ruta] = Rango(_entero(valor, "offset"), rangos.get(ruta, Rango()).cuantas)
        elif ultima in ("and", "or"):
            ruta = _ruta_de(clave, ultima)
            operador = ultima
            if ruta and ruta[-1] == "not":
                ruta, operador = ruta[:-1], f"not.{ultima}"
            condiciones.append((ruta, leer_logica(operador, valor)))
        else:
            try:
                operacion = leer_operacion(valor)
            except errores.ErrorApi:
                if not es_rpc_get:
                    raise
                argumentos.append((clave, valor))
                continue
            ruta, campo = leer_ruta(clave)
            condiciones.append((ruta, Filtro(campo, operacion)))
    return Consulta(
        seleccion,
        tuple(condiciones),
        tuple(ordenes),
        tuple(rangos.items()),
        columnas,
        en_conflicto,
        tuple(argumentos),
    )
