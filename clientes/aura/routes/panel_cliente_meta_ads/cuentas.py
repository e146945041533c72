"""Las cuentas publicitarias: traerlas de Meta, elegir cuáles se leen, y avisar cuando su estado cambia."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import conexion, consultas, consultas_sincronizacion, estados
from .errores import ErrorPermisoMeta, ErrorTokenMeta
from .graph import Graph
from .lectura import CAMPOS_CUENTA, fila_de_cuenta

PRIMEROS_DIAS = 90
USOS = ("disponible", "vinculada", "excluida")


def traer(nombre_nora: str, ahora: datetime, crear: Callable[[str], Graph] = Graph) -> int:
    """Lee las cuentas que ve el token, las deja al día y avisa de las vinculadas cuyo estado cambió.

    Returns:
        Cuántas son nuevas.

    Raises:
        ErrorNora: no hay conexión, o Meta no deja.
    """
    fila = consultas.leer_conexion(nombre_nora)
    if fila is None:
        raise ErrorTokenMeta
    if fila["tipo"] == "demo":
        return 0
    try:
        graph = conexion.graph_de(fila["token_cifrado"], crear)
        leidas = [
            fila_de_cuenta(dato)
            for pagina in graph.paginas("me", "adaccounts", {"fields": CAMPOS_CUENTA})
            for dato in pagina
        ]
    except (ErrorTokenMeta, ErrorPermisoMeta) as error:
        conexion.anotar_falla(nombre_nora, error)
        raise
    antes = {c["externo_id"]: c for c in consultas.leer_cuentas(nombre_nora)}
    unicas = list({c["externo_id"]: {**c, "revisada_en": ahora.isoformat()} for c in leidas}.values())
    consultas.guardar_cuentas(nombre_nora, unicas)
    for cuenta in unicas:
        previa = antes.get(cuenta["externo_id"])
        if previa and previa["uso"] == "vinculada":
            _avisar_cambio(nombre_nora, previa, cuenta, ahora)
    vistas = {c["externo_id"] for c in unicas}
    for externo_id, previa in antes.items():
        # Solo cuando deja de verse: la misma no se vuelve a avisar cada día.
        if externo_id not in vistas and previa["estado"] != estados.SIN_ACCESO:
            consultas.cambiar_estado_de_cuenta(nombre_nora, previa["id"], estados.SIN_ACCESO)
            if previa["uso"] == "vinculada":
                _avisar_perdida(nombre_nora, previa, ahora)
    return sum(1 for c in unicas if c["externo_id"] not in antes)


def _avisar_cambio(nombre_nora: str, previa: dict[str, Any], nueva: dict[str, Any], ahora: datetime) -> None:
    if (previa["estado"], previa["razon"]) == (nueva["estado"], nueva["razon"]):
        return
    consultas_sincronizacion.resolver_de_cuenta(nombre_nora, previa["id"], ahora)
    texto, tono = estados.de_cuenta(nueva["estado"], nueva["razon"])
    if tono == "ok":
        return
    _alerta_de_cuenta(
        nombre_nora,
        previa,
        f"cuenta:{previa['externo_id']}:{nueva['estado']}:{nueva['razon']}",
        texto.split(":")[0],
        f"La cuenta «{nueva['nombre']}» pasó a «{texto}». Entra a Meta Business a resolverlo; "
        "mientras, sus anuncios pueden no salir.",
        "grave" if tono == "error" else "aviso",
        ahora,
    )


def _avisar_perdida(nombre_nora: str, previa: dict[str, Any], ahora: datetime) -> None:
    _alerta_de_cuenta(
        nombre_nora,
        previa,
        f"cuenta:{previa['externo_id']}:sin_acceso",
        "Sin acceso a la cuenta",
        f"Meta ya no deja ver la cuenta «{previa['nombre']}» con este permiso. Lo leído se queda.",
        "grave",
        ahora,
    )


def _alerta_de_cuenta(
    nombre_nora: str,
    cuenta: dict[str, Any],
    clave: str,
    titulo: str,
    texto: str,
    nivel: str,
    ahora: datetime,
) -> None:
    consultas_sincronizacion.alerta_de_cuenta(
        nombre_nora,
        {
            "cuenta_id": cuenta["id"],
            "clave": clave,
            "tipo": "cuenta",
            "nivel": nivel,
            "titulo": titulo,
            "texto": texto,
            "vista_en": None,
            "resuelta_en": None,
            "fecha_creacion": ahora.isoformat(),
        },
    )


def usar(nombre_nora: str, cuenta_id: str, uso: str, usuario_id: str | None, ahora: datetime) -> str | None:
    """Vincula, deja o excluye una cuenta. Al vincularla pide su primera lectura y devuelve su id.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if consultas.leer_cuenta(nombre_nora, cuenta_id) is None:
        raise ErrorNoEncontrado
    if uso not in USOS:
        raise ErrorDatoInvalido("No se puede usar así una cuenta.")
    consultas.usar_cuenta(nombre_nora, cuenta_id, uso)
    if uso != "vinculada":
        return None
    return sincronizar(nombre_nora, cuenta_id, usuario_id, ahora)


def sincronizar(
    nombre_nora: str, cuenta_id: str, usuario_id: str | None, ahora: datetime, desde: date | None = None
) -> str:
    """Pide leer una cuenta vinculada; si ya se está leyendo, es esa.

    Raises:
        ErrorNoEncontrado: no es de esta Nora o no está vinculada.
    """
    cuenta = consultas.leer_cuenta(nombre_nora, cuenta_id)
    if cuenta is None:
        raise ErrorNoEncontrado
    hoy = hoy_en(cuenta["zona"], ahora)
    return consultas.pedir_sincronizacion(nombre_nora, cuenta_id, hoy, desde, PRIMEROS_DIAS, usuario_id)


def quitar(nombre_nora: str, cuenta_id: str, escrito: str) -> str:
    """Borra una cuenta con todo lo leído; pide escribir su nombre. Devuelve el nombre.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
        ErrorDatoInvalido: no se escribió igual.
    """
    cuenta = consultas.leer_cuenta(nombre_nora, cuenta_id)
    if cuenta is None:
        raise ErrorNoEncontrado
    if escrito.strip().casefold() != str(cuenta["nombre"]).strip().casefold():
        raise ErrorDatoInvalido("Escribe el nombre de la cuenta tal cual.", campo="nombre")
    consultas.borrar_cuenta(nombre_nora, cuenta_id)
    return str(cuenta["nombre"])


def hoy_en(zona: str, ahora: datetime) -> date:
    """Qué día es en la zona de una cuenta; si no se conoce, en UTC."""
    try:
        return ahora.astimezone(ZoneInfo(zona)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return ahora.date()
