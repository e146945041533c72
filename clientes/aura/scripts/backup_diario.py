"""Respaldos: `python -m clientes.aura.scripts.backup_diario`. Sin opciones hace uno y quita los que sobran.

Con `--verificar` comprueba uno restaurándolo en un PostgreSQL desechable: cuentas, secuencias, paredes, secretos, y
que Nora conteste un mensaje sin que nada viejo se vuelva a enviar. Con `--restaurar` lo pone en esta instalación.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import psycopg
from flask import Flask
from psycopg import sql

from app_config import Config

from .. import respaldos
from ..conversacion import consultas, turno
from ..medios.cajas import en_trozos
from ..personas.servicio import anotar
from ..respaldos import ErrorRespaldo
from ..routes.admin.exportacion import exportar_nora
from ..routes.admin.servicio import nora as leer_nora
from ..supabase_local import DireccionesPostgres, crear_api
from ..utils.cifrado import Cifrador
from ..utils.errores import ErrorNora
from ..utils.supabase_client import ConexionSupabase, conexion_actual, usar_conexion
from ..utils.webhook_utils import MensajeEntrante
from ._comun import Resultado, correr, decir, opciones

ULTIMO = "ultimo"


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si todo salió, 1 si algo falló; argumentos malos terminan con 2."""
    analizador = opciones("Hace, comprueba o restaura respaldos, o exporta una Nora.")
    que = analizador.add_mutually_exclusive_group()
    que.add_argument(
        "--verificar",
        nargs="?",
        const=ULTIMO,
        metavar="CARPETA",
        help="comprueba uno; sin decir cuál, el último",
    )
    que.add_argument(
        "--restaurar", metavar="CARPETA", help="deja la base de esta instalación como en ese respaldo"
    )
    que.add_argument(
        "--nora", metavar="NOMBRE", help="exporta una Nora en un ZIP que una persona puede abrir"
    )
    analizador.add_argument(
        "--forzar", action="store_true", help="con --restaurar: aunque la base tenga datos"
    )
    pedido = analizador.parse_args(argumentos)
    if pedido.forzar and not pedido.restaurar:
        analizador.error("--forzar solo va con --restaurar")

    def hacer(app: Flask) -> Resultado:
        config: Config = app.extensions["nora_config"]
        if pedido.verificar:
            return _verificar(config, pedido.verificar, simular=pedido.simular)
        if pedido.restaurar:
            return _restaurar(config, Path(pedido.restaurar), forzar=pedido.forzar, simular=pedido.simular)
        if pedido.nora:
            return _exportar(config, pedido.nora, simular=pedido.simular)
        return _respaldar(config, simular=pedido.simular)

    return correr(hacer, json_al_final=pedido.json)


def _respaldar(config: Config, *, simular: bool) -> Resultado:
    if simular:
        sobran = respaldos.rotar(config, simular=True)
        decir(f"Haría un respaldo en {respaldos.carpeta_de(config)} y borraría {len(sobran)}.")
        return Resultado(datos={"sobran": [s.name for s in sobran]})
    carpeta = respaldos.hacer(config)
    quitados = respaldos.rotar(config)
    bytes_ = sum(a.stat().st_size for a in carpeta.iterdir())
    decir(f"{carpeta} ({bytes_ / 1_048_576:.1f} MB). Anteriores borrados: {len(quitados)}.")
    return Resultado(hechos=1, datos={"respaldo": str(carpeta), "bytes": bytes_, "borrados": len(quitados)})


def _restaurar(config: Config, carpeta: Path, *, forzar: bool, simular: bool) -> Resultado:
    if simular:
        manifiesto = respaldos.leer_manifiesto(config, carpeta)
        decir(
            f"Pondría {sum(manifiesto.filas.values()):,} filas del {manifiesto.momento:%Y-%m-%d %H:%M} UTC."
        )
        return Resultado()
    manifiesto = respaldos.restaurar(config, carpeta, forzar=forzar)
    decir(f"Restaurado como estaba el {manifiesto.momento:%Y-%m-%d %H:%M} UTC.")
    decir("Lo que estaba por enviarse o contestarse quedó para que lo decida una persona.")
    return Resultado(hechos=1, datos={"filas": sum(manifiesto.filas.values())})


def _exportar(config: Config, nombre: str, *, simular: bool) -> Resultado:
    leer_nora(nombre)
    momento = datetime.now(UTC)
    destino = respaldos.carpeta_de(config) / "noras" / f"{nombre}-{momento:{respaldos.FORMATO}}.zip"
    if simular:
        decir(f"Escribiría {destino}.")
        return Resultado()
    destino.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with destino.open("xb") as archivo:
        destino.chmod(0o600)
        for trozo in en_trozos(exportar_nora(nombre, f"{momento:%Y-%m-%d %H:%M} UTC")):
            archivo.write(trozo)
    anotar(None, "descargar_nora", nombre_nora=nombre)
    decir(str(destino))
    return Resultado(hechos=1, datos={"archivo": str(destino)})


# ---------------------------------------------------------------- verificar
def _verificar(config: Config, cual: str, *, simular: bool) -> Resultado:
    if cual == ULTIMO:
        hay = list(respaldos.existentes(config).values())
        if not hay:
            raise ErrorRespaldo("Todavía no hay respaldos que comprobar.")
        carpeta = hay[-1]
    else:
        carpeta = Path(cual)
    manifiesto = respaldos.leer_manifiesto(config, carpeta)
    if simular:
        decir(f"Restauraría {carpeta} en un PostgreSQL desechable: {sum(manifiesto.filas.values()):,} filas.")
        return Resultado()
    lugar = Path(tempfile.mkdtemp(prefix="nora-comprobar-"))
    servidor = respaldos.servidor_desechable(lugar)
    try:
        servidor.asegurar()
        base = servidor.crear_base("comprobacion")
        resultado = Resultado(hechos=1, fallas=_comprobar(config, carpeta, manifiesto, base))
    finally:
        servidor.detener()
        shutil.rmtree(lugar, ignore_errors=True)
    decir(f"{carpeta.name}: {'sirve' if not resultado.fallas else 'NO sirve'}.")
    resultado.datos = {"respaldo": str(carpeta), "filas": sum(manifiesto.filas.values())}
    return resultado


def _comprobar(
    config: Config, carpeta: Path, manifiesto: respaldos.Manifiesto, base: DireccionesPostgres
) -> list[str]:
    embebida = Config(
        **{
            c: getattr(config, c)
            for c in ("ENTORNO", "NORA_DATOS", "NORA_CLAVES_CIFRADO", "SUPABASE_JWT_SECRET")
        },
        SUPABASE_DB_URL=base.administrador,
    )
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        respaldos.volcar_en(conexion, embebida, carpeta, base.administrador)
        fallas = respaldos.diferencias(manifiesto, respaldos.leer_estado(conexion, manifiesto.momento))
        fallas += _secretos(config, conexion)
        respaldos.callar_lo_viejo(conexion)
        fallas += _contesta(embebida, base, conexion)
    return fallas


def _secretos(config: Config, conexion: psycopg.Connection[tuple[object, ...]]) -> list[str]:
    """Uno de cada columna que guarda secretos se abre con las claves de esta instalación."""
    cifrador, fallas = Cifrador(config.NORA_CLAVES_CIFRADO), []
    columnas = conexion.execute(
        "select c ->> 'tabla', c ->> 'columna' from jsonb_array_elements(public.columnas_cifradas()) c"
    ).fetchall()
    for tabla, columna in columnas:
        consulta = sql.SQL("select {c} from public.{t} where {c} <> '' limit 1").format(
            c=sql.Identifier(str(columna)), t=sql.Identifier(str(tabla))
        )
        fila = conexion.execute(consulta).fetchone()
        try:
            if fila is not None:
                cifrador.descifrar(str(fila[0]))
        except ErrorNora:
            fallas.append(f"{tabla}.{columna} no se abre con NORA_CLAVES_CIFRADO")
    return fallas


def _contesta(
    config: Config, base: DireccionesPostgres, conexion: psycopg.Connection[tuple[object, ...]]
) -> list[str]:
    """Una pregunta nueva en el simulador tiene respuesta, y solo ella queda por salir."""
    fila = conexion.execute(
        # Encendida: la que su dueña apagó no contesta, y eso no dice nada del respaldo.
        "update public.configuracion_bot set silencio_segundos = 0, ia_activa = true where nombre_nora ="
        " (select nombre_nora from public.configuracion_bot where activo order by 1 limit 1) returning nombre_nora"
    ).fetchone()
    if fila is None:
        return []
    nombre, antes = str(fila[0]), conexion_actual()
    direccion = f"simulador:comprobacion-{uuid4()}"
    entrante = MensajeEntrante(direccion, direccion, direccion, None, "Comprobación", "hola", "texto")
    de_prueba = ConexionSupabase(config, crear_api(base.api, jwt_secreto=config.SUPABASE_JWT_SECRET))
    usar_conexion(de_prueba)
    try:
        recibido = consultas.recibir_mensaje(nombre, "simulador", entrante)
        turno.atender(nombre, recibido.conversacion_id)
    finally:
        usar_conexion(antes)
        de_prueba.cerrar()
    por_salir = conexion.execute(
        "select count(*) filter (where conversacion_id = %s), count(*) filter (where conversacion_id <> %s)"
        " from public.mensajes_salientes where estado in ('pendiente', 'enviando')",
        [recibido.conversacion_id, recibido.conversacion_id],
    ).fetchone()
    fallas = []
    if por_salir is None or por_salir[0] != 1:
        fallas.append(f"{nombre} no contestó una pregunta después de restaurar")
    if por_salir is not None and por_salir[1]:
        fallas.append(f"{por_salir[1]} mensajes viejos se volverían a enviar")
    return fallas


if __name__ == "__main__":
    sys.exit(main())
