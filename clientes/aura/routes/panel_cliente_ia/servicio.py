"""Las reglas de la página de IA: qué se guarda, qué se muestra de la llave, y quién aprueba lo que Nora propone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from ...ia import consultas_asistente, uso
from ...ia import herramientas as manos
from ...ia.consultas_vectores import Avance, avance_de_vectores
from ...ia.herramientas import Contexto, Resultado
from ...ia.indexar import modelo_actual
from ...personas.servicio import anotar
from ...registro.manifiesto import Tarjeta
from ...utils.auth_utils import Identidad
from ...utils.cifrado import Cifrador
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.supabase_client import conexion_actual
from ..consultas_panel import resumen_de_la_peticion
from . import consultas
from .consultas import Resumen

CAMPOS_NORA = ("personalidad", "instrucciones", "modo_respuesta", "mensaje_fuera_tema")
CAMPOS_IA = ("cuando_pasar", "maximo_palabras", "respuestas_por_dia")


@dataclass(frozen=True)
class Medidor:
    """Cuánto va gastado del tope, y qué significa.

    `estado`: «sin_llave», «apagado», «bien», «aviso» (80%) o «lleno» (100%). `precios`: pesos por millón de tokens de
    entrada y de salida; `sin_precio` si son los de un modelo que no se conoce. `comun`: el modelo de la
    instalación.
    """

    gasto: uso.Gasto
    estado: str
    modelo: str
    titular: str
    detalle: str
    precios: tuple[Decimal, Decimal] = uso.PRECIO_DESCONOCIDO
    sin_precio: bool = False
    comun: str = ""


def medir(resumen: Resumen) -> Medidor:
    """El medidor del mes, con lo que se cuenta por millón de tokens."""
    ia = resumen.ia
    medidor = _medir(resumen)
    return replace(
        medidor,
        comun=conexion_actual().config.OPENAI_MODEL,
        precios=uso.precio_de(medidor.modelo, ia.precio_entrada, ia.precio_salida),
        sin_precio=medidor.estado not in ("sin_llave", "apagado")
        and not uso.se_conoce(medidor.modelo)
        and (ia.precio_entrada is None or ia.precio_salida is None),
    )


def _medir(resumen: Resumen) -> Medidor:
    config = conexion_actual().config
    gasto = uso.Gasto(resumen.gasto, resumen.ia.tope_mensual)
    modelo = resumen.ia.modelo or config.OPENAI_MODEL
    if not (resumen.ia.llave_final or config.OPENAI_API_KEY):
        frase = "Contesta con su motor local: solo manda lo que le enseñaste, tal como lo escribiste."
        return Medidor(gasto, "sin_llave", modelo, "Sin modelo de IA", frase)
    if not resumen.ia.usar_modelo:
        return Medidor(
            gasto, "apagado", modelo, "Modelo apagado", "Nora contesta con su motor local, sin costo."
        )
    if gasto.lleno:
        frase = "Hasta fin de mes contesta el motor local. Sube el tope si quieres que siga."
        return Medidor(gasto, "lleno", modelo, "Llegaste al tope", frase)
    if gasto.avisa:
        frase = "Al llegar al tope contesta el motor local hasta fin de mes."
        return Medidor(gasto, "aviso", modelo, "Vas en más del 80%", frase)
    return Medidor(gasto, "bien", modelo, "Dentro del tope", "Al llegar al tope contesta el motor local.")


def leer(nombre_nora: str) -> Resumen:
    """Todo lo de la página."""
    return consultas.leer_resumen(nombre_nora)


def avance(nombre_nora: str) -> Avance:
    """Cuánto de lo que sabe tiene vectores del modelo de hoy."""
    return avance_de_vectores(nombre_nora, modelo_actual())


def guardar_habla(nombre_nora: str, datos: Mapping[str, Any], quien: Identidad) -> None:
    """Guarda cómo habla Nora; en la auditoría queda quién, no qué."""
    consultas.guardar(
        nombre_nora,
        {campo: datos[campo] for campo in CAMPOS_NORA},
        {campo: datos[campo] for campo in CAMPOS_IA},
    )
    anotar(quien, "cambiar_ia", nombre_nora=nombre_nora)


def guardar_modelo(nombre_nora: str, datos: Mapping[str, Any], quien: Identidad) -> None:
    """Guarda modelo, tope y precios; la llave solo si viene una, y cifrada."""
    cambios: dict[str, Any] = {
        "usar_modelo": bool(datos["usar_modelo"]),
        "modelo": datos["modelo"],
        "tope_mensual": str(datos["tope_mensual"]),
        "precio_entrada": _pesos(datos["precio_entrada"]),
        "precio_salida": _pesos(datos["precio_salida"]),
    }
    llave = str(datos["llave"] or "")
    if llave:
        cifrador = Cifrador(conexion_actual().config.NORA_CLAVES_CIFRADO)
        cambios |= {"llave_cifrada": cifrador.cifrar(llave), "llave_final": llave[-4:]}
    consultas.guardar(nombre_nora, {}, cambios)
    anotar(quien, "cambiar_modelo_ia", nombre_nora=nombre_nora, llave_nueva=bool(llave))


def quitar_llave(nombre_nora: str, quien: Identidad) -> None:
    """Borra la llave propia: se usa la de la instalación, si hay."""
    consultas.guardar(nombre_nora, {}, {"llave_cifrada": "", "llave_final": ""})
    anotar(quien, "quitar_llave_ia", nombre_nora=nombre_nora)


def agregar_al_equipo(nombre_nora: str, nombre: str, telefono: str, quien: Identidad) -> None:
    """Registra un teléfono del equipo: a él Nora le hace caso en lo que un cliente no puede pedir.

    Raises:
        ErrorDuplicado: ya estaba.
    """
    consultas.agregar_al_equipo(nombre_nora, nombre, telefono)
    anotar(quien, "agregar_al_equipo", nombre_nora=nombre_nora, objeto=nombre)


def quitar_del_equipo(nombre_nora: str, numero_id: str, quien: Identidad) -> None:
    """Quita un teléfono del equipo.

    Raises:
        ErrorNoEncontrado: no existe, o es de otra Nora.
    """
    consultas.quitar_del_equipo(nombre_nora, numero_id)
    anotar(quien, "quitar_del_equipo", nombre_nora=nombre_nora, objeto=numero_id)


def revisar(nombre_nora: str, turno_id: str) -> None:
    """Quita un borrador frenado de los pendientes."""
    consultas.marcar_revisado(nombre_nora, turno_id)


def decidir_accion(nombre_nora: str, accion_id: str, decision: str, quien: Identidad) -> str:
    """Hace («aprobar») o rechaza («rechazar») lo que Nora propuso. Devuelve una frase con lo que pasó.

    Raises:
        ErrorNoEncontrado: no existe, ya se decidió, o es de otra Nora.
        ErrorDatoInvalido: no es ninguna de las dos.
    """
    accion = consultas_asistente.leer_accion(nombre_nora, accion_id=accion_id)
    if accion is None or accion.estado != "por_aprobar":
        raise ErrorNoEncontrado
    if decision not in ("aprobar", "rechazar"):
        raise ErrorDatoInvalido("Elige aprobar o rechazar.")
    aprobada = decision == "aprobar"
    siguiente = "haciendo" if aprobada else "rechazada"
    if not consultas_asistente.cambiar_accion(
        nombre_nora, accion_id, siguiente, {}, desde="por_aprobar", persona=quien.usuario_id
    ):
        raise ErrorNoEncontrado  # otra persona la decidió en este momento
    anotar(quien, f"accion_ia_{siguiente}", nombre_nora=nombre_nora, objeto=accion_id, que=accion.herramienta)
    if not aprobada:
        return "Rechazada: no se hizo nada."
    resultado = _hacer(nombre_nora, accion)
    final = "hecha" if resultado.bien else "fallida"
    consultas_asistente.cambiar_accion(
        nombre_nora, accion_id, final, {"texto": resultado.texto[:2_000]}, desde="haciendo"
    )
    return resultado.texto


def _hacer(nombre_nora: str, accion: consultas_asistente.Accion) -> Resultado:
    contexto = consultas_asistente.leer_contexto(nombre_nora, accion.conversacion_id, 1)
    if contexto is None:
        return Resultado("No se hizo: la conversación ya no existe.", bien=False)
    herramienta = manos.disponibles((), contexto.nora.modulos, es_empleado=True).get(accion.herramienta)
    if herramienta is None:
        return Resultado("No se hizo: su módulo ya no está encendido.", bien=False)
    try:
        argumentos = herramienta.argumentos.model_validate(accion.argumentos)
    except ValueError:
        return Resultado("No se hizo: lo que se propuso ya no es válido.", bien=False)
    para = Contexto(
        nombre_nora,
        accion.conversacion_id,
        contexto.contacto.id,
        contexto.canal,
        contexto.nora.zona_horaria,
        True,
        accion.clave,
    )
    return manos.hacer(herramienta, para, argumentos)


def tarjeta(nombre_nora: str) -> Tarjeta | None:
    """Lo gastado este mes, o lo que espera a una persona."""
    leido = resumen_de_la_peticion(nombre_nora).ia
    if not leido:
        return None
    resumen = Resumen.de(leido)
    pendientes = len(resumen.frenados) + len(resumen.acciones)
    if pendientes:
        return Tarjeta(
            "Por revisar en IA",
            str(pendientes),
            "Respuestas que Nora no mandó o acciones que pide aprobar.",
            "panel_cliente_ia.por_revisar",
            urgente=True,
        )
    medidor = medir(resumen)
    if medidor.estado in ("sin_llave", "apagado"):
        return None
    return Tarjeta(
        "Gasto en IA este mes",
        f"${resumen.gasto:,.2f}",
        f"{medidor.titular}: {medidor.gasto.porcentaje}% de ${resumen.ia.tope_mensual:,.0f}.",
        "panel_cliente_ia.modelo",
        urgente=medidor.estado in ("aviso", "lleno"),
    )


def _pesos(valor: Decimal | None) -> str | None:
    return None if valor is None else str(valor)
