"""Lo que `dev_start.py` decide: qué hacer, qué saltarse y qué decir cuando algo falta."""

from __future__ import annotations

import ast
import io
import json
import socket
import subprocess
import sys
from pathlib import Path
from typing import TextIO

import pytest

from herramientas import navegador, papel, preparar, pruebas
from herramientas.pasos import FalloPaso, Pasos, aviso_sin_red, correr_orden

RAIZ = Path(__file__).resolve().parent.parent.parent


def test_un_python_viejo_puede_leer_dev_start() -> None:
    ast.parse((RAIZ / "dev_start.py").read_text(encoding="utf-8"), feature_version=(3, 7))


def test_dev_start_solo_necesita_la_biblioteca_estandar() -> None:
    programa = "import dev_start, sys; print('flask' in sys.modules, 'dotenv' in sys.modules)"
    # -S deja fuera site-packages: si algo de fuera hiciera falta, fallaría al importar.
    salida = subprocess.run(
        [sys.executable, "-S", "-c", programa], cwd=RAIZ, capture_output=True, text=True, check=True
    )
    assert salida.stdout.split() == ["False", "False"]


def test_los_argumentos_de_servir() -> None:
    sin_nada = preparar.argumentos_de_servir([])
    assert (sin_nada.puerto, sin_nada.host, sin_nada.sin_demo) == (None, "127.0.0.1", False)
    todos = preparar.argumentos_de_servir(["--puerto", "8081", "--host", "0.0.0.0", "--sin-demo"])
    assert (todos.puerto, todos.host, todos.sin_demo) == (8081, "0.0.0.0", True)


@pytest.mark.parametrize("malo", ["0", "65536", "-1", "ocho", "80.5", ""])
def test_un_puerto_malo_termina_con_salida_2(malo: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as fin:
        preparar.argumentos_de_servir([f"--puerto={malo}"])
    assert fin.value.code == 2
    assert "no es un puerto" in capsys.readouterr().err


def test_un_puerto_ocupado_se_dice_y_sugiere_otro() -> None:
    with socket.socket() as ocupante:
        ocupante.bind(("127.0.0.1", 0))
        ocupante.listen()
        puerto = ocupante.getsockname()[1]
        with pytest.raises(FalloPaso, match=f"El puerto {puerto} está ocupado.*--puerto"):
            preparar.puerto_libre("127.0.0.1", puerto)
    preparar.puerto_libre("127.0.0.1", puerto)


def test_el_puerto_vecino_no_se_sale_del_rango() -> None:
    assert preparar.otro_puerto(5000) == 5001
    assert preparar.otro_puerto(65535) == 65534


def test_la_huella_cambia_con_el_contenido_y_con_el_reparto(tmp_path: Path) -> None:
    uno, otro = tmp_path / "uno", tmp_path / "otro"
    uno.write_text("ab")
    otro.write_text("c")
    primera = preparar.huella(uno, otro)
    assert preparar.huella(uno, otro) == primera
    uno.write_text("a")
    otro.write_text("bc")
    assert preparar.huella(uno, otro) != primera


def test_lo_anotado_se_salta_y_lo_cambiado_no(tmp_path: Path) -> None:
    notas = tmp_path / "notas"
    assert not preparar.esta_anotado("requirements.txt", "h1", notas)
    preparar.anotar("requirements.txt", "h1", notas)
    assert preparar.esta_anotado("requirements.txt", "h1", notas)
    assert not preparar.esta_anotado("requirements.txt", "h2", notas)
    assert [nota.name for nota in notas.iterdir()] == ["requirements.txt"]


def test_pip_corre_una_vez_y_otra_solo_si_cambian_los_requisitos(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    corridas: list[list[str]] = []
    monkeypatch.setattr(preparar, "VENV", tmp_path)
    monkeypatch.setattr(preparar, "NOTAS", tmp_path / ".nora")
    monkeypatch.setattr(preparar, "correr_orden", lambda orden, **_: corridas.append(orden))
    requisitos = tmp_path / "requirements.txt"
    requisitos.write_text("flask==3.1.3\n")
    preparar.instalar_requisitos(requisitos)
    preparar.instalar_requisitos(requisitos)
    assert len(corridas) == 1
    assert corridas[0][-3:] == ["install", "-r", str(requisitos)]
    requisitos.write_text("flask==3.1.4\n")
    preparar.instalar_requisitos(requisitos)
    assert len(corridas) == 2


def test_si_pip_falla_no_queda_anotado(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def falla(orden: list[str], **_: object) -> None:
        raise FalloPaso("sin red")

    monkeypatch.setattr(preparar, "VENV", tmp_path)
    monkeypatch.setattr(preparar, "NOTAS", tmp_path / ".nora")
    monkeypatch.setattr(preparar, "correr_orden", falla)
    requisitos = tmp_path / "requirements.txt"
    requisitos.write_text("flask==3.1.3\n")
    with pytest.raises(FalloPaso, match="sin red"):
        preparar.instalar_requisitos(requisitos)
    assert not preparar.esta_anotado(
        requisitos.name, preparar.nota_de_requisitos(requisitos), tmp_path / ".nora"
    )


@pytest.mark.parametrize(
    ("rutas", "version", "esperado"),
    [
        ({"node": "/b/node", "npm": "/b/npm"}, "v20.20.2", "/b/npm"),
        ({"node": "/b/node", "npm": "/b/npm"}, "v18.0.0", "/b/npm"),
        ({"node": "/b/node", "npm": "/b/npm"}, "v16.20.0", None),
        ({"node": "/b/node", "npm": "/b/npm"}, "", None),
        ({"node": "/b/node"}, "v20.20.2", None),
        ({"npm": "/b/npm"}, "v20.20.2", None),
        ({}, "", None),
    ],
)
def test_el_npm_de_la_maquina_solo_con_node_18(
    rutas: dict[str, str], version: str, esperado: str | None
) -> None:
    assert preparar.elegir_npm(rutas.get, lambda _: version) == esperado


def test_npm_recibe_el_entorno_entero_y_cache_propia_sin_casa(tmp_path: Path) -> None:
    con_casa = preparar.entorno_de_npm({"HOME": str(tmp_path), "NODE_EXTRA_CA_CERTS": "/c.pem"})
    assert con_casa == {"HOME": str(tmp_path), "NODE_EXTRA_CA_CERTS": "/c.pem"}
    sin_casa = preparar.entorno_de_npm({"HOME": str(tmp_path / "no-existe")})
    assert sin_casa["npm_config_cache"] == str(preparar.NOTAS / "npm")
    puesta = preparar.entorno_de_npm({"NPM_CONFIG_CACHE": "/cache"})
    assert puesta == {"NPM_CONFIG_CACHE": "/cache"}


def test_se_copia_lo_de_la_lista_y_se_quita_lo_que_ya_no_esta(tmp_path: Path) -> None:
    modulos, vendor = tmp_path / "node_modules", tmp_path / "vendor"
    (modulos / "a" / "dist").mkdir(parents=True)
    (modulos / "a" / "dist" / "a.js").write_text("a")
    vendor.mkdir()
    (vendor / "viejo.js").write_text("viejo")
    preparar.copiar_vendor({"a/a.js": "a/dist/a.js", "carpeta": "a/dist"}, modulos, vendor)
    hay = sorted(str(r.relative_to(vendor)) for r in vendor.rglob("*") if r.is_file())
    assert hay == ["a/a.js", "carpeta/a.js"]


def test_un_origen_que_falta_se_dice_y_deja_lo_anterior(tmp_path: Path) -> None:
    vendor = tmp_path / "vendor"
    vendor.mkdir()
    (vendor / "a.js").write_text("a")
    with pytest.raises(FalloPaso, match="b/b.js"):
        preparar.copiar_vendor({"b.js": "b/b.js"}, tmp_path / "node_modules", vendor)
    assert [r.name for r in tmp_path.iterdir()] == ["vendor"]
    assert (vendor / "a.js").read_text() == "a"


@pytest.mark.parametrize("lista", [["a"], {"../a.js": "a/a.js"}, {"a.js": "/etc/passwd"}, {"a.js": 3}])
def test_la_lista_de_vendor_no_se_sale_de_su_carpeta(tmp_path: Path, lista: object) -> None:
    ruta = tmp_path / "vendor.json"
    ruta.write_text(json.dumps(lista))
    with pytest.raises(FalloPaso):
        preparar.leer_lista_vendor(ruta)


def test_falta_venv_dice_el_paquete() -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert f"apt-get install -y python{version}-venv" in preparar.falta_venv(con_apt=True)
    assert "apt-get" not in preparar.falta_venv(con_apt=False)


@pytest.mark.parametrize(
    ("rutas", "corren", "esperado"),
    [
        (
            {"chromium": "/b/chromium", "google-chrome": "/b/chrome"},
            {"/b/chromium", "/b/chrome"},
            "/b/chromium",
        ),
        ({"chromium-browser": "/b/aviso", "google-chrome": "/b/chrome"}, {"/b/chrome"}, "/b/chrome"),
        ({"chromium-browser": "/b/aviso"}, set(), None),
        ({}, set(), None),
    ],
)
def test_se_elige_el_primer_navegador_que_corre(
    rutas: dict[str, str], corren: set[str], esperado: str | None
) -> None:
    assert navegador.navegador_de_la_maquina(rutas.get, corren.__contains__) == esperado


def test_el_paquete_de_debian_solo_como_root() -> None:
    assert navegador.formas_de_conseguirlo(es_root=True, hay_apt=True) == ["apt", "playwright"]
    assert navegador.formas_de_conseguirlo(es_root=False, hay_apt=True) == ["playwright"]
    assert navegador.formas_de_conseguirlo(es_root=True, hay_apt=False) == ["playwright"]


def test_se_sabe_que_falta_para_los_pdf() -> None:
    assert papel.faltan(lambda _: True, "linux") == []
    assert papel.faltan(lambda nombre: "subset" not in nombre, "linux") == ["libharfbuzz-subset.so.0"]
    assert papel.faltan(lambda _: False, "otro") == [] and "libpango-1.0-0" in papel.SIN_PANGO


def test_las_pruebas_saben_si_hay_navegador() -> None:
    con = pruebas.entorno_de_pytest({"NORA_SIN_NAVEGADOR": "1", "PATH": "/b"}, "/b/chromium")
    assert con == {"PATH": "/b", "NORA_NAVEGADOR": "/b/chromium", "ENTORNO": "pruebas"}
    sin = pruebas.entorno_de_pytest({"NORA_NAVEGADOR": "/viejo"}, None)
    assert sin == {"NORA_SIN_NAVEGADOR": "1", "ENTORNO": "pruebas"}


@pytest.mark.parametrize(("valor", "esperado"), [("true", True), ("1", True), ("false", False), ("", False)])
def test_ci(valor: str, esperado: bool) -> None:
    assert pruebas.en_ci({"CI": valor}) is esperado
    assert pruebas.en_ci({}) is False


def test_los_argumentos_de_pytest_van_al_final_y_mandan() -> None:
    orden = pruebas.orden_de_pytest(["-n", "0", "tests/unidad"])
    assert orden[-3:] == ["-n", "0", "tests/unidad"]


def _preparado(
    monkeypatch: pytest.MonkeyPatch, con_navegador: str | None, salidas: dict[str, bool]
) -> list[str]:
    """Deja `correr_pruebas` sin instalar nada; devuelve la lista donde se anota lo que corrió."""
    corrio: list[str] = []

    def revisar(_pasos: Pasos, nombre: str, _orden: list[str]) -> bool:
        corrio.append(nombre)
        return salidas.get(nombre, True)

    def pytest_falso(_argumentos: list[str], _navegador: str | None) -> int:
        corrio.append("pytest")
        return 0 if salidas.get("pytest", True) else 1

    monkeypatch.setattr(pruebas, "asegurar_venv", lambda _pasos: None)
    monkeypatch.setattr(pruebas, "_instalar_dev", lambda: None)
    monkeypatch.setattr(pruebas, "preparar_frontal", lambda: None)
    monkeypatch.setattr(pruebas, "conseguir_navegador", lambda: con_navegador)
    monkeypatch.setattr(pruebas, "_revisar", revisar)
    monkeypatch.setattr(pruebas, "_pytest", pytest_falso)
    return corrio


@pytest.mark.parametrize("falla", [None, "Tipos (mypy)", "Estilo (ruff check)", "pytest"])
def test_corre_todo_aunque_algo_falle(monkeypatch: pytest.MonkeyPatch, falla: str | None) -> None:
    monkeypatch.delenv("CI", raising=False)
    corrio = _preparado(monkeypatch, "/b/chromium", {falla: False} if falla else {})
    assert pruebas.correr_pruebas([]) == (1 if falla else 0)
    assert corrio == [*pruebas.REVISIONES, "pytest"]


@pytest.mark.parametrize(("ci", "salida"), [("true", 1), ("", 0)])
def test_sin_navegador_solo_falla_en_ci(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], ci: str, salida: int
) -> None:
    monkeypatch.setenv("CI", ci)
    _preparado(monkeypatch, None, {})
    assert pruebas.correr_pruebas([]) == salida
    assert "No hay Chromium" in capsys.readouterr().out


def test_los_requisitos_de_desarrollo_traen_todos_los_de_servir() -> None:
    servir = set(preparar.REQUISITOS.read_text(encoding="utf-8").split("\n"))
    desarrollo = set(preparar.REQUISITOS_DEV.read_text(encoding="utf-8").split("\n"))
    assert servir - desarrollo == set()


@pytest.mark.parametrize("archivo", [preparar.REQUISITOS, preparar.REQUISITOS_DEV])
def test_los_requisitos_no_traen_direcciones_ni_opciones(archivo: Path) -> None:
    for linea in archivo.read_text(encoding="utf-8").splitlines():
        assert not linea.startswith("-")
        assert "://" not in linea
        assert "==" in linea


def test_un_paso_que_falla_lo_dice_y_conserva_el_error() -> None:
    pantalla = io.StringIO()
    pasos = Pasos(total=2, salida=pantalla)
    pasos.correr("Uno", lambda: None)
    with pytest.raises(ZeroDivisionError):
        pasos.correr("Dos", lambda: 1 / 0)
    primera, segunda = pantalla.getvalue().splitlines()
    assert primera.startswith("1/2 Uno … ") and primera.endswith(" s")
    assert segunda.startswith("2/2 Dos … falló")


def test_lo_que_otro_escribe_no_se_encima_con_el_paso() -> None:
    pantalla = io.StringIO()
    quedo: list[TextIO] = []

    def ruidoso() -> None:
        sys.stdout.write("migración aplicada\n")
        quedo.append(sys.stdout)

    Pasos(total=1, salida=pantalla).correr("Base", ruidoso)
    quedo[0].write("después\n")
    renglones = pantalla.getvalue().splitlines()
    assert renglones[:2] == ["1/1 Base … ", "migración aplicada"]
    assert renglones[2].startswith("1/1 Base … 0.")
    assert renglones[3:] == ["después"]


def test_una_orden_que_falla_muestra_su_salida_y_que_hacer(tmp_path: Path) -> None:
    orden = [sys.executable, "-c", "print('getaddrinfo ENOTFOUND'); raise SystemExit(3)"]
    with pytest.raises(FalloPaso) as fallo:
        correr_orden(orden, carpeta=tmp_path, registro=tmp_path / "r" / "o.log", que_hacer="Haz esto.")
    texto = str(fallo.value)
    assert "ENOTFOUND" in texto and "Haz esto." in texto and "no hay conexión" in texto


def test_una_orden_que_no_existe_se_dice(tmp_path: Path) -> None:
    with pytest.raises(FalloPaso, match="No se pudo correr"):
        correr_orden(["no-existe-9"], carpeta=tmp_path, registro=tmp_path / "o.log", que_hacer="Instálala.")


def test_sin_senas_de_red_no_se_culpa_a_la_red() -> None:
    assert (
        aviso_sin_red("ERROR: No matching distribution found for flask==99 (from versions: 3.1.2, 3.1.3)")
        == ""
    )
