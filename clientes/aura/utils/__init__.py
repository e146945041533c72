"""Piezas que usan todas las partes y que no saben de ninguna."""
