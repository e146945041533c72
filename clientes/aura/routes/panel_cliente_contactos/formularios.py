"""Lo que se escribe de un contacto. Los errores quedan junto a su campo."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TelField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import limpiar_texto, validar_correo, validar_numero

ETIQUETAS_POR_CONTACTO = 12
LARGO_ETIQUETA = 40


def _limpio(texto: str | None) -> str:
    return limpiar_texto(texto or "").strip()


class FormularioContacto(FlaskForm):
    """Editar un contacto."""

    nombre = StringField(
        "Nombre", filters=[_limpio], validators=[Length(max=120, message="Caben 120 letras.")]
    )
    telefono = TelField("WhatsApp", filters=[_limpio])
    correo = StringField("Correo", filters=[_limpio])
    notas = TextAreaField(
        "Notas", filters=[_limpio], validators=[Length(max=2000, message="Caben 2,000 letras.")]
    )
    etiquetas = SelectMultipleField(
        "Etiquetas", widget=ListWidget(), option_widget=CheckboxInput(), validate_choice=False, choices=[]
    )
    etiqueta_nueva = StringField("Etiqueta nueva", filters=[_limpio])

    def validate_telefono(self, campo: Any) -> None:
        """Deja el teléfono en E.164."""
        if campo.data:
            campo.data = _o_error(validar_numero, campo.data)

    def validate_correo(self, campo: Any) -> None:
        """Un correo completo, si se escribió."""
        if campo.data:
            campo.data = _o_error(validar_correo, campo.data)

    def validate_etiqueta_nueva(self, campo: Any) -> None:
        """Que quepan, y que no sean demasiadas."""
        if any(len(nombre) > LARGO_ETIQUETA for nombre in self.todas_las_etiquetas()):
            raise ValidationError(
                f"Una etiqueta lleva {LARGO_ETIQUETA} letras como mucho; sepáralas con comas."
            )
        if len(self.todas_las_etiquetas()) > ETIQUETAS_POR_CONTACTO:
            raise ValidationError(f"Un contacto lleva {ETIQUETAS_POR_CONTACTO} etiquetas como mucho.")

    def todas_las_etiquetas(self) -> list[str]:
        """Las elegidas y las nuevas, sin repetir."""
        nuevas = [_limpio(nombre) for nombre in (self.etiqueta_nueva.data or "").split(",")]
        elegidas = [_limpio(nombre) for nombre in self.etiquetas.data or []]
        return list(dict.fromkeys(nombre for nombre in [*elegidas, *nuevas] if nombre))


class FormularioContactoNuevo(FormularioContacto):
    """Crear un contacto: sin nombre ni teléfono no se sabría quién es ni a dónde escribirle."""

    nombre = StringField(
        "Nombre",
        filters=[_limpio],
        validators=[DataRequired("Escribe su nombre."), Length(max=120, message="Caben 120 letras.")],
    )
    telefono = TelField(
        "WhatsApp", filters=[_limpio], validators=[DataRequired("Escribe su número de WhatsApp.")]
    )


def _o_error(validar: Any, texto: str) -> str:
    try:
        return str(validar(texto))
    except ErrorDatoInvalido as error:
        raise ValidationError(error.mensaje) from error
