"""Ninguna dirección que alguien ponga en un enlace saca a la persona de este sitio."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urljoin, urlsplit

import pytest

from clientes.aura.utils.auth_utils import destino_seguro

SITIO = "https://nora.ejemplo.mx/login"
AFUERA = (
    "https://malo.mx",
    "http://malo.mx/panel",
    "//malo.mx",
    "///malo.mx",
    "////malo.mx",
    "/\\malo.mx",
    "\\/malo.mx",
    "\\\\malo.mx",
    "/\t/malo.mx",
    "/\n/malo.mx",
    "/\r//malo.mx",
    "\t//malo.mx",
    " //malo.mx",
    "%09//malo.mx",
    "/%5cmalo.mx\\@x",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\nscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "https:malo.mx",
    "https:/malo.mx",
    "http:///malo.mx",
    "malo.mx",
    "@malo.mx",
    ".malo.mx",
    "https://nora.ejemplo.mx@malo.mx/",
    "https://nora.ejemplo.mx.malo.mx/",
    "//malo.mx%2f..",
    "//nora.ejemplo.mx\\@malo.mx",
    "/\x00/malo.mx",
    "\u2028//malo.mx",
    "//malo\u3002mx",
    "/\u2215malo.mx\\",
    "ftp://malo.mx",
    "?next=https://malo.mx\\",
)
ADENTRO = ("/panel_cliente/marea/", "/panel_cliente/marea/chat/?q=a//b", "/admin/noras?q=%2F%2Fmalo.mx", "/")


@pytest.mark.parametrize("direccion", AFUERA)
def test_lo_de_afuera_no_se_sigue(direccion: str) -> None:
    destino = destino_seguro(direccion)
    # Como lo leería un navegador: sin tabuladores ni saltos, y con la diagonal invertida como diagonal.
    leida = "".join(c for c in destino or "/" if c not in "\t\n\r").replace("\\", "/")
    assert urlsplit(urljoin(SITIO, leida)).netloc == "nora.ejemplo.mx"
    assert destino is None or destino.startswith("/")


@pytest.mark.parametrize("direccion", ADENTRO)
def test_lo_de_adentro_si(direccion: str) -> None:
    assert destino_seguro(direccion) == direccion


def test_la_entrada_no_lleva_afuera(cliente_http: Any, crear_usuario: Any, crear_nora: Any) -> None:
    """La entrada de verdad, con el campo y con la dirección."""
    crear_usuario("duena@marea.mx", "dueno", crear_nora("marea"))
    for direccion in AFUERA[::6]:
        pagina = cliente_http.get(f"/login?next={quote(direccion)}").get_data(as_text=True)
        assert "malo.mx" not in pagina, direccion
        datos = {"correo": "duena@marea.mx", "contrasena": "una frase de prueba", "next": direccion}
        respuesta = cliente_http.enviar("/login", datos)
        assert respuesta.status_code == 302 and respuesta.location == "/", direccion
        cliente_http.enviar("/logout")
    # A una página que no existe también se vuelve después de entrar, pero siempre de este sitio.
    respuesta = cliente_http.get("/panel_cliente//malo.mx/")
    assert "malo.mx" not in urlsplit(respuesta.location or "").netloc
