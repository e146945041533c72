"""Subir, bajar, listar, mover, copiar y quitar con el cliente oficial, en las dos caras."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from apoyo.almacen import AlmacenDePrueba, falla


def test_subir_y_bajar(almacen: AlmacenDePrueba, tmp_path: Path) -> None:
    cubeta = almacen.de(almacen.cubeta())
    contenido = bytes(range(256)) * 1_000
    respuesta = cubeta.upload("docs/uno.bin", contenido, {"content-type": "application/octet-stream"})
    assert (respuesta.path, respuesta.full_path) == ("docs/uno.bin", f"{cubeta.id}/docs/uno.bin")
    assert cubeta.download("docs/uno.bin") == contenido
    ruta = tmp_path / "dos.txt"
    ruta.write_bytes(b"desde un archivo\r\n--frontera\r\n")
    cubeta.upload("dos.txt", ruta)
    with ruta.open("rb") as abierto:
        cubeta.upload("tres.txt", abierto)
    assert cubeta.download("dos.txt") == cubeta.download("tres.txt") == ruta.read_bytes()
    cubeta.upload("vacio", b"")
    assert cubeta.download("vacio") == b""


def test_un_archivo_grande_llega_entero(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    contenido = b"0123456789abcdef" * 400_000
    cubeta.upload("grande", contenido)
    assert cubeta.download("grande") == contenido


def test_sin_upsert_no_se_pisa_y_con_upsert_si(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    cubeta.upload("a.txt", b"uno")
    antes = len(almacen.archivos())
    assert falla("409", cubeta.upload, "a.txt", b"dos").code == "Duplicate"
    assert cubeta.download("a.txt") == b"uno" and len(almacen.archivos()) == antes
    primero = cubeta.info("a.txt")
    cubeta.upload("a.txt", b"dos", {"upsert": "true"})
    segundo = cubeta.info("a.txt")
    assert cubeta.download("a.txt") == b"dos" and len(almacen.archivos()) == antes
    assert primero["id"] == segundo["id"] and primero["version"] != segundo["version"]
    cubeta.update("a.txt", b"tres")
    assert cubeta.download("a.txt") == b"tres"


def test_info_tipo_cache_y_metadatos(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    opciones = {
        "content-type": "image/png",
        "cache-control": "60",
        "metadata": {"quién": "Ana", "n": [1, None]},
    }
    cubeta.upload("f/foto.png", b"12345", opciones)
    info = cubeta.info("f/foto.png")
    assert (info["name"], info["bucket_id"], info["size"]) == ("f/foto.png", cubeta.id, 5)
    assert (info["content_type"], info["cache_control"]) == ("image/png", "max-age=60")
    assert info["metadata"] == {"quién": "Ana", "n": [1, None]}
    assert info["etag"] == '"827ccb0eea8a706c4c34a16891f84e7b"' and info["created_at"].endswith("Z")


def test_existe(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    cubeta.upload("si", b"x")
    assert cubeta.exists("si") is True and cubeta.exists("no") is False
    error = falla("404", cubeta.download, "no")
    assert (error.code, error.message) == ("not_found", "Object not found")
    assert falla("404", almacen.de("no-hay").upload, "x", b"").code == "Bucket not found"


def test_tope_y_tipos_de_la_cubeta(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta(file_size_limit=10, allowed_mime_types=["image/*", "application/pdf"]))
    antes = len(almacen.archivos())
    cubeta.upload("justo.png", b"x" * 10, {"content-type": "image/png"})
    falla("413", cubeta.upload, "de-mas.png", b"x" * 11, {"content-type": "image/png"})
    cubeta.upload("a.pdf", b"x", {"content-type": "application/pdf"})
    assert (
        falla("415", cubeta.upload, "b.txt", b"x", {"content-type": "text/plain"}).code == "invalid_mime_type"
    )
    falla("415", cubeta.upload, "c", b"x", {"content-type": "imagen"})
    assert len(almacen.archivos()) == antes + 2 and not cubeta.exists("de-mas.png")


def test_lista_con_carpetas_busqueda_orden_y_paginas(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    for nombre in (
        "b.txt",
        "a.txt",
        "fotos/uno.png",
        "fotos/dos.png",
        "fotos/viejas/x.png",
        "Zeta/z",
        "c.pdf",
    ):
        cubeta.upload(nombre, nombre.encode())
    raiz = cubeta.list()
    assert [(f["name"], f["id"] is None) for f in raiz] == [
        ("Zeta", True), ("fotos", True), ("a.txt", False), ("b.txt", False), ("c.pdf", False),
    ]  # fmt: skip
    assert raiz[0]["metadata"] is None and raiz[2]["metadata"]["size"] == 5
    assert [f["name"] for f in cubeta.list("fotos")] == ["viejas", "dos.png", "uno.png"]
    assert [f["name"] for f in cubeta.list("fotos/")] == ["viejas", "dos.png", "uno.png"]
    assert [f["name"] for f in cubeta.list("fotos", {"search": "DO"})] == ["dos.png"]
    assert [f["name"] for f in cubeta.list("", {"search": "fotos/u"})] == ["uno.png"]
    al_reves = {"sortBy": {"column": "name", "order": "desc"}}
    assert [f["name"] for f in cubeta.list("", al_reves)] == ["fotos", "Zeta", "c.pdf", "b.txt", "a.txt"]
    assert [f["name"] for f in cubeta.list("", {"limit": 2, "offset": 1})] == ["fotos", "a.txt"]
    recientes = {"sortBy": {"column": "created_at", "order": "desc"}, "search": ""}
    assert [f["name"] for f in cubeta.list("", recientes)][2:] == ["c.pdf", "a.txt", "b.txt"]
    # Un comodín de LIKE no es un comodín aquí.
    assert cubeta.list("", {"search": "%"}) == [] and cubeta.list("f_tos") == []


@pytest.mark.parametrize("orden", ["asc", "desc"])
@pytest.mark.parametrize("columna", ["name", "created_at", "updated_at"])
def test_lista_v2_por_paginas(almacen: AlmacenDePrueba, columna: str, orden: str) -> None:
    cubeta = almacen.de(almacen.cubeta())
    nombres = ["a", "b/1", "b/2", "c", "d/e/f", "g"]
    for nombre in nombres:
        cubeta.upload(nombre, b"x")
    vistos, carpetas, cursor = [], [], None
    for _ in range(10):
        opciones = {"limit": 2, "with_delimiter": True, "sortBy": {"column": columna, "order": orden}}
        pagina = cubeta.list_v2({**opciones, **({"cursor": cursor} if cursor else {})})
        vistos += [o.name for o in pagina.objects]
        carpetas += [c.name for c in pagina.folders]
        cursor = pagina.nextCursor
        if not pagina.hasNext:
            break
    derecho = orden == "asc"
    assert vistos == (["a", "c", "g"] if derecho else ["g", "c", "a"])
    assert carpetas == (["b/", "d/"] if derecho else ["d/", "b/"])
    todo = cubeta.list_v2({"prefix": "b/"})
    assert [o.name for o in todo.objects] == ["b/1", "b/2"] and not todo.hasNext and todo.folders == []


def test_mover_y_copiar(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    cubeta.upload("a", b"hola", {"metadata": {"de": "ana"}})
    antes = len(almacen.archivos())
    assert cubeta.move("a", "otra/b")["message"] == "Successfully moved"
    assert cubeta.download("otra/b") == b"hola" and not cubeta.exists("a")
    assert cubeta.copy("otra/b", "c")["Key"] == f"{cubeta.id}/c"
    assert cubeta.download("c") == cubeta.download("otra/b") == b"hola"
    assert cubeta.info("c")["metadata"] == {"de": "ana"} and len(almacen.archivos()) == antes + 1
    # La copia no depende del original.
    cubeta.remove(["otra/b"])
    assert cubeta.download("c") == b"hola"
    falla("404", cubeta.move, "no-hay", "x")
    falla("404", cubeta.copy, "no-hay", "x")
    cubeta.upload("d", b"d")
    falla("409", cubeta.move, "c", "d")
    falla("409", cubeta.copy, "c", "d")
    assert cubeta.download("d") == b"d"


def test_mover_y_copiar_a_otra_cubeta(almacen: AlmacenDePrueba) -> None:
    una, otra = almacen.de(almacen.cubeta()), almacen.de(almacen.cubeta())
    una.upload("a", b"hola")
    cuerpo = {"bucketId": una.id, "sourceKey": "a", "destinationKey": "b", "destinationBucket": otra.id}
    assert almacen.http().post("/storage/v1/object/copy", json=cuerpo).is_success
    assert almacen.http().post("/storage/v1/object/move", json={**cuerpo, "destinationKey": "c"}).is_success
    assert otra.download("b") == otra.download("c") == b"hola" and not una.exists("a")
    falta = almacen.http().post("/storage/v1/object/copy", json={**cuerpo, "destinationBucket": "no-hay"})
    assert falta.json()["statusCode"] == "404"


def test_quitar_varios(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    antes = len(almacen.archivos())
    for nombre in ("a", "b/c", "d"):
        cubeta.upload(nombre, b"x")
    quitados = cubeta.remove(["a", "b/c", "no-hay"])
    assert sorted(o["name"] for o in quitados) == ["a", "b/c"] and quitados[0]["bucket_id"] == cubeta.id
    assert [o["name"] for o in cubeta.list()] == ["d"] and len(almacen.archivos()) == antes + 1
    assert almacen.http().delete(f"/storage/v1/object/{cubeta.id}/d").json() == {
        "message": "Successfully deleted"
    }
    assert almacen.http().delete(f"/storage/v1/object/{cubeta.id}/d").json()["statusCode"] == "404"


@pytest.mark.parametrize(
    "nombre",
    ["con espacio.txt", "a+b&c=d.txt", "¿qué?", "raro's (1)!.txt", "a,b;c:d@e$.txt", "pre gunta?.txt"],
)
def test_nombres_raros(almacen: AlmacenDePrueba, nombre: str) -> None:
    cubeta = almacen.de(almacen.cubeta(public=True))
    if not nombre.isascii():
        assert falla("400", cubeta.upload, nombre, b"x").code == "InvalidKey"
        return
    cubeta.upload(nombre, b"x")
    assert cubeta.download(nombre) == b"x" and [o["name"] for o in cubeta.list()] == [nombre]
    firmada = almacen.relativa(cubeta.create_signed_url(nombre, 60)["signedURL"])
    assert almacen.http(None).get(firmada).content == b"x"
    assert almacen.http(None).get(almacen.relativa(cubeta.get_public_url(nombre))).content == b"x"


def test_transformar_imagenes_se_rechaza(almacen: AlmacenDePrueba) -> None:
    cubeta = almacen.de(almacen.cubeta())
    cubeta.upload("a.png", b"x")
    assert falla("403", cubeta.download, "a.png", {"transform": {"width": 10}}).code == "FeatureNotEnabled"
    falla("403", cubeta.create_signed_url, "a.png", 60, {"transform": {"width": 10}})


def test_un_cuerpo_que_no_se_puede_rebobinar(almacen: AlmacenDePrueba) -> None:
    """Sin largo anunciado (chunked) llega igual."""
    cubeta = almacen.de(almacen.cubeta())
    flujo = io.BytesIO(b"z" * 200_000)
    respuesta = almacen.http().post(
        f"/storage/v1/object/{cubeta.id}/flujo", content=iter(lambda: flujo.read(7_000), b""),
        headers={"Content-Type": "video/mp4", "Cache-Control": "max-age=9", "x-metadata": "eyJhIjoxfQ=="},
    )  # fmt: skip
    assert respuesta.json()["Key"] == f"{cubeta.id}/flujo" and len(respuesta.json()["Id"]) == 36
    info = cubeta.info("flujo")
    assert (info["size"], info["content_type"], info["cache_control"]) == (200_000, "video/mp4", "max-age=9")
    assert info["metadata"] == {"a": 1}
