"""Con qué se firman los tokens de las Noras en cada modo."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from app_config import Config, ErrorConfiguracion

PRODUCCION = {
    "ENTORNO": "produccion",
    "SECRET_KEY": "un texto largo y al azar",
    "URL_PUBLICA": "https://nora.ejemplo.mx",
    "NORA_CLAVES_CIFRADO": (Fernet.generate_key().decode(),),
}


def test_la_api_embebida_nunca_firma_con_un_secreto_vacio(tmp_path: Path) -> None:
    for cambios in ({"ENTORNO": "pruebas"}, PRODUCCION):
        config = Config(NORA_DATOS=tmp_path, SUPABASE_DB_URL="", **cambios)
        config.revisar()
        assert len(config.SUPABASE_JWT_SECRET) >= 32
    assert (tmp_path / "secretos.json").stat().st_mode & 0o077 == 0


def test_en_produccion_sobre_un_postgresql_el_secreto_lo_pone_quien_opera(tmp_path: Path) -> None:
    """Varias máquinas deben firmar igual: inventarlo en cada una las dejaría sin entenderse."""
    config = Config(NORA_DATOS=tmp_path, SUPABASE_DB_URL="postgresql://x/nora", **PRODUCCION)
    with pytest.raises(ErrorConfiguracion, match="SUPABASE_JWT_SECRET"):
        config.revisar()
    assert not (tmp_path / "secretos.json").exists()
