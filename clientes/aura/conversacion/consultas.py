"""Las consultas del camino de un mensaje. Cada función recibe primero la Nora y devuelve algo con tipo."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app_config import Config

from ..canales.base import Credenciales, Mandado, Saliente
from ..canales.contenido import leer_contenido
from ..utils.cifrado import Cifrador
from ..utils.errores import ErrorServicioExterno
from ..utils.supabase_client import conexion_actual, supabase, supabase_de_nora
from ..utils.supabase_helpers import ejecutar, filas, una_fila, valor
from ..utils.validators import limpiar_texto
from ..utils.webhook_utils import MensajeEntrante, direccion_canonica
from .errores import Reintentar
from .modelos import Decision, NoraPorBarrer, Recibido, Resuelto, Turno
from .respuestas import Regla

SIDS_POR_PETICION = 500
PARTES_TRAS_UNA_PAUSA, ENTRE_PARTES_S = 20, 0.25
_SEGUNDOS_DE_UN_CORTE = 0.5  # lo que falla antes de esto fue un corte, no una base que no contesta


def configuracion_instalacion() -> Config:
    """La configuración con que este proceso se conectó."""
    return conexion_actual().config


# ---------------------------------------------------------------- recibir
def recibir_mensaje(nombre_nora: str, canal: str, mensaje: MensajeEntrante) -> Recibido:
    """Guarda un mensaje entrante una sola vez, por su id del proveedor, y deja su trabajo en la cola.

    Una conexión que se cortó no dice si la orden llegó a hacerse; como guardar dos veces lo mismo no cambia
    nada, se vuelve a intentar una vez. Una base que no contesta ya gastó su plazo y no se le pide otro.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    argumentos = {f"p_{nombre}": dato for nombre, dato in _como_se_guarda(canal, mensaje).items()}

    def guardar() -> Any:
        con_nora = {"p_nombre_nora": nombre_nora, **argumentos}
        return valor(supabase_de_nora(nombre_nora).rpc("recibir_mensaje", con_nora))

    inicio = time.monotonic()
    try:
        guardado = guardar()
    except ErrorServicioExterno:
        if time.monotonic() - inicio > _SEGUNDOS_DE_UN_CORTE:
            raise
        guardado = guardar()
    return Recibido.model_validate(guardado)


def recibir_mensajes(nombre_nora: str, mensajes: Sequence[tuple[str, MensajeEntrante]]) -> list[Recibido]:
    """Guarda varios (canal, mensaje) de una Nora, todos o ninguno; lo de cada uno, en su lugar.

    Raises:
        ErrorServicioExterno: la base no contestó.
        ErrorNora: uno de ellos no se puede guardar.
    """
    argumentos = {"p_nombre_nora": nombre_nora, "p_mensajes": [_como_se_guarda(*uno) for uno in mensajes]}
    guardados = valor(supabase_de_nora(nombre_nora).rpc("recibir_mensajes", argumentos))
    return [Recibido.model_validate(guardado) for guardado in guardados]


def _como_se_guarda(canal: str, mensaje: MensajeEntrante) -> dict[str, Any]:
    return {
        "canal": canal,
        "proveedor_sid": mensaje.proveedor_sid,
        "direccion": mensaje.direccion,
        "direccion_envio": mensaje.direccion_envio,
        "telefono": mensaje.telefono,
        "nombre_perfil": mensaje.nombre_perfil,
        "texto": mensaje.texto,
        "tipo": mensaje.tipo,
        "medios": mensaje.medios,
        "crudo": mensaje.crudo,
    }


def nora_de_twilio(servicio: str, cuenta: str, numero: str) -> str | None:
    """La Nora activa a la que le habla Twilio cuando la dirección no la nombra; None si ninguna."""
    comun = configuracion_instalacion().TWILIO_ACCOUNT_SID
    argumentos = {"p_servicio": servicio, "p_cuenta": cuenta, "p_numero": numero, "p_cuenta_comun": comun}
    nombre = valor(supabase.rpc("nora_de_twilio", argumentos))
    return str(nombre) if nombre else None


def noras_con_bandeja(ahora: datetime) -> list[str]:
    """Las que tienen algo que mandar, despertar o cerrar."""
    nombres: list[str] = valor(supabase.rpc("noras_con_bandeja", {"p_ahora": ahora.isoformat()}))
    return nombres


def noras_por_barrer(margen: timedelta, maximo: timedelta) -> list[NoraPorBarrer]:
    """Las Noras con llaves, la más atrasada primero.

    Args:
        margen: cuánto de lo ya comparado se vuelve a mirar.
        maximo: lo más atrás que se pregunta.
    """
    argumentos = {
        "p_hay_llaves_comunes": bool(configuracion_instalacion().TWILIO_AUTH_TOKEN),
        "p_margen": f"{margen.total_seconds()} seconds",
        "p_maximo": f"{maximo.total_seconds()} seconds",
    }
    return [NoraPorBarrer.model_validate(n) for n in valor(supabase.rpc("noras_por_barrer", argumentos))]


def sids_que_faltan(nombre_nora: str, sids: list[str]) -> list[str]:
    """De esos ids del proveedor, los que no están guardados, en el mismo orden."""
    faltan: list[str] = []
    for desde in range(0, len(sids), SIDS_POR_PETICION):
        argumentos = {"p_nombre_nora": nombre_nora, "p_sids": sids[desde : desde + SIDS_POR_PETICION]}
        faltan += valor(supabase.rpc("sids_que_faltan", argumentos))
    return faltan


def anotar_de_afuera(nombre_nora: str, mandados: Iterable[Mandado]) -> int:
    """Lo que alguien mandó por este número sin pasar por aquí: se ve en su plática y Nora calla un rato.

    Lo nuestro se reconoce por su id. Devuelve cuántos eran de afuera y no estaban.
    """
    mensajes = [
        {
            "sid": uno.sid,
            "direccion": direccion_canonica(uno.direccion)[0],
            "texto": limpiar_texto(uno.texto),
            "fecha": uno.fecha.isoformat(),
        }
        for uno in mandados
    ]
    if not mensajes:
        return 0
    argumentos = {"p_nombre_nora": nombre_nora, "p_mensajes": mensajes}
    return int(valor(supabase.rpc("anotar_de_afuera", argumentos)))


def anotar_barrido(nombre_nora: str, hasta: datetime, recuperados: int) -> None:
    """Hasta dónde se comparó y cuántos se recuperaron."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_hasta": hasta.isoformat(), "p_recuperados": recuperados}
    ejecutar(supabase.rpc("anotar_barrido", argumentos))


def leer_credenciales(nombre_nora: str) -> Credenciales | None:
    """Las llaves de Twilio de una Nora, o las de la instalación si no tiene propias; None si no hay ningunas."""
    config = configuracion_instalacion()
    fila = una_fila(
        supabase.table("credenciales_nora")
        .select("twilio_account_sid,twilio_token_cifrado,twilio_messaging_service_sid")
        .eq("nombre_nora", nombre_nora)
    )
    servicio = (fila or {}).get("twilio_messaging_service_sid") or ""
    if fila and fila["twilio_account_sid"] and fila["twilio_token_cifrado"]:
        token = Cifrador(config.NORA_CLAVES_CIFRADO).descifrar(fila["twilio_token_cifrado"])
        return Credenciales(fila["twilio_account_sid"], token, servicio, propia=True)
    if config.TWILIO_AUTH_TOKEN:
        return Credenciales(config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN, servicio)
    return None


# ---------------------------------------------------------------- atender
def leer_turno(nombre_nora: str, conversacion_id: str) -> Turno | None:
    """Lo que un turno necesita, en una sola petición; None si la plática ya no existe."""
    leido = valor(
        supabase.rpc("leer_turno", {"p_nombre_nora": nombre_nora, "p_conversacion_id": conversacion_id})
    )
    return Turno.model_validate(leido) if leido else None


def leer_respuestas(nombre_nora: str) -> list[Regla]:
    """Las respuestas automáticas encendidas, en el orden en que se prueban."""
    leidas = filas(
        supabase_de_nora(nombre_nora)
        .table("respuestas_automaticas")
        .select("id,nombre,disparadores,modo,cuando,respuesta")
        .eq("nombre_nora", nombre_nora)
        .eq("activo", True)
        .order("orden")
        .order("fecha_creacion")
        .order("id")
    )
    return [Regla.model_validate(una) for una in leidas]


def responder_turno(nombre_nora: str, turno: Turno, decision: Decision) -> Resuelto:
    """Escribe la decisión una sola vez; si algo cambió entre tanto no escribe nada y lo dice."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_conversacion_id": turno.conversacion_id,
        "p_hasta_mensaje": turno.hasta_mensaje,
        "p_texto": decision.texto,
        "p_decisor": decision.decisor,
        "p_fuentes": [fuente.como_json() for fuente in decision.fuentes],
        "p_opciones": [opcion.model_dump() for opcion in decision.opciones] or None,
        "p_pasar_a_persona": decision.pasar_a_persona,
        "p_motivo": decision.motivo,
        "p_saludar": decision.saludar,
        "p_baja": decision.baja,
        "p_avisar_cierre": decision.avisar_cierre,
        "p_contenido": decision.contenido(),
        "p_formulario": decision.formulario.como_json() if decision.formulario else None,
    }
    return Resuelto.model_validate(valor(supabase.rpc("responder_turno", argumentos)))


# ---------------------------------------------------------------- enviar
def confirmar_saliente(nombre_nora: str, saliente_id: int, intentos: int) -> bool:
    """Si sigue siendo de quien lo tomó con ese número de intento; su espera vuelve a contar desde ahora."""
    datos = {"p_nombre_nora": nombre_nora, "p_saliente_id": saliente_id, "p_intentos": intentos}
    return bool(valor(supabase.rpc("confirmar_saliente", datos)))


def tomar_saliente(nombre_nora: str, saliente_id: int) -> Saliente | None:
    """Reclama un mensaje del buzón de salida; None si ya salió, ya falló o no existe.

    Raises:
        Reintentar: el proveedor frenó a este número y todavía no toca.
    """
    fila = valor(supabase.rpc("tomar_saliente", {"p_nombre_nora": nombre_nora, "p_saliente_id": saliente_id}))
    if not fila:
        return None
    if "pausa_s" in fila:
        # Poco a poco: si todo lo que espera saliera en el mismo instante, volverían a frenarlo.
        reparto = (saliente_id % PARTES_TRAS_UNA_PAUSA) * ENTRE_PARTES_S
        raise Reintentar("el número está en pausa", float(fila["pausa_s"]) + reparto)
    return Saliente(
        id=fila["id"],
        nombre_nora=fila["nombre_nora"],
        conversacion_id=fila["conversacion_id"],
        canal=fila["canal"],
        direccion_envio=fila["direccion_envio"],
        texto=fila["texto"],
        numero_nora=fila["numero_nora"],
        intentos=fila["intentos"],
        estado_anterior=fila["estado_anterior"],
        enviando_desde=_momento(fila["enviando_desde"]),
        enviando_hace_s=float(fila["enviando_hace_s"]),
        ventana_abierta=fila["ventana_abierta"],
        nora_activa=fila["nora_activa"],
        problema=fila["problema"],
        esperar_hasta=_momento(fila["esperar_hasta"]) if fila["esperar_hasta"] else None,
        **leer_contenido(fila["contenido"]),
    )


def _momento(texto: str) -> datetime:
    return datetime.fromisoformat(texto).astimezone(UTC)


def cambiar_a_plantilla(nombre_nora: str, saliente_id: int) -> None:
    """El mensaje libre pasa a ser la plantilla que llevaba para la ventana cerrada."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_saliente_id": saliente_id}
    ejecutar(supabase.rpc("cambiar_a_plantilla", argumentos))


def anotar_problema(nombre_nora: str, saliente_id: int | None, sid: str | None, problema: str) -> None:
    """Marca al contacto de ese envío: no puede recibir hasta que vuelva a escribir."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_saliente_id": saliente_id,
        "p_proveedor_sid": sid,
        "p_problema": problema,
    }
    ejecutar(supabase.rpc("anotar_problema", argumentos))


def cerrar_ventana(nombre_nora: str, saliente_id: int | None, sid: str | None) -> None:
    """El proveedor dice que pasaron las 24 horas: en esa plática ya solo caben plantillas."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_saliente_id": saliente_id, "p_proveedor_sid": sid}
    ejecutar(supabase.rpc("cerrar_ventana", argumentos))


def escribir_como_nora(
    nombre_nora: str,
    conversacion_id: str,
    texto: str,
    clave: str,
    decisor: str,
    contenido: dict[str, Any],
    esperar_horas: int,
) -> int | None:
    """Deja en el buzón algo que dice un trabajo; el id del mensaje, o None si la plática ya no existe."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_conversacion_id": conversacion_id,
        "p_texto": texto,
        "p_clave": clave,
        "p_decisor": decisor,
        "p_contenido": contenido,
        "p_esperar_horas": esperar_horas,
    }
    mensaje = valor(supabase.rpc("escribir_como_nora", argumentos))
    return int(mensaje) if mensaje else None


def pausar_envios(nombre_nora: str, segundos: float, codigo: int | None) -> None:
    """El proveedor frenó a este número: nada suyo sale en ese rato. Una pausa más corta no acorta otra."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_segundos": max(1, round(segundos)), "p_codigo": codigo}
    ejecutar(supabase.rpc("pausar_envios", argumentos))


def avanzar_envio(
    nombre_nora: str,
    estado: str,
    *,
    saliente_id: int | None = None,
    sid: str | None = None,
    error_codigo: int | None = None,
    error_texto: str = "",
) -> bool:
    """Mueve un envío hacia adelante, nunca hacia atrás; falso si no se halló."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_estado": estado,
        "p_saliente_id": saliente_id,
        "p_proveedor_sid": sid,
        "p_error_codigo": error_codigo,
        "p_error_texto": error_texto,
    }
    return bool(valor(supabase.rpc("avanzar_envio", argumentos)))


def soltar_saliente(
    nombre_nora: str, saliente_id: int, error_codigo: int | None = None, error_texto: str = ""
) -> None:
    """Devuelve un envío a pendiente: se sabe que el proveedor no lo procesó."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_saliente_id": saliente_id,
        "p_error_codigo": error_codigo,
        "p_error_texto": error_texto,
    }
    ejecutar(supabase.rpc("soltar_saliente", argumentos))


def aplazar_saliente(
    nombre_nora: str, sid: str, segundos: int, error_codigo: int, saliente_id: int | None
) -> bool:
    """Pone de nuevo en el buzón, para más tarde, lo que el proveedor frenó; falso si ya no procede."""
    argumentos = {
        "p_nombre_nora": nombre_nora,
        "p_proveedor_sid": sid,
        "p_segundos": segundos,
        "p_error_codigo": error_codigo,
        "p_saliente_id": saliente_id,
    }
    return bool(valor(supabase.rpc("aplazar_saliente", argumentos)))


def sids_de_otros(nombre_nora: str, saliente: Saliente) -> Collection[str]:
    """Los ids del proveedor que ya son de otros mensajes recientes de la misma plática."""
    consulta = (
        supabase_de_nora(nombre_nora)
        .table("mensajes_salientes")
        .select("proveedor_sid")
        .eq("conversacion_id", saliente.conversacion_id)
        .neq("id", saliente.id)
        .order("id", desc=True)
        .limit(200)
    )
    return {fila["proveedor_sid"] for fila in filas(consulta) if fila["proveedor_sid"]}


# ---------------------------------------------------------------- plantillas
def guardar_plantillas(nombre_nora: str, leidas: list[dict[str, Any]]) -> int:
    """Deja las de una Nora como las tiene su proveedor. Devuelve cuántas."""
    argumentos = {"p_nombre_nora": nombre_nora, "p_plantillas": leidas}
    return int(valor(supabase.rpc("guardar_plantillas", argumentos)))


def anotar_error_de_plantillas(nombre_nora: str, error: str) -> None:
    """Por qué no se pudieron leer; las de antes se quedan."""
    cambio = supabase.table("configuracion_bot").update({"plantillas_error": error[:300]})
    ejecutar(cambio.eq("nombre_nora", nombre_nora))


# ---------------------------------------------------------------- cola y programador
def repescar_mensajes(segundos: int = 60) -> int:
    """Vuelve a encolar lo que falta por atender o enviar, de cualquier Nora, y se quedó sin trabajo."""
    return int(valor(supabase.rpc("repescar_mensajes", {"p_segundos": segundos})) or 0)


def anotar_ejecucion(trabajo: str, periodo: datetime, estado: str, resultado: str) -> None:
    """Anota cómo va un disparo del programador."""
    ahora = datetime.now(UTC).isoformat()
    cambios: dict[str, Any] = {"estado": estado, "resultado": resultado[:500]}
    cambios["inicio" if estado == "corriendo" else "fin"] = ahora
    ejecutar(
        supabase.table("ejecuciones_programadas")
        .update(cambios)
        .eq("trabajo", trabajo)
        .eq("periodo", periodo.isoformat())
    )
