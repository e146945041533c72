"""Un corte en cualquier momento: nunca hay un archivo a medias, ni una fila sin sus bytes; lo que sobra se barre."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import threading
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from apoyo.almacen import AlmacenDePrueba, falla
from apoyo.api_local import SECRETO, Escenario, escenario_nuevo, ficha

from clientes.aura.supabase_local import ServidorPostgres
from clientes.aura.supabase_local.almacen_disco import Disco

RAIZ = Path(__file__).resolve().parents[3]
VIEJO, NUEVO = b"viejo" * 1_000, b"nuevo" * 1_000

# Cada punto: dónde se mata al proceso a media subida, mudanza, copia o borrado.
GUION = """
import os, signal, sys
import httpx, jwt
from pathlib import Path
from clientes.aura.supabase_local import crear_api
from clientes.aura.supabase_local import almacen_disco, almacen_objetos, almacen_base

punto, operacion, uri, carpeta, secreto, cubeta = sys.argv[1:]
morir = lambda *a, **k: os.kill(os.getpid(), signal.SIGKILL)

if punto == "escribiendo":
    abrir = almacen_disco._abrir_nuevo
    class Corto:
        def __init__(self, f): self.f = f
        def __enter__(self): self.f.__enter__(); return self
        def __exit__(self, *a): return self.f.__exit__(*a)
        def write(self, b): self.f.write(b[: len(b) // 2]); self.f.flush(); morir()
    almacen_disco._abrir_nuevo = lambda ruta: Corto(abrir(ruta))
elif punto == "antes de publicar":
    almacen_disco.Disco._publicar = morir
elif punto == "antes de la fila":
    almacen_objetos.Objetos._escribir = morir
elif punto == "antes de borrar el viejo":
    almacen_disco.Disco.borrar = morir

api = crear_api(uri, jwt_secreto=secreto, archivos=Path(carpeta))
http = httpx.Client(transport=httpx.WSGITransport(app=api), base_url="http://local/storage/v1",
    headers={"Authorization": "Bearer " + jwt.encode({"role": "service_role"}, secreto, "HS256")})
if operacion == "subir":
    http.post(f"/object/{cubeta}/a", content=b"nuevo" * 1000, headers={"x-upsert": "true"})
elif operacion == "copiar":
    http.post("/object/copy", headers={"x-upsert": "true"},
        json={"bucketId": cubeta, "sourceKey": "fuente", "destinationKey": "a"})
elif operacion == "quitar":
    http.request("DELETE", f"/object/{cubeta}", json={"prefixes": ["a"]})
sys.exit(7)
"""


@pytest.fixture
def propio(servidor_postgres: ServidorPostgres, plantilla_api: str, tmp_path: Path) -> Any:
    """Un escenario con su carpeta, para romperlo."""
    with escenario_nuevo(servidor_postgres, plantilla_api, archivos=tmp_path / "archivos") as nuevo:
        cubeta = nuevo.cliente().storage
        cubeta.create_bucket("c")
        cubeta.from_("c").upload("a", VIEJO)
        cubeta.from_("c").upload("fuente", NUEVO)
        yield nuevo, tmp_path / "archivos"


def _morir(escenario: Escenario, carpeta: Path, punto: str, operacion: str) -> None:
    orden = [
        sys.executable, "-c", GUION, punto, operacion, escenario.direcciones.api, str(carpeta), SECRETO, "c",
    ]  # fmt: skip
    entorno = {**os.environ, "PYTHONPATH": str(RAIZ)}
    salida = subprocess.run(orden, cwd=RAIZ, env=entorno, timeout=60, check=False)
    assert salida.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("punto", "operacion", "queda"),
    [
        ("escribiendo", "subir", VIEJO),
        ("antes de publicar", "subir", VIEJO),
        ("antes de la fila", "subir", VIEJO),
        ("antes de borrar el viejo", "subir", NUEVO),
        ("antes de publicar", "copiar", VIEJO),
        ("antes de la fila", "copiar", VIEJO),
        ("antes de borrar el viejo", "copiar", NUEVO),
        ("antes de borrar el viejo", "quitar", None),
    ],
)
def test_matar_el_proceso(
    propio: tuple[Escenario, Path], punto: str, operacion: str, queda: bytes | None
) -> None:
    escenario, carpeta = propio
    _morir(escenario, carpeta, punto, operacion)
    cubeta = escenario.cliente().storage.from_("c")
    if queda is None:
        falla("404", cubeta.download, "a")
    else:
        assert cubeta.download("a") == queda and cubeta.info("a")["size"] == len(queda)
    assert cubeta.download("fuente") == NUEVO
    assert "a" not in [o["name"] for o in cubeta.list()] or queda is not None
    # Nada de lo que sobra se ve; con paciencia no se toca y sin ella se va solo lo que nadie nombra.
    vivos = 1 if queda is None else 2
    assert _cuantos(carpeta) == vivos + 1
    assert escenario.api.almacen.barrer(3_600) == 0
    assert escenario.api.almacen.barrer(-1) == 1
    assert _cuantos(carpeta) == vivos and cubeta.download("fuente") == NUEVO
    assert queda is None or cubeta.download("a") == queda


def _cuantos(carpeta: Path) -> int:
    return sum(1 for ruta in carpeta.rglob("*") if ruta.is_file())


def test_la_base_no_contesta_y_la_fila_no_se_escribe(
    propio: tuple[Escenario, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """El archivo ya está en el disco cuando la base falla: nadie lo ve y el de antes sigue."""
    escenario, carpeta = propio
    publicar = Disco._publicar

    def y_se_va_la_base(disco: Disco, temporal: Path, version: str) -> None:
        publicar(disco, temporal, version)
        escenario.sql("alter table storage.objects rename to escondida")

    monkeypatch.setattr(Disco, "_publicar", y_se_va_la_base)
    cubeta = escenario.cliente().storage.from_("c")
    falla("503", cubeta.upload, "a", NUEVO, {"upsert": "true"})
    monkeypatch.undo()
    escenario.sql("alter table storage.escondida rename to objects")
    assert cubeta.download("a") == VIEJO


@pytest.mark.parametrize("tipo", ["image/png", "multipart/form-data; boundary=z"])
def test_quien_sube_se_va_a_medias(propio: tuple[Escenario, Path], tipo: str) -> None:
    """Por HTTP, el cuerpo se acaba antes de lo anunciado: no queda un archivo más corto."""
    escenario, carpeta = propio
    antes = _cuantos(carpeta)
    cuerpo = b'--z\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n' + b"a" * 70_000
    entorno = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/storage/v1/object/c/a", "CONTENT_LENGTH": "200000",
        "CONTENT_TYPE": tipo, "wsgi.input": io.BytesIO(cuerpo), "HTTP_X_UPSERT": "true",
        "HTTP_AUTHORIZATION": f"Bearer {ficha('service_role')}",
    }  # fmt: skip
    estados: list[str] = []
    escenario.api(entorno, lambda estado, _: estados.append(estado))
    assert estados == ["400 Bad Request"] and _cuantos(carpeta) == antes
    assert escenario.cliente().storage.from_("c").download("a") == VIEJO


class _Chorro:
    """Un cuerpo de muchos bytes que nunca está entero en memoria."""

    def __init__(self, inicio: bytes, cuantos: int, final: bytes) -> None:
        self._inicio, self._falta, self._final = inicio, cuantos, final
        self.largo = len(inicio) + cuantos + len(final)

    def read(self, cuantos: int) -> bytes:
        if self._inicio:
            sale, self._inicio = self._inicio[:cuantos], self._inicio[cuantos:]
        elif self._falta:
            sale = b"a" * min(cuantos, self._falta)
            self._falta -= len(sale)
        else:
            sale, self._final = self._final[:cuantos], self._final[cuantos:]
        return sale


def test_un_archivo_grande_no_pasa_entero_por_la_memoria(propio: tuple[Escenario, Path]) -> None:
    escenario, _ = propio
    api, grande = escenario.api, 40_000_000
    chorro = _Chorro(
        b'--z\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n', grande, b"\r\n--z--\r\n"
    )
    entorno = {
        "REQUEST_METHOD": "POST", "PATH_INFO": "/storage/v1/object/c/grande", "CONTENT_LENGTH": str(chorro.largo),
        "CONTENT_TYPE": "multipart/form-data; boundary=z", "wsgi.input": chorro,
        "HTTP_AUTHORIZATION": f"Bearer {ficha('service_role')}",
    }  # fmt: skip
    estados: list[str] = []
    tracemalloc.start()
    try:
        api(entorno, lambda estado, _: estados.append(estado))
        bajada = api({**entorno, "REQUEST_METHOD": "GET"}, lambda estado, _: estados.append(estado))
        assert sum(len(trozo) for trozo in bajada) == grande
        maximo = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert estados == ["200 OK", "200 OK"] and maximo < grande / 10


def test_lo_guardado_es_solo_de_su_dueno(propio: tuple[Escenario, Path]) -> None:
    _, carpeta = propio
    for ruta in carpeta.rglob("*"):
        assert ruta.stat().st_mode & 0o077 == 0, ruta


def test_sin_espacio_no_queda_nada(propio: tuple[Escenario, Path], monkeypatch: pytest.MonkeyPatch) -> None:
    escenario, carpeta = propio
    antes = _cuantos(carpeta)

    def sin_espacio(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("clientes.aura.supabase_local.almacen_disco.os.fsync", sin_espacio)
    cubeta = escenario.cliente().storage.from_("c")
    assert falla("500", cubeta.upload, "b", b"x").message == "Internal server error"
    monkeypatch.undo()
    assert _cuantos(carpeta) == antes and not cubeta.exists("b")


def test_leer_mientras_otros_suben_encima(almacen: AlmacenDePrueba) -> None:
    """Quien lee ve una versión entera: la de antes o la de después."""
    cubeta = almacen.cubeta()
    contenidos = [bytes([65 + n]) * 90_000 for n in range(4)]
    almacen.de(cubeta).upload("a", contenidos[0])
    fin = threading.Event()

    def leer(_: int) -> int:
        mia, veces = almacen.de(cubeta, almacen.cara.cliente()), 0
        while not fin.is_set():
            assert mia.download("a") in contenidos
            veces += 1
        return veces

    with ThreadPoolExecutor(3) as hilos:
        lectores = [hilos.submit(leer, n) for n in range(3)]
        try:
            for n in range(40):
                almacen.de(cubeta).upload("a", contenidos[n % 4], {"upsert": "true"})
        finally:
            fin.set()
        assert all(lector.result() > 0 for lector in lectores)
    assert almacen.de(cubeta).download("a") == contenidos[39 % 4]


def test_dos_suben_el_mismo_nombre_a_la_vez(almacen: AlmacenDePrueba) -> None:
    """Sin upsert gana uno; con upsert queda uno entero y no sobra ningún archivo."""
    cubeta = almacen.cubeta()
    antes = len(almacen.archivos())

    def subir(n: int, nombre: str, encima: str) -> bool:
        try:
            almacen.de(cubeta, almacen.cara.cliente()).upload(nombre, b"%d" % n, {"upsert": encima})
        except Exception as error:
            assert "Duplicate" in str(error)
            return False
        return True

    with ThreadPoolExecutor(6) as hilos:
        assert sum(hilos.map(lambda n: subir(n, "uno", "false"), range(6))) == 1
        assert sum(hilos.map(lambda n: subir(n, "dos", "true"), range(6))) == 6
    assert len(almacen.archivos()) == antes + 2


def test_una_base_de_antes_gana_el_almacen(servidor_postgres: ServidorPostgres, plantilla_api: str) -> None:
    """El arranque se puede correr otra vez sobre una base con datos, con o sin el esquema."""
    import psycopg

    from clientes.aura.supabase_local.postgres import ARRANQUE_SQL

    with escenario_nuevo(servidor_postgres, plantilla_api) as escenario:
        assert falla("501", escenario.cliente().storage.list_buckets).code == "NotSupported"
        with psycopg.connect(escenario.direcciones.administrador, autocommit=True) as conexion:
            conexion.execute("drop schema storage cascade")
            conexion.execute(ARRANQUE_SQL.read_bytes())
            conexion.execute("insert into storage.buckets (id, name) values ('b', 'b')")
            conexion.execute("insert into storage.objects (bucket_id, name) values ('b', 'x/y')")
            conexion.execute(ARRANQUE_SQL.read_bytes())
            fila = conexion.execute("select path_tokens from storage.objects").fetchone()
        assert fila == (["x", "y"],)
