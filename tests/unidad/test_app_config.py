"""La configuración: de dónde sale cada dato, y una frase por cada cosa que falta."""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

from app_config import Config, ErrorConfiguracion

RAIZ = Path(__file__).resolve().parents[2]
HOSPEDADO = {
    "SUPABASE_URL": "https://proyecto.supabase.co",
    "SUPABASE_KEY": "sb_secret_x",
    "SUPABASE_DB_URL": "postgresql://postgres@db/postgres",
    "SUPABASE_JWT_SECRET": "un secreto del proyecto",
}


PRODUCCION = {
    "ENTORNO": "produccion",
    "SECRET_KEY": "un texto largo y al azar",
    "URL_PUBLICA": "https://nora.ejemplo.mx",
    "NORA_CLAVES_CIFRADO": (Fernet.generate_key().decode(),),
    "SUPABASE_URL": "",
    "SUPABASE_KEY": "",
    "SUPABASE_DB_URL": "",
}


def llave_es256() -> dict[str, str]:
    """Una llave privada recién hecha, como la que se importa en un proyecto."""
    algoritmo = ECAlgorithm(ECAlgorithm.SHA256)
    privada: dict[str, str] = algoritmo.to_jwk(ec.generate_private_key(ec.SECP256R1()), as_dict=True)
    return {**privada, "kid": "llave-1"}


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
    cambios = {**HOSPEDADO, "SUPABASE_JWT_SECRET": "", "SUPABASE_JWT_LLAVE": json.dumps(llave_es256())}
    Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **cambios).revisar()


@pytest.mark.parametrize(
    "llave",
    [
        "no es JSON",
        '"texto"',
        json.dumps({**llave_es256(), "kid": ""}),
        json.dumps({k: v for k, v in llave_es256().items() if k != "d"}),
        json.dumps({**llave_es256(), "crv": "P-384"}),
        json.dumps({"kty": "oct", "k": "c2VjcmV0bw", "kid": "x"}),
    ],
)
def test_una_llave_con_que_no_se_puede_firmar_detiene_el_arranque(tmp_path: Path, llave: str) -> None:
    """Si no, la primera página de cada Nora sería la que falla."""
    config = Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **HOSPEDADO, SUPABASE_JWT_LLAVE=llave)
    with pytest.raises(ErrorConfiguracion, match="SUPABASE_JWT_LLAVE no es una llave privada ES256"):
        config.revisar()


def test_el_pooler_de_transacciones_no_sirve_para_escuchar(tmp_path: Path) -> None:
    pooler = "postgresql://postgres.x:clave@aws-0-us-east-1.pooler.supabase.com:6543/postgres"
    with pytest.raises(ErrorConfiguracion, match="Session pooler") as error:
        Config(ENTORNO="pruebas", NORA_DATOS=tmp_path, **{**HOSPEDADO, "SUPABASE_DB_URL": pooler}).revisar()
    assert "clave" not in str(error.value), "la contraseña no sale en el error"


def test_hospedado_sin_nada_mas_que_la_direccion_dice_las_tres_faltas(tmp_path: Path) -> None:
    with pytest.raises(ErrorConfiguracion) as error:
        Config(
            ENTORNO="pruebas",
            NORA_DATOS=tmp_path,
            **{k: "" for k in HOSPEDADO} | {"SUPABASE_URL": "https://x"},
        ).revisar()
    assert [f.split(":")[0] for f in error.value.faltas] == [
        "Falta SUPABASE_KEY",
        "Falta SUPABASE_DB_URL",
        "Falta SUPABASE_JWT_SECRET o SUPABASE_JWT_LLAVE",
    ]


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


@pytest.mark.parametrize("entorno", ["produccion", "railway"])
@pytest.mark.parametrize(
    ("dato", "valor"),
    [
        ("SECRET_KEY", ""),
        ("SECRET_KEY", "clave-fuerte"),
        ("SECRET_KEY", "corta"),
        ("URL_PUBLICA", ""),
        ("NORA_CLAVES_CIFRADO", ()),
    ],
)
def test_produccion_no_arranca_sin(tmp_path: Path, entorno: str, dato: str, valor: object) -> None:
    completo = {**PRODUCCION, "ENTORNO": entorno, "NORA_DATOS": tmp_path}
    Config(**completo).revisar()
    with pytest.raises(ErrorConfiguracion) as error:
        Config(**{**completo, dato: valor}).revisar()
    assert len(error.value.faltas) == 1 and error.value.faltas[0].startswith(f"Falta {dato}: ")


def test_en_tu_maquina_nada_falta(tmp_path: Path) -> None:
    config = Config(
        ENTORNO="local",
        NORA_DATOS=tmp_path,
        **{k: "" for k in HOSPEDADO},
        SECRET_KEY="",
        NORA_CLAVES_CIFRADO=(),
    )
    config.revisar()
    assert len(config.SECRET_KEY) > 40 and len(config.NORA_CLAVES_CIFRADO) == 1


@pytest.mark.parametrize(
    "cambios",
    [
        {"ENTORNO": "marte"},
        {"PORT": 70_000},
        {"PORT": -1},
        {"WEB_CONCURRENCY": -2},
        {"NORA_TRABAJADOR": "quien sabe"},
        {"NORA_AUDITORIA_DIAS": 30},
        {"URL_PUBLICA": "nora.ejemplo.mx"},
        {"NORA_CLAVES_CIFRADO": ("no-es-fernet",)},
    ],
)
def test_un_valor_que_no_sirve_detiene_el_arranque(tmp_path: Path, cambios: dict[str, object]) -> None:
    with pytest.raises(ErrorConfiguracion) as error:
        Config(**{"ENTORNO": "pruebas", "NORA_DATOS": tmp_path, **cambios}).revisar()
    assert len(error.value.faltas) == 1


@pytest.mark.parametrize("nombre", ["PORT", "WEB_CONCURRENCY"])
def test_un_numero_que_no_lo_es(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nombre: str) -> None:
    monkeypatch.setenv(nombre, "cinco mil")
    with pytest.raises(ErrorConfiguracion, match=f"{nombre} no se entiende: «cinco mil»"):
        Config(ENTORNO="pruebas", NORA_DATOS=tmp_path).revisar()


def test_una_subclase_fija_lo_suyo(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lo que fija la clase no lo cambia el entorno; un argumento sí."""

    class Otra(Config):
        ENTORNO = "pruebas"
        NORA_DATOS = tmp_path
        SESSION_COOKIE_NAME = "otra"
        SESSION_COOKIE_SECURE = True
        PORT = 8123

    monkeypatch.setenv("SESSION_COOKIE_NAME", "del-entorno")
    monkeypatch.setenv("PORT", "9000")
    leida = Otra()
    assert (leida.SESSION_COOKIE_NAME, leida.PORT, leida.SESSION_COOKIE_SECURE) == ("otra", 8123, True)
    assert Otra(PORT=7000).PORT == 7000
    assert Config(ENTORNO="pruebas", NORA_DATOS=tmp_path).SESSION_COOKIE_NAME == "del-entorno"
    with pytest.raises(ErrorConfiguracion, match="COOKI"):
        Otra(COOKI="x")


def test_dos_procesos_a_la_vez_inventan_los_mismos_secretos(tmp_path: Path) -> None:
    guion = (
        "import sys; from pathlib import Path; from app_config import Config; print('listo', flush=True);"
        "sys.stdin.readline();"
        "c = Config(ENTORNO='pruebas', NORA_DATOS=Path(sys.argv[1])); print(c.SECRET_KEY, c.SUPABASE_JWT_SECRET)"
    )
    orden = [sys.executable, "-c", guion, str(tmp_path / "datos")]
    procesos = [
        subprocess.Popen(orden, cwd=RAIZ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    for proceso in procesos:  # todos cargados antes de soltar a ninguno: así sí llegan juntos
        assert proceso.stdout is not None and proceso.stdout.readline() == "listo\n"
    for proceso in procesos:
        assert proceso.stdin is not None
        proceso.stdin.write("ya\n")
        proceso.stdin.flush()
    salidas = {proceso.communicate(timeout=30)[0] for proceso in procesos}
    assert len(salidas) == 1 and len(salidas.pop()) > 64
    assert sorted(a.name for a in (tmp_path / "datos").iterdir()) == ["secretos.json"]
    assert (tmp_path / "datos" / "secretos.json").stat().st_mode & 0o777 == 0o600
    antes = (tmp_path / "datos" / "secretos.json").read_bytes()
    Config(ENTORNO="pruebas", NORA_DATOS=tmp_path / "datos", SECRET_KEY="", SUPABASE_DB_URL="")
    assert (tmp_path / "datos" / "secretos.json").read_bytes() == antes


COOKIE = "SESSION_COOKIE_NAME"


@pytest.mark.parametrize(
    ("entorno", "archivos", "leido"),
    [
        ("local", {".env.local": f"{COOKIE}=local"}, "local local"),
        ("local", {".env.local": f"{COOKIE}=local", ".env": f"{COOKIE}=propio"}, "local propio"),
        ("railway", {".env.local": f"{COOKIE}=local", ".env.railway": f"{COOKIE}=riel"}, "railway riel"),
        ("railway", {".env.railway": f"{COOKIE}=riel", ".env": f"{COOKIE}=propio"}, "railway propio"),
        (
            "",
            {".env.local": f"{COOKIE}=local", ".env.railway": f"{COOKIE}=riel", ".env": "ENTORNO=railway"},
            "railway riel",
        ),
        (
            "pruebas",
            {".env.local": f"{COOKIE}=local", ".env": f"{COOKIE}=propio"},
            "pruebas aura_multinora_cookie",
        ),
        ("local", {}, "local aura_multinora_cookie"),
    ],
)
def test_de_que_archivo_se_lee(tmp_path: Path, entorno: str, archivos: dict[str, str], leido: str) -> None:
    assert leer_aparte(tmp_path, archivos, {"ENTORNO": entorno}) == leido


def test_lo_puesto_en_el_entorno_manda_sobre_los_archivos(tmp_path: Path) -> None:
    archivos = {".env.local": f"{COOKIE}=local", ".env": f"{COOKIE}=propio"}
    assert leer_aparte(tmp_path, archivos, {"ENTORNO": "local", COOKIE: "puesta"}) == "local puesta"


def leer_aparte(carpeta: Path, archivos: dict[str, str], entorno: dict[str, str]) -> str:
    """Lo que lee `Config` en otro proceso, con una copia de app_config.py y solo esos archivos."""
    shutil.copy(RAIZ / "app_config.py", carpeta)
    for nombre, texto in archivos.items():
        (carpeta / nombre).write_text(f"{texto}\n", encoding="utf-8")
    puesto = {nombre: valor for nombre, valor in entorno.items() if valor}
    return subprocess.run(
        [
            sys.executable,
            "-c",
            "from app_config import Config as C; c = C(); print(c.ENTORNO, c.SESSION_COOKIE_NAME)",
        ],
        cwd=carpeta,
        env={"PATH": os.environ["PATH"], **puesto},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()


SECRETOS = ("KEY", "SECRET", "TOKEN", "CLAVE", "LLAVE", "PASSWORD", "CONTRASENA", "SID", "_URL", "URI")


@pytest.mark.parametrize("nombre", [".env.local", ".env.railway"])
def test_los_archivos_del_repositorio_no_traen_secretos(nombre: str) -> None:
    """Ni llaves ni direcciones (una de PostgreSQL lleva la contraseña dentro)."""
    llenos = [
        renglon
        for renglon in (RAIZ / nombre).read_text(encoding="utf-8").splitlines()
        if not renglon.startswith("#")
        and any(parte in renglon.partition("=")[0] for parte in SECRETOS)
        and renglon.partition("=")[2].strip()
    ]
    assert llenos == []


def test_git_no_guarda_el_archivo_propio() -> None:
    assert ".env" in (RAIZ / ".gitignore").read_text(encoding="utf-8").splitlines()


# Quién más toca el entorno del proceso, y por qué no es configuración.
CON_ENTORNO = {
    "app_config.py": "es su trabajo",
    "dev_start.py": "pone PORT para lo que cuelga de él",
    "herramientas/capturas.py": "con qué navegador se toman",
    "herramientas/auditar.py": "el de pip y npm, completo",
    "herramientas/lighthouse.py": "el de npm y el de Chromium, completos",
    "herramientas/navegador.py": "el de apt-get, completo",
    "herramientas/plugin_pytest.py": "si hay navegador para las pruebas",
    "herramientas/papel.py": "el de apt-get, completo",
    "herramientas/preparar.py": "el de npm, completo",
    "herramientas/pruebas.py": "el de pytest, completo",
    "herramientas/servidor_demo.py": "el del servidor que levanta, sin lo del dueño de la máquina",
    "clientes/aura/supabase_local/cumulo.py": "el de initdb, completo, con LC_ALL fijo",
}


def test_solo_app_config_lee_el_entorno() -> None:
    rutas = [*RAIZ.glob("*.py")]
    for carpeta in ("clientes", "patches", "herramientas"):
        rutas += (RAIZ / carpeta).rglob("*.py")
    lectores = {
        str(ruta.relative_to(RAIZ))
        for ruta in rutas
        if lee_el_entorno(ast.parse(ruta.read_text(encoding="utf-8")))
    }
    assert lectores == set(CON_ENTORNO)


def _es_de_una_peticion(nodo: ast.Attribute) -> bool:
    """`request.environ` es el de WSGI: lo que manda quien llama, no la configuración."""
    return nodo.attr == "environ" and isinstance(nodo.value, ast.Name) and nodo.value.id == "request"


def lee_el_entorno(arbol: ast.Module) -> bool:
    """Si usa `os.environ`, `os.getenv` y parientes, o carga un archivo .env."""
    lecturas = {"environ", "environb", "getenv", "getenvb", "load_dotenv", "dotenv_values"}
    return any(
        (isinstance(nodo, ast.Attribute) and nodo.attr in lecturas and not _es_de_una_peticion(nodo))
        or (isinstance(nodo, ast.ImportFrom) and any(alias.name in lecturas for alias in nodo.names))
        for nodo in ast.walk(arbol)
    )


@pytest.mark.parametrize(
    ("codigo", "lee"),
    [
        ("import os; os.environ['X']", True),
        ("import os as o; o.getenv('X')", True),
        ("from os import environ", True),
        ("from dotenv import load_dotenv", True),
        ("import os; os.getpid()", False),
        ("from flask import request; request.environ", False),
    ],
)
def test_el_revisor_ve_cada_forma_de_leerlo(codigo: str, lee: bool) -> None:
    assert lee_el_entorno(ast.parse(codigo)) is lee
