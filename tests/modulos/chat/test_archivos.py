"""Archivos desde el panel: se revisan por su contenido, Twilio los puede tomar, y nada es de otra Nora."""

from __future__ import annotations

import io
import tempfile
import uuid
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from apoyo.archivos import DOCX, JPG, PDF, caja, nota_de_voz, png, webm
from apoyo.vivo import ServidorVivo, esperar
from dobles.twilio_falso import Archivo, Respuesta, TwilioFalso, twilio_falso
from flask import Flask
from urllib3.filepost import encode_multipart_formdata

from app_config import Config
from clientes.aura import mantenimiento
from clientes.aura.conversacion import consultas as conversacion
from clientes.aura.medios import cajas, preparar
from clientes.aura.medios import consultas as medios
from clientes.aura.routes.admin import exportacion
from clientes.aura.scripts import limpiar_datos
from clientes.aura.utils.errores import ErrorServicioExterno
from clientes.aura.utils.supabase_client import conexion_actual, supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ejecutar, filas
from clientes.aura.utils.webhook_utils import leer_entrante

DE = "whatsapp:+5216621110001"


@pytest.fixture
def twilio(config: Config) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        config.TWILIO_BASE_URL = doble.url
        config.TWILIO_ACCOUNT_SID, config.TWILIO_AUTH_TOKEN = doble.cuenta, doble.token
        yield doble


def escribe(nora: str, **campos: str) -> Any:
    datos = {
        "MessageSid": f"SM{uuid.uuid4().hex}",
        "From": DE,
        "Body": "hola",
        "ProfileName": "Ana",
        **campos,
    }
    return conversacion.recibir_mensaje(nora, "whatsapp", leer_entrante(datos))


def mandar(cliente: Any, url: str, contenido: bytes, nombre: str, mime: str, **campos: str) -> Any:
    """Como lo manda el navegador; el cuerpo se arma aquí porque el cliente de pruebas deja abierto el suyo."""
    datos: dict[str, Any] = {"clave": str(uuid.uuid4()), "texto": "", "csrf_token": cliente.csrf(), **campos}
    cuerpo, tipo = encode_multipart_formdata({**datos, "archivo": (nombre, contenido, mime)})
    return cliente.post(url, data=cuerpo, headers={"Accept": "application/json"}, content_type=tipo)


def archivos_de(nora: str) -> list[dict[str, Any]]:
    return filas(supabase.table("medios").select("*").eq("nombre_nora", nora).order("mensaje_id"))


def test_se_revisa_por_contenido_y_lo_que_no_se_dice_en_palabras(crear_nora: Any, cliente_de: Any) -> None:
    nora = crear_nora()
    dueno = cliente_de("dueno", nora)
    platica = escribe(nora).conversacion_id
    url = f"/panel_cliente/{nora}/chat/{platica}/archivo"
    malos = (
        (b"<svg onload=alert(1)>", "foto.png", "image/png", "tipo de archivo"),
        (b"MZ\x90\0" + bytes(99), "lista.pdf", "application/pdf", "tipo de archivo"),
        (caja("AndroidManifest.xml", "classes.dex"), "menu.docx", "application/msword", "tipo de archivo"),
        (caja("word/document.xml", "word/vbaProject.bin"), "m.docx", "application/msword", "tipo de archivo"),
        (b"", "vacio.pdf", "application/pdf", "vacío"),
        (b"GIF89a" + bytes(90), "f.gif", "image/gif", "JPG o PNG"),
        (b"RIFF\x24\0\0\0WAVEfmt " + bytes(60), "a.wav", "audio/wav", "MP3 o M4A"),
        (png(2, 2, relleno=5_100_000), "grande.png", "image/png", "5 MB"),
        (b"%PDF-1.7" + bytes(16_000_001), "grande.pdf", "application/pdf", "16 MB"),
    )  # fmt: skip
    for contenido, nombre, mime, frase in malos:
        respuesta = mandar(dueno, url, contenido, nombre, mime)
        assert respuesta.status_code == 400, nombre
        assert frase in respuesta.get_json()["message"], respuesta.get_json()
    assert archivos_de(nora) == []
    buenos = (
        (png(3, 3), "../../etc/passwd\u202e.exe", "application/x-msdownload", "imagen", ""),
        (DOCX, "lista de <b>precios.docx", "application/octet-stream", "documento", "lista de bprecios.docx"),
        (PDF, "C:/fotos/menú.pdf", "application/pdf", "documento", "menú.pdf"),
        (webm(2), "nota.webm", "audio/webm", "audio", ""),
        (JPG, "foto.jpg", "image/jpeg", "imagen", ""),
    )  # fmt: skip
    for n, (contenido, nombre, mime, _, _) in enumerate(buenos):
        clave = str(uuid.uuid4())
        for _ in range(2):  # repetir el envío no manda dos
            respuesta = mandar(dueno, url, contenido, nombre, mime, clave=clave, texto="Mira <i>esto</i>")
            assert respuesta.status_code == 200, respuesta.get_json()
        assert len(archivos_de(nora)) == n + 1
    hechos = archivos_de(nora)
    mensajes = {m["id"]: m for m in filas(supabase.table("mensajes").select("*").eq("nombre_nora", nora))}
    for medio, (contenido, _, _, tipo, nombre) in zip(hechos, buenos, strict=True):
        assert mensajes[medio["mensaje_id"]]["tipo"] == tipo
        assert medio["nombre"] == nombre
        guardado = medios.bajar_archivo(medio["ruta"])
        assert guardado == (nota_de_voz(2) if tipo == "audio" else contenido)
    pagina = dueno.get(f"/panel_cliente/{nora}/chat/{platica}").get_data(as_text=True)
    assert "Mira &lt;i&gt;esto&lt;/i&gt;" in pagina and "<i>esto</i>" not in pagina
    assert pagina.count('class="medio-foto"') == 2 and "menú.pdf" in pagina and "<audio" in pagina


def test_twilio_toma_lo_que_se_le_manda(
    servidor_vivo: ServidorVivo, config: Config, twilio: TwilioFalso, crear_nora: Any, cliente_de: Any
) -> None:
    nora = crear_nora(silencio_segundos=0, ia_activa=False)
    dueno = cliente_de("dueno", nora)
    platica = escribe(nora).conversacion_id
    url = f"/panel_cliente/{nora}/chat/{platica}/archivo"
    # Sin dirección pública no hay de dónde tomarlo: se dice, no se intenta.
    mandar(dueno, url, PDF, "menú.pdf", "application/pdf")
    fila = esperar(lambda: _envio(nora, "fallido"), "que falle diciéndolo")
    assert "URL_PUBLICA" in fila["error_texto"] and twilio.envios == []

    config.URL_PUBLICA = servidor_vivo.url
    conexion_actual().url = servidor_vivo.url
    conexion_actual()._de_servicio = None
    casos = (
        (png(8, 8), "foto.png", "image/png", "image/png", "Así queda"),
        (PDF, "lista de precios.pdf", "application/pdf", "application/pdf", ""),
        (webm(2), "nota.webm", "audio/webm", "audio/ogg", "esto no sale"),
    )
    for n, (contenido, nombre, mime, llega, texto) in enumerate(casos, start=1):
        assert mandar(dueno, url, contenido, nombre, mime, texto=texto).status_code == 200
        esperar(lambda n=n: len(twilio.envios) == n, "que salga")
        envio = twilio.envios[-1]
        assert envio.get("Body", "") == ("" if llega.startswith("audio") else texto)
        estado, tipo, bajado = twilio.recoger()
        assert (estado, tipo.partition(";")[0]) == (200, llega)
        assert bajado == (nota_de_voz(2) if llega == "audio/ogg" else contenido)
    # Una respuesta perdida: se busca antes de repetir, y no llega dos veces.
    twilio.guion.append(Respuesta("cortar_despues"))
    mandar(dueno, url, JPG, "f.jpg", "image/jpeg", texto="una sola vez")
    esperar(lambda: len(filas(_salientes(nora, "enviado"))) == 4, "que se concilie", 30)
    assert len([m for m in twilio.mensajes if m["body"] == "una sola vez"]) == 1


def _salientes(nora: str, estado: str) -> Any:
    return supabase.table("mensajes_salientes").select("*").eq("nombre_nora", nora).eq("estado", estado)


def _envio(nora: str, estado: str) -> dict[str, Any] | None:
    return next(iter(filas(_salientes(nora, estado))), None)


def test_los_de_otra_nora_no_existen(
    app: Flask, twilio: TwilioFalso, crear_nora: Any, cliente_de: Any
) -> None:
    mia, ajena = crear_nora("mia"), crear_nora("ajena")
    url = twilio.guardar_archivo("ME1", Archivo(png(4, 4), "image/png"))
    escribe(ajena, NumMedia="1", MediaUrl0=url, MediaContentType0="image/png")
    (suyo,) = archivos_de(ajena)
    preparar.preparar(ajena, suyo["id"])
    dueno, duena = cliente_de("dueno", mia), cliente_de("dueno", ajena)
    ver = duena.get(f"/panel_cliente/ajena/archivos/{suyo['id']}")
    assert ver.status_code == 302 and "token=" in ver.headers["Location"]
    assert duena.get(ver.headers["Location"]).data == png(4, 4)
    for nora, cliente in (("mia", dueno), ("ajena", dueno)):
        assert cliente.get(f"/panel_cliente/{nora}/archivos/{suyo['id']}").status_code == 404
        assert cliente.enviar(f"/panel_cliente/{nora}/archivos/{suyo['id']}/reintentar").status_code == 404
    platica = suyo["conversacion_id"]
    assert (
        mandar(
            dueno, f"/panel_cliente/mia/chat/{platica}/archivo", PDF, "a.pdf", "application/pdf"
        ).status_code
        == 404
    )
    sin_clave = mandar(
        dueno, f"/panel_cliente/mia/chat/{platica}/archivo", PDF, "a.pdf", "application/pdf", clave="x"
    )
    assert sin_clave.status_code == 404
    assert archivos_de("mia") == []
    # Un renglón que nombra la ruta de otra: ni la base lo toma.
    mio = escribe("mia").conversacion_id
    ajeno = medios.leer("ajena", suyo["id"])
    assert ajeno is not None
    robo = {
        "p_conversacion_id": mio,
        "p_texto": "",
        "p_usuario_id": str(uuid.uuid4()),
        "p_clave": "k",
        "p_tipo": "imagen",
        "p_medio": {"id": str(uuid.uuid4()), "mime": "image/png", "bytes": 1, "ruta": ajeno.ruta},
    }
    with pytest.raises(Exception, match="no es de esta Nora"):
        supabase_de_nora("mia").rpc("responder_con_archivo", robo).execute()
    otro = supabase_de_nora("mia").rpc(
        "recibir_mensaje",
        {
            "p_nombre_nora": "mia", "p_canal": "simulador", "p_proveedor_sid": "x", "p_direccion": "simulador:x",
            "p_direccion_envio": "simulador:x", "p_tipo": "imagen", "p_medios": [robo["p_medio"]],
        },
    )  # fmt: skip
    otro.execute()
    assert [m["ruta"] for m in archivos_de("mia")] == [""], "una ruta ajena no se toma"


def test_lo_de_una_persona_se_baja_y_se_borra_con_sus_archivos(
    app: Flask, twilio: TwilioFalso, crear_nora: Any, cliente_de: Any, tmp_path: Path
) -> None:
    nora = crear_nora("marea")
    dueno = cliente_de("dueno", nora)
    fotos = [png(n, n) for n in (3, 4)]
    for n, foto in enumerate(fotos):
        url = twilio.guardar_archivo(f"ME{n}", Archivo(foto, "image/png"))
        escribe(nora, NumMedia="1", MediaUrl0=url, MediaContentType0="image/png", Body="")
    for medio in archivos_de(nora):
        preparar.preparar(nora, medio["id"])
    contacto = filas(supabase.table("contactos").select("id").eq("nombre_nora", nora))[0]["id"]

    todo = dueno.get(f"/panel_cliente/{nora}/contactos/{contacto}/datos.zip")
    assert todo.status_code == 200, todo.status_code
    with zipfile.ZipFile(io.BytesIO(todo.data)) as caja_:
        suyos = [n for n in caja_.namelist() if n.startswith("archivos/")]
        assert sorted(caja_.read(n) for n in suyos) == sorted(fotos)
        assert b"+526621110001" in caja_.read("datos.json")
    with exportacion.exportar_nora(nora, "hoy") as entero, zipfile.ZipFile(entero) as caja_:
        suyos = [n for n in caja_.namelist() if n.startswith("archivos/")]
        assert sorted(caja_.read(n) for n in suyos) == sorted(fotos)

    # La retención quita el mensaje viejo y su archivo; el otro se queda.
    ejecutar(supabase.table("configuracion_bot").update({"retencion_dias": 30}).eq("nombre_nora", nora))
    primero = archivos_de(nora)[0]
    vieja = {"fecha_creacion": "2020-01-01T00:00:00Z", "atendido_en": "2020-01-01T00:00:00Z"}
    ejecutar(supabase.table("mensajes").update(vieja).eq("id", primero["mensaje_id"]))
    assert limpiar_datos.limpiar().hechos == 1
    correr_borrados(app)
    assert not _esta(primero["ruta"])
    (queda,) = archivos_de(nora)
    assert _esta(queda["ruta"])

    # Suprimir a la persona: ni renglón ni archivo.
    borrado = dueno.enviar(f"/panel_cliente/{nora}/contactos/{contacto}/suprimir", {"confirmacion": "BORRAR"})
    assert borrado.status_code == 200 and archivos_de(nora) == []
    correr_borrados(app)
    assert not _esta(queda["ruta"])

    # Un archivo que se quedó sin renglón (una cola perdida) se va con el barrido.
    with tempfile.TemporaryFile() as suelto:
        suelto.write(fotos[0])
        suelto.flush()
        medios.guardar_archivo(f"{nora}/suelto.png", suelto, "image/png")
    assert mantenimiento.barrer_archivos(datetime.now(UTC)).startswith("0 archivos")
    # Con un proyecto hospedado el respaldo se los baja, y al restaurar los vuelve a subir.
    assert cajas.empacar_almacen(tmp_path / "hospedados.tar") == 1
    medios.borrar_archivos([f"{nora}/suelto.png"])
    assert not _esta(f"{nora}/suelto.png")
    assert cajas.restaurar_almacen(tmp_path / "hospedados.tar") == 1
    assert medios.bajar_archivo(f"{nora}/suelto.png") == fotos[0]
    assert preparar.quitar_sueltos(datetime.now(UTC) + timedelta(days=1)) == 1
    assert not _esta(f"{nora}/suelto.png")

    # Y al borrar la Nora entera se van los suyos.
    escribe(nora, NumMedia="1", MediaUrl0=url, MediaContentType0="image/png")
    (ultimo,) = archivos_de(nora)
    preparar.preparar(nora, ultimo["id"])
    (ultimo,) = archivos_de(nora)
    ejecutar(supabase.table("configuracion_bot").update({"activo": False}).eq("nombre_nora", nora))
    assert ejecutar(supabase.rpc("admin_borrar_nora", {"p_nombre_nora": nora})).data is True
    correr_borrados(app)
    assert archivos_de(nora) == [] and not _esta(ultimo["ruta"])


def _esta(ruta: str) -> bool:
    try:
        medios.bajar_archivo(ruta)
    except ErrorServicioExterno:
        return False
    return True


def correr_borrados(app: Flask) -> None:
    """Corre los trabajos de borrar archivos que estén en la cola, como lo haría el trabajador."""
    with psycopg.connect(app.extensions["nora_db_uri"], autocommit=True) as conexion:
        trabajos = conexion.execute(
            "delete from cola.procrastinate_jobs where task_name = 'borrar_archivos' and status = 'todo' returning args"
        ).fetchall()
    assert trabajos, "nadie pidió borrar el archivo"
    for (argumentos,) in trabajos:
        preparar.borrar(argumentos["rutas"])
