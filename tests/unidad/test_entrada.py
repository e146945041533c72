"""La puerta: entrar, salir, adivinar contraseñas, enlaces de un solo uso y a dónde se va después."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from conftest import CONTRASENA
from flask import Flask

from clientes.aura.personas import servicio
from clientes.aura.supabase_local import DireccionesPostgres
from clientes.aura.utils import auth_utils
from clientes.aura.utils.auth_utils import destino_seguro


def galleta(cliente: Any) -> str | None:
    dato = cliente.get_cookie("aura_multinora_cookie")
    return dato.value if dato else None


def test_la_sesion_cambia_de_id_al_entrar_y_al_salir(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any
) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    cliente_http.csrf()
    antes = galleta(cliente_http)
    assert cliente_http.entrar("ana@x.mx").status_code == 302
    dentro = galleta(cliente_http)
    assert antes and dentro and antes != dentro
    assert cliente_http.get("/panel_cliente/marea/").status_code == 200
    assert cliente_http.enviar("/logout").status_code == 302
    cliente_http.set_cookie("aura_multinora_cookie", dentro)
    assert cliente_http.get("/panel_cliente/marea/").status_code == 302, "la sesión vieja seguía valiendo"


def test_cambiar_la_contrasena_cierra_las_demas_sesiones(
    app: Flask, crear_nora: Any, crear_usuario: Any
) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    from conftest import ClienteHttp

    app.test_client_class = ClienteHttp
    una: Any = app.test_client()
    otra: Any = app.test_client()
    una.entrar("ana@x.mx")
    otra.entrar("ana@x.mx")
    antes = galleta(una)
    nueva = "otra frase distinta"
    assert una.enviar("/cuenta/contrasena", {"contrasena": nueva, "repetir": nueva}).status_code == 302
    assert galleta(una) != antes
    assert una.get("/panel_cliente/marea/").status_code == 200
    assert otra.get("/panel_cliente/marea/").status_code == 302


def test_visitar_no_guarda_sesion(app: Flask, cliente_http: Any) -> None:
    for ruta in ("/salud", "/no-existe", "/panel_cliente/marea/"):
        cliente_http.get(ruta)
    assert galleta(cliente_http) is None
    carpeta = Path(app.config["NORA_DATOS"]) / "sesiones"
    assert [a for a in carpeta.glob("*") if a.stat().st_size > 16] == []


def test_en_operacion_argon2id_con_los_parametros_del_rfc_9106() -> None:
    """RFC 9106, 4: segunda opción recomendada, 64 MiB, t=3, p=4 (en otro proceso: aquí cuestan menos)."""
    programa = "from clientes.aura.utils.auth_utils import hash_de_contrasena; print(hash_de_contrasena('x'))"
    hecho = subprocess.run([sys.executable, "-c", programa], capture_output=True, text=True, check=True)
    assert hecho.stdout.startswith("$argon2id$v=19$m=65536,t=3,p=4$")


def test_la_misma_frase_y_el_mismo_trabajo_para_cuenta_desconocida(
    crear_usuario: Any, crear_nora: Any, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """El tiempo lo pone argon2: con cuenta o sin ella se verifica una vez, con los mismos parámetros."""
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    verificados: list[str] = []

    class Espia:
        def verify(self, guardado: str, contrasena: str) -> bool:
            verificados.append(guardado.rsplit("$", 2)[0])
            return bool(verdadero.verify(guardado, contrasena))

    verdadero = auth_utils._argon
    monkeypatch.setattr(auth_utils, "_argon", Espia())
    frases = set()
    for correo in ("ana@x.mx", "nadie@x.mx"):
        with pytest.raises(servicio.ErrorEntrada) as error:
            servicio.entrar(correo, "equivocada", "10.0.0.1")
        frases.add(error.value.mensaje)
    assert len(frases) == 1
    assert len(verificados) == 2 and len(set(verificados)) == 1 and verificados[0].startswith("$argon2id$")


def test_adivinar_se_frena_y_no_deja_fuera_para_siempre(
    app: Flask, crear_nora: Any, crear_usuario: Any, base: DireccionesPostgres
) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    for _ in range(servicio.LIMITE_CUENTA_Y_DIRECCION):
        with pytest.raises(servicio.ErrorEntrada):
            servicio.entrar("ana@x.mx", "equivocada", "10.0.0.1")
    with pytest.raises(servicio.ErrorEspera) as espera:
        servicio.entrar("ana@x.mx", CONTRASENA, "10.0.0.1")
    assert 0 < espera.value.segundos <= 900
    # Desde otro lugar, con su contraseña, sí entra: quien adivina no la deja fuera.
    assert servicio.entrar("ana@x.mx", CONTRASENA, "10.0.0.2").correo == "ana@x.mx"
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute("update intentos_acceso set momento = momento - interval '16 minutes'")
    assert servicio.entrar("ana@x.mx", CONTRASENA, "10.0.0.1").correo == "ana@x.mx"


def test_los_intentos_no_guardan_correos_ni_direcciones(app: Flask, base: DireccionesPostgres) -> None:
    with pytest.raises(servicio.ErrorEntrada):
        servicio.entrar("secreto@x.mx", "equivocada", "203.0.113.9")
    with psycopg.connect(base.administrador) as conexion:
        claves = " ".join(f[0] for f in conexion.execute("select clave from intentos_acceso"))
    assert claves and "secreto" not in claves and "203.0.113" not in claves


def test_el_enlace_sirve_una_vez(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any, base: DireccionesPostgres
) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    enlace = f"/restablecer/{servicio.enlace_para_restablecer('ana@x.mx')}"
    assert cliente_http.get(enlace).status_code == 200
    corta = cliente_http.enviar(enlace, {"contrasena": "corta", "repetir": "corta"})
    assert corta.status_code == 400 and "aviso-error" in corta.get_data(as_text=True)
    distintas = cliente_http.enviar(enlace, {"contrasena": CONTRASENA, "repetir": "otra cosa"})
    assert distintas.status_code == 400 and "no son iguales" in distintas.get_data(as_text=True)
    nueva = "otra frase distinta"
    assert cliente_http.enviar(enlace, {"contrasena": nueva, "repetir": nueva}).status_code == 302
    usado = cliente_http.get(enlace)
    assert usado.status_code == 404 and "Este enlace ya no sirve" in usado.get_data(as_text=True)
    with pytest.raises(servicio.ErrorEntrada):
        servicio.entrar("ana@x.mx", CONTRASENA, "10.0.0.1")
    assert servicio.entrar("ana@x.mx", nueva, "10.0.0.1")
    with psycopg.connect(base.administrador) as conexion:
        assert conexion.execute("select accion, correo from auditoria").fetchall() == [
            ("restablecer_contrasena", "ana@x.mx")
        ]


def test_el_enlace_caduca_y_su_firma_cuenta(
    app: Flask, crear_nora: Any, crear_usuario: Any, cliente_http: Any, base: DireccionesPostgres
) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    token = servicio.enlace_para_restablecer("ana@x.mx")
    assert cliente_http.get(f"/restablecer/{token}x").status_code == 404
    with psycopg.connect(base.administrador, autocommit=True) as conexion:
        conexion.execute("update restablecimientos set caduca = now() - interval '1 minute'")
    assert cliente_http.get(f"/restablecer/{token}").status_code == 404


@pytest.mark.parametrize(
    "malo",
    [
        "https://malo.mx",
        "//malo.mx",
        "/\\malo.mx",
        "\\\\malo.mx",
        "javascript:alert(1)",
        "/x\\..\\malo",
        "/a\nLocation: x",
        "",
        None,
    ],
)
def test_next_no_sale_del_sitio(malo: str | None) -> None:
    assert destino_seguro(malo) is None


def test_next_dentro_del_sitio_se_respeta(crear_nora: Any, crear_usuario: Any, cliente_http: Any) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea"))
    respuesta = cliente_http.post(
        "/login",
        data={
            "correo": "ana@x.mx",
            "contrasena": CONTRASENA,
            "csrf_token": cliente_http.csrf(),
            "next": "/panel_cliente/marea/contactos/",
        },
    )
    assert respuesta.location == "/panel_cliente/marea/contactos/"


def test_la_entrada_lleva_consigo_a_donde_se_iba(cliente_http: Any) -> None:
    destino = "/panel_cliente/marea/chat/"
    primera = cliente_http.get("/panel_cliente/marea/chat/")
    assert primera.status_code == 302
    pagina = cliente_http.get(primera.location).get_data(as_text=True)
    assert f'name="next" value="{destino}"' in pagina


def test_quien_no_trabaja_en_ninguna_nora_puede_salir(cliente_de: Callable[..., Any]) -> None:
    pagina = cliente_de("admin").get("/sin-nora").get_data(as_text=True)
    assert 'action="/logout"' in pagina and "Cerrar sesión" in pagina


def test_sin_csrf_no_cambia_nada(cliente_de: Callable[..., Any], crear_nora: Any) -> None:
    cliente = cliente_de("dueno", crear_nora("marea"))
    assert cliente.post("/logout").status_code == 400
    assert cliente.get("/panel_cliente/marea/").status_code == 200


def test_las_cabeceras_de_seguridad(cliente_http: Any) -> None:
    respuesta = cliente_http.get("/login")
    csp = respuesta.headers["Content-Security-Policy"]
    assert "unsafe-inline" not in csp and "unsafe-eval" not in csp and "nonce-" in csp
    assert "frame-ancestors 'none'" in csp
    assert respuesta.headers["X-Content-Type-Options"] == "nosniff"
    assert respuesta.headers["Referrer-Policy"] == "same-origin"
    cuerpo = respuesta.get_data(as_text=True)
    assert "<style" not in cuerpo and " style=" not in cuerpo and "onclick=" not in cuerpo


def test_el_admin_entra_como_dueno_con_su_barra_y_queda_escrito(
    cliente_de: Callable[..., Any], crear_nora: Any, base: DireccionesPostgres
) -> None:
    crear_nora("marea")
    admin = cliente_de("admin")
    for _ in range(3):
        assert "/admin/salir" in admin.get("/panel_cliente/marea/").get_data(as_text=True)
    with psycopg.connect(base.administrador) as conexion:
        veces = conexion.execute(
            "select count(*) from auditoria where accion = 'entrar_como_dueno' and nombre_nora = 'marea'"
        ).fetchone()
    assert veces == (1,)


def test_quien_trabaja_en_dos_noras_cambia_de_una_a_otra(
    crear_nora: Any, crear_usuario: Any, cliente_http: Any
) -> None:
    crear_usuario("ana@x.mx", "dueno", crear_nora("marea", nombre_visible="Mariscos Marea"))
    crear_usuario("ana@x.mx", "agente", crear_nora("monte", nombre_visible="Tacos Monte"))
    cliente_http.entrar("ana@x.mx")
    desde_marea = cliente_http.get("/panel_cliente/marea/").get_data(as_text=True)
    assert "Tacos Monte" in desde_marea and 'href="/panel_cliente/monte/"' in desde_marea
    assert 'href="/panel_cliente/marea/"' in cliente_http.get("/panel_cliente/monte/").get_data(as_text=True)
