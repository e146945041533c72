"""Un cursor sobre texto con los trozos comunes de la gramática: nombres, comillas y caminos JSON."""

from __future__ import annotations

from . import errores
from .arbol import Campo, PasoJson

# Más hondo que esto no lo escribe nadie y cada nivel usa pila de Python.
PROFUNDIDAD_MAXIMA = 60


class Lector:
    """Un cursor sobre un texto, con los trozos comunes de la gramática."""

    def __init__(self, texto: str, de: str) -> None:
        self.texto = texto
        self.de = de
        self.pos = 0
        self.hondura = 0

    def falla(self, esperado: str) -> errores.ErrorApi:
        """El PGRST100 de esta posición."""
        return errores.analisis(self.texto, self.pos, esperado, de=self.de)

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
        """Salta espacios."""
        while not self.fin and self.texto[self.pos] == " ":
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
            raise self.falla("string or digit")
        sin_signo = clave[1:] if clave[0] in "+-" else clave
        if sin_signo.isascii() and sin_signo.isdigit():
            return int(clave)
        if clave[0] in "+-":
            raise self.falla("digit")
        return clave

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
