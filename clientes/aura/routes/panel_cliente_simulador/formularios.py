"""Lo que se escribe en el simulador."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

# Lo que cabe en un mensaje de texto de WhatsApp (WhatsApp Cloud API, «Text messages»).
TEXTO_MAXIMO = 1_600  # lo que Twilio acepta en un mensaje (error 21617 si se pasa)


class FormularioMensaje(FlaskForm):
    """Un mensaje como el de un cliente. `clave`: un uuid del navegador, el mismo si repite el envío."""

    texto = TextAreaField(
        "Mensaje",
        validators=[
            InputRequired("Escribe un mensaje."),
            Length(
                max=TEXTO_MAXIMO, message=f"WhatsApp acepta hasta {TEXTO_MAXIMO:,} caracteres por mensaje."
            ),
        ],
        filters=[lambda texto: texto.replace("\r\n", "\n").strip() if isinstance(texto, str) else ""],
    )
    clave = HiddenField(
        validators=[
            Regexp(r"^[0-9a-fA-F-]{32,36}$", message="Recarga la página y vuelve a enviar tu mensaje.")
        ]
    )

    @property
    def primer_error(self) -> str:
        """La primera frase que hay que decir."""
        return next((str(error) for errores in self.errors.values() for error in errores), "")
