"""Un turno de punta a punta sobre la base: qué se contesta, una sola vez."""

from __future__ import annotations

from typing import Any

from clientes.aura.conversacion import consultas, turno
from clientes.aura.conversacion.decisores import baja, cortesia, medios, pasar_a_persona, pedir_persona
from clientes.aura.conversacion.modelos import Decision
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar

SALUDO = "¡Hola! Soy la asistente."


def poner(tabla: str, nora: str, **columnas: Any) -> None:
    ejecutar(supabase.table(tabla).update(columnas).eq("nombre_nora", nora))


def test_el_mismo_mensaje_dos_veces_es_uno(nora: Any) -> None:
    primero = nora.escribe("hola", sid="SM1")
    segundo = nora.escribe("hola", sid="SM1")
    assert primero.nuevo and not segundo.nuevo
    assert primero.mensaje_id == segundo.mensaje_id
    assert len(nora.tabla("mensajes")) == 1


def test_saludo_con_la_bienvenida_y_repetir_el_trabajo_no_hace_nada(nora: Any) -> None:
    r = nora.escribe("Holaaa buenas tardes")
    assert turno.atender(nora.nora, r.conversacion_id) == "bienvenida"
    assert turno.atender(nora.nora, r.conversacion_id) == "nada"
    assert nora.dichos() == [SALUDO]
    assert len(nora.salientes()) == 1


def test_primera_pregunta_lleva_el_saludo_antes_de_la_respuesta(nora: Any) -> None:
    nora.ensena("Precio del corte", "El corte de cabello cuesta $347.")
    r = nora.escribe("hola, cuánto me sale cortarme el pelo?")
    assert turno.atender(nora.nora, r.conversacion_id) == "conocimiento"
    assert nora.dichos() == [f"{SALUDO}\n\nEl corte de cabello cuesta $347."]
    r = nora.escribe("precio del corte")
    turno.atender(nora.nora, r.conversacion_id)
    assert nora.dichos()[-1] == "El corte de cabello cuesta $347."
    respuesta = [m for m in nora.tabla("mensajes") if m["sentido"] == "saliente"][0]
    assert respuesta["fuentes"][0]["titulo"] == "Precio del corte"


def test_varias_burbujas_son_una_pregunta(nora: Any) -> None:
    nora.ensena("Estacionamiento", "Hay cuatro cajones gratis frente al local.")
    nora.escribe("hola")
    nora.escribe("una pregunta")
    r = nora.escribe("hay estacionamiento?")
    turno.atender(nora.nora, r.conversacion_id)
    assert len(nora.dichos()) == 1
    assert nora.dichos()[0].endswith("frente al local.")
    assert all(m["atendido_en"] for m in nora.tabla("mensajes") if m["sentido"] == "entrante")


def test_espera_el_silencio_y_no_mas_de_veinte_segundos(crear_dominio: Any) -> None:
    nora = crear_dominio("calmada", silencio_segundos=20)
    r = nora.escribe("hola")
    assert turno.atender(nora.nora, r.conversacion_id) == "espera"
    assert nora.dichos() == []
    leido = consultas.leer_turno(nora.nora, r.conversacion_id)
    assert leido is not None
    viejo = leido.pendientes[0].model_copy(update={"edad_s": 21.0})
    assert not turno.sigue_escribiendo(leido.model_copy(update={"pendientes": (viejo, leido.pendientes[0])}))
    callado = leido.pendientes[0].model_copy(update={"edad_s": 20.0})
    assert not turno.sigue_escribiendo(leido.model_copy(update={"pendientes": (callado,)}))


def test_si_llega_algo_mientras_piensa_vuelve_a_pensar(nora: Any) -> None:
    r = nora.escribe("hola")
    leido = consultas.leer_turno(nora.nora, r.conversacion_id)
    assert leido is not None
    nora.escribe("otra cosa")
    resuelto = consultas.responder_turno(nora.nora, leido, Decision("prueba", texto="tarde"))
    assert (resuelto.hecho, resuelto.razon) == (False, "cambio")
    assert nora.dichos() == []


def test_persona_al_mando_calla_y_deja_sin_leer(nora: Any) -> None:
    r = nora.escribe("hola")
    poner("conversaciones", nora.nora, humano_hasta="2100-01-01T00:00:00Z")
    assert turno.atender(nora.nora, r.conversacion_id) == "persona_al_mando"
    conversacion = nora.tabla("conversaciones")[0]
    assert nora.dichos() == []
    assert conversacion["no_leidos"] == 1
    assert turno.atender(nora.nora, r.conversacion_id) == "nada"


def test_nora_apagada_deja_esperando_sin_texto(nora: Any) -> None:
    nora.cambia(ia_activa=False)
    r = nora.escribe("cuánto cuesta?")
    assert turno.atender(nora.nora, r.conversacion_id) == "nora_apagada"
    assert nora.dichos() == []
    assert nora.tabla("conversaciones")[0]["espera_persona_desde"]


def test_baja_se_confirma_y_alta_regresa_aunque_mande_una_persona(nora: Any) -> None:
    r = nora.escribe("¡Bája!")
    poner("conversaciones", nora.nora, humano_hasta="2100-01-01T00:00:00Z")
    assert turno.atender(nora.nora, r.conversacion_id) == "baja"
    assert nora.tabla("contactos")[0]["baja_en"]
    nora.escribe("alta")
    assert turno.atender(nora.nora, r.conversacion_id) == "baja"
    assert nora.tabla("contactos")[0]["baja_en"] is None
    assert nora.dichos() == [baja.TEXTO_BAJA, baja.TEXTO_ALTA]


def test_de_baja_se_le_sigue_contestando_lo_que_pregunta(nora: Any) -> None:
    nora.ensena("Estacionamiento", "Hay cuatro cajones gratis frente al local.")
    r = nora.escribe("STOP")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("¿hay estacionamiento?")
    assert turno.atender(nora.nora, r.conversacion_id) == "conocimiento"
    assert nora.dichos()[-1].endswith("frente al local.")
    assert nora.tabla("contactos")[0]["baja_en"]


def test_lo_que_no_sabe_pasa_a_una_persona_y_no_lo_repite(nora: Any) -> None:
    r = nora.escribe("¿arreglan drones submarinos?")
    assert turno.atender(nora.nora, r.conversacion_id) == "pasar_a_persona"
    assert nora.dichos() == [f"{SALUDO}\n\n{pasar_a_persona.TEXTO} {pasar_a_persona.AVISO}"]
    assert nora.tabla("conversaciones")[0]["motivo_espera"] == pasar_a_persona.MOTIVO
    nora.escribe("¿y submarinos amarillos?")
    assert turno.atender(nora.nora, r.conversacion_id) == "pasar_a_persona"
    assert len(nora.dichos()) == 1


def test_pedir_una_persona(nora: Any) -> None:
    r = nora.escribe("quiero hablar con alguien")
    assert turno.atender(nora.nora, r.conversacion_id) == "pedir_persona"
    assert nora.dichos()[0].endswith(pedir_persona.TEXTO)
    assert nora.tabla("conversaciones")[0]["espera_persona_desde"]


def test_medios_se_guardan_y_se_contesta(nora: Any) -> None:
    r = nora.escribe("", NumMedia="1", MediaUrl0="https://ejemplo/1", MediaContentType0="audio/ogg")
    assert turno.atender(nora.nora, r.conversacion_id) == "espera", "primero se intenta oír"
    nora.sin_archivos()
    assert turno.atender(nora.nora, r.conversacion_id) == "medios"
    assert [m["tipo"] for m in nora.tabla("mensajes") if m["sentido"] == "entrante"] == ["audio"]
    assert nora.dichos()[0].endswith(f"{medios.FRASES['audio'].frase} {medios.PREGUNTA}")


def test_gracias_se_corresponde_y_un_ok_no_cuesta_nada(nora: Any) -> None:
    r = nora.escribe("hola")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("muchas gracias!!")
    assert turno.atender(nora.nora, r.conversacion_id) == "cortesia"
    nora.escribe("👍")
    assert turno.atender(nora.nora, r.conversacion_id) == "cortesia"
    assert nora.dichos() == [SALUDO, cortesia.TEXTO_GRACIAS]


def test_si_duda_ofrece_temas_y_entiende_la_eleccion(nora: Any) -> None:
    nora.ensena("Limpieza de alfombras", "Limpiamos alfombras desde $400.")
    nora.ensena("Limpieza de sillones", "Limpiamos sillones desde $650.")
    r = nora.escribe("info de limpieza")
    assert turno.atender(nora.nora, r.conversacion_id) == "conocimiento"
    opciones = nora.tabla("conversaciones")[0]["opciones"]
    assert [o["numero"] for o in opciones] == [1, 2, 3]
    assert "3. Hablar con una persona" in nora.dichos()[0]
    sillones = next(o["numero"] for o in opciones if "sillones" in o["titulo"])
    ofrecidas = nora.salientes()[0]["contenido"]["interactivo"]
    assert [o["titulo"] for o in ofrecidas["opciones"]] == [o["titulo"] for o in opciones]
    assert "1. " not in ofrecidas["cuerpo"]
    nora.escribe(f"la {sillones} porfa")
    assert turno.atender(nora.nora, r.conversacion_id) == "eleccion"
    assert nora.dichos()[-1] == "Limpiamos sillones desde $650."
    assert nora.tabla("conversaciones")[0]["opciones"] is None
    nora.escribe("info de limpieza")
    turno.atender(nora.nora, r.conversacion_id)
    alfombras = next(o["id"] for o in ofrecidas["opciones"] if "alfombras" in o["titulo"])
    nora.escribe("Limpieza de alf…", ButtonPayload=alfombras)
    assert turno.atender(nora.nora, r.conversacion_id) == "eleccion"
    assert nora.dichos()[-1] == "Limpiamos alfombras desde $400."


def test_bloque_apagado_o_de_otra_nora_no_contesta(nora: Any, crear_dominio: Any) -> None:
    otra = crear_dominio("otra")
    otra.ensena("Estacionamiento", "Hay cuatro cajones gratis frente al local.")
    nora.ensena("Estacionamiento", "Aquí hay dos cajones.")
    ejecutar(supabase.table("conocimiento_nora").update({"activo": False}).eq("nombre_nora", nora.nora))
    r = nora.escribe("hay estacionamiento?")
    assert turno.atender(nora.nora, r.conversacion_id) == "pasar_a_persona"


def test_rendirse_deja_esperando_a_una_persona(nora: Any) -> None:
    r = nora.escribe("algo que nos hace fallar")
    turno.rendirse(nora.nora, r.conversacion_id)
    assert nora.tabla("conversaciones")[0]["espera_persona_desde"]
    assert turno.atender(nora.nora, r.conversacion_id) == "nada"
