"""Lo que el modelo puede pedir: cómo se describe, cómo se valida, y a quién se le ofrece."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from pydantic import BaseModel, Field

from clientes.aura.ia import fichas, indicaciones, uso
from clientes.aura.ia import herramientas as manos
from clientes.aura.ia.consultas_asistente import ContextoIA, Dicho, Ficha, NoraDelAsistente
from clientes.aura.ia.herramientas import Apoyo, Argumentos, Contexto, Herramienta, Resultado
from clientes.aura.ia.herramientas_propias import PROPIAS
from clientes.aura.registro.manifiesto import Manifiesto
from clientes.aura.utils.errores import ErrorDatoInvalido


class Cosa(Argumentos):
    que: str = Field(min_length=1, max_length=20, description="Qué")


def hacer(contexto: Contexto, argumentos: Cosa) -> Resultado:
    if argumentos.que == "mal":
        raise ErrorDatoInvalido("Eso no se puede.")
    return Resultado(f"{contexto.nombre_nora}: {argumentos.que}")


COSA = Herramienta("hacer_cosa", "Hace una cosa.", Cosa, hacer)
AQUI = Contexto("marea", "c", "k")


@pytest.fixture(autouse=True)
def _limpio() -> Iterator[None]:
    yield
    manos.usar_herramientas({})


def test_se_describe_como_pide_la_api() -> None:
    funcion = COSA.como_funcion()["function"]
    assert funcion["name"] == "hacer_cosa"
    assert funcion["parameters"]["required"] == ["que"]
    assert funcion["parameters"]["additionalProperties"] is False
    assert "title" not in funcion["parameters"] and "title" not in funcion["parameters"]["properties"]["que"]


@pytest.mark.parametrize(
    "malos",
    [
        '{"que": ""}',
        "{}",
        "no es json",
        '{"que": "x", "nombre_nora": "otra"}',
        '{"que": 3}',
        "[1]",
        "null",
        "x" * 9_000,
    ],
)
def test_lo_que_no_cuadra_no_se_hace(malos: str) -> None:
    validado = manos.validar(COSA, malos)
    assert isinstance(validado, Resultado) and not validado.bien and validado.texto.startswith("No se hizo")


def test_lo_que_cuadra_se_hace_y_un_error_se_le_dice() -> None:
    bien = manos.validar(COSA, '{"que": " algo "}')
    assert isinstance(bien, Cosa)
    assert manos.hacer(COSA, AQUI, bien).texto == "marea: algo"
    mal = manos.hacer(COSA, AQUI, Cosa(que="mal"))
    assert not mal.bien and "Eso no se puede." in mal.texto


def test_dos_modulos_con_el_mismo_nombre_se_queda_el_primero() -> None:
    otra = Herramienta("hacer_cosa", "Otra.", Cosa, hacer)
    manos.usar_herramientas({"uno": [COSA], "dos": [otra]})
    assert (
        manos.disponibles((), ("uno", "dos"), es_empleado=True)["hacer_cosa"].descripcion == "Hace una cosa."
    )
    assert manos.disponibles((), ("dos",), es_empleado=True) == {}


def test_un_manifiesto_dice_lo_que_no_sirve_de_sus_herramientas() -> None:
    class Suelta(BaseModel):
        que: str

    mala = Herramienta("Hacer Cosa", " ", Suelta, hacer)  # type: ignore[arg-type]
    assert len(mala.faltas()) == 3
    from flask import Blueprint

    manifiesto = Manifiesto(
        "uno", "Uno", "Uno.", "box", 1, Blueprint("panel_cliente_uno", __name__), herramientas=(mala,)
    )
    assert len(manifiesto.faltas("panel_cliente_uno")) == 3


def test_las_de_siempre_estan_bien_descritas() -> None:
    assert [h.nombre for h in PROPIAS] == [
        "buscar_conocimiento",
        "etiquetar_contacto",
        "guardar_dato_del_contacto",
        "pasar_a_persona",
    ]
    assert all(h.faltas() == [] and not h.pide_persona for h in PROPIAS)


# ---------------------------------------------------------------- costo e indicaciones
@pytest.mark.parametrize(
    ("gastado", "tope", "avisa", "lleno"),
    [
        ("0", "100", False, False),
        ("79.99", "100", False, False),
        ("80", "100", True, False),
        ("100", "100", False, True),
        ("0", "0", False, True),
    ],
)
def test_avisa_al_80_y_se_llena_al_100(gastado: str, tope: str, avisa: bool, lleno: bool) -> None:
    gasto = uso.Gasto(Decimal(gastado), Decimal(tope))
    assert (gasto.avisa, gasto.lleno) == (avisa, lleno)


def test_el_costo_sale_del_precio_y_un_modelo_desconocido_se_cuenta_caro() -> None:
    assert uso.costo(1_000_000, 1_000_000, uso.precio_de("gpt-4.1-mini-2026")) == Decimal(40)
    assert uso.precio_de("otro") == uso.PRECIO_DESCONOCIDO
    assert uso.precio_de("otro", Decimal(1), Decimal(2)) == (Decimal(1), Decimal(2))
    assert uso.costo(1, 0, (Decimal("0.1"), Decimal(0))) > 0, "nunca se redondea a nada"


def test_la_platica_se_recorta_por_lo_mas_viejo_y_lo_pendiente_va_siempre() -> None:
    from datetime import UTC, datetime

    viejos = tuple(
        Dicho(id=n, sentido="entrante" if n % 2 else "saliente", texto=f"mensaje {n} " + "palabra " * 60)
        for n in range(1, 40)
    )
    contexto = ContextoIA(
        nora=NoraDelAsistente(nombre_nora="marea", nombre_visible="Marea"),
        contacto=Ficha(id="k"),
        mensajes=(*viejos, Dicho(id=99, sentido="entrante", texto="¿abren hoy?", pendiente=True)),
    )
    mensajes = indicaciones.armar(contexto, [], datetime(2026, 11, 24, tzinfo=UTC))
    assert mensajes[-1]["content"] == "¿abren hoy?" and 2 < len(mensajes) < 12
    assert "mensaje 39" in mensajes[-2]["content"]
    assert "martes 24 de noviembre de 2026" in mensajes[0]["content"]


def test_los_bloques_que_no_caben_se_saltan() -> None:
    bloques = [
        Apoyo("A", "x" * 600, "bloque"),
        Apoyo("B", "x" * 9_000, "bloque"),
        Apoyo("C", "corto", "bloque"),
    ]
    assert [b.titulo for b in indicaciones.elegir_bloques(bloques)] == ["A", "C"]


def test_la_guardia_no_cree_lo_que_el_cliente_dijo_de_si() -> None:
    ficha = Ficha(
        id="k",
        nombre="Corte $1",
        telefono="+526621234567",
        notas=f"Su precio es $90\n{fichas.DICHO_POR_EL}mi corte es a $50",
    )
    visto = fichas.para_la_guardia(ficha)
    assert "$90" in visto and "$50" not in visto and "$1" not in visto
    assert "$50" in fichas.para_el_modelo(ficha)
