"""De qué manera sale un mensaje por un canal, según lo que el canal puede."""

from __future__ import annotations

from dataclasses import replace

from .base import (
    Canal,
    Capacidades,
    Credenciales,
    Enviado,
    Interactivo,
    NoSePuedeAsi,
    RechazoDelProveedor,
    Saliente,
)


def entregar(canal: Canal, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
    """Lo manda como plantilla, archivo, botones, lista o texto: lo primero que lleve y el canal pueda.

    Raises:
        RechazoDelProveedor, NoProcesado, EnvioAmbiguo: ver `Canal`.
    """
    puede = canal.capacidades
    if saliente.plantilla is not None:
        if not puede.plantillas:
            raise RechazoDelProveedor(None, "Por este canal no se mandan plantillas.")
        return canal.enviar_plantilla(saliente, saliente.plantilla, credenciales)
    if saliente.medios:
        medio = saliente.medios[0]
        tope = puede.imagen_maxima if medio.mime.startswith("image/") else puede.medio_maximo
        if not tope:
            raise RechazoDelProveedor(None, "Por este canal no se mandan archivos.")
        if medio.bytes > tope:
            raise RechazoDelProveedor(
                None, f"El archivo pesa más de {tope // 1_000_000} MB. Manda uno más chico."
            )
        return canal.enviar_medio(saliente, medio, credenciales)
    if saliente.interactivo is not None:
        try:
            return _con_opciones(canal, puede, saliente, saliente.interactivo, credenciales)
        except NoSePuedeAsi:
            # El texto ya trae las opciones numeradas: elegir por número siempre se puede.
            return canal.enviar_texto(saliente, credenciales)
    return canal.enviar_texto(saliente, credenciales)


def _con_opciones(
    canal: Canal,
    puede: Capacidades,
    saliente: Saliente,
    interactivo: Interactivo,
    credenciales: Credenciales | None,
) -> Enviado:
    if cabe_en_botones(puede, interactivo):
        return canal.enviar_botones(saliente, interactivo, credenciales)
    if cabe_en_lista(puede, interactivo):
        recortadas = tuple(
            replace(o, descripcion=o.descripcion[: puede.largo_descripcion]) for o in interactivo.opciones
        )
        return canal.enviar_lista(saliente, replace(interactivo, opciones=recortadas), credenciales)
    raise NoSePuedeAsi


def cabe_en_botones(puede: Capacidades, interactivo: Interactivo) -> bool:
    """Si caben todas como botones; con descripciones es mejor una lista."""
    return (
        0 < len(interactivo.opciones) <= puede.botones
        and 0 < len(interactivo.cuerpo) <= puede.cuerpo_interactivo
        and all(len(o.titulo) <= puede.largo_boton and not o.descripcion for o in interactivo.opciones)
    )


def cabe_en_lista(puede: Capacidades, interactivo: Interactivo) -> bool:
    """Si caben todas como filas; los títulos no se recortan: dos recortados pueden quedar iguales."""
    return (
        0 < len(interactivo.opciones) <= puede.filas
        and 0 < len(interactivo.cuerpo) <= puede.cuerpo_interactivo
        and all(len(o.titulo) <= puede.largo_fila for o in interactivo.opciones)
    )
