"""El dominio sin Flask: una base recién clonada y un negocio."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from app_config import Config
from clientes.aura.conversacion import consultas
from clientes.aura.conversacion.modelos import Recibido
from clientes.aura.supabase_local import DireccionesPostgres, crear_api
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase, usar_conexion
from clientes.aura.utils.supabase_helpers import ejecutar, filas
from clientes.aura.utils.webhook_utils import leer_entrante

_sids = itertools.count(1)


class Dominio:
    """Una Nora y lo que se le puede hacer en una prueba."""

    def __init__(self, nombre_nora: str) -> None:
        self.nora = nombre_nora

    def escribe(
        self, texto: str, *, de: str = "whatsapp:+5216621234567", sid: str = "", **campos: str
    ) -> Recibido:
        """Un mensaje del cliente."""
        entrante = leer_entrante(
            {"MessageSid": sid or f"SM{next(_sids):032d}", "From": de, "Body": texto, **campos}
        )
        return consultas.recibir_mensaje(self.nora, "whatsapp", entrante)

    def sin_archivos(self) -> None:
        """Como si el proveedor nunca diera lo que está en camino: el turno ya no lo espera."""
        perdido = {"estado": "fallido", "motivo": "No llegó."}
        de_esta = supabase.table("medios").update(perdido).eq("nombre_nora", self.nora)
        ejecutar(de_esta.eq("estado", "pendiente"))
        voces = supabase.table("medios").update({"voz": "fallida"}).eq("nombre_nora", self.nora)
        ejecutar(voces.eq("voz", "pendiente"))

    def ensena(self, titulo: str, contenido: str) -> None:
        """Un bloque de conocimiento."""
        fila = {"nombre_nora": self.nora, "titulo": titulo, "contenido": contenido}
        ejecutar(supabase.table("conocimiento_nora").insert(fila))

    def cambia(self, **columnas: Any) -> None:
        """Cambia la fila de la Nora."""
        ejecutar(supabase.table("configuracion_bot").update(columnas).eq("nombre_nora", self.nora))

    def tabla(self, tabla: str) -> list[dict[str, Any]]:
        """Las filas de una tabla de esta Nora."""
        return filas(supabase.table(tabla).select("*").eq("nombre_nora", self.nora))

    def dichos(self) -> list[str]:
        """Lo que Nora ha contestado, en orden."""
        return [
            m["texto"]
            for m in sorted(self.tabla("mensajes"), key=lambda m: m["id"])
            if m["sentido"] == "saliente"
        ]

    def salientes(self) -> list[dict[str, Any]]:
        """El buzón de salida, en orden."""
        return sorted(self.tabla("mensajes_salientes"), key=lambda s: s["id"])


@pytest.fixture
def conexion(config: Config, base: DireccionesPostgres) -> Iterator[ConexionSupabase]:
    """La conexión del proceso sobre la base de esta prueba."""
    nueva = ConexionSupabase(
        config,
        crear_api(base.api, jwt_secreto=config.SUPABASE_JWT_SECRET, archivos=config.NORA_DATOS / "archivos"),
    )
    usar_conexion(nueva)
    yield nueva
    nueva.cerrar()


@pytest.fixture
def crear_dominio(conexion: ConexionSupabase) -> Callable[..., Dominio]:
    """`crear_dominio("marea", **columnas)`."""
    numeros = itertools.count(1)

    def crear(nombre: str = "marea", **columnas: Any) -> Dominio:
        fila = {
            "nombre_nora": nombre,
            "nombre_visible": nombre.title(),
            "numero_nora": f"+1555000{next(numeros):04d}",
            "silencio_segundos": 0,
            "mensaje_bienvenida": "¡Hola! Soy la asistente.",
            **columnas,
        }
        ejecutar(supabase.table("configuracion_bot").insert(fila))
        return Dominio(nombre)

    return crear


@pytest.fixture
def nora(crear_dominio: Callable[..., Dominio]) -> Dominio:
    """Una Nora que contesta sin esperar."""
    return crear_dominio()
