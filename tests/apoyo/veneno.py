"""Texto hostil en todo lo que alguien de fuera, o un dueño, puede escribir: para ver que ninguna página lo obedece."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

import psycopg
from psycopg import sql
from psycopg.types.json import Jsonb

from clientes.aura.supabase_local import DireccionesPostgres

# Cierra atributos de las dos comillas, el título, el área de texto y el guion; y si se vuelve elemento, lleva la marca.
VENENO = "\"'></title></textarea></script><img data-veneno src=x onerror=window.veneno=1>{{7*7}}"
CORTO = "\"'><i data-veneno onclick=veneno=1>"
DE_TEXTO = re.compile(
    r"nombre|texto|titulo|contenido|nota|descrip|pregunta|respuesta|motivo|archivo|coment|perfil|asunto|valor|mensaje"
    r"|transcrip|personalidad|instruccion|frase|fuente|razon|detalle|correo|cuerpo|borrador|busca|opcion|pie|resumen"
)
# Lo que se guarda en listas: los encabezados y los renglones de una hoja que alguien subió.
EN_LISTAS: dict[str, Any] = {
    "importaciones.encabezados": [VENENO, "Teléfono"],
    "importaciones.errores": Jsonb([{"linea": 2, "razon": VENENO, "celdas": [VENENO, VENENO]}]),
}
# Nombres que parecen texto y son llaves de otra cosa.
NO_SON_TEXTO = frozenset({"nombre_nora", "mensaje_id", "proveedor_sid", "modo_respuesta"})


def envenenar(base: DireccionesPostgres, nora: str) -> set[str]:
    """Antepone el veneno a cada columna de texto de esa Nora que lo acepte. Devuelve cuáles: «tabla.columna»."""
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        columnas = conexion.execute(
            "select c.relname, a.attname from pg_class c join pg_attribute a on a.attrelid = c.oid"
            " where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and a.attnum > 0"
            " and a.attgenerated = '' and a.atttypid in ('text'::regtype, 'citext'::regtype) and exists"
            " (select from pg_attribute n where n.attrelid = c.oid and n.attname = 'nombre_nora') order by 1, 2"
        ).fetchall()
        puestas = set()
        for tabla, columna in columnas:
            if columna in NO_SON_TEXTO or not DE_TEXTO.search(columna):
                continue
            if any(_poner(conexion, tabla, columna, texto, nora) for texto in (VENENO, CORTO)):
                puestas.add(f"{tabla}.{columna}")
        for donde, hostil in EN_LISTAS.items():
            tabla, columna = donde.split(".")
            orden = sql.SQL("update {} set {} = %s where nombre_nora = %s").format(
                sql.Identifier("public", tabla), sql.Identifier(columna)
            )
            if conexion.execute(orden, (hostil, nora)).rowcount:
                puestas.add(donde)
        return puestas


def _poner(
    conexion: psycopg.Connection[tuple[object, ...]], tabla: str, columna: str, texto: str, nora: str
) -> bool:
    orden = sql.SQL("update {tabla} set {columna} = %s || left({columna}, 12) where nombre_nora = %s").format(
        tabla=sql.Identifier("public", tabla), columna=sql.Identifier(columna)
    )
    try:
        return conexion.execute(orden, (texto, nora)).rowcount > 0
    except psycopg.Error:
        return False  # esa columna solo acepta ciertos valores o largos


class _Buscador(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.hallados: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        datos = dict(attrs)
        if "data-veneno" in datos:
            self.hallados.append(f"un elemento <{tag}>")
        for nombre, valor in attrs:
            if nombre.startswith("on"):
                self.hallados.append(f"{nombre}= en <{tag}>")
            if nombre in ("href", "src", "action", "formaction") and (valor or "").strip().lower().startswith(
                ("javascript:", "vbscript:", "data:text")
            ):
                self.hallados.append(f"{nombre}={valor!r} en <{tag}>")


def obedecidos(html: str) -> list[str]:
    """Lo que en esa página dejó de ser texto: elementos con la marca, atributos de evento, direcciones que ejecutan."""
    buscador = _Buscador()
    buscador.feed(html)
    return buscador.hallados
