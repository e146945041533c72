"""Qué tan bien contesta el motor local, medido; y que nunca inventa."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from apoyo.datos_motor import DE_AJUSTE, DE_PRUEBA, Negocio

from clientes.aura.ia import conocimiento, indexar, motor_local, rasgos
from clientes.aura.ia.motor_local import Bloque, Candidato


def medir(negocio: Negocio, nora: Any) -> Counter[str]:
    for titulo, contenido in negocio.bloques.values():
        nora.ensena(titulo, contenido)
    cuenta: Counter[str] = Counter()
    for pregunta, clave in negocio.preguntas:
        r = conocimiento.probar(nora.nora, pregunta)
        titulos = [e.bloque.titulo for e in r.elegidos]
        if clave is None:
            cuenta[f"sin_respuesta_{r.tipo}"] += 1
            continue
        esperado = negocio.bloques[clave][0]
        cuenta["preguntas"] += 1
        if r.tipo == "segura":
            cuenta["bien" if titulos == [esperado] else "mal"] += 1
        elif r.tipo == "dudosa":
            cuenta["ofrece" if esperado in titulos else "ofrece_otros"] += 1
        else:
            cuenta["pasa"] += 1
    return cuenta


@pytest.mark.parametrize(
    ("negocios", "bien", "util", "mal", "inventa"),
    [(DE_PRUEBA, 0.55, 0.85, 0.03, 0.09), (DE_AJUSTE, 0.50, 0.85, 0.03, 0.07)],
    ids=["prueba", "ajuste"],
)
def test_exactitud(
    crear_dominio: Any, negocios: tuple[Negocio, ...], bien: float, util: float, mal: float, inventa: float
) -> None:
    """Bien: contesta con el bloque correcto. Útil: además, ofrece el tema correcto. Inventa: contesta sin saber."""
    total: Counter[str] = Counter()
    for negocio in negocios:
        total += medir(negocio, crear_dominio(negocio.nombre))
    sin_respuesta = sum(n for clave, n in total.items() if clave.startswith("sin_respuesta"))
    assert total["bien"] / total["preguntas"] >= bien, total
    assert (total["bien"] + total["ofrece"]) / total["preguntas"] >= util, total
    assert total["mal"] / total["preguntas"] <= mal, total
    assert total["sin_respuesta_segura"] / sin_respuesta <= inventa, total


@pytest.mark.parametrize(
    ("titulo", "contenido", "pregunta"),
    [
        ("Precio del corte", "El corte de cabello cuesta $347.", "¿cuánto me sale cortarme el pelo?"),
        (
            "Pastel de chocolate",
            "El pastel de chocolate cuesta $581 pesos.",
            "a cómo dan el pastel de chocolate?",
        ),
        ("Lavado de auto", "El lavado completo cuesta $219.", "cuánto cobran por lavar el carro"),
        (
            "Consulta veterinaria",
            "La consulta general tiene un precio de $433.",
            "q precio tiene la consulta",
        ),
        ("Renta del salón", "La renta del salón por noche es de $7,350.", "cuánto cuesta rentar el salón"),
    ],
)
def test_un_solo_bloque_contesta_dicho_de_otro_modo(
    nora: Any, titulo: str, contenido: str, pregunta: str
) -> None:
    nora.ensena(titulo, contenido)
    r = conocimiento.probar(nora.nora, pregunta)
    assert (r.tipo, r.texto) == ("segura", contenido), r


def test_lo_recien_guardado_se_indexa_antes_de_buscar_y_una_vez(nora: Any) -> None:
    nora.ensena("Horario", "Abrimos de 9 a 6.")
    assert nora.tabla("conocimiento_nora")[0]["vector"] is None
    assert conocimiento.probar(nora.nora, "a qué hora abren?").tipo == "segura"
    assert nora.tabla("conocimiento_nora")[0]["vector"] is not None
    assert indexar.indexar_faltantes(nora.nora) == 0
    bloque = nora.tabla("conocimiento_nora")[0]["id"]
    assert not indexar.indexar_bloque(nora.nora, bloque)


def test_sin_vectores_se_busca_por_palabras(nora: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from clientes.aura.utils.errores import ErrorServicioExterno

    class Caido:
        nombre = "caido"
        dimensiones = 512

        def codificar(self, textos: Any) -> Any:
            raise ErrorServicioExterno

    monkeypatch.setattr(conocimiento, "codificador_actual", Caido)
    monkeypatch.setattr(indexar, "codificador_actual", Caido)
    nora.ensena("Estacionamiento", "Hay cuatro cajones gratis frente al local.")
    r = conocimiento.probar(nora.nora, "hay estacionamiento?")
    assert r.candidatos[0].bloque.titulo == "Estacionamiento"
    assert r.tipo in ("segura", "dudosa")


def test_sin_bloques_no_sabe() -> None:
    assert motor_local.decidir("¿cuánto cuesta?", []).tipo == "desconocida"


def test_las_confianzas_suman_a_lo_mas_uno() -> None:
    candidatos = [Candidato(Bloque(str(n), f"Tema {n}", "Texto"), 0.3, 0.1, 0.2) for n in range(5)]
    evaluados = motor_local.evaluar("tema", candidatos)
    assert 0 < sum(e.confianza for e in evaluados) < 1


def test_recortar_deja_lo_cercano_en_orden() -> None:
    frases = [f"Frase de relleno número {n} que no dice nada." for n in range(60)]
    frases[10] = "El envío a Sonora cuesta $90."
    frases[40] = "El envío tarda tres días."
    corto = motor_local.recortar(" ".join(frases), "cuánto cuesta el envío", 120)
    assert len(corto) <= 120
    assert "cuesta $90" in corto
    assert corto.index("cuesta $90") < corto.index("tarda tres")
    assert len(motor_local.recortar("x" * 500, "hola", 100)) == 100


@pytest.mark.parametrize(
    ("una", "otra"),
    [("afinasion", "afinacion"), ("limpiesa", "limpieza"), ("brakets", "brackets"), ("carro", "coche")],
)
def test_palabras_que_se_parecen(una: str, otra: str) -> None:
    assert rasgos.se_parecen(una, otra) > 0.6


@pytest.mark.parametrize(("una", "otra"), [("casa", "cosa"), ("13", "14"), ("llantas", "puertas")])
def test_palabras_que_no(una: str, otra: str) -> None:
    assert rasgos.se_parecen(una, otra) == 0
