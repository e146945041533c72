"""Las reglas de contactos."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from tempfile import SpooledTemporaryFile
from typing import IO
from uuid import UUID

from ...medios import cajas
from ...medios import consultas as medios
from ...personas.servicio import anotar
from ...registro.consultas import leer_noras_activas
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorNoPermitido
from ...utils.formato import telefono as telefono_legible
from ...utils.supabase_helpers import ErrorDuplicado
from ..consultas_panel import resumen_de_la_peticion
from . import consultas, hoja
from .modelos import (
    CampoPropio,
    Contacto,
    Cursor,
    EnLote,
    Ficha,
    Filtro,
    Grupo,
    Leidos,
    ParaEditar,
)

POR_PAGINA = 30
EN_MEMORIA = 8 * 1024 * 1024  # bytes; lo demás, a disco
LARGO_BUSQUEDA = 80
DIAS_EN_PAPELERA = 30
CAMPOS_MAXIMOS = 30
ETIQUETAS_EN_FILTRO = 5
ESTADOS = {
    "espera": "Te esperan",
    "baja": "De baja",
    "bloqueado": "Bloqueados",
    "borrado": "Papelera",
    "problema": "No les llega",
    "simulacion": "Simulación",
}
ACTIVIDADES = {
    "7": "Escribió en 7 días",
    "30": "Escribió en 30 días",
    "90": "Escribió en 90 días",
    "inactivos": "Más de 90 días sin escribir",
    "nunca": "Nunca ha escrito",
}


@dataclass(frozen=True)
class Pagina:
    """Una página de contactos.

    Args:
        siguiente: dónde empieza la que sigue; None si es la última.
        total: cuántos pasan el filtro; 10,001 son más de diez mil. Solo en la primera página.
        parecidos: ninguno coincide tal cual con el texto; estos se le parecen.
    """

    leidos: Leidos
    filtro: Filtro
    siguiente: Cursor | None
    total: int
    parecidos: bool

    @property
    def contactos(self) -> list[Contacto]:
        """Los de esta página."""
        return self.leidos.contactos


@dataclass(frozen=True)
class Datos:
    """Lo que una persona escribe de un contacto, ya validado. `telefono` nulo: se queda el que tenía."""

    nombre: str
    telefono: str | None
    correo: str
    notas: str
    etiquetas: list[str]
    propios: dict[str, str]


def leer_filtro(pedido: Mapping[str, str], etiquetas: Sequence[str]) -> Filtro:
    """El filtro de una dirección; lo que no se entiende no filtra."""
    estado, actividad = pedido.get("estado", ""), pedido.get("actividad", "")
    return Filtro(
        texto=pedido.get("q", "").strip()[:LARGO_BUSQUEDA],
        etiquetas=tuple(dict.fromkeys(e for e in etiquetas if _es_uuid(e)))[:ETIQUETAS_EN_FILTRO],
        estado=estado if estado in ESTADOS else "",
        actividad=actividad if actividad in ACTIVIDADES else "",
    )


def leer_cursor(pedido: Mapping[str, str]) -> Cursor | None:
    """El cursor de una dirección; None si no trae o está mal escrito: la primera página."""
    try:
        return Cursor(datetime.fromisoformat(pedido["antes_de"]), str(UUID(pedido["antes_id"])))
    except (KeyError, ValueError):
        return None


def listar(nombre_nora: str, filtro: Filtro, despues_de: Cursor | None) -> Pagina:
    """Los que pasan el filtro, desde el cursor."""
    leidos = consultas.listar(nombre_nora, filtro, POR_PAGINA + 1, despues_de)
    hay_mas = len(leidos.contactos) > POR_PAGINA
    visibles = leidos.contactos[:POR_PAGINA]
    total = leidos.total(filtro)
    # Nadie coincide tal cual y aun así hay: se parecen, van por parecido y no tienen página siguiente.
    parecidos = bool(filtro.texto and visibles and not total and despues_de is None)
    siguiente = Cursor(visibles[-1].actividad_en, visibles[-1].id) if hay_mas and not parecidos else None
    return Pagina(leidos.model_copy(update={"contactos": visibles}), filtro, siguiente, total, parecidos)


def ficha(nombre_nora: str, contacto_id: str) -> Ficha:
    """Un contacto con todo lo suyo.

    Raises:
        ErrorNoEncontrado: no existe o es de otra Nora.
    """
    leida = consultas.leer_ficha(nombre_nora, contacto_id)
    if leida is None:
        raise ErrorNoEncontrado
    return leida


def para_editar(nombre_nora: str, contacto_id: str | None) -> ParaEditar:
    """Lo que pide el formulario de crear (sin id) o editar.

    Raises:
        ErrorNoEncontrado: se dio un id que no es de esta Nora.
    """
    leido = consultas.para_editar(nombre_nora, contacto_id)
    if contacto_id is not None and leido.contacto is None:
        raise ErrorNoEncontrado
    return leido


def guardar(nombre_nora: str, contacto_id: str | None, datos: Datos, quien: Identidad) -> str:
    """Crea (sin id) o cambia un contacto; devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: con `campo="telefono"` si otro lo tiene o ya no se puede cambiar.
    """
    try:
        return consultas.guardar(
            nombre_nora,
            contacto_id,
            nombre=datos.nombre,
            telefono=datos.telefono,
            correo=datos.correo,
            notas=datos.notas,
            etiquetas=datos.etiquetas,
            propios=datos.propios,
            usuario_id=quien.usuario_id,
        )
    except ErrorDuplicado as error:
        raise ErrorDuplicado("Ya tienes un contacto con este número.", campo="telefono") from error
    except ErrorDatoInvalido as error:
        raise ErrorDatoInvalido(
            "Desde este número te escribe: ya no se puede cambiar. Crea otro contacto con el número nuevo.",
            campo="telefono",
        ) from error


def en_lote(
    nombre_nora: str,
    accion: str,
    ids: Sequence[str],
    filtro: Filtro | None,
    etiqueta_id: str,
    quien: Identidad,
) -> EnLote:
    """Etiqueta, desetiqueta o borra a varios. Borrar solo lo hace el dueño.

    Raises:
        ErrorDatoInvalido: no se dijo qué, a quién o con qué etiqueta.
        ErrorNoPermitido: un agente quiso borrar.
        ErrorNoEncontrado: la etiqueta no es de esta Nora.
    """
    if accion not in ("etiquetar", "quitar", "borrar"):
        raise ErrorDatoInvalido("Elige qué hacer con los contactos.")
    if accion == "borrar" and not quien.es_dueno_de(nombre_nora):
        raise ErrorNoPermitido
    elegidos = [uno for uno in ids if _es_uuid(uno)]
    if filtro is None and not elegidos:
        raise ErrorDatoInvalido("Elige al menos un contacto.")
    if accion != "borrar" and not _es_uuid(etiqueta_id):
        raise ErrorDatoInvalido("Elige una etiqueta.")
    hecho = consultas.en_lote(
        nombre_nora, accion, elegidos, filtro, etiqueta_id if accion != "borrar" else None, quien.usuario_id
    )
    if hecho.cuantos:
        objeto = elegidos[0] if len(elegidos) == 1 and filtro is None else ""
        que = "borrar_contacto" if accion == "borrar" else "cambiar_contactos"
        anotar(quien, que, nombre_nora=nombre_nora, objeto=objeto, cambio=accion, cuantos=hecho.cuantos)
    return hecho


def frase_en_lote(accion: str, cuantos: int) -> str:
    """Lo que se hizo, en palabras."""
    if not cuantos:
        return {
            "etiquetar": "Ya tenían esa etiqueta.",
            "quitar": "Ninguno tenía esa etiqueta.",
            "borrar": "No había qué borrar.",
        }[accion]
    quienes = "1 contacto" if cuantos == 1 else f"{cuantos:,} contactos"
    if accion == "borrar":
        return f"{quienes} a la papelera."
    return f"Etiqueta puesta a {quienes}." if accion == "etiquetar" else f"Etiqueta quitada a {quienes}."


def marcar(nombre_nora: str, contacto_id: str, marca: str, activo: bool, quien: Identidad) -> None:
    """Pone o quita `baja` o `bloqueado`.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas.marcar(nombre_nora, contacto_id, marca, activo, quien.usuario_id):
        raise ErrorNoEncontrado


def recuperar(nombre_nora: str, contacto_id: str, quien: Identidad) -> None:
    """Lo saca de la papelera.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas.recuperar(nombre_nora, contacto_id, quien.usuario_id):
        raise ErrorNoEncontrado


def agregar_nota(nombre_nora: str, contacto_id: str, texto: str, quien: Identidad) -> None:
    """Una nota privada; quien llama ya vio que el contacto existe."""
    consultas.agregar_nota(nombre_nora, contacto_id, texto, quien.usuario_id)


def borrar_nota(nombre_nora: str, contacto_id: str, nota_id: str) -> None:
    """Quita una nota.

    Raises:
        ErrorNoEncontrado: no es de ese contacto o de esta Nora.
    """
    if not consultas.borrar_nota(nombre_nora, contacto_id, nota_id):
        raise ErrorNoEncontrado


def campos(nombre_nora: str) -> list[CampoPropio]:
    """Los campos propios, en su orden."""
    return consultas.campos(nombre_nora)


def agregar_campo(
    nombre_nora: str, existentes: Sequence[CampoPropio], nombre: str, tipo: str, opciones: list[str]
) -> None:
    """Un campo nuevo, al final.

    Raises:
        ErrorDatoInvalido: con `campo="nombre"` si ya hay uno así o son demasiados.
    """
    if len(existentes) >= CAMPOS_MAXIMOS:
        raise ErrorDatoInvalido(f"Caben {CAMPOS_MAXIMOS} campos.", campo="nombre")
    try:
        consultas.guardar_campo(nombre_nora, nombre, tipo, opciones, len(existentes))
    except ErrorDuplicado as error:
        raise ErrorDuplicado("Ya tienes un campo que se llama así.", campo="nombre") from error


def borrar_campo(nombre_nora: str, campo_id: str) -> None:
    """Deja de mostrarlo.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas.borrar_campo(nombre_nora, campo_id):
        raise ErrorNoEncontrado


def repetidos(nombre_nora: str) -> list[Grupo]:
    """Grupos de contactos que parecen la misma persona."""
    return consultas.repetidos(nombre_nora)


def unir(nombre_nora: str, queda: str, se_va: str, quien: Identidad) -> None:
    """Dos contactos en uno, sin perder nada.

    Raises:
        ErrorNoEncontrado: alguno no es de esta Nora.
        ErrorDatoInvalido: no se eligió otro, o uno es una simulación.
    """
    if not _es_uuid(se_va) or queda == se_va:
        raise ErrorDatoInvalido("Elige con quién se une.")
    try:
        consultas.unir(nombre_nora, queda, se_va, quien.usuario_id)
    except ErrorDatoInvalido as error:
        raise ErrorDatoInvalido("Una simulación no se une con una persona.") from error
    anotar(quien, "unir_contactos", nombre_nora=nombre_nora, objeto=queda, se_fue=se_va)


def exportar(nombre_nora: str, filtro: Filtro) -> Iterator[str]:
    """Los renglones CSV de lo que el filtro enseña, con sus campos propios."""
    propios = consultas.campos(nombre_nora)
    encabezados = ["WhatsApp", "Nombre", "Correo", "Notas", "Etiquetas", *(c.nombre for c in propios)]
    yield "\ufeff" + hoja.como_csv([*encabezados, "Último mensaje", "De baja"], [])
    for contacto in consultas.recorrer(nombre_nora, filtro):
        yield hoja.como_csv(
            [],
            [
                [
                    contacto.telefono or "",
                    contacto.nombre or contacto.nombre_perfil,
                    contacto.correo,
                    contacto.notas,
                    ", ".join(contacto.nombres_de_etiquetas),
                    *(contacto.propios.get(c.id, "") for c in propios),
                    contacto.ultimo_mensaje_en.isoformat(timespec="seconds")
                    if contacto.ultimo_mensaje_en
                    else "",
                    "sí" if contacto.baja_en else "",
                ]
            ],
        )


def todo_de(nombre_nora: str, contacto_id: str, quien: Identidad) -> dict[str, object]:
    """Todo lo que se guarda de una persona: {"datos", "huella"}; queda anotado quién lo bajó.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    todo = consultas.todo_de(nombre_nora, contacto_id)
    if todo is None:
        raise ErrorNoEncontrado
    anotar(quien, "exportar_persona", nombre_nora=nombre_nora, objeto=contacto_id, huella=str(todo["huella"]))
    return todo


def todo_con_archivos(nombre_nora: str, contacto_id: str, quien: Identidad) -> IO[bytes]:
    """Lo mismo en un ZIP, con los archivos que mandó y que se le mandaron. Lo cierra quien lo pide.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    todo = todo_de(nombre_nora, contacto_id, quien)
    archivo = SpooledTemporaryFile(max_size=EN_MEMORIA)  # noqa: SIM115  lo cierra quien lo recibe
    with zipfile.ZipFile(archivo, "w", zipfile.ZIP_DEFLATED) as caja:
        caja.writestr("datos.json", json.dumps(todo, ensure_ascii=False, indent=2))
        cajas.agregar(caja, nombre_nora, medios.de_contacto(nombre_nora, contacto_id))
    archivo.seek(0)
    return archivo


def suprimir(nombre_nora: str, contacto_id: str, quien: Identidad) -> dict[str, object]:
    """Borra para siempre todo lo de una persona; devuelve la prueba que queda en la auditoría.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    return consultas.suprimir(nombre_nora, contacto_id, quien.usuario_id, quien.correo)


def purgar_papeleras(periodo: datetime) -> str:
    """El trabajo diario: lo que lleva un mes en la papelera se va para siempre."""
    cuantos = sum(
        consultas.purgar(str(nora["nombre_nora"]), DIAS_EN_PAPELERA) for nora in leer_noras_activas()
    )
    return f"{cuantos} contactos de la papelera borrados para siempre"


def numero_de_direccion(direccion: str) -> str:
    """Otra dirección de la misma persona, como se lee."""
    _, _, numero = direccion.partition(":")
    return telefono_legible(numero)


def tarjeta(nombre_nora: str) -> Tarjeta:
    """Cuántos contactos hay, para el tablero."""
    cuantos = resumen_de_la_peticion(nombre_nora).contactos
    detalle = (
        "Aparecen solos cuando te escriben." if not cuantos else "Datos, notas y etiquetas de cada cliente."
    )
    return Tarjeta("Contactos", f"{cuantos:,}", detalle, "panel_cliente_contactos.index")


def _es_uuid(texto: str) -> bool:
    try:
        UUID(texto)
    except ValueError:
        return False
    return True
