"""Editar el menú y los formularios, ver las plantillas y mandar una desde el chat."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dobles.twilio_falso import TwilioFalso, twilio_falso
from flask import Flask

from clientes.aura.conversacion import consultas as del_camino
from clientes.aura.conversacion import salida, turno
from clientes.aura.routes.panel_cliente_respuestas import servicio_formularios, servicio_menu, trabajos
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas
from clientes.aura.utils.webhook_utils import leer_entrante

RUTA = "/panel_cliente/marea/respuestas"


@pytest.fixture
def duena(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> Any:
    crear_nora("marea", mensaje_bienvenida="¡Hola!")
    return cliente_de("dueno", "marea")


def dice(texto: str, n: int) -> tuple[str, str]:
    """Un mensaje de un cliente: (conversación, lo que contestó Nora)."""
    entrante = leer_entrante({"MessageSid": f"SM{n}", "From": "whatsapp:+5216621234567", "Body": texto})
    recibido = del_camino.recibir_mensaje("marea", "whatsapp", entrante)
    turno.atender("marea", recibido.conversacion_id)
    dichos = (
        supabase.table("mensajes").select("texto").eq("sentido", "saliente").order("id", desc=True).limit(1)
    )
    return recibido.conversacion_id, filas(dichos)[0]["texto"]


def guardadas(tabla: str) -> list[dict[str, Any]]:
    return filas(supabase.table(tabla).select("*").eq("nombre_nora", "marea").order("fecha_creacion"))


def opcion(**cambios: str) -> dict[str, str]:
    return {"titulo": "Precios", "accion": "texto", "texto": "Desde $100.", "descripcion": "", **cambios}


def test_el_menu_se_escribe_se_ordena_y_nora_lo_ofrece(duena: Any) -> None:
    nueva = f"{RUTA}/menu/opciones/nueva"
    assert duena.enviar(nueva, opcion()).status_code == 302
    assert duena.enviar(nueva, opcion(titulo="Horario", texto="De 9 a 6.")).status_code == 302
    assert duena.enviar(nueva, opcion(titulo="Más", accion="submenu", texto="¿De qué?")).status_code == 302
    # Nada escrito se pierde, y cada error va junto a su campo.
    for datos, frase in (
        (opcion(texto="", titulo="Una <b>"), "Escribe lo que contesta."),
        (opcion(titulo="precios"), "Ya hay una opción con ese nombre"),
        (opcion(titulo="Otra", accion="bloque"), "Elige a cuál lleva."),
        (opcion(titulo="Otra", accion="volar"), "Elige una de la lista."),
    ):
        respuesta = duena.enviar(nueva, datos)
        assert respuesta.status_code == 400 and frase in respuesta.get_data(as_text=True), frase
    assert "Una &lt;b&gt;" in duena.enviar(nueva, opcion(texto="", titulo="Una <b>")).get_data(as_text=True)
    ids = {o["titulo"]: o["id"] for o in guardadas("menu_opciones")}
    assert len(ids) == 3
    dentro = f"{nueva}?padre={ids['Más']}"
    assert duena.enviar(dentro, opcion(titulo="Envíos", texto="A todo México.")).status_code == 302
    assert (
        duena.enviar(f"{nueva}?padre={ids['Precios']}", opcion(titulo="X")).status_code == 404
    )  # no es submenú
    duena.enviar(f"{RUTA}/menu/opciones/{ids['Horario']}/mover", {"sentido": "arriba"})
    duena.enviar(f"{RUTA}/menu/opciones/{ids['Horario']}/mover", {"sentido": "arriba"})  # en la orilla, nada
    ajustes = {
        "activo": "y",
        "encabezado": "¿Qué buscas?",
        "boton": "Ver",
        "palabras": "menú\ninfo",
        "al_saludar": "y",
    }
    assert duena.enviar(f"{RUTA}/menu", ajustes).status_code == 302
    assert dice("hola", 1)[1] == "¡Hola!\n\n¿Qué buscas?\n\n1. Horario\n2. Precios\n3. Más"
    assert dice("3", 2)[1] == "¿De qué?\n\n1. Envíos"
    pagina = duena.get(f"{RUTA}/menu").get_data(as_text=True)
    assert "En WhatsApp, con botones." in pagina
    assert "A todo México." not in pagina and "Envíos" in duena.get(f"{RUTA}/menu?padre={ids['Más']}").text
    # La caja de prueba.
    for mensaje, hallado in (("la segunda", "Precios"), ("info", "Abre el menú"), ("¿abren?", "Ninguna")):
        assert hallado in duena.enviar(f"{RUTA}/menu/probar", {"mensaje": mensaje}).get_data(as_text=True)
    # Un submenú con opciones no deja de serlo; borrarlo se lleva las de dentro.
    cambio = duena.enviar(f"{RUTA}/menu/opciones/{ids['Más']}", opcion(titulo="Más"))
    assert cambio.status_code == 400 and "Tiene opciones dentro" in cambio.get_data(as_text=True)
    assert duena.enviar(f"{RUTA}/menu/opciones/{ids['Más']}/borrar").status_code == 302
    assert [o["titulo"] for o in guardadas("menu_opciones")] == ["Precios", "Horario"]


def test_topes_del_menu(duena: Any) -> None:
    for n in range(servicio_menu.OPCIONES_MAXIMAS):
        assert duena.enviar(f"{RUTA}/menu/opciones/nueva", opcion(titulo=f"Opción {n}")).status_code == 302
    respuesta = duena.enviar(f"{RUTA}/menu/opciones/nueva", opcion(titulo="Otra"))
    assert respuesta.status_code == 400 and "ponlas en un submenú" in respuesta.get_data(as_text=True)
    assert duena.get(f"{RUTA}/menu?padre=x").status_code == 404
    assert duena.enviar(f"{RUTA}/menu", {"encabezado": "", "boton": "x" * 21}).status_code == 400


def crear_formulario(duena: Any) -> str:
    datos = {"nombre": "Cita", "palabras": "agendar", "vigencia_horas": "24", "avisar": "y"}
    respuesta = duena.enviar(f"{RUTA}/formularios/nuevo", datos)
    assert respuesta.status_code == 302
    hallado = re.search(r"formularios/([0-9a-f-]{36})", respuesta.location)
    assert hallado
    return f"{RUTA}/formularios/{hallado[1]}"


def test_un_formulario_de_principio_a_hoja(duena: Any) -> None:
    ruta = crear_formulario(duena)
    assert dice("agendar", 1)[1] != "¿Tu nombre?"  # sin preguntas no se empieza
    for datos in (
        {"pregunta": "¿Tu nombre?", "tipo": "texto", "guardar_en": "nombre"},
        {"pregunta": "¿Qué día?", "tipo": "fecha"},
        {"pregunta": "¿Corto o largo?", "tipo": "opcion", "opciones": "Corto\nLargo"},
    ):
        assert duena.enviar(f"{ruta}/pasos/nuevo", datos).status_code == 302
    mala = duena.enviar(f"{ruta}/pasos/nuevo", {"pregunta": "¿X?", "tipo": "opcion", "opciones": "Una\nuna"})
    assert mala.status_code == 400 and "se leen igual" in mala.get_data(as_text=True)
    correo = duena.enviar(f"{ruta}/pasos/nuevo", {"pregunta": "¿X?", "tipo": "texto", "guardar_en": "correo"})
    assert correo.status_code == 400
    claves = [p["clave"] for p in guardadas("formularios")[0]["pasos"]]
    assert len(set(claves)) == 3
    duena.enviar(f"{ruta}/pasos/{claves[2]}/mover", {"sentido": "arriba"})
    assert [p["clave"] for p in guardadas("formularios")[0]["pasos"]] == [claves[0], claves[2], claves[1]]
    cambio = {"pregunta": "¿Cómo te llamas?", "tipo": "texto", "guardar_en": "nombre"}
    assert duena.enviar(f"{ruta}/pasos/{claves[0]}", cambio).status_code == 302
    assert duena.get(f"{ruta}/pasos/no-es").status_code == 404
    assert dice("quiero agendar", 2)[1].endswith("¿Cómo te llamas?")
    dice("=HYPERLINK(1) <script>", 3)
    dice("largo", 4)
    assert "¡Listo, gracias!" in dice("mañana", 5)[1]
    pagina = duena.get(f"{ruta}/respuestas").get_data(as_text=True)
    assert "Terminado" in pagina and "&lt;script&gt;" in pagina and "<script> </dd>" not in pagina
    # Una pregunta que ya se quitó sigue en la hoja, porque alguien la contestó.
    assert duena.enviar(f"{ruta}/pasos/{claves[2]}/borrar").status_code == 302
    hoja = duena.get(f"{ruta}/respuestas.csv")
    assert hoja.mimetype == "text/csv" and hoja.text.startswith(
        "\ufeffFecha,Quién,Teléfono,Estado,¿Cómo te llamas?"
    )
    renglon = hoja.text.splitlines()[1]
    assert "'=HYPERLINK(1) <script>" in renglon and "+526621234567" in renglon and "Largo" in renglon
    assert duena.enviar(f"{ruta}/activo", {"activo": "0"}).status_code == 302
    assert "¿Cómo te llamas?" not in dice("agendar", 6)[1]
    assert duena.enviar(f"{ruta}/borrar").status_code == 302
    assert guardadas("formulario_respuestas") == []


def test_celdas_que_no_se_ejecutan() -> None:
    assert [
        servicio_formularios._inofensiva(c) for c in ("=1", "+526621234567", "-5.5", "@x", "+1-2", "hola")
    ] == [
        "'=1",
        "+526621234567",
        "-5.5",
        "'@x",
        "'+1-2",
        "hola",
    ]


def test_un_agente_ve_y_no_cambia(duena: Any, cliente_de: Callable[..., Any]) -> None:
    crear_formulario(duena)
    agente = cliente_de("agente", "marea")
    for pagina in ("menu", "formularios", "plantillas"):
        texto = agente.get(f"{RUTA}/{pagina}").get_data(as_text=True)
        assert (
            "Nueva opción" not in texto
            and "Nuevo formulario" not in texto
            and "Traer de WhatsApp" not in texto
        )
    assert agente.get(f"{RUTA}/formularios/nuevo").status_code in (403, 404)


# ---------------------------------------------------------------- plantillas
@pytest.fixture
def twilio(app: Flask) -> Iterator[TwilioFalso]:
    config = app.extensions["nora_config"]
    with twilio_falso() as doble:
        config.TWILIO_BASE_URL, config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN = (
            doble.url,
            doble.cuenta,
            doble.token,
        )
        yield doble


CUERPO = "Hola {{1}}, tu cita es el {{2}}. ¡Te esperamos!"


def test_plantillas_se_traen_y_se_mandan_fuera_de_las_24_horas(duena: Any, twilio: TwilioFalso) -> None:
    vacia = duena.get(f"{RUTA}/plantillas").get_data(as_text=True)
    assert "No hay plantillas" in vacia
    ejemplos = {"1": "Ana", "2": "lunes"}
    aprobada = twilio.contenido("cita", CUERPO, variables=ejemplos, status="approved", category="UTILITY")
    twilio.contenido("promo", "50% <b>hoy</b>", status="rejected", rejection_reason="PROMOTIONAL")
    assert trabajos.traer_plantillas(datetime.now(UTC)) == "1 Noras al día"
    pagina = duena.get(f"{RUTA}/plantillas").get_data(as_text=True)
    assert (
        "Hola Ana, tu cita es el lunes." in pagina
        and "Suena a promoción" in pagina
        and "50% &lt;b&gt;" in pagina
    )

    conversacion, _ = dice("hola", 1)
    hace = (datetime.now(UTC) - timedelta(hours=25)).isoformat()
    ejecutar(supabase.table("conversaciones").update({"ultimo_entrante_en": hace}).eq("id", conversacion))
    chat = f"/panel_cliente/marea/chat/{conversacion}"
    assert "Elegir una plantilla" in duena.get(chat).get_data(as_text=True)
    trozo = duena.get(f"{chat}/plantillas", headers={"HX-Request": "true"}).get_data(as_text=True)
    assert "<html" not in trozo and CUERPO in trozo and "promo" not in trozo
    identidad = guardadas_plantilla("cita")
    clave = "0e0e0e0e-0000-4000-8000-000000000001"
    incompleta = {"plantilla_id": identidad, "clave": clave, "dato_1": "Ana\n López", "dato_2": " "}
    falla = duena.enviar(f"{chat}/plantillas", incompleta)
    assert falla.status_code == 422 and "Llena todos los datos" in falla.text and "Ana López" in falla.text
    for _ in range(2):  # el mismo envío repetido es un solo mensaje
        assert duena.enviar(f"{chat}/plantillas", {**incompleta, "dato_2": "24 {{1}}"}).status_code == 302
    (pendiente,) = filas(
        supabase.table("mensajes_salientes").select("*").eq("estado", "pendiente").gt("id", 1)
    )
    assert pendiente["texto"] == "Hola Ana López, tu cita es el 24 {{1}}. ¡Te esperamos!"
    assert salida.enviar_saliente("marea", pendiente["id"]) == "enviado"
    (envio,) = twilio.envios
    assert (envio["ContentSid"], "Body" in envio) == (aprobada["sid"], False)
    rechazada = {"plantilla_id": guardadas_plantilla("promo"), "clave": clave}
    assert duena.enviar(f"{chat}/plantillas", rechazada).status_code == 404

    twilio.token = "otro"
    assert duena.enviar(f"{RUTA}/plantillas/actualizar").status_code == 302
    pagina = duena.get(f"{RUTA}/plantillas").get_data(as_text=True)
    assert "No se pudieron traer" in pagina and "Hola Ana, tu cita" in pagina


def guardadas_plantilla(nombre: str) -> str:
    return str(filas(supabase.table("plantillas").select("id").eq("nombre", nombre))[0]["id"])
