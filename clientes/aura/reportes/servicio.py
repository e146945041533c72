"""Hacer los reportes de una semana, compartirlos y mandarle el resumen al dueño."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from ..anuncios.fuente import CuentaContada, FuenteDeAnuncios
from ..anuncios.medidas import cambio, en_porcentaje
from ..canales.base import UsoDePlantilla
from ..conversacion.plantillas import huecos, llenar
from ..conversacion.salida import escribir_como_nora
from ..utils.cifrado import Cifrador
from ..utils.errores import ErrorDatoInvalido, ErrorNoEncontrado, ErrorNora
from ..utils.formato import dinero
from ..utils.supabase_client import conexion_actual
from . import consultas
from .informe import DE_NORA, Informe, Ventas, armar, juntar_ventas
from .modelos import Ajustes, Plantilla, Reporte
from .redaccion import redactar
from .semanas import Semana

VIGENCIAS = {7: "7 días", 30: "30 días", 90: "90 días"}
LARGO_DE_TOKEN = 24  # bytes al azar: 192 bits
LARGO_AVISO = 900
# Con qué se llena una plantilla, por número de variable.
VARIABLES = {
    "1": "la semana",
    "2": "lo gastado",
    "3": "los resultados",
    "4": "el costo por resultado",
    "5": "lo más importante",
}
SIN_CUENTAS = "No hay cuentas de anuncios vinculadas."

Aviso = Literal["enviado", "plantilla", "sin_ventana", "baja", "sin_telefono", "apagado"]
FRASES_AVISO: dict[str, str] = {
    "enviado": "Te lo mandamos por WhatsApp.",
    "plantilla": "Te lo mandamos por WhatsApp con tu plantilla: hace más de un día que no le escribes a Nora.",
    "sin_ventana": "Hace más de un día que no le escribes a Nora y WhatsApp pide una plantilla. Elige una en Ajustes, "
    "o escríbele y vuelve a intentar.",
    "baja": "Ese número pidió no recibir mensajes de Nora.",
    "sin_telefono": "Falta tu WhatsApp: ponlo en Ajustes.",
    "apagado": "El resumen por WhatsApp está apagado.",
}


@dataclass
class Hecho:
    """Cómo quedó una Nora. `reportes`: ids, primero el de toda la Nora."""

    reportes: list[str] = field(default_factory=list)
    fallas: list[str] = field(default_factory=list)
    aviso: Aviso = "apagado"


# ---------------------------------------------------------------- Hacer
def hacer(
    nombre_nora: str,
    semana: Semana,
    fuentes: Sequence[FuenteDeAnuncios],
    ahora: datetime,
    *,
    leer: bool = True,
    con_modelo: bool = True,
    al_avanzar: Callable[[str, int], None] = lambda _que, _avance: None,
) -> Hecho:
    """Lee las redes, hace el reporte de cada cuenta y el de la Nora. Hacerlo otra vez los pone al día.

    `con_modelo`: si las frases puede escribirlas la IA de la Nora. `leer`: si antes se le pregunta a las redes.
    Una red que falla no detiene a las demás: se anota y el reporte lleva lo que había.

    Raises:
        ErrorNora: la base no contestó.
    """
    hecho, cuentas = Hecho(), []
    for fuente in fuentes:
        if leer:
            try:
                hecho.fallas += fuente.leer(nombre_nora, semana.lunes, ahora, al_avanzar)
            except ErrorNora as error:
                hecho.fallas.append(f"{fuente.titulo}: {error.mensaje}")
        cuentas += fuente.contar(nombre_nora, semana.periodo, semana.anterior.periodo)
    if cuentas:
        total = armar(cuentas, _ventas(nombre_nora, semana, fuentes))
        hecho.reportes.append(_guardar(nombre_nora, semana, DE_NORA, "Todas tus cuentas", total, con_modelo))
        hecho.reportes += [_de_cuenta(nombre_nora, semana, cuenta, con_modelo) for cuenta in cuentas]
    return hecho


def _de_cuenta(nombre_nora: str, semana: Semana, cuenta: CuentaContada, con_modelo: bool) -> str:
    alcance = f"{cuenta.red}:{cuenta.cuenta_id}"
    return _guardar(nombre_nora, semana, alcance, cuenta.nombre, armar([cuenta]), con_modelo)


def _ventas(nombre_nora: str, semana: Semana, fuentes: Sequence[FuenteDeAnuncios]) -> Ventas:
    llegados = {f.red: f.llegados(nombre_nora, semana.periodo) for f in fuentes if f.llegados is not None}
    todos, monto = consultas.clientes(nombre_nora, semana.lunes, semana.domingo)
    return juntar_ventas(llegados, todos, monto)


def _guardar(
    nombre_nora: str, semana: Semana, alcance: str, titulo: str, informe: Informe, con_modelo: bool
) -> str:
    escrito = redactar(nombre_nora, informe, semana, con_modelo=con_modelo)
    principal = informe.principal
    datos = {
        **informe.model_dump(mode="json"),
        "resumen": {
            "clave": alcance,
            "nombre": titulo,
            "moneda": principal.moneda,
            **principal.model_dump(mode="json", include={"actual", "antes"}),
        },
    }
    return consultas.guardar(
        nombre_nora, semana.lunes, alcance, titulo, datos, escrito.frases, escrito.hecho_por
    )


def leer(nombre_nora: str, reporte_id: str) -> Reporte:
    """Un reporte.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    leido = consultas.leer(nombre_nora, reporte_id)
    if leido is None:
        raise ErrorNoEncontrado
    return leido


# ---------------------------------------------------------------- Compartir
def huella_de(token: str) -> str:
    """Lo que se guarda de un enlace: con la base a la vista no se puede abrir."""
    return hashlib.sha256(token.encode()).hexdigest()


def compartir(nombre_nora: str, reporte_id: str, dias: int, usuario_id: str | None, ahora: datetime) -> str:
    """Un enlace nuevo; devuelve lo que va en su dirección.

    Raises:
        ErrorNoEncontrado: el reporte no es de esta Nora.
        ErrorDatoInvalido: esa vigencia no se ofrece.
    """
    if dias not in VIGENCIAS:
        raise ErrorDatoInvalido("Elige cuánto dura el enlace.", campo="dias")
    leer(nombre_nora, reporte_id)
    token = secrets.token_urlsafe(LARGO_DE_TOKEN)
    cifrado = Cifrador(conexion_actual().config.NORA_CLAVES_CIFRADO).cifrar(token)
    consultas.crear_enlace(
        nombre_nora, reporte_id, huella_de(token), cifrado, ahora + timedelta(days=dias), usuario_id
    )
    return token


def token_de(cifrado: str) -> str:
    """Lo que va en la dirección de un enlace guardado."""
    return Cifrador(conexion_actual().config.NORA_CLAVES_CIFRADO).descifrar(cifrado)


def retirar(nombre_nora: str, reporte_id: str, enlace_id: str, ahora: datetime) -> None:
    """El enlace deja de servir desde ya.

    Raises:
        ErrorNoEncontrado: no es de ese reporte de esta Nora.
    """
    if not consultas.retirar_enlace(nombre_nora, reporte_id, enlace_id, ahora):
        raise ErrorNoEncontrado


# ---------------------------------------------------------------- Avisar
def sirve(plantilla: Plantilla) -> bool:
    """Si sabemos con qué llenar todo lo que pide."""
    return set(plantilla.variables) | set(huecos(plantilla.cuerpo)) <= set(VARIABLES)


def plantillas(nombre_nora: str) -> list[Plantilla]:
    """Las aprobadas que se pueden llenar."""
    return [p for p in consultas.plantillas(nombre_nora) if sirve(p)]


def resumen_corto(reporte: Reporte) -> dict[str, str]:
    """Lo que llena una plantilla, por número de variable; sin saltos de renglón, que WhatsApp no acepta."""
    bloque = reporte.datos.principal
    costo = bloque.actual.costo_por_resultado
    frase = reporte.frases[0] if reporte.frases else "Sin movimiento."
    return {
        "1": reporte.que_semana.en_palabras,
        "2": dinero(bloque.actual.gasto, bloque.moneda),
        "3": f"{int(bloque.actual.resultados):,}",
        "4": dinero(costo, bloque.moneda) if costo is not None else "sin datos",
        "5": " ".join(frase.split()),
    }


def texto_de_aviso(reporte: Reporte, liga: str) -> str:
    """El resumen para WhatsApp: cifras, frases y dónde verlo completo."""
    corto, bloque = resumen_corto(reporte), reporte.datos.principal
    movio = cambio(bloque.actual.gasto, bloque.antes.gasto)
    contra = f" ({en_porcentaje(movio, con_signo=True)})" if movio is not None else ""
    renglones = [
        f"*Tus anuncios, {corto['1']}*",
        f"Gasto: {corto['2']}{contra}",
        f"Resultados: {corto['3']}",
        f"Costo por resultado: {corto['4']}",
    ]
    renglones += [
        f"Además, en {otro.moneda}: {dinero(otro.actual.gasto, otro.moneda)}"
        for otro in reporte.datos.bloques[1:]
    ]
    if reporte.datos.ejemplo:
        renglones.append("(datos de ejemplo)")
    texto = "\n".join([*renglones, "", *(f"• {frase}" for frase in reporte.frases)])
    return f"{texto[:LARGO_AVISO]}\n\n{liga}" if liga else texto[:LARGO_AVISO]


def avisar(nombre_nora: str, reporte_id: str, ahora: datetime, *, pedido: bool) -> Aviso:
    """Manda el resumen al WhatsApp del dueño: libre si su ventana está abierta, si no con la plantilla elegida.

    Args:
        pedido: lo pidió una persona, así que sale aunque el semanal esté apagado; una vez por día.

    Raises:
        ErrorNoEncontrado: el reporte no es de esta Nora.
    """
    reporte = leer(nombre_nora, reporte_id)
    ajustes = reporte.ajustes or Ajustes()
    if not ajustes.avisar and not pedido:
        return "apagado"
    if ajustes.telefono is None:
        return "sin_telefono"
    platica = consultas.platica(nombre_nora, ajustes.telefono)
    if platica.baja:
        return "baja"
    plantilla = next((p for p in plantillas(nombre_nora) if p.id == ajustes.plantilla_id), None)
    if not platica.abierta and plantilla is None:
        return "sin_ventana"
    clave = f"reporte:{reporte_id}:{ahora:%Y-%m-%d}" if pedido else f"reporte:{reporte_id}"
    publica = conexion_actual().config.URL_PUBLICA
    liga = f"{publica}/panel_cliente/{nombre_nora}/reportes/{reporte_id}" if publica else ""
    escribir_como_nora(
        nombre_nora,
        platica.conversacion_id,
        texto_de_aviso(reporte, liga),
        clave=clave,
        decisor="reportes",
        si_cerrada=_uso(plantilla, reporte) if plantilla else None,
    )
    consultas.anotar_aviso(nombre_nora, reporte_id, ahora)
    return "enviado" if platica.abierta else "plantilla"


def _uso(plantilla: Plantilla, reporte: Reporte) -> tuple[UsoDePlantilla, str]:
    con = resumen_corto(reporte)
    usadas = {n: con[n] for n in sorted(set(plantilla.variables) | set(huecos(plantilla.cuerpo)))}
    return UsoDePlantilla(plantilla.proveedor_sid, usadas), llenar(plantilla.cuerpo, usadas)
