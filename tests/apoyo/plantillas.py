"""Las plantillas se compilan una vez por proceso de pruebas, no una vez por aplicación."""

from __future__ import annotations

from jinja2.bccache import Bucket, BytecodeCache


class CompiladasEnMemoria(BytecodeCache):
    """Guarda lo compilado por nombre y contenido: compilar era un tercio de lo que tardaba una prueba."""

    def __init__(self) -> None:
        self._guardadas: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        guardada = self._guardadas.get(bucket.key + bucket.checksum)
        if guardada is not None:
            bucket.bytecode_from_string(guardada)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._guardadas[bucket.key + bucket.checksum] = bucket.bytecode_to_string()


COMPILADAS = CompiladasEnMemoria()
