"""Las reglas de tareas."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from ...registro.manifiesto import Tarjeta
from ...registro.plantillas import ZONA_SIN_NORA, nora_actual
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.formato import fecha as fecha_legible
from ..consultas_panel import resumen_de_la_peticion
from . import consultas, repeticion
from .modelos import (
    ESTADOS,
    PRIORIDADES,
    VENCIMIENTOS,
    Alrededor,
    Cursor,
    DePersona,
    Ficha,
    Filtro,
    Hallado,
    Listado,
    MisAvisos,
    Molde,
    Preferencias,
    Resumen,
    Tablero,
    Tarea,
)

POR_PAGINA = 30
POR_COLUMNA = 12
LARGO_BUSQUEDA = 80
LOTE_MAXIMO = 200
CONTACTOS_HALLADOS = 8
ETIQUETAS_POR_TAREA = 12
SEGUNDOS_PARA_DESHACER = 10
PERIODOS = {"7": "7 días", "30": "30 días", "90": "90 días"}


@dataclass(frozen=True)
class Datos:
    """Lo que una persona escribe de una tarea, ya validado. `hora` nula: vence al terminar el día."""

    titulo: str
    descripcion: str = ""
    estado: str = "pendiente"
    prioridad: int = 2
    fecha: date | None = None
    hora: time | None = None
    recordar_minutos: int | None = None
    asignada_a: str = ""
    contacto_id: str = ""
    etiquetas: tuple[str, ...] = ()
    pasos: tuple[str, ...] = ()
    repite: str = ""
    clave: str | None = None


@dataclass(frozen=True)
class Pagina:
    """Una página de la lista. `siguiente`: dónde empieza la que sigue."""

    listado: Listado
    filtro: Filtro
    siguiente: Cursor | None

    @property
    def tareas(self) -> list[Tarea]:
        """Las de esta página."""
        return self.listado.tareas


def leer_filtro(pedido: Mapping[str, str]) -> Filtro:
    """El filtro de una dirección; lo que no se entiende no filtra."""

    def uno_de(nombre: str, validos: Sequence[str]) -> str:
        dicho = pedido.get(nombre, "")
        return dicho if dicho in validos else ""

    persona, contacto = pedido.get("persona", ""), pedido.get("contacto", "")
    return Filtro(
        texto=pedido.get("q", "").replace("\0", "").strip()[:LARGO_BUSQUEDA],
        estado=uno_de("estado", [*ESTADOS, "abiertas", "todas"]),
        persona=persona if persona in ("yo", "nadie") or es_uuid(persona) else "",
        prioridad=uno_de("prioridad", [str(p) for p in PRIORIDADES]),
        etiqueta=pedido.get("etiqueta", "").replace("\0", "").strip()[:40],
        vence=uno_de("vence", list(VENCIMIENTOS)),
        contacto=contacto if es_uuid(contacto) else "",
    )


def leer_cursor(pedido: Mapping[str, str]) -> Cursor | None:
    """El cursor de una dirección; None si no trae o está mal escrito: la primera página."""
    try:
        en = datetime.fromisoformat(pedido["despues_en"])
        return Cursor(en if en.tzinfo else en.replace(tzinfo=UTC), str(UUID(pedido["despues_id"])))
    except (KeyError, ValueError):
        return None


def listar(
    nombre_nora: str,
    filtro: Filtro,
    despues_de: Cursor | None,
    quien: Identidad,
    ahora: datetime | None = None,
) -> Pagina:
    """Las que pasan el filtro, desde el cursor. Sin estado pedido: las abiertas."""
    ahora = ahora or datetime.now(UTC)
    filtro = filtro if filtro.estado else Filtro(**{**vars(filtro), "estado": "abiertas"})
    orden = "completada" if filtro.estado == "hecha" else "vence"
    leido = consultas.listar(
        nombre_nora,
        filtro.como_json(ahora, zona_de(), quien.usuario_id),
        orden,
        POR_PAGINA + 1,
        despues_de,
        quien.usuario_id,
        ahora,
    )
    hay_mas = len(leido.tareas) > POR_PAGINA
    visibles = leido.tareas[:POR_PAGINA]
    siguiente = None
    if hay_mas:
        ultima = visibles[-1]
        en = ultima.completada_en if orden == "completada" else ultima.vence_orden
        siguiente = Cursor(en or ultima.vence_orden, ultima.id)
    return Pagina(leido.model_copy(update={"tareas": visibles}), filtro, siguiente)


def tablero(nombre_nora: str, filtro: Filtro, quien: Identidad, ahora: datetime | None = None) -> Tablero:
    """Las primeras de cada columna."""
    ahora = ahora or datetime.now(UTC)
    pedido = filtro.como_json(ahora, zona_de(), quien.usuario_id)
    return consultas.tablero(nombre_nora, pedido, POR_COLUMNA, quien.usuario_id, ahora)


def ficha(nombre_nora: str, tarea_id: str, quien: Identidad) -> Ficha:
    """Una tarea con todo lo suyo.

    Raises:
        ErrorNoEncontrado: no existe o es de otra Nora.
    """
    leida = consultas.leer(nombre_nora, tarea_id, quien.usuario_id)
    if leida is None:
        raise ErrorNoEncontrado
    return leida


def alrededor(nombre_nora: str, quien: Identidad) -> Alrededor:
    """Equipo y etiquetas, para escribir una tarea nueva."""
    return consultas.alrededor(nombre_nora, quien.usuario_id)


def guardar(
    nombre_nora: str, tarea_id: str | None, datos: Datos, usuario_id: str | None, zona: str
) -> tuple[str, int]:
    """Crea (sin id) o cambia una tarea; devuelve (id, número).

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: la persona o el contacto ya no están.
    """
    local = datetime.combine(datos.fecha, datos.hora or repeticion.FIN_DE_DIA) if datos.fecha else None
    fila: dict[str, Any] = {
        "titulo": datos.titulo,
        "descripcion": datos.descripcion,
        "estado": datos.estado,
        "prioridad": datos.prioridad,
        "vence_en": repeticion.a_instante(local, zona).isoformat() if local else None,
        "con_hora": datos.hora is not None,
        "recordar_minutos": datos.recordar_minutos if local else None,
        "asignada_a": datos.asignada_a,
        "contacto_id": datos.contacto_id,
        "etiquetas": list(datos.etiquetas),
        "pasos": list(datos.pasos),
        "clave": datos.clave,
    }
    if datos.repite and local and tarea_id is None:
        fila["repite"] = _repeticion(datos.repite, local, zona)
    try:
        return consultas.guardar(nombre_nora, tarea_id, fila, usuario_id)
    except ErrorDatoInvalido as error:
        raise ErrorDatoInvalido(
            "Esa persona o ese contacto ya no están. Elige otros.", campo="asignada_a"
        ) from error


def _repeticion(opcion: str, local: datetime, zona: str) -> dict[str, str]:
    regla = repeticion.regla_de(opcion, local)
    proxima = repeticion.siguiente_local(regla, local, local)
    if proxima is None:
        raise ErrorDatoInvalido("Esa repetición no tiene más fechas.", campo="repite")
    return {
        "regla": regla,
        "inicio": local.isoformat(),
        "siguiente": repeticion.a_instante(proxima, zona).isoformat(),
        "crear_en": repeticion.principio_del_dia(proxima, zona).isoformat(),
    }


def mover(nombre_nora: str, tarea_id: str, estado: str, usuario_id: str | None) -> None:
    """La pasa a otra columna.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: no hay tal columna.
    """
    _existen(consultas.en_lote(nombre_nora, [tarea_id], "estado", _estado(estado), usuario_id))


def en_lote(nombre_nora: str, ids: Sequence[str], accion: str, dato: str, quien: Identidad) -> list[str]:
    """Cambia varias; devuelve los ids que cambiaron.

    Args:
        accion: estado, asignar, prioridad, etiqueta o borrar.

    Raises:
        ErrorDatoInvalido: no se dijo cuáles, qué, o con qué.
    """
    elegidas = list(dict.fromkeys(uno for uno in ids if es_uuid(uno)))
    if not elegidas:
        raise ErrorDatoInvalido("Elige al menos una tarea.")
    if len(elegidas) > LOTE_MAXIMO:
        raise ErrorDatoInvalido(f"Elige {LOTE_MAXIMO} como mucho.")
    if accion == "estado":
        dato = _estado(dato)
    elif accion == "prioridad" and dato not in {str(p) for p in PRIORIDADES}:
        raise ErrorDatoInvalido("Elige una prioridad.")
    elif accion == "asignar" and dato and not es_uuid(dato):
        raise ErrorDatoInvalido("Elige a alguien del equipo.")
    elif accion == "etiqueta":
        dato = dato.replace("\0", "").strip()[:40]
        if not dato:
            raise ErrorDatoInvalido("Escribe la etiqueta.")
    elif accion not in ("asignar", "prioridad", "borrar"):
        raise ErrorDatoInvalido("Elige qué hacer con las tareas.")
    return consultas.en_lote(nombre_nora, elegidas, accion, dato, quien.usuario_id)[0]


def borrar(nombre_nora: str, tarea_id: str, quien: Identidad) -> None:
    """La manda a la papelera; se puede deshacer.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    _existen(consultas.en_lote(nombre_nora, [tarea_id], "borrar", "", quien.usuario_id))


def restaurar(nombre_nora: str, ids: Sequence[str], quien: Identidad) -> int:
    """Deshace un borrado reciente; devuelve cuántas volvieron."""
    validos = [uno for uno in ids if es_uuid(uno)][:LOTE_MAXIMO]
    if not validos:
        return 0
    return len(consultas.en_lote(nombre_nora, validos, "restaurar", "", quien.usuario_id)[0])


def comentar(nombre_nora: str, tarea_id: str, texto: str, quien: Identidad) -> None:
    """Un comentario en una tarea.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    consultas.comentar(nombre_nora, tarea_id, texto, quien.usuario_id)


def agregar_paso(nombre_nora: str, tarea_id: str, texto: str) -> None:
    """Un paso más.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: ya tiene cincuenta.
    """
    try:
        consultas.agregar_paso(nombre_nora, tarea_id, texto)
    except ErrorDatoInvalido as error:
        raise ErrorDatoInvalido("Una tarea lleva 50 pasos como mucho.") from error


def marcar_paso(nombre_nora: str, tarea_id: str, paso_id: str, hecho: bool) -> None:
    """Palomea un paso, o lo desmarca.

    Raises:
        ErrorNoEncontrado: no es de esa tarea de esta Nora.
    """
    if not consultas.marcar_paso(nombre_nora, tarea_id, paso_id, hecho):
        raise ErrorNoEncontrado


def borrar_paso(nombre_nora: str, tarea_id: str, paso_id: str) -> None:
    """Quita un paso.

    Raises:
        ErrorNoEncontrado: no es de esa tarea de esta Nora.
    """
    if not consultas.borrar_paso(nombre_nora, tarea_id, paso_id):
        raise ErrorNoEncontrado


def buscar_contactos(nombre_nora: str, texto: str) -> list[Hallado]:
    """Los contactos que se parecen; vacío con menos de dos letras."""
    limpio = texto.replace("\0", "").strip()[:LARGO_BUSQUEDA]
    return consultas.buscar_contactos(nombre_nora, limpio, CONTACTOS_HALLADOS) if len(limpio) >= 2 else []


def estadisticas(nombre_nora: str, dias: int, ahora: datetime | None = None) -> list[DePersona]:
    """Las cifras de cada persona en los últimos días."""
    ahora = ahora or datetime.now(UTC)
    return consultas.estadisticas(nombre_nora, ahora - timedelta(days=dias), ahora)


def mis_avisos(nombre_nora: str, quien: Identidad) -> MisAvisos:
    """Los avisos de quien pide."""
    return consultas.mis_avisos(nombre_nora, quien.usuario_id)


def leer_avisos(nombre_nora: str, quien: Identidad) -> None:
    """Deja leídos los avisos de quien pide."""
    consultas.leer_avisos(nombre_nora, quien.usuario_id, datetime.now(UTC))


def guardar_preferencias(nombre_nora: str, quien: Identidad, preferencias: Preferencias) -> None:
    """Cómo quiere enterarse quien pide."""
    consultas.guardar_preferencias(nombre_nora, quien.usuario_id, preferencias)


def moldes(nombre_nora: str) -> list[Molde]:
    """Lo que se repite."""
    return consultas.moldes(nombre_nora)


def activar_molde(
    nombre_nora: str, molde_id: str, activa: bool, zona: str, ahora: datetime | None = None
) -> None:
    """Pausa algo que se repite, o lo sigue desde la próxima fecha que falte.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    molde = next((m for m in consultas.moldes(nombre_nora) if m.id == molde_id), None)
    if molde is None:
        raise ErrorNoEncontrado
    cambios: dict[str, Any] = {"activa": activa}
    if activa and not molde.activa:
        ahora = ahora or datetime.now(UTC)
        hoy = ahora.astimezone(ZoneInfo(zona)).replace(tzinfo=None)
        proxima = repeticion.siguiente_local(molde.regla, molde.inicio.replace(tzinfo=None), hoy)
        if proxima is not None:
            cambios["siguiente"] = repeticion.a_instante(proxima, zona).isoformat()
            cambios["crear_en"] = repeticion.principio_del_dia(proxima, zona).isoformat()
    consultas.cambiar_molde(nombre_nora, molde_id, cambios)


def como_csv(nombre_nora: str, filtro: Filtro, quien: Identidad, zona: str) -> Iterator[str]:
    """Las que pasan el filtro, renglón por renglón; con marca de orden de bytes para que Excel lea los acentos."""
    ahora = datetime.now(UTC)
    yield "\ufeff" + _renglon(
        [
            "Código",
            "Tarea",
            "Estado",
            "Prioridad",
            "Vence",
            "Encargado",
            "Contacto",
            "Etiquetas",
            "Pasos",
            "Creada",
            "Terminada",
        ]
    )
    filtrado = filtro.como_json(ahora, zona, quien.usuario_id)
    for t in consultas.recorrer(nombre_nora, filtrado, quien.usuario_id, ahora):
        yield _renglon(
            [
                t.codigo,
                t.titulo,
                ESTADOS[t.estado] if t.estado != "hecha" else "Hecha",
                PRIORIDADES[t.prioridad],
                _local(t.vence_en, zona, t.con_hora),
                t.persona or "",
                t.contacto or "",
                ", ".join(t.etiquetas),
                f"{t.pasos_hechos}/{t.pasos_total}" if t.pasos_total else "",
                _local(t.fecha_creacion, zona, True),
                _local(t.completada_en, zona, True),
            ]
        )


def tarjeta(nombre_nora: str) -> Tarjeta | None:
    """Lo que el tablero dice de las tareas; None si no hay ninguna abierta."""
    leido = resumen_de_la_peticion(nombre_nora).tareas
    resumen = Resumen.model_validate(leido) if leido else None
    if resumen is None or not resumen.abiertas:
        return None
    vencidas = "1 vencida" if resumen.vencidas == 1 else f"{resumen.vencidas} vencidas"
    detalle = vencidas if resumen.vencidas else "al corriente"
    if resumen.hoy:
        detalle = f"{resumen.hoy} para hoy" + (f", {detalle}" if resumen.vencidas else "")
    return Tarjeta("Tareas abiertas", f"{resumen.abiertas:,}", detalle, "panel_cliente_tareas.index")


def cuando(tarea: Tarea, zona: str, ahora: datetime | None = None) -> str:
    """Cuándo vence, en corto: «hoy, 5:30 p. m.», «ayer», «mar 24 nov»."""
    if tarea.vence_en is None:
        return ""
    ahora = ahora or datetime.now(UTC)
    local = tarea.vence_en.astimezone(ZoneInfo(zona))
    dias = (local.date() - ahora.astimezone(ZoneInfo(zona)).date()).days
    dia, _, hora = fecha_legible(tarea.vence_en, zona, ahora).partition(", ")
    dia = {-1: "ayer", 0: "hoy", 1: "mañana"}.get(dias, dia)
    return f"{dia}, {hora}" if tarea.con_hora else dia


def zona_de() -> str:
    """La zona de la Nora de esta petición."""
    nora = nora_actual()
    return nora.zona_horaria if nora else ZONA_SIN_NORA


def es_uuid(texto: str) -> bool:
    """Si es un id bien escrito."""
    try:
        UUID(texto)
    except ValueError:
        return False
    return True


def _estado(estado: str) -> str:
    if estado not in ESTADOS:
        raise ErrorDatoInvalido("Elige a qué columna va.")
    return estado


def _existen(hecho: tuple[list[str], int]) -> None:
    if not hecho[1]:
        raise ErrorNoEncontrado


def _local(momento: datetime | None, zona: str, con_hora: bool) -> str:
    if momento is None:
        return ""
    return momento.astimezone(ZoneInfo(zona)).strftime("%Y-%m-%d %H:%M" if con_hora else "%Y-%m-%d")


def _renglon(celdas: Sequence[str]) -> str:
    """Un renglón de CSV. Una celda que una hoja de cálculo leería como fórmula va como texto."""
    salida = io.StringIO()
    csv.writer(salida).writerow([f"'{c}" if c[:1] in "=+-@\t\r" and c else c for c in celdas])
    return salida.getvalue()
