"""La lista de reportes y a quién se avisa, en Supabase."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ...anuncios.fuente import Llegados
from ...anuncios.leidos import CuentaLeida
from ...anuncios.periodos import Periodo
from ...reportes.modelos import Ajustes, Lista
from ...utils.supabase_client import supabase_de_nora
from ...utils.supabase_helpers import Fila, ejecutar, una_fila, valor
from .modelos import ComoSeVende, ParaVentas


def lista(nombre_nora: str, antes: date | None, alcance: str, semanas: int) -> Lista:
    """Los reportes de unas semanas, de la más nueva a la más vieja."""
    argumentos = {
        "p_antes": antes.isoformat() if antes else None,
        "p_alcance": alcance,
        "p_semanas": semanas,
    }
    return Lista.model_validate(valor(supabase_de_nora(nombre_nora).rpc("reportes_lista", argumentos)))


@dataclass(frozen=True)
class Juntos:
    """Lo de todas las redes. `cuentas`: por red; `todos`: None si no se ha dicho quién compró."""

    cuentas: dict[str, list[CuentaLeida]]
    llegados: Llegados
    todos: int | None
    monto: Decimal


def juntos(nombre_nora: str, periodo: Periodo, antes: Periodo) -> Juntos:
    """Las cuentas vinculadas de todas las redes en un lapso contra otro, y quién compró."""
    argumentos = {
        "p_desde": periodo.desde.isoformat(),
        "p_hasta": periodo.hasta.isoformat(),
        "p_antes_desde": antes.desde.isoformat(),
        "p_antes_hasta": antes.hasta.isoformat(),
    }
    leido = valor(supabase_de_nora(nombre_nora).rpc("anuncios_juntos", argumentos))
    embudo, clientes = leido["embudo"], leido["clientes"]
    return Juntos(
        cuentas={
            red: [CuentaLeida.model_validate(una) for una in suyas] for red, suyas in leido["cuentas"].items()
        },
        llegados=Llegados(
            sum(a["conversaciones"] for a in embudo),
            sum(a["ventas"] for a in embudo),
            sum((Decimal(a["monto"]) for a in embudo), Decimal(0)),
        ),
        todos=int(clientes["clientes"]) if clientes["hay_etiqueta"] else None,
        monto=Decimal(clientes["monto"]),
    )


def leer_ajustes(nombre_nora: str) -> Ajustes:
    """A quién se le manda el resumen."""
    fila = una_fila(
        supabase_de_nora(nombre_nora).table("reportes_ajustes").select("*").eq("nombre_nora", nombre_nora)
    )
    return Ajustes.model_validate(fila or {})


def para_ventas(nombre_nora: str) -> ParaVentas:
    """Con qué se sabe quién compró, y entre qué se elige."""
    return ParaVentas.model_validate(valor(supabase_de_nora(nombre_nora).rpc("meta_ads_para_ajustes", {})))


def guardar_ventas(nombre_nora: str, como: ComoSeVende) -> None:
    """La etiqueta y el campo, los mismos para toda red; el presupuesto de Meta no cambia."""
    fila: Fila = {"nombre_nora": nombre_nora, **como.model_dump()}
    ejecutar(supabase_de_nora(nombre_nora).table("meta_ads_ajustes").upsert(fila))


def guardar_ajustes(nombre_nora: str, ajustes: Ajustes) -> None:
    """Cambia a quién se le manda el resumen."""
    fila: Fila = {"nombre_nora": nombre_nora, **ajustes.model_dump()}
    ejecutar(supabase_de_nora(nombre_nora).table("reportes_ajustes").upsert(fila))
