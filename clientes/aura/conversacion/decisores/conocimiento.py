"""Lo que el dueño enseñó: si Nora está segura contesta, si duda ofrece temas, si no sabe deja pasar."""

from __future__ import annotations

from ...ia import conocimiento as saber
from ..modelos import Decision, Fuente, Opcion, Turno
from .bienvenida import quitar_saludo

OPCION_PERSONA = "Hablar con una persona"


def decidir(turno: Turno) -> Decision | None:
    """Usa el mismo motor que la caja de prueba del panel."""
    pregunta = quitar_saludo(turno.texto)
    if not pregunta:
        return None
    resultado = saber.probar(turno.nora.nombre_nora, pregunta)
    fuentes = tuple(Fuente(c.bloque.id, c.bloque.titulo, c.confianza) for c in resultado.elegidos)
    if resultado.tipo == "segura":
        return Decision("conocimiento", texto=resultado.texto, fuentes=fuentes)
    if resultado.tipo == "dudosa":
        temas = [Opcion(numero=n, titulo=f.titulo, bloque_id=f.id) for n, f in enumerate(fuentes, start=1)]
        opciones = (*temas, Opcion(numero=len(temas) + 1, titulo=OPCION_PERSONA))
        return Decision("conocimiento", texto=resultado.texto, fuentes=fuentes, opciones=opciones)
    return None
