"""Al cambiar el modelo de vectores, lo de todas las Noras se vuelve a calcular por detrás."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.ia import consultas, indexar, reindexar
from clientes.aura.ia.codificador import DIMENSIONES, codificador_actual
from clientes.aura.ia.consultas_vectores import avance_de_vectores, vectores_por_hacer
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar


class Codificador:
    """Uno de mentira, con nombre; falla con lo que se le diga."""

    dimensiones = DIMENSIONES

    def __init__(self, nombre: str, falla_con: str = "") -> None:
        self.nombre, self._falla_con = nombre, falla_con

    def codificar(self, textos: list[str]) -> list[list[float]]:
        if self._falla_con and any(self._falla_con in t for t in textos):
            raise ErrorServicioExterno("no contestó")
        return [[1.0] + [0.0] * (DIMENSIONES - 1) for _ in textos]


def test_avanza_por_partes_y_una_falla_no_detiene_a_las_demas(
    nora: Any, crear_dominio: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    otra, mala, apagada = crear_dominio("otra"), crear_dominio("mala"), crear_dominio("apagada", activo=False)
    for dominio, cuantos in ((nora, 70), (otra, 2), (mala, 1), (apagada, 1)):
        for n in range(cuantos):
            dominio.ensena(f"Tema {n}", f"Contenido {n} {dominio.nora}")
    monkeypatch.setattr(indexar, "codificador_actual", lambda: Codificador("nuevo", falla_con="mala"))
    assert [(a.nombre_nora, a.faltan) for a in vectores_por_hacer("nuevo")] == [
        ("mala", 1), ("otra", 2), ("marea", 70),
    ]  # fmt: skip
    assert reindexar.reindexar(presupuesto_s=0.0).startswith("0 de 73")
    frase = reindexar.reindexar()
    assert frase == "72 de 73 bloques de 3 Noras con vectores del modelo de hoy; 1 no se pudieron"
    assert avance_de_vectores(nora.nora, "nuevo").porcentaje == 100
    mitad = avance_de_vectores(mala.nora, "nuevo")
    assert (mitad.faltan, mitad.hechos, mitad.porcentaje) == (1, 0, 0)
    monkeypatch.setattr(indexar, "codificador_actual", lambda: Codificador("nuevo"))
    assert reindexar.reindexar().startswith("1 de 1") and reindexar.reindexar() == "todo al día"
    assert avance_de_vectores("apagada", "nuevo").faltan == 1, "la suspendida espera"
    assert codificador_actual().nombre != "nuevo"


def test_los_vectores_de_otro_modelo_no_se_comparan(nora: Any) -> None:
    """A media vuelta: el bloque con vector de otro modelo se halla por su texto, aunque su vector sea idéntico."""
    for titulo in ("Horario de hoy", "Horario de antes"):
        nora.ensena(titulo, "Abrimos de 9 a 6.")
    indexar.indexar_faltantes(nora.nora)
    modelo = indexar.modelo_actual()
    ejecutar(
        supabase.table("conocimiento_nora").update({"modelo_vector": "otro"}).eq("titulo", "Horario de antes")
    )
    vector = codificador_actual().codificar(["a qué hora abren"])[0]
    hallados = consultas.buscar_bloques(nora.nora, "horario", vector, 5, modelo).candidatos
    cosenos = {c.bloque.titulo: c.vectorial for c in hallados}
    assert cosenos["Horario de antes"] == 0 < cosenos["Horario de hoy"]
    assert all(c.lexico > 0 for c in hallados)
