"""Encuentra los módulos (carpetas `panel_cliente_*`), revisa sus manifiestos y aparta los que fallan."""

from __future__ import annotations

import importlib
from dataclasses import dataclass, field
from pathlib import Path

import clientes

from ..anuncios.fuente import FuenteDeAnuncios
from ..utils.logging_utils import registro
from .accesos import ErrorRegistro
from .manifiesto import Manifiesto

NORA_COMPARTIDA = "aura"
bitacora = registro(__name__)


@dataclass(frozen=True)
class Modulo:
    """Un módulo que se pudo montar. `solo_para`: la única Nora que puede tenerlo, o None."""

    manifiesto: Manifiesto
    paquete: str
    solo_para: str | None = None

    @property
    def nombre(self) -> str:
        return self.manifiesto.nombre


@dataclass(frozen=True)
class ModuloFallido:
    """Un módulo que no se pudo montar y por qué; lo demás arranca."""

    paquete: str
    razon: str


@dataclass
class Catalogo:
    """Los módulos de la instalación, por nombre y en el orden de la navegación."""

    modulos: dict[str, Modulo] = field(default_factory=dict)
    fallidos: list[ModuloFallido] = field(default_factory=list)

    def en_orden(self) -> list[Modulo]:
        """Como se muestran: por `orden` y luego por nombre."""
        return sorted(self.modulos.values(), key=lambda m: (m.manifiesto.orden, m.nombre))

    def para(self, nombre_nora: str) -> list[Modulo]:
        """Los que esa Nora puede tener."""
        return [m for m in self.en_orden() if m.solo_para in (None, nombre_nora)]

    def anuncios(self) -> list[FuenteDeAnuncios]:
        """Las redes de anuncios que los módulos ofrecen a los reportes."""
        return [m.manifiesto.anuncios for m in self.en_orden() if m.manifiesto.anuncios is not None]

    def puede_tener(self, nombre_nora: str, modulo: str) -> bool:
        """Si ese módulo se pudo montar y no es solo de otra Nora."""
        encontrado = self.modulos.get(modulo)
        return encontrado is not None and encontrado.solo_para in (None, nombre_nora)


def carpetas_de_modulos() -> list[tuple[str | None, Path]]:
    """(Nora dueña o None, carpeta) de cada módulo que hay en disco, siempre en el mismo orden."""
    encontradas: list[tuple[str | None, Path]] = []
    # La misma raíz puede venir dos veces si sys.path la nombra de dos maneras (con «» y con su ruta).
    for raiz in sorted({Path(una).resolve() for una in clientes.__path__}):
        for carpeta_nora in sorted(raiz.iterdir()):
            duena = None if carpeta_nora.name == NORA_COMPARTIDA else carpeta_nora.name
            for carpeta in sorted((carpeta_nora / "routes").glob("panel_cliente_*")):
                if (carpeta / "__init__.py").is_file():
                    encontradas.append((duena, carpeta))
    return encontradas


def descubrir(*, estricto: bool = False) -> Catalogo:
    """Importa cada módulo y arma el catálogo.

    Args:
        estricto: en pruebas un módulo malo detiene todo; en operación se aparta y se reporta.

    Raises:
        ErrorRegistro: con `estricto`, si un módulo falla.
    """
    catalogo = Catalogo()
    for duena, carpeta in carpetas_de_modulos():
        paquete = f"clientes.{duena or NORA_COMPARTIDA}.routes.{carpeta.name}"
        try:
            modulo = cargar_modulo(paquete, carpeta.name, duena)
            if modulo.nombre in catalogo.modulos:
                raise ErrorRegistro(
                    f"Ya hay un módulo «{modulo.nombre}» en {catalogo.modulos[modulo.nombre].paquete}."
                )
            catalogo.modulos[modulo.nombre] = modulo
        except Exception as error:  # un módulo ajeno puede fallar de cualquier modo; los demás deben arrancar
            if estricto:
                raise ErrorRegistro(f"El módulo {paquete} no se puede montar: {error}") from error
            bitacora.error("modulo_fallido", paquete=paquete, exc_info=True)
            catalogo.fallidos.append(ModuloFallido(paquete, f"{type(error).__name__}: {error}"))
    return catalogo


def cargar_modulo(paquete: str, carpeta: str, duena: str | None) -> Modulo:
    """Importa un módulo y revisa su manifiesto.

    Raises:
        ErrorRegistro: con todas sus faltas juntas.
    """
    manifiesto = getattr(importlib.import_module(paquete), "manifiesto", None)
    if not isinstance(manifiesto, Manifiesto):
        raise ErrorRegistro("Falta «manifiesto = Manifiesto(...)» en su __init__.py.")
    faltas = manifiesto.faltas(carpeta)
    if faltas:
        raise ErrorRegistro(" ".join(faltas))
    return Modulo(manifiesto, paquete, duena)
