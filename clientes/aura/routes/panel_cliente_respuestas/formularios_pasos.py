"""Un formulario y sus pasos como los escribe el dueño."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from ...conversacion.texto import plano
from .formularios import _limpio, _opciones, _una_de

TIPOS = [
    ("texto", "Texto libre"),
    ("numero", "Número"),
    ("fecha", "Fecha"),
    ("hora", "Hora"),
    ("correo", "Correo"),
    ("telefono", "Teléfono"),
    ("opcion", "Elegir de una lista"),
    ("si_no", "Sí o no"),
]
OPCIONES_MAXIMAS = 10
PASOS_MAXIMOS = 20
DE_LA_FICHA = [
    ("", "Solo en el formulario"),
    ("nombre", "Nombre del contacto"),
    ("correo", "Correo del contacto"),
]


def _renglones(texto: str | None) -> list[str]:
    return list(dict.fromkeys(uno.strip() for uno in (texto or "").split("\n") if uno.strip()))


class FormularioDeFormulario(FlaskForm):
    """Lo que no son los pasos."""

    nombre = StringField(
        "Nombre",
        filters=[_limpio],
        validators=[DataRequired("Ponle un nombre."), Length(max=60, message="Caben 60 letras.")],
    )
    palabras = TextAreaField("Palabras que lo empiezan", filters=[_limpio])
    presentacion = TextAreaField(
        "Antes de la primera pregunta",
        filters=[_limpio],
        validators=[Length(max=600, message="Caben 600 letras.")],
    )
    despedida = TextAreaField(
        "Al terminar", filters=[_limpio], validators=[Length(max=600, message="Caben 600 letras.")]
    )
    vigencia_horas = IntegerField(
        "Horas para terminarlo",
        validators=[
            InputRequired("Escribe cuántas horas."),
            NumberRange(1, 336, "De 1 a 336 horas (14 días)."),
        ],
    )
    avisar = BooleanField("Avisar al equipo cuando alguien lo termine")

    def validate_palabras(self, campo: Any) -> None:
        """Que quepan y digan algo."""
        if len(self.lista()) > 20:
            raise ValidationError("Caben 20.")
        if any(not plano(una) or len(una) > 80 for una in self.lista()):
            raise ValidationError("Hay un renglón sin letras, o muy largo.")

    def lista(self) -> list[str]:
        """Una por renglón, sin repetidas."""
        return _renglones(self.palabras.data)

    def columnas(self) -> dict[str, Any]:
        """Lo que se guarda."""
        return {
            "nombre": self.nombre.data,
            "palabras": self.lista(),
            "presentacion": self.presentacion.data or "",
            "despedida": self.despedida.data or "",
            "vigencia_horas": self.vigencia_horas.data,
            "avisar": bool(self.avisar.data),
        }


class FormularioPaso(FlaskForm):
    """Una pregunta."""

    pregunta = TextAreaField(
        "Pregunta",
        filters=[_limpio],
        validators=[DataRequired("Escribe la pregunta."), Length(max=300, message="Caben 300 letras.")],
    )
    tipo = SelectField(
        "Qué se espera", choices=_opciones(TIPOS), validate_choice=False, validators=[_una_de(TIPOS)]
    )
    opciones = TextAreaField("Opciones", filters=[_limpio])
    opcional = BooleanField("Se puede saltar")
    guardar_en = SelectField("Guardar también en", validators=[Optional()])

    def ofrecer(self, campos: list[tuple[str, str]]) -> None:
        """Dónde se puede guardar en esta Nora."""
        self.guardar_en.choices = [*DE_LA_FICHA, *campos]

    def validate_opciones(self, campo: Any) -> None:
        """Solo si es de lista: de 2 a 10, y que se distingan."""
        if self.tipo.data != "opcion":
            return
        lista = _renglones(campo.data)
        if not 2 <= len(lista) <= OPCIONES_MAXIMAS:
            raise ValidationError(f"Escribe de 2 a {OPCIONES_MAXIMAS}, una por renglón.")
        if any(len(una) > 60 or not plano(una) for una in lista):
            raise ValidationError("Cada una lleva de 1 a 60 letras.")
        if len({plano(una) for una in lista}) < len(lista):
            raise ValidationError("Hay dos que se leen igual.")

    def validate_guardar_en(self, campo: Any) -> None:
        """El correo del contacto solo se llena con un correo."""
        if campo.data == "correo" and self.tipo.data != "correo":
            raise ValidationError("Para guardarlo como correo, la pregunta debe esperar un correo.")

    def paso(self, clave: str) -> dict[str, Any]:
        """Como se guarda dentro del formulario."""
        return {
            "clave": clave,
            "pregunta": self.pregunta.data,
            "tipo": self.tipo.data,
            "opciones": _renglones(self.opciones.data) if self.tipo.data == "opcion" else [],
            "opcional": bool(self.opcional.data),
            "guardar_en": self.guardar_en.data or "",
        }
