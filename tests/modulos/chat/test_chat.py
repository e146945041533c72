"""El chat contra la base de verdad: lista, conversación, contestar, mando y paredes."""

from __future__ import annotations

import itertools
import re
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from clientes.aura.conversacion import consultas as conversacion
from clientes.aura.routes.panel_cliente_chat import servicio
from clientes.aura.utils.supabase_client import conexion_actual
from clientes.aura.utils.webhook_utils import MensajeEntrante

_serie = itertools.count(1)
Escribir = Callable[..., str]


@pytest.fixture
def escribe(app: Flask) -> Escribir:
    """`escribe(nora, "hola", de="Ana", numero="+526620000001")`: un cliente escribe; devuelve la conversación."""

    def escribir(
        nora: str, texto: str, de: str = "Ana López", numero: str = "+526621110001", canal: str = "whatsapp"
    ) -> str:
        direccion = f"{canal}:{numero}"
        entrante = MensajeEntrante(
            proveedor_sid=f"SM{next(_serie):032d}",
            direccion=direccion,
            direccion_envio=direccion,
            telefono=numero if canal == "whatsapp" else None,
            nombre_perfil=de,
            texto=texto,
            tipo="texto",
        )
        return conversacion.recibir_mensaje(nora, canal, entrante).conversacion_id

    return escribir


@pytest.fixture
def sql(base: Any) -> Iterator[Callable[..., list[Any]]]:
    """Una consulta directa, para preparar y para comprobar."""
    with psycopg.connect(base.administrador, autocommit=True) as conexion:

        def correr(texto: str, *datos: Any) -> list[Any]:
            cursor = conexion.execute(texto, datos)
            return cursor.fetchall() if cursor.description else []

        yield correr


def clave() -> str:
    return str(uuid.uuid4())


def ruta(nora: str, *partes: str) -> str:
    return "/".join([f"/panel_cliente/{nora}/chat", *partes])


def test_la_lista_pone_lo_mas_reciente_primero_y_marca_lo_que_espera(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    ana = escribe(nora, "¿abren hoy?", "Ana")
    beto = escribe(nora, "quiero hablar con alguien", "Beto", "+526621110002")
    escribe(nora, "hola", "Yo mismo", "abc", canal="simulador")
    sql(
        "update conversaciones set espera_persona_desde = now() - interval '17 min', motivo_espera = 'x' where id = %s",
        beto,
    )
    sql("update conversaciones set no_leidos = 0 where id = %s", ana)
    dueno = cliente_de("dueno", nora)

    pagina = dueno.get(ruta(nora, "")).get_data(as_text=True)
    orden = re.findall(r'data-quien="([^"]+)"', pagina)
    assert orden == ["Yo mismo", "Beto", "Ana"]
    assert "Te espera" in pagina and "hace 17 min" in pagina
    assert pagina.count("Simulación") == 1

    solo = lambda filtro: re.findall(  # noqa: E731
        r'data-quien="([^"]+)"', dueno.get(ruta(nora, f"?{filtro}")).get_data(as_text=True)
    )
    assert solo("filtro=esperan") == ["Beto"]
    assert solo("filtro=sin_leer") == ["Yo mismo", "Beto"]
    assert solo("q=beto") == ["Beto"]
    assert solo("q=bteo&filtro=esperan") in ([], ["Beto"])
    assert solo("filtro=lo-que-sea") == orden


def test_la_lista_sigue_por_tramos_sin_repetir_ni_saltar(
    crear_nora: Any, cliente_de: Any, escribe: Escribir
) -> None:
    nora = crear_nora()
    todas = {escribe(nora, "hola", f"C{n}", f"+52662111{n:04d}") for n in range(servicio.POR_TRAMO + 3)}
    dueno = cliente_de("dueno", nora)
    datos = dueno.get(ruta(nora, "lista"), headers={"Accept": "application/json"}).get_json()["data"]
    primeras = re.findall(r'data-conversacion="([^"]+)"', datos["html"])
    siguiente = re.search(r'data-mas="([^"]+)"', datos["html"])
    assert len(primeras) == servicio.POR_TRAMO and siguiente
    resto = dueno.get(
        ruta(nora, "lista"), query_string={"antes": siguiente[1]}, headers={"Accept": "application/json"}
    )
    segundas = re.findall(r'data-conversacion="([^"]+)"', resto.get_json()["data"]["html"])
    assert len(segundas) == 3 and set(primeras) | set(segundas) == todas
    assert dueno.get(ruta(nora, "lista?antes=no-es-nada")).status_code == 400


def test_una_pagina_cuesta_tres_peticiones_a_supabase(
    crear_nora: Any, cliente_de: Any, escribe: Escribir
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "hola")
    dueno = cliente_de("dueno", nora)
    hechas: list[str] = []
    conexion_actual().http.event_hooks["request"].append(lambda peticion: hechas.append(str(peticion.url)))
    for direccion in (
        ruta(nora, ""),
        ruta(nora, abierta),
        ruta(nora, "lista"),
        ruta(nora, abierta, "novedades"),
    ):
        hechas.clear()
        assert dueno.get(direccion).status_code == 200
        assert 1 <= len(hechas) <= 3, (direccion, hechas)
    testigo = dueno.csrf()
    hechas.clear()
    respuesta = dueno.post(
        ruta(nora, abierta, "responder"),
        json={"texto": "Sí", "clave": clave()},
        headers={"X-CSRFToken": testigo, "Accept": "application/json"},
    )
    assert respuesta.status_code == 200
    assert len(hechas) <= 3, hechas


def test_la_misma_clave_es_un_solo_mensaje(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "¿me ayudan?")
    dueno = cliente_de("dueno", nora)
    llave = clave()
    primera = dueno.enviar_json(ruta(nora, abierta, "responder"), {"texto": "Claro que sí", "clave": llave})
    segunda = dueno.enviar_json(
        ruta(nora, abierta, "responder"), {"texto": "Claro que sí", "clave": llave.upper()}
    )
    assert primera.status_code == segunda.status_code == 200
    assert primera.get_json()["data"]["mensaje_id"] == segunda.get_json()["data"]["mensaje_id"]
    assert sql("select count(*) from mensajes where autor = 'persona'") == [(1,)]
    assert sql("select texto, canal from mensajes_salientes") == [("Claro que sí", "whatsapp")]
    manda, espera, sin_leer = sql(
        "select humano_hasta > now() + interval '29 min', espera_persona_desde, no_leidos from conversaciones"
    )[0]
    assert manda and espera is None and sin_leer == 0


@pytest.mark.parametrize(
    ("texto", "llave", "frase"),
    [
        ("", None, "Escribe un mensaje"),
        ("   \n ", None, "Escribe un mensaje"),
        ("x" * 1601, None, "1,600"),
        ("hola", "no-es-una-clave", "Recarga"),
        ("\x00", None, "Escribe un mensaje"),
    ],
)
def test_lo_que_no_se_puede_mandar_se_dice_y_no_se_guarda(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any, texto: str, llave: str | None, frase: str
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "hola")
    respuesta = cliente_de("agente", nora).enviar_json(
        ruta(nora, abierta, "responder"), {"texto": texto, "clave": llave or clave()}
    )
    assert respuesta.status_code == 400
    assert frase in respuesta.get_json()["message"]
    assert sql("select count(*) from mensajes where sentido = 'saliente'") == [(0,)]


def test_caben_1600_y_el_html_va_escapado(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "<script>alert(1)</script>", "<b>Ana</b>")
    dueno = cliente_de("dueno", nora)
    largo = "<img src=x onerror=alert(1)>".ljust(1600, "ñ")
    respuesta = dueno.enviar_json(ruta(nora, abierta, "responder"), {"texto": largo, "clave": clave()})
    assert respuesta.status_code == 200
    assert "<img" not in respuesta.get_json()["data"]["html"]
    assert sql("select length(texto) from mensajes_salientes") == [(1600,)]
    pagina = dueno.get(ruta(nora, abierta)).get_data(as_text=True)
    assert "<script>alert" not in pagina and "<img src=x" not in pagina and "<b>Ana" not in pagina
    assert "&lt;script&gt;alert" in pagina


def test_pasadas_24_horas_no_se_escribe_y_se_dice(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "hola")
    dueno = cliente_de("dueno", nora)
    sql("update conversaciones set ultimo_entrante_en = now() - interval '24 hours 1 second'")
    pagina = dueno.get(ruta(nora, abierta)).get_data(as_text=True)
    assert re.search(r'<textarea[^>]*name="texto"[^>]*disabled', pagina)
    assert re.search(r"data-cerrada>", pagina), "el aviso debe estar a la vista"
    respuesta = dueno.enviar_json(ruta(nora, abierta, "responder"), {"texto": "hola", "clave": clave()})
    assert respuesta.status_code == 400 and "24 horas" in respuesta.get_json()["message"]
    assert sql("select count(*) from mensajes_salientes") == [(0,)]


def test_el_simulador_no_tiene_ventana_de_24_horas(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "hola", "Yo", "abc", canal="simulador")
    sql("update conversaciones set ultimo_entrante_en = now() - interval '3 days'")
    respuesta = cliente_de("dueno", nora).enviar_json(
        ruta(nora, abierta, "responder"), {"texto": "hola", "clave": clave()}
    )
    assert respuesta.status_code == 200 and "Simulación" in respuesta.get_json()["data"]["html"]


def test_tomar_devolver_y_marcar_leida(crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any) -> None:
    nora = crear_nora(pausa_persona_minutos=120, ia_activa=True)
    abierta = escribe(nora, "quiero hablar con alguien")
    sql("update conversaciones set espera_persona_desde = now(), motivo_espera = 'Lo pidió'")
    dueno = cliente_de("dueno", nora)
    assert dueno.enviar_json(ruta(nora, abierta, "tomar")).status_code == 200
    hasta, quien, espera = sql("select humano_hasta, tomada_por, espera_persona_desde from conversaciones")[0]
    assert timedelta(minutes=119) < hasta - datetime.now(UTC) <= timedelta(minutes=120)
    assert quien is not None and espera is not None
    assert "La llevas tú" in dueno.get(ruta(nora, abierta)).get_data(as_text=True)
    otra = cliente_de("agente", nora).get(ruta(nora, abierta)).get_data(as_text=True)
    assert "La lleva dueno-" in otra

    assert dueno.enviar_json(ruta(nora, abierta, "devolver")).status_code == 200
    assert "Si escribes tú, calla 2 horas." in dueno.get(ruta(nora, abierta)).get_data(as_text=True)
    assert sql(
        "select humano_hasta, tomada_por, espera_persona_desde, motivo_espera from conversaciones"
    ) == [(None, None, None, "")]

    assert dueno.enviar_json(ruta(nora, abierta, "leida")).status_code == 200
    assert sql("select no_leidos from conversaciones") == [(0,)]
    # Sin JavaScript el formulario regresa a la conversación.
    assert dueno.enviar(ruta(nora, abierta, "tomar")).headers["Location"] == ruta(nora, abierta)


def test_ninguna_lectura_marca_leida(crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "hola")
    cliente_de("dueno", nora).get(ruta(nora, abierta))
    assert sql("select no_leidos from conversaciones") == [(1,)]


def test_novedades_trae_solo_lo_nuevo_y_lo_que_cambio(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "primero")
    dueno = cliente_de("dueno", nora)
    propio = dueno.enviar_json(
        ruta(nora, abierta, "responder"), {"texto": "voy", "clave": clave()}
    ).get_json()["data"]["mensaje_id"]
    escribe(nora, "segundo")
    sql("update mensajes_salientes set estado = 'fallido', error_texto = 'Ese número no existe en WhatsApp.'")
    datos = dueno.get(
        ruta(nora, abierta, "novedades"), query_string={"despues_de": propio, "ids": f"{propio},nada,999999"}
    ).get_json()["data"]
    assert len(datos["mensajes"]) == 1 and "segundo" in datos["mensajes"][0]
    assert len(datos["cambiados"]) == 1 and "Ese número no existe en WhatsApp." in datos["cambiados"][0]
    assert datos["ventana_abierta"] and datos["no_leidos"] == 1 and "La llevas tú" in datos["estado"]


def test_los_mensajes_de_antes_salen_por_tramos(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "mensaje 0")
    sql(
        "insert into mensajes (nombre_nora, conversacion_id, sentido, autor, texto, atendido_en)"
        " select %s, %s, 'entrante', 'contacto', 'mensaje ' || n, now() from generate_series(1, 99) n",
        nora,
        abierta,
    )
    dueno = cliente_de("dueno", nora)
    vistos: list[int] = []
    pagina = dueno.get(ruta(nora, abierta)).get_data(as_text=True)
    while True:
        ids = [int(n) for n in re.findall(r'class="chat-mensaje" data-id="(\d+)"', pagina)]
        vistos = ids + vistos
        if len(vistos) == 100:
            break
        datos = dueno.get(ruta(nora, abierta, "anteriores"), query_string={"antes_de": vistos[0]}).get_json()[
            "data"
        ]
        pagina = datos["html"]
        assert datos["hay_mas"] == (len(vistos) + servicio.MENSAJES_POR_TRAMO < 100)
    assert vistos == sorted(set(vistos))


def test_por_que_dijo_esto_nombra_sus_bloques(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    nora = crear_nora()
    abierta = escribe(nora, "¿horario?")
    sql(
        "insert into mensajes (nombre_nora, conversacion_id, sentido, autor, texto, decisor, fuentes) values"
        " (%s, %s, 'saliente', 'nora', 'Abrimos a las 9', 'conocimiento',"
        """ '[{"id": "1", "titulo": "Horario de <invierno>", "puntaje": 0.91}]')""",
        nora,
        abierta,
    )
    pagina = cliente_de("dueno", nora).get(ruta(nora, abierta)).get_data(as_text=True)
    assert "¿Por qué dijo esto?" in pagina and "Horario de &lt;invierno&gt;" in pagina


def test_lo_de_una_nora_no_existe_para_otra(
    crear_nora: Any, cliente_de: Any, escribe: Escribir, sql: Any
) -> None:
    de_a, de_b = crear_nora(), crear_nora()
    ajena = escribe(de_a, "secreto de A")
    antes = sql("select humano_hasta, no_leidos, espera_persona_desde from conversaciones")
    dueno_b = cliente_de("dueno", de_b)
    inventada = str(uuid.uuid4())
    for final in ("", "/novedades", "/anteriores"):
        de_otra, de_nadie = (dueno_b.get(ruta(de_b, quien) + final) for quien in (ajena, inventada))
        assert de_otra.status_code == de_nadie.status_code == 404
        assert "secreto" not in de_otra.get_data(as_text=True)
    for final in ("responder", "tomar", "devolver", "leida"):
        datos = {"texto": "hola", "clave": clave()}
        assert dueno_b.enviar_json(ruta(de_b, ajena, final), datos).status_code == 404, final
        assert dueno_b.enviar_json(ruta(de_b, inventada, final), datos).status_code == 404, final
    assert "secreto" not in dueno_b.get(ruta(de_b, "")).get_data(as_text=True)
    assert dueno_b.get(ruta(de_a, ajena)).status_code == 404
    assert sql("select humano_hasta, no_leidos, espera_persona_desde from conversaciones") == antes
    assert sql("select count(*) from mensajes") == [(1,)]


def test_no_se_sabe_el_nombre_de_quien_no_es_del_equipo(
    app: Flask, crear_nora: Any, crear_usuario: Any
) -> None:
    from clientes.aura.utils.supabase_client import supabase_de_nora
    from clientes.aura.utils.supabase_helpers import valor

    de_a, de_b = crear_nora(), crear_nora()
    usuario = crear_usuario("ana@prueba.mx", "dueno", de_a)
    nombre = lambda nora: valor(supabase_de_nora(nora).rpc("nombre_de_persona", {"p_usuario_id": usuario}))  # noqa: E731
    assert nombre(de_a) == "ana@prueba.mx"
    assert nombre(de_b) is None


def test_la_tarjeta_cuenta_a_quien_espera(app: Flask, crear_nora: Any, escribe: Escribir, sql: Any) -> None:
    # El resumen se lee una vez por petición: cada contexto es una.
    nora, otra = crear_nora(), crear_nora()
    with app.app_context():
        vacia = servicio.tarjeta(nora)
    escribe(nora, "hola")
    escribe(otra, "hola")
    sql("update conversaciones set espera_persona_desde = now() - interval '2 hours'")
    with app.app_context():
        llena = servicio.tarjeta(nora)
    assert vacia is not None and llena is not None
    assert vacia.cifra == "0" and not vacia.urgente
    assert (llena.cifra, llena.detalle, llena.urgente) == ("1", "El primero, hace 2 h", True)


def test_un_numero_frenado_por_whatsapp_se_dice_en_el_panel(
    app: Flask, crear_nora: Any, cliente_de: Any
) -> None:
    from clientes.aura.conversacion.consultas import pausar_envios
    from clientes.aura.registro.registro_dinamico import registro_de

    nora = crear_nora("marea")
    cliente = cliente_de("agente", nora)
    ruta = f"/panel_cliente/{nora}/chat/"
    assert "Envíos en pausa" not in cliente.get(ruta).get_data(as_text=True)
    pausar_envios(nora, 120, 63018)
    registro_de(app).releer(nora)  # en operación lo hace el aviso de la base
    pagina = cliente.get(ruta).get_data(as_text=True)
    assert "WhatsApp limitó cuántos mensajes" in pagina and "(63018)" in pagina
    assert (
        "Envíos en pausa"
        not in cliente_de("agente", crear_nora("monte")).get("/panel_cliente/monte/chat/").text
    )


def test_los_dias_se_parten_en_la_zona_de_la_nora() -> None:
    from clientes.aura.routes.panel_cliente_chat.modelos import Mensaje

    ahora = datetime(2026, 3, 5, 6, 30, tzinfo=UTC)  # 4 de marzo, 11:30 p. m. en Hermosillo
    momentos = [ahora, ahora - timedelta(hours=24), ahora - timedelta(days=3), ahora - timedelta(days=400)]
    mensajes = [
        Mensaje(id=n, sentido="entrante", autor="contacto", fecha_creacion=m) for n, m in enumerate(momentos)
    ]
    textos = [r.dia_texto for r in servicio.en_renglones(mensajes, "America/Hermosillo", ahora)]
    assert textos == ["Hoy", "Ayer", "dom 1 mar", "mar 28 ene 2025"]
    assert servicio.en_renglones(mensajes[:1], "UTC", ahora)[0].dia == "2026-03-05"
