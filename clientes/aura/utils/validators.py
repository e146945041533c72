"""Validadores de datos que escribe una persona; cada uno devuelve el dato limpio o lanza ErrorDatoInvalido."""

from __future__ import annotations

import re
from datetime import time
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers

from .errores import ErrorDatoInvalido

NOMBRE_NORA = re.compile(r"[a-z0-9][a-z0-9_-]{0,38}[a-z0-9]")
NOMBRE_MODULO = re.compile(r"[a-z][a-z0-9_]{0,39}")
RESERVADOS = frozenset(
    {"admin", "estado", "login", "logout", "metricas", "restablecer", "salud", "static", "webhook"}
)
CONTRASENA_MINIMA = 10


def validar_nombre_nora(texto: str) -> str:
    """El nombre con que una Nora aparece en las direcciones: minúsculas, números, guiones; 2 a 40 caracteres."""
    nombre = texto.strip().lower()
    if not NOMBRE_NORA.fullmatch(nombre):
        raise ErrorDatoInvalido(
            "El nombre lleva de 2 a 40 letras minúsculas sin acento, números o guiones.", campo="nombre_nora"
        )
    if nombre in RESERVADOS or nombre.startswith("panel_cliente"):
        raise ErrorDatoInvalido(f"«{nombre}» lo usa el sistema; elige otro nombre.", campo="nombre_nora")
    return nombre


def validar_numero(texto: str, *, region: str = "MX", campo: str = "numero_nora") -> str:
    """Un teléfono en E.164. Los de México quedan +52 y diez dígitos, aunque lleguen con el 1 de antes."""
    try:
        numero = phonenumbers.parse(texto.strip(), region)
    except phonenumbers.NumberParseException as error:
        raise ErrorDatoInvalido(
            "Ese teléfono no se entiende. Ejemplo: +52 662 123 4567.", campo=campo
        ) from error
    e164 = quitar_uno_de_mexico(phonenumbers.format_number(numero, phonenumbers.PhoneNumberFormat.E164))
    # Se cuentan los dígitos ya sin el 1: con él, la biblioteca lo da por largo.
    if not phonenumbers.is_possible_number(phonenumbers.parse(e164)):
        raise ErrorDatoInvalido(
            "A ese teléfono le faltan o le sobran dígitos. Ejemplo: +52 662 123 4567.", campo=campo
        )
    return e164


def quitar_uno_de_mexico(e164: str) -> str:
    """+521 y diez dígitos es la misma línea que +52 y diez dígitos (WhatsApp usa las dos)."""
    return "+52" + e164[4:] if e164.startswith("+521") and len(e164) == 14 else e164


def poner_uno_a_mexico(e164: str) -> str:
    """La otra forma de la misma línea de México; las de otros países se quedan igual."""
    return "+521" + e164[3:] if e164.startswith("+52") and len(e164) == 13 else e164


def validar_correo(texto: str, *, campo: str = "correo") -> str:
    """Un correo en minúsculas."""
    correo = texto.strip().lower()
    guardable = correo.isprintable()  # sin caracteres de control ni mitades de emoji: la base no los guarda
    if not guardable or not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", correo) or len(correo) > 254:
        raise ErrorDatoInvalido("Ese correo no está completo. Ejemplo: ana@negocio.mx.", campo=campo)
    return correo


def validar_contrasena(texto: str, *, campo: str = "contrasena") -> str:
    """Al menos diez caracteres, y no el mismo repetido."""
    if len(texto) < CONTRASENA_MINIMA or len(set(texto)) < 4:
        raise ErrorDatoInvalido(
            f"Usa al menos {CONTRASENA_MINIMA} caracteres distintos; una frase corta sirve.", campo=campo
        )
    if len(texto) > 200:
        raise ErrorDatoInvalido("La contraseña es demasiado larga (200 caracteres como mucho).", campo=campo)
    if limpiar_texto(texto) != texto:
        raise ErrorDatoInvalido("La contraseña trae un carácter que no se puede guardar.", campo=campo)
    return texto


def validar_zona_horaria(texto: str) -> str:
    """Un nombre de zona de la base IANA, por ejemplo America/Hermosillo."""
    try:
        ZoneInfo(texto.strip())
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:  # «America» es una carpeta: OSError
        raise ErrorDatoInvalido("Esa zona horaria no existe.", campo="zona_horaria") from error
    return texto.strip()


def hora_escrita(texto: str) -> time:
    """«09:30» como la manda un campo de hora.

    Raises:
        ValueError: no es una hora, o trae zona: con una así no se puede comparar.
    """
    hora = time.fromisoformat(texto)
    if hora.tzinfo is not None:
        raise ValueError(texto)
    return hora


def validar_texto(texto: str, *, campo: str, maximo: int, obligatorio: bool = True) -> str:
    """Texto sin caracteres NUL ni mitades de emoji (PostgreSQL no las guarda), y con tope."""
    limpio = limpiar_texto(texto).strip()
    if obligatorio and not limpio:
        raise ErrorDatoInvalido("Esto no puede quedar vacío.", campo=campo)
    if len(limpio) > maximo:
        raise ErrorDatoInvalido(f"Son {len(limpio)} caracteres y caben {maximo}.", campo=campo)
    return limpio


def limpiar_texto(texto: str) -> str:
    """Quita lo que PostgreSQL no puede guardar: NUL y sustitutos sueltos."""
    return texto.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")
