"""La letra de iconos lleva los que el programa nombra y ninguno de los dos mil que no."""

from __future__ import annotations

import re
from pathlib import Path

from herramientas import letra_iconos
from herramientas.preparar import CON_ICONOS, VENDOR


def test_se_hallan_los_nombres_escritos_de_cualquier_modo(tmp_path: Path) -> None:
    (tmp_path / "vendor").mkdir()
    (tmp_path / "vendor" / "ajeno.js").write_text('icono("ajeno")')
    (tmp_path / "a.html").write_text('<i class="bi bi-geo-alt"></i>{{ icono("chat-dots") }}')
    (tmp_path / "b.py").write_text('ICONO = "house"')
    hallados = letra_iconos.nombrados([tmp_path])
    assert {"geo-alt", "chat-dots", "house", "house-fill"} <= hallados
    assert "ajeno" not in hallados


def test_la_letra_recortada_trae_cada_icono_de_las_plantillas() -> None:
    hoja = (VENDOR / letra_iconos.HOJA).read_text(encoding="utf-8")
    con_regla = set(re.findall(r"\.bi-([a-z0-9-]+)::before", hoja))
    escritos = {
        nombre
        for carpeta in CON_ICONOS
        for ruta in carpeta.rglob("*.html")
        for nombre in re.findall(r"\bbi-([a-z0-9-]*[a-z0-9])(?=[\s\"'])", ruta.read_text(encoding="utf-8"))
    }
    assert len(escritos) > 50
    assert escritos <= con_regla, "corre python -m herramientas.preparar, o el nombre no existe"
    assert len(con_regla) < 1_000
    assert (VENDOR / letra_iconos.LETRA).stat().st_size < 60_000


def test_un_icono_nuevo_en_el_codigo_cambia_la_huella(tmp_path: Path) -> None:
    modulos, codigo = tmp_path / "node_modules", tmp_path / "codigo"
    hoja = modulos / letra_iconos.ORIGEN_DE_LA_HOJA
    hoja.parent.mkdir(parents=True)
    hoja.write_text('.bi-house::before{content:"\\f425"}.bi-bell::before{content:"\\f18a"}')
    codigo.mkdir()
    (codigo / "a.html").write_text("bi-house")
    antes = letra_iconos.huella_de(modulos, [codigo])
    (codigo / "b.html").write_text("palabras que no son iconos")
    assert letra_iconos.huella_de(modulos, [codigo]) == antes
    (codigo / "b.html").write_text("bi-bell")
    assert letra_iconos.huella_de(modulos, [codigo]) != antes
    assert letra_iconos.huella_de(tmp_path, [codigo]) == ""
