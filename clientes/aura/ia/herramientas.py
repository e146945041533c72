"""Lo que el modelo puede hacer, además de contestar. Cada módulo ofrece las suyas en su manifiesto.

Un módulo escribe las suyas en su `herramientas.py` y las pone en `Manifiesto(herramientas=(...,))`:

    class NuevaTarea(Argumentos):
        titulo: str = Field(min_length=1, max_length=120, description="Qué hay que hacer")

    def crear(contexto: Contexto, argumentos: NuevaTarea) -> Resultado:
        codigo = servicio.crear(contexto.nombre_nora, argumentos.titulo, clave=contexto.clave)
        return Resultado(f"Tarea {codigo} creada.", titulo=f"Tarea {codigo}")

    CREAR = Herramienta("crear_tarea", "Crea una tarea del negocio.", NuevaTarea, crear,
                        efecto="escribe", solo_empleados=True)

La Nora, la conversación y el contacto vienen del trabajo de la cola, en `contexto`; nunca los dice el modelo.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from ..utils.errores import ErrorNora
from ..utils.logging_utils import registro

bitacora = registro(__name__)

NOMBRE = re.compile(r"[a-z][a-z0-9_]{2,47}")
LARGO_MAXIMO_ARGUMENTOS = 8_000
# Lo que gasta, publica o borra no lo hace el modelo: lo propone y una persona lo aprueba en el panel.
PIDEN_PERSONA = frozenset({"gasta", "publica", "borra"})

Efecto = Literal["lee", "escribe", "gasta", "publica", "borra"]


class Argumentos(BaseModel):
    """Base de los argumentos de una herramienta: lo que no está declarado se rechaza."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, frozen=True)


@dataclass(frozen=True)
class Contexto:
    """Para quién se usa una herramienta; sale del trabajo de la cola.

    Args:
        es_empleado: si quien escribe es el dueño o un empleado, por su teléfono registrado.
        clave: la misma para el mismo pedido en el mismo turno, aunque se vuelva a pensar: sirve para no repetir.
        ensayo: prueba del panel; una herramienta que escribe no se llama en un ensayo.
    """

    nombre_nora: str
    conversacion_id: str
    contacto_id: str
    canal: str = "whatsapp"
    zona_horaria: str = "America/Hermosillo"
    es_empleado: bool = False
    clave: str = ""
    ensayo: bool = False


@dataclass(frozen=True)
class Apoyo:
    """Algo en lo que una respuesta se puede apoyar: un bloque (con su `id`) o lo que devolvió una herramienta."""

    titulo: str
    texto: str
    tipo: Literal["bloque", "herramienta"] = "herramienta"
    id: str = ""
    puntaje: float = 1.0


@dataclass(frozen=True)
class Resultado:
    """Lo que devuelve una herramienta.

    Args:
        texto: lo que lee el modelo; sus cifras cuentan como ciertas para la guardia.
        titulo: cómo se llama en «¿por qué dijo esto?»; vacío: el nombre de la herramienta.
        apoyos: bloques hallados, si los hay.
        pasar_a_persona: motivo por el que la plática pasa a una persona; vacío si no pasa.
        bien: falso si no se pudo hacer; entonces `texto` dice por qué y no sirve de apoyo.
    """

    texto: str
    titulo: str = ""
    apoyos: tuple[Apoyo, ...] = ()
    pasar_a_persona: str = ""
    bien: bool = True


@dataclass(frozen=True)
class Herramienta:
    """Algo que el modelo puede pedir.

    Args:
        nombre: minúsculas y guion bajo, único en la instalación.
        descripcion: cuándo usarla, para el modelo.
        argumentos: modelo de pydantic; describe y valida lo que el modelo manda.
        hacer: la acción; puede lanzar hijos de ErrorNora, cuyo mensaje lee el modelo.
        efecto: «lee» y «escribe» se hacen; «gasta», «publica» y «borra» se proponen a una persona.
        solo_empleados: no se ofrece a clientes.
    """

    nombre: str
    descripcion: str
    argumentos: type[Argumentos]
    hacer: Callable[[Contexto, Any], Resultado]
    efecto: Efecto = "lee"
    solo_empleados: bool = False

    @property
    def pide_persona(self) -> bool:
        """Si una persona tiene que aprobarla antes."""
        return self.efecto in PIDEN_PERSONA

    def faltas(self) -> list[str]:
        """Una frase por cada cosa que no sirve; vacío si está bien."""
        faltas = []
        if not NOMBRE.fullmatch(self.nombre):
            faltas.append(f"La herramienta «{self.nombre}» debe llevar minúsculas y guion bajo.")
        if not self.descripcion.strip():
            faltas.append(f"La herramienta «{self.nombre}» no dice para qué sirve.")
        if self.argumentos.model_config.get("extra") != "forbid":
            faltas.append(f"Los argumentos de «{self.nombre}» deben heredar de Argumentos.")
        return faltas

    def como_funcion(self) -> dict[str, Any]:
        """Como la pide la API de chat completions (`tools[].function`)."""
        esquema = self.argumentos.model_json_schema()
        esquema.pop("title", None)
        esquema.pop("description", None)
        for propiedad in esquema.get("properties", {}).values():
            propiedad.pop("title", None)
        return {
            "type": "function",
            "function": {"name": self.nombre, "description": self.descripcion, "parameters": esquema},
        }


_de_modulos: dict[str, tuple[Herramienta, ...]] = {}


def usar_herramientas(por_modulo: Mapping[str, Sequence[Herramienta]]) -> None:
    """Deja estas como las del proceso. La llama el arranque con lo que dicen los manifiestos.

    De dos con el mismo nombre se queda la primera, y la otra se reporta.
    """
    _de_modulos.clear()
    duenos: dict[str, str] = {}
    for modulo, suyas in por_modulo.items():
        for herramienta in suyas:
            if duenos.setdefault(herramienta.nombre, modulo) != modulo:
                bitacora.error("herramienta_repetida", herramienta=herramienta.nombre, modulo=modulo)
        _de_modulos[modulo] = tuple(h for h in suyas if duenos[h.nombre] == modulo)


def disponibles(
    propias: Sequence[Herramienta], modulos: Sequence[str], *, es_empleado: bool
) -> dict[str, Herramienta]:
    """Las que se ofrecen en un turno, por nombre: las de siempre y las de los módulos encendidos.

    Las que son solo para empleados no se le ofrecen a un cliente: ni el modelo se entera de que existen.
    """
    todas = [*propias]
    for modulo in modulos:
        todas.extend(_de_modulos.get(modulo, ()))
    return {h.nombre: h for h in todas if es_empleado or not h.solo_empleados}


def validar(herramienta: Herramienta, argumentos_json: str) -> Argumentos | Resultado:
    """Los argumentos ya validados, o el resultado que le dice al modelo qué estuvo mal."""
    if len(argumentos_json) > LARGO_MAXIMO_ARGUMENTOS:
        return Resultado("No se hizo: los argumentos son demasiado largos.", bien=False)
    try:
        return herramienta.argumentos.model_validate_json(argumentos_json or "{}")
    except ValidationError as error:
        faltas = "; ".join(
            f"{'.'.join(map(str, falta['loc'])) or 'argumentos'}: {falta['msg']}" for falta in error.errors()
        )
        return Resultado(f"No se hizo. Argumentos mal: {faltas[:600]}", bien=False)


def hacer(herramienta: Herramienta, contexto: Contexto, argumentos: Argumentos) -> Resultado:
    """Corre una herramienta ya validada. Nunca lanza: lo que falla se le dice al modelo."""
    try:
        return herramienta.hacer(contexto, argumentos)
    except ErrorNora as error:
        return Resultado(f"No se hizo: {error.mensaje}", bien=False)
    except Exception as error:  # la escribió otro módulo: su falla no debe dejar al cliente sin respuesta
        bitacora.error(
            "herramienta_fallida",
            nora=contexto.nombre_nora,
            conversacion_id=contexto.conversacion_id,
            herramienta=herramienta.nombre,
            error=type(error).__name__,
        )
        return Resultado("No se hizo: la herramienta falló.", bien=False)
