"""Escribe los anuncios inventados del negocio de demostración."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..utils.supabase_client import supabase_de_nora
from ..utils.supabase_helpers import Fila, ejecutar, filas, una_fila
from . import anuncios_meta
from .contenido import NOMBRE_NORA

ZONA = "America/Hermosillo"
POR_TANDA = 500
COMPRARON = 5
MONTOS = ("650", "890", "450", "1200", "650")


def hay() -> bool:
    """Si el negocio de demostración ya tiene conexión o cuentas, de ejemplo o de verdad."""
    tablas = ("meta_ads_conexiones", "meta_ads_cuentas")
    return any(
        una_fila(_tabla(tabla).select("nombre_nora").eq("nombre_nora", NOMBRE_NORA).limit(1)) is not None
        for tabla in tablas
    )


def cargar() -> None:
    """Una cuenta con 90 días, sus alertas, y de qué anuncio llegaron algunos clientes."""
    ahora = datetime.now(UTC)
    hoy = ahora.astimezone(ZoneInfo(ZONA)).date()
    cuenta = _insertar(
        "meta_ads_cuentas",
        [
            {
                **anuncios_meta.CUENTA,
                "moneda": "MXN",
                "zona": ZONA,
                "estado": 1,
                "uso": "vinculada",
                "ultimo_dia": (hoy - timedelta(days=1)).isoformat(),
                "sincronizada_en": ahora.isoformat(),
                "revisada_en": ahora.isoformat(),
            }
        ],
    )[0]["id"]
    _objetos(cuenta)
    leidas = [{"cuenta_id": cuenta, **fila} for fila in anuncios_meta.dias(hoy)]
    for inicio in range(0, len(leidas), POR_TANDA):
        _insertar("meta_ads_dias", leidas[inicio : inicio + POR_TANDA])
    _ventas(ahora)
    _alertas(cuenta)
    # La conexión al final: si algo falla antes, la siguiente carga se topa con la cuenta y no la repite.
    _insertar(
        "meta_ads_conexiones",
        [{"tipo": "demo", "usuario_nombre": "Datos de ejemplo", "revisada_en": ahora.isoformat()}],
    )


def _objetos(cuenta: str) -> None:
    de_cuenta = {"cuenta_id": cuenta}
    _insertar(
        "meta_ads_campanas",
        [
            {
                **de_cuenta,
                "campana_id": id_,
                "nombre": nombre,
                "estado": "ACTIVE",
                "objetivo": objetivo,
                "presupuesto_diario": diario,
            }
            for id_, nombre, objetivo, diario in anuncios_meta.CAMPANAS
        ],
    )
    _insertar(
        "meta_ads_conjuntos",
        [
            {**de_cuenta, "conjunto_id": id_, "campana_id": campana, "nombre": nombre, "estado": "ACTIVE"}
            for id_, campana, nombre in anuncios_meta.CONJUNTOS
        ],
    )
    _insertar(
        "meta_ads_anuncios",
        [
            {
                **de_cuenta,
                "anuncio_id": a.id,
                "conjunto_id": a.conjunto,
                "campana_id": a.campana,
                "nombre": a.nombre,
                "estado": "DISAPPROVED" if a.falla == "rechazado" else "ACTIVE",
                "motivo_rechazo": "Promete resultados en un plazo" if a.falla == "rechazado" else "",
                "frecuencia_7": a.frecuencia,
            }
            for a in anuncios_meta.ANUNCIOS
        ],
    )


def _alertas(cuenta: str) -> None:
    """Lo mismo que encontrarían las reglas en estas cifras."""
    frases = (
        (
            "rechazado",
            "grave",
            "900306",
            "Anuncio rechazado",
            "no se está mostrando. Motivo: Promete resultados en un plazo.",
        ),
        (
            "gasto_sin_resultados",
            "grave",
            "900305",
            "Gasta y no da resultados",
            "lleva siete días sin un solo resultado.",
        ),
        (
            "frecuencia",
            "aviso",
            "900303",
            "La misma gente lo ve demasiado",
            "lo vio cada persona 4.6 veces en 7 días.",
        ),
    )
    nombres = {a.id: a.nombre for a in anuncios_meta.ANUNCIOS}
    _insertar(
        "meta_ads_alertas",
        [
            {
                "cuenta_id": cuenta,
                "clave": f"{tipo}:{anuncio}",
                "tipo": tipo,
                "nivel": nivel,
                "anuncio_id": anuncio,
                "titulo": titulo,
                "texto": f"«{nombres[anuncio]}» {texto}",
            }
            for tipo, nivel, anuncio, titulo, texto in frases
        ],
    )


def _ventas(ahora: datetime) -> None:
    """Doce clientes llegaron de un anuncio; cinco compraron."""
    platicas = filas(
        _tabla("conversaciones")
        .select("id,contacto_id")
        .eq("nombre_nora", NOMBRE_NORA)
        .order("fecha_creacion")
        .order("id")
        .limit(12)
    )
    ids = [a.id for a in anuncios_meta.ANUNCIOS[:4]]
    _insertar(
        "meta_ads_referencias",
        [
            {
                "conversacion_id": p["id"],
                "anuncio_id": ids[n % len(ids)],
                "fecha_creacion": (ahora - timedelta(days=2 + 2 * n)).isoformat(),
            }
            for n, p in enumerate(platicas)
        ],
    )
    etiqueta = _una("etiquetas", {"nombre": "Compró", "color": "verde"})
    campo = _una("campos_propios", {"nombre": "Monto", "tipo": "numero"})
    for n, platica in enumerate(platicas[:COMPRARON]):
        # Compró el día después de llegar del anuncio.
        puesta_en = (ahora - timedelta(days=1 + 2 * n)).isoformat()
        de_contacto = {
            "contacto_id": platica["contacto_id"],
            "etiqueta_id": etiqueta,
            "puesta_en": puesta_en,
        }
        ejecutar(_tabla("contacto_etiquetas").upsert({"nombre_nora": NOMBRE_NORA, **de_contacto}))
        ejecutar(
            _tabla("contactos")
            .update({"propios": {campo: MONTOS[n]}})
            .eq("nombre_nora", NOMBRE_NORA)
            .eq("id", platica["contacto_id"])
        )
    _insertar(
        "meta_ads_ajustes",
        [{"presupuesto_mensual": "4000", "etiqueta_venta_id": etiqueta, "campo_monto_id": campo}],
    )


def _una(tabla: str, datos: dict[str, Any]) -> str:
    """El id de la que ya hay con ese nombre, o de una nueva."""
    hallada = una_fila(
        _tabla(tabla).select("id").eq("nombre_nora", NOMBRE_NORA).eq("nombre", datos["nombre"]).limit(1)
    )
    return str(hallada["id"]) if hallada else str(_insertar(tabla, [datos])[0]["id"])


def _tabla(tabla: str) -> Any:
    return supabase_de_nora(NOMBRE_NORA).table(tabla)


def _insertar(tabla: str, nuevas: list[dict[str, Any]]) -> list[Fila]:
    return filas(_tabla(tabla).insert([{"nombre_nora": NOMBRE_NORA, **una} for una in nuevas]))
