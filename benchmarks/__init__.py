"""Medidas: cada una imprime una razón contra una referencia con nombre, tomada en la misma corrida."""
