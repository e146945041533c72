"""BAJA y ALTA: no recibir más campañas, o volver a recibirlas. Lo que se pregunte se sigue contestando."""

from __future__ import annotations

from ..modelos import Decision, Turno
from ..texto import plano

PALABRAS_BAJA = frozenset({"baja", "stop", "alto", "cancelar suscripcion"})
PALABRAS_ALTA = frozenset({"alta"})

TEXTO_BAJA = (
    "Listo: no te mandaremos más promociones. Si nos escribes, te seguimos contestando. "
    "Para recibirlas otra vez, escribe ALTA."
)
TEXTO_YA_BAJA = "Ya estabas fuera de nuestra lista de promociones. Para volver, escribe ALTA."
TEXTO_ALTA = "Listo: vuelves a recibir nuestras promociones. Para dejar de recibirlas, escribe BAJA."


def decidir(turno: Turno) -> Decision | None:
    """Mira cada burbuja sola: la palabra exacta, sin contar acentos ni mayúsculas; la última manda."""
    pedido: bool | None = None
    for pendiente in turno.pendientes:
        texto = plano(pendiente.texto)
        if texto in PALABRAS_BAJA:
            pedido = True
        elif texto in PALABRAS_ALTA and (turno.de_baja or pedido):
            pedido = False
    if pedido is None:
        return None
    if pedido and turno.de_baja:
        return Decision("baja", texto=TEXTO_YA_BAJA, baja=True, sin_saludo=True)
    return Decision("baja", texto=TEXTO_BAJA if pedido else TEXTO_ALTA, baja=pedido, sin_saludo=True)
