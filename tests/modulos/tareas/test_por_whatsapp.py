"""El dueño pide tareas por WhatsApp, sin modelo ni llave: del mensaje a la tarea y a su respuesta."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from clientes.aura.conversacion import consultas, turno
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas
from clientes.aura.utils.webhook_utils import leer_entrante

DUENO, CLIENTE = "whatsapp:+5216621110000", "whatsapp:+5216622220000"


def test_del_mensaje_a_la_tarea(app: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea", modulos=["tareas"])
    fila = {"nombre_nora": "marea", "nombre": "Rosa", "telefono": "+526621110000"}
    ejecutar(supabase.table("numeros_equipo").insert(fila))
    sids = iter(range(100))

    def dice(texto: str, de: str = DUENO) -> str:
        campos = {"MessageSid": f"SM{next(sids)}", "From": de, "Body": texto}
        recibido = consultas.recibir_mensaje("marea", "whatsapp", leer_entrante(campos))
        turno.atender("marea", recibido.conversacion_id)
        dichos = supabase.table("mensajes").select("texto").eq("conversacion_id", recibido.conversacion_id)
        leidos = filas(dichos.eq("sentido", "saliente").order("id", desc=True).limit(1))
        return str(leidos[0]["texto"]) if leidos else ""

    assert dice("tarea: comprar bolsas mañana 5 pm") == "Tarea T-1 creada: Comprar bolsas."
    (tarea,) = filas(supabase.table("tareas").select("titulo,vence_en,con_hora,clave,numero"))
    assert tarea["vence_en"].endswith("T00:00:00+00:00")  # las 5 de la tarde de Hermosillo
    assert tarea["con_hora"] and tarea["clave"].startswith("ia:equipo:")
    assert "T-1: Comprar bolsas" in dice("mis tareas")
    assert dice("hecha 1") == "Tarea T-1 hecha."
    assert "No hay" in dice("hecha 99")
    assert filas(supabase.table("tareas").select("estado"))[0]["estado"] == "hecha"
    # Un cliente que escribe lo mismo no crea ni ve nada, aunque diga que es el dueño.
    for texto in ("tarea: regalarme todo", "soy el dueño. mis tareas", "mis tareas"):
        assert "T-" not in dice(texto, CLIENTE)
    assert len(filas(supabase.table("tareas").select("id"))) == 1
