"""Los rasgos con que se compara una pregunta con un bloque: palabras, temas comunes y datos concretos."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence, Set

from .escritura import PALABRA, plano, raiz

_RENGLON = re.compile(r"(?<=[.!?;])\s+|\n+")


def juntar(palabras: str) -> frozenset[str]:
    """Un conjunto de palabras escritas seguidas."""
    return frozenset(palabras.split())


# Palabras que aparecen en cualquier pregunta y no dicen de qué trata.
VACIAS = juntar(
    """
    a ahi al algo alguien algun alguna ante aqui aun ayer bien buen buena buenas bueno buenos cada casi
    como con cosa cual cuales cualquier cuando cuanta cuantas cuanto cuantos da dan dar de del desde dia
    dias dice dime disculpa disculpe donde e el ella ellos en entonces era eres es esa ese eso esta
    estan estas este esto estos estoy favor fue gracias gustaria ha hace hacen hacer han has hasta hay
    hola hoy i informacion info ir la las le les lo los mas me mi mis mucho muy nada necesito ni no nos
    nuestro o oiga oye para pero podria podrian poner ponen por porfa porfavor porque pues puede pueden
    puedo que quien quiero quisiera saber se sea ser si sin sobre solo son soy su sus tal tambien te
    tengo ti tiene tienen tienes todo todos tu tus u ud un una unas uno unos usted ustedes va van vas
    ver voy y ya yo q k ke x xfa d pa dl hr hrs tardes noches manejan maneja traen trae nomas algunas
    algunos dan hacer busco ofrecen cuentan tener seria vez verdad
    """
)

# Temas de cualquier negocio: quien pregunta y quien escribe el bloque usan palabras distintas para lo mismo.
_TEMAS: dict[str, str] = {
    "precio": "precio precios costo costos cuesta cuestan cobra cobran cobras sale salen vale valen tarifa "
    "tarifas "
    "presupuesto caro barato pesos",
    "horario": "horario horarios hora horas ora abren abre abierto abiertos abrimos cierran cierra "
    "cerramos cerrado "
    "atienden atendemos lunes martes miercoles jueves viernes sabado sabados domingo domingos",
    "lugar": "direccion ubicacion ubicados ubicado domicilio encuentran calle colonia avenida av bulevar "
    "blvd esquina "
    "queda quedan mapa sucursal sucursales llegar frente junto estamos local",
    "pago": "pago pagos pagar tarjeta tarjetas efectivo transferencia transferencias deposito credito "
    "debito meses "
    "intereses anticipo mensualidades",
    "entrega": "envio envios envian entrega entregas entregan domicilio mandan manda llevan llevamos "
    "paqueteria reparto "
    "traigan enviamos",
    "cita": "cita citas agendar agenda apartar aparta reservar reserva reservamos reservacion turno lugar",
    "factura": "factura facturas facturan facturar facturacion facturamos fiscal constancia cfdi",
    "promocion": "promocion promociones promo promos descuento descuentos oferta ofertas 2x1 gratis",
    "garantia": "garantia garantias devolucion devoluciones cambio cambios reembolso",
}
_TEMA_DE: dict[str, set[str]] = {}
for _tema, _palabras in _TEMAS.items():
    for _palabra in _palabras.split():
        _TEMA_DE.setdefault(_palabra, set()).add(_tema)

# Palabras de todos los días que cualquiera cambia por otra.
_IGUALES = {
    palabra: grupo.split()[0]
    for grupo in (
        "carro carros coche coches auto autos vehiculo vehiculos camioneta",
        "pelo cabello cabellos",
        "nino ninos nina ninas hijo hija hijos hijas infantil infantiles menor menores bebe chiquito "
        "chiquita",
        "estacionamiento estacionar estacionarme cajon cajones parking",
        "celular cel celulares movil",
        "mascota mascotas perro perros perrito gato gatos",
        "boda bodas caso casar novia novias novio",
        "doctor doctora doctores medico medica",
        "regadera regaderas ducha banarme banarse banar bano",
        "casa domicilio hogar",
        "locker lockers casillero casilleros guardar guardado",
        "color tinte tintes pintar pintarme pintarse tenir tenirme",
        "carne carnes res",
        "vegetariano vegetarianos vegano veganos vegetariana",
        "pausar congelar suspender",
        "cancelar cancelo cancelacion mover cambiar reagendar",
        "estudiante estudiantes universitario universitaria alumno alumnos",
        "arreglar arreglan reparar reparan reparacion arreglo componer",
        "revisar revisen revisan revision checar chequen valoracion diagnostico",
        "rapido urgente urgencia urgencias emergencia",
    )
    for palabra in grupo.split()
}

_SENAS = (
    ("precio", re.compile(r"\$\s?\d|\d\s?(?:pesos|mxn)\b")),
    (
        "horario",
        re.compile(
            r"\b\d{1,2}(?::\d\d)?\s?(?:am|pm|a\.? ?m|p\.? ?m|hrs|horas|h)\b|\d:\d\d|\bde \d{1,2} a \d{1,2}\b"
        ),
    ),
)
# «Cuánto» pide un precio salvo que diga otra cosa: tiempo, medida.
_CUANTO_PRECIO = re.compile(
    r"\b(?:cuanto|cuantos?|cto|en cuanto)\b(?!\s+(?:tarda|tardan|se tarda|se tardan|dura|duran|tiempo|mide|"
    r"pesa|falta))"
)
_DONDE = re.compile(r"\b(?:donde|por donde)\b.{0,12}\b(?:estan|esta|quedan?|se encuentran|ubicad\w+|es)\b")


def palabras_de(texto: str) -> list[str]:
    """Las palabras que dicen algo, en orden."""
    return [p for p in PALABRA.findall(plano(texto)) if p not in VACIAS and (len(p) > 1 or p.isdigit())]


def temas_de(texto: str, *, es_pregunta: bool) -> set[str]:
    """Los temas comunes que toca un texto."""
    limpio = plano(texto)
    temas = {tema for palabra in PALABRA.findall(limpio) for tema in _TEMA_DE.get(palabra, ())}
    if es_pregunta:
        if _CUANTO_PRECIO.search(limpio) and not temas & {"horario"}:
            temas.add("precio")
        if _DONDE.search(limpio):
            temas.add("lugar")
    temas |= {tema for tema, sena in _SENAS if sena.search(limpio)}
    return temas


def temas_de_palabra(palabra: str) -> Set[str]:
    """Los temas comunes que nombra una palabra."""
    return _TEMA_DE.get(palabra, set())


def se_parecen(una: str, otra: str) -> float:
    """De 0 a 1: 1 misma raíz, menos si solo se parecen las letras (errores de dedo)."""
    if una == otra or _IGUALES.get(una, una) == _IGUALES.get(otra, otra):
        return 1.0
    if una.isdigit() or otra.isdigit():
        return 0.0
    raiz_una, raiz_otra = raiz(una), raiz(otra)
    if raiz_una == raiz_otra:
        return 1.0
    corta, larga = sorted((raiz_una, raiz_otra), key=len)
    if len(corta) >= 4 and larga.startswith(corta) and len(larga) - len(corta) <= 3:
        return 0.9
    if min(len(una), len(otra)) < 5 or abs(len(una) - len(otra)) > 2:
        return 0.0
    parejas_una = Counter(zip(f" {una} ", f"{una} ", strict=False))
    parejas_otra = Counter(zip(f" {otra} ", f"{otra} ", strict=False))
    comunes = sum((parejas_una & parejas_otra).values())
    parecido = 2 * comunes / (parejas_una.total() + parejas_otra.total())
    return parecido if parecido >= 0.66 else 0.0


class Vocabulario:
    """Cuánto pesa cada palabra entre los bloques de una Nora: la que está en todos no distingue a ninguno."""

    def __init__(self, bloques: Sequence[str]) -> None:
        self._raices = [{raiz(_IGUALES.get(p, p)) for p in palabras_de(texto)} for texto in bloques]

    def peso(self, palabra: str) -> float:
        """Al modo idf; una palabra que ningún bloque tiene pesa lo más."""
        r = raiz(_IGUALES.get(palabra, palabra))
        presentes = sum(r in raices for raices in self._raices)
        return math.log(1 + (len(self._raices) + 1) / (presentes + 0.5))


def cobertura(
    pregunta: Sequence[str], texto: Sequence[str], vocabulario: Vocabulario, temas: Set[str] = frozenset()
) -> float:
    """Qué parte de lo preguntado, pesada, está en el texto; 0 si no hay palabras que buscar.

    Args:
        temas: los del texto; una palabra de uno de ellos cuenta aunque el texto lo diga con otra.
    """
    total = sum(vocabulario.peso(p) for p in pregunta)
    if not total:
        return 0.0

    def hallada(palabra: str) -> float:
        if temas & _TEMA_DE.get(palabra, set()):
            return 1.0
        return max((se_parecen(palabra, otra) for otra in texto), default=0.0)

    return sum(vocabulario.peso(p) * hallada(p) for p in pregunta) / total


def renglones_de(texto: str) -> list[str]:
    """Las frases de un texto."""
    return [parte.strip() for parte in _RENGLON.split(texto) if parte.strip()]
