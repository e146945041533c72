"""Respaldos: hacerlos, rotarlos, comprobar que sirven y restaurarlos.

Un respaldo es una carpeta de `NORA_DATOS/respaldos`, que solo lee este usuario:

- `base.dump`: nuestros esquemas, en el formato propio de pg_dump;
- `almacen.dump` y `archivos.tar`: los renglones y los archivos guardados, cuando los hay; `hospedados.tar`, los de un
  proyecto de Supabase;
- `manifiesto`: qué debe haber dentro (filas por tabla, secuencias, paredes, huellas), cifrado con las claves de la
  instalación. Se toma en la misma foto que el volcado, así que las cuentas son exactas aunque se esté sirviendo.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
from psycopg import conninfo, sql
from pydantic import BaseModel

from app_config import Config

from .arranque import db_uri_de_respaldo
from .medios import cajas
from .supabase_local import ServidorPostgres, binarios_postgres
from .utils.cifrado import Cifrador
from .utils.errores import ErrorDatoInvalido, ErrorNora
from .utils.logging_utils import registro

ESQUEMAS = ("public", "cola", "supabase_migrations")
TABLAS_DEL_ALMACEN = ("storage.buckets", "storage.objects")
MANIFIESTO = "manifiesto"
FORMATO = "%Y%m%d-%H%M%S"
DIARIOS, SEMANALES, MENSUALES = 7, 4, 12
MOTIVO = "Se restauró un respaldo: revisa si este mensaje ya se había enviado."
# Los papeles son del servidor y no viajan en el volcado; el dueño de las tablas hereda del de las búsquedas.
PAPEL_DE_BUSQUEDAS = """
do $$
begin
  if not exists (select from pg_roles where rolname = 'nora_buscador') then
    create role nora_buscador nologin;
  end if;
  if exists (select from pg_roles where rolname = 'propietario') then
    grant nora_buscador to propietario with inherit true, set true;
  end if;
end $$
"""
bitacora = registro(__name__)


class Manifiesto(BaseModel):
    """Qué debe haber en un respaldo. `paredes`: tabla -> (RLS encendida, RLS forzada);
    `permisos`: tabla o función -> quién puede qué."""

    momento: datetime
    postgres: str
    migraciones: list[str]
    filas: dict[str, int]
    secuencias: dict[str, int | None]
    paredes: dict[str, tuple[bool, bool]]
    permisos: dict[str, list[str]]
    huellas: dict[str, str]


class ErrorRespaldo(ErrorNora):
    """No se pudo hacer, leer o restaurar un respaldo."""


def carpeta_de(config: Config) -> Path:
    """Donde están los respaldos."""
    return config.NORA_DATOS / "respaldos"


# ---------------------------------------------------------------- hacer
def hacer(config: Config, ahora: datetime | None = None) -> Path:
    """Hace un respaldo. La carpeta aparece completa o no aparece.

    Returns:
        Su carpeta.

    Raises:
        ErrorRespaldo: falta pg_dump o no pudo.
    """
    momento = ahora or datetime.now(UTC)
    raiz = carpeta_de(config)
    raiz.mkdir(mode=0o700, parents=True, exist_ok=True)
    final = raiz / f"nora-{momento:{FORMATO}}"
    if final.exists():
        raise ErrorRespaldo(f"Ya hay un respaldo {final.name}.")
    uri = db_uri_de_respaldo(config)
    with psycopg.connect(uri) as conexion:
        volcador = herramienta(config, "pg_dump", conexion)
    parcial = Path(tempfile.mkdtemp(prefix=".haciendose-", dir=raiz))
    try:
        with psycopg.connect(uri) as conexion:
            conexion.execute("set transaction isolation level repeatable read read only")
            foto = _uno(conexion, "select pg_export_snapshot()")
            # Una secuencia avanza aunque haya foto: se lee antes que pg_dump, que ya no puede dejarla más atrás.
            secuencias = _secuencias(conexion)
            esquemas = [f"--schema={esquema}" for esquema in ESQUEMAS]
            _correr(
                [volcador, "-Fc", f"--snapshot={foto}", *esquemas, f"--file={parcial / 'base.dump'}"], uri
            )
            if _uno(conexion, "select to_regclass('storage.objects') is not null"):
                tablas = [f"--table={tabla}" for tabla in TABLAS_DEL_ALMACEN]
                destino = f"--file={parcial / 'almacen.dump'}"
                _correr([volcador, "-Fc", "--data-only", f"--snapshot={foto}", *tablas, destino], uri)
            _empacar(config.NORA_DATOS / "archivos", parcial / "archivos.tar")
            if config.modo_supabase == "hospedado":
                cajas.empacar_almacen(parcial / "hospedados.tar")
            manifiesto = leer_estado(conexion, momento, _huellas(parcial))
            manifiesto.secuencias = secuencias
        cifrado = Cifrador(config.NORA_CLAVES_CIFRADO).cifrar(manifiesto.model_dump_json())
        (parcial / MANIFIESTO).write_text(cifrado, encoding="ascii")
        for archivo in parcial.iterdir():
            archivo.chmod(0o600)
            _asegurar_en_disco(archivo)
        parcial.rename(final)
        _asegurar_en_disco(raiz)
    except BaseException:
        shutil.rmtree(parcial, ignore_errors=True)
        raise
    bitacora.info("respaldo_hecho", nombre=final.name, filas=sum(manifiesto.filas.values()))
    return final


def leer_estado(
    conexion: psycopg.Connection[Any], momento: datetime, huellas: dict[str, str] | None = None
) -> Manifiesto:
    """Lo que hay en una base, con lo que se compara un respaldo."""
    tablas = conexion.execute(
        "select n.nspname, c.relname, c.relrowsecurity, c.relforcerowsecurity from pg_class c"
        " join pg_namespace n on n.oid = c.relnamespace"
        " where c.relkind = 'r' and (n.nspname = any(%s) or format('%%s.%%s', n.nspname, c.relname) = any(%s))"
        " order by 1, 2",
        [list(ESQUEMAS), list(TABLAS_DEL_ALMACEN)],
    ).fetchall()
    filas: dict[str, int] = {}
    for esquema, tabla, *_ in tablas:
        contar = sql.SQL("select count(*) from {}").format(sql.Identifier(esquema, tabla))
        filas[f"{esquema}.{tabla}"] = conexion.execute(contar).fetchall()[0][0]
    permisos = conexion.execute(
        "select o.nombre, array(select a::text from unnest(o.acl) a order by 1) from ("
        "  select p.oid::regprocedure::text as nombre, p.proacl as acl, p.pronamespace as esquema from pg_proc p"
        "  union all select c.oid::regclass::text, c.relacl, c.relnamespace from pg_class c"
        "  where c.relkind in ('r', 'S')"
        " ) o where o.esquema::regnamespace::text = any(%s)",
        [list(ESQUEMAS)],
    ).fetchall()
    migraciones = conexion.execute(
        "select version from supabase_migrations.schema_migrations order by 1"
    ).fetchall()
    return Manifiesto(
        momento=momento,
        postgres=str(_uno(conexion, "show server_version")),
        migraciones=[version for (version,) in migraciones],
        filas=filas,
        secuencias=_secuencias(conexion),
        paredes={f"{e}.{t}": (encendida, forzada) for e, t, encendida, forzada in tablas},
        permisos=dict(permisos),
        huellas=huellas or {},
    )


def _secuencias(conexion: psycopg.Connection[Any]) -> dict[str, int | None]:
    return dict(
        conexion.execute(
            "select schemaname || '.' || sequencename, last_value from pg_sequences where schemaname = any(%s)",
            [list(ESQUEMAS)],
        ).fetchall()
    )


# ---------------------------------------------------------------- rotar
def existentes(config: Config) -> dict[datetime, Path]:
    """Cada respaldo por su momento (UTC), del más viejo al más nuevo."""
    hallados = {}
    for carpeta in sorted(carpeta_de(config).glob("nora-*")):
        try:
            momento = datetime.strptime(carpeta.name, f"nora-{FORMATO}").replace(tzinfo=UTC)
        except ValueError:
            continue  # no lo hicimos nosotros
        if (carpeta / MANIFIESTO).is_file():
            hallados[momento] = carpeta
    return hallados


def los_que_se_quedan(momentos: Iterable[datetime]) -> set[datetime]:
    """El último de cada uno de los 7 días, 4 semanas y 12 meses más recientes que tengan respaldo."""
    en_orden = sorted(momentos, reverse=True)
    quedan: set[datetime] = set()
    for periodo, cuantos in (("%Y-%m-%d", DIARIOS), ("%G-W%V", SEMANALES), ("%Y-%m", MENSUALES)):
        vistos: dict[str, datetime] = {}
        for momento in en_orden:
            vistos.setdefault(momento.strftime(periodo), momento)
        quedan.update(list(vistos.values())[:cuantos])
    return quedan


def rotar(config: Config, *, simular: bool = False) -> list[Path]:
    """Borra los respaldos que sobran, y lo que dejó a medias uno interrumpido. Devuelve los que se van."""
    hay = existentes(config)
    quedan = los_que_se_quedan(hay)
    sobran = [carpeta for momento, carpeta in hay.items() if momento not in quedan]
    viejo = (datetime.now(UTC) - timedelta(days=1)).timestamp()
    sobran += [p for p in carpeta_de(config).glob(".haciendose-*") if p.stat().st_mtime < viejo]
    if not simular:
        for carpeta in sobran:
            shutil.rmtree(carpeta)
    return sobran


# ---------------------------------------------------------------- leer y comprobar
def leer_manifiesto(config: Config, carpeta: Path) -> Manifiesto:
    """El manifiesto de un respaldo, después de revisar que cada archivo es el que se guardó.

    Raises:
        ErrorRespaldo: falta algo o cambió. ErrorNora: ninguna clave abre el manifiesto.
    """
    if not (carpeta / MANIFIESTO).is_file():
        raise ErrorRespaldo(f"{carpeta} no es un respaldo: le falta su manifiesto.")
    cifrado = (carpeta / MANIFIESTO).read_text(encoding="ascii")
    manifiesto = Manifiesto.model_validate_json(Cifrador(config.NORA_CLAVES_CIFRADO).descifrar(cifrado))
    for nombre, huella in manifiesto.huellas.items():
        if not (carpeta / nombre).is_file():
            raise ErrorRespaldo(f"Al respaldo {carpeta.name} le falta {nombre}.")
        if _huella(carpeta / nombre) != huella:
            raise ErrorRespaldo(f"{nombre} del respaldo {carpeta.name} cambió desde que se hizo. No sirve.")
    return manifiesto


def diferencias(esperado: Manifiesto, hallado: Manifiesto) -> list[str]:
    """Una frase por cosa que no quedó igual."""
    faltas = []
    for nombre, antes in esperado.secuencias.items():
        ahora = hallado.secuencias.get(nombre, -1)
        if (ahora or 0) < (antes or 0):
            faltas.append(f"secuencias de {nombre}: había {antes} y quedó {ahora}")
    for que in ("filas", "paredes", "permisos"):
        antes, ahora = getattr(esperado, que), getattr(hallado, que)
        faltas += [
            f"{que} de {nombre}: había {antes.get(nombre)} y quedó {ahora.get(nombre)}"
            for nombre in sorted(set(antes) | set(ahora))
            if antes.get(nombre) != ahora.get(nombre)
        ]
    if esperado.migraciones != hallado.migraciones:
        faltas.append("las migraciones aplicadas no son las mismas")
    return faltas


# ---------------------------------------------------------------- restaurar
def restaurar(config: Config, carpeta: Path, *, forzar: bool) -> Manifiesto:
    """Deja la base de esta instalación como estaba en un respaldo. Nada viejo se vuelve a enviar.

    Args:
        forzar: aunque la base tenga datos, que se pierden.

    Raises:
        ErrorDatoInvalido: la base tiene datos, o alguien la está usando. ErrorRespaldo: el respaldo no sirve.
    """
    manifiesto = leer_manifiesto(config, carpeta)
    uri = db_uri_de_respaldo(config)
    with psycopg.connect(uri, autocommit=True) as conexion:
        if not forzar and _tiene_datos(conexion):
            raise ErrorDatoInvalido("La base ya tiene Noras. Con --forzar se borran y queda el respaldo.")
        if _alguien_trabaja(conexion):
            raise ErrorDatoInvalido("Hay un trabajador atendiendo esta base. Detén la aplicación y repite.")
        volcar_en(conexion, config, carpeta, uri)
        callar_lo_viejo(conexion)
    if (carpeta / "archivos.tar").is_file():
        _desempacar(carpeta / "archivos.tar", config.NORA_DATOS / "archivos")
    if (carpeta / "hospedados.tar").is_file() and config.modo_supabase == "hospedado":
        cajas.restaurar_almacen(carpeta / "hospedados.tar")
    return manifiesto


def volcar_en(conexion: psycopg.Connection[Any], config: Config, carpeta: Path, uri: str) -> None:
    """Cambia el contenido de una base por el de un respaldo.

    Raises:
        ErrorRespaldo: pg_restore no pudo.
    """
    restaurador = herramienta(config, "pg_restore", conexion)  # antes de quitar nada
    for esquema in ESQUEMAS:
        conexion.execute(sql.SQL("drop schema if exists {} cascade").format(sql.Identifier(esquema)))
    conexion.execute(PAPEL_DE_BUSQUEDAS)
    comunes = ["--exit-on-error", "--single-transaction", f"--dbname={_sin_clave(uri)}"]
    _correr([restaurador, *comunes, str(carpeta / "base.dump")], uri)
    if (carpeta / "almacen.dump").is_file():
        conexion.execute("truncate storage.buckets, storage.objects cascade")
        _correr([restaurador, *comunes, "--data-only", str(carpeta / "almacen.dump")], uri)
    conexion.execute("notify pgrst, 'reload schema'")


def callar_lo_viejo(conexion: psycopg.Connection[Any]) -> None:
    """Lo que estaba por salir o por contestarse ya pudo salir o contestarse: lo decide una persona.

    El barrido tampoco vuelve por lo de antes: contestaría dos veces.
    """
    with conexion.transaction():
        conexion.execute(
            "update public.conversaciones c set espera_persona_desde = coalesce(c.espera_persona_desde, now()),"
            " motivo_espera = 'Se restauró un respaldo: revisa si ya se le había contestado.'"
            " where exists (select from public.mensajes m where m.nombre_nora = c.nombre_nora"
            " and m.conversacion_id = c.id and m.sentido = 'entrante' and m.atendido_en is null)"
        )
        conexion.execute(
            "update public.mensajes set atendido_en = now() where sentido = 'entrante' and atendido_en is null"
        )
        conexion.execute(
            "update public.mensajes_salientes set estado = 'fallido', error_texto = %s"
            " where estado in ('pendiente', 'enviando')",
            [MOTIVO],
        )
        # Los avisos de tareas cuya hora pasó entre el respaldo y hoy ya llegaron al equipo.
        conexion.execute(
            "update public.tareas set"
            " recordada_en = coalesce(recordada_en, case when recuerda_en <= now() then now() end),"
            " vencida_en = coalesce(vencida_en, case when vence_en < now() and estado <> 'hecha' then now() end)"
            " where recuerda_en <= now() or vence_en < now()"
        )
        # Lo programado cuya hora ya pasó: pudo salir. Un respaldo de antes no tiene esa tabla.
        if _uno(conexion, "select to_regclass('public.mensajes_programados') is not null"):
            conexion.execute(
                "update public.mensajes_programados set estado = 'detenido'"
                " where estado = 'pendiente' and cuando <= now()"
            )
        conexion.execute("delete from cola.procrastinate_jobs where status in ('todo', 'doing')")
        conexion.execute("update public.barridos set hasta = now()")


# ---------------------------------------------------------------- piezas
def servidor_desechable(carpeta: Path) -> ServidorPostgres:
    """Un PostgreSQL para comprobar un respaldo; sus datos se tiran."""
    return ServidorPostgres(carpeta / "postgres", opciones={"fsync": "off", "synchronous_commit": "off"})


def _tiene_datos(conexion: psycopg.Connection[Any]) -> bool:
    if not _uno(conexion, "select to_regclass('public.configuracion_bot') is not null"):
        return False
    return bool(_uno(conexion, "select exists (select from public.configuracion_bot)"))


def _alguien_trabaja(conexion: psycopg.Connection[Any]) -> bool:
    if not _uno(conexion, "select to_regclass('cola.procrastinate_workers') is not null"):
        return False
    consulta = "select exists (select from cola.procrastinate_workers where last_heartbeat > now() - interval '30 s')"
    return bool(_uno(conexion, consulta))


def _uno(conexion: psycopg.Connection[Any], consulta: str) -> Any:
    fila = conexion.execute(consulta.encode()).fetchone()
    return fila[0] if fila else None


def herramienta(config: Config, nombre: str, base: psycopg.Connection[Any]) -> str:
    """pg_dump o pg_restore para esa base: el que se configuró; si no, el incluido, y con TLS el de esta máquina.

    Raises:
        ErrorRespaldo: no hay uno que sirva; dice qué falta.
    """
    pedida = base.info.server_version // 10_000
    if config.NORA_PG_DUMP:
        ruta = Path(config.NORA_PG_DUMP).with_name(nombre)
        if not ruta.is_file():
            raise ErrorRespaldo(f"NORA_PG_DUMP: no existe {ruta}.")
        candidatas = [ruta]
    elif not base.pgconn.ssl_in_use:
        candidatas = [binarios_postgres() / nombre]
    else:  # el incluido no sabe TLS
        del_sistema = shutil.which(nombre)
        candidatas = [Path(del_sistema)] if del_sistema else []
    for ruta in candidatas:
        if _version_de(ruta) >= pedida:
            return str(ruta)
    porque = (
        f"Este {nombre} es de la versión {_version_de(candidatas[0])} y la base de la {pedida}."
        if candidatas
        else "La base pide TLS, que el pg_dump incluido no tiene."
    )
    raise ErrorRespaldo(
        porque,
        que_hacer=f"Instala el cliente de PostgreSQL {pedida} o más nuevo y pon la ruta de su pg_dump en NORA_PG_DUMP.",
    )


def _version_de(ruta: Path) -> int:
    """La mayor, de «pg_dump (PostgreSQL) 18.6»; 0 si no se entiende."""
    dicho = subprocess.run(  # noqa: S603 - un binario nuestro o del operador
        [str(ruta), "--version"], capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL
    ).stdout
    hallada = re.search(r"\) (\d+)", dicho)
    return int(hallada[1]) if hallada else 0


def _sin_clave(uri: str) -> str:
    """La dirección sin contraseña: en los argumentos de un proceso la ve cualquiera."""
    partes = conninfo.conninfo_to_dict(uri)
    partes.pop("password", None)
    return conninfo.make_conninfo("", **partes)


def _correr(orden: list[str], uri: str) -> None:
    clave = str(conninfo.conninfo_to_dict(uri).get("password") or "")
    destino = [] if any(parte.startswith("--dbname=") for parte in orden) else [f"--dbname={_sin_clave(uri)}"]
    hecho = subprocess.run(  # noqa: S603 - binarios y argumentos nuestros
        [*orden[:1], *destino, *orden[1:]],
        env={"PATH": os.defpath, "PGPASSWORD": clave, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if hecho.returncode != 0:
        motivo = hecho.stderr.strip().splitlines()
        raise ErrorRespaldo(f"{Path(orden[0]).name} no pudo: {motivo[0] if motivo else hecho.returncode}")


def _empacar(carpeta: Path, destino: Path) -> None:
    if not carpeta.is_dir():
        return
    with tarfile.open(destino, "w") as caja:
        caja.add(carpeta, arcname=".")


def _desempacar(caja: Path, destino: Path) -> None:
    shutil.rmtree(destino, ignore_errors=True)
    destino.mkdir(mode=0o700, parents=True)
    with tarfile.open(caja) as abierta:
        abierta.extractall(destino, filter="data")


def _huellas(carpeta: Path) -> dict[str, str]:
    return {archivo.name: _huella(archivo) for archivo in sorted(carpeta.iterdir())}


def _huella(archivo: Path) -> str:
    with archivo.open("rb") as abierto:
        return hashlib.file_digest(abierto, "sha256").hexdigest()


def _asegurar_en_disco(ruta: Path) -> None:
    descriptor = os.open(ruta, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
