"""Lo que se escribe de un contacto. Los errores quedan junto a su campo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import SelectField, SelectMultipleField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import limpiar_texto, validar_correo, validar_numero
from . import hoja
from .modelos import CampoPropio

ETIQUETAS_POR_CONTACTO = 12
LARGO_ETIQUETA = 40
TIPOS = [
    SelectChoice("texto", "Texto"),
    SelectChoice("numero", "Número"),
    SelectChoice("fecha", "Fecha"),
    SelectChoice("opcion", "Una de varias opciones"),
]


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
        "Para tener siempre presente",
        filters=[_limpio],
        validators=[Length(max=2000, message="Caben 2,000 letras.")],
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


class FormularioNota(FlaskForm):
    """Una nota privada."""

    texto = TextAreaField(
        "Nota nueva",
        filters=[_limpio],
        validators=[DataRequired("Escribe la nota."), Length(max=2000, message="Caben 2,000 letras.")],
    )


class FormularioCampo(FlaskForm):
    """Un campo propio nuevo."""

    nombre = StringField(
        "Cómo se llama",
        filters=[_limpio],
        validators=[DataRequired("Escribe cómo se llama."), Length(max=40, message="Caben 40 letras.")],
    )
    tipo = SelectField("Qué lleva", choices=TIPOS, default="texto")
    opciones = StringField("Opciones, separadas con comas", filters=[_limpio])

    def validate_opciones(self, campo: Any) -> None:
        """Elegir una de una no es elegir."""
        if self.tipo.data == "opcion" and not 2 <= len(self.lista_de_opciones()) <= 30:
            raise ValidationError("Escribe de 2 a 30 opciones, separadas con comas.")

    def lista_de_opciones(self) -> list[str]:
        """Sin repetir; vacía si no es de elegir."""
        if self.tipo.data != "opcion":
            return []
        partes = [parte.strip()[:60] for parte in (self.opciones.data or "").split(",")]
        return list(dict.fromkeys(parte for parte in partes if parte))


class FormularioHoja(FlaskForm):
    """Subir una hoja de contactos."""

    archivo = FileField("Archivo CSV", validators=[FileRequired("Elige el archivo.")])


class FormularioSuprimir(FlaskForm):
    """Borrar todo lo de una persona: se escribe la palabra, para que no sea por accidente."""

    confirmacion = StringField("Escribe BORRAR para confirmar", filters=[_limpio])

    def validate_confirmacion(self, campo: Any) -> None:
        """Tal cual, en mayúsculas o minúsculas."""
        if (campo.data or "").upper() != "BORRAR":
            raise ValidationError("Escribe la palabra BORRAR.")


def leer_propios(
    campos: Sequence[CampoPropio], enviado: Mapping[str, str]
) -> tuple[dict[str, str], dict[str, str]]:
    """(valores limpios por id de campo, errores por id) de los campos `propio-<id>` de un formulario."""
    valores: dict[str, str] = {}
    errores: dict[str, str] = {}
    for campo in campos:
        texto = enviado.get(f"propio-{campo.id}", "")
        try:
            limpio = hoja.validar_propio(campo, texto)
        except ErrorDatoInvalido as error:
            errores[campo.id], limpio = error.mensaje, texto
        if limpio:
            valores[campo.id] = limpio
    return valores, errores


def _o_error(validar: Any, texto: str) -> str:
    try:
        return str(validar(texto))
    except ErrorDatoInvalido as error:
        raise ValidationError(error.mensaje) from error
