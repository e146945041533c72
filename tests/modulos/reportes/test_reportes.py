"""Los reportes en el panel: hacerlos, leerlos, su papel, sus enlaces y el resumen; y que no son de otra Nora."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from apoyo.siembra_reportes import sembrar_reportes
from dobles.openai_falso import OpenAIFalso, Paso, openai_falso
from flask import Flask
from pypdf import PdfReader

from app_config import Config
from clientes.aura.anuncios.fuente import CuentaContada, FuenteDeAnuncios, Llegados, Renglon
from clientes.aura.anuncios.medidas import Cifras
from clientes.aura.anuncios.periodos import Periodo
from clientes.aura.reportes import consultas, pdf, semanal, servicio
from clientes.aura.reportes.modelos import Ajustes
from clientes.aura.reportes.semanas import leer_semana
from clientes.aura.routes.panel_cliente_reportes import consultas as de_panel
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas, valor
from herramientas.papel import faltan

NORA = "marea"
BASE = f"/panel_cliente/{NORA}/reportes"
SEMANA = leer_semana("2026-W46")
AHORA = datetime(2026, 11, 16, 18, tzinfo=UTC)
CUENTAS = {
    "meta_ads": "00000000-0000-4000-8000-000000000001",
    "google_ads": "00000000-0000-4000-8000-000000000002",
}


@pytest.fixture
def modelo() -> Any:
    with openai_falso() as doble:
        yield doble


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path, modelo: OpenAIFalso) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        OPENAI_BASE_URL=modelo.url,
        URL_PUBLICA="https://nora.example",
    )


def fuente(red: str, gasto: int, moneda: str = "MXN", **mas: Any) -> FuenteDeAnuncios:
    """Una red con una cuenta que gastó eso en la semana y la mitad en la de antes."""

    def contar(_nora: str, periodo: Periodo, antes: Periodo) -> list[CuentaContada]:
        assert periodo == SEMANA.periodo and antes == SEMANA.anterior.periodo
        actual, previo = (
            Cifras(Decimal(gasto), 9_000, 8_000, 90, 0, gasto // 10),
            Cifras(Decimal(gasto) / 2, conversaciones=5),
        )
        return [
            CuentaContada(
                CUENTAS[red], red, f"Cuenta de {red}", moneda, actual, previo,
                {"anuncio": [Renglon("1", "=Video 2x1", actual, previo)],
                 "dia": [Renglon("2026-11-11", "mié 11 nov", actual)]},
                hasta=SEMANA.domingo,
            )
        ]  # fmt: skip

    llegados = mas.get("llegados", lambda *_: Llegados(4, 2, Decimal(900)))
    return FuenteDeAnuncios(red, red, contar, mas.get("leer", lambda *_: []), llegados)


def frases_de(reporte_id: str) -> tuple[tuple[str, ...], str]:
    leido = servicio.leer(NORA, reporte_id)
    return leido.frases, leido.hecho_por


def test_uno_por_cuenta_y_uno_de_todas_y_repetirlo_los_pone_al_dia(
    app: Flask,
    crear_nora: Callable[..., str],
    cliente_de: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crear_nora(NORA)
    caida: list[str] = []

    def no_contesta(*_: Any) -> list[str]:
        raise ErrorServicioExterno("Google no contesta.")

    redes = [fuente("meta_ads", 1_000), fuente("google_ads", 400, leer=no_contesta)]
    hecho = servicio.hacer(NORA, SEMANA, redes, AHORA)
    assert len(hecho.reportes) == 3 and hecho.fallas == ["google_ads: Google no contesta."]
    assert servicio.hacer(NORA, SEMANA, redes, AHORA).reportes == hecho.reportes, "no se repiten"
    todo = servicio.leer(NORA, hecho.reportes[0])
    assert todo.datos.principal.actual.gasto == 1_400 and len(todo.datos.bloques) == 1
    assert todo.datos.ventas and (todo.datos.ventas.clientes, todo.datos.ventas.monto) == (4, 1_800)
    assert todo.datos.costo_por_cliente_de_anuncio == 350, "lo de las dos redes entre los cuatro clientes"
    assert todo.datos.costo_por_cliente is None, "no se ha dicho quién compró"
    assert len(todo.frases) == 3 and todo.hecho_por == "reglas"

    # Google no sabe quién llegó de él: su gasto no encarece a los clientes que trajo Meta.
    ciega = fuente("google_ads", 400, llegados=None)
    datos = servicio.leer(NORA, servicio.hacer(NORA, SEMANA, [redes[0], ciega], AHORA).reportes[0]).datos
    assert (datos.costo_por_cliente_de_anuncio, datos.moneda_de_anuncio) == (500, "MXN")
    en_dolares = [redes[0], fuente("google_ads", 2_000, "USD", llegados=None)]
    datos = servicio.leer(NORA, servicio.hacer(NORA, SEMANA, en_dolares, AHORA).reportes[0]).datos
    assert datos.principal.moneda == "USD", "la que más gastó"
    assert (datos.costo_por_cliente_de_anuncio, datos.moneda_de_anuncio) == (500, "MXN")

    # Otra moneda va aparte: no hay suma de pesos con dólares.
    otra = servicio.hacer(NORA, SEMANA, [redes[0], fuente("google_ads", 400, "USD")], AHORA)
    assert otra.reportes == hecho.reportes
    sin_sumar = servicio.leer(NORA, otra.reportes[0]).datos
    assert sin_sumar.costo_por_cliente_de_anuncio is None, "los cuatro clientes salieron de dos monedas"
    bloques = sin_sumar.bloques
    assert {b.moneda: b.actual.gasto for b in bloques} == {"MXN": 1_000, "USD": 400}

    # Una Nora que revienta no deja sin reporte a las demás.
    fila = {"nombre_nora": NORA, "zona_horaria": "America/Hermosillo", "modulos": ["meta_ads", "reportes"]}
    assert semanal.una(fila, redes, None, AHORA).fallas == [], "solo las redes que tiene encendidas"
    rota = [fuente("meta_ads", 1, leer=lambda *_: caida[0])]  # type: ignore[list-item]
    assert semanal.una(fila, rota, None, AHORA).fallas == ["Falla inesperada (IndexError)."]

    servicio.hacer(NORA, SEMANA, [redes[0], fuente("google_ads", 400, "USD")], AHORA)
    cliente = cliente_de("dueno", NORA)
    lista = html.unescape(cliente.get(f"{BASE}/").get_data(as_text=True))
    assert "Semana del 9 al 15 de nov 2026" in lista and "Cuenta de meta_ads" in lista
    solo = cliente.get(f"{BASE}/?de=meta_ads:{CUENTAS['meta_ads']}").get_data(as_text=True)
    assert "Cuenta de google_ads" in lista and solo.count("Cuenta de meta_ads") > solo.count(
        "Cuenta de google_ads"
    )
    pagina = html.unescape(cliente.get(f"{BASE}/{hecho.reportes[0]}").get_data(as_text=True))
    assert "$1,000.00 MXN" in pagina and "$400.00 USD" in pagina and "En USD" in pagina
    hoja = cliente.get(f"{BASE}/{hecho.reportes[0]}/datos.csv").get_data(as_text=True)
    assert "'=Video 2x1" in hoja, "una hoja de cálculo no debe correr el nombre"
    papel = cliente.get(f"{BASE}/{hecho.reportes[0]}/reporte.pdf")
    if not faltan():
        assert papel.mimetype == "application/pdf"
        escrito = " ".join(hoja_.extract_text() for hoja_ in PdfReader(io.BytesIO(papel.data)).pages)
        assert "$1,000.00 MXN" in escrito and "=Video 2x1" in escrito and "Lo que cambió" in escrito
    # Sin las bibliotecas de la máquina se dice cuáles, y lo demás sigue.
    import builtins

    de_verdad = builtins.__import__

    def sin_pango(nombre: str, *mas: Any, **con: Any) -> Any:
        if nombre == "weasyprint":
            raise OSError("cannot load library 'libpango-1.0-0'")
        return de_verdad(nombre, *mas, **con)

    monkeypatch.setattr(builtins, "__import__", sin_pango)
    with pytest.raises(pdf.ErrorSinPdf, match="libpango-1.0-0"):
        pdf.hacer("<p>hola</p>")
    sin_papel = cliente.get(f"{BASE}/{hecho.reportes[0]}/reporte.pdf")
    assert sin_papel.status_code == 503 and "Pango" in sin_papel.get_data(as_text=True)


def test_el_modelo_escribe_si_no_inventa(
    app: Flask, crear_nora: Callable[..., str], modelo: OpenAIFalso, config: Config
) -> None:
    crear_nora(NORA)
    object.__setattr__(config, "OPENAI_API_KEY", modelo.llave)
    buenas = '["Gastaste $1,000.00 MXN, 100% más.", "Tuviste 100 resultados.", "Sigue así."]'
    modelo.guion = [Paso(buenas)]
    [_, cuenta] = servicio.hacer(NORA, SEMANA, [fuente("meta_ads", 1_000)], AHORA).reportes
    modelo.modelo = lambda _cuerpo: Paso('["Gastaste $5,000.", "Tuviste 100 resultados.", "Sigue así."]')
    todas, _ = servicio.hacer(NORA, SEMANA, [fuente("meta_ads", 1_000)], AHORA).reportes
    frases, quien = frases_de(todas)
    assert quien == "reglas" and "$5,000" not in "".join(frases), (
        "inventó una cifra: se escribe con las reglas"
    )
    modelo.modelo = lambda _cuerpo: Paso(buenas)
    servicio.hacer(NORA, SEMANA, [fuente("meta_ads", 1_000)], AHORA)
    frases, quien = frases_de(todas)
    assert quien == "modelo" and len(frases) == 3 and frases[0].startswith("Gastaste $1,000.00")
    enviado = str(modelo.peticiones[-1])
    assert "=Video 2x1" in enviado and NORA not in enviado
    assert {u["motivo"] for u in filas(supabase.table("uso_ia").select("motivo"))} == {"reporte"}
    # Sin presupuesto no se llama.
    cuantas = len(modelo.peticiones)
    ejecutar(supabase.table("configuracion_ia").upsert({"nombre_nora": NORA, "tope_mensual": 0}))
    servicio.hacer(NORA, SEMANA, [fuente("meta_ads", 1_000)], AHORA)
    assert len(modelo.peticiones) == cuantas and frases_de(cuenta)[1] == "reglas"


def test_el_enlace_publico_se_abre_se_cuenta_caduca_y_se_retira(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    for nombre in (NORA, "monte"):
        crear_nora(nombre)
    ids = sembrar_reportes(NORA)
    duena, ajena, nadie = cliente_de("dueno", NORA), cliente_de("dueno", "monte"), app.test_client()
    donde = f"{BASE}/{ids['reporte_id']}"
    publica = f"/reporte/{ids['token_publico']}"

    def visitas() -> int:
        return int(
            filas(supabase.table("reportes_enlaces").select("visitas").eq("id", ids["enlace_id"]))[0][
                "visitas"
            ]
        )

    abierta = nadie.get(publica)
    texto = abierta.get_data(as_text=True)
    assert abierta.status_code == 200 and "$120.50 MXN" in texto
    assert abierta.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert abierta.headers["Cache-Control"] == "no-store" and "Set-Cookie" not in abierta.headers
    assert 'content="noindex, nofollow, noarchive"' in texto and "/panel_cliente/" not in texto
    assert NORA not in texto.replace("Marea", ""), "ni el nombre interno de la Nora"
    nadie.get(publica)
    nadie.get(publica, headers={"User-Agent": "WhatsApp/2.23"})
    nadie.head(publica)
    assert visitas() == 2, "las vistas previas no son visitas"
    pagina = duena.get(donde).get_data(as_text=True)
    assert f"https://nora.example{publica}" in pagina and "2 visitas" in pagina
    guardado = filas(supabase.table("reportes_enlaces").select("*").eq("id", ids["enlace_id"]))[0]
    assert ids["token_publico"] not in str(guardado)

    # De otra Nora no se ve, no se comparte y no se retira.
    for metodo, ruta in (
        ("GET", ""),
        ("GET", "/reporte.pdf"),
        ("GET", "/datos.csv"),
        ("POST", "/enlaces"),
        ("POST", "/avisar"),
        ("POST", f"/enlaces/{ids['enlace_id']}/retirar"),
    ):
        for base in (donde, donde.replace(NORA, "monte")):
            como = ajena.get(base + ruta) if metodo == "GET" else ajena.enviar(base + ruta, {"dias": "7"})
            assert como.status_code == 404, base + ruta
    assert cliente_de("agente", NORA).get(donde).status_code == 403
    assert duena.enviar(f"{donde}/enlaces", {"dias": "9999"}).status_code == 422
    assert duena.enviar(f"{donde}/enlaces", {"dias": "7"}).status_code == 302
    assert len(set(re.findall(r"/reporte/([\w-]{32})", duena.get(donde).get_data(as_text=True)))) == 2

    for mala in ("/reporte/x", "/reporte/" + "a" * 32, "/reporte/" + "ñ" * 32, publica + "x"):
        assert nadie.get(mala).status_code == 404
    ejecutar(
        supabase.table("reportes_enlaces")
        .update({"caduca_en": (datetime.now(UTC) - timedelta(seconds=1)).isoformat()})
        .eq("id", ids["enlace_id"])
    )
    assert nadie.get(publica).status_code == 404, "caducó"
    token = servicio.compartir(NORA, ids["reporte_id"], 7, None, datetime.now(UTC))
    assert nadie.get(f"/reporte/{token}").status_code == 200
    nuevo = consultas.leer(NORA, ids["reporte_id"]).enlaces[0]  # type: ignore[union-attr]
    assert duena.enviar(f"{donde}/enlaces/{nuevo.id}/retirar").status_code == 302
    retirada = nadie.get(f"/reporte/{token}")
    assert retirada.status_code == 404 and "Este enlace ya no sirve" in retirada.get_data(as_text=True)
    ejecutar(supabase.table("configuracion_bot").update({"activo": False}).eq("nombre_nora", NORA))
    otro = servicio.compartir(NORA, ids["reporte_id"], 7, None, datetime.now(UTC))
    assert nadie.get(f"/reporte/{otro}").status_code == 404, "una Nora suspendida no enseña nada"


def test_el_resumen_por_whatsapp_respeta_la_ventana(
    app: Flask, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora(NORA)
    reporte = sembrar_reportes(NORA)["reporte_id"]
    cliente = cliente_de("dueno", NORA)
    telefono = "+526621119988"

    def salientes() -> list[dict[str, Any]]:
        return filas(
            supabase.table("mensajes_salientes").select("texto,contenido,direccion_envio").order("id")
        )

    def avisar(**mas: Any) -> str:
        return servicio.avisar(NORA, reporte, AHORA, **{"pedido": False, **mas})

    de_panel.guardar_ajustes(NORA, Ajustes(avisar=False))
    assert avisar() == "apagado" and avisar(pedido=True) == "sin_telefono"
    assert cliente.enviar(f"{BASE}/ajustes", {"avisar": "1", "telefono": ""}).status_code == 422
    assert cliente.enviar(f"{BASE}/ajustes", {"avisar": "1", "telefono": "662 111 9988"}).status_code == 302
    assert de_panel.leer_ajustes(NORA).telefono == telefono
    assert avisar() == "sin_ventana" and salientes() == [], "nunca le ha escrito a Nora y no hay plantilla"

    plantillas = filas(
        supabase.table("plantillas").insert(
            [
                {"nombre_nora": NORA, "proveedor_sid": f"HX{n}", "nombre": n, "estado": estado, "cuerpo": cuerpo,
                 "variables": variables}
                for n, estado, cuerpo, variables in (
                    ("semanal", "aprobada", "Semana {{1}}: {{2}}. {{5}}", {"1": "a", "2": "b", "5": "c"}),
                    ("de_otra_cosa", "aprobada", "Hola {{nombre}}", {"nombre": "Ana"}),
                    ("pendiente", "pendiente", "{{1}}", {"1": "a"}),
                )
            ]
        )
    )  # fmt: skip
    assert [p.nombre for p in servicio.plantillas(NORA)] == ["semanal"], "solo las que se saben llenar"
    datos = {"avisar": "1", "telefono": telefono, "plantilla_id": plantillas[0]["id"]}
    assert (
        cliente.enviar(f"{BASE}/ajustes", {**datos, "plantilla_id": plantillas[1]["id"]}).status_code == 422
    )
    assert cliente.enviar(f"{BASE}/ajustes", datos).status_code == 302
    assert avisar() == "plantilla" and avisar() == "plantilla"
    [uno] = salientes()
    assert uno["contenido"]["si_cerrada"]["sid"] == "HXsemanal", "una sola vez aunque se corra dos"
    assert uno["contenido"]["si_cerrada"]["variables"]["2"] == "$120.50 MXN"
    assert "\n" not in uno["contenido"]["si_cerrada"]["texto"]

    valor(
        supabase.rpc(
            "recibir_mensaje",
            {"p_nombre_nora": NORA, "p_canal": "whatsapp", "p_proveedor_sid": "SMd", "p_texto": "hola",
             "p_direccion": f"whatsapp:{telefono}", "p_direccion_envio": f"whatsapp:{telefono}"},
        )
    )  # fmt: skip
    assert cliente.enviar(f"{BASE}/{reporte}/avisar").status_code == 302
    libre = salientes()[-1]
    assert libre["texto"].startswith("*Tus anuncios, 9 al 15 de nov 2026*")
    assert "Gasto: $120.50 MXN (+34%)" in libre["texto"]
    assert libre["texto"].endswith(f"https://nora.example{BASE}/{reporte}")
    assert libre["direccion_envio"] == f"whatsapp:{telefono}"
    ejecutar(supabase.table("contactos").update({"baja_en": AHORA.isoformat()}).eq("nombre_nora", NORA))
    assert avisar() == "baja"
