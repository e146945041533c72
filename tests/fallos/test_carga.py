"""Carga y cortes largos, con los procesos de verdad. Todo corre con `--largo`; lo que mide va a `docs/fiabilidad.md`.

El juez es la base vista por fuera (psycopg) y lo que aceptó el doble de Twilio.
"""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import psycopg
import pytest
import requests
from apoyo.fiabilidad import Anotar
from apoyo.sockets import SOCKETS, Socket, entrar
from apoyo.vivo import esperar, levantar_procesos
from dobles.twilio_falso import TwilioFalso, firmar, twilio_falso
from fallos.test_gunicorn import gunicorn

from clientes.aura.sockets import HILOS_DE_GUNICORN, RESERVA_DE_HILOS
from clientes.aura.supabase_local import DireccionesPostgres, ServidorPostgres

RAIZ = Path(__file__).resolve().parents[2]
CUENTA, TOKEN = "AC" + "0" * 32, "token-de-prueba"
PLAZO_WEBHOOK_S = 5.0
RECUPERACION_S = 60.0
BARRER = [
    sys.executable,
    "-c",
    "from run import app; from clientes.aura.conversacion.barrido import barrer; print(barrer())",
]
RESPALDO = (sys.executable, "-m", "clientes.aura.scripts.backup_diario")

pytestmark = pytest.mark.largo


@dataclass
class Cliente:
    """Quien hace de Twilio: manda mensajes firmados y recuerda qué le contestaron."""

    url: str
    aceptados: set[str] = field(default_factory=set)
    rechazados: set[str] = field(default_factory=set)
    tiempos: list[float] = field(default_factory=list)
    codigos: list[tuple[float, float, int]] = field(
        default_factory=list
    )  # (cuándo salió, cuándo volvió, código)

    def mandar(self, sid: str, cliente: int = 0) -> int:
        """El código de un mensaje; lo que no contesta cuenta como 0."""
        ruta = f"{self.url}/webhook/marea"
        campos = {
            "MessageSid": sid,
            "AccountSid": CUENTA,
            "From": f"whatsapp:+5266210{cliente:05d}",
            "To": "whatsapp:+526620000009",
            "Body": f"hola {sid}",
        }
        inicio = time.monotonic()
        try:
            codigo = requests.post(
                ruta, data=campos, headers={"X-Twilio-Signature": firmar(TOKEN, ruta, campos)}, timeout=20
            ).status_code
        except requests.RequestException:
            codigo = 0
        fin = time.monotonic()
        self.tiempos.append(fin - inicio)
        self.codigos.append((inicio, fin, codigo))
        (self.aceptados if codigo == 200 else self.rechazados).add(sid)
        return codigo

    def insistir(self, clientes: int) -> int:
        """Manda otra vez lo rechazado, como el proveedor; devuelve cuánto era. Lo que no entre sigue rechazado."""
        otra_vez = sorted(self.rechazados)
        self.rechazados.clear()
        for sid in otra_vez:
            self.mandar(sid, int(sid.removeprefix("SMritmo")) % clientes)
        return len(otra_vez)

    @contextlib.contextmanager
    def a_ritmo(self, por_segundo: float, clientes: int = 20) -> Iterator[None]:
        """Manda sin parar mientras dura el bloque."""
        alto = threading.Event()
        numeros = iter(range(10**9))

        def uno() -> None:
            numero = next(numeros)
            self.mandar(f"SMritmo{numero}", numero % clientes)

        def mandar_siempre() -> None:
            with ThreadPoolExecutor(32) as grupo:
                while not alto.wait(1 / por_segundo):
                    grupo.submit(uno)

        hilo = threading.Thread(target=mandar_siempre)
        hilo.start()
        try:
            yield
        finally:
            alto.set()
            hilo.join(60)


def entorno_de(base: DireccionesPostgres, datos: Path, twilio: TwilioFalso, **mas: str) -> dict[str, str]:
    return {
        "ENTORNO": "pruebas",
        "SUPABASE_DB_URL": base.servicio,
        "NORA_DATOS": str(datos),
        "TWILIO_ACCOUNT_SID": CUENTA,
        "TWILIO_AUTH_TOKEN": TOKEN,
        "TWILIO_BASE_URL": twilio.url,
        **mas,
    }


def poner_nora(base: DireccionesPostgres) -> None:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos, silencio_segundos,"
            " fecha_creacion) values ('marea', 'Marea', '+526620000009', '[\"chat\"]', 0, now() - interval '1 day')"
            " on conflict do nothing"
        )


def entrantes(base: DireccionesPostgres) -> list[str]:
    with psycopg.connect(base.administrador) as conexion:
        filas = conexion.execute("select proveedor_sid from mensajes where sentido = 'entrante'").fetchall()
    return [fila[0] for fila in filas]


def contestados(twilio: TwilioFalso) -> int:
    """Clientes distintos que recibieron algo."""
    return len({str(m["to"]) for m in twilio.mensajes if m.get("direction") != "inbound"})


def todo_atendido(base: DireccionesPostgres) -> bool:
    """Si no queda ningún mensaje de nadie por contestar, ni nada a medio mandar."""
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select not exists (select 1 from mensajes where sentido = 'entrante' and atendido_en is null)"
            " and not exists (select 1 from mensajes_salientes where estado in ('pendiente', 'enviando'))"
        ).fetchone()
    return bool(fila and fila[0])


def nada_dos_veces(base: DireccionesPostgres, twilio: TwilioFalso) -> int:
    """Lo que Twilio aceptó es, uno por uno, lo que la base sabe que mandó; devuelve cuánto fue."""
    with psycopg.connect(base.administrador) as conexion:
        mandados = [
            fila[0]
            for fila in conexion.execute(
                "select proveedor_sid from mensajes_salientes where proveedor_sid is not null"
            )
        ]
    aceptados = [str(m["sid"]) for m in twilio.mensajes if m.get("direction") != "inbound"]
    assert len(mandados) == len(set(mandados)) == len(aceptados) and set(mandados) == set(aceptados)
    return len(aceptados)


def lista(url: str) -> bool:
    try:
        return requests.get(f"{url}/salud/listo", timeout=5).status_code == 200
    except requests.RequestException:
        return False


@pytest.mark.timeout(600)
def test_copias_a_la_vez(base: DireccionesPostgres, tmp_path: Path, anotar: Anotar) -> None:
    """Cincuenta copias simultáneas de cada uno de doscientos mensajes, contra dos procesos."""
    poner_nora(base)
    with (
        twilio_falso() as twilio,
        levantar_procesos(2, entorno_de(base, tmp_path, twilio, NORA_TRABAJADOR="externo")) as grupo,
        ThreadPoolExecutor(50) as hilos,
    ):
        for numero in range(200):
            salida = threading.Barrier(50)

            def copia(lugar: int, numero: int = numero, salida: threading.Barrier = salida) -> int:
                salida.wait(30)
                return Cliente(grupo.urls[lugar % 2]).mandar(f"SM{numero}", numero % 10)

            codigos = list(hilos.map(copia, range(50)))
            assert set(codigos) == {200}, codigos
    guardados = entrantes(base)
    assert sorted(guardados) == sorted(f"SM{n}" for n in range(200))
    anotar("copias", copias=50, mensajes=200, filas=len(guardados))


@pytest.mark.timeout(900)
def test_base_detenida_y_congelada_un_minuto_con_carga(
    postgres: ServidorPostgres,
    tmp_path: Path,
    anotar: Anotar,
) -> None:
    """Sesenta segundos parada y sesenta congelada, con cinco mensajes por segundo; el barrido trae lo que no entró."""
    base = postgres.asegurar()
    with twilio_falso() as twilio, levantar_procesos(1, entorno_de(base, tmp_path, twilio)) as grupo:
        twilio.cuenta, twilio.token = CUENTA, TOKEN
        url = grupo.urls[0]
        esperar(lambda: lista(url), "todo listo", segundos=40)
        cliente = Cliente(url)
        vueltas: list[float] = []
        with cliente.a_ritmo(5):
            esperar(lambda: len(cliente.aceptados) >= 20, "carga en marcha", segundos=30)
            for como in ("detenida", "congelada"):
                with sin_base(postgres, como):
                    desde = time.monotonic()
                    time.sleep(60)
                    volvio = time.monotonic()
                esperar(lambda: lista(url), f"lista tras {como}", segundos=RECUPERACION_S, cada=0.2)
                vueltas.append(time.monotonic() - volvio)
                # Lo que salió y volvió sin base: nunca un 200, nunca sin contestar, y a tiempo.
                caida = [(f - i, c) for i, f, c in cliente.codigos if i > desde and f < volvio]
                assert len(caida) > 100 and {codigo for _, codigo in caida} == {503}, caida
                assert max(tardo for tardo, _ in caida) < PLAZO_WEBHOOK_S
        assert cliente.rechazados and cliente.aceptados
        for sid in sorted(cliente.rechazados - cliente.aceptados):
            # Lo que Twilio tiene en su lista y aquí no se aceptó.
            twilio.recibir("whatsapp:+526621099999", "whatsapp:+526620000009", f"hola {sid}")["sid"] = sid
        _correr(BARRER, entorno_de(base, tmp_path, twilio))
        todos = cliente.aceptados | cliente.rechazados
        vuelta = postgres.asegurar()
        esperar(lambda: set(entrantes(vuelta)) >= todos, "nada perdido", segundos=60, cada=0.5)
        esperar(lambda: todo_atendido(vuelta), "todo contestado", segundos=120, cada=0.5)
        contestados_una_vez = nada_dos_veces(vuelta, twilio)
    guardados = entrantes(postgres.asegurar())
    assert len(guardados) == len(set(guardados)) and set(guardados) == todos
    anotar(
        "base",
        detenida_s=60,
        congelada_s=60,
        mensajes=len(todos),
        rechazados=len(cliente.rechazados),
        perdidos=0,
        respuestas=contestados_una_vez,
        dobles=0,
        peor_respuesta_s=round(max(cliente.tiempos), 1),
        peor_recuperacion_s=round(max(vueltas), 1),
    )


@contextlib.contextmanager
def sin_base(postgres: ServidorPostgres, como: str) -> Iterator[None]:
    """PostgreSQL detenido, o congelado con SIGSTOP, mientras dura el bloque."""
    if como == "detenida":
        postgres.detener()
        try:
            yield
        finally:
            postgres.asegurar()
        return
    with psycopg.connect(postgres.asegurar().administrador) as conexion:
        fila = conexion.execute("show data_directory").fetchone()
    assert fila is not None
    principal = psutil.Process(int((Path(fila[0]) / "postmaster.pid").read_text().split()[0]))
    familia = [principal, *principal.children(recursive=True)]
    for proceso in familia:
        with contextlib.suppress(psutil.NoSuchProcess):
            proceso.suspend()
    try:
        yield
    finally:
        for proceso in familia:
            with contextlib.suppress(psutil.NoSuchProcess):
                proceso.resume()


@pytest.mark.timeout(600)
def test_aplicacion_caida_con_quinientos_en_el_proveedor(
    base: DireccionesPostgres, tmp_path: Path, anotar: Anotar
) -> None:
    """Quinientos mensajes llegaron al proveedor con la aplicación abajo; dos barridos a la vez los toman una vez."""
    poner_nora(base)
    with twilio_falso() as twilio:
        twilio.cuenta, twilio.token = CUENTA, TOKEN
        for numero in range(500):
            de = f"whatsapp:+5266210{numero % 50:05d}"
            mensaje = twilio.recibir(de, "whatsapp:+526620000009", "hola", hace_s=600 - numero)
            mensaje["sid"] = f"SM{numero}"
        entorno = entorno_de(base, tmp_path, twilio)
        with ThreadPoolExecutor(2) as hilos:
            list(hilos.map(lambda _: _correr(BARRER, entorno), range(2)))
        guardados = entrantes(base)
        assert sorted(guardados) == sorted(f"SM{n}" for n in range(500))
        with levantar_procesos(1, entorno):
            esperar(lambda: contestados(twilio) == 50, "que se conteste a los cincuenta", segundos=120)
    anotar("caida", en_el_proveedor=500, tomados=len(guardados), repetidos=0)


@pytest.mark.timeout(900)
def test_sin_trabajadores_cinco_minutos(base: DireccionesPostgres, tmp_path: Path, anotar: Anotar) -> None:
    """Dos trabajadores mueren con SIGKILL a media carga; cinco minutos después vuelve uno."""
    poner_nora(base)
    with twilio_falso() as twilio:
        entorno = {**entorno_de(base, tmp_path, twilio), "NORA_TRABAJADOR": "externo"}
        with levantar_procesos(1, entorno) as grupo:
            cliente = Cliente(grupo.urls[0])
            with cliente.a_ritmo(15, clientes=100):
                with trabajadores(2, entorno):
                    esperar(lambda: len(twilio.mensajes) >= 20, "que estén contestando", segundos=60)
                esperar(lambda: len(cliente.aceptados) >= 300, "más carga sin trabajadores", segundos=60)
            al_morir, sin_terminar = len(twilio.mensajes), _en_cola(base)
            time.sleep(300)
            assert len(twilio.mensajes) == al_morir and sin_terminar
            assert not cliente.rechazados
            regreso = time.monotonic()
            with trabajadores(1, entorno):
                esperar(lambda: todo_atendido(base), "que se conteste a todos", segundos=120)
                tardo = time.monotonic() - regreso
                # Lo que siga en la cola ya no debe mandar nada.
                esperar(lambda: not _en_cola(base), "la cola vacía", segundos=60)
    assert sorted(entrantes(base)) == sorted(cliente.aceptados)
    anotar(
        "sin_trabajadores",
        segundos=300,
        mensajes=len(cliente.aceptados),
        conversaciones=contestados(twilio),
        trabajos_a_medias_o_en_espera=sin_terminar,
        respuestas=nada_dos_veces(base, twilio),
        dobles=0,
        contestados_en_s=round(tardo, 1),
    )


@contextlib.contextmanager
def trabajadores(cuantos: int, entorno: dict[str, str]) -> Iterator[None]:
    """Procesos que atienden la cola; al salir del bloque mueren con SIGKILL, como estén."""
    orden = [sys.executable, "-m", "flask", "--app", "run", "trabajador"]
    procesos = [subprocess.Popen(orden, cwd=RAIZ, env={**os.environ, **entorno}) for _ in range(cuantos)]
    try:
        yield
    finally:
        for proceso in procesos:
            proceso.kill()
            proceso.wait(10)


@pytest.mark.timeout(600)
def test_mil_eventos_a_cincuenta_sockets(
    base: DireccionesPostgres,
    tmp_path: Path,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    anotar: Anotar,
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    with (
        twilio_falso() as twilio,
        levantar_procesos(2, entorno_de(base, tmp_path, twilio, NORA_TRABAJADOR="externo")) as grupo,
        contextlib.ExitStack() as abiertos,
    ):
        sockets = []
        for url in grupo.urls:
            galleta = entrar(url, "duena@marea.mx")
            sockets += [abiertos.enter_context(Socket(url, galleta, "marea")) for _ in range(25)]
        esperar(lambda: all(s.dentro for s in sockets), "los cincuenta adentro", segundos=30)
        cliente = Cliente(grupo.urls[0])
        with ThreadPoolExecutor(8) as hilos:
            codigos = list(hilos.map(lambda n: cliente.mandar(f"SM{n}", n % 40), range(1_000)))
        assert set(codigos) == {200}
        with psycopg.connect(base.administrador) as conexion:
            ids = {f[0] for f in conexion.execute("select id from mensajes").fetchall()}

        def vistos(uno: Socket) -> list[int]:
            return [c["mensaje_id"] for c in uno.cambios if c.get("tipo") == "mensaje"]

        esperar(lambda: all(len(vistos(s)) >= 1_000 for s in sockets), "todos los eventos", segundos=60)
        faltan = sum(len(ids - set(vistos(s))) for s in sockets)
        repetidos = sum(len(vistos(s)) - len(set(vistos(s))) for s in sockets)
        assert (faltan, repetidos) == (0, 0)
    anotar("eventos", eventos=1_000, sockets=50, procesos=2, faltan=0, repetidos=0)


@pytest.mark.timeout(600)
def test_tres_veces_el_cupo_de_sockets_y_el_webhook_sigue(
    base: DireccionesPostgres,
    tmp_path: Path,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    anotar: Anotar,
) -> None:
    """Con y sin sesión, hasta tres veces lo que cabe: lo que sobra se rechaza y el webhook contesta a tiempo."""
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    cupo = HILOS_DE_GUNICORN - RESERVA_DE_HILOS
    with twilio_falso() as twilio:
        cuenta = {"TWILIO_ACCOUNT_SID": CUENTA, "TWILIO_AUTH_TOKEN": TOKEN, "TWILIO_BASE_URL": twilio.url}
        with gunicorn(base, tmp_path, procesos=1, **cuenta) as servidor, contextlib.ExitStack() as abiertos:
            galleta = entrar(servidor.url, "duena@marea.mx")
            for _ in range(cupo):
                abiertos.enter_context(Socket(servidor.url, galleta, "marea"))
            cliente = Cliente(servidor.url)
            rechazados: list[int] = []

            def de_mas(numero: int) -> None:
                cabeceras = {"Cookie": galleta} if numero % 2 else {}
                respuesta = requests.get(f"{servidor.url}{SOCKETS}", headers=cabeceras, timeout=10)
                rechazados.append(respuesta.status_code)

            # Todos los de más a la vez, y a quien se le niega vuelve como el cliente de Socket.IO: al segundo, más o
            # menos la mitad («reconnectionDelay» y «randomizationFactor»).
            limite = time.monotonic() + 20

            def insistir(numero: int) -> None:
                while time.monotonic() < limite:
                    de_mas(numero)
                    time.sleep(random.uniform(0.5, 1.5))

            with cliente.a_ritmo(20), ThreadPoolExecutor(2 * cupo) as hilos:
                list(hilos.map(insistir, range(2 * cupo)))
            assert set(rechazados) == {401, 503}
            assert not cliente.rechazados
            p99 = statistics.quantiles(cliente.tiempos, n=100)[-1]
            assert p99 < 0.5, p99
    anotar(
        "sockets",
        cupo=cupo,
        pedidos_de_mas=len(rechazados),
        aceptados_de_mas=0,
        webhook_p99_ms=round(p99 * 1000),
    )


@pytest.mark.timeout(3600)
def test_remojo(base: DireccionesPostgres, tmp_path: Path, anotar: Anotar) -> None:
    """Veinte mensajes por segundo; los minutos salen de `NORA_PRUEBAS_REMOJO_MIN` (30 si no se dice)."""
    minutos = float(os.environ.get("NORA_PRUEBAS_REMOJO_MIN", "30"))
    poner_nora(base)
    with twilio_falso() as twilio, levantar_procesos(1, entorno_de(base, tmp_path, twilio)) as grupo:
        proceso = psutil.Process(grupo.procesos[0].pid)
        cliente = Cliente(grupo.urls[0])
        memoria: list[float] = []
        conexiones: list[int] = []
        # Los primeros minutos llenan memorias que tienen tope; se mide desde ahí.
        calentar = min(180.0, minutos * 60 / 5)
        with cliente.a_ritmo(20, clientes=400):
            time.sleep(calentar)
            fin = time.monotonic() + minutos * 60
            while time.monotonic() < fin:
                memoria.append(proceso.memory_info().rss / 2**20)
                conexiones.append(_conexiones(base))
                time.sleep(5)
        reintentados = cliente.insistir(400)
        esperar(lambda: contestados(twilio) == 400, "todas las conversaciones contestadas", segundos=120)
    parte = max(1, len(memoria) // 5)
    antes, despues = statistics.mean(memoria[:parte]), statistics.mean(memoria[-parte:])
    assert not cliente.rechazados
    assert sorted(entrantes(base)) == sorted(cliente.aceptados)
    assert despues < antes * 1.1, (antes, despues)
    assert max(conexiones[-parte:]) <= max(conexiones[:parte]) + 2, conexiones
    anotar(
        "remojo",
        minutos=minutos,
        por_segundo=20,
        mensajes=len(cliente.aceptados),
        reintentados=reintentados,
        memoria_mb=[round(antes), round(despues)],
        conexiones=[max(conexiones[:parte]), max(conexiones[-parte:])],
    )


@pytest.mark.timeout(900)
def test_respaldo_con_carga(tmp_path: Path, anotar: Anotar) -> None:
    """Un respaldo hecho mientras entran mensajes se restaura igual a sí mismo y no vuelve a mandar nada."""
    with twilio_falso() as twilio:
        # La base embebida de siempre, en su carpeta: es la que el respaldo sabe leer entera.
        entorno = {
            **entorno_de(DireccionesPostgres("", "", ""), tmp_path / "nora", twilio),
            "SUPABASE_DB_URL": "",
        }
        nora = ["nora", "crear", "marea", "--visible", "Marea", "--numero", "+526620000009"]
        with levantar_procesos(1, entorno) as grupo:
            esperar(lambda: lista(grupo.urls[0]), "todo listo", segundos=60)
            _correr([sys.executable, "-m", "flask", "--app", "run", *nora], entorno)
            cliente = Cliente(grupo.urls[0])
            with cliente.a_ritmo(10):
                esperar(lambda: len(cliente.aceptados) >= 50, "carga en marcha", segundos=30)
                _correr([*RESPALDO], entorno)
            esperar(lambda: contestados(twilio) == 20, "todos contestados", segundos=60)
            mandados = _quieto(lambda: len(twilio.mensajes))
            dicho = _correr([*RESPALDO, "--verificar"], entorno)
            assert len(twilio.mensajes) == mandados, "restaurar no manda nada"
        # Y puesto a trabajar en otra parte: lo que en el respaldo estaba a medias no vuelve a salir.
        (hecho,) = (tmp_path / "nora" / "respaldos").glob("nora-*")
        otra = {**entorno, "NORA_DATOS": str(tmp_path / "otra")}
        (tmp_path / "otra").mkdir()
        shutil.copy(tmp_path / "nora" / "secretos.json", tmp_path / "otra" / "secretos.json")
        _correr([*RESPALDO, "--restaurar", str(hecho), "--forzar"], otra)
        with levantar_procesos(1, otra) as grupo:
            esperar(lambda: lista(grupo.urls[0]), "lo restaurado sirviendo", segundos=60)
            assert _quieto(lambda: len(twilio.mensajes)) == mandados, "lo restaurado no manda nada viejo"
    assert not cliente.rechazados
    anotar(
        "respaldo", mensajes=len(cliente.aceptados), mandados_otra_vez=0, dijo=dicho.strip().splitlines()[-1]
    )


@pytest.mark.timeout(600)
def test_cincuenta_hilos_alternando_noras(
    app: object, crear_nora: Callable[..., str], base: DireccionesPostgres, anotar: Anotar
) -> None:
    from clientes.aura.utils.supabase_client import supabase_de_nora
    from clientes.aura.utils.supabase_helpers import filas

    noras = [crear_nora(f"nora{n}") for n in range(10)]
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into conocimiento_nora (nombre_nora, titulo, contenido)"
            " select x, x || ' ' || n, x from unnest(%s::text[]) x, generate_series(1, 20) n",
            (noras,),
        )
    semilla = random.randrange(2**32)

    def leer(hilo: int) -> int:
        azar = random.Random(semilla + hilo)
        ajenas = 0
        for _ in range(200):
            nora = azar.choice(noras)
            leidas = filas(supabase_de_nora(nora).table("conocimiento_nora").select("nombre_nora,contenido"))
            assert len(leidas) == 20, nora
            ajenas += sum(f["nombre_nora"] != nora or f["contenido"] != nora for f in leidas)
        return ajenas

    with ThreadPoolExecutor(50) as hilos:
        ajenas = sum(hilos.map(leer, range(50)))
    assert ajenas == 0
    anotar("hilos", hilos=50, lecturas=10_000, filas_ajenas=0)


def _correr(orden: list[str], entorno: dict[str, str]) -> str:
    hecho = subprocess.run(
        orden,
        cwd=RAIZ,
        env={**os.environ, **entorno},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert hecho.returncode == 0, hecho.stdout + hecho.stderr
    return hecho.stdout


def _quieto(cuenta: Callable[[], int], segundos: float = 8.0) -> int:
    """Lo que vale cuando lleva un rato sin cambiar."""
    valor, desde = cuenta(), time.monotonic()
    while time.monotonic() - desde < segundos:
        time.sleep(0.2)
        if cuenta() != valor:
            valor, desde = cuenta(), time.monotonic()
    return valor


def _en_cola(base: DireccionesPostgres) -> int:
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select count(*) from cola.procrastinate_jobs"
            " where queue_name = 'mensajes' and status in ('todo', 'doing')"
        ).fetchone()
    return int(fila[0]) if fila else 0


def _conexiones(base: DireccionesPostgres) -> int:
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select count(*) from pg_stat_activity"
            " where datname = current_database() and backend_type = 'client backend'"
        ).fetchone()
    return int(fila[0]) if fila else 0
