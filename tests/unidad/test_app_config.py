"""La configuración: de dónde sale cada dato, y una frase por cada cosa que falta."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from app_config import Config, ErrorConfiguracion

RAIZ = Path(__file__).resolve().parents[2]
HOSPEDADO = {
    "SUPABASE_URL": "https://proyecto.supabase.co",
    "SUPABASE_KEY": "sb_secret_x",
    "SUPABASE_DB_URL": "postgresql://postgres@db/postgres",
    "SUPABASE_JWT_SECRET": "un secreto del proyecto",
}


@pytest.mark.parametrize(
    ("cambios", "modo"),
    [
        ({}, "embebido"),
        ({"SUPABASE_DB_URL": "postgresql://x/nora"}, "sobre_postgres"),
        ({"SUPABASE_URL": "https://x.supabase.co"}, "hospedado"),
        ({"SUPABASE_KEY": "x"}, "hospedado"),
        (HOSPEDADO, "hospedado"),
    ],
)
def test_de_donde_sale_la_base(tmp_path: Path, cambios: dict[str, str], modo: str) -> None:
    assert Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **cambios).modo_supabase == modo


@pytest.mark.parametrize(
    ("falta", "donde"),
    [
        ("SUPABASE_URL", "Project URL"),
        ("SUPABASE_KEY", "API Keys"),
        ("SUPABASE_DB_URL", "Session pooler"),
        ("SUPABASE_JWT_SECRET", "JWT Keys"),
    ],
)
def test_hospedado_dice_que_falta_y_donde_esta(tmp_path: Path, falta: str, donde: str) -> None:
    completo = Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **HOSPEDADO)
    completo.revisar()
    with pytest.raises(ErrorConfiguracion) as error:
        Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **{**HOSPEDADO, falta: ""}).revisar()
    assert len(error.value.faltas) == 1
    assert falta in error.value.faltas[0] and donde in error.value.faltas[0]


def test_hospedado_con_llave_es256_no_pide_el_secreto(tmp_path: Path) -> None:
    cambios = {**HOSPEDADO, "SUPABASE_JWT_SECRET": "", "SUPABASE_JWT_LLAVE": '{"kty": "EC"}'}
    Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **cambios).revisar()


def test_produccion_una_frase_por_falta(tmp_path: Path) -> None:
    with pytest.raises(ErrorConfiguracion) as error:
        Config(
            ENTORNO="produccion", SECRET_KEY="clave-fuerte", NORA_DATOS=tmp_path, SUPABASE_DB_URL=""
        ).revisar()
    assert [f.split(":")[0] for f in error.value.faltas] == [
        "Falta SECRET_KEY",
        "Falta URL_PUBLICA",
        "Falta NORA_CLAVES_CIFRADO",
    ]


@pytest.mark.parametrize(
    "cambios",
    [
        {"ENTORNO": "marte"},
        {"NORA_TRABAJADOR": "quien sabe"},
        {"URL_PUBLICA": "nora.ejemplo.mx"},
        {"NORA_CLAVES_CIFRADO": ("no-es-fernet",)},
    ],
)
def test_un_valor_que_no_sirve_detiene_el_arranque(tmp_path: Path, cambios: dict[str, object]) -> None:
    with pytest.raises(ErrorConfiguracion) as error:
        Config(**{"ENTORNO": "pruebas", "NORA_DATOS": tmp_path, **cambios}).revisar()
    assert len(error.value.faltas) == 1


def test_un_numero_que_no_lo_es(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "cinco mil")
    with pytest.raises(ErrorConfiguracion, match="PORT"):
        Config(ENTORNO="pruebas", NORA_DATOS=tmp_path).revisar()


def test_una_subclase_fija_lo_suyo(tmp_path: Path) -> None:
    class Otra(Config):
        ENTORNO = "pruebas"
        NORA_DATOS = tmp_path
        SESSION_COOKIE_NAME = "otra"

    assert Otra().SESSION_COOKIE_NAME == "otra"
    with pytest.raises(ErrorConfiguracion, match="COOKI"):
        Otra(COOKI="x")


def test_dos_procesos_a_la_vez_inventan_los_mismos_secretos(tmp_path: Path) -> None:
    guion = (
        "import sys; from pathlib import Path; from app_config import Config; sys.stdin.readline();"
        "c = Config(ENTORNO='pruebas', NORA_DATOS=Path(sys.argv[1])); print(c.SECRET_KEY, c.SUPABASE_JWT_SECRET)"
    )
    orden = [sys.executable, "-c", guion, str(tmp_path / "datos")]
    procesos = [
        subprocess.Popen(orden, cwd=RAIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    salidas = {p.communicate("ya\n", timeout=30)[0] for p in procesos}
    assert len(salidas) == 1 and len(salidas.pop()) > 64
    assert sorted(a.name for a in (tmp_path / "datos").iterdir()) == ["secretos.json"]


@pytest.mark.parametrize(
    ("entorno", "archivos", "cookie"),
    [
        ("local", {".env.local": "local"}, "local"),
        ("local", {".env.local": "local", ".env": "propio"}, "propio"),
        ("railway", {".env.local": "local", ".env.railway": "railway"}, "railway"),
        ("local", {}, "aura_multinora_cookie"),
    ],
)
def test_de_que_archivo_se_lee(tmp_path: Path, entorno: str, archivos: dict[str, str], cookie: str) -> None:
    shutil.copy(RAIZ / "app_config.py", tmp_path)
    for nombre, valor in archivos.items():
        (tmp_path / nombre).write_text(f"SESSION_COOKIE_NAME={valor}\n", encoding="utf-8")
    leido = subprocess.run(
        [sys.executable, "-c", "from app_config import Config; print(Config().SESSION_COOKIE_NAME)"],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "ENTORNO": entorno},
        capture_output=True,
        text=True,
        check=True,
    )
    assert leido.stdout.strip() == cookie


def test_los_archivos_del_repositorio_no_traen_secretos() -> None:
    for nombre in (".env.local", ".env.railway"):
        for renglon in (RAIZ / nombre).read_text(encoding="utf-8").splitlines():
            clave, igual, valor = renglon.partition("=")
            if igual and not clave.startswith("#"):
                assert (
                    not any(p in clave for p in ("KEY", "SECRET", "TOKEN", "CLAVE", "LLAVE"))
                    or not valor.strip()
                )
