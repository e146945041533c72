"""Lo que comparten los scripts: opciones, barra de avance, resultado y estado de salida.

Estado: 0 todo bien, 1 algo falló y lo demás se hizo, 2 argumentos malos.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO, TypeVar

import psycopg
from flask import Flask

from app_config import ErrorConfiguracion

from ..utils.errores import ErrorNora

Cosa = TypeVar("Cosa")
ANCHO = 28


@dataclass
class Resultado:
    """Lo que hizo un script. `fallas`: una frase por cosa que falló; lo demás se hizo."""

    hechos: int = 0
    fallas: list[str] = field(default_factory=list)
    datos: dict[str, Any] = field(default_factory=dict)

    @property
    def salida(self) -> int:
        return 1 if self.fallas else 0


def opciones(descripcion: str, simular: str = "no cambia nada; dice lo que haría") -> argparse.ArgumentParser:
    """Las opciones que todo script tiene. Un argumento malo termina con 2."""
    analizador = argparse.ArgumentParser(description=descripcion)
    analizador.add_argument("--simular", action="store_true", help=simular)
    analizador.add_argument("--json", action="store_true", help="al final, un renglón JSON con el resultado")
    return analizador


def con_avance(cosas: Iterable[Cosa], total: int, que: str, salida: TextIO | None = None) -> Iterator[Cosa]:
    """Recorre con una barra de avance; fuera de una terminal no pinta nada."""
    salida = salida or sys.stderr
    pinta = salida.isatty() and total > 0
    for numero, cosa in enumerate(cosas):
        if pinta:
            llenos = ANCHO * numero // total
            salida.write(f"\r{que} [{'█' * llenos}{'·' * (ANCHO - llenos)}] {numero}/{total}")
            salida.flush()
        yield cosa
    if pinta:
        salida.write(f"\r{' ' * (len(que) + ANCHO + 20)}\r")
        salida.flush()


def decir(texto: str) -> None:
    """Un renglón en la salida."""
    sys.stdout.write(f"{texto}\n")


def correr(hacer: Callable[[Flask], Resultado], *, json_al_final: bool) -> int:
    """Crea la aplicación, corre el script dentro y devuelve el estado de salida.

    Un error conocido sale como una frase en stderr y estado 1.
    """
    from .. import create_app
    from ..arranque import detener_todo
    from ..supabase_local import ErrorPostgres

    app: Flask | None = None
    try:
        app, _ = create_app()
        with app.app_context():
            resultado = hacer(app)
    except ErrorNora as error:
        resultado = Resultado(fallas=[f"{error.mensaje} {error.que_hacer}".strip()])
    except (ErrorConfiguracion, ErrorPostgres) as error:
        resultado = Resultado(fallas=[str(error)])
    except psycopg.OperationalError:
        resultado = Resultado(
            fallas=["La base de datos no contesta. Revisa que esté prendida y SUPABASE_DB_URL."]
        )
    except psycopg.Error as error:
        resultado = Resultado(fallas=[f"La base de datos no lo permitió ({type(error).__name__})."])
    except OSError as error:
        resultado = Resultado(
            fallas=[f"No se pudo usar {error.filename or 'el disco'}: {error.strerror or error}."]
        )
    finally:
        detener_todo(app)
    for falla in resultado.fallas:
        sys.stderr.write(f"{falla}\n")
    if json_al_final:
        completo = {"hechos": resultado.hechos, "fallas": resultado.fallas, **resultado.datos}
        decir(json.dumps(completo, ensure_ascii=False))
    return resultado.salida
