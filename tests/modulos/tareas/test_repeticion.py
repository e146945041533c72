"""Lo que se repite: palabras, fechas, cambios de horario, y cada ocurrencia una sola vez."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, time, timedelta

import psycopg
import pytest
from flask import Flask

from clientes.aura.routes.panel_cliente_tareas import consultas, repeticion, servicio, trabajos
from clientes.aura.routes.panel_cliente_tareas.modelos import Molde
from clientes.aura.supabase_local import DireccionesPostgres

LUNES = datetime(2026, 11, 23, 9, 0)  # noqa: DTZ001  hora local, sin zona a propósito
TIJUANA = "America/Tijuana"


@pytest.mark.parametrize(
    ("opcion", "inicio", "palabras", "proximas"),
    [
        ("diario", LUNES, "cada día", ["24/11", "25/11"]),
        ("habiles", LUNES + timedelta(days=4), "de lunes a viernes", ["30/11", "01/12"]),
        ("semanal", LUNES, "cada lunes", ["30/11", "07/12"]),
        ("quincenal", LUNES, "un lunes sí y otro no", ["07/12", "21/12"]),
        ("mensual", LUNES, "el día 23 de cada mes", ["23/12", "23/01"]),
        ("mensual", LUNES.replace(month=12, day=31), "el día 31 de cada mes", ["31/01", "28/02"]),
        ("mensual", LUNES.replace(month=12, day=30), "el día 30 de cada mes", ["30/01", "28/02"]),
        ("primer_dia", LUNES, "el primer día del mes", ["01/12", "01/01"]),
        ("ultimo_dia", LUNES, "el último día del mes", ["30/11", "31/12"]),
        ("primero_de", LUNES, "el primer lunes del mes", ["07/12", "04/01"]),
        ("anual", LUNES, "cada año, el 23 de noviembre", ["23/11", "23/11"]),
    ],
)
def test_cada_opcion_en_palabras_y_en_fechas(
    opcion: str, inicio: datetime, palabras: str, proximas: list[str]
) -> None:
    regla = repeticion.regla_de(opcion, inicio)
    assert repeticion.en_palabras(regla) == palabras
    fechas, actual = [], inicio
    for _ in proximas:
        siguiente = repeticion.siguiente_local(regla, inicio, actual)
        assert siguiente is not None and siguiente.time() == time(9)
        actual = siguiente
        fechas.append(actual.strftime("%d/%m"))
    assert fechas == proximas


def test_cada_opcion_del_formulario_tiene_regla() -> None:
    for opcion in repeticion.OPCIONES:
        if opcion:
            assert repeticion.en_palabras(repeticion.regla_de(opcion, LUNES))


def test_tijuana_conserva_la_hora_local_al_cambiar_de_horario() -> None:
    """El 1 de noviembre de 2026 Tijuana pasa de UTC-7 a UTC-8; el 14 de marzo de 2027, al revés."""
    regla = "FREQ=DAILY"
    sabado = datetime(2026, 10, 31, 9, 0)  # noqa: DTZ001
    assert repeticion.a_instante(sabado, TIJUANA) == datetime(2026, 10, 31, 16, tzinfo=UTC)
    domingo, lunes = repeticion.que_crear(
        regla,
        sabado,
        repeticion.a_instante(sabado + timedelta(days=1), TIJUANA),
        TIJUANA,
        datetime(2026, 11, 1, 8, tzinfo=UTC),
    )
    assert repeticion.a_instante(domingo, TIJUANA) == datetime(2026, 11, 1, 17, tzinfo=UTC)
    assert lunes is not None and lunes.hour == 9
    # Las 2:30 del 14 de marzo no existen: se recorre, no se pierde ni se repite.
    inexistente = datetime(2027, 3, 14, 2, 30)  # noqa: DTZ001
    assert repeticion.a_instante(inexistente, TIJUANA) == datetime(2027, 3, 14, 10, 30, tzinfo=UTC)
    actual, proxima = repeticion.que_crear(
        regla,
        datetime(2027, 3, 1, 2, 30),  # noqa: DTZ001
        repeticion.a_instante(inexistente, TIJUANA),
        TIJUANA,
        datetime(2027, 3, 14, 9, tzinfo=UTC),
    )
    assert (actual.day, proxima.day if proxima else None) == (14, 15)


def test_tras_una_semana_apagado_se_crea_solo_la_ultima() -> None:
    inicio = datetime(2026, 11, 2, 9)  # noqa: DTZ001
    actual, proxima = repeticion.que_crear(
        "FREQ=DAILY",
        inicio,
        repeticion.a_instante(inicio + timedelta(days=1), "America/Hermosillo"),
        "America/Hermosillo",
        datetime(2026, 11, 10, 20, tzinfo=UTC),
    )
    assert (actual.day, proxima.day if proxima else None) == (10, 11)


@pytest.fixture
def diaria(crear_nora: Callable[..., str], crear_usuario: Callable[..., str]) -> str:
    nora = crear_nora("marea", modulos=["tareas"])
    datos = servicio.Datos(
        titulo="Abrir la caja",
        fecha=date(2026, 11, 23),
        hora=time(9),
        asignada_a=crear_usuario("luis@marea.mx", "agente", nora),
        pasos=("Contar", "Anotar"),
        repite="diario",
    )
    servicio.guardar(nora, None, datos, None, "America/Hermosillo")
    return nora


def _vencen(base: DireccionesPostgres) -> list[datetime]:
    with psycopg.connect(base.administrador) as conexion:
        filas = conexion.execute("select vence_en from tareas order by vence_en").fetchall()
    return [fila[0].astimezone(UTC) for fila in filas]


def test_cuatro_a_la_vez_y_una_sola_tarea(diaria: str, app: Flask, base: DireccionesPostgres) -> None:
    ahora = datetime(2026, 11, 24, 7, 1, tzinfo=UTC)  # las 0:01 en Hermosillo

    def vuelta(_: int) -> str:
        with app.app_context():
            return trabajos.poner_al_dia(ahora)

    with ThreadPoolExecutor(4) as hilos:
        frases = list(hilos.map(vuelta, range(12)))
    assert sum(int(frase.split(", ")[3].split()[0]) for frase in frases) == 1, frases
    assert _vencen(base) == [datetime(2026, 11, d, 16, tzinfo=UTC) for d in (23, 24)]
    with psycopg.connect(base.administrador) as conexion:
        pasos = conexion.execute("select count(*) from tarea_pasos").fetchone()
    assert pasos == (4,), "cada ocurrencia lleva sus pasos"


def test_el_mismo_molde_leido_por_cuatro_lo_crea_uno(diaria: str, app: Flask) -> None:
    """Los cuatro leyeron el molde antes de que nadie escribiera: solo el primero encuentra su fecha igual."""
    ahora = datetime(2026, 11, 24, 7, 1, tzinfo=UTC)
    molde: Molde = consultas.al_dia(diaria, ahora).moldes[0]

    def reclamar(_: int) -> bool:
        with app.app_context():
            return trabajos.crear_siguiente(diaria, molde, "America/Hermosillo", ahora)

    with ThreadPoolExecutor(4) as hilos:
        assert sorted(hilos.map(reclamar, range(4))) == [False, False, False, True]


def test_se_crea_aunque_la_anterior_siga_abierta_y_no_antes_de_su_dia(
    diaria: str, base: DireccionesPostgres
) -> None:
    trabajos.poner_al_dia(datetime(2026, 11, 24, 6, 59, tzinfo=UTC))
    assert len(_vencen(base)) == 1, "todavía es lunes en Hermosillo"
    for dia in (24, 25):
        trabajos.poner_al_dia(datetime(2026, 11, dia, 7, 0, tzinfo=UTC))
    assert [v.day for v in _vencen(base)] == [23, 24, 25]


def test_en_pausa_no_crea_y_al_seguir_no_crea_lo_de_antes(diaria: str, base: DireccionesPostgres) -> None:
    molde = servicio.moldes(diaria)[0]
    servicio.activar_molde(diaria, molde.id, False, "America/Hermosillo")
    trabajos.poner_al_dia(datetime(2026, 11, 28, 12, tzinfo=UTC))
    assert len(_vencen(base)) == 1
    servicio.activar_molde(
        diaria, molde.id, True, "America/Hermosillo", datetime(2026, 11, 28, 20, tzinfo=UTC)
    )
    trabajos.poner_al_dia(datetime(2026, 11, 29, 12, tzinfo=UTC))
    assert [v.day for v in _vencen(base)] == [23, 29]
