"""Lo que el asistente lee y escribe; siempre con el token de la Nora: lo de otra no existe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from ..conversacion.horario import Horario
from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import ErrorDuplicado, ejecutar, filas, una_fila, valor


class _Leido(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class NoraDelAsistente(_Leido):
    """De la Nora, lo que va en las indicaciones."""

    nombre_nora: str
    nombre_visible: str
    numero_nora: str = ""
    modulos: tuple[str, ...] = ()
    personalidad: str = ""
    instrucciones: str = ""
    modo_respuesta: Literal["flexible", "estricto"] = "estricto"
    mensaje_fuera_tema: str = ""
    zona_horaria: str = "America/Hermosillo"
    horario: Horario = Horario()


class AjustesIA(_Leido):
    """Cómo usa la Nora un modelo; los precios en pesos por millón de tokens, el tope en pesos al mes."""

    usar_modelo: bool = True
    llave_cifrada: str = Field(default="", repr=False)
    llave_final: str = ""
    modelo: str = ""
    precio_entrada: Decimal | None = None
    precio_salida: Decimal | None = None
    tope_mensual: Decimal = Decimal(300)
    maximo_palabras: int = 80
    respuestas_por_dia: int = 60
    cuando_pasar: str = ""


class Ficha(_Leido):
    """El contacto con quien se habla."""

    id: str
    nombre: str = ""
    telefono: str | None = None
    correo: str = ""
    notas: str = ""
    etiquetas: tuple[str, ...] = ()


class Dicho(_Leido):
    """Algo que ya se dijo en la plática; `pendiente` si es lo que se va a contestar."""

    id: int = 0
    sentido: Literal["entrante", "saliente"]
    autor: Literal["contacto", "nora", "persona"] = "contacto"
    texto: str
    pendiente: bool = False


class ContextoIA(_Leido):
    """Todo lo que el modelo puede saber de una plática. `gasto` en pesos, del mes en curso.

    `es_empleado`: quien escribe es del equipo, por su teléfono registrado.
    """

    nora: NoraDelAsistente
    ia: AjustesIA = AjustesIA()
    gasto: Decimal = Decimal(0)
    llamadas_hoy: int = 0
    canal: str = "whatsapp"
    es_empleado: bool = False
    contacto: Ficha
    mensajes: tuple[Dicho, ...] = ()


class Accion(_Leido):
    """Algo que el modelo hizo o propuso."""

    id: str
    conversacion_id: str
    clave: str
    herramienta: str
    argumentos: dict[str, Any] = Field(default_factory=dict)
    estado: Literal["haciendo", "hecha", "fallida", "por_aprobar", "rechazada"]
    resultado: dict[str, Any] = Field(default_factory=dict)


def leer_contexto(nombre_nora: str, conversacion_id: str, mensajes: int = 14) -> ContextoIA | None:
    """El contexto de una plática; None si no existe o es de otra Nora."""
    argumentos = {"p_conversacion_id": conversacion_id, "p_mensajes": mensajes}
    leido = valor(supabase_de_nora(nombre_nora).rpc("contexto_ia", argumentos))
    if not leido:
        return None
    return ContextoIA.model_validate({clave: v for clave, v in leido.items() if v is not None})


def anotar_uso(
    nombre_nora: str,
    *,
    conversacion_id: str | None,
    motivo: Literal["turno", "ensayo", "voz", "reporte"],
    modelo: str,
    tokens_entrada: int,
    tokens_salida: int,
    costo: Decimal,
) -> None:
    """Cuenta una llamada al modelo. Se anota aunque la respuesta no se mande: ya se pagó."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("uso_ia")
        .insert(
            {
                "nombre_nora": nombre_nora,
                "conversacion_id": conversacion_id,
                "motivo": motivo,
                "modelo": modelo[:80],
                "tokens_entrada": tokens_entrada,
                "tokens_salida": tokens_salida,
                "costo": str(costo),
            }
        )
    )


def guardar_turno(
    nombre_nora: str,
    conversacion_id: str,
    hasta_mensaje: int,
    *,
    resultado: Literal["contestado", "frenado"],
    pregunta: str,
    borrador: str,
    hallazgos: Sequence[str],
    apoyos: Sequence[Mapping[str, Any]],
    modelo: str,
) -> None:
    """Guarda lo que el modelo quiso decir y en qué se apoyó; pensarlo otra vez reemplaza lo anterior."""
    fila = {
        "nombre_nora": nombre_nora,
        "conversacion_id": conversacion_id,
        "hasta_mensaje": hasta_mensaje,
        "resultado": resultado,
        "pregunta": pregunta[:1000],
        "borrador": borrador[:4000],
        "hallazgos": list(hallazgos),
        "apoyos": [dict(apoyo) for apoyo in apoyos],
        "modelo": modelo[:80],
    }
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("turnos_ia")
        .upsert(fila, on_conflict="nombre_nora,conversacion_id,hasta_mensaje")
    )


# ---------------------------------------------------------------- Acciones
def apartar_accion(
    nombre_nora: str,
    conversacion_id: str,
    clave: str,
    herramienta: str,
    argumentos: dict[str, Any],
    estado: str,
) -> Accion | None:
    """Aparta una acción para hacerla o proponerla; None si esa clave ya existía: ya se hizo o se está haciendo."""
    fila = {
        "nombre_nora": nombre_nora,
        "conversacion_id": conversacion_id,
        "clave": clave,
        "herramienta": herramienta,
        "argumentos": argumentos,
        "estado": estado,
    }
    try:
        guardada = filas(supabase_de_nora(nombre_nora).table("acciones_ia").insert(fila))
    except ErrorDuplicado:
        return None
    return Accion.model_validate(guardada[0])


def leer_accion(nombre_nora: str, *, clave: str | None = None, accion_id: str | None = None) -> Accion | None:
    """Una acción por su clave o su id; None si no es de esta Nora."""
    consulta = supabase_de_nora(nombre_nora).table("acciones_ia").select("*").eq("nombre_nora", nombre_nora)
    consulta = consulta.eq("clave", clave) if clave is not None else consulta.eq("id", accion_id)
    fila = una_fila(consulta.limit(1))
    return Accion.model_validate(fila) if fila else None


def cambiar_accion(
    nombre_nora: str, accion_id: str, estado: str, resultado: dict[str, Any], *, desde: str, persona: str = ""
) -> bool:
    """Mueve una acción de un estado a otro; falso si alguien ya la movió."""
    cambios: dict[str, Any] = {"estado": estado, "resultado": resultado}
    if persona:
        cambios["decidida_por"] = persona
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("acciones_ia")
        .update(cambios)
        .eq("nombre_nora", nombre_nora)
        .eq("id", accion_id)
        .eq("estado", desde)
    )
    return una_fila(consulta) is not None


# ---------------------------------------------------------------- Lo que hacen las herramientas de siempre
def etiquetas_de(nombre_nora: str) -> dict[str, str]:
    """Las etiquetas de la Nora: nombre -> id."""
    consulta = (
        supabase_de_nora(nombre_nora).table("etiquetas").select("id,nombre").eq("nombre_nora", nombre_nora)
    )
    return {fila["nombre"]: fila["id"] for fila in filas(consulta.order("nombre").limit(200))}


def etiquetar(nombre_nora: str, contacto_id: str, etiqueta_id: str) -> None:
    """Le pone una etiqueta a un contacto; ponerla otra vez no cambia nada."""
    fila = {"nombre_nora": nombre_nora, "contacto_id": contacto_id, "etiqueta_id": etiqueta_id}
    ejecutar(supabase_de_nora(nombre_nora).table("contacto_etiquetas").upsert(fila))


def leer_ficha(nombre_nora: str, contacto_id: str) -> Ficha | None:
    """Nombre, correo y notas de un contacto; None si no es de esta Nora."""
    fila = una_fila(
        supabase_de_nora(nombre_nora)
        .table("contactos")
        .select("id,nombre,telefono,correo,notas")
        .eq("nombre_nora", nombre_nora)
        .eq("id", contacto_id)
    )
    return Ficha.model_validate(fila) if fila else None


def cambiar_ficha(nombre_nora: str, contacto_id: str, cambios: Mapping[str, str]) -> None:
    """Cambia datos de un contacto."""
    ejecutar(
        supabase_de_nora(nombre_nora)
        .table("contactos")
        .update(dict(cambios))
        .eq("nombre_nora", nombre_nora)
        .eq("id", contacto_id)
    )
