"""Lo que contactos lee de la base, con tipos."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from ...utils.consultas_etiquetas import Etiqueta, EtiquetaConUso
from ...utils.formato import telefono as telefono_legible


class _Fila(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Platica(_Fila):
    """La conversación de un contacto, lo justo para llegar a ella."""

    id: str
    espera_persona_desde: datetime | None = None


class Quien(_Fila):
    """Un contacto por su nombre. `telefono` en E.164; nulo si escribe con nombre de usuario de WhatsApp."""

    id: str
    nombre: str = ""
    nombre_perfil: str = ""
    telefono: str | None = None

    @property
    def quien(self) -> str:
        """Cómo llamarle en pantalla: lo que escribió el negocio, o lo que dice su perfil, o su teléfono."""
        return self.nombre or self.nombre_perfil or telefono_legible(self.telefono) or "Sin nombre"


class Contacto(Quien):
    """Un cliente. `propios`: id del campo propio -> valor."""

    canal: Literal["whatsapp", "simulador"]
    correo: str = ""
    notas: str = ""
    propios: dict[str, str] = {}
    baja_en: datetime | None = None
    bloqueado_en: datetime | None = None
    borrado_en: datetime | None = None
    problema_envio: Literal["", "invalido", "bloqueado"] = ""
    ultimo_mensaje_en: datetime | None = None
    actividad_en: datetime
    fecha_creacion: datetime
    platica: Platica | None = None
    etiquetas: tuple[Etiqueta, ...] = ()

    @property
    def nombres_de_etiquetas(self) -> list[str]:
        """Sus etiquetas, por orden alfabético."""
        return [e.nombre for e in self.etiquetas]


class CampoPropio(_Fila):
    """Un dato que esta Nora decidió llevar. `opciones`: solo en los de tipo opción."""

    id: str
    nombre: str
    tipo: Literal["texto", "numero", "fecha", "opcion"] = "texto"
    opciones: tuple[str, ...] = ()


class Recado(_Fila):
    """Un mensaje, como se asoma en la ficha."""

    id: int
    sentido: Literal["entrante", "saliente"]
    autor: Literal["contacto", "nora", "persona"]
    tipo: str
    texto: str
    fecha_creacion: datetime


class Nota(_Fila):
    """Una nota privada del equipo; `quien` vacío si su cuenta ya no existe."""

    id: str
    texto: str
    quien: str
    fecha_creacion: datetime


class Cambio(_Fila):
    """Algo que le pasó a un contacto. `detalle`: [{campo, antes, despues}]; `quien` vacío si no fue del equipo."""

    id: int
    accion: str
    detalle: list[dict[str, Any]]
    quien: str
    momento: datetime


class Ficha(Contacto):
    """Un contacto con todo lo que se sabe de él."""

    mensajes: list[Recado]
    mensajes_del_mes: int
    notas_del_equipo: list[Nota]
    cambios: list[Cambio]
    otras_direcciones: list[str]
    parecidos: list[Quien]
    campos: list[CampoPropio]
    todas_las_etiquetas: list[Etiqueta]


class ParaEditar(_Fila):
    """Lo que pide el formulario; `contacto` nulo al crear."""

    contacto: Contacto | None
    campos: list[CampoPropio]
    etiquetas: list[Etiqueta]


class Cursor(NamedTuple):
    """El último contacto de una página; la siguiente empieza después de él."""

    actividad_en: datetime
    id: str


class Filtro(_Fila):
    """Lo que se pidió ver, como va en la dirección."""

    texto: str = ""
    etiquetas: tuple[str, ...] = ()
    estado: str = ""
    actividad: str = ""

    @property
    def hay(self) -> bool:
        """Si deja fuera a alguien."""
        return bool(self.texto or self.etiquetas or self.estado or self.actividad)

    def como_json(self) -> dict[str, Any]:
        """Como lo lee la base."""
        return self.model_dump(mode="json")


class Cuentas(_Fila):
    """Cuántos contactos hay de cada estado; 10,001 son más de diez mil."""

    todos: int = 0
    espera: int = 0
    baja: int = 0
    bloqueado: int = 0
    borrado: int = 0


class Leidos(_Fila):
    """Una página de contactos. Las cuentas solo vienen con la primera; `exactos`, solo si no sale de otra cuenta."""

    contactos: list[Contacto]
    exactos: int | None = Field(default=None, validation_alias="total")
    cuentas: Cuentas = Cuentas()
    etiquetas: list[EtiquetaConUso] = []

    def total(self, filtro: Filtro) -> int:
        """Cuántos pasan el filtro tal cual."""
        if self.exactos is not None:
            return self.exactos
        if filtro.etiquetas:
            return next((e.contactos for e in self.etiquetas if e.id == filtro.etiquetas[0]), 0)
        return self.cuentas.todos


class EnLote(_Fila):
    """Lo hecho a varios; `id` para deshacerlo, nulo si nada cambió."""

    id: str | None
    cuantos: int


class Grupo(_Fila):
    """Contactos que parecen la misma persona."""

    razon: Literal["telefono", "correo"]
    llave: str
    contactos: list[Contacto]


class Importacion(_Fila):
    """Una hoja subida. `columnas`: posición de la columna -> a dónde va; `contenido` vacío cuando terminó."""

    id: str
    archivo: str
    codificacion: str
    separador: str
    encabezados: tuple[str, ...] = ()
    contenido: str = ""
    columnas: dict[str, str] = {}
    etiquetas: tuple[str, ...] = ()
    estado: Literal["por_revisar", "corriendo", "terminada"]
    total: int
    posicion: int = 0
    nuevos: int = 0
    actualizados: int = 0
    iguales: int = 0
    errores: list[dict[str, Any]] = []
    fecha_creacion: datetime


class Avance(_Fila):
    """Por dónde va una hoja. `errores`: cuántos renglones no entraron."""

    estado: Literal["por_revisar", "corriendo", "terminada"]
    posicion: int
    total: int
    nuevos: int
    actualizados: int
    iguales: int
    errores: int
