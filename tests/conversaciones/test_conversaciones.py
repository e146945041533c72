"""Cien pláticas escritas, con el motor local y con modelos de mentira; la mitad de los modelos se porta mal.

Se juzgan por el buzón de salida y la base, nunca por lo que dijo el modelo: ver `apoyo/platicas.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg
import pytest
from apoyo.fiabilidad import Anotar
from apoyo.guiones import GuionMalEscrito, Negocio, leer_espera, leer_guion, leer_todos
from apoyo.platicas import Escenario, Falta, cifras
from dobles.modelos_falsos import BUENOS, MALOS, en_letras
from dobles.openai_falso import openai_falso
from flask import Flask

from app_config import Config
from clientes.aura.ia import modelo
from clientes.aura.ia.codificador import CodificadorLocal
from clientes.aura.supabase_local import DireccionesPostgres

NEGOCIOS = leer_todos()
Codificar = Callable[[Any, Sequence[str]], list[Any]]


@pytest.fixture
def escenario(
    app: Flask,
    config: Config,
    base: DireccionesPostgres,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Escenario]:
    monkeypatch.setattr(modelo, "ESPERA_S", 0.0)
    _sin_codificar_dos_veces(monkeypatch)
    crear_usuario("rosa@x.mx", "admin")
    with openai_falso() as doble, psycopg.connect(base.administrador, autocommit=True) as conexion:
        armado = Escenario(config, conexion, doble)
        armado.sembrar_rival(crear_nora)
        yield armado


def _sin_codificar_dos_veces(cambio: pytest.MonkeyPatch) -> None:
    """La misma pregunta se corre con muchos modelos y sus vectores son los mismos: es casi todo lo que cuesta."""
    cambio.setattr(CodificadorLocal, "codificar", _con_memoria(CodificadorLocal.codificar))


def _con_memoria(codificar: Codificar) -> Codificar:
    sabidos: dict[str, Any] = {}

    def recordado(yo: Any, textos: Sequence[str]) -> list[Any]:
        nuevos = [t for t in dict.fromkeys(textos) if t not in sabidos]
        if nuevos:
            sabidos.update(zip(nuevos, codificar(yo, nuevos), strict=True))
        return [sabidos[t] for t in textos]

    return recordado


def en_palabras(faltas: list[Falta]) -> str:
    return "\n" + "\n".join(map(str, faltas))


def test_las_de_siempre(escenario: Escenario, crear_nora: Callable[..., str]) -> None:
    """Unas cuantas, con el motor local y con un modelo de mentira: uno que se porta bien y otro que no, alternados."""
    faltas: list[Falta] = []
    turno_de = 0
    for negocio in NEGOCIOS:
        cortas = [c for c in negocio.conversaciones if c.corta]
        if cortas:
            escenario.sembrar(negocio, crear_nora)
        for una in cortas:
            faltas += escenario.correr(negocio, una)
            es_malo = turno_de % 2 == 0
            personajes = MALOS if es_malo else BUENOS
            personaje = personajes[turno_de // 2 % len(personajes)]
            faltas += escenario.correr(negocio, una, personaje, es_malo=es_malo)
            turno_de += 1
    assert turno_de >= 12
    assert not faltas, en_palabras(faltas)


@pytest.mark.largo
@pytest.mark.timeout(600)
@pytest.mark.parametrize("negocio", NEGOCIOS, ids=lambda n: n.nombre)
def test_todas_con_todos(
    escenario: Escenario, crear_nora: Callable[..., str], negocio: Negocio, anotar: Anotar
) -> None:
    """Cada plática con el motor local y con cada modelo de mentira, bueno o malo."""
    faltas: list[Falta] = []
    escenario.sembrar(negocio, crear_nora)
    for una in negocio.conversaciones:
        faltas += escenario.correr(negocio, una)
        for personaje in BUENOS:
            faltas += escenario.correr(negocio, una, personaje)
        for personaje in MALOS:
            faltas += escenario.correr(negocio, una, personaje, es_malo=True)
    escritas = len(negocio.conversaciones)
    anotar(
        f"conversaciones_{negocio.nombre}",
        escritas=escritas,
        corridas=escenario.ejecutadas,
        faltas=len(faltas),
    )
    assert not faltas, en_palabras(faltas)


def test_el_juez_sabe_contar() -> None:
    assert cifras("$1,290 a las 9:00, 20% y 662 123") == {1290, 9, 0, 20, 662, 123}
    for numero in (7, 16, 21, 48, 100, 180, 235, 999, 1_290, 7_319, 52_640):
        assert numero in cifras(f"cuesta {en_letras(numero)} pesos"), en_letras(numero)


@pytest.mark.parametrize(
    "malo", ["= dice algo", "> hola\n= diría algo", "> hola\n= dice", "? hola", ">> dibujo", "@ luego"]
)
def test_un_guion_mal_escrito_se_nota(malo: str) -> None:
    with pytest.raises(GuionMalEscrito):
        leer_guion(malo)


def test_cada_platica_dice_que_espera() -> None:
    """Cien, sin nombre repetido y con algo que comprobar; la mitad de los modelos se porta mal."""
    assert sum(len(n.conversaciones) for n in NEGOCIOS) >= 100 and len(MALOS) >= len(BUENOS)
    for negocio in NEGOCIOS:
        nombres = [c.nombre for c in negocio.conversaciones]
        assert len(set(nombres)) == len(nombres), negocio.nombre
        for una in negocio.conversaciones:
            citas = [e.valor for p in una.pasos for e in p.espera if e.que == "cita"]
            assert set(citas) <= set(negocio.conocimiento), (negocio.nombre, una.nombre)
            assert any(p.espera for p in una.pasos), una.nombre
    assert leer_espera("solo local: pasa").solo_local


def test_el_juez_ve_lo_que_esta_mal(escenario: Escenario, crear_nora: Callable[..., str]) -> None:
    """Un negocio que contesta lo que no debe se reprueba: si no, el juez no sirve."""
    negocio = next(n for n in NEGOCIOS if n.nombre == "estetica")
    escenario.sembrar(negocio, crear_nora)
    una = next(c for c in negocio.conversaciones if c.nombre.startswith("el precio en tres globos"))
    with escenario.base.transaction():
        escenario.base.execute(
            "update public.conocimiento_nora set contenido = 'El corte de dama cuesta $7,319.'"
            " where nombre_nora = 'estetica' and titulo = 'Corte de dama'"
        )
    faltas = " ".join(map(str, escenario.correr(negocio, una)))
    assert "cifras que nadie le enseñó: [7319]" in faltas
