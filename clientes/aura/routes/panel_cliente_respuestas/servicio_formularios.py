"""Las reglas de los formularios: pasos, orden y lo contestado en una hoja."""

from __future__ import annotations

import csv
import io
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

from ...conversacion.modelos import Paso
from ...personas.servicio import anotar
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.formato import fecha
from . import consultas_formularios as consultas
from .consultas_formularios import Contestado, FormularioDelDueno
from .formularios_pasos import PASOS_MAXIMOS

ESTADOS = {
    "terminado": "Terminado",
    "en_curso": "A medias",
    "cancelado": "Cancelado",
    "vencido": "Sin terminar",
}


def buscar_paso(formulario: FormularioDelDueno, clave: str) -> Paso:
    """Uno de sus pasos.

    Raises:
        ErrorNoEncontrado: no está.
    """
    hallado = next((p for p in formulario.pasos if p.clave == clave), None)
    if hallado is None:
        raise ErrorNoEncontrado
    return hallado


def guardar_paso(nombre_nora: str, formulario: FormularioDelDueno, nuevo: dict[str, Any]) -> None:
    """Cambia el que tiene esa clave, o lo agrega al final.

    Raises:
        ErrorDatoInvalido: ya no caben.
    """
    pasos = [p.model_dump() for p in formulario.pasos]
    lugar = next((n for n, p in enumerate(pasos) if p["clave"] == nuevo["clave"]), None)
    if lugar is None and len(pasos) >= PASOS_MAXIMOS:
        raise ErrorDatoInvalido(f"Caben {PASOS_MAXIMOS} preguntas; con más, la gente no termina.")
    if lugar is None:
        pasos.append(nuevo)
    else:
        pasos[lugar] = nuevo
    consultas.cambiar(nombre_nora, formulario.id, {"pasos": pasos})


def clave_nueva() -> str:
    """La clave de un paso: no dice nada y no se repite, para poder cambiar la pregunta sin perder lo contestado."""
    return f"p{secrets.token_hex(4)}"


def mover_paso(nombre_nora: str, formulario: FormularioDelDueno, clave: str, *, arriba: bool) -> None:
    """Un lugar hacia arriba o hacia abajo; en la orilla no hace nada."""
    pasos = [p.model_dump() for p in formulario.pasos]
    aqui = formulario.pasos.index(buscar_paso(formulario, clave))
    alla = aqui + (-1 if arriba else 1)
    if 0 <= alla < len(pasos):
        pasos[aqui], pasos[alla] = pasos[alla], pasos[aqui]
        consultas.cambiar(nombre_nora, formulario.id, {"pasos": pasos})


def borrar_paso(nombre_nora: str, formulario: FormularioDelDueno, clave: str) -> None:
    """Lo quita; lo ya contestado se queda."""
    era = buscar_paso(formulario, clave)
    pasos = [p.model_dump() for p in formulario.pasos if p is not era]
    consultas.cambiar(nombre_nora, formulario.id, {"pasos": pasos})


def borrar(quien: Identidad, nombre_nora: str, formulario_id: str) -> FormularioDelDueno:
    """Lo quita con lo contestado, y lo anota; devuelve lo que era."""
    era = consultas.leer(nombre_nora, formulario_id)
    consultas.borrar(nombre_nora, formulario_id)
    anotar(quien, "borrar_formulario", nombre_nora=nombre_nora, objeto=era.nombre)
    return era


def columnas_de(formulario: FormularioDelDueno, contestados: Iterable[Contestado]) -> dict[str, str]:
    """Clave -> pregunta: las de hoy y, después, las que ya se quitaron y alguien contestó."""
    columnas = {p.clave: p.pregunta for p in formulario.pasos}
    for uno in contestados:
        for paso in uno.pasos:
            if paso.clave in uno.datos:
                columnas.setdefault(paso.clave, paso.pregunta)
    return columnas


def como_csv(nombre_nora: str, formulario: FormularioDelDueno, zona: str) -> Iterator[str]:
    """Una hoja que Excel abre bien: con marca de orden, y sin celdas que se ejecuten."""
    todos = list(consultas.todos_los_contestados(nombre_nora, formulario.id))
    columnas = columnas_de(formulario, todos)
    yield "\ufeff" + _renglon(["Fecha", "Quién", "Teléfono", "Estado", *columnas.values()])
    for uno in todos:
        comunes = [fecha(uno.fecha_creacion, zona), uno.quien, uno.telefono, ESTADOS[uno.estado]]
        yield _renglon([*comunes, *(uno.datos.get(clave, "") for clave in columnas)])


def _renglon(celdas: list[str]) -> str:
    texto = io.StringIO()
    csv.writer(texto).writerow([_inofensiva(celda) for celda in celdas])
    return texto.getvalue()


def _inofensiva(celda: str) -> str:
    """Lo que un cliente escribió puede empezar como fórmula; los teléfonos se dejan."""
    numero = celda[:1] in ("+", "-") and celda[1:].replace(".", "", 1).isdecimal()
    return f"'{celda}" if celda[:1] in ("=", "+", "-", "@", "\t", "\r") and not numero else celda
