"""Los ajustes como se escriben: textos, minutos, y un renglón por día con hasta dos tramos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from typing import Any

from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, NumberRange

from ...conversacion.horario import DIAS, Horario, Tramo
from ...utils.validators import limpiar_texto

BIENVENIDA_MAXIMA = 350  # con la respuesta más larga cabe en un mensaje de WhatsApp
AVISO_MAXIMO = 300
FESTIVOS_MAXIMOS = 120
CLAVES = ("lun", "mar", "mie", "jue", "vie", "sab", "dom")


def _limpio(texto: str | None) -> str:
    # El navegador manda los saltos de línea como CRLF; a WhatsApp le basta con LF.
    return limpiar_texto(texto or "").replace("\r\n", "\n").strip()


class FormularioAjustes(FlaskForm):
    """Todo menos el horario, que son renglones."""

    mensaje_bienvenida = TextAreaField(
        "Saludo",
        description="Va delante de su primera respuesta. Vacío: «¡Hola! Soy Nora, la asistente de…».",
        filters=[_limpio],
        validators=[Length(max=BIENVENIDA_MAXIMA, message=f"Caben {BIENVENIDA_MAXIMA} letras.")],
    )
    bienvenida_dias = IntegerField(
        "Días sin escribir para volver a saludar",
        description="A quien regresa después de esto, Nora lo recibe otra vez. 0: solo la primera vez.",
        validators=[InputRequired("Escribe cuántos días."), NumberRange(0, 365, "Van de 0 a 365 días.")],
    )
    aviso_privacidad = TextAreaField(
        "Aviso de privacidad",
        description="Va una vez, con el saludo. Una frase y la dirección de tu aviso completo.",
        filters=[_limpio],
        validators=[Length(max=AVISO_MAXIMO, message=f"Caben {AVISO_MAXIMO} letras.")],
    )
    mensaje_fuera_horario = TextAreaField(
        "Qué decir cuando está cerrado",
        description="Solo a quien queda esperando a una persona, y no más de una vez en 8 horas. "
        "Vacío: cuándo abres, según el horario.",
        filters=[_limpio],
        validators=[Length(max=AVISO_MAXIMO, message=f"Caben {AVISO_MAXIMO} letras.")],
    )
    silencio_segundos = IntegerField(
        "Segundos de silencio antes de responder",
        description="La gente manda varios mensajes seguidos: Nora espera esto y contesta una vez.",
        validators=[
            InputRequired("Escribe cuántos segundos."),
            NumberRange(0, 20, "Van de 0 a 20 segundos."),
        ],
    )
    pausa_persona_minutos = IntegerField(
        "Minutos que Nora calla cuando escribe una persona",
        description="Después vuelve a contestar sola en esa plática, o antes si se la devuelves.",
        validators=[
            InputRequired("Escribe cuántos minutos."),
            NumberRange(5, 1440, "Van de 5 minutos a un día (1440)."),
        ],
    )
    al_recibir_archivos = SelectField(
        "Cuando mandan una foto o un audio que Nora no puede abrir",
        description="Con una llave de IA, Nora oye las notas de voz y ve las fotos; esto es para lo demás.",
        choices=[
            SelectChoice("preguntar", "Pedirlo por escrito; si insisten, pasar a una persona"),
            SelectChoice("pasar", "Pasar de una vez a una persona"),
        ],
        default="preguntar",
    )


@dataclass
class Renglon:
    """Un día como se escribió, con lo que está mal. Las horas son textos «09:00» o vacíos."""

    clave: str
    nombre: str
    abierto: bool
    horas: list[str]
    error: str = ""


@dataclass
class HorarioEscrito:
    """El horario como se escribió."""

    renglones: list[Renglon]
    festivos: str
    error_festivos: str = ""
    horario: Horario = field(default_factory=Horario)

    @property
    def sirve(self) -> bool:
        """Si se puede guardar."""
        return not self.error_festivos and not any(r.error for r in self.renglones)


def escrito_de(horario: Horario) -> HorarioEscrito:
    """El guardado, para llenar la página."""
    renglones = []
    for clave, nombre, tramos in zip(CLAVES, DIAS, horario.semana, strict=True):
        horas = [f"{hora:%H:%M}" for tramo in tramos[:2] for hora in (tramo.abre, tramo.cierra)]
        renglones.append(Renglon(clave, nombre, bool(tramos), horas + [""] * (4 - len(horas))))
    festivos = "\n".join(f"{dia:%d/%m/%Y}" for dia in sorted(horario.festivos))
    return HorarioEscrito(renglones, festivos, horario=horario)


def leer_horario(campos: Mapping[str, Any]) -> HorarioEscrito:
    """Lo que llegó, con su error junto a cada día."""
    renglones, semana = [], []
    for clave, nombre in zip(CLAVES, DIAS, strict=True):
        horas = [str(campos.get(f"{clave}_{n}", "")).strip()[:5] for n in range(4)]
        renglon = Renglon(clave, nombre, campos.get(f"{clave}_abierto") == "1", horas)
        semana.append(_tramos(renglon) if renglon.abierto else ())
        renglones.append(renglon)
    escrito = HorarioEscrito(renglones, _limpio(str(campos.get("festivos", "")))[:4_000])
    escrito.horario = Horario(semana=tuple(semana), festivos=_festivos(escrito))
    return escrito


def _tramos(renglon: Renglon) -> tuple[Tramo, ...]:
    tramos = []
    for abre, cierra in (renglon.horas[:2], renglon.horas[2:]):
        if not abre and not cierra:
            continue
        try:
            tramo = Tramo(abre=time.fromisoformat(abre), cierra=time.fromisoformat(cierra))
        except ValueError:
            renglon.error = "Falta una hora de abrir o de cerrar."
            return ()
        if tramo.abre >= tramo.cierra:
            renglon.error = "Cierra antes de abrir. Si cierras a medianoche, escribe 23:59."
            return ()
        tramos.append(tramo)
    if not tramos:
        renglon.error = "Escribe a qué hora abre y cierra, o márcalo cerrado."
    elif len(tramos) == 2 and tramos[1].abre < tramos[0].cierra:
        renglon.error = "El segundo horario empieza antes de que termine el primero."
    return tuple(tramos)


def _festivos(escrito: HorarioEscrito) -> frozenset[date]:
    dias = set()
    for texto in escrito.festivos.replace(",", "\n").split("\n"):
        if not texto.strip():
            continue
        try:
            dia, mes, anio = (int(parte) for parte in texto.strip().split("/"))
            dias.add(date(anio, mes, dia))
        except ValueError:
            escrito.error_festivos = f"«{texto.strip()[:20]}» no es una fecha. Escríbela así: 25/12/2026."
    if len(dias) > FESTIVOS_MAXIMOS:
        escrito.error_festivos = f"Caben {FESTIVOS_MAXIMOS} días."
    return frozenset(dias)
