"""El modelo de lenguaje, detrás de una interfaz chica: chat completions con herramientas, con plazos que se cumplen.

Fuente: https://platform.openai.com/docs/api-reference/chat (lo mismo hablan los servidores compatibles).
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..utils import medidas
from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import peticion_actual, registro
from . import fusible

if TYPE_CHECKING:
    import openai

bitacora = registro(__name__)

PLAZO_S = 30.0
PLAZO_TOTAL_S = 60.0
ESPERA_MAXIMA_S = 8.0  # un Retry-After más largo no se espera: el cliente está del otro lado
ESPERA_S = 0.5
SALIDA_MAXIMA = 700  # tokens
SALIDA_MAXIMA_RAZONANDO = 4_000  # lo que piensan en silencio también cuenta
CLIENTES_EN_MEMORIA = 64


class ErrorModelo(ErrorServicioExterno):
    """El modelo no contestó, o contestó algo que no se entiende.

    Args:
        razon: «tiempo», «limite», «servicio», «llave», «pedido», «forma», «ocupado» o «descansa»; para la bitácora y
            el panel.
    """

    mensaje_comun = "El modelo no contestó."

    def __init__(self, razon: str, mensaje: str = "") -> None:
        super().__init__(mensaje)
        self.razon = razon


@dataclass(frozen=True)
class Llamada:
    """Una herramienta que el modelo pide; `argumentos` es JSON tal como llegó, sin revisar."""

    id: str
    nombre: str
    argumentos: str


@dataclass(frozen=True)
class Respuesta:
    """Lo que contestó el modelo en una vuelta, con los tokens que gastó."""

    texto: str
    llamadas: tuple[Llamada, ...]
    tokens_entrada: int
    tokens_salida: int
    modelo: str


@dataclass(frozen=True)
class Acceso:
    """Con qué llave, a qué servidor y qué modelo. `base_url` vacía: el de OpenAI."""

    llave: str
    base_url: str
    modelo: str

    @property
    def clave(self) -> str:
        """Para distinguir un acceso de otro sin guardar la llave."""
        return hashlib.sha256(f"{self.base_url}\0{self.llave}".encode()).hexdigest()[:16]

    def __repr__(self) -> str:
        """Sin la llave: esto puede acabar en una bitácora."""
        return f"Acceso({self.base_url!r}, {self.modelo!r})"


class Plazo:
    """Cuánto falta para rendirse, contado desde que se crea."""

    def __init__(self, segundos: float = PLAZO_TOTAL_S) -> None:
        self._fin = time.monotonic() + segundos

    @property
    def resta(self) -> float:
        """Segundos que quedan; cero o menos si ya se acabó."""
        return self._fin - time.monotonic()


_de_los_que_razonan: set[tuple[str, str]] = set()
_clientes: OrderedDict[tuple[str, str], openai.OpenAI] = OrderedDict()
_candado = threading.Lock()


def cliente_de(acceso: Acceso) -> openai.OpenAI:
    """El cliente de un acceso; el mismo para todos los hilos."""
    import openai

    clave = (acceso.llave, acceso.base_url)
    with _candado:
        cliente = _clientes.get(clave)
        if cliente is None:
            cliente = openai.OpenAI(
                api_key=acceso.llave or "sin-llave",
                base_url=acceso.base_url or None,
                timeout=PLAZO_S,
                max_retries=0,  # el reintento es nuestro: el de la biblioteca no conoce el plazo del turno
            )
            _clientes[clave] = cliente
            if len(_clientes) > CLIENTES_EN_MEMORIA:
                _clientes.popitem(last=False)
        _clientes.move_to_end(clave)
        return cliente


def soltar(acceso: Acceso) -> None:
    """Cierra el cliente de un servidor que no suelta la conexión; el siguiente pedido abre otro."""
    with _candado:
        cliente = _clientes.pop((acceso.llave, acceso.base_url), None)
    if cliente is not None:
        cliente.close()


def pedir(
    acceso: Acceso,
    mensajes: Sequence[dict[str, Any]],
    herramientas: Sequence[dict[str, Any]],
    plazo: Plazo,
    *,
    dormir: Callable[[float], None] = time.sleep,
) -> Respuesta:
    """Una vuelta con el modelo: 30 s, y un reintento si fue cosa del servidor y queda plazo.

    Raises:
        ErrorModelo: no contestó a tiempo, no dejó entrar, o lo que contestó no se entiende.
    """
    try:
        with fusible.turno(acceso.clave), medidas.LLAMADAS_A_PROVEEDOR.labels("modelo").time():
            respuesta = _con_reintento(acceso, mensajes, herramientas, plazo, dormir)
    except fusible.Ocupado as error:
        medidas.error_de_proveedor("modelo", error.razon)
        raise ErrorModelo(error.razon) from error
    except ErrorModelo as error:
        medidas.error_de_proveedor("modelo", error.razon)
        if error.razon != "pedido":  # lo que rechaza por cómo se pidió no es que esté caído
            fusible.anotar_falla(acceso.clave)
        raise
    fusible.anotar_bien(acceso.clave)
    medidas.TOKENS.labels("entrada").inc(respuesta.tokens_entrada)
    medidas.TOKENS.labels("salida").inc(respuesta.tokens_salida)
    return respuesta


def _con_reintento(
    acceso: Acceso,
    mensajes: Sequence[dict[str, Any]],
    herramientas: Sequence[dict[str, Any]],
    plazo: Plazo,
    dormir: Callable[[float], None],
) -> Respuesta:
    try:
        return _una_vez(acceso, mensajes, herramientas, plazo)
    except _ValeRepetir as primero:
        espera = primero.espera if primero.espera is not None else ESPERA_S
        if espera > ESPERA_MAXIMA_S or plazo.resta < espera + 1:
            raise ErrorModelo(primero.razon) from primero
        bitacora.info("modelo_reintento", razon=primero.razon, espera_s=espera)
        dormir(espera)
    try:
        return _una_vez(acceso, mensajes, herramientas, plazo)
    except _ValeRepetir as segundo:
        raise ErrorModelo(segundo.razon) from segundo


class _ValeRepetir(Exception):
    def __init__(self, razon: str, espera: float | None = None) -> None:
        super().__init__(razon)
        self.razon = razon
        self.espera = espera


def _una_vez(
    acceso: Acceso, mensajes: Sequence[dict[str, Any]], herramientas: Sequence[dict[str, Any]], plazo: Plazo
) -> Respuesta:
    import openai

    segundos = min(PLAZO_S, plazo.resta)
    if segundos <= 0:
        raise ErrorModelo("tiempo")
    argumentos: dict[str, Any] = {
        "model": acceso.modelo,
        "messages": list(mensajes),
        "timeout": segundos,
    }
    if (acceso.base_url, acceso.modelo) in _de_los_que_razonan:
        argumentos["max_completion_tokens"] = SALIDA_MAXIMA_RAZONANDO
    else:
        argumentos |= {"max_tokens": SALIDA_MAXIMA, "temperature": 0.2}
    if peticion := peticion_actual():
        # Fuente: platform.openai.com/docs/api-reference/debugging-requests; con él, OpenAI halla la llamada.
        argumentos["extra_headers"] = {"X-Client-Request-Id": peticion}
    if herramientas:
        argumentos["tools"] = list(herramientas)
    try:
        crudo = _con_plazo(acceso, argumentos, segundos)
    except openai.APITimeoutError as error:
        raise ErrorModelo("tiempo") from error
    except openai.RateLimitError as error:
        raise _ValeRepetir("limite", _retry_after(error)) from error
    except (openai.APIConnectionError, openai.InternalServerError) as error:
        raise _ValeRepetir("servicio") from error
    except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
        raise ErrorModelo("llave", "La llave del modelo no sirve.") from error
    except openai.BadRequestError as error:
        if _pide_otra_forma(acceso, error):
            raise _ValeRepetir("pedido", 0.0) from error
        raise ErrorModelo("pedido") from error
    except openai.APIStatusError as error:
        raise ErrorModelo("pedido") from error
    except (openai.OpenAIError, ValueError, TypeError, AttributeError) as error:
        # Un 200 que no es JSON, o JSON de otra forma, llega aquí de varias maneras según la versión.
        raise _ValeRepetir("forma") from error
    return _leer(crudo, acceso.modelo, mensajes)


def _pide_otra_forma(acceso: Acceso, error: openai.BadRequestError) -> bool:
    """Los modelos que razonan no aceptan `max_tokens` ni `temperature`; se aprende con su primer rechazo.

    Fuente: https://platform.openai.com/docs/guides/reasoning
    """
    cuerpo = error.body if isinstance(error.body, dict) else {}
    clave = (acceso.base_url, acceso.modelo)
    if cuerpo.get("param") not in ("max_tokens", "temperature") or clave in _de_los_que_razonan:
        return False
    bitacora.info("modelo_que_razona", modelo=acceso.modelo)
    _de_los_que_razonan.add(clave)
    return True


def _con_plazo(acceso: Acceso, argumentos: dict[str, Any], segundos: float) -> Any:
    """El plazo de la biblioteca es por lectura: un servidor que gotea nunca lo cumple. Este es de punta a punta."""
    import openai

    cliente = cliente_de(acceso)
    resultado: list[Any] = []
    fallas: list[Exception] = []

    def correr() -> None:
        try:
            resultado.append(cliente.chat.completions.create(**argumentos))
        except Exception as error:  # se vuelve a lanzar en el hilo que espera
            fallas.append(error)

    hilo = threading.Thread(target=correr, name="modelo", daemon=True)
    hilo.start()
    hilo.join(segundos + 0.25)
    if hilo.is_alive():
        soltar(acceso)
        raise openai.APITimeoutError(request=None)  # type: ignore[arg-type]
    if fallas:
        raise fallas[0]
    return resultado[0]


def _retry_after(error: openai.APIStatusError) -> float | None:
    try:
        return max(0.0, float(error.response.headers["Retry-After"]))
    except (KeyError, ValueError):
        return None


def _leer(crudo: Any, modelo: str, mensajes: Sequence[dict[str, Any]]) -> Respuesta:
    """La respuesta con tipos; la biblioteca no revisa lo que llega."""
    try:
        mensaje = crudo.choices[0].message
        texto = mensaje.content
        if texto is not None and not isinstance(texto, str):
            raise _ValeRepetir("forma")
        llamadas = tuple(
            Llamada(str(una.id or ""), str(una.function.name or ""), str(una.function.arguments or ""))
            for una in mensaje.tool_calls or ()
        )
    except (AttributeError, IndexError, KeyError, TypeError) as error:
        raise _ValeRepetir("forma") from error
    if not (texto or "").strip() and not llamadas:
        raise _ValeRepetir("forma")
    uso = getattr(crudo, "usage", None)
    entrada, salida = getattr(uso, "prompt_tokens", None), getattr(uso, "completion_tokens", None)
    if not isinstance(entrada, int) or not isinstance(salida, int) or entrada < 0 or salida < 0:
        entrada = sum(contar_tokens(_letras(m.get("content"))) for m in mensajes)
        salida = contar_tokens((texto or "") + "".join(una.argumentos for una in llamadas))
    return Respuesta((texto or "").strip(), llamadas, entrada, salida, modelo)


def _letras(contenido: Any) -> str:
    """Lo escrito de un mensaje; una foto no se cuenta por sus letras."""
    if isinstance(contenido, list):
        return " ".join(str(parte.get("text", "")) for parte in contenido)
    return str(contenido or "")


def contar_tokens(texto: str) -> int:
    """Cuántos tokens ocupa un texto, por lo alto: en español cada uno lleva tres letras o más."""
    return len(texto) // 3 + 1
