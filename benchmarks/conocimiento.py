"""Qué tan bien contesta Nora sin llave de ningún servicio, contra tres maneras comunes de buscar.

    .venv/bin/python -m benchmarks.conocimiento [--parte vistos|tercera] [--escribir]

Pasa las preguntas de `datos/conocimiento/` por la base embebida y el codificador local. Referencias sobre la pregunta
tal como llegó: solo texto completo en español, solo vectores, y fusión de rangos (RRF, k=60) de
texto, vectores y trigramas; el umbral con que contesta cada una se elige en los ya vistos. `--escribir` deja la tabla
en docs/.
"""

from __future__ import annotations

import argparse
import platform
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clientes.aura.ia import motor_local
from clientes.aura.ia.conocimiento import cercania_actual

from .banco_conocimiento import Caso, banco, casos_de, milisegundos_por_pregunta
from .corpus_conocimiento import CON_QUE_AJUSTAR, ESTILOS, leer_corpus

DESTINO = Path(__file__).resolve().parents[1] / "docs" / "conocimiento_medido.md"
# La tercera no la ha leído quien ajusta el motor: se mide una vez, con los pesos ya fijos.
PARTES = {"vistos": CON_QUE_AJUSTAR, "tercera": ("tercera",)}
TITULOS = {"vistos": "Los ya vistos", "tercera": "La tercera parte"}
RRF = 60
UMBRALES = (0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
# Lo más que puede equivocarse, sobre todas las preguntas.
EQUIVOCADAS = 0.04
BLOQUES_GRANDE = 300

Orden = list[tuple[str, float]]


@dataclass(frozen=True)
class Hecho:
    """Una pregunta ya ordenada: los títulos con su puntaje, de mayor a menor, y los que la contestan."""

    caso: Caso
    orden: Orden


@dataclass(frozen=True)
class Cuenta:
    """Partes de 0 a 1; `mal` sobre todas las preguntas, `inventa` sobre las que no tienen respuesta."""

    bien: float
    mal: float
    inventa: float
    ofrece: float


def por_texto(caso: Caso) -> Orden:
    """Solo texto completo; el que no comparte ninguna palabra no aparece."""
    return _ordenar([(c.bloque.titulo, c.lexico) for c in caso.simples if c.lexico > 0])


def por_vectores(caso: Caso) -> Orden:
    """Solo el coseno."""
    return _ordenar([(c.bloque.titulo, c.vectorial) for c in caso.simples])


def por_fusion(caso: Caso) -> Orden:
    """Fusión de rangos recíprocos."""
    puntos: dict[str, float] = {c.bloque.titulo: 0.0 for c in caso.simples}
    medidas: tuple[Callable[[motor_local.Candidato], float], ...] = (
        lambda c: c.lexico,
        lambda c: c.vectorial,
        lambda c: c.trigramas,
    )
    for medida in medidas:
        for lugar, c in enumerate(sorted(caso.simples, key=medida, reverse=True), start=1):
            puntos[c.bloque.titulo] += 1 / (RRF + lugar)
    return _ordenar(list(puntos.items()))


def por_nora(caso: Caso) -> Orden:
    """El motor, con su confianza."""
    evaluados = motor_local.evaluar(caso.pregunta.texto, caso.candidatos, cercania_actual())
    return [(e.bloque.titulo, e.confianza) for e in evaluados]


NORA = "**Nora**"
MANERAS: dict[str, Callable[[Caso], Orden]] = {
    "solo texto completo": por_texto,
    "solo vectores": por_vectores,
    "fusión de rangos": por_fusion,
    NORA: por_nora,
}


def _ordenar(puntos: Orden) -> Orden:
    return sorted(puntos, key=lambda p: -p[1])


def acierto(hechos: Sequence[Hecho], primeros: int) -> float:
    """De las respondibles, en cuántas un bloque bueno está entre los primeros."""
    respondibles = [h for h in hechos if h.caso.buenos]
    return sum(bool({t for t, _ in h.orden[:primeros]} & h.caso.buenos) for h in respondibles) / len(
        respondibles
    )


def contar(hechos: Sequence[Hecho], umbral: float, dudosa: float | None = None) -> Cuenta:
    """Qué pasaría si contesta desde `umbral` y, cuando no, ofrece hasta tres desde `dudosa`."""
    bien = mal = inventa = ofrece = 0
    for h in hechos:
        titulo, puntos = h.orden[0] if h.orden else ("", -1.0)
        if puntos >= umbral:
            bien += titulo in h.caso.buenos
            mal += titulo not in h.caso.buenos
            inventa += not h.caso.buenos
        elif dudosa is not None:
            ofrecidos = {t for t, p in h.orden[: motor_local.TEMAS_MAXIMOS] if p >= dudosa}
            ofrece += bool(ofrecidos & h.caso.buenos)
    respondibles = sum(bool(h.caso.buenos) for h in hechos)
    return Cuenta(
        bien / respondibles, mal / len(hechos), inventa / (len(hechos) - respondibles), ofrece / respondibles
    )


def umbral_de(hechos: Sequence[Hecho]) -> float:
    """El más bajo que no pasa de las equivocadas permitidas."""
    puntajes = sorted({h.orden[0][1] for h in hechos if h.orden})
    return next((u for u in puntajes if contar(hechos, u).mal <= EQUIVOCADAS), puntajes[-1] + 1)


def informe(por_mitad: dict[str, list[Caso]], tiempos: Sequence[float]) -> str:
    """Las tablas, en Markdown."""
    partes = [_encabezado(tiempos)]
    hechos = {
        mitad: {nombre: [Hecho(c, manera(c)) for c in casos] for nombre, manera in MANERAS.items()}
        for mitad, casos in por_mitad.items()
    }
    umbrales = {nombre: umbral_de(de) for nombre, de in hechos.get("vistos", {}).items()}
    umbrales[NORA] = motor_local.CONFIANZA_SEGURA
    # La que cuenta va primero.
    for mitad, maneras in reversed(hechos.items()):
        partes += [
            _tabla(mitad, maneras, umbrales),
            _metas(maneras[NORA]),
            _detalle(maneras[NORA]),
            _curva(maneras[NORA]),
        ]
    return "\n\n".join(partes) + "\n"


def _encabezado(tiempos: Sequence[float]) -> str:
    corte = sorted(tiempos)[int(len(tiempos) * 0.95)]
    return f"""# Qué tan bien contesta Nora sin llave

Lo escribe `python -m benchmarks.conocimiento --escribir`; no se edita a mano. Python {platform.python_version()}.

Negocios inventados de 25 bloques o más y preguntas como las escriben los clientes: un tercio sin respuesta en los
bloques, la mitad de ellas de cerca (está el tema y falta el dato). Veinte negocios ya se vieron al elegir rasgos,
sinónimos y pesos: sus cifras aquí salen mejores de lo que son, y `python -m benchmarks.ajustar_motor` dice cómo sale
cada uno con los pesos de los demás. Las que cuentan son las de la tercera parte: otros giros, escritos por quien no
leyó el motor y medidos una sola vez, con los pesos y el umbral ya fijos.

«Mal» va sobre todas las preguntas; «inventa», sobre las que ningún bloque contesta. Metas: primero 82 %, entre tres
92 %, contestada bien 55 %, mal a lo más 4 %, inventa a lo más 8 %.

Velocidad en una Nora de {BLOQUES_GRANDE} bloques, de la pregunta a la decisión: mediana
{statistics.median(tiempos):.0f} ms, p95 {corte:.0f} ms (un proceso, la base en la misma máquina)."""


def _tabla(mitad: str, maneras: dict[str, list[Hecho]], umbrales: dict[str, float]) -> str:
    total = len(next(iter(maneras.values())))
    renglones = [
        f"## {TITULOS[mitad]} ({total} preguntas)",
        "",
        "| manera | primero | entre tres | contestada bien | mal | inventa | ofrece el tema bueno |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for nombre, hechos in maneras.items():
        primero, tres = acierto(hechos, 1), acierto(hechos, 3)
        dudosa = motor_local.CONFIANZA_DUDOSA if "Nora" in nombre else None
        if nombre in umbrales:
            c = contar(hechos, umbrales[nombre], dudosa)
            resto = f"{c.bien:.1%} | {c.mal:.1%} | {c.inventa:.1%} | {f'{c.ofrece:.1%}' if dudosa else '—'}"
        else:
            resto = "— | — | — | —"
        renglones.append(f"| {nombre} | {primero:.1%} | {tres:.1%} | {resto} |")
    return "\n".join(renglones)


def _metas(hechos: Sequence[Hecho]) -> str:
    c = contar(hechos, motor_local.CONFIANZA_SEGURA)
    faltan = [
        (nombre, meta - valor)
        for nombre, valor, meta in (
            ("primero", acierto(hechos, 1), 0.82),
            ("entre tres", acierto(hechos, 3), 0.92),
            ("contestada bien", c.bien, 0.55),
            ("mal", -c.mal, -0.04),
            ("inventa", -c.inventa, -0.08),
        )
        if valor < meta
    ]
    if not faltan:
        return "Metas: todas alcanzadas."
    return "Metas que no se alcanzan: " + "; ".join(f"{n}, por {f * 100:.1f} puntos" for n, f in faltan) + "."


def _detalle(hechos: Sequence[Hecho]) -> str:
    umbral, dudosa = motor_local.CONFIANZA_SEGURA, motor_local.CONFIANZA_DUDOSA
    renglones = [
        "| preguntas | cuántas | primero | contestada | ofrece algo | pasa a una persona |",
        "| --- " * 6 + "|",
    ]
    grupos: dict[str, list[Hecho]] = {
        f"con respuesta, {estilo}": [h for h in hechos if h.caso.buenos and h.caso.pregunta.estilo == estilo]
        for estilo in ESTILOS
    }
    grupos["sin respuesta, de cerca"] = [h for h in hechos if not h.caso.buenos and h.caso.pregunta.cerca]
    grupos["sin respuesta, de lejos"] = [h for h in hechos if not h.caso.buenos and not h.caso.pregunta.cerca]
    for nombre, grupo in grupos.items():
        primero = f"{acierto(grupo, 1):.0%}" if grupo[0].caso.buenos else "—"
        contestada = sum(h.orden[0][1] >= umbral for h in grupo) / len(grupo)
        ofrece = sum(dudosa <= h.orden[0][1] < umbral for h in grupo) / len(grupo)
        pasa = sum(h.orden[0][1] < dudosa for h in grupo) / len(grupo)
        renglones.append(
            f"| {nombre} | {len(grupo)} | {primero} | {contestada:.0%} | {ofrece:.0%} | {pasa:.0%} |"
        )
    return "\n".join(renglones)


def _curva(hechos: Sequence[Hecho]) -> str:
    renglones = [
        f"Cobertura contra error, según desde qué confianza contesta (usa {motor_local.CONFIANZA_SEGURA:.2f}):",
        "",
        "| confianza | contestada bien | mal | inventa |",
        "| --- | --- | --- | --- |",
    ]
    for umbral in UMBRALES:
        c = contar(hechos, umbral)
        renglones.append(f"| {umbral:.2f} | {c.bien:.1%} | {c.mal:.1%} | {c.inventa:.1%} |")
    return "\n".join(renglones)


def main() -> None:
    """Mide y muestra; con `--escribir`, también deja el documento."""
    opciones = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    opciones.add_argument("--parte", choices=PARTES, help="solo esa parte")
    opciones.add_argument(
        "--escribir", action="store_true", help="deja la tabla en docs/conocimiento_medido.md"
    )
    pedido = opciones.parse_args()
    partes = {pedido.parte: PARTES[pedido.parte]} if pedido.parte else PARTES
    with banco():
        por_parte = {
            parte: [c for m in mitades for n in leer_corpus(m) for c in casos_de(n)]
            for parte, mitades in partes.items()
            if any(leer_corpus(m) for m in mitades)
        }
        preguntas = [c.pregunta.texto for c in next(iter(por_parte.values()))[:60]]
        texto = informe(por_parte, milisegundos_por_pregunta(BLOQUES_GRANDE, preguntas))
    print(texto)
    if pedido.escribir:
        DESTINO.write_text(texto, encoding="utf-8")


if __name__ == "__main__":
    main()
