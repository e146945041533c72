"""Las reglas del menú: niveles, orden y qué pasaría con un mensaje."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...canales.base import Capacidades, Interactivo
from ...canales.entrega import cabe_en_botones, cabe_en_lista
from ...conversacion.decisores import menu as decisor
from ...conversacion.decisores.eleccion import elegir
from ...conversacion.modelos import Menu, Opcion, OpcionDeMenu
from ...conversacion.texto import plano
from ...personas.servicio import anotar
from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import consultas_menu
from .consultas_menu import AjustesDeMenu, Renglon
from .formularios_menu import FormularioOpcion

OPCIONES_MAXIMAS = 10  # las filas de una lista de WhatsApp
NIVELES_MAXIMOS = 3
# Lo de WhatsApp, para decir cómo se verá.
WHATSAPP = Capacidades(
    botones=3, largo_boton=20, filas=10, largo_fila=24, largo_descripcion=72, cuerpo_interactivo=1_024
)


@dataclass(frozen=True)
class Prueba:
    """Qué abriría un mensaje. `elegida` vacía: no elige nada; `abre`: enseña el menú."""

    mensaje: str
    elegida: OpcionDeMenu | None
    abre: bool


def nivel_de(opciones: Sequence[Renglon], padre_id: str | None) -> tuple[Renglon | None, list[Renglon]]:
    """La opción que abre ese nivel y las suyas.

    Raises:
        ErrorNoEncontrado: no existe, o no es un submenú.
    """
    if padre_id is None:
        return None, [o for o in opciones if o.padre_id is None]
    padre = next((o for o in opciones if o.id == padre_id and o.accion == "submenu"), None)
    if padre is None:
        raise ErrorNoEncontrado
    return padre, [o for o in opciones if o.padre_id == padre_id]


def camino(opciones: Sequence[Renglon], padre: Renglon | None) -> list[Renglon]:
    """De arriba hasta esa, para volver."""
    por_id = {o.id: o for o in opciones}
    hallados: list[Renglon] = []
    while padre is not None and padre not in hallados:
        hallados.insert(0, padre)
        padre = por_id.get(padre.padre_id or "")
    return hallados


def agregar(nombre_nora: str, formulario: FormularioOpcion, padre_id: str | None) -> None:
    """Al final de su nivel.

    Raises:
        ErrorNoEncontrado: el nivel no existe.
        ErrorDatoInvalido: ya no caben, o son demasiados niveles.
    """
    opciones = consultas_menu.leer(nombre_nora).opciones
    padre, hermanas = nivel_de(opciones, padre_id)
    if len(hermanas) >= OPCIONES_MAXIMAS:
        raise ErrorDatoInvalido(f"Caben {OPCIONES_MAXIMAS} opciones; las demás ponlas en un submenú.")
    if formulario.accion.data == "submenu" and len(camino(opciones, padre)) >= NIVELES_MAXIMOS - 1:
        raise ErrorDatoInvalido("Más niveles cansan a quien escribe: pon aquí la respuesta.")
    _no_repetir(formulario, hermanas)
    orden = max((o.orden for o in hermanas), default=0) + 1
    consultas_menu.crear(nombre_nora, {**formulario.columnas(), "padre_id": padre_id, "orden": orden})


def cambiar(
    nombre_nora: str, formulario: FormularioOpcion, opcion: Renglon, todas: Sequence[Renglon]
) -> None:
    """La deja como se escribió.

    Raises:
        ErrorDatoInvalido: otra del mismo nivel se llama igual, o tiene opciones dentro y dejaría de ser submenú.
    """
    _no_repetir(formulario, [o for o in todas if o.padre_id == opcion.padre_id and o.id != opcion.id])
    if formulario.accion.data != "submenu" and any(o.padre_id == opcion.id for o in todas):
        raise ErrorDatoInvalido("Tiene opciones dentro: bórralas antes de cambiar a qué lleva.")
    consultas_menu.cambiar(nombre_nora, opcion.id, formulario.columnas())


def _no_repetir(formulario: FormularioOpcion, hermanas: Sequence[Renglon]) -> None:
    if plano(formulario.titulo.data or "") in {plano(o.titulo) for o in hermanas}:
        raise ErrorDatoInvalido("Ya hay una opción con ese nombre aquí; el cliente no sabría cuál.")


def buscar(opciones: Sequence[Renglon], opcion_id: str) -> Renglon:
    """Una de la lista.

    Raises:
        ErrorNoEncontrado: no está.
    """
    hallada = next((o for o in opciones if o.id == opcion_id), None)
    if hallada is None:
        raise ErrorNoEncontrado
    return hallada


def mover(nombre_nora: str, opcion_id: str, *, arriba: bool) -> Renglon:
    """Un lugar hacia arriba o hacia abajo; en la orilla no hace nada. Devuelve la que se movió."""
    opciones = consultas_menu.leer(nombre_nora).opciones
    opcion = buscar(opciones, opcion_id)
    hermanas = [o for o in opciones if o.padre_id == opcion.padre_id]
    aqui = hermanas.index(opcion)
    alla = aqui + (-1 if arriba else 1)
    if 0 <= alla < len(hermanas):
        hermanas[aqui], hermanas[alla] = hermanas[alla], hermanas[aqui]
        for lugar, hermana in enumerate(hermanas, start=1):
            if hermana.orden != lugar:
                consultas_menu.cambiar(nombre_nora, hermana.id, {"orden": lugar})
    return opcion


def borrar(quien: Identidad, nombre_nora: str, opcion_id: str) -> Renglon:
    """La quita con las de dentro, y lo anota; devuelve lo que era."""
    era = buscar(consultas_menu.leer(nombre_nora).opciones, opcion_id)
    consultas_menu.borrar(nombre_nora, opcion_id)
    anotar(quien, "borrar_opcion_de_menu", nombre_nora=nombre_nora, objeto=era.titulo)
    return era


def como_se_ve(encabezado: str, nivel: Sequence[Renglon], boton: str) -> str:
    """«botones», «lista» o «numerado»: lo que WhatsApp deja con esas opciones."""
    menu = Menu(encabezado=encabezado or "-", boton=boton, opciones=tuple(nivel))
    mostrado = decisor.mostrar(
        menu.model_copy(update={"opciones": tuple(_sin_padre(o) for o in nivel)}), None
    )
    if mostrado is None or mostrado.ofrecidas is None:
        return ""
    interactivo = Interactivo(encabezado or "-", mostrado.ofrecidas.toques, boton)
    if cabe_en_botones(WHATSAPP, interactivo):
        return "botones"
    return "lista" if cabe_en_lista(WHATSAPP, interactivo) else "numerado"


def _sin_padre(opcion: Renglon) -> OpcionDeMenu:
    return opcion.model_copy(update={"padre_id": None})


def probar(ajustes: AjustesDeMenu, nivel: Sequence[Renglon], mensaje: str) -> Prueba:
    """Con ese nivel delante, como en una plática."""
    opciones = tuple(Opcion(numero=n, titulo=o.titulo, menu_id=o.id) for n, o in enumerate(nivel, start=1))
    elegida = elegir(mensaje, opciones) if opciones else None
    opcion = next((o for o in nivel if elegida and o.id == elegida.menu_id), None)
    abre = opcion is None and plano(mensaje) in {plano(p) for p in ajustes.palabras}
    return Prueba(mensaje, opcion, abre)
