"""Lo que se escribe en IA. Los errores quedan junto a su campo."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import limpiar_texto, validar_numero


def _limpio(texto: str | None) -> str:
    return limpiar_texto(texto or "").replace("\r\n", "\n").strip()


class Entero(IntegerField):
    """Un número entero; lo que no lo es se dice en español."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Lee lo escrito."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError("Escribe un número.") from error


class Pesos(DecimalField):
    """Una cantidad en pesos; acepta «$1,000»."""

    data: Any

    def process_formdata(self, valuelist: list[str]) -> None:
        """Lee lo escrito; NaN e infinito no son cantidades."""
        try:
            super().process_formdata([valor.replace(",", "").replace("$", "").strip() for valor in valuelist])
            if self.data is not None and not self.data.is_finite():
                raise ValueError
        except ValueError as error:
            self.data = None
            raise ValueError("Escribe una cantidad, como 300.") from error


class FormularioHabla(FlaskForm):
    """Cómo habla Nora. `conversacion` solo sirve para ensayar."""

    personalidad = TextAreaField(
        "Personalidad", filters=[_limpio], validators=[Length(max=1500, message="Caben 1,500 letras.")]
    )
    instrucciones = TextAreaField(
        "Instrucciones", filters=[_limpio], validators=[Length(max=2500, message="Caben 2,500 letras.")]
    )
    modo_respuesta = RadioField(
        "Qué puede contestar",
        choices=[
            SelectChoice("estricto", "Solo lo que le enseñaste"),
            SelectChoice("flexible", "También platicar de temas del negocio"),
        ],
        default="estricto",
    )
    mensaje_fuera_tema = StringField(
        "Qué dice cuando le preguntan otra cosa",
        filters=[_limpio],
        validators=[Length(max=300, message="Caben 300 letras.")],
    )
    cuando_pasar = TextAreaField(
        "Cuándo te pasa la conversación",
        filters=[_limpio],
        validators=[Length(max=1000, message="Caben 1,000 letras.")],
    )
    maximo_palabras = Entero(
        "Palabras por respuesta",
        validators=[
            InputRequired("Escribe un número."),
            NumberRange(20, 200, "De 20 a 200 palabras."),
        ],
    )
    respuestas_por_dia = Entero(
        "Respuestas al día por conversación",
        validators=[
            InputRequired("Escribe un número."),
            NumberRange(1, 500, "De 1 a 500 respuestas."),
        ],
    )
    conversacion = SelectField("Con qué conversación probar", validate_choice=False, choices=[])


class FormularioModelo(FlaskForm):
    """La llave y el modelo propios. La llave en blanco deja la que había."""

    usar_modelo = BooleanField("Nora usa un modelo de IA")
    llave = PasswordField(
        "Llave de OpenAI",
        filters=[_limpio],
        validators=[Length(max=300, message="Esa llave es demasiado larga.")],
    )
    modelo = StringField("Modelo", filters=[_limpio], validators=[Length(max=80, message="Caben 80 letras.")])
    tope_mensual = Pesos(
        "Tope al mes",
        places=2,
        validators=[
            InputRequired("Escribe cuántos pesos."),
            NumberRange(0, 1_000_000, "De 0 a 1,000,000 de pesos."),
        ],
    )
    precio_entrada = Pesos(
        "Entrada",
        validators=[Optional(), NumberRange(0, 100_000, "De 0 a 100,000 pesos.")],
    )
    precio_salida = Pesos(
        "Salida",
        validators=[Optional(), NumberRange(0, 100_000, "De 0 a 100,000 pesos.")],
    )

    def validate_llave(self, campo: Any) -> None:
        """Una llave no lleva espacios: casi siempre es que se pegó de más."""
        if campo.data and (
            any(c.isspace() for c in campo.data) or len(campo.data) < 12 or not campo.data.isascii()
        ):
            raise ValidationError("Esa no parece una llave completa. Cópiala otra vez, sin espacios.")


class FormularioEquipo(FlaskForm):
    """Un teléfono del dueño o de su gente."""

    nombre = StringField(
        "Nombre",
        filters=[_limpio],
        validators=[InputRequired("Escribe su nombre."), Length(max=80, message="Caben 80 letras.")],
    )
    telefono = StringField(
        "WhatsApp", filters=[_limpio], validators=[InputRequired("Escribe su número."), Length(max=30)]
    )

    def validate_telefono(self, campo: Any) -> None:
        """Queda en E.164, como los de los contactos."""
        try:
            campo.data = validar_numero(campo.data, campo="telefono")
        except ErrorDatoInvalido as error:
            raise ValidationError(error.mensaje) from error
