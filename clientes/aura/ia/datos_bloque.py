"""Los datos que un bloque afirma y de qué cosa: precios, horas, teléfonos, domicilios. Puro."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Literal

from ..conversacion.texto import juntar
from .cifras import TODA_LA_SEMANA, Cifra, Leido, dias_de, leer, normalizar
from .palabras import contenido, raiz
from .patrones import NOMBRE_DIA

TipoDato = Literal["precio", "descuento", "horario", "telefono", "cuenta", "domicilio"]
# «Hoy» y «mañana» no cambian lo que un bloque dice siempre: cualquier día sirve para leerlo.
_DIA_CUALQUIERA = date(2026, 1, 5)
SIN_TOPE = 1e12
_NO_CORTAN = frozenset({"numero", "medida", "promocion"})


def _raices(palabras: str) -> frozenset[str]:
    return frozenset(raiz(p) for p in juntar(palabras))


# Acompañan a un dato sin decir de qué es.
_NEUTRAS = _raices(
    """
    cabello pelo cada persona incluye incluido actual nuevo lista tarifa tarifas mexicanos iva desde solamente
    nuestro atencion local tienda negocio publico general normal regular preguntas frecuentes dudas
    """
)
_DE_HORARIO = _raices(
    """
    abrimos abierto cierre apertura descanso descansamos recibimos estamos encuentras visitanos trabajamos jornada
    corrido primera ultima partir habil habiles festivos laboramos operacion nueva tienda local mostrador
    """
)
_DE_TELEFONO = _raices(
    """
    telefono telefonos tel whatsapp whats wasap celular cel movil numero numeros llamanos llama llamar marca marcanos
    marcar escribenos escribe mandanos mensaje comunicate oficina linea fijo pedidos citas informes apartados llamadas
    contactanos ventas haz hacer pide
    """
)
_DE_CUENTA = _raices(
    """
    cuenta cuentas clabe tarjeta deposito depositos deposita transferencia transferencias transfiere banco
    nombre bancaria bancarios interbancaria titular pagos
    """
)
_DE_LUGAR = _raices(
    """
    donde ubicacion ubicados direccion domicilio estamos encuentras llegar como mapa visitanos esperamos calle avenida
    colonia calz calzada blvd bulevar numero local piso esquina entre frente junto cerca lado cuadra media ciudad
    """
)
_DE_DESCUENTO = _raices("descuento descuentos rebaja menos beneficio oferta ahorra aplicamos obtienes")
_ES_CUENTA = re.compile(r"\b(?:clabe|cuenta|tarjeta|deposit\w+|transfer\w+)\b")
_ES_WHATSAPP = re.compile(r"\b(?:whats\w*|wasap|wa)\b")
_TITULO_DE_LUGAR = re.compile(r"\b(?:donde|ubicacion|direccion|domicilio|llegar|sucursal|encontrarnos)\b")
_ES_OFERTA = re.compile(r"\b(?:promo\w*|oferta\w*|descuento\w*|rebaja\w*|temporada|buen fin|paquete\w*)\b")
_COMBINA = re.compile(r"\b(?:con|sin|mas|junto con|ademas)\s+(?=[a-zñ])")
_CORTE = re.compile(r"[.;:!?\n,(]|\s(?:y|e|o|pero|ni)\s|\s-\s|•")
_FRASE = re.compile(r"[.;](?=\s|$)|\n")
_UNIDAD = re.compile(r"\s*(?:mxn\s*|pesos\s*)?(?:por|x|el|la|cada|al|/)\s*([a-zñ]{3,})")
_DESDE = re.compile(r"\b(?:desde|a partir de|minimo)\s*$")
_HASTA = re.compile(r"\b(?:hasta|maximo)\s*$")
_RANGO = re.compile(r"\s*(?:a|-|hasta|y|o)\s*")
_DIAS = rf"(?:los\s+|el\s+)?({NOMBRE_DIA}(?:(?:\s*,\s*|\s+[ye]\s+|\s+al?\s+)(?:los\s+|el\s+)?{NOMBRE_DIA})*)"
_CIERRA = re.compile(
    rf"{_DIAS}\s*,?\s*(?:esta(?:mos)?\s+|permanece(?:mos)?\s+)?(?:cerramos|cerrad[oa]s?|no abrimos|no hay servicio|"
    rf"no atendemos|no trabajamos|descansamos)\b(?! a las)|\b(?:cerramos|cerrado|no abrimos|no atendemos|no trabajamos|"
    rf"descansamos)\s+(?:solo\s+)?{_DIAS}"
)
_ABRE_DIARIO = re.compile(
    r"\b(?:abrimos|abierto|atendemos|trabajamos)\b[^.;\n]{0,20}\b(?:todos los dias|diario|los 7 dias)\b"
)


@dataclass(frozen=True)
class Dato:
    """Algo que un bloque afirma.

    Args:
        temas: de qué cosa, dicho de los modos en que puede compararse; cada uno, raíces de palabras.
        titulo: las palabras del título del bloque que no dice la frase.
        valores: lo que afirma; basta uno en común con otro para no contradecirse.
        rango: de un precio, el menor y el mayor.
        dias: de un horario, lunes es «0»; vacío si no se dicen.
        papel: «abre», «cierra», «cerrado» o «abierto»; o «whatsapp»; o la unidad de un precio.
    """

    tipo: TipoDato
    temas: frozenset[frozenset[str]]
    titulo: frozenset[str]
    valores: frozenset[str]
    rango: tuple[float, float] = (0.0, 0.0)
    dias: frozenset[str] = frozenset()
    papel: str = ""


@dataclass(frozen=True)
class DatosDeBloque:
    """Lo leído de un bloque. `palabras`: todas las que dicen algo, para hallar repetidos."""

    datos: tuple[Dato, ...]
    palabras: frozenset[str]
    oferta: bool


@lru_cache(maxsize=4_096)
def datos_de(titulo: str, texto: str) -> DatosDeBloque:
    """Lo que afirma un bloque."""
    return _Lectura(titulo, texto).leer()


class _Lectura:
    def __init__(self, titulo: str, texto: str) -> None:
        self.leido: Leido = leer(texto, _DIA_CUALQUIERA)
        self.texto = self.leido.texto
        self.titulo_plano = normalizar(titulo)
        self.titulo = contenido(self.titulo_plano)
        dias = [c.valores for c in leer(titulo, _DIA_CUALQUIERA).cifras if c.tipo == "dia"]
        self.dias_del_titulo: frozenset[str] = frozenset().union(*dias)
        self.datos: list[Dato] = []

    def leer(self) -> DatosDeBloque:
        self._precios()
        self._descuentos()
        self._digitos()
        self._horario()
        self._domicilio()
        return DatosDeBloque(
            tuple(self.datos),
            self.titulo | contenido(self.texto),
            bool(_ES_OFERTA.search(f"{self.titulo_plano} {self.texto}")),
        )

    # ------------------------------------------------------------ precios
    def _precios(self) -> None:
        precios = [c for c in self.leido.cifras if c.tipo == "precio"]
        saltar: set[int] = set()
        for n, cifra in enumerate(precios):
            if n in saltar:
                continue
            menor = mayor = _importe(cifra)
            fin = cifra.fin
            siguiente = precios[n + 1] if n + 1 < len(precios) else None
            antes = self.texto[: cifra.inicio]
            if siguiente is not None and _RANGO.fullmatch(self.texto[cifra.fin : siguiente.inicio]):
                saltar.add(n + 1)
                menor, mayor = sorted((menor, _importe(siguiente)))
                fin = siguiente.fin
            elif _DESDE.search(antes):
                mayor = SIN_TOPE
            elif _HASTA.search(antes):
                menor = 0.0
            unidad = _UNIDAD.match(self.texto, fin)
            papel = raiz(unidad[1]) if unidad else ""
            dicho = self._antes(cifra) or self._despues(fin)
            dias = self._dias_de_la_frase(cifra) or self.dias_del_titulo
            valores = {f"{menor:g}-{mayor:g}"}
            self._poner("precio", dicho, _NEUTRAS, valores, rango=(menor, mayor), dias=dias, papel=papel)

    def _dias_de_la_frase(self, cifra: Cifra) -> frozenset[str]:
        """«Los martes a $99»: un precio de ciertos días no es el de los demás."""
        desde = max((m.end() for m in _FRASE.finditer(self.texto[: cifra.inicio])), default=0)
        corte = _FRASE.search(self.texto, cifra.fin)
        hasta = corte.start() if corte else len(self.texto)
        dias = [c.valores for c in self.leido.cifras if c.tipo == "dia" and desde <= c.inicio < hasta]
        return frozenset().union(*dias)

    def _descuentos(self) -> None:
        for cifra in self.leido.cifras:
            if cifra.tipo == "porcentaje":
                dicho = self._antes(cifra) | self._despues(cifra.fin)
                dias = self._dias_de_la_frase(cifra) or self.dias_del_titulo
                self._poner("descuento", dicho, _NEUTRAS | _DE_DESCUENTO, cifra.valores, dias=dias)

    # ------------------------------------------------------------ teléfonos y cuentas
    def _digitos(self) -> None:
        for cifra in self.leido.cifras:
            if cifra.tipo != "digitos":
                continue
            (numero,) = cifra.valores
            cerca = f"{self.titulo_plano} {self.texto[max(0, cifra.inicio - 60) : cifra.inicio]}"
            dicho = self._antes(cifra)
            if len(numero) >= 14 or _ES_CUENTA.search(cerca):
                papel = str(len(numero))  # una CLABE y un número de tarjeta son dos datos
                self._poner("cuenta", dicho, _NEUTRAS | _DE_CUENTA, {numero}, papel=papel)
            elif len(numero) >= 8:
                papel = "whatsapp" if _ES_WHATSAPP.search(cerca) else ""
                self._poner("telefono", dicho, _NEUTRAS | _DE_TELEFONO, {numero[-10:]}, papel=papel)

    # ------------------------------------------------------------ horario
    def _horario(self) -> None:
        neutras = _NEUTRAS | _DE_HORARIO
        dias: frozenset[str] = frozenset()
        cerrados = [
            (m.start(), m.end(), frozenset(dias_de(m[1] or m[2]))) for m in _CIERRA.finditer(self.texto)
        ]
        for _, _, cuales in cerrados:
            self._poner("horario", frozenset(), neutras, {"cerrado"}, dias=cuales, papel="cerrado")
        diario = _ABRE_DIARIO.search(self.texto)
        if diario:
            self._poner("horario", frozenset(), neutras, {"abierto"}, dias=TODA_LA_SEMANA, papel="abierto")
        frase = 0
        for cifra in self.leido.cifras:
            if any(desde <= cifra.inicio < hasta for desde, hasta, _ in cerrados):
                continue
            corte = max((m.end() for m in _FRASE.finditer(self.texto[: cifra.inicio])), default=0)
            if corte > frase:
                frase, dias = corte, frozenset()
            if cifra.tipo == "dia":
                enlazados = re.search(r"(?:\s[ye]|,)\s*(?:los\s|el\s)?$", self.texto[: cifra.inicio])
                pegados = enlazados and not any(
                    c.tipo == "hora" and frase <= c.inicio < cifra.inicio for c in self.leido.cifras
                )
                dias = (dias | cifra.valores) if pegados else cifra.valores
            elif cifra.tipo == "hora" and cifra.papel in ("abre", "cierra"):
                suyos = dias or self._dias_despues(cifra) or self.dias_del_titulo
                self._poner(
                    "horario", self._antes(cifra), neutras, cifra.valores, dias=suyos, papel=cifra.papel
                )

    def _dias_despues(self, hora: Cifra) -> frozenset[str]:
        """«De 9 a 7 de lunes a viernes»: los días vienen después de la hora, en la misma frase."""
        fin = _FRASE.search(self.texto, hora.fin)
        hasta = fin.start() if fin else len(self.texto)
        return next(
            (c.valores for c in self.leido.cifras if c.tipo == "dia" and hora.fin <= c.inicio < hasta),
            frozenset(),
        )

    # ------------------------------------------------------------ domicilio
    def _domicilio(self) -> None:
        del_negocio = bool(_TITULO_DE_LUGAR.search(self.titulo_plano))
        hallados = [c for c in self.leido.cifras if c.tipo == "domicilio"]
        if not (del_negocio or any(c.papel == "negocio" for c in hallados)):
            return
        numeros = {n for c in hallados for valor in c.valores for n in re.findall(r"\b\d{1,5}\b", valor)}
        calles = {p for c in hallados for valor in c.valores for p in contenido(valor) if not p.isdigit()}
        if numeros and calles - _DE_LUGAR:
            propios = self.titulo - _NEUTRAS - _DE_LUGAR
            self.datos.append(
                Dato(
                    "domicilio",
                    frozenset({propios}),
                    propios,
                    frozenset(numeros),
                    papel=" ".join(sorted(calles - _DE_LUGAR)),
                )
            )

    # ------------------------------------------------------------ de qué se habla
    def _antes(self, cifra: Cifra) -> frozenset[str]:
        """Las palabras de su tramo antes de la cifra; si no las hay, ninguna."""
        cortes = [m.end() for m in _CORTE.finditer(self.texto[: cifra.inicio])]
        previas = [c.fin for c in self.leido.cifras if c.fin <= cifra.inicio and c.tipo not in _NO_CORTAN]
        desde = max([*cortes, *previas, 0])
        dicho = contenido(self._sin_cifras(desde, cifra.inicio))
        if not dicho and desde and self.texto[desde - 1] in ":(":
            # «Corte de dama: $280» — lo que manda está antes de los dos puntos.
            previo = max(
                [m.end() for m in _CORTE.finditer(self.texto[: desde - 1])]
                + [c for c in previas if c < desde]
                + [0]
            )
            dicho = contenido(self._sin_cifras(previo, desde - 1))
        return self._combinado(self.texto[desde : cifra.inicio], dicho)

    def _despues(self, fin: int) -> frozenset[str]:
        corte = _CORTE.search(self.texto, fin)
        siguientes = [c.inicio for c in self.leido.cifras if c.inicio >= fin and c.tipo not in _NO_CORTAN]
        hasta = min([corte.start() if corte else len(self.texto), *siguientes])
        return contenido(self._sin_cifras(fin, hasta))

    def _sin_cifras(self, desde: int, hasta: int) -> str:
        letras = list(self.texto)
        for c in self.leido.cifras:
            if (
                c.tipo in ("hora", "dia", "fecha", "digitos", "precio", "porcentaje")
                and desde <= c.inicio < hasta
            ):
                letras[c.inicio : c.fin] = " " * (c.fin - c.inicio)
        return "".join(letras[desde:hasta])

    def _combinado(self, tramo: str, dicho: frozenset[str]) -> frozenset[str]:
        """«Con gel» y «sin gel» son otra cosa: la palabra se queda con su «sin»."""
        for m in _COMBINA.finditer(tramo):
            if m.group().startswith("sin"):
                siguiente = re.match(r"[a-zñ]+", tramo[m.end() :])
                if siguiente:
                    dicho = dicho | {f"sin:{raiz(siguiente.group())}"}
        return dicho

    def _poner(
        self,
        tipo: TipoDato,
        dicho: frozenset[str],
        neutras: frozenset[str],
        valores: set[str] | frozenset[str],
        *,
        rango: tuple[float, float] = (0.0, 0.0),
        dias: frozenset[str] = frozenset(),
        papel: str = "",
    ) -> None:
        propias, titulo = dicho - neutras, self.titulo - neutras
        temas = {propias | titulo}
        if len(propias) >= 2:
            temas.add(propias)  # la frase se basta: «el corte de dama», en un bloque que se llama «Promos»
        self.datos.append(
            Dato(tipo, frozenset(temas), titulo - propias, frozenset(valores), rango, dias, papel)
        )


def _importe(cifra: Cifra) -> float:
    valor = next(iter(cifra.valores)).split(" ")
    # Otra moneda es otra cosa: lejos de cualquier precio en pesos.
    return float(valor[0]) + (1e9 if len(valor) > 1 else 0)
