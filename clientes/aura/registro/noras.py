"""El registro vivo: qué Noras existen en este proceso y qué tiene encendido cada una.

Las reglas de cada módulo están una sola vez en el mapa de direcciones; aquí se decide, dirección por dirección, si esa
Nora las tiene. Cada Nora tiene además su blueprint en `app.blueprints`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint
from flask.sansio.app import App
from werkzeug.exceptions import ServiceUnavailable
from werkzeug.routing import BaseConverter, Map, ValidationError

from ..utils.errores import ErrorServicioExterno
from ..utils.validators import NOMBRE_NORA
from .accesos import ErrorRegistro

REVISAR_SIN_AVISOS_S = 1.0
RECORDAR_AUSENCIA_S = 0.5
AUSENTES_EN_MEMORIA = 10_000
LECTURAS_POR_SEGUNDO = 200


@dataclass(frozen=True, slots=True)
class NoraRegistrada:
    """Lo que hace falta saber de una Nora en cada petición.

    `pausa_persona_minutos`: cuánto calla en una plática cuando escribe una persona. `envios_pausados_hasta`: el
    proveedor frenó a su número hasta entonces, por `envios_pausa_codigo`; ya pasado no significa nada.
    """

    nombre_nora: str
    nombre_visible: str
    zona_horaria: str
    ia_activa: bool
    modulos: frozenset[str]
    pausa_persona_minutos: int = 30
    envios_pausados_hasta: datetime | None = None
    envios_pausa_codigo: int | None = None

    @property
    def envios_en_pausa(self) -> bool:
        return self.envios_pausados_hasta is not None and self.envios_pausados_hasta > datetime.now(UTC)


Colgados = list[tuple[Blueprint, dict[str, Any]]]
_MODELO = Blueprint("modelo", __name__)


class BlueprintDeNora(Blueprint):
    """El blueprint de una Nora: se llama como ella y cuelga de su dirección.

    No agrega reglas (ya están, una vez por módulo); registrarlo la inscribe en el registro vivo. No guarda las tablas
    que un Blueprint común lleva, todas vacías aquí: las toma de un modelo compartido, y así diez mil caben en pocos
    megas. Sin carpeta de plantillas: el buscador de Jinja recorre las de todos cuando no encuentra algo.
    """

    def __init__(self, nora: NoraRegistrada, registro: RegistroDeNoras) -> None:
        # A propósito sin super().__init__(): ver la docstring de la clase.
        self.name = nora.nombre_nora
        self.nora = nora
        self.registro = registro

    def __getattr__(self, nombre: str) -> Any:
        return getattr(_MODELO, nombre)

    @property
    def url_prefix(self) -> str:  # type: ignore[override]
        return f"/panel_cliente/{self.name}"

    @property
    def _blueprints(self) -> Colgados:  # type: ignore[override]
        """Los de panel, webhook y módulos que tiene; las Noras con lo mismo comparten la lista."""
        return self.registro.colgados(self.nora.modulos)

    def register(self, app: App, options: dict[str, Any]) -> None:
        """La inscribe. Flask lo llama desde `app.register_blueprint`; con la aplicación ya sirviendo se llama directo.

        Raises:
            ErrorRegistro: si su nombre es el de un blueprint del sistema.
        """
        otro = app.blueprints.get(self.name)
        if otro is not None and not isinstance(otro, BlueprintDeNora):
            raise ErrorRegistro(f"«{self.name}» es el nombre de un blueprint del sistema.")
        app.blueprints[self.name] = self
        self.registro.inscribir(self.nora)


Lector = Callable[[str], NoraRegistrada | None]


class RegistroDeNoras:
    """Diccionario de Noras de este proceso, con la manera de ponerse al día.

    Args:
        leer: lee una Nora activa de la base, o None; lanza ErrorServicioExterno si la base no contesta.
    """

    def __init__(self, leer: Lector) -> None:
        self._noras: dict[str, NoraRegistrada] = {}
        self._conjuntos: dict[frozenset[str], frozenset[str]] = {}
        self._colgados: dict[frozenset[str], Colgados] = {}
        self._revisadas: dict[str, float] = {}
        self._ausentes: dict[str, float] = {}
        self._leer = leer
        self._candado = threading.Lock()
        self._fichas = float(LECTURAS_POR_SEGUNDO)
        self._fichas_desde = time.monotonic()
        self._blueprints_de: Callable[[frozenset[str]], Colgados] = lambda _: []
        self.al_cambiar: Callable[[str, NoraRegistrada | None], None] = self._aplicar
        self.cargado = False
        self.al_dia = False

    def __len__(self) -> int:
        return len(self._noras)

    def __contains__(self, nombre_nora: object) -> bool:
        return nombre_nora in self._noras

    def nombres(self) -> list[str]:
        """Los nombres inscritos, en orden."""
        return sorted(self._noras)

    def obtener(self, nombre_nora: str) -> NoraRegistrada | None:
        """La Nora como este proceso la conoce, sin preguntar a la base."""
        return self._noras.get(nombre_nora)

    def conjunto(self, modulos: Iterable[str]) -> frozenset[str]:
        """El mismo objeto para el mismo conjunto: las Noras con los mismos módulos lo comparten."""
        nuevo = frozenset(modulos)
        return self._conjuntos.setdefault(nuevo, nuevo)

    def colgados(self, modulos: frozenset[str]) -> Colgados:
        """Los blueprints que corresponden a un conjunto de módulos."""
        if modulos not in self._colgados:
            self._colgados[modulos] = self._blueprints_de(modulos)
        return self._colgados[modulos]

    def usar_blueprints(self, de: Callable[[frozenset[str]], Colgados]) -> None:
        """Cómo se sabe qué blueprints tiene un conjunto de módulos."""
        self._blueprints_de = de

    def inscribir(self, nora: NoraRegistrada) -> None:
        """Pone o cambia una Nora."""
        self._noras[nora.nombre_nora] = nora
        self._ausentes.pop(nora.nombre_nora, None)

    def borrar(self, nombre_nora: str) -> None:
        """Quita una Nora; no estar ya no es un error."""
        self._noras.pop(nombre_nora, None)

    def tiene(self, nombre_nora: str, modulo: str | None) -> bool:
        """Si esa Nora existe y, cuando se pide, tiene encendido el módulo.

        Con avisos al día contesta de memoria. Sin ellos vuelve a leer la fila cada segundo, y ante una ausencia
        pregunta a la base antes de decir que no.

        Raises:
            ErrorServicioExterno: hay que preguntar y la base no contesta. Decir que no existe perdería mensajes.
        """
        nora = self._noras.get(nombre_nora)
        if nora is None:
            return self._preguntar(nombre_nora, modulo)
        if (
            not self.al_dia
            and time.monotonic() - self._revisadas.get(nombre_nora, 0.0) > REVISAR_SIN_AVISOS_S
        ):
            # Si la base no contesta, lo que sigue tampoco podría: mejor decirlo ya que gastar otro plazo.
            nora = self.releer(nombre_nora)
        if nora is None:
            return False
        return (
            modulo is None or modulo in nora.modulos or (self.al_dia and self._preguntar(nombre_nora, modulo))
        )

    def _preguntar(self, nombre_nora: str, modulo: str | None) -> bool:
        if time.monotonic() - self._ausentes.get(nombre_nora, 0.0) < RECORDAR_AUSENCIA_S:
            return False
        if not self._hay_ficha():
            if not self.al_dia and nombre_nora not in self._noras:
                raise ErrorServicioExterno
            return False
        try:
            nora = self.releer(nombre_nora)
        except ErrorServicioExterno:
            if nombre_nora in self._noras:
                return False
            raise
        if nora is not None and (modulo is None or modulo in nora.modulos):
            return True
        if len(self._ausentes) >= AUSENTES_EN_MEMORIA:
            self._ausentes.clear()
        if nora is None:
            self._ausentes[nombre_nora] = time.monotonic()
        return False

    def _hay_ficha(self) -> bool:
        # Quien prueba direcciones al azar no debe poder cargar la base.
        with self._candado:
            ahora = time.monotonic()
            self._fichas = min(
                float(LECTURAS_POR_SEGUNDO),
                self._fichas + (ahora - self._fichas_desde) * LECTURAS_POR_SEGUNDO,
            )
            self._fichas_desde = ahora
            if self._fichas < 1:
                return False
            self._fichas -= 1
            return True

    def releer(self, nombre_nora: str) -> NoraRegistrada | None:
        """Lee una Nora de la base y la inscribe o la quita."""
        nora = self._leer(nombre_nora)
        self.al_cambiar(nombre_nora, nora)
        if nora is not None:
            self._revisadas[nombre_nora] = time.monotonic()
        else:
            self._revisadas.pop(nombre_nora, None)
        return nora

    def _aplicar(self, nombre_nora: str, nora: NoraRegistrada | None) -> None:
        if nora is None:
            self.borrar(nombre_nora)
        else:
            self.inscribir(nora)


class ConvertidorNora(BaseConverter):
    """`<nora:nombre_nora>` o `<nora("tareas"):nombre_nora>`: solo casa si esa Nora existe y tiene el módulo.

    Con `propia="marea"` la regla es solo de esa Nora.
    """

    part_isolating = True

    def __init__(self, mapa: Map, modulo: str | None = None, propia: str | None = None) -> None:
        super().__init__(mapa)
        self.regex = propia if propia else NOMBRE_NORA.pattern
        self.modulo = modulo
        self.registro: RegistroDeNoras = mapa.registro_noras  # type: ignore[attr-defined]

    def to_python(self, value: str) -> str:
        try:
            if self.registro.tiene(value, self.modulo):
                return value
        except ErrorServicioExterno as error:
            raise ServiceUnavailable from error
        raise ValidationError

    def to_url(self, value: Any) -> str:
        return str(value)
