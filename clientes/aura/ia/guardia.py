"""La guardia: ninguna cifra sale si no está en lo que Nora sabe, y del producto del que se habla.

Revisa precios, horas, fechas, teléfonos, domicilios, ligas, cuentas y porcentajes de una respuesta contra sus apoyos:
los bloques mostrados, la ficha del contacto y lo que devolvieron las herramientas en este turno. Lo que dijo el cliente
no es apoyo: «¿verdad que cuesta 50?» no hace cierto ese precio. Pura: no toca la base ni la red.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Literal

from ..conversacion.texto import juntar
from .cifras import TODA_LA_SEMANA, Cifra, Leido, leer, normalizar
from .palabras import contenido, raiz
from .sitios import CON_TITULO, DE_TIEMPO, Sitio, palabras_de, sitios

FICHA = "ficha"
PESO_DE_LA_FRASE = 0.3
PESO_DEL_TITULO = 0.4
# Lo más que se lee: un mensaje de WhatsApp y un bloque entero; leer de más es lento y no hace falta.
LARGO_MAXIMO = 2_000
LARGO_DE_APOYO = 8_000
# Números sueltos hasta diez cuentan cosas («las 2 opciones»), no prometen nada.
MAXIMO_LIBRE = 10
_CON_PRODUCTO = frozenset({"precio", "porcentaje", "medida", "promocion", "hora", "dia", "numero", "fecha"})
_DE_COBRO = frozenset({"precio", "porcentaje", "promocion"})
_NIEGA = re.compile(r"\b(?:no|ni|sin|tampoco|ningun|ninguna|nunca)\b")
_TROZOS = re.compile(r"[a-zñ]+|\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Evidencia:
    """Un texto que la guardia da por cierto. `origen`: «ficha» es del contacto, no del negocio."""

    titulo: str
    texto: str
    origen: str = ""


@dataclass(frozen=True)
class Hallazgo:
    """Algo que no se puede mandar: una cifra sin apoyo, o las indicaciones de la Nora repetidas al cliente."""

    tipo: str
    texto: str
    razon: Literal["no_esta", "de_otra_cosa", "indicaciones"]


def explicar(hallazgos: Sequence[Hallazgo]) -> list[str]:
    """Una frase por razón, para la nota de quien revisa."""
    frases = []
    for razon, principio in (
        ("no_esta", "No está en lo que Nora sabe"),
        ("de_otra_cosa", "Nora lo sabe de otra cosa"),
        ("indicaciones", "Repite las indicaciones que le diste"),
    ):
        textos = [f"«{h.texto}»" for h in hallazgos if h.razon == razon]
        if textos:
            frases.append(f"{principio}: {', '.join(textos)}.")
    return frases


@dataclass
class _Fuente:
    evidencia: Evidencia
    leido: Leido
    palabras: frozenset[str]
    titulo: frozenset[str]
    sitios: list[Sitio] = field(default_factory=list)


def revisar(
    respuesta: str, evidencias: Sequence[Evidencia], *, pregunta: str = "", hoy: date
) -> list[Hallazgo]:
    """Lo que la respuesta afirma sin apoyo; vacía si se puede mandar.

    Args:
        pregunta: lo que escribió el cliente; dice de qué se habla cuando la respuesta no lo repite.
        hoy: la fecha en la zona de la Nora, para entender «hoy» y «mañana».
    """
    if len(respuesta) > LARGO_MAXIMO:
        return [Hallazgo("largo", f"{respuesta[:40]}…", "no_esta")]
    recortadas = [Evidencia(e.titulo[:200], e.texto[:LARGO_DE_APOYO], e.origen) for e in evidencias]
    return _Revision(respuesta, recortadas, pregunta[:LARGO_MAXIMO], hoy).hallazgos()


class _Revision:
    def __init__(self, respuesta: str, evidencias: Sequence[Evidencia], pregunta: str, hoy: date) -> None:
        self._hoy = hoy
        self._pregunta = leer(pregunta, hoy)
        self._respuesta = leer(respuesta, hoy)
        self._fuentes = [self._fuente(n, evidencia) for n, evidencia in enumerate(evidencias)]
        self._palabras_de_la_pregunta = palabras_de(self._pregunta, 0, len(pregunta) * 4)
        dias = [c.valores for c in self._pregunta.cifras if c.tipo == "dia"]
        self._dias_de_la_pregunta = frozenset().union(*dias)

    def _fuente(self, numero: int, evidencia: Evidencia) -> _Fuente:
        leido = leer(evidencia.texto, self._hoy)
        titulo = contenido(leer(evidencia.titulo, self._hoy).texto)
        fuente = _Fuente(evidencia, leido, contenido(leido.texto) | titulo, titulo)
        fuente.sitios = list(sitios(leido, numero))
        return fuente

    def hallazgos(self) -> list[Hallazgo]:
        """Cada cifra sin apoyo, en orden y sin repetir."""
        malos: dict[tuple[str, str], Hallazgo] = {}
        for sitio in sitios(self._respuesta, -1):
            razon = self._razon(sitio)
            if razon:
                hallazgo = Hallazgo(sitio.cifra.tipo, sitio.cifra.texto, razon)
                malos.setdefault((hallazgo.tipo, hallazgo.texto), hallazgo)
        return list(malos.values())

    def _razon(self, sitio: Sitio) -> Literal["no_esta", "de_otra_cosa"] | None:
        cifra = sitio.cifra
        if cifra.tipo == "domicilio":
            return None if self._esta_el_domicilio(cifra) else "no_esta"
        if cifra.papel == "relativo" or self._se_puede_decir(sitio):
            return None
        apoyos = self._apoyos(cifra)
        if not apoyos:
            return "no_esta"
        return None if cifra.tipo not in _CON_PRODUCTO or self._es_de_esto(sitio, apoyos) else "de_otra_cosa"

    # ------------------------------------------------------------ está o no está
    def _se_puede_decir(self, sitio: Sitio) -> bool:
        """Lo que no promete nada: contar hasta diez, repetir una cantidad del cliente, decir que algo no se ofrece."""
        cifra = sitio.cifra
        valor = next(iter(cifra.valores))
        if cifra.tipo == "numero":
            es_chico = "." not in valor and int(valor) <= MAXIMO_LIBRE
            return es_chico or self._lo_dijo_el_cliente(cifra)
        if cifra.tipo == "medida" and not valor.endswith(("minuto", "dia", "mes")):
            return self._lo_dijo_el_cliente(cifra)
        if cifra.tipo == "promocion" and valor in ("descuento", "gratis"):
            return bool(_NIEGA.search(self._respuesta.texto[max(0, cifra.inicio - 40) : cifra.inicio]))
        return False

    def _lo_dijo_el_cliente(self, cifra: Cifra) -> bool:
        return any(c.tipo == cifra.tipo and c.valores & cifra.valores for c in self._pregunta.cifras)

    def _apoyos(self, cifra: Cifra) -> list[Sitio]:
        """Los lugares de los apoyos que dicen esa cifra."""
        apoyos = [s for f in self._fuentes for s in f.sitios if _coinciden(cifra, s.cifra)]
        if not cifra.todos:
            return apoyos
        dichos: frozenset[str] = frozenset().union(*(s.cifra.valores for s in apoyos))
        return apoyos if cifra.valores <= dichos else []

    def _esta_el_domicilio(self, cifra: Cifra) -> bool:
        """Que las palabras que lo nombran estén juntas en un mismo apoyo; el del cliente no es el del negocio."""
        palabras = _TROZOS.findall(cifra.texto)
        buscadas = {raiz(p) for p in palabras if raiz(p) not in _DE_DOMICILIO}
        fuentes = [f for f in self._fuentes if not (cifra.papel and f.evidencia.origen == FICHA)]
        return (
            any(buscadas <= (self._todas(f) | self._palabras_de_la_pregunta) for f in fuentes) or not buscadas
        )

    @staticmethod
    def _todas(fuente: _Fuente) -> set[str]:
        return {raiz(p) for p in _TROZOS.findall(fuente.leido.texto)} | fuente.titulo

    # ------------------------------------------------------------ es de esto o de otra cosa
    def _es_de_esto(self, sitio: Sitio, apoyos: list[Sitio]) -> bool:
        if sitio.cifra.tipo == "hora" and not self._hora_en_su_dia(sitio, apoyos):
            return False
        if sitio.cifra.tipo in CON_TITULO and not self._en_un_bloque_del_tema(sitio, apoyos):
            return False
        return self._es_el_mas_cercano(sitio, apoyos)

    def _hora_en_su_dia(self, sitio: Sitio, apoyos: list[Sitio]) -> bool:
        papel = sitio.cifra.papel
        en_papel = [a for a in apoyos if not papel or not a.cifra.papel or a.cifra.papel == papel]
        if not en_papel:
            return False
        dias = sitio.dias or self._dias_de_la_pregunta
        if not dias:
            return True
        sin_dia = any(not a.dias for a in en_papel)
        cubiertos: frozenset[str] = frozenset().union(*(a.dias for a in en_papel))
        if not sin_dia and not dias <= cubiertos:
            return False
        if any(a.dias and a.dias != TODA_LA_SEMANA and a.dias & dias for a in en_papel):
            return True
        # «Diario hasta las 11; los domingos hasta las 10»: para el domingo manda lo que habla del domingo.
        suyas = {a.fuente for a in en_papel}
        especiales = [
            s
            for s in self._del_tipo("hora")
            if s.fuente in suyas
            and s.dias
            and s.dias != TODA_LA_SEMANA
            and dias <= s.dias
            and papel
            and s.cifra.papel == papel
        ]
        return not especiales

    def _en_un_bloque_del_tema(self, sitio: Sitio, apoyos: list[Sitio]) -> bool:
        """Si se nombra el tema de un bloque, la cifra debe venir de uno que hable de él."""
        if not self._del_titulo_dicho(sitio, apoyos):
            return False
        temas = self._raices_de_titulos & sitio.tramo
        if not temas and not sitio.sigue_a_otra:
            temas = self._raices_de_titulos & sitio.frase
        if temas or sitio.tramo:
            return all(any(tema in self._fuentes[a.fuente].palabras for a in apoyos) for tema in temas)
        # Solo la pregunta dice de qué se habla, y puede nombrar de paso otro tema.
        temas = self._raices_de_titulos & self._palabras_de_la_pregunta
        return not temas or any(tema in self._fuentes[a.fuente].palabras for a in apoyos for tema in temas)

    def _del_titulo_dicho(self, sitio: Sitio, apoyos: list[Sitio]) -> bool:
        """«Examen de ubicación: $3,800»: con el título entero de un bloque, la cifra es de él o de otro que lo diga."""
        dicho = self._respuesta.texto[: sitio.cifra.inicio].rsplit("\n", 1)[-1]
        dicho = re.split(r"[.;!?](?:\s|$)", dicho)[-1]
        nombrados = [
            n for n, titulo in enumerate(self._titulos) if " " in titulo and _contiene(dicho, titulo)
        ]
        if not nombrados or sitio.sigue_a_otra:
            return True
        return any(
            a.fuente == n or _contiene(self._fuentes[a.fuente].leido.texto, self._titulos[n])
            for a in apoyos
            for n in nombrados
        )

    def _es_el_mas_cercano(self, sitio: Sitio, apoyos: list[Sitio]) -> bool:
        """Otra cifra que comparte más palabras con lo dicho es la de eso de que se habla."""
        rivales = [s for tipo in {a.cifra.tipo for a in apoyos} for s in self._del_tipo(tipo)]
        if sitio.sigue_a_otra and not sitio.tramo:
            return True  # «$4,000 de enganche y $850 al mes»: no se puede saber de qué es la segunda
        dichas = sitio.tramo or sitio.frase or self._palabras_de_la_pregunta
        dichas = dichas - {f"fecha:{valor}" for valor in sitio.cifra.valores}
        pesos = self._pesos(rivales)
        if sitio.cifra.tipo in DE_TIEMPO and not (sitio.tramo or sitio.frase):
            # Solo la pregunta dice de qué se habla: alcanza para distinguir un bloque de otro, no un renglón.
            suyas = {a.fuente for a in apoyos}
            rivales = [s for s in rivales if s.fuente not in suyas]
        propios = {id(a) for a in apoyos}

        def puntos(otro: Sitio) -> float:
            # Lo demás de la frase distingue un bloque de otro, no dos cifras de la misma frase.
            suyas = otro.tramo | otro.frase | self._fuentes[otro.fuente].titulo
            resto = sum(pesos.get(palabra, 1.0) for palabra in (sitio.frase - dichas) & suyas)
            return self._puntos(dichas, otro, pesos) + PESO_DE_LA_FRASE * resto

        if not any(self._puntos(dichas, s, pesos) for s in rivales):
            return not self._es_de_algo_desconocido(sitio)
        mejor_propio = max(puntos(a) for a in apoyos)
        mejor_ajeno = max((puntos(s) for s in rivales if id(s) not in propios), default=0.0)
        return mejor_propio >= mejor_ajeno - 1e-9

    def _es_de_algo_desconocido(self, sitio: Sitio) -> bool:
        """«Los tulipanes cuestan $750»: lo que el cliente pidió, y de eso ningún apoyo dice nada."""
        if sitio.cifra.tipo not in _DE_COBRO:
            return False
        nombradas = sitio.tramo | sitio.frase or palabras_de(self._respuesta, 0, sitio.cifra.inicio)
        pedidas = nombradas & self._palabras_de_la_pregunta
        sabidas: frozenset[str] = frozenset().union(*(f.palabras for f in self._fuentes))
        return bool(pedidas) and not pedidas & sabidas

    def _puntos(self, dichas: Iterable[str], otro: Sitio, pesos: dict[str, float]) -> float:
        titulo = self._fuentes[otro.fuente].titulo
        total = 0.0
        for palabra in dichas:
            if palabra in otro.tramo:
                cerca = 1.0
            elif palabra in titulo:
                cerca = PESO_DEL_TITULO
            elif palabra in otro.frase:
                cerca = PESO_DE_LA_FRASE
            else:
                continue
            total += cerca * pesos.get(palabra, 1.0)
        return total

    @staticmethod
    def _pesos(rivales: list[Sitio]) -> dict[str, float]:
        """Lo que dicen todos los rivales no distingue a ninguno."""
        veces: dict[str, int] = {}
        for rival in rivales:
            for palabra in rival.tramo:
                veces[palabra] = veces.get(palabra, 0) + 1
        return {palabra: 1 / cuantas for palabra, cuantas in veces.items()}

    def _del_tipo(self, tipo: str) -> list[Sitio]:
        return [s for f in self._fuentes for s in f.sitios if s.cifra.tipo == tipo]

    @cached_property
    def _titulos(self) -> list[str]:
        return [" ".join(_TROZOS.findall(normalizar(f.evidencia.titulo))) for f in self._fuentes]

    @cached_property
    def _raices_de_titulos(self) -> frozenset[str]:
        return frozenset().union(*(f.titulo for f in self._fuentes))


_DE_DOMICILIO = frozenset(
    raiz(palabra)
    for palabra in juntar(
        """
        calle calz calzada av avda avenida blvd blv bulevar boulevard carretera col colonia fraccionamiento
        fracc plaza privada callejon esquina con esq cp codigo postal sucursal frente al a junto estamos ubicado
        ubicada ubicados en nos encuentras visitanos te esperamos la el los las de del y km kilometro aqui muy
        cerca numero no local piso ciudad por para que es un una nuestro nuestra mapa
        """
    )
)


def _contiene(texto: str, trozo: str) -> bool:
    """Si el texto ya normalizado dice esas palabras seguidas."""
    return f" {trozo} " in f" {' '.join(_TROZOS.findall(texto))} "


def _coinciden(dicha: Cifra, sabida: Cifra) -> bool:
    """Si dos cifras pueden ser la misma. Un número sin señas vale por lo que sea; con señas, solo por lo suyo."""
    if dicha.tipo == "digitos" and sabida.tipo == "digitos":
        return _mismos_digitos(next(iter(dicha.valores)), next(iter(sabida.valores)))
    if dicha.tipo == sabida.tipo:
        return bool(dicha.valores & sabida.valores)
    # Un precio dicho puede venir de un número suelto («Corte: 180»), pero no de una hora ni de un porcentaje.
    if dicha.tipo == "numero" or (sabida.tipo == "numero" and dicha.tipo in ("precio", "medida")):
        return bool({_sin_sena(v) for v in dicha.valores} & {_sin_sena(v) for v in sabida.valores})
    return False


def _mismos_digitos(una: str, otra: str) -> bool:
    """Con o sin lada de país es el mismo teléfono; una cuenta o una CLABE deben ser iguales."""
    largos = sorted((len(una), len(otra)))
    return una == otra or (largos[0] >= 10 and largos[1] <= 13 and una[-10:] == otra[-10:])


def _sin_sena(valor: str) -> str:
    """«30 minuto» → «30»; «25-12» → «25»: «el 25» es un día del mes."""
    return re.split(r"[ -]", valor, maxsplit=1)[0]
