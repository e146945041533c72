"""Fechas y preferencia, historia, parejas que se estorban, preguntas sin respuesta, cobertura e importar."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from apoyo.peticiones import contar_peticiones
from werkzeug.datastructures import FileStorage
from werkzeug.test import encode_multipart

from clientes.aura.conversacion import turno
from clientes.aura.ia import conocimiento as saber
from clientes.aura.routes.panel_cliente_conocimiento import documentos
from clientes.aura.utils.supabase_client import supabase, supabase_de_nora
from clientes.aura.utils.supabase_helpers import ejecutar, filas, valor

BASE = "/panel_cliente/marea/conocimiento"
# Catorce horas de diferencia: en una de las dos siempre es otro día que en UTC.
ZONA = "Pacific/Kiritimati"


@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea", zona_horaria=ZONA)


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


def hoy() -> date:
    return datetime.now(ZoneInfo(ZONA)).date()


def ensenar(cliente: Any, titulo: str, contenido: str, **datos: Any) -> str:
    """Lo escribe por la página y devuelve su id."""
    respuesta = cliente.enviar(f"{BASE}/nuevo", {"titulo": titulo, "contenido": contenido, **datos})
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    return str(filas(supabase.table("conocimiento_nora").select("id").eq("titulo", titulo))[-1]["id"])


def ver(cliente: Any, ruta: str) -> str:
    respuesta = cliente.get(f"{BASE}{ruta}")
    assert respuesta.status_code == 200
    return str(respuesta.get_data(as_text=True))


def escribir(texto: str, quien: str = "1") -> str:
    """Un cliente escribe y el turno se atiende; devuelve la conversación."""
    numero = f"+52662123456{quien}"
    recibido = valor(
        supabase.rpc(
            "recibir_mensaje",
            {
                "p_nombre_nora": "marea",
                "p_canal": "whatsapp",
                "p_proveedor_sid": f"SM{uuid4().hex}",
                "p_texto": texto,
                "p_direccion": f"whatsapp:{numero}",
                "p_direccion_envio": f"whatsapp:{numero}",
                "p_telefono": numero,
                "p_nombre_perfil": "Ana",
            },
        )
    )
    turno.atender("marea", recibido["conversacion_id"])
    return str(recibido["conversacion_id"])


def contestar(conversacion_id: str, texto: str) -> None:
    """Una persona del equipo contesta desde el panel."""
    ejecutar(
        supabase.table("mensajes").insert(
            {
                "nombre_nora": "marea",
                "conversacion_id": conversacion_id,
                "sentido": "saliente",
                "autor": "persona",
                "texto": texto,
            }
        )
    )


# ---------------------------------------------------------------- fechas y preferencia
def test_una_promocion_desaparece_de_las_respuestas_en_su_dia(duena: Any) -> None:
    """Con el día de la zona de la Nora: el último día cuenta, y al siguiente ya no."""
    tema = {"titulo": "Promoción de tinte", "contenido": "El tinte lleva corte de puntas gratis."}
    hasta = hoy()
    bloque = ensenar(duena, **tema, vigente_hasta=hasta.isoformat())
    sabe = [e.bloque.id for e in saber.probar("marea", "¿qué promoción hay de tinte?").candidatos]
    assert bloque in sabe and saber.leer_bloque("marea", bloque) is not None
    assert "Vence hoy" in ver(duena, "/")
    for vigencia, dicho in (
        ({"vigente_hasta": hoy() - timedelta(days=1)}, "Venció el"),
        ({"vigente_desde": hoy() + timedelta(days=1)}, "Empieza el"),
    ):
        datos = {c: v.isoformat() for c, v in vigencia.items()}
        assert duena.enviar(f"{BASE}/{bloque}", {**tema, **datos}).status_code == 302
        assert saber.probar("marea", "¿qué promoción hay de tinte?").candidatos == ()
        assert saber.leer_bloque("marea", bloque) is None, "ni por haberla elegido de una lista de antes"
        assert dicho in ver(duena, "/")
    vencido = duena.enviar(
        f"{BASE}/{bloque}", {**tema, "vigente_hasta": (hoy() - timedelta(days=9)).isoformat()}
    )
    assert vencido.status_code == 302
    assert "Promoción de tinte" in ver(duena, "/?estado=vencidos")
    assert 'class="lista-titulo">Promoción' not in ver(duena, "/?estado=encendidos")
    al_reves = {"vigente_desde": "2026-12-24", "vigente_hasta": "2026-12-01"}
    respuesta = duena.enviar(f"{BASE}/{bloque}", {**tema, **al_reves})
    assert respuesta.status_code == 422 and "Termina antes de empezar" in respuesta.get_data(as_text=True)
    mala = duena.enviar(f"{BASE}/{bloque}", {**tema, "vigente_hasta": "mañana"})
    assert mala.status_code == 422 and "Not a valid" not in mala.get_data(as_text=True)


def test_el_preferido_gana_entre_parecidos(duena: Any) -> None:
    ensenar(duena, "Corte de cabello para dama", "El corte para dama cuesta $280.")
    ensenar(duena, "Corte de cabello para caballero", "El corte para caballero cuesta $160.")
    antes = saber.probar("marea", "cuánto cuesta el corte")
    assert antes.tipo == "dudosa"
    ensenar(duena, "Corte de cabello en promoción", "El corte en promoción cuesta $99.", prioridad="y")
    despues = saber.probar("marea", "cuánto cuesta el corte")
    assert despues.elegidos[0].bloque.titulo == "Corte de cabello en promoción"
    pagina = ver(duena, "/?estado=preferidos")
    assert re.findall(r'class="lista-titulo">([^<]+)<', pagina) == ["Corte de cabello en promoción"]


# ---------------------------------------------------------------- historia
def test_la_historia_dice_quien_que_y_se_puede_regresar(duena: Any) -> None:
    bloque = ensenar(duena, "Manicure", "Cuesta $160.", etiqueta_nueva="uñas")
    duena.enviar(f"{BASE}/{bloque}", {"titulo": "Manicure", "contenido": "Cuesta $180."})
    duena.enviar(f"{BASE}/{bloque}/activo", {"activo": "0"})
    pagina = ver(duena, f"/{bloque}/historia")
    assert "<del>$160.</del>" in pagina and "<ins>$180.</ins>" in pagina
    assert "Etiquetas quitadas: uñas" in pagina and "Se apagó" in pagina and "dueno-" in pagina
    primera = min(int(n) for n in re.findall(r"/versiones/(\d+)/restaurar", pagina))
    assert duena.enviar(f"{BASE}/versiones/{primera}/restaurar").status_code == 302
    (fila,) = filas(supabase.table("conocimiento_nora").select("*").eq("id", bloque))
    assert (fila["contenido"], fila["etiquetas"], fila["activo"]) == ("Cuesta $160.", ["uñas"], False)
    assert fila["modelo_vector"], "lo restaurado se vuelve a indexar"
    assert "Se regresó a antes" in ver(duena, f"/{bloque}/historia")


def test_lo_borrado_se_recupera_con_su_id(duena: Any, cliente_de: Callable[..., Any]) -> None:
    bloque = ensenar(duena, "Garantía", "Siete días.", vigente_hasta="2099-01-01")
    assert duena.enviar(f"{BASE}/{bloque}/borrar").status_code == 302
    pagina = ver(duena, "/borrados")
    assert "Siete días." in pagina
    version = re.search(r"/versiones/(\d+)/restaurar", pagina)
    assert version
    agente = cliente_de("agente", "marea")
    assert "restaurar" not in ver(agente, "/borrados")
    assert agente.enviar(f"{BASE}/versiones/{version[1]}/restaurar").status_code == 403
    assert duena.enviar(f"{BASE}/versiones/{version[1]}/restaurar").status_code == 302
    (fila,) = filas(supabase.table("conocimiento_nora").select("id,contenido,vigente_hasta"))
    assert fila == {"id": bloque, "contenido": "Siete días.", "vigente_hasta": "2099-01-01"}
    assert "No hay nada borrado" in ver(duena, "/borrados")
    assert duena.enviar(f"{BASE}/versiones/999999/restaurar").status_code == 404


def test_borrar_la_nora_entera_no_tropieza_con_la_historia(duena: Any) -> None:
    ensenar(duena, "Uno", "Algo que se borra con todo.")
    ejecutar(supabase.table("configuracion_bot").update({"activo": False}).eq("nombre_nora", "marea"))
    assert valor(supabase.rpc("admin_borrar_nora", {"p_nombre_nora": "marea"})) is True
    assert filas(supabase.table("conocimiento_versiones").select("id")) == []


# ---------------------------------------------------------------- revisar
def test_al_guardar_lo_que_choca_se_ve_lado_a_lado_y_se_arregla(duena: Any) -> None:
    viejo = ensenar(duena, "Horario", "Abrimos de lunes a viernes de 9 a 7.")
    assert "Nada se contradice" in ver(duena, "/revisar")
    respuesta = duena.enviar(
        f"{BASE}/nuevo", {"titulo": "Horario nuevo", "contenido": "Abrimos de lunes a viernes de 10 a 7."}
    )
    assert "/revisar?bloque=" in respuesta.location
    pagina = duena.get(respuesta.location).get_data(as_text=True)
    assert "choca con otro tema" in pagina and "Dos horarios que no cuadran" in pagina
    assert "abre 9:00 a. m." in pagina and "abre 10:00 a. m." in pagina
    assert duena.enviar(f"{BASE}/revisar", {"apagar": viejo}).status_code == 302
    assert "Nada se contradice" in ver(duena, "/revisar")
    duena.enviar(f"{BASE}/{viejo}/activo", {"activo": "1"})
    clave = re.search(r'name="clave" value="(\w+)"', ver(duena, "/revisar"))
    assert clave and duena.enviar(f"{BASE}/revisar", {"clave": clave[1]}).status_code == 302
    assert "Nada se contradice" in ver(duena, "/revisar")
    duena.enviar(f"{BASE}/{viejo}", {"titulo": "Horario", "contenido": "Lunes a viernes de 8 a 7."})
    assert "Dos horarios" in ver(duena, "/revisar"), "al cambiar el texto se vuelve a revisar"
    duena.enviar(
        f"{BASE}/{viejo}",
        {"titulo": "Horario", "contenido": "Lunes a viernes de 8 a 7.", "vigente_hasta": "2099-01-01"},
    )
    assert "Nada se contradice" in ver(duena, "/revisar"), "lo que vale unos días dice otra cosa a propósito"
    for malo in ({"apagar": str(uuid4())}, {"apagar": "x"}, {"clave": "x"}):
        assert duena.enviar(f"{BASE}/revisar", malo).status_code == 404, malo


# ---------------------------------------------------------------- preguntas
def test_lo_que_no_supo_se_junta_y_se_vuelve_tema_con_lo_que_contesto_la_persona(duena: Any) -> None:
    ensenar(duena, "Horario", "Abrimos de lunes a viernes de 9 a 7.")
    una = escribir("Hola, ¿hacen extensiones de cabello?")
    contestar(una, "Sí, desde $2,500.")
    contestar(una, "Duran tres meses.")
    escribir("y depilan con cera?", "1")  # ya se había avisado: pasa en silencio y también cuenta
    escribir("ponen extensiones?", "2")
    escribir("¿a qué hora abren?", "3")  # esta sí la sabe
    escribir("quiero hablar con una persona", "4")  # no es una pregunta sin respuesta
    guardadas = filas(
        supabase.table("preguntas_sin_respuesta").select("pregunta,respuesta").order("fecha_creacion")
    )
    assert guardadas == [
        {
            "pregunta": "Hola, ¿hacen extensiones de cabello?",
            "respuesta": "Sí, desde $2,500.\nDuran tres meses.",
        },
        {"pregunta": "y depilan con cera?", "respuesta": ""},
        {"pregunta": "ponen extensiones?", "respuesta": ""},
    ]
    pedidas = contar_peticiones(lambda: ver(duena, "/preguntas"))
    assert len(pedidas) <= 3, "también la vez que las agrupa"
    pagina = ver(duena, "/preguntas")
    assert "2 veces" in pagina and "Una persona contestó" in pagina and pagina.count('class="duda"') == 2
    assert duena.get(f"{BASE}/preguntas/cuantas").json["data"] == {"preguntas": 2}
    grupo = re.search(r"/nuevo\?grupo=([\w-]+)", pagina)
    assert grupo
    formulario = ver(duena, f"/nuevo?grupo={grupo[1]}")
    assert 'value="¿hacen extensiones de cabello?"' in formulario and "Duran tres meses." in formulario
    datos = {"titulo": "Extensiones", "contenido": "Sí, desde $2,500.", "grupo": grupo[1]}
    assert duena.enviar(f"{BASE}/nuevo", datos).status_code == 302
    estados = {
        f["estado"]
        for f in filas(supabase.table("preguntas_sin_respuesta").select("estado").eq("grupo", grupo[1]))
    }
    assert estados == {"ensenada"} and "extensiones" not in ver(duena, "/preguntas")
    assert duena.get(f"{BASE}/nuevo?grupo={grupo[1]}").status_code == 404, "ya está enseñada"


def test_ya_no_mostrar_vale_tambien_para_las_que_lleguen(duena: Any) -> None:
    escribir("¿venden boletos de avión?", "1")
    grupo = re.search(r"/preguntas/([\w-]+)/ocultar", ver(duena, "/preguntas"))
    assert grupo and duena.enviar(f"{BASE}/preguntas/{grupo[1]}/ocultar").status_code == 302
    escribir("¿Venden boletos de avion?", "2")
    escribir("venden boletos para avión", "3")
    ver(duena, "/preguntas")  # aquí se juntan las parecidas
    assert "ha sabido contestar todo" in ver(duena, "/preguntas")
    assert "3 veces" in ver(duena, "/preguntas?ver=ocultas")
    assert duena.enviar(f"{BASE}/preguntas/{grupo[1]}/ocultar", {"oculta": "0"}).status_code == 302
    assert "3 veces" in ver(duena, "/preguntas")
    assert duena.enviar(f"{BASE}/preguntas/{uuid4()}/ocultar").status_code == 404


def test_si_ofrecio_temas_y_ninguno_era_tambien_queda(duena: Any) -> None:
    ensenar(duena, "Corte de cabello para dama", "El corte para dama cuesta $280.")
    ensenar(duena, "Corte de cabello para caballero", "El corte para caballero cuesta $160.")
    ensenar(duena, "Corte de cabello para niños", "El corte para niños cuesta $120.")
    escribir("cuánto cuesta el corte")
    escribir("4")
    (fila,) = filas(supabase.table("preguntas_sin_respuesta").select("pregunta,motivo"))
    assert fila == {"pregunta": "cuánto cuesta el corte", "motivo": "ninguna_opcion"}
    assert "ninguno era" in ver(duena, "/preguntas")


# ---------------------------------------------------------------- cobertura
def test_cobertura_cuenta_contestadas_ofrecidas_y_pasadas(duena: Any) -> None:
    assert "Aquí verás cuánto contesta Nora sola" in ver(duena, "/cobertura")
    horario = ensenar(duena, "Horario", "Abrimos de lunes a viernes de 9 a 7.")
    for quien in ("dama", "caballero", "niños"):
        ensenar(duena, f"Corte de cabello para {quien}", f"El corte para {quien} lleva lavado.")
    ejecutar(supabase.table("conocimiento_nora").update({"fecha_creacion": "2026-01-01"}).neq("id", horario))
    escribir("¿cuál es su horario?", "1")
    escribir("quiero un corte de cabello", "2")
    escribir("¿venden refacciones de tractor?", "3")
    cubierta = valor(supabase_de_nora("marea").rpc("cobertura_conocimiento", {}))
    ultimo = cubierta["dias"][-1]
    assert len(cubierta["dias"]) == 30 and ultimo["dia"] == hoy().isoformat()
    assert (ultimo["contestadas"], ultimo["opciones"], ultimo["pasadas"]) == (1, 1, 1)
    assert [(u["titulo"], u["veces"]) for u in cubierta["usados"]] == [("Horario", 1)]
    assert cubierta["sin_usar_total"] == 3
    pagina = ver(duena, "/cobertura")
    assert "33 %" in pagina and "Sin usar en 30 días" in pagina and "<canvas" in pagina


# ---------------------------------------------------------------- importar
def test_importar_revisar_cambiar_y_guardar(duena: Any) -> None:
    ensenar(duena, "¿Tienen wifi?", "Sí, pide la clave.")
    hoja = "pregunta,respuesta\n" + "".join(f"Tema {n},Respuesta {n}\n" for n in range(25))
    hoja += '¿Tienen wifi?,"Sí, pide la clave."\n'
    archivo = {"archivo": (io.BytesIO(hoja.encode()), "faq.csv"), "csrf_token": duena.csrf()}
    respuesta = duena.post(f"{BASE}/importar", data=archivo)
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    lugar = respuesta.location
    pagina = duena.get(lugar).get_data(as_text=True)
    ids = re.findall(r'name="elegida" value="(\d+)"', pagina)
    assert len(ids) == 20 and "temas 1 a 20 de 26" in pagina
    datos = {f"titulo-{n}": f"T{n}" for n in ids} | {f"contenido-{n}": f"Texto {n}" for n in ids}
    malo = duena.enviar(lugar, {**datos, f"titulo-{ids[0]}": "", "elegida": ids[:2]})
    assert malo.status_code == 422 and "Ponle un nombre corto." in malo.get_data(as_text=True)
    assert f"Texto {ids[1]}</textarea>" in malo.get_data(as_text=True), "lo escrito no se pierde"
    bien = duena.enviar(lugar, {**datos, "elegida": ids[:2]})
    assert bien.location == lugar
    pagina = duena.get(lugar).get_data(as_text=True)
    assert "temas 21 a 26 de 26" in pagina and "Ya lo sabe" in pagina
    assert len(re.findall(r'name="elegida" value="\d+" checked', pagina)) == 5, (
        "lo repetido llega sin palomita"
    )
    repetido = duena.enviar(lugar, {**datos, "elegida": ids[:2]})
    assert repetido.status_code == 302
    guardados = filas(supabase.table("conocimiento_nora").select("titulo,fuente").like("fuente", "faq%"))
    assert sorted(g["titulo"] for g in guardados) == sorted(f"T{n}" for n in ids[:2]), (
        "dos veces no guarda dos"
    )
    assert {g["fuente"] for g in guardados} == {"faq.csv, renglón 2", "faq.csv, renglón 3"}
    assert duena.enviar(lugar, {"todo": "1"}).status_code == 302
    assert len(filas(supabase.table("conocimiento_nora").select("id"))) == 1 + 2 + 5
    assert "Ya está todo revisado" in duena.get(lugar).get_data(as_text=True)
    assert duena.enviar(f"{lugar}/descartar").status_code == 302
    assert duena.get(lugar).status_code == 404


def test_importar_con_errores_no_pierde_lo_pegado(duena: Any, cliente_de: Callable[..., Any]) -> None:
    nada = duena.enviar(f"{BASE}/importar", {"texto": ""})
    assert nada.status_code == 422 and "Elige un archivo o pega un texto." in nada.get_data(as_text=True)

    def subir(datos: bytes, nombre: str) -> Any:
        campos = {
            "archivo": FileStorage(io.BytesIO(datos), nombre, "archivo"),
            "texto": "Esto ya lo había pegado",
            "csrf_token": duena.csrf(),
        }
        # El cuerpo ya hecho: el cliente de pruebas deja abierto el archivo temporal con que arma uno tan grande.
        frontera, cuerpo = encode_multipart(campos)
        return duena.post(
            f"{BASE}/importar", data=cuerpo, content_type=f'multipart/form-data; boundary="{frontera}"'
        )

    grande = subir(b"x" * (documentos.BYTES_MAXIMOS + 1), "grande.pdf")
    pagina = grande.get_data(as_text=True)
    assert grande.status_code == 422 and "más de 10 MB" in pagina and "Esto ya lo había pegado" in pagina
    foto = subir(b"\x89PNG\r\n\x1a\n\x00\x00", "menu.pdf").get_data(as_text=True)
    assert "no se puede leer aquí" in foto and "Esto ya lo había pegado" in foto
    pegado = duena.enviar(f"{BASE}/importar", {"texto": "Horario\nAbrimos de 9 a 7 todos los días."})
    assert pegado.status_code == 302
    assert "Abrimos de 9 a 7" in duena.get(pegado.location).get_data(as_text=True)
    agente = cliente_de("agente", "marea")
    assert agente.get(f"{BASE}/importar").status_code == 403
    assert agente.get(pegado.location).status_code == 403


def test_lo_de_otra_nora_no_existe(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    bloque = ensenar(duena, "Secreto", "Solo de marea.")
    escribir("¿hacen pasteles de boda para cien personas?")
    carga = duena.enviar(f"{BASE}/importar", {"texto": "Horario\nEl secreto de marea."}).location.rsplit(
        "/", 1
    )[1]
    (version,) = filas(supabase.table("conocimiento_versiones").select("id").eq("bloque_id", bloque))
    (pregunta,) = filas(supabase.table("preguntas_sin_respuesta").select("id"))
    crear_nora("brisa")
    ajena = cliente_de("dueno", "brisa")
    otra = "/panel_cliente/brisa/conocimiento"
    for ruta in (f"/{bloque}/historia", f"/importar/{carga}", f"/nuevo?grupo={pregunta['id']}"):
        assert ajena.get(otra + ruta).status_code == 404, ruta
    for ruta, datos in (
        (f"/versiones/{version['id']}/restaurar", {}),
        (f"/importar/{carga}", {"todo": "1"}),
        (f"/importar/{carga}/descartar", {}),
        (f"/preguntas/{pregunta['id']}/ocultar", {}),
        ("/revisar", {"apagar": bloque}),
    ):
        assert ajena.enviar(otra + ruta, datos).status_code == 404, ruta
    for ruta in ("/preguntas", "/revisar", "/cobertura", "/borrados", "/importar"):
        pagina = ajena.get(otra + ruta)
        assert pagina.status_code == 200 and "secreto" not in pagina.get_data(as_text=True).lower(), ruta
    # El grupo de otra Nora en un formulario propio no cierra sus preguntas.
    ajena.enviar(f"{otra}/nuevo", {"titulo": "Robo", "contenido": "x", "grupo": pregunta["id"]})
    assert filas(supabase.table("preguntas_sin_respuesta").select("estado"))[0]["estado"] == "abierta"


def test_cada_pagina_hace_tres_peticiones_como_mucho(duena: Any) -> None:
    bloque = ensenar(duena, "Horario", "De 9 a 7.")
    for ruta in ("/preguntas", "/revisar", "/cobertura", "/borrados", "/importar", f"/{bloque}/historia"):
        pedidas = contar_peticiones(lambda ruta=ruta: ver(duena, ruta))  # type: ignore[misc]
        assert 0 < len(pedidas) <= 3, (ruta, pedidas)
