"""Lo que el modelo leyó, quiso decir e hizo se olvida con los mensajes de donde salió, y con la persona."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from clientes.aura.ia import consultas_asistente as consultas
from clientes.aura.scripts.consultas import borrar_mensajes_viejos
from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ejecutar

HACE_UN_ANO = (datetime.now(UTC) - timedelta(days=365)).isoformat()
RASTROS = ("turnos_ia", "acciones_ia", "formulario_respuestas")


@pytest.fixture
def platica(nora: Any) -> str:
    """Una con dos mensajes y lo que salió de cada uno; el primero es de hace un año."""
    ejecutar(supabase.table("formularios").insert({"nombre_nora": nora.nora, "nombre": "Cita"}))
    formulario = nora.tabla("formularios")[0]["id"]
    for n, fecha in enumerate((HACE_UN_ANO, datetime.now(UTC).isoformat())):
        recibido = nora.escribe(f"pregunta {n}")
        identidad, comun = recibido.conversacion_id, {"nombre_nora": nora.nora, "fecha_creacion": fecha}
        cambios = {"fecha_creacion": fecha, "atendido_en": fecha}
        ejecutar(supabase.table("mensajes").update(cambios).eq("id", recibido.mensaje_id))
        consultas.guardar_turno(
            nora.nora, identidad, recibido.mensaje_id, resultado="frenado", pregunta=f"pregunta {n}",
            borrador="Vive en Sonora 12", hallazgos=[], apoyos=[], modelo="m",
        )  # fmt: skip
        comun["conversacion_id"] = identidad
        estado = "hecha" if n == 0 else "por_aprobar"
        accion = {
            "clave": f"k{n}",
            "herramienta": "crear_tarea",
            "argumentos": {"que": "x"},
            "estado": estado,
        }
        ejecutar(supabase.table("acciones_ia").insert({**comun, **accion}))
        contestado = {
            "formulario_id": formulario,
            "estado": "terminado" if n == 0 else "en_curso",
            "datos": {"nombre": "Ana"},
            "vence_en": fecha,
        }
        ejecutar(supabase.table("formulario_respuestas").insert({**comun, **contestado}))
    uso = {"nombre_nora": nora.nora, "conversacion_id": identidad, "modelo": "m", "tokens_entrada": 1,
           "tokens_salida": 1, "costo": 1.5}  # fmt: skip
    ejecutar(supabase.table("uso_ia").insert(uso))
    return str(identidad)


def test_la_retencion_se_lleva_lo_viejo_y_deja_lo_de_hoy(nora: Any, platica: str) -> None:
    assert borrar_mensajes_viejos(nora.nora, 90, 100) == 1
    assert [m["texto"] for m in nora.tabla("mensajes")] == ["pregunta 1"]
    assert [t["pregunta"] for t in nora.tabla("turnos_ia")] == ["pregunta 1"]
    assert [a["estado"] for a in nora.tabla("acciones_ia")] == ["por_aprobar"]
    assert [f["estado"] for f in nora.tabla("formulario_respuestas")] == ["en_curso"]


def test_suprimir_a_una_persona_no_deja_nada_suyo_y_el_gasto_se_queda(nora: Any, platica: str) -> None:
    (contacto,) = nora.tabla("contactos")
    argumentos = {"p_contacto_id": contacto["id"], "p_usuario_id": None, "p_correo": "rosa@x.mx"}
    ejecutar(supabase_de_nora(nora.nora).rpc("suprimir_contacto", argumentos))
    assert {tabla: nora.tabla(tabla) for tabla in RASTROS} == {tabla: [] for tabla in RASTROS}
    (uso,) = nora.tabla("uso_ia")
    assert (uso["conversacion_id"], float(uso["costo"])) == (None, 1.5)
    assert not any(m["texto"] for m in nora.tabla("mensajes"))
