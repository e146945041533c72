"""La ficha del contacto vuelta texto: para el modelo, entera; para la guardia, sin lo que el propio cliente dijo."""

from __future__ import annotations

from .consultas_asistente import Ficha

# Así empieza lo que el modelo anotó de boca del cliente.
DICHO_POR_EL = "Dice: "


def para_el_modelo(ficha: Ficha) -> str:
    """Lo que se sabe del contacto, un dato por renglón."""
    renglones = [f"Nombre: {ficha.nombre}" if ficha.nombre else ""]
    renglones.append(f"Teléfono: {ficha.telefono}" if ficha.telefono else "")
    renglones.append(f"Correo: {ficha.correo}" if ficha.correo else "")
    renglones.append(f"Etiquetas: {', '.join(ficha.etiquetas)}" if ficha.etiquetas else "")
    renglones.append(f"Notas: {ficha.notas}" if ficha.notas else "")
    return "\n".join(filter(None, renglones))


def para_la_guardia(ficha: Ficha) -> str:
    """Lo que consta de verdad. Sin el nombre, que se lo pone cada quien en WhatsApp, ni lo anotado de su boca."""
    notas = "\n".join(r for r in ficha.notas.splitlines() if not r.startswith(DICHO_POR_EL))
    return "\n".join(filter(None, (ficha.telefono or "", ficha.correo, ", ".join(ficha.etiquetas), notas)))
