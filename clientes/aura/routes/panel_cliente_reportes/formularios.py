"""Lo que se escribe en los reportes. Los errores quedan junto a su campo."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import BooleanField, SelectField, TelField, ValidationError
from wtforms.fields.choices import SelectChoice

from ...reportes.modelos import Ajustes, Plantilla
from ...reportes.servicio import VIGENCIAS
from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import validar_numero
from .modelos import ComoSeVende, ParaVentas


class FormularioCompartir(FlaskForm):
    """Cuánto dura el enlace."""

    dias = SelectField(
        "Vigencia", choices=[SelectChoice(str(d), t) for d, t in VIGENCIAS.items()], default="30"
    )


class FormularioAjustes(FlaskForm):
    """A qué WhatsApp va el resumen."""

    avisar = BooleanField("Mandarme el resumen cada lunes")
    telefono = TelField("Tu WhatsApp")
    plantilla_id = SelectField(
        "Plantilla para cuando lleves más de un día sin escribirle a Nora", choices=[], default=""
    )

    def con(self, plantillas: list[Plantilla]) -> FormularioAjustes:
        """Pone entre qué se elige."""
        self.plantilla_id.choices = [SelectChoice("", "Ninguna")] + [
            SelectChoice(p.id, p.nombre) for p in plantillas
        ]
        return self

    def validate_telefono(self, campo: Any) -> None:
        """Deja el teléfono en E.164; hace falta para mandar."""
        limpio = (campo.data or "").strip()
        if limpio:
            try:
                campo.data = validar_numero(limpio)
            except ErrorDatoInvalido as error:
                raise ValidationError(error.mensaje) from error
        elif self.avisar.data:
            raise ValidationError("Escribe a qué número.")

    def ajustes(self) -> Ajustes:
        """Lo escrito."""
        return Ajustes(
            avisar=self.avisar.data,
            telefono=(self.telefono.data or "").strip() or None,
            plantilla_id=self.plantilla_id.data or None,
        )


class FormularioVentas(FlaskForm):
    """Cómo se sabe que alguien compró, y cuánto pagó."""

    etiqueta_venta_id = SelectField("Etiqueta de quien ya compró", choices=[], default="")
    campo_monto_id = SelectField("Campo con lo que pagó", choices=[], default="")

    def con(self, opciones: ParaVentas) -> FormularioVentas:
        """Pone entre qué se elige."""
        for campo, lista in (
            (self.etiqueta_venta_id, opciones.etiquetas),
            (self.campo_monto_id, opciones.campos),
        ):
            campo.choices = [SelectChoice("", "Ninguno")] + [SelectChoice(o.id, o.nombre) for o in lista]
        return self

    def como(self) -> ComoSeVende:
        """Lo elegido."""
        return ComoSeVende(
            etiqueta_venta_id=self.etiqueta_venta_id.data or None,
            campo_monto_id=self.campo_monto_id.data or None,
        )
