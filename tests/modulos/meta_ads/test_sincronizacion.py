"""Leer una cuenta de Meta: completo, por partes, repetido, y con todo lo que Meta puede hacer mal."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from dobles.meta_falso import Cuenta, Falla, Fila

from clientes.aura.routes.panel_cliente_meta_ads import consultas, consultas_sincronizacion, cuentas
from clientes.aura.routes.panel_cliente_meta_ads.errores import ErrorLimiteMeta
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

from .conftest import HOY, Lugar


def de_insights(_metodo: str, ruta: str, p: dict[str, str]) -> bool:
    """Cifras por día; no las frecuencias ni las páginas de un reporte."""
    return ruta.endswith("/insights") and "time_increment" in p


def sumas(cuenta: Cuenta, desde: date = date.min, hasta: date = date.max) -> dict[str, Decimal]:
    """Lo que el doble dio, sumado aparte."""
    total: dict[str, Decimal] = defaultdict(Decimal)
    for f in cuenta.filas:
        if desde <= f.dia <= hasta:
            for campo in ("gasto", "impresiones", "alcance", "clics", "clics_enlace", "conversaciones"):
                total[campo] += Decimal(getattr(f, campo))
            for campo in ("prospectos", "compras", "valor"):
                total[campo] += Decimal(getattr(f, campo))
    return dict(total)


def guardado(lugar: Lugar) -> dict[str, Decimal]:
    total: dict[str, Decimal] = defaultdict(Decimal)
    for fila in lugar.dias():
        for campo in sumas(Cuenta("act_0", filas=[UNA])):
            total[campo] += Decimal(str(fila[campo]))
    return dict(total)


UNA = Fila("1", HOY, "facebook", Decimal(1), 1, 1, 1, 1)


def test_lee_todo_en_tramos_y_repetir_no_cambia_nada(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14)
    lugar.meta.por_pagina = 10
    uno = lugar.pedir(cuenta_id, HOY - timedelta(days=13))
    assert lugar.correr(uno) == "hecha"
    assert guardado(lugar) == sumas(cuenta)
    hecha = lugar.leer(uno)
    assert (hecha.avance, hecha.filas, hecha.hecho_hasta) == (100, len(cuenta.filas), HOY)
    # Catorce días son dos tramos de siete; nada se pidió como reporte.
    assert lugar.meta.reportes == {}

    antes = lugar.dias()
    dos = lugar.pedir(cuenta_id)
    assert dos != uno and lugar.leer(dos).desde == HOY - timedelta(days=6), "relee la ventana de atribución"
    cuenta.filas[-1] = Fila(**{**vars(cuenta.filas[-1]), "compras": 9})  # una compra atribuida después
    assert lugar.correr(dos) == "hecha"
    assert guardado(lugar) == sumas(cuenta) and len(lugar.dias()) == len(antes)
    assert lugar.pedir(cuenta_id) == lugar.pedir(cuenta_id), "una sola lectura viva por cuenta"


def test_un_lapso_largo_va_por_reporte_asincrono(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=40, anuncios=3)
    lugar.meta.sondeos = 2
    lectura = lugar.pedir(cuenta_id, HOY - timedelta(days=39))
    assert lugar.correr(lectura) == "hecha"
    assert guardado(lugar) == sumas(cuenta)
    # Treinta días por reporte; los diez que quedan, directo.
    assert len(lugar.meta.reportes) == 1 and lugar.esperas, "esperó a que el reporte estuviera"


def test_un_reporte_a_medias_se_retoma_y_no_se_pide_otro(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=20, anuncios=2)
    lectura = lugar.pedir(cuenta_id, HOY - timedelta(days=19))
    lugar.meta.fallar(
        lambda m, ruta, p: "/600" in ruta and ruta.endswith("/insights"), Falla(codigo=2, estado=500), veces=4
    )
    assert lugar.correr(lectura) == "pausada"
    lugar.ahora += timedelta(minutes=20)
    assert lugar.correr(lectura) == "hecha"
    assert len(lugar.meta.reportes) == 1 and guardado(lugar) == sumas(cuenta)


def test_demasiados_datos_pide_menos_dias(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=7)
    lugar.meta.fallar(de_insights, Falla(codigo=100, subcodigo=1487534))
    assert lugar.correr(lugar.pedir(cuenta_id, HOY - timedelta(days=6))) == "hecha"
    assert guardado(lugar) == sumas(cuenta)


def test_un_limite_pausa_en_dias_completos_y_sigue_de_ahi(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14, anuncios=2)
    lugar.meta.fallar(de_insights, Falla(codigo=80004), saltar=1)
    lectura = lugar.pedir(cuenta_id, HOY - timedelta(days=13))
    assert lugar.correr(lectura) == "pausada"
    pausada = lugar.leer(lectura)
    assert pausada.hecho_hasta == HOY - timedelta(days=7) and pausada.avance == 50
    assert pausada.reintentar_en > lugar.ahora and "despacio" in pausada.problema
    assert guardado(lugar) == sumas(cuenta, hasta=HOY - timedelta(days=7)), "días completos, ninguno a medias"
    assert consultas_sincronizacion.tomar(lugar.nora, lugar.ahora) is None, "todavía no le toca"
    lugar.ahora = pausada.reintentar_en
    pedidas = len(lugar.meta.pedidas("act_1001/insights"))
    assert lugar.correr(lectura) == "hecha"
    assert guardado(lugar) == sumas(cuenta)
    # frecuencias y el tramo que faltaba: lo ya leído no se vuelve a pedir
    assert len(lugar.meta.pedidas("act_1001/insights")) == pedidas + 2
    # Los demás códigos de límite se entienden igual, por HTTP y con el SDK.
    for falla in [*(Falla(codigo=c) for c in (4, 17, 32, 613)), Falla(estado=429)]:
        lugar.meta.fallar(lambda m, ruta, p: ruta.endswith("/me"), falla)
        with pytest.raises(ErrorLimiteMeta):
            lugar.medios.crear("EAA-bueno").leer("me", "id")


def test_la_cabecera_de_uso_se_obedece(lugar: Lugar) -> None:
    _, cuenta_id = lugar.cuenta(dias=7, anuncios=1)
    lugar.meta.uso = 85
    assert lugar.correr(lugar.pedir(cuenta_id, HOY - timedelta(days=6))) == "hecha"
    assert lugar.esperas and set(lugar.esperas) == {10.0}, "a la mitad entre 75 y 95, media espera"
    lugar.meta.uso = 10
    regreso = '{"1001":[{"type":"ads_insights","call_count":100,"estimated_time_to_regain_access":17}]}'
    lugar.meta.fallar(de_insights, Falla(codigo=80004, cabeceras=(("X-Business-Use-Case-Usage", regreso),)))
    lectura = lugar.pedir(cuenta_id)
    assert lugar.correr(lectura) == "pausada"
    assert lugar.leer(lectura).reintentar_en == lugar.ahora + timedelta(minutes=17)


def test_media_pagina_y_corte_se_vuelve_a_pedir(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=7)
    lugar.meta.por_pagina = 10
    lugar.meta.fallar(de_insights, Falla("cortar"), saltar=1)
    lugar.meta.fallar(de_insights, Falla("html"), saltar=2)
    assert lugar.correr(lugar.pedir(cuenta_id, HOY - timedelta(days=6))) == "hecha"
    assert guardado(lugar) == sumas(cuenta) and lugar.esperas == [1.0, 1.0]


def test_si_meta_no_vuelve_se_deja_para_despues_con_lo_completo(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14, anuncios=2)
    lugar.meta.por_pagina = 10
    lugar.meta.fallar(de_insights, Falla("cortar"), veces=4, saltar=4)  # a media segunda semana
    lectura = lugar.pedir(cuenta_id, HOY - timedelta(days=13))
    assert lugar.correr(lectura) == "pausada"
    assert guardado(lugar) == sumas(cuenta, hasta=HOY - timedelta(days=7))
    lugar.ahora += timedelta(minutes=5)
    assert lugar.correr(lectura) == "hecha" and guardado(lugar) == sumas(cuenta)


def test_token_revocado_a_la_mitad(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14, anuncios=2)
    vistas: list[str] = []

    def revocar(metodo: str, ruta: str, p: dict[str, str]) -> None:
        if de_insights(metodo, ruta, p):
            vistas.append(ruta)
        if len(vistas) == 2:
            lugar.meta.tokens["EAA-bueno"].revocado = 460

    lugar.meta.antes = revocar
    lectura = lugar.pedir(cuenta_id, HOY - timedelta(days=13))
    assert lugar.correr(lectura) == "detenida"
    assert guardado(lugar) == sumas(cuenta, hasta=HOY - timedelta(days=7))
    alrededor = consultas.alrededor(lugar.nora)
    assert alrededor.conexion and alrededor.conexion.estado == "vencida"
    assert "contraseña" in alrededor.conexion.problema and "contraseña" in lugar.leer(lectura).problema
    # Conectar otra vez y pedir: sigue de donde quedó, con su semana de atribución.
    lugar.meta.antes = lambda metodo, ruta, p: None
    lugar.meta.tokens["EAA-bueno"].revocado = 0
    nueva = lugar.pedir(cuenta_id)
    assert lugar.leer(nueva).desde == HOY - timedelta(days=13)
    assert lugar.correr(nueva) == "hecha" and guardado(lugar) == sumas(cuenta)


def test_permiso_que_falta(lugar: Lugar) -> None:
    _, cuenta_id = lugar.cuenta(dias=7, anuncios=1)
    lugar.meta.tokens["EAA-bueno"].permisos = ("business_management",)
    lectura = lugar.pedir(cuenta_id)
    assert lugar.correr(lectura) == "detenida" and "falta permiso" in lugar.leer(lectura).problema
    conexion = consultas.alrededor(lugar.nora).conexion
    assert conexion and conexion.estado == "sin_permisos"


def test_una_version_retirada_se_dice_con_que_hacer(lugar: Lugar, monkeypatch: pytest.MonkeyPatch) -> None:
    from facebook_business.api import FacebookAdsApi

    _, cuenta_id = lugar.cuenta(dias=1)
    monkeypatch.setattr(FacebookAdsApi, "API_VERSION", "v19.0")
    assert lugar.correr(lectura := lugar.pedir(cuenta_id)) == "detenida"
    assert "retiró la versión" in lugar.leer(lectura).problema


def test_cuenta_cerrada_conserva_lo_leido_y_avisa(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=7, anuncios=1)
    assert lugar.correr(lugar.pedir(cuenta_id)) == "hecha"
    cuenta.account_status, cuenta.disable_reason = 101, 7
    lectura = lugar.pedir(cuenta_id)
    assert lugar.correr(lectura) == "fallida" and "cerrada" in lugar.leer(lectura).problema
    assert guardado(lugar) == sumas(cuenta)
    cuentas.traer(lugar.nora, lugar.ahora)
    avisos = [a for a in lugar.alertas() if a["tipo"] == "cuenta"]
    assert len(avisos) == 1 and avisos[0]["titulo"] == "Cerrada"
    cuenta.account_status, cuenta.disable_reason = 1, 0
    cuentas.traer(lugar.nora, lugar.ahora)
    assert [a for a in lugar.alertas() if a["tipo"] == "cuenta" and a["resuelta_en"] is None] == []


def test_un_anuncio_borrado_entre_dos_paginas_y_filas_repetidas(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=7, anuncios=4)
    assert lugar.correr(lugar.pedir(cuenta_id, HOY - timedelta(days=6))) == "hecha"
    lugar.meta.repetir_filas = True
    vistas: list[str] = []

    def borrar(metodo: str, ruta: str, p: dict[str, str]) -> None:
        if ruta.endswith("/ads"):
            vistas.append(ruta)
            if len(vistas) == 2:
                cuenta.ads.pop()

    borrado = cuenta.ads[-1]["id"]
    lugar.meta.antes, lugar.meta.por_pagina = borrar, 3
    lugar.ahora += timedelta(hours=1)
    assert lugar.correr(lugar.pedir(cuenta_id)) == "hecha"
    assert guardado(lugar) == sumas(cuenta), "sus cifras se quedan, y lo repetido cuenta una vez"
    anuncios = {
        a["anuncio_id"]: a["estado"]
        for a in filas(supabase.table("meta_ads_anuncios").select("*").eq("nombre_nora", lugar.nora))
    }
    assert anuncios.pop(borrado) == "DELETED" and set(anuncios.values()) == {"ACTIVE"}


def test_detener_deja_dias_completos(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=14, anuncios=2)
    lectura = lugar.pedir(cuenta_id, HOY - timedelta(days=13))
    tramos: list[str] = []

    def detener(metodo: str, ruta: str, p: dict[str, str]) -> None:
        if de_insights(metodo, ruta, p):
            tramos.append(ruta)
            if len(tramos) == 2:
                assert consultas.detener_sincronizacion(lugar.nora, lectura, lugar.ahora)

    lugar.meta.antes = detener
    assert lugar.correr(lectura) == "detenida"
    assert lugar.leer(lectura).estado == "detenida"
    assert guardado(lugar) == sumas(cuenta, hasta=HOY - timedelta(days=7))


def test_otra_moneda_se_guarda_y_no_se_suma(lugar: Lugar) -> None:
    pesos, en_pesos = lugar.cuenta(dias=3, anuncios=1)
    dolares, en_dolares = lugar.cuenta(
        dias=3, anuncios=1, cuenta="act_2002", currency="USD", name="Tienda EUA"
    )
    for cuenta_id in (en_pesos, en_dolares):
        assert lugar.correr(lugar.pedir(cuenta_id)) == "hecha"
    from clientes.aura.anuncios.leidos import por_moneda
    from clientes.aura.anuncios.periodos import Periodo

    resumen = consultas.resumen(lugar.nora, Periodo(HOY - timedelta(days=2), HOY), {}, HOY)
    juntas = por_moneda(resumen.totales)
    assert set(juntas) == {"MXN", "USD"}
    assert juntas["MXN"].gasto == sumas(pesos)["gasto"] and juntas["USD"].gasto == sumas(dolares)["gasto"]


def test_sin_vistas_no_hay_division_entre_cero(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=3, anuncios=1)
    cuenta.filas = [Fila("1001300", HOY, "facebook", Decimal(0), 0, 0, 0, 0)]
    assert lugar.correr(lugar.pedir(cuenta_id)) == "hecha"
    [fila] = lugar.dias()
    assert fila["impresiones"] == 0 and fila["gasto"] == 0


def test_las_alertas_salen_de_las_reglas_y_se_resuelven(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=1, anuncios=4)
    ayer = HOY - timedelta(days=1)

    def fila(n: int, dia: date, gasto: int, conversaciones: int, alcance: int = 500) -> Fila:
        return Fila(f"100130{n}", dia, "facebook", Decimal(gasto), 1000, alcance, 10, 10, conversaciones)

    cuenta.filas = [
        fila(0, ayer, 300, 0),  # gasta y no da
        fila(1, ayer - timedelta(days=7), 100, 10),
        fila(1, ayer, 200, 10),  # cada uno cuesta el doble
        fila(2, ayer, 50, 5, alcance=200),  # cinco veces por persona
    ]
    cuenta.ads[3] = {
        **cuenta.ads[3],
        "effective_status": "DISAPPROVED",
        "ad_review_feedback": {"global": {"Atributos personales": "El texto habla de la persona"}},
    }
    assert lugar.correr(lugar.pedir(cuenta_id, HOY - timedelta(days=14))) == "hecha"
    abiertas = {(a["tipo"], a["anuncio_id"][-1]) for a in lugar.alertas()}
    assert abiertas == {
        ("gasto_sin_resultados", "0"),
        ("costo_por_resultado", "1"),
        ("frecuencia", "2"),
        ("rechazado", "3"),
    }
    assert any("Atributos personales" in a["texto"] for a in lugar.alertas())
    cuenta.ads[3] = {**cuenta.ads[3], "effective_status": "ACTIVE"}
    assert lugar.correr(lugar.pedir(cuenta_id)) == "hecha"
    rechazo: dict[str, Any] = next(a for a in lugar.alertas() if a["tipo"] == "rechazado")
    assert rechazo["resuelta_en"] is not None


def test_una_cuenta_perdida_se_avisa_una_vez_y_pedir_pocos_dias_no_deja_huecos(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=7)
    del lugar.meta.cuentas[cuenta.id]
    cuentas.traer(lugar.nora, lugar.ahora)
    (alerta,) = lugar.alertas()
    consultas.ver_alerta(lugar.nora, alerta["id"], lugar.ahora)
    lugar.ahora += timedelta(days=1)
    cuentas.traer(lugar.nora, lugar.ahora)
    (otra,) = lugar.alertas()
    assert otra["vista_en"] and otra["fecha_creacion"] == alerta["fecha_creacion"], "vista sigue vista"
    lugar.meta.cuentas[cuenta.id] = cuenta
    cuentas.traer(lugar.nora, lugar.ahora)
    assert lugar.alertas()[0]["resuelta_en"], "volvió"

    viejo = HOY - timedelta(days=50)
    supabase.table("meta_ads_cuentas").update({"ultimo_dia": viejo.isoformat()}).eq("id", cuenta_id).execute()
    assert lugar.leer(lugar.pedir(cuenta_id, HOY - timedelta(days=13))).desde <= viejo
