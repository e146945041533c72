"""Formularios: una pregunta a la vez, con lo contestado revisado según su tipo.

Una pregunta a la mitad se contesta y se vuelve a pedir el paso; «cancelar» lo deja, «saltar» pasa lo opcional.
"""

from __future__ import annotations

import re
from dataclasses import replace

from ...canales.base import Toque
from ...utils import formato
from .. import consultas_menu
from ..modelos import (
    CambioDeFormulario,
    Decision,
    Formulario,
    FormularioEnCurso,
    Ofrecidas,
    Paso,
    Turno,
)
from ..pasos import NO_VALE, RENGLON_DE_RESUMEN, a_numerar, validar
from ..texto import plano
from . import pedir_persona
from .bienvenida import es_saludo, quitar_saludo

DECISOR = "formulario"
CANCELAR = frozenset(
    {
        "cancelar",
        "cancela",
        "cancelalo",
        "cancelar formulario",
        "ya no",
        "salir",
        "olvidalo",
        "dejalo",
        "mejor no",
    }
)
SALTAR = frozenset({"saltar", "salta", "omitir", "ninguno", "ninguna", "no tengo", "siguiente", "paso"})
VOLVER = frozenset({"atras", "regresar", "volver", "corregir"})
TEXTO_CANCELADO = "Listo, lo dejamos. No se guardó nada de «{nombre}»."
TEXTO_VENCIDO = (
    "Pasó mucho tiempo y «{nombre}» se cerró sin terminar. Si todavía te sirve, dime y lo empezamos otra vez."
)
DESPEDIDA = "¡Listo, gracias! Ya quedó anotado."
SEGUIMOS = "Seguimos con «{nombre}». {pregunta}"
OBLIGATORIA = "Esa sí la necesito. {pregunta}"
LARGO_EN_RESUMEN = 80
INTERROGA = re.compile(
    r"[?¿]|^(?:cuanto|cuanta|cuantos|cuantas|cual|cuales|donde|cuando|como|por que|porque|quien|que|tienen|hay|aceptan|"
    r"puedo|pueden|se puede|abren|cierran|manejan|venden)\b"
)


def decidir(turno: Turno) -> Decision | None:
    """Sigue el que va; si no hay ninguno, empieza el que el cliente nombra."""
    actual = turno.formulario
    if actual is None or actual.vencido:
        return _empezar_por_palabra(turno)
    if not turno.texto:
        return None
    if any(plano(p.texto) in CANCELAR for p in turno.pendientes) or plano(turno.texto) in CANCELAR:
        return _cerrar(actual, TEXTO_CANCELADO.format(nombre=actual.nombre))
    if pedir_persona.pide_persona(turno.texto):
        return None
    if actual.interrumpido:
        # Lo que escribió puede ser para la persona que estaba: no se toma como respuesta.
        return _preguntar(actual, {**actual.datos}, actual.paso, SEGUIMOS)
    return _contestar(turno, actual)


def _contestar(turno: Turno, actual: FormularioEnCurso) -> Decision | None:
    """Cada burbuja puede ser un paso: «Ana» y «3» seguidas contestan dos."""
    datos, n, falta = {**actual.datos}, actual.paso, ""
    burbujas = [p for p in turno.pendientes if p.texto.strip()]
    tomadas = 0
    for burbuja in burbujas:
        if n >= len(actual.pasos):
            break
        paso = actual.pasos[n]
        dicho = plano(burbuja.texto)
        if dicho in VOLVER and n > 0:
            n, tomadas = n - 1, tomadas + 1
            continue
        if dicho in SALTAR and not _es_opcion(paso, dicho):
            if not paso.opcional:
                falta = OBLIGATORIA.format(pregunta=paso.pregunta)
                break
            datos.pop(paso.clave, None)
            n, tomadas = n + 1, tomadas + 1
            continue
        if _es_pregunta(paso, burbuja.texto):
            break
        valor = validar(paso, burbuja.texto, turno.ahora, turno.nora.zona_horaria, burbuja.toque)
        if valor is None:
            falta = NO_VALE[paso.tipo]
            break
        datos[paso.clave] = valor
        n, tomadas = n + 1, tomadas + 1
    if n >= len(actual.pasos):
        return _terminar(actual, datos)
    if not tomadas and not falta:
        return None  # era una pregunta: la contesta quien sigue, y después se vuelve a pedir el paso
    if falta and not falta.endswith(actual.pasos[n].pregunta):
        falta = f"{falta} {actual.pasos[n].pregunta}"
    return _preguntar(actual, datos, n, falta or "{pregunta}")


def volver_a_preguntar(turno: Turno, decision: Decision) -> Decision:
    """Después de contestar otra cosa, el paso que falta; sin esto el formulario se olvidaría a la mitad."""
    actual = turno.formulario
    if actual is None or decision.formulario is not None:
        return decision
    if actual.vencido:
        cierre = _cambio(actual, "vencido", actual.datos, actual.paso)
        return replace(decision, formulario=cierre)
    if (
        not decision.texto
        or decision.pasar_a_persona
        or decision.decisor in ("baja", "persona_al_mando")
        or actual.paso >= len(actual.pasos)
    ):
        return decision
    pregunta = _preguntar(actual, actual.datos, actual.paso, SEGUIMOS)
    return replace(
        decision,
        texto=f"{decision.texto}\n\n{pregunta.texto}",
        ofrecidas=pregunta.ofrecidas,
        formulario=pregunta.formulario,
    )


def empezar(formulario: Formulario) -> Decision | None:
    """Lo presenta con su primera pregunta; None si no tiene ninguna."""
    if not formulario.pasos:
        return None
    cambio = CambioDeFormulario(formulario.id, formulario.pasos, formulario.vigencia_horas)
    pregunta, ofrecidas = con_opciones(formulario.pasos[0], formulario.pasos[0].pregunta)
    texto = "\n\n".join(parte for parte in (formulario.presentacion.strip(), pregunta) if parte)
    return Decision(DECISOR, texto=texto, formulario=cambio, ofrecidas=ofrecidas)


def _empezar_por_palabra(turno: Turno) -> Decision | None:
    if not turno.hay_formularios:
        return None
    dicho = plano(quitar_saludo(turno.texto))
    if not dicho:
        return None
    for formulario in consultas_menu.leer_formularios(turno.nora.nombre_nora):
        frases = [plano(p) for p in formulario.palabras]
        if any(frase and re.search(rf"\b{re.escape(frase)}\b", dicho) for frase in frases):
            return empezar(formulario)
    return None


def con_opciones(paso: Paso, pregunta: str) -> tuple[str, Ofrecidas | None]:
    """La pregunta con sus opciones numeradas, y las mismas para tocar."""
    opciones = a_numerar(paso)
    if not opciones:
        return pregunta, None
    renglones = "\n".join(f"{n}. {opcion}" for n, opcion in enumerate(opciones, start=1))
    toques = tuple(Toque(f"paso:{paso.clave}:{n}", o) for n, o in enumerate(opciones, start=1))
    return f"{pregunta}\n{renglones}", Ofrecidas(toques, renglones)


def _preguntar(actual: FormularioEnCurso, datos: dict[str, str], n: int, molde: str) -> Decision:
    paso = actual.pasos[n]
    pregunta = paso.pregunta + (" (escribe «saltar» si no aplica)" if paso.opcional else "")
    # Sin `format` sobre lo que escribió el dueño: una llave suya no es un hueco nuestro.
    dicho = molde.replace("{nombre}", actual.nombre).replace("{pregunta}", pregunta)
    texto, ofrecidas = con_opciones(paso, dicho)
    return Decision(
        DECISOR,
        texto=texto,
        formulario=_cambio(actual, "en_curso", datos, n),
        ofrecidas=ofrecidas,
        sin_saludo=True,
    )


def _terminar(actual: FormularioEnCurso, datos: dict[str, str]) -> Decision:
    ficha: dict[str, str] = {}
    propios: dict[str, str] = {}
    for paso in actual.pasos:
        valor = datos.get(paso.clave)
        if not paso.guardar_en or valor is None:
            continue
        (ficha if paso.guardar_en in ("nombre", "correo") else propios)[paso.guardar_en] = valor
    resumen = "\n".join(
        RENGLON_DE_RESUMEN.format(pregunta=p.pregunta.strip(" ¿?:"), valor=_dicho(p, datos[p.clave]))
        for p in actual.pasos
        if p.clave in datos
    )
    cambio = replace(_cambio(actual, "terminado", datos, len(actual.pasos)), ficha=ficha, propios=propios)
    return Decision(
        DECISOR,
        texto=f"{actual.despedida.strip() or DESPEDIDA}\n\n{resumen}".strip(),
        formulario=cambio,
        pasar_a_persona=actual.avisar,
        motivo=f"Contestó «{actual.nombre}»." if actual.avisar else "",
        sin_saludo=True,
    )


def _dicho(paso: Paso, valor: str) -> str:
    """Para el resumen: como lo dice la gente y sin alargarse; completo queda en la base."""
    if paso.tipo == "telefono":
        return formato.telefono(valor)
    return valor if len(valor) <= LARGO_EN_RESUMEN else valor[: LARGO_EN_RESUMEN - 1].rstrip() + "…"


def _cerrar(actual: FormularioEnCurso, texto: str) -> Decision:
    cambio = _cambio(actual, "cancelado", actual.datos, actual.paso)
    return Decision(DECISOR, texto=texto, formulario=cambio, sin_saludo=True)


def _cambio(actual: FormularioEnCurso, estado: str, datos: dict[str, str], paso: int) -> CambioDeFormulario:
    return CambioDeFormulario(
        actual.formulario_id,
        actual.pasos,
        actual.vigencia_horas,
        id=actual.id,
        estado=estado,  # type: ignore[arg-type]
        paso=paso,
        datos=datos,
    )


def _es_opcion(paso: Paso, dicho: str) -> bool:
    return any(plano(opcion) == dicho for opcion in a_numerar(paso))


def _es_pregunta(paso: Paso, texto: str) -> bool:
    """Con signos, un saludo solo, o si empieza como una pregunta y el paso pide otra cosa que texto libre."""
    if "?" in texto or "¿" in texto or es_saludo(texto):
        return True
    return paso.tipo != "texto" and bool(INTERROGA.search(plano(texto)))
