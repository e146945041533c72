"""Los scripts de mantenimiento: rotar claves, limpiar lo viejo y revisar la instalación."""

from __future__ import annotations

import importlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from cryptography.fernet import Fernet
from flask import Flask

from app_config import Config
from clientes.aura.mantenimiento import limpieza_diaria
from clientes.aura.routes.admin import servicio
from clientes.aura.scripts import backup_diario, consultas, diagnostico_sistema, limpiar_datos, rotar_claves
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.errores import ErrorServicioExterno
from scheduler_jobs import periodo_vigente, todos_los_trabajos

CUENTA = "AC" + "0a" * 16
VIEJA, NUEVA = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def entorno(app: Flask, config: Config, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """El de un script suelto sobre la base de esta prueba."""
    monkeypatch.setenv("ENTORNO", "pruebas")
    monkeypatch.setenv("SUPABASE_DB_URL", config.SUPABASE_DB_URL)
    monkeypatch.setenv("NORA_DATOS", str(config.NORA_DATOS))
    monkeypatch.setenv("NORA_CLAVES_CIFRADO", ",".join(config.NORA_CLAVES_CIFRADO))
    return monkeypatch


def sql(base: DireccionesPostgres, texto: str, *argumentos: Any) -> list[Any]:
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        cursor = conexion.execute(texto.encode(), argumentos)
        return cursor.fetchall() if cursor.description else []


DE_TERMINAL = sorted(
    r.stem for r in Path(consultas.__file__).parent.glob("[a-z]*.py") if r.stem != "consultas"
)


@pytest.mark.parametrize("nombre", DE_TERMINAL)
def test_cada_script_se_explica_y_rechaza_lo_que_no_conoce(
    nombre: str, capsys: pytest.CaptureFixture[str]
) -> None:
    script = importlib.import_module(f"clientes.aura.scripts.{nombre}")
    correr = script.RED.main if hasattr(script, "RED") else script.main
    with pytest.raises(SystemExit) as ayuda:
        correr(["--help"])
    dicho = capsys.readouterr().out
    assert ayuda.value.code == 0 and "--simular" in dicho and "--json" in dicho
    with pytest.raises(SystemExit) as malo:
        correr(["--esto-no-existe"])
    assert malo.value.code == 2


def test_con_la_base_apagada_se_dice_en_una_frase(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ENTORNO", "pruebas")
    monkeypatch.setenv("NORA_DATOS", str(tmp_path))
    monkeypatch.setenv("SUPABASE_DB_URL", "postgresql://u:c@127.0.0.1:9/nada")
    assert backup_diario.main(["--json"]) == 1
    salida = capsys.readouterr()
    assert "no contesta" in salida.err and "Traceback" not in salida.err
    assert json.loads(salida.out.splitlines()[-1])["fallas"]


class TestRotarClaves:
    @pytest.fixture(autouse=True)
    def guardados(self, base: DireccionesPostgres, crear_nora: Any, entorno: pytest.MonkeyPatch) -> None:
        for nombre in ("marea", "monte"):
            crear_nora(nombre)
            sql(
                base,
                "insert into credenciales_nora (nombre_nora, twilio_account_sid, twilio_token_cifrado)"
                " values (%s, %s, %s)",
                nombre,
                CUENTA,
                Cifrador((VIEJA,)).cifrar(f"token de {nombre}"),
            )
        # Quien guardó sus ajustes sin llave propia tiene la columna vacía: no es un secreto.
        sql(base, "insert into configuracion_ia (nombre_nora) values ('marea')")
        entorno.setenv("NORA_CLAVES_CIFRADO", f"{NUEVA},{VIEJA}")

    def tokens(self, base: DireccionesPostgres) -> dict[str, str]:
        return dict(sql(base, "select nombre_nora, twilio_token_cifrado from credenciales_nora"))

    def test_quedan_con_la_nueva_y_repetir_no_cambia_nada(self, base: DireccionesPostgres) -> None:
        assert rotar_claves.main([]) == 0
        despues = self.tokens(base)
        assert {n: Cifrador((NUEVA,)).descifrar(t) for n, t in despues.items()} == {
            "marea": "token de marea",
            "monte": "token de monte",
        }
        assert rotar_claves.main([]) == 0
        assert self.tokens(base) == despues

    def test_cortada_a_la_mitad_se_sigue(
        self, base: DireccionesPostgres, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        guardar, hechas = consultas.cambiar_secreto, []

        def cortar(*argumentos: Any) -> bool:
            if hechas:
                raise ErrorServicioExterno("La base de datos no contesta.")
            hechas.append(1)
            return guardar(*argumentos)

        monkeypatch.setattr(consultas, "cambiar_secreto", cortar)
        assert rotar_claves.main([]) == 1 and "no contesta" in capsys.readouterr().err
        monkeypatch.setattr(consultas, "cambiar_secreto", guardar)
        assert rotar_claves.main(["--json"]) == 0
        ultimo = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (ultimo["hechos"], ultimo["ya_estaban"]) == (1, 1)
        assert {Cifrador((NUEVA,)).descifrar(t) for t in self.tokens(base).values()} == {
            "token de marea",
            "token de monte",
        }

    def test_simular_no_cambia_nada(
        self, base: DireccionesPostgres, capsys: pytest.CaptureFixture[str]
    ) -> None:
        antes = self.tokens(base)
        assert rotar_claves.main(["--simular", "--json"]) == 0
        assert json.loads(capsys.readouterr().out.splitlines()[-1])["hechos"] == 2
        assert self.tokens(base) == antes

    def test_uno_que_no_se_abre_se_dice_y_los_demas_se_hacen(
        self, base: DireccionesPostgres, capsys: pytest.CaptureFixture[str]
    ) -> None:
        ajeno = Cifrador((Fernet.generate_key().decode(),)).cifrar("de otra instalación")
        sql(base, "update credenciales_nora set twilio_token_cifrado = %s where nombre_nora = 'marea'", ajeno)
        assert rotar_claves.main([]) == 1
        salida = capsys.readouterr()
        assert "marea" in salida.err and "token de" not in salida.out + salida.err
        assert self.tokens(base)["marea"] == ajeno
        assert Cifrador((NUEVA,)).descifrar(self.tokens(base)["monte"]) == "token de monte"


class TestLimpiarDatos:
    @pytest.fixture(autouse=True)
    def mensajes(self, base: DireccionesPostgres, crear_nora: Any, entorno: pytest.MonkeyPatch) -> None:
        """Dos Noras con un mensaje de hoy, uno de hace 100 días, y uno de hace 100 días sin atender."""
        for nombre in ("marea", "monte"):
            crear_nora(nombre)
            sql(
                base,
                "with c as (insert into contactos (nombre_nora, direccion, direccion_envio)"
                " values (%s, 'whatsapp:+526621234567', 'whatsapp:+526621234567') returning id, nombre_nora),"
                " v as (insert into conversaciones (nombre_nora, contacto_id)"
                " select nombre_nora, id from c returning id, nombre_nora)"
                " insert into mensajes"
                " (nombre_nora, conversacion_id, sentido, autor, texto, fecha_creacion, atendido_en)"
                " select v.nombre_nora, v.id, 'entrante', 'contacto', t.texto, now() - t.hace, t.atendido from v,"
                " (values ('hoy', interval '0', now()), ('viejo', interval '100 days', now()),"
                " ('sin atender', interval '100 days', null)) t (texto, hace, atendido)",
                nombre,
            )

    def textos(self, base: DireccionesPostgres, nombre: str) -> list[str]:
        leidos = sql(base, "select texto from mensajes where nombre_nora = %s order by id", nombre)
        return [texto for (texto,) in leidos]

    def test_solo_lo_viejo_y_atendido_de_quien_lo_pidio(self, base: DireccionesPostgres) -> None:
        sql(base, "update configuracion_bot set retencion_dias = 60 where nombre_nora = 'marea'")
        for tabla, columnas, valores in (
            ("turnos_ia", "hasta_mensaje, resultado, pregunta", "1, 'contestado', 'hola'"),
            ("acciones_ia", "clave, herramienta, estado", "'hecha' || nombre_nora, 'x', 'hecha'"),
            ("acciones_ia", "clave, herramienta, estado", "'falta' || nombre_nora, 'x', 'por_aprobar'"),
            ("conversacion_sucesos", "tipo, texto", "'nota', 'ya pagó'"),
            (
                "mensajes_programados",
                "texto, estado, cuando",
                "'salió', 'enviado', now() - interval '99 days'",
            ),
            ("mensajes_programados", "texto, cuando", "'falta', now() - interval '99 days'"),
        ):
            sql(
                base,
                f"insert into {tabla} (nombre_nora, conversacion_id, fecha_creacion, {columnas})"  # noqa: S608
                f" select nombre_nora, id, now() - interval '100 days', {valores} from conversaciones",
            )
        sql(
            base,
            "insert into auditoria (nombre_nora, accion, objeto, momento)"
            " select 'marea', 'crear_nora', d::text, now() - d * interval '1 day'"
            " from unnest(array[800, 100, 0]) d",
        )
        assert limpiar_datos.main([]) == 0
        assert self.textos(base, "marea") == ["hoy", "sin atender"]
        assert self.textos(base, "monte") == ["hoy", "viejo", "sin atender"]
        # Lo que otras tablas guardaban de esos mensajes también; lo que alguien tiene que decidir se queda.
        quedan = "select nombre_nora from turnos_ia union all select clave from acciones_ia order by 1"
        assert [una for (una,) in sql(base, quedan)] == ["faltamarea", "faltamonte", "hechamonte", "monte"]
        assert sql(base, "select nombre_nora from conversacion_sucesos") == [("monte",)]
        programados = "select nombre_nora, texto from mensajes_programados order by 1, 2"
        assert sql(base, programados) == [("marea", "falta"), ("monte", "falta"), ("monte", "salió")]
        # La auditoría se guarda más, y no depende de la Nora.
        assert sql(base, "select objeto from auditoria order by id") == [("100",), ("0",)]

    def test_simular_cuenta_y_no_borra(
        self, base: DireccionesPostgres, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sql(base, "update configuracion_bot set retencion_dias = 60")
        assert limpiar_datos.main(["--simular", "--nora", "marea"]) == 0
        assert "marea: 1 mensajes" in capsys.readouterr().out
        assert len(self.textos(base, "marea")) == 3

    def test_la_limpieza_de_cada_dia_lo_aplica(self, app: Flask, base: DireccionesPostgres) -> None:
        from datetime import UTC, datetime

        sql(base, "update configuracion_bot set retencion_dias = 60 where nombre_nora = 'marea'")
        assert "1 mensajes" in limpieza_diaria(datetime.now(UTC))
        assert self.textos(base, "marea") == ["hoy", "sin atender"]


class TestDiagnosticoDelSistema:
    def revisiones(self, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, Any]]:
        ultimo = json.loads(capsys.readouterr().out.splitlines()[-1])
        return {r["nombre"]: r for r in ultimo["revisiones"]}

    def test_dice_que_esta_bien_que_no_y_que_hacer(
        self, entorno: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        entorno.setenv("TWILIO_BASE_URL", "http://127.0.0.1:9")  # nadie escucha ahí
        assert diagnostico_sistema.main(["--json"]) == 1
        salida = self.revisiones(capsys)
        assert list(salida) == list(diagnostico_sistema.REVISIONES)
        mal = {nombre for nombre, r in salida.items() if not r["bien"]}
        assert mal == {"cola", "proveedores"}
        assert all(salida[nombre]["que_hacer"] for nombre in mal)
        assert salida["números"]["detalle"].endswith("son 1")

    def test_ve_lo_que_falta_migrar_los_trabajos_fallidos_y_los_secretos_cerrados(
        self,
        entorno: pytest.MonkeyPatch,
        base: DireccionesPostgres,
        crear_nora: Any,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        servicio.guardar_credenciales(
            None, crear_nora("marea"), cuenta=CUENTA, token="x" * 32, servicio_de_mensajes=""
        )
        entorno.setenv("NORA_CLAVES_CIFRADO", NUEVA)
        sql(base, "insert into cola.procrastinate_workers default values")
        sql(
            base,
            "insert into cola.procrastinate_jobs (queue_name, task_name, status) values ('mensajes', 'x', 'failed')",
        )
        sql(
            base,
            "delete from supabase_migrations.schema_migrations"
            " where version = (select max(version) from supabase_migrations.schema_migrations)",
        )
        assert diagnostico_sistema.main(["--json"]) == 1
        salida = self.revisiones(capsys)
        assert "1 trabajos" in salida["cola"]["detalle"]
        assert "faltan" in salida["migraciones"]["detalle"]
        assert salida["secretos"]["detalle"] == "0 de 1 se abren"

    def test_un_trabajo_se_retrasa_segun_cuando_le_toca(
        self,
        app: Flask,
        entorno: pytest.MonkeyPatch,
        base: DireccionesPostgres,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        ahora = datetime.now(UTC)
        semanal = next(t for t in todos_los_trabajos(app) if t.id == "reportes_semanales")
        a_su_hora = periodo_vigente(semanal, ahora, timedelta(days=8))
        for trabajo, periodo in (("bandeja_al_dia", ahora - timedelta(hours=3)), (semanal.id, a_su_hora)):
            sql(
                base,
                "insert into ejecuciones_programadas (trabajo, periodo, estado, inicio, fin)"
                " values (%s, %s, 'hecho', %s, %s)",
                trabajo, periodo, periodo, periodo,
            )  # fmt: skip
        assert diagnostico_sistema.main(["--json"]) == 1
        detalle = self.revisiones(capsys)["programador"]["detalle"]
        assert "bandeja_al_dia no corre" in detalle, "es de cada minuto"
        assert "reportes_semanales" not in detalle, "es de los lunes y martes"

    def test_simular_solo_dice_que_revisaria(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert diagnostico_sistema.main(["--simular"]) == 0
        assert "base de datos" in capsys.readouterr().out
