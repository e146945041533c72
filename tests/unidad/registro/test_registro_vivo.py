"""El registro vivo por dentro: qué direcciones casan, con quién, y qué pasa cuando la base no contesta."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from apoyo.vivo import esperar
from flask import Blueprint, Flask
from werkzeug.exceptions import NotFound, ServiceUnavailable

from clientes.aura.registro.accesos import Acceso, ErrorRegistro, registrar_blueprint
from clientes.aura.registro.noras import BlueprintDeNora, ConvertidorNora, NoraRegistrada, RegistroDeNoras
from clientes.aura.utils.errores import ErrorServicioExterno


class Base:
    """Una base de mentira que cuenta lecturas y se puede caer."""

    def __init__(self) -> None:
        self.noras: dict[str, NoraRegistrada] = {}
        self.lecturas = 0
        self.caida = False

    def leer(self, nombre: str) -> NoraRegistrada | None:
        self.lecturas += 1
        if self.caida:
            raise ErrorServicioExterno
        return self.noras.get(nombre)


def nora(nombre: str, *modulos: str) -> NoraRegistrada:
    return NoraRegistrada(nombre, nombre.title(), "America/Hermosillo", True, frozenset(modulos))


@pytest.fixture
def partes() -> Iterator[tuple[Flask, RegistroDeNoras, Base]]:
    base = Base()
    vivo = RegistroDeNoras(base.leer)
    app = Flask("prueba")
    app.url_map.registro_noras = vivo  # type: ignore[attr-defined]
    app.url_map.converters["nora"] = ConvertidorNora
    for modulo in ("tareas", "chat"):
        blueprint = Blueprint(f"panel_cliente_{modulo}", __name__)
        blueprint.url_prefix = f'/panel_cliente/<nora("{modulo}"):nombre_nora>/{modulo}'
        blueprint.add_url_rule("/<int:cosa>", "ver", lambda **_: "")
        app.register_blueprint(blueprint)
    yield app, vivo, base


def casa(app: Flask, ruta: str) -> bool:
    try:
        app.url_map.bind("localhost").match(ruta)
    except NotFound:
        return False
    return True


def test_cada_nora_casa_solo_lo_que_tiene(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    app, vivo, _ = partes
    app.register_blueprint(BlueprintDeNora(nora("marea", "tareas"), vivo))
    app.register_blueprint(BlueprintDeNora(nora("monte", "chat"), vivo))
    vivo.al_dia = True
    assert casa(app, "/panel_cliente/marea/tareas/1") and not casa(app, "/panel_cliente/marea/chat/1")
    assert casa(app, "/panel_cliente/monte/chat/1") and not casa(app, "/panel_cliente/monte/tareas/1")
    assert not casa(app, "/panel_cliente/nadie/tareas/1")
    assert app.blueprints["marea"].url_prefix == "/panel_cliente/marea"


def test_un_nombre_mal_escrito_no_pregunta_a_la_base(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    app, _, base = partes
    for ruta in (
        "/panel_cliente/MAREA/tareas/1",
        "/panel_cliente/a b/tareas/1",
        "/panel_cliente/../tareas/1",
    ):
        assert not casa(app, ruta)
    assert base.lecturas == 0


def test_una_nora_nueva_entra_sin_aviso(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    app, vivo, base = partes
    assert not casa(app, "/panel_cliente/marea/tareas/1")
    base.noras["marea"] = nora("marea", "tareas")
    esperar(lambda: casa(app, "/panel_cliente/marea/tareas/1"), "la Nora nueva", segundos=1)
    assert "marea" in vivo


def test_sin_base_ni_avisos_no_es_un_404_y_se_pregunta_una_vez(
    partes: tuple[Flask, RegistroDeNoras, Base],
) -> None:
    """Decir 404 haría que el proveedor dejara de insistir; y cada pregunta a una base congelada son segundos."""
    app, vivo, base = partes
    vivo.inscribir(nora("marea", "tareas"))
    base.caida = True
    for nombre in ("marea", "nueva"):
        antes = base.lecturas
        with pytest.raises(ServiceUnavailable):
            app.url_map.bind("localhost").match(f"/panel_cliente/{nombre}/tareas/1")
        assert base.lecturas == antes + 1
    assert "marea" in vivo


def test_con_avisos_al_dia_una_nora_conocida_no_necesita_la_base(
    partes: tuple[Flask, RegistroDeNoras, Base],
) -> None:
    app, vivo, base = partes
    vivo.inscribir(nora("marea", "tareas"))
    vivo.al_dia = base.caida = True
    assert casa(app, "/panel_cliente/marea/tareas/1")
    assert base.lecturas == 0


def test_sin_avisos_se_relee_cada_segundo_y_no_en_cada_peticion(
    partes: tuple[Flask, RegistroDeNoras, Base],
) -> None:
    app, vivo, base = partes
    base.noras["marea"] = nora("marea", "tareas")
    for _ in range(50):
        assert casa(app, "/panel_cliente/marea/tareas/1")
    assert base.lecturas <= 2
    assert not vivo.al_dia


def test_buscar_direcciones_al_azar_no_carga_la_base(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    app, vivo, base = partes
    vivo.al_dia = True
    for n in range(3_000):
        assert not casa(app, f"/panel_cliente/azar{n}/tareas/1")
    assert base.lecturas < 1_000
    antes = base.lecturas
    for _ in range(100):
        assert not casa(app, "/panel_cliente/siempre-la-misma/tareas/1")
    assert base.lecturas <= antes + 2


def test_suspendida_deja_de_casar(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    app, vivo, base = partes
    base.noras["marea"] = nora("marea", "tareas")
    vivo.al_dia = True
    vivo.releer("marea")
    assert casa(app, "/panel_cliente/marea/tareas/1")
    del base.noras["marea"]
    vivo.releer("marea")
    assert not casa(app, "/panel_cliente/marea/tareas/1")


def test_dos_blueprints_con_un_nombre_son_un_error(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    app, vivo, _ = partes
    registrar_blueprint(app, Blueprint("uno", __name__), Acceso.ADMIN)
    with pytest.raises(ErrorRegistro):
        registrar_blueprint(app, Blueprint("uno", __name__), Acceso.ADMIN)
    with pytest.raises(ErrorRegistro):
        BlueprintDeNora(nora("uno"), vivo).register(app, {})
    assert "uno" not in vivo


def test_las_noras_iguales_comparten_su_conjunto(partes: tuple[Flask, RegistroDeNoras, Base]) -> None:
    _, vivo, _ = partes
    assert vivo.conjunto(["chat", "tareas"]) is vivo.conjunto(["tareas", "chat"])
