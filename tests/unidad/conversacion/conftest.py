"""El dominio sin Flask."""

from apoyo.dominio import conexion, crear_dominio, nora

__all__ = ["conexion", "crear_dominio", "nora"]
