"""La falla de una Nora no detiene a las demás; si ninguna pudo, el trabajo falló."""

from __future__ import annotations

import pytest

from clientes.aura.registro.por_nora import en_cada_nora
from clientes.aura.utils.errores import ErrorDatoInvalido, ErrorNora, ErrorServicioExterno


def corre(fallan: dict[str, ErrorNora]) -> tuple[int, int]:
    def hacer(nora: str) -> int:
        if nora in fallan:
            raise fallan[nora]
        return 2

    return en_cada_nora(["marea", "monte"], hacer, evento="prueba")


def test_la_falla_de_una_no_detiene_a_las_demas() -> None:
    assert corre({}) == (4, 0)
    assert corre({"marea": ErrorServicioExterno("no contesta")}) == (2, 1)
    assert en_cada_nora([], lambda _: 1, evento="prueba") == (0, 0)


def test_si_nadie_contesta_el_trabajo_fallo() -> None:
    with pytest.raises(ErrorServicioExterno, match="no contesta"):
        corre({nora: ErrorServicioExterno("no contesta") for nora in ("marea", "monte")})


def test_un_permiso_quitado_es_cosa_de_su_nora() -> None:
    assert corre({nora: ErrorDatoInvalido("sin permiso") for nora in ("marea", "monte")}) == (0, 2)
