"""Configuración de la instalación: el único lugar que lee el entorno.

Cada dato tiene nombre, tipo y valor por omisión en `Config`; `Config.revisar()` devuelve una frase por falta.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from cryptography.fernet import Fernet
from cryptography.hazmat.primitives.asymmetric import ec
from dotenv import load_dotenv

RAIZ = Path(__file__).resolve().parent
CLAVES_DE_EJEMPLO = frozenset({"clave-fuerte", "changeme", "secret", "dev"})

ModoSupabase = Literal["embebido", "sobre_postgres", "hospedado"]


class ErrorConfiguracion(RuntimeError):
    """Falta algo para arrancar; `faltas` trae una frase por cada cosa."""

    def __init__(self, faltas: list[str]) -> None:
        super().__init__("\n".join(faltas))
        self.faltas = faltas


_entorno_cargado = False


def cargar_entorno() -> None:
    """Lee `.env.local` (o `.env.railway` con ENTORNO=railway) y encima `.env`; lo ya puesto en el entorno manda."""
    global _entorno_cargado
    if _entorno_cargado or os.environ.get("ENTORNO") == "pruebas":
        return
    _entorno_cargado = True
    # load_dotenv no pisa lo que ya está: por eso lo de más peso se lee primero.
    load_dotenv(RAIZ / ".env")
    load_dotenv(RAIZ / (".env.railway" if os.environ.get("ENTORNO") == "railway" else ".env.local"))


def _texto(valor: str) -> str:
    return valor.strip()


def _entero(valor: str) -> int:
    return int(valor)


def _carpeta(valor: str) -> Path:
    ruta = Path(valor).expanduser()
    return ruta if ruta.is_absolute() else RAIZ / ruta


def _url(valor: str) -> str:
    return valor.strip().rstrip("/")


def _lista(valor: str) -> tuple[str, ...]:
    return tuple(parte.strip() for parte in valor.split(",") if parte.strip())


def _es_pooler_de_transacciones(direccion: str) -> bool:
    try:
        return urlsplit(direccion).port == 6543
    except ValueError:
        return False  # no es una URL; psycopg dirá qué le falta


def _es_llave_para_firmar(texto: str) -> bool:
    """Una JWK privada P-256 con `kid` (RFC 7517 y RFC 7518, 6.2): sin `kid`, Supabase no sabe con cuál revisar."""
    try:
        llave = json.loads(texto)
    except ValueError:
        return False
    return (
        isinstance(llave, dict)
        and (llave.get("kty"), llave.get("crv")) == ("EC", "P-256")
        and all(isinstance(llave.get(parte), str) and llave[parte] for parte in ("kid", "d", "x", "y"))
    )


def _es_llave_vapid(texto: str) -> bool:
    try:
        return len(base64.urlsafe_b64decode(texto + "=" * (-len(texto) % 4))) == 32
    except ValueError:
        return False


def _llave_vapid() -> str:
    """Una llave privada P-256 nueva: 32 bytes en base64url (RFC 8292)."""
    numero = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return base64.urlsafe_b64encode(numero.to_bytes(32)).decode().rstrip("=")


# nombre -> (cómo se lee, valor por omisión)
_CAMPOS: dict[str, tuple[Callable[[str], Any], Any]] = {
    "ENTORNO": (_texto, "local"),
    "PORT": (_entero, 5000),
    "WEB_CONCURRENCY": (_entero, 0),
    "SECRET_KEY": (_texto, ""),
    "SESSION_COOKIE_NAME": (_texto, "aura_multinora_cookie"),
    "URL_PUBLICA": (_url, ""),
    "NORA_DATOS": (_carpeta, RAIZ / ".datos"),
    "SUPABASE_URL": (_url, ""),
    "SUPABASE_KEY": (_texto, ""),
    "SUPABASE_DB_URL": (_texto, ""),
    "SUPABASE_JWT_SECRET": (_texto, ""),
    "SUPABASE_JWT_LLAVE": (_texto, ""),
    "NORA_CLAVES_CIFRADO": (_lista, ()),
    "NORA_TRABAJADOR": (_texto, "embebido"),
    "NORA_CODIFICADOR": (_texto, "local"),
    "NORA_LLAVE_METRICAS": (_texto, ""),
    "NORA_VAPID_LLAVE": (_texto, ""),
    "NORA_PG_DUMP": (_texto, ""),
    "NORA_PROXIES": (_entero, -1),
    "NORA_LIMITE_PETICIONES": (_entero, -1),
    "NORA_AUDITORIA_DIAS": (_entero, 730),
    "REDIS_URL": (_texto, ""),
    "SENTRY_DSN": (_texto, ""),
    "TWILIO_ACCOUNT_SID": (_texto, ""),
    "TWILIO_AUTH_TOKEN": (_texto, ""),
    "TWILIO_BASE_URL": (_url, ""),
    "NORA_SERVIDORES_DE_MEDIOS": (_lista, ()),
    "OPENAI_API_KEY": (_texto, ""),
    "OPENAI_BASE_URL": (_url, ""),
    "OPENAI_MODEL": (_texto, "gpt-4.1-mini"),
    "OPENAI_EMBEDDING_MODEL": (_texto, "text-embedding-3-small"),
    "OPENAI_AUDIO_MODEL": (_texto, "whisper-1"),
    "META_APP_ID": (_texto, ""),
    "META_APP_SECRET": (_texto, ""),
    "META_ACCESS_TOKEN": (_texto, ""),
    "META_GRAPH_URL": (_url, "https://graph.facebook.com"),
    "META_OAUTH_URL": (_url, "https://www.facebook.com"),
    "GOOGLE_ADS_DEVELOPER_TOKEN": (_texto, ""),
    "GOOGLE_ADS_CLIENT_ID": (_texto, ""),
    "GOOGLE_ADS_CLIENT_SECRET": (_texto, ""),
    "GOOGLE_ADS_REFRESH_TOKEN": (_texto, ""),
    "GOOGLE_ADS_LOGIN_CUSTOMER_ID": (_texto, ""),
    "GOOGLE_ADS_ENDPOINT": (_texto, "googleads.googleapis.com"),
    "GOOGLE_ADS_TOKEN_URL": (_url, "https://oauth2.googleapis.com/token"),
    "GOOGLE_OAUTH_URL": (_url, "https://accounts.google.com/o/oauth2/v2/auth"),
}


class Config:
    """Una lectura del entorno. Lo que una subclase o los argumentos fijan no se lee del entorno.

    Ejemplo: `create_app(Config(NORA_DATOS=carpeta))`.
    """

    ENTORNO: str
    PORT: int
    WEB_CONCURRENCY: int
    SECRET_KEY: str
    SESSION_COOKIE_NAME: str
    URL_PUBLICA: str
    NORA_DATOS: Path
    SUPABASE_URL: str
    SUPABASE_KEY: str
    SUPABASE_DB_URL: str
    SUPABASE_JWT_SECRET: str
    SUPABASE_JWT_LLAVE: str
    NORA_CLAVES_CIFRADO: tuple[str, ...]
    NORA_TRABAJADOR: str
    NORA_CODIFICADOR: str
    NORA_LLAVE_METRICAS: str
    NORA_VAPID_LLAVE: str
    NORA_PG_DUMP: str
    NORA_PROXIES: int
    NORA_LIMITE_PETICIONES: int
    NORA_AUDITORIA_DIAS: int
    REDIS_URL: str
    SENTRY_DSN: str
    TWILIO_ACCOUNT_SID: str
    TWILIO_AUTH_TOKEN: str
    NORA_SERVIDORES_DE_MEDIOS: tuple[str, ...]
    TWILIO_BASE_URL: str
    OPENAI_API_KEY: str
    OPENAI_BASE_URL: str
    OPENAI_MODEL: str
    OPENAI_AUDIO_MODEL: str
    OPENAI_EMBEDDING_MODEL: str
    META_APP_ID: str
    META_APP_SECRET: str
    META_ACCESS_TOKEN: str
    META_GRAPH_URL: str
    META_OAUTH_URL: str
    GOOGLE_ADS_DEVELOPER_TOKEN: str
    GOOGLE_ADS_CLIENT_ID: str
    GOOGLE_ADS_CLIENT_SECRET: str
    GOOGLE_ADS_REFRESH_TOKEN: str
    GOOGLE_ADS_LOGIN_CUSTOMER_ID: str
    GOOGLE_ADS_ENDPOINT: str
    GOOGLE_ADS_TOKEN_URL: str
    GOOGLE_OAUTH_URL: str

    SESSION_COOKIE_SECURE: bool
    SESSION_COOKIE_HTTPONLY = True
    SESSION_COOKIE_SAMESITE = "Lax"
    MAX_CONTENT_LENGTH = 2 * 1024 * 1024
    MAX_FORM_MEMORY_SIZE = 2 * 1024 * 1024
    WTF_CSRF_TIME_LIMIT = None

    def __init__(self, **cambios: Any) -> None:
        cargar_entorno()
        desconocidos = set(cambios) - set(_CAMPOS)
        if desconocidos:
            raise ErrorConfiguracion(
                [f"No existe el dato de configuración {n}." for n in sorted(desconocidos)]
            )
        self.faltas_de_lectura: list[str] = []
        for nombre, (leer, omision) in _CAMPOS.items():
            if nombre in cambios:
                setattr(self, nombre, cambios[nombre])
            elif not hasattr(type(self), nombre):
                setattr(self, nombre, self._leer(nombre, leer, omision))
        self._completar_secretos()
        if not hasattr(type(self), "SESSION_COOKIE_SECURE"):
            self.SESSION_COOKIE_SECURE = self.es_produccion and self.URL_PUBLICA.startswith("https://")

    def _leer(self, nombre: str, leer: Callable[[str], Any], omision: Any) -> Any:
        crudo = os.environ.get(nombre, "")
        if not crudo.strip():
            return omision
        try:
            return leer(crudo)
        except ValueError:
            self.faltas_de_lectura.append(f"{nombre} no se entiende: «{crudo}» no es un número.")
            return omision

    @property
    def es_produccion(self) -> bool:
        """Verdadero en produccion y en railway."""
        return self.ENTORNO in ("produccion", "railway")

    @property
    def proxies(self) -> int:
        """Cuántos proxies de confianza hay enfrente; en producción gunicorn sirve HTTP detrás de uno que pone TLS."""
        if self.NORA_PROXIES >= 0:
            return self.NORA_PROXIES
        return 1 if self.es_produccion else 0

    @property
    def limite_de_peticiones(self) -> int:
        """Peticiones por minuto de una persona o dirección, por proceso; 0, sin límite. En pruebas, sin él."""
        if self.NORA_LIMITE_PETICIONES >= 0:
            return self.NORA_LIMITE_PETICIONES
        return 0 if self.ENTORNO == "pruebas" else 600

    @property
    def modo_supabase(self) -> ModoSupabase:
        """De dónde sale la base: embebida, la API local sobre un PostgreSQL, o Supabase hospedado."""
        if self.SUPABASE_URL or self.SUPABASE_KEY:
            return "hospedado"
        return "sobre_postgres" if self.SUPABASE_DB_URL else "embebido"

    @property
    def carpeta_de_metricas(self) -> Path:
        """La de esta máquina: dos contenedores con los mismos datos repiten números de proceso."""
        return Path(self.NORA_DATOS) / "metricas" / socket.gethostname()

    def preparar_carpeta_de_metricas(self) -> Path:
        """Dónde junta `prometheus_client` lo de varios procesos; debe llamarse antes de importarlo."""
        carpeta = self.carpeta_de_metricas
        carpeta.mkdir(parents=True, exist_ok=True)
        os.environ.setdefault("PROMETHEUS_MULTIPROC_DIR", str(carpeta))
        return carpeta

    def revisar(self) -> None:
        """Detiene el arranque si algo falta.

        Raises:
            ErrorConfiguracion: con una frase por falta.
        """
        faltas = [*self.faltas_de_lectura, *self._faltas_de_supabase(), *self._faltas_de_valores()]
        if self.es_produccion:
            faltas += self._faltas_de_produccion()
        if faltas:
            raise ErrorConfiguracion(faltas)

    def _faltas_de_valores(self) -> list[str]:
        faltas = []
        if self.ENTORNO not in ("local", "railway", "produccion", "pruebas"):
            faltas.append(f"ENTORNO={self.ENTORNO} no existe: usa local, railway, produccion o pruebas.")
        if not 0 <= self.PORT <= 65535:
            faltas.append(f"PORT={self.PORT} no existe: los puertos van del 1 al 65535.")
        if self.WEB_CONCURRENCY < 0:
            faltas.append(
                f"WEB_CONCURRENCY={self.WEB_CONCURRENCY} no sirve: es cuántos procesos; 0 los calcula."
            )
        if 0 < self.NORA_AUDITORIA_DIAS < 90 or self.NORA_AUDITORIA_DIAS < 0:
            faltas.append(
                "NORA_AUDITORIA_DIAS son los días que se guarda la auditoría: 90 o más, o 0 para siempre."
            )
        if self.NORA_TRABAJADOR not in ("embebido", "externo"):
            faltas.append(f"NORA_TRABAJADOR={self.NORA_TRABAJADOR} no existe: usa embebido o externo.")
        if self.URL_PUBLICA and not (urlsplit(self.URL_PUBLICA).scheme and urlsplit(self.URL_PUBLICA).netloc):
            faltas.append("URL_PUBLICA debe ser una dirección completa, por ejemplo https://nora.ejemplo.mx.")
        if self.NORA_VAPID_LLAVE and not _es_llave_vapid(self.NORA_VAPID_LLAVE):
            faltas.append("NORA_VAPID_LLAVE no es una llave privada P-256: 32 bytes en base64url.")
        for clave in self.NORA_CLAVES_CIFRADO:
            try:
                Fernet(clave)
            except ValueError:
                faltas.append("NORA_CLAVES_CIFRADO trae una clave que no es de Fernet (32 bytes en base64).")
        return faltas

    def _faltas_de_supabase(self) -> list[str]:
        if self.modo_supabase != "hospedado":
            return []
        faltas = []
        if not self.SUPABASE_URL:
            faltas.append("Falta SUPABASE_URL: en Supabase, Project Settings > Data API > Project URL.")
        if not self.SUPABASE_KEY:
            faltas.append(
                "Falta SUPABASE_KEY: en Supabase, Project Settings > API Keys > la llave secreta (service_role)."
            )
        if not self.SUPABASE_DB_URL:
            faltas.append(
                "Falta SUPABASE_DB_URL: en Supabase, botón Connect > Direct connection o Session pooler "
                "(no sirve Transaction pooler)."
            )
        if not (self.SUPABASE_JWT_SECRET or self.SUPABASE_JWT_LLAVE):
            faltas.append(
                "Falta SUPABASE_JWT_SECRET o SUPABASE_JWT_LLAVE: en Supabase, Project Settings > JWT Keys, el secreto "
                "heredado (HS256) o una llave ES256 que hayas creado e importado ahí."
            )
        if self.SUPABASE_DB_URL and _es_pooler_de_transacciones(self.SUPABASE_DB_URL):
            faltas.append(
                "SUPABASE_DB_URL es la de Transaction pooler (puerto 6543), que no deja escuchar avisos: en Supabase, "
                "botón Connect > Direct connection o Session pooler."
            )
        if self.SUPABASE_JWT_LLAVE and not _es_llave_para_firmar(self.SUPABASE_JWT_LLAVE):
            faltas.append(
                "SUPABASE_JWT_LLAVE no es una llave privada ES256 en JWK (kty EC, crv P-256, con kid y d): es la que "
                "importaste en Supabase, Project Settings > JWT Keys."
            )
        return faltas

    def _faltas_de_produccion(self) -> list[str]:
        faltas = []
        if len(self.SECRET_KEY) < 16 or self.SECRET_KEY in CLAVES_DE_EJEMPLO:
            faltas.append(
                "Falta SECRET_KEY: pon un texto largo y al azar; con él se firman sesiones y enlaces."
            )
        if not self.URL_PUBLICA:
            faltas.append(
                "Falta URL_PUBLICA: la dirección https con que te ve Twilio; su firma se revisa con ella."
            )
        if not self.NORA_CLAVES_CIFRADO:
            faltas.append(
                "Falta NORA_CLAVES_CIFRADO: una clave de Fernet; con ella se guardan las llaves de cada Nora."
            )
        if self.modo_supabase == "sobre_postgres" and not self.SUPABASE_JWT_SECRET:
            faltas.append(
                "Falta SUPABASE_JWT_SECRET: un texto largo y al azar, igual en todos los procesos; "
                "firma los tokens de las Noras."
            )
        return faltas

    def _completar_secretos(self) -> None:
        """Los secretos que esta máquina puede inventar se inventan una vez y se guardan, solo para su dueño.

        En producción solo el de la API embebida, que no sale de la máquina; los demás los pone quien opera.
        """
        falta_jwt = not self.SUPABASE_JWT_SECRET and (
            self.modo_supabase == "embebido"
            or (self.modo_supabase == "sobre_postgres" and not self.es_produccion)
        )
        faltan_otros = not self.es_produccion and not (self.SECRET_KEY and self.NORA_CLAVES_CIFRADO)
        # Los navegadores se suscriben a esta llave: debe ser la misma en todas las máquinas.
        falta_vapid = not self.NORA_VAPID_LLAVE and (
            self.modo_supabase == "embebido" or not self.es_produccion
        )
        if not (falta_jwt or faltan_otros or falta_vapid):
            return
        guardados = _secretos_guardados(Path(self.NORA_DATOS) / "secretos.json")
        if falta_jwt:
            self.SUPABASE_JWT_SECRET = guardados["JWT_SECRET"]
        if falta_vapid:
            self.NORA_VAPID_LLAVE = guardados["VAPID_LLAVE"]
        if faltan_otros:
            self.SECRET_KEY = self.SECRET_KEY or guardados["SECRET_KEY"]
            self.NORA_CLAVES_CIFRADO = self.NORA_CLAVES_CIFRADO or (guardados["CLAVE_CIFRADO"],)


def _secretos_guardados(ruta: Path) -> dict[str, str]:
    """Los secretos locales; los crea una vez aunque varios procesos lleguen juntos, y agrega el que falte."""
    if not ruta.exists():
        ruta.parent.mkdir(parents=True, exist_ok=True)
        nuevos = {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "CLAVE_CIFRADO": Fernet.generate_key().decode(),
            "JWT_SECRET": secrets.token_urlsafe(48),
            "VAPID_LLAVE": _llave_vapid(),
        }
        temporal = _escribir_aparte(ruta, nuevos)
        try:
            os.link(temporal, ruta)  # atómico: gana el primero
        except FileExistsError:
            pass
        finally:
            temporal.unlink()
    guardados: dict[str, str] = json.loads(ruta.read_text(encoding="utf-8"))
    if "VAPID_LLAVE" not in guardados:  # hechos antes de que hubiera avisos al teléfono
        _escribir_aparte(ruta, {**guardados, "VAPID_LLAVE": _llave_vapid()}).replace(ruta)
        guardados = json.loads(ruta.read_text(encoding="utf-8"))
    return guardados


def _escribir_aparte(ruta: Path, contenido: dict[str, str]) -> Path:
    """Un archivo junto a `ruta`, solo para su dueño, listo para ponerse en su lugar de una vez."""
    temporal = ruta.with_name(f".secretos-{os.getpid()}-{secrets.token_hex(4)}")
    descriptor = os.open(temporal, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as archivo:
        json.dump(contenido, archivo)
    return temporal
