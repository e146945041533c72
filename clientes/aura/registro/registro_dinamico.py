"""Sistema de módulos dinámicos: monta los módulos una vez y a cada Nora con lo que tiene encendido.

CUIDADO: todo el panel y los webhooks pasan por aquí.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask

from ..ia.herramientas import usar_herramientas
from ..routes.panel_cliente import panel_cliente_bp
from ..routes.webhook import webhook_bp
from ..utils.logging_utils import registro
from . import consultas
from .accesos import Acceso, registrar_blueprint
from .catalogo import Catalogo, Modulo
from .noras import BlueprintDeNora, ConvertidorNora, NoraRegistrada, RegistroDeNoras

bitacora = registro(__name__)


def registro_de(app: Flask) -> RegistroDeNoras:
    """El registro vivo de esta aplicación."""
    vivo: RegistroDeNoras = app.extensions["registro_noras"]
    return vivo


def catalogo_de(app: Flask) -> Catalogo:
    """Los módulos de esta aplicación."""
    catalogo: Catalogo = app.extensions["catalogo_modulos"]
    return catalogo


def preparar_registro(app: Flask, catalogo: Catalogo) -> RegistroDeNoras:
    """Crea el registro vivo, su convertidor de direcciones y las reglas de panel, webhook y módulos."""
    vivo = RegistroDeNoras(leer=lambda nombre: _leer(app, nombre))
    app.extensions["registro_noras"] = vivo
    app.extensions["catalogo_modulos"] = catalogo
    app.url_map.registro_noras = vivo  # type: ignore[attr-defined]
    app.url_map.converters["nora"] = ConvertidorNora
    vivo.al_cambiar = lambda nombre, nora: _aplicar(app, nombre, nora)

    registrar_blueprint(app, panel_cliente_bp, Acceso.NORA)
    registrar_blueprint(app, webhook_bp, Acceso.FIRMA_TWILIO)
    for modulo in catalogo.en_orden():
        montar_modulo(app, modulo)
    usar_herramientas({m.nombre: m.manifiesto.herramientas for m in catalogo.en_orden()})
    vivo.usar_blueprints(
        lambda modulos: [
            (blueprint, {})
            for blueprint in (
                panel_cliente_bp,
                webhook_bp,
                *(m.manifiesto.blueprint for m in catalogo.en_orden() if m.nombre in modulos),
            )
        ]
    )
    return vivo


def montar_modulo(app: Flask, modulo: Modulo) -> None:
    """Pone las reglas de un módulo bajo `/panel_cliente/<nora>/<modulo>`, una sola vez para todas las Noras."""
    blueprint = modulo.manifiesto.blueprint
    propia = f', propia="{modulo.solo_para}"' if modulo.solo_para else ""
    blueprint.url_prefix = f'/panel_cliente/<nora("{modulo.nombre}"{propia}):nombre_nora>/{modulo.nombre}'
    registrar_blueprint(app, blueprint, modulo.manifiesto.acceso)


def registrar_blueprints_por_nora(app: Flask, nombre_nora: str, fila: dict[str, Any] | None = None) -> None:
    """Registra el blueprint de una Nora con su panel, su webhook y sus módulos encendidos.

    Args:
        fila: su fila de `configuracion_bot`, si ya se leyó; si no, se lee. Suspendida o sin fila, no se registra.
    """
    nora = _desde_fila(app, fila) if fila is not None else _leer(app, nombre_nora)
    if nora is None:
        return
    blueprint = BlueprintDeNora(nora, registro_de(app))
    if app._got_first_request:
        blueprint.register(app, {})
    else:
        app.register_blueprint(blueprint)


def desregistrar(app: Flask, nombre_nora: str) -> None:
    """Saca a una Nora suspendida, borrada o renombrada: desde ya sus direcciones no existen."""
    if isinstance(app.blueprints.get(nombre_nora), BlueprintDeNora):
        del app.blueprints[nombre_nora]
    registro_de(app).borrar(nombre_nora)


def registrar_todas(app: Flask) -> int:
    """Lee todas las Noras activas y deja el registro igual a la base.

    Returns:
        Cuántas hay.

    Raises:
        ErrorServicioExterno: la base no contesta; lo que ya estaba inscrito se queda.
    """
    vivo = registro_de(app)
    vistas: set[str] = set()
    for fila in consultas.leer_noras_activas():
        registrar_blueprints_por_nora(app, nombre_nora=fila["nombre_nora"], fila=fila)
        vistas.add(fila["nombre_nora"])
    for sobra in set(vivo.nombres()) - vistas:
        desregistrar(app, sobra)
    vivo.cargado = True
    return len(vistas)


def rutas_de(app: Flask, nombre_nora: str) -> list[tuple[str, str]]:
    """(métodos, dirección) de todo lo que una Nora tiene, como se escribe en el navegador."""
    nora = registro_de(app).obtener(nombre_nora)
    if nora is None:
        return []
    nombres = {blueprint.name for blueprint, _ in registro_de(app).colgados(nora.modulos)}
    rutas = []
    for regla in app.url_map.iter_rules():
        convertidor = regla._converters.get("nombre_nora")
        if regla.endpoint.rpartition(".")[0] in nombres and isinstance(convertidor, ConvertidorNora):
            metodos = ",".join(sorted((regla.methods or set()) - {"HEAD", "OPTIONS"}))
            rutas.append((metodos, _concreta(regla.rule, nombre_nora)))
    return sorted(rutas, key=lambda r: (r[1], r[0]))


def _concreta(regla: str, nombre_nora: str) -> str:
    inicio = regla.index("<nora")
    return regla[:inicio] + nombre_nora + regla[regla.index(":nombre_nora>", inicio) + len(":nombre_nora>") :]


def _leer(app: Flask, nombre_nora: str) -> NoraRegistrada | None:
    fila = consultas.leer_nora_activa(nombre_nora)
    return None if fila is None else _desde_fila(app, fila)


def _desde_fila(app: Flask, fila: dict[str, Any]) -> NoraRegistrada:
    nombre = fila["nombre_nora"]
    catalogo = catalogo_de(app)
    encendidos = [modulo for modulo in fila["modulos"] if catalogo.puede_tener(nombre, modulo)]
    return NoraRegistrada(
        nombre_nora=nombre,
        nombre_visible=fila["nombre_visible"],
        zona_horaria=fila["zona_horaria"],
        ia_activa=fila["ia_activa"],
        pausa_persona_minutos=fila["pausa_persona_minutos"],
        envios_pausados_hasta=datetime.fromisoformat(pausa)
        if (pausa := fila["envios_pausados_hasta"])
        else None,
        envios_pausa_codigo=fila["envios_pausa_codigo"],
        modulos=registro_de(app).conjunto(encendidos),
    )


def _aplicar(app: Flask, nombre_nora: str, nora: NoraRegistrada | None) -> None:
    if nora is None:
        desregistrar(app, nombre_nora)
        return
    BlueprintDeNora(nora, registro_de(app)).register(app, {})


def blueprints_de(app: Flask, nombre_nora: str) -> list[Blueprint]:
    """Los blueprints colgados del de una Nora; vacío si no está inscrita."""
    blueprint = app.blueprints.get(nombre_nora)
    return [b for b, _ in blueprint._blueprints] if isinstance(blueprint, BlueprintDeNora) else []
