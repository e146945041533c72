"""Las pláticas escritas de `tests/conversaciones/negocios/*.toml`: leerlas.

Un archivo por negocio: lo que sabe, su menú, sus formularios, y sus pláticas. Cada plática es un guion de renglones:

    > lo que escribe el cliente; varios seguidos son globos de una misma tanda
    + un globo que llega mientras Nora piensa
    >> foto | audio | ubicacion: un mensaje sin texto
    * toca: el id o el título de una opción del menú
    P una persona contesta desde el panel
    N se le devuelve la plática a Nora
    @ 9 h | 31 min | 10 d: pasa el tiempo
    = lo que debe cumplirse después de la tanda

Lo que se puede pedir después de `=`:

    cita TÍTULO        la respuesta se apoya en ese bloque
    dice TEXTO         está en lo que salió (sin contar mayúsculas ni acentos)
    no dice TEXTO      no está
    pasa | no pasa     queda o no esperando a una persona
    calla              no sale nada
    ofrece TÍTULO      está entre las opciones que el cliente puede elegir
    baja | alta        no quiere, o vuelve a querer, campañas
    tarea TÍTULO       existe esa tarea
    sin tareas         no hay ninguna
    ficha campo=valor  el contacto tiene ese dato
    formulario ESTADO  en_curso, terminado, cancelado o vencido

Con `solo local:` delante, lo pedido vale solo con el motor local.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

CARPETA = Path(__file__).parents[1] / "conversaciones" / "negocios"
_UNIDADES = {"min": 60, "h": 3_600, "d": 86_400}
_SIN_TEXTO = {"foto": "image/jpeg", "audio": "audio/ogg", "ubicacion": ""}


@dataclass(frozen=True)
class Globo:
    """Un mensaje del cliente. `medio`: foto, audio o ubicacion; `toque`: la opción que tocó."""

    texto: str = ""
    medio: str = ""
    toque: str = ""
    mientras_piensa: bool = False

    def campos(self) -> dict[str, str]:
        """Los del aviso de Twilio, sin el id ni las direcciones."""
        campos = {"Body": self.texto}
        if self.medio == "ubicacion":
            campos |= {"Latitude": "29.07", "Longitude": "-110.95"}
        elif self.medio:
            campos |= {
                "NumMedia": "1",
                "MediaUrl0": "https://api.twilio.com/x",
                "MediaContentType0": _SIN_TEXTO[self.medio],
            }
        return campos


@dataclass(frozen=True)
class Espera:
    """Algo que debe cumplirse. `renglon` es como está escrito, para decir cuál falló."""

    que: str
    valor: str
    renglon: str
    solo_local: bool = False


@dataclass
class Paso:
    """Una tanda de globos, o algo que pasa entre tandas, con lo que se espera después."""

    globos: list[Globo] = field(default_factory=list)
    persona: str = ""
    devolver: bool = False
    tiempo: timedelta = timedelta()
    espera: list[Espera] = field(default_factory=list)


@dataclass(frozen=True)
class Conversacion:
    """Una plática escrita. `de`: si la escribe alguien del equipo. `corta`: va en la suite de siempre."""

    negocio: str
    nombre: str
    pasos: tuple[Paso, ...]
    ahora: datetime | None
    corta: bool
    del_equipo: bool
    ataque: bool
    ajustes: dict[str, Any]


@dataclass(frozen=True)
class Negocio:
    """Un negocio inventado y sus pláticas."""

    nombre: str
    datos: dict[str, Any]
    conversaciones: tuple[Conversacion, ...]

    @property
    def conocimiento(self) -> dict[str, str]:
        """Título -> contenido."""
        sabido: dict[str, str] = self.datos["conocimiento"]
        return sabido


class GuionMalEscrito(ValueError):
    """Un renglón que no se entiende."""


_ESPERAS = ("cita", "dice", "no dice", "pasa", "no pasa", "calla", "ofrece", "baja", "alta", "tarea", "sin tareas",
            "ficha", "formulario")  # fmt: skip
_CON_VALOR = {"cita", "dice", "no dice", "ofrece", "tarea", "ficha", "formulario"}


def leer_espera(renglon: str) -> Espera:
    """Un renglón `=` ya sin el signo."""
    resto, solo_local = renglon.strip(), False
    if resto.startswith("solo local:"):
        resto, solo_local = resto.removeprefix("solo local:").strip(), True
    for que in sorted(_ESPERAS, key=len, reverse=True):
        if resto == que or resto.startswith(f"{que} "):
            valor = resto[len(que) :].strip()
            if bool(valor) is not (que in _CON_VALOR):
                break
            return Espera(que, valor, renglon.strip(), solo_local)
    raise GuionMalEscrito(renglon)


def leer_guion(guion: str) -> tuple[Paso, ...]:
    """Los renglones de un guion.

    Raises:
        GuionMalEscrito: uno no se entiende, o espera algo antes de que pase nada.
    """
    pasos: list[Paso] = []
    for renglon in filter(None, (r.strip() for r in guion.splitlines())):
        signo, resto = (
            (">>", renglon[2:].strip()) if renglon.startswith(">>") else (renglon[0], renglon[1:].strip())
        )
        if signo == "=":
            if not pasos:
                raise GuionMalEscrito(renglon)
            pasos[-1].espera.append(leer_espera(resto))
        elif signo in (">", "+", ">>", "*"):
            globo = _globo(signo, resto)
            if not pasos or not pasos[-1].globos or pasos[-1].espera:
                pasos.append(Paso())
            pasos[-1].globos.append(globo)
        elif signo == "P" and resto:
            pasos.append(Paso(persona=resto))
        elif signo == "N" and not resto:
            pasos.append(Paso(devolver=True))
        elif signo == "@" and (m := re.fullmatch(r"(\d+) (min|h|d)", resto)):
            pasos.append(Paso(tiempo=timedelta(seconds=int(m[1]) * _UNIDADES[m[2]])))
        else:
            raise GuionMalEscrito(renglon)
    return tuple(pasos)


def _globo(signo: str, resto: str) -> Globo:
    if signo == ">>":
        if resto not in _SIN_TEXTO:
            raise GuionMalEscrito(resto)
        return Globo(medio=resto)
    if signo == "*":
        return Globo(resto, toque=resto)
    return Globo(resto.replace("\\n", "\n"), mientras_piensa=signo == "+")


def leer_negocio(ruta: Path) -> Negocio:
    """Un archivo."""
    datos = tomllib.loads(ruta.read_text(encoding="utf-8"))
    conversaciones = []
    for una in datos.pop("conversacion"):
        ahora = una.pop("ahora", None)
        conversaciones.append(
            Conversacion(
                ruta.stem,
                una.pop("nombre"),
                leer_guion(una.pop("guion")),
                datetime.fromisoformat(str(ahora)) if ahora else None,
                una.pop("corta", False),
                una.pop("del_equipo", False),
                una.pop("ataque", False),
                una.pop("ajustes", {}),
            )
        )
        if una:
            raise GuionMalEscrito(f"{ruta.stem}: no se conoce {', '.join(una)}")
    return Negocio(ruta.stem, datos, tuple(conversaciones))


def leer_todos() -> list[Negocio]:
    """Los de la carpeta, en orden."""
    return [leer_negocio(ruta) for ruta in sorted(CARPETA.glob("*.toml"))]
