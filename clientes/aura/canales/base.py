"""Por dónde sale un mensaje: un protocolo y los errores que todo canal distingue."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, Protocol

Estado = Literal["enviado", "entregado", "leido", "fallido"]
EstadoPlantilla = Literal["aprobada", "pendiente", "rechazada", "pausada", "sin_enviar"]


@dataclass(frozen=True)
class Toque:
    """Algo que el cliente puede tocar en lugar de escribir. `id` vuelve con su respuesta."""

    id: str
    titulo: str
    descripcion: str = ""


@dataclass(frozen=True)
class Interactivo:
    """Un mensaje con opciones. `cuerpo` va sin numerarlas; `boton` abre la lista donde la hay."""

    cuerpo: str
    opciones: tuple[Toque, ...]
    boton: str = "Ver opciones"


@dataclass(frozen=True)
class UsoDePlantilla:
    """Una plantilla aprobada y con qué se llenan sus variables (por número: «1», «2»…)."""

    sid: str
    variables: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Medio:
    """Un archivo que se manda. `url`: de donde el proveedor lo toma, con su firma corta, que se pone al salir;
    `ruta`: dónde está guardado aquí."""

    url: str
    mime: str = ""
    bytes: int = 0
    ruta: str = ""
    nombre: str = ""


@dataclass(frozen=True)
class OrigenDeMedios:
    """De dónde se bajan los archivos que un canal recibe.

    Args:
        servidores: nombres exactos, o «.dominio» con todos los suyos; siempre por https.
        con_llaves: a cuáles se les dan las credenciales de la Nora.
        entrada: cómo: básica (cuenta y token) o al portador (token).
        sustituto: otro origen en lugar de los de `con_llaves`; es el único que puede estar en una red privada.
    """

    servidores: tuple[str, ...]
    con_llaves: tuple[str, ...] = ()
    entrada: Literal["basica", "portador"] = "basica"
    sustituto: str = ""


@dataclass(frozen=True)
class Capacidades:
    """Lo que un canal puede. Cero u opción falsa: no puede, y se manda de otro modo.

    Args:
        botones: cuántos en un mensaje; `largo_boton` en letras.
        filas: cuántas en una lista; `largo_fila` y `largo_descripcion` en letras.
        cuerpo_interactivo: letras del texto que acompaña a botones o lista.
        texto_maximo: letras de un mensaje de texto.
        medio_maximo: bytes de un archivo; `imagen_maxima` de una imagen.
        ventana: si fuera de las 24 horas solo salen plantillas.
        gracia_s: segundos que el proveedor puede tardar en mostrar lo que sí aceptó.
        con_llaves: si hace falta entrar con credenciales.
        medios_de: de dónde se bajan los archivos que recibe; None si llegan ya guardados.
    """

    botones: int = 0
    largo_boton: int = 0
    filas: int = 0
    largo_fila: int = 0
    largo_descripcion: int = 0
    cuerpo_interactivo: int = 0
    texto_maximo: int = 4_096
    plantillas: bool = False
    medio_maximo: int = 0
    imagen_maxima: int = 0
    ventana: bool = False
    gracia_s: float = 0.0
    con_llaves: bool = False
    medios_de: OrigenDeMedios | None = None


@dataclass(frozen=True)
class Consecuencia:
    """Qué hacer con un error del proveedor.

    Args:
        frase: en palabras llanas, con qué hacer.
        aplazar_s: volver a mandarlo en estos segundos; None, no se manda otra vez.
        problema: lo que le pasa al contacto hasta que vuelva a escribir.
        cierra_ventana: desde ahora solo salen plantillas, hasta que el cliente escriba.
    """

    frase: str
    aplazar_s: int | None = None
    problema: Literal["", "invalido", "bloqueado"] = ""
    cierra_ventana: bool = False


@dataclass(frozen=True)
class PlantillaDelProveedor:
    """Una plantilla como la tiene el proveedor. `variables`: número -> ejemplo; `motivo`: por qué la rechazó."""

    proveedor_sid: str
    nombre: str
    idioma: str
    categoria: str
    tipo: str
    cuerpo: str
    estado: EstadoPlantilla
    variables: Mapping[str, str] = field(default_factory=dict)
    botones: tuple[str, ...] = ()
    motivo: str = ""


@dataclass(frozen=True)
class Saliente:
    """Un mensaje del buzón de salida, tomado para enviarse.

    `estado_anterior` es «enviando» cuando un intento previo quedó sin saberse; `enviando_hace_s`, en segundos,
    desde ese primer intento. `problema`: lo que le pasa al contacto («invalido», «bloqueado»), si algo. `confirmar` se
    llama justo antes de pedirle al proveedor que lo mande, y levanta `YaEsDeOtro` si ya no toca.
    """

    id: int
    nombre_nora: str
    conversacion_id: str
    canal: str
    direccion_envio: str
    texto: str
    numero_nora: str
    intentos: int
    estado_anterior: Literal["pendiente", "enviando"]
    enviando_desde: datetime
    enviando_hace_s: float
    ventana_abierta: bool
    nora_activa: bool
    interactivo: Interactivo | None = None
    plantilla: UsoDePlantilla | None = None
    medios: tuple[Medio, ...] = ()
    hay_si_cerrada: bool = False
    esperar_hasta: datetime | None = None
    problema: str = ""
    confirmar: Callable[[], None] = field(default=lambda: None, compare=False, repr=False)

    @property
    def cuerpos(self) -> frozenset[str]:
        """Con qué texto puede tenerlo el proveedor: tal cual, o sin las opciones numeradas."""
        return frozenset({self.texto, *([self.interactivo.cuerpo] if self.interactivo else [])})


@dataclass(frozen=True)
class Mandado:
    """Un mensaje que el proveedor mandó. `direccion`: a quién, como la dice el proveedor; `fecha` con zona."""

    sid: str
    direccion: str
    texto: str
    fecha: datetime


@dataclass(frozen=True)
class Credenciales:
    """Con qué se entra al proveedor; `token` ya descifrado. `propia`: de la Nora, no de la instalación."""

    cuenta: str
    token: str = field(repr=False)
    servicio_de_mensajes: str = ""
    propia: bool = False


@dataclass(frozen=True)
class Enviado:
    """Lo que contestó el proveedor: su id y el estado en que quedó."""

    sid: str
    estado: Literal["enviado", "entregado"]


class RechazoDelProveedor(Exception):
    """El proveedor dijo que no.

    Args:
        codigo: el del proveedor, si dio uno.
        texto: qué pasó, en palabras llanas.
    """

    def __init__(self, codigo: int | None, texto: str) -> None:
        super().__init__(texto)
        self.codigo = codigo
        self.texto = texto


class NoProcesado(Exception):
    """Se sabe que no salió (límite, o no se llegó a conectar): repetirlo no lo duplica.

    Args:
        reintentar_en: segundos; None deja decidir a la cola.
    """

    def __init__(self, razon: str, reintentar_en: float | None = None, codigo: int | None = None) -> None:
        super().__init__(razon)
        self.reintentar_en = reintentar_en
        self.codigo = codigo


class EnvioAmbiguo(Exception):
    """No se sabe si salió (se cortó, tardó de más, 5xx): antes de repetir hay que buscarlo."""


class YaEsDeOtro(Exception):
    """Otro trabajador tomó el mensaje mientras este tardaba: aquí no se manda."""


class NoSePuedeAsi(Exception):
    """El canal no puede mandarlo de esa manera (botones, lista): se manda como texto."""


class Canal(Protocol):
    """Una manera de entregar mensajes.

    Los cinco `enviar_*` lanzan lo mismo: RechazoDelProveedor (no se puede entregar), NoProcesado (no salió; se puede
    repetir), EnvioAmbiguo (no se sabe). Los de botones y lista, además, NoSePuedeAsi.
    """

    @property
    def capacidades(self) -> Capacidades:
        """Lo que puede."""
        ...

    def enviar_texto(self, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
        """El texto, tal cual."""
        ...

    def enviar_botones(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        """Con botones; ya se sabe que caben."""
        ...

    def enviar_lista(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        """Con una lista para elegir; ya se sabe que cabe."""
        ...

    def enviar_plantilla(
        self, saliente: Saliente, plantilla: UsoDePlantilla, credenciales: Credenciales | None
    ) -> Enviado:
        """Una plantilla aprobada, dentro o fuera de la ventana."""
        ...

    def enviar_medio(self, saliente: Saliente, medio: Medio, credenciales: Credenciales | None) -> Enviado:
        """Un archivo con su texto, que puede ir vacío."""
        ...

    def estado_de(self, estado: str) -> Estado | None:
        """Un aviso de estado con nuestras palabras; None si no dice nada."""
        ...

    def consecuencia(self, codigo: int | None) -> Consecuencia:
        """Qué hacer con un código de error."""
        ...

    def plantillas(self, credenciales: Credenciales | None) -> list[PlantillaDelProveedor]:
        """Las que el proveedor tiene, en cualquier estado.

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...

    def buscar_enviado(
        self, saliente: Saliente, credenciales: Credenciales | None, ajenos: Collection[str]
    ) -> str | None:
        """El id con que el proveedor tiene este mensaje si un intento anterior sí salió; None si no lo tiene.

        Args:
            ajenos: ids que ya se sabe que son de otros mensajes.

        Raises:
            NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...

    def recibidos(
        self, credenciales: Credenciales | None, numero: str, desde: datetime
    ) -> list[dict[str, str]]:
        """Lo que el proveedor recibió para ese número desde entonces, del más viejo al más nuevo.

        Args:
            numero: E.164.

        Returns:
            Los campos con que lo habría avisado, sin los de medios (ver `medios_de`).

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...

    def mandados(self, credenciales: Credenciales | None, numero: str, desde: datetime) -> list[Mandado]:
        """Lo que salió por ese número desde entonces, lo haya mandado quien lo haya mandado.

        Args:
            numero: E.164.

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...

    def medios_de(self, credenciales: Credenciales | None, sid: str) -> dict[str, str]:
        """Los campos de medios de un mensaje recibido (`MediaUrl0`, `MediaContentType0`…).

        Raises:
            RechazoDelProveedor, NoProcesado, EnvioAmbiguo: no se pudo preguntar.
        """
        ...
