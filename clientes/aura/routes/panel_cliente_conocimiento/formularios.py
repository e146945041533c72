"""Lo que se escribe al enseñar algo. Los errores quedan junto a su campo."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...utils.validators import limpiar_texto

ETIQUETAS_POR_BLOQUE = 8
LARGO_ETIQUETA = 40
LARGO_TITULO = 120
LARGO_CONTENIDO = 4000
LARGO_PREGUNTA = 600


def _limpio(texto: str | None) -> str:
    # El navegador manda los saltos de línea como CRLF; a WhatsApp le basta con LF.
    return limpiar_texto(texto or "").replace("\r\n", "\n").strip()


class FormularioBloque(FlaskForm):
    """Escribir o cambiar un bloque."""

    titulo = StringField(
        "Tema",
        filters=[_limpio],
        validators=[
            DataRequired("Ponle un nombre corto, como «Horario»."),
            Length(max=LARGO_TITULO, message="Caben 120 letras."),
        ],
    )
    contenido = TextAreaField(
        "Lo que Nora debe responder",
        filters=[_limpio],
        validators=[
            DataRequired("Escribe la respuesta."),
            Length(max=LARGO_CONTENIDO, message="Caben 4,000 letras. Divide el tema en dos."),
        ],
    )
    etiquetas = SelectMultipleField(
        "Etiquetas", widget=ListWidget(), option_widget=CheckboxInput(), validate_choice=False, choices=[]
    )
    etiqueta_nueva = StringField("Etiqueta nueva", filters=[_limpio])

    def validate_etiqueta_nueva(self, campo: Any) -> None:
        """Que quepan, y que no sean demasiadas."""
        if any(len(nombre) > LARGO_ETIQUETA for nombre in self.todas_las_etiquetas()):
            raise ValidationError(
                f"Una etiqueta lleva {LARGO_ETIQUETA} letras como mucho; sepáralas con comas."
            )
        if len(self.todas_las_etiquetas()) > ETIQUETAS_POR_BLOQUE:
            raise ValidationError(f"Un tema lleva {ETIQUETAS_POR_BLOQUE} etiquetas como mucho.")

    def todas_las_etiquetas(self) -> list[str]:
        """Las elegidas y las nuevas; «Precios» y «precios» son la misma y gana la que ya estaba."""
        nuevas = (self.etiqueta_nueva.data or "").split(",")
        por_clave: dict[str, str] = {}
        for nombre in map(_limpio, [*(self.etiquetas.data or []), *nuevas]):
            if nombre:
                por_clave.setdefault(nombre.casefold(), nombre)
        return list(por_clave.values())


class FormularioPrueba(FlaskForm):
    """La caja «¿Qué respondería Nora?»."""

    pregunta = StringField(
        "Pregunta como lo haría un cliente",
        filters=[_limpio],
        validators=[
            DataRequired("Escribe una pregunta."),
            Length(max=LARGO_PREGUNTA, message="Caben 600 letras."),
        ],
    )
