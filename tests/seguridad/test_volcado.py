"""Quien se robe un volcado de la base no encuentra ni una llave: se siembran y se buscan en el texto de pg_dump."""

from __future__ import annotations

import re
import subprocess
from typing import Any

from conftest import CONTRASENA
from flask import Flask

from app_config import Config
from clientes.aura.conversacion import consultas
from clientes.aura.personas import servicio as personas
from clientes.aura.scripts.consultas import columnas_cifradas
from clientes.aura.supabase_local import DireccionesPostgres, binarios_postgres
from clientes.aura.utils.cifrado import Cifrador
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

TWILIO, MODELO, OTRA = "5e" * 16, "sk-proj-de-prueba-1234567890", "secreto-de-cualquier-columna"


def test_ningun_secreto_sembrado_aparece(
    app: Flask,
    config: Config,
    base: DireccionesPostgres,
    crear_nora: Any,
    cliente_de: Any,
    crear_usuario: Any,
) -> None:
    nora = crear_nora("marea")
    admin, duena = cliente_de("admin"), cliente_de("dueno", nora)
    crear_usuario("otra@marea.mx", "agente", nora)
    # Por donde entran: los formularios.
    llaves = {"cuenta": "AC" + "1" * 32, "token": TWILIO, "servicio_de_mensajes": ""}
    assert admin.enviar(f"/admin/noras/{nora}/credenciales", llaves).status_code == 302
    datos = {"llave": MODELO, "modelo": "gpt-4o-mini", "base_url": "", "tope_mensual": "300"}
    assert duena.enviar(f"/panel_cliente/{nora}/ia/modelo", datos).status_code == 302
    enlace = personas.enlace_para_restablecer("otra@marea.mx")
    # Y toda otra columna cifrada que haya, con lo que el cifrador de la aplicación deja.
    cifrado = Cifrador(config.NORA_CLAVES_CIFRADO).cifrar(OTRA)
    columnas = columnas_cifradas()
    assert {"credenciales_nora", "configuracion_ia"} <= {c.tabla for c in columnas}
    for columna in columnas:
        for fila in filas(supabase.table(columna.tabla).select("*")):
            if not fila[columna.columna]:
                consulta = supabase.table(columna.tabla).update({columna.columna: cifrado})
                ejecutar(consulta.eq(columna.llave, fila[columna.llave]))
    guardadas = consultas.leer_credenciales(nora)
    assert guardadas is not None and guardadas.token == TWILIO, "sí se guardó"

    orden = [str(binarios_postgres() / "pg_dump"), "--format=plain", f"--dbname={base.administrador}"]
    volcado = subprocess.run(orden, capture_output=True, text=True, check=True).stdout
    assert "otra@marea.mx" in volcado and volcado.count("gAAAA") >= 2
    testigos = {
        "token de Twilio": TWILIO,
        "llave del modelo": MODELO,
        "otro secreto": OTRA,
        "contraseña": CONTRASENA,
        "enlace de contraseña": enlace,
        "clave de cifrado": config.NORA_CLAVES_CIFRADO[0],
        "firma de tokens": config.SUPABASE_JWT_SECRET,
        "clave de sesiones": config.SECRET_KEY,
    }
    assert [nombre for nombre, secreto in testigos.items() if secreto in volcado] == []
    # Las contraseñas, con la función que se hizo para eso; nada de hashes rápidos.
    hashes = re.findall(r"\$argon2id\$", volcado)
    assert len(hashes) == 3
