"""Lo que miden las pruebas de fallos, para `docs/fiabilidad.md`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

Anotar = Callable[..., None]


def anotador(archivo: Path | None) -> Anotar:
    """Una función `anotar(renglon, **cifras)`; sin archivo no guarda nada."""

    def anotar(renglon: str, **cifras: object) -> None:
        if archivo is not None:
            with archivo.open("a", encoding="utf-8") as salida:
                salida.write(json.dumps({"renglon": renglon, **cifras}, ensure_ascii=False) + "\n")

    return anotar
