"""«Quiero hablar con alguien», en sus muchas formas: pasar a una persona debe ser fácil.

Se mira cada frase del mensaje por separado: hace falta un pedido de contacto con un ser humano, no que la palabra
«persona» aparezca («¿cuánto por persona?», «necesito una persona que me instale…» preguntan por el negocio).
"""

from __future__ import annotations

import re

from ..modelos import Decision, Turno
from ..texto import juntar, parecidas, plano
from .pasar_a_persona import aviso_reciente

MOTIVO = "Pidió hablar con una persona."
TEXTO = "Claro, ya le avisé a una persona del equipo. Te contesta por aquí en cuanto pueda."

# Errores de dedo de estas palabras se corrigen antes de comparar.
_CLAVES = juntar(
    """
    hablar persona asesor asesora asesores alguien humano humana agente encargado encargada encargados
    gerente ejecutivo ejecutiva operador operadora vendedor vendedora representante comunicar comuniquen
    comunicame comunicarme contactar contactarme contacten atienda atiendan atender atencion quiero quisiera
    necesito pasame pasenme robot maquina contestadora asistente platicar llamar llamen marquen chatear
    recepcionista dueno duena supervisor administrador transfiereme transferirme conectame directamente
    """
)

_QUIEN = (
    r"(?:(?:alg)?un[ao]? |el |la |los |las |otr[ao] |su |tu |algun |alguna )*(?:ser (?=human))?"
    r"(?:alguien(?! que (?:me )?(?:instale|repare|arregle|limpie|cuide))|persona|humano|humana|asesor|"
    r"asesora|asesores|agente|encargado|"
    r"encargada|encargados|gerente|ejecutivo|ejecutiva|operador|operadora|vendedor|vendedora|representante|"
    r"recepcionista|"
    r"dueno|duena|supervisor|supervisora|administrador|administradora|jefe|jefa|responsable|ustedes|"
    r"gente real)"
)
_QUERER = (
    r"(?:quiero|quisiera|necesito|necesitamos|queremos|deseo|prefiero|preferiria|me gustaria|me urge|urge|"
    r"puedo|podria|"
    r"podriamos|puede|se puede|es posible|hay forma de|hay manera de|como (?:le hago para|puedo|hago para|"
    r"le puedo hacer para)|"
    r"mejor|ocupo|ando buscando|solicito|me permites|dejame|dejenme|para|favor de)"
)
_TRATAR = (
    r"(?:hablar|hablarle|platicar|comunicarme|comunicar|contactar|contactarme|chatear|conversar|tratar|"
    r"tratarlo|verlo|"
    r"hablarlo|entenderme|escribirle|llamar|llamarle|conectarme|que me atienda|que me atiendan|"
    r"ser atendido|ser atendida)"
)
_PASAR = (
    r"(?:me (?:pueden? |podrian? |podrias |puedes )?(?:pasas|pasan|pasa|pasar|pase|pasen|comunicas|"
    r"comunican|comunica|comunicar|comuniquen|comunique|"
    r"conectas|conectan|conectar|transfieres|transfieren|transferir|contactas|contactan|contactar|"
    r"canalizas|canalizan|canalizar|enlazas|enlazan|enlazar)|"
    r"(?:puedes?|pueden|podrias?|podrian) (?:pasarme|comunicarme|conectarme|transferirme|contactarme|"
    r"canalizarme|enlazarme)|"
    r"pasame|pasenme|paseme|comunicame|comuniqueme|comuniquenme|conectame|transfiereme|transfierame|"
    r"transferirme|contactame|"
    r"canalizame|enlazame|pasarme|comunicarme|conectarme|quiero que me (?:pasen|comuniquen|pases|comuniques))"
)
_ATIENDA = (
    r"(?:atienda|atiendan|atiende|atender|atendiera|atendieran|contacten|conteste|contestar|contesta|"
    r"responda|responder|responde|ayude|ayudar|ayuda|apoye|apoyar|"
    r"hable|hablar|llame|llamar|marque|marcar|escriba|escribir|contacte|contactar|oriente|orientar|"
    r"explique|explicar)"
)
_FIN = (
    r"(?: (?:por favor|favor|porfavor|ya|ahora|ahorita|gracias|real|de verdad|de carne y hueso|humana|humano|en vivo|"
    r"urgente|urge|directamente|mejor|de ahi|de la tienda|del negocio|del equipo|de ustedes|nora))*"
)

_PEDIDOS = tuple(
    re.compile(patron)
    for patron in (
        # «quiero hablar con una persona», «¿puedo hablar con alguien?», «hablar con asesor»
        rf"\b{_TRATAR} (?:por telefono |directo |directamente |mejor |ya )*con {_QUIEN}\b",
        rf"\b(?:hablarle|escribirle|llamarle|marcarle) (?:directamente |directo )?a(?:l)? {_QUIEN}\b",
        # «me pasas con un asesor», «comunícame con el encargado», «pásame a alguien»
        rf"\b{_PASAR} (?:por favor |porfavor |ya |mejor )*(?:con|a|al) {_QUIEN}\b",
        # «que me atienda una persona», «que alguien me conteste», «alguien que me atienda»
        rf"\b(?:que )?me (?:puede |pueda |podria )?{_ATIENDA} {_QUIEN}(?! que (?:me )?instale)\b",
        rf"\b{_QUIEN} (?:que )?(?:me |nos )(?:puede |pueda |podria |quiera )?{_ATIENDA}\b(?! (?:en|"
        rf"a) (?:la instalacion|instalar|mi casa|domicilio))",
        rf"\b{_QUIEN} (?:que )?(?:puede|pueda|podria) {_ATIENDA}(?:me|nos)\b",
        # «hay alguien?», «¿está alguien ahí?»
        r"^(?:hola |oigan |oye |buenas )*(?:hay|esta|estara|habra) (?:alguien|alguna persona|"
        r"algun humano)(?: (?:ahi|aqui|alli|en linea|disponible|atendiendo|conectado|del otro lado|real|"
        r"que atienda|de verdad))*$",
        r"^(?:hola |oigan |oye )*(?:alguien|alguna persona) (?:ahi|disponible|en linea|me lee|real)$",
        # «quiero una persona», «un asesor por favor», «asesor», «humano»
        rf"^(?:(?:hola|oye|no|si|mejor|por favor|ya|pues|es que|disculpa|buenas|buenos|dias|tardes|noches|"
        rf"nora) )*(?:{_QUERER} )*(?:con |a )?{_QUIEN}{_FIN}$",
        # «¿eres un robot?», «no quiero hablar con una máquina»
        r"\b(?:no quiero|ya no quiero|odio|estoy harto de|estoy harta de|no me gusta|deja de|no) (?:hablar|"
        r"hablando|tratar|platicar|chatear|hablarle|seguir) (?:mas )?(?:con |a )?(?:un |una |el |la |este |"
        r"esta )?(?:robot|bot|maquina|contestadora|ia|asistente|computadora)\b",
        r"\b(?:eres|es|hablo con|estoy hablando con|sos) (?:un |una )?(?:robot|bot|maquina|ia|contestadora|"
        r"humano|persona real|persona de verdad|inteligencia artificial)\b(?!.*\b(?:vende|venden|"
        r"aspiradora|cocina)\w*)",
        r"\b(?:quiero|quisiera|necesito|prefiero|ocupo|me gustaria) (?:mejor )?(?:atencion|trato|ayuda|"
        r"asesoria) (?:humana|de una persona|de alguien|personal de una persona)\b",
        r"^(?:por favor )?(?:atencion humana|servicio al cliente|atencion a clientes|atencion al cliente|"
        r"agente|hablar con alguien|asesoria humana)(?: por favor)?$",
        # «que me llamen», «¿me pueden marcar?»
        r"\b(?:que|si) (?:alguien )?me (?:llamen|llame|marquen|marque)(?! (?:si|cuando))\b",
        r"^(?:hola )?(?:me )?(?:pueden|puede|podrian|podria|puedes) (?:llamarme|marcarme|llamar|marcar|"
        r"hablar por telefono)(?: por telefono)?(?: por favor)?$",
    )
)
# Con esto «persona» o «alguien» son parte de lo que se pregunta del negocio.
_DEL_NEGOCIO = re.compile(
    r"\b(?:que me (?:instale|repare|arregle|limpie|cuide|corte|maquille|pinte|lleve|traiga|ensene)|"
    r"persona que (?:instale|repare|arregle|limpie|cuide|corte|maquille|pinte|sepa|haga|vaya)|"
    r"alguien que (?:instale|repare|arregle|limpie|cuide|corte|maquille|pinte|sepa|haga|venga|vaya)|"
    r"por persona|para (?:una|dos|tres|\d+) personas?|otra persona|tercera persona|que persona|"
    r"para (?:ser|trabajar|hablar (?:bien|en publico|mejor))|trabajo de|vacante|contratando|contratan|"
    r"curso|clases?)\b"
)
_FRASES = re.compile(r"[.!?¿¡;\n]+|, (?:pero|mejor|y|o) |,")


def pide_persona(texto: str) -> bool:
    """Si el mensaje pide que lo atienda un ser humano."""
    for frase in _FRASES.split(texto):
        limpia = _corregir(plano(frase))
        if limpia and not _DEL_NEGOCIO.search(limpia) and any(patron.search(limpia) for patron in _PEDIDOS):
            return True
    return False


def decidir(turno: Turno) -> Decision | None:
    """Pasar a una persona si lo pide."""
    return pasar(turno) if pide_persona(turno.texto) else None


def pasar(turno: Turno) -> Decision:
    """Deja la plática esperando; la frase se dice una vez, no a cada insistencia."""
    texto = "" if aviso_reciente(turno) else TEXTO
    return Decision("pedir_persona", texto=texto, pasar_a_persona=True, motivo=MOTIVO)


def _corregir(texto: str) -> str:
    return " ".join(_clave(palabra) for palabra in texto.split())


def _clave(palabra: str) -> str:
    if len(palabra) < 5 or palabra in _CLAVES or palabra in _INTOCABLES:
        return palabra
    return next((clave for clave in _CLAVES if parecidas(palabra, clave)), palabra)


# Palabras que se parecen a una clave y son otra cosa.
_INTOCABLES = juntar(
    """
    personas personal humanos agentes gerencia vendedores atienden dueno llame llamar encargo
    """
)
