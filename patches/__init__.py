"""Parches de compatibilidad: uno por archivo, aplicado solo si la versión instalada lo necesita."""
