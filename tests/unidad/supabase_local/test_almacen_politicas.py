"""Quién puede qué con los archivos lo deciden las políticas, con el papel y los datos del JWT."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apoyo.almacen import AlmacenDePrueba, falla
from psycopg.errors import InsufficientPrivilege, UniqueViolation

from supabase import Client

# Cada quien en la carpeta con su nombre, como en la documentación de Supabase.
PROPIA = "bucket_id = 'politicas' and (storage.foldername(name))[1] = (select auth.jwt() ->> 'sub')"
ANA = "6f1c0c3e-7a59-4e7e-9a0b-0d3a3c8b1a11"


@pytest.fixture(scope="module", autouse=True)
def politicas(almacen: AlmacenDePrueba) -> Iterator[None]:
    almacen.servicio.storage.create_bucket("politicas")
    almacen.servicio.storage.create_bucket("buzon")
    almacen.cara.escenario.sql(
        f"create policy leer on storage.objects for select to authenticated using ({PROPIA});"
        f"create policy subir on storage.objects for insert to authenticated with check ({PROPIA});"
        f"create policy cambiar on storage.objects for update to authenticated using ({PROPIA});"
        f"create policy quitar on storage.objects for delete to authenticated"
        f" using ({PROPIA} and storage.extension(name) <> 'fijo');"
        "create policy buzon on storage.objects for insert to anon with check (bucket_id = 'buzon')"
    )
    yield
    almacen.cara.escenario.sql(
        "do $$ declare p record; begin for p in select policyname from pg_policies where schemaname = 'storage' loop"
        " execute format('drop policy %I on storage.objects', p.policyname); end loop; end $$"
    )


@pytest.fixture
def ana(almacen: AlmacenDePrueba) -> Client:
    return almacen.cara.cliente("authenticated", sub=ANA)


@pytest.fixture
def beto(almacen: AlmacenDePrueba) -> Client:
    return almacen.cara.cliente("authenticated", sub="beto")


def _duenio(almacen: AlmacenDePrueba, nombre: str) -> tuple[object, ...]:
    filas = almacen.cara.escenario.sql("select name, owner::text, owner_id from storage.objects")
    return next(fila[1:] for fila in filas if fila[0] == nombre)


def test_cada_quien_en_su_carpeta(almacen: AlmacenDePrueba, ana: Client, beto: Client) -> None:
    suya, ajena = almacen.de("politicas", ana), almacen.de("politicas", beto)
    nombre = f"{ANA}/uno.txt"
    suya.upload(nombre, b"de ana")
    assert suya.download(nombre) == b"de ana" and suya.info(nombre)["size"] == 6
    assert _duenio(almacen, nombre) == (ANA, ANA)
    antes = len(almacen.archivos())
    error = falla("403", ajena.upload, f"{ANA}/dos.txt", b"x")
    assert (error.code, error.message) == ("Unauthorized", "new row violates row-level security policy")
    for trabajo in (ajena.download, ajena.info, lambda n: ajena.create_signed_url(n, 60)):
        assert falla("404", trabajo, nombre).code == "not_found"
    falla("404", ajena.move, nombre, "beto/x")
    falla("404", ajena.copy, nombre, "beto/x")
    falla("403", ajena.upload, nombre, b"x", {"upsert": "true"})
    falla("403", ajena.create_signed_upload_url, f"{ANA}/tres.txt")
    assert ajena.remove([nombre]) == [] and ajena.list(ANA) == [] and ajena.list_v2({}).objects == []
    assert ajena.create_signed_urls([nombre], 60)[0]["signedURL"] is None
    assert suya.download(nombre) == b"de ana" and len(almacen.archivos()) == antes
    # No se deja nada en la carpeta de otro, ni moviendo ni copiando.
    falla("403", suya.move, nombre, "beto/x")
    falla("403", suya.copy, nombre, "beto/x")
    assert len(almacen.archivos()) == antes
    suya.upload(nombre, b"otra vez", {"upsert": "true"})
    assert suya.download(nombre) == b"otra vez"
    suya.remove([nombre])


def test_ve_y_no_puede_quitar(almacen: AlmacenDePrueba, ana: Client) -> None:
    suya = almacen.de("politicas", ana)
    suya.upload(f"{ANA}/acta.fijo", b"x")
    assert suya.remove([f"{ANA}/acta.fijo"]) == []
    directo = almacen.http("authenticated", sub=ANA).delete(f"/storage/v1/object/politicas/{ANA}/acta.fijo")
    assert directo.json()["statusCode"] == "403"
    assert suya.download(f"{ANA}/acta.fijo") == b"x"


def test_quien_solo_inserta_sube_y_no_lee(almacen: AlmacenDePrueba) -> None:
    anonima = almacen.cara.cliente("anon")
    buzon = almacen.de("buzon", anonima)
    buzon.upload("queja.txt", b"hola")
    falla("404", buzon.download, "queja.txt")
    # upsert pide poder leer y cambiar, como en Supabase.
    falla("403", buzon.upload, "queja.txt", b"x", {"upsert": "true"})
    falla("403", buzon.upload, "nueva.txt", b"x", {"upsert": "true"})
    assert almacen.de("buzon").download("queja.txt") == b"hola"


def test_una_liga_para_subir_queda_a_nombre_de_quien_la_pidio(almacen: AlmacenDePrueba, ana: Client) -> None:
    nombre = f"{ANA}/con-liga.txt"
    ficha = almacen.de("politicas", ana).create_signed_upload_url(nombre)["token"]
    almacen.de("politicas", almacen.cara.cliente("anon")).upload_to_signed_url(nombre, ficha, b"x")
    assert _duenio(almacen, nombre) == (ANA, ANA)


def test_funciones_para_politicas(almacen: AlmacenDePrueba) -> None:
    fila = almacen.cara.escenario.sql(
        "select storage.foldername('a/b/c.tar.gz'), storage.filename('a/b/c.tar.gz'),"
        " storage.extension('a/b/c.tar.gz'),"
        " storage.foldername('c.txt')"
    )
    assert fila == [(["a", "b"], "c.tar.gz", "gz", [])]


def test_una_fila_no_nombra_el_archivo_de_otra(almacen: AlmacenDePrueba) -> None:
    """Quien pueda escribir filas a mano no lee ni borra con ellas un archivo ajeno."""
    almacen.de("buzon").upload("ajeno.txt", b"secreto")
    copia = (
        "insert into storage.objects (bucket_id, name, version)"
        " select 'politicas', 'mio.txt', version from storage.objects where name = 'ajeno.txt'"
    )
    with pytest.raises(UniqueViolation):
        almacen.cara.escenario.sql(copia)
    ruta = (
        "insert into storage.objects (bucket_id, name, version, metadata)"
        " values ('buzon', 'fuera.txt', '../../etc/passwd', '{\"size\": 9}')"
    )
    almacen.cara.escenario.sql(ruta)
    falla("404", almacen.de("buzon").download, "fuera.txt")
    almacen.de("buzon").remove(["fuera.txt"])


def test_no_se_borra_por_fuera(almacen: AlmacenDePrueba) -> None:
    with pytest.raises(InsufficientPrivilege, match="Direct deletion"):
        almacen.cara.escenario.sql("delete from storage.objects")
