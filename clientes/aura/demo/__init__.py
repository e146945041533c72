"""El negocio de demostración: una Nora inventada con clientes, pláticas y conocimiento; toda página enseña algo."""

from .carga import cargar

__all__ = ["cargar"]
