"""La forma de los datos con que se mide la calidad: si alguien los cambia sin querer, aquí se nota."""

from __future__ import annotations

import json
from collections import Counter

import pytest

from benchmarks.corpus_conocimiento import (
    DATOS,
    ESTILOS,
    MITADES,
    NegocioDeCorpus,
    leer_corpus,
)
from clientes.aura.ia.rasgos import plano

NEGOCIOS = leer_corpus()
# La partición no se mueve: mover un negocio de mitad sería ajustar con lo que mide.
DE_AJUSTE = {"dental", "escuela", "ferreteria", "hotel", "lavanderia", "taqueria"}
DE_REPORTE = {"gimnasio", "mecanico", "optica", "panaderia", "salon", "veterinaria"}
DE_RESERVA = {
    "celulares", "fiestas", "floreria", "imprenta", "laboratorio", "manejo", "mudanzas", "viajes",
}  # fmt: skip
DE_TERCERA = {"balneario", "bicicletas", "muebleria", "tatuajes", "trajes"}
DE_EXTRA = {
    "barberia", "farmacia", "inmobiliaria", "llantera", "mariscos", "papeleria", "vivero", "zapateria",
}  # fmt: skip
DE_CUARTA = {"campamento", "internet", "joyeria", "pizzeria", "podologia"}


def test_tamanos_y_tercios() -> None:
    preguntas = [p for n in NEGOCIOS for p in n.preguntas]
    sin_respuesta = [p for p in preguntas if not p.bloques]
    assert len(NEGOCIOS) >= 10
    assert len(preguntas) >= 330
    assert abs(len(sin_respuesta) / len(preguntas) - 1 / 3) < 0.02
    assert sum(p.cerca is not None for p in sin_respuesta) * 2 == len(sin_respuesta)


def test_la_particion_es_fija_y_por_negocio() -> None:
    por_mitad = {mitad: {n.clave for n in leer_corpus(mitad)} for mitad in MITADES}
    assert por_mitad == {
        "ajuste": DE_AJUSTE,
        "reporte": DE_REPORTE,
        "reserva_final": DE_RESERVA,
        "tercera": DE_TERCERA,
        "extra": DE_EXTRA,
        "cuarta": DE_CUARTA,
    }
    assert {n.clave for n in NEGOCIOS} == {ruta.stem for ruta in DATOS.glob("*.json")}


@pytest.mark.parametrize("negocio", NEGOCIOS, ids=lambda n: n.clave)
def test_cada_negocio(negocio: NegocioDeCorpus) -> None:
    ids = [b.id for b in negocio.bloques]
    assert len(ids) == len(set(ids)) == 25
    assert len({plano(b.titulo) for b in negocio.bloques}) == 25
    assert all(b.titulo.strip() and b.contenido.strip() for b in negocio.bloques)
    for pregunta in negocio.preguntas:
        assert set(pregunta.bloques) <= set(ids), pregunta
        assert pregunta.cerca is None or (pregunta.cerca in ids and not pregunta.bloques), pregunta
        assert 5 <= len(pregunta.texto) <= 600
        assert pregunta.estilo in ESTILOS
        assert ("\n" in pregunta.texto) == (pregunta.estilo == "burbujas")
        assert (len(pregunta.bloques) > 1) == (pregunta.estilo == "mezclada")
    cuenta = Counter(p.estilo for p in negocio.preguntas)
    assert all(cuenta[estilo] for estilo in ("normal", "errores", "jerga", "dictado", "mezclada")), cuenta


def test_sin_repetidas() -> None:
    textos = Counter(plano(p.texto) for n in NEGOCIOS for p in n.preguntas)
    assert not [texto for texto, veces in textos.items() if veces > 1]
    contenidos = Counter(plano(b.contenido) for n in NEGOCIOS for b in n.bloques)
    assert not [texto for texto, veces in contenidos.items() if veces > 1]


def test_los_archivos_tienen_solo_lo_que_se_lee() -> None:
    for ruta in DATOS.glob("*.json"):
        dato = json.loads(ruta.read_text(encoding="utf-8"))
        assert set(dato) == {"clave", "nombre", "mitad", "bloques", "preguntas"}
        assert all(set(p) == {"texto", "estilo", "bloques", "cerca"} for p in dato["preguntas"])
        assert all(set(b) == {"id", "titulo", "contenido"} for b in dato["bloques"])
