"""Una Nora conectada a un Google Ads de mentira en loopback."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from dobles.google_falso import (
    CLIENTE,
    DESARROLLADOR,
    SECRETO,
    CuentaFalsa,
    GoogleFalso,
    cuenta_con_datos,
)
from flask import Flask

from app_config import Config
from clientes.aura.routes.panel_cliente_google_ads import (
    conexion,
    consultas,
    consultas_sincronizacion,
    cuentas,
    sincronizacion,
)
from clientes.aura.routes.panel_cliente_google_ads.ads import Ads
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

AHORA = datetime(2026, 11, 20, 18, tzinfo=UTC)
HOY = date(2026, 11, 20)
NORA = "marea"


@pytest.fixture
def config(base: DireccionesPostgres, tmp_path: Path, google: GoogleFalso) -> Config:
    return Config(
        ENTORNO="pruebas",
        SUPABASE_DB_URL=base.servicio,
        NORA_DATOS=tmp_path / "datos",
        GOOGLE_ADS_ENDPOINT=google.endpoint,
        GOOGLE_ADS_TOKEN_URL=google.token_url,
        GOOGLE_OAUTH_URL="https://cuentas.google.prueba/auth",
        GOOGLE_ADS_DEVELOPER_TOKEN=DESARROLLADOR,
        GOOGLE_ADS_CLIENT_ID=CLIENTE,
        GOOGLE_ADS_CLIENT_SECRET=SECRETO,
    )


@dataclass
class Lugar:
    """Una Nora conectada a Google. `esperas`: lo que se esperó, sin esperarlo."""

    nora: str
    google: GoogleFalso
    esperas: list[float] = field(default_factory=list)
    ahora: datetime = AHORA

    def crear(self, token: str) -> Ads:
        return Ads(token, self.esperas.append)

    @property
    def medios(self) -> sincronizacion.Medios:
        return sincronizacion.Medios(crear=self.crear, reloj=lambda: self.ahora, esperar=self.esperas.append)

    def cuenta(self, dias: int = 10, numero: str = "1111111111", **mas: Any) -> tuple[CuentaFalsa, str]:
        """Siembra una cuenta con `dias` que acaban hoy, la trae y la vincula. (cuenta, id de aquí)."""
        sembrada = cuenta_con_datos(numero, f"Cuenta {numero}", HOY, dias, **mas)
        self.google.poner(sembrada)
        cuentas.traer(self.nora, self.ahora, self.crear)
        fila = next(c for c in consultas.leer_cuentas(self.nora) if c["externo_id"] == numero)
        consultas.usar_cuenta(self.nora, fila["id"], "vinculada")
        return sembrada, fila["id"]

    def pedir(self, cuenta_id: str, dias: int | None = None) -> str:
        """Pide leer una cuenta; con `dias`, solo esos."""
        desde = HOY - timedelta(days=dias - 1) if dias else None
        return consultas.pedir_sincronizacion(self.nora, cuenta_id, HOY, desde, 90, None)

    def correr(self, sincronizacion_id: str) -> str:
        """Corre una; devuelve en qué quedó."""
        tomada = consultas_sincronizacion.tomar(self.nora, self.ahora, sincronizacion_id)
        assert tomada is not None, "nadie más la tiene"
        return sincronizacion.correr(self.nora, tomada, self.medios)

    def leer(self, sincronizacion_id: str) -> Any:
        return consultas.leer_sincronizacion(self.nora, sincronizacion_id)

    def dias(self) -> list[dict[str, Any]]:
        """Todo lo guardado, de mil en mil (el tope de la API)."""
        hechas: list[dict[str, Any]] = []
        while True:
            tanda = filas(
                supabase.table("google_ads_dias")
                .select("*")
                .eq("nombre_nora", self.nora)
                .order("dia")
                .order("nivel")
                .order("campana_id")
                .order("clave")
                .range(len(hechas), len(hechas) + 999)
            )
            hechas += tanda
            if len(tanda) < 1000:
                return hechas

    def alertas(self) -> list[dict[str, Any]]:
        return filas(supabase.table("google_ads_alertas").select("*").eq("nombre_nora", self.nora))


@pytest.fixture
def lugar(app: Flask, crear_nora: Callable[..., str], google: GoogleFalso) -> Lugar:
    crear_nora(NORA)
    conexion.conectar(NORA, "renovacion-1", None, None, AHORA)
    return Lugar(NORA, google)


__all__ = ["AHORA", "HOY", "NORA", "Lugar"]
