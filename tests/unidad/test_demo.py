"""El negocio de demostración: se carga una vez, toda página tiene algo que enseñar, y nada de él sale a ningún lado."""

from __future__ import annotations

import tempfile

import psycopg
from flask import Flask

from clientes.aura.demo import cargar
from clientes.aura.medios import consultas as medios
from clientes.aura.medios import tipos
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


def test_los_archivos_de_la_platica_se_pueden_abrir(app: Flask) -> None:
    cargar(app)
    guardados = list(medios.de_nora("aura"))
    assert sorted(m.mime for m in guardados) == ["application/pdf", "audio/ogg", "image/jpeg", "text/vcard"]
    for medio in guardados:
        with tempfile.TemporaryFile() as archivo:
            archivo.write(medios.bajar_archivo(medio.ruta))
            assert archivo.tell() == medio.bytes
            assert tipos.por_contenido(archivo, "", medio.nombre) == medio.mime
    assert [m.segundos for m in guardados if m.voz == "lista"] == [10]


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
