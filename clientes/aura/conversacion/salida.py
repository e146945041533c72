"""El buzón de salida: cada mensaje sale una vez, y lo dudoso se busca antes de repetirse."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime

from ..canales import canal_de, llaves_de
from ..canales.base import (
    Canal,
    Credenciales,
    EnvioAmbiguo,
    NoProcesado,
    RechazoDelProveedor,
    Saliente,
    UsoDePlantilla,
    YaEsDeOtro,
)
from ..canales.entrega import entregar
from ..medios import consultas as archivos
from ..utils.logging_utils import registro
from . import consultas
from .errores import Reintentar

bitacora = registro(__name__)

FUERA_DE_VENTANA = 63016
BLOQUEADO = 63014
TEXTO_FUERA_DE_VENTANA = (
    "Pasaron más de 24 horas desde su último mensaje: WhatsApp solo deja enviar una plantilla aprobada. "
    "Elígela donde escribes."
)
SIN_DIRECCION_PUBLICA = (
    "WhatsApp no puede tomar el archivo: esta instalación no tiene dirección pública (URL_PUBLICA). "
    "Pide que la pongan y mándalo otra vez."
)
SEGUNDA_BUSQUEDA_S = 4.0
# A un trabajador que no late lo dan por muerto a los 15 s: quien tardó más que esto pregunta antes de mandar.
SIN_CONFIRMAR_S = 3.0
# Después de esto sin poder preguntarle al proveedor, se da por fallido y una persona decide.
DUDA_MAXIMA_S = 3_600.0


def enviar_saliente(nombre_nora: str, saliente_id: int) -> str:
    """Envía un mensaje del buzón.

    Returns:
        El estado en que quedó; «nada» si no había qué enviar, «espera» si aguarda a que el cliente escriba.

    Raises:
        Reintentar: no salió o no se sabe; hay que volver más tarde.
        ErrorServicioExterno: la base no contestó.
    """
    saliente = _tomar(nombre_nora, saliente_id)
    if saliente is None:
        return "nada"
    if not saliente.nora_activa:
        consultas.soltar_saliente(nombre_nora, saliente.id)
        return "nada"
    canal = canal_de(saliente.canal, consultas.configuracion_instalacion())
    credenciales = (
        llaves_de(saliente.canal, nombre_nora, consultas.leer_credenciales)
        if canal.capacidades.con_llaves
        else None
    )
    try:
        return _enviar(canal, saliente, credenciales)
    except YaEsDeOtro:
        bitacora.warning("envio_de_otro", nora=nombre_nora, saliente=saliente.id)
        return "nada"
    except RechazoDelProveedor as rechazo:
        return _fallar(saliente, rechazo.codigo, rechazo.texto)
    except NoProcesado as error:
        consultas.soltar_saliente(nombre_nora, saliente.id, error.codigo)
        if error.reintentar_en:  # dijo cuánto: el freno es del número, no de este mensaje
            consultas.pausar_envios(nombre_nora, error.reintentar_en, error.codigo)
        raise Reintentar("el proveedor no lo procesó", error.reintentar_en) from error
    except EnvioAmbiguo as error:
        raise Reintentar("no se sabe si salió", SEGUNDA_BUSQUEDA_S) from error


def _tomar(nombre_nora: str, saliente_id: int) -> Saliente | None:
    antes = time.monotonic()
    saliente = consultas.tomar_saliente(nombre_nora, saliente_id)
    if saliente is None:
        return None

    def confirmar() -> None:
        if time.monotonic() - antes < SIN_CONFIRMAR_S:
            return
        if not consultas.confirmar_saliente(nombre_nora, saliente_id, saliente.intentos):
            raise YaEsDeOtro

    return replace(saliente, confirmar=confirmar)


def _enviar(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> str:
    if saliente.estado_anterior == "enviando":
        hallado = _buscar(canal, saliente, credenciales)
        if hallado is not None:
            return _avanzar(saliente, "enviado", hallado)
        if saliente.enviando_hace_s < canal.capacidades.gracia_s:
            raise Reintentar("todavía puede aparecer", SEGUNDA_BUSQUEDA_S)
        # No salió. Se toma de nuevo para que este intento, si también queda en duda, tenga su propia espera.
        consultas.soltar_saliente(saliente.nombre_nora, saliente.id)
        otra_vez = _tomar(saliente.nombre_nora, saliente.id)
        if otra_vez is None:
            return "nada"
        saliente = otra_vez
    if canal.capacidades.ventana and saliente.problema == "bloqueado":
        # Se quita cuando vuelve a escribir; mientras, cada intento sería otra queja para el número.
        return _fallar(saliente, BLOQUEADO, canal.consecuencia(BLOQUEADO).frase)
    if canal.capacidades.ventana and not saliente.ventana_abierta and saliente.plantilla is None:
        return _con_la_ventana_cerrada(canal, saliente, credenciales)
    return _entregar(canal, saliente, credenciales)


def _con_la_ventana_cerrada(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> str:
    """Nada libre sale: la plantilla que llevaba para este caso, esperar, o fallar diciéndolo."""
    if saliente.hay_si_cerrada:
        consultas.cambiar_a_plantilla(saliente.nombre_nora, saliente.id)
        cambiado = _tomar(saliente.nombre_nora, saliente.id)
        return "nada" if cambiado is None else _entregar(canal, cambiado, credenciales)
    if saliente.esperar_hasta is not None and saliente.esperar_hasta > datetime.now(UTC):
        consultas.soltar_saliente(saliente.nombre_nora, saliente.id)
        return "espera"
    return _fallar(saliente, FUERA_DE_VENTANA, TEXTO_FUERA_DE_VENTANA)


def _entregar(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> str:
    try:
        if saliente.medios:
            saliente = _con_enlaces(canal, saliente)
        enviado = entregar(canal, saliente, credenciales)
    except RechazoDelProveedor as rechazo:
        _anotar_problema(canal, rechazo.codigo, saliente.nombre_nora, saliente.id, None)
        raise
    return _avanzar(saliente, enviado.estado, enviado.sid)


def _con_enlaces(canal: Canal, saliente: Saliente) -> Saliente:
    """Los archivos guardados, con el enlace de donde el proveedor los toma: se firma al salir y vence pronto."""
    if not canal.capacidades.con_llaves or not any(m.ruta for m in saliente.medios):
        return saliente
    if not archivos.se_ve_de_afuera():
        raise RechazoDelProveedor(None, SIN_DIRECCION_PUBLICA)
    medios = tuple(
        replace(m, url=archivos.enlace(m.ruta, nombre=m.nombre, afuera=True)) if m.ruta else m
        for m in saliente.medios
    )
    return replace(saliente, medios=medios)


def _anotar_problema(
    canal: Canal, codigo: int | None, nombre_nora: str, saliente_id: int | None, sid: str | None
) -> None:
    efecto = canal.consecuencia(codigo)
    if efecto.problema:
        consultas.anotar_problema(nombre_nora, saliente_id, sid, efecto.problema)
    if efecto.cierra_ventana:
        consultas.cerrar_ventana(nombre_nora, saliente_id, sid)


def _buscar(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> str | None:
    ajenos = consultas.sids_de_otros(saliente.nombre_nora, saliente)
    try:
        return canal.buscar_enviado(saliente, credenciales, ajenos)
    except (NoProcesado, EnvioAmbiguo, RechazoDelProveedor) as error:
        # Seguimos sin saber: repetirlo podría duplicarlo, así que se queda «enviando» hasta poder buscar.
        if saliente.enviando_hace_s > DUDA_MAXIMA_S:
            raise RechazoDelProveedor(
                None, "No supimos si este mensaje salió. Revísalo con el cliente."
            ) from error
        raise Reintentar("no se pudo buscar", getattr(error, "reintentar_en", None)) from error


def _avanzar(saliente: Saliente, estado: str, sid: str) -> str:
    consultas.avanzar_envio(saliente.nombre_nora, estado, saliente_id=saliente.id, sid=sid)
    bitacora.info("envio", nora=saliente.nombre_nora, saliente=saliente.id, estado=estado)
    return estado


def _fallar(saliente: Saliente, codigo: int | None, texto: str) -> str:
    consultas.avanzar_envio(
        saliente.nombre_nora, "fallido", saliente_id=saliente.id, error_codigo=codigo, error_texto=texto
    )
    bitacora.warning("envio_fallido", nora=saliente.nombre_nora, saliente=saliente.id, codigo=codigo)
    return "fallido"


def anotar_aviso(
    nombre_nora: str,
    sid: str,
    estado: str,
    codigo: int | None,
    saliente_id: int | None,
    nombre_canal: str = "whatsapp",
) -> bool:
    """Un aviso de estado del proveedor; llegan en cualquier orden y repetidos.

    Args:
        estado: como lo dice el proveedor (`queued`, `delivered`…); uno desconocido no cambia nada.
        saliente_id: el del buzón, si el aviso lo trae en su dirección.

    Returns:
        Si se halló el envío.
    """
    canal = canal_de(nombre_canal, consultas.configuracion_instalacion())
    nuestro = canal.estado_de(estado)
    if nuestro is None:
        return False
    if nuestro != "fallido":
        return consultas.avanzar_envio(
            nombre_nora, nuestro, saliente_id=saliente_id, sid=sid, error_codigo=codigo
        )
    efecto = canal.consecuencia(codigo)
    if codigo is not None and efecto.aplazar_s is not None:  # frenado sin entregarse: se manda después
        aplazado = consultas.aplazar_saliente(nombre_nora, sid, efecto.aplazar_s, codigo, saliente_id)
        if aplazado:
            consultas.pausar_envios(nombre_nora, efecto.aplazar_s, codigo)
            return True
    hallado = consultas.avanzar_envio(
        nombre_nora, nuestro, saliente_id=saliente_id, sid=sid, error_codigo=codigo, error_texto=efecto.frase
    )
    if hallado:
        _anotar_problema(canal, codigo, nombre_nora, saliente_id, sid)
    return hallado


def escribir_como_nora(
    nombre_nora: str,
    conversacion_id: str,
    texto: str,
    *,
    clave: str,
    decisor: str = "aviso",
    si_cerrada: tuple[UsoDePlantilla, str] | None = None,
    esperar_horas: int = 0,
) -> int | None:
    """Lo que un trabajo le dice a un cliente, sin que él acabe de escribir. Repetir la clave no lo repite.

    Fuera de la ventana de 24 horas no sale texto libre: sale `si_cerrada`, o espera, o queda fallido con su motivo.

    Args:
        si_cerrada: la plantilla aprobada para ese caso y su texto ya lleno, como se verá en la plática.
        esperar_horas: cuánto puede esperar a que el cliente escriba; 0, nada.

    Returns:
        El id del mensaje; None si la plática ya no existe.
    """
    contenido = {}
    if si_cerrada is not None:
        uso, lleno = si_cerrada
        contenido["si_cerrada"] = {"sid": uso.sid, "variables": dict(uso.variables), "texto": lleno}
    return consultas.escribir_como_nora(
        nombre_nora, conversacion_id, texto, clave, decisor, contenido, esperar_horas
    )
