import importlib.util, os, subprocess, sys, time
from pathlib import Path
from apoyo.vivo import puerto_libre, esperar
import pytest

RAIZ = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize("espera", [0.1, 0.7, 1.2, 1.6, 2.0, 2.4])
def test_medir(base, tmp_path, espera):
    casa = tmp_path / "c"
    casa.mkdir()
    sal = tmp_path / "s"
    env = {
        **os.environ,
        "ENTORNO": "pruebas",
        "HOME": str(casa),
        "PORT": str(puerto_libre()),
        "WEB_CONCURRENCY": "2",
        "SUPABASE_DB_URL": base.servicio,
        "NORA_DATOS": str(tmp_path / "d"),
    }
    with sal.open("wb") as f:
        p = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-c", "gunicorn_config.py", "run:app"],
            cwd=RAIZ,
            env=env,
            stdout=f,
            stderr=f,
        )
        esperar(lambda: b"Booting" in sal.read_bytes(), "x", 30)
        time.sleep(espera)
        i = time.monotonic()
        p.terminate()
        p.wait(40)
    print("TARDO", espera, time.monotonic() - i, p.returncode)
    if time.monotonic() - i > 6:
        print(sal.read_text()[-1800:])
