"""Los errores del almacén en la forma de Supabase Storage: ``{statusCode, error, message}``.

El estado HTTP es 400 aunque ``statusCode`` diga otra cosa; así contesta Storage y así lo lee ``storage3``, que solo
mira ``statusCode``. Los 5xx y el 416 llevan su propio estado, para que un cliente sepa si vale la pena insistir.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from .errores import ErrorApi, FallaPostgres


@dataclass
class ErrorAlmacen(Exception):
    """Un error que se contesta tal cual."""

    codigo: int
    error: str
    mensaje: str
    encabezados: tuple[tuple[str, str], ...] = field(default=())

    def __post_init__(self) -> None:
        super().__init__(f"{self.codigo} {self.error}: {self.mensaje}")

    @property
    def estado(self) -> int:
        """El estado HTTP."""
        return self.codigo if self.codigo >= 500 or self.codigo == 416 else 400

    def cuerpo(self) -> bytes:
        """El JSON del error."""
        datos = {"statusCode": str(self.codigo), "error": self.error, "message": self.mensaje}
        return json.dumps(datos, ensure_ascii=False, separators=(",", ":")).encode()


def cubeta_no_existe() -> ErrorAlmacen:
    """La cubeta no existe, o no es de quien pide."""
    return ErrorAlmacen(404, "Bucket not found", "Bucket not found")


def objeto_no_existe() -> ErrorAlmacen:
    """El objeto no existe, o las políticas no dejan verlo."""
    return ErrorAlmacen(404, "not_found", "Object not found")


def repetido() -> ErrorAlmacen:
    """Ya hay uno con ese nombre."""
    return ErrorAlmacen(409, "Duplicate", "The resource already exists")


def llave_invalida(nombre: str) -> ErrorAlmacen:
    """El nombre del objeto no se admite."""
    return ErrorAlmacen(400, "InvalidKey", f"Invalid key: {nombre}")


def cubeta_invalida() -> ErrorAlmacen:
    """El nombre de la cubeta no se admite."""
    return ErrorAlmacen(400, "Invalid Input", "Bucket name invalid")


def tipo_no_admitido(tipo: str) -> ErrorAlmacen:
    """La cubeta no admite ese tipo."""
    return ErrorAlmacen(415, "invalid_mime_type", f"mime type {tipo} is not supported")


def muy_grande() -> ErrorAlmacen:
    """El archivo pasa del tope."""
    return ErrorAlmacen(413, "Payload too large", "The object exceeded the maximum allowed size")


def pedido_invalido(mensaje: str) -> ErrorAlmacen:
    """El cuerpo o un parámetro no tienen la forma esperada."""
    return ErrorAlmacen(400, "Error", mensaje)


def firma_invalida(mensaje: str = "Invalid signature") -> ErrorAlmacen:
    """La liga no es para este objeto o para esta acción."""
    return ErrorAlmacen(400, "InvalidSignature", mensaje)


def ficha_invalida(mensaje: str) -> ErrorAlmacen:
    """La ficha de la liga no se puede leer, no es nuestra o ya pasó."""
    return ErrorAlmacen(400, "InvalidJWT", mensaje)


def sin_permiso(mensaje: str) -> ErrorAlmacen:
    """Quien pide no puede hacerlo."""
    return ErrorAlmacen(403, "Unauthorized", mensaje)


def interno() -> ErrorAlmacen:
    """Falló algo que no se cuenta afuera."""
    return ErrorAlmacen(500, "InternalError", "Internal server error")


def de_api(error: ErrorApi) -> ErrorAlmacen:
    """Un error de la puerta (JWT) o de la conexión, dicho como Storage."""
    if error.codigo.startswith("PGRST3"):
        return sin_permiso(error.mensaje) if error.estado == 401 else interno()
    if error.estado in (503, 504):
        return ErrorAlmacen(error.estado, "DatabaseTimeout", error.mensaje)
    return ErrorAlmacen(error.estado, "Error", error.mensaje)


def de_postgres(falla: FallaPostgres) -> ErrorAlmacen:
    """Traduce lo que PostgreSQL rechazó."""
    estado = falla.sqlstate
    if estado == "42501":
        por_filas = "row-level security" in falla.mensaje
        return sin_permiso("new row violates row-level security policy" if por_filas else falla.mensaje)
    if estado == "23505":
        return repetido()
    if estado == "23503":
        return ErrorAlmacen(404, "InvalidRequest", "The related resource does not exist")
    if estado in ("42P01", "3F000", "42703"):
        return ErrorAlmacen(503, "DatabaseSchemaMismatch", "The database has no storage schema.")
    if estado == "22023" and falla.mensaje.startswith("role"):
        return sin_permiso(falla.mensaje)
    if estado == "57014":
        return ErrorAlmacen(504, "DatabaseTimeout", "The connection to the database timed out")
    return ErrorAlmacen(500, "DatabaseError", f"database error, code: {estado}")
