"""Los aparatos que reciben avisos, por persona y Nora."""

from __future__ import annotations

from datetime import UTC, datetime

from pydantic import BaseModel

from ..canales.push import Aparato
from ..utils.supabase_client import supabase, supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, valor

TABLA = "suscripciones_push"
LLAVES = "id,endpoint,p256dh,auth"


class Espera(BaseModel):
    """Una conversación que espera a una persona.

    Args:
        aparatos: a los que falta avisarles de esta espera.
    """

    negocio: str
    cliente: str
    desde: datetime
    aparatos: list[Aparato]


class Mencion(BaseModel):
    """Una nota que nombra a alguien y que todavía no ve; `autor` vacío si ya no existe su cuenta."""

    negocio: str
    conversacion_id: str
    autor: str


class AparatoGuardado(BaseModel):
    """Un aparato como se le enseña a su dueña."""

    id: str
    endpoint: str
    aparato: str
    ultimo_aviso_en: datetime | None
    fecha_creacion: datetime


def leer_espera(nombre_nora: str, conversacion_id: str) -> Espera | None:
    """Quién espera y a qué aparatos falta avisarles; None si ya nadie espera."""
    leido = valor(
        supabase.rpc("leer_espera", {"p_nombre_nora": nombre_nora, "p_conversacion_id": conversacion_id})
    )
    return Espera.model_validate(leido) if leido else None


def anotar_espera(nombre_nora: str, aparato_id: str, conversacion_id: str, desde: datetime) -> None:
    """A ese aparato ya se le avisó de esa espera, o su servicio no lo quiso."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_aparato_id": aparato_id,
        "p_conversacion_id": conversacion_id,
        "p_desde": desde.isoformat(),
    }
    ejecutar(supabase.rpc("anotar_espera_avisada", argumentos))


def leer_mencion(nombre_nora: str, suceso_id: int, usuario_id: str) -> Mencion | None:
    """De quién y en qué conversación; None si ya la vio o ya no existe."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_suceso_id": suceso_id, "p_usuario_id": usuario_id}
    leida = valor(supabase.rpc("leer_mencion", argumentos))
    return Mencion.model_validate(leida) if leida else None


def aparatos_de(nombre_nora: str, usuario_id: str) -> list[Aparato]:
    """Los de una persona, con sus llaves."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table(TABLA)
        .select(LLAVES)
        .eq("nombre_nora", nombre_nora)
        .eq("usuario_id", usuario_id)
    )
    return [Aparato(**fila) for fila in filas(consulta)]


def aparatos_guardados(nombre_nora: str, usuario_id: str) -> list[AparatoGuardado]:
    """Los de una persona, para enseñárselos; el más nuevo primero."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table(TABLA)
        .select("id,endpoint,aparato,ultimo_aviso_en,fecha_creacion")
        .eq("nombre_nora", nombre_nora)
        .eq("usuario_id", usuario_id)
        .order("fecha_creacion", desc=True)
    )
    return [AparatoGuardado.model_validate(fila) for fila in filas(consulta)]


def guardar_aparato(nombre_nora: str, usuario_id: str, aparato: Aparato, nombre: str) -> None:
    """Suscribe un aparato a los avisos de una Nora; si ya estaba, pasa a ser de quien lo usa ahora."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table(TABLA)
        .upsert(
            {
                "nombre_nora": nombre_nora,
                "usuario_id": usuario_id,
                "endpoint": aparato.endpoint,
                "p256dh": aparato.p256dh,
                "auth": aparato.auth,
                "aparato": nombre,
            },
            on_conflict="nombre_nora,endpoint",
        )
    )


def quitar_de_persona(nombre_nora: str, usuario_id: str, campo: str, dato: str) -> bool:
    """Quita un aparato de esa persona, por su `id` o su `endpoint`; falso si no era suyo."""
    borradas = filas(
        supabase_de_nora(nombre_nora)
        .table(TABLA)
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("usuario_id", usuario_id)
        .eq(campo, dato)
    )
    return bool(borradas)


def quitar_aparato(nombre_nora: str, aparato_id: str) -> None:
    """Ese aparato ya no recibe avisos."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table(TABLA)
        .delete()
        .eq("nombre_nora", nombre_nora)
        .eq("id", aparato_id)
    )


def anotar_aviso(nombre_nora: str, aparato_id: str) -> None:
    """Su servicio ya tiene este aviso."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table(TABLA)
        .update({"ultimo_aviso_en": datetime.now(UTC).isoformat()})
        .eq("nombre_nora", nombre_nora)
        .eq("id", aparato_id)
    )


def pedir_prueba(nombre_nora: str, usuario_id: str) -> None:
    """Deja en la cola un aviso de prueba para los aparatos de esa persona."""
    ejecutar(supabase_de_nora(nombre_nora).rpc("pedir_aviso_de_prueba", {"p_usuario_id": usuario_id}))
