"""Tareas de punta a punta contra la base real: guardar, mover, varias a la vez, deshacer, cursor y aislamiento."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from apoyo.peticiones import contar_peticiones
from flask import Flask

from clientes.aura.routes.panel_cliente_tareas import consultas, servicio
from clientes.aura.routes.panel_cliente_tareas.modelos import Filtro
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.auth_utils import Identidad
from clientes.aura.utils.errores import ErrorNoEncontrado
from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ejecutar, filas

ZONA = "America/Hermosillo"
BASE = "/panel_cliente/marea/tareas"


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea", modulos=["tareas", "contactos"])


@pytest.fixture
def ana(marea: str, crear_usuario: Callable[..., str]) -> Identidad:
    usuario_id = crear_usuario("ana@marea.mx", "dueno", marea)
    return Identidad(usuario_id, "ana@marea.mx", "", False, {"marea": "dueno"})


@pytest.fixture
def cliente(ana: Identidad, cliente_http: Any) -> Any:
    assert cliente_http.entrar("ana@marea.mx").status_code == 302
    return cliente_http


def nueva(quien: Identidad, titulo: str, nora: str = "marea", **campos: Any) -> str:
    datos = servicio.Datos(titulo=titulo, **campos)
    return servicio.guardar(nora, None, datos, quien.usuario_id, ZONA)[0]


def titulos(quien: Identidad, **filtro: str) -> list[str]:
    return [t.titulo for t in servicio.listar("marea", Filtro(**filtro), None, quien).tareas]


def test_veinte_a_la_vez_y_cada_una_con_su_numero(ana: Identidad, app: Flask) -> None:
    def crear(n: int) -> int:
        with app.app_context():
            return servicio.guardar("marea", None, servicio.Datos(titulo=f"Tarea {n}"), ana.usuario_id, ZONA)[
                1
            ]

    with ThreadPoolExecutor(20) as hilos:
        numeros = list(hilos.map(crear, range(60)))
    assert sorted(numeros) == list(range(1, 61))


def test_cada_nora_cuenta_desde_uno(ana: Identidad, crear_nora: Callable[..., str]) -> None:
    crear_nora("monte", modulos=["tareas"])
    for _ in range(2):
        nueva(ana, "Una")
    assert servicio.guardar("monte", None, servicio.Datos(titulo="Otra"), None, ZONA)[1] == 1


def test_se_escribe_en_el_panel_y_nada_de_lo_escrito_se_pierde(cliente: Any, ana: Identidad) -> None:
    datos = {
        "titulo": "Confirmar a Ana",
        "prioridad": "4",
        "fecha": "2030-01-15",
        "hora": "17:30",
        "recordar": "60",
        "asignada_a": ana.usuario_id,
        "etiquetas": "citas, Citas, caja",
        "pasos": "Llamar\n\nAnotar",
        "estado": "pendiente",
        "repite": "",
        "contacto_id": "",
    }
    mal = cliente.enviar(f"{BASE}/nueva", {**datos, "fecha": "", "descripcion": "con <b>detalle</b>"})
    texto = mal.get_data(as_text=True)
    assert mal.status_code == 422
    assert "Di también qué día." in texto and "Para recordarte hace falta la fecha." in texto
    assert "Confirmar a Ana" in texto and "con &lt;b&gt;detalle&lt;/b&gt;" in texto and "Llamar" in texto
    con_zona = cliente.enviar(f"{BASE}/nueva", {**datos, "hora": "17:30+01:00"})
    assert con_zona.status_code == 422 and "Esa hora no se entiende" in con_zona.get_data(as_text=True)
    bien = cliente.enviar(f"{BASE}/nueva", datos)
    assert bien.status_code == 302
    ficha = servicio.ficha("marea", bien.location.rsplit("/", 1)[1], ana)
    assert ficha.tarea.vence_en == datetime(2030, 1, 16, 0, 30, tzinfo=UTC), "las 17:30 de Hermosillo (UTC-7)"
    assert ficha.tarea.etiquetas == ["Citas", "caja"] and [p.texto for p in ficha.pasos] == [
        "Llamar",
        "Anotar",
    ]
    pagina = cliente.get(bien.location).get_data(as_text=True)
    assert "T-1" in pagina and "5:30 p. m." in pagina and "la creó" in pagina


def test_editar_deja_historia_y_reinicia_lo_vencido(cliente: Any, ana: Identidad) -> None:
    id_ = nueva(ana, "Pedir tinte", fecha=datetime(2026, 1, 5, tzinfo=UTC).date())
    consultas.al_dia("marea", datetime.now(UTC))
    datos = {
        "titulo": "Pedir tinte rojo",
        "prioridad": "3",
        "estado": "en_curso",
        "fecha": "2031-01-05",
        "recordar": "",
    }
    assert cliente.enviar(f"{BASE}/{id_}/editar", datos).status_code == 302
    ficha = servicio.ficha("marea", id_, ana)
    assert {c.campo for c in ficha.cambios} == {"creada", "titulo", "prioridad", "estado", "vence_en"}
    assert {c.persona for c in ficha.cambios} == {"ana@marea.mx"}
    hecho = consultas.al_dia("marea", datetime(2031, 1, 7, tzinfo=UTC))
    assert hecho.vencidas == 1, "con la fecha nueva vuelve a vencer"


def test_mover_con_boton_y_con_guion(cliente: Any, ana: Identidad) -> None:
    id_ = nueva(ana, "Barrer")
    assert cliente.enviar(f"{BASE}/{id_}/mover", {"estado": "en_curso"}).status_code == 302
    respuesta = cliente.enviar_json(f"{BASE}/{id_}/mover", {"estado": "hecha"})
    assert respuesta.get_json()["data"] == {"estado": "hecha"}
    tarea = servicio.ficha("marea", id_, ana).tarea
    assert tarea.estado == "hecha" and tarea.completada_en is not None
    assert cliente.enviar_json(f"{BASE}/{id_}/mover", {"estado": "volando"}).status_code == 400
    servicio.mover("marea", id_, "pendiente", ana.usuario_id)
    assert servicio.ficha("marea", id_, ana).tarea.completada_en is None


def test_varias_a_la_vez_y_deshacer(cliente: Any, ana: Identidad) -> None:
    ids = [nueva(ana, f"Tarea {n}") for n in range(3)]
    for accion in ("prioridad:4", "etiqueta:caja", f"asignar:{ana.usuario_id}", "estado:en_curso"):
        assert cliente.enviar(f"{BASE}/lote", {"ids": ids, "accion": accion}).status_code == 302
    for tarea in servicio.listar(
        "marea", Filtro(estado="en_curso", etiqueta="caja", prioridad="4", persona="yo"), None, ana
    ).tareas:
        ids.remove(tarea.id)
    assert ids == []
    todas = [t.id for t in servicio.listar("marea", Filtro(), None, ana).tareas]
    cliente.enviar(f"{BASE}/lote", {"ids": todas, "accion": "borrar", "volver": f"{BASE}/?vista=lista"})
    assert titulos(ana) == []
    pagina = cliente.get(f"{BASE}/?vista=lista").get_data(as_text=True)
    assert "Se borraron 3 tareas." in pagina and "Deshacer" in pagina
    assert "Se borraron" not in cliente.get(f"{BASE}/").get_data(as_text=True), "se ofrece una vez"
    cliente.enviar(f"{BASE}/deshacer", {"ids": re.findall(r'name="ids" value="([^"]+)"', pagina)})
    assert len(titulos(ana)) == 3


def test_lo_borrado_hace_rato_ya_no_vuelve(ana: Identidad, base: DireccionesPostgres) -> None:
    id_ = nueva(ana, "Vieja")
    servicio.borrar("marea", id_, ana)
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute("update tareas set borrada_en = now() - interval '2 minutes'")
    assert servicio.restaurar("marea", [id_], ana) == 0
    with pytest.raises(ErrorNoEncontrado):
        servicio.ficha("marea", id_, ana)


def test_el_cursor_no_repite_ni_se_salta(cliente: Any, ana: Identidad) -> None:
    dia = datetime(2030, 1, 1, tzinfo=UTC).date()
    for n in range(75):
        nueva(ana, f"Tarea {n:02d}", fecha=dia + timedelta(days=n // 3) if n < 60 else None)
    vistas: list[str] = []
    ruta = f"{BASE}/?vista=lista"
    while ruta:
        pagina = cliente.get(ruta, headers={"HX-Request": "true"}).get_data(as_text=True)
        vistas += re.findall(r'name="ids" value="([^"]+)"', pagina)
        siguiente = re.search(r'href="([^"]*despues_id=[^"]*)"', pagina)
        ruta = siguiente[1].replace("&amp;", "&") if siguiente else ""
        nueva(ana, "Llegó entre páginas", fecha=dia - timedelta(days=1))
    assert len(vistas) == len(set(vistas)) == 75


def test_filtros_y_busqueda(ana: Identidad) -> None:
    hoy = datetime.now(UTC)
    nueva(ana, "Facial de Sofía", etiquetas=("citas",))
    nueva(ana, "Comprar 100% algodón", prioridad=4)
    nueva(ana, "Vieja", fecha=(hoy - timedelta(days=3)).date(), asignada_a=ana.usuario_id)
    assert titulos(ana, texto="sofia") == ["Facial de Sofía"]
    assert titulos(ana, texto="t-2") == ["Comprar 100% algodón"]
    assert titulos(ana, texto="0%") == ["Comprar 100% algodón"], "el % no es comodín"
    assert titulos(ana, etiqueta="citas") == ["Facial de Sofía"]
    assert titulos(ana, prioridad="4") == ["Comprar 100% algodón"]
    assert titulos(ana, vence="vencidas") == ["Vieja"]
    assert titulos(ana, persona="yo") == ["Vieja"]
    assert set(titulos(ana, vence="sin_fecha")) == {"Facial de Sofía", "Comprar 100% algodón"}
    assert titulos(ana, texto="'; drop table tareas; --") == []


def test_csv_con_lo_filtrado_y_sin_formulas(cliente: Any, ana: Identidad) -> None:
    nueva(ana, "=1+1", etiquetas=("caja",))
    nueva(ana, "Otra")
    respuesta = cliente.get(f"{BASE}/exportar.csv?etiqueta=caja")
    renglones = list(csv.DictReader(io.StringIO(respuesta.get_data(as_text=True).removeprefix("\ufeff"))))
    assert [(r["Código"], r["Tarea"]) for r in renglones] == [("T-1", "'=1+1")]


def test_pasos_y_comentarios(cliente: Any, ana: Identidad) -> None:
    id_ = nueva(ana, "Preparar")
    assert cliente.enviar(f"{BASE}/{id_}/pasos", {"texto": "Lavar"}).status_code == 302
    assert cliente.enviar(f"{BASE}/{id_}/pasos", {"texto": " "}).status_code == 422
    paso = servicio.ficha("marea", id_, ana).pasos[0]
    cliente.enviar(f"{BASE}/{id_}/pasos/{paso.id}", {"hecho": "1"})
    assert servicio.ficha("marea", id_, ana).tarea.pasos_hechos == 1
    otra = nueva(ana, "Otra")
    assert cliente.enviar(f"{BASE}/{otra}/pasos/{paso.id}/borrar").status_code == 404, "no es de esa tarea"
    cliente.enviar(f"{BASE}/{id_}/comentar", {"texto": "Ya casi"})
    assert [c.texto for c in servicio.ficha("marea", id_, ana).comentarios] == ["Ya casi"]


def test_estadisticas_por_persona(ana: Identidad, base: DireccionesPostgres) -> None:
    a_tiempo = nueva(ana, "A", asignada_a=ana.usuario_id, fecha=datetime(2040, 1, 1, tzinfo=UTC).date())
    tarde = nueva(ana, "B", asignada_a=ana.usuario_id, fecha=datetime(2026, 1, 1, tzinfo=UTC).date())
    nueva(ana, "C", fecha=datetime(2026, 1, 1, tzinfo=UTC).date())
    for id_ in (a_tiempo, tarde):
        servicio.mover("marea", id_, "hecha", ana.usuario_id)
    suyas, de_nadie = servicio.estadisticas("marea", 30)
    assert (suyas.hechas, suyas.a_tiempo, suyas.puntualidad, suyas.abiertas) == (2, 1, 50, 0)
    assert (de_nadie.persona, de_nadie.vencidas) == ("Sin asignar", 1)


@pytest.mark.parametrize(
    "ruta", ["", "?vista=lista", "nueva", "ID", "ID/editar", "estadisticas", "repetidas", "avisos"]
)
def test_cada_pagina_pide_poco(cliente: Any, ana: Identidad, ruta: str) -> None:
    ids = [nueva(ana, f"Tarea {n}", asignada_a=ana.usuario_id) for n in range(40)]
    codigos: list[int] = []
    pedidas = contar_peticiones(
        lambda: codigos.append(cliente.get(f"{BASE}/{ruta.replace('ID', ids[0])}").status_code)
    )
    assert codigos == [200] and 1 <= len(pedidas) <= 3, pedidas


def test_lo_de_una_nora_no_existe_para_otra(
    ana: Identidad, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("monte", modulos=["tareas"])
    id_ = nueva(
        ana, "Secreta", pasos=("Uno",), repite="diario", fecha=datetime(2030, 1, 1, tzinfo=UTC).date()
    )
    paso = servicio.ficha("marea", id_, ana).pasos[0].id
    molde = servicio.moldes("marea")[0].id
    ajena = cliente_de("dueno", "monte")
    suya = "/panel_cliente/monte/tareas"
    for ruta in (f"/{id_}", f"/{id_}/editar"):
        assert ajena.get(suya + ruta).status_code == 404
    for ruta in (
        f"/{id_}/editar",
        f"/{id_}/mover",
        f"/{id_}/borrar",
        f"/{id_}/comentar",
        f"/{id_}/pasos",
        f"/{id_}/pasos/{paso}",
        f"/{id_}/pasos/{paso}/borrar",
        f"/repetidas/{molde}",
    ):
        datos = {"estado": "hecha", "texto": "x", "titulo": "x", "prioridad": "1"}
        assert ajena.enviar(suya + ruta, datos).status_code == 404, ruta
    for accion in ("borrar", "estado:hecha"):
        ajena.enviar(f"{suya}/lote", {"ids": [id_], "accion": accion})
    ajena.enviar(f"{suya}/deshacer", {"ids": [id_]})
    tarea = servicio.ficha("marea", id_, ana).tarea
    assert tarea.estado == "pendiente" and tarea.pasos_hechos == 0
    assert "Secreta" not in ajena.get(f"{suya}/exportar.csv").get_data(as_text=True)


def test_no_se_encarga_a_quien_no_es_del_equipo_ni_se_liga_un_contacto_ajeno(
    cliente: Any, crear_nora: Callable[..., str], crear_usuario: Callable[..., str], base: DireccionesPostgres
) -> None:
    crear_nora("monte", modulos=["tareas"])
    ajeno = crear_usuario("beto@monte.mx", "agente", "monte")
    with psycopg.connect(base.administrador) as conexion:
        fila = conexion.execute(
            "insert into contactos (nombre_nora, direccion, direccion_envio, nombre)"
            " values ('monte', 'whatsapp:x', 'whatsapp:x', 'Ajeno') returning id"
        ).fetchone()
    assert fila is not None
    for campos in ({"asignada_a": ajeno}, {"contacto_id": str(fila[0])}):
        respuesta = cliente.enviar(
            f"{BASE}/nueva",
            {"titulo": "X", "prioridad": "2", "estado": "pendiente", "recordar": "", "repite": "", **campos},
        )
        assert respuesta.status_code == 422 and "ya no están" in respuesta.get_data(as_text=True)


def test_nora_vacia_ensena_que_hacer(cliente: Any) -> None:
    for vista in ("", "?vista=lista"):
        assert "Anotar la primera" in cliente.get(f"{BASE}/{vista}").get_data(as_text=True)
    assert "Nada se repite todavía" in cliente.get(f"{BASE}/repetidas").get_data(as_text=True)
    assert "Todavía no hay cifras" in cliente.get(f"{BASE}/estadisticas").get_data(as_text=True)


def test_si_se_borra_el_contacto_o_la_cuenta_la_tarea_queda(
    ana: Identidad, crear_usuario: Callable[..., str]
) -> None:
    contacto = filas(
        supabase.table("contactos").insert(
            {
                "nombre_nora": "marea",
                "direccion": "whatsapp:x",
                "direccion_envio": "whatsapp:x",
                "nombre": "Eva",
            }
        )
    )[0]["id"]
    luis = crear_usuario("luis@marea.mx", "agente", "marea")
    id_ = nueva(ana, "Llamar a Eva", contacto_id=contacto, asignada_a=luis)
    assert servicio.ficha("marea", id_, ana).tarea.contacto == "Eva"
    ejecutar(supabase_de_nora("marea").table("contactos").delete().eq("id", contacto))
    ejecutar(supabase.table("usuarios").delete().eq("id", luis))
    tarea = servicio.ficha("marea", id_, ana).tarea
    assert (tarea.contacto_id, tarea.asignada_a) == (None, None)
