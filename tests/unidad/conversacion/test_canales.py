"""Botones, listas, plantillas y la ventana de 24 horas, con el SDK de Twilio de verdad contra su doble."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from dobles.twilio_falso import Respuesta, TwilioFalso, twilio_falso

from clientes.aura import canales
from clientes.aura.canales.base import (
    Capacidades,
    Consecuencia,
    Credenciales,
    Enviado,
    Estado,
    Interactivo,
    Mandado,
    Medio,
    NoSePuedeAsi,
    PlantillaDelProveedor,
    RechazoDelProveedor,
    Saliente,
    Toque,
    UsoDePlantilla,
)
from clientes.aura.canales.contenido import guardar_interactivo
from clientes.aura.conversacion import consultas, plantillas, salida, turno
from clientes.aura.utils.supabase_client import ConexionSupabase, supabase
from clientes.aura.utils.supabase_helpers import ejecutar

DE = "whatsapp:+5216621234567"
AVISO = UsoDePlantilla("HXaviso", {"1": "Ana"})


@pytest.fixture
def twilio(conexion: ConexionSupabase) -> Iterator[TwilioFalso]:
    with twilio_falso() as doble:
        conexion.config.TWILIO_BASE_URL = doble.url
        conexion.config.TWILIO_ACCOUNT_SID = doble.cuenta
        conexion.config.TWILIO_AUTH_TOKEN = doble.token
        yield doble


class Buzon:
    """Escribe en el buzón de una plática y lo envía."""

    def __init__(self, nora: Any) -> None:
        self.nora = nora
        self.conversacion = nora.escribe("hola", de=DE).conversacion_id
        self._n = 0

    def pone(self, texto: str, contenido: dict[str, Any] | None = None, **mas: Any) -> int:
        self._n += 1
        salida.escribir_como_nora(self.nora.nora, self.conversacion, texto, clave=f"c{self._n}", **mas)
        identidad: int = self.nora.salientes()[-1]["id"]
        if contenido:
            self.cambia("mensajes_salientes", identidad, contenido=contenido)
        return identidad

    def cambia(self, tabla: str, identidad: Any, **columnas: Any) -> None:
        ejecutar(supabase.table(tabla).update(columnas).eq("id", identidad))

    def cierra_la_ventana(self) -> None:
        hace = (datetime.now(UTC) - timedelta(hours=24, minutes=1)).isoformat()
        self.cambia("conversaciones", self.conversacion, ultimo_entrante_en=hace)

    def envia(self, identidad: int) -> str:
        return salida.enviar_saliente(self.nora.nora, identidad)


@pytest.fixture
def buzon(twilio: TwilioFalso, nora: Any) -> Buzon:
    return Buzon(nora)


def con(n: int, largo: int = 8, descripcion: str = "") -> tuple[str, dict[str, Any]]:
    """Un mensaje con n opciones: su texto numerado y lo que va además."""
    toques = tuple(
        Toque(f"menu:{i}", f"{'Opción':<{largo - 2}}{i:>2}"[:largo], descripcion) for i in range(n)
    )
    renglones = "\n".join(f"{i}. {t.titulo}" for i, t in enumerate(toques, start=1))
    return f"¿Qué buscas?\n{renglones}", guardar_interactivo(Interactivo("¿Qué buscas?", toques))


def test_tres_botones_son_botones_y_el_contenido_se_hace_una_vez(twilio: TwilioFalso, buzon: Buzon) -> None:
    texto, contenido = con(3)
    for _ in range(2):
        assert buzon.envia(buzon.pone(texto, contenido)) == "enviado"
    primero, segundo = twilio.envios
    (hecho,) = twilio.contenidos
    assert primero["ContentSid"] == segundo["ContentSid"] == hecho["sid"] and "Body" not in primero
    acciones = hecho["types"]["twilio/quick-reply"]["actions"]
    variables = json.loads(primero["ContentVariables"])
    dichos = [(variables[a["title"].strip("{}")], variables[a["id"].strip("{}")]) for a in acciones]
    assert dichos == [(t["titulo"], t["id"]) for t in contenido["interactivo"]["opciones"]]
    assert twilio.mensajes[0]["body"] == "¿Qué buscas?"


@pytest.mark.parametrize(
    ("opciones", "como"),
    [
        (con(4), "twilio/list-picker"),
        (con(2, descripcion="Con envío"), "twilio/list-picker"),
        (con(3, largo=21), "twilio/list-picker"),
        (con(10, largo=24), "twilio/list-picker"),
        (con(11), "texto"),
        (con(2, largo=25), "texto"),
    ],
)
def test_cada_quien_por_donde_cabe(
    twilio: TwilioFalso, buzon: Buzon, opciones: tuple[str, dict[str, Any]], como: str
) -> None:
    assert buzon.envia(buzon.pone(*opciones)) == "enviado"
    (envio,) = twilio.envios
    if como == "texto":
        assert envio["Body"] == opciones[0] and "ContentSid" not in envio
    else:
        assert list(twilio.contenidos[0]["types"]) == [como] and "Body" not in envio


def test_sin_contenidos_va_numerado_y_no_se_pierde(twilio: TwilioFalso, buzon: Buzon) -> None:
    twilio.sin_contenidos = True
    texto, contenido = con(3)
    assert buzon.envia(buzon.pone(texto, contenido)) == "enviado"
    twilio.sin_contenidos = False
    twilio.guion = [Respuesta("rechazar", codigo=63013)]
    assert buzon.envia(buzon.pone(texto, contenido)) == "enviado"
    libres = [e["Body"] for e in twilio.envios if "Body" in e]
    assert libres == [texto, texto] and len(twilio.envios) == 3


def test_un_boton_enviado_en_duda_se_halla_y_no_se_repite(twilio: TwilioFalso, buzon: Buzon) -> None:
    identidad = buzon.pone(*con(2))
    twilio.guion = [Respuesta("cortar_despues")]
    with pytest.raises(salida.Reintentar):
        buzon.envia(identidad)
    assert buzon.envia(identidad) == "enviado"
    assert len(twilio.envios) == 1


def test_medio_con_su_tope(twilio: TwilioFalso, buzon: Buzon) -> None:
    chico = {"medios": [{"url": "https://nora.ejemplo/a.jpg", "mime": "image/jpeg", "bytes": 4_000_000}]}
    grande = {"medios": [{"url": "https://nora.ejemplo/b.jpg", "mime": "image/jpeg", "bytes": 5_000_001}]}
    assert buzon.envia(buzon.pone("Mira", chico)) == "enviado"
    assert buzon.envia(buzon.pone("Mira", grande)) == "fallido"
    (envio,) = twilio.envios
    assert (envio["MediaUrl"], envio["Body"]) == ("https://nora.ejemplo/a.jpg", "Mira")
    assert "5 MB" in buzon.nora.salientes()[-1]["error_texto"]


def test_fuera_de_la_ventana_nada_libre_sale(twilio: TwilioFalso, buzon: Buzon) -> None:
    """De quien sea y lleve lo que lleve: o es plantilla, o espera, o falla diciéndolo."""
    libres = [
        buzon.pone("Hola"),
        buzon.pone(*con(3)),
        buzon.pone("Hola", {"medios": [{"url": "https://x/a"}]}),
    ]
    turno.atender(buzon.nora.nora, buzon.conversacion)
    libres.append(buzon.nora.salientes()[-1]["id"])
    espera = buzon.pone("Tu pedido va en camino", esperar_horas=48)
    cambiada = buzon.pone("Tu pedido va en camino", si_cerrada=(AVISO, "Hola Ana, tu pedido va en camino."))
    plantilla = buzon.pone("Hola Ana", {"plantilla": {"sid": "HXaviso", "variables": {"1": "Ana"}}})
    buzon.cierra_la_ventana()
    assert [buzon.envia(i) for i in libres] == ["fallido"] * 4
    assert buzon.envia(espera) == "espera"
    assert [buzon.envia(cambiada), buzon.envia(plantilla)] == ["enviado", "enviado"]
    assert not [e for e in twilio.envios if "Body" in e or "MediaUrl" in e]
    assert [(e["ContentSid"], e["ContentVariables"]) for e in twilio.envios] == [
        ("HXaviso", '{"1": "Ana"}')
    ] * 2
    por_id = {s["id"]: s for s in buzon.nora.salientes()}
    assert {por_id[i]["error_codigo"] for i in libres} == {63016}
    assert por_id[cambiada]["texto"] == "Hola Ana, tu pedido va en camino."
    assert por_id[espera]["estado"] == "pendiente"
    # Lo que espera no da vueltas en la cola; cuando el cliente escribe, sale.
    buzon.cambia("mensajes_salientes", espera, fecha_actualizacion="2020-01-01T00:00:00Z")
    assert buzon.envia(espera) == "espera"
    buzon.nora.escribe("ya estoy", de=DE)
    assert buzon.envia(espera) == "enviado"
    assert twilio.envios[-1]["Body"] == "Tu pedido va en camino"


def test_lo_que_ya_no_puede_esperar_falla(twilio: TwilioFalso, buzon: Buzon) -> None:
    espera = buzon.pone("Tarde", esperar_horas=1)
    buzon.cambia("mensajes_salientes", espera, esperar_hasta="2020-01-01T00:00:00Z")
    buzon.cierra_la_ventana()
    assert buzon.envia(espera) == "fallido"
    assert twilio.envios == []


def test_la_misma_clave_es_un_solo_mensaje(buzon: Buzon) -> None:
    uno = salida.escribir_como_nora(buzon.nora.nora, buzon.conversacion, "Hola", clave="x")
    assert salida.escribir_como_nora(buzon.nora.nora, buzon.conversacion, "Hola", clave="x") == uno
    assert len(buzon.nora.salientes()) == 1


def test_a_quien_bloqueo_no_se_le_insiste_hasta_que_escriba(twilio: TwilioFalso, buzon: Buzon) -> None:
    primero = buzon.pone("Hola")
    buzon.envia(primero)
    salida.anotar_aviso(buzon.nora.nora, twilio.mensajes[-1]["sid"], "failed", 63014, primero)
    pedidos = len(twilio.envios)
    assert buzon.envia(buzon.pone("¿Sigues ahí?")) == "fallido"
    assert len(twilio.envios) == pedidos, "ni se le pregunta al proveedor"
    fila = buzon.nora.salientes()[-1]
    assert fila["error_codigo"] == 63014 and "bloqueó" in fila["error_texto"]
    buzon.nora.escribe("ya te desbloqueé", de=DE, sid="SMvuelve")
    assert buzon.envia(buzon.pone("¡Qué bueno!")) == "enviado"


def test_si_el_proveedor_dice_24_horas_se_ofrecen_plantillas(twilio: TwilioFalso, buzon: Buzon) -> None:
    """Aunque aquí parezca abierta: manda lo que diga él, y vuelve a abrirse cuando el cliente escribe."""
    primero = buzon.pone("Hola")
    buzon.envia(primero)
    salida.anotar_aviso(buzon.nora.nora, twilio.mensajes[-1]["sid"], "undelivered", 63016, primero)
    pedidos = len(twilio.envios)
    assert buzon.envia(buzon.pone("¿Sigues ahí?")) == "fallido"
    assert buzon.nora.salientes()[-1]["error_codigo"] == 63016 and len(twilio.envios) == pedidos
    buzon.nora.escribe("aquí sigo", de=DE, sid="SMvuelve")
    assert buzon.envia(buzon.pone("¡Qué bueno!")) == "enviado"


@pytest.mark.parametrize(
    ("codigo", "estado", "problema"),
    [
        (63003, "fallido", "invalido"),
        (63014, "fallido", "bloqueado"),
        (63016, "fallido", ""),
        (63049, "fallido", ""),
        (63018, "pendiente", ""),
        (63017, "pendiente", ""),
    ],
)
def test_cada_codigo_hace_lo_suyo(
    twilio: TwilioFalso, buzon: Buzon, codigo: int, estado: str, problema: str
) -> None:
    """Al aceptarlo y luego fallar, que es como WhatsApp avisa casi siempre."""
    identidad = buzon.pone("Hola")
    buzon.envia(identidad)
    sid = twilio.mensajes[-1]["sid"]
    assert salida.anotar_aviso(buzon.nora.nora, sid, "undelivered", codigo, identidad)
    fila = buzon.nora.salientes()[0]
    assert (fila["estado"], fila["error_codigo"]) == (estado, codigo)
    assert buzon.nora.tabla("contactos")[0]["problema_envio"] == problema
    if estado == "fallido":
        assert len(fila["error_texto"]) > 20


def test_plantillas_se_leen_con_su_estado(twilio: TwilioFalso, buzon: Buzon) -> None:
    ejemplos = {"1": "Ana", "2": "A1"}
    twilio.contenido(
        "pedido_listo",
        "Hola {{1}}, va {{2}}. ¡Gracias!",
        variables=ejemplos,
        status="approved",
        category="UTILITY",
    )
    twilio.contenido("promo", "{{1}} gratis", variables={"1": "Café"}, status="rejected",
                     rejection_reason="TAG_CONTENT_MISMATCH")  # fmt: skip
    twilio.contenido("nueva", "Hola", status="pending")
    twilio.contenido("nora_botones_3", "{{1}}", tipo="twilio/quick-reply")
    assert plantillas.sincronizar(buzon.nora.nora) == 3
    leidas = {p["nombre"]: p for p in buzon.nora.tabla("plantillas")}
    assert {n: p["estado"] for n, p in leidas.items()} == {
        "pedido_listo": "aprobada",
        "promo": "rechazada",
        "nueva": "pendiente",
    }
    assert leidas["promo"]["motivo"] == "Lo que dice no corresponde a su categoría."
    assert leidas["pedido_listo"]["variables"] == {"1": "Ana", "2": "A1"}
    del twilio.contenidos[1:]
    assert plantillas.sincronizar(buzon.nora.nora) == 1
    assert [p["nombre"] for p in buzon.nora.tabla("plantillas")] == ["pedido_listo"]


def test_si_no_se_pueden_leer_se_dice_y_se_quedan_las_de_antes(twilio: TwilioFalso, buzon: Buzon) -> None:
    twilio.contenido("una", "Hola", status="approved")
    plantillas.sincronizar(buzon.nora.nora)
    twilio.token = "otro"
    with pytest.raises(RechazoDelProveedor):
        plantillas.sincronizar(buzon.nora.nora)
    assert len(buzon.nora.tabla("plantillas")) == 1
    assert "llaves" in buzon.nora.tabla("configuracion_bot")[0]["plantillas_error"]


def test_llenar_una_plantilla() -> None:
    cuerpo = "Hola {{1}}, tu cita es el {{2}}. {{1}}, te esperamos."
    assert (
        plantillas.llenar(cuerpo, {"1": "Ana", "2": "lunes"})
        == "Hola Ana, tu cita es el lunes. Ana, te esperamos."
    )
    assert plantillas.llenar("Hola {{1}}", {"1": "{{2}}", "2": "no"}) == "Hola {{2}}"
    assert plantillas.faltan({"1": "x", "2": "y"}, {"1": " ", "2": "a"}) == ["1"]


# ---------------------------------------------------------------- un tercer canal
class CanalNube:
    """Lo que haría falta para WhatsApp Cloud API: cumplir `Canal` y nada más."""

    capacidades = Capacidades(botones=3, largo_boton=20, cuerpo_interactivo=1024, plantillas=True, ventana=True,
                              medio_maximo=1, imagen_maxima=1, con_llaves=True)  # fmt: skip

    def __init__(self) -> None:
        self.salio: list[tuple[str, str, str]] = []

    def _sale(self, como: str, que: str, llaves: Credenciales | None) -> Enviado:
        assert llaves is not None
        self.salio.append((como, que, llaves.token))
        return Enviado(sid=f"wamid.{len(self.salio)}", estado="enviado")

    def enviar_texto(self, saliente: Saliente, credenciales: Credenciales | None) -> Enviado:
        if saliente.texto == "prohibido":
            raise RechazoDelProveedor(131026, "Ese número no tiene WhatsApp.")
        return self._sale("texto", saliente.texto, credenciales)

    def enviar_botones(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        return self._sale("botones", "|".join(o.titulo for o in interactivo.opciones), credenciales)

    def enviar_lista(
        self, saliente: Saliente, interactivo: Interactivo, credenciales: Credenciales | None
    ) -> Enviado:
        raise NoSePuedeAsi

    def enviar_plantilla(
        self, saliente: Saliente, plantilla: UsoDePlantilla, credenciales: Credenciales | None
    ) -> Enviado:
        return self._sale("plantilla", plantilla.sid, credenciales)

    def enviar_medio(self, saliente: Saliente, medio: Medio, credenciales: Credenciales | None) -> Enviado:
        return self._sale("medio", medio.url, credenciales)

    def estado_de(self, estado: str) -> Estado | None:
        leidos: dict[str, Estado] = {"delivered": "entregado", "failed": "fallido"}
        return leidos.get(estado)

    def consecuencia(self, codigo: int | None) -> Consecuencia:
        return Consecuencia("Ese número no tiene WhatsApp.", problema="invalido" if codigo == 131026 else "")

    def plantillas(self, credenciales: Credenciales | None) -> list[PlantillaDelProveedor]:
        return []

    def buscar_enviado(
        self, saliente: Saliente, credenciales: Credenciales | None, ajenos: Collection[str]
    ) -> str | None:
        return None

    def recibidos(
        self, credenciales: Credenciales | None, numero: str, desde: datetime
    ) -> list[dict[str, str]]:
        return []

    def mandados(self, credenciales: Credenciales | None, numero: str, desde: datetime) -> list[Mandado]:
        return []

    def medios_de(self, credenciales: Credenciales | None, sid: str) -> dict[str, str]:
        return {}


def test_un_tercer_canal_cabe_sin_tocar_la_conversacion(conexion: ConexionSupabase, nora: Any) -> None:
    nube = CanalNube()
    canales.registrar_canal("nube", lambda _: nube, lambda nombre: Credenciales("id", f"llave-{nombre}"))
    try:
        entrante = {
            "p_nombre_nora": nora.nora, "p_canal": "nube", "p_proveedor_sid": "wamid.in", "p_texto": "hola",
            "p_direccion": "nube:+526621234567", "p_direccion_envio": "nube:+526621234567",
        }  # fmt: skip
        conversacion = supabase.rpc("recibir_mensaje", entrante).execute().data["conversacion_id"]
        assert turno.atender(nora.nora, conversacion) == "bienvenida"
        buzon = Buzon.__new__(Buzon)
        buzon.nora, buzon.conversacion, buzon._n = nora, conversacion, 0
        ids = [nora.salientes()[0]["id"], buzon.pone(*con(2)), buzon.pone(*con(4)), buzon.pone("prohibido")]
        assert [buzon.envia(i) for i in ids] == ["enviado", "enviado", "enviado", "fallido"]
        assert [como for como, _, _ in nube.salio] == ["texto", "botones", "texto"]
        assert {llave for _, _, llave in nube.salio} == {f"llave-{nora.nora}"}
        assert nora.tabla("contactos")[0]["problema_envio"] == "invalido"
        assert salida.anotar_aviso(nora.nora, "wamid.1", "delivered", None, None, "nube")
        assert nora.salientes()[0]["estado"] == "entregado"
        libre, con_plantilla = buzon.pone("Hola"), buzon.pone("Hola", {"plantilla": {"sid": "saludo"}})
        buzon.cierra_la_ventana()
        assert [buzon.envia(libre), buzon.envia(con_plantilla)] == ["fallido", "enviado"]
        assert nube.salio[-1][:2] == ("plantilla", "saludo")
    finally:
        canales.quitar_canal("nube")


def test_el_turno_no_nombra_canales() -> None:
    """Si `conversacion/` pregunta por un canal por su nombre, el siguiente no cabe sin tocarla."""
    from pathlib import Path

    import clientes.aura.conversacion as paquete

    assert paquete.__file__
    con_nombre = [
        ruta.name
        for ruta in Path(paquete.__file__).parent.rglob("*.py")
        if "twilio import" in (codigo := ruta.read_text()) or 'canal == "whatsapp"' in codigo
    ]
    assert con_nombre == []
    assert consultas.leer_credenciales.__doc__
