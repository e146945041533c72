"""Los primeros pasos de una dueña: cinco, y cada uno sabe solo si ya está."""

from __future__ import annotations

from dataclasses import dataclass

from flask import current_app, url_for

from app_config import Config

from ..registro.noras import NoraRegistrada
from ..utils.auth_utils import Identidad
from .consultas_panel import ResumenPanel
from .tablero import direccion

TEMAS_PARA_EMPEZAR = 3


@dataclass(frozen=True)
class PasoDeGuia:
    """Un paso.

    Args:
        texto: una frase, qué se gana con él.
        avance: cuánto lleva, si no se hace de una vez.
        url: dónde se hace; vacía si no se hace en una página de quien la ve.
        recado: lo que se le pide a quien sí puede hacerlo.
        enciende: se hace con un botón de la misma guía.
    """

    clave: str
    icono: str
    titulo: str
    texto: str
    hecho: bool
    avance: str = ""
    boton: str = ""
    url: str = ""
    recado: str = ""
    enciende: bool = False

    @property
    def se_puede_aqui(self) -> bool:
        """Si quien la ve puede hacerlo ahora."""
        return bool(self.url) or self.enciende


@dataclass(frozen=True)
class Guia:
    """Los cinco pasos, en orden."""

    pasos: tuple[PasoDeGuia, ...]
    oculta: bool

    @property
    def hechos(self) -> int:
        return sum(paso.hecho for paso in self.pasos)

    @property
    def completa(self) -> bool:
        return self.hechos == len(self.pasos)

    @property
    def actual(self) -> str:
        """La clave del paso que toca: el primero que se puede hacer aquí; si no queda, el primero que falta."""
        faltan = [paso for paso in self.pasos if not paso.hecho]
        siguiente = next((paso for paso in faltan if paso.se_puede_aqui), faltan[0] if faltan else None)
        return siguiente.clave if siguiente else ""


def armar(nora: NoraRegistrada, persona: Identidad, resumen: ResumenPanel) -> Guia:
    """La guía de una Nora, como la ve esa persona."""
    leido = resumen.pasos
    config: Config = current_app.extensions["nora_config"]
    llaves_comunes = bool(config.TWILIO_ACCOUNT_SID and config.TWILIO_AUTH_TOKEN)
    conectada = leido.llaves or leido.escribieron or llaves_comunes
    return Guia(
        (
            _ensenar(nora, resumen.bloques),
            _probar(nora, leido.simulo),
            _conectar(nora, persona, conectada),
            _sumar(nora, persona, leido.equipo > 1),
            PasoDeGuia(
                "encender",
                "power",
                "Enciende a Nora",
                "Desde ese momento contesta sola, y te pasa a quien necesite a una persona.",
                nora.ia_activa,
                boton="Encender a Nora",
                enciende=True,
            ),
        ),
        leido.oculta,
    )


def _ensenar(nora: NoraRegistrada, bloques: int) -> PasoDeGuia:
    # Con la lista vacía, la página de conocimiento ofrece ejemplos para empezar.
    return PasoDeGuia(
        "ensenar",
        "book",
        "Enséñale tres cosas",
        "Tu horario, tus precios y dónde estás: con eso empieza a contestar.",
        bloques >= TEMAS_PARA_EMPEZAR,
        avance=f"Llevas {bloques} de {TEMAS_PARA_EMPEZAR}." if bloques else "",
        boton="Enseñarle algo",
        url=direccion(nora, "conocimiento", "nuevo" if bloques else "index"),
    )


def _probar(nora: NoraRegistrada, hecho: bool) -> PasoDeGuia:
    return PasoDeGuia(
        "probar",
        "phone",
        "Pruébala",
        "Escríbele como lo haría un cliente; no se manda nada por WhatsApp.",
        hecho,
        boton="Abrir simulador",
        url=direccion(nora, "simulador"),
    )


def _conectar(nora: NoraRegistrada, persona: Identidad, hecho: bool) -> PasoDeGuia:
    if persona.es_admin:
        texto = "Pon las llaves de Twilio de su número y haz la prueba."
        url, recado = url_for("admin.nora", nombre=nora.nombre_nora, _anchor="credenciales"), ""
    else:
        texto = "Se hace una sola vez y lo hace quien administra Nora: mándale este recado."
        url = ""
        recado = (
            f"Hola, ¿me ayudas a conectar con Nora el WhatsApp de {nora.nombre_visible}? "
            "Faltan las llaves de Twilio de nuestro número."
        )
    return PasoDeGuia(
        "conectar",
        "whatsapp",
        "Conecta tu WhatsApp",
        texto,
        hecho,
        boton="Poner sus llaves",
        url=url,
        recado=recado,
    )


def _sumar(nora: NoraRegistrada, persona: Identidad, hecho: bool) -> PasoDeGuia:
    if persona.es_admin:
        texto = "Dale una cuenta a quien va a contestar cuando un cliente pida a una persona."
        url, recado = url_for("admin.usuario_nuevo"), ""
    else:
        texto = "Para que alguien más conteste cuando no puedas; la cuenta la hace quien administra Nora."
        url = ""
        recado = (
            f"Hola, ¿me haces una cuenta para que alguien más atienda {nora.nombre_visible} en Nora? "
            "Se llama y su correo es: "
        )
    return PasoDeGuia(
        "sumar",
        "person-plus",
        "Suma a alguien",
        texto,
        hecho,
        boton="Crear su cuenta",
        url=url,
        recado=recado,
    )
