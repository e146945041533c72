"""Cuentas desde la administración: alta, lugares, sesiones, enlaces; y la auditoría que dejan."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.personas import consultas as personas
from clientes.aura.utils.supabase_client import supabase

NUEVA = "otra frase de prueba"


@pytest.fixture
def admin(cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("admin")


def texto(respuesta: Any) -> str:
    cuerpo: str = respuesta.get_data(as_text=True)
    return cuerpo


def id_de(correo: str) -> str:
    cuenta = personas.usuario_por_correo(correo)
    assert cuenta is not None
    return cuenta.id


def test_sin_contrasena_da_un_enlace_que_sirve_una_vez(
    admin: Any, crear_nora: Callable[..., str], cliente_http: Any
) -> None:
    crear_nora("marea")
    datos = {"correo": "Ana@Negocio.MX", "rol": "dueno", "nombre_nora": "marea", "contrasena": ""}
    respuesta = admin.enviar("/admin/usuarios/nuevo", datos)
    assert respuesta.status_code == 200 and respuesta.headers["Cache-Control"] == "no-store"
    enlace = re.search(r'data-copiar="http://localhost(/restablecer/[^"]+)"', texto(respuesta))
    assert enlace
    cambio = {"contrasena": NUEVA, "repetir": NUEVA}
    assert cliente_http.enviar(enlace[1], cambio).status_code == 302
    assert cliente_http.enviar(enlace[1], cambio).status_code == 404
    assert cliente_http.entrar("ana@negocio.mx", NUEVA).status_code == 302
    assert cliente_http.get("/panel_cliente/marea/").status_code == 200
    assert enlace[1] not in texto(admin.get(f"/admin/usuarios/{id_de('ana@negocio.mx')}"))


@pytest.mark.parametrize(
    ("cambios", "campo"),
    [
        ({"correo": "ana"}, "correo"),
        ({"nombre_nora": "nadie"}, "nombre_nora"),
        ({"nombre_nora": ""}, "nombre_nora"),
        ({"contrasena": "corta"}, "contrasena"),
        ({"rol": "rey"}, "rol"),
    ],
)
def test_lo_que_no_sirve_queda_junto_a_su_campo(
    admin: Any, crear_nora: Callable[..., str], cambios: dict[str, str], campo: str
) -> None:
    crear_nora("marea")
    datos = {"correo": "ana@negocio.mx", "nombre": "Ana Ríos", "rol": "dueno", "nombre_nora": "marea"}
    datos["contrasena"] = NUEVA
    respuesta = admin.enviar("/admin/usuarios/nuevo", datos | cambios)
    assert respuesta.status_code == 400
    assert f'id="{campo}-error"' in texto(respuesta) and 'value="Ana Ríos"' in texto(respuesta)
    assert personas.usuario_por_correo("ana@negocio.mx") is None


def test_dar_y_quitar_lugar_vale_desde_ya(
    admin: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    crear_nora("espiga")
    agente = cliente_de("agente", "marea")
    with agente.session_transaction() as sesion:
        su_id = sesion["usuario_id"]
    assert agente.get("/panel_cliente/espiga/").status_code == 404
    assert (
        admin.enviar(f"/admin/usuarios/{su_id}/lugar", {"nombre_nora": "espiga", "rol": "agente"}).status_code
        == 302
    )
    assert agente.get("/panel_cliente/espiga/").status_code == 200
    admin.enviar(f"/admin/usuarios/{su_id}/lugar/quitar", {"nombre_nora": "espiga"})
    assert agente.get("/panel_cliente/espiga/").status_code == 404
    mal = admin.enviar(f"/admin/usuarios/{su_id}/lugar", {"nombre_nora": "nadie", "rol": "agente"})
    assert mal.status_code == 400 and 'id="nombre_nora-error"' in texto(mal)


@pytest.mark.parametrize("que", ["sesiones", "activo"])
def test_sacarla_cierra_lo_que_tenia_abierto(
    admin: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any], que: str
) -> None:
    crear_nora("marea")
    duena = cliente_de("dueno", "marea")
    with duena.session_transaction() as sesion:
        su_id = sesion["usuario_id"]
    admin.enviar(f"/admin/usuarios/{su_id}/{que}", {"activo": "0"})
    assert duena.get("/panel_cliente/marea/").status_code == 302


def test_el_ultimo_admin_no_se_puede_desactivar(admin: Any, crear_usuario: Callable[..., str]) -> None:
    with admin.session_transaction() as sesion:
        yo = sesion["usuario_id"]
    admin.enviar(f"/admin/usuarios/{yo}/activo", {"activo": "0"})
    assert admin.get("/admin/").status_code == 200
    otro = crear_usuario("otro@admin.mx", "admin")
    admin.enviar(f"/admin/usuarios/{otro}/activo", {"activo": "0"})
    cuenta = personas.usuario_por_id(otro)
    assert cuenta is not None and not cuenta.activo


def test_la_auditoria_se_filtra_y_avanza_por_cursor(admin: Any, crear_nora: Callable[..., str]) -> None:
    crear_nora("marea")
    crear_nora("espiga")
    comun = {"correo": "consola", "accion": "editar_nora", "nombre_nora": "marea"}
    supabase.table("auditoria").insert([{**comun, "objeto": f"marca-{n:03d}"} for n in range(120)]).execute()
    supabase.table("auditoria").insert(
        {"correo": "ana@x.mx", "accion": "crear_nora", "nombre_nora": "espiga", "objeto": "distinto"}
    ).execute()
    vistos: list[str] = []
    ruta: str | None = "/admin/auditoria?nora=marea&persona=consola"
    while ruta:
        pagina = texto(admin.get(ruta))
        vistos += re.findall(r"\bmarca-\d{3}\b", pagina)
        siguiente = re.search(r'href="([^"]+)" rel="next"', pagina)
        ruta = siguiente[1].replace("&amp;", "&") if siguiente else None
    assert vistos == [f"marca-{n:03d}" for n in reversed(range(120))]
    assert "distinto" in texto(admin.get("/admin/auditoria?accion=crear_nora"))
    assert "distinto" not in texto(admin.get("/admin/auditoria?accion=editar_nora"))


def test_hacer_admin_y_quitarlo(
    admin: Any, crear_usuario: Any, crear_nora: Any, cliente_de: Callable[..., Any]
) -> None:
    crear_nora("marea")
    otra = crear_usuario("bea@marea.mx", "agente", "marea")
    ruta = f"/admin/usuarios/{otra}"
    assert admin.enviar(f"{ruta}/admin", {"admin": "1"}).status_code == 302
    assert "Que deje de ser admin" in admin.get(ruta).get_data(as_text=True)
    assert admin.enviar(f"{ruta}/admin", {"admin": "0"}).status_code == 302
    assert "Hacerla admin" in admin.get(ruta).get_data(as_text=True)


def test_nadie_se_quita_a_si_misma_de_admin(admin: Any) -> None:
    cuentas = supabase.table("usuarios").select("id").eq("es_admin", True).execute().data
    (propia,) = cuentas
    admin.enviar(f"/admin/usuarios/{propia['id']}/admin", {"admin": "0"})
    assert supabase.table("usuarios").select("es_admin").eq("id", propia["id"]).execute().data == [
        {"es_admin": True}
    ]


def test_se_proponen_los_nombres_de_las_noras(admin: Any, crear_nora: Any) -> None:
    crear_nora("marea")
    assert '<option value="marea">' in admin.get("/admin/usuarios/nuevo").get_data(as_text=True)
