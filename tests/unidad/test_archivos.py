"""Los enlaces de `supabase.storage` abiertos por un navegador, servidos por la aplicación."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask

from app_config import Config
from clientes.aura import mantenimiento
from clientes.aura.registro.registro_extensiones import politica_de_contenido
from clientes.aura.registro.registro_login import registrar_blueprints_login
from clientes.aura.routes.archivos import SE_MUESTRAN
from clientes.aura.utils.supabase_client import ConexionSupabase, enlace_en_pagina, supabase
from scheduler_jobs import trabajos_por_id

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
PAGINA = {"Accept": "text/html,application/xhtml+xml"}


@pytest.fixture
def adjuntos(app: Flask) -> Any:
    """Una cubeta privada con una imagen."""
    supabase.storage.create_bucket("adjuntos", options={"file_size_limit": "4MB"})
    cubeta = supabase.storage.from_("adjuntos")
    cubeta.upload("marea/foto de hoy.png", PNG, {"content-type": "image/png"})
    return cubeta


def firmado(cubeta: Any, nombre: str, **opciones: Any) -> str:
    return enlace_en_pagina(cubeta.create_signed_url(nombre, 60, opciones)["signedURL"])


def test_una_imagen_firmada_se_ve_por_partes_y_sin_saber_quien_mira(adjuntos: Any, cliente_http: Any) -> None:
    enlace = firmado(adjuntos, "marea/foto de hoy.png")
    assert enlace.startswith("/storage/v1/object/sign/adjuntos/marea/foto%20de%20hoy.png?token=")
    entera = cliente_http.get(enlace, headers={"Authorization": "Bearer no-vale"})
    assert (entera.status_code, entera.data, entera.mimetype) == (200, PNG, "image/png")
    assert "Content-Disposition" not in entera.headers and "Set-Cookie" not in entera.headers
    assert entera.headers["X-Content-Type-Options"] == "nosniff"
    politica = entera.headers["Content-Security-Policy"]
    assert "default-src 'none'" in politica and "sandbox" in politica and "script" not in politica
    parte = cliente_http.get(enlace, headers={"Range": "bytes=0-7"})
    assert (parte.status_code, parte.data) == (206, PNG[:8])
    assert parte.headers["Content-Range"] == f"bytes 0-7/{len(PNG)}"
    misma = cliente_http.get(enlace, headers={"If-None-Match": entera.headers["ETag"]})
    assert misma.status_code == 304 and "Content-Disposition" not in misma.headers
    assert cliente_http.get(enlace, headers={"Range": "bytes=9999-"}).status_code == 416
    cabeza = cliente_http.head(enlace)
    assert (cabeza.status_code, cabeza.data, cabeza.content_length) == (200, b"", len(PNG))


def test_lo_que_se_podria_ejecutar_se_baja(adjuntos: Any, cliente_http: Any) -> None:
    for tipo in ("image/svg+xml", "application/pdf", "text/html", "video/x-desconocido"):
        adjuntos.upload("marea/menu del dia.bin", b"<svg/>", {"content-type": tipo, "upsert": "true"})
        respuesta = cliente_http.get(firmado(adjuntos, "marea/menu del dia.bin"))
        assert respuesta.status_code == 200, tipo
        assert respuesta.headers["Content-Disposition"] == "attachment; filename*=UTF-8''menu%20del%20dia.bin"
    con_nombre = cliente_http.get(firmado(adjuntos, "marea/menu del dia.bin", download="a.pdf"))
    assert con_nombre.headers["Content-Disposition"].startswith("attachment; filename=a.pdf")


def test_un_enlace_que_no_vale(adjuntos: Any, cliente_http: Any) -> None:
    enlace = firmado(adjuntos, "marea/foto de hoy.png")
    for malo in (enlace[:-3] + "xxx", enlace.partition("?")[0], enlace.replace("foto", "otra")):
        como_pagina = cliente_http.get(malo, headers=PAGINA)
        assert como_pagina.status_code == 404 and "Este enlace ya no sirve" in como_pagina.text, malo
        como_programa = cliente_http.get(malo)
        assert como_programa.status_code == 400 and como_programa.json["statusCode"] == "400", malo
    directo = "/storage/v1/object/{}adjuntos/marea/foto de hoy.png"
    llave = {"Authorization": supabase.options.headers["Authorization"]}
    for clase in ("", "authenticated/", "info/", "public/"):
        assert cliente_http.get(directo.format(clase), headers=llave).status_code in (400, 404), clase
    assert cliente_http.get("/storage/v1/bucket", headers=llave).status_code == 404


def test_lo_publico_se_abre_sin_ficha(adjuntos: Any, cliente_http: Any) -> None:
    supabase.storage.create_bucket("carteles", options={"public": True})
    supabase.storage.from_("carteles").upload("a.webp", b"RIFF", {"content-type": "image/webp"})
    enlace = enlace_en_pagina(supabase.storage.from_("carteles").get_public_url("a.webp"))
    respuesta = cliente_http.get(enlace)
    assert (respuesta.status_code, respuesta.data, respuesta.mimetype) == (200, b"RIFF", "image/webp")


def test_se_sube_con_el_enlace_y_manda_el_tope_de_la_cubeta(adjuntos: Any, cliente_http: Any) -> None:
    tope_de_la_aplicacion = cliente_http.application.config["MAX_CONTENT_LENGTH"]
    cuerpo = b"x" * (tope_de_la_aplicacion + 1)
    enlace = enlace_en_pagina(adjuntos.create_signed_upload_url("marea/largo.mp4")["signed_url"])
    assert cliente_http.put(enlace, data=cuerpo, content_type="video/mp4").status_code == 200
    assert adjuntos.download("marea/largo.mp4") == cuerpo
    otro = enlace_en_pagina(adjuntos.create_signed_upload_url("marea/enorme.mp4")["signed_url"])
    assert cliente_http.put(otro, data=cuerpo * 2, content_type="video/mp4").json["statusCode"] == "413"
    assert cliente_http.put(otro.partition("?")[0], data=b"x").status_code == 400
    assert cliente_http.post(otro, data=b"x").status_code in (400, 405)


def test_el_enlace_completo_nombra_el_origen_publico(config: Config) -> None:
    api = object()
    config.URL_PUBLICA = "https://nora.ejemplo"
    assert ConexionSupabase(config, api).url == "https://nora.ejemplo"
    config.URL_PUBLICA, config.PORT = "", 8080
    assert ConexionSupabase(config, api).url == "http://127.0.0.1:8080"


def test_con_supabase_hospedado_los_archivos_salen_de_su_dominio(config: Config) -> None:
    config.SUPABASE_URL, config.SUPABASE_KEY = "https://x.supabase.co", "llave"
    politica = politica_de_contenido(config)
    assert politica["img-src"] == ["'self'", "data:", "https://x.supabase.co"]
    assert politica["media-src"] == ["'self'", "https://x.supabase.co"]
    hospedada = Flask(__name__)
    hospedada.extensions["nora_config"] = config
    registrar_blueprints_login(hospedada)
    assert "login" in hospedada.blueprints and "archivos" not in hospedada.blueprints


def test_nada_de_lo_que_se_muestra_se_ejecuta() -> None:
    assert all(tipo.partition("/")[0] in ("image", "audio", "video") for tipo in SE_MUESTRAN)
    assert not [tipo for tipo in SE_MUESTRAN if "svg" in tipo or "xml" in tipo]


def test_cada_noche_se_quitan_los_archivos_sin_fila(
    app: Flask, adjuntos: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    carpeta = app.extensions["nora_config"].NORA_DATOS / "archivos"
    (guardado,) = [ruta for ruta in carpeta.rglob("*") if ruta.is_file()]
    suelto = guardado.with_name(str(uuid.uuid4()))
    suelto.write_bytes(b"de un corte")
    tarea = trabajos_por_id(app)["barrido_de_archivos"]
    assert tarea(datetime.now(UTC)) == "0 archivos sin dueño borrados", "todavía puede estar subiéndose"
    monkeypatch.setattr(mantenimiento, "ARCHIVO_SUELTO_S", -1)  # la hora de un archivo no se puede fingir
    assert tarea(datetime.now(UTC)) == "1 archivos sin dueño borrados"
    assert not suelto.exists() and adjuntos.download("marea/foto de hoy.png") == PNG
