"""Los errores de la API en la forma de PostgREST: ``{code, message, details, hint}`` y su estado HTTP.

Códigos y mensajes: documentación de PostgREST, "Errors" (grupos PGRST0xx a PGRST3xx y la tabla de SQLSTATE).
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

_NOMBRE_DE_ENCABEZADO = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
# PostgREST, "HTTP Status Codes": prefijo de SQLSTATE -> estado. Gana el prefijo más largo.
_ESTADOS: dict[str, int] = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "21000": 500, "22023": 400, "23503": 409, "23505": 409,
    "25006": 405, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500, "3B": 500, "40": 500, "53400": 500,
    "53": 503, "54": 500, "55": 500, "57P01": 503, "57": 500, "58": 500, "F0": 500, "HV": 500, "P0001": 400,
    "P0": 500, "XX": 500, "42883": 404, "42P01": 404, "42P17": 500,
}  # fmt: skip


@dataclass
class ErrorApi(Exception):
    """Un error que se contesta tal cual al cliente."""

    estado: int
    codigo: str
    mensaje: str
    detalles: object = None
    pista: str | None = None
    encabezados: tuple[tuple[str, str], ...] = field(default=())
    frase: str = ""
    """La que acompaña al estado en HTTP; vacía es la normal."""

    def __post_init__(self) -> None:
        super().__init__(f"{self.codigo}: {self.mensaje}")

    def cuerpo(self) -> bytes:
        """El JSON del error, en UTF-8."""
        return json.dumps(
            {"code": self.codigo, "details": self.detalles, "hint": self.pista, "message": self.mensaje},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()


@dataclass(frozen=True)
class FallaPostgres:
    """Lo que PostgreSQL dijo de una orden fallida."""

    sqlstate: str
    mensaje: str
    detalle: str | None
    pista: str | None


def estado_de_sqlstate(sqlstate: str, mensaje: str = "", *, autenticado: bool) -> int:
    """El estado HTTP que PostgREST da a ese SQLSTATE; dos dependen también del mensaje."""
    if sqlstate == "42501":
        return 403 if autenticado else 401
    if sqlstate.startswith("PT"):
        return int(sqlstate[2:]) if sqlstate[2:].isdigit() and sqlstate[2:] >= "100" else 500
    if sqlstate == "21000" and mensaje.endswith("requires a WHERE clause"):
        # La extensión pg-safeupdate: la falla es de quien pidió.
        return 400
    if sqlstate == "22023" and mensaje.startswith("role") and mensaje.endswith("does not exist"):
        # El papel que dice el JWT no existe.
        return 401
    for largo in (5, 2):
        if sqlstate[:largo] in _ESTADOS:
            return _ESTADOS[sqlstate[:largo]]
    return 400


def de_postgres(falla: FallaPostgres, *, autenticado: bool) -> ErrorApi:
    """Traduce la falla de una orden; ``RAISE SQLSTATE 'PGRST'`` manda la respuesta entera en JSON."""
    if falla.sqlstate == "PGRST":
        return _de_raise_pgrst(falla)
    estado = estado_de_sqlstate(falla.sqlstate, falla.mensaje, autenticado=autenticado)
    encabezados = (("WWW-Authenticate", "Bearer"),) if estado == 401 else ()
    frase = falla.mensaje if falla.sqlstate.startswith("PT") else ""
    return ErrorApi(estado, falla.sqlstate, falla.mensaje, falla.detalle, falla.pista, encabezados, frase)


def _de_raise_pgrst(falla: FallaPostgres) -> ErrorApi:
    """La respuesta que escribió la función; con un JSON que no es el esperado, PGRST121."""
    mensaje = _objeto(falla.mensaje)
    if mensaje is None or not _son_textos(mensaje, ("code", "message"), ("details", "hint")):
        return _raise_ilegible(
            f"Invalid JSON value for MESSAGE: '{falla.mensaje}'",
            "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys:"
            " 'details', 'hint'.",
        )
    pista = "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'."
    if falla.detalle is None:
        return _raise_ilegible("DETAIL is missing in the RAISE statement", pista)
    detalle = _objeto(falla.detalle)
    estado = detalle.get("status") if detalle is not None else None
    encabezados = detalle.get("headers") if detalle is not None else None
    if (
        detalle is None
        or not isinstance(estado, int)
        or not 100 <= estado <= 999
        or not isinstance(encabezados, dict)
        or not all(isinstance(v, str) and es_nombre_de_encabezado(k) for k, v in encabezados.items())
        or not _son_textos(detalle, (), ("status_text",))
    ):
        return _raise_ilegible(f"Invalid JSON value for DETAIL: '{falla.detalle}'", pista)
    dicha = mensaje.get("hint")
    return ErrorApi(
        estado, str(mensaje["code"]), str(mensaje["message"]), mensaje.get("details"),
        None if dicha is None else str(dicha), tuple(sorted(encabezados.items())),
        str(detalle.get("status_text") or ""),
    )  # fmt: skip


def es_nombre_de_encabezado(nombre: str) -> bool:
    """Si ``nombre`` cabe en HTTP. El largo lo pone quien contesta: decirlo mal rompe la respuesta entera."""
    return bool(_NOMBRE_DE_ENCABEZADO.fullmatch(nombre)) and nombre.lower() != "content-length"


def _raise_ilegible(detalle: str, pista: str) -> ErrorApi:
    return ErrorApi(
        500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error", detalle, pista
    )


def _son_textos(objeto: dict[str, object], obligatorias: Sequence[str], opcionales: Sequence[str]) -> bool:
    return all(isinstance(objeto.get(k), str) for k in obligatorias) and all(
        objeto.get(k) is None or isinstance(objeto[k], str) for k in opcionales
    )


def _objeto(texto: str | None) -> dict[str, object] | None:
    try:
        valor = json.loads(texto or "")
    except ValueError:
        return None
    return valor if isinstance(valor, dict) else None


# --- errores propios de la API, uno por código ---------------------------------------------------------


def analisis(
    texto: str, posicion: int, esperado: str, *, de: str, mostrado: str | None = None, suelto: bool = False
) -> ErrorApi:
    """PGRST100: ``texto`` no cumple la gramática; ``posicion`` empieza en cero.

    ``mostrado`` es lo que se enseña en lugar de ``texto``; con ``suelto`` el carácter va entre comillas simples,
    como lo escribe PostgREST cuando esperaba una clase de caracteres y no una palabra.
    """
    comilla = "'" if suelto else '"'
    hallado = f"{comilla}{_visible(texto[posicion])}{comilla}" if posicion < len(texto) else "end of input"
    ensenado = texto if mostrado is None else mostrado
    return ErrorApi(
        400, "PGRST100", f'"failed to parse {de} ({ensenado})" (line 1, column {posicion + 1})',
        f"unexpected {hallado} expecting {esperado}",
    )  # fmt: skip


def _visible(letra: str) -> str:
    """Un carácter como lo muestra Haskell, en lo que está escrito PostgREST."""
    if letra in ('"', "\\"):
        return "\\" + letra
    return letra if letra.isascii() and letra.isprintable() else f"\\{ord(letra)}"


def metodo_rpc(metodo: str) -> ErrorApi:
    """PGRST101: una función no se llama con ese método."""
    return ErrorApi(405, "PGRST101", f"Cannot use the {metodo} method on RPC")


def cuerpo_invalido(mensaje: str) -> ErrorApi:
    """PGRST102: el cuerpo no es el JSON que se espera."""
    return ErrorApi(400, "PGRST102", mensaje)


def byte_cero() -> ErrorApi:
    """22021: lo que diría PostgreSQL; libpq cortaría el texto en el byte cero sin decir nada."""
    return ErrorApi(400, "22021", 'invalid byte sequence for encoding "UTF8": 0x00')


def rango(detalle: str, contenido: str = "") -> ErrorApi:
    """PGRST103: el rango pedido no se puede dar; ``contenido`` es el ``Content-Range`` que lo dice."""
    encabezados = (("Content-Range", contenido),) if contenido else ()
    return ErrorApi(416, "PGRST103", "Requested range not satisfiable", detalle, None, encabezados)


def filtros_de_put() -> ErrorApi:
    """PGRST105: un PUT nombra su fila con la llave primaria y nada más."""
    return ErrorApi(
        405, "PGRST105", "Filters must include all and only primary key columns with 'eq' operators"
    )


def limite_en_put() -> ErrorApi:
    """PGRST114: un PUT no lleva páginas."""
    return ErrorApi(400, "PGRST114", "limit/offset querystring parameters are not allowed for PUT")


def llave_de_put() -> ErrorApi:
    """PGRST115: el cuerpo de un PUT habla de otra fila que su dirección."""
    return ErrorApi(400, "PGRST115", "Payload values do not match URL in primary key column(s)")


def encabezados_de_guc() -> ErrorApi:
    """PGRST111: ``response.headers`` no es lo que debe ser."""
    return ErrorApi(
        500, "PGRST111",
        "response.headers guc must be a JSON array composed of objects with a single key and a string value",
    )  # fmt: skip


def estado_de_guc() -> ErrorApi:
    """PGRST112: ``response.status`` no es un estado HTTP."""
    return ErrorApi(500, "PGRST112", "response.status guc must be a valid status code")


def esquema_no_expuesto(esquema: str, esquemas: Sequence[str]) -> ErrorApi:
    """PGRST106: ese esquema no está entre los que se ofrecen."""
    return ErrorApi(
        406, "PGRST106", f"Invalid schema: {esquema}", None,
        f"Only the following schemas are exposed: {', '.join(esquemas)}",
    )  # fmt: skip


def tipo_de_medio(tipos: Sequence[str]) -> ErrorApi:
    """PGRST107: no se sabe contestar en ninguno de esos tipos."""
    return ErrorApi(406, "PGRST107", f"None of these media types are available: {', '.join(tipos)}")


def no_incrustado(nombre: str) -> ErrorApi:
    """PGRST108: un filtro u orden habla de algo que no está en ``select``."""
    return ErrorApi(
        400, "PGRST108", f"'{nombre}' is not an embedded resource in this request", None,
        f"Verify that '{nombre}' is included in the 'select' query parameter.",
    )  # fmt: skip


def singular(filas: int) -> ErrorApi:
    """PGRST116: se pidió un objeto y no hay exactamente uno."""
    return ErrorApi(
        406,
        "PGRST116",
        "Cannot coerce the result to a single JSON object",
        f"The result contains {filas} rows",
    )


def metodo(nombre: str) -> ErrorApi:
    """PGRST117: método HTTP que la API no conoce."""
    return ErrorApi(405, "PGRST117", f"Unsupported HTTP method: {nombre}")


def orden_relacionado(origen: str, destino: str) -> ErrorApi:
    """PGRST118: no se ordena por algo que puede tener varias filas."""
    return ErrorApi(
        400, "PGRST118", f"A related order on '{destino}' is not possible",
        f"'{origen}' and '{destino}' do not form a many-to-one or one-to-one relationship",
    )  # fmt: skip


def filtro_sobre_incrustado(nombre: str) -> ErrorApi:
    """PGRST120: sobre lo incrustado solo se pregunta si es nulo."""
    return ErrorApi(
        400, "PGRST120", f"Bad operator on the '{nombre}' embedded resource",
        "Only is null or not is null filters are allowed on embedded resources",
    )  # fmt: skip


def preferencias(invalidas: Sequence[str]) -> ErrorApi:
    """PGRST122: con ``handling=strict`` hay preferencias que no existen."""
    return ErrorApi(
        400, "PGRST122", "Invalid preferences given with handling=strict",
        f"Invalid preferences: {', '.join(invalidas)}",
    )  # fmt: skip


def agregados() -> ErrorApi:
    """PGRST123: las funciones de agregado están apagadas, como de fábrica en PostgREST."""
    return ErrorApi(400, "PGRST123", "Use of aggregate functions is not allowed")


def demasiadas_filas(filas: int) -> ErrorApi:
    """PGRST124: se tocarían más filas que ``max-affected``."""
    return ErrorApi(
        400, "PGRST124", "Query result exceeds max-affected preference constraint",
        f"The query affects {filas} rows",
    )  # fmt: skip


def max_afectadas_sin_conjunto() -> ErrorApi:
    """PGRST128: ``max-affected`` sobre una función que no regresa un conjunto."""
    return ErrorApi(
        400, "PGRST128",
        "Function must return SETOF or TABLE when max-affected preference is used with handling=strict",
    )  # fmt: skip


def direccion_invalida() -> ErrorApi:
    """PGRST125: la ruta no es una tabla ni una función."""
    return ErrorApi(404, "PGRST125", "Invalid path specified in request URL")


def no_implementado(detalle: str) -> ErrorApi:
    """PGRST127: existe en PostgREST y esta API todavía no lo hace: se dice, no se adivina."""
    return ErrorApi(400, "PGRST127", "Feature not implemented", detalle)


def columna_desconocida(tabla: str, columna: str) -> ErrorApi:
    """PGRST204: se quiere escribir una columna que no existe."""
    return ErrorApi(
        400, "PGRST204", f"Could not find the '{columna}' column of '{tabla}' in the schema cache"
    )


def sin_conexion(detalle: str) -> ErrorApi:
    """PGRST000: no se pudo entrar a PostgreSQL, o la conexión se cortó."""
    return ErrorApi(503, "PGRST000", "Database connection error. Retrying the connection.", detalle)


def fuera_de_plazo(segundos: float) -> ErrorApi:
    """PGRST003: la respuesta no llegó dentro del plazo (espera de turno, conexión y consulta)."""
    return ErrorApi(
        503, "PGRST003", "Timed out acquiring connection from connection pool.",
        f"La base de datos no respondió en {segundos:g} s; la conexión se cerró.",
    )  # fmt: skip


def jwt_invalido(codigo: str, mensaje: str, detalles: str | None = None) -> ErrorApi:
    """PGRST301 (no se puede leer) o PGRST303 (sus datos no valen)."""
    descripcion = mensaje.replace('"', "'")
    return ErrorApi(
        401, codigo, mensaje, detalles, None,
        (("WWW-Authenticate", f'Bearer error="invalid_token", error_description="{descripcion}"'),),
    )  # fmt: skip


def jwt_requerido() -> ErrorApi:
    """PGRST302: sin JWT y sin papel anónimo no se entra."""
    return ErrorApi(
        401, "PGRST302", "Anonymous access is disabled", None, None, (("WWW-Authenticate", "Bearer"),)
    )


def cuerpo_muy_grande() -> ErrorApi:
    """El cuerpo pasa del tope."""
    return ErrorApi(413, "PGRST102", "Request entity too large")


def interno() -> ErrorApi:
    """PGRSTX00: un defecto nuestro; el texto de la excepción se queda en el registro."""
    return ErrorApi(500, "PGRSTX00", "Internal server error")
