"""Archivos de una tarea, el aviso con plantilla fuera de las 24 horas, y cambiar lo que se repite."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import psycopg
from flask import Flask

from clientes.aura.medios.consultas import rutas_sin_dueno
from clientes.aura.routes.panel_cliente_tareas import consultas, servicio, servicio_adjuntos, trabajos
from clientes.aura.routes.panel_cliente_tareas.modelos import Preferencias
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

NORA, BASE = "marea", "/panel_cliente/marea/tareas"
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"
TELEFONO = "+526621234567"


def tarea(**campos: Any) -> str:
    datos = servicio.Datos(titulo="Llamar", **campos)
    return servicio.guardar(NORA, None, datos, None, "America/Hermosillo")[0]


def test_los_archivos_se_agregan_se_abren_se_quitan_y_no_son_de_otra(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    for nombre in (NORA, "monte"):
        crear_nora(nombre)
    cliente, ajena = cliente_de("agente", NORA), cliente_de("dueno", "monte")
    donde = f"{BASE}/{tarea()}"

    def agregar(quien: Any, contenido: bytes, nombre: str, ruta: str = donde) -> Any:
        return quien.enviar(f"{ruta}/adjuntos", {"archivo": (io.BytesIO(contenido), nombre)})

    for contenido, nombre in ((b"", "nada.pdf"), (b"MZ\x90\x00\x03" * 40, "foto.png")):
        malo = agregar(cliente, contenido, nombre)
        assert malo.status_code == 422 and "campo-error" in malo.get_data(as_text=True), nombre
    assert agregar(cliente, PDF, "../../Cotización de Ana.pdf").status_code == 302
    pagina = cliente.get(donde).get_data(as_text=True)
    assert "Cotización de Ana.pdf" in pagina and "../" not in pagina.split('class="adjuntos"')[1][:900]
    [guardado] = filas(supabase.table("tarea_adjuntos").select("*"))
    abierto = cliente.get(f"{donde}/adjuntos/{guardado['id']}")
    assert abierto.status_code == 302
    bajado = cliente.get(abierto.location)
    assert bajado.data == PDF and "attachment" in bajado.headers["Content-Disposition"]
    assert rutas_sin_dueno([guardado["ruta"], "marea/otra.pdf"]) == ["marea/otra.pdf"], (
        "la limpieza no lo toca"
    )

    de_otra = donde.replace(NORA, "monte")
    for base in (donde, de_otra):
        assert agregar(ajena, PDF, "x.pdf", base).status_code == 404
        assert ajena.get(f"{base}/adjuntos/{guardado['id']}").status_code == 404
        assert ajena.enviar(f"{base}/adjuntos/{guardado['id']}/quitar").status_code == 404
    otra_tarea = f"{BASE}/{tarea()}"
    assert cliente.get(f"{otra_tarea}/adjuntos/{guardado['id']}").status_code == 404, "ni desde otra tarea"
    assert cliente.enviar(f"{donde}/adjuntos/{guardado['id']}/quitar").status_code == 302
    assert filas(supabase.table("tarea_adjuntos").select("id")) == []


def test_fuera_de_las_24_horas_el_aviso_sale_con_la_plantilla_de_la_nora(
    app: Flask,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    cliente_de: Callable[..., Any],
    base: DireccionesPostgres,
) -> None:
    luis = crear_usuario("luis@marea.mx", "agente", crear_nora(NORA))
    consultas.guardar_preferencias(NORA, luis, Preferencias(por_whatsapp=True, telefono=TELEFONO))
    plantillas = {
        p["nombre"]: p["id"]
        for p in filas(
            supabase.table("plantillas").insert(
                [
                    {"nombre_nora": NORA, "proveedor_sid": f"HX{n}", "nombre": n, "estado": e, "cuerpo": c,
                     "variables": v}
                    for n, e, c, v in (
                        ("aviso", "aprobada", "Pendiente: {{1}}", {"1": "algo"}),
                        ("dos", "aprobada", "{{1}} {{2}}", {"1": "a", "2": "b"}),
                        ("sin_aprobar", "pendiente", "{{1}}", {"1": "a"}),
                    )
                ]
            )
        )
    }  # fmt: skip
    duena = cliente_de("dueno", NORA)
    tarea(asignada_a=luis)
    assert consultas.mis_avisos(NORA, luis).avisos[0].whatsapp == "sin_ventana"
    pagina = duena.get(f"{BASE}/avisos").get_data(as_text=True)
    assert ">aviso</option>" in pagina and ">dos</option>" not in pagina and "sin_aprobar" not in pagina
    duena.enviar(f"{BASE}/avisos/plantilla", {"plantilla_id": plantillas["dos"]})
    assert servicio_adjuntos.plantillas(NORA).elegida is None, "esa no se sabe llenar"
    agente = cliente_de("agente", NORA)
    assert agente.enviar(f"{BASE}/avisos/plantilla", {"plantilla_id": plantillas["aviso"]}).status_code == 403
    assert duena.enviar(f"{BASE}/avisos/plantilla", {"plantilla_id": plantillas["aviso"]}).status_code == 302

    tarea(asignada_a=luis, descripcion="con\nsaltos")
    assert consultas.mis_avisos(NORA, luis).avisos[0].whatsapp == "plantilla", "aunque nunca ha escrito"
    [saliente] = filas(supabase.table("mensajes_salientes").select("texto,contenido,direccion_envio"))
    assert saliente["texto"] == "Pendiente: Te toca T-2: Llamar" and saliente["direccion_envio"].endswith(
        TELEFONO
    )
    assert saliente["contenido"]["plantilla"]["variables"] == {"1": "Te toca T-2: Llamar"}
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute("update public.conversaciones set ultimo_entrante_en = now()")
    tarea(asignada_a=luis)
    assert consultas.mis_avisos(NORA, luis).avisos[0].whatsapp == "enviado"
    ultimo = filas(supabase.table("mensajes_salientes").select("texto,contenido").order("id"))[-1]
    assert ultimo["texto"] == "Te toca T-3: Llamar"
    assert ultimo["contenido"]["si_cerrada"]["sid"] == "HXaviso", (
        "si se cierra antes de salir, sale con plantilla"
    )
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute("update public.contactos set baja_en = now()")
    tarea(asignada_a=luis)
    assert consultas.mis_avisos(NORA, luis).avisos[0].whatsapp == "sin_ventana", "pidió no recibir"


def test_lo_que_se_repite_se_cambia_de_la_proxima_en_adelante(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    for nombre in (NORA, "monte"):
        crear_nora(nombre)
    cliente, ajena = cliente_de("dueno", NORA), cliente_de("dueno", "monte")
    nueva = {
        "titulo": "Abrir la caja",
        "estado": "pendiente",
        "recordar": "",
        "asignada_a": "",
        "prioridad": "2",
        "fecha": "2099-11-23",
        "hora": "09:00",
        "repite": "semanal",
    }
    assert cliente.enviar(f"{BASE}/nueva", nueva).status_code == 302
    [molde] = consultas.moldes(NORA)
    donde = f"{BASE}/repetidas/{molde.id}/editar"
    pagina = cliente.get(donde).get_data(as_text=True)
    assert 'value="Abrir la caja"' in pagina and '<option selected value="semanal">' in pagina
    assert 'value="2099-11-23"' in pagina and 'value="09:00"' in pagina
    cambios = {**nueva, "titulo": "Cerrar la caja", "repite": "primer_dia", "hora": "18:30", "prioridad": "4"}
    for malo in (
        {"titulo": ""},
        {"fecha": "ayer"},
        {"hora": "25:00"},
        {"repite": "nunca"},
        {"asignada_a": "x"},
    ):
        respuesta = cliente.enviar(donde, {**cambios, **malo})
        assert respuesta.status_code == 422 and "campo-error" in respuesta.get_data(as_text=True), malo
    for ruta in (donde, donde.replace(NORA, "monte")):
        assert ajena.get(ruta).status_code == 404 and ajena.enviar(ruta, cambios).status_code == 404
    assert consultas.moldes(NORA)[0].titulo == "Abrir la caja"
    assert cliente.enviar(donde, cambios).status_code == 302
    [cambiado] = consultas.moldes(NORA)
    assert (cambiado.titulo, cambiado.regla) == ("Cerrar la caja", "FREQ=MONTHLY;BYMONTHDAY=1")
    assert cambiado.siguiente == datetime(2099, 12, 2, 1, 30, tzinfo=UTC), "el 1 a las 18:30 de Hermosillo"
    [abierta] = filas(supabase.table("tareas").select("titulo").eq("nombre_nora", NORA))
    assert abierta["titulo"] == "Abrir la caja", "la que ya estaba se queda"
    for _ in range(2):
        trabajos.poner_al_dia(datetime(2099, 12, 1, 8, tzinfo=UTC))
    titulos = [t["titulo"] for t in filas(supabase.table("tareas").select("titulo").order("numero"))]
    assert titulos == ["Abrir la caja", "Cerrar la caja"]
