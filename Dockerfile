# syntax=docker/dockerfile:1
# Nora en un contenedor. Guarda datos solo en /datos; lo demás puede ser de solo lectura.

# Bibliotecas del navegador, con las versiones y huellas de package-lock.json.
FROM node:24-slim AS frontal
WORKDIR /frontal
COPY package.json package-lock.json ./
RUN npm ci --ignore-scripts --no-audit --no-fund

# Bibliotecas de Python: solo ruedas ya hechas, así ninguna etapa necesita compilador. http-ece (avisos al teléfono) no
# publica la suya; es Python puro y pip la arma.
FROM python:3.13-slim AS bibliotecas
COPY requirements.txt /tmp/requirements.txt
RUN python -m venv /opt/nora \
    && /opt/nora/bin/pip install --no-cache-dir --only-binary :all: --no-binary http-ece -r /tmp/requirements.txt

# El programa, con lo del navegador en su sitio.
FROM python:3.13-slim AS programa
WORKDIR /app
COPY app_config.py extensiones.py gunicorn_config.py run.py scheduler_jobs.py .env.railway ./
COPY clientes clientes
COPY herramientas herramientas
COPY patches patches
COPY supabase supabase
COPY --from=frontal /frontal/node_modules node_modules
COPY --from=bibliotecas /opt/nora /opt/nora
RUN /opt/nora/bin/python -c "from herramientas.preparar import LISTA_VENDOR, MODULOS_NPM, VENDOR, leer_lista_vendor, llenar_vendor; llenar_vendor(leer_lista_vendor(LISTA_VENDOR), MODULOS_NPM, VENDOR)" \
    && rm -rf node_modules \
    && python -m compileall -q clientes patches

FROM python:3.13-slim
ENV ENTORNO=produccion \
    NORA_DATOS=/datos \
    PATH=/opt/nora/bin:$PATH \
    PORT=5000 \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
# Pango y una letra para los PDF de los reportes; pg_dump con TLS para respaldar Supabase; lo demás viene en ruedas.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install -y --no-install-recommends fonts-dejavu-core libharfbuzz-subset0 libpango-1.0-0 libpangoft2-1.0-0 postgresql-client \
    && rm -rf /var/lib/apt/lists/*
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin nora \
    && install -d -o nora -g nora -m 0700 /datos
COPY --from=bibliotecas /opt/nora /opt/nora
COPY --from=programa /app /app
WORKDIR /app
USER 10001
VOLUME ["/datos"]
EXPOSE 5000
# PORT lo lee gunicorn_config.py: en forma exec una orden no expande variables.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/salud\", timeout=4)"]
CMD ["gunicorn", "-c", "gunicorn_config.py", "run:app"]
