"""Personas: cuentas, en qué Noras trabajan, entrada y auditoría."""
