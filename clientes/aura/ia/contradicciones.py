"""Bloques que se repiten o se contradicen: dos precios, horas, teléfonos o domicilios de una misma cosa. Puro."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from ..utils import formato
from .cifras import TODA_LA_SEMANA
from .datos_bloque import SIN_TOPE, Dato, DatosDeBloque, datos_de
from .patrones import DIAS

Choque = Literal["precio", "descuento", "horario", "telefono", "cuenta", "domicilio", "repetido"]
# Qué parte de las palabras de los dos deben compartir para decir lo mismo.
PARECIDO_DE_REPETIDO = 0.72
PALABRAS_DE_REPETIDO = 4
# Una palabra que está en más bloques que esto no dice de qué trata ninguno.
COMUN = 25


class ConTexto(Protocol):
    """Un bloque: lo que se compara."""

    @property
    def id(self) -> str: ...
    @property
    def titulo(self) -> str: ...
    @property
    def contenido(self) -> str: ...


@dataclass(frozen=True)
class Pareja:
    """Dos bloques que no deberían estar así.

    Args:
        uno, otro: lo que dice cada uno, corto, para verlos lado a lado; vacío si se repiten.
        clave: huella de los dos textos: cambia cuando alguno cambia.
    """

    tipo: Choque
    primero: str
    segundo: str
    uno: str
    otro: str
    clave: str


def comparar(uno: ConTexto, otro: ConTexto) -> Pareja | None:
    """Por qué estos dos bloques no deberían estar así; None si no se estorban."""
    a, b = datos_de(uno.titulo, uno.contenido), datos_de(otro.titulo, otro.contenido)
    choque = _choque(a, b)
    if choque is not None:
        return Pareja(choque[0], uno.id, otro.id, choque[1], choque[2], clave_de(uno, otro))
    if _se_repiten(a, b):
        return Pareja("repetido", uno.id, otro.id, "", "", clave_de(uno, otro))
    return None


def revisar(bloques: Sequence[ConTexto], solo: str | None = None) -> list[Pareja]:
    """Todas las parejas que se estorban, las contradicciones antes que los repetidos.

    Args:
        solo: id de un bloque; compara ese con los demás.
    """
    parejas = [
        pareja
        for n, m in _candidatas(bloques, solo)
        if (pareja := comparar(bloques[n], bloques[m])) is not None
    ]
    return sorted(parejas, key=lambda p: p.tipo == "repetido")


def clave_de(uno: ConTexto, otro: ConTexto) -> str:
    """Huella de dos bloques con sus textos, sin importar el orden."""
    huellas = sorted(f"{b.id}\x1f{b.titulo}\x1f{b.contenido}" for b in (uno, otro))
    return hashlib.sha256("\x1e".join(huellas).encode("utf-8", "replace")).hexdigest()[:40]


def _candidatas(bloques: Sequence[ConTexto], solo: str | None) -> Iterable[tuple[int, int]]:
    """Las parejas que vale la pena comparar: comparten una palabra poco común, todas, o el tema de un dato.

    Solo chocan los datos que comparten tema (`_misma_cosa`): con los otros no hace falta comparar.
    """
    leidos = [datos_de(b.titulo, b.contenido) for b in bloques]
    veces = Counter(palabra for leido in leidos for palabra in leido.palabras)
    por_palabra: dict[str, list[int]] = defaultdict(list)
    for n, leido in enumerate(leidos):
        for palabra in leido.palabras:
            if veces[palabra] <= COMUN:
                por_palabra[palabra].append(n)
        por_palabra[f"todas:{' '.join(sorted(leido.palabras))}"].append(n)
        for dato in leido.datos:
            # El tema más corto junta a los de palabras comunes: «corte» en un salón está en todos.
            for tema in dato.temas:
                por_palabra[f"tema:{dato.tipo}:{' '.join(sorted(tema))}"].append(n)
    vistas: set[tuple[int, int]] = set()
    for lugares in por_palabra.values():
        unicos = sorted(set(lugares))
        for i, n in enumerate(unicos):
            for m in unicos[i + 1 :]:
                if solo is None or solo in (bloques[n].id, bloques[m].id):
                    vistas.add((n, m))
    return sorted(vistas)


def _choque(a: DatosDeBloque, b: DatosDeBloque) -> tuple[Choque, str, str] | None:
    for tipo in ("precio", "horario", "telefono", "cuenta", "domicilio", "descuento"):
        unos = [d for d in a.datos if d.tipo == tipo]
        otros = [d for d in b.datos if d.tipo == tipo]
        if not unos or not otros:
            continue
        if tipo == "precio" and a.oferta != b.oferta:
            continue  # el precio de siempre y el de la promoción conviven
        hallado = _de_tipo(tipo, unos, otros)
        if hallado is not None:
            return tipo, *hallado
    return None


def _de_tipo(tipo: str, unos: list[Dato], otros: list[Dato]) -> tuple[str, str] | None:
    for uno in unos:
        iguales = [otro for otro in otros if _misma_cosa(uno, otro)]
        if not iguales:
            continue
        if tipo == "horario":
            contrario = _horario_contrario(uno, iguales, unos)
        elif tipo == "precio":
            contrario = _precio_contrario(uno, iguales, unos)
        elif tipo == "domicilio":
            contrario = next((o for o in iguales if not uno.valores & o.valores), None)
        else:
            # Un bloque puede dar dos teléfonos: mientras compartan uno, no se contradicen.
            hermanos = frozenset().union(*(d.valores for d in unos if _misma_cosa(d, iguales[0])))
            suyos = frozenset().union(*(o.valores for o in iguales))
            contrario = iguales[0] if not hermanos & suyos else None
        if contrario is not None:
            return _en_palabras(uno), _en_palabras(contrario)
    return None


def _misma_cosa(uno: Dato, otro: Dato) -> bool:
    if uno.tipo != otro.tipo:
        return False
    if uno.tipo in ("precio", "telefono", "cuenta") and uno.papel and otro.papel and uno.papel != otro.papel:
        return False
    if uno.tipo == "telefono" and bool(uno.papel) != bool(otro.papel):
        return False
    comunes = uno.temas & otro.temas
    if not comunes or (uno.tipo in ("precio", "descuento") and not any(comunes)):
        return False
    if uno.tipo in ("precio", "descuento") and uno.dias and otro.dias and not uno.dias & otro.dias:
        return False
    # «Corte de dama» en «Precios Centro» y en «Precios Norte»: cada título aparta lo suyo.
    dichas = max(comunes, key=len)
    return not (uno.titulo - dichas - otro.titulo and otro.titulo - dichas - uno.titulo)


def _precio_contrario(uno: Dato, iguales: list[Dato], propios: list[Dato]) -> Dato | None:
    """El precio que no cabe en ninguno de los que da el otro; dos precios del mismo bloque son variantes suyas."""
    mios = [d for d in propios if any(_misma_cosa(d, o) for o in iguales)]
    if any(_caben(d, o) for d in mios for o in iguales):
        return None
    return iguales[0]


def _caben(uno: Dato, otro: Dato) -> bool:
    return uno.rango[0] <= otro.rango[1] and otro.rango[0] <= uno.rango[1]


def _horario_contrario(uno: Dato, iguales: list[Dato], propios: list[Dato]) -> Dato | None:
    for otro in iguales:
        if {uno.papel, otro.papel} in ({"cerrado", "abierto"}, {"cerrado", "abre"}):
            abre, cierra = (otro, uno) if uno.papel == "cerrado" else (uno, otro)
            if abre.dias & cierra.dias:
                return otro
    if uno.papel not in ("abre", "cierra"):
        return None
    mismos = [o for o in iguales if o.papel == uno.papel]
    if not mismos:
        return None
    if not uno.dias or not all(o.dias for o in mismos):
        suyos = frozenset().union(*(o.valores for o in mismos))
        mios = frozenset().union(*(d.valores for d in propios if d.papel == uno.papel))
        return None if uno.valores & suyos or mios & suyos else mismos[0]
    for dia in sorted(uno.dias):
        ese_dia = [o for o in mismos if dia in o.dias]
        propias = [d for d in propios if d.papel == uno.papel and dia in d.dias]
        # Horario partido: abre dos veces el mismo día.
        if ese_dia and not any(d.valores & o.valores for d in propias for o in ese_dia):
            return ese_dia[0]
    return None


def _se_repiten(a: DatosDeBloque, b: DatosDeBloque) -> bool:
    if min(len(a.palabras), len(b.palabras)) < PALABRAS_DE_REPETIDO:
        return bool(a.palabras) and a.palabras == b.palabras and _mismos_datos(a, b)
    comunes = len(a.palabras & b.palabras) / len(a.palabras | b.palabras)
    return comunes >= PARECIDO_DE_REPETIDO and _mismos_datos(a, b)


def _mismos_datos(a: DatosDeBloque, b: DatosDeBloque) -> bool:
    """Con las mismas palabras y otra cifra son dos temas parecidos, no uno repetido."""
    de_a, de_b = ({(d.tipo, v) for d in x.datos for v in d.valores} for x in (a, b))
    return de_a <= de_b or de_b <= de_a


def _en_palabras(dato: Dato) -> str:
    if dato.tipo == "precio":
        menor, mayor = (valor - 1e9 if valor >= 1e9 and valor != SIN_TOPE else valor for valor in dato.rango)
        if mayor >= SIN_TOPE:
            return f"desde {formato.dinero(menor)}"
        return (
            formato.dinero(menor)
            if menor == mayor
            else f"de {formato.dinero(menor)} a {formato.dinero(mayor)}"
        )
    if dato.tipo == "descuento":
        return " o ".join(f"{v} %" for v in sorted(dato.valores))
    if dato.tipo == "horario":
        return " ".join(filter(None, (_hora(dato), _dias(dato.dias))))
    if dato.tipo == "telefono":
        return ", ".join(formato.telefono(f"+52{v}") if len(v) == 10 else v for v in sorted(dato.valores))
    if dato.tipo == "domicilio":
        return f"número {' y '.join(sorted(dato.valores))}"
    return ", ".join(sorted(dato.valores))


def _hora(dato: Dato) -> str:
    if dato.papel in ("cerrado", "abierto"):
        return dato.papel
    minutos = min(int(v) for v in dato.valores)
    hora, parte = (minutos // 60) % 24, "a. m." if minutos % 1440 < 720 else "p. m."
    return f"{dato.papel} {hora % 12 or 12}:{minutos % 60:02d} {parte}"


def _dias(dias: frozenset[str]) -> str:
    if not dias or dias == TODA_LA_SEMANA:
        return "todos los días" if dias else ""
    numeros = sorted(map(int, dias))
    nombres = {n: {2: "miércoles", 5: "sábado"}.get(n, DIAS[n]) for n in numeros}
    if len(numeros) > 2 and numeros == list(range(numeros[0], numeros[-1] + 1)):
        return f"de {nombres[numeros[0]]} a {nombres[numeros[-1]]}"
    return "el " + " y ".join(nombres[n] for n in numeros)
