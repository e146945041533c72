"""Un respaldo sirve: se comprueba restaurándolo, y al restaurar nada viejo se vuelve a enviar."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from apoyo.siembra import sembrar
from flask import Flask

from app_config import Config
from clientes.aura import respaldos
from clientes.aura.routes.admin import servicio
from clientes.aura.scripts import backup_diario
from clientes.aura.supabase_local import DireccionesPostgres, binarios_postgres
from clientes.aura.utils.errores import ErrorDatoInvalido, ErrorNora


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path) -> Config:
    """Como superusuario: así respalda la instalación embebida."""
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.administrador,
        NORA_DATOS=tmp_path / "datos",
        TWILIO_AUTH_TOKEN="token-de-prueba",
    )


@pytest.fixture
def negocio(app: Flask, crear_nora: Any, crear_usuario: Any) -> Iterator[str]:
    nombre = crear_nora("marea")
    sembrar(nombre, crear_usuario("duena@marea.mx", "dueno", nombre))
    servicio.guardar_credenciales(
        None, nombre, cuenta="AC" + "0a" * 16, token="secreto-de-twilio", servicio_de_mensajes=""
    )
    yield nombre


def filas(base: DireccionesPostgres, consulta: str) -> list[Any]:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        cursor = conexion.execute(consulta.encode())
        return cursor.fetchall() if cursor.description else []


def test_ida_y_vuelta_deja_todo_igual(negocio: str, config: Config, base: DireccionesPostgres) -> None:
    archivos = config.NORA_DATOS / "archivos" / "cubo"
    archivos.mkdir(parents=True)
    (archivos / "foto.jpg").write_bytes(b"\xff\xd8foto")
    carpeta = respaldos.hacer(config)
    assert stat.S_IMODE(carpeta.stat().st_mode) == 0o700
    assert {stat.S_IMODE(a.stat().st_mode) for a in carpeta.iterdir()} == {0o600}
    filas(base, "delete from configuracion_bot")
    filas(base, "alter table contactos disable row level security")
    (archivos / "foto.jpg").unlink()
    manifiesto = respaldos.restaurar(config, carpeta, forzar=False)
    with psycopg.connect(base.administrador) as conexion:
        ahora = respaldos.leer_estado(conexion, manifiesto.momento)
    # Lo único que restaurar cambia: los trabajos que ya no deben correr, y que quede dicho qué pasó a una persona.
    sin_cola = {t for t in manifiesto.filas if t.startswith("cola.procrastinate")} | {
        "public.conversacion_sucesos"
    }
    assert {t: n for t, n in ahora.filas.items() if t not in sin_cola} == {
        t: n for t, n in manifiesto.filas.items() if t not in sin_cola
    }
    assert ahora.paredes == manifiesto.paredes
    assert ahora.permisos == manifiesto.permisos
    # Callar lo viejo encola avisos que se quitan enseguida: los folios de la cola avanzan.
    avanzan = ("cola.", "public.conversacion_sucesos")
    assert {s: n for s, n in ahora.secuencias.items() if not s.startswith(avanzan)} == {
        s: n for s, n in manifiesto.secuencias.items() if not s.startswith(avanzan)
    }
    assert (archivos / "foto.jpg").read_bytes() == b"\xff\xd8foto"
    assert manifiesto.filas["public.contactos"] > 0


def test_nada_viejo_se_vuelve_a_enviar_ni_a_contestar(
    negocio: str, config: Config, base: DireccionesPostgres
) -> None:
    filas(base, "update mensajes_salientes set estado = 'pendiente', error_texto = ''")
    filas(base, "update mensajes set atendido_en = null where sentido = 'entrante'")
    filas(base, "update conversaciones set espera_persona_desde = null, motivo_espera = ''")
    assert filas(base, "select count(*) from cola.procrastinate_jobs where status = 'todo'") != [(0,)]
    filas(
        base,
        "insert into tareas (nombre_nora, titulo, vence_en, recordar_minutos)"
        " select nombre_nora, 'llamar', now() - interval '1 hour', 60"
        " from configuracion_bot limit 1",
    )
    filas(
        base,
        "insert into mensajes_programados (nombre_nora, conversacion_id, texto, cuando)"
        " select nombre_nora, id, 'ya pasó', now() - interval '1 hour' from conversaciones union all"
        " select nombre_nora, id, 'mañana', now() + interval '1 day' from conversaciones",
    )
    carpeta = respaldos.hacer(config)
    respaldos.restaurar(config, carpeta, forzar=True)
    suyos = "select distinct texto, estado from mensajes_programados where texto in ('mañana', 'ya pasó') order by 1"
    assert filas(base, suyos) == [("mañana", "pendiente"), ("ya pasó", "detenido")]
    assert filas(
        base,
        "select count(*) from tareas where titulo = 'llamar' and (recordada_en is null or vencida_en is null)",
    ) == [(0,)], "al equipo tampoco se le avisa otra vez"
    assert filas(base, "select distinct estado, error_texto from mensajes_salientes") == [
        ("fallido", respaldos.MOTIVO)
    ]
    assert filas(base, "select count(*) from cola.procrastinate_jobs where status in ('todo', 'doing')") == [
        (0,)
    ]
    assert filas(
        base, "select count(*) from mensajes where sentido = 'entrante' and atendido_en is null"
    ) == [(0,)]
    assert filas(base, "select count(*) > 0 from conversaciones where espera_persona_desde is not null") == [
        (True,)
    ]


def test_con_datos_no_restaura_sin_forzar(negocio: str, config: Config, base: DireccionesPostgres) -> None:
    carpeta = respaldos.hacer(config)
    filas(base, "update configuracion_bot set nombre_visible = 'Después'")
    with pytest.raises(ErrorDatoInvalido, match="--forzar"):
        respaldos.restaurar(config, carpeta, forzar=False)
    assert filas(base, "select nombre_visible from configuracion_bot") == [("Después",)]


def test_con_un_trabajador_vivo_no_restaura(negocio: str, config: Config, base: DireccionesPostgres) -> None:
    carpeta = respaldos.hacer(config)
    filas(base, "insert into cola.procrastinate_workers default values")
    with pytest.raises(ErrorDatoInvalido, match="Detén"):
        respaldos.restaurar(config, carpeta, forzar=True)


@pytest.mark.parametrize("archivo", ["base.dump", "manifiesto"])
def test_uno_alterado_se_rechaza_antes_de_tocar_nada(
    negocio: str, config: Config, base: DireccionesPostgres, archivo: str
) -> None:
    carpeta = respaldos.hacer(config)
    crudo = bytearray((carpeta / archivo).read_bytes())
    crudo[len(crudo) // 2] ^= 1
    (carpeta / archivo).write_bytes(bytes(crudo))
    with pytest.raises(ErrorNora):
        respaldos.restaurar(config, carpeta, forzar=True)
    assert filas(base, "select nombre_nora from configuracion_bot") == [("marea",)]


def test_uno_interrumpido_no_aparece(negocio: str, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def falla(*_: Any) -> Any:
        raise OSError("sin espacio")

    monkeypatch.setattr(respaldos, "_empacar", falla)
    with pytest.raises(OSError, match="sin espacio"):
        respaldos.hacer(config)
    assert list(respaldos.carpeta_de(config).iterdir()) == []
    assert respaldos.existentes(config) == {}


def test_quedan_siete_dias_cuatro_semanas_y_doce_meses() -> None:
    ahora = datetime(2026, 11, 22, 2, 30, tzinfo=UTC)
    momentos = [ahora - timedelta(days=n) for n in range(800)]
    quedan = respaldos.los_que_se_quedan(momentos)
    assert {ahora - timedelta(days=n) for n in range(7)} <= quedan
    assert len({m.strftime("%Y-%m") for m in quedan}) == 12
    assert len(quedan) <= 7 + 4 + 12
    assert min(quedan) > ahora - timedelta(days=366)


def test_dos_del_mismo_dia_dejan_el_ultimo() -> None:
    manana, tarde = datetime(2026, 11, 22, 8, tzinfo=UTC), datetime(2026, 11, 22, 18, tzinfo=UTC)
    assert respaldos.los_que_se_quedan([manana, tarde]) == {tarde}


def test_con_que_respaldar_segun_la_base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """El incluido no sabe TLS; y uno más viejo que la base no sirve."""

    def base(version: int, *, tls: bool) -> Any:
        return SimpleNamespace(
            info=SimpleNamespace(server_version=version * 10_000), pgconn=SimpleNamespace(ssl_in_use=tls)
        )

    def instalado(carpeta: str, version: int) -> Path:
        ruta = tmp_path / carpeta / "pg_dump"
        ruta.parent.mkdir()
        ruta.write_text(f"#!/bin/sh\necho 'pg_dump (PostgreSQL) {version}.2'\n")
        ruta.chmod(0o755)
        return ruta

    config = Config(ENTORNO="pruebas", SUPABASE_DB_URL="postgresql://u:c@b/p", NORA_DATOS=tmp_path)
    incluido = str(binarios_postgres() / "pg_dump")
    assert respaldos.herramienta(config, "pg_dump", base(17, tls=False)) == incluido
    monkeypatch.setenv("PATH", str(tmp_path / "nada"))
    with pytest.raises(respaldos.ErrorRespaldo, match="TLS") as error:
        respaldos.herramienta(config, "pg_dump", base(17, tls=True))
    assert "PostgreSQL 17 o más nuevo" in error.value.que_hacer and "NORA_PG_DUMP" in error.value.que_hacer
    monkeypatch.setenv("PATH", f"{instalado('del_sistema', 17).parent}:/bin")
    assert respaldos.herramienta(config, "pg_dump", base(17, tls=True)) == str(
        tmp_path / "del_sistema/pg_dump"
    )
    config.NORA_PG_DUMP = str(instalado("viejo", 15))
    with pytest.raises(respaldos.ErrorRespaldo, match="es de la versión 15 y la base de la 17"):
        respaldos.herramienta(config, "pg_dump", base(17, tls=False))
    with pytest.raises(respaldos.ErrorRespaldo, match="no existe"):
        respaldos.herramienta(config, "pg_restore", base(17, tls=False))


class TestScript:
    """`python -m clientes.aura.scripts.backup_diario`."""

    @pytest.fixture(autouse=True)
    def entorno(self, negocio: str, config: Config, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("ENTORNO", "pruebas")
        monkeypatch.setenv("SUPABASE_DB_URL", config.SUPABASE_DB_URL)
        monkeypatch.setenv("NORA_DATOS", str(config.NORA_DATOS))

    def test_hace_uno_y_lo_verifica(
        self, config: Config, base: DireccionesPostgres, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with psycopg.connect(base.administrador, autocommit=True) as conexion:
            conexion.execute(
                "update configuracion_bot set ia_activa = false"
            )  # una apagada también se comprueba
        assert backup_diario.main(["--json"]) == 0
        hecho = json.loads(capsys.readouterr().out.splitlines()[-1])
        antes = filas(base, "select id, estado from mensajes_salientes order by id")
        assert backup_diario.main(["--verificar", hecho["respaldo"], "--json"]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["fallas"] == []
        assert filas(base, "select id, estado from mensajes_salientes order by id") == antes

    def test_verificar_dice_que_secreto_no_se_abre(
        self, config: Config, base: DireccionesPostgres, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with psycopg.connect(base.administrador, autocommit=True) as conexion:
            conexion.execute(
                "insert into configuracion_ia (nombre_nora, llave_cifrada)"
                " select nombre_nora, 'de-otra-clave' from configuracion_bot limit 1"
                " on conflict (nombre_nora) do update set llave_cifrada = excluded.llave_cifrada"
            )
        assert backup_diario.main([]) == 0
        assert backup_diario.main(["--verificar"]) == 1
        assert "configuracion_ia.llave_cifrada no se abre" in capsys.readouterr().err

    def test_verificar_dice_que_falta(
        self, config: Config, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert backup_diario.main([]) == 0
        leer = respaldos.leer_manifiesto

        def con_uno_de_mas(*argumentos: Any) -> respaldos.Manifiesto:
            manifiesto = leer(*argumentos)
            manifiesto.filas["public.contactos"] += 1
            return manifiesto

        monkeypatch.setattr(respaldos, "leer_manifiesto", con_uno_de_mas)
        assert backup_diario.main(["--verificar"]) == 1
        assert "filas de public.contactos" in capsys.readouterr().err

    def test_simular_no_escribe(self, config: Config) -> None:
        assert backup_diario.main(["--simular"]) == 0
        assert not respaldos.carpeta_de(config).exists()

    def test_exporta_una_nora(self, config: Config, capsys: pytest.CaptureFixture[str]) -> None:
        assert backup_diario.main(["--nora", "marea"]) == 0
        (archivo,) = (respaldos.carpeta_de(config) / "noras").iterdir()
        assert archivo.suffix == ".zip" and archivo.stat().st_size > 500
        assert backup_diario.main(["--nora", "nadie"]) == 1

    @pytest.mark.parametrize("malos", [["--forzar"], ["--verificar", "--restaurar", "x"], ["--nada"]])
    def test_argumentos_malos(self, malos: list[str]) -> None:
        with pytest.raises(SystemExit) as salida:
            backup_diario.main(malos)
        assert salida.value.code == 2
