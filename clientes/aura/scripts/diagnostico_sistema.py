"""Revisa la instalación entera y dice qué hacer: `python -m clientes.aura.scripts.diagnostico_sistema`.

No cambia nada. Cada revisión es independiente: una que falla no impide las demás.
"""

from __future__ import annotations

import shutil
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import psycopg
from cryptography.fernet import Fernet as _Fernet
from cryptography.fernet import InvalidToken, MultiFernet
from flask import Flask

from app_config import Config
from scheduler_jobs import siguiente_vez, todos_los_trabajos

from .. import respaldos
from ..arranque import db_uri_de, db_uri_de_respaldo
from ..conversacion.cola import hay_trabajador_vivo
from ..migraciones import pendientes
from ..registro.registro_dinamico import catalogo_de
from ..routes.admin import consultas as admin
from ..utils.errores import ErrorNora
from ..utils.validators import validar_numero
from . import consultas
from ._comun import Resultado, correr, decir, opciones

PLAZO_RED_S = 5.0
DISCO_MINIMO = 1024**3  # bytes
DESFASE_MAXIMO_S = 5.0
RETRASO_MAXIMO = timedelta(hours=1)  # después de cuando le tocaba a un trabajo
HORAS_DE_RESPALDO = 30
PUERTOS = {"https": 443, "redis": 6379, "rediss": 6379}
# Formas en que llega el mismo número de México.
NUMEROS = ("+526621234567", "+5216621234567", "662 123 4567", "(662) 123-4567", "+52 1 662 123 4567")


@dataclass(frozen=True)
class Revision:
    """Una cosa revisada. `que_hacer` solo si está mal."""

    nombre: str
    bien: bool
    detalle: str
    que_hacer: str = ""


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si todo está bien, 1 si algo no."""
    analizador = opciones("Revisa la instalación entera. Nunca cambia nada.", "no revisa; dice qué revisaría")
    pedido = analizador.parse_args(argumentos)
    if pedido.simular:
        decir(f"Revisaría: {', '.join(REVISIONES)}.")
        return 0
    return correr(diagnosticar, json_al_final=pedido.json)


def diagnosticar(app: Flask) -> Resultado:
    """Corre cada revisión."""
    resultado = Resultado()
    revisadas = []
    for nombre, revisar in REVISIONES.items():
        try:
            revision = revisar(app)
        except (ErrorNora, psycopg.Error, OSError) as error:
            detalle = error.mensaje if isinstance(error, ErrorNora) else type(error).__name__
            revision = Revision(
                nombre, False, f"no se pudo revisar: {detalle}", "Revisa primero la base de datos."
            )
        revisadas.append(revision)
        decir(f"{'bien' if revision.bien else 'MAL ':4}  {revision.nombre}: {revision.detalle}")
        if not revision.bien:
            resultado.fallas.append(f"{revision.nombre}: {revision.que_hacer}")
    resultado.hechos = len(revisadas)
    resultado.datos = {"revisiones": [vars(r) for r in revisadas]}
    return resultado


def _config(app: Flask) -> Config:
    config: Config = app.extensions["nora_config"]
    return config


def _configuracion(app: Flask) -> Revision:
    config = _config(app)  # ya pasó `revisar()` para llegar aquí
    if config.es_produccion and not config.URL_PUBLICA.startswith("https://"):
        return Revision(
            "configuración",
            False,
            "URL_PUBLICA no es https",
            "Sirve con https: Twilio y las cookies lo piden.",
        )
    return Revision("configuración", True, f"ENTORNO={config.ENTORNO}, base {config.modo_supabase}")


def _base(app: Flask) -> Revision:
    with psycopg.connect(db_uri_de(_config(app)), connect_timeout=int(PLAZO_RED_S)) as conexion:
        fila = conexion.execute("select current_setting('server_version')").fetchone()
    return Revision("base de datos", True, f"PostgreSQL {fila[0] if fila else '?'} contesta")


def _migraciones(app: Flask) -> Revision:
    faltan = pendientes(db_uri_de(_config(app)))
    detalle = f"faltan {', '.join(faltan)}" if faltan else "todas aplicadas"
    return Revision("migraciones", not faltan, detalle, "Corre «flask --app run migrar».")


def _cola(app: Flask) -> Revision:
    if not hay_trabajador_vivo(db_uri_de(_config(app))):
        return Revision(
            "cola",
            False,
            "ningún trabajador da señal",
            "Arranca la aplicación o «flask --app run trabajador».",
        )
    cola = admin.estado_de_la_cola()
    if cola.fallidos:
        detalle = f"{cola.fallidos} trabajos agotaron sus intentos"
        return Revision("cola", False, detalle, "Míralos en /admin/cola e inténtalos otra vez.")
    return Revision("cola", True, f"{cola.esperan} esperan, {cola.corren} corren")


def _programador(app: Flask) -> Revision:
    programador = admin.programador()
    ahora = datetime.now(UTC)
    faltas = []
    for trabajo in todos_los_trabajos(app):
        ultima = programador.ultimas.get(trabajo.id)
        if ultima is None or trabajo.id in programador.apagados:
            continue  # recién instalado, o alguien lo apagó a propósito
        if ultima.estado == "fallido":
            faltas.append(f"{trabajo.id} falló")
        elif (tocaba := siguiente_vez(trabajo, ultima.periodo)) and ahora - tocaba > RETRASO_MAXIMO:
            faltas.append(f"{trabajo.id} no corre desde {ultima.periodo:%Y-%m-%d}")
    detalle = "; ".join(faltas) or "sus trabajos han corrido"
    return Revision("programador", not faltas, detalle, "Mira el resultado de cada uno en /admin/salud.")


def _modulos(app: Flask) -> Revision:
    fallidos = catalogo_de(app).fallidos
    detalle = "; ".join(f"{f.paquete}: {f.razon}" for f in fallidos) or "todos cargaron"
    return Revision(
        "módulos", not fallidos, detalle, "Corre «python -m clientes.aura.scripts.diagnostico_modulo»."
    )


def _proveedores(app: Flask) -> Revision:
    config = _config(app)
    urls = [config.TWILIO_BASE_URL or "https://api.twilio.com"]
    if config.META_APP_ID:
        urls.append(config.META_GRAPH_URL)
    if config.OPENAI_API_KEY:
        urls.append(config.OPENAI_BASE_URL or "https://api.openai.com")
    if config.GOOGLE_ADS_CLIENT_ID:
        urls += [config.GOOGLE_ADS_TOKEN_URL, f"https://{config.GOOGLE_ADS_ENDPOINT}"]
    if config.REDIS_URL:
        urls.append(config.REDIS_URL)
    lejos = [urlsplit(url).hostname or url for url in urls if not _alcanza(url)]
    detalle = f"no se alcanza {', '.join(lejos)}" if lejos else "se alcanzan"
    return Revision(
        "proveedores", not lejos, detalle, "Revisa la salida a internet de esta máquina y su DNS."
    )


def _respaldos(app: Flask) -> Revision:
    config = _config(app)
    try:
        with psycopg.connect(db_uri_de_respaldo(config), connect_timeout=int(PLAZO_RED_S)) as base:
            respaldos.herramienta(config, "pg_dump", base)
    except respaldos.ErrorRespaldo as error:
        return Revision("respaldos", False, error.mensaje, error.que_hacer or "Revisa NORA_PG_DUMP.")
    hechos = list(respaldos.existentes(config))
    if not hechos:
        return Revision("respaldos", True, "todavía ninguno: el primero es a las 2:30")
    horas = (datetime.now(UTC) - hechos[-1]).total_seconds() / 3600
    return Revision(
        "respaldos",
        horas <= HORAS_DE_RESPALDO,
        f"{len(hechos)}, el último hace {horas:.0f} h",
        "Mira en /admin/salud cómo salió «respaldo_diario» y haz uno con backup_diario.",
    )


def _disco(app: Flask) -> Revision:
    libres = shutil.disk_usage(_config(app).NORA_DATOS).free
    return Revision(
        "disco",
        libres >= DISCO_MINIMO,
        f"{libres / 1024**3:.1f} GB libres en NORA_DATOS",
        "Libera espacio: sin él PostgreSQL se detiene.",
    )


def _reloj(app: Flask) -> Revision:
    desfase = abs((datetime.now(UTC) - consultas.reloj_de_la_base()).total_seconds())
    detalle = f"{desfase:.1f} s entre esta máquina y la base"
    return Revision(
        "reloj", desfase <= DESFASE_MAXIMO_S, detalle, "Sincroniza el reloj (NTP) de esta máquina."
    )


def _numeros(app: Flask) -> Revision:
    leidos = {validar_numero(numero) for numero in NUMEROS}
    bien = leidos == {NUMEROS[0]}
    return Revision(
        "números",
        bien,
        f"las {len(NUMEROS)} formas de uno de México son {len(leidos)}",
        "Reinstala phonenumbers.",
    )


def _secretos(app: Flask) -> Revision:
    claves = MultiFernet([_Fernet(clave) for clave in _config(app).NORA_CLAVES_CIFRADO])
    cerrados = total = 0
    for columna in consultas.columnas_cifradas():
        for renglon in consultas.secretos(columna):
            total += 1
            try:
                claves.decrypt(str(renglon[columna.columna]).encode())
            except InvalidToken:
                cerrados += 1
    detalle = f"{total - cerrados} de {total} se abren"
    return Revision(
        "secretos", not cerrados, detalle, "Agrega a NORA_CLAVES_CIFRADO la clave con que se guardaron."
    )


def _alcanza(url: str) -> bool:
    partes = urlsplit(url)
    puerto = partes.port or PUERTOS.get(partes.scheme, 80)
    try:
        socket.create_connection((partes.hostname or "", puerto), timeout=PLAZO_RED_S).close()
    except OSError:
        return False
    return True


REVISIONES: dict[str, Callable[[Flask], Revision]] = {
    "configuración": _configuracion,
    "base de datos": _base,
    "migraciones": _migraciones,
    "cola": _cola,
    "programador": _programador,
    "módulos": _modulos,
    "proveedores": _proveedores,
    "respaldos": _respaldos,
    "disco": _disco,
    "reloj": _reloj,
    "números": _numeros,
    "secretos": _secretos,
}


if __name__ == "__main__":
    sys.exit(main())
