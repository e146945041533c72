"""Frenos: quien prueba firmas, quien pide sin parar, y que detrás de un proxy cada quien tenga el suyo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dobles.twilio_falso import firmar

from app_config import Config
from clientes.aura.conversacion import consultas
from clientes.aura.registro import frenos
from clientes.aura.routes.admin import servicio as admin
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.freno import CLAVES_MAXIMAS, Freno

TOKEN = "token-de-prueba"


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        TWILIO_AUTH_TOKEN=TOKEN,
        NORA_LIMITE_PETICIONES=40,
        NORA_PROXIES=1,
    )


@pytest.fixture(autouse=True)
def _reloj(monkeypatch: pytest.MonkeyPatch) -> None:
    """Todo pasa en el mismo minuto."""
    monkeypatch.setattr("clientes.aura.utils.freno.time.time", lambda: 1_800_000_005.0)


def de(direccion: str) -> dict[str, str]:
    """Como lo manda el proxy: lo que dijo el visitante, y al final lo que el proxy vio."""
    return {"X-Forwarded-For": f"10.9.9.9, {direccion}"}


def test_firmas_malas_por_origen(cliente_http: Any, crear_nora: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    crear_nora("marea")
    ruta, malo, twilio = "/webhook/marea", de("203.0.113.7"), de("54.172.60.1")
    leidas: list[str] = []
    leer = consultas.leer_credenciales
    monkeypatch.setattr(consultas, "leer_credenciales", lambda n: (leidas.append(n), leer(n))[1])
    codigos = [
        cliente_http.post(ruta, data={"Body": "x"}, headers=malo).status_code
        for _ in range(frenos.FIRMAS_MALAS_POR_MINUTO)
    ]
    assert set(codigos) == {403}
    cliente_http.post(ruta, data={"Body": "x"}, headers=malo)
    antes = len(leidas)
    frenada = cliente_http.post(ruta, data={"Body": "x"}, headers=malo)
    assert (frenada.status_code, frenada.headers["Retry-After"]) == (429, "55")
    assert len(leidas) == antes, "frenado no gasta una lectura"
    # Lo bien firmado pasa las veces que quiera, aunque venga del mismo origen (un proxy mal contado).
    for numero, origen in enumerate([twilio, malo] * frenos.FIRMAS_MALAS_POR_MINUTO):
        campos = {"MessageSid": f"SM{numero}", "From": "whatsapp:+5216621234567", "Body": "hola"}
        firma = {"X-Twilio-Signature": firmar(TOKEN, f"http://localhost{ruta}", campos), **origen}
        assert cliente_http.post(ruta, data=campos, headers=firma).status_code == 200


def test_sin_nombre_tambien_se_frena_a_quien_prueba_numeros(
    cliente_http: Any, crear_nora: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    crear_nora("marea", numero_nora="+526620000009")
    cuenta = "AC" + "2" * 32
    admin.guardar_credenciales(None, "marea", cuenta=cuenta, token=TOKEN, servicio_de_mensajes="")
    malo = de("203.0.113.7")
    leidas: list[str] = []
    leer = consultas.nora_de_twilio
    monkeypatch.setattr(consultas, "nora_de_twilio", lambda *p: (leidas.append(p[2]), leer(*p))[1])

    def probar(numero: int) -> int:
        datos = {"MessageSid": f"SM{numero}", "To": f"whatsapp:+52662777{numero:04d}", "Body": "x"}
        codigo: int = cliente_http.post("/webhook", data=datos, headers=malo).status_code
        return codigo

    assert {probar(n) for n in range(frenos.FIRMAS_MALAS_POR_MINUTO)} == {404}
    antes = len(leidas)
    assert probar(99) == 429 and len(leidas) == antes, "frenado no gasta una lectura"
    # Lo firmado de un número que sí es de alguien entra, y no se lee de quién es en cada mensaje.
    leidas.clear()
    for numero in range(3):
        campos = {
            "MessageSid": f"SMb{numero}", "AccountSid": cuenta, "From": "whatsapp:+5216621234567",
            "To": "whatsapp:+526620000009", "Body": "hola",
        }  # fmt: skip
        firma = {"X-Twilio-Signature": firmar(TOKEN, "http://localhost/webhook", campos), **de("54.172.60.1")}
        assert cliente_http.post("/webhook", data=campos, headers=firma).status_code == 200
    assert len(leidas) == 1
    # Y sigue entrando aunque del mismo origen (un proxy mal contado) alguien pruebe firmas con ese número.
    for _ in range(frenos.FIRMAS_MALAS_POR_MINUTO + 5):
        cliente_http.post("/webhook", data={**campos, "MessageSid": "SMx"}, headers=de("54.172.60.1"))
    campos["MessageSid"] = "SMb9"
    firma["X-Twilio-Signature"] = firmar(TOKEN, "http://localhost/webhook", campos)
    assert cliente_http.post("/webhook", data=campos, headers=firma).status_code == 200


def test_los_informes_de_politica_tienen_freno_y_ninguno_rompe(cliente_http: Any) -> None:
    uno = de("203.0.113.10")
    raros = ("http://[x", "inline", "", "https://malo.ejemplo/a?b", 7)
    for raro in raros:
        informe = {"csp-report": {"effective-directive": "script-src", "blocked-uri": raro}}
        assert cliente_http.post("/informe-de-politica", json=informe, headers=uno).status_code == 204
    codigos = [cliente_http.post("/informe-de-politica", json={}, headers=uno).status_code for _ in range(40)]
    assert codigos[-1] == 429


def test_peticiones_por_persona_y_por_direccion(cliente_http: Any, cliente_de: Any, crear_nora: Any) -> None:
    dueno, otro = (cliente_de("dueno", crear_nora(nora)) for nora in ("marea", "duna"))
    codigos = [dueno.get("/panel_cliente/marea/avisos").status_code for _ in range(45)]
    assert codigos[0] == 200 and codigos[-1] == 429 and codigos.count(429) >= 5
    pagina = dueno.get("/panel_cliente/marea/")
    assert "Vas muy rápido" in pagina.get_data(as_text=True) and pagina.headers["Retry-After"] == "55"
    assert otro.get("/panel_cliente/duna/avisos").status_code == 200, "cada persona tiene el suyo"
    # Sin entrar, por dirección; la salud y los estilos no cuentan.
    uno = de("203.0.113.8")
    assert [cliente_http.get("/login", headers=uno).status_code for _ in range(41)][-1] == 429
    assert cliente_http.get("/salud", headers=uno).status_code == 200
    assert cliente_http.get("/login", headers=de("203.0.113.9")).status_code == 200


def test_la_entrada_frena_por_la_direccion_del_visitante_y_no_por_la_del_proxy(
    cliente_http: Any, crear_usuario: Any, crear_nora: Any
) -> None:
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    mala = {"correo": "duena@marea.mx", "contrasena": "otra frase"}
    for _ in range(5):
        assert cliente_http.enviar("/login", mala, headers=de("203.0.113.7")).status_code == 400
    buena = {**mala, "contrasena": "una frase de prueba"}
    assert cliente_http.enviar("/login", buena, headers=de("203.0.113.7")).status_code == 429
    assert cliente_http.enviar("/login", buena, headers=de("203.0.113.9")).status_code == 302


class RedisFalso:
    """Lo poco de Redis que se usa: una tubería con incrby y expire, y get."""

    def __init__(self) -> None:
        self.datos: dict[str, int] = {}
        self.hechas: list[int] = []

    def pipeline(self) -> RedisFalso:
        self.hechas = []
        return self

    def incrby(self, clave: str, cuanto: int) -> None:
        self.datos[clave] = self.datos.get(clave, 0) + cuanto
        self.hechas.append(self.datos[clave])

    def expire(self, clave: str, segundos: int) -> None:
        self.hechas.append(segundos)

    def execute(self) -> list[int]:
        return self.hechas

    def get(self, clave: str) -> bytes | None:
        return str(self.datos[clave]).encode() if clave in self.datos else None


def test_la_cuenta_es_por_minuto_y_no_crece_sin_fin(monkeypatch: pytest.MonkeyPatch) -> None:
    for freno in (Freno(), Freno(RedisFalso())):
        monkeypatch.setattr("clientes.aura.utils.freno.time.time", lambda: 1_800_000_005.0)
        assert [freno.contar("a") for _ in range(3)] == [1, 2, 3]
        assert (freno.van("a"), freno.van("b")) == (3, 0)
        monkeypatch.setattr("clientes.aura.utils.freno.time.time", lambda: 1_800_000_065.0)
        assert freno.van("a") == 0 and freno.contar("a") == 1
    propio = Freno()
    for numero in range(CLAVES_MAXIMAS + 10):
        propio.contar(str(numero))
    assert len(propio._cuentas) == CLAVES_MAXIMAS
