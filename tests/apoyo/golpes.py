"""Morir con SIGKILL en un punto con nombre del camino de un mensaje, sin que el programa sepa que lo están probando.

`python -m apoyo.golpes web|trabajador` arranca el proceso de siempre con unas cuantas funciones nuestras envueltas: si
el punto está armado (existe su archivo), el proceso se mata ahí mismo. Un archivo solo lo gasta un proceso.
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
from apoyo.vivo import esperar, puerto_libre

RAIZ = Path(__file__).resolve().parents[2]
CARPETA = "NORA_PRUEBAS_GOLPES"
# En el orden del camino. Los dos de los proveedores los da su doble, mientras el proceso espera su respuesta.
PUNTOS = (
    "antes_de_guardar",
    "guardado_sin_contestar",
    "trabajo_tomado",
    "durante_el_modelo",
    "tras_el_modelo",
    "salida_guardada",
    "marcado_enviando",
    "aceptado_sin_respuesta",
    "contestado_sin_guardar",
    "guardado_sin_terminar",
)


_armados = itertools.count()


def armar(carpeta: Path, punto: str) -> None:
    """El siguiente que pase por ese punto muere; armado dos veces, mueren dos."""
    (carpeta / f"{punto}.{next(_armados)}").touch()


def toca(carpeta: Path, punto: str) -> bool:
    """Si está armado; quien recibe verdadero lo gastó."""
    for archivo in carpeta.glob(f"{punto}.*"):
        try:
            archivo.unlink()
        except FileNotFoundError:
            continue  # otro proceso lo gastó antes
        return True
    return False


class Procesos:
    """Un servidor web y trabajadores que se vuelven a levantar cada vez que mueren, como con systemd."""

    def __init__(self, carpeta: Path, entorno: dict[str, str], trabajadores: int) -> None:
        self.carpeta = carpeta
        self.puerto = puerto_libre()
        self.url = f"http://127.0.0.1:{self.puerto}"
        self.muertes: list[float] = []  # cuándo se vio cada una, en time.monotonic()
        self._entorno = {**os.environ, **entorno, CARPETA: str(carpeta), "PORT": str(self.puerto)}
        self._entorno["PYTHONPATH"] = os.pathsep.join([str(RAIZ / "tests"), str(RAIZ)])
        self._quienes = ["web", *["trabajador"] * trabajadores]
        self._vivos: list[subprocess.Popen[bytes]] = []
        self._candado = threading.Lock()
        self._alto = threading.Event()
        self._vigia = threading.Thread(target=self._vigilar, daemon=True)

    def __enter__(self) -> Procesos:
        self._vivos = [self._lanzar(quien) for quien in self._quienes]
        self._vigia.start()
        esperar(lambda: contesta(self.url), "el servidor web", segundos=40)
        return self

    def __exit__(self, *_: object) -> None:
        self._alto.set()
        self._vigia.join(10)
        for proceso in self._vivos:
            if proceso.poll() is None:
                proceso.kill()
            proceso.wait(10)

    def matar_trabajadores(self) -> None:
        """SIGKILL a todos los trabajadores."""
        with self._candado:
            for quien, proceso in zip(self._quienes, self._vivos, strict=True):
                if quien == "trabajador" and proceso.poll() is None:
                    os.kill(proceso.pid, signal.SIGKILL)
                    proceso.wait(10)

    def _vigilar(self) -> None:
        while not self._alto.wait(0.05):
            with self._candado:
                for n, proceso in enumerate(self._vivos):
                    if proceso.poll() is not None:
                        self.muertes.append(time.monotonic())
                        self._vivos[n] = self._lanzar(self._quienes[n])

    def _lanzar(self, quien: str) -> subprocess.Popen[bytes]:
        orden = [sys.executable, "-m", "apoyo.golpes", quien]
        return subprocess.Popen(orden, cwd=RAIZ, env=self._entorno, stderr=subprocess.DEVNULL)


def contesta(url: str) -> bool:
    """Si el servidor atiende."""
    try:
        return requests.get(f"{url}/salud", timeout=2).ok
    except requests.RequestException:
        return False


# ---------------------------------------------------------------- Lo que corre en el proceso que muere
def _morir_si_toca(punto: str) -> None:
    if toca(Path(os.environ[CARPETA]), punto):
        os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(60)  # la señal llega enseguida; de aquí no se sigue


def _envolver(
    modulo: Any, nombre: str, antes: str = "", despues: str = "", si: Callable[..., bool] | None = None
) -> None:
    de_verdad = getattr(modulo, nombre)

    def con_golpes(*args: Any, **kwargs: Any) -> Any:
        vale = si is None or si(*args, **kwargs)
        if antes and vale:
            _morir_si_toca(antes)
        resultado = de_verdad(*args, **kwargs)
        if despues and vale:
            _morir_si_toca(despues)
        return resultado

    setattr(modulo, nombre, con_golpes)


def _poner_golpes() -> None:
    from clientes.aura.conversacion import consultas
    from clientes.aura.ia import modelo

    for recibir in ("recibir_mensaje", "recibir_mensajes"):
        _envolver(consultas, recibir, antes="antes_de_guardar", despues="guardado_sin_contestar")
    _envolver(consultas, "leer_turno", antes="trabajo_tomado")
    _envolver(modelo, "pedir", despues="tras_el_modelo")
    _envolver(consultas, "responder_turno", despues="salida_guardada")
    _envolver(consultas, "tomar_saliente", despues="marcado_enviando")
    _envolver(
        consultas,
        "avanzar_envio",
        antes="contestado_sin_guardar",
        despues="guardado_sin_terminar",
        si=lambda *args, **kwargs: "enviado" in (*args, *kwargs.values()),
    )


def main(quien: str) -> None:
    _poner_golpes()
    from run import app, config, socketio

    if quien == "web":
        from clientes.aura.arranque import servir_solo

        raise SystemExit(servir_solo(app, socketio, "127.0.0.1", config.PORT))
    app.test_cli_runner().invoke(args=["trabajador"])


if __name__ == "__main__":
    main(sys.argv[1])
