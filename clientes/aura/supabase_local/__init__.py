"""Supabase en esta máquina: PostgreSQL embebido y una API que contesta como PostgREST. No sabe nada de Nora."""

from .errores_postgres import ErrorPostgres
from .lugar import binarios_postgres
from .postgres import DireccionesPostgres, ServidorPostgres
from .transporte import ClienteHttp, TransporteLocal
from .wsgi import ApiLocal, crear_api

__all__ = [
    "ApiLocal",
    "ClienteHttp",
    "DireccionesPostgres",
    "ErrorPostgres",
    "ServidorPostgres",
    "TransporteLocal",
    "binarios_postgres",
    "crear_api",
]
