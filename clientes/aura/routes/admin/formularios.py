"""Los formularios de la administración. Cada error queda junto a su campo."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError
from wtforms.widgets import CheckboxInput, ListWidget

from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import validar_correo, validar_nombre_nora, validar_numero, validar_zona_horaria
from .servicio import (
    BIENVENIDA_MAXIMA,
    RETENCION_MAXIMA,
    RETENCION_MINIMA,
    SID_CUENTA,
    SID_SERVICIO,
    SILENCIO_MAXIMO_S,
    VISIBLE_MAXIMO,
)

ZONAS = [
    ("America/Hermosillo", "Sonora (Hermosillo)"),
    ("America/Tijuana", "Baja California (Tijuana)"),
    ("America/Mazatlan", "Pacífico (Mazatlán, La Paz, Culiacán)"),
    ("America/Chihuahua", "Chihuahua"),
    ("America/Ciudad_Juarez", "Ciudad Juárez"),
    ("America/Ojinaga", "Ojinaga"),
    ("America/Mexico_City", "Centro (Ciudad de México)"),
    ("America/Monterrey", "Monterrey"),
    ("America/Matamoros", "Frontera noreste (Matamoros, Reynosa)"),
    ("America/Merida", "Yucatán (Mérida)"),
    ("America/Cancun", "Quintana Roo (Cancún)"),
    ("America/Bahia_Banderas", "Bahía de Banderas"),
    ("America/Los_Angeles", "Estados Unidos, Pacífico"),
    ("America/Phoenix", "Estados Unidos, Arizona"),
    ("America/Denver", "Estados Unidos, Montaña"),
    ("America/Chicago", "Estados Unidos, Centro"),
    ("America/New_York", "Estados Unidos, Este"),
    ("America/Guatemala", "Guatemala"),
    ("America/Bogota", "Colombia"),
    ("America/Lima", "Perú"),
    ("America/Santiago", "Chile"),
    ("America/Argentina/Buenos_Aires", "Argentina"),
    ("Europe/Madrid", "España"),
]
ROLES = [
    ("dueno", "Dueño: ve y cambia todo en su Nora"),
    ("agente", "Agente: atiende conversaciones"),
    ("admin", "Admin: toda la instalación"),
]
LUGARES = [("agente", "Agente"), ("dueno", "Dueño")]


def opciones(pares: Iterable[tuple[str, str]]) -> list[Any]:
    """(valor, texto) como lo piden las listas de WTForms."""
    return [SelectChoice(valor, texto) for valor, texto in pares]


def que_pase(validador: Callable[[str], Any]) -> Callable[[Any, Any], None]:
    """Un validador de la casa como los pide WTForms."""

    def revisar(formulario: Any, campo: Any) -> None:
        try:
            validador(campo.data or "")
        except ErrorDatoInvalido as error:
            raise ValidationError(error.mensaje) from error

    return revisar


def _forma(patron: Any, frase: str) -> Callable[[Any, Any], None]:
    def revisar(formulario: Any, campo: Any) -> None:
        texto = (campo.data or "").strip()
        if texto and not patron.fullmatch(texto):
            raise ValidationError(frase)

    return revisar


def _que_quepa(maximo: int) -> Length:
    return Length(max=maximo, message=f"Caben {maximo} caracteres.")


def poner_errores(formulario: FlaskForm, error: ErrorDatoInvalido) -> str:
    """Pone lo que dijo el servicio junto a su campo. Devuelve la frase si no es de ninguno."""
    errores: dict[str, str] = getattr(error, "errores", None) or {error.campo: error.mensaje}
    sueltos = []
    for nombre, frase in errores.items():
        if nombre in formulario:
            formulario[nombre].errors = [*formulario[nombre].errors, frase]
        else:
            sueltos.append(frase)
    return " ".join(sueltos)


def _casillas() -> ListWidget:
    """Una casilla por opción; `input_type` le dice a la macro `campo` cómo pintarlas."""
    widget = ListWidget(prefix_label=False)
    widget.input_type = "checkbox"
    return widget


class FormularioNuevaNora(FlaskForm):
    nombre_visible = StringField(
        "Nombre del negocio",
        description="Así la ven sus clientes y quien trabaja con ella.",
        validators=[InputRequired("Escribe cómo se llama el negocio."), _que_quepa(VISIBLE_MAXIMO)],
    )
    nombre_nora = StringField(
        "Nombre en las direcciones",
        description="Minúsculas sin acento, números y guiones. Ejemplo: panaderia-espiga.",
        validators=[
            InputRequired("Escribe un nombre corto para sus direcciones."),
            que_pase(validar_nombre_nora),
        ],
    )
    numero_nora = TelField(
        "Número de WhatsApp",
        description="Con lada. Ejemplo: +52 662 123 4567.",
        validators=[InputRequired("Escribe su número de WhatsApp."), que_pase(validar_numero)],
    )
    zona_horaria = SelectField(
        "Zona horaria",
        choices=opciones(ZONAS),
        default="America/Hermosillo",
        validate_choice=False,
        validators=[que_pase(validar_zona_horaria)],
    )
    modulos = SelectMultipleField(
        "Módulos que empiezan encendidos", widget=_casillas(), option_widget=CheckboxInput()
    )


class FormularioNora(FlaskForm):
    nombre_visible = StringField(
        "Nombre del negocio",
        validators=[InputRequired("Escribe cómo se llama el negocio."), _que_quepa(VISIBLE_MAXIMO)],
    )
    numero_nora = TelField(
        "Número de WhatsApp", validators=[InputRequired("Escribe su número."), que_pase(validar_numero)]
    )
    zona_horaria = SelectField(
        "Zona horaria",
        choices=opciones(ZONAS),
        validate_choice=False,
        validators=[que_pase(validar_zona_horaria)],
    )
    silencio_segundos = IntegerField(
        "Segundos de silencio antes de responder",
        description="La gente manda varios mensajes seguidos: espera esto y contesta una vez.",
        validators=[
            InputRequired("Escribe cuántos segundos."),
            NumberRange(0, SILENCIO_MAXIMO_S, f"Van de 0 a {SILENCIO_MAXIMO_S} segundos."),
        ],
    )
    retencion_dias = IntegerField(
        "Días que se guardan sus mensajes",
        description="Vacío: para siempre. Los que pasan de estos días se borran cada madrugada.",
        validators=[
            Optional(),
            NumberRange(
                RETENCION_MINIMA,
                RETENCION_MAXIMA,
                f"Van de {RETENCION_MINIMA} a {RETENCION_MAXIMA:,} días; vacío, para siempre.",
            ),
        ],
    )
    mensaje_bienvenida = TextAreaField(
        "Mensaje de bienvenida",
        description="Lo manda a quien le escribe por primera vez. Vacío: uno sencillo.",
        validators=[Optional(), _que_quepa(BIENVENIDA_MAXIMA)],
    )
    ia_activa = BooleanField("Responde sola")


class FormularioNombre(FlaskForm):
    nombre_nora = StringField(
        "Nombre nuevo", validators=[InputRequired("Escribe el nombre nuevo."), que_pase(validar_nombre_nora)]
    )


class FormularioBorrar(FlaskForm):
    escrito = StringField("Escribe su nombre", validators=[InputRequired("Escribe su nombre.")])


class FormularioCredenciales(FlaskForm):
    cuenta = StringField(
        "Account SID",
        validators=[
            InputRequired("Escribe el Account SID."),
            _forma(SID_CUENTA, "Empieza con AC y lleva 34 caracteres."),
        ],
    )
    token = PasswordField("Auth Token")
    servicio_de_mensajes = StringField(
        "Messaging Service SID",
        validators=[Optional(), _forma(SID_SERVICIO, "Empieza con MG y lleva 34 caracteres.")],
    )


class FormularioUsuario(FlaskForm):
    correo = EmailField("Correo", validators=[InputRequired("Escribe su correo."), que_pase(validar_correo)])
    nombre = StringField("Nombre", validators=[Optional(), _que_quepa(80)])
    rol = SelectField("Qué puede hacer", choices=opciones(ROLES), default="dueno", validate_choice=False)
    nombre_nora = StringField(
        "En qué Nora trabaja", description="Su nombre en las direcciones. Un admin no la necesita."
    )
    contrasena = PasswordField(
        "Contraseña", description="Vacía: te damos un enlace para que ponga la suya.", validators=[Optional()]
    )


class FormularioLugar(FlaskForm):
    nombre_nora = StringField("Nora", validators=[InputRequired("Escribe el nombre de la Nora.")])
    rol = SelectField("Como", choices=opciones(LUGARES), validate_choice=False)
