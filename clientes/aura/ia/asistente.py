"""Contestar con un modelo: lo que sabe, sus herramientas y la guardia. Si algo falla, contesta el motor local."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal
from zoneinfo import ZoneInfo

from ..utils.cifrado import Cifrador
from ..utils.errores import ErrorNora
from ..utils.logging_utils import registro
from ..utils.supabase_client import conexion_actual
from . import conocimiento, fichas, guardia, indicaciones, limpieza, modelo, uso, vista
from . import consultas_asistente as consultas
from . import herramientas as manos
from .cifras import normalizar
from .consultas_asistente import AjustesIA, ContextoIA
from .guardia import Evidencia, Hallazgo
from .herramientas import Apoyo, Contexto, Herramienta, Resultado
from .herramientas_propias import PROPIAS
from .palabras import contenido

bitacora = registro(__name__)

VUELTAS = 5  # pedidos al modelo en un turno
LLAMADAS = 6  # herramientas en un turno
BLOQUES = 6
PUNTAJE_MINIMO = 0.12
LARGO_MAXIMO = 1_400

Tipo = Literal["contestada", "frenada", "pasar", "fuera_de_tema", "no_sabe", "no_pudo"]


@dataclass(frozen=True)
class Salida:
    """Lo que resultó.

    Args:
        tipo: «contestada» se puede mandar; «frenada» trae en `texto` un borrador que no se manda; «pasar» pide una
            persona por `motivo`; con «no_sabe» y «no_pudo» contesta el motor local.
        apoyos: bloques y resultados de herramientas que el modelo vio.
    """

    tipo: Tipo
    texto: str = ""
    motivo: str = ""
    apoyos: tuple[Apoyo, ...] = ()
    hallazgos: tuple[Hallazgo, ...] = ()
    modelo: str = ""
    costo_pesos: float = 0.0


@dataclass
class _Vuelta:
    """Lo que se va juntando en un turno."""

    apoyos: list[Apoyo] = field(default_factory=list)
    pasar: str = ""
    llamadas: int = 0
    costo: float = 0.0


def acceso_de(ajustes: AjustesIA) -> modelo.Acceso | None:
    """Con qué llave y modelo: los de la Nora, o los de la instalación; None si no hay ninguna llave."""
    config = conexion_actual().config
    llave = config.OPENAI_API_KEY
    if ajustes.llave_cifrada:
        llave = Cifrador(config.NORA_CLAVES_CIFRADO).descifrar(ajustes.llave_cifrada)
    if not llave:
        return None
    return modelo.Acceso(llave, config.OPENAI_BASE_URL, ajustes.modelo or config.OPENAI_MODEL)


def por_que_no(contexto: ContextoIA) -> str:
    """Por qué esta Nora no usa el modelo ahora; vacío si sí."""
    if not contexto.ia.usar_modelo:
        return "apagado"
    if uso.Gasto(contexto.gasto, contexto.ia.tope_mensual).lleno:
        return "tope"
    if contexto.llamadas_hoy >= contexto.ia.respuestas_por_dia:
        return "limite_diario"
    return ""


def responder(
    nombre_nora: str,
    conversacion_id: str,
    *,
    primer_mensaje: int,
    ahora: datetime | None = None,
    fotos: tuple[str, ...] = (),
) -> Salida:
    """Piensa la respuesta a lo pendiente de una plática. Nunca lanza por culpa del modelo.

    Args:
        primer_mensaje: id del primer mensaje sin atender: la clave de lo que se haga en este turno.
        ahora: el reloj del turno, con zona; sin él, el de este proceso.
        fotos: lo que mandó, como `data:`; un modelo que no las ve contesta al texto, si lo hay.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    contexto = consultas.leer_contexto(nombre_nora, conversacion_id)
    if contexto is None:
        return Salida("no_pudo")
    razon = por_que_no(contexto)
    if razon:
        bitacora.info("modelo_no_se_usa", nora=nombre_nora, conversacion_id=conversacion_id, razon=razon)
        return Salida("no_pudo", motivo=razon)
    manos_de = Contexto(
        nombre_nora,
        conversacion_id,
        contexto.contacto.id,
        contexto.canal,
        contexto.nora.zona_horaria,
        contexto.es_empleado,
        str(primer_mensaje),
    )
    return pensar(contexto, manos_de, ahora, fotos=fotos)


def sugerir(nombre_nora: str, conversacion_id: str, plazo_s: float) -> Salida:
    """Lo que contestaría el modelo a lo último que escribió el cliente, para que una persona lo revise y lo mande.

    Solo puede usar herramientas que leen. Lo que gasta se cuenta como ensayo.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    contexto = consultas.leer_contexto(nombre_nora, conversacion_id)
    razon = "no_existe" if contexto is None else por_que_no(contexto)
    if contexto is None or razon:
        return Salida("no_pudo", motivo=razon)
    dichos, desde = contexto.mensajes, len(contexto.mensajes)
    # Una persona pudo contestar después: lo que se contesta es la última tanda del cliente.
    while desde and dichos[desde - 1].sentido == "saliente":
        desde -= 1
    hasta = desde
    while desde and dichos[desde - 1].sentido == "entrante":
        desde -= 1
    suyos = tuple(
        d.model_copy(update={"pendiente": desde <= n < hasta}) for n, d in enumerate(dichos[:hasta])
    )
    manos_de = Contexto(
        nombre_nora,
        conversacion_id,
        contexto.contacto.id,
        contexto.canal,
        contexto.nora.zona_horaria,
        contexto.es_empleado,
        ensayo=True,
    )
    return pensar(contexto.model_copy(update={"mensajes": suyos}), manos_de, plazo_s=plazo_s, solo_lee=True)


def pensar(
    contexto: ContextoIA,
    manos_de: Contexto,
    ahora: datetime | None = None,
    plazo_s: float = modelo.PLAZO_TOTAL_S,
    fotos: tuple[str, ...] = (),
    *,
    solo_lee: bool = False,
) -> Salida:
    """El turno con el modelo: pedir, usar herramientas, revisar. También lo usa el ensayo del panel.

    Args:
        solo_lee: no se le ofrecen herramientas que hacen algo.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    try:
        acceso = acceso_de(contexto.ia)
    except ErrorNora:
        bitacora.error("llave_no_se_abre", nora=manos_de.nombre_nora)
        return Salida("no_pudo", motivo="llave")
    if acceso is None:
        return Salida("no_pudo", motivo="sin_llave")
    local = (ahora or datetime.now(UTC)).astimezone(ZoneInfo(contexto.nora.zona_horaria))
    return _Turno(contexto, manos_de, acceso, local, plazo_s, fotos, solo_lee=solo_lee).correr()


class _Turno:
    def __init__(
        self,
        contexto: ContextoIA,
        manos_de: Contexto,
        acceso: modelo.Acceso,
        ahora: datetime,
        plazo_s: float,
        fotos: tuple[str, ...] = (),
        *,
        solo_lee: bool = False,
    ) -> None:
        self._contexto = contexto
        self._manos_de = manos_de
        self._acceso = acceso
        self._ahora = ahora
        self._plazo = modelo.Plazo(plazo_s)
        self._vuelta = _Vuelta()
        self._fotos = fotos
        self._hubo_fotos = False
        self._pregunta = "\n".join(d.texto for d in contexto.mensajes if d.pendiente)
        disponibles = manos.disponibles(PROPIAS, contexto.nora.modulos, es_empleado=manos_de.es_empleado)
        self._herramientas = {
            nombre: una for nombre, una in disponibles.items() if una.efecto == "lee" or not solo_lee
        }

    def correr(self) -> Salida:
        """Hasta una respuesta sin herramientas, o hasta que se acaben las vueltas."""
        self._vuelta.apoyos = indicaciones.elegir_bloques(self._hallados())
        mensajes = indicaciones.armar(
            self._contexto, self._vuelta.apoyos, self._ahora, es_empleado=self._manos_de.es_empleado
        )
        if self._fotos and not vista.puede(self._acceso):
            return self._sin_fotos().correr() if self._pregunta.strip() else self._no_pudo("sin_vista")
        if self._fotos:
            mensajes = vista.agregar(mensajes, self._fotos)
        elif self._hubo_fotos:
            mensajes = vista.en_palabras(mensajes)
        funciones = [h.como_funcion() for h in self._herramientas.values()]
        try:
            for numero in range(VUELTAS):
                # En la última ya no se le ofrecen: que conteste con lo que tiene.
                respuesta = self._pedir(mensajes, funciones if numero < VUELTAS - 1 else [])
                if not respuesta.llamadas:
                    return self._revisar(respuesta.texto)
                mensajes.append(_como_mensaje(respuesta))
                mensajes.extend(self._usar(llamada) for llamada in respuesta.llamadas)
                if self._vuelta.pasar:
                    return self._salida("pasar", motivo=self._vuelta.pasar)
                if self._vuelta.llamadas > LLAMADAS:
                    break
        except modelo.ErrorModelo as error:
            if self._fotos and error.razon == "pedido" and not self._vuelta.llamadas:
                vista.no_puede(self._acceso)
                return self.correr()
            return self._no_pudo(error.razon)
        return self._no_pudo("vueltas")

    def _sin_fotos(self) -> _Turno:
        self._hubo_fotos, self._fotos = True, ()
        return self

    def _no_pudo(self, razon: str) -> Salida:
        bitacora.warning(
            "modelo_no_pudo",
            nora=self._manos_de.nombre_nora,
            conversacion_id=self._manos_de.conversacion_id,
            razon=razon,
        )
        return self._salida("no_pudo", motivo=razon)

    def _hallados(self) -> list[Apoyo]:
        """Lo que se parece a la pregunta y, si es corta («¿y el sábado?»), también a lo que se venía hablando."""
        if not self._pregunta.strip():  # solo mandó fotos
            return []
        preguntas = [self._pregunta]
        anteriores = [d.texto for d in self._contexto.mensajes if d.sentido == "entrante" and not d.pendiente]
        if len(self._pregunta) < 60 and anteriores:
            preguntas.append(f"{anteriores[-1]} {self._pregunta}")
        hallados: dict[str, Apoyo] = {}
        for n, pregunta in enumerate(preguntas):
            for c in conocimiento.buscar(self._manos_de.nombre_nora, pregunta)[: BLOQUES - 2 * n]:
                puntaje = max(c.vectorial, c.trigramas)
                if puntaje >= PUNTAJE_MINIMO:
                    apoyo = Apoyo(
                        c.bloque.titulo, c.bloque.contenido, "bloque", c.bloque.id, min(puntaje, 1.0)
                    )
                    hallados.setdefault(c.bloque.id, apoyo)
        return list(hallados.values())

    def _pedir(self, mensajes: Sequence[dict[str, Any]], funciones: list[dict[str, Any]]) -> modelo.Respuesta:
        respuesta = modelo.pedir(self._acceso, mensajes, funciones, self._plazo)
        ajustes = self._contexto.ia
        precios = uso.precio_de(self._acceso.modelo, ajustes.precio_entrada, ajustes.precio_salida)
        pesos = uso.costo(respuesta.tokens_entrada, respuesta.tokens_salida, precios)
        self._vuelta.costo += float(pesos)
        consultas.anotar_uso(
            self._manos_de.nombre_nora,
            conversacion_id=None if self._manos_de.ensayo else self._manos_de.conversacion_id,
            motivo="ensayo" if self._manos_de.ensayo else "turno",
            modelo=self._acceso.modelo,
            tokens_entrada=respuesta.tokens_entrada,
            tokens_salida=respuesta.tokens_salida,
            costo=pesos,
        )
        return respuesta

    # ------------------------------------------------------------ herramientas
    def _usar(self, llamada: modelo.Llamada) -> dict[str, Any]:
        self._vuelta.llamadas += 1
        resultado = self._hacer(llamada)
        if resultado.bien:
            self._vuelta.apoyos.extend(resultado.apoyos)
            if not resultado.apoyos:
                titulo = resultado.titulo or llamada.nombre
                self._vuelta.apoyos.append(Apoyo(titulo, _sin_eco(resultado.texto, llamada.argumentos)))
            self._vuelta.pasar = self._vuelta.pasar or resultado.pasar_a_persona
        return {"role": "tool", "tool_call_id": llamada.id, "content": resultado.texto[:6_000]}

    def _hacer(self, llamada: modelo.Llamada) -> Resultado:
        herramienta = self._herramientas.get(llamada.nombre)
        if herramienta is None:
            return Resultado("No existe esa herramienta.", bien=False)
        if self._vuelta.llamadas > LLAMADAS:
            return Resultado("No se hizo: ya usaste demasiadas herramientas.", bien=False)
        argumentos = manos.validar(herramienta, llamada.argumentos)
        if isinstance(argumentos, Resultado):
            return argumentos
        if herramienta.efecto == "lee":
            return manos.hacer(herramienta, self._manos_de, argumentos)
        if self._manos_de.ensayo:
            return Resultado("Hecho (es un ensayo: no se guardó nada).", titulo=herramienta.nombre)
        return self._una_sola_vez(herramienta, argumentos)

    def _una_sola_vez(self, herramienta: Herramienta, argumentos: manos.Argumentos) -> Resultado:
        """El turno se puede pensar otra vez; lo que ya se hizo no se repite y lo delicado solo se propone."""
        pedido = argumentos.model_dump(mode="json")
        huella = hashlib.sha256(json.dumps(pedido, sort_keys=True).encode()).hexdigest()[:24]
        de_este = f"{self._manos_de.conversacion_id}:{self._manos_de.clave}:{herramienta.nombre}:{huella}"
        nora, platica = self._manos_de.nombre_nora, self._manos_de.conversacion_id
        estado = "por_aprobar" if herramienta.pide_persona else "haciendo"
        accion = consultas.apartar_accion(nora, platica, de_este, herramienta.nombre, pedido, estado)
        if herramienta.pide_persona:
            return Resultado(
                "Queda propuesto: una persona del negocio lo aprueba antes de hacerse.",
                pasar_a_persona=f"Pide aprobar: {herramienta.descripcion}"[:200],
            )
        if accion is None:
            previa = consultas.leer_accion(nora, clave=de_este)
            if previa is not None and previa.estado == "hecha":
                return Resultado(str(previa.resultado.get("texto", "Ya estaba hecho.")))
            return Resultado("No se sabe si se hizo; no lo repitas.", bien=False)
        contexto = Contexto(**{**self._manos_de.__dict__, "clave": de_este})
        resultado = manos.hacer(herramienta, contexto, argumentos)
        final = "hecha" if resultado.bien else "fallida"
        consultas.cambiar_accion(nora, accion.id, final, {"texto": resultado.texto[:2_000]}, desde="haciendo")
        return resultado

    # ------------------------------------------------------------ revisar
    def _revisar(self, crudo: str) -> Salida:
        estricto = self._contexto.nora.modo_respuesta == "estricto"
        texto = limpieza.para_whatsapp(crudo)
        if not texto:
            return self._no_pudo("forma")
        if indicaciones.es_marca(texto, indicaciones.FUERA_DE_TEMA):
            return self._salida("fuera_de_tema")
        if indicaciones.es_marca(texto, indicaciones.NO_SE) or (
            estricto and not self._vuelta.apoyos and not self._contexto.nora.horario.definido
        ):
            return self._salida("no_sabe")
        if len(texto) > LARGO_MAXIMO:
            return self._no_pudo("largo")
        evidencias = [Evidencia(a.titulo, a.texto) for a in self._vuelta.apoyos]
        evidencias += self._datos_de_siempre()
        hallazgos = guardia.revisar(texto, evidencias, pregunta=self._pregunta, hoy=self._ahora.date())
        repetido = indicaciones.lo_que_repite(texto, self._contexto)
        if repetido:
            hallazgos.append(Hallazgo("indicaciones", repetido, "indicaciones"))
        if hallazgos:
            return self._salida("frenada", texto, hallazgos=tuple(hallazgos))
        return self._salida("contestada", texto)

    def _datos_de_siempre(self) -> list[Evidencia]:
        nora = self._contexto.nora
        return [
            Evidencia("Hoy", indicaciones.fecha_larga(self._ahora).split(",")[0]),
            Evidencia(nora.nombre_visible, nora.numero_nora),
            Evidencia("Horario", indicaciones.horario_en_texto(nora.horario, self._ahora.date())),
            Evidencia("", fichas.para_la_guardia(self._contexto.contacto), guardia.FICHA),
        ]

    def _salida(
        self, tipo: Tipo, texto: str = "", motivo: str = "", hallazgos: tuple[Hallazgo, ...] = ()
    ) -> Salida:
        return Salida(
            tipo,
            texto,
            motivo,
            tuple(self._vuelta.apoyos),
            hallazgos,
            self._acceso.modelo,
            self._vuelta.costo,
        )


def _como_mensaje(respuesta: modelo.Respuesta) -> dict[str, Any]:
    return {
        "role": "assistant",
        "content": respuesta.texto or None,
        "tool_calls": [
            {"id": una.id, "type": "function", "function": {"name": una.nombre, "arguments": una.argumentos}}
            for una in respuesta.llamadas
        ],
    }


def _sin_eco(texto: str, argumentos: str) -> str:
    """El resultado sin lo que el modelo escribió al pedirlo: repetir «$50» no lo hace cierto."""
    try:
        valores = json.loads(argumentos or "{}")
    except ValueError:
        return ""
    for valor in valores.values() if isinstance(valores, dict) else ():
        if isinstance(valor, str | int | float) and len(str(valor)) > 1:
            texto = texto.replace(str(valor), " ")
    return texto


def anotar(nombre_nora: str, conversacion_id: str, hasta_mensaje: int, pregunta: str, salida: Salida) -> None:
    """Guarda en qué se apoyó una respuesta, o el borrador frenado como nota para una persona.

    Raises:
        ErrorServicioExterno: la base no contestó.
    """
    if salida.tipo not in ("contestada", "frenada"):
        return
    consultas.guardar_turno(
        nombre_nora,
        conversacion_id,
        hasta_mensaje,
        resultado="contestado" if salida.tipo == "contestada" else "frenado",
        pregunta=pregunta,
        borrador=salida.texto,
        hallazgos=guardia.explicar(salida.hallazgos),
        apoyos=[
            {"id": a.id, "titulo": a.titulo, "texto": a.texto[:1_000], "tipo": a.tipo} for a in salida.apoyos
        ],
        modelo=salida.modelo,
    )


def en_que_se_apoya(salida: Salida) -> list[Apoyo]:
    """De lo que el modelo vio, lo que la respuesta dice: los bloques con que comparte palabras y las herramientas."""
    dichas = contenido(normalizar(salida.texto))
    bloques = [a for a in salida.apoyos if a.tipo == "bloque"]
    comunes = [(len(dichas & contenido(normalizar(f"{a.titulo} {a.texto}"))), a) for a in bloques]
    tope = max((n for n, _ in comunes), default=0)
    usados = [a for n, a in comunes if n and n * 2 >= tope]
    return [*usados[:3], *(a for a in salida.apoyos if a.tipo == "herramienta")]
