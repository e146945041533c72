"""Lo que se escribe al enseñar algo. Los errores quedan junto a su campo."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import BooleanField, DateField, HiddenField, SelectMultipleField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...utils.validators import limpiar_texto

ETIQUETAS_POR_BLOQUE = 8
LARGO_ETIQUETA = 40
LARGO_TITULO = 120
LARGO_CONTENIDO = 4000
LARGO_PREGUNTA = 600
LARGO_PEGADO = 400_000


def _limpio(texto: str | None) -> str:
    # El navegador manda los saltos de línea como CRLF; a WhatsApp le basta con LF.
    return limpiar_texto(texto or "").replace("\r\n", "\n").strip()


class CampoDia(DateField):
    """Un día del calendario, con el error en palabras de aquí."""

    def process_formdata(self, valuelist: list[str]) -> None:
        """Lo escrito, ya como día."""
        try:
            super().process_formdata(valuelist)
        except ValueError:
            raise ValueError("Escribe un día que exista, como 24/12/2026.") from None


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
    prioridad = BooleanField("Prefiérelo si dudas")
    vigente_desde = CampoDia("Desde", validators=[Optional()])
    vigente_hasta = CampoDia("Hasta", validators=[Optional()])
    grupo = HiddenField()

    def validate_vigente_hasta(self, campo: Any) -> None:
        """Que no termine antes de empezar."""
        if campo.data and self.vigente_desde.data and campo.data < self.vigente_desde.data:
            raise ValidationError("Termina antes de empezar: revisa las dos fechas.")

    def cambios(self) -> dict[str, Any]:
        """Lo escrito, como se guarda."""
        desde, hasta = self.vigente_desde.data, self.vigente_hasta.data
        return {
            "titulo": self.titulo.data,
            "contenido": self.contenido.data,
            "etiquetas": self.todas_las_etiquetas(),
            "prioridad": int(self.prioridad.data),
            "vigente_desde": desde.isoformat() if desde else None,
            "vigente_hasta": hasta.isoformat() if hasta else None,
        }

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


class FormularioImportar(FlaskForm):
    """Un archivo, o un texto pegado."""

    archivo = FileField("Archivo")
    texto = TextAreaField(
        "O pega aquí el texto",
        filters=[_limpio],
        validators=[Length(max=LARGO_PEGADO, message="Es demasiado texto. Pégalo en partes.")],
    )
