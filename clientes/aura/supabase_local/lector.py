"""Un cursor sobre texto con los trozos comunes de la gramática: nombres, comillas y caminos JSON."""

from __future__ import annotations

from typing import NoReturn

from . import errores
from .arbol import Campo, PasoJson

# Más hondo que esto no lo escribe nadie y cada nivel usa pila de Python.
PROFUNDIDAD_MAXIMA = 60


class Lector:
    """Un cursor sobre un texto, con los trozos comunes de la gramática."""

    def __init__(self, texto: str, de: str, mostrado: str | None = None) -> None:
        self.texto = texto
        self.de = de
        self.mostrado = mostrado
        self.pos = 0
        self.hondura = 0

    def falla(self, esperado: str, *, pos: int | None = None, suelto: bool = False) -> errores.ErrorApi:
        """El PGRST100 de esta posición (o de ``pos``)."""
        donde = self.pos if pos is None else pos
        return errores.analisis(
            self.texto, donde, esperado, de=self.de, mostrado=self.mostrado, suelto=suelto
        )

    def distinto(self, palabra: str, pos: int) -> str:
        """El carácter que a partir de ``pos`` ya no es de ``palabra``; vacío si se acabó el texto."""
        for letra, esperada in zip(self.texto[pos:], palabra, strict=False):
            if letra != esperada:
                return letra
        return self.texto[pos + len(palabra) : pos + len(palabra) + 1]

    def falla_en_palabra(self, palabra: str, esperado: str) -> errores.ErrorApi:
        """El PGRST100 de aquí, que enseña el carácter en que el texto dejó de parecerse a ``palabra``."""
        hallado = self.distinto(palabra, self.pos)
        error = self.falla(esperado)
        nombrado = f'"{hallado}"' if hallado else "end of input"
        error.detalles = f"unexpected {nombrado} expecting {esperado}"
        return error

    def sigue(self, trozo: str) -> bool:
        """Si lo que sigue es ``trozo`` (no avanza)."""
        return self.texto.startswith(trozo, self.pos)

    def come(self, trozo: str) -> bool:
        """Avanza sobre ``trozo`` si es lo que sigue."""
        if self.sigue(trozo):
            self.pos += len(trozo)
            return True
        return False

    def exige(self, trozo: str) -> None:
        """Avanza sobre ``trozo`` o falla."""
        if not self.come(trozo):
            raise self.falla(f'"{trozo}"')

    @property
    def fin(self) -> bool:
        """Si ya no hay texto."""
        return self.pos >= len(self.texto)

    def exige_fin(self) -> None:
        """Falla si queda texto."""
        if not self.fin:
            raise self.falla("end of input")

    def espacios(self) -> None:
        """Salta espacios y tabuladores."""
        while not self.fin and self.texto[self.pos] in " \t":
            self.pos += 1

    def entre_comillas(self) -> str:
        """Un texto entre comillas dobles; la diagonal invertida escapa cualquier carácter."""
        self.exige('"')
        salida: list[str] = []
        while True:
            if self.fin:
                raise self.falla('"\\""')
            letra = self.texto[self.pos]
            self.pos += 1
            if letra == '"':
                return "".join(salida)
            if letra == "\\":
                if self.fin:
                    raise self.falla('"\\""')
                letra = self.texto[self.pos]
                self.pos += 1
            salida.append(letra)

    def citado_entero(self) -> str | None:
        """Un valor entre comillas que termina ahí; ``None`` (sin avanzar) si las comillas son parte del valor."""
        inicio = self.pos
        if not self.sigue('"'):
            return None
        try:
            valor = self.entre_comillas()
        except errores.ErrorApi:
            self.pos = inicio
            return None
        if self.fin or self.texto[self.pos] in ",)":
            return valor
        self.pos = inicio
        return None

    def nombre(self, esperado: str = "field name (* or [a..z0..9_$])") -> str:
        """Un nombre: entre comillas, o letras, dígitos, ``_``, ``$``, espacios y guiones que no son flecha."""
        if self.sigue('"'):
            return self.entre_comillas()
        inicio = self.pos
        while not self.fin:
            letra = self.texto[self.pos]
            es_guion = letra == "-" and not self.sigue("->") and self.pos > inicio
            if not (letra.isalnum() or letra in "_ $" or es_guion):
                break
            self.pos += 1
        hallado = self.texto[inicio : self.pos].strip()
        if not hallado or hallado.endswith("-"):
            raise self.falla(esperado)
        return hallado

    def identificador(self, esperado: str) -> str:
        """Letras, dígitos, ``_``, ``$`` y espacios, sin comillas: un tipo, un diccionario o un agregado."""
        inicio = self.pos
        while not self.fin and (self.texto[self.pos].isalnum() or self.texto[self.pos] in "_ $"):
            self.pos += 1
        hallado = self.texto[inicio : self.pos].strip()
        if not hallado:
            raise self.falla(esperado)
        return hallado

    def pasos_json(self) -> tuple[PasoJson, ...]:
        """Cero o más ``->x`` / ``->>x``."""
        pasos: list[PasoJson] = []
        while self.sigue("->"):
            self.come("->")
            texto = self.come(">")
            pasos.append(PasoJson(self._clave_json(), texto))
        return tuple(pasos)

    def _clave_json(self) -> str | int:
        if self.sigue('"'):
            return self.entre_comillas()
        inicio = self.pos
        while not self.fin:
            letra = self.texto[self.pos]
            if letra in "(:.,>)" or self.sigue("->"):
                break
            self.pos += 1
        clave = self.texto[inicio : self.pos].strip()
        if not clave:
            raise self.falla('"-", digit or any non reserved character different from: .,>()', pos=inicio)
        cifras = clave.removeprefix("-")
        if cifras.isascii() and cifras.isdigit():
            return int(clave)
        if clave != cifras:
            self._rechazar_posicion(inicio + 1)
        return clave

    def _rechazar_posicion(self, pos: int) -> NoReturn:
        """Después de un signo solo van cifras."""
        primera = pos
        while pos < len(self.texto) and self.texto[pos] in "0123456789":
            pos += 1
        if pos == primera:
            raise self.falla("digit", pos=pos)
        raise self.falla('digit, "->", "::", ".", "," or end of input', pos=pos, suelto=True)

    def campo(self) -> Campo:
        """Un nombre con su camino JSON."""
        nombre = self.nombre()
        return Campo(nombre, self.pasos_json())

    def baja(self) -> None:
        """Entra un nivel de anidamiento."""
        self.hondura += 1
        if self.hondura > PROFUNDIDAD_MAXIMA:
            raise self.falla("less nesting")

    def sube(self) -> None:
        """Sale de un nivel."""
        self.hondura -= 1
