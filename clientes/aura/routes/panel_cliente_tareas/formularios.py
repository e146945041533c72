"""Lo que se escribe de una tarea. Los errores quedan junto a su campo."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask_wtf import FlaskForm
from wtforms import BooleanField, FileField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length, ValidationError
from wtforms.widgets import DateInput, TimeInput

from ...utils.errores import ErrorDatoInvalido
from ...utils.validators import hora_escrita, limpiar_texto, validar_numero
from .modelos import (
    ESTADOS,
    PRIORIDADES,
    RECORDATORIOS,
    Alrededor,
    MoldeCompleto,
    PlantillasDeTareas,
    Preferencias,
    Tarea,
)
from .repeticion import OPCIONES, opcion_de
from .servicio import ETIQUETAS_POR_TAREA, Datos, es_uuid
from .servicio_adjuntos import CambiosDeMolde

PASOS_MAXIMOS = 50


def _limpio(texto: str | None) -> str:
    return limpiar_texto(texto or "").strip()


def _opciones(textos: Mapping[Any, str]) -> list[SelectChoice]:
    return [SelectChoice(str(valor), texto) for valor, texto in textos.items()]


class FormularioTarea(FlaskForm):
    """Cambiar una tarea."""

    titulo = StringField(
        "Qué hay que hacer",
        filters=[_limpio],
        validators=[DataRequired("Escribe qué hay que hacer."), Length(max=160, message="Caben 160 letras.")],
    )
    descripcion = TextAreaField(
        "Detalles", filters=[_limpio], validators=[Length(max=4000, message="Caben 4,000 letras.")]
    )
    estado = SelectField("Estado", choices=_opciones(ESTADOS), default="pendiente")
    prioridad = SelectField("Prioridad", choices=_opciones(PRIORIDADES), default="2")
    fecha = StringField("Vence", widget=DateInput(), filters=[_limpio])
    hora = StringField("Hora", widget=TimeInput(), filters=[_limpio])
    recordar = SelectField("Recordatorio", choices=_opciones({"": "Sin recordatorio", **RECORDATORIOS}))
    asignada_a = SelectField("Encargado", choices=[], validate_choice=False)
    contacto_id = StringField("Contacto", filters=[_limpio])
    etiquetas = StringField("Etiquetas", filters=[_limpio])

    def con_equipo(self, alrededor: Alrededor, actual: Tarea | None = None) -> FormularioTarea:
        """Pone a quién se le puede asignar; quien ya la tiene sigue en la lista aunque ya no esté."""
        personas = {"": "Sin asignar", **{p.id: p.nombre for p in alrededor.personas}}
        if actual and actual.asignada_a:
            personas.setdefault(actual.asignada_a, actual.persona or "Ya no está")
        self.asignada_a.choices = _opciones(personas)
        return self

    def validate_fecha(self, campo: Any) -> None:
        """Una fecha que exista, de este siglo."""
        if campo.data:
            leida = _o_error(date.fromisoformat, campo.data, "Esa fecha no se entiende.")
            if not 2020 <= leida.year <= 2100:
                raise ValidationError("Revisa el año.")

    def validate_hora(self, campo: Any) -> None:
        """Una hora solo va con su día."""
        if campo.data:
            _o_error(hora_escrita, campo.data, "Esa hora no se entiende.")
            if not self.fecha.data:
                raise ValidationError("Di también qué día.")

    def validate_recordar(self, campo: Any) -> None:
        """Sin fecha no hay qué recordar."""
        if campo.data and not self.fecha.data:
            raise ValidationError("Para recordarte hace falta la fecha.")

    def validate_asignada_a(self, campo: Any) -> None:
        """Un id bien escrito; si es del equipo lo sabe la base."""
        if campo.data and not es_uuid(campo.data):
            raise ValidationError("Elige a alguien del equipo.")

    def validate_contacto_id(self, campo: Any) -> None:
        """Un id bien escrito; si es de esta Nora lo sabe la base."""
        if campo.data and not es_uuid(campo.data):
            raise ValidationError("Elige el contacto de la lista.")

    def validate_etiquetas(self, campo: Any) -> None:
        """Que quepan y no sean demasiadas."""
        if any(len(nombre) > 40 for nombre in self.lista_de_etiquetas()):
            raise ValidationError("Una etiqueta lleva 40 letras como mucho; sepáralas con comas.")
        if len(self.lista_de_etiquetas()) > ETIQUETAS_POR_TAREA:
            raise ValidationError(f"Una tarea lleva {ETIQUETAS_POR_TAREA} etiquetas como mucho.")

    def lista_de_etiquetas(self) -> tuple[str, ...]:
        """Sin repetir, aunque cambien mayúsculas."""
        unicas = {n.strip().lower(): n.strip() for n in (self.etiquetas.data or "").split(",") if n.strip()}
        return tuple(unicas.values())

    def datos(self) -> Datos:
        """Lo escrito, con sus tipos."""
        return Datos(
            titulo=self.titulo.data,
            descripcion=self.descripcion.data,
            estado=self.estado.data,
            prioridad=int(self.prioridad.data),
            fecha=date.fromisoformat(self.fecha.data) if self.fecha.data else None,
            hora=hora_escrita(self.hora.data) if self.hora.data else None,
            recordar_minutos=int(self.recordar.data) if self.recordar.data else None,
            asignada_a=self.asignada_a.data or "",
            contacto_id=self.contacto_id.data,
            etiquetas=self.lista_de_etiquetas(),
        )


class FormularioTareaNueva(FormularioTarea):
    """Escribir una tarea: además sus pasos y si se repite."""

    pasos = TextAreaField("Pasos", filters=[_limpio])
    repite = SelectField("Se repite", choices=_opciones(OPCIONES), default="")

    def validate_repite(self, campo: Any) -> None:
        """Se repite desde una fecha."""
        if campo.data and not self.fecha.data:
            raise ValidationError("Para repetirla di desde qué día: llena «Vence».")

    def validate_pasos(self, campo: Any) -> None:
        """Que quepan."""
        if len(self.lista_de_pasos()) > PASOS_MAXIMOS:
            raise ValidationError(f"Una tarea lleva {PASOS_MAXIMOS} pasos como mucho.")
        if any(len(paso) > 200 for paso in self.lista_de_pasos()):
            raise ValidationError("En un paso caben 200 letras.")

    def lista_de_pasos(self) -> tuple[str, ...]:
        """Uno por renglón."""
        return tuple(r.strip() for r in (self.pasos.data or "").splitlines() if r.strip())

    def datos(self) -> Datos:
        """Lo escrito, con sus tipos."""
        return Datos(**{**vars(super().datos()), "pasos": self.lista_de_pasos(), "repite": self.repite.data})


class FormularioComentario(FlaskForm):
    """Comentar una tarea."""

    texto = TextAreaField(
        "Comentario",
        filters=[_limpio],
        validators=[DataRequired("Escribe el comentario."), Length(max=2000, message="Caben 2,000 letras.")],
    )


class FormularioPaso(FlaskForm):
    """Un paso más."""

    texto = StringField(
        "Paso nuevo",
        filters=[_limpio],
        validators=[DataRequired("Escribe el paso."), Length(max=200, message="Caben 200 letras.")],
    )


class FormularioAdjunto(FlaskForm):
    """Un archivo."""

    archivo = FileField("Archivo")


class FormularioPlantilla(FlaskForm):
    """Con qué plantilla se avisa fuera de las 24 horas."""

    plantilla_id = SelectField("Plantilla", choices=[], default="")

    def con(self, opciones: PlantillasDeTareas) -> FormularioPlantilla:
        """Pone entre qué se elige."""
        self.plantilla_id.choices = _opciones(
            {"": "Ninguna", **{p.id: p.nombre for p in opciones.plantillas}}
        )
        return self


class FormularioMolde(FlaskForm):
    """Cambiar algo que se repite."""

    titulo = StringField(
        "Qué hay que hacer",
        filters=[_limpio],
        validators=[DataRequired("Escribe qué hay que hacer."), Length(max=160, message="Caben 160 letras.")],
    )
    descripcion = TextAreaField(
        "Detalles", filters=[_limpio], validators=[Length(max=4000, message="Caben 4,000 letras.")]
    )
    prioridad = SelectField("Prioridad", choices=_opciones(PRIORIDADES), default="2")
    asignada_a = SelectField("Encargado", choices=[], default="")
    repite = SelectField("Se repite", choices=_opciones({o: t for o, t in OPCIONES.items() if o}))
    fecha = StringField("Desde", widget=DateInput(), filters=[_limpio])
    hora = StringField("Hora", widget=TimeInput(), filters=[_limpio])

    def con_equipo(self, molde: MoldeCompleto) -> FormularioMolde:
        """Pone a quién se le puede encargar; quien ya la tiene sigue en la lista aunque ya no esté."""
        personas = {"": "Sin asignar", **{p.id: p.nombre for p in molde.personas}}
        if molde.asignada_a:
            personas.setdefault(molde.asignada_a, molde.persona or "Ya no está")
        self.asignada_a.choices = _opciones(personas)
        return self

    def validate_fecha(self, campo: Any) -> None:
        """Una fecha que exista, de este siglo."""
        leida = _o_error(date.fromisoformat, campo.data or "", "Di desde qué día.")
        if not 2020 <= leida.year <= 2100:
            raise ValidationError("Revisa el año.")

    def validate_hora(self, campo: Any) -> None:
        """Una hora que exista, o ninguna."""
        if campo.data:
            _o_error(hora_escrita, campo.data, "Esa hora no se entiende.")

    def cambios(self) -> CambiosDeMolde:
        """Lo escrito, con sus tipos."""
        return CambiosDeMolde(
            titulo=self.titulo.data,
            descripcion=self.descripcion.data,
            prioridad=int(self.prioridad.data),
            asignada_a=self.asignada_a.data or "",
            repite=self.repite.data,
            fecha=date.fromisoformat(self.fecha.data),
            hora=hora_escrita(self.hora.data) if self.hora.data else None,
        )


def molde_como_campos(molde: MoldeCompleto) -> dict[str, Any]:
    """Un molde como lo muestra su formulario."""
    inicio = molde.inicio.replace(tzinfo=None)
    return {
        "titulo": molde.titulo,
        "descripcion": molde.descripcion,
        "prioridad": str(molde.prioridad),
        "asignada_a": molde.asignada_a or "",
        "repite": opcion_de(molde.regla, inicio),
        "fecha": inicio.date().isoformat(),
        "hora": inicio.strftime("%H:%M") if molde.con_hora else "",
    }


class FormularioPreferencias(FlaskForm):
    """Cómo quiere enterarse una persona."""

    resumenes = BooleanField("Resumen del día a las 8:00 a. m. y a las 6:00 p. m.")
    por_whatsapp = BooleanField("Avisarme también por WhatsApp")
    telefono = TelField("Mi WhatsApp", filters=[_limpio])

    def validate_telefono(self, campo: Any) -> None:
        """Deja el teléfono en E.164; hace falta si quiere WhatsApp."""
        if campo.data:
            campo.data = _o_error(validar_numero, campo.data, "")
        elif self.por_whatsapp.data:
            raise ValidationError("Escribe a qué número.")

    def preferencias(self) -> Preferencias:
        """Lo elegido."""
        return Preferencias(
            por_whatsapp=self.por_whatsapp.data,
            resumenes=self.resumenes.data,
            telefono=self.telefono.data or None,
        )


def como_campos(tarea: Tarea, zona: str) -> dict[str, Any]:
    """Una tarea como la muestra su formulario; la fecha y la hora, en la zona de la Nora."""
    local: datetime | None = tarea.vence_en.astimezone(ZoneInfo(zona)) if tarea.vence_en else None
    return {
        "titulo": tarea.titulo,
        "descripcion": tarea.descripcion,
        "estado": tarea.estado,
        "prioridad": str(tarea.prioridad),
        "fecha": local.date().isoformat() if local else "",
        "hora": local.strftime("%H:%M") if local and tarea.con_hora else "",
        "recordar": "" if tarea.recordar_minutos is None else str(tarea.recordar_minutos),
        "asignada_a": tarea.asignada_a or "",
        "contacto_id": tarea.contacto_id or "",
        "etiquetas": ", ".join(tarea.etiquetas),
    }


def _o_error(leer: Any, texto: str, mensaje: str) -> Any:
    try:
        return leer(texto)
    except ErrorDatoInvalido as error:
        raise ValidationError(error.mensaje) from error
    except ValueError as error:
        raise ValidationError(mensaje) from error
