"""Cada disparo del programador ocurre una sola vez, aunque lo intenten varios procesos; el reloj lo pone la prueba."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import psycopg
import pytest
from apscheduler.schedulers.background import BackgroundScheduler
from flask import Flask

from app_config import Config
from clientes.aura.registro.manifiesto import Trabajo
from clientes.aura.supabase_local import DireccionesPostgres
from scheduler_jobs import (
    TRABAJOS,
    apagar,
    periodo_vigente,
    ponerse_al_dia,
    reclamar,
    recuperar,
    siguiente_vez,
    todos_los_trabajos,
)

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


def _trabajo(cron: str, zona: str = "UTC", *, id: str = "prueba", recuperar_horas: int = 0) -> Trabajo:
    return Trabajo(
        id=id, cron=cron, zona=zona, hacer=lambda _: "", descripcion="x", recuperar_horas=recuperar_horas
    )


def _a_la_vez(app: Flask, cuantos: int, hacer: Callable[[int], object]) -> list[object]:
    """Lo mismo desde varios hilos, cada uno como si fuera otro proceso."""

    def uno(numero: int) -> object:
        with app.app_context():
            return hacer(numero)

    with ThreadPoolExecutor(cuantos) as hilos:
        return list(hilos.map(uno, range(cuantos)))


def _ejecuciones(base: DireccionesPostgres, trabajo: str) -> list[tuple[datetime, str]]:
    """(periodo, motivo) de cada disparo que quedó en la cola, en orden."""
    with psycopg.connect(base.servicio) as conexion:
        hechas = conexion.execute(
            "select e.periodo, e.motivo from ejecuciones_programadas e join cola.procrastinate_jobs j"
            " on j.args ->> 'trabajo' = e.trabajo and (j.args ->> 'periodo')::timestamptz = e.periodo"
            " where e.trabajo = %s order by 1",
            [trabajo],
        ).fetchall()
    return [(momento.astimezone(UTC), motivo) for momento, motivo in hechas]


def _relojes(inicio: datetime, dias: int, cada: timedelta) -> list[datetime]:
    return [inicio + cada * n for n in range(int(timedelta(days=dias) / cada))]


def test_dos_procesos_un_efecto_por_periodo(app: Flask, base: DireccionesPostgres, config: Config) -> None:
    """Dos procesos de verdad reclaman los mismos diez minutos, dos veces cada uno. Con cuatro, en la larga."""
    procesos = [
        subprocess.Popen(
            [sys.executable, "-c", RECLAMAR, base.servicio, str(config.NORA_DATOS), AHORA.isoformat()],
            cwd=RAIZ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
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


def test_un_mes_de_reclamos_un_efecto_por_periodo(app: Flask, base: DireccionesPostgres) -> None:
    """Tres procesos con relojes que no coinciden, todo noviembre: ni un periodo de menos ni uno repetido."""
    trabajos = {
        "cada_seis_horas": (_trabajo("0 */6 * * *", id="cada_seis_horas"), 120),
        "diario": (_trabajo("30 2 * * *", "America/Hermosillo", id="diario"), 30),
        "lunes": (_trabajo("0 9 * * mon", "America/Tijuana", id="lunes"), 5),
    }
    inicio = datetime(2026, 11, 1, tzinfo=UTC)

    def un_proceso(numero: int) -> None:
        for ahora in _relojes(inicio + timedelta(seconds=7 * numero), 30, timedelta(minutes=30)):
            for trabajo, _ in trabajos.values():
                if periodo_vigente(trabajo, ahora) is not None:
                    reclamar(trabajo, ahora, f"proceso{numero}")

    _a_la_vez(app, 3, un_proceso)
    for nombre, (_, cuantos) in trabajos.items():
        periodos = Counter(periodo for periodo, _ in _ejecuciones(base, nombre))
        assert len(periodos) == cuantos and set(periodos.values()) == {1}, nombre


@pytest.mark.largo
@pytest.mark.timeout(900)
def test_un_mes_de_minutos_un_efecto_por_periodo(app: Flask, base: DireccionesPostgres) -> None:
    trabajo, inicio = _trabajo("* * * * *", id="minuto"), datetime(2026, 11, 1, tzinfo=UTC)

    def un_proceso(numero: int) -> int:
        relojes = _relojes(inicio + timedelta(seconds=5 * numero), 30, timedelta(minutes=1))
        return sum(reclamar(trabajo, ahora, f"proceso{numero}") for ahora in relojes)

    assert sum(_a_la_vez(app, 2, un_proceso)) == 30 * 24 * 60  # type: ignore[arg-type]
    assert len({periodo for periodo, _ in _ejecuciones(base, "minuto")}) == 30 * 24 * 60


def test_lo_que_falto_quince_minutos_corre_una_vez(app: Flask, base: DireccionesPostgres) -> None:
    """Todo estuvo abajo a la hora de un trabajo diario; al volver lo recupera un solo proceso, y nadie más."""
    diario = _trabajo("0 8 * * *", "America/Hermosillo", id="diario", recuperar_horas=6)
    sin_recuperar = _trabajo("0 8 * * *", "America/Hermosillo", id="sin_recuperar")
    las_ocho = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
    vuelve = las_ocho + timedelta(minutes=15)
    # Recién instalado no hay pasado que recuperar.
    assert recuperar(diario, vuelve) is None
    for trabajo in (diario, sin_recuperar):
        assert reclamar(trabajo, las_ocho - timedelta(days=1))
        assert reclamar(trabajo, vuelve) is False, "ya no es de hora"
    assert recuperar(sin_recuperar, vuelve) is None
    assert recuperar(diario, las_ocho + timedelta(minutes=2)) is None, "todavía es de hora"
    ganados = [
        uno
        for uno in _a_la_vez(app, 6, lambda n: recuperar(diario, vuelve, f"proceso{n}"))
        if uno is not None
    ]
    assert ganados == [las_ocho]
    assert recuperar(diario, vuelve + timedelta(hours=1)) is None
    assert reclamar(diario, las_ocho + timedelta(days=1)) is True
    assert [motivo for _, motivo in _ejecuciones(base, "diario")] == ["hora", "tarde", "hora"]
    # Tres días abajo: solo se recupera el último, y solo si no pasaron más horas de las que dijo.
    assert recuperar(diario, las_ocho + timedelta(days=5, hours=7)) is None
    assert recuperar(diario, las_ocho + timedelta(days=5, hours=1)) == las_ocho + timedelta(days=5)
    assert len(_ejecuciones(base, "diario")) == 4


def test_cada_proceso_pregunta_una_vez_por_lo_que_falto(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    preguntas: list[str] = []
    monkeypatch.setattr("scheduler_jobs.recuperar", lambda trabajo, _: preguntas.append(trabajo.id))
    vistos: dict[str, datetime] = {}
    a_media_manana = datetime(2026, 3, 10, 17, 0, tzinfo=UTC)  # ya pasó lo de la madrugada en Hermosillo
    ponerse_al_dia(app, vistos, a_media_manana)
    primera = len(preguntas)
    ponerse_al_dia(app, vistos, a_media_manana + timedelta(minutes=1))
    assert primera and len(preguntas) == primera, "ya sabía la respuesta"
    assert not {t.id for t in todos_los_trabajos(app) if not t.recuperar_horas} & set(preguntas)


@pytest.mark.parametrize(
    ("zona", "dia", "horas", "desfases"),
    [
        (
            "America/Tijuana",
            date(2026, 3, 8),
            (2, 30),
            2,
        ),  # las 2:30 no existen: el reloj salta de 2:00 a 3:00
        ("America/Tijuana", date(2026, 11, 1), (1, 30), 2),  # la 1:30 pasa dos veces
        ("America/Tijuana", date(2026, 11, 1), (8, 0), 2),
        ("America/Hermosillo", date(2026, 3, 8), (2, 30), 1),
        ("America/Hermosillo", date(2026, 11, 1), (1, 30), 1),
    ],
)
def test_el_cambio_de_horario_no_repite_ni_se_salta_un_dia(
    zona: str, dia: date, horas: tuple[int, int], desfases: int
) -> None:
    """Reloj cada dos minutos durante tres días alrededor del cambio: un disparo por día de pared."""
    trabajo = _trabajo(f"{horas[1]} {horas[0]} * * *", zona)
    inicio = datetime(dia.year, dia.month, dia.day, tzinfo=ZoneInfo(zona)) - timedelta(days=1)
    relojes = _relojes(inicio.astimezone(UTC), 3, timedelta(minutes=2))
    periodos = {p for ahora in relojes if (p := periodo_vigente(trabajo, ahora)) is not None}
    dias = Counter(periodo.astimezone(ZoneInfo(zona)).date() for periodo in periodos)
    assert dias == {dia + timedelta(days=n): 1 for n in (-1, 0, 1)}
    # En Hermosillo la hora UTC es la misma los tres días; en Tijuana no.
    assert len({periodo.astimezone(ZoneInfo(zona)).utcoffset() for periodo in periodos}) == desfases
    assert all(siguiente_vez(trabajo, p - timedelta(seconds=1)) == p for p in periodos)


def test_apagado_y_encendido_otra_vez_sigue_corriendo() -> None:
    """APScheduler guarda su reserva de hilos ya cerrada: sin quitarla, nada corría después del segundo arranque."""
    programador = BackgroundScheduler(timezone=UTC)
    for _ in range(2):
        corrio = threading.Event()
        programador.add_job(corrio.set, "interval", hours=1, next_run_time=datetime.now(UTC))
        programador.start()
        assert corrio.wait(10)
        apagar(programador)
        assert not programador.running
    apagar(programador)
