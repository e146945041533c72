"""Secretos guardados: Fernet con varias claves, la más nueva primero, para poder cambiarlas sin perder nada."""

from __future__ import annotations

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from .errores import ErrorNora


class Cifrador:
    """Cifra y descifra textos.

    Args:
        claves: claves de Fernet, la primera cifra y todas descifran.
    """

    def __init__(self, claves: tuple[str, ...]) -> None:
        self._fernet = MultiFernet([Fernet(clave) for clave in claves])

    def cifrar(self, texto: str) -> str:
        """Texto cifrado, apto para una columna de texto."""
        return self._fernet.encrypt(texto.encode()).decode()

    def descifrar(self, cifrado: str) -> str:
        """El texto original.

        Raises:
            ErrorNora: si ninguna clave lo abre.
        """
        try:
            return self._fernet.decrypt(cifrado.encode()).decode()
        except InvalidToken as error:
            raise ErrorNora(
                "Ninguna clave de NORA_CLAVES_CIFRADO abre un secreto guardado.",
                que_hacer="Agrega la clave con que se guardó, o vuelve a escribir el secreto.",
            ) from error
