"""Lo que cambia o se lleva algo queda en la auditoría: la prueba sale del mapa de direcciones y no deja ninguna fuera.

Cada POST o declara con `@audita` qué acción deja, o dice aquí por qué no; de los GET que bajan un archivo se encarga
`test_rutas.py`. Y cada acción declarada se hace una vez, para ver que el renglón de veras se escribe.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from apoyo.siembra import sembrar
from flask import Flask
from werkzeug.routing import Rule

from clientes.aura.anuncios import permisos
from clientes.aura.personas.acciones import ACCIONES, detalle_legible, objeto_legible
from clientes.aura.personas.servicio import anotar
from clientes.aura.registro.accesos import ErrorRegistro
from clientes.aura.registro.auditoria import acciones_de, audita
from clientes.aura.reportes import servicio as reportes
from clientes.aura.routes.panel_cliente_google_ads import conexion as conexion_google
from clientes.aura.routes.panel_cliente_google_ads import cuentas as cuentas_google
from clientes.aura.routes.panel_cliente_meta_ads import conexion, cuentas
from clientes.aura.supabase_local import DireccionesPostgres

NADA_QUE_CONTAR = "no cambia nada que contar: "
SU_HISTORIA = "lleva su propia historia: "
# POST sin auditoría, y por qué. Agregar aquí es una decisión, no un descuido.
SIN_AUDITORIA = {
    "admin.nora_probar": NADA_QUE_CONTAR + "pregunta a Twilio",
    "login.entrar": SU_HISTORIA + "el último acceso de la cuenta y los intentos fallidos",
    "login.salir": NADA_QUE_CONTAR + "cierra la sesión propia",
    "panel_cliente.archivo_reintentar": NADA_QUE_CONTAR + "vuelve a bajar un archivo",
    "panel_cliente.avisos_probar": NADA_QUE_CONTAR + "se manda un aviso a sí misma",
    "panel_cliente.avisos_quitar": NADA_QUE_CONTAR + "su propio teléfono",
    "panel_cliente.avisos_suscribir": NADA_QUE_CONTAR + "su propio teléfono",
    "panel_cliente.guardar_guia": NADA_QUE_CONTAR + "qué ve en su tablero",
    "panel_cliente_chat.anotar": SU_HISTORIA + "conversacion_sucesos",
    "panel_cliente_chat.archivo": SU_HISTORIA + "el mensaje dice quién",
    "panel_cliente_chat.asignar": SU_HISTORIA + "conversacion_sucesos",
    "panel_cliente_chat.cambiar_estado": SU_HISTORIA + "conversacion_sucesos",
    "panel_cliente_chat.cancelar_programado": SU_HISTORIA + "mensajes_programados",
    "panel_cliente_chat.devolver": SU_HISTORIA + "conversacion_sucesos",
    "panel_cliente_chat.enviar_plantilla": SU_HISTORIA + "el mensaje dice quién",
    "panel_cliente_chat.leida": NADA_QUE_CONTAR + "ver no es cambiar",
    "panel_cliente_chat.presencia": NADA_QUE_CONTAR + "quién está",
    "panel_cliente_chat.programar": SU_HISTORIA + "mensajes_programados dice quién",
    "panel_cliente_chat.responder": SU_HISTORIA + "el mensaje dice quién",
    "panel_cliente_chat.sugerir": NADA_QUE_CONTAR + "un borrador",
    "panel_cliente_chat.tomar": SU_HISTORIA + "conversacion_sucesos",
    "panel_cliente_conocimiento.descartar_importacion": NADA_QUE_CONTAR + "lo propuesto nunca se usó",
    "panel_cliente_conocimiento.importar": NADA_QUE_CONTAR + "solo propone; guardar sí se audita",
    "panel_cliente_conocimiento.ocultar": NADA_QUE_CONTAR + "una lista de pendientes",
    "panel_cliente_conocimiento.probar": NADA_QUE_CONTAR + "una prueba",
    "panel_cliente_contactos.anotar": SU_HISTORIA + "la nota dice quién",
    "panel_cliente_contactos.baja": SU_HISTORIA + "contacto_cambios",
    "panel_cliente_contactos.bloqueo": SU_HISTORIA + "contacto_cambios",
    "panel_cliente_contactos.descartar": NADA_QUE_CONTAR + "la hoja nunca entró",
    "panel_cliente_contactos.editar": SU_HISTORIA + "contacto_cambios",
    "panel_cliente_contactos.importar": NADA_QUE_CONTAR + "solo la sube; empezar sí se audita",
    "panel_cliente_contactos.nuevo": SU_HISTORIA + "contacto_cambios",
    "panel_cliente_contactos.tramo": NADA_QUE_CONTAR + "sigue una importación ya anotada",
    "panel_cliente_etiquetas.etiquetar_conversacion": NADA_QUE_CONTAR
    + "se ve en la plática y se quita igual",
    "panel_cliente_google_ads.detener": SU_HISTORIA + "google_ads_sincronizaciones",
    "panel_cliente_google_ads.sincronizar": SU_HISTORIA + "google_ads_sincronizaciones",
    "panel_cliente_google_ads.traer": NADA_QUE_CONTAR + "vuelve a leer",
    "panel_cliente_google_ads.ver_alerta": NADA_QUE_CONTAR + "una lista de pendientes",
    "panel_cliente_ia.probar": NADA_QUE_CONTAR + "un ensayo",
    "panel_cliente_ia.revisar": NADA_QUE_CONTAR + "una lista de pendientes",
    "panel_cliente_meta_ads.detener": SU_HISTORIA + "meta_ads_sincronizaciones",
    "panel_cliente_meta_ads.sincronizar": SU_HISTORIA + "meta_ads_sincronizaciones",
    "panel_cliente_meta_ads.traer": NADA_QUE_CONTAR + "vuelve a leer",
    "panel_cliente_meta_ads.ver_alerta": NADA_QUE_CONTAR + "una lista de pendientes",
    "panel_cliente_reportes.hacer": NADA_QUE_CONTAR + "vuelve a sumar lo leído",
    "panel_cliente_respuestas.actualizar_plantillas": NADA_QUE_CONTAR + "vuelve a leer de WhatsApp",
    "panel_cliente_respuestas.probar": NADA_QUE_CONTAR + "una prueba",
    "panel_cliente_respuestas.probar_menu": NADA_QUE_CONTAR + "una prueba",
    "panel_cliente_simulador.archivo": NADA_QUE_CONTAR + "la prueba de cada quien",
    "panel_cliente_simulador.empezar_de_nuevo": NADA_QUE_CONTAR + "la prueba de cada quien",
    "panel_cliente_simulador.enviar": NADA_QUE_CONTAR + "la prueba de cada quien",
    "panel_cliente_tareas.adjuntar": SU_HISTORIA + "el archivo dice quién",
    "panel_cliente_tareas.agregar_paso": SU_HISTORIA + "los pasos de la tarea",
    "panel_cliente_tareas.avisos": NADA_QUE_CONTAR + "cómo quiere sus propios avisos",
    "panel_cliente_tareas.avisos_leidos": NADA_QUE_CONTAR + "ver no es cambiar",
    "panel_cliente_tareas.borrar_paso": SU_HISTORIA + "los pasos de la tarea",
    "panel_cliente_tareas.comentar": SU_HISTORIA + "el comentario dice quién",
    "panel_cliente_tareas.editar": SU_HISTORIA + "tarea_cambios",
    "panel_cliente_tareas.marcar_paso": SU_HISTORIA + "los pasos de la tarea",
    "panel_cliente_tareas.mover": SU_HISTORIA + "tarea_cambios",
    "panel_cliente_tareas.nueva": SU_HISTORIA + "tarea_cambios",
    "salud.informe_de_politica": NADA_QUE_CONTAR + "lo manda un navegador",
    "webhook.estado": SU_HISTORIA + "mensajes_salientes",
    "webhook.estado_sin_nombre": SU_HISTORIA + "mensajes_salientes",
    "webhook.recibir": SU_HISTORIA + "mensajes",
    "webhook.recibir_sin_nombre": SU_HISTORIA + "mensajes",
}
# Declaradas que aquí no se hacen, y dónde se prueban.
PROBADAS_APARTE = {
    "login.restablecer": "tests/unidad/test_entrada.py, con el enlace de un correo",
}


def reglas(app: Flask) -> Iterator[Rule]:
    yield from sorted(app.url_map.iter_rules(), key=lambda r: r.endpoint)


def test_cada_post_deja_renglon_o_dice_por_que_no(app: Flask) -> None:
    con_post = {r.endpoint for r in reglas(app) if "POST" in (r.methods or ())}
    declaradas = {e for e in con_post if acciones_de(app, e)}
    assert sorted(con_post - declaradas - set(SIN_AUDITORIA)) == [], "falta `@audita`, o una razón aquí"
    assert sorted(set(SIN_AUDITORIA) - con_post) == [], "ya no existen"
    assert sorted(declaradas & set(SIN_AUDITORIA)) == [], "se auditan: sobran aquí"


def test_ninguna_accion_se_queda_sin_palabras(app: Flask) -> None:
    with pytest.raises(ErrorRegistro):
        audita("algo_sin_palabras")
    with pytest.raises(ErrorRegistro):
        audita("crear_nora", "borrar_nora")
    with pytest.raises(ValueError, match="acciones"):
        anotar(None, "algo_sin_palabras")
    assert all(texto and texto[0].isupper() for texto in ACCIONES.values())


def test_en_palabras() -> None:
    assert objeto_legible("0b5d6f4e-6a0f-4f3c-9d0e-3f5a1c2b7a91") == "…2b7a91"
    assert objeto_legible("Horario") == "Horario"
    assert detalle_legible({"modulos": ["chat", "tareas"], "rol": "dueno", "encendido": False}) == (
        "módulos: chat, tareas; rol: dueño; encendido: no"
    )
    assert detalle_legible({"borrado": {"mensajes": 3, "medios": 0}}) == "borrado: 3 mensajes"


Ids = dict[str, Any]
Cuerpo = dict[str, Any]
T = "panel_cliente_tareas."
R = "panel_cliente_respuestas."
K = "panel_cliente_conocimiento."
C = "panel_cliente_contactos."
M = "panel_cliente_meta_ads."
G = "panel_cliente_google_ads."
AJUSTES = {
    "silencio_segundos": "6",
    "bienvenida_dias": "30",
    "pausa_persona_minutos": "45",
    "mensaje_bienvenida": "¡Hola!",
    "al_recibir_archivos": "pasar",
}
TEMA = {"titulo": "Envíos", "contenido": "Enviamos a toda la ciudad por $50."}
RESPUESTA = {
    "nombre": "Horario",
    "disparadores": "horario",
    "modo": "contiene",
    "cuando": "siempre",
    "respuesta": "De 9 a 6.",
    "orden": "10",
}
FORMULARIO = {"nombre": "Pedido", "palabras": "pedido", "vigencia_horas": "24"}
PASO = {"pregunta": "¿Cuántos?", "tipo": "texto"}
OPCION = {"titulo": "Ubicación", "accion": "texto", "texto": "Calle Coral 5."}


def de_la_duena(a: Ids, b: Ids, c: Ids) -> list[tuple[str, Ids, Cuerpo]]:
    """(dirección, de qué siembra, qué se manda), en un orden en que nada estorba a lo que sigue."""
    antes = [{"id": a["conversacion_id"], "estado": "abierta"}]
    return [
        (
            "login.cambiar_contrasena",
            a,
            {"contrasena": "otra frase de prueba", "repetir": "otra frase de prueba"},
        ),
        ("panel_cliente.encender", a, {}),
        ("panel_cliente_ajustes.guardar", a, AJUSTES),
        ("panel_cliente_ajustes.actividad_csv", a, {}),
        ("panel_cliente_chat.cambiar_varias", a, {"ids": a["conversacion_id"], "estado": "resuelta"}),
        ("panel_cliente_chat.deshacer", a, {"antes": json.dumps(antes)}),
        ("panel_cliente_chat.guardar_rapida", a, {"atajo": "gracias", "texto": "Gracias"}),
        ("panel_cliente_chat.borrar_rapida", a, {}),
        ("panel_cliente_chat.guardar_cierre", a, {"dias": "10"}),
        (K + "nuevo", a, TEMA),
        (K + "editar", a, TEMA | {"titulo": "Horario nuevo"}),
        (K + "encender", a, {"activo": "0"}),
        (K + "restaurar", a, {}),
        (K + "resolver", a, {"clave": "a" * 40}),
        (K + "borrar", a, {}),
        (K + "guardar_importacion", a, {f"titulo-{a['propuesta']}": "Envíos", "elegida": a["propuesta"]}),
        (K + "agregar_sinonimos", a, {"palabras": "chesco, refresco"}),
        (K + "editar_sinonimos", a, {"palabras": "guajolota, torta"}),
        (K + "borrar_sinonimos", a, {}),
        (K + "recuperar_sinonimos", a, {}),
        (K + "usar_sinonimos", a, {"cambio": "0:*"}),
        (C + "exportar", a, {}),
        (C + "errores", a, {}),
        (C + "datos_json", a, {}),
        (C + "datos_html", a, {}),
        (C + "datos_zip", a, {}),
        (C + "empezar", a, {"columna-0": "telefono"}),
        (C + "campos", a, {"nombre": "Cumpleaños", "tipo": "texto"}),
        (C + "borrar_campo", a, {}),
        (C + "borrar_nota", a, {}),
        (C + "lote", b, {"accion": "quitar", "ids": [b["contacto_id"]], "etiqueta_id": b["etiqueta_id"]}),
        (C + "deshacer", a, {}),
        (C + "borrar", b, {}),
        (C + "recuperar", b, {}),
        (C + "unir", a, {"otro": b["contacto_id"]}),
        (C + "suprimir", c, {"confirmacion": "BORRAR"}),
        ("panel_cliente_etiquetas.nueva", a, {"nombre": "Nuevas", "color": "mar"}),
        ("panel_cliente_etiquetas.editar", a, {"nombre": "De siempre", "color": "mar"}),
        ("panel_cliente_etiquetas.unir", b, {"queda": a["etiqueta_id"]}),
        ("panel_cliente_etiquetas.borrar", c, {}),
        ("panel_cliente_etiquetas.deshacer", b, {}),
        (
            "panel_cliente_ia.guardar",
            a,
            {"modo_respuesta": "estricto", "maximo_palabras": "60", "respuestas_por_dia": "50"},
        ),
        ("panel_cliente_ia.guardar_modelo", a, {"tope_mensual": "200"}),
        ("panel_cliente_ia.quitar_llave", a, {}),
        ("panel_cliente_ia.agregar_al_equipo", a, {"nombre": "Beto", "telefono": "+526621110000"}),
        ("panel_cliente_ia.quitar_del_equipo", a, {}),
        ("panel_cliente_ia.decidir_accion", a, {"decision": "rechazar"}),
        (M + "vuelta", a, {"state": "x", "code": "y"}),
        (M + "conectar", a, {"token": "EAAB-de-prueba"}),
        (
            M + "ajustes",
            a,
            {"moneda": "MXN", "presupuesto_mensual": "6000", "etiqueta_venta_id": "", "campo_monto_id": ""},
        ),
        (M + "usar", a, {"uso": "excluida"}),
        (M + "quitar", a, {"nombre": a["cuenta"]}),
        (M + "desconectar", a, {}),
        (G + "vuelta", a, {"state": "x", "code": "y"}),
        (G + "revisar_busquedas", a, {"termino": ["facial gratis"]}),
        (G + "usar", a, {"uso": "excluida"}),
        (G + "quitar", a, {"nombre": "De Google"}),
        (G + "desconectar", a, {}),
        ("panel_cliente_reportes.compartir", a, {"dias": "30"}),
        ("panel_cliente_reportes.retirar", a, {}),
        ("panel_cliente_reportes.avisar", a, {}),
        ("panel_cliente_reportes.ajustes", a, {"avisar": "y", "telefono": "+526620001122"}),
        ("panel_cliente_reportes.ventas", a, {"etiqueta_venta_id": "", "campo_monto_id": ""}),
        (R + "nueva", a, RESPUESTA),
        (R + "editar", a, RESPUESTA),
        (R + "encender", a, {"activo": "0"}),
        (R + "borrar", a, {}),
        (R + "nuevo_formulario", a, FORMULARIO),
        (R + "editar_formulario", a, FORMULARIO | {"nombre": "Cita nueva"}),
        (R + "encender_formulario", a, {"activo": "0"}),
        (R + "contestados_csv", a, {}),
        (R + "nuevo_paso", a, PASO),
        (R + "editar_paso", a, PASO),
        (R + "mover_paso", a, {"sentido": "abajo"}),
        (R + "borrar_paso", a, {}),
        (R + "borrar_formulario", b, {}),
        (R + "guardar_menu", a, {"encabezado": "Elige", "boton": "Ver"}),
        (R + "nueva_opcion", a, OPCION),
        (R + "editar_opcion", a, OPCION | {"titulo": "Dónde"}),
        (R + "mover_opcion", a, {"sentido": "arriba"}),
        (R + "borrar_opcion", a, {}),
        (T + "exportar", a, {}),
        (T + "lote", a, {"accion": "estado:hecha", "ids": [a["tarea_id"]]}),
        (T + "quitar_adjunto", a, {}),
        (T + "borrar", a, {}),
        (T + "deshacer", a, {"ids": [a["tarea_id"]]}),
        (T + "elegir_plantilla", a, {"plantilla_id": ""}),
        (T + "activar_molde", a, {"activo": "0"}),
        (T + "editar_molde", a, {"titulo": "Cerrar la caja", "repite": "diario", "fecha": "2026-12-01"}),
    ]


def de_la_admin(usuario: str) -> list[tuple[str, Ids, Cuerpo]]:
    """Lo de la instalación, sobre la Nora «duna»."""
    duna, cuenta = {"nombre": "duna"}, {"usuario_id": usuario}
    nueva = {
        "nombre_visible": "Playa",
        "nombre_nora": "playa",
        "numero_nora": "+526621234500",
        "zona_horaria": "America/Hermosillo",
        "modulos": ["chat"],
    }
    datos = {"nombre_visible": "Duna", "numero_nora": "+526621234501", "zona_horaria": "America/Hermosillo"}
    llaves = {"cuenta": "AC" + "0" * 32, "token": "0" * 32}
    return [
        ("admin.auditoria_csv", {}, {}),
        ("admin.nora_nueva", {}, nueva),
        ("admin.nora", duna, datos | {"silencio_segundos": "5"}),
        ("admin.nora_credenciales", duna, llaves),
        ("admin.nora_borrar_credenciales", duna, {}),
        ("admin.nora_entrar", duna, {}),
        ("admin.salir_de_nora", {}, {}),
        ("admin.nora_descargar", duna, {}),
        ("admin.modulos_cambiar", {}, {"cambio": "duna:chat:0"}),
        ("admin.usuario_nuevo", {}, {"correo": "nueva@duna.mx", "rol": "dueno", "nombre_nora": "duna"}),
        ("admin.usuario_lugar", cuenta, {"nombre_nora": "duna", "rol": "agente"}),
        ("admin.usuario_quitar_lugar", cuenta, {"nombre_nora": "duna"}),
        ("admin.usuario_admin", cuenta, {"admin": "1"}),
        ("admin.usuario_sesiones", cuenta, {}),
        ("admin.usuario_enlace", cuenta, {}),
        ("admin.usuario_activo", cuenta, {"activo": "0"}),
        ("admin.trabajo_correr", {}, {"trabajo": "limpieza_diaria"}),
        ("admin.trabajo_encender", {}, {"trabajo": "limpieza_diaria", "activo": "0"}),
        ("admin.cola_reintentar", {}, {}),
        ("admin.nora_suspender", duna, {}),
        ("admin.nora_reactivar", duna, {}),
        ("admin.nora_suspender", duna, {}),
        ("admin.nora_borrar", duna, {"escrito": "duna"}),
        ("admin.nora_renombrar", {"nombre": "playa"}, {"nombre_nora": "costa"}),
    ]


def test_cada_una_escribe_su_renglon(
    app: Flask,
    base: DireccionesPostgres,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    cliente_de: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    crear_nora("marea")
    crear_nora("duna")
    usuario = crear_usuario("semilla@marea.mx", "dueno", "marea")
    a, b, c = (sembrar("marea", usuario, sufijo) for sufijo in ("", "-b", "-c"))
    # Ni Meta, ni Google, ni WhatsApp: lo que se prueba es el renglón.
    monkeypatch.setattr(conexion_google, "token_de_codigo", lambda *_: ("token", None))
    monkeypatch.setattr(conexion_google, "conectar", lambda *_: None)
    monkeypatch.setattr(cuentas_google, "traer", lambda *_: 0)
    permiso = conexion.Permiso("1", "Ana", tuple(conexion.PERMISOS), None)
    monkeypatch.setattr(conexion, "conectar", lambda *_: permiso)
    monkeypatch.setattr(conexion, "token_de_codigo", lambda *_: ("token", None))
    monkeypatch.setattr(permisos, "gastar_estado", lambda *_: True)
    monkeypatch.setattr(cuentas, "traer", lambda *_: 0)
    monkeypatch.setattr(reportes, "avisar", lambda *_, **__: "enviado")
    faltas: list[str] = []
    hechas = set()
    with psycopg.connect(base.administrador, autocommit=True) as sql:
        a |= _lo_que_falta(sql)
        for quien, pasos in (
            (cliente_de("dueno", "marea"), de_la_duena(a, b, c)),
            (cliente_de("admin"), de_la_admin(usuario)),
        ):
            for endpoint, ids, cuerpo in pasos:
                hechas.add(endpoint)
                faltas += _hacer(app, sql, quien, endpoint, ids, cuerpo)
    assert not faltas, "\n".join(faltas)
    declaradas = {r.endpoint for r in reglas(app) if acciones_de(app, r.endpoint)}
    assert sorted(declaradas - hechas - set(PROBADAS_APARTE)) == [], "declaran una acción que nadie prueba"
    assert sorted(hechas - declaradas) == []


def _lo_que_falta(sql: psycopg.Connection[Any]) -> Ids:
    """Un trabajo fallido, una cuenta de Google, y lo que la siembra no devuelve de «a»: su propuesta y su cuenta."""
    sql.execute(
        "insert into cola.procrastinate_jobs (queue_name, task_name, args, status)"
        " values ('mensajes', 'enviar_saliente', '{}', 'failed')"
    )
    fila = sql.execute(
        "insert into google_ads_cuentas (nombre_nora, externo_id, nombre, moneda)"
        " values ('marea', '99', 'De Google', 'MXN') returning id,"
        " (select min(id) from conocimiento_propuestas),"
        " (select nombre from meta_ads_cuentas order by fecha_creacion limit 1)"
    ).fetchone()
    assert fila is not None
    return {"cuenta_google_id": fila[0], "propuesta": str(fila[1]), "cuenta": fila[2]}


def _hacer(
    app: Flask, sql: psycopg.Connection[Any], quien: Any, endpoint: str, ids: Ids, cuerpo: Cuerpo
) -> list[str]:
    """Lo que estuvo mal; vacía si dejó el renglón que declara, y ninguno más, de quien lo hizo."""
    regla = next(r for r in reglas(app) if r.endpoint == endpoint)
    construida = regla.build({clave: ids.get(clave, "marea") for clave in regla.arguments})
    assert construida is not None
    ultimo = sql.execute("select coalesce(max(id), 0) from auditoria").fetchone()
    es_post = "POST" in (regla.methods or ())
    respuesta = (
        quien.enviar(construida[1], cuerpo) if es_post else quien.get(construida[1], query_string=cuerpo)
    )
    escritos = sql.execute(
        "select accion, correo, coalesce(nombre_nora, '') from auditoria where id > %s", ultimo
    ).fetchall()
    nora = "marea" if endpoint.startswith("panel_cliente") else None
    bien = escritos and all(
        accion in acciones_de(app, endpoint) and "@" in correo and nombre_nora == (nora or nombre_nora)
        for accion, correo, nombre_nora in escritos
    )
    return [] if bien else [f"{endpoint}: {respuesta.status}, {escritos}"]
