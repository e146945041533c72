"""Lo que un turno sabe y lo que decide."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..canales.base import Interactivo, Toque
from ..canales.contenido import guardar_interactivo
from .horario import Horario

DETALLE_MAXIMO = 300
TipoDePaso = Literal["texto", "numero", "fecha", "hora", "correo", "telefono", "opcion", "si_no"]


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Recibido(_Leido):
    """Lo que quedó guardado de un mensaje entrante. `nuevo` es falso si ya estaba."""

    nuevo: bool
    mensaje_id: int
    conversacion_id: str


class NoraDelTurno(_Leido):
    """De la Nora, lo que importa para contestar."""

    nombre_nora: str
    nombre_visible: str
    activo: bool = True
    ia_activa: bool = True
    mensaje_bienvenida: str = ""
    mensaje_fuera_tema: str = ""
    modo_respuesta: Literal["flexible", "estricto"] = "estricto"
    silencio_segundos: int = 4
    zona_horaria: str = "America/Hermosillo"
    horario: Horario = Horario()
    mensaje_fuera_horario: str = ""
    aviso_privacidad: str = ""
    modulos: tuple[str, ...] = ()


class Pendiente(_Leido):
    """Un mensaje del cliente sin atender; `edad_s` en segundos, con el reloj de la base.

    `toque`: el id de lo que tocó (un botón, una fila), si tocó algo.
    """

    id: int
    texto: str = ""
    tipo: str = "texto"
    toque: str = ""
    edad_s: float = 0.0


class Opcion(_Leido):
    """Un tema ofrecido. Sin `bloque_id` ni `menu_id`, es hablar con una persona.

    `menu_id`: es una opción del menú.
    """

    numero: int
    titulo: str
    bloque_id: str | None = None
    menu_id: str | None = None


class Paso(BaseModel):
    """Una pregunta de un formulario.

    Args:
        clave: con qué nombre queda lo contestado.
        guardar_en: «nombre», «correo», o el id de un campo propio del contacto; vacío, solo en el formulario.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    clave: str
    pregunta: str
    tipo: TipoDePaso = "texto"
    opciones: tuple[str, ...] = ()
    opcional: bool = False
    guardar_en: str = ""


class Formulario(_Leido):
    """Uno que se puede empezar, como lo editó el dueño."""

    id: str
    nombre: str
    palabras: tuple[str, ...] = ()
    presentacion: str = ""
    pasos: tuple[Paso, ...] = ()
    despedida: str = ""
    vigencia_horas: int = 24
    avisar: bool = True


class FormularioEnCurso(_Leido):
    """El que esta plática está contestando. `interrumpido`: una persona escribió desde la última pregunta."""

    id: str
    formulario_id: str
    nombre: str
    despedida: str = ""
    avisar: bool = True
    vigencia_horas: int = 24
    paso: int = 0
    pasos: tuple[Paso, ...] = ()
    datos: dict[str, str] = Field(default_factory=dict)
    vencido: bool = False
    interrumpido: bool = False


class OpcionDeMenu(_Leido):
    """Una opción del menú; las de un submenú llevan su `padre_id`."""

    id: str
    padre_id: str | None = None
    titulo: str
    descripcion: str = ""
    accion: Literal["texto", "bloque", "formulario", "persona", "submenu"]
    texto: str = ""
    bloque_id: str | None = None
    formulario_id: str | None = None


class Menu(_Leido):
    """El menú de una Nora, con todas sus opciones en orden."""

    encabezado: str
    boton: str = "Ver opciones"
    palabras: tuple[str, ...] = ()
    al_saludar: bool = True
    opciones: tuple[OpcionDeMenu, ...] = ()

    def hijas(self, padre_id: str | None) -> tuple[OpcionDeMenu, ...]:
        """Las de un submenú; sin padre, las de arriba."""
        return tuple(o for o in self.opciones if o.padre_id == padre_id)

    def opcion(self, opcion_id: str) -> OpcionDeMenu | None:
        """Una por su id."""
        return next((o for o in self.opciones if o.id == opcion_id), None)


class NoraPorBarrer(BaseModel):
    """Una Nora y desde cuándo hay que preguntarle a su proveedor qué recibió. `numero_nora` en E.164."""

    nombre_nora: str
    numero_nora: str
    desde: datetime


class Turno(_Leido):
    """Todo lo que hace falta para decidir qué contestar en una plática. `ahora`: el reloj de la base."""

    nora: NoraDelTurno
    ahora: datetime = Field(default_factory=lambda: datetime.now(UTC))
    conversacion_id: str
    contacto_id: str = ""
    canal: str = "whatsapp"
    es_empleado: bool = False
    persona_al_mando: bool = False
    espera_persona: bool = False
    opciones: tuple[Opcion, ...] = ()
    saludada: bool = False
    primera_vez: bool = True
    hay_menu: bool = False
    hay_formularios: bool = False
    formulario: FormularioEnCurso | None = None
    de_baja: bool = False
    cierre_avisado_hace_s: float | None = None
    avisado_hace_s: float | None = None
    pendientes: tuple[Pendiente, ...] = ()

    @property
    def hasta_mensaje(self) -> int:
        """El id del último mensaje que este turno atiende."""
        return self.pendientes[-1].id

    @property
    def texto(self) -> str:
        """Las burbujas seguidas, como una sola pregunta."""
        return "\n".join(p.texto.strip() for p in self.pendientes if p.texto.strip())


@dataclass(frozen=True)
class Fuente:
    """En qué se apoya una respuesta: un bloque, o lo que devolvió una herramienta (sin id).

    `puntaje` de 0 a 1; `detalle`: de una herramienta, lo que devolvió.
    """

    id: str
    titulo: str
    puntaje: float
    tipo: Literal["bloque", "herramienta"] = "bloque"
    detalle: str = ""

    def como_json(self) -> dict[str, Any]:
        """Como se guarda en `mensajes.fuentes`."""
        comun = {"id": self.id, "titulo": self.titulo, "puntaje": round(self.puntaje, 3)}
        if self.tipo == "bloque":
            return comun
        return {**comun, "tipo": self.tipo, "detalle": self.detalle[:DETALLE_MAXIMO]}


@dataclass(frozen=True)
class Ofrecidas:
    """Lo que se puede tocar en una respuesta. `renglones` son las mismas, numeradas, al final de su texto."""

    toques: tuple[Toque, ...]
    renglones: str
    boton: str = "Ver opciones"


@dataclass(frozen=True)
class CambioDeFormulario:
    """Qué le pasa al formulario de la plática. Sin `id`, empieza `formulario_id`.

    `ficha` y `propios`: lo que al terminar se guarda en el contacto.
    """

    formulario_id: str
    pasos: tuple[Paso, ...]
    vigencia_horas: int
    id: str | None = None
    estado: Literal["en_curso", "terminado", "cancelado", "vencido"] = "en_curso"
    paso: int = 0
    datos: dict[str, str] = field(default_factory=dict)
    ficha: dict[str, str] = field(default_factory=dict)
    propios: dict[str, str] = field(default_factory=dict)

    def como_json(self) -> dict[str, Any]:
        """Como lo pide `avanzar_formulario`."""
        return {**self.__dict__, "pasos": [p.model_dump() for p in self.pasos]}


@dataclass(frozen=True)
class Decision:
    """Lo que un decisor resolvió. Con `texto` vacío no se contesta, pero lo pendiente queda atendido."""

    decisor: str
    texto: str = ""
    fuentes: tuple[Fuente, ...] = ()
    opciones: tuple[Opcion, ...] = ()
    pasar_a_persona: bool = False
    motivo: str = ""
    saludar: bool = False
    baja: bool | None = None
    avisar_cierre: bool = False
    sin_saludo: bool = field(default=False, repr=False)
    ofrecidas: Ofrecidas | None = None
    formulario: CambioDeFormulario | None = None

    def contenido(self) -> dict[str, Any]:
        """Lo que va además del texto. Si algo se agregó después de las opciones, van solo numeradas."""
        if self.ofrecidas is None or not self.texto.endswith(self.ofrecidas.renglones):
            return {}
        cuerpo = self.texto.removesuffix(self.ofrecidas.renglones).strip()
        return guardar_interactivo(Interactivo(cuerpo, self.ofrecidas.toques, self.ofrecidas.boton))


class Resuelto(_Leido):
    """Si la respuesta quedó escrita; si no, por qué."""

    hecho: bool
    razon: Literal["", "cambio", "persona"] = ""
