"""Lo que las dos redes de anuncios comparten y no es de ninguna: cifras, periodos, reglas de aviso y permisos.

Aquí no hay Flask, ni base, ni SDK. Cada módulo (`meta_ads`, `google_ads`) lee lo suyo y lo vuelve estas piezas:

- `medidas.Cifras`: lo medido en un lapso, en una moneda; sus cocientes nunca dividen entre cero (None: sin datos).
- `medidas.PorMoneda`: cifras de varias cuentas sin sumar pesos con dólares.
- `periodos`: el lapso que se mira, el anterior con que se compara, y el ritmo del presupuesto del mes.
- `reglas`: lo raro que merece aviso, con las mismas reglas para toda red.
- `permisos`: el estado de OAuth atado a la sesión, y lo que `scripts/actualizar_tokens.py` le pide a cada red.
"""
