"""La bandeja: estados, notas y menciones, encargado, programados, rápidas, búsqueda y lo que hace el programador."""

from __future__ import annotations

import itertools
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from flask import Flask

from clientes.aura.conversacion import consultas as conversacion
from clientes.aura.routes.panel_cliente_chat import servicio_bandeja, trabajos
from clientes.aura.routes.panel_cliente_chat.modelos import Persona
from clientes.aura.utils.errores import ErrorDatoInvalido
from clientes.aura.utils.webhook_utils import MensajeEntrante

_serie = itertools.count(1)
ZONA = "America/Hermosillo"
AHORA = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)  # viernes, 11:00 en Hermosillo


@pytest.fixture
def escribe(app: Flask) -> Callable[..., str]:
    """`escribe(nora, "hola", numero=1)`: un cliente escribe; devuelve la conversación."""

    def escribir(nora: str, texto: str, numero: int = 1) -> str:
        direccion = f"whatsapp:+5266211100{numero:02d}"
        entrante = MensajeEntrante(
            proveedor_sid=f"SMB{next(_serie):031d}",
            direccion=direccion,
            direccion_envio=direccion,
            telefono=direccion.partition(":")[2],
            nombre_perfil=f"Cliente {numero}",
            texto=texto,
            tipo="texto",
        )
        return conversacion.recibir_mensaje(nora, "whatsapp", entrante).conversacion_id

    return escribir


@pytest.fixture
def sql(base: Any) -> Iterator[Callable[..., list[Any]]]:
    """Una consulta directa, para preparar y para comprobar."""
    with psycopg.connect(base.administrador, autocommit=True) as conexion:

        def correr(texto: str, *datos: Any) -> list[Any]:
            cursor = conexion.execute(texto, datos)
            return cursor.fetchall() if cursor.description else []

        yield correr


def ruta(nora: str, *partes: str) -> str:
    return "/".join([f"/panel_cliente/{nora}/chat", *partes])


def mandar(cliente: Any, direccion: str, **datos: Any) -> Any:
    """POST como lo hace el panel, con su testigo."""
    return cliente.post(
        direccion, data={"csrf_token": cliente.csrf(), **datos}, headers={"Accept": "application/json"}
    )


def ids_de(cliente: Any, nora: str, **filtro: str) -> set[str]:
    """Las conversaciones que se ven con ese filtro."""
    html = cliente.get(ruta(nora, "lista"), query_string=filtro).json["data"]["html"]
    return {parte.split('"')[0] for parte in html.split('data-conversacion="')[1:]}


def test_instante_entiende_lo_que_ofrece_el_panel_y_rechaza_lo_demas() -> None:
    leer = lambda texto: servicio_bandeja.instante(texto, ZONA, AHORA)  # noqa: E731
    assert leer("1h") == AHORA + timedelta(hours=1)
    assert leer("manana") == datetime(2026, 11, 28, 16, 0, tzinfo=UTC)
    assert leer("lunes") == datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert leer("2026-11-27T17:30") == datetime(2026, 11, 28, 0, 30, tzinfo=UTC)
    for malo in ("", "mañana", "2026-11-27T10:59", "2028-01-01T10:00", "99999-01-01T10:00"):
        with pytest.raises(ErrorDatoInvalido):
            leer(malo)


def test_las_menciones_perdonan_acentos_y_no_adivinan() -> None:
    ana, otra, jose = (
        Persona(id="1", nombre="Ana López"),
        Persona(id="2", nombre="Ana Ruiz"),
        Persona(id="3", nombre="José"),
    )
    nombradas = servicio_bandeja.mencionadas
    assert nombradas("@jose, ¿lo ves?", [ana, otra, jose]) == ["3"]
    assert nombradas("@ana lopez y @José", [ana, otra, jose]) == ["1", "3"]
    assert nombradas("@Ana ven", [ana, otra, jose]) == []  # hay dos
    assert nombradas("@Ana ven", [ana, jose]) == ["1"]
    assert nombradas("correo@jose.mx y @joselito", [ana, jose]) == []


def test_las_variables_se_llenan_y_lo_desconocido_se_queda() -> None:
    datos = {"nombre": "", "negocio": "Marea {nombre}", "persona": "Ana"}
    assert servicio_bandeja.llenar("Hola {nombre}, soy {Persona} de {negocio}.", datos) == (
        "Hola, soy Ana de Marea {nombre}."
    )
    assert servicio_bandeja.llenar("Paga {monto}", datos) == "Paga {monto}"


def test_estados_filtros_lote_y_deshacer(
    crear_nora: Any, cliente_de: Any, escribe: Callable[..., str], sql: Any
) -> None:
    nora = crear_nora()
    uno, dos, tres = (escribe(nora, f"hola {n}", n) for n in (1, 2, 3))
    dueno = cliente_de("dueno", nora)

    assert mandar(dueno, ruta(nora, uno, "estado"), estado="resuelta").status_code == 200
    assert mandar(dueno, ruta(nora, dos, "estado"), estado="pospuesta", cuando="1h").status_code == 200
    assert ids_de(dueno, nora) == {tres}
    assert ids_de(dueno, nora, filtro="resueltas") == {uno}
    assert ids_de(dueno, nora, filtro="pospuestas") == {dos}
    assert "marcó como resuelta" in dueno.get(ruta(nora, uno)).get_data(as_text=True)
    assert mandar(dueno, ruta(nora, uno, "estado"), estado="otra").status_code == 400
    assert mandar(dueno, ruta(nora, uno, "estado"), estado="pospuesta", cuando="").status_code == 400

    escribe(nora, "oigan, otra cosa", 1)  # quien vuelve a escribir, se vuelve a abrir
    assert ids_de(dueno, nora) == {uno, tres}

    hecho = mandar(dueno, ruta(nora, "lote"), ids=f"{uno},{tres}", estado="resuelta")
    assert ids_de(dueno, nora) == set()
    antes = hecho.json["data"]["antes"]
    assert mandar(dueno, ruta(nora, "lote", "deshacer"), antes=antes).json["data"]["cuantas"] == 2
    assert ids_de(dueno, nora) == {uno, tres}
    for malo in ("", "{", "[]", "[1]", '[{"id": "x"}]', "null"):
        assert mandar(dueno, ruta(nora, "lote", "deshacer"), antes=malo).status_code == 400
    # Una ajena en el lote: no cambia ninguna.
    mezcla = f"{uno},{uuid.uuid4()}"
    assert mandar(dueno, ruta(nora, "lote"), ids=mezcla, estado="resuelta").status_code == 404
    assert ids_de(dueno, nora) == {uno, tres}


def test_notas_menciones_y_encargado(
    crear_nora: Any, crear_usuario: Any, cliente_de: Any, escribe: Callable[..., str], sql: Any
) -> None:
    nora = crear_nora()
    una = escribe(nora, "quiero apartar")
    dueno, de_beto = cliente_de("dueno", nora), cliente_de("agente", nora)
    [(beto,)] = sql(
        "update usuarios u set nombre = 'Beto Ruiz' from usuarios_noras n"
        " where n.usuario_id = u.id and n.rol = 'agente' returning u.id::text"
    )
    clave = str(uuid.uuid4())

    for _ in range(2):  # repetirla no la duplica
        hecha = mandar(dueno, ruta(nora, una, "notas"), texto="@beto <b>checa</b> el pago", clave=clave)
        assert hecha.status_code == 200
    pagina = dueno.get(ruta(nora, una)).get_data(as_text=True)
    assert pagina.count("&lt;b&gt;checa&lt;/b&gt; el pago") == 1
    assert sql("select count(*) from mensajes where texto like '%%checa%%'") == [
        (0,)
    ]  # nunca sale al cliente
    assert sql("select usuario_id::text from menciones") == [(beto,)]
    assert sql("select count(*) from cola.procrastinate_jobs where task_name = 'avisar_mencion'") == [(1,)]
    assert mandar(dueno, ruta(nora, una, "notas"), texto="  ", clave=clave).status_code == 400

    assert ids_de(de_beto, nora, filtro="mencionan") == {una}
    assert ids_de(dueno, nora, filtro="mencionan") == set()
    assert mandar(de_beto, ruta(nora, una, "leida")).status_code == 200
    assert ids_de(de_beto, nora, filtro="mencionan") == set()

    assert mandar(dueno, ruta(nora, una, "asignar"), persona="turno").status_code == 400  # nadie está
    assert mandar(de_beto, ruta(nora, "presencia")).status_code == 200
    assert mandar(dueno, ruta(nora, una, "asignar"), persona="turno").status_code == 200
    assert ids_de(de_beto, nora, filtro="mias") == {una}
    assert "Beto Ruiz" in dueno.get(ruta(nora, una)).get_data(as_text=True)
    assert mandar(dueno, ruta(nora, una, "asignar"), persona="").status_code == 200
    assert ids_de(de_beto, nora, filtro="mias") == set()
    assert ids_de(de_beto, nora, filtro="sin_asignar") == {una}
    otra_nora = crear_nora()
    ajeno = crear_usuario("ajeno@monte.mx", "agente", otra_nora)
    assert mandar(dueno, ruta(nora, una, "asignar"), persona=ajeno).status_code == 400

    # El turno da la vuelta: a quien lleva más sin que le toque.
    otras = [escribe(nora, "hola", n) for n in (2, 3)]
    mandar(dueno, ruta(nora, "presencia"))
    for otra in otras:
        mandar(dueno, ruta(nora, otra, "asignar"), persona="turno")
    assert len(ids_de(de_beto, nora, filtro="mias")) == len(ids_de(dueno, nora, filtro="mias")) == 1


def test_lo_programado_sale_una_vez_y_con_la_ventana_cerrada_avisa(
    crear_nora: Any, cliente_de: Any, escribe: Callable[..., str], sql: Any
) -> None:
    nora = crear_nora()
    abierta, cerrada = escribe(nora, "mañana paso", 1), escribe(nora, "luego les digo", 2)
    dueno = cliente_de("dueno", nora)
    for cual, texto in ((abierta, "Te esperamos"), (cerrada, "¿Cómo te fue?"), (abierta, "De más")):
        hecho = mandar(dueno, ruta(nora, cual, "programar"), texto=texto, cuando="1h")
        assert hecho.status_code == 200
    assert (
        mandar(dueno, ruta(nora, abierta, "programar"), texto="x", cuando="2020-01-01T10:00").status_code
        == 400
    )
    assert "De más" in dueno.get(ruta(nora, abierta)).get_data(as_text=True)
    de_mas = sql("select id::text from mensajes_programados where texto = 'De más'")[0][0]
    cancelar = ruta(nora, abierta, "programados", de_mas, "cancelar")
    assert mandar(dueno, cancelar).status_code == 200
    assert mandar(dueno, cancelar).status_code == 404
    sql("update conversaciones set ultimo_entrante_en = now() - interval '25 hours' where id = %s", cerrada)

    trabajos.poner_al_dia(datetime.now(UTC))  # todavía no es hora
    assert sql("select count(*) from mensajes_salientes where texto = 'Te esperamos'") == [(0,)]
    for _ in range(2):
        trabajos.poner_al_dia(datetime.now(UTC) + timedelta(minutes=61))
    assert sql(
        "select texto from mensajes_salientes where texto in ('Te esperamos', 'De más', '¿Cómo te fue?')"
    ) == [("Te esperamos",)]
    estados = dict(sql("select texto, estado from mensajes_programados"))
    assert estados == {"Te esperamos": "enviado", "¿Cómo te fue?": "detenido", "De más": "cancelado"}
    assert ids_de(dueno, nora, filtro="esperan") == {cerrada}
    assert "No salió lo programado" in dueno.get(ruta(nora, cerrada)).get_data(as_text=True)
    # Lo programado no calla a Nora: si el cliente contesta, ella sigue.
    assert sql("select humano_hasta from conversaciones where id = %s", abierta) == [(None,)]


def test_lo_pospuesto_vuelve_y_lo_callado_se_resuelve(
    crear_nora: Any, cliente_de: Any, escribe: Callable[..., str], sql: Any
) -> None:
    nora = crear_nora()
    pospuesta, callada, espera = (escribe(nora, "hola", n) for n in (1, 2, 3))
    dueno = cliente_de("dueno", nora)
    mandar(dueno, ruta(nora, pospuesta, "estado"), estado="pospuesta", cuando="1h")
    sql("update conversaciones set ultimo_mensaje_en = now() - interval '15 days' where id <> %s", pospuesta)
    sql("update conversaciones set espera_persona_desde = now() where id = %s", espera)
    assert mandar(dueno, ruta(nora, "cierre"), dias="0").status_code == 302
    trabajos.poner_al_dia(datetime.now(UTC))
    assert ids_de(dueno, nora) == {callada, espera}
    mandar(dueno, ruta(nora, "cierre"), dias="14")
    assert mandar(dueno, ruta(nora, "cierre"), dias="-1").status_code == 422
    assert mandar(cliente_de("agente", nora), ruta(nora, "cierre"), dias="3").status_code == 403
    trabajos.poner_al_dia(datetime.now(UTC))
    assert ids_de(dueno, nora) == {espera}  # quien espera a una persona no se cierra nunca
    trabajos.poner_al_dia(datetime.now(UTC) + timedelta(minutes=61))
    assert ids_de(dueno, nora) == {espera, pospuesta}
    assert ids_de(dueno, nora, filtro="resueltas") == {callada}


def test_rapidas_busqueda_y_paredes(
    crear_nora: Any, cliente_de: Any, escribe: Callable[..., str], sql: Any
) -> None:
    nora, otra = crear_nora(), crear_nora()
    una = escribe(nora, "¿Tienen camarón empanizado?", 1)
    escribe(nora, "gracias", 1)
    escribe(otra, "aquí también hay camarón", 1)
    dueno, ajeno = cliente_de("dueno", nora), cliente_de("dueno", otra)
    assert ids_de(dueno, nora, q="camaron empanizados") == {una}
    assert "camarón empanizado" in dueno.get(ruta(nora, "?q=camaron")).get_data(as_text=True)
    assert ids_de(dueno, nora, q="pulpo") == set()
    assert ids_de(dueno, nora, q='"a & | !(') == set()

    assert mandar(dueno, ruta(nora, "rapidas"), atajo="/Ubicación", texto="Hola {nombre}").status_code == 302
    assert mandar(dueno, ruta(nora, "rapidas"), atajo="¡!", texto="x").status_code == 422
    [rapida] = dueno.get(ruta(nora, una, "rapidas")).json["data"]
    assert (rapida["atajo"], rapida["texto"]) == ("ubicacion", "Hola Cliente")
    assert "/ubicacion" in dueno.get(ruta(nora, "ajustes")).get_data(as_text=True)

    # La sugerencia es un borrador de lo enseñado: contesta lo último del cliente y no manda nada.
    sql(
        "insert into conocimiento_nora (nombre_nora, titulo, contenido)"
        " values (%s, 'Camarón empanizado', 'El camarón empanizado cuesta $180 la orden.')",
        nora,
    )
    de_otra_cosa = escribe(nora, "¿venden llantas de tractor?", 2)
    assert mandar(dueno, ruta(nora, de_otra_cosa, "sugerir")).status_code == 400
    escribe(nora, "¿cuánto cuesta el camarón empanizado?", 1)
    sugerida = mandar(dueno, ruta(nora, una, "sugerir"))
    assert sugerida.status_code == 200 and "$180" in sugerida.json["data"]["texto"]
    assert sql("select count(*) from mensajes_salientes") == [(0,)]

    antes = json.dumps([{"id": una, "estado": "resuelta", "pospuesta_hasta": None, "asignada_a": None}])
    mandar(dueno, ruta(nora, una, "programar"), texto="hola", cuando="1h")
    programado = sql("select id::text from mensajes_programados")[0][0]
    for camino, datos in (
        ((una, "estado"), {"estado": "resuelta"}),
        ((una, "asignar"), {"persona": ""}),
        ((una, "notas"), {"texto": "hola", "clave": str(uuid.uuid4())}),
        ((una, "sugerir"), {}),
        ((una, "programar"), {"texto": "hola", "cuando": "1h"}),
        ((una, "programados", programado, "cancelar"), {}),
        (("lote",), {"ids": una, "estado": "resuelta"}),
        (("lote", "deshacer"), {"antes": antes}),
        (("rapidas", rapida["id"], "borrar"), {}),
    ):
        assert mandar(ajeno, ruta(otra, *camino), **datos).status_code == 404, camino
    assert ajeno.get(ruta(otra, una, "rapidas")).status_code == 404
    assert sql("select estado from conversaciones where id = %s", una) == [("abierta",)]
    assert mandar(dueno, ruta(nora, "rapidas", rapida["id"], "borrar")).status_code == 302
