"""Lo que se mide entre una pregunta y cada bloque: qué palabras comparten, qué dato piden y si ese dato está."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from .escritura import sonido
from .lectura import TIPOS, TITULO_DE, BloqueLeido, Palabra, Texto, leer_texto
from .pedido import Pedido, choca, da_lo_contado, leer_pedido
from .rasgos import juntar, temas_de_palabra
from .sinonimos import Sinonimos

# Ya cuentan como el dato que piden.
_DE_DATO = juntar(
    """
    precio precios costo costos cuesta cuestan cobran cobra vale valen sale salen saldria hora horas horario
    direccion ubicacion queda quedan
    """
)
# Una palabra de un tema común vale casi lo mismo que dicha.
_DE_TEMA = 0.7
# A cuántos bloques se les comparan palabra por palabra los vectores: los demás no tienen con qué ganar.
_CERCANOS = 8
# Desde este parecido una palabra está dicha en un bloque; con menos que el segundo, no está ni de otro modo.
_DICHA, _PRESENTE = 0.8, 0.5
# Desde tantas palabras una pregunta trae historia además de lo que pide.
_LARGA = 8

# De cada palabra buscada, el coseno con la más cercana de un bloque.
Cercania = Callable[[Sequence[str], Sequence[str]], Sequence[float]]


@dataclass(frozen=True)
class Medidas:
    """Los rasgos de cada bloque, y los de que ninguno conteste, por nombre."""

    filas: list[dict[str, float]]
    ninguno: dict[str, float]


@dataclass(frozen=True)
class Senales:
    """Lo que la búsqueda dice de un bloque: coseno, rango de texto y parecido de trigramas."""

    vectorial: float
    lexico: float
    trigramas: float


def medir(
    pregunta: str,
    bloques: Sequence[BloqueLeido],
    senales: Sequence[Senales],
    cercania: Cercania | None,
    sinonimos: Sinonimos | None = None,
) -> Medidas:
    """Los rasgos de cada bloque (al menos uno) frente a la pregunta."""
    leida = leer_texto(pregunta, es_pregunta=True, sinonimos=sinonimos)
    pedido = leer_pedido(pregunta)
    unicas = tuple(dict.fromkeys(leida.palabras))
    buscadas = tuple(p for p in unicas if p.texto not in _DE_DATO) or unicas
    en_titulo = [[esta(p, b.titulo) for p in buscadas] for b in bloques]
    en_cuerpo = [[esta(p, b.cuerpo) for p in buscadas] for b in bloques]
    rareza = [
        math.log(1 + (len(bloques) + 1) / (sum(columna) + 0.5)) for columna in zip(*en_cuerpo, strict=True)
    ]
    suma = sum(rareza) or 1.0
    mayor = math.log(1 + (len(bloques) + 1) / 0.5)

    def parte(halladas: Sequence[float]) -> float:
        return sum(r * h for r, h in zip(rareza, halladas, strict=True)) / suma

    mejor_lexico = max(max(s.lexico for s in senales), 1e-9)
    mejor_vector = max(s.vectorial for s in senales)
    filas = []
    for n, (bloque, senal) in enumerate(zip(bloques, senales, strict=True)):
        faltan = [r * (1 - h) / mayor for r, h in zip(rareza, en_cuerpo[n], strict=True)]
        filas.append(
            {
                "vectorial": senal.vectorial,
                "vector_relativo": senal.vectorial - mejor_vector,
                "cobertura": parte(en_cuerpo[n]),
                "cobertura_titulo": parte(en_titulo[n]),
                "cobertura_hecho": max(
                    (parte([esta(p, h) for p in buscadas]) for h in bloque.hechos), default=0.0
                ),
                "titulo_dicho": _dicho(bloque.titulo, leida),
                "falta_mayor": max(faltan, default=0.0),
                "falta_total": sum(faltan) / 4,
                "trigramas": senal.trigramas,
                "lexico": senal.lexico / mejor_lexico,
                **_datos(leida, bloque),
                **_puntuales(pedido, bloque.texto),
            }
        )
    por_palabra = _suavizar(filas, buscadas, bloques, en_cuerpo, parte, cercania)
    objeto = next((n for n, p in enumerate(buscadas) if p.texto == pedido.objeto), None)
    for fila, halladas in zip(filas, por_palabra, strict=True):
        fila["falta_suave"] = max(
            (r * (1 - h) / mayor for r, h in zip(rareza, halladas, strict=True)), default=0.0
        )
        fila["objeto_falta"] = 1 - halladas[objeto] if objeto is not None else 0.0
    pesos = [r / mayor for r in rareza]
    for n, fila in enumerate(filas):
        fila |= _lo_que_falta(n, por_palabra[n], en_cuerpo, pesos)
    presentes = [max(columna) for columna in zip(*en_cuerpo, strict=True)]
    suaves = [max(columna) for columna in zip(*por_palabra, strict=True)]
    ninguno = {
        "siempre": 1.0,
        "ajenas": 1 - parte(presentes) if buscadas else 0.0,
        "ausentes": sum(p < _PRESENTE for p in presentes) / 3,
        "ausentes_suaves": sum(p < _PRESENTE for p in suaves) / 3,
        "ajena_mayor": max((r * (1 - p) for r, p in zip(pesos, suaves, strict=True)), default=0.0),
        "ajenas_suaves": 1 - parte(suaves) if buscadas else 0.0,
        "mejor_vector": mejor_vector,
        "mejor_cobertura": max(f["cobertura_suave"] for f in filas),
        "sin_dato": 0.0 if leida.datos else 1.0,
        "de_persona": 1.0 if leida.de_persona else 0.0,
        "pide_objeto": 0.0 if objeto is None else 1.0,
        "pide_puntual": 1.0 if pedido.clases or pedido.cuenta else 0.0,
        "largo": min(len(buscadas), _LARGA) / _LARGA,
    }
    return Medidas(filas, ninguno)


def _lo_que_falta(
    n: int, halladas: Sequence[float], en_cuerpo: Sequence[Sequence[float]], pesos: Sequence[float]
) -> dict[str, float]:
    """Está el tema y falta el dato: lo raro que la pregunta dice y el bloque no, lo tenga otro bloque o ninguno.

    Args:
        halladas: qué tanto está cada palabra en el bloque `n`, contando las cercanas.
        en_cuerpo: por bloque, qué tanto está cada palabra tal cual.
    """
    faltan = [p * (1 - h) for p, h in zip(pesos, halladas, strict=True)]
    otros = [
        max((fila[k] for m, fila in enumerate(en_cuerpo) if m != n), default=0.0) for k in range(len(pesos))
    ]
    return {
        "falta_que_otro_tiene": max(
            (f for f, o in zip(faltan, otros, strict=True) if o >= _DICHA), default=0.0
        ),
        "falta_que_nadie_tiene": max(
            (f for f, o in zip(faltan, otros, strict=True) if o < _DICHA), default=0.0
        ),
        "falta_suave_total": sum(faltan) / 3,
        "falta_suave_parte": sum(faltan) / (sum(pesos) or 1.0),
        "faltan_palabras": sum(h < _PRESENTE for h in halladas) / 3,
        "presencia": sum(halladas) / len(halladas) if halladas else 0.0,
    }


def _suavizar(
    filas: list[dict[str, float]],
    buscadas: Sequence[Palabra],
    bloques: Sequence[BloqueLeido],
    en_cuerpo: Sequence[Sequence[float]],
    parte: Callable[[Sequence[float]], float],
    cercania: Cercania | None,
) -> list[list[float]]:
    """Agrega `cobertura_suave`: como la cobertura, y además cuenta las palabras de sentido cercano.

    Devuelve, por bloque, qué tanto está cada palabra contando las cercanas.
    """
    por_palabra = [list(halladas) for halladas in en_cuerpo]
    for fila in filas:
        fila["cobertura_suave"] = fila["cobertura"]
    if cercania is None:
        return por_palabra
    textos = [p.texto for p in buscadas]
    orden = sorted(range(len(filas)), key=lambda n: -_avance(filas[n]))
    for n in orden[:_CERCANOS]:
        if all(hallada >= 1 for hallada in en_cuerpo[n]):
            continue
        propias = list(dict.fromkeys(p.texto for p in bloques[n].cuerpo.palabras if not p.texto.isdigit()))
        cosenos = cercania(textos, propias) if propias else [0.0] * len(textos)
        cercanas = [
            0.0 if texto.isdigit() else min(max((coseno - 0.35) / 0.45, 0.0), 1.0)
            for texto, coseno in zip(textos, cosenos, strict=True)
        ]
        por_palabra[n] = [max(par) for par in zip(en_cuerpo[n], cercanas, strict=True)]
        filas[n]["cobertura_suave"] = parte(por_palabra[n])
    return por_palabra


def _avance(fila: Mapping[str, float]) -> float:
    return fila["vectorial"] + fila["cobertura"] + fila["cobertura_hecho"]


def esta(palabra: Palabra, texto: Texto) -> float:
    """Qué tanto está una palabra; la de un tema común (pagar, abrir) también, si el texto trata de ese tema."""
    hallada = max((parecido(palabra, otra) for otra in texto.palabras), default=0.0)
    return max(_DE_TEMA, hallada) if temas_de_palabra(palabra.texto) & texto.temas else hallada


@lru_cache(maxsize=200_000)
def parecido(una: Palabra, otra: Palabra) -> float:
    """De 0 a 1: 1 la misma, 0.95 suena igual, 0.9 quiere decir lo mismo, menos si solo se parecen las letras."""
    if una.raiz == otra.raiz:
        return 1.0
    if una.texto.isdigit() or otra.texto.isdigit():
        return 0.0
    if len(una.suena) >= 3 and una.suena == otra.suena:
        return 0.95
    if una.grupos & otra.grupos:
        return 0.9
    corta, larga = sorted((una.suena, otra.suena), key=len)
    if len(corta) >= 4 and larga.startswith(corta) and len(larga) - len(corta) <= 4:
        return 0.85
    if min(len(una.texto), len(otra.texto)) < 5 or abs(len(una.texto) - len(otra.texto)) > 3:
        return 0.0
    suena_una, suena_otra = sonido(una.texto), sonido(otra.texto)
    parejas_una = Counter(zip(f" {suena_una} ", f"{suena_una} ", strict=False))
    parejas_otra = Counter(zip(f" {suena_otra} ", f"{suena_otra} ", strict=False))
    comun = 2 * sum((parejas_una & parejas_otra).values()) / (parejas_una.total() + parejas_otra.total())
    return comun if comun >= 0.66 else 0.0


def _dicho(titulo: Texto, pregunta: Texto) -> float:
    propias = [p for p in titulo.palabras if p.texto not in _DE_DATO]
    if not propias:
        return 0.0
    return sum(max((parecido(p, otra) for otra in pregunta.palabras), default=0.0) for p in propias) / len(
        propias
    )


def _puntuales(pedido: Pedido, texto: str) -> dict[str, float]:
    dado, falta = da_lo_contado(pedido, texto)
    return {"puntual_dado": float(dado), "puntual_falta": float(falta), "choca": float(choca(pedido, texto))}


def _datos(pregunta: Texto, bloque: BloqueLeido) -> dict[str, float]:
    pedidos, dados = pregunta.datos, bloque.cuerpo.datos
    numeros = pregunta.numeros
    medidas = {f"da_{tipo}": float(tipo in pedidos and tipo in dados) for tipo in TIPOS}
    medidas |= {f"falta_{tipo}": float(tipo in pedidos and tipo not in dados) for tipo in TIPOS}
    for tipo in TITULO_DE:
        medidas[f"titulo_{tipo}"] = float(tipo in pedidos and tipo in bloque.tipo_titulo)
        medidas[f"titulo_ajeno_{tipo}"] = float(tipo not in pedidos and tipo in bloque.tipo_titulo)
    medidas["dia_dado"] = (
        len(pregunta.dias & bloque.cuerpo.dias) / len(pregunta.dias) if pregunta.dias else 0.0
    )
    medidas["dia_choca"] = float(
        bool(pregunta.dias and bloque.cuerpo.dias - pregunta.dias and not pregunta.dias & bloque.cuerpo.dias)
    )
    fechas = pregunta.fechas
    medidas["fecha_falta"] = float(bool(fechas - bloque.cuerpo.fechas))
    medidas["fecha_dada"] = float(bool(fechas & bloque.cuerpo.fechas))
    medidas["numero_falta"] = float(bool(numeros - bloque.cuerpo.numeros))
    temas = pregunta.temas
    medidas["tema"] = len(temas & bloque.cuerpo.temas) / len(temas) if temas else 0.0
    medidas["tema_titulo"] = len(temas & bloque.titulo.temas) / len(temas) if temas else 0.0
    medidas["numero_dado"] = len(numeros & bloque.cuerpo.numeros) / len(numeros) if numeros else 0.0
    return medidas
