"""Lo que las páginas de reportes enseñan, ya listo para pintar."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for

from ...anuncios.fuente import FuenteDeAnuncios
from ...registro.noras import NoraRegistrada
from ...reportes import servicio as reportes
from ...reportes.modelos import Ajustes, Enlace, EnLista, Lista, Opcion, Reporte
from ...reportes.presentacion import datos_de
from ...reportes.semanal import fuentes_de
from ...reportes.semanas import Semana, semana_pasada
from ...utils.hojas import sin_formula
from ...utils.supabase_client import conexion_actual
from . import consultas

__all__ = ["ajustes", "como_csv", "datos_de", "enlaces", "guardar_ajustes", "hacer", "lista"]
SEMANAS_POR_PAGINA = 8


@dataclass(frozen=True)
class Pagina:
    """Unas semanas de reportes. `siguiente`: desde cuál sigue, o None."""

    semanas: list[tuple[Semana, list[EnLista]]]
    alcances: tuple[Opcion, ...]
    alcance: str
    siguiente: date | None
    primera: bool

    @property
    def hay(self) -> bool:
        return bool(self.semanas)


def lista(nombre_nora: str, antes: date | None, alcance: str) -> Pagina:
    """Una página de la lista."""
    leida: Lista = consultas.lista(nombre_nora, antes, alcance, SEMANAS_POR_PAGINA)
    por_semana: dict[date, list[EnLista]] = {}
    for reporte in leida.reportes:
        por_semana.setdefault(reporte.semana, []).append(reporte)
    orden = sorted(por_semana, reverse=True)
    quedan = orden[:SEMANAS_POR_PAGINA]
    return Pagina(
        semanas=[(Semana(dia), por_semana[dia]) for dia in quedan],
        alcances=leida.alcances,
        alcance=alcance,
        siguiente=quedan[-1] if len(orden) > SEMANAS_POR_PAGINA else None,
        primera=antes is None,
    )


def hacer(nora: NoraRegistrada, todas: Sequence[FuenteDeAnuncios], ahora: datetime) -> reportes.Hecho:
    """Los de la semana pasada de esta Nora, sin volver a leer las redes: la página no espera minutos."""
    semana = semana_pasada(nora.zona_horaria, ahora)
    return reportes.hacer(nora.nombre_nora, semana, fuentes_de(list(nora.modulos), todas), ahora, leer=False)


@dataclass(frozen=True)
class EnlaceEnPantalla:
    """Un enlace con su dirección; sin ella si ya no abre."""

    enlace: Enlace
    direccion: str
    vigente: bool


def enlaces(reporte: Reporte, ahora: datetime) -> list[EnlaceEnPantalla]:
    """Los de un reporte, primero el más nuevo."""
    publica = conexion_actual().config.URL_PUBLICA
    hechos = []
    for enlace in reporte.enlaces:
        vigente, direccion = enlace.vigente(ahora), ""
        if vigente:
            token = reportes.token_de(enlace.token_cifrado)
            direccion = (
                f"{publica}{url_for('reportes_publicos.ver', token_publico=token)}"
                if publica
                else url_for("reportes_publicos.ver", token_publico=token, _external=True)
            )
        hechos.append(EnlaceEnPantalla(enlace, direccion, vigente))
    return hechos


def ajustes(nombre_nora: str) -> Ajustes:
    """A quién se le manda el resumen."""
    return consultas.leer_ajustes(nombre_nora)


def guardar_ajustes(nombre_nora: str, nuevos: Ajustes) -> None:
    """Los guarda.

    Raises:
        ErrorDatoInvalido: la plantilla ya no existe.
    """
    consultas.guardar_ajustes(nombre_nora, nuevos)


_COLUMNAS = (
    "gasto",
    "impresiones",
    "alcance",
    "clics",
    "clics_enlace",
    "conversaciones",
    "prospectos",
    "compras",
    "conversiones",
    "valor",
    "resultados",
)


def como_csv(reporte: Reporte) -> str:
    """Cada renglón de cada nivel, con su moneda y lo de la semana anterior."""
    hoja = io.StringIO()
    escritor = csv.writer(hoja)
    escritor.writerow(
        ["Nivel", "Red", "id", "Nombre", "Moneda", *_COLUMNAS, *(f"{c}_antes" for c in _COLUMNAS)]
    )
    for bloque in reporte.datos.bloques:
        niveles = {
            "cuenta": bloque.cuentas,
            "campana": bloque.campana,
            "conjunto": bloque.conjunto,
            "anuncio": bloque.anuncio,
            "plataforma": bloque.plataforma,
            "dia": bloque.dia,
        }
        for nivel, renglones in niveles.items():
            for r in renglones:
                cifras: list[Any] = [getattr(r.actual, c) for c in _COLUMNAS]
                cifras += [getattr(r.antes, c) for c in _COLUMNAS]
                escritor.writerow([nivel, r.red, r.clave, sin_formula(r.nombre), bloque.moneda, *cifras])
    return hoja.getvalue()
