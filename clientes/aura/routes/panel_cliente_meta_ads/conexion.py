"""Entrar a Meta: con un token de usuario del sistema o por OAuth; qué permisos trae, cuándo se vence, y renovarlo.

Fuentes: https://developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow (OAuth),
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived (60 días) y
https://developers.facebook.com/docs/marketing-api/get-started/authentication (ads_read, business_management).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from app_config import Config

from ...utils.cifrado import Cifrador
from ...utils.errores import ErrorDatoInvalido, ErrorNora, ErrorServicioExterno
from ...utils.supabase_client import conexion_actual
from . import consultas
from .errores import ErrorTokenMeta
from .graph import PLAZO_S, Graph, traducir

VERSION = "v26.0"  # la del SDK instalado; una prueba lo compara
# permiso -> para qué, en palabras
PERMISOS = {
    "ads_read": "leer tus campañas, lo que gastan y lo que dan",
    "business_management": "ver las cuentas publicitarias de tu negocio",
}
INDISPENSABLES = ("ads_read",)
LARGO_MAXIMO_TOKEN = 1_000


@dataclass(frozen=True)
class Permiso:
    """De quién es un token y qué deja hacer. `caduca_en`: None si no se vence."""

    usuario_meta: str
    usuario_nombre: str
    permisos: tuple[str, ...]
    caduca_en: datetime | None

    @property
    def faltan(self) -> list[str]:
        """Los permisos que faltan, indispensables o no."""
        return [permiso for permiso in PERMISOS if permiso not in self.permisos]

    @property
    def estado(self) -> str:
        return "sin_permisos" if set(INDISPENSABLES) & set(self.faltan) else "bien"

    @property
    def problema(self) -> str:
        """Qué falta, en palabras; vacío si nada."""
        if not self.faltan:
            return ""
        detalle = " y ".join(f"{PERMISOS[p]} ({p})" for p in self.faltan)
        return f"Falta permiso para {detalle}."


def cifrador() -> Cifrador:
    """Con las claves de la instalación."""
    return Cifrador(conexion_actual().config.NORA_CLAVES_CIFRADO)


def graph_de(token_cifrado: str | None, crear: Callable[[str], Graph] = Graph) -> Graph:
    """Una sesión con el token guardado.

    Raises:
        ErrorTokenMeta: no hay token.
    """
    if not token_cifrado:
        raise ErrorTokenMeta
    return crear(cifrador().descifrar(token_cifrado))


def hay_oauth() -> bool:
    """Si esta instalación tiene aplicación de Meta con la que entrar desde el navegador."""
    config = conexion_actual().config
    return bool(config.META_APP_ID and config.META_APP_SECRET)


def direccion_de_oauth(estado: str, vuelta: str) -> str:
    """A dónde se manda a la persona para que dé permiso."""
    config = conexion_actual().config
    parametros = {
        "client_id": config.META_APP_ID,
        "redirect_uri": vuelta,
        "state": estado,
        "scope": ",".join(PERMISOS),
        "response_type": "code",
    }
    return f"{config.META_OAUTH_URL}/{VERSION}/dialog/oauth?{urlencode(parametros)}"


def token_de_codigo(codigo: str, vuelta: str) -> tuple[str, datetime | None]:
    """(token de 60 días, cuándo se vence) a cambio del código que volvió.

    Raises:
        ErrorNora: Meta no lo aceptó o no contesta.
    """
    config = conexion_actual().config
    aplicacion = {"client_id": config.META_APP_ID, "client_secret": config.META_APP_SECRET}
    corto = _token(config, {**aplicacion, "redirect_uri": vuelta, "code": codigo})
    return alargar(str(corto["access_token"]))


def alargar(token: str) -> tuple[str, datetime | None]:
    """Un token nuevo de unos 60 días a cambio de uno que todavía vale."""
    config = conexion_actual().config
    largo = _token(
        config,
        {
            "client_id": config.META_APP_ID,
            "client_secret": config.META_APP_SECRET,
            "grant_type": "fb_exchange_token",
            "fb_exchange_token": token,
            # Un usuario del sistema lo pide así; para los demás no cambia nada.
            "set_token_expires_in_60_days": "true",
        },
    )
    segundos = int(largo.get("expires_in") or 0)
    return str(largo["access_token"]), (datetime.now(UTC) + timedelta(seconds=segundos) if segundos else None)


def _token(config: Config, parametros: dict[str, str]) -> dict[str, Any]:
    try:
        # Por POST: el secreto y el código no quedan en la bitácora de nadie.
        respuesta = requests.post(
            f"{config.META_GRAPH_URL}/{VERSION}/oauth/access_token", data=parametros, timeout=PLAZO_S
        )
        cuerpo = respuesta.json()
    except (requests.RequestException, ValueError):
        raise ErrorServicioExterno("Meta no contesta.") from None
    if not respuesta.ok or not isinstance(cuerpo, dict) or not cuerpo.get("access_token"):
        raise traducir(respuesta.status_code, cuerpo, respuesta.headers)
    return cuerpo


def revisar_token(token: str, crear: Callable[[str], Graph] = Graph) -> Permiso:
    """De quién es, qué permisos tiene y cuándo se vence.

    Raises:
        ErrorTokenMeta: Meta no lo acepta.
        ErrorServicioExterno: Meta no contesta.
    """
    graph = crear(token)
    yo = graph.leer("me", "id,name")
    permisos = [
        str(p["permission"])
        for pagina in graph.paginas("me", "permissions", {})
        for p in pagina
        if p.get("status") == "granted"
    ]
    datos = graph.leer("debug_token", input_token=token).get("data") or {}
    if datos.get("is_valid") is False:
        raise ErrorTokenMeta(int((datos.get("error") or {}).get("subcode") or 0))
    caduca = int(datos.get("expires_at") or 0)
    return Permiso(
        usuario_meta=str(yo.get("id") or ""),
        usuario_nombre=str(yo.get("name") or "")[:200],
        permisos=tuple(sorted(permisos)),
        caduca_en=datetime.fromtimestamp(caduca, UTC) if caduca else None,
    )


def conectar(nombre_nora: str, token: str, tipo: str, usuario_id: str | None, ahora: datetime) -> Permiso:
    """Revisa un token y lo deja como el de la Nora, cifrado.

    Args:
        tipo: «sistema» u «oauth».

    Raises:
        ErrorDatoInvalido: el token no vale, o no deja leer anuncios.
        ErrorServicioExterno: Meta no contesta; no se guardó nada.
    """
    limpio = token.strip()
    if not limpio or len(limpio) > LARGO_MAXIMO_TOKEN or not limpio.isascii() or " " in limpio:
        raise ErrorDatoInvalido("Eso no parece un token de Meta.", campo="token")
    try:
        permiso = revisar_token(limpio)
    except ErrorTokenMeta as error:
        raise ErrorDatoInvalido(
            f"{error.mensaje} Revisa que lo copiaste completo, o haz otro.", campo="token"
        ) from None
    anterior = consultas.leer_conexion(nombre_nora)
    if anterior and anterior["tipo"] == "demo":
        consultas.borrar_ejemplo(nombre_nora)
    consultas.guardar_conexion(
        nombre_nora,
        {
            "tipo": tipo,
            "token_cifrado": cifrador().cifrar(limpio),
            "usuario_meta": permiso.usuario_meta,
            "usuario_nombre": permiso.usuario_nombre,
            "permisos": list(permiso.permisos),
            "caduca_en": permiso.caduca_en.isoformat() if permiso.caduca_en else None,
            "estado": permiso.estado,
            "problema": permiso.problema,
            "revisada_en": ahora.isoformat(),
            "conectada_por": usuario_id,
        },
    )
    consultas.rescatar_referencias(nombre_nora)
    return permiso


def anotar_falla(nombre_nora: str, error: ErrorNora) -> None:
    """Deja escrito por qué Meta ya no deja entrar, para que la página lo diga."""
    estado = "vencida" if isinstance(error, ErrorTokenMeta) else "sin_permisos"
    consultas.cambiar_conexion(
        nombre_nora, {"estado": estado, "problema": f"{error.mensaje} {error.que_hacer}".strip()}
    )
