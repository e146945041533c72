"""`flask nora ...`: Noras y el andamio de un módulo."""

from __future__ import annotations

from pathlib import Path

import click
from flask import current_app

from app_config import RAIZ

from ..registro.registro_dinamico import registro_de, rutas_de
from ..routes.admin import consultas, servicio
from ..utils.errores import ErrorDatoInvalido
from ._comun import con_aplicacion, lista
from .andamio import escribir_modulo


@click.group(help="Noras: crear, listar, módulos, suspender.")
def nora() -> None:
    """Grupo de comandos."""


@nora.command("crear", help="Crea una Nora. Queda sirviendo desde ya, sin reiniciar.")
@click.argument("nombre")
@click.option("--visible", required=True, help="Nombre del negocio, como lo ven sus clientes.")
@click.option("--numero", required=True, help="Número de WhatsApp con lada: +526621234567.")
@click.option("--modulos", help="Módulos que empiezan encendidos, separados por comas. Sin esto: todos.")
@click.option("--zona", default="America/Hermosillo", show_default=True, help="Zona horaria IANA.")
@con_aplicacion
def crear(nombre: str, visible: str, numero: str, modulos: str | None, zona: str) -> None:
    """Una Nora nueva."""
    creada = servicio.crear_nora(
        None,
        nombre_nora=nombre,
        nombre_visible=visible,
        numero_nora=numero,
        modulos=None if modulos is None else lista(modulos),
        zona_horaria=zona,
    )
    click.echo(f"Lista: /panel_cliente/{creada}/ y su webhook /webhook/{creada}")


@nora.command("listar", help="Las Noras, con su estado.")
@click.option("--buscar", default="", help="Parte del nombre o del número.")
@con_aplicacion
def listar(buscar: str) -> None:
    """Una por renglón: nombre, número, estado, mensajes de 24 h, módulos."""
    pagina = 1
    while True:
        hallado = consultas.pagina_de_noras(buscar, "", pagina)
        for fila in hallado.noras:
            estado = "activa" if fila.activo else "suspendida"
            encendidos = ",".join(fila.modulos) or "-"
            click.echo(f"{fila.nombre_nora}\t{fila.numero_nora}\t{estado}\t{fila.mensajes_24h}\t{encendidos}")
        if pagina * consultas.POR_PAGINA >= hallado.total:
            break
        pagina += 1
    if hallado.total == 0:
        click.echo(
            "No hay ninguna. Crea una con: flask --app run nora crear NOMBRE --visible … --numero …", err=True
        )


@nora.command("modulos", help="Los módulos de una Nora; con --activar y --desactivar los cambia.")
@click.argument("nombre")
@click.option("--activar", help="Separados por comas.")
@click.option("--desactivar", help="Separados por comas.")
@con_aplicacion
def modulos(nombre: str, activar: str | None, desactivar: str | None) -> None:
    """Un renglón por módulo: «si» o «no» y su nombre."""
    encendidos = servicio.nora(nombre).modulos
    if activar or desactivar:
        encendidos = servicio.cambiar_modulos(None, nombre, encender=lista(activar), apagar=lista(desactivar))
    for posible in dict.fromkeys([*servicio.modulos_para(nombre), *encendidos]):
        click.echo(f"{'si' if posible in encendidos else 'no'}\t{posible}")


@nora.command("suspender", help="Apaga una Nora sin borrar nada.")
@click.argument("nombre")
@con_aplicacion
def suspender(nombre: str) -> None:
    """Sus direcciones dejan de existir."""
    servicio.suspender(None, nombre)
    click.echo(f"{nombre} quedó suspendida.")


@nora.command("reactivar", help="Vuelve a encender una Nora suspendida.")
@click.argument("nombre")
@con_aplicacion
def reactivar(nombre: str) -> None:
    """Vuelve como estaba."""
    servicio.reactivar(None, nombre)
    click.echo(f"{nombre} ya está activa.")


@nora.command("rutas", help="Las direcciones que una Nora tiene.")
@click.argument("nombre")
@con_aplicacion
def rutas(nombre: str) -> None:
    """Métodos y dirección, una por renglón."""
    ficha = servicio.nora(nombre)
    registro_de(current_app).releer(nombre)
    if not ficha.activo:
        raise ErrorDatoInvalido(f"{nombre} está suspendida: no tiene direcciones.")
    for metodos, direccion in rutas_de(current_app, nombre):
        click.echo(f"{metodos:<9}{direccion}")


@nora.group("modulo", help="Escribir módulos.")
def modulo() -> None:
    """Grupo de comandos."""


@modulo.command(
    "nuevo", help="Escribe un módulo que ya funciona: carpeta, página, estilos, prueba y documento."
)
@click.argument("nombre")
@click.option("--nora", "nombre_nora", help="Escribirlo como propio de esta Nora, en clientes/NORA/.")
@click.option("--titulo", help="Cómo se llama en el panel. Sin esto sale del nombre.")
@click.option("--carpeta", type=click.Path(file_okay=False, path_type=Path), default=RAIZ, hidden=True)
@con_aplicacion
def nuevo(nombre: str, nombre_nora: str | None, titulo: str | None, carpeta: Path) -> None:
    """El andamio de un módulo."""
    escritos = escribir_modulo(nombre, nombre_nora=nombre_nora, titulo=titulo or "", raiz=carpeta)
    for ruta in escritos:
        click.echo(f"  {ruta.relative_to(carpeta)}")
    quien = nombre_nora or "NORA"
    click.echo(
        "Sigue:\n"
        "  1. flask --app run migrar                (lo anota en modulos_disponibles)\n"
        f"  2. flask --app run nora modulos {quien} --activar {nombre}\n"
        f"  3. arranca otra vez y abre /panel_cliente/{quien}/{nombre}/\n"
        f"  4. python -m clientes.aura.scripts.diagnostico_modulo {nombre}"
    )
