"""``python -m clientes.aura.supabase_local``: la API sola, por HTTP, sobre cualquier PostgreSQL."""

from __future__ import annotations

import argparse
import signal
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from .motor import FinTx
from .wsgi import ApiLocal, crear_api


class _SinBitacora(WSGIRequestHandler):
    """Werkzeug escribe una línea por petición; las direcciones traen datos de personas."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """No anota nada."""


def leer_argumentos(argumentos: Sequence[str] | None = None) -> argparse.Namespace:
    """Las opciones del comando."""
    opciones = argparse.ArgumentParser(
        prog="python -m clientes.aura.supabase_local",
        description="Sirve una base de PostgreSQL con las direcciones de PostgREST: /TABLA y /rpc/FUNCION.",
    )
    opciones.add_argument("--puerto", type=int, default=3000, help="puerto HTTP; 0 elige uno libre")
    opciones.add_argument("--anfitrion", default="127.0.0.1", help="dirección en la que escucha")
    opciones.add_argument("--db-uri", required=True, help="dirección de PostgreSQL (libpq)")
    opciones.add_argument("--esquemas", default="public", help="esquemas expuestos, separados por comas")
    opciones.add_argument(
        "--rol-anonimo", default="", help="papel de quien no trae JWT; sin él, hace falta JWT"
    )
    opciones.add_argument("--jwt-secreto", default="", help="secreto HS256 de los JWT")
    opciones.add_argument(
        "--max-filas", type=int, default=1000, help="tope de filas por respuesta; 0 sin tope"
    )
    opciones.add_argument("--conexiones", type=int, default=10, help="tope de conexiones a la base")
    opciones.add_argument("--jwt-llave", default="", help="JWK o JWKS con las llaves públicas de los JWT")
    opciones.add_argument("--jwt-publico", default="", help="el 'aud' que deben traer los JWT que traen uno")
    opciones.add_argument("--pre-peticion", default="", help="función que corre antes de cada petición")
    opciones.add_argument(
        "--fin-tx", choices=get_args(FinTx), default="commit", help="cómo termina cada transacción"
    )
    opciones.add_argument("--planes", action="store_true", help="contesta el EXPLAIN a quien lo pide")
    opciones.add_argument(
        "--agregados", action="store_true", help="admite sum(), avg(), min(), max() y count()"
    )
    opciones.add_argument(
        "--archivos", type=Path, help="carpeta de los archivos; sin ella no hay /storage/v1"
    )
    return opciones.parse_args(argumentos)


def abrir(opciones: argparse.Namespace) -> tuple[BaseWSGIServer, ApiLocal]:
    """El servidor, ya escuchando, y su API; quien llama sirve y cierra los dos.

    Raises:
        OSError, SystemExit: no se pudo escuchar ahí.
    """
    api = crear_api(
        opciones.db_uri,
        esquemas=[e.strip() for e in opciones.esquemas.split(",") if e.strip()] or ["public"],
        rol_anonimo=opciones.rol_anonimo or None,
        jwt_secreto=opciones.jwt_secreto or None,
        max_filas=opciones.max_filas or None,
        conexiones=opciones.conexiones,
        jwt_llave=opciones.jwt_llave or None,
        jwt_publico=opciones.jwt_publico or None,
        pre_peticion=opciones.pre_peticion or None,
        fin_tx=opciones.fin_tx,
        planes=opciones.planes,
        agregados=opciones.agregados,
        archivos=opciones.archivos,
    )
    servidor = make_server(
        opciones.anfitrion, opciones.puerto, api, threaded=True, request_handler=_SinBitacora
    )
    return servidor, api


def main(argumentos: Sequence[str] | None = None) -> int:
    """Sirve hasta Ctrl-C o SIGTERM; regresa el estado de salida."""
    opciones = leer_argumentos(argumentos)
    try:
        servidor, api = abrir(opciones)
    except (OSError, SystemExit) as error:
        sys.stderr.write(f"No pude escuchar en {opciones.anfitrion}:{opciones.puerto}: {error}\n")
        return 1

    def salir(*_: Any) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, salir)
    sys.stdout.write(f"Escuchando en http://{opciones.anfitrion}:{servidor.server_port}\n")
    sys.stdout.flush()
    try:
        # Werkzeug se queda con el KeyboardInterrupt y regresa.
        servidor.serve_forever()
        sys.stdout.write("Hasta luego.\n")
    finally:
        servidor.server_close()
        api.cerrar()
    return 0


if __name__ == "__main__":
    sys.exit(main())
