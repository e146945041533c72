"""Si el postmaster de una carpeta de datos corre de verdad."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def existe(pid: int) -> bool:
    """Si hay un proceso con ese número que no sea un zombi."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        estado = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()
    except OSError:
        return not Path("/proc/self").exists()
    return bool(estado) and estado[0] not in ("Z", "X")


def _es_de(pid: int, datos: Path) -> bool:
    """Si el proceso es el postmaster de ``datos``: PostgreSQL trabaja dentro de su carpeta."""
    if Path("/proc/self").exists():
        try:
            return Path(f"/proc/{pid}/cwd").readlink() == datos.resolve()
        except PermissionError:
            return True
        except OSError:
            return False
    orden = subprocess.run(  # noqa: S603 - argumentos fijos; donde no hay /proc (macOS)
        ["/bin/ps", "-p", str(pid), "-o", "command="], capture_output=True, text=True, check=False, timeout=10
    ).stdout
    return str(datos) in orden


def pid_anotado(datos: Path) -> int | None:
    """El número que dice ``postmaster.pid``, corra o no."""
    return _numero_en(datos / "postmaster.pid")


def _numero_en(ruta: Path) -> int | None:
    try:
        return int(ruta.read_text("utf-8").splitlines()[0])
    except (FileNotFoundError, ValueError, IndexError):
        return None


def postmaster_vivo(datos: Path) -> int | None:
    """El pid del postmaster de ``datos``; un número reciclado por otro programa no cuenta."""
    pid = pid_anotado(datos)
    if pid is None or pid <= 0 or not existe(pid):
        return None
    return pid if _es_de(pid, datos) else None


def quitar_pid_ajeno(datos: Path, candado_del_socket: Path) -> None:
    """Borra un ``postmaster.pid`` viejo cuyo número lleva hoy otro programa, un zombi, o uno que se está muriendo.

    Pasa al recrear contenedores y al levantarlo justo después de que lo mataron. PostgreSQL solo descarta ese archivo,
    y el candado de su socket, cuando nadie usa ese número; aquí ya se sabe que nadie es el postmaster. Que no queden
    hijos del anterior lo cuida él, por su memoria compartida.
    """
    pid = pid_anotado(datos)
    if pid is None or pid <= 0 or postmaster_vivo(datos) is not None:
        return
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return
    except PermissionError:
        pass
    if _numero_en(candado_del_socket) == pid:
        candado_del_socket.unlink(missing_ok=True)
    (datos / "postmaster.pid").unlink(missing_ok=True)
