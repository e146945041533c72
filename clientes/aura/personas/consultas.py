"""Cuentas, pertenencias, intentos, enlaces y auditoría. Con service_role: se entra antes de saber a qué Nora."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict

from ..utils.auth_utils import Rol
from ..utils.supabase_client import supabase, supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, por_paginas, una_fila, valor

COLUMNAS = (
    "id,correo,nombre,contrasena_hash,es_admin,activo,version_sesion,ultimo_acceso,"
    "usuarios_noras(nombre_nora,rol)"
)


class Pertenencia(BaseModel):
    """Una Nora en que trabaja y como qué."""

    nombre_nora: str
    rol: Rol


class Usuario(BaseModel):
    """Una cuenta, con las Noras en que trabaja."""

    model_config = ConfigDict(extra="ignore")

    id: str
    correo: str
    nombre: str
    contrasena_hash: str
    es_admin: bool
    activo: bool
    version_sesion: int
    ultimo_acceso: datetime | None = None
    usuarios_noras: list[Pertenencia] = []


class Renglon(BaseModel):
    """Un renglón de auditoría."""

    id: int
    momento: datetime
    correo: str
    nombre_nora: str | None
    accion: str
    objeto: str
    detalle: dict[str, Any]


@dataclass(frozen=True)
class Busqueda:
    """Qué renglones. Vacío o None no filtra; `hasta` no se incluye; `antes_de`: id del último ya visto."""

    nombre_nora: str = ""
    correo: str = ""
    accion: str = ""
    desde: datetime | None = None
    hasta: datetime | None = None
    antes_de: int | None = None


def usuario_por_correo(correo: str) -> Usuario | None:
    fila = una_fila(supabase.table("usuarios").select(COLUMNAS).eq("correo", correo))
    return Usuario.model_validate(fila) if fila else None


def usuario_por_id(usuario_id: str) -> Usuario | None:
    fila = una_fila(supabase.table("usuarios").select(COLUMNAS).eq("id", usuario_id))
    return Usuario.model_validate(fila) if fila else None


def listar_usuarios() -> list[Usuario]:
    """Todas las cuentas, por correo (las primeras 1,000)."""
    leidas = filas(supabase.table("usuarios").select(COLUMNAS).order("correo").limit(1000))
    return [Usuario.model_validate(fila) for fila in leidas]


def crear_usuario(correo: str, nombre: str, contrasena_hash: str, *, es_admin: bool) -> str:
    """Crea la cuenta y devuelve su id. Lanza ErrorDuplicado si el correo ya está."""
    creada = filas(
        supabase.table("usuarios").insert(
            {"correo": correo, "nombre": nombre, "contrasena_hash": contrasena_hash, "es_admin": es_admin}
        )
    )
    return str(creada[0]["id"])


def poner_rol(usuario_id: str, nombre_nora: str, rol: Rol) -> None:
    """Le da (o cambia) su lugar en una Nora."""
    ejecutar(
        supabase.table("usuarios_noras").upsert(
            {"usuario_id": usuario_id, "nombre_nora": nombre_nora, "rol": rol}
        )
    )


def quitar_rol(usuario_id: str, nombre_nora: str) -> None:
    """Le quita su lugar en una Nora."""
    ejecutar(
        supabase.table("usuarios_noras").delete().eq("usuario_id", usuario_id).eq("nombre_nora", nombre_nora)
    )


def cambiar_usuario(usuario_id: str, cambios: dict[str, Any]) -> None:
    """Escribe columnas de una cuenta."""
    ejecutar(supabase.table("usuarios").update(cambios).eq("id", usuario_id))


def avisar_salida(usuario_id: str) -> None:
    """Avisa a todos los procesos que esa persona salió."""
    ejecutar(supabase.rpc("avisar_salida", {"p_usuario_id": usuario_id}))


def segundos_de_espera(claves: list[str], limites: list[int]) -> int:
    """Segundos que faltan para poder intentar; 0 si ya se puede."""
    return int(valor(supabase.rpc("espera_de_acceso", {"p_claves": claves, "p_limites": limites})) or 0)


def anotar_fallos(claves: list[str]) -> None:
    """Suma un intento fallido a cada clave."""
    ejecutar(supabase.table("intentos_acceso").insert([{"clave": clave} for clave in claves]))


def olvidar_fallos(claves: list[str]) -> None:
    """Borra los intentos fallidos de estas claves."""
    ejecutar(supabase.table("intentos_acceso").delete().in_("clave", claves))


def olvidar_fallos_antes_de(limite: datetime) -> int:
    """Borra los intentos viejos; cuántos eran."""
    return len(filas(supabase.table("intentos_acceso").delete().lt("momento", limite.isoformat())))


def crear_restablecimiento(usuario_id: str, caduca: datetime) -> str:
    """Guarda un enlace por usar y devuelve su id."""
    creada = filas(
        supabase.table("restablecimientos").insert({"usuario_id": usuario_id, "caduca": caduca.isoformat()})
    )
    return str(creada[0]["id"])


def restablecimiento_vigente(restablecimiento_id: str, ahora: datetime) -> str | None:
    """El id de la cuenta de un enlace sin usar ni caducar; None si ya no sirve."""
    fila = una_fila(
        supabase.table("restablecimientos")
        .select("usuario_id")
        .eq("id", restablecimiento_id)
        .is_("usado_en", "null")
        .gt("caduca", ahora.isoformat())
    )
    return str(fila["usuario_id"]) if fila else None


def usar_restablecimiento(restablecimiento_id: str, ahora: datetime) -> bool:
    """Lo marca usado; falso si ya lo estaba (dos clics a la vez: solo uno gana)."""
    usadas = filas(
        supabase.table("restablecimientos")
        .update({"usado_en": ahora.isoformat()})
        .eq("id", restablecimiento_id)
        .is_("usado_en", "null")
        .gt("caduca", ahora.isoformat())
    )
    return bool(usadas)


def anotar_auditoria(
    usuario_id: str | None,
    correo: str,
    accion: str,
    nombre_nora: str | None,
    objeto: str,
    detalle: dict[str, Any],
) -> None:
    """Escribe un renglón de auditoría."""
    ejecutar(
        supabase.table("auditoria").insert(
            {
                "usuario_id": usuario_id,
                "correo": correo,
                "accion": accion,
                "nombre_nora": nombre_nora,
                "objeto": objeto,
                "detalle": detalle,
            }
        )
    )


def leer_auditoria(busqueda: Busqueda, cuantos: int, nombre_nora: str | None = None) -> list[Renglon]:
    """Los más nuevos. Con `nombre_nora`, solo los suyos y con su llave; sin ella, los de toda la instalación."""
    consulta = _buscar(busqueda, nombre_nora).order("id", desc=True).limit(cuantos)
    return [Renglon.model_validate(fila) for fila in filas(consulta)]


def recorrer_auditoria(busqueda: Busqueda, nombre_nora: str | None = None) -> Iterator[Renglon]:
    """Todos, del más viejo al más nuevo."""
    for fila in por_paginas(lambda: _buscar(busqueda, nombre_nora), "id"):
        yield Renglon.model_validate(fila)


def personas_de_auditoria(nombre_nora: str) -> list[str]:
    """Los correos de quienes hicieron algo en una Nora, en orden."""
    return [str(correo) for correo in valor(supabase_de_nora(nombre_nora).rpc("personas_de_auditoria", {}))]


def _buscar(busqueda: Busqueda, nombre_nora: str | None) -> Any:
    cliente = supabase if nombre_nora is None else supabase_de_nora(nombre_nora)
    consulta = cliente.table("auditoria").select("id,momento,correo,nombre_nora,accion,objeto,detalle")
    iguales = {
        "nombre_nora": busqueda.nombre_nora if nombre_nora is None else nombre_nora,
        "correo": busqueda.correo,
        "accion": busqueda.accion,
    }
    for columna, buscado in iguales.items():
        if buscado:
            consulta = consulta.eq(columna, buscado)
    if busqueda.desde is not None:
        consulta = consulta.gte("momento", busqueda.desde.isoformat())
    if busqueda.hasta is not None:
        consulta = consulta.lt("momento", busqueda.hasta.isoformat())
    return consulta if busqueda.antes_de is None else consulta.lt("id", busqueda.antes_de)
