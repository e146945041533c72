"""Qué hacer: cada regla mira una sola cosa y devuelve un consejo o None."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from ..anuncios.medidas import cambio, dividir, en_porcentaje
from ..anuncios.reglas import minimo_de
from ..utils.formato import dinero
from .frases import Frase, costo, entero, porciento, resultados
from .informe import Bloque, Renglon

BRINCO = Decimal("0.5")
CAE_CTR = Decimal("-0.3")
CARA = Decimal("1.5")  # veces el costo de todas
BARATA = Decimal("0.7")
PARTE = Decimal("0.2")  # del gasto o de los resultados, para que valga la pena hablar de ella
CONCENTRADA = Decimal("0.7")
FRECUENTE = Decimal("2.5")  # veces al día por persona
DIAS = ("lunes", "martes", "miércoles", "jueves", "viernes", "sábado", "domingo")


def _caras(bloque: Bloque, renglones: Sequence[Renglon]) -> list[Renglon]:
    """Los que cuestan mucho más que el promedio y se llevan parte importante del gasto."""
    promedio = bloque.actual.costo_por_resultado
    if promedio is None:
        return []
    return [
        r
        for r in renglones
        if r.actual.costo_por_resultado is not None
        and r.actual.costo_por_resultado >= promedio * CARA
        and r.actual.gasto >= bloque.actual.gasto * PARTE
    ]


def gasto_sin_mas_resultados(bloque: Bloque) -> Frase | None:
    """El gasto brincó y los resultados no."""
    gasto = cambio(bloque.actual.gasto, bloque.antes.gasto)
    dieron = cambio(bloque.actual.resultados, bloque.antes.resultados)
    if gasto is None or dieron is None or gasto < BRINCO or dieron > gasto / 2:
        return None
    return Frase(
        "gasto_sin_mas_resultados",
        f"Gastaste {porciento(gasto)} más que la semana anterior y pasaste de {entero(bloque.antes.resultados)} a "
        f"{resultados(bloque.actual)}. Regresa al presupuesto de antes mientras encuentras qué cambió.",
        88,
    )


def anuncio_sin_resultados(bloque: Bloque) -> Frase | None:
    """Un anuncio gastó lo bastante sin dar nada."""
    malos = [
        r for r in bloque.anuncio if not r.actual.resultados and r.actual.gasto >= minimo_de(bloque.moneda)
    ]
    if not malos or not bloque.actual.resultados:
        return None
    peor = max(malos, key=lambda r: r.actual.gasto)
    return Frase(
        "anuncio_sin_resultados",
        f"«{peor.nombre}» gastó {dinero(peor.actual.gasto, bloque.moneda)} sin ningún resultado: páusalo.",
        86,
    )


def campana_cara(bloque: Bloque) -> Frase | None:
    """Una campaña se lleva parte del presupuesto y sus resultados cuestan mucho más."""
    caras = _caras(bloque, bloque.campana) if len(bloque.campana) > 1 else []
    if not caras:
        return None
    peor = max(caras, key=lambda r: r.actual.gasto)
    return Frase(
        "campana_cara",
        f"En «{peor.nombre}» cada resultado sale en {costo(peor.actual, bloque.moneda)}, contra "
        f"{costo(bloque.actual, bloque.moneda)} en promedio: bájale presupuesto.",
        76,
    )


def campana_estrella(bloque: Bloque) -> Frase | None:
    """Una campaña da resultados más baratos que el promedio, y bastantes."""
    promedio = bloque.actual.costo_por_resultado
    if promedio is None or len(bloque.campana) < 2:
        return None
    buenas = [
        r
        for r in bloque.campana
        if r.actual.costo_por_resultado is not None
        and r.actual.costo_por_resultado <= promedio * BARATA
        and r.actual.resultados >= bloque.actual.resultados * PARTE
    ]
    if not buenas:
        return None
    mejor = max(buenas, key=lambda r: r.actual.resultados)
    return Frase(
        "campana_estrella",
        f"«{mejor.nombre}» es la que mejor rinde: {resultados(mejor.actual)} a {costo(mejor.actual, bloque.moneda)} "
        "cada uno. Pásale presupuesto de las demás.",
        74,
    )


def plataforma_cara(bloque: Bloque) -> Frase | None:
    """Una plataforma cuesta mucho más que las otras."""
    caras = _caras(bloque, bloque.plataforma) if len(bloque.plataforma) > 1 else []
    if not caras:
        return None
    peor = max(caras, key=lambda r: r.actual.gasto)
    return Frase(
        "plataforma_cara",
        f"{peor.nombre} se llevó {dinero(peor.actual.gasto, bloque.moneda)} y ahí cada resultado cuesta "
        f"{costo(peor.actual, bloque.moneda)}; el promedio es {costo(bloque.actual, bloque.moneda)}. Quítala un "
        "tiempo y compara.",
        68,
    )


def clics_a_la_baja(bloque: Bloque) -> Frase | None:
    """Menos gente que ve el anuncio lo toca."""
    movio = cambio(bloque.actual.ctr, bloque.antes.ctr)
    if movio is None or movio > CAE_CTR or bloque.actual.ctr is None or bloque.antes.ctr is None:
        return None
    return Frase(
        "clics_a_la_baja",
        f"De quienes ven tus anuncios, los toca {en_porcentaje(bloque.actual.ctr, 2)}; la semana anterior era "
        f"{en_porcentaje(bloque.antes.ctr, 2)}. Cambia la imagen: la gente ya la conoce.",
        66,
    )


def se_repite(bloque: Bloque) -> Frase | None:
    """La misma persona ve el anuncio muchas veces al día."""
    veces = bloque.actual.frecuencia
    if veces is None or veces < FRECUENTE:
        return None
    return Frase(
        "se_repite",
        f"Cada persona vio tus anuncios {veces.quantize(Decimal('0.1'), ROUND_HALF_UP)} veces al día: ya cansa. "
        "Amplía el público.",
        64,
    )


def compras_que_no_pagan(bloque: Bloque) -> Frase | None:
    """Lo vendido, según la red, no alcanza lo gastado."""
    if not bloque.actual.compras or not bloque.actual.valor or bloque.actual.valor >= bloque.actual.gasto:
        return None
    return Frase(
        "compras_que_no_pagan",
        f"Las compras sumaron {dinero(bloque.actual.valor, bloque.moneda)} y gastaste "
        f"{dinero(bloque.actual.gasto, bloque.moneda)}. Anuncia lo que deja más margen.",
        62,
    )


def todo_en_un_anuncio(bloque: Bloque) -> Frase | None:
    """Casi todo el gasto va a un solo anuncio habiendo varios."""
    vivos = [r for r in bloque.anuncio if r.actual.gasto]
    if len(vivos) < 2 or not bloque.actual.gasto:
        return None
    mayor = max(vivos, key=lambda r: r.actual.gasto)
    parte = dividir(mayor.actual.gasto, bloque.actual.gasto)
    if parte is None or parte < CONCENTRADA or not mayor.actual.resultados:
        return None
    return Frase(
        "todo_en_un_anuncio",
        f"«{mayor.nombre}» se llevó {dinero(mayor.actual.gasto, bloque.moneda)} de "
        f"{dinero(bloque.actual.gasto, bloque.moneda)}. Si se cansa, te quedas sin nada: prepara otro.",
        50,
    )


def mejor_anuncio(bloque: Bloque) -> Frase | None:
    """El que más dio."""
    con = [r for r in bloque.anuncio if r.actual.resultados]
    if not con:
        return None
    mejor = max(con, key=lambda r: (r.actual.resultados, -r.actual.gasto))
    return Frase(
        "mejor_anuncio",
        f"El anuncio que más dio fue «{mejor.nombre}»: {resultados(mejor.actual)} a "
        f"{costo(mejor.actual, bloque.moneda)} cada uno. Haz otro parecido.",
        40,
    )


def mejor_dia(bloque: Bloque) -> Frase | None:
    """El día con más resultados."""
    con = [r for r in bloque.dia if r.actual.resultados]
    if len(con) < 2:
        return None
    mejor = max(con, key=lambda r: r.actual.resultados)
    dia = DIAS[date.fromisoformat(mejor.clave).weekday()]
    return Frase(
        "mejor_dia",
        f"Tu mejor día fue el {dia}, con {resultados(mejor.actual)}. Ten a alguien listo para contestar ese día.",
        35,
    )


def se_vieron(bloque: Bloque) -> Frase | None:
    """Cuánta gente los vio y los tocó."""
    if not bloque.actual.impresiones:
        return None
    return Frase(
        "se_vieron",
        f"Tus anuncios se vieron {entero(bloque.actual.impresiones)} veces y los tocaron "
        f"{entero(bloque.actual.clics)}. Que digan claro qué hacer: «Mándanos un WhatsApp».",
        20,
    )


def sigue_midiendo(bloque: Bloque) -> Frase | None:
    """Cuando casi no hay qué contar."""
    if not bloque.hay:
        return None
    return Frase(
        "sigue_midiendo",
        "Con tan poco movimiento no conviene cambiar mucho: prueba una sola cosa a la vez y compara el lunes.",
        10,
    )


def contesta_pronto(bloque: Bloque) -> Frase | None:
    """Un consejo que siempre sirve con conversaciones."""
    if not bloque.actual.conversaciones:
        return None
    cuantas = entero(bloque.actual.conversaciones)
    que = "conversación" if cuantas == "1" else "conversaciones"
    return Frase(
        "contesta_pronto",
        f"Llegaron {cuantas} {que} por tus anuncios: mira en Mensajes que nadie siga esperando.",
        30,
    )


def retoma(bloque: Bloque) -> Frase | None:
    """Con los anuncios detenidos, por dónde empezar."""
    antes = [r for r in bloque.anuncio if r.antes.resultados]
    if bloque.actual.gasto or not antes:
        return None
    mejor = max(antes, key=lambda r: r.antes.resultados)
    return Frase(
        "retoma",
        f"Si vuelves a anunciarte, empieza por «{mejor.nombre}»: la semana anterior dio {resultados(mejor.antes)}.",
        45,
    )
