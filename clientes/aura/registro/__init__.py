"""Quién está montado y dónde: módulos, Noras y puertas."""
