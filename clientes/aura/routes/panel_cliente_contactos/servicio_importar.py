"""Importar una hoja de contactos en pasos: subirla, decir qué es cada columna y pasarla por tramos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ...utils.auth_utils import Identidad
from ...utils.errores import ErrorDatoInvalido, ErrorNoEncontrado
from ...utils.hojas import descifrar
from . import consultas, consultas_importar, hoja
from .modelos import Avance, CampoPropio, Importacion

RENGLONES_POR_TRAMO = 250
MUESTRA = 5
MALOS_EN_PANTALLA = 50
LARGO_ETIQUETA = 40


@dataclass(frozen=True)
class VistaPrevia:
    """Lo que se enseña antes de importar. `malos`: los primeros; `cuantos_malos`: todos."""

    hoja: hoja.Hoja
    columnas: dict[str, str]
    campos: list[CampoPropio]
    buenos: int
    malos: list[dict[str, object]]
    cuantos_malos: int

    @property
    def muestra(self) -> list[list[str]]:
        """Los primeros renglones, todos del mismo ancho."""
        ancho = len(self.hoja.encabezados)
        return [(celdas + [""] * ancho)[:ancho] for _, celdas in self.hoja.renglones[:MUESTRA]]

    def destinos(self) -> list[tuple[str, str]]:
        """A dónde puede ir una columna."""
        fijos = [(clave, nombre) for clave, (nombre, _) in hoja.DESTINOS.items()]
        return [("", "No importar"), *fijos, *((f"propio:{c.id}", c.nombre) for c in self.campos)]


def subir(nombre_nora: str, archivo: str, datos: bytes, quien: Identidad) -> str:
    """Guarda la hoja; devuelve su id.

    Raises:
        ErrorDatoInvalido: con `campo="archivo"` si no se puede leer.
    """
    texto = descifrar(datos)
    leida = hoja.leer(texto.contenido, texto.separador)
    return consultas_importar.crear(
        nombre_nora,
        archivo=archivo[:120],
        codificacion=texto.codificacion,
        separador=texto.separador,
        encabezados=leida.encabezados,
        contenido=texto.contenido,
        total=len(leida.renglones),
        usuario_id=quien.usuario_id,
    )


def leer(nombre_nora: str, importacion_id: str) -> Importacion:
    """Una hoja subida.

    Raises:
        ErrorNoEncontrado: no es de esta Nora.
    """
    importacion = consultas_importar.leer(nombre_nora, importacion_id)
    if importacion is None:
        raise ErrorNoEncontrado
    return importacion


def ultimas(nombre_nora: str) -> list[Importacion]:
    """Las hojas más nuevas."""
    return consultas_importar.ultimas(nombre_nora, 10)


def vista_previa(
    nombre_nora: str, importacion: Importacion, elegidas: Mapping[str, str] | None = None
) -> VistaPrevia:
    """Cómo quedaría, con las columnas elegidas o con las que se adivinan."""
    campos = consultas.campos(nombre_nora)
    leida = hoja.leer(importacion.contenido, importacion.separador)
    columnas = hoja.adivinar_columnas(leida, campos)
    if elegidas is not None:
        columnas = {posicion: elegidas.get(f"columna-{posicion}", "") for posicion in columnas}
    revisados = hoja.revisar(leida.renglones, columnas, len(leida.encabezados), campos)
    return VistaPrevia(
        leida,
        columnas,
        campos,
        len(revisados.buenos),
        revisados.malos[:MALOS_EN_PANTALLA],
        len(revisados.malos),
    )


def empezar(nombre_nora: str, importacion: Importacion, previa: VistaPrevia, etiqueta: str) -> None:
    """Deja dicho a dónde va cada columna y la pone a correr; si ya corría, no cambia nada.

    Raises:
        ErrorDatoInvalido: falta la columna del teléfono, dos van al mismo lado o la etiqueta no cabe.
    """
    usadas = [destino for destino in previa.columnas.values() if destino]
    validos = {clave for clave, _ in previa.destinos()}
    if "telefono" not in usadas:
        raise ErrorDatoInvalido("Di cuál columna trae el WhatsApp.")
    if len(set(usadas)) != len(usadas) or not set(usadas) <= validos:
        raise ErrorDatoInvalido("Dos columnas van al mismo dato; deja una en «No importar».")
    if len(etiqueta) > LARGO_ETIQUETA:
        raise ErrorDatoInvalido(f"La etiqueta lleva {LARGO_ETIQUETA} letras como mucho.")
    consultas_importar.empezar(nombre_nora, importacion.id, previa.columnas, [etiqueta] if etiqueta else [])


def seguir(nombre_nora: str, importacion: Importacion, quien: Identidad) -> Avance:
    """Pasa el tramo que sigue. Repetirlo, o hacerlo en dos pestañas, no guarda nada dos veces."""
    desde = importacion.posicion
    if importacion.estado != "corriendo":
        return como_avance(importacion)
    campos = consultas.campos(nombre_nora)
    leida = hoja.leer(importacion.contenido, importacion.separador)
    tramo = leida.renglones[desde : desde + RENGLONES_POR_TRAMO]
    revisados = hoja.revisar(tramo, importacion.columnas, len(leida.encabezados), campos)
    return consultas_importar.importar_tramo(
        nombre_nora,
        importacion.id,
        desde,
        desde + len(tramo),
        revisados.buenos,
        revisados.malos,
        quien.usuario_id,
    )


def como_avance(importacion: Importacion) -> Avance:
    """Por dónde va una hoja que ya se leyó."""
    return Avance(**{**importacion.model_dump(exclude={"errores"}), "errores": len(importacion.errores)})


def descartar(nombre_nora: str, importacion_id: str) -> None:
    """Olvida una hoja que no se llegó a importar."""
    consultas_importar.descartar(nombre_nora, importacion_id)


def errores_csv(importacion: Importacion) -> str:
    """Los renglones que no entraron, con su línea y su razón, para corregirlos y volver a subirlos."""
    ancho = max((len(malo["celdas"]) for malo in importacion.errores), default=0)
    encabezados = (list(importacion.encabezados) + [""] * ancho)[: max(ancho, len(importacion.encabezados))]
    return "\ufeff" + hoja.como_csv(
        ["Línea", "Qué pasó", *encabezados],
        [[str(malo["linea"]), str(malo["razon"]), *malo["celdas"]] for malo in importacion.errores],
    )


PLANTILLA = "\ufeff" + hoja.como_csv(
    ["WhatsApp", "Nombre", "Correo", "Notas", "Etiquetas"],
    [["6621234567", "Ana López", "ana@correo.mx", "Prefiere las tardes", "VIP, Mayoreo"]],
)
