"""El reporte semanal de anuncios: qué semana es, sus cifras, lo que se dice de ellas y cómo se entrega.

- `semanas`: la semana ISO en la zona de una Nora.
- `informe`: las cifras de una semana contra la anterior, juntas de todas las redes; se guardan como JSON.
- `reglas`: lo que cambió y qué hacer, sin modelo: reglas con nombre.
- `verificacion`: que cada número de una frase esté en las cifras.
- `redaccion`: las tres frases, por el modelo si hay llave y pasan la verificación; si no, por las reglas.
- `pdf`: el mismo reporte en papel.

Aquí no hay Flask ni base; las cifras llegan de las redes por su manifiesto (`anuncios/fuente.py`).
"""
