"""Vuelve a cifrar los secretos con la clave más nueva: `python -m clientes.aura.scripts.rotar_claves`.

Antes, pon la clave nueva al principio de `NORA_CLAVES_CIFRADO`. Se puede interrumpir y repetir: lo que ya está con la
clave nueva no se toca. Cuando termina sin faltas, la clave anterior ya se puede quitar.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cryptography.fernet import Fernet, InvalidToken
from flask import Flask

from app_config import Config

from ..utils.cifrado import Cifrador
from ..utils.errores import ErrorNora
from . import consultas
from ._comun import Resultado, con_avance, correr, decir, opciones


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si todos quedaron con la clave nueva, 1 si alguno no se pudo abrir."""
    pedido = opciones("Vuelve a cifrar los secretos guardados con la clave más nueva.").parse_args(argumentos)
    return correr(lambda app: rotar(app, simular=pedido.simular), json_al_final=pedido.json)


def rotar(app: Flask, *, simular: bool) -> Resultado:
    """Un secreto que ninguna clave abre se queda como está y se dice cuál es."""
    config: Config = app.extensions["nora_config"]
    cifrador, nueva = Cifrador(config.NORA_CLAVES_CIFRADO), Fernet(config.NORA_CLAVES_CIFRADO[0])
    resultado, al_dia = Resultado(), 0
    for columna in consultas.columnas_cifradas():
        renglones = list(consultas.secretos(columna))
        for renglon in con_avance(renglones, len(renglones), columna.tabla):
            llave, cifrado = str(renglon[columna.llave]), str(renglon[columna.columna])
            if _abre(nueva, cifrado):
                al_dia += 1
                continue
            try:
                secreto = cifrador.descifrar(cifrado)
            except ErrorNora:
                resultado.fallas.append(
                    f"{columna.tabla}.{columna.columna} de {llave}: ninguna clave lo abre."
                )
                continue
            if not simular:
                consultas.cambiar_secreto(columna, llave, cifrado, cifrador.cifrar(secreto))
            resultado.hechos += 1
    verbo = "Se cambiarían" if simular else "Cambiados"
    decir(f"{verbo}: {resultado.hechos}. Ya estaban: {al_dia}. No se abren: {len(resultado.fallas)}.")
    resultado.datos = {"ya_estaban": al_dia}
    return resultado


def _abre(clave: Fernet, cifrado: str) -> bool:
    try:
        clave.decrypt(cifrado.encode())
    except InvalidToken:
        return False
    return True


if __name__ == "__main__":
    sys.exit(main())
