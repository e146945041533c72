"""Ningún secreto en el repositorio: se lee lo que git guarda, no lo que hay en la carpeta."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]
PATRONES = {
    "llave privada": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----"),
    "OpenAI": re.compile(r"\bsk-(?:proj-)?[A-Za-z0-9_-]{20,}"),
    "Supabase": re.compile(r"\bsb_secret_[A-Za-z0-9_-]{10,}"),
    "Twilio": re.compile(r"\b(?:AC|SK)(?!0{8}|1{8}|2{8})[0-9a-f]{32}\b"),
    "Meta": re.compile(r"\bEAA[A-Za-z0-9]{40,}"),
    "Google": re.compile(r"\bAIza[0-9A-Za-z_-]{35}|\bya29\.[0-9A-Za-z_-]{20,}|\bGOCSPX-[0-9A-Za-z_-]{20,}"),
    "GitHub": re.compile(r"\bgh[pousr]_[A-Za-z0-9]{36}|\bgithub_pat_[A-Za-z0-9_]{50,}"),
    "AWS": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
    "JWT": re.compile(r"\beyJ[A-Za-z0-9_-]{20,}\.eyJ[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}"),
    "Fernet": re.compile(r"\bgAAAAA[A-Za-z0-9_=-]{60,}"),
    "clave en una dirección": re.compile(
        r"\b(?:postgres(?:ql)?|redis|https?)://[^\s:/@'\"{<$]+:([^\s/@'\"{<$]{8,})@"
    ),
    "secreto en un .env": re.compile(
        r"(?m)^(?:export )?(?:[A-Z_]*(?:TOKEN|SECRET|SECRET_KEY|PASSWORD|CLAVES_CIFRADO))=[\"']?[A-Za-z0-9+/_=-]{16,}"
    ),
}
# Inventados a propósito, y que se nota.
INVENTADOS = re.compile(
    r"(?i)prueba|inventad|ejemplo|falso|abcdef|0123456789|x{8}|contrasena|secret[oa]|super"
)
# `.env.local` y `.env.railway` sí se guardan: traen nombres, sin secretos.
LOCALES = (".env", ".datos", ".venv")


def guardados() -> list[str]:
    """Los archivos que git conoce o conocería: lo ignorado no cuenta."""
    orden = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    salida = subprocess.run(orden, cwd=RAIZ, capture_output=True, text=True, check=True).stdout
    return [ruta for ruta in salida.split("\0") if ruta and (RAIZ / ruta).is_file()]


def hallar(texto: str) -> list[str]:
    """Lo que parece un secreto y no dice que es inventado."""
    return [
        f"{nombre}: {hallado.group()[:12]}…"
        for nombre, patron in PATRONES.items()
        for hallado in patron.finditer(texto)
        if not INVENTADOS.search(hallado.group())
    ]


def test_nada_parece_un_secreto() -> None:
    hallados = {
        ruta: sospechas
        for ruta in guardados()
        if (RAIZ / ruta).stat().st_size < 2_000_000
        and (sospechas := hallar((RAIZ / ruta).read_text(encoding="utf-8", errors="ignore")))
    }
    assert hallados == {}


def test_lo_local_no_se_guarda() -> None:
    assert [ruta for ruta in guardados() if ruta.split("/")[0] in LOCALES] == []


@pytest.mark.parametrize(
    "texto",
    [
        "-----BEGIN PRIVATE " + "KEY-----",
        "sk-proj-" + "Zq8" * 10,
        "AC" + "9f3b" * 8,
        "EAA" + "Zk4" * 20,
        "postgresql://nora:" + "hUnTer2hunt" + "@10.0.0.1/nora",
        "TWILIO_AUTH_TOKEN=" + "9f3b" * 8,
        "AKIA" + "J7Q2" * 4,
    ],
)
def test_el_buscador_encuentra(texto: str) -> None:
    assert hallar(texto)
