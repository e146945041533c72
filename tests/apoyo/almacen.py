"""El almacén de archivos en sus dos caras, con una cubeta lista para usarse."""

from __future__ import annotations

import secrets
from pathlib import Path
from typing import Any

import httpx
import pytest
from storage3.exceptions import StorageApiError

from supabase import Client

from .caras import Cara


class AlmacenDePrueba:
    """Una cara de la API y la carpeta de sus archivos."""

    def __init__(self, cara: Cara, carpeta: Path) -> None:
        self.cara = cara
        self.carpeta = carpeta
        self.servicio = cara.cliente()

    def cubeta(self, **opciones: Any) -> str:
        """Una cubeta nueva; regresa su nombre."""
        nombre = f"c-{secrets.token_hex(5)}"
        self.servicio.storage.create_bucket(nombre, options=opciones)  # type: ignore[arg-type]
        return nombre

    def de(self, cubeta: str, cliente: Client | None = None) -> Any:
        """Los objetos de una cubeta."""
        return (cliente or self.servicio).storage.from_(cubeta)

    def http(self, rol: str | None = "service_role", **datos: Any) -> httpx.Client:
        """HTTP a secas."""
        return self.cara.http(rol, **datos)

    def archivos(self) -> list[Path]:
        """Los archivos que hay en el disco, temporales también."""
        return [ruta for ruta in self.carpeta.rglob("*") if ruta.is_file()]

    def relativa(self, liga: str) -> str:
        """Una liga completa, sin su origen: para pedirla por cualquiera de las caras."""
        url = httpx.URL(liga)
        return url.raw_path.decode()


def falla(codigo: str, trabajo: Any, *datos: Any, **mas: Any) -> StorageApiError:
    """Exige que ``trabajo`` levante el error de Storage con ese ``statusCode``."""
    with pytest.raises(StorageApiError) as error:
        trabajo(*datos, **mas)
    assert str(error.value.status) == codigo, error.value
    return error.value
