"""Abierto o cerrado, cuándo abre, y que se le diga al cliente una sola vez."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from clientes.aura.conversacion import turno
from clientes.aura.conversacion.horario import Horario, frase_de_cierre

HERMOSILLO = "America/Hermosillo"
TIJUANA = "America/Tijuana"
DE_9_A_2_Y_DE_4_A_7 = [{"abre": "09:00", "cierra": "14:00"}, {"abre": "16:00", "cierra": "19:00"}]
SEMANA = [DE_9_A_2_Y_DE_4_A_7] * 5 + [[{"abre": "09:00", "cierra": "13:00"}], []]


def horario(**mas: Any) -> Horario:
    return Horario.model_validate({"semana": SEMANA, **mas})


def a_las(texto: str, zona: str = HERMOSILLO) -> datetime:
    return datetime.fromisoformat(texto).replace(tzinfo=ZoneInfo(zona))


@pytest.mark.parametrize(
    ("cuando", "abierto"),
    [
        ("2026-11-23T09:00", True),  # lunes
        ("2026-11-23T08:59", False),
        ("2026-11-23T13:59", True),
        ("2026-11-23T14:00", False),  # comida
        ("2026-11-23T16:00", True),
        ("2026-11-23T19:00", False),
        ("2026-11-28T12:30", True),  # sábado
        ("2026-11-29T12:30", False),  # domingo
    ],
)
def test_abierto_segun_el_tramo(cuando: str, abierto: bool) -> None:
    assert horario().abierto(a_las(cuando), HERMOSILLO) is abierto


def test_sin_horario_siempre_esta_abierto() -> None:
    assert Horario().abierto(datetime.now(UTC), HERMOSILLO)
    assert Horario.model_validate({}).abierto(datetime.now(UTC), HERMOSILLO)


def test_un_festivo_cierra_aunque_toque() -> None:
    con_festivo = horario(festivos=["2026-11-23"])
    assert not con_festivo.abierto(a_las("2026-11-23T10:00"), HERMOSILLO)
    assert con_festivo.festivos == {date(2026, 11, 23)}


def test_hasta_las_2359_vale_hasta_la_medianoche() -> None:
    todo = Horario.model_validate({"semana": [[{"abre": "00:00", "cierra": "23:59"}]] * 7})
    assert todo.abierto(a_las("2026-11-23T23:59:30"), HERMOSILLO)
    assert todo.abierto(a_las("2026-11-23T00:00"), HERMOSILLO)


@pytest.mark.parametrize(
    ("cuando", "frase"),
    [
        ("2026-11-23T08:00", "abrimos hoy a las 9:00 a. m."),
        ("2026-11-23T15:00", "abrimos hoy a las 4:00 p. m."),
        ("2026-11-23T20:00", "abrimos mañana martes a las 9:00 a. m."),
        ("2026-11-28T14:00", "abrimos el lunes a las 9:00 a. m."),
    ],
)
def test_dice_cuando_abre(cuando: str, frase: str) -> None:
    assert frase_de_cierre(horario(), a_las(cuando), HERMOSILLO).endswith(frase)


def test_unas_vacaciones_dicen_la_fecha_y_sin_fin_no_prometen() -> None:
    diciembre = horario(festivos=[f"2026-12-{d:02d}" for d in range(14, 32)])
    frase = frase_de_cierre(diciembre, a_las("2026-12-13T10:00"), HERMOSILLO)
    assert frase.endswith("abrimos el viernes 1 de enero a las 9:00 a. m.")
    nunca = Horario.model_validate({"semana": SEMANA, "festivos": []}).model_copy(
        update={"semana": ((),) * 7}
    )
    assert frase_de_cierre(nunca, a_las("2026-12-13T10:00"), HERMOSILLO) == "Por ahora está cerrado."


def test_el_cambio_de_hora_de_tijuana() -> None:
    """El 1 de noviembre de 2026 Tijuana atrasa el reloj: las 9 siguen siendo las 9."""
    abre = horario().proxima_apertura(a_las("2026-10-31T20:00", TIJUANA), TIJUANA)
    assert abre is not None and (abre.day, abre.hour) == (2, 9)
    assert abre.astimezone(UTC).hour == 17


class TestEnLaPlatica:
    @pytest.fixture(autouse=True)
    def cerrado(self, nora: Any) -> None:
        """Solo abre un minuto a la semana que no es ahora."""
        hoy = datetime.now(ZoneInfo(HERMOSILLO)).weekday()
        semana: list[Any] = [[] for _ in range(7)]
        semana[(hoy + 3) % 7] = [{"abre": "09:00", "cierra": "09:01"}]
        nora.cambia(horario={"semana": semana}, zona_horaria=HERMOSILLO)

    def test_a_quien_espera_a_una_persona_se_le_dice_una_vez(self, nora: Any) -> None:
        for pregunta in ("venden llantas?", "y de tractor?", "quiero hablar con una persona"):
            r = nora.escribe(pregunta)
            turno.atender(nora.nora, r.conversacion_id)
        assert sum("Ahora está cerrado" in texto for texto in nora.dichos()) == 1

    def test_lo_que_nora_sabe_se_contesta_sin_decir_que_esta_cerrado(self, nora: Any) -> None:
        nora.ensena("Precio del corte", "El corte de cabello cuesta $512.")
        r = nora.escribe("cuanto cuesta el corte de cabello?")
        turno.atender(nora.nora, r.conversacion_id)
        assert "$512" in nora.dichos()[0] and "cerrado" not in nora.dichos()[0]

    def test_la_frase_del_dueno_manda(self, nora: Any) -> None:
        nora.cambia(mensaje_fuera_horario="Volvemos el lunes, no se nos desespere.")
        r = nora.escribe("venden llantas?")
        turno.atender(nora.nora, r.conversacion_id)
        assert nora.dichos()[0].endswith("Volvemos el lunes, no se nos desespere.")


def test_el_aviso_de_privacidad_va_una_vez_con_el_saludo(nora: Any) -> None:
    nora.cambia(aviso_privacidad="Cuidamos tus datos: negocio.mx/privacidad")
    for texto in ("hola", "hola otra vez", "venden llantas?"):
        r = nora.escribe(texto)
        turno.atender(nora.nora, r.conversacion_id)
    assert [t.count("negocio.mx/privacidad") for t in nora.dichos()] == [1] + [0] * (len(nora.dichos()) - 1)
