"""Contactos en el teléfono: traer una hoja de 2,000 con 30 malos, filtrarla, etiquetar a varios y deshacerlo."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from apoyo.navegador import Navegador, faltas_graves
from apoyo.vivo import ServidorVivo
from conftest import CONTRASENA
from playwright.sync_api import expect

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

pytestmark = pytest.mark.navegador

CORREO = "duena@laespiga.mx"
PLAZO_MS = 15_000
PLAZO_HOJA_MS = 60_000
# Si lo que se ve en el centro de un elemento es él mismo: visible y sin nada que lo tape o lo corte.
EN_SU_CENTRO = """elemento => {
  const caja = elemento.getBoundingClientRect();
  return elemento.contains(document.elementFromPoint(caja.x + caja.width / 2, caja.y + caja.height / 2));
}"""
MALOS = range(10, 2000, 67)  # treinta


def hoja() -> bytes:
    """Como la guarda Excel en español: con punto y coma y en Windows-1252."""
    renglones = ["Celular;Nombre completo;Grupo"]
    renglones += [
        f"{n};Mala {n};" if n in MALOS else f"662 40{n // 1000} {n:04d};Peña {n:04d};Mayoreo"
        for n in range(2000)
    ]
    return "\r\n".join(renglones).encode("cp1252")


def test_importar_dos_mil_filtrar_etiquetar_y_deshacer(
    servidor_vivo: ServidorVivo,
    navegador: Navegador,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    tmp_path: Path,
) -> None:
    assert len(MALOS) == 30
    nora = crear_nora("laespiga", nombre_visible="Panadería La Espiga")
    crear_usuario(CORREO, "dueno", nora)
    panel = f"{servidor_vivo.url}/panel_cliente/{nora}"
    archivo = tmp_path / "clientes.csv"
    archivo.write_bytes(hoja())

    pagina = navegador.entrar(servidor_vivo.url, CORREO, CONTRASENA)
    pagina.set_default_timeout(PLAZO_MS)
    errores: list[str] = []
    pagina.on("pageerror", lambda error: errores.append(str(error)))

    # De la lista vacía a la hoja.
    pagina.goto(f"{panel}/contactos/")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("link", name="Importar una hoja").click()
    assert faltas_graves(pagina) == []
    pagina.get_by_label("Archivo CSV").set_input_files(str(archivo))
    pagina.get_by_role("button", name="Seguir").click()

    # Las columnas ya vienen adivinadas, con acentos y todo, y dice cuántos no entran y por qué.
    expect(pagina.get_by_label("Celular")).to_have_value("telefono")
    expect(pagina.get_by_label("Nombre completo")).to_have_value("nombre")
    expect(pagina.get_by_label("Grupo")).to_have_value("etiquetas")
    expect(pagina.locator(".columna").nth(1)).to_contain_text("Peña 0000")
    expect(pagina.locator(".importar-cuentas")).to_contain_text("1,970")
    pagina.get_by_text("Ver los que no entran y por qué").click()
    expect(pagina.locator(".malos li")).to_have_count(30)
    expect(pagina.locator(".malos li").first).to_contain_text("Línea 12")
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name="Importar 1,970").click()

    # La barra llega al final sola y dice cómo quedó.
    expect(pagina.get_by_role("heading", name="Hoja importada")).to_be_visible(timeout=PLAZO_HOJA_MS)
    expect(pagina.locator(".rejilla-cifras")).to_contain_text("1,970")
    with pagina.expect_download() as bajada:
        pagina.get_by_role("link", name="Bajar los 30").click()
    assert len(bajada.value.path().read_text(encoding="utf-8-sig").splitlines()) == 31
    assert faltas_graves(pagina) == []

    # Se busca con error de dedo y se filtra; el filtro queda en la dirección.
    pagina.get_by_role("link", name="Ver mis contactos").click()
    pagina.get_by_role("button", name="Actividad").click()
    menu = pagina.locator(".contactos-actividad .dropdown-menu")
    expect(menu).to_be_visible()
    assert menu.evaluate(EN_SU_CENTRO), "la tira de filtros esconde el menú"
    pagina.keyboard.press("Escape")
    pagina.get_by_role("link", name="Mayoreo 1,970").click()
    pagina.get_by_role("searchbox", name="Buscar contactos").fill("pena 1942")
    expect(pagina.locator(".lista-elemento")).to_have_count(1)
    expect(pagina.locator(".lista-titulo")).to_have_text("Peña 1942")
    assert "etiqueta=" in pagina.url and "q=pena" in pagina.url

    # Se elige, se etiqueta y se borra; cada cosa se deshace desde el aviso.
    elegir = pagina.get_by_role("button", name="Elegir varios")
    elegir.click()
    pagina.get_by_role("checkbox", name="Elegir a Peña 1942").check()
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name="Quitar etiqueta").click()
    pagina.locator("#dialogo-etiqueta").get_by_text("Mayoreo").click()
    assert faltas_graves(pagina) == []
    pagina.get_by_role("button", name="Aplicar").click()
    expect(pagina.get_by_text("Etiqueta quitada a 1 contacto.")).to_be_visible()
    expect(pagina.locator(".lista-titulo", has_text="Peña 1942")).to_have_count(0)
    expect(pagina.get_by_text("Nadie coincide tal cual")).to_be_visible()
    pagina.get_by_role("button", name="Deshacer").click()
    expect(pagina.locator(".lista-titulo", has_text="Peña 1942")).to_be_visible()

    elegir.click()
    pagina.get_by_role("checkbox", name="Elegir a Peña 1942").check()
    pagina.get_by_role("button", name="Borrar").click()
    expect(pagina.get_by_text("1 contacto a la papelera.")).to_be_visible()
    expect(pagina.locator(".lista-titulo", has_text="Peña 1942")).to_have_count(0)
    expect(pagina.get_by_text("Nadie coincide tal cual")).to_be_visible()
    pagina.get_by_role("button", name="Deshacer").click()
    expect(pagina.locator(".lista-titulo", has_text="Peña 1942")).to_be_visible()
    assert filas(supabase.table("contactos").select("id").not_.is_("borrado_en", "null")) == []

    # La ficha y lo demás, sin faltas de accesibilidad.
    expect(pagina.locator("a.lista-enlace")).to_have_count(1)
    pagina.locator("a.lista-enlace").click()
    expect(pagina.get_by_role("heading", name="Peña 1942")).to_be_visible()
    assert faltas_graves(pagina) == []
    ficha = pagina.url
    for ruta in (
        f"{ficha}/editar",
        f"{ficha}/unir?q=pena",
        f"{ficha}/suprimir",
        f"{panel}/contactos/repetidos",
        f"{panel}/contactos/campos",
        f"{panel}/etiquetas/",
        f"{panel}/etiquetas/nueva",
    ):
        pagina.goto(ruta)
        assert faltas_graves(pagina) == [], ruta
    assert errores == []
