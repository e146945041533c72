"""Cuatro procesos sobre la misma base: lo que cambia en uno vale en todos enseguida, sin reiniciar."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import requests
from apoyo.sockets import Socket, abrir_sesion, csrf_de, galletas_de
from apoyo.vivo import Procesos, esperar, levantar_procesos

from clientes.aura.supabase_local import DireccionesPostgres

PROCESOS = 4


@pytest.fixture
def procesos(base: DireccionesPostgres, tmp_path: Path) -> Iterator[Procesos]:
    entorno = {
        "ENTORNO": "pruebas",
        "SUPABASE_DB_URL": base.servicio,
        "NORA_DATOS": str(tmp_path / "datos"),
        "TWILIO_AUTH_TOKEN": "token-de-prueba",
    }
    with levantar_procesos(PROCESOS, entorno) as grupo:
        yield grupo


def codigos(grupo: Procesos, ruta: str) -> set[int]:
    """Lo que cada proceso contesta a un webhook sin firma: 403 si la Nora existe, 404 si no."""
    return {requests.post(f"{url}{ruta}", data={"Body": "hola"}, timeout=5).status_code for url in grupo.urls}


def pronto(condicion: Callable[[], bool], que: str) -> None:
    """Sin reiniciar nada. Cuánto tarda lo mide `benchmarks/registro.py`; aquí, que llega."""
    esperar(condicion, que, segundos=10, cada=0.01)


def test_lo_que_cambia_en_uno_vale_en_todos(
    procesos: Procesos,
    base: DireccionesPostgres,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
) -> None:
    """Los cuatro se levantan una vez para las tres cosas: cada uno tarda en arrancar más que lo que aquí se mira."""
    _una_nora_hecha_renombrada_y_suspendida(procesos, base)
    _un_modulo_apagado_es_404(procesos, base)
    crear_usuario("duena@costa.mx", "dueno", crear_nora("costa"))
    _salir_corta_los_sockets_de_los_demas(procesos)


def _una_nora_hecha_renombrada_y_suspendida(procesos: Procesos, base: DireccionesPostgres) -> None:
    assert codigos(procesos, "/webhook/marea") == {404}
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        pasos = (
            (
                "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos)"
                " values ('marea', 'Marea', '+526620000009', '[\"chat\"]')",
                "/webhook/marea",
                403,
            ),
            (
                "insert into conocimiento_nora (nombre_nora, titulo, contenido) values ('marea', 'a', 'b')",
                "/webhook/marea",
                403,
            ),
            (
                "update configuracion_bot set nombre_nora = 'mar' where nombre_nora = 'marea'",
                "/webhook/mar",
                403,
            ),
            ("select 1", "/webhook/marea", 404),
            ("update configuracion_bot set activo = false where nombre_nora = 'mar'", "/webhook/mar", 404),
            ("update configuracion_bot set activo = true where nombre_nora = 'mar'", "/webhook/mar", 403),
            ("delete from configuracion_bot where nombre_nora = 'mar'", "/webhook/mar", 404),
        )
        for sentencia, ruta, codigo in pasos:
            conexion.execute(sentencia)
            pronto(
                lambda ruta=ruta, codigo=codigo: codigos(procesos, ruta) == {codigo}, f"{ruta} -> {codigo}"
            )


def _un_modulo_apagado_es_404(procesos: Procesos, base: DireccionesPostgres) -> None:
    """Se mira con sesión: sin ella, una dirección que no existe también manda a la entrada."""
    from clientes.aura.utils.auth_utils import hash_de_contrasena

    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into configuracion_bot (nombre_nora, nombre_visible, numero_nora, modulos)"
            " values ('marea', 'Marea', '+526620000009', '[\"chat\", \"contactos\"]')"
        )
        conexion.execute(
            "insert into usuarios (correo, contrasena_hash, es_admin) values ('admin@prueba.mx', %s, true)",
            (hash_de_contrasena("una frase de prueba"),),
        )
        sesiones = [entrar(url) for url in procesos.urls]

        def ven(ruta: str) -> set[int]:
            return {
                s.get(f"{url}{ruta}", timeout=5).status_code
                for s, url in zip(sesiones, procesos.urls, strict=True)
            }

        assert ven("/panel_cliente/marea/contactos/") == {200}
        conexion.execute("""update configuracion_bot set modulos = '["chat"]' where nombre_nora = 'marea'""")
        pronto(lambda: ven("/panel_cliente/marea/contactos/") == {404}, "contactos apagado en todos")
        conexion.execute(
            """update configuracion_bot set modulos = '["chat", "contactos"]' where nombre_nora = 'marea'"""
        )
        pronto(lambda: ven("/panel_cliente/marea/contactos/") == {200}, "contactos encendido en todos")


def entrar(url: str) -> requests.Session:
    import re

    sesion = requests.Session()
    pagina = sesion.get(f"{url}/login", timeout=10).text
    encontrado = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', pagina)
    assert encontrado
    respuesta = sesion.post(
        f"{url}/login",
        data={"correo": "admin@prueba.mx", "contrasena": "una frase de prueba", "csrf_token": encontrado[1]},
        allow_redirects=False,
        timeout=10,
    )
    assert respuesta.status_code == 302, respuesta.text[:500]
    return sesion


def _salir_corta_los_sockets_de_los_demas(procesos: Procesos) -> None:
    """El balanceador manda la salida a un proceso y el socket vive en otro."""
    uno, *otros = procesos.urls
    sesion = abrir_sesion(uno, "duena@costa.mx")
    abiertos = [Socket(url, galletas_de(sesion), "costa") for url in otros]
    try:
        esperar(lambda: all(s.dentro for s in abiertos), "los sockets en los otros procesos")
        datos = {"csrf_token": csrf_de(sesion, uno)}
        assert sesion.post(f"{uno}/logout", data=datos, timeout=10).status_code == 200
        pronto(lambda: all(s.cortado for s in abiertos), "que todos se corten")
    finally:
        for abierto in abiertos:
            abierto.ws.close()
