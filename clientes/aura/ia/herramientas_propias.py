"""Las herramientas que toda Nora tiene: buscar, etiquetar, guardar un dato y pasar a una persona."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ..utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ..utils.validators import limpiar_texto, validar_correo
from . import conocimiento
from . import consultas_asistente as consultas
from .fichas import DICHO_POR_EL
from .herramientas import Apoyo, Argumentos, Contexto, Herramienta, Resultado
from .palabras import contenido

BLOQUES = 4
LARGO_NOTAS = 2_000


class Busqueda(Argumentos):
    """Qué buscar."""

    consulta: str = Field(
        min_length=2, max_length=300, description="Lo que se quiere saber, en pocas palabras"
    )


class Etiqueta(Argumentos):
    """Cuál etiqueta."""

    etiqueta: str = Field(min_length=1, max_length=40, description="Nombre de una etiqueta que ya existe")


class Dato(Argumentos):
    """Un dato que dio el cliente de sí mismo."""

    campo: Literal["nombre", "correo", "nota"]
    valor: str = Field(min_length=1, max_length=300, description="Tal como lo dijo el cliente")


class Pase(Argumentos):
    """Por qué pasa a una persona."""

    motivo: str = Field(min_length=3, max_length=200, description="En una frase, para quien va a contestar")


def buscar(contexto: Contexto, argumentos: Busqueda) -> Resultado:
    """Los bloques más cercanos de esta Nora."""
    hallados = conocimiento.buscar(contexto.nombre_nora, argumentos.consulta)[:BLOQUES]
    if not hallados:
        return Resultado("No hay nada sobre eso.", bien=False)
    apoyos = tuple(
        Apoyo(c.bloque.titulo, c.bloque.contenido, "bloque", c.bloque.id, max(0.0, min(c.vectorial, 1.0)))
        for c in hallados
    )
    return Resultado("\n".join(f"{a.titulo}: {a.texto}" for a in apoyos), "Conocimiento", apoyos)


def etiquetar(contexto: Contexto, argumentos: Etiqueta) -> Resultado:
    """Le pone al contacto una etiqueta que el dueño ya creó."""
    existentes = consultas.etiquetas_de(contexto.nombre_nora)
    buscada = contenido(argumentos.etiqueta.lower()) or {argumentos.etiqueta.lower()}
    nombre = next(
        (n for n in existentes if n.lower() == argumentos.etiqueta.lower()),
        next((n for n in existentes if contenido(n.lower()) == buscada), None),
    )
    if nombre is None:
        return Resultado("No existe esa etiqueta. Hay: " + (", ".join(existentes) or "ninguna"), bien=False)
    consultas.etiquetar(contexto.nombre_nora, contexto.contacto_id, existentes[nombre])
    return Resultado(f"Etiqueta «{nombre}» puesta.", f"Etiqueta {nombre}")


def guardar_dato(contexto: Contexto, argumentos: Dato) -> Resultado:
    """Anota un dato en la ficha del contacto; lo que una persona ya escribió no se pisa."""
    ficha = consultas.leer_ficha(contexto.nombre_nora, contexto.contacto_id)
    if ficha is None:
        raise ErrorNoEncontrado
    dato = limpiar_texto(argumentos.valor).strip()
    if not dato:
        raise ErrorDatoInvalido("Ese dato está vacío.")
    if argumentos.campo == "correo":
        dato = validar_correo(dato)
    actual = {"nombre": ficha.nombre, "correo": ficha.correo}.get(argumentos.campo, "")
    if argumentos.campo == "nota" or (actual and actual != dato):
        # Con este principio la guardia sabe que lo dijo el cliente: «mi precio es $50» no lo hace cierto.
        que = "" if argumentos.campo == "nota" else f"su {argumentos.campo} es "
        renglon = f"{DICHO_POR_EL}{que}{' '.join(dato.split())}"
        if renglon in ficha.notas:
            return Resultado("Ya estaba anotado.", "Ficha del contacto")
        notas = f"{ficha.notas}\n{renglon}".strip()
        if len(notas) > LARGO_NOTAS:
            return Resultado("No se hizo: las notas de este contacto ya están llenas.", bien=False)
        consultas.cambiar_ficha(contexto.nombre_nora, contexto.contacto_id, {"notas": notas})
    else:
        consultas.cambiar_ficha(contexto.nombre_nora, contexto.contacto_id, {argumentos.campo: dato})
    return Resultado("Anotado en su ficha.", "Ficha del contacto")


def pasar(contexto: Contexto, argumentos: Pase) -> Resultado:
    """Deja la plática a una persona."""
    motivo = limpiar_texto(argumentos.motivo).strip()
    return Resultado("Listo: una persona contestará.", "Pase a una persona", pasar_a_persona=motivo)


BUSCAR = Herramienta(
    "buscar_conocimiento",
    "Busca más en lo que el negocio le enseñó a Nora. Úsala si lo mostrado no contesta la pregunta.",
    Busqueda,
    buscar,
)
ETIQUETAR = Herramienta(
    "etiquetar_contacto",
    "Le pone al cliente una etiqueta que ya existe, cuando lo que dice corresponde claramente a ella.",
    Etiqueta,
    etiquetar,
    efecto="escribe",
)
GUARDAR_DATO = Herramienta(
    "guardar_dato_del_contacto",
    "Anota en la ficha del cliente un dato que él acaba de dar de sí mismo (su nombre, su correo, una preferencia).",
    Dato,
    guardar_dato,
    efecto="escribe",
)
PASAR = Herramienta(
    "pasar_a_persona",
    "Deja la plática a una persona del negocio: si el cliente lo pide, si hay una queja, o si no sabes la respuesta.",
    Pase,
    pasar,
)
PROPIAS: tuple[Herramienta, ...] = (BUSCAR, ETIQUETAR, GUARDAR_DATO, PASAR)
