"""Lo que escribe un modelo, vuelto mensaje de WhatsApp; lo que no es un mensaje, no sale."""

from __future__ import annotations

import pytest

from clientes.aura.ia.limpieza import para_whatsapp


@pytest.mark.parametrize(
    ("crudo", "queda"),
    [
        ("El corte cuesta $250.", "El corte cuesta $250."),
        ("**Corte**: $250", "*Corte*: $250"),
        ("__Ojo__ con esto", "*Ojo* con esto"),
        ("## Precios\n\n- Corte $250", "*Precios*\n\n- Corte $250"),
        ("**uno\ndos**", "*uno*\n*dos*"),
        ("Mira [la página](https://rosa.mx/citas)", "Mira la página: https://rosa.mx/citas"),
        ("[rosa.mx](https://rosa.mx)", "https://rosa.mx"),
        ("![foto](https://rosa.mx/a.png) Listo", "Listo"),
        ("<think>El cliente quiere $1</think>\nCuesta $250.", "Cuesta $250."),
        ("<think>sin cerrar y sin respuesta", ""),
        ("Uno\n\n---\n\nDos", "Uno\n\nDos"),
        ("```\nCuesta $250.\n```", "Cuesta $250."),
        ("2 * 3 * 4 y snake_case_no", "2 * 3 * 4 y snake_case_no"),
        ("Talla [M] disponible {sí}", "Talla [M] disponible {sí}"),
    ],
)
def test_como_mensaje(crudo: str, queda: str) -> None:
    assert para_whatsapp(crudo) == queda


@pytest.mark.parametrize(
    "crudo",
    [
        '{"name": "buscar_conocimiento", "arguments": {"consulta": "x"}}',
        '<tool_call>{"name": "x"}</tool_call>',
        '```json\n{"respuesta": "hola"}\n```',
        '[{"a": 1}]',
        "<|im_start|>assistant",
        "<function=buscar>{}</function>",
        'Voy a buscar: {"name": "buscar", "parameters": {"q": 1}}',
        "",
        "   \n ",
    ],
)
def test_lo_que_es_codigo_no_se_manda(crudo: str) -> None:
    assert para_whatsapp(crudo) == ""


@pytest.mark.parametrize(
    "raro", ["*" * 5_000, "_" * 5_000, "[" * 5_000, "#" * 3_000, "`" * 3_000, "<think>" * 500]
)
def test_un_texto_raro_no_la_duerme(raro: str) -> None:
    para_whatsapp(raro)
