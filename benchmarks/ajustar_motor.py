"""Ajusta los pesos del motor local con los negocios ya vistos del corpus (`CON_QUE_AJUSTAR`).

    .venv/bin/python -m benchmarks.ajustar_motor [--escribir]

Regresión logística condicional (cada pregunta elige entre sus bloques y «ninguno») con penalización cuadrática. Antes
de escribir dice qué tan bien sale cada negocio con los pesos de los demás. `--escribir` deja los pesos en
clientes/aura/ia/pesos_motor.json.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from clientes.aura.ia.conocimiento import cercania_actual
from clientes.aura.ia.motor_local import ARCHIVO_DE_PESOS, medidas_de

from .banco_conocimiento import Caso, banco, casos_de
from .corpus_conocimiento import CON_QUE_AJUSTAR, BloqueDeCorpus, NegocioDeCorpus, Pregunta, leer_corpus

RAIZ = Path(__file__).resolve().parents[1]
PENALIZACION = 0.5
PASOS = 400
UMBRALES = (0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8, 0.85, 0.9)
# Por debajo de esto un bloque no se ofrece.
DUDOSA = 0.1
# Lo más que se permite de todas y de las que no tienen respuesta, en cada mitad por su lado: la que peor sale es la
# que no se había visto al elegir los rasgos, y a ella se parecen los negocios por venir.
EQUIVOCADAS, INVENTADAS = 0.04, 0.08


@dataclass(frozen=True)
class Fila:
    """Los rasgos de un caso: bloques por rasgo, los de «ninguno», y qué bloques la contestan."""

    negocio: str
    bloques: Any
    ninguno: Any
    buenos: list[int]
    respondible: bool


def de_ajuste() -> list[NegocioDeCorpus]:
    """Los negocios con que se puede ajustar."""
    return [n for mitad in CON_QUE_AJUSTAR for n in leer_corpus(mitad)]


def faciles() -> list[NegocioDeCorpus]:
    """Los tres negocios fáciles con que se ajustó el primer motor: sin ellos olvidaría lo sencillo."""
    ruta = RAIZ / "tests" / "apoyo" / "datos_motor.py"
    especificacion = importlib.util.spec_from_file_location("datos_motor", ruta)
    if especificacion is None or especificacion.loader is None:
        raise FileNotFoundError(ruta)
    modulo = importlib.util.module_from_spec(especificacion)
    sys.modules["datos_motor"] = modulo
    especificacion.loader.exec_module(modulo)
    return [
        NegocioDeCorpus(
            f"facil-{n.nombre}",
            n.nombre,
            "ajuste",
            tuple(BloqueDeCorpus(clave, *texto) for clave, texto in n.bloques.items()),
            tuple(Pregunta(t, "normal", (clave,) if clave else (), None) for t, clave in n.preguntas),
        )
        for n in modulo.DE_AJUSTE
    ]


def filas_de(casos: list[Caso]) -> tuple[list[Fila], list[str], list[str]]:
    """Los rasgos de cada caso y sus nombres."""
    filas, nombres, de_ninguno = [], [], []
    for caso in casos:
        medidas = medidas_de(caso.pregunta.texto, caso.candidatos, cercania_actual())
        nombres, de_ninguno = list(medidas.filas[0]), list(medidas.ninguno)
        filas.append(
            Fila(
                caso.negocio,
                np.array([[f[n] for n in nombres] for f in medidas.filas]),
                np.array([medidas.ninguno[n] for n in de_ninguno]),
                [n for n, c in enumerate(caso.candidatos) if c.bloque.titulo in caso.buenos],
                bool(caso.buenos),
            )
        )
    return filas, nombres, de_ninguno


def probabilidades(pesos: Any, fila: Fila) -> Any:
    """La de cada bloque y, al final, la de ninguno."""
    corte = fila.bloques.shape[1]
    utilidad = np.append(fila.bloques @ pesos[:corte], fila.ninguno @ pesos[corte:])
    exponencial = np.exp(utilidad - utilidad.max())
    return exponencial / exponencial.sum()


def ajustar(filas: list[Fila]) -> Any:
    """Los pesos que hacen más probables las respuestas correctas (descenso con momento, Adam).

    Las preguntas van juntas en un solo arreglo, rellenas hasta la que tiene más bloques.
    """
    corte, total = filas[0].bloques.shape[1], filas[0].bloques.shape[1] + len(filas[0].ninguno)
    mas = max(len(f.bloques) for f in filas)
    bloques, hay = np.zeros((len(filas), mas, corte)), np.zeros((len(filas), mas), dtype=bool)
    elegibles = np.zeros((len(filas), mas + 1))
    ninguno = np.array([f.ninguno for f in filas])
    for n, fila in enumerate(filas):
        bloques[n, : len(fila.bloques)], hay[n, : len(fila.bloques)] = fila.bloques, True
        elegibles[n, fila.buenos or [mas]] = 1
    pesos, primero, segundo = np.zeros(total), np.zeros(total), np.zeros(total)
    # La constante de «ninguno» no se penaliza.
    penalizacion = np.full(total, PENALIZACION)
    penalizacion[corte] = 0.01
    for paso in range(1, PASOS + 1):
        utilidad = np.where(hay, bloques @ pesos[:corte], -np.inf)
        utilidad = np.concatenate([utilidad, (ninguno @ pesos[corte:])[:, None]], axis=1)
        p = np.exp(utilidad - utilidad.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        meta = p * elegibles
        sobra = p - meta / np.maximum(meta.sum(axis=1, keepdims=True), 1e-12)
        gradiente = penalizacion * pesos
        gradiente[:corte] += np.einsum("nkf,nk->f", bloques, sobra[:, :-1])
        gradiente[corte:] += ninguno.T @ sobra[:, -1]
        primero = 0.9 * primero + 0.1 * gradiente
        segundo = 0.99 * segundo + 0.01 * gradiente**2
        avance = (primero / (1 - 0.9**paso)) / (np.sqrt(segundo / (1 - 0.99**paso)) + 1e-9)
        pesos = pesos - 0.08 * avance
    return pesos


def cuentas(parejas: list[tuple[Fila, Any]], umbral: float) -> tuple[float, float, float]:
    """De las respondibles, contestadas bien; de todas, contestadas mal; de las otras, contestadas."""
    bien = mal = inventa = 0
    for fila, p in parejas:
        mejor = int(p[:-1].argmax())
        if p[mejor] >= umbral:
            bien += mejor in fila.buenos
            mal += mejor not in fila.buenos
            inventa += not fila.respondible
    respondibles = sum(f.respondible for f, _ in parejas)
    return bien / respondibles, mal / len(parejas), inventa / (len(parejas) - respondibles)


@dataclass(frozen=True)
class Ajuste:
    """Los pesos y desde qué confianza contesta."""

    pesos: dict[str, dict[str, float]]
    segura: float


def ajustar_y_decir(casos: list[Caso]) -> Ajuste:
    """Ajusta con todos y muestra cómo sale cada negocio con los pesos de los demás."""
    filas, nombres, de_ninguno = filas_de(casos)
    parejas = []
    for negocio in sorted({f.negocio for f in filas}):
        pesos = ajustar([f for f in filas if f.negocio != negocio])
        parejas += [(f, probabilidades(pesos, f)) for f in filas if f.negocio == negocio]
    del_corpus = [p for p in parejas if not p[0].negocio.startswith("facil")]
    for nombre, grupo in (
        ("corpus", del_corpus),
        ("fáciles", [p for p in parejas if p[0].negocio.startswith("facil")]),
    ):
        respondibles = [p for p in grupo if p[0].respondible]
        primero = sum(int(p[:-1].argmax()) in f.buenos for f, p in respondibles) / len(respondibles)
        tres = sum(bool({*np.argsort(-p[:-1])[:3]} & {*f.buenos}) for f, p in respondibles)
        print(
            f"{nombre}, cada negocio con los pesos de los demás: primero {primero:.1%}, "
            f"entre tres {tres / len(respondibles):.1%}"
        )
        for umbral in UMBRALES:
            bien, mal, inventa = cuentas(grupo, umbral)
            print(f"  {umbral:.2f}: bien {bien:.1%}, mal {mal:.1%}, inventa {inventa:.1%}")
    mitad_de = {n.clave: n.mitad for n in de_ajuste()}
    por_mitad = [[p for p in del_corpus if mitad_de[p[0].negocio] == m] for m in CON_QUE_AJUSTAR]
    finos = [n / 100 for n in range(45, 96)]
    segura = next((u for u in finos if all(_cabe(grupo, u) for grupo in por_mitad)), finos[-1])
    for mitad, grupo in zip(CON_QUE_AJUSTAR, por_mitad, strict=True):
        bien, mal, inventa = cuentas(grupo, segura)
        print(f"  {mitad}, desde {segura:.2f}: bien {bien:.1%}, mal {mal:.1%}, inventa {inventa:.1%}")
    pesos = [round(float(p), 3) for p in ajustar(filas)]
    return Ajuste(
        {
            "bloque": dict(zip(nombres, pesos, strict=False)),
            "ninguno": dict(zip(de_ninguno, pesos[len(nombres) :], strict=True)),
        },
        segura,
    )


def _cabe(parejas: list[tuple[Fila, Any]], umbral: float) -> bool:
    _, mal, inventa = cuentas(parejas, umbral)
    return mal <= EQUIVOCADAS and inventa <= INVENTADAS


def main() -> None:
    """Ajusta, dice cómo sale y escribe si se pide."""
    opciones = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    opciones.add_argument("--escribir", action="store_true", help="deja los pesos en su archivo")
    escribir = opciones.parse_args().escribir
    with banco():
        casos = [c for n in (*de_ajuste(), *faciles()) for c in casos_de(n)]
        hecho = ajustar_y_decir(casos)
    ajuste = {**hecho.pesos, "segura": hecho.segura, "dudosa": DUDOSA}
    print(json.dumps(ajuste, indent=1))
    if escribir:
        ARCHIVO_DE_PESOS.write_text(json.dumps(ajuste, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
