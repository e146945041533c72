"""El cliente del modelo, con la biblioteca de verdad contra un servidor de loopback que falla de todas las maneras."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

import pytest
from apoyo.vivo import esperar
from dobles.openai_falso import OpenAIFalso, Paso, openai_falso

from clientes.aura.ia import fusible, modelo
from clientes.aura.ia.modelo import Acceso, ErrorModelo, Plazo, pedir

HOLA = [{"role": "user", "content": "¿a qué hora abren?"}]


@pytest.fixture
def doble() -> Iterator[OpenAIFalso]:
    fusible.olvidar()
    with openai_falso() as falso:
        yield falso


def acceso(doble: OpenAIFalso) -> Acceso:
    return Acceso(doble.llave, doble.url, "gpt-4.1-mini")


def test_contesta_con_texto_tokens_y_su_llave(doble: OpenAIFalso) -> None:
    doble.guion = [Paso("Abrimos a las 9.", tokens=(120, 8))]
    respuesta = pedir(acceso(doble), HOLA, [], Plazo())
    assert (respuesta.texto, respuesta.tokens_entrada, respuesta.tokens_salida) == (
        "Abrimos a las 9.",
        120,
        8,
    )
    assert doble.llaves == ["sk-de-prueba"]
    assert doble.pedidos[0]["model"] == "gpt-4.1-mini" and "tools" not in doble.pedidos[0]


def test_pide_herramientas_aunque_sus_argumentos_no_sean_json(doble: OpenAIFalso) -> None:
    doble.guion = [Paso(llamadas=[("buscar_conocimiento", "{esto no es json")])]
    respuesta = pedir(acceso(doble), HOLA, [], Plazo())
    assert [(una.nombre, una.argumentos) for una in respuesta.llamadas] == [
        ("buscar_conocimiento", "{esto no es json")
    ]


def test_sin_cuenta_de_tokens_se_estima_por_lo_alto(doble: OpenAIFalso) -> None:
    doble.guion = [Paso("Abrimos a las 9.", tokens=None)]
    respuesta = pedir(acceso(doble), HOLA, [], Plazo())
    assert respuesta.tokens_entrada >= 5 and respuesta.tokens_salida >= 4


@pytest.mark.parametrize("modo", ["error", "no_json", "sin_forma", "vacio", "cortar"])
def test_una_falla_del_servidor_se_repite_una_vez_y_se_arregla(doble: OpenAIFalso, modo: str) -> None:
    doble.guion = [Paso(modo=modo), Paso("Ya.")]  # type: ignore[arg-type]
    assert pedir(acceso(doble), HOLA, [], Plazo(), dormir=lambda _: None).texto == "Ya."
    assert len(doble.pedidos) == 2


@pytest.mark.parametrize(
    ("modo", "razon"),
    [
        ("error", "servicio"),
        ("no_json", "forma"),
        ("sin_forma", "forma"),
        ("vacio", "forma"),
        ("cortar", "servicio"),
    ],
)
def test_dos_fallas_seguidas_son_un_error_con_su_razon(doble: OpenAIFalso, modo: str, razon: str) -> None:
    doble.guion = [Paso(modo=modo), Paso(modo=modo), Paso("tarde")]  # type: ignore[arg-type]
    with pytest.raises(ErrorModelo) as falla:
        pedir(acceso(doble), HOLA, [], Plazo(), dormir=lambda _: None)
    assert falla.value.razon == razon
    assert len(doble.pedidos) == 2, "un solo reintento"


def test_un_429_espera_lo_que_pide_y_un_retry_after_largo_no_se_espera(doble: OpenAIFalso) -> None:
    esperas: list[float] = []
    doble.guion = [Paso(modo="limite", reintentar_en=2), Paso("Ya.")]
    assert pedir(acceso(doble), HOLA, [], Plazo(), dormir=esperas.append).texto == "Ya."
    assert esperas == [2.0]
    doble.guion = [Paso(modo="limite", reintentar_en=40), Paso("tarde")]
    with pytest.raises(ErrorModelo) as falla:
        pedir(acceso(doble), HOLA, [], Plazo(), dormir=esperas.append)
    assert falla.value.razon == "limite" and esperas == [2.0]


def test_una_llave_mala_no_se_repite(doble: OpenAIFalso) -> None:
    doble.guion = [Paso(modo="llave"), Paso("tarde")]
    with pytest.raises(ErrorModelo) as falla:
        pedir(acceso(doble), HOLA, [], Plazo())
    assert falla.value.razon == "llave" and len(doble.pedidos) == 1


@pytest.mark.parametrize("modo", ["colgar", "gotear"])
def test_el_plazo_se_cumple_aunque_el_servidor_cuelgue_o_gotee(
    doble: OpenAIFalso, modo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(modelo, "PLAZO_S", 0.6)
    doble.guion = [Paso(modo=modo)]  # type: ignore[arg-type]
    inicio = time.monotonic()
    with pytest.raises(ErrorModelo) as falla:
        pedir(acceso(doble), HOLA, [], Plazo())
    assert falla.value.razon == "tiempo"
    assert time.monotonic() - inicio < 3
    doble.soltar.set()
    doble.guion = [Paso("Ya.")]
    assert pedir(acceso(doble), HOLA, [], Plazo()).texto == "Ya.", "el siguiente pedido abre otra conexión"


def test_un_modelo_que_razona_se_aprende_con_su_primer_rechazo(doble: OpenAIFalso) -> None:
    """No acepta `max_tokens` ni `temperature`: se repite de la otra forma, y desde entonces va así."""
    doble.modelo = lambda _: Paso("Con gusto.", modo="razona")
    otro = Acceso(doble.llave, doble.url, "gpt-5-mini")
    for _ in range(2):
        assert pedir(otro, HOLA, [], Plazo(), dormir=lambda _: None).texto == "Con gusto."
    assert ["max_tokens" in p for p in doble.pedidos] == [True, False, False]
    assert doble.pedidos[-1]["max_completion_tokens"] > 0 and "temperature" not in doble.pedidos[-1]


def test_sin_plazo_ni_se_pregunta(doble: OpenAIFalso) -> None:
    with pytest.raises(ErrorModelo) as falla:
        pedir(acceso(doble), HOLA, [], Plazo(0))
    assert falla.value.razon == "tiempo" and doble.pedidos == []


def test_la_llave_no_se_ve_al_imprimir_el_acceso() -> None:
    assert "sk-secreta" not in repr(Acceso("sk-secreta", "", "gpt-4.1-mini"))


def test_tras_tres_fallas_se_descansa_y_al_contestar_se_olvida(
    doble: OpenAIFalso, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fusible, "DESCANSO_S", 0.2)
    fusible.olvidar()
    doble.modelo = lambda _: Paso(modo="error")
    for _ in range(3):
        with pytest.raises(ErrorModelo):
            pedir(acceso(doble), HOLA, [], Plazo(), dormir=lambda _: None)
    pedidos = len(doble.pedidos)
    with pytest.raises(ErrorModelo) as falla:
        pedir(acceso(doble), HOLA, [], Plazo())
    assert falla.value.razon == "descansa" and len(doble.pedidos) == pedidos
    doble.modelo = lambda _: Paso("Ya.")
    otra = Acceso("sk-de-otra", doble.url, "m")
    assert pedir(otra, HOLA, [], Plazo()).texto == "Ya.", "la caída de una no es la de otra"

    def contesta() -> bool:
        try:
            return pedir(acceso(doble), HOLA, [], Plazo()).texto == "Ya."
        except ErrorModelo:
            return False

    esperar(contesta, "que se vuelva a preguntar")


def test_una_nora_no_ocupa_todos_los_hilos(doble: OpenAIFalso) -> None:
    with contextlib.ExitStack() as pila:
        for _ in range(fusible.A_LA_VEZ):
            pila.enter_context(fusible.turno(acceso(doble).clave))
        with pytest.raises(ErrorModelo) as falla:
            pedir(acceso(doble), HOLA, [], Plazo())
        assert falla.value.razon == "ocupado"
        assert pedir(Acceso("sk-de-otra", doble.url, "m"), HOLA, [], Plazo()).texto
    assert pedir(acceso(doble), HOLA, [], Plazo()).texto
