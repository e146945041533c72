"""Lee las cuentas de Meta de una Nora y enseña el avance: `python -m clientes.aura.scripts.sincronizar_meta NORA`.

Es la misma lectura del panel: si se corta con Ctrl-C o se cae, los días leídos se quedan y la siguiente sigue de ahí.
"""

from __future__ import annotations

import sys

from ..routes.panel_cliente_meta_ads import consultas, consultas_sincronizacion, cuentas, sincronizacion
from ._lecturas import Red

RED = Red("Meta", "act_N", consultas, consultas_sincronizacion, cuentas, sincronizacion)


if __name__ == "__main__":
    sys.exit(RED.main())
