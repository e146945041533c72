"""Scripts de mantenimiento: `python -m clientes.aura.scripts.NOMBRE --help`."""
