"""Fechas y horas como las escribe la gente: «mañana», «el viernes», «25 de dic», «a las 5 y media de la tarde»."""

from __future__ import annotations

import re
from datetime import date, time, timedelta

from .horario import DIAS, MESES
from .texto import sin_acentos

_MESES = {sin_acentos(mes)[:3]: n for n, mes in enumerate(MESES, start=1)}
_DIAS = {sin_acentos(dia): n for n, dia in enumerate(DIAS)}
_MES = "|".join(sin_acentos(mes) for mes in MESES) + "|" + "|".join(_MESES)

_PALABRA = re.compile(
    r"\b(?:para )?(?:el dia de )?(?<!la )(pasado manana|manana|hoy)\b(?: (?:por|en) la manana)?"
)
_SEMANA = re.compile(rf"\b(?:para )?(?:el |este |proximo |el proximo )?({'|'.join(_DIAS)})\b(?: que viene)?")
_DIA_MES = re.compile(
    rf"\b(?:para )?(?:el )?(\d{{1,2}})(?:o|ero)? de (?P<mes>{_MES})\b\.?(?: (?:de|del) (\d{{4}}))?"
)
_NUMEROS = re.compile(
    r"(?<![\d/-])(\d{1,2})[/-](\d{1,2})(?:[/-](\d{4}|\d{2}))?(?![\d/-])"
    r"(?!\s*(?:de )?(?:kilo|kg|litro|lt|docena|taza|hora|metro))"
)
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)")
_PARTE = r"(?:\s*(?:de|por|en) la (?P<parte>manana|tarde|noche|madrugada))?"
_AMPM = r"\s*(?P<ampm>[ap])\.?\s?m\b\.?"
_HORAS = (
    re.compile(
        rf"\b(?:a las? |las? )?(?P<h>\d{{1,2}}):(?P<m>\d{{2}})(?:\s*(?:hrs?|horas))?(?:{_AMPM})?{_PARTE}"
    ),
    re.compile(rf"\b(?:a las? |las? )?(?P<h>\d{{1,2}}){_AMPM}"),
    re.compile(rf"\b(?:a las? |las? )(?P<h>\d{{1,2}})(?P<frac> y media| y cuarto)?{_PARTE}"),
    re.compile(r"\b(?P<h>\d{1,2})\s*(?:hrs?|horas)\b"),
    re.compile(r"\b(?P<mediodia>a(?:l)? mediodia|al medio dia)\b"),
)


def buscar_fecha(texto: str, hoy: date) -> tuple[date, int, int] | None:
    """La primera fecha que diga el texto y dónde está. Un día ya pasado sin año es del año que viene.

    Args:
        hoy: en la zona de la Nora.
    """
    plano = _llano(texto)
    for patron, leer in (
        (_ISO, _de_iso),
        (_DIA_MES, _de_mes),
        (_NUMEROS, _de_numeros),
        (_PALABRA, _de_palabra),
        (_SEMANA, _de_semana),
    ):
        hallado = patron.search(plano)
        leida = leer(hallado, hoy) if hallado else None
        if hallado and leida is not None:
            return leida, hallado.start(), hallado.end()
    return None


def buscar_hora(texto: str) -> tuple[time, int, int] | None:
    """La primera hora que diga el texto y dónde está. «A las 5», sin más, es de la tarde: es cuando hay gente."""
    plano = _llano(texto)
    for patron in _HORAS:
        for hallado in patron.finditer(plano):
            leida = _hora_de(hallado)
            if leida is not None:
                return leida, hallado.start(), hallado.end()
    return None


def _llano(texto: str) -> str:
    # Letra por letra: los lugares hallados valen en el texto original.
    return "".join(sin_acentos(c)[:1] or " " for c in texto)


def _de_iso(hallado: re.Match[str], hoy: date) -> date | None:
    return _fecha(int(hallado[1]), int(hallado[2]), int(hallado[3]))


def _de_mes(hallado: re.Match[str], hoy: date) -> date | None:
    return _del_anio(int(hallado[1]), _MESES[hallado["mes"][:3]], hallado[3], hoy)


def _de_numeros(hallado: re.Match[str], hoy: date) -> date | None:
    return _del_anio(int(hallado[1]), int(hallado[2]), hallado[3], hoy)


def _de_palabra(hallado: re.Match[str], hoy: date) -> date | None:
    return hoy + timedelta(days={"hoy": 0, "manana": 1, "pasado manana": 2}[hallado[1]])


def _de_semana(hallado: re.Match[str], hoy: date) -> date | None:
    faltan = (_DIAS[hallado[1]] - hoy.weekday()) % 7
    return hoy + timedelta(days=faltan or 7)


def _del_anio(dia: int, mes: int, anio: str | None, hoy: date) -> date | None:
    if anio:
        return _fecha(int(anio) + (2000 if len(anio) == 2 else 0), mes, dia)
    leida = _fecha(hoy.year, mes, dia)
    if leida is not None and leida >= hoy:
        return leida
    return _fecha(hoy.year + 1, mes, dia)


def _fecha(anio: int, mes: int, dia: int) -> date | None:
    try:
        return date(anio, mes, dia)
    except ValueError:
        return None


def _hora_de(hallado: re.Match[str]) -> time | None:
    partes = hallado.groupdict()
    if partes.get("mediodia"):
        return time(12)
    hora = int(partes["h"])
    minuto = int(partes.get("m") or {" y media": 30, " y cuarto": 15}.get(partes.get("frac") or "", 0))
    parte, ampm = partes.get("parte") or "", partes.get("ampm") or ""
    if hora > 23 or minuto > 59 or (ampm and not 1 <= hora <= 12):
        return None
    if ampm:
        hora = hora % 12 + (12 if ampm == "p" else 0)
    elif parte in ("tarde", "noche"):
        hora = hora + 12 if hora < 12 else (0 if parte == "noche" and hora == 12 else hora)
    elif parte in ("manana", "madrugada"):
        hora = hora % 12 if hora == 12 and parte == "madrugada" else hora
    elif (
        1 <= hora <= 6
        and "hrs" not in hallado[0]
        and "horas" not in hallado[0]
        and not hallado[0].startswith("0")
    ):
        hora += 12
    return time(hora, minuto)
