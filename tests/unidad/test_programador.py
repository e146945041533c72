"""Cada disparo del programador ocurre una sola vez, aunque lo intenten varios procesos; el reloj lo pone la prueba."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from flask import Flask

from app_config import Config
from clientes.aura.registro.manifiesto import Trabajo
from clientes.aura.supabase_local import DireccionesPostgres
from scheduler_jobs import TRABAJOS, periodo_vigente, reclamar, todos_los_trabajos

RAIZ = Path(__file__).resolve().parents[2]
AHORA = datetime(2026, 11, 24, 17, 30, 4, tzinfo=UTC)
RECLAMAR = """
import sys
from datetime import datetime, timedelta
from pathlib import Path
from app_config import Config
from clientes.aura import create_app
from scheduler_jobs import TRABAJOS, reclamar
config = Config(ENTORNO="pruebas", SUPABASE_DB_URL=sys.argv[1], NORA_DATOS=Path(sys.argv[2]))
app, _ = create_app(config)
trabajo = next(t for t in TRABAJOS if t.id == "liberar_atorados")
inicio = datetime.fromisoformat(sys.argv[3])
sys.stdin.readline()
with app.app_context():
    print(sum(reclamar(trabajo, inicio + timedelta(minutes=m, seconds=s)) for m in range(10) for s in (0, 2)))
"""


def _trabajo(cron: str, zona: str) -> Trabajo:
    return Trabajo(id="prueba", cron=cron, zona=zona, hacer=lambda _: "", descripcion="")


def test_cuatro_procesos_un_efecto_por_periodo(app: Flask, base: DireccionesPostgres, config: Config) -> None:
    """Cuatro procesos de verdad reclaman los mismos diez minutos, dos veces cada uno."""
    procesos = [
        subprocess.Popen(
            [sys.executable, "-c", RECLAMAR, base.servicio, str(config.NORA_DATOS), AHORA.isoformat()],
            cwd=RAIZ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    ganados = [int(p.communicate("ya\n", timeout=60)[0]) for p in procesos]
    assert sum(ganados) == 10, ganados
    with psycopg.connect(base.servicio) as conexion:
        en_cola = conexion.execute(
            "select count(*), count(distinct args ->> 'periodo') from cola.procrastinate_jobs"
            " where task_name = 'ejecutar_trabajo'"
        ).fetchone()
    assert en_cola == (10, 10)


def test_el_mismo_periodo_dos_veces_es_uno(app: Flask) -> None:
    trabajo = TRABAJOS[0]
    assert reclamar(trabajo, AHORA) is True
    assert reclamar(trabajo, AHORA + timedelta(seconds=20)) is False
    assert reclamar(trabajo, AHORA + timedelta(seconds=60)) is True


def test_fuera_de_hora_no_reclama(app: Flask) -> None:
    assert reclamar(_trabajo("0 3 * * *", "UTC"), AHORA) is False


def test_cada_zona_tiene_su_hora() -> None:
    """Hermosillo es UTC-7 todo el año; Tijuana cambia: las 8:00 de enero y de julio no son la misma hora UTC."""
    hermosillo, tijuana = (
        _trabajo("0 8 * * *", "America/Hermosillo"),
        _trabajo("0 8 * * *", "America/Tijuana"),
    )
    enero, julio = datetime(2026, 1, 15, tzinfo=UTC), datetime(2026, 7, 15, tzinfo=UTC)
    assert periodo_vigente(hermosillo, enero.replace(hour=15, minute=1)) == enero.replace(hour=15)
    assert periodo_vigente(hermosillo, julio.replace(hour=15, minute=1)) == julio.replace(hour=15)
    assert periodo_vigente(tijuana, enero.replace(hour=16, minute=1)) == enero.replace(hour=16)
    assert periodo_vigente(tijuana, julio.replace(hour=15, minute=1)) == julio.replace(hour=15)


def test_los_trabajos_tienen_ids_unicos_y_cron_valido(app: Flask) -> None:
    for trabajo in todos_los_trabajos(app):
        assert trabajo.descripcion
        periodo_vigente(trabajo, AHORA)
