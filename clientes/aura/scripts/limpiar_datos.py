"""Borra lo que pasa de la retención de cada Nora: `python -m clientes.aura.scripts.limpiar_datos`.

Cada Nora dice cuántos días guarda sus mensajes (`configuracion_bot.retencion_dias`); sin decirlo, para siempre. Lo que
falta por atender o está por salir nunca se borra. Con ellos se va lo que otras tablas dicen de ellos: lo que el modelo
quiso contestar, las herramientas que usó, las respuestas a formularios, las notas del equipo con la historia de la
plática y lo que se programó y ya salió.

La auditoría es de la instalación y se guarda más: `NORA_AUDITORIA_DIAS` (730; 0, para siempre).
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ..utils.errores import ErrorServicioExterno
from ..utils.supabase_client import conexion_actual
from . import consultas
from ._comun import Resultado, con_avance, correr, decir, opciones

POR_TANDA = 1_000


def main(argumentos: Sequence[str] | None = None) -> int:
    """Devuelve 0 si todas quedaron limpias, 1 si alguna falló."""
    analizador = opciones("Borra los mensajes que pasan de la retención de cada Nora.")
    analizador.add_argument("--nora", metavar="NOMBRE", help="solo esa")
    pedido = analizador.parse_args(argumentos)
    return correr(lambda _: _con_cuentas(pedido.nora, simular=pedido.simular), json_al_final=pedido.json)


def _con_cuentas(solo: str | None, *, simular: bool) -> Resultado:
    resultado = limpiar(solo, simular=simular)
    for nombre, cuantos in resultado.datos["noras"].items():
        decir(f"{nombre}: {cuantos:,} mensajes {'se borrarían' if simular else 'borrados'}")
    if resultado.datos["auditoria"]:
        decir(
            f"Auditoría: {resultado.datos['auditoria']:,} renglones {'se borrarían' if simular else 'borrados'}"
        )
    if not resultado.datos["noras"] and not resultado.fallas:
        decir("Ninguna Nora tiene retención: sus mensajes se guardan para siempre.")
    return resultado


def limpiar(solo: str | None = None, *, simular: bool = False) -> Resultado:
    """La falla de una Nora no detiene a las demás. `hechos`: mensajes borrados, o que se borrarían."""
    noras = [r for r in consultas.retenciones() if solo is None or r.nombre_nora == solo]
    resultado = Resultado()
    por_nora: dict[str, int] = {}
    for retencion in con_avance(noras, len(noras), "Limpiando"):
        nombre, dias = retencion.nombre_nora, retencion.retencion_dias
        try:
            if simular:
                por_nora[nombre] = consultas.contar_mensajes_viejos(nombre, dias)
            else:
                por_nora[nombre] = _borrar(nombre, dias)
        except ErrorServicioExterno as error:
            resultado.fallas.append(f"{nombre}: {error.mensaje}")
    auditoria = 0 if solo else _limpiar_auditoria(resultado, simular=simular)
    resultado.hechos = sum(por_nora.values())
    resultado.datos = {"noras": por_nora, "auditoria": auditoria}
    return resultado


def _limpiar_auditoria(resultado: Resultado, *, simular: bool) -> int:
    dias = conexion_actual().config.NORA_AUDITORIA_DIAS
    if not dias:
        return 0
    limite, total = datetime.now(UTC) - timedelta(days=dias), 0
    try:
        if simular:
            return consultas.contar_auditoria_vieja(limite)
        while borrados := consultas.borrar_auditoria_vieja(limite, POR_TANDA):
            total += borrados
    except ErrorServicioExterno as error:
        resultado.fallas.append(f"Auditoría: {error.mensaje}")
    return total


def _borrar(nombre: str, dias: int) -> int:
    total = 0
    while borrados := consultas.borrar_mensajes_viejos(nombre, dias, POR_TANDA):
        total += borrados
    consultas.borrar_rastros_viejos(nombre, dias)
    return total


if __name__ == "__main__":
    sys.exit(main())
