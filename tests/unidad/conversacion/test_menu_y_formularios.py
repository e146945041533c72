"""El menú, los formularios y las tareas por WhatsApp, de punta a punta sobre la base."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from clientes.aura.conversacion import turno
from clientes.aura.conversacion.decisores import formulario as decisor
from clientes.aura.conversacion.decisores.equipo import leer_tarea
from clientes.aura.conversacion.fechas import buscar_fecha, buscar_hora
from clientes.aura.conversacion.modelos import Paso
from clientes.aura.conversacion.pasos import NO_VALE, validar
from clientes.aura.ia import herramientas
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

AHORA = datetime(2026, 11, 23, 18, 0, tzinfo=UTC)  # lunes, 11:00 en Hermosillo
ZONA = "America/Hermosillo"


@pytest.mark.parametrize(
    ("tipo", "texto", "queda"),
    [
        ("texto", " Ana López ", "Ana López"),
        ("texto", "x" * 601, None),
        ("texto", "<b>hola</b>", "<b>hola</b>"),
        ("numero", "somos 4", "4"),
        ("numero", "como 1,200 pesos", "1200"),
        ("numero", "2,5", "2.5"),
        ("numero", "tres", "3"),
        ("numero", "entre 3 y 5", None),
        ("numero", "muchos", None),
        ("fecha", "mañana", "24/11/2026"),
        ("fecha", "el viernes", "27/11/2026"),
        ("fecha", "25 de diciembre", "25/12/2026"),
        ("fecha", "3/1", "03/01/2027"),
        ("fecha", "31/02/2027", None),
        ("fecha", "pronto", None),
        ("hora", "5", "17:00"),
        ("hora", "a las 10 y media", "10:30"),
        ("hora", "9 pm", "21:00"),
        ("hora", "25:00", None),
        ("correo", "es Ana@Correo.com.", "ana@correo.com"),
        ("correo", "ana@correo", None),
        ("telefono", "662 123 4567", "+526621234567"),
        ("telefono", "12", None),
        ("si_no", "Sí, claro", "Sí"),
        ("si_no", "no gracias", "No"),
        ("si_no", "quizá", None),
        ("opcion", "2", "Chica roja"),
        ("opcion", "roja", "Chica roja"),
        ("opcion", "chica", None),  # hay dos
        ("opcion", "9", None),
        ("opcion", "", None),
    ],
)
def test_que_vale_en_cada_paso(tipo: Any, texto: str, queda: str | None) -> None:
    paso = Paso(clave="c", pregunta="¿?", tipo=tipo, opciones=("Grande", "Chica roja", "Chica azul"))
    assert validar(paso, texto, AHORA, ZONA) == queda


def test_un_boton_del_paso_elige_y_uno_de_otro_no() -> None:
    paso = Paso(clave="c", pregunta="¿?", tipo="opcion", opciones=("A", "B"))
    assert validar(paso, "", AHORA, ZONA, "paso:c:2") == "B"
    assert validar(paso, "", AHORA, ZONA, "paso:otra:2") is None
    assert validar(paso, "", AHORA, ZONA, "paso:c:9") is None


@pytest.mark.parametrize(
    ("texto", "tarea"),
    [
        ("comprar bolsas mañana 5 pm", ("Comprar bolsas", "2026-11-24", "17:00", "normal")),
        ("llamar a Ana a las 9 de la noche", ("Llamar a Ana", "2026-11-23", "21:00", "normal")),
        ("pagar renta a las 8", ("Pagar renta", "2026-11-24", "08:00", "normal")),  # las 8 de hoy ya pasaron
        ("URGENTE: arreglar caja hoy", ("Arreglar caja", "2026-11-23", None, "urgente")),
        ("comprar 1/2 kilo de café", ("Comprar 1/2 kilo de café", None, None, "normal")),
        ("junta mañana por la mañana", ("Junta", "2026-11-24", None, "normal")),
        ("mañana", ("Mañana", "2026-11-24", None, "normal")),
    ],
)
def test_leer_una_tarea(texto: str, tarea: tuple[Any, ...]) -> None:
    leida = leer_tarea(texto, AHORA, ZONA)
    assert (leida["titulo"], leida.get("fecha"), leida.get("hora"), leida["prioridad"]) == tarea


def test_fechas_y_horas_que_no_son() -> None:
    assert buscar_fecha("el 32 de enero", date(2026, 11, 23)) is None
    assert buscar_fecha("2026-12-01", date(2026, 11, 23)) == (date(2026, 12, 1), 0, 10)
    assert buscar_hora("calle 5 num 7") is None
    assert buscar_hora("al mediodia") == (time(12), 0, 11)
    assert buscar_hora("13 pm") is None


# ---------------------------------------------------------------- sobre la base
class Platica:
    """Una Nora con menú y formulario, y un cliente que escribe."""

    def __init__(self, nora: Any) -> None:
        self.nora = nora
        self.conversacion = ""

    def pone(self, tabla: str, **fila: Any) -> str:
        return str(filas(supabase.table(tabla).insert({"nombre_nora": self.nora.nora, **fila}))[0].get("id"))

    def dice(self, texto: str, **campos: str) -> tuple[str, str]:
        """Lo que Nora decidió y contestó."""
        antes = len(self.nora.dichos())
        self.conversacion = self.nora.escribe(texto, **campos).conversacion_id
        self.nora.sin_archivos()
        quien = turno.atender(self.nora.nora, self.conversacion)
        dichos = self.nora.dichos()[antes:]
        assert len(dichos) <= 1, "una sola respuesta por turno"
        return quien, dichos[0] if dichos else ""

    def contenido(self) -> dict[str, Any]:
        hallado: dict[str, Any] = self.nora.salientes()[-1]["contenido"]
        return hallado

    def respuestas(self) -> list[dict[str, Any]]:
        return sorted(self.nora.tabla("formulario_respuestas"), key=lambda r: r["fecha_creacion"])

    def cambia(self, tabla: str, **columnas: Any) -> None:
        ejecutar(supabase.table(tabla).update(columnas).eq("nombre_nora", self.nora.nora))


PASOS = [
    {"clave": "nombre", "pregunta": "¿A nombre de quién?", "tipo": "texto", "guardar_en": "nombre"},
    {"clave": "dia", "pregunta": "¿Qué día?", "tipo": "fecha"},
    {"clave": "corte", "pregunta": "¿Qué corte?", "tipo": "opcion", "opciones": ["Corto", "Largo"]},
    {
        "clave": "correo",
        "pregunta": "¿Tu correo?",
        "tipo": "correo",
        "opcional": True,
        "guardar_en": "correo",
    },
]


@pytest.fixture
def platica(crear_dominio: Callable[..., Any]) -> Platica:
    nora = crear_dominio("marea", modulos=["tareas"])
    p = Platica(nora)
    campo = p.pone("campos_propios", nombre="Corte")
    pasos = [{**paso, "guardar_en": campo} if paso["clave"] == "corte" else paso for paso in PASOS]
    formulario = p.pone("formularios", nombre="Cita", palabras=["agendar cita"], pasos=pasos,
                        presentacion="Te agendo en un minuto.", despedida="¡Listo! Te esperamos.")  # fmt: skip
    nora.ensena("Estacionamiento", "Hay cuatro cajones gratis frente al local.")
    bloque = nora.tabla("conocimiento_nora")[0]["id"]
    ejecutar(supabase.table("menus").insert({"nombre_nora": nora.nora, "encabezado": "¿Qué buscas?"}))
    precios = p.pone("menu_opciones", titulo="Precios", accion="submenu", texto="¿De qué?", orden=1)
    p.pone(
        "menu_opciones",
        titulo="Corte",
        accion="texto",
        texto="El corte cuesta $347.",
        padre_id=precios,
        orden=1,
    )
    p.pone(
        "menu_opciones", titulo="Tinte", accion="texto", texto="El tinte, $900.", padre_id=precios, orden=2
    )
    p.pone("menu_opciones", titulo="Estacionarse", accion="bloque", bloque_id=bloque, orden=2)
    p.pone("menu_opciones", titulo="Agendar", accion="formulario", formulario_id=formulario, orden=3)
    p.pone("menu_opciones", titulo="Una persona", accion="persona", orden=4)
    return p


MENU = "¿Qué buscas?\n\n1. Precios\n2. Estacionarse\n3. Agendar\n4. Una persona"


def test_menu_por_numero_palabra_boton_y_submenu(platica: Platica) -> None:
    assert platica.dice("hola") == ("menu", f"¡Hola! Soy la asistente.\n\n{MENU}")
    assert platica.contenido()["interactivo"]["cuerpo"] == "¡Hola! Soy la asistente.\n\n¿Qué buscas?"
    toques = platica.contenido()["interactivo"]["opciones"]
    assert [t["titulo"] for t in toques] == ["Precios", "Estacionarse", "Agendar", "Una persona"]
    # Un mensaje vacío nunca elige.
    assert platica.dice("")[0] == "medios"
    assert platica.dice("¡MENÚ!") == ("menu", MENU)
    assert platica.dice("la 1 porfa") == ("menu", "¿De qué?\n\n1. Corte\n2. Tinte")
    assert platica.dice("tinte") == ("menu", "El tinte, $900.")
    assert platica.dice("1") == ("menu", "El corte cuesta $347.")
    assert platica.dice("volver") == ("menu", MENU)
    assert platica.dice("9")[0] != "menu"
    platica.dice("opciones")
    quien, dicho = platica.dice("estacionarse")
    assert (quien, dicho) == ("menu", "Hay cuatro cajones gratis frente al local.")
    ultimo = sorted(platica.nora.tabla("mensajes"), key=lambda m: m["id"])[-1]
    assert ultimo["fuentes"][0]["titulo"] == "Estacionamiento"
    # Un botón de hace rato vale aunque el menú ya no esté delante.
    assert platica.dice("Precios", ButtonPayload=toques[0]["id"], ButtonText="Precios")[1].startswith(
        "¿De qué?"
    )
    assert platica.dice("Una persona", ListId=toques[3]["id"])[0] == "pedir_persona"


def test_menu_que_abre_algo_borrado_o_ajeno(platica: Platica, crear_dominio: Callable[..., Any]) -> None:
    platica.dice("menu")
    ejecutar(supabase.table("conocimiento_nora").delete().eq("nombre_nora", "marea"))
    assert platica.dice("2")[0] == "pasar_a_persona"
    otra = Platica(crear_dominio("otra"))
    ejecutar(supabase.table("menus").insert({"nombre_nora": "otra"}))
    otra.pone("menu_opciones", titulo="Lo mío", accion="texto", texto="Solo mío.")
    ajena = f"menu:{platica.nora.tabla('menu_opciones')[0]['id']}"
    assert otra.dice("x", ButtonPayload=ajena)[1].endswith("1. Lo mío")
    platica.cambia("menus", activo=False)
    assert platica.dice("menu")[0] != "menu"


def test_formulario_completo(platica: Platica) -> None:
    platica.dice("hola")
    assert platica.dice("quiero agendar cita") == (
        "formulario",
        "Te agendo en un minuto.\n\n¿A nombre de quién?",
    )
    # Una pregunta a la mitad se contesta, y el paso no se pierde.
    quien, dicho = platica.dice("¿hay estacionamiento?")
    assert quien == "conocimiento"
    assert dicho == "Hay cuatro cajones gratis frente al local.\n\nSeguimos con «Cita». ¿A nombre de quién?"
    assert platica.dice("Ana López") == ("formulario", "¿Qué día?")
    assert platica.dice("pronto") == ("formulario", f"{NO_VALE['fecha']} ¿Qué día?")
    assert platica.dice("saltar") == ("formulario", decisor.OBLIGATORIA.format(pregunta="¿Qué día?"))
    # Un mensaje vacío (una foto) tampoco contesta.
    _, dicho = platica.dice("", NumMedia="1", MediaUrl0="https://x/1", MediaContentType0="image/png")
    assert dicho.endswith("Seguimos con «Cita». ¿Qué día?")
    assert platica.dice("25/12/2026") == ("formulario", "¿Qué corte?\n1. Corto\n2. Largo")
    assert [o["titulo"] for o in platica.contenido()["interactivo"]["opciones"]] == ["Corto", "Largo"]
    assert platica.dice("atrás")[1] == "¿Qué día?"
    platica.dice("mañana")
    _, dicho = platica.dice("Largo", ButtonPayload="paso:corte:2")
    assert dicho == "¿Tu correo? (escribe «saltar» si no aplica)"
    quien, dicho = platica.dice("ana@correo.com")
    assert quien == "formulario" and dicho.startswith(
        "¡Listo! Te esperamos.\n\n• A nombre de quién: Ana López"
    )
    (fila,) = platica.respuestas()
    assert fila["estado"] == "terminado" and set(fila["datos"]) == {"nombre", "dia", "corte", "correo"}
    (contacto,) = platica.nora.tabla("contactos")
    assert (contacto["nombre"], contacto["correo"]) == ("Ana López", "ana@correo.com")
    assert list(contacto["propios"].values()) == ["Largo"]
    (conversacion,) = platica.nora.tabla("conversaciones")
    assert conversacion["espera_persona_desde"] and conversacion["motivo_espera"] == "Contestó «Cita»."


def test_formulario_cancelado_vencido_tomado_y_reanudado(platica: Platica) -> None:
    platica.dice("hola")
    platica.dice("agendar cita")
    assert platica.dice("¡Cancelar!") == ("formulario", decisor.TEXTO_CANCELADO.format(nombre="Cita"))
    assert platica.dice("Ana")[0] != "formulario"
    # Cancelar vale también si llega junto con otra burbuja.
    platica.dice("agendar cita")
    platica.nora.escribe("Ana")
    assert platica.dice("ya no")[1] == decisor.TEXTO_CANCELADO.format(nombre="Cita")
    # Dos burbujas seguidas contestan dos pasos; un cambio del dueño a la mitad no descuadra.
    platica.dice("agendar cita")
    platica.cambia("formularios", pasos=[])
    platica.nora.escribe("Ana")
    assert platica.dice("mañana") == ("formulario", "¿Qué corte?\n1. Corto\n2. Largo")
    # Una persona la toma: Nora calla, y lo que se le diga a esa persona no contesta el formulario.
    plazo = platica.respuestas()[-1]["vence_en"]
    hasta = datetime.now(UTC).replace(year=2099).isoformat()
    platica.cambia("conversaciones", humano_hasta=hasta)
    assert platica.dice("1") == ("persona_al_mando", "")
    assert platica.respuestas()[-1]["vence_en"] > plazo
    platica.pone(
        "mensajes", conversacion_id=platica.conversacion, sentido="saliente", autor="persona", texto="¡Hola!"
    )
    platica.cambia("conversaciones", humano_hasta=None)
    assert platica.dice("1")[1] == "Seguimos con «Cita». ¿Qué corte?\n1. Corto\n2. Largo"
    assert "corte" not in platica.respuestas()[-1]["datos"]
    assert platica.dice("1")[1].startswith("¿Tu correo?")
    # Pide a una persona: pasa, y no se le insiste con el paso.
    assert platica.dice("mejor quiero hablar con una persona") == (
        "pedir_persona",
        "",
    )  # ya se le avisó antes
    assert platica.respuestas()[-1]["estado"] == "en_curso"
    # Vencido: ya no toma respuestas.
    platica.cambia("formulario_respuestas", vence_en="2020-01-01T00:00:00Z")
    assert platica.dice("¿hay estacionamiento?")[1] == "Hay cuatro cajones gratis frente al local."
    assert [r["estado"] for r in platica.respuestas()] == ["cancelado", "cancelado", "vencido"]
    # Y se cierra aunque lo que llegue pase a una persona.
    platica.cambia("formularios", pasos=[{"clave": "x", "pregunta": "¿Cuál talla?", "tipo": "texto"}])
    platica.dice("agendar cita")
    platica.cambia("formulario_respuestas", vence_en="2020-01-01T00:00:00Z")
    platica.dice("quiero hablar con una persona")
    assert platica.respuestas()[-1]["estado"] == "vencido"


def test_uno_a_la_vez_por_platica(platica: Platica) -> None:
    otro = [{"clave": "x", "pregunta": "¿Cuál talla?", "tipo": "texto"}]
    platica.pone("formularios", nombre="Pedido", palabras=["hacer pedido"], pasos=otro, avisar=False)
    platica.dice("agendar cita")
    toque = {o["titulo"]: o["id"] for o in platica.nora.tabla("menu_opciones")}["Agendar"]
    platica.dice("cancelar")
    platica.dice("hacer pedido")
    assert platica.dice("talla 7 {nombre} %s <script>")[1].endswith(
        "• Cuál talla: talla 7 {nombre} %s <script>"
    )
    assert platica.dice("Agendar", ButtonPayload=f"menu:{toque}")[1].endswith("¿A nombre de quién?")
    assert platica.dice("Agendar", ButtonPayload=f"menu:{toque}")[0] == "formulario"
    assert [r["estado"] for r in platica.respuestas()].count("en_curso") == 1
    assert not platica.nora.tabla("conversaciones")[0]["espera_persona_desde"]


# ---------------------------------------------------------------- el equipo
class _Pedido(herramientas.Argumentos):
    titulo: str
    fecha: date | None = None
    hora: time | None = None
    prioridad: str = "normal"


def test_el_equipo_pide_tareas_y_un_cliente_no(platica: Platica) -> None:
    hechas: dict[str, str] = {}

    def crear(contexto: herramientas.Contexto, pedido: _Pedido) -> herramientas.Resultado:
        assert contexto.es_empleado and contexto.nombre_nora == "marea"
        hechas.setdefault(
            contexto.clave, f"{pedido.titulo} {pedido.fecha:%d/%m}" if pedido.fecha else pedido.titulo
        )
        return herramientas.Resultado(f"Tarea T-{len(hechas)} creada: {pedido.titulo}.")

    una = herramientas.Herramienta(
        "crear_tarea", "Anota.", _Pedido, crear, efecto="escribe", solo_empleados=True
    )
    herramientas.usar_herramientas({"tareas": (una,)})
    try:
        assert platica.dice("tarea: comprar bolsas")[0] != "equipo"
        # Registrado con el 1 de antes o sin él, es la misma línea.
        platica.pone("numeros_equipo", nombre="Rosa", telefono="+526621234567")
        assert platica.dice("Tarea: comprar bolsas el 25/12 5 pm") == (
            "equipo",
            "Tarea T-1 creada: Comprar bolsas.",
        )
        platica.nora.escribe("recuérdame pagar la luz")
        assert platica.dice("tarea llamar a Ana")[1].count("creada") == 2
        assert platica.dice("¿hay estacionamiento?")[0] == "conocimiento"  # del equipo también se le contesta
        assert list(hechas.values()) == ["Comprar bolsas 25/12", "Pagar la luz", "Llamar a Ana"]
        platica.nora.cambia(modulos=[])
        assert platica.dice("tarea: otra")[0] != "equipo"
    finally:
        herramientas.usar_herramientas({})


def test_la_bienvenida_vuelve_tras_n_dias_sin_el_aviso(platica: Platica) -> None:
    platica.nora.cambia(aviso_privacidad="Aviso: marea.mx/aviso", bienvenida_dias=7)
    assert platica.dice("hay estacionamiento?")[1].count("Aviso:") == 1
    assert platica.dice("hola")[1] == "¡Hola! ¿En qué te ayudo?"
    platica.cambia("mensajes", fecha_creacion="2026-01-01T00:00:00Z")
    quien, dicho = platica.dice("hola")
    assert quien == "menu" and dicho.startswith("¡Hola! Soy la asistente.") and "Aviso:" not in dicho
    platica.nora.cambia(bienvenida_dias=0)
    platica.cambia("mensajes", fecha_creacion="2026-01-01T00:00:00Z")
    assert platica.dice("hola")[0] == "bienvenida"
