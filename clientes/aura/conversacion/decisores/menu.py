"""El menú: se abre con sus palabras o al saludar, y se elige por número, por nombre o tocando un botón.

Un mensaje vacío nunca elige. Los submenús se recorren igual, y «volver» regresa al de arriba.
"""

from __future__ import annotations

from ...canales.base import Toque
from ...ia import conocimiento as saber
from .. import consultas_menu
from ..modelos import Decision, Fuente, Menu, Ofrecidas, Opcion, OpcionDeMenu, Turno
from ..texto import plano
from . import formulario as formularios
from . import pasar_a_persona, pedir_persona
from .bienvenida import con_aviso, es_saludo, quitar_saludo, saludo_de
from .eleccion import elegir

DECISOR = "menu"
VOLVER = frozenset({"volver", "regresar", "atras", "menu anterior", "0"})
PREFIJO = "menu:"


def decidir(turno: Turno) -> Decision | None:
    """Lo que el cliente eligió, o el menú si lo pidió; None si escribió otra cosa."""
    if not turno.hay_menu:
        return None
    toque = next((p.toque for p in reversed(turno.pendientes) if p.toque.startswith(PREFIJO)), "")
    if not turno.texto and not toque:
        return None
    abierto = [o for o in turno.opciones if o.menu_id]
    menu = consultas_menu.leer_menu(turno.nora.nombre_nora)
    if menu is None:
        return None
    return resolver(turno, menu, tuple(abierto), toque)


def resolver(turno: Turno, menu: Menu, abierto: tuple[Opcion, ...], toque: str) -> Decision | None:
    """Con el menú ya leído. `abierto`: las opciones que tiene delante."""
    if toque:
        tocada = menu.opcion(toque.removeprefix(PREFIJO))
        # Un botón de hace días puede nombrar una opción que ya no está: se enseña el menú de hoy.
        return _hacer(turno, menu, tocada) if tocada else mostrar(menu, None)
    dicho = plano(quitar_saludo(turno.texto))
    if abierto:
        if dicho in VOLVER:
            primera = menu.opcion(abierto[0].menu_id or "")
            padre = menu.opcion(primera.padre_id) if primera and primera.padre_id else None
            return mostrar(menu, padre.padre_id if padre else None)
        elegida = elegir(turno.texto, abierto)
        if elegida is not None:
            opcion = menu.opcion(elegida.menu_id or "")
            return _hacer(turno, menu, opcion) if opcion else mostrar(menu, None)
    if dicho and dicho in {plano(palabra) for palabra in menu.palabras}:
        return mostrar(menu, None)
    if menu.al_saludar and es_saludo(turno.texto) and not turno.saludada:
        return mostrar(menu, None, antes=con_aviso(turno, saludo_de(turno)), saludar=True)
    return None


def mostrar(menu: Menu, padre_id: str | None, *, antes: str = "", saludar: bool = False) -> Decision | None:
    """Un nivel del menú, numerado y para tocar; None si no tiene opciones."""
    hijas = menu.hijas(padre_id)
    if not hijas:
        return None
    padre = menu.opcion(padre_id) if padre_id else None
    encabezado = (padre.texto.strip() or padre.titulo) if padre else menu.encabezado
    renglones = "\n".join(f"{n}. {o.titulo}" for n, o in enumerate(hijas, start=1))
    texto = "\n\n".join(parte for parte in (antes, encabezado, renglones) if parte)
    return Decision(
        DECISOR,
        texto=texto,
        opciones=_como_opciones(hijas),
        ofrecidas=Ofrecidas(
            tuple(Toque(PREFIJO + o.id, o.titulo, o.descripcion) for o in hijas), renglones, menu.boton
        ),
        saludar=saludar,
        sin_saludo=saludar,
    )


def _hacer(turno: Turno, menu: Menu, opcion: OpcionDeMenu) -> Decision | None:
    if opcion.accion == "submenu":
        return mostrar(menu, opcion.id) or _sin_destino(turno)
    if opcion.accion == "persona":
        return pedir_persona.pasar(turno)
    if opcion.accion == "formulario":
        elegido = consultas_menu.leer_formulario(turno.nora.nombre_nora, opcion.formulario_id or "")
        return (formularios.empezar(elegido) if elegido else None) or _sin_destino(turno)
    # Quien eligió una puede querer otra del mismo nivel: siguen valiendo en el siguiente mensaje.
    hermanas = _como_opciones(menu.hijas(opcion.padre_id))
    if opcion.accion == "bloque":
        bloque = saber.leer_bloque(turno.nora.nombre_nora, opcion.bloque_id) if opcion.bloque_id else None
        if bloque is None:
            return _sin_destino(turno)
        fuentes = (Fuente(bloque.id, bloque.titulo, 1.0),)
        return Decision(
            DECISOR, texto=saber.texto_para(bloque, opcion.titulo), fuentes=fuentes, opciones=hermanas
        )
    return Decision(DECISOR, texto=opcion.texto, opciones=hermanas) if opcion.texto else _sin_destino(turno)


def _sin_destino(turno: Turno) -> Decision:
    """Lo que la opción abría ya no existe: lo ve una persona, no se inventa."""
    return pasar_a_persona.decidir(turno)


def _como_opciones(hijas: tuple[OpcionDeMenu, ...]) -> tuple[Opcion, ...]:
    return tuple(Opcion(numero=n, titulo=o.titulo, menu_id=o.id) for n, o in enumerate(hijas, start=1))
