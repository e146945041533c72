"""Lo que se escribe de una etiqueta."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from ...utils.consultas_etiquetas import COLORES
from ...utils.validators import limpiar_texto


def _limpio(texto: str | None) -> str:
    return " ".join(limpiar_texto(texto or "").replace(",", " ").split())


def _regla_limpia(texto: str | None) -> str:
    return " ".join(limpiar_texto(texto or "").split())


class FormularioEtiqueta(FlaskForm):
    """Crear o cambiar una etiqueta. La coma no va en el nombre: con ella se separan varias."""

    nombre = StringField(
        "Nombre",
        filters=[_limpio],
        validators=[DataRequired("Escribe cómo se llama."), Length(max=40, message="Caben 40 letras.")],
    )
    color = RadioField(
        "Color", choices=[SelectChoice(clave, nombre) for clave, nombre in COLORES], default="pizarra"
    )
    regla = TextAreaField(
        "Cuándo se usa",
        filters=[_regla_limpia],
        validators=[Length(max=200, message="Caben 200 letras.")],
    )
