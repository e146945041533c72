"""Una Nora, una dueña y un Meta de mentira en loopback para cada prueba de anuncios."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dobles.meta_falso import Cuenta, MetaFalso, Token, meta_falso, sembrar
from flask import Flask

from app_config import Config
from clientes.aura.routes.panel_cliente_meta_ads import (
    conexion,
    consultas,
    consultas_sincronizacion,
    cuentas,
    sincronizacion,
)
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

AHORA = datetime(2026, 11, 20, 18, tzinfo=UTC)
HOY = date(2026, 11, 20)
NORA = "marea"


@pytest.fixture
def meta() -> Iterator[MetaFalso]:
    with meta_falso() as doble:
        yield doble


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path, meta: MetaFalso) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        META_GRAPH_URL=meta.url,
        META_OAUTH_URL=meta.url,
        META_APP_ID=meta.app_id,
        META_APP_SECRET=meta.app_secret,
    )


@dataclass
class Lugar:
    """Una Nora conectada a Meta. `esperas`: lo que se esperó, sin esperarlo."""

    nora: str
    meta: MetaFalso
    esperas: list[float] = field(default_factory=list)
    ahora: datetime = AHORA

    @property
    def medios(self) -> sincronizacion.Medios:
        from clientes.aura.routes.panel_cliente_meta_ads.graph import Graph

        def esperar(segundos: float) -> None:
            self.esperas.append(segundos)

        return sincronizacion.Medios(
            crear=lambda token: Graph(token, esperar), reloj=lambda: self.ahora, esperar=esperar
        )

    def cuenta(
        self, dias: int = 14, anuncios: int = 4, cuenta: str = "act_1001", **mas: Any
    ) -> tuple[Cuenta, str]:
        """Siembra una cuenta en Meta con `dias` que acaban hoy, la trae y la vincula. (cuenta, id de aquí)."""
        sembrada = sembrar(self.meta, HOY - timedelta(days=dias - 1), dias, anuncios, cuenta, **mas)
        cuentas.traer(self.nora, self.ahora)
        fila = next(c for c in consultas.leer_cuentas(self.nora) if c["externo_id"] == cuenta)
        consultas.usar_cuenta(self.nora, fila["id"], "vinculada")
        return sembrada, fila["id"]

    def pedir(self, cuenta_id: str, desde: date | None = None) -> str:
        """Pide leer una cuenta; la primera vez, sin decir desde cuándo, solo una semana."""
        fila = next(c for c in consultas.leer_cuentas(self.nora) if c["id"] == cuenta_id)
        desde = desde or (None if fila["ultimo_dia"] else HOY - timedelta(days=6))
        return consultas.pedir_sincronizacion(self.nora, cuenta_id, HOY, desde, 90, None)

    def correr(self, sincronizacion_id: str) -> str:
        """Corre una; devuelve en qué quedó."""
        tomada = consultas_sincronizacion.tomar(self.nora, self.ahora, sincronizacion_id)
        assert tomada is not None, "nadie más la tiene"
        return sincronizacion.correr(self.nora, tomada, self.medios)

    def leer(self, sincronizacion_id: str) -> Any:
        return consultas.leer_sincronizacion(self.nora, sincronizacion_id)

    def dias(self) -> list[dict[str, Any]]:
        return filas(
            supabase.table("meta_ads_dias").select("*").eq("nombre_nora", self.nora).order("dia").limit(1000)
        )

    def alertas(self) -> list[dict[str, Any]]:
        return filas(supabase.table("meta_ads_alertas").select("*").eq("nombre_nora", self.nora))


@pytest.fixture
def lugar(app: Flask, crear_nora: Callable[..., str], meta: MetaFalso) -> Lugar:
    crear_nora(NORA)
    conexion.conectar(NORA, "EAA-bueno", "sistema", None, AHORA)
    return Lugar(NORA, meta)


__all__ = ["AHORA", "HOY", "NORA", "Lugar", "Token"]
