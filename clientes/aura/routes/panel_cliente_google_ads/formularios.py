"""Lo que se escribe en los anuncios de Google. Los errores quedan junto a su campo."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired


class FormularioQuitar(FlaskForm):
    """El nombre de la cuenta, para estar seguros."""

    nombre = StringField("Nombre de la cuenta", validators=[DataRequired("Escribe el nombre de la cuenta.")])
