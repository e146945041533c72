"""Leer una hoja de contactos (CSV) como venga: codificación, separador, encabezados y renglones, sin base ni HTTP."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import limpiar_texto, validar_correo, validar_numero
from .modelos import CampoPropio

RENGLONES_MAXIMOS = 10_000
FORMULA = ("=", "+", "-", "@", "\t", "\r")
TELEFONO_SEGURO = re.compile(r"\+\d{8,15}")
_NOTACION = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE)
_FECHA = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")

# A dónde puede ir una columna, con las palabras que suelen encabezarla (sin acentos).
DESTINOS: dict[str, tuple[str, tuple[str, ...]]] = {
    "telefono": (
        "WhatsApp",
        (
            "telefono",
            "tel",
            "celular",
            "cel",
            "movil",
            "whatsapp",
            "wa",
            "numero",
            "phone",
            "mobile",
            "phone 1 value",
        ),
    ),
    "nombre": (
        "Nombre",
        ("nombre", "nombres", "nombre completo", "cliente", "contacto", "name", "first name", "given name"),
    ),
    "apellido": ("Apellido", ("apellido", "apellidos", "last name", "family name")),
    "correo": ("Correo", ("correo", "correo electronico", "email", "e mail", "mail", "e mail 1 value")),
    "notas": ("Notas", ("nota", "notas", "comentario", "comentarios", "observaciones", "notes")),
    "etiquetas": ("Etiquetas", ("etiqueta", "etiquetas", "grupo", "grupos", "tag", "tags", "labels")),
}


@dataclass(frozen=True)
class Hoja:
    """Una hoja leída. `renglones`: (línea del archivo, celdas); la línea empieza en 1, como en el editor."""

    encabezados: list[str]
    renglones: list[tuple[int, list[str]]]


@dataclass
class Revisados:
    """Renglones listos para guardar y los que no entran, cada uno con su línea, su razón y sus celdas."""

    buenos: list[dict[str, Any]] = field(default_factory=list)
    malos: list[dict[str, Any]] = field(default_factory=list)


def leer(contenido: str, separador: str) -> Hoja:
    """Los renglones que dicen algo. Si el primero ya trae un teléfono, la hoja no tiene encabezados.

    Raises:
        ErrorDatoInvalido: no hay renglones, o son demasiados.
    """
    lector = csv.reader(io.StringIO(contenido, newline=""), delimiter=separador)
    renglones: list[tuple[int, list[str]]] = []
    antes = 0
    try:
        for celdas in lector:
            linea, antes = antes + 1, lector.line_num
            limpias = [celda.strip() for celda in celdas]
            if any(limpias):
                renglones.append((linea, limpias))
    except csv.Error as error:
        raise ErrorDatoInvalido(
            f"El archivo no se puede leer desde el renglón {antes + 1}: revisa sus comillas.", campo="archivo"
        ) from error
    if renglones and any(_es_telefono(celda) for celda in renglones[0][1]):
        ancho = max(len(celdas) for _, celdas in renglones[:25])
        hoja = Hoja([f"Columna {n + 1}" for n in range(ancho)], renglones)
    else:
        hoja = Hoja(renglones[0][1] if renglones else [], renglones[1:])
    if not hoja.renglones:
        raise ErrorDatoInvalido("La hoja no tiene renglones con datos.", campo="archivo")
    if len(hoja.renglones) > RENGLONES_MAXIMOS:
        raise ErrorDatoInvalido(
            f"Caben {RENGLONES_MAXIMOS:,} renglones por hoja; pártela en varias.", campo="archivo"
        )
    return hoja


def adivinar_columnas(hoja: Hoja, campos: Sequence[CampoPropio]) -> dict[str, str]:
    """Posición de cada columna -> a dónde va («» es no importarla); sin repetir destino."""
    columnas: dict[str, str] = {}
    libres = set(DESTINOS) | {f"propio:{campo.id}" for campo in campos}
    por_nombre = {_plano(campo.nombre): f"propio:{campo.id}" for campo in campos}
    for exacto in (True, False):
        for numero, encabezado in enumerate(hoja.encabezados):
            titulo = _plano(encabezado)
            if str(numero) in columnas or not titulo:
                continue
            destino = por_nombre.get(titulo) or _destino_de(titulo, exacto)
            if destino in libres:
                columnas[str(numero)] = destino
                libres.discard(destino)
    if "telefono" in libres:
        muestra = [celdas for _, celdas in hoja.renglones[:50]]
        cuentas = [
            sum(_es_telefono(celdas[n]) for celdas in muestra if n < len(celdas))
            for n in range(len(hoja.encabezados))
        ]
        if cuentas and max(cuentas) * 2 >= len(muestra):
            columnas[str(cuentas.index(max(cuentas)))] = "telefono"
    if "nombre" in libres:
        # Sin encabezados, lo que queda a la izquierda y son letras suele ser el nombre.
        for numero in range(len(hoja.encabezados)):
            celda = next((c[numero] for _, c in hoja.renglones if numero < len(c) and c[numero]), "")
            if str(numero) not in columnas and "@" not in celda and re.match(r"[^\W\d_]{2}", celda):
                if hoja.encabezados[numero].startswith("Columna "):
                    columnas[str(numero)] = "nombre"
                break
    return {str(n): columnas.get(str(n), "") for n in range(len(hoja.encabezados))}


def revisar(
    renglones: Sequence[tuple[int, list[str]]],
    columnas: dict[str, str],
    ancho: int,
    campos: Sequence[CampoPropio],
) -> Revisados:
    """Aparta los renglones que no se pueden guardar, con la razón en palabras."""
    por_id = {campo.id: campo for campo in campos}
    revisados = Revisados()
    for linea, celdas in renglones:
        try:
            if len([c for c in celdas[ancho:] if c]):
                raise ErrorDatoInvalido("Tiene más columnas que los encabezados; quizá falta una comilla.")
            revisados.buenos.append(_renglon(celdas, columnas, por_id))
        except ErrorDatoInvalido as error:
            revisados.malos.append({"linea": linea, "razon": error.mensaje, "celdas": celdas})
    return revisados


def validar_propio(campo: CampoPropio, texto: str) -> str:
    """El valor de un campo propio como se guarda: números con punto, fechas AAAA-MM-DD.

    Raises:
        ErrorDatoInvalido: no es de ese tipo.
    """
    texto = limpiar_texto(texto).strip()
    if not texto:
        return ""
    if campo.tipo == "numero":
        limpio = texto.replace("$", "").replace(",", "").replace(" ", "")
        if not re.fullmatch(r"-?\d{1,15}(\.\d{1,6})?", limpio):
            raise ErrorDatoInvalido(f"«{campo.nombre}» lleva un número, no «{texto[:40]}».")
        return limpio
    if campo.tipo == "fecha":
        partes = _FECHA.fullmatch(texto)
        try:
            dia = (
                date(int(partes[3]), int(partes[2]), int(partes[1])) if partes else date.fromisoformat(texto)
            )
        except ValueError as error:
            raise ErrorDatoInvalido(
                f"«{campo.nombre}» lleva una fecha como 24/11/2026, no «{texto[:40]}»."
            ) from error
        return dia.isoformat()
    if campo.tipo == "opcion":
        for opcion in campo.opciones:
            if _plano(opcion) == _plano(texto):
                return opcion
        raise ErrorDatoInvalido(f"«{campo.nombre}» no tiene la opción «{texto[:40]}».")
    if len(texto) > 300:
        raise ErrorDatoInvalido(f"En «{campo.nombre}» caben 300 letras.")
    return texto


def como_csv(encabezados: Sequence[str], renglones: Sequence[Sequence[str]]) -> str:
    """Texto CSV que Excel abre sin ejecutar nada: lo que parece fórmula lleva un apóstrofo."""
    salida = io.StringIO(newline="")
    escritor = csv.writer(salida)
    if encabezados:
        escritor.writerow(encabezados)
    for renglon in renglones:
        escritor.writerow([_sin_formula(celda) for celda in renglon])
    return salida.getvalue()


def _sin_formula(celda: str) -> str:
    if celda.startswith(FORMULA) and not TELEFONO_SEGURO.fullmatch(celda):
        return f"'{celda}"
    return celda


def _renglon(celdas: list[str], columnas: dict[str, str], campos: dict[str, CampoPropio]) -> dict[str, Any]:
    datos: dict[str, str] = {}
    propios: dict[str, str] = {}
    for posicion, destino in columnas.items():
        numero = int(posicion)
        celda = celdas[numero] if numero < len(celdas) else ""
        if destino.startswith("propio:"):
            campo = campos.get(destino.removeprefix("propio:"))
            limpio = validar_propio(campo, celda) if campo else ""
            if campo and limpio:
                propios[campo.id] = limpio
        elif destino and celda:
            datos[destino] = celda
    nombre = " ".join(parte for parte in (datos.get("nombre", ""), datos.get("apellido", "")) if parte)
    etiquetas = [e.strip() for e in re.split(r"[,;|]|:::", datos.get("etiquetas", "")) if e.strip(" *")]
    if len(nombre) > 120:
        raise ErrorDatoInvalido("El nombre pasa de 120 letras.")
    if len(datos.get("notas", "")) > 2000:
        raise ErrorDatoInvalido("Las notas pasan de 2,000 letras.")
    if any(len(e) > 40 for e in etiquetas) or len(etiquetas) > 12:
        raise ErrorDatoInvalido("Caben 12 etiquetas de 40 letras.")
    return {
        "telefono": _telefono(datos.get("telefono", "")),
        "nombre": _sin_apostrofo(nombre),
        "correo": _correo(datos.get("correo", "")),
        "notas": _sin_apostrofo(datos.get("notas", "")),
        "propios": propios,
        "etiquetas": etiquetas,
    }


def _telefono(celda: str) -> str:
    celda = re.sub(r"\.0+$", "", celda.lstrip("'").strip())
    if not celda:
        raise ErrorDatoInvalido("No tiene teléfono.")
    if _NOTACION.fullmatch(celda.replace(" ", "")):
        raise ErrorDatoInvalido(
            f"Excel cambió el teléfono a «{celda[:20]}»: dale formato de texto a esa columna."
        )
    # Google exporta varios números en una celda: se toma el primero.
    return validar_numero(celda.split(":::")[0])


def _correo(celda: str) -> str:
    return validar_correo(celda) if celda else ""


def _sin_apostrofo(celda: str) -> str:
    """El apóstrofo que nuestra exportación antepone a lo que parece fórmula."""
    return celda[1:] if celda[:1] == "'" and celda[1:2] in FORMULA else celda


def _es_telefono(celda: str) -> bool:
    if len(re.sub(r"\D", "", celda)) < 10 or re.search(r"[^\W\d_]{2}|@|/", celda):
        return False
    try:
        _telefono(celda)
    except ErrorDatoInvalido:
        return False
    return True


def _destino_de(titulo: str, exacto: bool) -> str:
    for destino, (_, palabras) in DESTINOS.items():
        if titulo in palabras:
            return destino
        if not exacto and set(titulo.split()) & {p for p in palabras if " " not in p and len(p) > 2}:
            return destino
    return ""


def _plano(texto: str) -> str:
    cambios = str.maketrans("áéíóúüñ", "aeiouun")
    return " ".join(re.sub(r"[^a-z0-9]+", " ", texto.lower().translate(cambios)).split())
