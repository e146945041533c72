"""Una base de usar y tirar con negocios del corpus, y sus preguntas pasadas por el camino de verdad."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app_config import Config
from clientes.aura.conversacion.cola import instalar_cola
from clientes.aura.ia import conocimiento, consultas
from clientes.aura.ia.codificador import codificador_actual
from clientes.aura.ia.indexar import indexar_faltantes
from clientes.aura.ia.motor_local import Candidato
from clientes.aura.migraciones import aplicar
from clientes.aura.supabase_local import ServidorPostgres, crear_api
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase, usar_conexion
from clientes.aura.utils.supabase_helpers import ejecutar

from .corpus_conocimiento import NegocioDeCorpus, Pregunta

TODOS = 50


@dataclass(frozen=True)
class Caso:
    """Una pregunta con los bloques que la base encontró; `buenos` son los títulos que la contestan.

    `simples`: todos los bloques con las medidas de la pregunta tal como llegó, para las referencias.
    """

    negocio: str
    pregunta: Pregunta
    buenos: frozenset[str]
    candidatos: list[Candidato]
    simples: list[Candidato]


@contextmanager
def banco() -> Iterator[None]:
    """Levanta la base embebida y la deja como conexión del proceso."""
    carpeta = Path(tempfile.mkdtemp(prefix="nora-medida-"))
    carpeta.chmod(0o755)
    servidor = ServidorPostgres(carpeta / "pg")
    try:
        direcciones = servidor.asegurar()
        aplicar(direcciones.servicio)
        instalar_cola(direcciones.servicio)
        config = Config(ENTORNO="pruebas", SUPABASE_DB_URL=direcciones.servicio, NORA_DATOS=carpeta / "datos")
        conexion = ConexionSupabase(
            config, crear_api(direcciones.api, jwt_secreto=config.SUPABASE_JWT_SECRET)
        )
        usar_conexion(conexion)
        try:
            yield
        finally:
            conexion.cerrar()
    finally:
        servidor.detener()
        shutil.rmtree(carpeta, ignore_errors=True)


def ensenar(nombre_nora: str, bloques: Sequence[tuple[str, str]]) -> None:
    """Crea una Nora con esos (título, contenido) y calcula sus vectores."""
    fila = {
        "nombre_nora": nombre_nora,
        "nombre_visible": nombre_nora,
        "numero_nora": f"+1555{abs(hash(nombre_nora)) % 10**7:07d}",
    }
    ejecutar(supabase.table("configuracion_bot").insert(fila))
    filas = [{"nombre_nora": nombre_nora, "titulo": t, "contenido": c} for t, c in bloques]
    ejecutar(supabase.table("conocimiento_nora").insert(filas))
    while indexar_faltantes(nombre_nora):
        pass


def casos_de(negocio: NegocioDeCorpus) -> list[Caso]:
    """Enseña un negocio y busca cada una de sus preguntas."""
    ensenar(negocio.clave, [(b.titulo, b.contenido) for b in negocio.bloques])
    titulos = {b.id: b.titulo for b in negocio.bloques}
    return [
        Caso(
            negocio.clave,
            pregunta,
            frozenset(titulos[b] for b in pregunta.bloques),
            conocimiento.buscar(negocio.clave, pregunta.texto),
            _tal_como_llego(negocio.clave, pregunta.texto),
        )
        for pregunta in negocio.preguntas
    ]


def _tal_como_llego(nombre_nora: str, texto: str) -> list[Candidato]:
    vector = codificador_actual().codificar([texto])[0]
    return consultas.buscar_bloques(nombre_nora, texto, vector, TODOS).candidatos


def milisegundos_por_pregunta(bloques: int, preguntas: Sequence[str]) -> list[float]:
    """Cuánto tarda cada pregunta, de principio a fin, en una Nora con tantos bloques; la primera vuelta no cuenta."""
    materias = (
        "corte",
        "tinte",
        "llanta",
        "pastel",
        "consulta",
        "clase",
        "renta",
        "envío",
        "pieza",
        "servicio",
    )
    ensenar(
        "grande",
        [
            (
                f"{materias[n % 10].capitalize()} modelo {n}",
                f"El {materias[n % 10]} número {n} cuesta ${n + 90} y se entrega en {n % 9 + 1} días hábiles.",
            )
            for n in range(bloques)
        ],
    )
    for pregunta in preguntas:
        conocimiento.probar("grande", pregunta)
    tiempos = []
    for pregunta in preguntas:
        inicio = time.perf_counter()
        conocimiento.probar("grande", pregunta)
        tiempos.append((time.perf_counter() - inicio) * 1000)
    return tiempos
