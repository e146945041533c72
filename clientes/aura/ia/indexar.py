"""Calcula los vectores que faltan."""

from __future__ import annotations

from . import consultas
from .codificador import codificador_actual

LOTE = 32


def texto_de_bloque(titulo: str, contenido: str) -> str:
    """Lo que se vuelve vector: el título dice de qué trata y el contenido con qué palabras."""
    return f"{titulo}. {contenido}"


def indexar_bloque(nombre_nora: str, bloque_id: str) -> bool:
    """Calcula el vector de un bloque recién guardado. Falso si ya lo tenía o no existe.

    Raises:
        ErrorServicioExterno: la base o el servicio de vectores no contestó; el barrido lo hará después.
    """
    return _indexar(nombre_nora, 1, bloque_id) > 0


def indexar_faltantes(nombre_nora: str, limite: int = LOTE) -> int:
    """Calcula los vectores que falten de una Nora, los más nuevos primero, hasta `limite`. Devuelve cuántos."""
    return _indexar(nombre_nora, limite, None)


def modelo_actual() -> str:
    """Con qué modelo van los vectores de hoy; los de otro se vuelven a calcular."""
    return codificador_actual().nombre


def _indexar(nombre_nora: str, limite: int, bloque_id: str | None) -> int:
    codificador, modelo = codificador_actual(), modelo_actual()
    faltan = consultas.por_indexar(nombre_nora, modelo, limite, bloque_id)
    if not faltan:
        return 0
    textos = [texto_de_bloque(b.titulo, b.contenido) for b in faltan]
    vectores = codificador.codificar(textos)
    for bloque, vector in zip(faltan, vectores, strict=True):
        consultas.guardar_vector(nombre_nora, bloque, vector, modelo)
    return len(faltan)
