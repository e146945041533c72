"""Lo que llega torcido: nada se pierde, nada se ejecuta, nada de otra Nora se alcanza, y se contesta una vez."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.conversacion import turno
from clientes.aura.conversacion.turno import TEXTO_MAXIMO, recortar
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import ejecutar, filas

LARGO = "precio " * 14_286  # 100,002 letras
RAROS: tuple[tuple[str, str, str], ...] = (
    ("vacío", "", ""),
    ("espacios", " \n\t ", " \n\t "),
    ("cien mil letras", LARGO, LARGO),
    ("NUL", "ho\x00la", "hola"),
    ("sustituto suelto", "hola \ud83d", "hola ?"),
    ("al revés", "\u202eotnauc\u202c \u200f¿precio?", "\u202eotnauc\u202c \u200f¿precio?"),
    ("script", "<script>alert(1)</script>", "<script>alert(1)</script>"),
    ("plantilla", "{{7*7}} {nombre} %s ${x}", "{{7*7}} {nombre} %s ${x}"),
    ("sql", "'; drop table mensajes; --", "'; drop table mensajes; --"),
    ("acentos sueltos", "e\u0301" * 50, "e\u0301" * 50),
    ("emoji compuesto", "👩‍👩‍👧‍👦🇲🇽", "👩‍👩‍👧‍👦🇲🇽"),
    ("solo signos", "¿?¡!...", "¿?¡!..."),
)
PASOS = [
    {"clave": "n", "pregunta": "¿Tu nombre?", "tipo": "texto"},
    {"clave": "d", "pregunta": "¿Día?", "tipo": "fecha"},
]


def preparar(nora: Any, *, con_formulario: bool) -> None:
    """Con el menú puesto y, si se pide, un formulario que se empieza desde él."""
    ejecutar(supabase.table("menus").insert({"nombre_nora": nora.nora}))
    opcion = {"nombre_nora": nora.nora, "titulo": "Uno", "accion": "texto", "texto": "El uno."}
    if con_formulario:
        fila = {"nombre_nora": nora.nora, "nombre": "F", "palabras": ["empezar"], "pasos": PASOS}
        ejecutar(supabase.table("formularios").insert(fila))
    ejecutar(supabase.table("menu_opciones").insert(opcion))


@pytest.mark.parametrize("con_formulario", [False, True])
def test_cada_mensaje_raro_se_guarda_y_se_contesta_a_lo_mas_una_vez(nora: Any, con_formulario: bool) -> None:
    preparar(nora, con_formulario=con_formulario)
    for n, (que, llega, queda) in enumerate(RAROS):
        de = f"whatsapp:+52662123{n:04d}"
        if con_formulario:
            turno.atender(nora.nora, nora.escribe("empezar", de=de).conversacion_id)
        else:
            turno.atender(nora.nora, nora.escribe("menú", de=de).conversacion_id)
        antes = len(nora.dichos())
        r = nora.escribe(llega, de=de, Nuevo="campo que no existía", ProfileName=f"<b>{que}</b>")
        assert r.nuevo, que
        decisor = turno.atender(nora.nora, r.conversacion_id)
        dichos = nora.dichos()[antes:]
        assert len(dichos) <= 1 and all(len(d) <= TEXTO_MAXIMO for d in dichos), que
        assert turno.atender(nora.nora, r.conversacion_id) == "nada", que
        guardado = next(m for m in nora.tabla("mensajes") if m["id"] == r.mensaje_id)
        assert guardado["texto"] == queda and guardado["crudo"]["Nuevo"] == "campo que no existía", que
        assert "El uno." not in dichos, f"{que}: eligió una opción que nadie nombró"
        if not llega.strip():
            assert decisor in ("medios", "cortesia"), que
            estados = [f["datos"] for f in nora.tabla("formulario_respuestas")]
            assert all(datos == {} for datos in estados), f"{que}: contestó el formulario sin decir nada"


def test_diez_fotos_de_alguien_nuevo_son_una_platica_y_una_respuesta(nora: Any) -> None:
    for n in range(10):
        r = nora.escribe("", sid=f"SMfoto{n}", NumMedia="1", MediaUrl0=f"https://api.twilio.com/{n}",
                         MediaContentType0="image/jpeg", ProfileName="<script>x</script>")  # fmt: skip
    assert turno.atender(nora.nora, r.conversacion_id) == "espera", "primero se bajan"
    nora.sin_archivos()
    turno.atender(nora.nora, r.conversacion_id)
    assert len(nora.tabla("conversaciones")) == len(nora.tabla("contactos")) == len(nora.dichos()) == 1
    assert len([m for m in nora.tabla("mensajes") if m["sentido"] == "entrante"]) == 10
    assert len(nora.tabla("medios")) == 10


def test_un_boton_falso_no_alcanza_nada_ajeno(nora: Any, crear_dominio: Callable[..., Any]) -> None:
    preparar(nora, con_formulario=True)
    otra = crear_dominio("otra")
    secreto = {"nombre_nora": "otra", "titulo": "S", "accion": "texto", "texto": "Secreto de otra."}
    ajena = filas(supabase.table("menu_opciones").insert(secreto))[0]["id"]
    for toque in (f"menu:{ajena}", "menu:", "menu:'; drop", "paso:n:1", "x" * 5_000, "\u202emenu:1"):
        r = nora.escribe("ok", ButtonPayload=toque, ListId=toque)
        turno.atender(nora.nora, r.conversacion_id)
    assert not [d for d in nora.dichos() if "Secreto" in d]
    assert otra.dichos() == []


def test_una_respuesta_muy_larga_cabe_y_no_parte_palabras() -> None:
    assert recortar("corto") == "corto"
    cortado = recortar("palabra " * 400)
    assert len(cortado) <= TEXTO_MAXIMO and cortado.endswith("palabra…")
    assert len(recortar("x" * 5_000)) == TEXTO_MAXIMO


def test_lo_que_escribe_el_dueno_no_se_vuelve_molde(nora: Any) -> None:
    """Una llave o un porciento en sus textos no son huecos nuestros."""
    pasos = [{"clave": "n", "pregunta": "¿{nombre} %s {0}?", "tipo": "si_no"}]
    fila = {"nombre_nora": nora.nora, "nombre": "{pregunta}", "palabras": ["empezar"], "pasos": pasos}
    ejecutar(supabase.table("formularios").insert(fila))
    r = nora.escribe("empezar")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("¿cuánto cuesta?")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("quizá")
    turno.atender(nora.nora, r.conversacion_id)
    nora.escribe("cancelar")
    turno.atender(nora.nora, r.conversacion_id)
    assert all("{nombre} %s {0}" in d for d in nora.dichos()[::2][:1])
    assert nora.dichos()[-1] == "Listo, lo dejamos. No se guardó nada de «{pregunta}»."
