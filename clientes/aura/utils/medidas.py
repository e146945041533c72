"""Lo que cada proceso cuenta de sí mismo para Prometheus. Lo que está en la base lo lee `metricas.py` al contestar.

Las etiquetas salen de listas cerradas (regla, decisor, código): nunca el nombre de alguien, un texto ni un teléfono.
"""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

PETICIONES = Counter("nora_peticiones", "Peticiones contestadas", ("metodo", "regla", "estado"))
DURACION = Histogram(
    "nora_peticion_segundos",
    "Cuánto tarda una petición, por regla",
    ("regla",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
WEBHOOK = Histogram(
    "nora_webhook_segundos",
    "Cuánto tarda en contestarse un webhook",
    ("clase",),
    buckets=(0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15),
)
TURNOS = Counter("nora_turnos", "Turnos contestados, por quién decidió", ("decisor",))
ERRORES_DE_PROVEEDOR = Counter(
    "nora_proveedor_errores", "Lo que un proveedor rechazó o no contestó", ("proveedor", "codigo")
)
LLAMADAS_A_PROVEEDOR = Histogram(
    "nora_proveedor_segundos",
    "Cuánto tarda un proveedor en contestar",
    ("proveedor",),
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
TOKENS = Counter("nora_ia_tokens", "Tokens de modelos de lenguaje", ("sentido",))
SOCKETS = Gauge("nora_sockets", "Navegadores conectados", multiprocess_mode="livesum")
POLITICA = Counter(
    "nora_politica_frenado", "Lo que la política de contenido frenó en un navegador", ("directiva",)
)
FRENOS = Counter("nora_frenos", "Peticiones frenadas y firmas de webhook que no eran", ("cual",))


def error_de_proveedor(proveedor: str, codigo: int | str | None) -> None:
    """Cuenta algo que un proveedor no hizo; sin código es que no contestó."""
    ERRORES_DE_PROVEEDOR.labels(proveedor, str(codigo) if codigo else "sin_respuesta").inc()
