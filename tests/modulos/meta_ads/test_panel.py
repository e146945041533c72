"""Las páginas de Meta Ads: conectar, elegir cuentas, el resumen y sus tablas, del anuncio a la venta y los permisos."""

from __future__ import annotations

import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zoneinfo import ZoneInfo

import psycopg
import pytest
from apoyo.peticiones import contar_peticiones
from dobles.meta_falso import Cuenta, Fila, MetaFalso, Token, sembrar
from flask import Flask

from app_config import Config
from clientes.aura.anuncios.periodos import Periodo
from clientes.aura.ia.herramientas import Contexto
from clientes.aura.reportes import consultas as de_reportes
from clientes.aura.routes.panel_cliente_meta_ads import (
    consultas,
    manifiesto,
    sincronizacion,
    tokens,
    trabajos,
)
from clientes.aura.routes.panel_cliente_meta_ads import consultas_sincronizacion as cola
from clientes.aura.routes.panel_cliente_meta_ads.herramientas import CuantoHeGastado, gasto
from clientes.aura.routes.panel_cliente_meta_ads.lectura import fila_de_cuenta
from clientes.aura.scripts import actualizar_tokens, sincronizar_meta
from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ejecutar, filas, una_fila, valor

from .conftest import HOY, NORA, Lugar

BASE = f"/panel_cliente/{NORA}/meta_ads"
HOY_DE_VERDAD = datetime.now(ZoneInfo("America/Hermosillo")).date()


def medidas_de(pagina: str) -> dict[str, tuple[str, str]]:
    """(valor, antes) de cada medida del resumen, como los lee un programa."""
    return {
        m[1]: (m[2], m[3])
        for m in re.finditer(r'data-medida="(\w+)" data-valor="([^"]*)" data-antes="([^"]*)"', pagina)
    }


def aparte(cuenta: Cuenta, desde: date, hasta: date) -> dict[str, Decimal]:
    """Cada medida del resumen, calculada aquí con lo que el doble dio."""
    suyas = [f for f in cuenta.filas if desde <= f.dia <= hasta]

    def suma(sacar: Callable[[Fila], Any]) -> Decimal:
        return sum((Decimal(sacar(f)) for f in suyas), Decimal(0))

    total = {
        nombre: suma(lambda f, nombre=nombre: getattr(f, nombre))  # type: ignore[misc]
        for nombre in (
            "gasto",
            "impresiones",
            "alcance",
            "clics",
            "clics_enlace",
            "conversaciones",
            "prospectos",
            "compras",
            "valor",
        )
    }
    total["resultados"] = total["conversaciones"] + total["prospectos"] + total["compras"]
    total["ctr"] = total["clics"] / total["impresiones"]
    total["cpc"] = total["gasto"] / total["clics"]
    total["cpm"] = total["gasto"] * 1000 / total["impresiones"]
    total["frecuencia"] = total["impresiones"] / total["alcance"]
    total["costo_por_resultado"] = total["gasto"] / total["resultados"]
    return total


def test_cada_numero_del_resumen_es_la_suma_de_lo_que_dio_meta(
    lugar: Lugar, cliente_de: Callable[..., Any]
) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14)
    otra, otra_id = lugar.cuenta(dias=14, anuncios=1, cuenta="act_2002", currency="USD", name="Tienda EUA")
    for cual in (cuenta_id, otra_id):
        assert lugar.correr(lugar.pedir(cual, HOY - timedelta(days=13))) == "hecha"
    cliente = cliente_de("dueno", NORA)
    desde, hasta = HOY - timedelta(days=6), HOY
    antes = (desde - timedelta(days=7), desde - timedelta(days=1))
    respuestas: list[Any] = []

    def abrir(**mas: str) -> str:
        lapso = {"desde": desde.isoformat(), "hasta": hasta.isoformat(), **mas}
        pedidas = contar_peticiones(lambda: respuestas.append(cliente.get(f"{BASE}/", query_string=lapso)))
        assert len(pedidas) <= 3 and respuestas[-1].status_code == 200
        return str(respuestas[-1].get_data(as_text=True))

    for moneda, suya in (("MXN", cuenta), ("USD", otra)):
        pagina = abrir(moneda=moneda)
        leidas = medidas_de(pagina)
        esperado, previo = aparte(suya, desde, hasta), aparte(suya, *antes)
        assert set(leidas) == set(esperado)
        for nombre, (valor_, antes_) in leidas.items():
            assert abs(Decimal(valor_) - esperado[nombre]) < Decimal("1e-9"), nombre
            assert abs(Decimal(antes_) - previo[nombre]) < Decimal("1e-9"), f"antes de {nombre}"
        assert f"${esperado['gasto']:,.2f} {moneda}" in pagina
        # Por día y por plataforma también cuadran con lo que dio.
        for n in range(7):
            dia = desde + timedelta(days=n)
            del_dia = sum((f.gasto for f in suya.filas if f.dia == dia), Decimal(0))
            assert f"${del_dia:,.2f} {moneda}" in pagina
        for plataforma in ("facebook", "instagram"):
            de_ella = [f for f in suya.filas if f.plataforma == plataforma and desde <= f.dia <= hasta]
            assert f"${sum(f.gasto for f in de_ella):,.2f} {moneda}" in pagina
    # Sin cifras no hay ceros ni división: se dice.
    vacia = cliente.get(f"{BASE}/?desde=2026-01-01&hasta=2026-01-02").get_data(as_text=True)
    assert "Sin movimiento en estos días" in vacia


def test_las_tablas_se_filtran_desde_la_direccion_y_se_bajan(
    lugar: Lugar, cliente_de: Callable[..., Any]
) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14, anuncios=8)
    cuenta.campaigns[1]["name"] = "=Promo; 100%_nueva"
    assert lugar.correr(lugar.pedir(cuenta_id, HOY - timedelta(days=13))) == "hecha"
    cliente = cliente_de("dueno", NORA)
    lapso = {"desde": (HOY - timedelta(days=6)).isoformat(), "hasta": HOY.isoformat()}

    def tabla(nivel: str, **mas: str) -> str:
        pagina = cliente.get(f"{BASE}/{nivel}", query_string={**lapso, **mas})
        assert pagina.status_code == 200
        return html.unescape(pagina.get_data(as_text=True))

    assert "Campaña 1" in tabla("campanas") and "=Promo" in tabla("campanas")
    assert "Campaña 1" not in tabla("campanas", q="100%_nu") and "=Promo" in tabla("campanas", q="100%_nu")
    assert "Nada pasa ese filtro" in tabla("campanas", q="no hay")
    de_una = tabla("anuncios", campana=cuenta.campaigns[1]["id"])
    assert "Anuncio 2" in de_una and "Anuncio 1<" not in de_una
    assert "Instagram" in tabla("plataformas") and "Messenger" not in tabla("plataformas").split("<table")[1]
    solo_fb = sum((f.gasto for f in cuenta.filas if f.plataforma == "facebook" and f.dia == HOY), Decimal(0))
    assert f"${solo_fb:,.2f} MXN" in tabla("dias", plataforma="facebook")
    for basura in ({"cuenta": "x"}, {"campana": "1' or 1=1"}, {"plataforma": "\x00"}, {"salto": "-4"}):
        assert cliente.get(f"{BASE}/conjuntos", query_string={**lapso, **basura}).status_code == 200

    hoja = cliente.get(f"{BASE}/exportar.csv", query_string={**lapso, "nivel": "campana"})
    renglones = hoja.get_data(as_text=True).removeprefix("\ufeff").splitlines()
    assert hoja.mimetype == "text/csv" and len(renglones) == 3
    assert "'=Promo" in hoja.get_data(as_text=True), "una hoja de cálculo no debe correr el nombre"


def test_conectar_con_token_y_lo_que_falta_en_palabras(
    app: Flask, crear_nora: Callable[..., str], meta: MetaFalso, cliente_de: Callable[..., Any]
) -> None:
    crear_nora(NORA)
    cliente = cliente_de("dueno", NORA)
    assert "Con un token de usuario del sistema" in cliente.get(f"{BASE}/").get_data(as_text=True)
    for malo in ("", "con espacios", "ñandú", "EAA-nadie"):
        respuesta = cliente.enviar(f"{BASE}/conectar", {"token": malo})
        assert respuesta.status_code == 422, malo
    assert consultas.leer_conexion(NORA) is None

    sembrar(meta, HOY, 1, 1)
    meta.sondeos = 0
    meta.tokens["EAA-corto"] = Token(permisos=("ads_read",), vence=int(time.time()) + 5 * 86_400)
    assert cliente.enviar(f"{BASE}/conectar", {"token": " EAA-corto "}).status_code == 302
    pagina = cliente.get(f"{BASE}/cuentas").get_data(as_text=True)
    assert "Falta permiso para ver las cuentas publicitarias" in html.unescape(pagina)
    assert "Por vencer" in pagina and "Estética Marea" in pagina and "EAA-corto" not in pagina
    guardada = una_fila(supabase.table("meta_ads_conexiones").select("*").eq("nombre_nora", NORA))
    assert guardada and "EAA" not in guardada["token_cifrado"]
    # Las peticiones van firmadas con el secreto de la aplicación.
    assert all("appsecret_proof" in p for p in meta.pedidas("/me/adaccounts"))

    # Vincular pide la lectura y la deja en la cola; excluir y quitar.
    [cuenta] = consultas.leer_cuentas(NORA)
    donde = f"{BASE}/cuentas/{cuenta['id']}"
    assert cliente.enviar(f"{donde}/uso", {"uso": "robada"}).status_code == 400
    assert cliente.enviar(f"{donde}/uso", {"uso": "vinculada"}).status_code == 302
    viva = consultas.alrededor(NORA).viva
    assert viva and viva.estado == "pendiente"
    assert sincronizacion.correr_pendientes(NORA) == 1
    avance = cliente.get(f"{BASE}/sincronizaciones/{viva.id}").get_json()["data"]
    assert avance["estado"] == "hecha" and avance["avance"] == 100
    assert cliente.enviar(f"{donde}/uso", {"uso": "excluida"}).status_code == 302
    assert consultas.alrededor(NORA).vinculadas == []
    assert cliente.enviar(f"{donde}/quitar", {"nombre": "otra"}).status_code == 422
    assert cliente.enviar(f"{donde}/quitar", {"nombre": "estética marea"}).status_code == 302
    assert consultas.leer_cuentas(NORA) == []
    assert cliente.enviar(f"{BASE}/desconectar").status_code == 302
    assert consultas.leer_conexion(NORA) is None


def test_entrar_con_facebook_atado_a_la_sesion(
    app: Flask, crear_nora: Callable[..., str], meta: MetaFalso, cliente_de: Callable[..., Any]
) -> None:
    crear_nora(NORA)
    cliente, otra = cliente_de("dueno", NORA), cliente_de("dueno", NORA)
    ida = cliente.get(f"{BASE}/conectar/facebook")
    parametros = {k: v[0] for k, v in parse_qs(urlsplit(ida.location).query).items()}
    assert ida.location.startswith(meta.url) and parametros["scope"] == "ads_read,business_management"
    assert urlsplit(parametros["redirect_uri"]).path == "/permisos/anuncios", (
        "una sola dirección que dar de alta"
    )

    def volver(quien: Any, **dicho: str) -> Any:
        primero = quien.get("/permisos/anuncios", query_string=dicho)
        assert primero.status_code == 302
        return quien.get(primero.location) if BASE in primero.location else primero

    meta.codigos["codigo-bueno"] = parametros["redirect_uri"]
    assert volver(otra, state=parametros["state"], code="codigo-bueno").location == "/", "la sesión de otra"
    assert volver(cliente, state="inventado", code="codigo-bueno").location == "/"
    assert consultas.leer_conexion(NORA) is None
    assert volver(cliente, state=parametros["state"], code="codigo-bueno").location.endswith("/cuentas")
    conexion = consultas.alrededor(NORA).conexion
    assert conexion and conexion.tipo == "oauth" and conexion.caduca_en
    assert conexion.caduca_en > datetime.now(UTC) + timedelta(days=50), "se cambió por uno de 60 días"
    assert volver(cliente, state=parametros["state"], code="codigo-bueno").location == "/", "una sola vez"
    dijo_que_no = parse_qs(urlsplit(cliente.get(f"{BASE}/conectar/facebook").location).query)["state"][0]
    assert volver(cliente, state=dijo_que_no, error="access_denied").location.endswith("/conectar")


def llega_de_anuncio(nora: str, numero: int, anuncio: str, cuando: str) -> dict[str, Any]:
    """Un primer mensaje después de un clic a WhatsApp, como lo manda Twilio."""
    recibido: dict[str, Any] = valor(
        supabase.rpc(
            "recibir_mensaje",
            {
                "p_nombre_nora": nora,
                "p_canal": "whatsapp",
                "p_proveedor_sid": f"SM{numero}-{cuando}",
                "p_texto": "Hola, vi su anuncio",
                "p_direccion": f"whatsapp:+52662000{numero:04d}",
                "p_direccion_envio": f"whatsapp:+52662000{numero:04d}",
                "p_telefono": f"+52662000{numero:04d}",
                "p_crudo": {
                    "ReferralSourceId": anuncio,
                    "ReferralCtwaClid": "ARAk",
                    "ReferralHeadline": "Facial",
                },
            },
        )
    )
    return recibido


def test_del_anuncio_a_la_venta(lugar: Lugar, cliente_de: Callable[..., Any]) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=3, anuncios=2)
    cuenta.filas = [
        Fila(cuenta.ads[0]["id"], HOY_DE_VERDAD, "facebook", Decimal("100"), 10, 10, 1, 1),
        Fila(cuenta.ads[1]["id"], HOY_DE_VERDAD, "facebook", Decimal("50"), 10, 10, 1, 1),
    ]
    lugar.ahora = datetime.now(UTC)
    ayer = HOY_DE_VERDAD - timedelta(days=1)
    lectura = consultas.pedir_sincronizacion(NORA, cuenta_id, HOY_DE_VERDAD, ayer, 90, None)
    assert lugar.correr(lectura) == "hecha"
    uno, dos = cuenta.ads[0]["id"], cuenta.ads[1]["id"]
    llegadas = [llega_de_anuncio(NORA, n, uno if n < 3 else dos, "a") for n in range(4)]
    llega_de_anuncio(NORA, 0, dos, "b")  # otro clic después: cuenta el primero
    llega_de_anuncio(NORA, 9, "777", "a")  # de un anuncio que no es de una cuenta leída

    cliente = cliente_de("dueno", NORA)
    etiqueta = filas(supabase.table("etiquetas").insert({"nombre_nora": NORA, "nombre": "Compró"}))[0]["id"]
    campo = filas(
        supabase.table("campos_propios").insert({"nombre_nora": NORA, "nombre": "Monto", "tipo": "numero"})
    )[0]["id"]
    malo = {
        "presupuesto_mensual": "0",
        "moneda": "MXN",
        "etiqueta_venta_id": etiqueta,
        "campo_monto_id": campo,
    }
    assert cliente.enviar(f"{BASE}/ajustes", malo).status_code == 422
    assert cliente.enviar(f"{BASE}/ajustes", {**malo, "presupuesto_mensual": "3000"}).status_code == 302
    for recibido, monto in ((llegadas[0], "$1,200.50"), (llegadas[3], "no sé")):
        del_contacto = {"nombre_nora": NORA, "contacto_id": recibido["contacto_id"]}
        ejecutar(supabase.table("contacto_etiquetas").insert({**del_contacto, "etiqueta_id": etiqueta}))
        ejecutar(
            supabase.table("contactos")
            .update({"propios": {campo: monto}})
            .eq("nombre_nora", NORA)
            .eq("id", recibido["contacto_id"])
        )
    lapso = {"desde": ayer.isoformat(), "hasta": HOY_DE_VERDAD.isoformat()}
    leido = consultas.resumen(NORA, Periodo(ayer, HOY_DE_VERDAD), {}, HOY_DE_VERDAD)
    por_anuncio = {a.anuncio_id: a for a in leido.embudo}
    assert {k: (a.conversaciones, a.ventas, a.monto, a.gasto) for k, a in por_anuncio.items()} == {
        uno: (3, 1, Decimal("1200.50"), Decimal(100)),
        dos: (1, 1, Decimal(0), Decimal(50)),
        "777": (1, 0, Decimal(0), Decimal(0)),
    }
    # Uno llegó antes y compró ahora; otro llegó ahora y su etiqueta es de otro mes.
    previas = supabase.table("meta_ads_referencias").update({"fecha_creacion": "2026-01-02T12:00:00Z"})
    ejecutar(previas.eq("conversacion_id", llegadas[0]["conversacion_id"]))
    otro_mes = supabase.table("contacto_etiquetas").update({"puesta_en": "2026-01-09T12:00:00Z"})
    ejecutar(otro_mes.eq("contacto_id", llegadas[3]["contacto_id"]))
    del_dia = consultas.embudo(NORA, Periodo(ayer, HOY_DE_VERDAD))
    contados = {a.anuncio_id: (a.conversaciones, a.ventas, a.monto) for a in del_dia}
    assert contados == {uno: (2, 1, Decimal("1200.50")), dos: (1, 0, 0), "777": (1, 0, 0)}
    de_antes = consultas.embudo(NORA, Periodo(date(2026, 1, 1), date(2026, 1, 31)))
    assert {a.anuncio_id: (a.conversaciones, a.ventas) for a in de_antes} == {uno: (1, 0), dos: (0, 1)}
    todos, pagado = de_reportes.clientes(NORA, ayer, HOY_DE_VERDAD)
    assert (todos, pagado) == (1, Decimal("1200.50")), "por la fecha de su etiqueta"
    ejecutar(
        supabase.table("meta_ads_referencias")
        .update({"fecha_creacion": datetime.now(UTC).isoformat()})
        .eq("conversacion_id", llegadas[0]["conversacion_id"])
    )
    # Puesta antes de que se guardara la fecha: cuenta por cuando llegó.
    sin_fecha = supabase.table("contacto_etiquetas").update({"puesta_en": None})
    ejecutar(sin_fecha.eq("contacto_id", llegadas[3]["contacto_id"]))
    pagina = cliente.get(f"{BASE}/ventas", query_string=lapso).get_data(as_text=True)
    assert "$75.00 MXN cada uno" in pagina, "150 gastados entre dos clientes"
    assert "$30.00 MXN cada una" in pagina, "entre las cinco conversaciones que llegaron"
    assert "$1,200.50 MXN" in pagina
    resumen = cliente.get(f"{BASE}/", query_string=lapso).get_data(as_text=True)
    assert "de $3,000.00 MXN" in resumen, "el presupuesto del mes"

    # Lo mismo, preguntado por WhatsApp.
    contexto = Contexto(NORA, "c", "k", es_empleado=True)
    dicho = gasto(contexto, CuantoHeGastado(periodo="hoy"))
    assert "$150.00 MXN gastados" in dicho.texto
    assert [h.efecto for h in manifiesto.herramientas] == ["lee"] and manifiesto.herramientas[
        0
    ].solo_empleados


def test_las_alertas_se_quitan_y_no_son_de_otra(
    lugar: Lugar, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=1, anuncios=1)
    cuenta.ads[0]["effective_status"] = "DISAPPROVED"
    assert lugar.correr(lugar.pedir(cuenta_id, HOY)) == "hecha"
    [alerta] = consultas.alrededor(NORA).alertas
    crear_nora("monte")
    ajena = cliente_de("dueno", "monte")
    for ruta in (
        f"alertas/{alerta.id}/vista",
        f"cuentas/{cuenta_id}/sincronizar",
        f"cuentas/{cuenta_id}/uso",
    ):
        assert ajena.enviar(f"/panel_cliente/monte/meta_ads/{ruta}").status_code == 404
        assert ajena.enviar(f"{BASE}/{ruta}").status_code == 404
    assert len(consultas.alrededor(NORA).alertas) == 1
    cliente = cliente_de("dueno", NORA)
    assert "Anuncio rechazado" in cliente.get(f"{BASE}/").get_data(as_text=True)
    assert cliente.enviar(f"{BASE}/alertas/{alerta.id}/vista").status_code == 302
    assert "Anuncio rechazado" not in cliente.get(f"{BASE}/").get_data(as_text=True)
    assert cliente_de("agente", NORA).get(f"{BASE}/").status_code == 403, "el gasto lo ve el dueño"


def test_los_permisos_se_renuevan_y_se_avisa_de_los_que_no(
    lugar: Lugar, app: Flask, capsys: pytest.CaptureFixture[str]
) -> None:
    ahora = datetime.now(UTC)

    def vence(dias: int) -> None:
        en = (ahora + timedelta(days=dias)).isoformat()
        assert consultas.cambiar_conexion(NORA, {"caduca_en": en})

    assert actualizar_tokens.actualizar(app, None, 10, simular=False).datos["permisos"]["al_dia"] == 1
    vence(30)
    assert tokens.renovar(NORA, 10, ahora, simular=False).final == "al_dia"  # type: ignore[union-attr]
    vence(5)
    simulado = actualizar_tokens.actualizar(app, NORA, 10, simular=True)
    assert simulado.datos["permisos"]["por_renovar"] == 1 and len(lugar.meta.tokens) == 1
    hecho = actualizar_tokens.actualizar(app, None, 10, simular=False)
    assert hecho.salida == 0 and hecho.datos["permisos"]["renovado"] == 1
    conexion = consultas.alrededor(NORA).conexion
    assert conexion and conexion.caduca_en and conexion.caduca_en > ahora + timedelta(days=50)
    assert actualizar_tokens.actualizar(app, None, 10, simular=False).datos["permisos"]["al_dia"] == 1

    vence(5)
    for token in lugar.meta.tokens.values():
        token.revocado = 458
    roto = actualizar_tokens.actualizar(app, None, 10, simular=False)
    assert roto.salida == 1 and f"{BASE}/conectar" in roto.fallas[0]
    auditoria = filas(supabase.table("auditoria").select("accion").eq("accion", "permiso_por_conectar"))
    assert len(auditoria) == 1
    assert "EAA" not in capsys.readouterr().out + "".join(roto.fallas)
    with pytest.raises(SystemExit) as malo:
        actualizar_tokens.main(["--dias", "0"])
    assert malo.value.code == 2


def test_el_programador_y_la_terminal(lugar: Lugar, base: Any, capsys: pytest.CaptureFixture[str]) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=1, anuncios=1)
    cuenta.filas = [Fila(cuenta.ads[0]["id"], HOY_DE_VERDAD, "facebook", Decimal(7), 1, 1, 1, 1)]
    ejecutar(
        supabase.table("meta_ads_cuentas")
        .update({"ultimo_dia": (HOY_DE_VERDAD - timedelta(days=1)).isoformat()})
        .eq("nombre_nora", NORA)
    )
    simulado = sincronizar_meta.RED.leer(NORA, None, None, simular=True)
    assert simulado.salida == 0 and consultas.alrededor(NORA).viva is None
    assert sincronizar_meta.RED.leer(NORA, None, None, simular=False).hechos == 1
    assert len(lugar.dias()) == 1 and "Estética Marea: hecha" in capsys.readouterr().out
    assert sincronizar_meta.RED.leer(NORA, "act_9", None, simular=False).salida == 1

    ahora = datetime.now(UTC)
    assert trabajos.diario(ahora) == "1 cuentas por leer"
    with psycopg.connect(base.administrador) as conexion_:
        en_cola = conexion_.execute(
            "select args ->> 'trabajo', lock from cola.procrastinate_jobs where task_name = 'ejecutar_trabajo'"
        ).fetchall()
    assert ("meta_ads_sincronizar", f"meta_ads:{cuenta_id}") in en_cola
    assert trabajos.sincronizar(ahora) == "1 lecturas" and trabajos.sincronizar(ahora) == "0 lecturas"
    # Lo que un trabajador muerto dejó a medias, otro lo toma cuando calla tres minutos.
    lectura = consultas.pedir_sincronizacion(NORA, cuenta_id, HOY_DE_VERDAD, None, 90, None)
    assert cola.tomar(NORA, ahora) and cola.tomar(NORA, ahora) is None
    tomada = cola.tomar(NORA, ahora + timedelta(minutes=4))
    assert tomada and tomada.id == lectura and tomada.intentos == 2


@pytest.mark.largo
@pytest.mark.timeout(600)
def test_noventa_dias_de_doscientos_anuncios_caben_en_200_mb(lugar: Lugar, config: Config) -> None:
    """En un proceso aparte, como lo corre una persona en su terminal."""
    plataformas = ("facebook", "instagram", "messenger", "audience_network")
    desde = HOY_DE_VERDAD - timedelta(days=89)
    cuenta = sembrar(lugar.meta, desde, 90, 200, "act_9009", plataformas)
    consultas.guardar_cuentas(NORA, [fila_de_cuenta(cuenta.nodo())])
    [fila] = consultas.leer_cuentas(NORA)
    consultas.usar_cuenta(NORA, fila["id"], "vinculada")
    entorno = {k: v for k, v in os.environ.items() if not k.startswith(("SUPABASE_", "NORA_", "META_"))}
    proceso = subprocess.Popen(
        [sys.executable, "-m", "clientes.aura.scripts.sincronizar_meta", NORA],
        cwd=Path(__file__).resolve().parents[3],
        env={
            **entorno,
            "SUPABASE_DB_URL": config.SUPABASE_DB_URL,
            "NORA_DATOS": str(config.NORA_DATOS),
            "NORA_CLAVES_CIFRADO": ",".join(config.NORA_CLAVES_CIFRADO),
            "META_GRAPH_URL": lugar.meta.url,
            "META_APP_ID": lugar.meta.app_id,
            "META_APP_SECRET": lugar.meta.app_secret,
        },
    )
    _, estado, uso = os.wait4(proceso.pid, 0)
    proceso.returncode = os.waitstatus_to_exitcode(estado)
    assert proceso.returncode == 0
    assert uso.ru_maxrss < 200 * 1024, f"{uso.ru_maxrss // 1024} MB"
    total = valor(
        supabase_de_nora(NORA).rpc(
            "meta_ads_sumas_json",
            {
                "p_por": "total",
                "p_desde": desde.isoformat(),
                "p_hasta": HOY_DE_VERDAD.isoformat(),
                "p_filtro": {},
            },
        )
    )
    assert Decimal(total[0]["cifras"]["gasto"]) == sum((f.gasto for f in cuenta.filas), Decimal(0))
