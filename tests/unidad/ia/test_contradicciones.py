"""Contradicciones entre bloques: las que un dueño querría ver, y las que no lo son."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from benchmarks.corpus_conocimiento import leer_corpus
from clientes.aura.ia.contradicciones import clave_de, comparar, revisar


@dataclass(frozen=True)
class B:
    titulo: str
    contenido: str
    id: str = "x"


SE_CONTRADICEN = [
    (
        "precio",
        ("Corte de dama", "El corte de dama cuesta $280."),
        ("Precios", "Corte de dama $300, corte de caballero $160."),
    ),
    ("precio", ("Corte de dama", "Cuesta $280 e incluye lavado."), ("Corte de dama", "Sale en 320 pesos.")),
    (
        "precio",
        ("Limpieza dental", "La limpieza dental cuesta $600."),
        ("Lista de precios", "Limpieza dental: $650"),
    ),
    (
        "precio",
        ("Envío a domicilio", "El envío cuesta $40."),
        ("Envíos a domicilio", "Te cobramos $60 de envío."),
    ),
    (
        "precio",
        ("Inscripción", "La inscripción cuesta mil doscientos pesos."),
        ("Inscripción", "Son $1,500 de inscripción."),
    ),
    ("precio", ("Consulta", "La consulta cuesta $350."), ("Consulta", "Consulta: $400 MXN.")),
    (
        "precio",
        ("Tortillas", "Las tortillas cuestan $24 el kilo."),
        ("Tortillas", "Tortillas a $22 el kilo."),
    ),
    (
        "precio",
        ("Tinte completo", "El tinte completo va de $850 a $1,400."),
        ("Tinte completo", "El tinte completo cuesta $1,600."),
    ),
    (
        "horario",
        ("Horario", "Abrimos de lunes a viernes de 9 a 7."),
        ("Horarios de atención", "De lunes a viernes de 10:00 a 19:00."),
    ),
    (
        "horario",
        ("Horario", "Lunes a viernes de 9:00 a 19:00 y sábados de 9:00 a 15:00."),
        ("Horario de sábado", "Los sábados abrimos de 9 a 2."),
    ),
    (
        "horario",
        ("Horario", "Lunes a sábado de 9 a 7. Domingos cerramos."),
        ("¿Abren los domingos?", "Sí, los domingos abrimos de 10 a 2."),
    ),
    ("horario", ("Horario", "Abrimos todos los días de 8 a 8."), ("Descanso", "Los lunes cerramos.")),
    (
        "horario",
        ("Horario", "Cerramos a las 8 de la noche."),
        ("Horario", "Abrimos a las 9 y cerramos a las 9 pm."),
    ),
    (
        "horario",
        ("Horario sucursal Norte", "De lunes a viernes de 11 a 8 pm."),
        ("Sucursal Norte: horario", "De lunes a viernes de 9 a 6 pm."),
    ),
    (
        "telefono",
        ("Teléfono", "Nuestro teléfono es 662 123 4567."),
        ("Contacto", "Llámanos al 662 987 6543."),
    ),
    (
        "telefono",
        ("WhatsApp", "Escríbenos por WhatsApp al 6621112233."),
        ("Pedidos", "Haz tu pedido por whatsapp al 662 444 5566."),
    ),
    (
        "telefono",
        ("Sucursal Norte", "Tel. 662 210 1010."),
        ("Teléfono de la sucursal Norte", "Marca al 662 210 2020."),
    ),
    (
        "domicilio",
        ("Dónde estamos", "Estamos en Calle Jacarandas 48, colonia Valle Verde."),
        ("Ubicación", "Avenida Reforma 120, colonia Centro."),
    ),
    ("domicilio", ("Dirección", "Calle Jacarandas 48."), ("Ubicación", "Calle Jacarandas 84.")),
    (
        "domicilio",
        ("Sucursal Centro: dirección", "Calle Membrillo 112."),
        ("Dirección de la sucursal Centro", "Bulevar del Río 2200."),
    ),
    (
        "descuento",
        ("Descuento a estudiantes", "10% de descuento con credencial."),
        ("Descuento a estudiantes", "15% con credencial."),
    ),
    (
        "cuenta",
        ("CLABE", "Deposita a la CLABE 012760012345678901."),
        ("Transferencias", "Nuestra CLABE es 012760099999999999."),
    ),
    (
        "precio",
        ("Habitación doble", "La habitación doble cuesta $1,350 por noche."),
        ("Tarifas", "Habitación doble: $1,500 por noche."),
    ),
]

NO_SE_CONTRADICEN = [
    (
        ("Corte de dama", "El corte de dama cuesta $280."),
        ("Corte de caballero", "El corte de caballero cuesta $160."),
    ),
    (("Manicure", "El manicure cuesta $180."), ("Manicure con gel", "El manicure con gel cuesta $320.")),
    (("Precios Centro", "Corte de dama $280."), ("Precios Norte", "Corte de dama $250.")),
    (
        ("Corte de dama", "El corte de dama cuesta $280."),
        ("Precios", "Corte de dama $280, de caballero $160."),
    ),
    (
        ("Corte de dama", "El corte de dama cuesta $280."),
        ("Promoción de martes", "El corte de dama sale en $199 los martes."),
    ),
    (("Tinte", "El tinte completo va de $850 a $1,400."), ("Tinte corto", "El tinte completo cuesta $900.")),
    (
        ("Alineadores", "Los alineadores cuestan desde $28,000."),
        ("Alineadores", "Los alineadores cuestan $31,000."),
    ),
    (
        ("Habitación entre semana", "$980 por noche de domingo a jueves."),
        ("Habitación en fin de semana", "$1,280 por noche viernes y sábado."),
    ),
    (("Tortillas", "Tortillas a $22 el kilo."), ("Tortillas", "Tortillas a $12 el paquete.")),
    (("Horario", "Lunes a viernes de 9 a 7."), ("Horario de sábado", "Los sábados de 9 a 3.")),
    (("Horario sucursal Centro", "De 9:00 a 19:00."), ("Horario sucursal Norte", "De 11:00 a 20:00.")),
    (("Horario", "De lunes a viernes de 9 a 7."), ("Desayunos", "Los desayunos se sirven de 8 a 12.")),
    (("Horario", "Lunes a sábado de 9 a 7. Domingos cerramos."), ("Domingos", "Los domingos cerramos.")),
    (("Horario", "De 9 a 2 y de 4 a 7."), ("Horario", "Abrimos a las 4 de la tarde otra vez.")),
    (("Horario", "Abrimos de 9:00 a. m. a 7:00 p. m."), ("Atención", "Abrimos de 9 a 19 horas.")),
    (("Teléfono", "Llámanos al 662 123 4567."), ("WhatsApp", "Escríbenos por WhatsApp al 662 987 6543.")),
    (("Teléfonos", "662 123 4567 y 662 987 6543."), ("Contacto", "Llámanos al 662 987 6543.")),
    (("Teléfono de Centro", "662 123 4567."), ("Teléfono de Norte", "662 987 6543.")),
    (("Teléfono", "Llámanos al 662 123 4567."), ("Teléfono", "Marca al +52 662 123 4567.")),
    (
        ("Dónde estamos", "Calle Jacarandas 48, a media cuadra del parque."),
        ("Estacionamiento", "Entrada por Calle Sauce 12, seis autos."),
    ),
    (
        ("Sucursal Centro: dirección", "Calle Membrillo 112."),
        ("Sucursal Norte: dirección", "Bulevar del Río 2200."),
    ),
    (
        ("Dirección", "Calle Jacarandas 48, colonia Valle Verde."),
        ("Ubicación", "Estamos en Jacarandas 48, frente al parque."),
    ),
    (("Descuento a estudiantes", "10% con credencial."), ("Descuento a maestros", "15% con credencial.")),
    (("CLABE", "CLABE 012760012345678901."), ("Tarjeta", "Deposita a la tarjeta 4152313012345678.")),
    (
        ("Brackets metálicos", "Colocación $3,500 y mensualidad de $850."),
        ("Brackets de zafiro", "Colocación $7,900 y mensualidad de $1,100."),
    ),
]


@pytest.mark.parametrize(("tipo", "uno", "otro"), SE_CONTRADICEN)
def test_se_contradicen(tipo: str, uno: tuple[str, str], otro: tuple[str, str]) -> None:
    for a, b in ((B(*uno, "a"), B(*otro, "b")), (B(*otro, "b"), B(*uno, "a"))):
        pareja = comparar(a, b)
        assert pareja is not None and pareja.tipo == tipo, (a, b, pareja)
        assert pareja.uno and pareja.otro and pareja.uno != pareja.otro


@pytest.mark.parametrize(("uno", "otro"), NO_SE_CONTRADICEN)
def test_no_se_contradicen(uno: tuple[str, str], otro: tuple[str, str]) -> None:
    for a, b in ((B(*uno, "a"), B(*otro, "b")), (B(*otro, "b"), B(*uno, "a"))):
        pareja = comparar(a, b)
        assert pareja is None or pareja.tipo == "repetido", (a, b, pareja)


@pytest.mark.parametrize(
    ("uno", "otro", "repetido"),
    [
        (
            ("Estacionamiento", "Hay estacionamiento gratis frente al local para seis autos."),
            ("Estacionamiento gratis", "Tenemos estacionamiento gratis para seis autos frente al local."),
            True,
        ),
        (("Horario", "De 9 a 7."), ("Horario", "De 9 a 7."), True),
        (
            ("Corte de dama", "El corte de dama cuesta $280 con lavado."),
            ("Corte de niña", "El corte de niña cuesta $120 con lavado."),
            False,
        ),
        (("Garantía", "Tienes siete días para cambios."), ("Facturas", "Facturamos el mismo día."), False),
    ],
)
def test_repetidos(uno: tuple[str, str], otro: tuple[str, str], repetido: bool) -> None:
    pareja = comparar(B(*uno, "a"), B(*otro, "b"))
    assert (pareja is not None and pareja.tipo == "repetido") is repetido


def test_en_doce_negocios_sin_contradicciones_casi_no_hay_falsas_alarmas() -> None:
    """Trescientos bloques con datos a propósito cercanos: dos precios, dos sucursales, dos tamaños."""
    alarmas = [(n.clave, p) for n in leer_corpus() for p in revisar(n.bloques)]
    assert len(alarmas) <= 2, alarmas


def test_una_contradiccion_sembrada_en_cada_negocio_se_halla() -> None:
    """Un horario que choca con el que ya había se señala, y solo contra el suyo."""
    bloques = [
        B("Horario", "Lunes a viernes de 9 a 7.", "1"),
        B("Pagos", "Efectivo y tarjeta.", "2"),
        B("Horario nuevo", "Lunes a viernes de 8 a 7.", "3"),
    ]
    (pareja,) = revisar(bloques)
    assert {pareja.primero, pareja.segundo} == {"1", "3"} and pareja.tipo == "horario"
    assert revisar(bloques, solo="2") == [] and revisar(bloques, solo="3") == [pareja]


def test_la_clave_cambia_con_el_texto_y_no_con_el_orden() -> None:
    a, b = B("Uno", "Texto", "1"), B("Dos", "Texto", "2")
    assert clave_de(a, b) == clave_de(b, a) != clave_de(a, B("Dos", "Otro", "2"))
