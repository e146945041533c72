"""El cliente que usa la aplicación llega al almacén por su propio transporte."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest
from apoyo.almacen import falla
from apoyo.api_local import SECRETO, escenario_nuevo

from app_config import Config
from clientes.aura.supabase_local import ServidorPostgres
from clientes.aura.utils.supabase_client import ConexionSupabase


@pytest.mark.parametrize("quien", ["servicio", "nora"])
def test_storage_por_la_conexion(
    servidor_postgres: ServidorPostgres, plantilla_api: str, tmp_path: Path, quien: str
) -> None:
    with escenario_nuevo(servidor_postgres, plantilla_api, archivos=tmp_path / "archivos") as escenario:
        config = Config(
            NORA_DATOS=tmp_path,
            SUPABASE_JWT_SECRET=SECRETO,
            SUPABASE_DB_URL="",
            SUPABASE_URL="",
            SUPABASE_KEY="",
        )
        conexion = ConexionSupabase(config, escenario.api)
        servicio = conexion.servicio().storage
        servicio.create_bucket("adjuntos")
        if quien == "servicio":
            cliente = conexion.servicio()
        else:
            escenario.sql(
                "create policy de_nora on storage.objects to authenticated"
                " using ((storage.foldername(name))[1] = (select auth.jwt() ->> 'nombre_nora'))"
            )
            cliente = conexion.de_nora("luna")
        objetos = cliente.storage.from_("adjuntos")
        objetos.upload("luna/a.txt", b"hola")
        assert objetos.download("luna/a.txt") == b"hola"
        liga = httpx.URL(objetos.create_signed_url("luna/a.txt", 60)["signedURL"])
        assert str(liga).startswith(f"{conexion.url}/storage/v1/object/sign/adjuntos/luna/a.txt?token=")
        # Lo que un navegador pediría a través de la aplicación: la ruta y la ficha, sin JWT.
        transporte = httpx.WSGITransport(app=escenario.api)
        with httpx.Client(transport=transporte, base_url="http://cualquiera") as navegador:
            assert navegador.get(liga.raw_path.decode()).content == b"hola"
        if quien == "nora":
            falla("404", conexion.de_nora("sol").storage.from_("adjuntos").download, "luna/a.txt")
            falla("403", conexion.de_nora("sol").storage.from_("adjuntos").upload, "luna/b.txt", b"x")
        conexion.http.close()


def test_sin_carpeta_o_sin_esquema_el_almacen_lo_dice(
    servidor_postgres: ServidorPostgres, plantilla_api: str, tmp_path: Path
) -> None:
    """Sobre un PostgreSQL cualquiera: sin ``--archivos`` está apagado; sin el esquema ``storage``, falta prepararlo."""
    with escenario_nuevo(servidor_postgres, plantilla_api) as apagado:
        error = falla("501", apagado.cliente().storage.list_buckets)
        assert (error.code, error.message) == (
            "NotSupported", "Storage is not enabled: the API has no folder for files",
        )  # fmt: skip
        assert apagado.http().get("/clientes?limit=1").status_code == 200
        assert apagado.api.almacen.barrer(0) == 0
    with escenario_nuevo(servidor_postgres, plantilla_api, archivos=tmp_path / "archivos") as vacio:
        vacio.sql("drop schema storage cascade")
        servicio = vacio.cliente().storage
        assert falla("503", servicio.list_buckets).code == "DatabaseSchemaMismatch"
        assert falla("503", servicio.from_("c").upload, "a.txt", b"x").code == "DatabaseSchemaMismatch"
        assert not [ruta for ruta in (tmp_path / "archivos").rglob("*") if ruta.is_file()]
