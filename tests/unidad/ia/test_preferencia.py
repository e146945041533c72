"""La preferencia del dueño solo decide entre temas que Nora ya creía posibles."""

from __future__ import annotations

from clientes.aura.ia.motor_local import CONFIANZA_SEGURA, Decision, Evaluado
from clientes.aura.ia.preferencia import BloqueConPrioridad, preferir


def decision(tipo: str, *temas: tuple[str, float, int]) -> Decision:
    evaluados = tuple(Evaluado(BloqueConPrioridad(t, t, "x", prioridad=p), c) for t, c, p in temas)
    return Decision(tipo, evaluados[0].confianza if evaluados else 0.0, evaluados, evaluados)  # type: ignore[arg-type]


def titulos(d: Decision) -> list[str]:
    return [e.bloque.titulo for e in d.elegidos]


def test_entre_dos_que_casi_seguro_contestan_gana_el_preferido() -> None:
    mitad = (CONFIANZA_SEGURA + 0.02) / 2
    elegida = preferir(decision("dudosa", ("normal", mitad, 0), ("promo", mitad, 1)))
    assert (
        elegida.tipo == "segura" and titulos(elegida) == ["promo"] and elegida.confianza >= CONFIANZA_SEGURA
    )


def test_si_puede_que_ninguno_conteste_se_pregunta_con_el_preferido_primero() -> None:
    poca = CONFIANZA_SEGURA / 3
    duda = preferir(decision("dudosa", ("normal", poca, 0), ("promo", poca, 1)))
    assert duda.tipo == "dudosa" and titulos(duda) == ["promo", "normal"]


def test_dos_preferidos_no_se_adivinan() -> None:
    mitad = (CONFIANZA_SEGURA + 0.02) / 2
    assert preferir(decision("dudosa", ("una", mitad, 1), ("otra", mitad, 1))).tipo == "dudosa"


def test_sin_preferidos_o_ya_segura_no_cambia_nada() -> None:
    for original in (
        decision("dudosa", ("a", 0.5, 0), ("b", 0.4, 0)),
        decision("segura", ("a", 0.9, 1)),
        decision("desconocida"),
    ):
        assert preferir(original) == original
