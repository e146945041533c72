"""Como en operación: gunicorn con varios procesos contesta, atiende la cola, y termina limpio."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import psycopg
import pytest
import requests
from apoyo.sockets import SOCKETS, Socket, entrar
from apoyo.vivo import esperar, puerto_libre
from dobles.twilio_falso import firmar, twilio_falso

from clientes.aura.sockets import HILOS_DE_GUNICORN, RESERVA_DE_HILOS
from clientes.aura.supabase_local import DireccionesPostgres

MINUTOS_DE_PROGRAMADOR = 4
RAIZ = Path(__file__).resolve().parents[2]
CUENTA, TOKEN = "AC" + "0" * 32, "token-de-prueba"
# La gracia de gunicorn son 20 s, y quien se cuelga las gasta enteras; los 5 prometidos se exigen con --largo, a solas.
SEGUNDOS_PARA_TERMINAR = 15
SEGUNDOS_PROMETIDOS = 5
SEGUNDOS_PARA_CONTESTAR = 5


@dataclass
class Gunicorn:
    """Un gunicorn sirviendo en `url`, con su salida y su HOME aparte."""

    url: str
    proceso: subprocess.Popen[bytes]
    salida: Path
    casa: Path

    def terminar(self, plazo: float = SEGUNDOS_PARA_TERMINAR) -> None:
        """SIGTERM, y revisa que se vaya pronto, entero, sin quejarse y sin dejar archivos en HOME."""
        familia = psutil.Process(self.proceso.pid).children(recursive=True)
        inicio = time.monotonic()
        self.proceso.terminate()
        assert self.proceso.wait(2 * SEGUNDOS_PARA_TERMINAR) == 0
        assert time.monotonic() - inicio < plazo
        esperar(lambda: not [h for h in familia if h.is_running()], "que no quede ningún proceso")
        texto = self.salida.read_text(encoding="utf-8")
        assert "Traceback" not in texto, texto
        assert list(self.casa.iterdir()) == [], "no escribe en HOME"


@contextlib.contextmanager
def gunicorn(
    base: DireccionesPostgres, carpeta: Path, procesos: int, opciones: tuple[str, ...] = (), **mas: str
) -> Iterator[Gunicorn]:
    """Lo arranca como en operación y espera a que todo esté listo."""
    puerto, casa, salida = puerto_libre(), carpeta / "casa", carpeta / "salida.txt"
    casa.mkdir()
    entorno = {
        **os.environ,
        "ENTORNO": "pruebas",
        "HOME": str(casa),
        "PORT": str(puerto),
        "WEB_CONCURRENCY": str(procesos),
        "SUPABASE_DB_URL": base.servicio,
        "NORA_DATOS": str(carpeta / "datos-de-gunicorn"),
        **mas,
    }
    orden = [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", *opciones, "run:app"]
    with salida.open("wb") as bitacora:
        proceso = subprocess.Popen(orden, cwd=RAIZ, env=entorno, stdout=bitacora, stderr=bitacora)
        servidor = Gunicorn(f"http://127.0.0.1:{puerto}", proceso, salida, casa)
        try:
            esperar(
                lambda: contesta(f"{servidor.url}/salud/listo") == 200,
                "gunicorn listo",
                segundos=40,
                cada=0.1,
            )
            yield servidor
        finally:
            proceso.kill()
            proceso.wait(5)


def contesta(url: str) -> int:
    try:
        return requests.get(url, timeout=2).status_code
    except requests.RequestException:
        return 0


@pytest.mark.parametrize(
    "opciones",
    [
        pytest.param((), id="cada_proceso_carga"),
        pytest.param(("--preload",), id="carga_el_padre", marks=pytest.mark.largo),
    ],
)
def test_sirve_atiende_y_termina(
    base: DireccionesPostgres, tmp_path: Path, opciones: tuple[str, ...]
) -> None:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, silencio_segundos)"
            " values ('marea', 'Marea', '+526620000009', 0)"
        )
    with twilio_falso() as twilio:
        cuenta = {"TWILIO_ACCOUNT_SID": CUENTA, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_BASE_URL": twilio.url}
        cuenta["NORA_LLAVE_METRICAS"] = TOKEN
        with gunicorn(base, tmp_path, 2, opciones, **cuenta) as servidor:
            assert contesta(f"{servidor.url}/salud") == 200
            assert len(psutil.Process(servidor.proceso.pid).children()) == 2
            ruta = f"{servidor.url}/webhook/marea"
            campos = {
                "MessageSid": "SM1",
                "AccountSid": CUENTA,
                "From": "whatsapp:+526621234567",
                "Body": "hola",
            }
            firma = {"X-Twilio-Signature": firmar(TOKEN, ruta, campos)}
            respuesta = requests.post(ruta, data=campos, headers=firma, timeout=10)
            assert respuesta.status_code == 200 and "<Response/>" in respuesta.text
            esperar(lambda: len(twilio.mensajes) == 1, "la respuesta al cliente", segundos=20)
            assert twilio.mensajes[0]["to"] == "whatsapp:+526621234567"
            # Lo diga el proceso que lo diga, la suma de los dos.
            llave = {"Authorization": f"Bearer {TOKEN}"}
            for _ in range(6):
                medidas = requests.get(f"{servidor.url}/metricas", headers=llave, timeout=5).text
                assert 'nora_webhook_segundos_count{clase="mensaje"} 1.0' in medidas
                assert "nora_turnos_total{decisor=" in medidas
            servidor.terminar()


@pytest.mark.parametrize(
    "plazo", [SEGUNDOS_PARA_TERMINAR, pytest.param(SEGUNDOS_PROMETIDOS, marks=pytest.mark.largo)]
)
def test_lleno_de_sockets_sirve_paginas_y_termina(
    base: DireccionesPostgres,
    tmp_path: Path,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    plazo: float,
) -> None:
    """El cupo de un proceso, con sockets que entran y sockets mudos: uno más es 503, y las páginas contestan igual."""
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    cupo = HILOS_DE_GUNICORN - RESERVA_DE_HILOS
    vigia = {"NORA_LLAVE_METRICAS": TOKEN}
    with gunicorn(base, tmp_path, procesos=1, **vigia) as servidor, contextlib.ExitStack() as abiertos:
        galleta = entrar(servidor.url, "duena@marea.mx")
        for numero in range(cupo):
            abiertos.enter_context(Socket(servidor.url, galleta, "marea", saludar=numero % 2 == 0))
        con_sesion = {"Cookie": galleta}
        de_mas = requests.get(f"{servidor.url}{SOCKETS}", headers=con_sesion, timeout=5)
        assert de_mas.status_code == 503
        medidas = requests.get(
            f"{servidor.url}/metricas", headers={"Authorization": f"Bearer {TOKEN}"}, timeout=5
        )
        assert f"nora_sockets {cupo}.0" in medidas.text
        for ruta in ("/salud", "/login", "/panel_cliente/marea/"):
            pagina = requests.get(
                f"{servidor.url}{ruta}", headers=con_sesion, timeout=SEGUNDOS_PARA_CONTESTAR
            )
            assert pagina.status_code == 200, ruta
        servidor.terminar(plazo)


@pytest.mark.largo
def test_al_terminar_acaba_lo_que_contesta_y_devuelve_lo_que_no_acabo(
    base: DireccionesPostgres, tmp_path: Path, crear_nora: Callable[..., str]
) -> None:
    """SIGTERM con un webhook a media escritura y un envío a medias: el primero es 200 y el segundo sale una vez."""
    crear_nora("marea", silencio_segundos=0)
    with twilio_falso() as twilio, psycopg.connect(base.administrador) as otra:
        cuenta = {"TWILIO_ACCOUNT_SID": CUENTA, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_BASE_URL": twilio.url}
        enviando, sigue, aceptar = threading.Event(), threading.Event(), twilio.aceptar

        def tardar(campos: Any) -> Any:
            enviando.set()
            sigue.wait(30)
            return aceptar(campos)

        twilio.aceptar = tardar  # type: ignore[method-assign]

        def mandar(url: str, sid: str) -> int:
            ruta = f"{url}/webhook/marea"
            campos = {
                "MessageSid": sid,
                "AccountSid": CUENTA,
                "From": "whatsapp:+526621234567",
                "Body": "hola",
            }
            firma = {"X-Twilio-Signature": firmar(TOKEN, ruta, campos)}
            return requests.post(ruta, data=campos, headers=firma, timeout=20).status_code

        with gunicorn(base, tmp_path, 1, **cuenta) as servidor, ThreadPoolExecutor(1) as hilo:
            assert mandar(servidor.url, "SM1") == 200
            assert enviando.wait(20)
            otra.execute("lock table mensajes in exclusive mode")
            en_curso = hilo.submit(mandar, servidor.url, "SM2")
            esperar(lambda: _alguien_espera(base), "el webhook esperando a la base", segundos=10)
            servidor.proceso.terminate()
            time.sleep(1)
            otra.rollback()
            assert en_curso.result(20) == 200
            sigue.set()
            assert servidor.proceso.wait(25) == 0
        twilio.aceptar = aceptar  # type: ignore[method-assign]
        (tmp_path / "casa").rename(tmp_path / "casa-anterior")
        with gunicorn(base, tmp_path, 1, **cuenta) as servidor:
            esperar(lambda: _todo_atendido(base), "todo contestado", segundos=90)
            servidor.terminar()
        textos = Counter(str(m["body"]) for m in twilio.mensajes)
        assert textos and max(textos.values()) == 1, textos


def _alguien_espera(base: DireccionesPostgres) -> bool:
    with psycopg.connect(base.administrador) as conexion:
        consulta = (
            "select exists (select 1 from pg_locks where not granted and relation = 'mensajes'::regclass)"
        )
        fila = conexion.execute(consulta).fetchone()
    return bool(fila and fila[0])


def _todo_atendido(base: DireccionesPostgres) -> bool:
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select not exists (select 1 from mensajes where sentido = 'entrante' and atendido_en is null)"
            " and not exists (select 1 from mensajes_salientes where estado in ('pendiente', 'enviando'))"
        ).fetchone()
    return bool(fila and fila[0])


@pytest.mark.largo
def test_al_reciclarse_con_un_socket_abierto_su_remplazo_nace_pronto(
    base: DireccionesPostgres,
    tmp_path: Path,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    reciclar = ("--max-requests", "60", "--max-requests-jitter", "0")
    with gunicorn(base, tmp_path, 1, reciclar) as servidor, contextlib.ExitStack() as abiertos:
        (antes,) = psutil.Process(servidor.proceso.pid).children()
        galleta = entrar(servidor.url, "duena@marea.mx")
        abiertos.enter_context(Socket(servidor.url, galleta, "marea"))
        while antes.is_running() and "Autorestarting" not in servidor.salida.read_text(encoding="utf-8"):
            requests.get(f"{servidor.url}/salud", timeout=SEGUNDOS_PARA_CONTESTAR)
        dejo = time.monotonic()
        esperar(lambda: contesta(f"{servidor.url}/salud") == 200, "que el remplazo conteste", segundos=30)
        assert time.monotonic() - dejo < 12, "gastó la gracia esperando a un socket"
        assert not antes.is_running()
        servidor.terminar()


@pytest.mark.largo
@pytest.mark.timeout(480)
def test_el_programador_una_vez_por_minuto_aunque_los_procesos_se_renueven(
    base: DireccionesPostgres, tmp_path: Path
) -> None:
    """Cuatro procesos, minutos de reloj y dos renovaciones (SIGHUP) en medio: cada minuto, un disparo hecho."""
    with gunicorn(base, tmp_path, procesos=4) as servidor:
        maestro = psutil.Process(servidor.proceso.pid)
        for renovaciones in range(MINUTOS_DE_PROGRAMADOR):
            esperar(
                lambda hechos=renovaciones: len(disparos(base)) > hechos, "el siguiente minuto", 130, cada=0.5
            )
            if renovaciones in (0, 2):
                viejos = {hijo.pid for hijo in maestro.children()}
                maestro.send_signal(signal.SIGHUP)
                esperar(
                    lambda viejos=viejos: (
                        len(hijos := {h.pid for h in maestro.children()}) == 4 and not hijos & viejos
                    ),
                    "cuatro procesos nuevos",
                    60,
                    cada=0.2,
                )
        vistos = disparos(base)
        servidor.proceso.terminate()
        assert servidor.proceso.wait(60) == 0
    momentos = [momento for momento, _, _ in vistos]
    assert len(vistos) >= MINUTOS_DE_PROGRAMADOR
    assert momentos == [momentos[0] + timedelta(minutes=n) for n in range(len(momentos))]
    assert all(veces == 1 for _, _, veces in vistos), vistos
    assert all(estado == "hecho" for _, estado, _ in vistos[:-1]), vistos


def disparos(base: DireccionesPostgres) -> list[tuple[datetime, str, int]]:
    """(minuto, cómo acabó, cuántos trabajos dejó en la cola) de cada disparo del trabajo de cada minuto."""
    with psycopg.connect(base.servicio) as conexion:
        return conexion.execute(
            "select e.periodo, e.estado, (select count(*)::int from cola.procrastinate_jobs j"
            " where j.args ->> 'trabajo' = e.trabajo and (j.args ->> 'periodo')::timestamptz = e.periodo)"
            " from ejecuciones_programadas e where e.trabajo = 'liberar_atorados' order by 1"
        ).fetchall()
