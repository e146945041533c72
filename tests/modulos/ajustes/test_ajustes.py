"""Los ajustes: se guardan enteros o no se guardan, y nada escrito se pierde."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.utils.supabase_client import supabase

RUTA = "/panel_cliente/marea/ajustes/"


@pytest.fixture
def duena(crear_nora: Callable[..., str], cliente_de: Callable[..., Any]) -> Any:
    crear_nora("marea", silencio_segundos=4)
    return cliente_de("dueno", "marea")


def campos(**cambios: str) -> dict[str, str]:
    return {
        "mensaje_bienvenida": "¡Hola! Soy Nora, de Marea.",
        "aviso_privacidad": "Cuidamos tus datos: marea.mx/privacidad",
        "mensaje_fuera_horario": "",
        "silencio_segundos": "6",
        "bienvenida_dias": "30",
        "pausa_persona_minutos": "45",
        "lun_abierto": "1",
        "lun_0": "09:00",
        "lun_1": "14:00",
        "lun_2": "16:00",
        "lun_3": "19:00",
        "festivos": "25/12/2026\n1/1/2027",
        **cambios,
    }


def fila(nombre: str = "marea") -> dict[str, Any]:
    leida: dict[str, Any] = (
        supabase.table("configuracion_bot").select("*").eq("nombre_nora", nombre).execute().data[0]
    )
    return leida


def test_guarda_todo_y_se_ve_al_volver(duena: Any) -> None:
    assert duena.enviar(RUTA, campos(al_recibir_archivos="pasar")).status_code == 302
    guardada = fila()
    assert guardada["al_recibir_archivos"] == "pasar"
    assert guardada["horario"]["semana"][0] == [
        {"abre": "09:00:00", "cierra": "14:00:00"},
        {"abre": "16:00:00", "cierra": "19:00:00"},
    ]
    assert sorted(guardada["horario"]["festivos"]) == ["2026-12-25", "2027-01-01"]
    assert (guardada["silencio_segundos"], guardada["pausa_persona_minutos"]) == (6, 45)
    pagina = duena.get(RUTA).get_data(as_text=True)
    for visto in ('value="16:00"', "25/12/2026", "marea.mx/privacidad", 'value="45"'):
        assert visto in pagina


def test_un_dia_cerrado_no_guarda_sus_horas(duena: Any) -> None:
    datos = campos()
    del datos["lun_abierto"]
    assert duena.enviar(RUTA, datos).status_code == 302
    assert fila()["horario"]["semana"] == [[]] * 7


@pytest.mark.parametrize(
    ("cambios", "frase"),
    [
        ({"lun_1": ""}, "Falta una hora"),
        ({"lun_0": "19:00", "lun_1": "09:00"}, "Cierra antes de abrir"),
        ({"lun_0": "", "lun_1": "", "lun_2": "", "lun_3": ""}, "Escribe a qué hora abre"),
        ({"lun_2": "13:00"}, "empieza antes de que termine"),
        ({"lun_0": "25:99"}, "Falta una hora"),
        ({"festivos": "navidad"}, "no es una fecha"),
        ({"festivos": "31/02/2026"}, "no es una fecha"),
        ({"silencio_segundos": "60"}, "Van de 0 a 20"),
        ({"pausa_persona_minutos": "1"}, "Van de 5 minutos"),
        ({"mensaje_bienvenida": "x" * 351}, "Caben 350"),
    ],
)
def test_un_error_se_dice_en_su_lugar_y_nada_se_pierde(
    duena: Any, cambios: dict[str, str], frase: str
) -> None:
    antes = fila()
    respuesta = duena.enviar(RUTA, campos(**cambios))
    pagina = respuesta.get_data(as_text=True)
    assert respuesta.status_code == 400
    assert frase in pagina
    assert "marea.mx/privacidad" in pagina and 'name="lun_abierto" value="1" checked' in pagina
    assert fila() == antes


def test_guardar_lo_mismo_no_anota_nada(duena: Any) -> None:
    duena.enviar(RUTA, campos())
    duena.enviar(RUTA, campos())
    anotados = supabase.table("auditoria").select("id").eq("accion", "cambiar_ajustes").execute().data
    assert len(anotados) == 1


def test_solo_el_dueno_y_solo_lo_suyo(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("monte")
    antes = fila()
    for otra in (cliente_de("agente", "marea"), cliente_de("dueno", "monte")):
        assert otra.get(RUTA).status_code in (403, 404)
        assert otra.enviar(RUTA, campos()).status_code in (403, 404)
    assert fila() == antes


def test_dice_como_esta_ahora(duena: Any) -> None:
    assert "Sin horario" in duena.get(RUTA).get_data(as_text=True)
    datos = campos(festivos="")
    for dia in ("lun", "mar", "mie", "jue", "vie", "sab", "dom"):
        datos |= {
            f"{dia}_abierto": "1",
            f"{dia}_0": "00:00",
            f"{dia}_1": "23:59",
            f"{dia}_2": "",
            f"{dia}_3": "",
        }
    duena.enviar(RUTA, datos)
    assert "Ahora está abierto" in duena.get(RUTA).get_data(as_text=True)


def test_nora_calla_lo_que_diga_el_dueno(duena: Any) -> None:
    from clientes.aura.routes.panel_cliente_chat import consultas

    duena.enviar(RUTA, campos())
    assert consultas.minutos_al_mando("marea") == 45
