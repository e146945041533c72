"""Carga el negocio de demostración una sola vez y recuerda sus cuentas."""

from __future__ import annotations

import json
import os
import random
import secrets
from datetime import UTC, datetime, timedelta

from flask import Flask

from app_config import Config

from ..personas import servicio as personas
from ..registro.registro_dinamico import catalogo_de, registro_de
from ..reportes import servicio as reportes
from ..reportes.semanas import semana_pasada
from ..utils.logging_utils import registro
from . import (
    consultas,
    consultas_anuncios_google,
    consultas_anuncios_meta,
    consultas_bandeja,
    consultas_canales,
    consultas_conocimiento,
    consultas_medios,
    consultas_tareas,
    contenido,
)

DIAS = 30
CONTACTOS = 39  # con Renata, la de los archivos, son cuarenta
SEMILLA = 20261122
bitacora = registro(__name__)


def cargar(app: Flask) -> dict[str, str]:
    """Carga lo que falte. Devuelve correo -> contraseña de las cuentas de demostración."""
    cuentas, recien_inventadas = _cuentas(app)
    nueva = not consultas.existe(contenido.NOMBRE_NORA)
    if nueva:
        modulos = [m.nombre for m in catalogo_de(app).para(contenido.NOMBRE_NORA)]
        consultas.crear_nora(modulos)
        _cargar_platicas(consultas.guardar_bloques())
        consultas.ordenar_contactos(random.Random(SEMILLA))  # noqa: S311  siempre los mismos
    for (correo, contrasena), (rol, nombre) in zip(
        cuentas.items(),
        (("admin", "Admin de demostración"), ("dueno", "Rosa Peralta"), ("agente", "Luis Gámez")),
        strict=True,
    ):
        usuario_id = consultas.id_de_cuenta(correo)
        if usuario_id is None:
            nora = None if rol == "admin" else contenido.NOMBRE_NORA
            personas.crear_usuario(correo, contrasena, rol=rol, nombre_nora=nora, nombre=nombre)
        elif recien_inventadas:  # se borró el archivo que las guarda: las de antes ya nadie las sabe
            personas.cambiar_contrasena(usuario_id, contrasena)
    if nueva:
        consultas.cargar_actividad(datetime.now(UTC))
    registro_de(app).releer(contenido.NOMBRE_NORA)
    _cargar_tareas()
    duena = consultas.id_de_cuenta("duena@demo.mx")
    if duena and nueva:
        consultas.firmar_notas(duena)
    if duena and not consultas_conocimiento.hay():
        consultas_conocimiento.cargar(duena)
    if duena and not consultas_medios.hay():
        consultas_medios.cargar(duena)
    if not consultas_canales.hay():
        consultas_canales.cargar()
    if not consultas_anuncios_google.hay():
        consultas_anuncios_google.cargar()
    if not consultas_anuncios_meta.hay():
        consultas_anuncios_meta.cargar()
        _cargar_reportes(app)
    return cuentas


def _cargar_tareas() -> None:
    duena, agente = (consultas.id_de_cuenta(correo) for correo in ("duena@demo.mx", "agente@demo.mx"))
    if duena and agente and not consultas_tareas.hay():
        consultas_tareas.cargar(duena, agente)
    if duena and agente and not consultas_bandeja.hay():
        consultas_bandeja.cargar(duena, agente)


def _cargar_reportes(app: Flask) -> None:
    """Los de las últimas tres semanas, escritos por las reglas: cargar la demostración no gasta en el modelo."""
    ahora = datetime.now(UTC)
    semana = semana_pasada(consultas_anuncios_meta.ZONA, ahora)
    for cual in (semana.anterior.anterior, semana.anterior, semana):
        reportes.hacer(
            contenido.NOMBRE_NORA, cual, catalogo_de(app).anuncios(), ahora, leer=False, con_modelo=False
        )


def _cuentas(app: Flask) -> tuple[dict[str, str], bool]:
    """Las contraseñas, inventadas en cada instalación y guardadas con sus datos; y si se inventaron ahora."""
    config: Config = app.extensions["nora_config"]
    ruta = config.NORA_DATOS / "demo.json"
    faltan = not ruta.exists()
    if faltan:
        nuevas = {
            correo: f"{correo.split('@')[0]}-{secrets.token_hex(4)}"
            for correo in ("admin@demo.mx", "duena@demo.mx", "agente@demo.mx")
        }
        with os.fdopen(
            os.open(ruta, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8"
        ) as archivo:
            json.dump(nuevas, archivo)
    guardadas: dict[str, str] = json.loads(ruta.read_text(encoding="utf-8"))
    return guardadas, faltan


def _cargar_platicas(bloques: dict[str, str]) -> None:
    azar = random.Random(SEMILLA)  # noqa: S311  textos de muestra, siempre los mismos
    ahora = datetime.now(UTC)
    platicas = []
    for numero in range(CONTACTOS):
        nombre = f"{contenido.NOMBRES[numero % len(contenido.NOMBRES)]} {azar.choice(contenido.APELLIDOS)}"
        contacto = consultas.ContactoDemo(nombre=nombre, telefono=f"+5266255501{numero:02d}")
        if numero < len(contenido.ESPERAN):
            momento = ahora - timedelta(minutes=17 + 43 * numero)
            platicas.append(
                consultas.PlaticaDemo(contacto, [(momento, contenido.ESPERAN[numero], "", "")], espera=True)
            )
            continue
        vueltas = []
        for _ in range(azar.randint(1, 4)):
            momento = ahora - timedelta(
                days=azar.randint(0, DIAS - 1), hours=azar.randint(0, 9), minutes=azar.randint(2, 59)
            )
            pregunta, titulo, respuesta = azar.choice(contenido.PLATICAS)
            vueltas.append((momento, pregunta, titulo, respuesta))
        platicas.append(consultas.PlaticaDemo(contacto, sorted(vueltas), espera=False))
    consultas.guardar_platicas(platicas, bloques)
