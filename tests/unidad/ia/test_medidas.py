"""Los rasgos y sus pesos van juntos; los que pide la pregunta se notan en el bloque que los da."""

from __future__ import annotations

from collections.abc import Sequence

from clientes.aura.ia import motor_local
from clientes.aura.ia.motor_local import Bloque, Candidato

HORARIO = Bloque("1", "Horario", "Abrimos de lunes a viernes de 9 a 6.")
LUGAR = Bloque("2", "Dónde estamos", "Calle Nogal 12, junto al banco.")
COBIJAS = Bloque("3", "Edredón matrimonial", "Se lava por $120.")


def _candidatos(*bloques: Bloque) -> list[Candidato]:
    return [Candidato(b, 0.3, 0.1, 0.2) for b in bloques]


def test_cada_rasgo_tiene_su_peso() -> None:
    medidas = motor_local.medidas_de("a qué hora abren", _candidatos(HORARIO))
    assert set(medidas.filas[0]) == set(motor_local.PESOS.bloque)
    assert set(medidas.ninguno) == set(motor_local.PESOS.ninguno)
    assert 0 < motor_local.CONFIANZA_DUDOSA < motor_local.CONFIANZA_SEGURA < 1


def test_el_dato_que_se_pide_decide_entre_iguales() -> None:
    for pregunta, esperado in (("asta q ora abren", HORARIO), ("por donde quedan", LUGAR)):
        primero = motor_local.evaluar(pregunta, _candidatos(HORARIO, LUGAR, COBIJAS))[0]
        assert primero.bloque is esperado, pregunta


def test_un_sinonimo_encuentra_su_bloque() -> None:
    primero = motor_local.evaluar("cuánto por lavar una cobija", _candidatos(HORARIO, LUGAR, COBIJAS))[0]
    assert primero.bloque is COBIJAS


def test_la_cercania_solo_suma_lo_que_no_esta() -> None:
    vistas: list[tuple[str, ...]] = []

    def cercania(buscadas: Sequence[str], otras: Sequence[str]) -> list[float]:
        vistas.append(tuple(buscadas))
        return [0.8] * len(buscadas)

    con = motor_local.medidas_de("cuánto la colchoneta", _candidatos(COBIJAS), cercania)
    sin = motor_local.medidas_de("cuánto la colchoneta", _candidatos(COBIJAS))
    assert vistas == [("colchoneta",)]
    assert con.filas[0]["cobertura_suave"] == 1 > sin.filas[0]["cobertura_suave"]
