"""Un reporte en PDF, con WeasyPrint: https://doc.courtbouillon.org/weasyprint/stable/first_steps.html

Necesita las bibliotecas de Pango de la máquina; sin ellas no hay PDF y se dice. Nada se pide a la red ni se lee del
disco fuera de lo que aquí se le da.
"""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

from ..utils.errores import ErrorServicioExterno
from ..utils.logging_utils import registro

bitacora = registro(__name__)
ESTATICOS = Path(__file__).resolve().parent.parent / "static"
HOJA = ESTATICOS / "css" / "modulos" / "reportes" / "pdf.css"
LETRA = ESTATICOS / "vendor" / "inter"
SIN_PANGO = (
    "Esta instalación no puede hacer PDF: faltan las bibliotecas de Pango. En Debian o Ubuntu: "
    "apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0."
)
# Armar uno ocupa un procesador entero: de uno en uno, los mensajes no esperan a los reportes.
_turno = threading.Lock()
ESPERA_S = 20.0


class ErrorSinPdf(ErrorServicioExterno):
    """Aquí no se puede hacer un PDF."""

    mensaje_comun = SIN_PANGO


def hacer(html: str) -> bytes:
    """El PDF de una página ya escrita.

    Raises:
        ErrorSinPdf: faltan bibliotecas de la máquina, o se están haciendo otros.
    """
    try:
        import weasyprint
    except OSError as error:  # así avisa cffi de una biblioteca que no está
        bitacora.error("sin_pango", error=str(error)[:200])
        raise ErrorSinPdf(SIN_PANGO, que_hacer="Mientras tanto puedes imprimir la página.") from None
    if not _turno.acquire(timeout=ESPERA_S):
        raise ErrorSinPdf("Se están haciendo otros PDF.", que_hacer="Intenta en un momento.")
    try:
        hoja = weasyprint.CSS(string=HOJA.read_text(encoding="utf-8"), url_fetcher=_nada_de_fuera)
        documento = weasyprint.HTML(string=html, url_fetcher=_nada_de_fuera)
        escrito: bytes = documento.write_pdf(stylesheets=[hoja])
        return escrito
    finally:
        _turno.release()


def _nada_de_fuera(url: str, *_args: Any, **_mas: Any) -> dict[str, Any]:
    raise ValueError("el reporte no trae nada de fuera")
