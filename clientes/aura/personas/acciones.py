"""Lo que la auditoría sabe escribir, y cómo se lee. Una acción que no está aquí no se puede anotar."""

from __future__ import annotations

from typing import Any
from uuid import UUID

# Nunca son de una Nora.
DE_LA_INSTALACION = {
    "borrar_nora": "La borró",
    "reintentar_trabajos": "Reintentó trabajos",
    "correr_trabajo": "Ejecutó un trabajo programado",
    "encender_trabajo": "Encendió un trabajo programado",
    "apagar_trabajo": "Apagó un trabajo programado",
    "desactivar_usuario": "Desactivó una cuenta",
    "reactivar_usuario": "Reactivó una cuenta",
    "hacer_admin": "La hizo admin",
    "quitar_admin": "Dejó de ser admin",
    "cerrar_sesiones": "Cerró sus sesiones",
    "hacer_enlace": "Hizo un enlace de contraseña",
    "cambiar_contrasena": "Cambió su contraseña",
    "restablecer_contrasena": "Cambió su contraseña con un enlace",
}
DE_UNA_NORA = {
    # La Nora
    "crear_nora": "Creó la Nora",
    "editar_nora": "Cambió sus datos",
    "renombrar_nora": "Le cambió el nombre",
    "suspender_nora": "La suspendió",
    "reactivar_nora": "La reactivó",
    "descargar_nora": "Descargó todo lo suyo",
    "encender_modulos": "Encendió módulos",
    "apagar_modulos": "Apagó módulos",
    "guardar_credenciales": "Guardó sus llaves",
    "borrar_credenciales": "Borró sus llaves",
    "entrar_como_dueno": "Entró como dueño",
    "salir_de_nora": "Salió de la Nora",
    "exportar_auditoria": "Descargó la auditoría",
    "permiso_por_conectar": "Un permiso dejó de servir",
    # Cuentas
    "crear_usuario": "Creó una cuenta",
    "dar_lugar": "Dio un lugar",
    "quitar_lugar": "Quitó un lugar",
    # Cómo atiende Nora
    "encender_nora": "Encendió a Nora",
    "cambiar_ajustes": "Cambió los ajustes",
    "cambiar_ia": "Cambió cómo habla Nora",
    "cambiar_modelo_ia": "Cambió el modelo o su tope",
    "quitar_llave_ia": "Quitó la llave del modelo",
    "agregar_al_equipo": "Agregó un número del equipo",
    "quitar_del_equipo": "Quitó un número del equipo",
    "accion_ia_haciendo": "Aprobó lo que Nora propuso",
    "accion_ia_rechazada": "Rechazó lo que Nora propuso",
    # Lo que sabe
    "crear_bloque": "Enseñó un tema",
    "editar_bloque": "Cambió un tema",
    "encender_bloque": "Encendió o apagó un tema",
    "borrar_bloque": "Borró un tema",
    "restaurar_bloque": "Regresó un tema a como estaba",
    "importar_bloques": "Importó temas",
    "resolver_choque": "Decidió entre dos temas",
    "guardar_sinonimos": "Cambió las palabras parecidas",
    "borrar_sinonimos": "Borró palabras parecidas",
    "recuperar_sinonimos": "Recuperó palabras parecidas",
    "usar_sinonimos": "Encendió o apagó palabras parecidas",
    # Lo que contesta sola
    "crear_respuesta": "Creó una respuesta automática",
    "editar_respuesta": "Cambió una respuesta automática",
    "encender_respuesta": "Encendió o apagó una respuesta automática",
    "borrar_respuesta": "Borró una respuesta automática",
    "crear_formulario": "Creó un formulario",
    "editar_formulario": "Cambió un formulario",
    "encender_formulario": "Encendió o apagó un formulario",
    "borrar_formulario": "Borró un formulario",
    "exportar_formulario": "Descargó lo contestado en un formulario",
    "cambiar_menu": "Cambió el menú",
    "borrar_opcion_de_menu": "Borró una opción del menú",
    # Conversaciones
    "cambiar_conversaciones": "Cambió varias conversaciones",
    "deshacer_conversaciones": "Deshizo un cambio en varias conversaciones",
    "guardar_rapida": "Guardó una respuesta rápida",
    "borrar_rapida": "Borró una respuesta rápida",
    "cambiar_cierre": "Cambió cuándo se resuelven solas",
    # Personas
    "borrar_contacto": "Borró contactos",
    "recuperar_contacto": "Recuperó un contacto",
    "cambiar_contactos": "Cambió varios contactos",
    "deshacer_contactos": "Deshizo un cambio en varios contactos",
    "borrar_nota": "Borró la nota de un contacto",
    "unir_contactos": "Unió contactos",
    "importar_contactos": "Importó contactos",
    "exportar_contactos": "Descargó los contactos",
    "exportar_renglones": "Descargó renglones por corregir",
    "exportar_persona": "Exportó los datos de una persona",
    "suprimir_contacto": "Borró para siempre a una persona",
    "crear_campo": "Agregó un dato propio",
    "borrar_campo": "Quitó un dato propio",
    "crear_etiqueta": "Creó una etiqueta",
    "editar_etiqueta": "Cambió una etiqueta",
    "borrar_etiqueta": "Borró una etiqueta",
    "unir_etiquetas": "Unió etiquetas",
    "deshacer_etiquetas": "Deshizo un cambio en etiquetas",
    # Tareas
    "borrar_tareas": "Borró tareas",
    "recuperar_tareas": "Recuperó tareas",
    "cambiar_tareas": "Cambió varias tareas",
    "exportar_tareas": "Descargó las tareas",
    "cambiar_repetida": "Cambió una tarea que se repite",
    "quitar_adjunto": "Quitó el archivo de una tarea",
    "cambiar_avisos_de_tareas": "Cambió cómo se avisan las tareas",
    # Anuncios y reportes
    "conectar_meta": "Conectó Meta",
    "desconectar_meta": "Desconectó Meta",
    "usar_cuenta_meta": "Cambió una cuenta de Meta",
    "quitar_cuenta_meta": "Quitó una cuenta de Meta",
    "cambiar_ajustes_meta": "Cambió los ajustes de Meta",
    "conectar_google": "Conectó Google",
    "desconectar_google": "Desconectó Google",
    "usar_cuenta_google": "Cambió una cuenta de Google",
    "quitar_cuenta_google": "Quitó una cuenta de Google",
    "revisar_busquedas_google": "Revisó búsquedas de Google",
    "compartir_reporte": "Compartió un reporte",
    "retirar_enlace": "Retiró un enlace",
    "mandar_reporte": "Mandó un reporte",
    "cambiar_ajustes_reportes": "Cambió a quién van los reportes",
}
ACCIONES = DE_LA_INSTALACION | DE_UNA_NORA
ROTULOS = {
    "rol": "rol",
    "modulos": "módulos",
    "cambio": "cambió",
    "cambio_token": "token nuevo",
    "titulo": "tema",
    "cuantos": "cuántos",
    "cuantas": "cuántas",
    "queda": "quedó en",
    "dias": "días",
    "se_fue": "se fue",
    "que": "qué",
}


def objeto_legible(objeto: str) -> str:
    """A qué se le hizo: un nombre tal cual; de un id, lo que alcanza para distinguirlo."""
    try:
        return f"…{UUID(objeto).hex[-6:]}"
    except ValueError:
        return objeto


def detalle_legible(detalle: dict[str, Any]) -> str:
    """El detalle en un renglón: «rol: agente; módulos: chat, contactos»."""
    partes = []
    for clave, dato in detalle.items():
        if isinstance(dato, bool):
            texto = "sí" if dato else "no"
        elif dato == "dueno":
            texto = "dueño"
        elif isinstance(dato, dict):
            texto = ", ".join(
                f"{cuantos} {que.replace('_', ' ')}" for que, cuantos in dato.items() if cuantos
            )
        else:
            texto = (
                ", ".join(str(uno).replace("_", " ") for uno in dato)
                if isinstance(dato, list)
                else objeto_legible(str(dato))
            )
        partes.append(f"{ROTULOS.get(clave, clave.replace('_', ' '))}: {texto or '—'}")
    return "; ".join(partes)
