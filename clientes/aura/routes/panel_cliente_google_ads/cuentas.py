"""Las cuentas de Google Ads: traerlas (también las de un administrador), elegirlas, y avisar si su estado cambia."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorNora
from . import conexion, consultas, consultas_sincronizacion, estados
from .ads import Ads
from .errores import ErrorCuentaCerrada, ErrorCuentaGoogle, ErrorPermisoGoogle, ErrorTokenGoogle
from .lectura import CLIENTAS, CUENTA, fila_de_cuenta

PRIMEROS_DIAS = 90
USOS = ("disponible", "vinculada", "excluida")
_DE_GOOGLE = ("externo_id", "gerente_id", "gerente_nombre", "nombre", "moneda", "zona")


def traer(nombre_nora: str, ahora: datetime, crear: Callable[[str], Ads] = Ads) -> int:
    """Lee las cuentas que ve el permiso, las deja al día y avisa de las vinculadas cuyo estado cambió.

    Returns:
        Cuántas son nuevas.

    Raises:
        ErrorNora: no hay conexión, o Google no deja.
    """
    fila = consultas.leer_conexion(nombre_nora)
    if fila is None:
        raise ErrorTokenGoogle
    if fila["tipo"] == "demo":
        return 0
    try:
        leidas, cerradas = _visibles(conexion.ads_de(fila["token_cifrado"], crear))
    except (ErrorTokenGoogle, ErrorPermisoGoogle) as error:
        conexion.anotar_falla(nombre_nora, error)
        raise
    antes = {c["externo_id"]: c for c in consultas.leer_cuentas(nombre_nora)}
    for externo_id in set(antes) - set(leidas):
        estado = "CANCELED" if externo_id in cerradas else estados.SIN_ACCESO
        leidas[externo_id] = {campo: antes[externo_id][campo] for campo in _DE_GOOGLE} | {"estado": estado}
    consultas.guardar_cuentas(nombre_nora, [{**c, "revisada_en": ahora.isoformat()} for c in leidas.values()])
    for externo_id, previa in antes.items():
        if previa["uso"] == "vinculada":
            _avisar(nombre_nora, previa, leidas[externo_id], ahora)
    return len(set(leidas) - set(antes))


def _visibles(ads: Ads) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """(las cuentas con anuncios por su id, las que Google dice cerradas).

    A la que se llega directo se entra directo, aunque tenga administrador.

    Raises:
        ErrorNora: ninguna se dejó leer, y por qué.
    """
    cerradas: set[str] = set()
    negada: ErrorNora | None = None
    directas: dict[str, dict[str, Any]] = {}
    de_gerente: dict[str, dict[str, Any]] = {}
    for externo_id in ads.cuentas_visibles():
        try:
            filas = [f for tanda in ads.buscar(externo_id, "", CUENTA) for f in tanda]
            if not filas:
                continue
            if not filas[0].customer.manager:
                directas[externo_id] = fila_de_cuenta(filas[0].customer)
                continue
            nombre = str(filas[0].customer.descriptive_name)
            for tanda in ads.buscar(externo_id, externo_id, CLIENTAS):
                for fila in tanda:
                    if not fila.customer_client.manager and not fila.customer_client.hidden:
                        cuenta = fila_de_cuenta(fila.customer_client, externo_id, nombre)
                        de_gerente[cuenta["externo_id"]] = cuenta
        # Una cuenta cancelada o sin permiso no esconde a las demás.
        except ErrorCuentaCerrada:
            cerradas.add(externo_id)
        except (ErrorCuentaGoogle, ErrorPermisoGoogle) as error:
            negada = error
    if negada is not None and not (de_gerente or directas or cerradas):
        raise negada
    return {**de_gerente, **directas}, cerradas


def _avisar(nombre_nora: str, previa: dict[str, Any], nueva: dict[str, Any], ahora: datetime) -> None:
    """Solo cuando cambia: la misma no se vuelve a abrir cada día."""
    if previa["estado"] == nueva["estado"]:
        return
    consultas_sincronizacion.resolver_de_cuenta(nombre_nora, previa["id"], ahora)
    palabras, tono = estados.de_cuenta(nueva["estado"])
    if nueva["estado"] == estados.SIN_ACCESO:
        texto = f"Google ya no deja ver la cuenta «{nueva['nombre']}» con este permiso. Lo leído se queda."
        _alerta(nombre_nora, previa, "sin_acceso", "Sin acceso a la cuenta", texto, ahora)
    elif tono != "ok":
        texto = (
            f"La cuenta «{nueva['nombre']}» pasó a «{palabras}». Entra a Google Ads a resolverlo; "
            "mientras, sus anuncios no salen."
        )
        _alerta(nombre_nora, previa, nueva["estado"], palabras, texto, ahora)


def _alerta(
    nombre_nora: str, cuenta: dict[str, Any], que: str, titulo: str, texto: str, ahora: datetime
) -> None:
    consultas_sincronizacion.alerta_de_cuenta(
        nombre_nora,
        {
            "cuenta_id": cuenta["id"],
            "clave": f"cuenta:{cuenta['externo_id']}:{que}",
            "tipo": "cuenta",
            "nivel": "grave",
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
    return sincronizar(nombre_nora, cuenta_id, usuario_id, ahora) if uso == "vinculada" else None


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
