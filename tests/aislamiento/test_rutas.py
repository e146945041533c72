"""Cada dirección × método × quién: la prueba se genera del mapa de direcciones y no deja a ninguna sin política."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from apoyo.fiabilidad import Anotar
from apoyo.peticiones import contar_peticiones
from apoyo.siembra import sembrar
from flask import Flask
from werkzeug.routing import Rule

from clientes.aura.registro.accesos import Acceso, acceso_de
from clientes.aura.registro.auditoria import acciones_de
from clientes.aura.registro.noras import ConvertidorNora
from clientes.aura.registro.registro_dinamico import catalogo_de

# La lista cerrada de lo que puede abrir cualquiera. Agregar aquí es una decisión, no un descuido.
ABIERTAS = {
    "reportes_publicos.ver",
    "static",
    "login.inicio",
    "login.entrar",
    "login.salir",
    "login.restablecer",
    "salud.vive",
    "salud.listo",
    "salud.informe_de_politica",
    "instalable.manifiesto",
    "instalable.trabajador",
    "instalable.sin_conexion",
    "archivos.leer",
    "archivos.subir",
}
CON_FIRMA = {"webhook.recibir", "webhook.estado", "webhook.recibir_sin_nombre", "webhook.estado_sin_nombre"}
CON_LLAVE = {"salud.metricas"}
# Lo que se baja sin quedar en la auditoría, y por qué: no trae datos de nadie.
SIN_DATOS_DE_NADIE = {
    "panel_cliente_contactos.ejemplo": "una hoja de muestra",
    "panel_cliente_google_ads.exportar": "cifras de anuncios",
    "panel_cliente_meta_ads.exportar": "cifras de anuncios",
    "panel_cliente_reportes.en_csv": "cifras de anuncios",
}
# Lo que gasta una dirección de una familia no lo usa otra: con una siembra se prueba una dirección de cada una.
FAMILIAS = (
    {"bloque_id", "grupo", "grupo_id", "version_id", "carga_id"},
    {"tarea_id", "paso_id", "molde_id", "adjunto_id"},
    {"cuenta_meta_id", "sincronizacion_meta_id", "alerta_meta_id"},
    {"cuenta_google_id", "sincronizacion_google_id", "alerta_google_id"},
    {"reporte_id", "enlace_id", "token_publico"},
    {"formulario_id", "pregunta_id", "opcion_id"},
    {"respuesta_id"},
    {"etiqueta_id"},
    {"campo_id"},
    {"importacion_id"},
    {"numero_id"},
    {"rapida_id"},
)
# El nombre de una pregunta dentro de su formulario: dos Noras pueden llamarla igual.
SIN_DUENO = {"pregunta_id"}
IDENTIDADES = ("nadie", "agente", "dueno", "ajena", "admin")
PETICIONES_POR_PAGINA = 3
NEGADO = {401, 403, 404}


@dataclass
class Escena:
    """Dos Noras con gente y datos."""

    app: Flask
    ids: dict[str, dict[str, Any]]
    clientes: dict[str, Any]
    sembrar_mas: Callable[[str, str], dict[str, Any]]
    usuario_ajeno: str


@pytest.fixture
def escena(
    app: Flask,
    crear_nora: Callable[..., str],
    crear_usuario: Callable[..., str],
    cliente_de: Callable[..., Any],
    cliente_http: Any,
) -> Escena:
    for nora in ("marea", "monte"):
        crear_nora(nora)
    dueno = crear_usuario("semilla@marea.mx", "dueno", "marea")
    return Escena(
        app=app,
        ids={nora: sembrar(nora, dueno) for nora in ("marea", "monte")},
        clientes=dict(
            zip(
                IDENTIDADES,
                (
                    cliente_http,
                    cliente_de("agente", "marea"),
                    cliente_de("dueno", "marea"),
                    cliente_de("dueno", "monte"),
                    cliente_de("admin"),
                ),
                strict=True,
            )
        ),
        sembrar_mas=lambda nora, sufijo: sembrar(nora, dueno, sufijo),
        usuario_ajeno=crear_usuario("otra@monte.mx", "agente", "monte"),
    )


def reglas(app: Flask) -> Iterator[tuple[Rule, str]]:
    """(regla, método) de todo el mapa, en orden."""
    for regla in sorted(app.url_map.iter_rules(), key=lambda r: (r.rule, r.endpoint)):
        for metodo in sorted((regla.methods or set()) - {"HEAD", "OPTIONS"}):
            yield regla, metodo


def direccion(escena: Escena, regla: Rule, nora: str, ids: dict[str, Any]) -> str:
    """La dirección concreta de una regla, con datos que existen."""
    valores: dict[str, Any] = {}
    for argumento in regla.arguments:
        if argumento in ids:
            valores[argumento] = ids[argumento]
        elif argumento in ("nombre_nora", "nombre"):
            valores[argumento] = nora
        elif argumento == "usuario_id":
            valores[argumento] = escena.usuario_ajeno
        elif argumento == "modulo":
            valores[argumento] = sorted(catalogo_de(escena.app).modulos)[0]
        elif argumento in ("archivo", "filename"):
            valores[argumento] = "nada.css"
        elif argumento == "token":
            valores[argumento] = "no-es-un-enlace"
        else:
            raise AssertionError(f"{regla.rule}: no sé qué poner en «{argumento}»; agrégalo a esta prueba")
    construida = regla.build(valores)
    assert construida is not None
    return construida[1]


def pedir(cliente: Any, metodo: str, ruta: str) -> Any:
    datos = {"csrf_token": cliente.csrf()} if metodo != "GET" else None
    return cliente.open(ruta, method=metodo, data=datos)


def pedir_contando(cliente: Any, metodo: str, ruta: str) -> tuple[Any, list[str]]:
    """La respuesta y lo que se le pidió a Supabase para darla."""
    respuestas: list[Any] = []
    pedidas = contar_peticiones(lambda: respuestas.append(pedir(cliente, metodo, ruta)))
    return respuestas[0], pedidas


def de_nora(regla: Rule) -> bool:
    return isinstance(regla._converters.get("nombre_nora"), ConvertidorNora)


def test_cada_direccion_dice_quien_entra(app: Flask, anotar: Anotar) -> None:
    assert [r.rule for r, _ in reglas(app) if acceso_de(app, r.endpoint) is None] == []
    anotar(
        "identidades",
        rutas_y_metodos=len(list(reglas(app))),
        identidades=len(IDENTIDADES),
        fuera_de_lo_declarado=0,
    )


def test_lo_abierto_es_una_lista_cerrada(app: Flask) -> None:
    por_acceso: dict[Acceso | None, set[str]] = {}
    for regla, _ in reglas(app):
        por_acceso.setdefault(acceso_de(app, regla.endpoint), set()).add(regla.endpoint)
    assert por_acceso[Acceso.CUALQUIERA] == ABIERTAS
    assert por_acceso[Acceso.FIRMA_TWILIO] == CON_FIRMA
    assert por_acceso[Acceso.LLAVE] == CON_LLAVE


def test_nada_cambia_con_get(app: Flask) -> None:
    """Las direcciones que cambian algo se llaman con POST: ninguna vista de GET escribe con un nombre de acción."""
    acciones = re.compile(
        r"/(borrar|eliminar|activar|suspender|reactivar|tomar|devolver|salir|enviar|responder)(/|$)"
    )
    assert [r.rule for r, metodo in reglas(app) if metodo == "GET" and acciones.search(r.rule)] == []


def test_a_quien_no_ha_entrado(escena: Escena) -> None:
    """A la entrada si pide una página; 401 si quiere cambiar algo; y sin sesión no se sabe qué Noras existen."""
    cliente = escena.clientes["nadie"]
    for regla, metodo in reglas(escena.app):
        if regla.endpoint in ABIERTAS | CON_FIRMA | CON_LLAVE:
            continue
        ruta = direccion(escena, regla, "marea", escena.ids["marea"])
        respuesta = pedir(cliente, metodo, ruta)
        if metodo == "GET":
            assert respuesta.status_code == 302 and respuesta.location.startswith("/login?next="), ruta
            if de_nora(regla):
                inexistente = pedir(cliente, metodo, ruta.replace("/marea", "/nadie", 1))
                assert (inexistente.status_code, inexistente.location.replace("nadie", "marea")) == (
                    302,
                    respuesta.location,
                )
        else:
            assert respuesta.status_code == 401, f"{metodo} {ruta}: {respuesta.status_code}"


def test_la_firma_y_la_llave_se_exigen(escena: Escena) -> None:
    cliente = escena.clientes["dueno"]
    for regla, metodo in reglas(escena.app):
        if regla.endpoint in CON_FIRMA | CON_LLAVE:
            ruta = direccion(escena, regla, "marea", escena.ids["marea"])
            codigo = pedir(cliente, metodo, ruta).status_code
            assert codigo in {403, 404}, f"{ruta}: {codigo}"


def test_la_duena_de_otra_nora_ve_lo_mismo_que_si_no_existiera(escena: Escena) -> None:
    cliente = escena.clientes["ajena"]
    for regla, metodo in reglas(escena.app):
        if not de_nora(regla) or regla.endpoint in CON_FIRMA:
            continue
        ruta = direccion(escena, regla, "marea", escena.ids["marea"])
        ajena = pedir(cliente, metodo, ruta)
        inexistente = pedir(cliente, metodo, ruta.replace("/marea", "/nadie", 1))
        assert ajena.status_code == inexistente.status_code == 404, f"{metodo} {ruta}: {ajena.status_code}"
        assert sin_testigos(ajena) == sin_testigos(inexistente), ruta


def test_cada_id_de_otra_nora_es_el_404_de_uno_que_no_existe(escena: Escena, anotar: Anotar) -> None:
    """Dentro de la Nora propia, con el id de una fila ajena."""
    cliente = escena.clientes["ajena"]
    probadas = 0
    for regla, metodo in reglas(escena.app):
        suyos = regla.arguments & set(escena.ids["marea"])
        if not de_nora(regla) or not suyos:
            continue
        inventados = {clave: _otro(valor) for clave, valor in escena.ids["marea"].items()}
        con_ajeno = pedir(cliente, metodo, direccion(escena, regla, "monte", escena.ids["marea"]))
        con_inventado = pedir(cliente, metodo, direccion(escena, regla, "monte", inventados))
        assert con_ajeno.status_code == con_inventado.status_code == 404, (
            f"{metodo} {regla.rule}: {con_ajeno.status_code}"
        )
        assert sin_testigos(con_ajeno) == sin_testigos(con_inventado), regla.rule
        probadas += 1
    assert probadas >= 10
    anotar("ids_ajenos", rutas=probadas, filtradas=0)


def test_un_hijo_ajeno_bajo_un_padre_propio_es_404(escena: Escena) -> None:
    """En las direcciones con varios ids, cada uno ajeno con los demás propios."""
    cliente = escena.clientes["ajena"]
    probadas = 0
    for regla, metodo in reglas(escena.app):
        suyos = regla.arguments & set(escena.ids["marea"])
        if not de_nora(regla) or len(suyos) < 2:
            continue
        for argumento in suyos - SIN_DUENO:
            mezcla = {**escena.ids["monte"], argumento: escena.ids["marea"][argumento]}
            respuesta = pedir(cliente, metodo, direccion(escena, regla, "monte", mezcla))
            assert respuesta.status_code == 404, (
                f"{metodo} {regla.rule} con {argumento}: {respuesta.status_code}"
            )
            probadas += 1
    assert probadas >= 6


def test_quien_no_es_admin_no_sabe_que_hay_admin(escena: Escena) -> None:
    for quien in ("agente", "dueno"):
        cliente = escena.clientes[quien]
        comun = sin_testigos(cliente.get("/no-existe"))
        for regla, metodo in reglas(escena.app):
            if acceso_de(escena.app, regla.endpoint) is Acceso.ADMIN:
                respuesta = pedir(cliente, metodo, direccion(escena, regla, "marea", escena.ids["marea"]))
                assert respuesta.status_code == 404, f"{quien} {metodo} {regla.rule}: {respuesta.status_code}"
                assert sin_testigos(respuesta) == comun, regla.rule


def test_el_agente_no_hace_lo_del_dueno(escena: Escena) -> None:
    cliente = escena.clientes["agente"]
    solo_dueno = 0
    for regla, metodo in reglas(escena.app):
        if acceso_de(escena.app, regla.endpoint) is Acceso.DUENO:
            respuesta = pedir(cliente, metodo, direccion(escena, regla, "marea", escena.ids["marea"]))
            assert respuesta.status_code == 403, f"{metodo} {regla.rule}: {respuesta.status_code}"
            solo_dueno += 1
    assert solo_dueno >= 1


class SinGastar:
    """Siembras en que lo que pide una dirección sigue como se sembró."""

    def __init__(self, sembrar: Callable[[int], dict[str, Any]]) -> None:
        self._sembrar = sembrar
        self._hechas = 0
        self._compartidas: list[tuple[dict[str, Any], list[set[str]]]] = []

    def para(self, argumentos: set[str]) -> dict[str, Any]:
        """Los ids de una siembra; una nueva si ninguna sirve."""
        familia = next((f for f in FAMILIAS if argumentos <= f), None)
        if familia is None:  # de la plática cuelga mucho: la suya no la usa nadie más
            return self._nueva()
        for ids, gastadas in self._compartidas:
            if familia not in gastadas:
                gastadas.append(familia)
                return ids
        self._compartidas.append((self._nueva(), [familia]))
        return self._compartidas[-1][0]

    def _nueva(self) -> dict[str, Any]:
        self._hechas += 1
        return self._sembrar(self._hechas)


@pytest.mark.parametrize("quien", ["agente", "dueno", "admin"])
def test_quien_si_puede_entra(escena: Escena, quien: str) -> None:
    """Con filas que nadie ha gastado en cada dirección, porque algunas las borran."""
    cliente = escena.clientes[quien]
    puede = {
        "agente": {Acceso.NORA, Acceso.PERSONA},
        "dueno": {Acceso.NORA, Acceso.DUENO, Acceso.PERSONA},
        "admin": {Acceso.NORA, Acceso.DUENO, Acceso.PERSONA, Acceso.ADMIN},
    }[quien]
    # Primero lo que mira, luego lo que cambia: suspender la Nora o la cuenta al final no estropea lo demás.
    pendientes = sorted(
        reglas(escena.app), key=lambda par: (par[1] != "GET", "suspender" in par[0].rule, par[0].rule)
    )
    sin_gastar = SinGastar(lambda n: escena.sembrar_mas("marea", f"-{quien}-{n}"))
    for regla, metodo in pendientes:
        if acceso_de(escena.app, regla.endpoint) not in puede:
            continue
        ids = escena.ids["marea"]
        if metodo != "GET" and regla.arguments & set(ids):
            ids = sin_gastar.para(regla.arguments & set(ids))
        ruta = direccion(escena, regla, "marea", ids)
        respuesta, pedidas = pedir_contando(cliente, metodo, ruta)
        if "archivo" in regla.arguments:
            continue  # la Nora de prueba no tiene archivos propios
        if (
            metodo == "GET"
            and respuesta.mimetype == "text/html"
            and "Content-Disposition" not in respuesta.headers
        ):
            assert len(pedidas) <= PETICIONES_POR_PAGINA, f"{ruta}: {pedidas}"
        if "attachment" in respuesta.headers.get("Content-Disposition", ""):
            auditada = acciones_de(escena.app, regla.endpoint) or regla.endpoint in SIN_DATOS_DE_NADIE
            assert auditada, f"{ruta} baja un archivo: que lo declare con `@audita`, o diga aquí por qué no"
        assert respuesta.status_code not in NEGADO and respuesta.status_code < 500, (
            f"{metodo} {ruta}: {respuesta.status_code}"
        )


def sin_testigos(respuesta: Any) -> str:
    """El cuerpo sin lo que cambia en cada petición: testigo CSRF y nonce."""
    texto = respuesta.get_data(as_text=True)
    texto = re.sub(r'(name="csrf[-_]token"[^>]*(?:value|content)=")[^"]*', r"\1", texto)
    return re.sub(r'nonce="[^"]*"', "", texto)


def _otro(valor: Any) -> Any:
    return valor + 1_000_000 if isinstance(valor, int) else str(uuid.uuid4())
