"""El árbol de la semilla existe y nada en él sobra: ni rutas que falten, ni archivos que nadie use."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

RAIZ = Path(__file__).resolve().parents[2]
AURA = RAIZ / "clientes" / "aura"

# Lo que la semilla dibuja, ruta por ruta.
ARBOL = """\
clientes/aura/__init__.py
clientes/aura/registro/registro_dinamico.py
clientes/aura/registro/registro_login.py
clientes/aura/registro/registro_admin.py
clientes/aura/routes/panel_cliente.py
clientes/aura/routes/panel_cliente_contactos/__init__.py
clientes/aura/routes/panel_cliente_tareas/__init__.py
clientes/aura/routes/panel_cliente_meta_ads/__init__.py
clientes/aura/routes/webhook.py
clientes/aura/routes/process_message.py
clientes/aura/routes/admin_dashboard.py
clientes/aura/utils/supabase_client.py
clientes/aura/utils/config.py
clientes/aura/utils/auth_utils.py
clientes/aura/utils/validators.py
clientes/aura/utils/supabase_helpers.py
clientes/aura/utils/webhook_utils.py
clientes/aura/utils/logging_utils.py
clientes/aura/scripts/diagnostico_modulo.py
clientes/aura/scripts/actualizar_tokens.py
clientes/aura/scripts/sincronizador_semanal.py
clientes/aura/templates/base_cliente.html
clientes/aura/templates/panel_cliente_aura/index.html
clientes/aura/templates/panel_cliente_contactos/index.html
clientes/aura/templates/panel_cliente_tareas/index.html
clientes/aura/templates/shared/navbar.html
clientes/aura/templates/shared/footer.html
clientes/aura/templates/shared/modals.html
clientes/aura/templates/admin/dashboard.html
clientes/aura/templates/admin/noras.html
clientes/aura/templates/admin/modulos.html
clientes/aura/static/css/panel_cliente.css
clientes/aura/static/css/base.css
clientes/aura/static/css/admin.css
clientes/aura/static/css/login.css
clientes/aura/static/css/dashboard.css
clientes/aura/static/css/modulos/contactos/main.css
clientes/aura/static/css/modulos/tareas/main.css
clientes/aura/static/css/modulos/aura/dashboard.css
clientes/aura/static/css/shared/animations.css
clientes/aura/static/css/shared/utilities.css
clientes/aura/static/css/shared/components.css
clientes/aura/static/js/panel_cliente.js
clientes/aura/static/js/shared/utils.js
clientes/aura/static/js/shared/api.js
clientes/aura/static/js/shared/notifications.js
clientes/aura/static/js/modulos/contactos/main.js
clientes/aura/static/js/modulos/tareas/main.js
clientes/aura/static/js/modulos/aura/dashboard.js
clientes/aura/static/js/admin/dashboard.js
clientes/aura/static/js/admin/modulos.js
clientes/aura/static/images/logo_nora.png
clientes/aura/static/images/favicon.ico
clientes/aura/static/images/backgrounds
clientes/aura/static/images/icons
clientes/aura/static/images/avatars
.env.local
run.py
dev_start.py
app_config.py
extensiones.py
scheduler_jobs.py
requirements.txt
gunicorn_config.py
patches/werkzeug_patches.py
""".splitlines()

# Archivos de Python que se corren, no se importan.
SE_CORREN = {
    "run.py",
    "dev_start.py",
    "gunicorn_config.py",
    "clientes/aura/supabase_local/__main__.py",
}
NOMBRES = {
    "extensiones.py": ("socketio", "session_ext", "scheduler"),
    "scheduler_jobs.py": ("inicializar_cron_jobs", "TRABAJOS"),
    "app_config.py": ("Config",),
    "patches/werkzeug_patches.py": ("apply_patches",),
    "clientes/aura/__init__.py": ("create_app", "initialize_app"),
    "clientes/aura/registro/registro_dinamico.py": ("registrar_blueprints_por_nora",),
    "clientes/aura/registro/registro_login.py": ("registrar_blueprints_login",),
    "clientes/aura/registro/registro_admin.py": ("registrar_blueprints_admin",),
    "clientes/aura/utils/supabase_client.py": ("supabase", "supabase_de_nora"),
    "run.py": ("app", "socketio", "application"),
}


@pytest.mark.parametrize("ruta", ARBOL)
def test_existe_y_tiene_contenido(ruta: str) -> None:
    lugar = RAIZ / ruta
    assert lugar.exists(), f"falta {ruta}"
    if lugar.is_file():
        assert lugar.stat().st_size > 60, f"{ruta} está vacío"


@pytest.mark.parametrize("ruta", sorted(NOMBRES))
def test_los_nombres_de_la_semilla_se_conservan(ruta: str) -> None:
    arbol = ast.parse((RAIZ / ruta).read_text(encoding="utf-8"))
    definidos: set[str] = set()
    for nodo in ast.walk(arbol):
        if isinstance(nodo, ast.FunctionDef | ast.ClassDef):
            definidos.add(nodo.name)
        elif isinstance(nodo, ast.Name) and isinstance(nodo.ctx, ast.Store):
            definidos.add(nodo.id)
    assert set(NOMBRES[ruta]) <= definidos


def _fuentes(*patrones: str) -> list[Path]:
    fuera = ("node_modules", ".venv", "/vendor/", "__pycache__", ".datos")
    return sorted(
        ruta
        for patron in patrones
        for ruta in RAIZ.glob(patron)
        if ruta.is_file()
        and not any(parte in str(ruta.relative_to(RAIZ)) or parte in str(ruta) for parte in fuera)
    )


def test_ningun_archivo_de_python_sobra() -> None:
    """Cada módulo lo importa alguien, o está en la lista de los que se corren."""
    fuentes = _fuentes("clientes/**/*.py", "patches/*.py", "herramientas/*.py", "*.py")
    importados: set[str] = set()
    for ruta in [*fuentes, *_fuentes("tests/**/*.py", "benchmarks/*.py")]:
        for nodo in ast.walk(ast.parse(ruta.read_text(encoding="utf-8"))):
            importados |= _nombres_importados(nodo, ruta)
    textos = "\n".join(
        r.read_text(encoding="utf-8") for r in _fuentes("pyproject.toml", "docs/**/*.md", "README.md")
    )
    sobran = []
    for ruta in fuentes:
        relativa = str(ruta.relative_to(RAIZ))
        nombre = relativa.removesuffix("/__init__.py").removesuffix(".py").replace("/", ".")
        if relativa in SE_CORREN or nombre in importados or nombre in textos:
            continue
        if "/panel_cliente_" in relativa and relativa.endswith("__init__.py"):
            continue  # los encuentra el catálogo
        sobran.append(relativa)
    assert sobran == []


def _nombres_importados(nodo: ast.AST, ruta: Path) -> set[str]:
    if isinstance(nodo, ast.Import):
        return {alias.name for alias in nodo.names}
    if not isinstance(nodo, ast.ImportFrom):
        return set()
    if nodo.level:
        paquete = ruta.relative_to(RAIZ).parent.parts
        base = ".".join(paquete[: len(paquete) - nodo.level + 1])
        origen = f"{base}.{nodo.module}" if nodo.module else base
    else:
        origen = nodo.module or ""
    return {origen} | {f"{origen}.{alias.name}" for alias in nodo.names}


def test_cada_estilo_y_guion_lo_enlaza_alguien() -> None:
    archivos = _fuentes("clientes/aura/static/css/**/*.css", "clientes/aura/static/js/**/*.js")
    quienes = _fuentes(
        "clientes/aura/templates/**/*.html",
        "clientes/aura/static/css/**/*.css",
        "clientes/aura/static/js/**/*.js",
        "clientes/aura/static/*.webmanifest",
    )
    textos = {ruta: ruta.read_text(encoding="utf-8") for ruta in quienes}
    sueltos = []
    for ruta in archivos:
        desde_static = str(ruta.relative_to(AURA / "static"))
        citado = any(
            desde_static in texto or re.search(rf"[\"'(/]{re.escape(ruta.name)}[\"')]", texto)
            for otra, texto in textos.items()
            if otra != ruta
        )
        if not citado:
            sueltos.append(desde_static)
    assert sueltos == []


def test_cada_imagen_la_usa_alguien() -> None:
    textos = "\n".join(
        ruta.read_text(encoding="utf-8")
        for ruta in _fuentes(
            "clientes/aura/templates/**/*.html",
            "clientes/aura/static/**/*.css",
            "clientes/aura/static/**/*.js",
            "clientes/aura/static/*.webmanifest",
            "clientes/aura/**/*.py",
            "herramientas/*.py",
            "README.md",
        )
    )
    imagenes = [
        r
        for r in _fuentes("clientes/aura/static/images/**/*")
        if r.suffix in {".png", ".svg", ".ico", ".jpg"}
    ]
    assert imagenes
    # Los avatares se eligen por número: basta con que alguien nombre su carpeta.
    sueltas = [
        r.name for r in imagenes if r.name not in textos and r.stem.rstrip("0123456789-") not in textos
    ]
    assert sueltas == []


def test_ninguna_carpeta_vacia() -> None:
    vacias = [
        str(c.relative_to(RAIZ))
        for c in AURA.rglob("*")
        if c.is_dir()
        and c.name not in {"__pycache__", "vendor"}
        and not any(h for h in c.iterdir() if h.name != "__pycache__")
    ]
    assert vacias == []


def test_los_imports_dentro_de_aura_son_relativos() -> None:
    absolutos = [
        str(ruta.relative_to(RAIZ))
        for ruta in _fuentes("clientes/aura/**/*.py")
        if re.search(r"^\s*(from|import) clientes\.aura", ruta.read_text(encoding="utf-8"), re.M)
    ]
    assert absolutos == []
