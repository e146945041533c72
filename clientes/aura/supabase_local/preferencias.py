"""El encabezado ``Prefer``: qué pide, qué no se entiende y qué se anuncia como aplicado.

Fuente: documentación de PostgREST 14, "Prefer Header". Cada preferencia es un texto exacto entre comas; si una
se repite gana la primera.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from . import errores

_ADMITIDAS: dict[str, tuple[str, ...]] = {
    "resolution": ("merge-duplicates", "ignore-duplicates"),
    "missing": ("default", "null"),
    "return": ("representation", "minimal", "headers-only"),
    "count": ("exact", "planned", "estimated"),
    "tx": ("commit", "rollback"),
    "handling": ("strict", "lenient"),
}
# En este orden las escribe PostgREST en Preference-Applied.
_ORDEN = ("resolution", "missing", "return", "count", "tx", "handling", "timezone", "max-affected")


@dataclass
class Preferencias:
    """Lo que pidió ``Prefer``, ya validado; ``valores`` tiene el texto de cada una."""

    valores: dict[str, str] = field(default_factory=dict)
    invalidas: list[str] = field(default_factory=list)
    max_afectadas: int | None = None
    """Solo con ``handling=strict``: sin él, PostgREST no la aplica."""

    @property
    def estricta(self) -> bool:
        """Si lo que no se entiende es un error."""
        return self.valores.get("handling") == "strict"

    @property
    def zona(self) -> str | None:
        """La zona horaria pedida."""
        return self.valores.get("timezone")

    @property
    def completa(self) -> bool:
        """Si se regresan las filas escritas."""
        return self.valores.get("return") == "representation"

    @property
    def cuenta(self) -> bool:
        """Si se cuentan las filas de una escritura o una función: ahí ``planned`` no vale."""
        return self.valores.get("count") in ("exact", "estimated")

    def quitar_zona(self) -> None:
        """La zona no existe en PostgreSQL: es una preferencia inválida más."""
        self.invalidas.append("=".join(("timezone", self.valores.pop("timezone"))))

    def exigir_validas(self) -> None:
        """Raises: ErrorApi: PGRST122 si hay inválidas con ``handling=strict``."""
        if self.estricta and self.invalidas:
            raise errores.preferencias(self.invalidas)

    def aplicadas(self, cuales: Sequence[str]) -> str:
        """Las de ``cuales`` que se atendieron, como texto de ``Preference-Applied``."""
        return ", ".join(f"{k}={self.valores[k]}" for k in _ORDEN if k in cuales and k in self.valores)


def leer_preferencias(encabezado: str, *, tx_admitida: bool = False) -> Preferencias:
    """Lee ``Prefer``. ``tx`` se entiende siempre, pero solo se atiende si ``tx_admitida``."""
    salida = Preferencias()
    maxima: str | None = None
    for trozo in (t.strip() for t in encabezado.split(",")):
        if not trozo:
            continue
        clave, igual, valor = trozo.partition("=")
        if igual and valor in _ADMITIDAS.get(clave, ()):
            if clave != "tx" or tx_admitida:
                salida.valores.setdefault(clave, valor)
        elif igual and clave == "timezone":
            salida.valores.setdefault("timezone", valor)
        elif igual and clave == "max-affected":
            maxima = valor if maxima is None else maxima
        else:
            salida.invalidas.append(trozo)
    if maxima is not None and salida.estricta and maxima.isascii() and maxima.isdigit() and len(maxima) < 19:
        salida.max_afectadas = int(maxima)
        salida.valores["max-affected"] = maxima
    return salida
