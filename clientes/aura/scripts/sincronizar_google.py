"""Lee las cuentas de Google de una Nora y enseña el avance: `python -m clientes.aura.scripts.sincronizar_google NORA`.

Es la misma lectura del panel: si se corta con Ctrl-C o se cae, los días leídos se quedan y la siguiente sigue de ahí.
"""

from __future__ import annotations

import sys

from ..routes.panel_cliente_google_ads import consultas, consultas_sincronizacion, cuentas, sincronizacion
from ._lecturas import Red

RED = Red("Google", "N", consultas, consultas_sincronizacion, cuentas, sincronizacion)


if __name__ == "__main__":
    sys.exit(RED.main())
