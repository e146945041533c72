"""Texto hostil en todo lo que alguien puede escribir: 0 ejecutado, en cada página y en un navegador de verdad."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from apoyo.fiabilidad import Anotar
from apoyo.navegador import ESCRITORIO, Navegador
from apoyo.siembra import sembrar
from apoyo.veneno import VENENO, envenenar, obedecidos
from apoyo.vivo import ServidorVivo, esperar
from conftest import CONTRASENA
from dobles.twilio_falso import firmar
from flask import Flask

from clientes.aura.registro.accesos import Acceso, acceso_de
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils import medidas
from herramientas.paginas import DE_LA_DUENA, DEL_ADMIN, direcciones

# Lo que escribe alguien de fuera; si una de estas deja de aceptarlo, la prueba ya no probaría nada.
DE_FUERA = {
    "contactos.nombre_perfil",
    "conocimiento_importaciones.archivo",
    "conocimiento_nora.contenido",
    "conversaciones.ultimo_texto",
    "importaciones.archivo",
    "importaciones.contenido",
    "importaciones.encabezados",
    "importaciones.errores",
    "medios.nombre",
    "mensajes.texto",
    "preguntas_sin_respuesta.pregunta",
    "turnos_ia.pregunta",
}


def rutas_de_lectura(app: Flask, ids: dict[str, Any], nora: str) -> list[str]:
    """Toda dirección de GET de esa Nora y de la administración, concreta."""
    rutas = []
    for regla in app.url_map.iter_rules():
        if "GET" not in (regla.methods or ()) or acceso_de(app, regla.endpoint) not in (
            Acceso.NORA,
            Acceso.DUENO,
            Acceso.ADMIN,
        ):
            continue
        construida = regla.build({a: ids.get(a, nora) for a in regla.arguments})
        assert construida is not None
        rutas.append(construida[1])
    return sorted(rutas)


def test_ninguna_pagina_lo_vuelve_elemento(
    app: Flask, base: DireccionesPostgres, crear_nora: Any, crear_usuario: Any, cliente_de: Any
) -> None:
    nora = crear_nora("marea")
    dueno = crear_usuario("duena@marea.mx", "dueno", nora)
    ids = {**sembrar(nora, dueno), "usuario_id": dueno}
    puestas = envenenar(base, nora)
    assert puestas >= DE_FUERA, DE_FUERA - puestas
    # Un admin abre las de cualquier Nora y las suyas.
    admin = cliente_de("admin")
    con_veneno, faltas = 0, []
    for ruta in rutas_de_lectura(app, ids, nora):
        respuesta = admin.get(ruta)
        assert respuesta.status_code < 500, (ruta, respuesta.status_code)
        texto = respuesta.get_data(as_text=True) if respuesta.mimetype.startswith("text/") else ""
        if respuesta.mimetype == "application/json":
            # Pedazos de página dentro de JSON: lo que el navegador pondría con innerHTML.
            faltas += [
                (ruta, f)
                for pedazo in textos_de(respuesta.get_json())
                if pedazo.lstrip().startswith("<") and VENENO not in pedazo
                for f in obedecidos(pedazo)
            ]
        elif respuesta.mimetype == "text/html":
            con_veneno += "&lt;img data-veneno" in texto
            faltas += [(ruta, falta) for falta in obedecidos(texto)]
            assert "49</title>" not in texto and ">49<" not in texto.replace("{{7*7}}", ""), "no es plantilla"
    assert faltas == []
    assert con_veneno >= 15, "las páginas enseñan el texto hostil, escapado"


def textos_de(dato: Any) -> list[str]:
    if isinstance(dato, str):
        return [dato]
    if isinstance(dato, dict):
        dato = list(dato.values())
    return [texto for uno in dato for texto in textos_de(uno)] if isinstance(dato, list) else []


@pytest.mark.navegador
def test_en_un_navegador_nada_se_ejecuta_y_lo_que_la_politica_frena_se_sabe(
    servidor_vivo: ServidorVivo,
    base: DireccionesPostgres,
    navegador: Navegador,
    crear_nora: Any,
    crear_usuario: Callable[..., str],
) -> None:
    nora, vivo = crear_nora("marea"), servidor_vivo
    ids = sembrar(nora, crear_usuario("duena@marea.mx", "dueno", nora))
    envenenar(base, nora)
    pagina = navegador.entrar(
        vivo.url, "duena@marea.mx", CONTRASENA, medida=ESCRITORIO, service_workers="block"
    )
    faltas, revisar = _vigilada(pagina)
    panel = f"{vivo.url}/panel_cliente/{nora}"

    for ruta in ("/", "/contactos/", f"/contactos/{ids['contacto_id']}", "/conocimiento/", "/tareas/"):
        pagina.goto(panel + ruta)
        pagina.locator("h1").first.wait_for(state="attached")
        revisar(ruta)
    # En vivo: el guion pinta el mensaje, la lista y el aviso mientras la página está abierta.
    pagina.goto(f"{panel}/chat/{ids['conversacion_id']}")
    pagina.locator("h1").first.wait_for(state="attached")
    with psycopg.connect(base.administrador) as conexion:
        contacto = conexion.execute(
            "select direccion_envio from contactos where id = %s", [ids["contacto_id"]]
        ).fetchone()
        assert contacto is not None
        suya = contacto[0]
    ruta = f"{vivo.url}/webhook/{nora}"
    campos = {
        "MessageSid": "SM-veneno",
        "From": suya,
        "ProfileName": VENENO[:60],
        "Body": f"{VENENO} en vivo",
    }
    firma = {"X-Twilio-Signature": firmar("token-de-prueba", ruta, campos)}
    assert pagina.request.post(ruta, form=campos, headers=firma).ok
    pagina.get_by_text("en vivo").first.wait_for(timeout=15_000)
    revisar("chat en vivo")
    assert faltas == []

    # La política frena lo que se cuele, y el navegador lo cuenta.
    pagina.evaluate(
        "() => { const g = document.createElement('script'); g.text = 'window.veneno = 9'; document.body.append(g) }"
    )
    assert pagina.evaluate("() => window.veneno") is None
    esperar(lambda: _valor(medidas.POLITICA, "script-src-elem") >= 1, "que el navegador informe")
    pagina.context.close()


@pytest.mark.largo
@pytest.mark.navegador
@pytest.mark.timeout(600)
def test_en_un_navegador_cada_pagina_con_el_texto_hostil_puesto(
    servidor_vivo: ServidorVivo,
    base: DireccionesPostgres,
    navegador: Navegador,
    crear_nora: Any,
    crear_usuario: Callable[..., str],
    anotar: Anotar,
) -> None:
    nora = crear_nora("marea")
    dueno = crear_usuario("duena@marea.mx", "dueno", nora)
    crear_usuario("admin@nora.mx", "admin")
    ids = {**sembrar(nora, dueno), "usuario_id": dueno}
    envenenar(base, nora)
    pagina = navegador.entrar(
        servidor_vivo.url, "admin@nora.mx", CONTRASENA, medida=ESCRITORIO, service_workers="block"
    )
    faltas, revisar = _vigilada(pagina)
    rutas = [
        ruta
        for accesos in (DE_LA_DUENA, DEL_ADMIN)
        for ruta in direcciones(servidor_vivo.app, nora, accesos, ids)
    ]
    for ruta in rutas:
        pagina.goto(servidor_vivo.url + ruta)
        pagina.locator("h1").first.wait_for(state="attached")
        pagina.wait_for_timeout(150)  # lo que los guiones de la página pintan después
        revisar(ruta)
    anotar("xss_en_navegador", paginas=len(rutas), ejecutados=len(faltas))
    assert faltas == []
    assert len(rutas) > 80
    pagina.context.close()


def _vigilada(pagina: Any) -> tuple[list[str], Callable[[str], None]]:
    """(lo que se haya ejecutado o frenado en la página, cómo buscar en ella lo que no debe estar)."""
    faltas: list[str] = []
    pagina.on("console", lambda m: faltas.append(m.text) if "Content Security" in m.text else None)
    pagina.on("pageerror", lambda error: faltas.append(str(error)))
    pagina.on("dialog", lambda dialogo: faltas.append(f"diálogo: {dialogo.message}"))

    def revisar(donde: str) -> None:
        marcas, corrio = pagina.evaluate(
            "() => [document.querySelectorAll('[data-veneno]').length, window.veneno || 0]"
        )
        faltas.extend([donde] * (marcas + corrio))

    return faltas, revisar


def _valor(contador: Any, etiqueta: str) -> float:
    return float(contador.labels(etiqueta)._value.get())
