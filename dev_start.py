"""Prepara la carpeta y sirve Nora en esta máquina; con `test` corre las revisiones y las pruebas.

Arranca solo con la biblioteca estándar: crea `.venv`, instala lo que falte, se vuelve a ejecutar con el Python
de `.venv` y ahí levanta la base embebida, la aplicación, la cola y el programador.
"""

import os
import sys

if sys.version_info < (3, 11):  # noqa: UP036  quien lo corre puede traer un Python anterior al que pedimos
    # Sin f-string ni anotaciones hasta aquí: un Python viejo debe poder leer este archivo y decir la frase.
    _VERSION = ".".join(str(parte) for parte in sys.version_info[:2])
    sys.exit(
        "Nora necesita Python 3.11 o posterior; este es "
        + _VERSION
        + ". Instálalo y corre: python3.11 dev_start.py"
    )
if sys.platform == "win32":
    sys.exit(
        "En Windows, corre Nora dentro de WSL (Ubuntu o Debian): la base embebida necesita Linux o macOS."
    )

from herramientas.pasos import FalloPaso, Pasos
from herramientas.preparar import argumentos_de_servir, asegurar_venv, preparar_para_servir, puerto_libre
from herramientas.pruebas import correr_pruebas

PASOS_AL_SERVIR = 7


def main(argumentos: list[str]) -> int:
    """Elige entre servir y probar. Devuelve la salida del proceso: 0 bien, 1 algo falló, 2 argumentos malos."""
    try:
        if argumentos[:1] == ["test"]:
            return correr_pruebas(argumentos[1:])
        return servir(argumentos)
    except FalloPaso as fallo:
        print(f"\n{fallo}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrumpido. Lo hecho se conserva: vuelve a correr el mismo comando.", file=sys.stderr)
        return 130


def servir(argumentos: list[str]) -> int:
    """Prepara lo que falte y sirve hasta Ctrl-C."""
    opciones = argumentos_de_servir(argumentos)
    pasos = Pasos(total=PASOS_AL_SERVIR)
    asegurar_venv(pasos)  # fuera de .venv no vuelve: se ejecuta de nuevo con su Python
    preparar_para_servir(pasos)

    # Los parches van antes que cualquier biblioteca que tocan.
    from patches.werkzeug_patches import apply_patches

    apply_patches()

    from app_config import Config, ErrorConfiguracion, cargar_entorno

    if opciones.puerto is not None:
        os.environ["PORT"] = str(opciones.puerto)  # así `run.py` y lo que cuelgue de él ven el mismo puerto
    cargar_entorno()
    config = Config()
    puerto_libre(opciones.host, config.PORT)
    try:
        config.revisar()
    except ErrorConfiguracion as error:
        raise FalloPaso("\n".join(["Falta algo en la configuración (.env):", *error.faltas])) from None

    from herramientas.levantar import levantar_y_servir

    return levantar_y_servir(pasos, config, opciones.host, config.PORT, con_demo=not opciones.sin_demo)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
