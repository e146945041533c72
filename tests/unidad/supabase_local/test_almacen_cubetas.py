"""Las cubetas, con el cliente oficial y por HTTP, en las dos caras."""

from __future__ import annotations

import pytest
from apoyo.almacen import AlmacenDePrueba, falla


def test_crear_leer_cambiar_y_borrar(almacen: AlmacenDePrueba) -> None:
    storage = almacen.servicio.storage
    assert storage.create_bucket("fotos", options={"public": True, "file_size_limit": 2_000}) == {
        "name": "fotos"
    }
    cubeta = storage.get_bucket("fotos")
    assert (cubeta.id, cubeta.name, cubeta.public, cubeta.file_size_limit) == ("fotos", "fotos", True, 2_000)
    assert (cubeta.allowed_mime_types, cubeta.type, cubeta.owner) == (None, "STANDARD", "")
    assert storage.update_bucket("fotos", {"allowed_mime_types": ["image/*"]}) == {
        "message": "Successfully updated"
    }
    cubeta = storage.get_bucket("fotos")
    # Lo que no se dijo no cambió.
    assert (cubeta.public, cubeta.file_size_limit, cubeta.allowed_mime_types) == (True, 2_000, ["image/*"])
    assert "fotos" in [c.id for c in storage.list_buckets()]
    assert storage.delete_bucket("fotos") == {"message": "Successfully deleted"}
    falla("404", storage.get_bucket, "fotos")
    falla("404", storage.update_bucket, "fotos", {"public": True})
    falla("404", storage.delete_bucket, "fotos")


def test_repetida(almacen: AlmacenDePrueba) -> None:
    nombre = almacen.cubeta()
    assert falla("409", almacen.servicio.storage.create_bucket, nombre).code == "Duplicate"


def test_no_se_borra_llena_y_vaciar_la_vacia(almacen: AlmacenDePrueba) -> None:
    nombre = almacen.cubeta()
    antes = len(almacen.archivos())
    for n in range(3):
        almacen.de(nombre).upload(f"carpeta/{n}.txt", b"x")
    assert len(almacen.archivos()) == antes + 3
    falla("409", almacen.servicio.storage.delete_bucket, nombre)
    assert almacen.servicio.storage.empty_bucket(nombre) == {"message": "Successfully emptied"}
    assert almacen.de(nombre).list() == [] and len(almacen.archivos()) == antes
    almacen.servicio.storage.delete_bucket(nombre)


@pytest.mark.parametrize("nombre", ["..", "con/diagonal", "ñandú", "a" * 64, " espacio", "", "a\\b", "a\0b"])
def test_nombres_que_no_se_admiten(almacen: AlmacenDePrueba, nombre: str) -> None:
    http = almacen.http()
    respuesta = http.post("/storage/v1/bucket", json={"name": nombre})
    assert (respuesta.status_code, respuesta.json()["statusCode"]) == (400, "400")


def test_limite_con_unidad_y_pasado_del_tope(almacen: AlmacenDePrueba) -> None:
    http = almacen.http()
    assert http.post("/storage/v1/bucket", json={"name": "con-unidad", "file_size_limit": "5MB"}).is_success
    assert almacen.servicio.storage.get_bucket("con-unidad").file_size_limit == 5_000_000
    for limite, codigo in (("90GB", "413"), ("mucho", "400"), (-1, "400"), (True, "400")):
        respuesta = http.post("/storage/v1/bucket", json={"name": "otra", "file_size_limit": limite})
        assert respuesta.json()["statusCode"] == codigo


def test_lista_ordenada_buscada_y_por_paginas(almacen: AlmacenDePrueba) -> None:
    for letra in "bac":
        almacen.servicio.storage.create_bucket(f"orden-{letra}")
    pedir = almacen.http().get
    parametros = {"search": "ORDEN-", "sortColumn": "name", "sortOrder": "desc", "limit": "2"}
    assert [c["name"] for c in pedir("/storage/v1/bucket", params=parametros).json()] == [
        "orden-c",
        "orden-b",
    ]
    parametros["offset"] = "2"
    assert [c["name"] for c in pedir("/storage/v1/bucket", params=parametros).json()] == ["orden-a"]


def test_sin_politicas_nadie_mas_las_ve(almacen: AlmacenDePrueba) -> None:
    nombre = almacen.cubeta()
    ana = almacen.cara.cliente("authenticated", sub="ana").storage
    assert ana.list_buckets() == []
    falla("404", ana.get_bucket, nombre)
    falla("403", ana.create_bucket, "mia")
    falla("404", ana.delete_bucket, nombre)
