"""`/metricas`: solo con su llave, con todo lo que hay que vigilar, y sin base dice que no hay base."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from prometheus_client.parser import text_string_to_metric_families

from app_config import Config
from clientes.aura import consultas_metricas, metricas
from clientes.aura.conversacion import consultas
from clientes.aura.conversacion.cola import COLAS
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.errores import ErrorServicioExterno
from scheduler_jobs import TRABAJOS, reclamar, todos_los_trabajos

LLAVE = "llave-de-metricas"
# Lo que se vigila, y con qué etiquetas se distingue.
FAMILIAS: dict[str, set[str]] = {
    "nora_peticiones": {"metodo", "regla", "estado"},
    "nora_peticion_segundos": {"regla", "le"},
    "nora_webhook_segundos": {"clase", "le"},
    "nora_cola_trabajos": {"cola", "estado"},
    "nora_cola_mas_viejo_segundos": {"cola"},
    "nora_cola_trabajadores": set(),
    "nora_turnos": {"decisor"},
    "nora_proveedor_errores": {"proveedor", "codigo"},
    "nora_proveedor_segundos": {"proveedor", "le"},
    "nora_ia_tokens": {"sentido"},
    "nora_ia_tokens_mes": {"sentido"},
    "nora_ia_pesos_mes": set(),
    "nora_sockets": set(),
    "nora_trabajo_bien": {"trabajo"},
    "nora_trabajo_fin_segundos": {"trabajo"},
    "nora_trabajo_dura_segundos": {"trabajo"},
    "nora_base_contesta": set(),
    "nora_base_conexiones": set(),
    "nora_base_conexiones_maximas": set(),
    "nora_pozo_conexiones": {"estado"},
    "nora_esperan_persona": set(),
    "nora_frenos": {"cual"},
}
DOS_PROCESOS = """
import sys
from pathlib import Path
from app_config import Config
config = Config(ENTORNO="pruebas", NORA_DATOS=Path(sys.argv[1]))
config.preparar_carpeta_de_metricas()
from clientes.aura.utils import medidas
medidas.TURNOS.labels("conocimiento").inc(int(sys.argv[2]))
medidas.SOCKETS.inc(int(sys.argv[2]))
print(config.carpeta_de_metricas)
"""


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        NORA_LLAVE_METRICAS=LLAVE,
    )


def leer(texto: str) -> dict[str, Any]:
    """Familia -> su métrica. Repetida es un error: Prometheus rechazaría todo."""
    familias = list(text_string_to_metric_families(texto))
    assert len({f.name for f in familias}) == len(familias)
    return {familia.name: familia for familia in familias}


def test_todo_lo_que_se_vigila_esta(
    app: Flask, cliente_http: Any, crear_nora: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert cliente_http.get("/metricas").status_code == 404
    assert cliente_http.get("/metricas", headers={"Authorization": "Bearer otra"}).status_code == 404
    crear_nora("marea")
    cliente_http.post("/webhook/marea", data={"Body": "hola"})
    trabajo = TRABAJOS[0]
    momento = datetime(2026, 11, 24, 17, 30, tzinfo=UTC)
    assert reclamar(trabajo, momento)
    consultas.anotar_ejecucion(trabajo.id, momento, "corriendo", "")
    consultas.anotar_ejecucion(trabajo.id, momento, "hecho", "0 trabajos")
    llave = {"Authorization": f"Bearer {LLAVE}"}
    familias = leer(cliente_http.get("/metricas", headers=llave).get_data(as_text=True))
    assert set(familias) >= set(FAMILIAS), set(FAMILIAS) - set(familias)
    for nombre, etiquetas in FAMILIAS.items():
        for muestra in familias[nombre].samples:
            assert set(muestra.labels) <= etiquetas, (nombre, muestra.labels)
    valores = {
        (muestra.name, *sorted(muestra.labels.values())): muestra.value
        for familia in familias.values()
        for muestra in familia.samples
    }
    assert valores["nora_base_contesta",] == 1
    assert valores["nora_cola_trabajos", "espera", "programador"] == 1
    assert valores["nora_trabajo_bien", "liberar_atorados"] == 1
    assert valores["nora_webhook_segundos_count", "mensaje"] >= 1
    assert valores["nora_frenos_total", "firma_mala"] >= 1
    assert valores["nora_pozo_conexiones", "maximo"] >= valores["nora_pozo_conexiones", "libres"] >= 1

    def caida() -> None:
        raise ErrorServicioExterno

    monkeypatch.setattr(consultas_metricas, "instalacion", caida)
    familias = leer(cliente_http.get("/metricas", headers=llave).get_data(as_text=True))
    assert familias["nora_base_contesta"].samples[0].value == 0
    assert "nora_peticiones" in familias, "lo de los procesos sigue"


def test_cada_alerta_del_documento_mira_una_medida_que_existe(app: Flask) -> None:
    documento = (Path(metricas.__file__).parents[2] / "docs" / "operacion.md").read_text(encoding="utf-8")
    nombradas = set(re.findall(r"\bnora_[a-z_]+", documento))
    assert len(nombradas) >= 12
    assert {n for n in nombradas if re.sub("_(total|bucket|count|sum)$", "", n) not in FAMILIAS} == set()
    trabajos = {t.id for t in todos_los_trabajos(app)}
    assert set(re.findall(r'trabajo="(\w+)"', documento)) <= trabajos
    assert set(re.findall(r'cola="(\w+)"', documento)) <= set(COLAS)


def test_varios_procesos_suman_y_uno_muerto_no_cuenta_sus_sockets(tmp_path: Path) -> None:
    """Cada proceso escribe su archivo; se suman los contadores y los sockets solo de los que viven."""
    entorno = {"PATH": os.defpath, "ENTORNO": "pruebas"}
    corridos = []
    for cuantos in ("2", "3"):
        proceso = subprocess.Popen(
            [sys.executable, "-c", DOS_PROCESOS, str(tmp_path), cuantos],
            env=entorno,
            cwd=Path(metricas.__file__).parents[2],
            stdout=subprocess.PIPE,
            text=True,
        )
        salida, _ = proceso.communicate(timeout=60)
        corridos.append((proceso.pid, Path(salida.strip())))
    carpeta = corridos[0][1]

    def valores() -> dict[str, float]:
        familias = metricas._DeLosProcesos(tmp_path / "metricas").collect()
        return {m.name: m.value for familia in familias for m in familia.samples if m.value}

    assert valores() == {"nora_turnos_total": 5.0, "nora_sockets": 5.0}
    metricas.proceso_terminado(carpeta, corridos[0][0])
    assert valores() == {"nora_turnos_total": 5.0, "nora_sockets": 3.0}
    # Al arrancar otra vez, nada de los de antes; y de otra máquina, solo lo que sigue escribiendo.
    vieja, viva = carpeta.parent / "version-anterior", carpeta.parent / "otra-maquina"
    for otra, hace_s in ((vieja, 2 * metricas.CALLADA_S), (viva, 60)):
        otra.mkdir()
        archivo = otra / "counter_7.db"
        archivo.touch()
        os.utime(archivo, (time.time() - hace_s,) * 2)
    metricas.empezar_carpeta(carpeta)
    assert list(carpeta.iterdir()) == []
    assert not vieja.exists() and viva.exists()
