"""Escribir lo que dice una nota de voz, con la API de audio de OpenAI o de un servidor compatible.

Fuente: https://platform.openai.com/docs/api-reference/audio/createTranscription.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from decimal import ROUND_UP, Decimal
from typing import Any

from ..utils import medidas
from ..utils.errores import ErrorNora
from ..utils.logging_utils import registro
from ..utils.supabase_client import conexion_actual
from ..utils.validators import limpiar_texto
from . import asistente, fusible, modelo, uso
from . import consultas_asistente as consultas

bitacora = registro(__name__)

PLAZO_S = 30.0
LARGO_MAXIMO = 4_000
# Pesos por minuto, por lo alto: 0.006 dólares (openai.com/api/pricing) a 20 pesos por dólar.
PESOS_POR_MINUTO = Decimal("0.12")


@dataclass(frozen=True)
class Dicho:
    """Lo que se oyó; vacío si nadie dijo nada. `segundos`: cuánto dura, si se sabe."""

    texto: str
    segundos: int | None = None


def transcribir(
    nombre_nora: str, conversacion_id: str, contenido: bytes, nombre: str, mime: str, segundos: int | None
) -> Dicho | None:
    """Lo que dice una nota de voz; None si esta Nora no tiene con qué oírla, o ya se gastó su tope.

    Args:
        nombre: con su extensión; el servidor la usa para saber el envase.
        segundos: cuánto dura, si se sabe; es lo que se cobra.

    Raises:
        modelo.ErrorModelo: el servidor no pudo.
        ErrorServicioExterno: la base no contestó.
    """
    contexto = consultas.leer_contexto(nombre_nora, conversacion_id, mensajes=0)
    if contexto is None or not contexto.ia.usar_modelo:
        return None
    if uso.Gasto(contexto.gasto, contexto.ia.tope_mensual).lleno:
        return None
    try:
        acceso = asistente.acceso_de(contexto.ia)
    except ErrorNora:
        bitacora.error("llave_no_se_abre", nora=nombre_nora)
        return None
    if acceso is None:
        return None
    modelo_de_voz = conexion_actual().config.OPENAI_AUDIO_MODEL
    crudo = _pedir(acceso, modelo_de_voz, (nombre, contenido, mime))
    texto = getattr(crudo, "text", None)
    if not isinstance(texto, str):
        raise modelo.ErrorModelo("forma")
    duracion = getattr(crudo, "duration", None)
    dura = segundos if segundos is not None else _segundos(duracion)
    minutos = Decimal(dura if dura is not None else 60) / 60
    consultas.anotar_uso(
        nombre_nora,
        conversacion_id=conversacion_id,
        motivo="voz",
        modelo=modelo_de_voz,
        tokens_entrada=0,
        tokens_salida=0,
        costo=(minutos * PESOS_POR_MINUTO).quantize(Decimal("0.000001"), ROUND_UP),
    )
    return Dicho(limpiar_texto(texto).strip()[:LARGO_MAXIMO], dura)


def _segundos(dicho: Any) -> int | None:
    try:
        return max(0, round(float(dicho)))
    except (TypeError, ValueError, OverflowError):
        return None


def _pedir(acceso: modelo.Acceso, modelo_de_voz: str, archivo: tuple[str, bytes, str]) -> Any:
    """Con un fusible propio: si el servidor no contesta, no se le insiste."""
    import openai

    clave = f"{acceso.clave}:voz"  # que no oiga no quiere decir que no conteste
    # Los de una sola pasada no dan la duración; el de siempre, sí.
    formato = "verbose_json" if modelo_de_voz.startswith("whisper") else "json"
    try:
        with fusible.turno(clave), medidas.LLAMADAS_A_PROVEEDOR.labels("voz").time():
            crudo = _a_tiempo(acceso, {"model": modelo_de_voz, "file": archivo, "response_format": formato})
    except fusible.Ocupado as error:
        raise modelo.ErrorModelo(error.razon) from error
    except openai.APITimeoutError as error:
        raise _falla(clave, "tiempo") from error
    except openai.RateLimitError as error:
        raise _falla(clave, "limite") from error
    except (openai.APIConnectionError, openai.InternalServerError) as error:
        raise _falla(clave, "servicio") from error
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise _falla(clave, "llave") from error
    except openai.APIStatusError as error:
        raise modelo.ErrorModelo("pedido") from error
    except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
        raise _falla(clave, "forma") from error
    fusible.anotar_bien(clave)
    return crudo


def _falla(clave: str, razon: str) -> modelo.ErrorModelo:
    fusible.anotar_falla(clave)
    medidas.error_de_proveedor("voz", razon)
    return modelo.ErrorModelo(razon)


def _a_tiempo(acceso: modelo.Acceso, argumentos: dict[str, Any]) -> Any:
    """El plazo de la biblioteca es por lectura; este es de punta a punta."""
    import openai

    cliente = modelo.cliente_de(acceso)
    resultado: list[Any] = []
    fallas: list[Exception] = []

    def correr() -> None:
        try:
            resultado.append(cliente.audio.transcriptions.create(timeout=PLAZO_S, **argumentos))
        except Exception as error:  # se vuelve a lanzar en el hilo que espera
            fallas.append(error)

    hilo = threading.Thread(target=correr, name="voz", daemon=True)
    hilo.start()
    hilo.join(PLAZO_S + 0.25)
    if hilo.is_alive():
        modelo.soltar(acceso)
        raise openai.APITimeoutError(request=None)  # type: ignore[arg-type]
    if fallas:
        raise fallas[0]
    return resultado[0]
