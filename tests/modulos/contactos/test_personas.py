"""Notas, campos propios, bloqueo, unir repetidos, y lo que una persona pide sobre sus datos."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from psycopg import sql

from clientes.aura.conversacion import turno
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas, valor

BASE = "/panel_cliente/marea/contactos"


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


def anotado(nora: str, nombre: str, numero: str, **columnas: Any) -> str:
    return str(
        filas(
            supabase.table("contactos").insert(
                {
                    "nombre_nora": nora,
                    "nombre": nombre,
                    "telefono": numero,
                    "direccion": f"whatsapp:{numero}",
                    "direccion_envio": f"whatsapp:{numero}",
                    **columnas,
                }
            )
        )[0]["id"]
    )


def recibir(nora: str, direccion: str, sid: str, texto: str = "hola", **mas: Any) -> dict[str, Any]:
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
                **mas,
            },
        )
    )
    return recibido


def todo(tabla: str, **filtros: Any) -> list[dict[str, Any]]:
    consulta = supabase.table(tabla).select("*")
    for columna, igual in filtros.items():
        consulta = consulta.eq(columna, igual)
    return filas(consulta)


# ---------------------------------------------------------------- notas, campos, historia
def test_notas_con_quien_y_se_borran(duena: Any, marea: str) -> None:
    contacto = anotado(marea, "Ana", "+526621234567")
    respuesta = duena.enviar(f"{BASE}/{contacto}/notas", {"texto": "Prefiere <b>tardes</b>"})
    assert respuesta.status_code == 302
    ficha = duena.get(f"{BASE}/{contacto}").get_data(as_text=True)
    assert "Prefiere &lt;b&gt;tardes&lt;/b&gt;" in ficha and "dueno-" in ficha
    vacia = duena.enviar(f"{BASE}/{contacto}/notas", {"texto": "  "})
    assert vacia.status_code == 422 and "Escribe la nota." in vacia.get_data(as_text=True)
    nota = todo("contacto_notas")[0]["id"]
    otro = anotado(marea, "Otro", "+526629999999")
    assert duena.enviar(f"{BASE}/{otro}/notas/{nota}/borrar").status_code == 404
    assert duena.enviar(f"{BASE}/{contacto}/notas/{nota}/borrar").status_code == 302
    assert todo("contacto_notas") == []


def test_campos_propios_con_su_tipo_y_en_la_historia(duena: Any, marea: str) -> None:
    for datos in (
        {"nombre": "Cumpleaños", "tipo": "fecha"},
        {"nombre": "Talla", "tipo": "opcion", "opciones": "Chica, Grande"},
        {"nombre": "Saldo", "tipo": "numero"},
    ):
        assert duena.enviar(f"{BASE}/campos", datos).status_code == 302
    assert duena.enviar(f"{BASE}/campos", {"nombre": "Talla", "tipo": "texto"}).status_code == 422
    assert (
        duena.enviar(f"{BASE}/campos", {"nombre": "Otro", "tipo": "opcion", "opciones": "una"}).status_code
        == 422
    )
    ids = {c["nombre"]: f"propio-{c['id']}" for c in todo("campos_propios")}
    contacto = anotado(marea, "Ana", "+526621234567")
    malo = duena.enviar(
        f"{BASE}/{contacto}/editar", {"nombre": "Ana", ids["Saldo"]: "mucho", ids["Talla"]: "chica"}
    )
    pagina = malo.get_data(as_text=True)
    assert malo.status_code == 422 and "lleva un número" in pagina and 'value="mucho"' in pagina
    bueno = {
        "nombre": "Ana",
        ids["Saldo"]: "$1,150.50",
        ids["Talla"]: "chica",
        ids["Cumpleaños"]: "24/11/1990",
    }
    assert duena.enviar(f"{BASE}/{contacto}/editar", bueno).status_code == 302
    ficha = duena.get(f"{BASE}/{contacto}").get_data(as_text=True)
    assert "1150.50" in ficha and "Chica" in ficha and "24/11/1990" in ficha
    duena.enviar(f"{BASE}/{contacto}/editar", {**bueno, ids["Talla"]: "", "etiqueta_nueva": "VIP"})
    historia = duena.get(f"{BASE}/{contacto}").get_data(as_text=True)
    assert re.search(r"Talla:</span> <del>Chica</del>", historia)
    assert "Cambió sus etiquetas" in historia and "<ins>VIP</ins>" in historia


def test_un_campo_quitado_no_pierde_lo_escrito(duena: Any, marea: str) -> None:
    duena.enviar(f"{BASE}/campos", {"nombre": "Talla", "tipo": "texto"})
    campo = todo("campos_propios")[0]["id"]
    contacto = anotado(marea, "Ana", "+526621234567", propios={campo: "M"})
    assert duena.enviar(f"{BASE}/campos/{campo}/borrar").status_code == 302
    duena.enviar(f"{BASE}/{contacto}/editar", {"nombre": "Ana María"})
    assert todo("contactos")[0]["propios"] == {campo: "M"}


# ---------------------------------------------------------------- bloqueo y baja
def test_a_un_bloqueado_se_le_guarda_el_mensaje_y_nora_no_contesta(
    duena: Any, marea: str, base: DireccionesPostgres
) -> None:
    contacto = anotado(marea, "Ana", "+526621234567")
    recibido = recibir(marea, "whatsapp:+526621234567", "SM-1")
    duena.enviar(f"{BASE}/{contacto}/bloqueo", {"activo": "1"})
    assert turno.atender(marea, recibido["conversacion_id"]) == "nada", "lo que tenía por contestar se olvida"
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute("delete from cola.procrastinate_jobs")
    recibir(marea, "whatsapp:+526621234567", "SM-2", "¿me contestas?")
    assert [m["texto"] for m in todo("mensajes")] == ["hola", "¿me contestas?"]
    assert all(m["atendido_en"] and m["decisor"] == "bloqueado" for m in todo("mensajes"))
    with psycopg.connect(base.administrador) as conexion:
        assert conexion.execute("select count(*) from cola.procrastinate_jobs").fetchone() == (0,)
    duena.enviar(f"{BASE}/{contacto}/bloqueo", {"activo": "0"})
    recibir(marea, "whatsapp:+526621234567", "SM-3")
    assert turno.atender(marea, recibido["conversacion_id"]) not in ("nada", "espera")
    assert [m["autor"] for m in todo("mensajes", sentido="saliente")] == ["nora"]


def test_la_baja_a_mano_queda_en_la_historia(duena: Any, marea: str) -> None:
    contacto = anotado(marea, "Ana", "+526621234567")
    duena.enviar(f"{BASE}/{contacto}/baja", {"activo": "1"})
    ficha = duena.get(f"{BASE}/{contacto}").get_data(as_text=True)
    assert "Está de baja" in ficha and "No recibe promociones" in ficha
    duena.enviar(f"{BASE}/{contacto}/baja", {"activo": "0"})
    assert todo("contactos")[0]["baja_en"] is None


# ---------------------------------------------------------------- unir
def test_unir_no_pierde_nada_y_lo_que_llegue_despues_cae_en_el_que_queda(duena: Any, marea: str) -> None:
    queda = anotado(marea, "Ana", "+526621234567", correo="ana@x.mx")
    se_va = anotado(marea, "Anita López", "+5216621234567", correo="otra@x.mx", notas="Le debo cambio")
    uno = recibir(marea, "whatsapp:+526621234567", "SM-1", "primero")
    dos = recibir(marea, "whatsapp:+5216621234567", "SM-2", "segundo")
    # La primera de las dos fechas; una que no se sabe es de antes.
    fechas = {
        (queda, "VIP"): "2026-05-01T12:00:00Z",
        (se_va, "VIP"): "2026-03-04T12:00:00Z",
        (se_va, "Debe"): None,
    }
    for (contacto, nombre), puesta_en in fechas.items():
        puesta = todo("etiquetas", nombre=nombre) or filas(
            supabase.table("etiquetas").insert({"nombre_nora": marea, "nombre": nombre})
        )
        filas(
            supabase.table("contacto_etiquetas").insert(
                {
                    "nombre_nora": marea,
                    "contacto_id": contacto,
                    "etiqueta_id": puesta[0]["id"],
                    "puesta_en": puesta_en,
                }
            )
        )
    duena.enviar(f"{BASE}/{se_va}/notas", {"texto": "Es mi prima"})
    assert "+52 662 123 4567" in duena.get(f"{BASE}/repetidos").get_data(as_text=True)
    respuesta = duena.enviar(f"{BASE}/{queda}/unir", {"otro": se_va})
    assert respuesta.status_code == 302
    assert [c["id"] for c in todo("contactos")] == [queda]
    assert {m["texto"]: m["conversacion_id"] for m in todo("mensajes")} == {
        "primero": uno["conversacion_id"],
        "segundo": uno["conversacion_id"],
    }
    assert [v["no_leidos"] for v in todo("conversaciones")] == [2]
    assert {str(e["puesta_en"])[:10] for e in todo("contacto_etiquetas")} == {"2026-03-04", "None"}
    notas = " ".join(n["texto"] for n in todo("contacto_notas"))
    assert "Es mi prima" in notas and "Anita López" in notas and "otra@x.mx" in notas
    unido = todo("contactos")[0]
    assert (unido["nombre"], unido["notas"], unido["telefono"]) == ("Ana", "Le debo cambio", "+526621234567")
    assert unido["direccion_envio"] == "whatsapp:+5216621234567", "se le contesta a donde escribió al último"
    tercero = recibir(marea, "whatsapp:+5216621234567", "SM-3", "tercero")
    assert tercero["conversacion_id"] == uno["conversacion_id"] != dos["conversacion_id"]
    assert len(todo("contactos")) == 1
    assert [a["objeto"] for a in todo("auditoria", accion="unir_contactos")] == [queda]
    ficha = duena.get(f"{BASE}/{queda}").get_data(as_text=True)
    assert "Se le unió otro contacto" in ficha and "También escribe desde" in ficha


def test_unir_pasa_lo_de_cualquier_tabla_que_lo_nombre(
    duena: Any, marea: str, base: DireccionesPostgres
) -> None:
    """Una tabla de un módulo que todavía no existe, con y sin choque de llave única."""
    queda, se_va = anotado(marea, "Ana", "+526620000001"), anotado(marea, "Anita", "+526620000002")
    with psycopg.connect(base.administrador) as conexion:
        conexion.execute(
            "create table public.pedidos (id int primary key, nombre_nora text not null, contacto_id uuid not null,"
            " folio int, unique (nombre_nora, contacto_id, folio), foreign key (nombre_nora, contacto_id)"
            " references public.contactos (nombre_nora, id) on delete cascade)"
        )
        conexion.execute("grant all on public.pedidos to authenticated")
        conexion.execute(
            "insert into public.pedidos values (1, 'marea', %s, 7), (2, 'marea', %s, 7), (3, 'marea', %s, 8)",
            (queda, se_va, se_va),
        )
    assert duena.enviar(f"{BASE}/{queda}/unir", {"otro": se_va}).status_code == 302
    with psycopg.connect(base.administrador) as conexion:
        quedan = conexion.execute("select id, contacto_id::text from public.pedidos order by id").fetchall()
        assert quedan == [(1, queda), (3, queda)]
    # El que chocaba se quedó escrito en la historia: nada se pierde.
    union = todo("contacto_cambios", accion="union")[0]["detalle"][0]
    assert [r["fila"]["id"] for r in union["repetidas"]] == [2]


@pytest.mark.parametrize("otro", ["", "no-es", "el mismo"])
def test_unir_pide_otro(duena: Any, marea: str, otro: str) -> None:
    contacto = anotado(marea, "Ana", "+526621234567")
    datos = {"otro": contacto if otro == "el mismo" else otro}
    assert duena.enviar(f"{BASE}/{contacto}/unir", datos).status_code == 400
    assert len(todo("contactos")) == 1


def test_una_simulacion_no_se_une_con_una_persona(duena: Any, marea: str) -> None:
    contacto = anotado(marea, "Ana", "+526621234567")
    prueba = anotado(marea, "Prueba", "+526621234568", canal="simulador")
    respuesta = duena.enviar(f"{BASE}/{contacto}/unir", {"otro": prueba})
    assert respuesta.status_code == 400 and "simulación" in respuesta.get_data(as_text=True)


# ---------------------------------------------------------------- sus datos
def persona_con_todo(duena: Any, nora: str) -> str:
    contacto = anotado(nora, "Ana Secreta", "+526621234567", correo="ana@secreta.mx", notas="Clave: girasol")
    recibir(
        nora,
        "whatsapp:+526621234567",
        "SM-1",
        "mi dirección es Jacarandas 48",
        p_medios=[{"url": "https://api.twilio.com/foto-de-ana"}],
        p_crudo={"ProfileName": "Ana Secreta"},
    )
    duena.enviar(f"{BASE}/{contacto}/notas", {"texto": "Vive con su girasol"})
    platica = todo("conversaciones", contacto_id=contacto)[0]["id"]
    de_ella = {"nombre_nora": nora, "conversacion_id": platica}
    supabase.table("conversacion_sucesos").insert(
        {**de_ella, "tipo": "nota", "texto": "La Secreta"}
    ).execute()
    supabase.table("mensajes_programados").insert(
        {**de_ella, "texto": "Tu girasol", "cuando": "2026-01-01T00:00:00Z", "estado": "enviado"}
    ).execute()
    duena.enviar(
        f"{BASE}/{contacto}/editar",
        {
            "nombre": "Ana Secreta",
            "correo": "ana@secreta.mx",
            "notas": "Clave: girasol",
            "etiqueta_nueva": "VIP",
        },
    )
    return contacto


def test_se_lleva_todo_lo_suyo_en_json_y_en_html(
    duena: Any, marea: str, cliente_de: Callable[..., Any]
) -> None:
    contacto = persona_con_todo(duena, marea)
    suyo = duena.get(f"{BASE}/{contacto}/datos.json")
    datos = suyo.get_json()["datos"]
    assert datos["contacto"]["correo"] == "ana@secreta.mx" and datos["etiquetas"] == ["VIP"]
    assert datos["mensajes"][0]["texto"] == "mi dirección es Jacarandas 48"
    assert datos["mensajes"][0]["medios"] and datos["contacto_notas"][0]["texto"] == "Vive con su girasol"
    assert datos["conversacion_sucesos"][0]["texto"] == "La Secreta"
    assert datos["mensajes_programados"][0]["texto"] == "Tu girasol"
    assert len(suyo.get_json()["huella"]) == 64
    legible = duena.get(f"{BASE}/{contacto}/datos.html").get_data(as_text=True)
    for dato in ("Ana Secreta", "+52 662 123 4567", "Jacarandas 48", "girasol", "VIP"):
        assert dato in legible
    agente = cliente_de("agente", marea)
    for ruta in ("datos.json", "datos.html", "suprimir"):
        assert agente.get(f"{BASE}/{contacto}/{ruta}").status_code == 403
    assert len(todo("auditoria", accion="exportar_persona")) == 2


def test_suprimir_no_deja_nada_suyo_y_deja_la_prueba(
    duena: Any, marea: str, base: DireccionesPostgres
) -> None:
    contacto = persona_con_todo(duena, marea)
    otro = anotado(marea, "Beto", "+526629999999")
    recibir(marea, "whatsapp:+526629999999", "SM-9", "lo de Beto se queda")
    huella = duena.get(f"{BASE}/{contacto}/datos.json").get_json()["huella"]
    assert duena.enviar(f"{BASE}/{contacto}/suprimir", {"confirmacion": "no"}).status_code == 422
    assert todo("contactos", id=contacto)[0]["nombre"] == "Ana Secreta"
    respuesta = duena.enviar(f"{BASE}/{contacto}/suprimir", {"confirmacion": "borrar"})
    assert respuesta.status_code == 200 and huella in respuesta.get_data(as_text=True)

    with psycopg.connect(base.administrador) as conexion:
        tablas = [
            fila[0]
            for fila in conexion.execute(
                "select relname from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"
            ).fetchall()
        ]
        for tabla in tablas:
            # La base entera, tabla por tabla: ni su nombre, ni su número, ni nada de lo que dijo.
            consulta = sql.SQL("select count(*) from {} t where to_jsonb(t)::text ~ %s").format(
                sql.Identifier("public", tabla)
            )
            sobra = conexion.execute(
                consulta, ("Secreta|secreta|girasol|Jacarandas|6621234567|foto-de-ana",)
            ).fetchone()
            assert sobra == (0,), tabla
    suyos = [m for m in todo("mensajes") if m["texto"] != "lo de Beto se queda"]
    assert [(m["texto"], m["medios"], m["crudo"], m["proveedor_sid"]) for m in suyos] == [
        ("", [], None, "SM-1")
    ]
    prueba = todo("auditoria", accion="suprimir_contacto")[0]
    assert prueba["objeto"] == contacto and prueba["detalle"]["huella"] == huella
    assert prueba["detalle"]["borrado"]["mensajes"] == 1 and prueba["detalle"]["borrado"]["medios"] == 1
    assert len(hashlib.sha256().hexdigest()) == len(huella)
    assert duena.get(f"{BASE}/{contacto}").status_code == 404
    assert duena.get(f"{BASE}/{otro}").status_code == 200
    assert recibir(marea, "whatsapp:+526621234567", "SM-1")["nuevo"] is False, "ni una copia del webhook"
    nuevo = recibir(marea, "whatsapp:+526621234567", "SM-77")
    assert nuevo["contacto_id"] != contacto, "si vuelve a escribir, es alguien nuevo"


def test_lo_que_se_quedo_por_enviar_a_quien_se_suprime_ya_no_sale(duena: Any, marea: str) -> None:
    contacto = anotado(marea, "Ana", "+526621234567")
    recibido = recibir(marea, "whatsapp:+526621234567", "SM-1")
    assert turno.atender(marea, recibido["conversacion_id"]) not in ("nada", "espera")
    duena.enviar(f"{BASE}/{contacto}/suprimir", {"confirmacion": "BORRAR"})
    assert [(s["estado"], s["direccion_envio"], s["texto"]) for s in todo("mensajes_salientes")] == [
        ("fallido", "", "")
    ]


def test_las_tareas_de_una_persona_se_sueltan_al_purgarla_y_se_borran_al_suprimirla(
    duena: Any, marea: str
) -> None:
    from clientes.aura.routes.panel_cliente_contactos import consultas

    purgada = anotado(marea, "Ana", "+526621234567", borrado_en="2020-01-01T00:00:00Z")
    suprimida = anotado(marea, "Beto", "+526629999999")
    for contacto, titulo in ((purgada, "Llamarle"), (suprimida, "Cobrarle a Beto")):
        filas(
            supabase.table("tareas").insert({"nombre_nora": marea, "titulo": titulo, "contacto_id": contacto})
        )
    assert consultas.purgar(marea, 30) == 1
    assert duena.enviar(f"{BASE}/{suprimida}/suprimir", {"confirmacion": "BORRAR"}).status_code == 200
    assert [(t["titulo"], t["contacto_id"]) for t in todo("tareas")] == [("Llamarle", None)]


def test_unir_pasa_las_tareas_y_lo_que_hizo_la_ia(duena: Any, marea: str) -> None:
    queda, se_va = anotado(marea, "Ana", "+526620000001"), anotado(marea, "Anita", "+526620000002")
    uno = recibir(marea, "whatsapp:+526620000001", "SM-1")
    dos = recibir(marea, "whatsapp:+526620000002", "SM-2")
    filas(supabase.table("tareas").insert({"nombre_nora": marea, "titulo": "Llamarle", "contacto_id": se_va}))
    gasto = {"modelo": "m", "tokens_entrada": 1, "tokens_salida": 1, "costo": 0.01}
    filas(
        supabase.table("uso_ia").insert(
            {"nombre_nora": marea, "conversacion_id": dos["conversacion_id"], **gasto}
        )
    )
    assert duena.enviar(f"{BASE}/{queda}/unir", {"otro": se_va}).status_code == 302
    assert [t["contacto_id"] for t in todo("tareas")] == [queda]
    assert len(todo("uso_ia")) == 1, "el gasto no se pierde"
    assert {m["conversacion_id"] for m in todo("mensajes")} == {uno["conversacion_id"]}
