"""La cola de verdad: instalarla, atender mensajes, y recuperarse de trabajadores y bases que se caen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest
from apoyo.vivo import esperar
from dobles.twilio_falso import Respuesta, TwilioFalso, twilio_falso

from clientes.aura.conversacion import cola, consultas, turno
from clientes.aura.conversacion.errores import Reintentar
from clientes.aura.conversacion.trabajador import Trabajador
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase
from clientes.aura.utils.supabase_helpers import ejecutar, valor


@pytest.fixture
def twilio(conexion: ConexionSupabase) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        conexion.config.TWILIO_BASE_URL = doble.url
        conexion.config.TWILIO_ACCOUNT_SID = doble.cuenta
        conexion.config.TWILIO_AUTH_TOKEN = doble.token
        yield doble


@pytest.fixture
def trabajador(base: DireccionesPostgres, conexion: ConexionSupabase) -> Iterator[Callable[..., Trabajador]]:
    vivos: list[Trabajador] = []

    def crear(**trabajos: Any) -> Trabajador:
        nuevo = Trabajador(base.servicio, trabajos, hilos=4)
        nuevo.iniciar()
        vivos.append(nuevo)
        assert nuevo.esperar_listo(10)
        return nuevo

    yield crear
    for vivo in vivos:
        vivo.detener()


def sql(base: DireccionesPostgres, texto: str, *argumentos: Any) -> list[tuple[Any, ...]]:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        cursor = conexion.execute(texto, argumentos)  # type: ignore[arg-type]
        return cursor.fetchall() if cursor.description else []


def test_instalar_dos_veces_no_cambia_nada(base: DireccionesPostgres) -> None:
    version = cola.instalar_cola(base.servicio)
    assert cola.instalar_cola(base.servicio) == version
    assert sql(base, "select version from cola.version_instalada") == [(version,)]
    sueltas = sql(
        base,
        "select proname from pg_proc where pronamespace = 'cola'::regnamespace"
        " and proname like 'procrastinate%%' and proconfig is null",
    )
    assert sueltas == []


def test_migraciones_posteriores_a_la_anotada(tmp_path: Any) -> None:
    for nombre in ("03.03.00_01_a.sql", "03.10.00_50_c.sql", "03.10.00_01_b.sql", "__init__.py"):
        (tmp_path / nombre).write_text("")
    assert [r.name for r in cola.migraciones_pendientes("3.3.0", tmp_path)] == [
        "03.10.00_01_b.sql",
        "03.10.00_50_c.sql",
    ]
    assert cola.migraciones_pendientes("3.10.0", tmp_path) == []


def test_de_la_pregunta_al_envio(twilio: TwilioFalso, nora: Any, trabajador: Any) -> None:
    nora.ensena("Precio del corte", "El corte de cabello cuesta $512.")
    trabajador()
    nora.escribe("cuanto sale cortarse el pelo?")
    esperar(lambda: len(twilio.mensajes) == 1, "que salga la respuesta")
    esperar(lambda: nora.salientes()[0]["estado"] == "enviado", "que quede anotado")
    assert "$512" in twilio.mensajes[0]["body"]


def test_una_platica_sale_en_orden_aunque_la_primera_tropiece(
    twilio: TwilioFalso, nora: Any, trabajador: Any
) -> None:
    r = nora.escribe("hola")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("gracias")
    turno.atender(nora.nora, r.conversacion_id)
    twilio.guion.append(Respuesta("limite", reintentar_en=1))
    trabajador()
    esperar(lambda: len(twilio.mensajes) == 2, "que salgan las dos")
    assert [m["body"] for m in twilio.mensajes] == nora.dichos()


def test_dos_trabajadores_contestan_una_sola_vez(
    twilio: TwilioFalso, crear_dominio: Any, trabajador: Any
) -> None:
    nora = crear_dominio("dos")
    trabajador()
    trabajador()
    for n in range(10):
        nora.escribe("hola", de=f"whatsapp:+52662000{n:04d}")
    esperar(lambda: len(nora.dichos()) == 10, "las diez respuestas")
    esperar(lambda: all(s["estado"] == "enviado" for s in nora.salientes()), "los diez envíos")
    assert len(twilio.envios) == 10


def test_lo_de_un_trabajador_muerto_vuelve_a_la_cola(
    base: DireccionesPostgres, twilio: TwilioFalso, nora: Any, trabajador: Any
) -> None:
    nora.escribe("hola")
    # Un trabajador que tomó el trabajo y murió: su último latido fue hace un minuto.
    sql(
        base, "insert into cola.procrastinate_workers (last_heartbeat) values (now() - interval '60 seconds')"
    )
    sql(
        base,
        "update cola.procrastinate_jobs set status = 'doing',"
        " worker_id = (select max(id) from cola.procrastinate_workers)",
    )
    assert cola.liberar_atorados(base.servicio, 15) == 1
    assert cola.liberar_atorados(base.servicio, 15) == 0
    trabajador()
    esperar(lambda: len(twilio.mensajes) == 1, "que alguien más conteste")


def test_el_barrido_retoma_lo_que_se_quedo_sin_trabajo(
    base: DireccionesPostgres, twilio: TwilioFalso, nora: Any, trabajador: Any
) -> None:
    r = nora.escribe("hola")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("gracias", de="whatsapp:+5216620000000")
    sql(base, "delete from cola.procrastinate_jobs")
    assert consultas.repescar_mensajes(3600) == 0
    assert consultas.repescar_mensajes(0) == 2
    assert consultas.repescar_mensajes(0) == 0
    trabajador()
    esperar(lambda: len(twilio.mensajes) == 2, "que salgan las dos respuestas")


def test_la_base_se_va_y_vuelve(
    base: DireccionesPostgres, twilio: TwilioFalso, nora: Any, trabajador: Any
) -> None:
    vivo = trabajador()
    with psycopg.connect(base.administrador, autocommit=True) as admin:
        admin.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where datname = current_database() and pid <> pg_backend_pid()"
        )
    nora.escribe("hola")
    esperar(lambda: len(twilio.mensajes) == 1, "que conteste después de perder la base", segundos=30)
    esperar(lambda: vivo.atiende, "que siga atendiendo")


def test_trabajo_del_programador_una_vez_y_anotado(
    base: DireccionesPostgres, conexion: Any, trabajador: Any
) -> None:
    vistos: list[datetime] = []

    def apuntar(periodo: datetime) -> str:
        vistos.append(periodo)
        return "uno"

    def romper(periodo: datetime) -> str:
        raise RuntimeError("secreto")

    periodo = datetime(2026, 11, 22, 10, tzinfo=UTC)
    for trabajo in ("apuntar", "romper", "apuntar", "inexistente"):
        argumentos = {
            "p_trabajo": trabajo,
            "p_periodo": periodo.isoformat(),
            "p_ahora": periodo.isoformat(),
            "p_proceso": "prueba",
        }
        valor(supabase.rpc("reclamar_ejecucion", argumentos))
    trabajador(apuntar=apuntar, romper=romper)

    def estados() -> dict[str, tuple[str, str]]:
        filas = sql(base, "select trabajo, estado, resultado from ejecuciones_programadas")
        return {trabajo: (estado, resultado) for trabajo, estado, resultado in filas}

    esperar(lambda: all(e in ("hecho", "fallido") for e, _ in estados().values()), "que terminen")
    assert estados()["apuntar"] == ("hecho", "uno")
    assert estados()["romper"][0] == "fallido"
    assert "RuntimeError" in estados()["romper"][1]
    assert estados()["inexistente"][0] == "fallido"
    assert vistos == [periodo]


def test_limpiar_terminados(
    base: DireccionesPostgres, twilio: TwilioFalso, nora: Any, trabajador: Any
) -> None:
    vivo = trabajador()
    nora.escribe("hola")
    esperar(
        lambda: sql(base, "select 1 from cola.procrastinate_jobs where status = 'succeeded'"),
        "que termine uno",
    )
    esperar(
        lambda: not sql(base, "select 1 from cola.procrastinate_jobs where status in ('todo', 'doing')"),
        "todo",
    )
    vivo.detener()
    assert cola.limpiar_terminados(base.servicio, 7) == 0
    sql(base, "update cola.procrastinate_events set at = now() - interval '8 days'")
    assert cola.limpiar_terminados(base.servicio, 7) == 2


@pytest.mark.parametrize(
    ("error", "intentos", "sigue"),
    [
        (Reintentar("espera", 9), 100, True),
        (Reintentar("espera"), cola.INTENTOS_MAXIMOS, False),
        (RuntimeError(), 1, True),
        (RuntimeError(), cola.INTENTOS_POR_FALLA_NUESTRA, False),
    ],
)
def test_reintentos(error: Exception, intentos: int, sigue: bool) -> None:
    from procrastinate.jobs import Job

    trabajo = Job(id=1, queue="mensajes", lock=None, queueing_lock=None, task_name="x", attempts=intentos)
    decision = cola.Reintento().get_retry_decision(exception=error, job=trabajo)
    assert (decision is not None) is sigue


def test_lo_que_siempre_falla_pasa_a_una_persona(
    base: DireccionesPostgres, nora: Any, trabajador: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def romper(_: Any) -> Any:
        raise RuntimeError("un error nuestro")

    monkeypatch.setattr(turno, "decidir", romper)
    nora.escribe("hola")
    ejecutar(supabase.table("conversaciones").update({"motivo_espera": ""}).eq("nombre_nora", nora.nora))
    sql(base, "update cola.procrastinate_jobs set attempts = %s", cola.INTENTOS_POR_FALLA_NUESTRA - 1)
    trabajador()
    esperar(lambda: nora.tabla("conversaciones")[0]["espera_persona_desde"], "que pase a una persona")
