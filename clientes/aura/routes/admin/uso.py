"""Uso y costo de cada Nora en un mes: mensajes, tokens y pesos, contra su tope."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from flask import render_template, request, url_for

from . import consultas_uso as consultas
from .consultas_uso import Gasto, UsoDeNora

# La de la instalación, como el programador: el mes de todas las Noras es el mismo.
ZONA = ZoneInfo("America/Hermosillo")
POR_PAGINA = 40
EN_EL_TABLERO = 4
MESES = (
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
)


def mes() -> str:
    """La página: los totales y una fila por Nora, la que más gasta primero."""
    hoy = datetime.now(ZONA).date()
    primero = _mes_pedido(request.args.get("mes", ""), hoy)
    siguiente = _sumar_mes(primero, 1)
    usos = consultas.uso_del_mes(_en_zona(primero), _en_zona(siguiente))
    pagina = max(1, request.args.get("pagina", 1, type=int))
    inicio = (pagina - 1) * POR_PAGINA
    nombre = f"{primero:%Y-%m}"
    return render_template(
        "admin/uso.html",
        titulo_mes=f"{MESES[primero.month - 1]} de {primero.year}",
        renglones=usos[inicio : inicio + POR_PAGINA],
        usos=usos,
        en_tope=sum(uso.parte >= 80 for uso in usos),
        mes_anterior=url_for("admin.uso", mes=f"{_sumar_mes(primero, -1):%Y-%m}"),
        mes_siguiente=url_for("admin.uso", mes=f"{siguiente:%Y-%m}") if siguiente <= hoy else None,
        anterior=url_for("admin.uso", mes=nombre, pagina=pagina - 1) if pagina > 1 else None,
        siguiente=url_for("admin.uso", mes=nombre, pagina=pagina + 1)
        if inicio + POR_PAGINA < len(usos)
        else None,
    )


def de_una(nombre_nora: str) -> UsoDeNora | None:
    """Lo que una Nora lleva este mes; None si ya no existe."""
    return consultas.uso_de_nora(nombre_nora, *_este_mes())


def gasto() -> Gasto:
    """Lo que llevan gastado todas este mes."""
    return consultas.gasto_del_mes(*_este_mes(), EN_EL_TABLERO)


def _este_mes() -> tuple[datetime, datetime]:
    primero = datetime.now(ZONA).date().replace(day=1)
    return _en_zona(primero), _en_zona(_sumar_mes(primero, 1))


def _mes_pedido(texto: str, hoy: date) -> date:
    """El día uno del mes escrito como 2026-11; el de hoy si no se entiende o no ha llegado."""
    try:
        pedido = date.fromisoformat(f"{texto}-01")
    except ValueError:
        return hoy.replace(day=1)
    return min(pedido, hoy.replace(day=1)) if pedido.year >= 2020 else hoy.replace(day=1)


def _sumar_mes(primero: date, cuantos: int) -> date:
    medio = primero.replace(day=15) + timedelta(days=30 * cuantos)
    return medio.replace(day=1)


def _en_zona(dia: date) -> datetime:
    return datetime(dia.year, dia.month, dia.day, tzinfo=ZONA)
