"""El negocio de demostración: se carga una vez, toda página tiene algo que enseñar, y nada de él sale a ningún lado."""

from __future__ import annotations

import psycopg
from flask import Flask

from clientes.aura.demo import cargar
from clientes.aura.personas import servicio
from clientes.aura.supabase_local import DireccionesPostgres


def _cuentas(base: DireccionesPostgres) -> tuple[int, ...]:
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select (select count(*) from contactos), (select count(*) from mensajes),"
            " (select count(*) from conocimiento_nora),"
            " (select count(distinct fecha_creacion::date) from mensajes),"
            " (select count(*) from cola.procrastinate_jobs where task_name <> 'avisar_mencion')"
        ).fetchone()
    assert fila is not None
    return tuple(fila)


def test_se_carga_una_vez(app: Flask, base: DireccionesPostgres) -> None:
    cuentas = cargar(app)
    contactos, mensajes, bloques, dias, trabajos = _cuentas(base)
    assert contactos == 40 and mensajes > 100 and bloques >= 12 and dias >= 20
    assert trabajos == 0, "lo de muestra no debe volver a enviarse"
    assert cargar(app) == cuentas
    assert _cuentas(base) == (contactos, mensajes, bloques, dias, trabajos)


def test_sus_cuentas_entran_y_sus_contrasenas_no_vienen_en_el_codigo(app: Flask) -> None:
    cuentas = cargar(app)
    assert [
        servicio.entrar(correo, contrasena, "127.0.0.1").correo for correo, contrasena in cuentas.items()
    ] == list(cuentas)
    archivo = app.config["NORA_DATOS"] / "demo.json"
    assert archivo.stat().st_mode & 0o077 == 0
    archivo.unlink()
    nuevas = cargar(app)
    assert nuevas != cuentas
    assert servicio.entrar("duena@demo.mx", nuevas["duena@demo.mx"], "127.0.0.1").correo == "duena@demo.mx"
