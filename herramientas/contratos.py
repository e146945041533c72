"""Contrato de import-linter: ningún módulo `panel_cliente_*` importa a otro.

El contrato `independence` pide una lista fija y no acepta comodines parciales; este los encuentra solo,
así un módulo nuevo queda cubierto desde que existe su carpeta.
"""

from __future__ import annotations

from grimp import ImportGraph
from importlinter import Contract, ContractCheck, fields, output


class ModulosIndependientes(Contract):
    """Los paquetes de `paquete` cuyo nombre empieza con `prefijo` no se importan entre sí, ni a través de otros."""

    type_name = "modulos_independientes"

    paquete = fields.StringField()
    prefijo = fields.StringField()

    def check(self, graph: ImportGraph, verbose: bool) -> ContractCheck:
        """Busca cadenas directas o indirectas entre cada par."""
        inicio = f"{self.paquete}.{self.prefijo}"
        modulos = sorted(hijo for hijo in graph.find_children(str(self.paquete)) if hijo.startswith(inicio))
        cadenas = [
            cadena
            for desde in modulos
            for hasta in modulos
            if desde != hasta
            for cadena in sorted(graph.find_shortest_chains(importer=desde, imported=hasta, as_packages=True))
        ]
        return ContractCheck(kept=not cadenas, metadata={"cadenas": cadenas, "cuantos": len(modulos)})

    def render_broken_contract(self, check: ContractCheck) -> None:
        """Escribe cada cadena de imports que junta dos módulos."""
        for cadena in check.metadata["cadenas"]:
            output.print_error(" -> ".join(cadena))
            output.new_line()
