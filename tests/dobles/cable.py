"""Un cable de red entre un cliente y un servidor de loopback, que se puede cortar a media conversación."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

TROZO = 64 * 1024
# Cerrar con espera cero manda RST en vez de FIN (socket(7), SO_LINGER).
SIN_DESPEDIRSE = struct.pack("ii", 1, 0)


class Cable:
    """Pasa bytes en los dos sentidos, un hilo por sentido."""

    def __init__(self) -> None:
        self.puerto = 0
        self._entrada: socket.socket | None = None
        self._pares: list[tuple[socket.socket, socket.socket]] = []
        self._hilos: list[threading.Thread] = []
        self._candado = threading.Lock()

    def tender(self, destino: int) -> None:
        """Empieza a pasar lo que llegue a `puerto` hacia ese otro de loopback."""
        self._entrada = socket.create_server(("127.0.0.1", 0))
        self.puerto = self._entrada.getsockname()[1]
        self._hilo(self._recibir, self._entrada, destino)

    def cortar(self) -> None:
        """Cada conexión abierta muere con RST de los dos lados; las nuevas entran."""
        with self._candado:
            pares, self._pares = self._pares, []
        for punta in (p for par in pares for p in par):
            punta.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, SIN_DESPEDIRSE)
            with contextlib.suppress(OSError):
                # Quien está leyendo la tiene tomada: sin esto no se cierra hasta que le llegue algo.
                punta.shutdown(socket.SHUT_RD)
            punta.close()

    def recoger(self) -> None:
        """Deja de pasar; espera a sus hilos."""
        if self._entrada is not None:
            with contextlib.suppress(OSError):
                self._entrada.shutdown(socket.SHUT_RDWR)
            self._entrada.close()
        self.cortar()
        for hilo in self._hilos:
            hilo.join(5)

    def _recibir(self, entrada: socket.socket, destino: int) -> None:
        while True:
            try:
                cliente, _ = entrada.accept()
            except OSError:
                return
            servidor = socket.create_connection(("127.0.0.1", destino))
            with self._candado:
                self._pares.append((cliente, servidor))
            self._hilo(self._pasar, cliente, servidor)
            self._hilo(self._pasar, servidor, cliente)

    def _pasar(self, de: socket.socket, a: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while trozo := de.recv(TROZO):
                a.sendall(trozo)
            with self._candado:
                sigue = any(de in par for par in self._pares)
            if sigue:  # se despidió quien manda; si se cortó, nadie se despide
                a.shutdown(socket.SHUT_WR)

    def _hilo(self, funcion: object, *argumentos: object) -> None:
        hilo = threading.Thread(target=funcion, args=argumentos, daemon=True)  # type: ignore[arg-type]
        self._hilos.append(hilo)
        hilo.start()
