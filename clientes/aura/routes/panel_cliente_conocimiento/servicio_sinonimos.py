"""Las palabras que los clientes cambian por otras: las que escribe el dueño y la lista que trae Nora."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from ...ia.escritura import PALABRA, plano
from ...ia.sinonimos import TODA_LA_LISTA, GrupoComun, lista_comun
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from . import consultas_sinonimos
from .consultas_sinonimos import GrupoPropio

GRUPOS_MAXIMOS = 200
PALABRAS_MAXIMAS = 12
LARGO_DE_PALABRA = 40
PARA_RECUPERAR = timedelta(days=1)
_SEPARADORES = re.compile(r"[,;/=\n]+")


@dataclass(frozen=True)
class GrupoDeLista:
    """Un grupo de la lista de todas las Noras y si esta lo usa."""

    clave: str
    palabras: tuple[str, ...]
    activo: bool


@dataclass(frozen=True)
class Vista:
    """Lo que se pinta.

    Args:
        propios: los que agregó la Nora, el último primero.
        temas: la lista de todas, por tema y en su orden.
        lista_activa: si la Nora usa la lista de todas.
        apagados: cuántos grupos de la lista apagó uno por uno.
    """

    propios: tuple[GrupoPropio, ...]
    temas: list[tuple[str, list[GrupoDeLista]]]
    lista_activa: bool
    apagados: int


def ver(nombre_nora: str, buscado: str = "") -> Vista:
    """Los de la Nora y la lista de todas; con `buscado`, solo los grupos que tienen algo así."""
    leidos = consultas_sinonimos.leer(nombre_nora)
    comunes = [g for g in lista_comun() if _tiene(g.palabras, buscado)]

    def de_lista(grupo: GrupoComun) -> GrupoDeLista:
        return GrupoDeLista(grupo.clave, grupo.palabras, grupo.clave not in leidos.apagados)

    return Vista(
        tuple(g for g in leidos.grupos if _tiene(g.palabras, buscado)),
        [(tema, [de_lista(g) for g in suyos]) for tema, suyos in groupby(comunes, key=lambda g: g.tema)],
        TODA_LA_LISTA not in leidos.apagados,
        len(leidos.apagados - {TODA_LA_LISTA}),
    )


def guardar(nombre_nora: str, grupo_id: str | None, escrito: str, usuario_id: str) -> tuple[str, ...]:
    """Agrega un grupo (sin id) o cambia uno; devuelve sus palabras como quedaron.

    Raises:
        ErrorDatoInvalido: no son entre dos y doce palabras distintas, ya está ese grupo, o hay demasiados.
        ErrorNoEncontrado: no es de esta Nora.
    """
    hay = {g.id: _llave(g.palabras) for g in consultas_sinonimos.leer(nombre_nora).grupos}
    if grupo_id is not None and grupo_id not in hay:
        raise ErrorNoEncontrado
    palabras = partir(escrito)
    if any(llave == _llave(palabras) for id_, llave in hay.items() if id_ != grupo_id):
        raise ErrorDatoInvalido("Ya tienes un grupo con esas palabras.")
    if grupo_id is None:
        if len(hay) >= GRUPOS_MAXIMOS:
            raise ErrorDatoInvalido(f"Ya hay {GRUPOS_MAXIMOS} grupos. Borra alguno que no uses.")
        consultas_sinonimos.agregar(nombre_nora, palabras, usuario_id)
    elif not consultas_sinonimos.cambiar(nombre_nora, grupo_id, palabras, usuario_id):
        raise ErrorNoEncontrado
    return palabras


def partir(escrito: str) -> tuple[str, ...]:
    """«Chela, cerveza / cheve» en sus palabras, sin repetir.

    Raises:
        ErrorDatoInvalido: no son entre dos y doce palabras distintas de a lo más 40 letras.
    """
    palabras: dict[tuple[str, ...], str] = {}
    for trozo in _SEPARADORES.split(escrito):
        limpio = " ".join(trozo.split())
        letras = tuple(PALABRA.findall(plano(limpio)))
        if not letras:
            continue
        if len(limpio) > LARGO_DE_PALABRA:
            raise ErrorDatoInvalido(f"«{limpio[:20]}…» es muy largo: hasta {LARGO_DE_PALABRA} letras.")
        palabras.setdefault(letras, limpio)
    if len(palabras) < 2:
        raise ErrorDatoInvalido("Escribe al menos dos palabras distintas, separadas por comas.")
    if len(palabras) > PALABRAS_MAXIMAS:
        raise ErrorDatoInvalido(f"Son demasiadas: hasta {PALABRAS_MAXIMAS} palabras en cada grupo.")
    return tuple(palabras.values())


def borrar(nombre_nora: str, grupo_id: str) -> None:
    """Deja de usar un grupo; se puede recuperar un rato.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    ahora = datetime.now(UTC)
    if not consultas_sinonimos.borrar(nombre_nora, grupo_id, ahora):
        raise ErrorNoEncontrado
    consultas_sinonimos.olvidar_borrados(nombre_nora, ahora - PARA_RECUPERAR)


def recuperar(nombre_nora: str, grupo_id: str) -> None:
    """Vuelve a usar un grupo recién borrado.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    if not consultas_sinonimos.borrar(nombre_nora, grupo_id, None):
        raise ErrorNoEncontrado


def usar(nombre_nora: str, clave: str, activo: bool, usuario_id: str) -> None:
    """Enciende o apaga un grupo de la lista de todas, o la lista entera con «*».

    Raises:
        ErrorNoEncontrado: no hay un grupo con esa clave.
    """
    if clave != TODA_LA_LISTA and all(g.clave != clave for g in lista_comun()):
        raise ErrorNoEncontrado
    if activo:
        consultas_sinonimos.encender(nombre_nora, clave)
    else:
        consultas_sinonimos.apagar(nombre_nora, clave, usuario_id)


def _llave(palabras: tuple[str, ...]) -> frozenset[str]:
    return frozenset(plano(p) for p in palabras)


def _tiene(palabras: tuple[str, ...], buscado: str) -> bool:
    return plano(buscado.strip()) in plano(" ".join(palabras))
