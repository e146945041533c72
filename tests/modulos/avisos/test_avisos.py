"""Avisos al teléfono, de punta a punta: la espera, la cola, el cifrado y un servicio que lo descifra."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from apoyo.vivo import ServidorVivo, esperar
from dobles.push_falso import PushFalso, levantar_push, revisar_vapid

from app_config import Config
from clientes.aura.canales.push import llave_publica, servicio_conocido
from clientes.aura.conversacion.avisos_telefono import avisar_espera, avisar_mencion
from clientes.aura.conversacion.errores import Reintentar
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ejecutar, filas

RUTA = "/panel_cliente/marea/avisos"


@pytest.fixture
def servicio() -> Iterator[PushFalso]:
    with levantar_push() as abierto:
        yield abierto


@pytest.fixture
def duena(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> Any:
    crear_nora("marea", nombre_visible="Café Marea")
    return cliente_de("dueno", "marea")


def conversar(nora: str = "marea", canal: str = "whatsapp", numero: str = "+526621234567") -> str:
    direccion = f"{canal}:{numero}"
    contacto = filas(
        supabase.table("contactos").insert(
            {
                "nombre_nora": nora,
                "canal": canal,
                "direccion": direccion,
                "direccion_envio": direccion,
                "nombre": "Ana Ríos",
            }
        )
    )[0]["id"]
    creada = {"nombre_nora": nora, "contacto_id": contacto, "canal": canal}
    return str(filas(supabase.table("conversaciones").insert(creada))[0]["id"])


def poner_a_esperar(conversacion_id: str, desde: str | None = "now()") -> None:
    cambio = (
        supabase.table("conversaciones").update({"espera_persona_desde": desde}).eq("id", conversacion_id)
    )
    ejecutar(cambio)


def suscritos() -> list[str]:
    return [fila["endpoint"] for fila in filas(supabase.table("suscripciones_push").select("endpoint"))]


def test_quien_espera_llega_cifrado_al_telefono(
    duena: Any, servicio: PushFalso, servidor_vivo: ServidorVivo, config: Config
) -> None:
    telefono = servicio.aparato("uno")
    respuesta = duena.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion())
    assert respuesta.status_code == 200 and respuesta.json["success"]
    platica = conversar()
    poner_a_esperar(platica)
    esperar(lambda: telefono.recibidos, "el aviso en el teléfono")
    assert telefono.recibidos == [
        {
            "titulo": "Ana Ríos espera a una persona",
            "texto": "Café Marea: toca para contestarle.",
            "url": f"/panel_cliente/marea/chat/{platica}",
            "etiqueta": f"espera-{platica}",
        }
    ]
    assert duena.get(telefono.recibidos[0]["url"]).status_code == 200
    cabeceras = telefono.cabeceras[0]
    assert (cabeceras["content-encoding"], cabeceras["urgency"]) == ("aes128gcm", "high")
    assert int(cabeceras["ttl"]) >= 3600
    declarado = revisar_vapid(cabeceras, servicio.url)
    assert declarado["k"] == llave_publica(config.NORA_VAPID_LLAVE) and declarado["sub"].startswith("mailto:")

    # La contestan y vuelve a esperar: es otra espera y otro aviso.
    poner_a_esperar(platica, None)
    poner_a_esperar(platica)
    esperar(lambda: len(telefono.recibidos) == 2, "el segundo aviso")


def test_uno_de_prueba_solo_a_quien_lo_pide(
    duena: Any, cliente_de: Callable[..., Any], servicio: PushFalso, servidor_vivo: ServidorVivo
) -> None:
    suyo, ajeno = servicio.aparato("suyo"), servicio.aparato("ajeno")
    duena.enviar_json(f"{RUTA}/suscribir", suyo.suscripcion())
    cliente_de("agente", "marea").enviar_json(f"{RUTA}/suscribir", ajeno.suscripcion())
    assert duena.enviar_json(f"{RUTA}/probar").status_code == 200
    esperar(lambda: suyo.recibidos, "el aviso de prueba")
    assert suyo.recibidos[0]["titulo"] == "Los avisos funcionan" and ajeno.intentos == 0


@pytest.mark.parametrize("codigo", [404, 410])
def test_el_que_caduco_se_quita(duena: Any, servicio: PushFalso, codigo: int) -> None:
    caduco, bueno = servicio.aparato("caduco", codigo), servicio.aparato("bueno")
    for aparato in (caduco, bueno):
        duena.enviar_json(f"{RUTA}/suscribir", aparato.suscripcion())
    platica = conversar()
    poner_a_esperar(platica)
    avisar_espera("marea", platica)
    assert suscritos() == [bueno.endpoint] and len(bueno.recibidos) == 1


def test_un_servicio_ocupado_se_intenta_de_nuevo_y_nadie_recibe_dos(duena: Any, servicio: PushFalso) -> None:
    ocupado, bueno = servicio.aparato("ocupado", 503, 429), servicio.aparato("bueno")
    for aparato in (ocupado, bueno):
        duena.enviar_json(f"{RUTA}/suscribir", aparato.suscripcion())
    platica = conversar()
    poner_a_esperar(platica)
    for _ in range(2):
        with pytest.raises(Reintentar):
            avisar_espera("marea", platica)
    avisar_espera("marea", platica)
    avisar_espera("marea", platica)
    assert (len(ocupado.recibidos), ocupado.intentos, bueno.intentos) == (1, 3, 1)
    assert len(suscritos()) == 2


def test_dos_que_esperan_a_la_vez_son_dos_avisos_llegue_cual_llegue_primero(
    duena: Any, servicio: PushFalso
) -> None:
    telefono = servicio.aparato("uno")
    duena.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion())
    primera, segunda = conversar(), conversar(numero="+526621234568")
    poner_a_esperar(primera)
    poner_a_esperar(segunda)
    avisar_espera("marea", segunda)
    avisar_espera("marea", primera)
    assert {r["etiqueta"] for r in telefono.recibidos} == {f"espera-{primera}", f"espera-{segunda}"}
    for platica in (primera, segunda):
        avisar_espera("marea", platica)
    assert len(telefono.recibidos) == 2


def test_a_quien_nombran_en_una_nota_le_llega_y_no_calla_a_quien_espera(
    duena: Any, cliente_de: Callable[..., Any], servicio: PushFalso, base: DireccionesPostgres
) -> None:
    suyo, ajeno = servicio.aparato("suyo"), servicio.aparato("ajeno")
    cliente_de("agente", "marea").enviar_json(f"{RUTA}/suscribir", suyo.suscripcion())
    duena.enviar_json(f"{RUTA}/suscribir", ajeno.suscripcion())
    platica, otra = conversar(), conversar(numero="+526621234568")
    poner_a_esperar(otra)
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute(
            "update usuarios u set nombre = case n.rol when 'agente' then 'Beto Ruiz' else 'Ana Ríos' end"
            " from usuarios_noras n where n.usuario_id = u.id"
        )
        nota = {"texto": "@Beto Ruiz checa su pago", "clave": str(uuid.uuid4())}
        assert duena.enviar(f"/panel_cliente/marea/chat/{platica}/notas", nota).status_code in (200, 302)
        ((datos,),) = conexion.execute(
            "select args from cola.procrastinate_jobs where task_name = 'avisar_mencion'"
        ).fetchall()
    for _ in range(2):
        avisar_mencion(**{k: v for k, v in datos.items() if k in ("nombre_nora", "suceso_id", "usuario_id")})
    assert [r["titulo"] for r in suyo.recibidos][0] == "Ana Ríos te mencionó" and ajeno.recibidos == []
    assert suyo.recibidos[0]["url"] == f"/panel_cliente/marea/chat/{platica}"
    avisar_espera("marea", otra)
    assert [r["etiqueta"] for r in suyo.recibidos][-1] == f"espera-{otra}", "la mención no calla la espera"


def test_si_ya_la_contestaron_no_avisa(duena: Any, servicio: PushFalso) -> None:
    telefono = servicio.aparato("uno")
    duena.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion())
    platica = conversar()
    poner_a_esperar(platica)
    poner_a_esperar(platica, None)
    avisar_espera("marea", platica)
    assert telefono.intentos == 0


def test_quien_ya_no_trabaja_ahi_no_recibe(
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    cliente_http: Any,
    servicio: PushFalso,
) -> None:
    crear_nora("marea")
    usuario = crear_usuario("ana@marea.mx", "agente", "marea")
    assert cliente_http.entrar("ana@marea.mx").status_code == 302
    telefono = servicio.aparato("uno")
    cliente_http.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion())
    platica = conversar()
    ejecutar(supabase.table("usuarios").update({"activo": False}).eq("id", usuario))
    poner_a_esperar(platica)
    avisar_espera("marea", platica)
    assert telefono.intentos == 0 and suscritos()
    ejecutar(supabase.table("usuarios_noras").delete().eq("usuario_id", usuario))
    assert suscritos() == []


def test_una_simulacion_no_despierta_a_nadie(duena: Any, base: DireccionesPostgres) -> None:
    simulada, de_verdad = conversar(canal="simulador"), conversar()
    for platica in (simulada, de_verdad):
        poner_a_esperar(platica)
    with psycopg.connect(base.administrador) as conexion:
        encoladas = conexion.execute(
            "select args ->> 'conversacion_id' from cola.procrastinate_jobs where task_name = 'avisar_espera'"
        ).fetchall()
    assert encoladas == [(de_verdad,)]


def test_encender_apagar_y_la_pagina(duena: Any, servicio: PushFalso) -> None:
    telefono, otro = servicio.aparato("uno"), servicio.aparato("dos")
    pagina = duena.get(RUTA).get_data(as_text=True)
    assert 'data-llave="' in pagina and "Agregar a inicio" in pagina and "Tus aparatos" not in pagina
    agente = {"User-Agent": "Mozilla/5.0 (Linux; Android 15; Pixel 9)"}
    cabeceras = {**agente, "X-CSRFToken": duena.csrf(), "Accept": "application/json"}
    for aparato in (telefono, otro, telefono):
        duena.post(f"{RUTA}/suscribir", json=aparato.suscripcion(), headers=cabeceras)
    assert sorted(suscritos()) == sorted([telefono.endpoint, otro.endpoint])
    pagina = duena.get(RUTA).get_data(as_text=True)
    assert pagina.count("data-huella=") == 2 and "Teléfono Android" in pagina
    assert telefono.endpoint not in pagina, "la dirección del aparato es un secreto"
    assert duena.enviar_json(f"{RUTA}/quitar", {"endpoint": telefono.endpoint}).status_code == 200
    assert suscritos() == [otro.endpoint]
    fila = filas(supabase.table("suscripciones_push").select("id"))[0]
    assert duena.enviar(f"{RUTA}/quitar", {"id": fila["id"]}).status_code == 302
    assert suscritos() == []


def test_nadie_toca_los_aparatos_de_otra_persona_ni_de_otra_nora(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any], servicio: PushFalso
) -> None:
    crear_nora("monte")
    telefono = servicio.aparato("uno")
    duena.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion())
    fila = filas(supabase.table("suscripciones_push").select("id"))[0]
    companera, ajena, admin = cliente_de("agente", "marea"), cliente_de("dueno", "monte"), cliente_de("admin")
    assert companera.enviar(f"{RUTA}/quitar", {"id": fila["id"]}).status_code == 404
    assert companera.enviar(f"{RUTA}/quitar", {"id": "no es un id"}).status_code == 400
    companera.enviar_json(f"{RUTA}/quitar", {"endpoint": telefono.endpoint})
    assert suscritos() == [telefono.endpoint]
    assert ajena.get(RUTA).status_code == 404
    assert ajena.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion()).status_code == 404
    assert filas(supabase_de_nora("monte").table("suscripciones_push").select("id")) == []
    # Un admin que solo entró a mirar no se lleva los avisos del negocio a su teléfono.
    assert admin.enviar_json(f"{RUTA}/suscribir", telefono.suscripcion()).status_code == 400


@pytest.mark.parametrize(
    "malo",
    [
        {},
        {"endpoint": "http://169.254.169.254/latest", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}},
        {"endpoint": "https://fcm.googleapis.com.malo.mx/x", "keys": {"p256dh": "A" * 87, "auth": "A" * 22}},
        {"endpoint": "https://fcm.googleapis.com/x", "keys": {"p256dh": "corta", "auth": "A" * 22}},
    ],
)
def test_no_se_manda_nada_a_donde_sea(duena: Any, malo: dict[str, Any]) -> None:
    assert 400 <= duena.enviar_json(f"{RUTA}/suscribir", malo).status_code < 500
    assert suscritos() == []


def test_los_servicios_de_los_navegadores(config: Config) -> None:
    for bueno in (
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-by3p.notify.windows.com/w/?token=abc",
    ):
        assert servicio_conocido(bueno, config), bueno
    for malo in (
        "http://fcm.googleapis.com/x",
        "https://evilpush.apple.com.mx/x",
        "https://xpush.apple.com/x",
    ):
        assert not servicio_conocido(malo, config), malo
