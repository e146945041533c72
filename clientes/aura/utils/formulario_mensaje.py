"""El formulario de un mensaje de WhatsApp: lo usan el chat y el simulador."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

TEXTO_MAXIMO = 1_600  # caracteres que Twilio acepta en un mensaje (si se pasa, error 21617)


class _ConClave(FlaskForm):
    """`clave`: un uuid que pone el navegador, el mismo si repite el envío."""

    clave = HiddenField(
        validators=[
            Regexp(r"^[0-9a-fA-F-]{32,36}$", message="Recarga la página y vuelve a enviar tu mensaje.")
        ]
    )

    @property
    def primer_error(self) -> str:
        """La primera frase que hay que decir."""
        return next((str(error) for errores in self.errors.values() for error in errores), "")


class FormularioArchivo(_ConClave):
    """Un archivo con su texto, que puede ir vacío. El archivo lo revisa `medios.servicio`."""

    texto = TextAreaField(
        validators=[
            Length(
                max=TEXTO_MAXIMO, message=f"WhatsApp acepta hasta {TEXTO_MAXIMO:,} caracteres por mensaje."
            )
        ],
        filters=[lambda texto: texto.replace("\r\n", "\n").strip() if isinstance(texto, str) else ""],
    )


class FormularioMensaje(_ConClave):
    """Un mensaje. `clave`: un uuid que pone el navegador, el mismo si repite el envío."""

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
