"""Las palabras que dicen de qué se habla, para saber a qué producto pertenece una cifra."""

from __future__ import annotations

import re

from ..conversacion.texto import juntar

_VACIAS = juntar(
    """
    a al algo ante antes aqui asi aun cada casi como con contigo cual cuales cuando cuanto cuanta cuantos
    cuantas de del desde donde e el ella ellos en entre era eres es esa ese eso esta estan estamos este esto
    estos estas fue ha hace hacia han hasta hay hoy i ir la las le les lo los luego mas me mi mis misma mismo
    mucho muy nada ni no nos nosotros nuestra nuestro nuestras nuestros o otra otro para pero por porque pues
    que quien se sea ser si sin sino sobre solo son su sus tal tambien tan te tener tengo ti tiene tienen tienes
    tu tus u un una uno unos unas va van y ya yo cuesta cuestan costo costos precio precios vale valen sale
    salen cobra cobran cobramos cobro queda quedan seria serian total pesos peso mxn pago pagas llevan lleva
    ambos ambas casos caso manejamos tenemos ofrecemos hacemos damos claro gracias gusto hola favor bien
    perfecto listo vamos quieres quiero necesitas dime informacion info manana tarde noche dia dias hora horas
    hrs h am pm semana mes meses ano anos minuto minutos media lunes martes miercoles jueves viernes sabado
    sabados domingo domingos diario fin todos enero febrero marzo abril mayo junio julio agosto septiembre
    octubre noviembre diciembre abrimos abren abre abrir cerramos cierran cierra cerrar atendemos atienden
    abierto abiertos horario horarios contacto ubicacion direccion servicio servicios producto productos
    promocion promociones promo promos datos negocio puedes puede pueden podemos puedo ofrecer tiempo tarda dura
    unidad aproximadamente unos solo
    """
)
_PALABRA = re.compile(r"[a-zñ]{2,}|\d+(?:\.\d+)?")


def raiz(palabra: str) -> str:
    """Lo que comparten «delantera» y «delanteras», «hawaiana» y «hawaiano»."""
    if palabra[:1].isdigit():
        return palabra.rstrip(".")
    for final in ("es", "s"):
        if len(palabra) > 4 and palabra.endswith(final):
            palabra = palabra[: -len(final)]
            break
    if len(palabra) > 4 and palabra[-1] in "aeo":
        palabra = palabra[:-1]
    return palabra[:7]


def contenido(texto: str) -> frozenset[str]:
    """Las raíces de las palabras con contenido de un texto ya normalizado."""
    return frozenset(raiz(p) for p in _PALABRA.findall(texto) if p not in _VACIAS)
