"""Los errores de la API en la forma de PostgREST: ``{code, message, details, hint}`` y su estado HTTP.

Códigos y mensajes: documentación de PostgREST, "Errors" (grupos PGRST0xx a PGRST3xx y la tabla de SQLSTATE).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field

# PostgREST, "HTTP Status Codes": prefijo de SQLSTATE -> estado. Gana el prefijo más largo.
_ESTADOS: dict[str, int] = {
    "08": 503, "09": 500, "0L": 403, "0P": 403, "21000": 400, "22023": 400, "23503": 409, "23505": 409,
    "25006": 405, "25": 500, "28": 403, "2D": 500, "38": 500, "39": 500, "3B": 500, "40": 500, "53400": 500,
    "53": 503, "54": 500, "55": 500, "57P01": 503, "57P02": 503, "57P03": 503, "57": 500, "58": 500, "F0": 500,
    "HV": 500, "P0001": 400, "P0": 500, "XX": 500, "42883": 404, "42P01": 404, "42P17": 500,
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


def estado_de_sqlstate(sqlstate: str, *, autenticado: bool) -> int:
    """El estado HTTP que PostgREST da a ese SQLSTATE."""
    if sqlstate == "42501":
        return 403 if autenticado else 401
    if sqlstate.startswith("PT") and sqlstate[2:].isdigit():
        return int(sqlstate[2:])
    for largo in (5, 2):
        if sqlstate[:largo] in _ESTADOS:
            return _ESTADOS[sqlstate[:largo]]
    return 400


def de_postgres(falla: FallaPostgres, *, autenticado: bool) -> ErrorApi:
    """Traduce la falla de una orden; ``RAISE SQLSTATE 'PGRST'`` manda la respuesta entera en JSON."""
    if falla.sqlstate == "PGRST":
        return _de_raise_pgrst(falla)
    estado = estado_de_sqlstate(falla.sqlstate, autenticado=autenticado)
    encabezados = (("WWW-Authenticate", "Bearer"),) if estado == 401 else ()
    return ErrorApi(estado, falla.sqlstate, falla.mensaje, falla.detalle, falla.pista, encabezados)


def _de_raise_pgrst(falla: FallaPostgres) -> ErrorApi:
    mensaje = _objeto(falla.mensaje)
    if mensaje is None or not {"code", "message"} <= mensaje.keys():
        return ErrorApi(
            500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
            f"Invalid JSON value for MESSAGE: '{falla.mensaje}'",
            "MESSAGE must be a JSON object with obligatory keys: 'code', 'message' and optional keys:"
            " 'details', 'hint'.",
        )  # fmt: skip
    detalle = _objeto(falla.detalle) if falla.detalle is not None else None
    if detalle is None or not {"status", "headers"} <= detalle.keys():
        return ErrorApi(
            500, "PGRST121", "Could not parse JSON in the \"RAISE SQLSTATE 'PGRST'\" error",
            "DETAIL is missing in the RAISE statement" if falla.detalle is None
            else f"Invalid JSON value for DETAIL: '{falla.detalle}'",
            "DETAIL must be a JSON object with obligatory keys: 'status', 'headers' and optional key: 'status_text'.",
        )  # fmt: skip
    crudos = detalle["headers"]
    encabezados = tuple((str(k), str(v)) for k, v in crudos.items()) if isinstance(crudos, dict) else ()
    estado = detalle["status"] if isinstance(detalle["status"], int) else 500
    pista = mensaje.get("hint")
    return ErrorApi(
        estado, str(mensaje["code"]), str(mensaje["message"]), mensaje.get("details"),
        None if pista is None else str(pista), encabezados,
    )  # fmt: skip


def _objeto(texto: str | None) -> dict[str, object] | None:
    try:
        valor = json.loads(texto or "")
    except ValueError:
        return None
    return valor if isinstance(valor, dict) else None


# --- errores propios de la API, uno por código ---------------------------------------------------------


def analisis(texto: str, posicion: int, esperado: str, *, de: str) -> ErrorApi:
    """PGRST100: ``texto`` no cumple la gramática; ``posicion`` empieza en cero."""
    hallado = repr(texto[posicion])[1:-1] if posicion < len(texto) else None
    detalle = (
        f'unexpected "{hallado}" expecting {esperado}'
        if hallado
        else f"unexpected end of input expecting {esperado}"
    )
    return ErrorApi(
        400, "PGRST100", f'"failed to parse {de} ({texto})" (line 1, column {posicion + 1})', detalle
    )


def metodo_rpc(metodo: str) -> ErrorApi:
    """PGRST101: una función no se llama con ese método."""
    return ErrorApi(405, "PGRST101", f"Cannot use the {metodo} method on RPC")


def cuerpo_invalido(mensaje: str) -> ErrorApi:
    """PGRST102: el cuerpo no es el JSON que se espera."""
    return ErrorApi(400, "PGRST102", mensaje)


def rango(detalle: str) -> ErrorApi:
    """PGRST103: el rango pedido no se puede dar."""
    return ErrorApi(416, "PGRST103", "Requested range not satisfiable", detalle)


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


def jwt_invalido(codigo: str, mensaje: str) -> ErrorApi:
    """PGRST301 (no se puede leer) o PGRST303 (sus datos no valen)."""
    descripcion = mensaje.replace('"', "'")
    return ErrorApi(
        401, codigo, mensaje, None, None,
        (("WWW-Authenticate", f'Bearer error="invalid_token", error_description="{descripcion}"'),),
    )  # fmt: skip


def interno() -> ErrorApi:
    """PGRSTX00: un defecto nuestro; el texto de la excepción se queda en el registro."""
    return ErrorApi(500, "PGRSTX00", "Internal server error")
