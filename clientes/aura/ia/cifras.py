"""Halla en un texto lo que no se puede inventar: precios, horas, fechas, teléfonos, ligas, cuentas, domicilios…

Puro. Lee español de México, con números en palabras («ciento ochenta», «una y media de la tarde») y en cifras.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal

from . import patrones as p
from .numeros import a_cifras, como_numero

Tipo = Literal[
    "precio", "porcentaje", "promocion", "hora", "dia", "fecha", "medida", "digitos", "liga", "domicilio",
    "numero",
]  # fmt: skip
TODA_LA_SEMANA = frozenset(str(n) for n in range(7))


@dataclass(frozen=True)
class Cifra:
    """Una cifra en su lugar del texto ya normalizado.

    Args:
        valores: lo que puede significar («9» a secas: 9:00 o 21:00); basta con que uno sea cierto.
        papel: de una hora, «abre» o «cierra»; de un día, «relativo» si es hoy o mañana; vacío si no se sabe.
        todos: los valores van juntos, como los días de «lunes a viernes»: deben ser ciertos todos.
    """

    tipo: Tipo
    valores: frozenset[str]
    inicio: int
    fin: int
    texto: str
    papel: str = ""
    todos: bool = False


@dataclass
class Leido:
    """Un texto normalizado y sus cifras en orden."""

    texto: str
    cifras: list[Cifra] = field(default_factory=list)


def normalizar(texto: str) -> str:
    """Minúsculas, sin acentos, con los números en cifras y las abreviaturas sin punto."""
    plano = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", texto).lower())
    plano = "".join(c for c in plano if not unicodedata.combining(c) and c not in p.INVISIBLES)
    for patron, cambio in p.ARREGLOS:
        plano = patron.sub(cambio, plano)
    return a_cifras(plano)


def leer(texto: str, hoy: date) -> Leido:
    """Las cifras de un texto, en orden. `hoy` dice qué día es «mañana»."""
    return _Lector(normalizar(texto), hoy).leer()


class _Lector:
    """Recorre el texto con cada patrón, del más claro al más vago; lo ya leído no se lee otra vez."""

    def __init__(self, texto: str, hoy: date) -> None:
        self.texto = texto
        self.hoy = hoy
        self.leido = Leido(texto)
        self._ocupado = bytearray(len(texto))

    def leer(self) -> Leido:
        self._domicilios()
        for m in self._libres(p.LIGA):
            liga = re.sub(r"^(?:https?://)?(?:www\.)?", "", m.group()).rstrip(".,;:!?/*_")
            self._anotar("liga", m, {liga})
        for patron, forma in p.PROMOS:
            for m in self._libres(patron):
                self._anotar("promocion", m, {forma.format(*m.groups())})
        self._fechas()
        for m in self._libres(p.DIGITOS):
            self._anotar("digitos", m, {re.sub(r"\D", "", m.group())})
        for m in self._libres(p.PORCIENTO):
            for n in filter(None, m.groups()):
                self._anotar("porcentaje", m, {como_numero(n)})
        for m in self._libres(p.PRECIO):
            for valor in _precios(m):
                self._anotar("precio", m, {valor})
        self._horas()
        self._medidas()
        for m in p.PRECIO_POR_VERBO.finditer(self.texto):
            if not any(self._ocupado[m.start(1) : m.end(1)]):
                self._poner("precio", m.start(1), m.end(1), {como_numero(m.group(1))})
        for m in self._libres(p.DIA):
            self._anotar("dia", m, dias_de(m.group()), todos=True)
        for m in self._libres(p.RELATIVO):
            salto = {"hoy": 0, "manana": 1}.get(m.group(), 2)
            dia = str((self.hoy + timedelta(salto)).weekday())
            self._anotar("dia", m, {dia}, papel="relativo", todos=True)
        for m in self._libres(p.SUELTO):
            if not self._es_vineta(m):
                self._anotar("numero", m, {como_numero(m.group())})
        for m in self._libres(p.RESTO):  # escrito de un modo que nadie entiende, sigue siendo un número
            if not self._es_vineta(m):
                self._anotar("numero", m, {str(int(m.group()))})
        self.leido.cifras.sort(key=lambda c: c.inicio)
        return self.leido

    def _libres(self, patron: re.Pattern[str]) -> Iterable[re.Match[str]]:
        return (m for m in patron.finditer(self.texto) if not any(self._ocupado[m.start() : m.end()]))

    def _anotar(
        self, tipo: Tipo, m: re.Match[str], valores: Iterable[str], papel: str = "", *, todos: bool = False
    ) -> None:
        self._poner(tipo, m.start(), m.end(), valores, papel, todos=todos)

    def _poner(
        self,
        tipo: Tipo,
        inicio: int,
        fin: int,
        valores: Iterable[str],
        papel: str = "",
        *,
        todos: bool = False,
    ) -> None:
        self._ocupado[inicio:fin] = b"\x01" * (fin - inicio)
        texto = self.texto[inicio:fin].strip()
        self.leido.cifras.append(Cifra(tipo, frozenset(valores), inicio, fin, texto, papel, todos))

    def _domicilios(self) -> None:
        """No apartan su lugar: el número de la calle se revisa también como número."""
        for m in p.DOMICILIO.finditer(self.texto):
            papel = "negocio" if p.DEL_NEGOCIO.search(m.group()) else ""
            self.leido.cifras.append(
                Cifra("domicilio", frozenset({m.group(1).strip()}), m.start(), m.end(), m.group(), papel)
            )

    def _fechas(self) -> None:
        for m in self._libres(p.FECHA_ISO):
            self._anotar("fecha", m, {f"{int(m[3])}-{int(m[2])}"})
        for m in self._libres(p.FECHA_RANGO):
            mes = _mes(m[4])
            desde, hasta = int(m[1]), int(m[3])
            corrido = not re.fullmatch(r"y|o", m[2]) and desde < hasta
            dias = range(desde, hasta + 1) if corrido else (desde, hasta)
            self._anotar("fecha", m, {f"{dia}-{mes}" for dia in dias}, todos=True)
        for m in self._libres(p.FECHA):
            self._anotar("fecha", m, {f"{int(m[1])}-{_mes(m[2])}"})
        for m in self._libres(p.FECHA_CORTA):
            self._anotar("fecha", m, {f"{int(m[1])}-{int(m[2])}"})

    def _horas(self) -> None:
        for m in self._libres(p.RANGO_HORAS):
            desde, hasta = _Hora.de(m, 1), _Hora.de(m, 7)
            claro = desde.clara or hasta.clara or p.DE_A.match(m.group())
            if not claro or not (desde.valida and hasta.valida):
                continue
            abre, cierra = _resolver(desde.minutos, hasta.minutos)
            corte = m.start(7)
            self._poner("hora", m.start(), corte, map(str, abre), "abre")
            self._poner("hora", corte, m.end(), map(str, cierra), "cierra")
        for m in self._libres(p.HORA):
            hora = _Hora.de(m, 2)
            # «2 horas» dura; «a las 14 horas» es la hora.
            dura = (m[5] or "").startswith("h") and not (m[1] or m[3])
            if hora.valida and not dura and (hora.clara or m[1]):
                self._anotar("hora", m, map(str, hora.minutos), self._papel(m.start()))
        for m in self._libres(p.MEDIODIA):
            minuto = "720" if "dia" in m.group() else "0"
            self._anotar("hora", m, {minuto}, self._papel(m.start()))

    def _papel(self, inicio: int) -> str:
        antes = re.split(r"[.;\n]", self.texto[max(0, inicio - 45) : inicio + 6])[-1]
        hallados = [(m.start(), m.lastgroup or "") for m in p.PAPEL.finditer(antes)]
        return max(hallados)[1] if hallados else ""

    def _medidas(self) -> None:
        for m in self._libres(p.MEDIDA):
            unidad, veces = unidad_de(m[4])
            media = 0.5 if m[3] or m[5] else 0.0
            self._anotar("medida", m, {_medida((float(como_numero(m[2])) + media) * veces, unidad)})
            if m[1]:
                self._anotar("medida", m, {_medida(float(como_numero(m[1])) * veces, unidad)})
        for m in self._libres(p.MEDIA):
            unidad, veces = unidad_de(m[2] or m.group().split()[0])
            self._anotar("medida", m, {_medida((0.5 if m[2] else 1.5) * veces, unidad)})
        for m in self._libres(p.UNIDAD_ANTES):
            self._anotar("medida", m, {_medida(float(como_numero(m[1])), "km")})

    def _es_vineta(self, m: re.Match[str]) -> bool:
        antes = self.texto[: m.start()].rsplit("\n", 1)[-1].strip(" -•*(")
        return not antes and self.texto[m.end() : m.end() + 1] in (".", ")", ":") and len(m.group()) <= 2


@dataclass(frozen=True)
class _Hora:
    """Una hora del día: los minutos que puede ser, y si se escribió de modo que no puede ser otra cosa."""

    minutos: tuple[int, ...]
    clara: bool

    @property
    def valida(self) -> bool:
        return bool(self.minutos)

    @classmethod
    def de(cls, m: re.Match[str], grupo: int) -> _Hora:
        hora, minuto = int(m[grupo]), int(m[grupo + 1] or 0)
        fraccion, sufijo, parte = m[grupo + 2] or "", m[grupo + 3] or "", m[grupo + 4] or ""
        if "media" in fraccion:
            minuto = 30
        elif "cuarto" in fraccion:
            minuto = 15
        clara = bool(m[grupo + 1] or sufijo or parte)
        if hora > 24 or minuto > 59:
            return cls((), clara)
        base = (hora % 24) * 60 + minuto
        if sufijo == "am" or parte in ("manana", "madrugada"):
            return cls((base % 720,), clara)
        if sufijo == "pm" or parte in ("tarde", "noche"):
            return cls((base % 720 + 720,), clara)
        if hora > 12 or hora == 0 or (sufijo and sufijo.startswith("h") and hora >= 10):
            return cls((base,), clara)
        return cls((base % 720, base % 720 + 720), clara)


def _resolver(desde: tuple[int, ...], hasta: tuple[int, ...]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """De «9 a 7», que sea de 9:00 a 19:00: el cierre va después de la apertura y el turno es el de un negocio."""
    pares = [(a, b) for a in desde for b in hasta if a < b and b - a <= 16 * 60]
    if not pares:
        return desde, hasta
    if len(desde) == len(hasta) == 2:
        # Ambiguos los dos: abre de 6 de la mañana en adelante, y cierra en cuanto toca.
        de_dia = [par for par in pares if par[0] >= 6 * 60] or pares
        primero = min(de_dia)
        return (primero[0],), (min(b for a, b in de_dia if a == primero[0]),)
    if len(desde) == 2:
        return (max(a for a, _ in pares),), hasta
    return desde, (min(b for _, b in pares),)


def _precios(m: re.Match[str]) -> list[str]:
    moneda = m["monedaa"] or m["moneda"] or ("usd" if m["usd"] else "")
    sello = " usd" if moneda in ("usd", "dolares", "dll", "dlls") else ""
    if moneda == "centavos":
        sello = " centavos"
    valor = como_numero(m["a"] or m["b"])
    if m["mila"] or m["milb"]:
        valor = como_numero(str(float(valor) * 1000))
    valores = [valor + sello]
    if m["b0"]:
        valores.append(como_numero(m["b0"]) + sello)
    return valores


def _mes(nombre: str) -> int:
    return next(n for n, mes in enumerate(p.MESES, start=1) if mes.startswith(nombre[:3]))


def unidad_de(texto: str) -> tuple[str, float]:
    """La unidad base de una medida y cuántas caben: («minuto», 60) para una hora."""
    palabra = texto.removesuffix("s") if not texto.startswith("mes") else "mes"
    return p.UNIDADES.get(palabra) or p.UNIDADES.get(palabra.removesuffix("e")) or (palabra, 1)


def _medida(valor: float, unidad: str) -> str:
    return f"{valor:g} {unidad}"


def dias_de(texto: str) -> set[str]:
    """Los días de la semana que nombra una expresión, con lunes en «0»; «lunes a viernes» son cinco."""
    if "diario" in texto or "todos los dias" in texto:
        return set(TODA_LA_SEMANA)
    if "entre semana" in texto:
        return {str(n) for n in range(5)}
    if "semana" in texto:
        return {"5", "6"}
    partes = re.split(rf"({p.NOMBRE_DIA})", texto)
    dias: list[int] = []
    for n in range(1, len(partes), 2):
        dia = next(k for k, nombre in enumerate(p.DIAS) if nombre.startswith(partes[n][:3]))
        enlace = partes[n - 1].strip().split(" ")[0] if dias else ""
        if enlace in ("a", "al", "-"):
            dias += [(dias[-1] + paso) % 7 for paso in range(1, (dia - dias[-1]) % 7 + 1)]
        else:
            dias.append(dia)
    return {str(dia) for dia in dias}
