"""El trabajo principal, entero: se crean dos Noras mientras cuatro procesos sirven, cada dueña le enseña un precio a
la suya, un cliente pregunta con otras palabras, y la respuesta sale una vez y se ve en el chat sin recargar."""

from __future__ import annotations

import random
import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest
import requests
from apoyo.navegador import Navegador
from apoyo.vivo import Procesos, esperar, levantar_procesos
from dobles.twilio_falso import TwilioFalso, firmar, twilio_falso

from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.auth_utils import hash_de_contrasena

CONTRASENA = "una frase de prueba"


@dataclass
class Negocio:
    """Una Nora recién creada, con su cuenta de Twilio y lo que se le enseña."""

    nombre: str
    numero: str
    cuenta: str
    token: str
    precio: str = ""


@pytest.fixture
def twilio() -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        yield doble


@pytest.fixture
def procesos(base: DireccionesPostgres, tmp_path: Path, twilio: TwilioFalso) -> Iterator[Procesos]:
    entorno = {
        "ENTORNO": "pruebas",
        "SUPABASE_DB_URL": base.servicio,
        "NORA_DATOS": str(tmp_path / "datos"),
        "TWILIO_BASE_URL": twilio.url,
    }
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "insert into usuarios (correo, contrasena_hash, es_admin) values ('admin@prueba.mx', %s, true)",
            (hash_de_contrasena(CONTRASENA),),
        )
    with levantar_procesos(4, entorno) as grupo:
        yield grupo


class Persona:
    """Alguien con sesión que llena formularios en un proceso."""

    def __init__(self, url: str, correo: str) -> None:
        self.url, self.sesion = url, requests.Session()
        self.mandar("/login", {"correo": correo, "contrasena": CONTRASENA}, pagina="/login")

    def mandar(self, ruta: str, datos: dict[str, Any], pagina: str | None = None) -> requests.Response:
        """POST de un formulario, con el testigo de su página."""
        html = self.sesion.get(self.url + (pagina or ruta), timeout=10).text
        encontrado = re.search(r'name="csrf[-_]token"[^>]*(?:value|content)="([^"]+)"', html)
        assert encontrado, f"sin testigo en {pagina or ruta}"
        respuesta = self.sesion.post(
            self.url + ruta, data={**datos, "csrf_token": encontrado[1]}, allow_redirects=False, timeout=20
        )
        assert respuesta.status_code in (200, 302), f"{ruta}: {respuesta.status_code} {respuesta.text[:800]}"
        return respuesta


def crear(admin: Persona, azar: random.Random) -> Negocio:
    """Da de alta la Nora, sus llaves y su dueña, como lo hace un admin."""
    negocio = Negocio(
        nombre=f"negocio-{azar.randrange(16**6):06x}",
        numero=f"+52662{azar.randrange(10**7):07d}",
        cuenta=f"AC{azar.randrange(16**32):032x}",
        token=f"{azar.randrange(16**32):032x}",
    )
    admin.mandar(
        "/admin/noras/nueva",
        {
            "nombre_nora": negocio.nombre,
            "nombre_visible": negocio.nombre,
            "numero_nora": negocio.numero,
            "zona_horaria": "America/Hermosillo",
            "modulos": ["chat", "contactos", "conocimiento", "simulador"],
        },
    )
    pagina = f"/admin/noras/{negocio.nombre}/datos"
    admin.mandar(
        f"/admin/noras/{negocio.nombre}/credenciales",
        {"cuenta": negocio.cuenta, "token": negocio.token},
        pagina=pagina,
    )
    admin.mandar(
        "/admin/usuarios/nuevo",
        {
            "correo": f"duena@{negocio.nombre}.mx",
            "nombre": "Dueña",
            "rol": "dueno",
            "nombre_nora": negocio.nombre,
            "contrasena": CONTRASENA,
        },
    )
    return negocio


def ensenar(url: str, negocio: Negocio, azar: random.Random) -> None:
    """La dueña escribe un precio al azar en su página de conocimiento."""
    negocio.precio = f"${azar.randrange(100, 999)}"
    duena = Persona(url, f"duena@{negocio.nombre}.mx")
    duena.mandar(
        f"/panel_cliente/{negocio.nombre}/conocimiento/nuevo",
        {
            "titulo": "Corte de cabello para caballero",
            "contenido": f"El corte de cabello para caballero cuesta {negocio.precio} e incluye lavado.",
        },
    )


def escribir(url: str, negocio: Negocio, texto: str, sid: str) -> int:
    """Un mensaje del cliente, firmado como lo firma Twilio."""
    ruta = f"{url}/webhook/{negocio.nombre}"
    campos = {
        "MessageSid": sid,
        "AccountSid": negocio.cuenta,
        "From": "whatsapp:+5216621234567",
        "To": f"whatsapp:{negocio.numero}",
        "Body": texto,
        "NumMedia": "0",
        "ProfileName": "Cliente",
        "WaId": "5216621234567",
    }
    cabeceras = {"X-Twilio-Signature": firmar(negocio.token, ruta, campos)}
    respuesta = requests.post(ruta, data=campos, headers=cabeceras, timeout=10)
    if respuesta.ok:
        assert "<Response" in respuesta.text
        assert respuesta.headers["Content-Type"].startswith("text/xml")
    return respuesta.status_code


@pytest.mark.navegador
def test_de_la_alta_a_la_respuesta_en_el_chat(
    procesos: Procesos, twilio: TwilioFalso, base: DireccionesPostgres, navegador: Navegador
) -> None:
    semilla = secrets.randbits(32)
    print(f"semilla {semilla}")  # noqa: T201  se enseña si falla
    azar = random.Random(semilla)
    twilio.exigir_cuenta = False
    negocios = [crear(Persona(procesos.urls[0], "admin@prueba.mx"), azar) for _ in range(2)]
    twilio.otras_cuentas = {negocio.cuenta: negocio.token for negocio in negocios}
    for url, negocio in zip(procesos.urls[1:], negocios, strict=False):
        esperar(
            lambda u=url, n=negocio: escribir_sin_firma(u, n) == 403,
            "la Nora nueva en el otro proceso",
            segundos=5,
        )
        ensenar(url, negocio, azar)

    paginas = []
    for url, negocio in zip(procesos.urls[2:], negocios, strict=True):
        pagina = navegador.entrar(url, f"duena@{negocio.nombre}.mx", CONTRASENA)
        pagina.goto(f"{url}/panel_cliente/{negocio.nombre}/chat/")
        paginas.append(pagina)

    sids = {negocio.nombre: f"SM{azar.randrange(16**32):032x}" for negocio in negocios}
    pregunta = "oye en cuánto sale cortarse el pelo, soy hombre"
    for negocio, url in zip(negocios, procesos.urls, strict=False):
        assert escribir(url, negocio, pregunta, sids[negocio.nombre]) == 200

    esperar(lambda: len(twilio.envios) >= 2, "las dos respuestas en Twilio", segundos=30)
    for negocio, pagina in zip(negocios, paginas, strict=True):
        suyos = [e for e in twilio.envios if e["From"] == f"whatsapp:{negocio.numero}"]
        assert len(suyos) == 1 and negocio.precio in suyos[0]["Body"], suyos
        assert suyos[0]["To"] == "whatsapp:+5216621234567"
        pagina.get_by_text(re.compile(re.escape(negocio.precio))).first.wait_for(timeout=10_000)

    # Los mismos avisos otra vez, y en otro proceso: nada cambia.
    antes = contar(base)
    for negocio in negocios:
        for url in procesos.urls:
            if url == procesos.urls[0]:
                assert escribir(url, negocio, pregunta, sids[negocio.nombre]) == 200
    assert contar(base) == antes
    # Una firma mala no deja fila; una Nora que no existe es un 404.
    assert escribir_sin_firma(procesos.urls[3], negocios[0]) == 403
    assert escribir_sin_firma(procesos.urls[3], Negocio("no-existe", "", "", "")) == 404
    assert contar(base) == antes
    assert len(twilio.envios) == 2


def escribir_sin_firma(url: str, negocio: Negocio) -> int:
    return requests.post(
        f"{url}/webhook/{negocio.nombre}",
        data={"Body": "hola", "MessageSid": "SMx", "From": "whatsapp:+526621111111"},
        timeout=10,
    ).status_code


def contar(base: DireccionesPostgres) -> tuple[Any, ...]:
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "select (select count(*) from mensajes), (select count(*) from mensajes_salientes),"
            " (select count(*) from contactos), (select count(*) from conversaciones)"
        ).fetchone()
    assert fila is not None
    return fila
