"""Lo que se escribe en los anuncios de Meta. Los errores quedan junto a su campo."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DecimalField, PasswordField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from .conexion import LARGO_MAXIMO_TOKEN
from .modelos import Ajustes, ParaAjustes

MONEDAS = ("MXN", "USD", "EUR", "CAD", "COP", "CLP", "ARS", "PEN", "GTQ", "CRC", "BRL")


class FormularioToken(FlaskForm):
    """Un token de usuario del sistema, pegado."""

    token = PasswordField(
        "Token de usuario del sistema",
        validators=[
            DataRequired("Pega el token."),
            Length(max=LARGO_MAXIMO_TOKEN, message="Eso es más largo que un token de Meta."),
        ],
    )


class FormularioQuitar(FlaskForm):
    """El nombre de la cuenta, para estar seguros."""

    nombre = StringField("Nombre de la cuenta", validators=[DataRequired("Escribe el nombre de la cuenta.")])


class FormularioAjustes(FlaskForm):
    """Presupuesto del mes y cómo se sabe que alguien compró."""

    presupuesto_mensual = DecimalField(
        "Presupuesto del mes",
        places=2,
        validators=[
            Optional(),
            NumberRange(min=1, max=999_999_999, message="Escribe una cantidad mayor que cero, sin comas."),
        ],
    )
    moneda = SelectField("Moneda", choices=[SelectChoice(m, m) for m in MONEDAS], default="MXN")
    etiqueta_venta_id = SelectField("Etiqueta de quien ya compró", choices=[])
    campo_monto_id = SelectField("Campo con lo que pagó", choices=[])

    def con(self, opciones: ParaAjustes) -> FormularioAjustes:
        """Pone entre qué se elige."""
        self.etiqueta_venta_id.choices = [SelectChoice("", "Ninguna")] + [
            SelectChoice(e.id, e.nombre) for e in opciones.etiquetas
        ]
        self.campo_monto_id.choices = [SelectChoice("", "Ninguno")] + [
            SelectChoice(c.id, c.nombre) for c in opciones.campos
        ]
        return self

    def ajustes(self) -> Ajustes:
        """Lo escrito."""
        return Ajustes(
            presupuesto_mensual=self.presupuesto_mensual.data,
            moneda=self.moneda.data,
            etiqueta_venta_id=self.etiqueta_venta_id.data or None,
            campo_monto_id=self.campo_monto_id.data or None,
        )
