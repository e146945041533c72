"""Lo que la administración lee y escribe. Con service_role: ve a todas las Noras, que es su trabajo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from postgrest import CountMethod
from pydantic import BaseModel, ConfigDict

from ...utils.auth_utils import Rol
from ...utils.supabase_client import supabase
from ...utils.supabase_helpers import PAGINA, Fila, ejecutar, filas, por_paginas, una_fila, valor

POR_PAGINA = 50


class NoraEnLista(BaseModel):
    """Una Nora con lo que pasó en 24 horas."""

    nombre_nora: str
    nombre_visible: str
    numero_nora: str
    modulos: list[str]
    activo: bool
    ia_activa: bool
    zona_horaria: str
    tiene_credenciales: bool
    bloques: int
    mensajes_24h: int
    esperan_persona: int
    fecha_creacion: datetime


class PaginaDeNoras(BaseModel):
    """Una página de la lista. `total`: las del filtro; las demás cuentas, las de la búsqueda."""

    total: int
    todas: int
    activas: int
    suspendidas: int
    con_espera: int
    noras: list[NoraEnLista]


class PersonaDeNora(BaseModel):
    """Quien trabaja en una Nora."""

    id: str
    correo: str
    nombre: str
    rol: Rol
    activo: bool


class Nora(BaseModel):
    """Una Nora como la edita un admin. `silencio_segundos` en segundos; `numero_nora` en E.164."""

    model_config = ConfigDict(extra="ignore")

    nombre_nora: str
    nombre_visible: str
    numero_nora: str
    modulos: list[str]
    ia_activa: bool
    mensaje_bienvenida: str
    zona_horaria: str
    silencio_segundos: int
    retencion_dias: int | None
    activo: bool
    fecha_creacion: datetime
    twilio_account_sid: str
    twilio_messaging_service_sid: str
    tiene_token: bool
    credenciales_guardadas: datetime | None
    bloques: int
    ultimo_entrante: datetime | None
    personas: list[PersonaDeNora]


class Hora(BaseModel):
    """Mensajes de una hora en toda la instalación."""

    hora: datetime
    recibidos: int
    de_nora: int
    de_personas: int


class NoraConFalta(BaseModel):
    """Una Nora activa que necesita algo. `desde`: cuándo empezó a esperar la primera persona."""

    nombre_nora: str
    nombre_visible: str
    ia_activa: bool
    esperan_persona: int
    desde: datetime | None
    con_llaves: bool
    con_conocimiento: bool


class Resumen(BaseModel):
    """Las cifras de toda la instalación. `horas`: las últimas 24, de la más vieja a la actual."""

    activas: int
    suspendidas: int
    usuarios: int
    esperan_persona: int
    atorados: int
    horas: list[Hora]
    necesitan: list[NoraConFalta]


class Ejecucion(BaseModel):
    """El último disparo de un trabajo del programador."""

    trabajo: str
    periodo: datetime
    estado: str
    inicio: datetime | None
    fin: datetime | None
    resultado: str
    motivo: str


class Programador(BaseModel):
    """La última ejecución de cada trabajo, por su id, y desde cuándo están apagados los que lo están."""

    ultimas: dict[str, Ejecucion]
    apagados: dict[str, datetime]


class Lugar(BaseModel):
    """En qué Nora trabaja y como qué."""

    nombre_nora: str
    rol: Rol


class TareaEnCola(BaseModel):
    """Cuántos trabajos de una tarea hay en cada estado."""

    tarea: str
    esperan: int
    aplazados: int
    corren: int
    fallidos: int


class TrabajoFallido(BaseModel):
    """Un trabajo que agotó sus intentos. `trabajo`: cuál del programador, si es de él."""

    id: int
    tarea: str
    intentos: int
    nombre_nora: str | None
    trabajo: str | None
    momento: datetime | None


class Cola(BaseModel):
    """La cola en este momento. `mas_viejo`: desde cuándo espera el que más; `trabajadores`: los que laten."""

    esperan: int
    aplazados: int
    corren: int
    fallidos: int
    mas_viejo: datetime | None
    trabajadores: int
    tareas: list[TareaEnCola]
    ultimos_fallidos: list[TrabajoFallido]


class TablaDeNora(BaseModel):
    """Una tabla con datos de una Nora. `llave`: sus columnas únicas, en orden."""

    tabla: str
    llave: list[str]
    filas: int


class UsuarioEnLista(BaseModel):
    """Una cuenta como se ve en la lista."""

    id: str
    correo: str
    nombre: str
    es_admin: bool
    activo: bool
    ultimo_acceso: datetime | None
    lugares: list[Lugar]


class PaginaDeUsuarios(BaseModel):
    """Una página de cuentas."""

    total: int
    usuarios: list[UsuarioEnLista]


# ---------------------------------------------------------------- Noras
def pagina_de_noras(
    texto: str = "", estado: str = "", pagina: int = 1, por_pagina: int = POR_PAGINA
) -> PaginaDeNoras:
    """Una página de la lista, por nombre.

    Args:
        estado: activa, suspendida, espera (alguien espera a una persona) o vacío.
        pagina: desde 1; de `por_pagina` en `por_pagina`.
    """
    argumentos = {
        "p_texto": texto,
        "p_estado": estado,
        "p_desde": (pagina - 1) * por_pagina,
        "p_cuantas": por_pagina,
    }
    return PaginaDeNoras.model_validate(valor(supabase.rpc("admin_noras", argumentos)))


def leer_nora(nombre_nora: str) -> Nora | None:
    """Una Nora, activa o suspendida; None si no existe."""
    fila = valor(supabase.rpc("admin_nora", {"p_nombre_nora": nombre_nora}))
    return Nora.model_validate(fila) if fila else None


def ocupados(nombre_nora: str, numero_nora: str) -> list[tuple[str, str]]:
    """(nombre, número) de las Noras que ya usan ese nombre o ese número."""
    halladas = filas(
        supabase.table("configuracion_bot")
        .select("nombre_nora,numero_nora")
        .or_(f'nombre_nora.eq."{nombre_nora}",numero_nora.eq."{numero_nora}"')
    )
    return [(fila["nombre_nora"], fila["numero_nora"]) for fila in halladas]


def insertar_nora(columnas: dict[str, Any]) -> None:
    """Crea la fila. Lanza ErrorDuplicado si el nombre o el número ya están."""
    ejecutar(supabase.table("configuracion_bot").insert(columnas))


def cambiar_nora(nombre_nora: str, columnas: dict[str, Any]) -> bool:
    """Escribe columnas de una Nora; falso si no existe."""
    return bool(filas(supabase.table("configuracion_bot").update(columnas).eq("nombre_nora", nombre_nora)))


def cambiar_modulos(nombre_nora: str, encender: list[str], apagar: list[str]) -> list[str] | None:
    """Enciende y apaga módulos de una vez. Los que quedan, o None si esa Nora no existe."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_encender": encender, "p_apagar": apagar}
    quedan: list[str] | None = valor(supabase.rpc("admin_cambiar_modulos", argumentos))
    return quedan


def tablas_de_nora(nombre_nora: str) -> list[TablaDeNora]:
    """Las tablas con datos de una Nora; sin las credenciales."""
    leidas = valor(supabase.rpc("admin_tablas_de_nora", {"p_nombre_nora": nombre_nora}))
    return [TablaDeNora.model_validate(una) for una in leidas]


def recorrer_tabla(tabla: TablaDeNora, nombre_nora: str) -> Iterator[Fila]:
    """Cada fila de una Nora en una de sus tablas, por páginas y sin saltarse ninguna.

    Con llave de una columna se avanza por ella; con varias, por posición: esas tablas cambian poco.
    """
    propia = [columna for columna in tabla.llave if columna != "nombre_nora"]
    if len(propia) == 1:
        yield from por_paginas(
            lambda: supabase.table(tabla.tabla).select("*").eq("nombre_nora", nombre_nora), propia[0]
        )
        return
    desde = 0
    while True:
        consulta = supabase.table(tabla.tabla).select("*").eq("nombre_nora", nombre_nora)
        for columna in propia:
            consulta = consulta.order(columna)
        leidas = filas(consulta.range(desde, desde + PAGINA - 1))
        yield from leidas
        if len(leidas) < PAGINA:
            return
        desde += PAGINA


def borrar_nora(nombre_nora: str) -> bool:
    """Borra una Nora suspendida y todo lo suyo; falso si no existe o sigue activa."""
    return bool(valor(supabase.rpc("admin_borrar_nora", {"p_nombre_nora": nombre_nora})))


# ---------------------------------------------------------------- Cola
def estado_de_la_cola() -> Cola:
    """Cuánto espera, corre y falló, y los últimos trabajos fallidos."""
    return Cola.model_validate(valor(supabase.rpc("admin_cola", {})))


def reintentar_trabajos(trabajo_id: int | None) -> int:
    """Vuelve a encolar un trabajo fallido, o todos si es None. Devuelve cuántos."""
    return int(valor(supabase.rpc("admin_reintentar", {"p_id": trabajo_id})))


# ---------------------------------------------------------------- Credenciales
def guardar_credenciales(nombre_nora: str, columnas: dict[str, Any]) -> None:
    """Crea o cambia las llaves. Lanza ErrorDuplicado si otra Nora usa ese servicio de mensajes."""
    ejecutar(
        supabase.table("credenciales_nora").upsert(
            {"nombre_nora": nombre_nora, "fecha_actualizacion": datetime.now(UTC).isoformat(), **columnas}
        )
    )


def borrar_credenciales(nombre_nora: str) -> None:
    """Olvida las llaves de una Nora."""
    ejecutar(supabase.table("credenciales_nora").delete().eq("nombre_nora", nombre_nora))


def token_cifrado(nombre_nora: str) -> str:
    """El token de Twilio como está guardado; vacío si no hay."""
    fila = una_fila(
        supabase.table("credenciales_nora").select("twilio_token_cifrado").eq("nombre_nora", nombre_nora)
    )
    return str((fila or {}).get("twilio_token_cifrado") or "")


# ---------------------------------------------------------------- Instalación
def resumen(hay_llaves_comunes: bool) -> Resumen:
    """Las cifras del tablero.

    Args:
        hay_llaves_comunes: la instalación tiene sus llaves de Twilio: una Nora sin las suyas usa esas.
    """
    return Resumen.model_validate(
        valor(supabase.rpc("admin_resumen", {"p_hay_llaves_comunes": hay_llaves_comunes}))
    )


def programador() -> Programador:
    """Cómo va cada trabajo del programador."""
    leido = valor(supabase.rpc("admin_programador", {}))
    ultimas = {fila["trabajo"]: fila for fila in leido["ultimas"]}
    return Programador.model_validate({"ultimas": ultimas, "apagados": leido["apagados"]})


def correr_trabajo(trabajo: str, ahora: datetime, quien: str) -> bool:
    """Lo deja en la cola fuera de su hora; falso si ya espera o corre."""
    argumentos = {"p_trabajo": trabajo, "p_ahora": ahora.isoformat(), "p_quien": quien}
    return bool(valor(supabase.rpc("admin_correr_trabajo", argumentos)))


def encender_trabajo(trabajo: str, activo: bool) -> bool:
    """Lo enciende o apaga en todos los procesos; falso si ya estaba así."""
    return (
        valor(supabase.rpc("admin_encender_trabajo", {"p_trabajo": trabajo, "p_activo": activo})) is not None
    )


def cuantas_activas() -> int:
    """Cuántas Noras activas hay en la base."""
    consulta = (
        supabase.table("configuracion_bot").select("nombre_nora", count=CountMethod.exact).eq("activo", True)
    )
    return int(ejecutar(consulta.limit(1)).count or 0)


def modulos_guardados() -> dict[str, str]:
    """Nombre -> título de cada renglón de `modulos_disponibles`."""
    leidos = filas(supabase.table("modulos_disponibles").select("nombre,titulo").order("nombre"))
    return {fila["nombre"]: fila["titulo"] for fila in leidos}


# ---------------------------------------------------------------- Usuarios
def pagina_de_usuarios(texto: str = "", pagina: int = 1) -> PaginaDeUsuarios:
    """Una página de cuentas, por correo."""
    argumentos = {"p_texto": texto, "p_desde": (pagina - 1) * POR_PAGINA, "p_cuantas": POR_PAGINA}
    return PaginaDeUsuarios.model_validate(valor(supabase.rpc("admin_usuarios", argumentos)))


def hay_otro_admin(usuario_id: str) -> bool:
    """Si hay otro admin activo además de esta cuenta."""
    otros = (
        supabase.table("usuarios").select("id").eq("es_admin", True).eq("activo", True).neq("id", usuario_id)
    )
    return una_fila(otros.limit(1)) is not None
