"""Nadie nos manda a otro lado: direcciones torcidas, redirecciones y DNS que cambia. Juzga el servidor al que no se
debía llegar, por lo que oyó."""

from __future__ import annotations

import io
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpcore
import pytest
from apoyo.vivo import esperar
from dobles.twilio_falso import Archivo, TwilioFalso, twilio_falso

from clientes.aura.canales.base import Credenciales, OrigenDeMedios
from clientes.aura.medios import red
from clientes.aura.medios.red import Descargador, NoPermitido, NoSePudo, es_publica

LLAVES = Credenciales("AC" + "0" * 32, "token-de-prueba")
TWILIO = OrigenDeMedios((".twilio.com", ".twiliocdn.com"), ("api.twilio.com",))
CUALQUIERA = OrigenDeMedios((".mx", ".com", "", "localhost"), ())


@dataclass
class Prohibido:
    """Un servidor en esta máquina que anota cada conexión que recibe."""

    puerto: int
    puerto_v6: int
    oidas: list[bytes] = field(default_factory=list)


@pytest.fixture
def prohibido() -> Iterator[Prohibido]:
    escuchas = [socket.create_server(("127.0.0.1", 0))]
    puerto = escuchas[0].getsockname()[1]
    if socket.has_ipv6:
        try:
            escuchas.append(socket.create_server(("::1", puerto), family=socket.AF_INET6))
        except OSError:  # una máquina sin IPv6: lo demás se prueba igual
            escuchas = escuchas[:1]
    doble = Prohibido(puerto, puerto)
    parar = threading.Event()

    def atender(escucha: socket.socket) -> None:
        escucha.settimeout(0.05)
        while not parar.is_set():
            try:
                conexion, _ = escucha.accept()
            except TimeoutError:
                continue
            with conexion:
                conexion.settimeout(0.5)
                try:
                    doble.oidas.append(conexion.recv(2_000))
                except OSError:
                    doble.oidas.append(b"")

    hilos = [threading.Thread(target=atender, args=(uno,), daemon=True) for uno in escuchas]
    for hilo in hilos:
        hilo.start()
    yield doble
    parar.set()
    for hilo, escucha in zip(hilos, escuchas, strict=True):
        hilo.join(5)
        escucha.close()


@pytest.fixture
def conexiones(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """A dónde se quiso conectar de verdad, aunque no hubiera nadie."""
    hechas: list[tuple[str, int]] = []
    conectar = httpcore.SyncBackend.connect_tcp

    def anotando(self: Any, host: str, port: int, *resto: Any, **mas: Any) -> Any:
        hechas.append((host, port))
        return conectar(self, host, port, *resto, **mas)

    monkeypatch.setattr(httpcore.SyncBackend, "connect_tcp", anotando)
    return hechas


def intentar(descargador: Descargador, url: str) -> Exception:
    """Baja y devuelve por qué no se pudo; bajarlo sería la falla."""
    with pytest.raises((NoPermitido, NoSePudo)) as razon:
        descargador.bajar(url, LLAVES, io.BytesIO(), 1_000)
    return razon.value


def direcciones(puerto: int) -> list[str]:
    """Maneras de escribir esta máquina, esta red, o la de quien la renta."""
    casas = (
        "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "017700000001", "0", "0.0.0.0",
        "localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
        "[0:0:0:0:0:0:0:1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "169.254.169.254", "[fd00:ec2::254]",
        "[fe80::1%25lo]", "10.0.0.1", "192.168.1.1", "172.16.0.1", "100.64.0.1", "224.0.0.1", "①②⑦.⓪.⓪.①",
        "127.0.0.1.nip.io", "metadata.google.internal",
    )  # fmt: skip
    urls = [f"{esquema}://{casa}:{puerto}/x" for esquema in ("http", "https") for casa in casas]
    return urls + [
        f"https://api.twilio.com@127.0.0.1:{puerto}/x",
        f"https://api.twilio.com:x@127.0.0.1:{puerto}/x",
        f"https://AC:token@api.twilio.com.127.0.0.1.nip.io:{puerto}/x",
        f"https://127.0.0.1:{puerto}#@api.twilio.com/x",
        f"https://127.0.0.1:{puerto}?@api.twilio.com/x",
        f"https://127.0.0.1:{puerto}\\@api.twilio.com/x",
        f"https://api.twilio.com\\@127.0.0.1:{puerto}/x",
        f"https://api.twilio.com.evil.mx:{puerto}/x",
        f"https://evilapi.twilio.com.mx:{puerto}/x",
        f"https://api.twilio.com:{puerto}/x",
        f"http://api.twilio.com:{puerto}/x",
        f"https://api.twilio.com\r\nHost: 127.0.0.1:{puerto}/x",
        f"//127.0.0.1:{puerto}/x",
        f"ftp://127.0.0.1:{puerto}/x",
        f"gopher://127.0.0.1:{puerto}/x",
        "file:///etc/passwd",
        "data:text/plain,hola",
        "https://[::1",
        "https://api.twilio.com:99999/x",
        "https:///x",
        "",
    ]


def test_ninguna_manera_de_escribirla_llega(prohibido: Prohibido, conexiones: list[tuple[str, int]]) -> None:
    aqui = ["127.0.0.1"]
    for url in direcciones(prohibido.puerto):
        # Aunque la lista de servidores dejara pasar cualquiera, la IP se revisa.
        for origen in (TWILIO, CUALQUIERA):
            intentar(Descargador(origen, resolver=lambda *_: aqui), url)
    for casa in ("127.0.0.1", "::1", "169.254.169.254"):
        for nombre in ("api.twilio.com", "mms.twiliocdn.com", "media.twiliocdn.com"):
            error = intentar(Descargador(TWILIO, resolver=lambda *_, c=casa: [c]), f"https://{nombre}/x")
            assert isinstance(error, NoPermitido)
    assert prohibido.oidas == [] and conexiones == []


def test_el_juez_oye(prohibido: Prohibido, conexiones: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Sin revisar la IP sí se iría: lo de arriba puede fallar."""
    monkeypatch.setattr(red, "es_publica", lambda _: True)
    intentar(Descargador(TWILIO, resolver=lambda *_: ["127.0.0.1"]), "https://api.twilio.com/x")
    assert conexiones == [("127.0.0.1", 443)]
    socket.create_connection(("127.0.0.1", prohibido.puerto)).close()
    esperar(lambda: prohibido.oidas, "que el servidor prohibido oiga")


def test_el_nombre_se_resuelve_una_vez_y_se_conecta_a_lo_que_se_reviso(
    prohibido: Prohibido, conexiones: list[tuple[str, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    """DNS que contesta una IP buena al revisar y otra al conectar: no hay segunda pregunta."""
    respuestas = iter([["192.0.2.1"], ["127.0.0.1"], ["127.0.0.1"]])
    preguntas: list[str] = []

    def cambiante(nombre: str, puerto: int) -> list[str]:
        preguntas.append(nombre)
        return next(respuestas)

    error = intentar(Descargador(TWILIO, resolver=cambiante), "https://api.twilio.com/x")
    assert isinstance(error, NoPermitido) and preguntas == ["api.twilio.com"]  # 192.0.2.0/24 no es de nadie
    # Una buena y una mala en la misma respuesta: con una mala basta para no ir.
    mezcla = Descargador(TWILIO, resolver=lambda *_: ["8.8.8.8", "127.0.0.1"])
    assert isinstance(intentar(mezcla, "https://api.twilio.com/x"), NoPermitido)
    assert prohibido.oidas == [] and conexiones == []
    # Y si la primera fue buena, a esa IP se conecta: al nombre ya no se le vuelve a preguntar.
    monkeypatch.setattr(red, "es_publica", lambda ip: ip == "::1")
    respuestas = iter([["::1"], ["127.0.0.1"]])
    intentar(Descargador(TWILIO, resolver=cambiante), "https://api.twilio.com/x")
    assert conexiones == [("::1", 443)]


def test_una_redireccion_se_revisa_como_la_primera(prohibido: Prohibido) -> None:
    with twilio_falso() as twilio:
        origen = OrigenDeMedios(TWILIO.servidores, TWILIO.con_llaves, sustituto=twilio.url)
        descargador = Descargador(origen)
        for destino in direcciones(prohibido.puerto):
            if (
                destino.startswith(("https://api.twilio.com/",))
                or not (destino and destino.isascii())
                or "\r" in destino
            ):
                continue
            url = twilio.guardar_archivo("ME1", Archivo(b"x", "image/png", a_donde=destino))
            intentar(descargador, url)
        vuelta = f"{twilio.url}/2010-04-01/Accounts/{twilio.cuenta}/Messages/MM1/Media/ME2"
        twilio.guardar_archivo("ME2", Archivo(b"x", "image/png", a_donde=vuelta))
        assert isinstance(intentar(descargador, vuelta), NoPermitido), "una que da vueltas se corta"
    assert prohibido.oidas == []


def test_las_llaves_solo_van_a_la_api(prohibido: Prohibido) -> None:
    """Con redirección a otro servidor permitido, sin las llaves; y el sustituto es exacto: otro puerto ya no es él."""
    with twilio_falso() as twilio:
        _, _, puerto = twilio.url.rpartition(":")
        origen = OrigenDeMedios(TWILIO.servidores, TWILIO.con_llaves, sustituto=twilio.url)
        descargador = Descargador(origen)
        assert descargador._lleva_llaves("https://api.twilio.com/x")
        assert not descargador._lleva_llaves("https://mms.twiliocdn.com/x")
        assert not descargador._lleva_llaves(f"http://127.0.0.1:{prohibido.puerto}/x")
        assert not descargador._lleva_llaves(f"http://localhost:{puerto}/x")
        url = twilio.guardar_archivo("ME1", Archivo(b"hola", "image/png"))
        destino = io.BytesIO()
        assert descargador.bajar(url, LLAVES, destino, 1_000).bytes == 4
        assert destino.getvalue() == b"hola"
    assert prohibido.oidas == []


def test_que_ip_es_de_internet() -> None:
    assert all(es_publica(ip) for ip in ("8.8.8.8", "54.172.60.0", "2606:4700::1111"))
    privadas = (
        "127.0.0.1", "10.1.2.3", "172.31.255.255", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "255.255.255.255", "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fe80::1%eth0",
        "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::", "2001::1",
        "no-es-ip", "",
    )  # fmt: skip
    assert not [ip for ip in privadas if es_publica(ip)]


def test_lo_que_gotea_o_se_corta_no_detiene(prohibido: Prohibido) -> None:
    with twilio_falso() as twilio:
        doble: TwilioFalso = twilio
        origen = OrigenDeMedios(TWILIO.servidores, TWILIO.con_llaves, sustituto=doble.url)
        trabado = Archivo(b"x" * 200_000, "image/png", trabar=threading.Event())
        url = doble.guardar_archivo("ME1", trabado)
        threading.Timer(0.3, trabado.trabar.set).start()  # type: ignore[union-attr]
        lento = Descargador(origen, en_todo_s=0.1)
        with pytest.raises(NoSePudo, match="tardó"):
            lento.bajar(url, LLAVES, io.BytesIO(), 1_000_000)
