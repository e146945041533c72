"""Filtrar, hacer lo mismo con varios, y deshacerlo."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from apoyo.peticiones import contar_peticiones

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas, valor

BASE = "/panel_cliente/marea/contactos"
JSON = {"Accept": "application/json"}


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


def poblar(nora: str, cuantos: int = 4) -> list[str]:
    """Contactos «Persona 0», «Persona 1»…; devuelve sus ids en ese orden."""
    return [
        str(
            filas(
                supabase.table("contactos").insert(
                    {
                        "nombre_nora": nora,
                        "nombre": f"Persona {n}",
                        "telefono": f"+52662000000{n}",
                        "direccion": f"whatsapp:+52662000000{n}",
                        "direccion_envio": f"whatsapp:+52662000000{n}",
                    }
                )
            )[0]["id"]
        )
        for n in range(cuantos)
    ]


def etiqueta(nora: str, nombre: str = "VIP") -> str:
    return str(filas(supabase.table("etiquetas").insert({"nombre_nora": nora, "nombre": nombre}))[0]["id"])


def vistos(cliente: Any, consulta: str = "") -> set[str]:
    pagina = cliente.get(f"{BASE}/{consulta}").get_data(as_text=True)
    return set(re.findall(r'lista-titulo recortado">(Persona \d)', pagina))


def en_lote(cliente: Any, datos: dict[str, Any], consulta: str = "") -> dict[str, Any]:
    respuesta = cliente.enviar(f"{BASE}/lote{consulta}", datos, headers=JSON)
    assert respuesta.status_code == 200, respuesta.get_data(as_text=True)
    hecho: dict[str, Any] = json.loads(respuesta.get_data(as_text=True))["data"]
    return hecho


def etiquetados() -> set[str]:
    return {f["contacto_id"] for f in filas(supabase.table("contacto_etiquetas").select("contacto_id"))}


def cambiar(contacto_id: str, **columnas: Any) -> None:
    filas(supabase.table("contactos").update(columnas).eq("id", contacto_id))


def test_cada_filtro_se_queda_en_la_direccion_y_deja_a_los_suyos(duena: Any, marea: str) -> None:
    a, b, c, d = poblar(marea)
    vip, debe = etiqueta(marea), etiqueta(marea, "Debe")
    for contacto, puesta in ((a, vip), (b, vip), (b, debe)):
        filas(
            supabase.table("contacto_etiquetas").insert(
                {"nombre_nora": marea, "contacto_id": contacto, "etiqueta_id": puesta}
            )
        )
    cambiar(a, baja_en="2026-05-01T00:00:00Z", ultimo_mensaje_en="2020-01-01T00:00:00Z")
    cambiar(c, bloqueado_en="2026-05-01T00:00:00Z")
    filas(
        supabase.table("conversaciones").insert(
            {"nombre_nora": marea, "contacto_id": d, "espera_persona_desde": "2026-05-01T00:00:00Z"}
        )
    )
    assert vistos(duena) == {f"Persona {n}" for n in range(4)}
    assert vistos(duena, f"?etiqueta={vip}") == {"Persona 0", "Persona 1"}
    assert vistos(duena, f"?etiqueta={vip}&etiqueta={debe}") == {"Persona 1"}
    assert vistos(duena, "?estado=baja") == {"Persona 0"}
    assert vistos(duena, "?estado=bloqueado") == {"Persona 2"}
    assert vistos(duena, "?estado=espera") == {"Persona 3"}
    assert vistos(duena, "?actividad=inactivos") == {"Persona 0"}
    assert vistos(duena, "?actividad=nunca") == {"Persona 1", "Persona 2", "Persona 3"}
    assert vistos(duena, f"?q=persona&etiqueta={vip}&estado=baja") == {"Persona 0"}
    assert vistos(duena, "?estado=loquesea&etiqueta=no-es&actividad=x") == {
        f"Persona {n}" for n in range(4)
    }, "lo que no se entiende no filtra"
    pagina = duena.get(f"{BASE}/?etiqueta={vip}&estado=baja").get_data(as_text=True)
    assert f'name="etiqueta" value="{vip}"' in pagina and 'name="estado" value="baja"' in pagina
    assert "quitar filtro" in pagina and "Quitar filtros" in pagina


def test_varias_palabras_en_cualquier_orden(duena: Any, marea: str) -> None:
    cambiar(poblar(marea, 1)[0], nombre="Persona 7 María de la Luz")
    for texto in ("luz maria", "MARIA persona", "lu per", "521 662 000 0000"):
        assert vistos(duena, f"?q={texto}") == {"Persona 7"}, texto
    assert vistos(duena, "?q=qqqq wwww") == set()


@pytest.mark.parametrize("texto", ["%", "_", "\\", "'", "a' or true --", "100%_"])
def test_lo_que_se_busca_nunca_es_sql(duena: Any, marea: str, texto: str) -> None:
    poblar(marea)
    respuesta = duena.get(f"{BASE}/", query_string={"q": texto})
    assert respuesta.status_code == 200
    assert "Nadie se parece a" in respuesta.get_data(as_text=True)


def test_etiquetar_y_quitar_a_varios_se_deshace_justo(duena: Any, marea: str) -> None:
    a, b, c, _ = poblar(marea)
    vip = etiqueta(marea)
    filas(
        supabase.table("contacto_etiquetas").insert(
            {"nombre_nora": marea, "contacto_id": a, "etiqueta_id": vip, "puesta_en": "2026-03-04T12:00:00Z"}
        )
    )
    hecho = en_lote(duena, {"accion": "etiquetar", "etiqueta_id": vip, "ids": [a, b, c]})
    assert hecho["cuantos"] == 2 and etiquetados() == {a, b, c}
    assert duena.enviar(f"{BASE}/deshacer/{hecho['id']}", headers=JSON).status_code == 200
    assert etiquetados() == {a}, "la que ya la tenía la conserva"
    assert duena.enviar(f"{BASE}/deshacer/{hecho['id']}").status_code == 404, "una sola vez"
    hecho = en_lote(duena, {"accion": "quitar", "etiqueta_id": vip, "ids": [a, b]})
    assert hecho["cuantos"] == 1 and etiquetados() == set()
    duena.enviar(f"{BASE}/deshacer/{hecho['id']}")
    assert etiquetados() == {a}
    [vuelta] = filas(supabase.table("contacto_etiquetas").select("puesta_en"))
    assert vuelta["puesta_en"].startswith("2026-03-04"), "con su fecha"


def test_a_todos_los_del_filtro(duena: Any, marea: str) -> None:
    ids = poblar(marea)
    vip = etiqueta(marea)
    cambiar(ids[0], baja_en="2026-05-01T00:00:00Z")
    hecho = en_lote(duena, {"accion": "etiquetar", "etiqueta_id": vip, "todos": "1"}, "?estado=baja")
    assert hecho["cuantos"] == 1 and etiquetados() == {ids[0]}
    hecho = en_lote(duena, {"accion": "borrar", "todos": "1"}, "?actividad=nunca")
    assert hecho["cuantos"] == 4 and vistos(duena) == set()
    duena.enviar(f"{BASE}/deshacer/{hecho['id']}")
    assert len(vistos(duena)) == 4


def test_un_agente_no_borra_en_lote(duena: Any, marea: str, cliente_de: Callable[..., Any]) -> None:
    ids = poblar(marea)
    agente = cliente_de("agente", marea)
    assert agente.enviar(f"{BASE}/lote", {"accion": "borrar", "ids": ids}).status_code == 403
    assert len(vistos(duena)) == 4


def test_en_lote_no_alcanza_a_otra_nora(
    duena: Any, marea: str, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    ids, vip = poblar(marea), etiqueta(marea)
    crear_nora("brisa")
    ajena = cliente_de("dueno", "brisa")
    base = "/panel_cliente/brisa/contactos"
    assert (
        ajena.enviar(f"{base}/lote", {"accion": "etiquetar", "etiqueta_id": vip, "ids": ids}).status_code
        == 404
    )
    ajena.enviar(f"{base}/lote", {"accion": "borrar", "ids": ids})
    assert len(vistos(duena)) == 4
    hecho = en_lote(duena, {"accion": "borrar", "ids": ids[:1]})
    assert ajena.enviar(f"{base}/deshacer/{hecho['id']}").status_code == 404
    assert len(vistos(duena)) == 3


def recibir(nora: str, direccion: str, sid: str, texto: str = "hola") -> dict[str, Any]:
    recibido: dict[str, Any] = valor(
        supabase.rpc(
            "recibir_mensaje",
            {
                "p_nombre_nora": nora,
                "p_canal": "whatsapp",
                "p_proveedor_sid": sid,
                "p_direccion": direccion,
                "p_direccion_envio": direccion,
                "p_texto": texto,
            },
        )
    )
    return recibido


def test_quien_escribe_desde_la_papelera_vuelve_con_todo(duena: Any, marea: str) -> None:
    contacto = poblar(marea, 1)[0]
    primero = recibir(marea, "whatsapp:+526620000000", "SM-1")
    assert "Persona 0" in duena.get("/panel_cliente/marea/chat/").get_data(as_text=True)
    en_lote(duena, {"accion": "borrar", "ids": [contacto]})
    assert vistos(duena) == set()
    assert "Persona 0" not in duena.get("/panel_cliente/marea/chat/").get_data(as_text=True)
    segundo = recibir(marea, "whatsapp:+526620000000", "SM-2")
    assert segundo["conversacion_id"] == primero["conversacion_id"]
    assert vistos(duena) == {"Persona 0"}
    assert len(filas(supabase.table("mensajes").select("id"))) == 2


def test_la_papelera_se_purga_solo_despues_de_su_plazo(duena: Any, marea: str, app: Any) -> None:
    from datetime import UTC, datetime

    from clientes.aura.routes.panel_cliente_contactos import servicio

    viejo, nuevo, vivo, _ = poblar(marea)
    recibir(marea, "whatsapp:+526620000000", "SM-1")
    cambiar(viejo, borrado_en="2020-01-01T00:00:00Z")
    cambiar(nuevo, borrado_en=datetime.now(UTC).isoformat())
    assert servicio.purgar_papeleras(datetime.now(UTC)).startswith("1 contactos")
    quedan = {f["id"] for f in filas(supabase.table("contactos").select("id"))}
    assert viejo not in quedan and {nuevo, vivo} <= quedan
    assert filas(supabase.table("mensajes").select("id")) == []


def test_recuperar_desde_la_ficha(duena: Any, marea: str) -> None:
    contacto = poblar(marea, 1)[0]
    en_lote(duena, {"accion": "borrar", "ids": [contacto]})
    assert "Está en la papelera" in duena.get(f"{BASE}/{contacto}").get_data(as_text=True)
    duena.enviar(f"{BASE}/{contacto}/recuperar")
    assert vistos(duena) == {"Persona 0"}


def test_anotar_a_quien_esta_en_la_papelera_lo_trae_de_vuelta(duena: Any, marea: str) -> None:
    contacto = poblar(marea, 1)[0]
    en_lote(duena, {"accion": "borrar", "ids": [contacto]})
    respuesta = duena.enviar(f"{BASE}/nuevo", {"nombre": "Persona 5", "telefono": "6620000000"})
    assert respuesta.status_code == 302 and respuesta.location.endswith(contacto)
    assert vistos(duena) == {"Persona 5"}


def test_la_lista_y_sus_filtros_hacen_tres_peticiones_como_mucho(duena: Any, marea: str) -> None:
    ids = poblar(marea)
    vip = etiqueta(marea)
    for ruta in (
        f"?q=persona&etiqueta={vip}&estado=baja&actividad=30",
        "repetidos",
        "campos",
        "importar",
        f"{ids[0]}/unir?q=persona",
        f"{ids[0]}/suprimir",
    ):
        pedidas = contar_peticiones(lambda ruta=ruta: duena.get(f"{BASE}/{ruta}"))  # type: ignore[misc]
        assert 0 < len(pedidas) <= 3, (ruta, pedidas)
