"""Punto de entrada para Flask, gunicorn y `python run.py`."""

from patches.werkzeug_patches import apply_patches

apply_patches()

from app_config import Config  # noqa: E402  los parches van antes que cualquier biblioteca
from clientes.aura import create_app  # noqa: E402

config = Config()
app, socketio = create_app(config)
application = app

if __name__ == "__main__":
    from clientes.aura.arranque import servir_solo as servir

    raise SystemExit(servir(app, socketio, "127.0.0.1", config.PORT))
