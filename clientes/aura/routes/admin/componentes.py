"""El muestrario: cada pieza de `templates/shared/componentes/`, cómo se usa y cómo se ve en cada estado."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flask import current_app, render_template
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    PasswordField,
    RadioField,
    SelectChoice,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
)
from wtforms.widgets import CheckboxInput, ListWidget

TEMAS = ("claro", "oscuro")
MACRO = re.compile(r"{%-?\s*macro\s+([a-z]\w*)\s*\(")
COMENTARIO = re.compile(r"\A{#-?\s*(.*?)\s*-?#}", re.DOTALL)
NOMBRES = {
    "avatar": ("Avatar", "Quién es, de un vistazo."),
    "aviso": ("Aviso", "Algo que la persona debe saber en esta página."),
    "boton": ("Botón", "Lo que se puede hacer. Uno primario por página: el siguiente paso."),
    "burbuja": ("Burbuja", "Un mensaje de la conversación, de quién es y cómo va su envío."),
    "buscador": ("Buscador", "Encontrar algo mientras se escribe."),
    "campo": ("Campo", "Un dato que se pide. El error queda junto a él y lo escrito no se pierde."),
    "copiable": ("Copiable", "Un dato que se lleva a otra parte con un toque."),
    "dialogo": ("Diálogo", "Una tarea corta sin salir de la página."),
    "esqueleto": ("Esqueleto", "La forma de lo que viene, mientras llega."),
    "etiquetas": ("Etiquetas", "Cómo se agrupa a los clientes."),
    "icono": ("Icono", "Un dibujo que acompaña al texto; nunca va solo."),
    "insignia": ("Insignia", "Un estado en una o dos palabras."),
    "interruptor": ("Interruptor", "Encender o apagar algo, y que se guarde al momento."),
    "lista": ("Lista", "Renglones que se tocan."),
    "paginacion": ("Páginas", "Seguir viendo una lista larga."),
    "pestanas": ("Pestañas", "Filtros, cada uno con su dirección."),
    "tabla": ("Tabla", "Datos que se comparan. En teléfono cada fila es una tarjeta."),
    "tarjeta": ("Tarjeta", "Un tema de la página."),
    "tarjeta_cifra": ("Cifra", "Un número que importa, con su contexto."),
    "vacio": ("Vacío", "Lo que se ve cuando no hay nada: siempre dice qué sigue."),
}


@dataclass(frozen=True)
class Pieza:
    """Un archivo de componentes.

    Args:
        macros: las públicas, como se importan.
        uso: el comentario con que empieza el archivo: es su documentación y no se escribe dos veces.
    """

    archivo: str
    titulo: str
    para_que: str
    macros: tuple[str, ...]
    uso: str


class FormularioDeMuestra(FlaskForm):
    """Un campo de cada tipo, para enseñar `campo()` como lo usan las páginas."""

    class Meta:
        csrf = False

    nombre = StringField("Nombre", default="Panadería La Espiga")
    telefono = TelField("WhatsApp", default="81 12")
    precio = DecimalField("Precio", default=1150)
    modo = SelectField(
        "Cuando no sabe",
        choices=[SelectChoice("estricto", "Pasa a una persona"), SelectChoice("flexible", "Lo intenta")],
    )
    trato = RadioField(
        "Trato", choices=[SelectChoice("tu", "De tú"), SelectChoice("usted", "De usted")], default="tu"
    )
    avisos = BooleanField("Avisar cuando alguien espere", default=True)
    responde = BooleanField("Nora responde", default=True)
    clave = PasswordField("Contraseña")
    etiquetas = SelectMultipleField(
        "Etiquetas",
        choices=[],
        default=["VIP"],
        widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )
    etiqueta_nueva = StringField("Otra etiqueta")
    etiqueta_primera = StringField("Etiquetas")


def componentes() -> str:
    """La página."""
    return render_template(
        "admin/componentes.html",
        piezas=piezas(Path(current_app.root_path) / "templates" / "shared" / "componentes"),
        formularios={tema: _formulario(tema) for tema in TEMAS},
        temas=TEMAS,
    )


def piezas(carpeta: Path) -> list[Pieza]:
    """Lo que hay en la carpeta, por nombre de archivo."""
    return [_pieza(ruta) for ruta in sorted(carpeta.glob("*.html"))]


def _pieza(ruta: Path) -> Pieza:
    texto = ruta.read_text(encoding="utf-8")
    titulo, para_que = NOMBRES.get(ruta.stem, (ruta.stem.replace("_", " ").capitalize(), ""))
    comentario = COMENTARIO.match(texto)
    uso = re.sub(r"\n {4}", "\n", comentario[1]) if comentario else ""
    return Pieza(ruta.stem, titulo, para_que, tuple(MACRO.findall(texto)), uso)


def _formulario(tema: str) -> FormularioDeMuestra:
    formulario = FormularioDeMuestra(formdata=None, prefix=f"{tema}-")
    formulario.telefono.errors = ["Faltan dígitos: escribe los 10 del número."]
    return formulario
