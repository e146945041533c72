"""El negocio de demostración: una Nora inventada con clientes, pláticas y conocimiento, para que toda página enseñe algo."""

from .carga import cargar

__all__ = ["cargar"]
