"""Lo que pasa cuando una cuenta se pierde, se cancela o la instalación no está aprobada, y con huecos y ceros."""

from __future__ import annotations

from datetime import timedelta

import pytest
from dobles.google_falso import Falla

from clientes.aura.anuncios.periodos import leer_periodo
from clientes.aura.routes.panel_cliente_google_ads import ads, consultas, cuentas
from clientes.aura.routes.panel_cliente_google_ads.errores import ErrorPermisoGoogle
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar

from .conftest import HOY, Lugar


def test_una_cuenta_perdida_se_avisa_una_vez_y_al_volver_se_resuelve(lugar: Lugar) -> None:
    cuenta, _ = lugar.cuenta(dias=1)
    lugar.google.cuentas.pop(cuenta.id)
    lugar.google.directas.clear()
    cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    (alerta,) = lugar.alertas()
    consultas.ver_alerta(lugar.nora, alerta["id"], lugar.ahora)
    lugar.ahora += timedelta(days=1)
    cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    (otra,) = lugar.alertas()
    assert otra["vista_en"] and otra["fecha_creacion"] == alerta["fecha_creacion"], "vista sigue vista"
    lugar.google.poner(cuenta)
    cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    assert lugar.alertas()[0]["resuelta_en"], "volvió"


def test_una_cuenta_cancelada_se_dice_cancelada(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=1)
    cuenta.estado = "CANCELED"
    cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    (fila,) = [c for c in consultas.leer_cuentas(lugar.nora) if c["id"] == cuenta_id]
    assert fila["estado"] != "ENABLED", "la página la seguiría enseñando Activa y se leería a diario"
    assert "permiso" not in lugar.alertas()[0]["texto"]


def test_sin_aprobar_se_dice_al_traer(lugar: Lugar) -> None:
    lugar.cuenta(dias=1)
    lugar.google.fallas = [Falla("authorization_error", "DEVELOPER_TOKEN_NOT_APPROVED", en="FROM customer")]
    with pytest.raises(ErrorPermisoGoogle, match="desarrollador"):
        cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    assert lugar.alertas() == []


def test_pedir_un_lapso_corto_no_deja_un_hueco(lugar: Lugar) -> None:
    _, cuenta_id = lugar.cuenta(dias=1)
    ejecutar(
        supabase.table("google_ads_cuentas")
        .update({"ultimo_dia": (HOY - timedelta(days=50)).isoformat()})
        .eq("id", cuenta_id)
    )
    uno = lugar.pedir(cuenta_id, 14)
    assert lugar.leer(uno).desde <= HOY - timedelta(days=50)


def test_un_dia_con_cero_impresiones(lugar: Lugar) -> None:
    cuenta, cuenta_id = lugar.cuenta(dias=2)
    for filas in cuenta.dias.values():
        for f in filas:
            f |= {k: 0 for k in f if k.startswith("metrics.")}
    cuenta.conversiones.clear()
    assert lugar.correr(lugar.pedir(cuenta_id, 2)) == "hecha"
    p = leer_periodo({"desde": "2026-11-19", "hasta": "2026-11-20"}, HOY)
    (t,) = consultas.resumen(lugar.nora, p, {}).totales
    assert (t.cifras.gasto, t.cifras.ctr, t.cifras.cpc, t.cifras.costo_por_resultado) == (0, None, None, None)


def test_una_version_retirada_se_dice_con_que_hacer(lugar: Lugar, monkeypatch: pytest.MonkeyPatch) -> None:
    lugar.cuenta(dias=1)
    monkeypatch.setattr(ads, "VERSION", "v25")
    with pytest.raises(ErrorPermisoGoogle, match="retiró la versión") as error:
        cuentas.traer(lugar.nora, lugar.ahora, lugar.crear)
    assert "actualizar Nora" in error.value.que_hacer
    assert lugar.alertas() == [], "no es cosa de la cuenta"
