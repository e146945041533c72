"""El dueño de PostgreSQL: arranque, invitados, caídas y carpetas que no se tocan."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from clientes.aura.supabase_local import ErrorPostgres, ServidorPostgres
from clientes.aura.supabase_local.errores_postgres import causa_del_registro
from clientes.aura.supabase_local.lugar import leer_lugar
from clientes.aura.supabase_local.procesos import existe, pid_anotado

RAPIDO = {"fsync": "off", "full_page_writes": "off", "shared_buffers": "16MB", "max_connections": "30"}
RAIZ = Path(__file__).resolve().parents[3]
solo_root = pytest.mark.skipif(os.geteuid() != 0, reason="hace falta root para cambiar de usuario")


@pytest.fixture
def carpeta() -> Iterator[Path]:
    """Una carpeta que otros usuarios del sistema alcanzan (la de pytest es 0700)."""
    ruta = Path(tempfile.mkdtemp(prefix="nora-srv-"))
    ruta.chmod(0o755)
    yield ruta
    shutil.rmtree(ruta, ignore_errors=True)


@pytest.fixture(scope="module")
def comun() -> Iterator[ServidorPostgres]:
    """Un servidor para las pruebas que no lo lastiman."""
    ruta = Path(tempfile.mkdtemp(prefix="nora-srv-"))
    ruta.chmod(0o755)
    with ServidorPostgres(ruta / "pg", opciones=RAPIDO) as servidor:
        yield servidor
    shutil.rmtree(ruta, ignore_errors=True)


@pytest.fixture(scope="module")
def molde(comun: ServidorPostgres) -> Path:
    """Una carpeta con datos recién hechos y apagados: copiarla cuesta menos que un initdb."""
    comun.detener()
    ruta = comun.carpeta.with_name("molde")
    subprocess.run(["cp", "-a", str(comun.carpeta), str(ruta)], check=True)
    (ruta / "lugar.json").unlink()
    comun.asegurar()
    return ruta


@pytest.fixture
def servidor(carpeta: Path, molde: Path) -> Iterator[ServidorPostgres]:
    """Un servidor propio de la prueba, que puede maltratarlo."""
    subprocess.run(["cp", "-a", str(molde), str(carpeta / "pg")], check=True)
    nuevo = ServidorPostgres(carpeta / "pg", opciones=RAPIDO)
    nuevo.asegurar()
    yield nuevo
    nuevo.asegurar()
    nuevo.detener()


def esperar(condicion: Callable[[], bool], segundos: float = 20) -> None:
    limite = time.monotonic() + segundos
    while not condicion():
        assert time.monotonic() < limite, "no se cumplió a tiempo"
        time.sleep(0.02)


def uno(direccion: str, consulta: str = "select 1") -> object:
    with psycopg.connect(direccion, connect_timeout=5) as conexion:
        fila = conexion.execute(consulta.encode()).fetchone()
        assert fila is not None
        return fila[0]


def pid_de(servidor: ServidorPostgres) -> int:
    lugar = leer_lugar(servidor.carpeta)
    assert lugar is not None
    pid = pid_anotado(lugar.datos)
    assert pid is not None
    return pid


def aparte(codigo: str, *argumentos: str, usuario: str | None = None) -> subprocess.CompletedProcess[str]:
    """Corre ``codigo`` en otro proceso, quizá como otro usuario del sistema.

    El cambio de usuario va después de importar: el intérprete puede estar donde ese usuario no llega.
    """
    previo = (
        "import os, pwd, signal, sys\nfrom pathlib import Path\n"
        "from clientes.aura.supabase_local import ErrorPostgres, ServidorPostgres\n"
    )
    if usuario is not None:
        previo += (
            f"quien = pwd.getpwnam({usuario!r})\n"
            "os.setgroups([]); os.setgid(quien.pw_gid); os.setuid(quien.pw_uid); os.environ.pop('HOME', None)\n"
        )
    return subprocess.run(
        [sys.executable, "-c", previo + codigo, *argumentos],
        cwd=RAIZ,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_arranque_papeles_y_base(comun: ServidorPostgres) -> None:
    direcciones = comun.asegurar()
    assert comun.es_dueno
    assert uno(direcciones.servicio, "select current_database() || current_user") == "norapropietario"
    assert uno(direcciones.servicio, "select lower('ÑÁ')") == "ñá"
    assert uno(direcciones.servicio, "select '[1,2]'::vector <-> '[1,2]'") == 0.0
    assert uno(direcciones.api, "select current_user::text") == "authenticator"
    assert (
        uno(
            direcciones.servicio, "select rolsuper or rolbypassrls from pg_roles where rolname = current_user"
        )
        is False
    )
    assert uno(direcciones.servicio, "select setting from pg_settings where name = 'listen_addresses'") == ""
    assert (
        uno(
            direcciones.administrador,
            "select count(*) from pg_roles where rolname = 'service_role' and rolbypassrls",
        )
        == 1
    )


def test_sin_contrasena_no_se_entra(comun: ServidorPostgres) -> None:
    sin_clave = comun.direcciones().administrador.replace(
        comun.direcciones().administrador.split(":")[2].split("@")[0], "otra"
    )
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        uno(sin_clave)
    assert (comun.carpeta / "credenciales.json").stat().st_mode & 0o777 == 0o600


def test_el_propietario_puede_lo_que_pide_una_migracion(comun: ServidorPostgres) -> None:
    with psycopg.connect(comun.asegurar().servicio) as conexion:
        conexion.execute("create extension if not exists vector with schema extensions")
        conexion.execute("create role buscador nologin")
        conexion.execute("create schema cola")
        conexion.execute("create table public.t (id int, v vector(2))")
        conexion.execute("grant create, usage on schema public to buscador")
        conexion.execute("create function public.f() returns int language sql security definer as 'select 1'")
        conexion.execute("alter function public.f() owner to buscador")
        conexion.execute("set local role anon")
        assert conexion.execute("select has_table_privilege('anon', 'public.t', 'select')").fetchone() == (
            True,
        )
        conexion.rollback()


def test_un_segundo_proceso_se_une_sin_ser_dueno(comun: ServidorPostgres) -> None:
    resultado = aparte(
        "s = ServidorPostgres(Path(sys.argv[1])); d = s.asegurar(); s.detener(); print(s.es_dueno, d.servicio)",
        str(comun.carpeta),
    )
    assert resultado.stdout.split() == ["False", comun.direcciones().servicio], resultado.stderr
    assert uno(comun.direcciones().servicio) == 1, "quien no es el dueño no apaga"


def test_dos_a_la_vez_sobre_una_carpeta_nueva(carpeta: Path) -> None:
    codigo = (
        f"s = ServidorPostgres(Path(sys.argv[1]), opciones={RAPIDO!r}); s.asegurar(); print(s.es_dueno, flush=True); "
        "sys.stdin.read(); s.detener()"
    )
    procesos = [
        subprocess.Popen(
            [
                sys.executable,
                "-c",
                "import sys\nfrom pathlib import Path\nfrom clientes.aura.supabase_local import ServidorPostgres\n"
                + codigo,
                str(carpeta / "pg"),
            ],
            cwd=RAIZ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    lineas = [p.stdout.readline().strip() for p in procesos if p.stdout is not None]
    for proceso in procesos:
        proceso.communicate("", timeout=30)
    assert sorted(lineas) == ["False", "False", "True"]


def test_postmaster_muerto_y_asegurar_lo_levanta_con_sus_datos(servidor: ServidorPostgres) -> None:
    with psycopg.connect(servidor.direcciones().servicio, autocommit=True) as conexion:
        conexion.execute("create table public.queda as select 7 as n")
    viejo = pid_de(servidor)
    os.kill(viejo, signal.SIGKILL)
    direcciones = servidor.asegurar()
    assert uno(direcciones.servicio, "select n from public.queda") == 7
    assert pid_de(servidor) != viejo


def test_un_muerto_que_nadie_recogio_no_estorba(servidor: ServidorPostgres) -> None:
    """El número de ``postmaster.pid`` y del candado del socket todavía existe, pero ya no es un postmaster."""
    lugar = leer_lugar(servidor.carpeta)
    assert lugar is not None
    archivos = [lugar.datos / "postmaster.pid", lugar.socket / ".s.PGSQL.5432.lock"]
    anotado = [archivo.read_text() for archivo in archivos]
    viejo = pid_de(servidor)
    servidor.detener()
    with subprocess.Popen(["true"], user=lugar.datos.stat().st_uid) as zombi:
        os.waitid(os.P_PID, zombi.pid, os.WEXITED | os.WNOWAIT)
        for archivo, texto in zip(archivos, anotado, strict=True):
            archivo.write_text(texto.replace(str(viejo), str(zombi.pid), 1))
            shutil.chown(archivo, lugar.datos.stat().st_uid)
        assert uno(servidor.asegurar().servicio) == 1


def test_dueno_muerto_y_el_siguiente_adopta(carpeta: Path, molde: Path) -> None:
    subprocess.run(["cp", "-a", str(molde), str(carpeta / "pg")], check=True)
    muerto = aparte(
        f"import os, signal; s = ServidorPostgres(Path(sys.argv[1]), opciones={RAPIDO!r}); s.asegurar(); "
        "os.kill(os.getpid(), signal.SIGKILL)",
        str(carpeta / "pg"),
    )
    assert muerto.returncode == -signal.SIGKILL
    servidor = ServidorPostgres(carpeta / "pg", opciones=RAPIDO)
    pid = pid_de(servidor)
    with servidor:
        assert servidor.es_dueno and pid_de(servidor) == pid and uno(servidor.direcciones().servicio) == 1
    esperar(lambda: not existe(pid))


def test_el_hijo_de_un_fork_no_es_dueno_ni_retiene_el_candado(carpeta: Path, molde: Path) -> None:
    subprocess.run(["cp", "-a", str(molde), str(carpeta / "pg")], check=True)
    codigo = (
        f"s = ServidorPostgres(Path(sys.argv[1]), opciones={RAPIDO!r}); s.asegurar()\n"
        "hijo = os.fork()\n"
        "if hijo == 0:\n"
        "    os.write(1, f'{s.es_dueno} '.encode()); os.close(1); os.close(2); signal.pause()\n"
        "os.write(1, f'{s.es_dueno} {hijo} '.encode()); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    palabras = aparte(codigo, str(carpeta / "pg")).stdout.split()
    hijo = next(int(p) for p in palabras if p.isdigit())
    try:
        assert sorted(p for p in palabras if not p.isdigit()) == ["False", "True"]
        with ServidorPostgres(carpeta / "pg", opciones=RAPIDO) as siguiente:
            assert siguiente.es_dueno, "el hijo que sobrevive no retiene el candado del padre muerto"
    finally:
        os.kill(hijo, signal.SIGKILL)


def test_pid_viejo_que_hoy_es_de_otro_programa(carpeta: Path, molde: Path) -> None:
    subprocess.run(["cp", "-a", str(molde), str(carpeta / "pg")], check=True)
    with ServidorPostgres(carpeta / "pg", opciones=RAPIDO) as primero:
        lugar = leer_lugar(primero.carpeta)
        assert lugar is not None
        anotado = (lugar.datos / "postmaster.pid").read_text()
    resto = anotado.split("\n", 1)[1]
    (lugar.datos / "postmaster.pid").write_text(f"{os.getppid()}\n{resto}")
    with ServidorPostgres(carpeta / "pg", opciones=RAPIDO) as segundo:
        assert uno(segundo.direcciones().servicio) == 1


def test_datos_de_otra_version_no_se_tocan(carpeta: Path, molde: Path) -> None:
    subprocess.run(["cp", "-a", str(molde), str(carpeta / "pg")], check=True)
    datos = carpeta / "pg" / "datos"
    (datos / "PG_VERSION").write_text("19\n")
    antes = sorted((r, r.stat().st_mtime_ns) for r in datos.rglob("*"))
    with pytest.raises(ErrorPostgres, match="PostgreSQL 19, una versión más nueva"):
        ServidorPostgres(carpeta / "pg").asegurar()
    assert sorted((r, r.stat().st_mtime_ns) for r in datos.rglob("*")) == antes
    assert not (datos / "postmaster.pid").exists()


def test_carpeta_que_no_es_de_postgres_no_se_toca(carpeta: Path) -> None:
    (carpeta / "pg" / "datos").mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(carpeta / "pg" / "datos", "nobody")
    (carpeta / "pg" / "datos" / "foto.jpg").write_text("x")
    with pytest.raises(ErrorPostgres, match="no está vacía y no es de PostgreSQL"):
        ServidorPostgres(carpeta / "pg").asegurar()
    assert [r.name for r in (carpeta / "pg" / "datos").iterdir()] == ["foto.jpg"]


@solo_root
def test_carpeta_de_otro_usuario_se_rechaza(carpeta: Path) -> None:
    ajena = carpeta / "pg"
    ajena.mkdir()
    shutil.chown(ajena, "daemon")
    with pytest.raises(ErrorPostgres, match="es del usuario 'daemon'"):
        ServidorPostgres(ajena).asegurar()
    assert list(ajena.iterdir()) == []


@solo_root
def test_usuario_comun_arranca_el_suyo_y_no_toca_el_de_root(
    servidor: ServidorPostgres, carpeta: Path
) -> None:
    propia = carpeta / "comun"
    propia.mkdir()
    shutil.chown(propia, "daemon")
    codigo = (
        f"s = ServidorPostgres(Path(sys.argv[1]), opciones={RAPIDO!r})\n"
        "try:\n    s.asegurar(); print('dueno', s.es_dueno); s.detener()\n"
        "except ErrorPostgres as error:\n    print('rechazo', error)\n"
    )
    suyo = aparte(codigo, str(propia / "pg"), usuario="daemon")
    assert suyo.stdout == "dueno True\n", suyo.stderr
    ajeno = aparte(codigo, str(servidor.carpeta), usuario="daemon")
    assert ajeno.stdout.startswith("rechazo La carpeta") and "root" in ajeno.stdout


@solo_root
def test_padre_cerrado_no_cambia_de_modo(carpeta: Path) -> None:
    cerrada = carpeta / "cerrada"
    cerrada.mkdir(mode=0o700)
    with ServidorPostgres(cerrada / "datos" / "pg", opciones=RAPIDO) as servidor:
        lugar = leer_lugar(servidor.carpeta)
        assert lugar is not None and lugar.datos.is_relative_to("/var/lib")
        assert uno(servidor.direcciones().servicio) == 1
    assert cerrada.stat().st_mode & 0o777 == 0o700
    with ServidorPostgres(cerrada / "datos" / "pg", opciones=RAPIDO) as otra_vez:
        assert leer_lugar(otra_vez.carpeta) == lugar
    shutil.rmtree(lugar.base)


def test_ruta_larga_el_socket_va_a_otro_lado(carpeta: Path) -> None:
    honda = carpeta / ("x" * 60) / ("y" * 60) / "pg"
    with ServidorPostgres(honda, opciones=RAPIDO) as servidor:
        lugar = leer_lugar(honda)
        assert lugar is not None and len(str(lugar.socket)) < 90
        assert uno(servidor.direcciones().servicio) == 1
        invitado = ServidorPostgres(honda)
        assert uno(invitado.asegurar().servicio) == 1 and not invitado.es_dueno
    shutil.rmtree(lugar.socket, ignore_errors=True)


def test_vigilar_levanta_lo_caido_y_respeta_lo_apagado(servidor: ServidorPostgres) -> None:
    reinicios: list[int] = []
    servidor.vigilar(0.05, al_reiniciar=lambda: reinicios.append(1))
    os.kill(pid_de(servidor), signal.SIGKILL)
    esperar(lambda: len(reinicios) == 1)
    assert uno(servidor.direcciones().servicio) == 1
    pid = pid_de(servidor)
    os.kill(pid, signal.SIGINT)
    esperar(lambda: not existe(pid))
    vueltas = servidor.carpeta / "postgres.lock"
    assert vueltas.exists()
    # Diez vueltas del vigía sin que levante nada.
    limite = time.monotonic() + 0.5
    while time.monotonic() < limite:
        lugar = leer_lugar(servidor.carpeta)
        assert lugar is not None and not (lugar.datos / "postmaster.pid").exists()
    assert reinicios == [1]


def test_clonar_y_borrar_bases(comun: ServidorPostgres) -> None:
    molde = comun.crear_base("molde")
    with psycopg.connect(molde.servicio) as conexion:
        conexion.execute("create table public.t as select 5 as n")
    copia = comun.crear_base('copia "rara"', "molde")
    assert uno(copia.servicio, "select n from t") == 5
    assert uno(copia.servicio, "select current_setting('search_path')") == '"$user", public, extensions'
    comun.borrar_base('copia "rara"')
    comun.borrar_base('copia "rara"')
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        uno(copia.servicio)


@pytest.mark.parametrize(
    ("registro", "frase"),
    [
        ("FATAL:  could not write file: No space left on device", "El disco está lleno"),
        (
            "FATAL:  lock file already exists\nHINT:  Is another postmaster (PID 7) using socket file?",
            "mismo socket",
        ),
        ("FATAL:  algo inesperado", "algo inesperado"),
        ("", "no dejó ningún mensaje"),
    ],
)
def test_causas_en_una_frase(registro: str, frase: str) -> None:
    assert frase in causa_del_registro(registro)


def test_disco_lleno_en_initdb(carpeta: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Un initdb que se queda sin disco: la frase lo dice y no quedan datos a medias."""
    import clientes.aura.supabase_local.postgres as modulo

    verdadero = modulo.preparar_lugar

    def con_initdb_falso(*args: object) -> object:
        lugar = verdadero(*args)  # type: ignore[arg-type]
        falsos = carpeta / "bin"
        falsos.mkdir(exist_ok=True)
        (falsos / "initdb").write_text(
            "#!/bin/sh\necho 'initdb: error: No space left on device' >&2; exit 1\n"
        )
        (falsos / "initdb").chmod(0o755)
        return modulo.Lugar(lugar.datos, lugar.socket, falsos)

    monkeypatch.setattr(modulo, "preparar_lugar", con_initdb_falso)
    with pytest.raises(ErrorPostgres, match="El disco está lleno"):
        ServidorPostgres(carpeta / "pg").asegurar()
    assert not (carpeta / "pg" / "datos").exists() and not (carpeta / "pg" / "datos.nuevos").exists()


def test_error_de_arranque_dice_la_causa(carpeta: Path) -> None:
    with pytest.raises(ErrorPostgres, match="no_existe"):
        ServidorPostgres(carpeta / "pg", opciones={**RAPIDO, "no_existe": "1"}).asegurar()
    with ServidorPostgres(carpeta / "pg", opciones=RAPIDO) as bueno:
        assert uno(bueno.direcciones().servicio) == 1
