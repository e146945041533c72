"""Lo que las dos redes comparten: cifras sin dividir entre cero, periodos, ritmo, reglas, y el `state` de OAuth."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientes.aura.anuncios import permisos, reglas
from clientes.aura.anuncios.medidas import Cifras, PorMoneda, cambio, en_porcentaje, se_nota, sumar
from clientes.aura.anuncios.periodos import Periodo, leer_periodo, ritmo_del_mes
from clientes.aura.routes.panel_cliente_meta_ads import conexion, estados
from clientes.aura.routes.panel_cliente_meta_ads.errores import (
    ErrorLimiteMeta,
    ErrorPermisoMeta,
    ErrorTokenMeta,
)
from clientes.aura.routes.panel_cliente_meta_ads.graph import descanso, traducir
from clientes.aura.routes.panel_cliente_meta_ads.lectura import fila_de_campana, fila_de_dia
from clientes.aura.utils.errores import ErrorServicioExterno

enteros = st.integers(0, 10**9)
cifras = st.builds(
    Cifras,
    gasto=st.decimals(0, 10**7, places=2),
    impresiones=enteros,
    alcance=enteros,
    clics=enteros,
    conversaciones=enteros,
)


@given(una=cifras, otra=cifras)
def test_los_cocientes_salen_de_las_sumas_y_nunca_dividen_entre_cero(una: Cifras, otra: Cifras) -> None:
    junta = sumar([una, otra])
    assert junta.gasto == una.gasto + otra.gasto and junta.clics == una.clics + otra.clics
    for arriba, abajo, cociente in (
        (junta.clics, junta.impresiones, junta.ctr),
        (junta.gasto, junta.clics, junta.cpc),
        (junta.gasto * 1000, junta.impresiones, junta.cpm),
        (junta.impresiones, junta.alcance, junta.frecuencia),
        (junta.gasto, junta.resultados, junta.costo_por_resultado),
    ):
        assert (cociente is None) == (abajo == 0)
        assert cociente is None or abs(cociente * abajo - arriba) <= abs(arriba) * Decimal("1e-20")


def test_cada_moneda_aparte_y_los_cambios() -> None:
    juntas = PorMoneda.de(
        [
            ("MXN", Cifras(gasto=Decimal(5))),
            ("USD", Cifras(gasto=Decimal(9))),
            ("MXN", Cifras(gasto=Decimal(1))),
        ]
    )
    assert juntas.monedas == ["USD", "MXN"] and juntas["MXN"].gasto == 6
    assert cambio(Decimal(3), Decimal(2)) == Decimal("0.5") and cambio(Decimal(3), Decimal(0)) is None
    assert en_porcentaje(Decimal("0.5"), con_signo=True) == "+50%" and en_porcentaje(None) == "sin datos"
    assert en_porcentaje(Decimal("-0.001")) == "0%"


def test_los_periodos_se_comparan_con_los_mismos_dias_de_antes() -> None:
    hoy = date(2026, 11, 20)
    semana = leer_periodo({"periodo": "7"}, hoy)
    assert (semana.desde, semana.hasta) == (date(2026, 11, 13), date(2026, 11, 19)), "hoy va a la mitad"
    assert semana.anterior == Periodo(date(2026, 11, 6), date(2026, 11, 12))
    assert leer_periodo({"periodo": "mes_pasado"}, hoy).anterior == Periodo(
        date(2026, 9, 1), date(2026, 9, 30)
    )
    assert leer_periodo({"desde": "2026-11-05", "hasta": "2026-11-01"}, hoy).clave == "30", (
        "al revés no sirve"
    )
    assert leer_periodo({"desde": "1990-01-01", "hasta": "2026-11-01"}, hoy).clave == "30", "demasiado largo"
    elegido = leer_periodo({"desde": "2026-11-01", "hasta": "2026-11-03"}, hoy)
    assert elegido.dias == 3 and elegido.como_direccion() == {"desde": "2026-11-01", "hasta": "2026-11-03"}


@pytest.mark.parametrize(
    ("hasta_ayer", "hoy", "dia", "pronostico", "estado"),
    [
        (1000, 50, 11, 3000, "bien"),
        (2000, 0, 11, 6000, "falta"),
        (500, 0, 11, 1500, "sobra"),
        (0, 80, 1, None, "sin_datos"),
    ],
)
def test_el_ritmo_del_mes(hasta_ayer: int, hoy: int, dia: int, pronostico: int | None, estado: str) -> None:
    ritmo = ritmo_del_mes(Decimal(hasta_ayer), Decimal(hoy), Decimal(3000), date(2026, 11, dia))
    assert (ritmo.pronostico, ritmo.estado, ritmo.gastado) == (pronostico, estado, hasta_ayer + hoy)


def caso(**cambios: Any) -> reglas.Caso:
    semana = Cifras(gasto=Decimal(200), impresiones=1000, alcance=800, conversaciones=10)
    base: dict[str, Any] = {
        "anuncio_id": "1",
        "nombre": "Video",
        "moneda": "MXN",
        "actual": semana,
        "anterior": semana,
    }
    return reglas.Caso(**{**base, **cambios})


@pytest.mark.parametrize(
    ("regla", "dispara", "no_dispara"),
    [
        (
            reglas.gasto_sin_resultados,
            caso(actual=Cifras(gasto=Decimal(100))),
            caso(actual=Cifras(gasto=Decimal("99.99"))),
        ),
        (
            reglas.costo_por_resultado_sube,
            caso(actual=Cifras(gasto=Decimal(300), conversaciones=10)),
            caso(actual=Cifras(gasto=Decimal(299), conversaciones=10)),
        ),
        (reglas.frecuencia_alta, caso(frecuencia=Decimal("4.01")), caso(frecuencia=Decimal(4))),
        (reglas.anuncio_rechazado, caso(estado="DISAPPROVED"), caso(estado="PAUSED")),
    ],
)
def test_cada_regla_dispara_en_su_raya(regla: Any, dispara: reglas.Caso, no_dispara: reglas.Caso) -> None:
    assert regla(dispara) is not None and regla(no_dispara) is None
    assert [h.tipo for h in reglas.revisar(dispara)] == [regla(dispara).tipo]
    assert reglas.revisar(caso()) == []


def test_el_state_es_de_una_sesion_una_nora_y_una_vez() -> None:
    ahora, sesion = datetime(2026, 11, 20, tzinfo=UTC), dict[str, Any]()
    estado = permisos.nuevo_estado(sesion, "meta_ads", "marea", ahora)
    assert permisos.a_donde_va(sesion, estado, ahora) == ("meta_ads", "marea")
    assert permisos.a_donde_va({}, estado, ahora) is None, "otra sesión"
    assert permisos.a_donde_va(sesion, "", ahora) is None and permisos.a_donde_va(sesion, "ñ", ahora) is None
    assert permisos.a_donde_va(sesion, estado, ahora + timedelta(minutes=16)) is None, "caducó"
    assert not permisos.gastar_estado({**sesion}, estado, "meta_ads", "monte", ahora), "otra Nora"
    assert permisos.gastar_estado(sesion, estado, "meta_ads", "marea", ahora)
    assert not permisos.gastar_estado(sesion, estado, "meta_ads", "marea", ahora), "una sola vez"


@pytest.mark.parametrize(
    ("estado", "error", "clase"),
    [
        (400, {"code": 190, "error_subcode": 463}, ErrorTokenMeta),
        (403, {"code": 200}, ErrorPermisoMeta),
        (400, {"code": 10}, ErrorPermisoMeta),
        (400, {"code": 80000}, ErrorLimiteMeta),
        (500, {"code": 2}, ErrorServicioExterno),
        (400, {"code": 999, "is_transient": True}, ErrorServicioExterno),
        (502, None, ErrorServicioExterno),
    ],
)
def test_lo_que_meta_contesta_mal(estado: int, error: Any, clase: type) -> None:
    assert type(traducir(estado, {"error": error} if error else "<html>", {})) is clase


def test_la_cabecera_de_uso() -> None:
    def uso(**medida: int) -> dict[str, str]:
        return {"X-Business-Use-Case-Usage": f'{{"1":[{str(medida).replace(chr(39), chr(34))}]}}'}

    assert descanso({}) == descanso(uso(call_count=74)) == 0
    assert descanso(uso(total_time=85)) == 10 and descanso(uso(call_count=96)) == 300
    assert descanso(uso(call_count=100, estimated_time_to_regain_access=3)) == 180
    assert descanso({"X-Business-Use-Case-Usage": "no es JSON"}) == 0


def test_una_fila_de_insights_no_cuenta_dos_veces_el_mismo_hecho() -> None:
    fila = fila_de_dia(
        {
            "ad_id": "7",
            "date_start": "2026-11-20",
            "spend": "12.34",
            "actions": [
                {"action_type": "lead", "value": "2"},
                {"action_type": "onsite_conversion.lead_grouped", "value": "2"},
                {"action_type": "omni_purchase", "value": "3"},
                {"action_type": "purchase", "value": "3"},
            ],
        }
    )
    assert (fila["prospectos"], fila["compras"], fila["gasto"]) == (2, "3", "12.34")
    assert (fila["impresiones"], fila["conversaciones"], fila["plataforma"]) == (0, 0, "unknown")


def test_los_presupuestos_vienen_en_centavos_menos_donde_no_hay() -> None:
    assert fila_de_campana({"id": "1", "daily_budget": "50000"}, "MXN")["presupuesto_diario"] == "500"
    assert fila_de_campana({"id": "1", "daily_budget": "50000"}, "CLP")["presupuesto_diario"] == "50000"


def test_los_estados_en_palabras_y_la_version_del_sdk() -> None:
    from facebook_business import apiconfig

    assert apiconfig.ads_api_config["API_VERSION"] == conexion.VERSION
    assert estados.de_cuenta(2, 1) == (
        "Desactivada por Meta: Meta dice que se infringió su política de anuncios",
        "error",
    )
    assert estados.de_cuenta(12345)[0] == "Estado 12345 de Meta"
    assert estados.de_entrega("NUEVO_ESTADO")[0] == "Nuevo estado"


def test_un_cambio_que_dice_cero_no_es_ni_bueno_ni_malo() -> None:
    assert not se_nota(Decimal("0.004")) and not se_nota(Decimal("-0.004"))
    assert se_nota(Decimal("0.005")) and se_nota(Decimal("-0.01"))
