"""Una respuesta automática como se escribe, y la caja de prueba."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange, ValidationError

from ...conversacion.texto import plano
from ...utils.validators import limpiar_texto

DISPARADORES_MAXIMOS = 20
LARGO_DISPARADOR = 80
LARGO_RESPUESTA = 1_200
MODOS = [
    ("contiene", "Trae esas palabras seguidas"),
    ("exacta", "Es solo eso"),
    ("parecida", "Las trae, aunque con errores"),
]
CUANDOS = [
    ("siempre", "Siempre"),
    ("abierto", "Solo con el negocio abierto"),
    ("cerrado", "Solo con el negocio cerrado"),
]


def _limpio(texto: str | None) -> str:
    # El navegador manda los saltos de línea como CRLF; a WhatsApp le basta con LF.
    return limpiar_texto(texto or "").replace("\r\n", "\n").strip()


def _opciones(pares: list[tuple[str, str]]) -> list[Any]:
    return [SelectChoice(valor, texto) for valor, texto in pares]


def _una_de(opciones: list[tuple[str, str]]) -> Any:
    return AnyOf([valor for valor, _ in opciones], message="Elige una de la lista.")


class FormularioRespuesta(FlaskForm):
    """Escribir o cambiar una."""

    nombre = StringField(
        "Nombre",
        filters=[_limpio],
        validators=[
            DataRequired("Ponle un nombre para reconocerla."),
            Length(max=80, message="Caben 80 letras."),
        ],
    )
    disparadores = TextAreaField(
        "Palabras del cliente",
        filters=[_limpio],
        validators=[DataRequired("Escribe al menos una palabra o frase.")],
    )
    modo = SelectField(
        "Se dispara cuando", choices=_opciones(MODOS), validate_choice=False, validators=[_una_de(MODOS)]
    )
    cuando = SelectField(
        "Vale", choices=_opciones(CUANDOS), validate_choice=False, validators=[_una_de(CUANDOS)]
    )
    respuesta = TextAreaField(
        "Lo que Nora contesta",
        filters=[_limpio],
        validators=[
            DataRequired("Escribe la respuesta."),
            Length(max=LARGO_RESPUESTA, message=f"Caben {LARGO_RESPUESTA:,} letras."),
        ],
    )
    orden = IntegerField(
        "Turno", validators=[InputRequired("Escribe un número."), NumberRange(0, 999, "Va de 0 a 999.")]
    )

    def validate_disparadores(self, campo: Any) -> None:
        """Que quepan y que digan algo."""
        lista = self.lista()
        if len(lista) > DISPARADORES_MAXIMOS:
            raise ValidationError(f"Caben {DISPARADORES_MAXIMOS}; haz otra respuesta con las demás.")
        if any(len(uno) > LARGO_DISPARADOR for uno in lista):
            raise ValidationError(f"Cada una lleva {LARGO_DISPARADOR} letras como mucho.")
        if any(not plano(uno) for uno in lista):
            raise ValidationError("Hay un renglón sin letras ni números.")

    def lista(self) -> list[str]:
        """Una por renglón, sin repetidas."""
        renglones = [uno.strip() for uno in (self.disparadores.data or "").split("\n")]
        return list(dict.fromkeys(uno for uno in renglones if uno))


class FormularioPrueba(FlaskForm):
    """Un mensaje como lo escribiría un cliente."""

    mensaje = TextAreaField(
        "Mensaje de un cliente",
        filters=[_limpio],
        validators=[DataRequired("Escribe un mensaje."), Length(max=600, message="Caben 600 letras.")],
    )
