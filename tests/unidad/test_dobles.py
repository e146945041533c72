"""Los dobles de los proveedores no aceptan lo que uno de verdad rechazaría."""

from __future__ import annotations

import socket
from base64 import b64encode
from urllib.parse import urlsplit

import requests
from apoyo.vivo import esperar
from dobles.twilio_falso import twilio_falso

RUTA = "/2010-04-01/Accounts/AC00000000000000000000000000000000/Messages.json"


def test_un_envio_cortado_a_la_mitad_no_es_un_envio() -> None:
    with twilio_falso() as twilio:
        partes = urlsplit(twilio.url)
        assert partes.hostname is not None and partes.port is not None
        cuerpo = "From=whatsapp%3A%2B15550000000&Body=hola&To=whatsapp%3A%2B526621234567"
        with socket.create_connection((partes.hostname, partes.port), timeout=5) as cable:
            llave = b64encode(f"{twilio.cuenta}:{twilio.token}".encode()).decode()
            cabeza = (
                f"POST {RUTA} HTTP/1.1\r\nHost: x\r\nAuthorization: Basic {llave}\r\n"
                f"Content-Length: {len(cuerpo)}\r\n\r\n"
            )
            cable.sendall(f"{cabeza}{cuerpo[:-4]}".encode())
            cable.shutdown(socket.SHUT_WR)
            assert cable.recv(100) == b"", "se suelta sin contestar"
        entero = {"From": "whatsapp:+15550000000", "Body": "hola", "To": "whatsapp:+526621234567"}
        requests.post(twilio.url + RUTA, data=entero, auth=(twilio.cuenta, twilio.token), timeout=5)
        esperar(lambda: len(twilio.mensajes) == 1, "solo el entero")
        assert [m["to"] for m in twilio.mensajes] == ["whatsapp:+526621234567"]
