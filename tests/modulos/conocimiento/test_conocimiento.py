"""Conocimiento, como lo usan el dueño (escribe) y el agente (lee y prueba)."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from apoyo.peticiones import contar_peticiones

from clientes.aura.routes.panel_cliente_conocimiento import servicio
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

BASE = "/panel_cliente/marea/conocimiento"
HORARIO = {"titulo": "Horario", "contenido": "Abrimos de lunes a sábado de 9 a 7."}


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


def bloques(**iguales: Any) -> list[dict[str, Any]]:
    columnas = "id,nombre_nora,titulo,contenido,etiquetas,activo,modelo_vector"
    consulta = supabase.table("conocimiento_nora").select(columnas)
    for columna, valor in iguales.items():
        consulta = consulta.eq(columna, valor)
    return filas(consulta)


def ensenar(cliente: Any, **datos: Any) -> str:
    """Lo escribe por la página y devuelve su id."""
    respuesta = cliente.enviar(f"{BASE}/nuevo", {**HORARIO, **datos})
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    return str(bloques(titulo={**HORARIO, **datos}["titulo"])[0]["id"])


def test_lo_ensenado_queda_listo_para_buscarse(duena: Any) -> None:
    ensenar(duena, contenido="Abrimos a las 9.\r\nCerramos a las 7.", etiqueta_nueva="horario, Días, horario")
    bloque = bloques()[0]
    assert bloque["contenido"] == "Abrimos a las 9.\nCerramos a las 7."
    assert bloque["etiquetas"] == ["horario", "Días"] and bloque["activo"] is True
    assert bloque["modelo_vector"], "el vector se calcula al guardar"
    pagina = duena.get(f"{BASE}/").get_data(as_text=True)
    assert "Abrimos a las 9." in pagina and "Nora ya lo sabe" in pagina


def test_si_el_codificador_falla_el_bloque_se_queda(duena: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    def falla(nombre_nora: str, bloque_id: str) -> bool:
        raise ErrorServicioExterno

    monkeypatch.setattr(servicio, "indexar_bloque", falla)
    ensenar(duena)
    assert bloques()[0]["titulo"] == "Horario"
    assert "lo aprenderá en unos minutos" in duena.get(f"{BASE}/").get_data(as_text=True)


@pytest.mark.parametrize(
    ("campo", "valor", "frase"),
    [
        ("titulo", "   ", "Ponle un nombre corto"),
        ("titulo", "x" * 121, "Caben 120"),
        ("contenido", "", "Escribe la respuesta."),
        ("contenido", "x" * 4001, "Caben 4,000"),
        ("etiqueta_nueva", "x" * 41, "40 letras"),
        ("etiqueta_nueva", ",".join(f"e{n}" for n in range(9)), "8 etiquetas"),
    ],
)
def test_un_error_queda_junto_a_su_campo_y_nada_se_pierde(
    duena: Any, campo: str, valor: str, frase: str
) -> None:
    respuesta = duena.enviar(f"{BASE}/nuevo", {"titulo": "Un tema", "contenido": "Un texto", campo: valor})
    pagina = respuesta.get_data(as_text=True)
    assert respuesta.status_code == 422
    error = re.search(rf'id="{campo}-error"[^>]*>(.*?)</p>', pagina, re.S)
    assert error and frase in error[1]
    assert campo == "titulo" or 'value="Un tema"' in pagina
    assert campo == "contenido" or "Un texto</textarea>" in pagina
    assert bloques() == []


def test_editar_y_borrar(duena: Any) -> None:
    bloque_id = ensenar(duena, etiqueta_nueva="horario")
    formulario = duena.get(f"{BASE}/{bloque_id}").get_data(as_text=True)
    assert 'value="Horario"' in formulario and " checked" in formulario
    cambios = {"titulo": "Horario nuevo", "contenido": "De 8 a 5.", "etiquetas": ["horario"]}
    respuesta = duena.enviar(f"{BASE}/{bloque_id}", cambios)
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    assert bloques()[0] | {"modelo_vector": ""} == {
        "id": bloque_id,
        "nombre_nora": "marea",
        "titulo": "Horario nuevo",
        "contenido": "De 8 a 5.",
        "etiquetas": ["horario"],
        "activo": True,
        "modelo_vector": "",
    }
    assert bloques()[0]["modelo_vector"], "el texto nuevo se vuelve a indexar"
    vacio = duena.enviar(f"{BASE}/{bloque_id}", {"titulo": "", "contenido": "De 8 a 6."})
    assert vacio.status_code == 422 and "De 8 a 6." in vacio.get_data(as_text=True)
    assert duena.enviar(f"{BASE}/{bloque_id}/borrar").status_code == 302
    assert bloques() == []
    anotado = filas(supabase.table("auditoria").select("objeto,detalle").eq("accion", "borrar_bloque"))
    assert anotado == [{"objeto": bloque_id, "detalle": {"titulo": "Horario nuevo"}}]


def test_encender_y_apagar_con_y_sin_javascript(duena: Any) -> None:
    bloque_id = ensenar(duena)
    respuesta = duena.enviar(
        f"{BASE}/{bloque_id}/activo", {"activo": "0"}, headers={"Accept": "application/json"}
    )
    assert respuesta.json["success"] is True and respuesta.json["data"] == {"activo": False}
    assert bloques()[0]["activo"] is False
    assert duena.enviar(f"{BASE}/{bloque_id}/activo", {"activo": "1"}).status_code == 302
    assert bloques()[0]["activo"] is True


def test_buscar_y_filtrar(duena: Any) -> None:
    ensenar(duena)
    ensenar(duena, titulo="Envíos a domicilio", contenido="Cuestan 10% más.", etiqueta_nueva='"raro", {x}')
    apagado = ensenar(duena, titulo="Promoción", contenido="Dos por uno.", etiqueta_nueva="promo")
    duena.enviar(f"{BASE}/{apagado}/activo", {"activo": "0"})

    def titulos(**filtro: str) -> set[str]:
        pagina = duena.get(f"{BASE}/", query_string=filtro).get_data(as_text=True)
        return set(re.findall(r'class="lista-titulo">([^<]+)<', pagina))

    assert titulos() == {"Horario", "Envíos a domicilio", "Promoción"}
    assert titulos(q="ENVIOS domicilio") == {"Envíos a domicilio"}
    assert titulos(q="10%") == {"Envíos a domicilio"}
    assert titulos(q="%") == {"Envíos a domicilio"}, "el signo se busca, no es comodín"
    assert titulos(q="9 a 7.") == {"Horario"}
    assert titulos(estado="apagados") == {"Promoción"}
    assert titulos(estado="encendidos") == {"Horario", "Envíos a domicilio"}
    assert titulos(etiqueta="promo", estado="encendidos") == set()
    assert titulos(etiqueta='"raro"') == {"Envíos a domicilio"}
    assert titulos(etiqueta="{x}") == {"Envíos a domicilio"}
    pedazo = duena.get(f"{BASE}/?q=horario", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "Horario" in pedazo and "<html" not in pedazo


def test_ver_mas_recorre_todos_sin_repetir(duena: Any, marea: str) -> None:
    comun = {"nombre_nora": marea, "contenido": "algo", "etiquetas": ["t"]}
    nuevos = [{**comun, "titulo": f"Tema {n:03d}"} for n in range(95)]
    filas(supabase.table("conocimiento_nora").insert(nuevos))
    vistos: list[str] = []
    url: str | None = f"{BASE}/?etiqueta=t"
    while url:
        pagina = duena.get(url).get_data(as_text=True)
        vistos += re.findall(r'class="lista-titulo">(Tema \d+)<', pagina)
        siguiente = re.search(r'href="([^"]*antes_id=[^"]*)"', pagina)
        url = siguiente[1].replace("&amp;", "&") if siguiente else None
    assert sorted(vistos) == [f"Tema {n:03d}" for n in range(95)]


def test_vacia_ensena_con_tres_ejemplos_que_prellenan(duena: Any) -> None:
    pagina = duena.get(f"{BASE}/").get_data(as_text=True)
    claves = re.findall(r"/nuevo\?ejemplo=(\w+)", pagina)
    assert claves == ["horario", "precios", "ubicacion"]
    formulario = duena.get(f"{BASE}/nuevo?ejemplo=horario").get_data(as_text=True)
    assert 'value="Horario"' in formulario and "Abrimos de lunes a viernes" in formulario
    assert 'value="¿Fían?"' in duena.get(f"{BASE}/nuevo", query_string={"titulo": "¿Fían?"}).get_data(
        as_text=True
    )


@pytest.mark.parametrize("htmx", [True, False])
def test_que_responderia_nora(duena: Any, htmx: bool) -> None:
    horario = ensenar(
        duena, contenido="Abrimos de lunes a viernes de 9 a 7 y sábados de 9 a 3. Domingos cerramos."
    )
    ensenar(duena, titulo="Dónde estamos", contenido="Estamos en Calle Jacarandas 48, Hermosillo.")
    cabeceras = {"HX-Request": "true"} if htmx else {}

    def preguntar(texto: str) -> str:
        respuesta = duena.enviar(f"{BASE}/probar", {"pregunta": texto}, headers=cabeceras)
        assert respuesta.status_code == 200
        pagina: str = respuesta.get_data(as_text=True)
        assert ("<html" in pagina) is not htmx
        return pagina

    segura = preguntar("Hola, ¿cuál es su horario?")
    assert 'data-tipo="segura"' in segura and "Segura" in segura
    assert "sábados de 9 a 3" in segura and f"{BASE}/{horario}" in segura
    desconocida = preguntar("¿venden refacciones para tractor?")
    assert 'data-tipo="desconocida"' in desconocida and "Pasaría a una persona" in desconocida
    assert "persona del equipo" in desconocida, "la frase que mandaría"
    assert "Enseñárselo" in desconocida and "/nuevo?titulo=" in desconocida


def test_dudosa_dice_entre_que_temas(duena: Any) -> None:
    for quien, precio in (("dama", 280), ("caballero", 160), ("niños", 120)):
        ensenar(
            duena,
            titulo=f"Corte de cabello para {quien}",
            contenido=f"El corte para {quien} cuesta ${precio}.",
        )
    pagina = duena.enviar(f"{BASE}/probar", {"pregunta": "cuánto cuesta el corte"}).get_data(as_text=True)
    assert 'data-tipo="dudosa"' in pagina and "Dudosa: preguntaría" in pagina
    assert (
        "¿Te refieres a…?" in pagina
        and "Hablar con una persona" in pagina
        and "Para que conteste sola" in pagina
    )


def test_probar_sin_pregunta(duena: Any) -> None:
    respuesta = duena.enviar(f"{BASE}/probar", {"pregunta": "  "})
    assert respuesta.status_code == 422 and "Escribe una pregunta." in respuesta.get_data(as_text=True)
    assert duena.get(f"{BASE}/probar").status_code == 200


def test_un_agente_lee_y_prueba_pero_no_escribe(duena: Any, cliente_de: Callable[..., Any]) -> None:
    bloque_id = ensenar(duena)
    agente = cliente_de("agente", "marea")
    lista, tema = (agente.get(f"{BASE}/{ruta}") for ruta in ("", bloque_id))
    assert lista.status_code == tema.status_code == 200
    for pagina in (lista.get_data(as_text=True), tema.get_data(as_text=True)):
        assert "Abrimos de lunes" in pagina
        assert "Enseñarle algo" not in pagina and "/activo" not in pagina and "/borrar" not in pagina
    assert agente.enviar(f"{BASE}/probar", {"pregunta": "horario"}).status_code == 200
    assert agente.get(f"{BASE}/nuevo").status_code == 403
    for ruta in ("nuevo", bloque_id, f"{bloque_id}/activo", f"{bloque_id}/borrar"):
        datos = {"titulo": "x", "contenido": "y", "activo": "0"}
        assert agente.enviar(f"{BASE}/{ruta}", datos).status_code == 403, ruta
    assert [(b["titulo"], b["activo"]) for b in bloques()] == [("Horario", True)]


def test_lo_de_otra_nora_no_existe(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    bloque_id = ensenar(duena, etiqueta_nueva="secreta")
    crear_nora("brisa")
    ajena = cliente_de("dueno", "brisa")
    otra = "/panel_cliente/brisa/conocimiento"
    inventado = ajena.get(f"{otra}/{uuid4()}")
    respuesta = ajena.get(f"{otra}/{bloque_id}")
    assert respuesta.status_code == inventado.status_code == 404
    assert respuesta.get_data(as_text=True) == inventado.get_data(as_text=True)
    for ruta in ("", "/activo", "/borrar"):
        datos = {"titulo": "Robo", "contenido": "x", "activo": "0"}
        assert ajena.enviar(f"{otra}/{bloque_id}{ruta}", datos).status_code == 404, ruta
    assert ajena.get(f"{BASE}/{bloque_id}").status_code == 404, "ni por la dirección de la otra Nora"
    lista = ajena.get(f"{otra}/?q=horario").get_data(as_text=True)
    assert "Abrimos de lunes a sábado" not in lista and "secreta" not in lista
    prueba = ajena.enviar(f"{otra}/probar", {"pregunta": "¿cuál es su horario?"}).get_data(as_text=True)
    assert "9 a 7" not in prueba
    assert bloques()[0]["titulo"] == "Horario" and bloques()[0]["activo"] is True


@pytest.mark.parametrize(
    "ruta", ["/", "/?q=horario&estado=encendidos&etiqueta=a", "/nuevo", "/{id}", "/probar"]
)
def test_cada_pagina_hace_tres_peticiones_como_mucho(duena: Any, ruta: str) -> None:
    bloque_id = ensenar(duena, etiqueta_nueva="a")
    pedidas = contar_peticiones(lambda: duena.get(BASE + ruta.replace("{id}", bloque_id)))
    assert 0 < len(pedidas) <= 3, pedidas
