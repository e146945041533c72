"""El menú y sus opciones como se escriben."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from ...conversacion.texto import plano
from .formularios import _limpio, _opciones, _una_de

ACCIONES = [
    ("texto", "Contestar un texto"),
    ("bloque", "Contestar con un tema"),
    ("formulario", "Empezar un formulario"),
    ("submenu", "Abrir otro menú"),
    ("persona", "Pasar a una persona"),
]
TITULO_MAXIMO = 60
LARGO_DE_FILA = 24  # con más letras WhatsApp no la muestra como opción que se toca


class FormularioMenu(FlaskForm):
    """Cómo se ofrece el menú."""

    activo = BooleanField("Nora ofrece el menú")
    encabezado = TextAreaField(
        "Lo que pregunta",
        filters=[_limpio],
        validators=[DataRequired("Escribe qué pregunta."), Length(max=280, message="Caben 280 letras.")],
    )
    palabras = TextAreaField("Palabras que lo abren", filters=[_limpio])
    boton = StringField(
        "Botón que abre la lista",
        filters=[_limpio],
        validators=[DataRequired("Escribe el botón."), Length(max=20, message="Caben 20 letras.")],
    )
    al_saludar = BooleanField("Mostrarlo con la bienvenida, a quien solo saluda")

    def validate_palabras(self, campo: Any) -> None:
        """Que quepan y digan algo."""
        if len(self.lista()) > 20:
            raise ValidationError("Caben 20.")
        if any(not plano(una) or len(una) > 80 for una in self.lista()):
            raise ValidationError("Hay un renglón sin letras, o muy largo.")

    def lista(self) -> list[str]:
        """Una por renglón, sin repetidas."""
        renglones = [una.strip() for una in (self.palabras.data or "").split("\n")]
        return list(dict.fromkeys(una for una in renglones if una))


class FormularioOpcion(FlaskForm):
    """Una opción y a qué lleva."""

    titulo = StringField(
        "Opción",
        filters=[_limpio],
        validators=[
            DataRequired("Escribe cómo se llama."),
            Length(max=TITULO_MAXIMO, message=f"Caben {TITULO_MAXIMO} letras."),
        ],
    )
    descripcion = StringField(
        "Descripción", filters=[_limpio], validators=[Length(max=72, message="Caben 72 letras.")]
    )
    accion = SelectField(
        "Al elegirla", choices=_opciones(ACCIONES), validate_choice=False, validators=[_una_de(ACCIONES)]
    )
    texto = TextAreaField(
        "Texto", filters=[_limpio], validators=[Length(max=1200, message="Caben 1,200 letras.")]
    )
    bloque_id = SelectField("Tema de Conocimiento", validators=[Optional()])
    formulario_id = SelectField("Formulario", validators=[Optional()])

    def ofrecer(self, bloques: list[tuple[str, str]], formularios: list[tuple[str, str]]) -> None:
        """A qué puede llevar en esta Nora."""
        self.bloque_id.choices = [("", "Elige uno"), *bloques]
        self.formulario_id.choices = [("", "Elige uno"), *formularios]

    def validate_texto(self, campo: Any) -> None:
        """Si contesta un texto, que lo haya."""
        if self.accion.data == "texto" and not campo.data:
            raise ValidationError("Escribe lo que contesta.")

    def validate_titulo(self, campo: Any) -> None:
        """Que se pueda elegir escribiéndola."""
        if campo.data and not plano(campo.data):
            raise ValidationError("Lleva al menos una letra.")

    def columnas(self) -> dict[str, Any]:
        """Lo que se guarda; lo que no va con su acción se vacía.

        Raises:
            KeyError: nunca; `validate` ya revisó la acción.
        """
        accion = self.accion.data
        return {
            "titulo": self.titulo.data,
            "descripcion": self.descripcion.data or "",
            "accion": accion,
            "texto": (self.texto.data or "") if accion in ("texto", "submenu") else "",
            "bloque_id": self.bloque_id.data or None if accion == "bloque" else None,
            "formulario_id": self.formulario_id.data or None if accion == "formulario" else None,
        }

    def falta_destino(self) -> bool:
        """Si dice que lleva a un bloque o formulario y no se eligió cuál; deja el error junto al campo."""
        for accion, campo in (("bloque", self.bloque_id), ("formulario", self.formulario_id)):
            if self.accion.data == accion and not campo.data:
                campo.errors = ["Elige a cuál lleva."]
                return True
        return False
