"""Lo que cuesta pasar por la API local: cada medida es una razón contra psycopg a secas, en la misma corrida.

Las dos maneras hablan con el mismo PostgreSQL embebido, con papel, datos del JWT y seguridad por filas, y terminan con
los mismos objetos de Python. Van intercaladas, vuelta por vuelta, para que lo que haga la máquina les toque a las dos.
`--escribir` deja la tabla en docs/.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, cast

import httpx
import jwt
import psycopg
from psycopg import sql
from psycopg.rows import dict_row
from psycopg_pool import ConnectionPool

from clientes.aura.supabase_local import ApiLocal, ClienteHttp, ServidorPostgres, TransporteLocal, crear_api
from supabase import Client, ClientOptions, create_client

DESTINO = Path(__file__).resolve().parents[1] / "docs" / "supabase_local_medido.md"
SECRETO = "un-secreto-para-medir-de-cuarenta-letras"
DATOS = {"role": "authenticated", "negocio": "luna"}
VUELTAS = 25
FILAS = 1_000
INSERTADAS = 200

ESQUEMA = """
create table clientes (negocio text, id int, nombre text, edad int, primary key (negocio, id));
create table pedidos (negocio text, id int, cliente_id int, total numeric(10, 2), creado timestamptz default now(),
    primary key (negocio, id), foreign key (negocio, cliente_id) references clientes);
create table renglones (negocio text, id int, pedido_id int, cosa text, cuantas int,
    primary key (negocio, id), foreign key (negocio, pedido_id) references pedidos);
create index on pedidos (negocio, cliente_id);
create index on renglones (negocio, pedido_id);
create table notas (id bigint generated always as identity primary key, negocio text, titulo text, cuerpo text, n int);
insert into clientes select n, i, 'Cliente ' || i, i % 90
    from unnest(array['luna', 'sol']) n, generate_series(1, 5000) i;
insert into pedidos select n, i, 1 + i % 500, i from unnest(array['luna', 'sol']) n, generate_series(1, 1000) i;
insert into renglones select n, i, 1 + i % 1000, 'Cosa ' || i, i % 7
    from unnest(array['luna', 'sol']) n, generate_series(1, 3000) i;
"""
_UNA_FILA = b'{"negocio":"luna","id":7,"nombre":"Cliente 7","edad":7}'
_DE_JSON = [(b"Content-Type", b"application/json")]
TABLAS = ("clientes", "pedidos", "renglones", "notas")
A_MANO = """
select coalesce(json_agg(json_build_object('id', p.id, 'total', p.total,
    'clientes', case when c.id is null then null else json_build_object('nombre', c.nombre, 'edad', c.edad) end,
    'renglones', r.lista) order by p.id), '[]')
from pedidos p
left join clientes c on c.negocio = p.negocio and c.id = p.cliente_id
cross join lateral (select coalesce(json_agg(json_build_object('cosa', q.cosa, 'cuantas', q.cuantas)), '[]') as lista
    from renglones q where q.negocio = p.negocio and q.pedido_id = p.id) r
"""


@dataclass(frozen=True)
class Medida:
    """Microsegundos por llamada, medianas de las vueltas, y la meta de su razón."""

    nombre: str
    api_us: float
    base_us: float
    meta: float | None

    @property
    def razon(self) -> float:
        """Cuántas veces cuesta la API lo que cuesta la referencia."""
        return self.api_us / self.base_us


class Banco:
    """El cliente oficial y el fondo de psycopg sobre la misma base.

    ``solo`` es el mismo cliente ante un transporte que contesta siempre lo mismo sin hacer nada: lo que cuesta él.
    """

    def __init__(self, api: ApiLocal, fondo: ConnectionPool[Any]) -> None:
        self._api = api
        self.cliente = _cliente(TransporteLocal(api))
        self._solo = _cliente(_NoHaceNada())
        self._fondo = fondo
        self._datos = json.dumps(DATOS)
        self._encabezados = {
            "authorization": f"Bearer {_ficha()}",
            "accept": "application/vnd.pgrst.object+json",
            "accept-profile": "public",
        }

    @contextmanager
    def transaccion(self) -> Iterator[psycopg.Cursor[Any]]:
        """Una transacción de psycopg con el papel y los datos puestos, como la escribiría cualquiera."""
        with self._fondo.connection() as conexion, conexion.cursor() as cursor:
            cursor.execute("set local role authenticated")
            cursor.execute("select set_config('request.jwt.claims', %s, true)", (self._datos,))
            yield cursor

    # --- una fila ------------------------------------------------------------------------------------

    def una_api(self, n: int) -> object:
        """La fila, con el cliente."""
        return (
            self.cliente.table("clientes")
            .select("*")
            .eq("negocio", "luna")
            .eq("id", n)
            .single()
            .execute()
            .data
        )

    def una_sola(self, n: int) -> object:
        """La misma llamada ante la aplicación que no hace nada."""
        return (
            self._solo.table("clientes").select("*").eq("negocio", "luna").eq("id", n).single().execute().data
        )

    def una_directa(self, n: int) -> object:
        """La fila, pidiéndosela a la API sin el cliente."""
        lista = self._api.atender(
            "GET", "/clientes", f"select=%2A&negocio=eq.luna&id=eq.{n}", self._encabezados, b""
        )
        return json.loads(lista.cuerpo)

    def una_base(self, n: int) -> object:
        """La misma fila, con psycopg."""
        with self.transaccion() as cursor:
            cursor.row_factory = dict_row
            cursor.execute("select * from clientes where negocio = %s and id = %s", ("luna", n))
            return cursor.fetchone()

    # --- mil filas -----------------------------------------------------------------------------------

    def mil_api(self, _: int) -> object:
        """Mil pedidos con su cliente y sus renglones, con el cliente."""
        columnas = "id,total,clientes(nombre,edad),renglones(cosa,cuantas)"
        return self.cliente.table("pedidos").select(columnas).order("id").execute().data

    def mil_base(self, _: int) -> object:
        """Lo mismo, con SQL a mano."""
        with self.transaccion() as cursor:
            cursor.execute(A_MANO)
            return cast(tuple[object], cursor.fetchone())[0]

    # --- insertar ------------------------------------------------------------------------------------

    def insertar_api(self, n: int) -> object:
        """Doscientas filas en una llamada; de regreso vienen las filas, que es lo que hace el cliente."""
        return self.cliente.table("notas").insert(_notas(n)).execute().data

    def insertar_minimo(self, n: int) -> object:
        """Lo mismo sin pedir las filas de regreso."""
        return self.cliente.table("notas").insert(_notas(n), returning=cast(Any, "minimal")).execute()

    def insertar_base(self, n: int) -> object:
        """Las mismas, con un ``executemany``."""
        with self.transaccion() as cursor:
            cursor.executemany(
                "insert into notas (negocio, titulo, cuerpo, n)"
                " values (%(negocio)s, %(titulo)s, %(cuerpo)s, %(n)s)",
                _notas(n),
            )
        return None


def _notas(n: int) -> list[dict[str, Any]]:
    return [
        {"negocio": "luna", "titulo": f"Nota {n}-{i}", "cuerpo": "Una frase de largo normal. " * 4, "n": i}
        for i in range(INSERTADAS)
    ]


def medir(
    nombre: str, api: Callable[[int], object], base: Callable[[int], object], veces: int, meta: float | None
) -> Medida:
    """Vueltas intercaladas de ``veces`` llamadas; quién va primero cambia en cada vuelta."""
    tiempos: dict[int, list[float]] = {0: [], 1: []}
    for vuelta in range(-2, VUELTAS):
        for cual, trabajo in sorted(((0, api), (1, base)), key=lambda par: (par[0] + vuelta) % 2):
            inicio = time.perf_counter()
            for n in range(veces):
                trabajo(1 + (vuelta + 2) * veces + n)
            # Las primeras dos calientan: preparan las órdenes y leen el catálogo.
            if vuelta >= 0:
                tiempos[cual].append(1e6 * (time.perf_counter() - inicio) / veces)
    return Medida(nombre, statistics.median(tiempos[0]), statistics.median(tiempos[1]), meta)


@contextmanager
def banco() -> Iterator[Banco]:
    """Un PostgreSQL de usar y tirar con los datos, la API y el fondo."""
    carpeta = Path(tempfile.mkdtemp(prefix="nora-medida-"))
    carpeta.chmod(0o755)
    servidor = ServidorPostgres(carpeta / "pg")
    try:
        direcciones = servidor.asegurar()
        _sembrar(direcciones.servicio)
        api = crear_api(direcciones.api, jwt_secreto=SECRETO)
        with ConnectionPool(direcciones.api, min_size=1, max_size=1, open=True) as fondo:
            yield Banco(api, fondo)
        api.cerrar()
    finally:
        servidor.detener()
        shutil.rmtree(carpeta, ignore_errors=True)


def _ficha() -> str:
    return jwt.encode({**DATOS, "exp": int(time.time()) + 3_600}, SECRETO, "HS256")


def _cliente(transporte: httpx.BaseTransport) -> Client:
    opciones = ClientOptions(
        httpx_client=ClienteHttp(transport=transporte),
        auto_refresh_token=False,
        persist_session=False,
        postgrest_client_retry=False,
    )
    return create_client("http://local", _ficha(), cast(Any, opciones))


class _NoHaceNada(httpx.BaseTransport):
    """Contesta siempre lo mismo, sin API ni base."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Una fila, ya hecha."""
        return httpx.Response(200, headers=_DE_JSON, content=_UNA_FILA)


def _sembrar(db_uri: str) -> None:
    with psycopg.connect(db_uri, autocommit=True) as conexion:
        conexion.execute(ESQUEMA.encode())
        for tabla in TABLAS:
            nombre = sql.Identifier(tabla)
            conexion.execute(sql.SQL("alter table {} enable row level security").format(nombre))
            conexion.execute(sql.SQL("alter table {} force row level security").format(nombre))
            conexion.execute(
                sql.SQL("create policy p on {} using (negocio = (select auth.jwt() ->> 'negocio'))").format(
                    nombre
                )
            )
        conexion.execute("vacuum analyze")


def tabla() -> list[str]:
    """Las líneas del informe."""
    carga = os.getloadavg()[0]
    with banco() as uno:
        iguales = uno.una_api(7) == uno.una_directa(7) == uno.una_base(7) and _sin_tipos(
            uno.mil_api(0)
        ) == _sin_tipos(uno.mil_base(0))
        if not iguales:
            raise RuntimeError("las dos maneras no contestan lo mismo: no hay nada que comparar")
        medidas = [
            medir("una fila por su llave", uno.una_api, uno.una_base, 100, 2.0),
            medir("de ella, el cliente solo, sin API ni base", uno.una_sola, uno.una_base, 100, None),
            medir("la misma fila, a la API sin el cliente", uno.una_directa, uno.una_base, 100, None),
            medir(f"{FILAS:,} filas con dos tablas incrustadas", uno.mil_api, uno.mil_base, 2, 1.3),
            medir(f"{INSERTADAS} filas insertadas, con las filas de regreso",
                  uno.insertar_api, uno.insertar_base, 2, 2.0),
            medir(f"{INSERTADAS} filas insertadas, sin regreso (`returning=minimal`)",
                  uno.insertar_minimo, uno.insertar_base, 2, None),
        ]  # fmt: skip
    lineas = [
        f"Python {platform.python_version()}, supabase {version('supabase')}, psycopg {version('psycopg')}, "
        f"{os.cpu_count()} núcleos (carga {carga:.1f} al empezar). "
        f"Medianas de {VUELTAS} vueltas intercaladas, en el mismo proceso y sobre el mismo "
        "PostgreSQL embebido; papel, datos del JWT y seguridad por filas en las dos.",
        "",
        "| qué | por la API (µs) | psycopg (µs) | razón | meta | |",
        "| --- | ---: | ---: | ---: | ---: | --- |",
    ]
    for m in medidas:
        meta = "" if m.meta is None else f"{m.meta:.1f}"
        juicio = "" if m.meta is None else ("cumple" if m.razon <= m.meta else "no cumple")
        lineas.append(
            f"| {m.nombre} | {m.api_us:,.0f} | {m.base_us:,.0f} | {m.razon:.2f} | {meta} | {juicio} |"
        )
    lineas += [
        "",
        "- Una fila: `psycopg_pool` en su modo de siempre: `BEGIN`, `SET LOCAL ROLE`, `set_config`, la consulta y "
        "`COMMIT`, uno por uno.",
        "- El cliente solo (`supabase-py` y `httpx`): la misma llamada ante un transporte que contesta sin hacer nada. "
        "Es el piso: ninguna API puede costar menos por él.",
        "- La API sin el cliente: `ApiLocal.atender` con la misma petición, y el JSON leído.",
        "- Las cinco idas y vueltas de psycopg son casi todo su tiempo: cuando la otra máquina o el otro núcleo tardan "
        "en despertar, su cuenta sube y la razón baja.",
        "- Mil filas: la misma respuesta con `json_agg` escrito a mano, un `join` y un `lateral`.",
        "- Insertar: un `executemany` de psycopg, que va en tubería y no regresa filas.",
    ]
    return lineas


def _sin_tipos(datos: object) -> object:
    """Los renglones no piden orden: se comparan ordenados."""
    filas = json.loads(json.dumps(datos))
    for fila in filas:
        fila["renglones"].sort(key=lambda r: r["cosa"])
    return filas


def main() -> None:
    analizador = argparse.ArgumentParser(description=__doc__)
    analizador.add_argument("--escribir", action="store_true", help=f"deja la tabla en docs/{DESTINO.name}")
    opciones = analizador.parse_args()
    lineas = tabla()
    print("\n".join(lineas))
    if opciones.escribir:
        encabezado = [
            "# La API local, medida",
            "",
            "Lo imprime `python -m benchmarks.supabase_local --escribir`.",
            "",
        ]
        DESTINO.write_text("\n".join([*encabezado, *lineas, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
