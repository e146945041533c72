"""Una fila de una Nora en cada tabla de Meta Ads, para pedirla desde donde no se debe."""

from __future__ import annotations

import zlib
from datetime import UTC, datetime, timedelta
from typing import Any

from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas


def sembrar_meta(nora: str, conversacion_id: str, sufijo: str = "") -> dict[str, Any]:
    """Una cuenta vinculada con campaña, conjunto, anuncio, cifras de ayer, alerta y una lectura."""
    numero = str(zlib.crc32((nora + sufijo).encode()))
    comunes = {"nombre_nora": nora}
    ayer = (datetime.now(UTC).date() - timedelta(days=1)).isoformat()
    # Sin Meta a quien preguntarle: así ninguna página intenta salir a la red.
    ejecutar(supabase.table("meta_ads_conexiones").upsert({**comunes, "tipo": "demo"}))
    cuenta = filas(
        supabase.table("meta_ads_cuentas").insert(
            {
                **comunes,
                "externo_id": f"act_{numero}",
                "nombre": f"Cuenta {numero}",
                "moneda": "MXN",
                "zona": "America/Hermosillo",
                "estado": 1,
                "uso": "vinculada",
                "ultimo_dia": ayer,
            }
        )
    )[0]
    de_cuenta = {**comunes, "cuenta_id": cuenta["id"]}
    ids = {"campana_id": f"1{numero}", "conjunto_id": f"2{numero}", "anuncio_id": f"3{numero}"}
    campana = {k: ids[k] for k in ("campana_id",)}
    ejecutar(supabase.table("meta_ads_campanas").insert({**de_cuenta, **campana, "nombre": "Promoción"}))
    conjunto = {k: ids[k] for k in ("campana_id", "conjunto_id")}
    ejecutar(
        supabase.table("meta_ads_conjuntos").insert({**de_cuenta, **conjunto, "nombre": "Mujeres 25-45"})
    )
    ejecutar(
        supabase.table("meta_ads_anuncios").insert(
            {**de_cuenta, **ids, "nombre": "Video del facial", "estado": "ACTIVE"}
        )
    )
    cifras = {"gasto": 120, "impresiones": 900, "alcance": 700, "clics": 30, "conversaciones": 6}
    del_dia = {"dia": ayer, "anuncio_id": ids["anuncio_id"], "plataforma": "instagram"}
    ejecutar(supabase.table("meta_ads_dias").insert({**de_cuenta, **del_dia, **cifras}))
    lectura = filas(
        supabase.table("meta_ads_sincronizaciones").insert(
            {**de_cuenta, "desde": ayer, "hasta": ayer, "estado": "hecha", "hecho_hasta": ayer}
        )
    )[0]
    ceros = {"alcance": 0, "clics": 0, "clics_enlace": 0, "conversaciones": 0, "prospectos": 0}
    ejecutar(
        supabase.table("meta_ads_dias_paso").insert(
            {
                **comunes,
                "sincronizacion_id": lectura["id"],
                **del_dia,
                **ceros,
                "gasto": 1,
                "impresiones": 1,
                "compras": 0,
                "valor": 0,
            }
        )
    )
    alerta = filas(
        supabase.table("meta_ads_alertas").insert(
            {
                **de_cuenta,
                "clave": f"frecuencia:{ids['anuncio_id']}",
                "tipo": "frecuencia",
                "nivel": "aviso",
                "anuncio_id": ids["anuncio_id"],
                "titulo": "La misma gente lo ve demasiado",
                "texto": "Cada persona vio «Video del facial» 5.1 veces en 7 días.",
            }
        )
    )[0]
    ejecutar(supabase.table("meta_ads_ajustes").upsert({**comunes, "presupuesto_mensual": 5000}))
    ejecutar(
        supabase.table("meta_ads_referencias").upsert(
            {**comunes, "conversacion_id": conversacion_id, "anuncio_id": ids["anuncio_id"]}
        )
    )
    return {
        "cuenta_meta_id": cuenta["id"],
        "sincronizacion_meta_id": lectura["id"],
        "alerta_meta_id": alerta["id"],
    }
