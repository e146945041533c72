"""Los sockets de verdad: quién entra, a qué sala, cuántos caben y qué pasa al salir."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import requests
from apoyo.sockets import SOCKETS, Socket, entrar, galletas_de
from apoyo.vivo import ServidorVivo, esperar
from flask import Flask

from clientes.aura.personas import consultas, servicio
from clientes.aura.sockets import PuertaDeSockets
from clientes.aura.supabase_local import DireccionesPostgres


@pytest.fixture
def gente(
    servidor_vivo: ServidorVivo, crear_nora: Callable[..., str], crear_usuario: Callable[..., str]
) -> ServidorVivo:
    for nora in ("marea", "monte"):
        crear_usuario(f"duena@{nora}.mx", "dueno", crear_nora(nora))
    return servidor_vivo


def test_sin_sesion_no_hay_socket(servidor_vivo: ServidorVivo) -> None:
    visitante = requests.Session()
    visitante.get(f"{servidor_vivo.url}/login", timeout=5)
    inventada = f"aura_multinora_cookie={'x' * 43}"
    for galletas in ("", inventada, galletas_de(visitante)):
        respuesta = requests.get(f"{servidor_vivo.url}{SOCKETS}", headers={"Cookie": galletas}, timeout=5)
        assert respuesta.status_code == 401, galletas


def test_otra_pagina_no_abre_un_socket_con_tu_sesion(gente: ServidorVivo) -> None:
    """El navegador manda la cookie también desde un sitio ajeno: se revisa de qué página viene."""
    galleta = entrar(gente.url, "duena@marea.mx")
    propio = gente.url.rpartition(":")[0]  # este cliente manda Host sin puerto
    with Socket(gente.url, galleta, "marea", origen=propio) as socket:
        esperar(lambda: socket.dentro, "la entrada")
    for ajeno in ("https://malo.example", f"{propio}.malo.example"):
        respuesta = requests.get(
            f"{gente.url}{SOCKETS}", headers={"Cookie": galleta, "Origin": ajeno}, timeout=5
        )
        assert respuesta.status_code == 400 and "Not an accepted origin" in respuesta.text


def test_cada_quien_oye_solo_lo_suyo(gente: ServidorVivo, base: DireccionesPostgres) -> None:
    marea, monte = entrar(gente.url, "duena@marea.mx"), entrar(gente.url, "duena@monte.mx")
    with Socket(gente.url, marea, "marea") as suya, Socket(gente.url, monte, "monte") as ajena:
        esperar(lambda: suya.dentro and ajena.dentro, "las dos dentro")
        with psycopg.connect(base.administrador, autocommit=True) as conexion:
            de_marea = {recibir(conexion, "marea", n) for n in range(5)}
            de_monte = {recibir(conexion, "monte", 9)}
            de_marea.add(recibir(conexion, "marea", 10))  # después del de monte: al llegar, el suyo ya pasó
        esperar(lambda: avisados(suya) >= de_marea, "los avisos de marea")
        esperar(lambda: avisados(ajena) >= de_monte, "el aviso de monte")
        assert not avisados(suya) & de_monte and not avisados(ajena) & de_marea


def avisados(socket: Socket) -> set[int]:
    """Los mensajes de que oyó ese socket."""
    return {c["mensaje_id"] for c in socket.cambios if c.get("tipo") == "mensaje"}


def test_sin_nora_no_se_oye_nada_de_nadie(gente: ServidorVivo, base: DireccionesPostgres) -> None:
    galleta = entrar(gente.url, "duena@marea.mx")
    with Socket(gente.url, galleta, None) as sin_nora, Socket(gente.url, galleta, "marea") as suya:
        esperar(lambda: sin_nora.dentro and suya.dentro, "los dos dentro")
        with psycopg.connect(base.administrador, autocommit=True) as conexion:
            mensaje = recibir(conexion, "marea", 1)
        esperar(lambda: mensaje in avisados(suya), "el aviso")
        assert avisados(sin_nora) == set()


def recibir(conexion: psycopg.Connection[Any], nora: str, numero: int) -> int:
    """Guarda un mensaje entrante; devuelve su id."""
    direccion = f"whatsapp:+52662000{len(nora):04d}"
    fila = conexion.execute(
        "select recibir_mensaje(%s, 'whatsapp', %s, %s, %s)", (nora, f"SM{numero}", direccion, direccion)
    ).fetchone()
    assert fila is not None
    return int(fila[0]["mensaje_id"])


def test_no_se_entra_a_la_sala_de_otra(gente: ServidorVivo) -> None:
    """La de otra, una que no existe y algo que no es un nombre reciben lo mismo."""
    galleta = entrar(gente.url, "duena@monte.mx")
    rechazos = set()
    for nora in ("marea", "no-existe", ["monte"], {"a": 1}, 7):
        with Socket(gente.url, galleta, nora) as socket:
            esperar(lambda s=socket: s.respuesta.startswith("44"), f"el rechazo a {nora}")
            rechazos.add(socket.respuesta)
    assert len(rechazos) == 1 and "No encontramos esa Nora" in rechazos.pop()


def test_si_la_base_no_contesta_se_rechaza_y_luego_entra(
    gente: ServidorVivo, base: DireccionesPostgres
) -> None:
    galleta = entrar(gente.url, "duena@monte.mx")
    with psycopg.connect(base.administrador) as estorbo:
        estorbo.execute("lock table usuarios in access exclusive mode")
        with Socket(gente.url, galleta, "monte") as socket:
            esperar(lambda: socket.respuesta.startswith("44"), "el rechazo")
            assert "Se intenta otra vez" in socket.respuesta
    with Socket(gente.url, galleta, "monte") as socket:
        esperar(lambda: socket.dentro, "la entrada")


def test_al_salir_se_cortan_sus_sockets(gente: ServidorVivo, cliente_http: Any) -> None:
    cliente_http.entrar("duena@marea.mx")
    galleta = f"aura_multinora_cookie={cliente_http.get_cookie('aura_multinora_cookie').value}"
    ajena = entrar(gente.url, "duena@monte.mx")
    with (
        Socket(gente.url, galleta, "marea") as socket,
        Socket(gente.url, galleta, None) as sin_nora,
        Socket(gente.url, ajena, "monte") as de_otra,
    ):
        esperar(lambda: socket.dentro and sin_nora.dentro and de_otra.dentro, "la entrada")
        cliente_http.enviar("/logout")
        esperar(lambda: socket.cortado and sin_nora.cortado, "que se corten")
        assert de_otra.dentro and not de_otra.cortado, "a los demás no les pasa nada"
    respuesta = requests.get(f"{gente.url}{SOCKETS}", headers={"Cookie": galleta}, timeout=5)
    assert respuesta.status_code == 401, "y con esa sesión ya no se vuelve a entrar"


def _quitar_lugar(quien: consultas.Usuario) -> None:
    consultas.quitar_rol(quien.id, "marea")


def _desactivar(quien: consultas.Usuario) -> None:
    consultas.cambiar_usuario(quien.id, {"activo": False})


def _cerrar_todo(quien: consultas.Usuario) -> None:
    servicio.cerrar_todas_las_sesiones(quien.id)


@pytest.mark.parametrize("accion", [_quitar_lugar, _desactivar, _cerrar_todo])
def test_quien_pierde_el_derecho_deja_de_oir(
    gente: ServidorVivo, accion: Callable[[consultas.Usuario], None]
) -> None:
    """Su lugar, su cuenta o su sesión: el socket abierto se corta y al volver ya no entra a la sala."""
    galleta = entrar(gente.url, "duena@marea.mx")
    quien = consultas.usuario_por_correo("duena@marea.mx")
    assert quien is not None
    with Socket(gente.url, galleta, "marea") as socket:
        esperar(lambda: socket.dentro, "la entrada")
        accion(quien)
        esperar(lambda: socket.cortado, "que se corte")
    with Socket(gente.url, galleta, "marea") as otra_vez:
        esperar(lambda: otra_vez.respuesta.startswith("44"), "que no la dejen volver")


def test_el_cupo_deja_hilos_para_las_paginas(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any
) -> None:
    """Lleno el cupo, un socket más es 503 y una página contesta igual; al irse uno, hay lugar."""
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    cliente_http.entrar("ana@x.mx")
    galleta = cliente_http.get_cookie("aura_multinora_cookie")
    soltar, dentro = threading.Event(), threading.Semaphore(0)

    def aplicacion(entorno: Any, contestar: Any) -> list[bytes]:
        if entorno["PATH_INFO"].startswith("/socket.io"):
            dentro.release()
            soltar.wait(10)
        contestar("200 OK", [])
        return [b"ok"]

    puerta = PuertaDeSockets(app, aplicacion, cupo=2)

    def pedir(ruta: str) -> str:
        estados: list[str] = []
        entorno = {
            "PATH_INFO": ruta,
            "HTTP_COOKIE": f"aura_multinora_cookie={galleta.value}",
            "REQUEST_METHOD": "GET",
        }
        puerta(
            {**entorno, "wsgi.url_scheme": "http", "SERVER_NAME": "x", "SERVER_PORT": "80"},
            lambda e, _: estados.append(e),
        )
        return estados[0]

    ocupan = [threading.Thread(target=pedir, args=("/socket.io/",), daemon=True) for _ in range(2)]
    for hilo in ocupan:
        hilo.start()
    assert dentro.acquire(timeout=5) and dentro.acquire(timeout=5)
    assert pedir("/socket.io/").startswith("503")
    assert pedir("/panel_cliente/marea/").startswith("200")
    soltar.set()
    for hilo in ocupan:
        hilo.join(5)
    assert pedir("/socket.io/").startswith("200")
