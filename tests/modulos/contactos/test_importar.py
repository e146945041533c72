"""Una hoja de contactos, como la exporta cada quien: se lee, se revisa, se guarda lo bueno y se dice lo malo."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from clientes.aura.routes.panel_cliente_contactos import hoja
from clientes.aura.routes.panel_cliente_contactos.modelos import CampoPropio
from clientes.aura.utils.errores import ErrorDatoInvalido
from clientes.aura.utils.hojas import descifrar
from clientes.aura.utils.supabase_client import supabase
from clientes.aura.utils.supabase_helpers import filas

BASE = "/panel_cliente/marea/contactos"
JSON = {"Accept": "application/json"}


# ---------------------------------------------------------------- leer
@pytest.mark.parametrize("codificacion", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separador", [",", ";", "\t", "|"])
def test_codificacion_y_separador_se_adivinan(codificacion: str, separador: str) -> None:
    renglones = [["Teléfono", "Nombre", "Notas"], ["6621234567", "Íñigo Peña", "llega tarde, a veces; sí"]]
    salida = io.StringIO()
    csv.writer(salida, delimiter=separador).writerows(renglones)
    texto = descifrar(salida.getvalue().encode(codificacion))
    leida = hoja.leer(texto.contenido, texto.separador)
    assert texto.separador == separador
    assert leida.encabezados == renglones[0] and leida.renglones == [(2, renglones[1])]


@pytest.mark.parametrize(
    ("datos", "frase"),
    [(b"", "vacío"), (b"PK\x03\x04zip", "Excel"), (b"a\x00b", "no es una hoja"), (b"  \n \n", "vacío")],
)
def test_lo_que_no_es_una_hoja(datos: bytes, frase: str) -> None:
    with pytest.raises(ErrorDatoInvalido, match=frase):
        descifrar(datos)


@pytest.mark.parametrize(
    ("encabezados", "esperado"),
    [
        ("Celular,Nombre completo,E-mail,Comentarios,Grupo", "telefono nombre correo notas etiquetas"),
        ("First Name,Last Name,Phone 1 - Value,Labels", "nombre apellido telefono etiquetas"),
        ("Número de teléfono,Nombre del cliente", "telefono nombre"),
        ("Nombre,Talla,WhatsApp", "nombre propio:t telefono"),
        ("Folio,Dato,Otra cosa", " telefono "),
    ],
)
def test_las_columnas_se_adivinan(encabezados: str, esperado: str) -> None:
    ancho = len(encabezados.split(","))
    celdas = ["x"] * ancho
    celdas[1] = "662 123 4567"
    leida = hoja.leer(f"{encabezados}\n" + f"{','.join(celdas)}\n" * 3, ",")
    columnas = hoja.adivinar_columnas(leida, [CampoPropio(id="t", nombre="talla")])
    assert [columnas[str(n)] for n in range(ancho)] == esperado.split(" ")


def test_sin_encabezados_se_adivina_por_lo_que_hay() -> None:
    leida = hoja.leer("Ana López,6621234567\nBeto,662 999 8877\n", ",")
    assert leida.encabezados == ["Columna 1", "Columna 2"] and len(leida.renglones) == 2
    assert hoja.adivinar_columnas(leida, []) == {"0": "nombre", "1": "telefono"}


@pytest.mark.parametrize(
    ("celda", "queda"),
    [
        ("662 123 4567", "+526621234567"),
        ("+52 1 662 123 4567", "+526621234567"),
        ("5216621234567", "+526621234567"),
        ("(662) 123-45-67", "+526621234567"),
        ("6621234567.0", "+526621234567"),
        ("'6621234567", "+526621234567"),
        ("+1 520 555 0100", "+15205550100"),
        ("", "No tiene teléfono"),
        ("6.62123E+09", "Excel cambió"),
        ("66212", "faltan o le sobran"),
        ("sin número", "no se entiende"),
    ],
)
def test_cada_telefono_o_su_razon(celda: str, queda: str) -> None:
    revisados = hoja.revisar([(7, [celda])], {"0": "telefono"}, 1, [])
    if queda.startswith("+"):
        assert [b["telefono"] for b in revisados.buenos] == [queda] and not revisados.malos
    else:
        assert not revisados.buenos
        assert revisados.malos[0]["linea"] == 7 and queda in revisados.malos[0]["razon"]


def test_la_linea_es_la_del_archivo_aunque_una_celda_tenga_renglones() -> None:
    leida = hoja.leer('tel,nota\n6621234567,"uno\ndos"\n\nmal,x\n', ",")
    assert [linea for linea, _ in leida.renglones] == [2, 5]


def test_lo_exportado_no_ejecuta_nada_y_vuelve_a_entrar_igual() -> None:
    texto = hoja.como_csv(["WhatsApp", "Nombre"], [["+526621234567", '=HYPERLINK("x")'], ["", "@SUM(A1)"]])
    assert "'=HYPERLINK" in texto and "'@SUM" in texto and "\n+526621234567," in texto
    leida = hoja.leer(texto, ",")
    revisados = hoja.revisar(leida.renglones[:1], {"0": "telefono", "1": "nombre"}, 2, [])
    assert revisados.buenos[0]["nombre"] == '=HYPERLINK("x")'


# ---------------------------------------------------------------- importar
@pytest.fixture
def marea(crear_nora: Callable[..., str]) -> str:
    return crear_nora("marea")


@pytest.fixture
def duena(marea: str, cliente_de: Callable[..., Any]) -> Any:
    return cliente_de("dueno", marea)


def subir(cliente: Any, texto: str | bytes, nombre: str = "clientes.csv", base: str = BASE) -> str:
    datos = texto if isinstance(texto, bytes) else texto.encode()
    respuesta = cliente.enviar(f"{base}/importar", {"archivo": (io.BytesIO(datos), nombre)})
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    return str(respuesta.location.rsplit("/", 1)[1])


def correr(cliente: Any, importacion: str, **datos: str) -> dict[str, Any]:
    """Dice qué es cada columna y pasa todos los tramos."""
    respuesta = cliente.enviar(f"{BASE}/importar/{importacion}/empezar", datos)
    assert respuesta.status_code == 302, respuesta.get_data(as_text=True)
    while True:
        tramo = cliente.enviar(f"{BASE}/importar/{importacion}/tramo", headers=JSON)
        avance: dict[str, Any] = json.loads(tramo.get_data(as_text=True))["data"]
        if avance["estado"] == "terminada":
            return avance


COLUMNAS = {"columna-0": "telefono", "columna-1": "nombre", "columna-2": "etiquetas"}


def test_dos_mil_con_treinta_malos_y_repetirla_no_duplica(duena: Any, marea: str) -> None:
    renglones = [f"66230{n:05d},Persona {n},VIP" for n in range(2000)]
    malos = list(range(20, 2000, 66))[:30]
    for n in malos:
        renglones[n] = f"{n},Mala {n},"
    texto = "telefono,nombre,grupo\n" + "\n".join(renglones) + "\n"
    importacion = subir(duena, texto)
    previa = duena.get(f"{BASE}/importar/{importacion}").get_data(as_text=True)
    assert ">1,970</strong> se guardan" in previa and ">30</strong> no entran" in previa
    assert "Línea 22" in previa and "faltan o le sobran" in previa
    assert filas(supabase.table("contactos").select("id").limit(1)) == [], "la vista previa no guarda nada"
    avance = correr(duena, importacion, **COLUMNAS, etiqueta="Noviembre")
    assert (avance["nuevos"], avance["actualizados"], avance["errores"]) == (1970, 0, 30)
    resultado = duena.get(f"{BASE}/importar/{importacion}").get_data(as_text=True)
    assert "1,970" in resultado and "Bajar los 30" in resultado
    hoja_de_errores = duena.get(f"{BASE}/importar/{importacion}/errores.csv").get_data().decode("utf-8-sig")
    leidos = list(csv.reader(io.StringIO(hoja_de_errores)))
    assert leidos[0] == ["Línea", "Qué pasó", "telefono", "nombre", "grupo"] and len(leidos) == 31
    assert [int(r[0]) for r in leidos[1:]] == [n + 2 for n in malos]
    assert all("faltan o le sobran" in r[1] for r in leidos[1:]), "cada renglón malo dice por qué"
    assert leidos[1][2:4] == [str(malos[0]), f"Mala {malos[0]}"]
    total = supabase.table("contactos").select("id", count="exact").limit(1).execute()  # type: ignore[arg-type]
    assert total.count == 1970
    otra_vez = correr(duena, subir(duena, texto), **COLUMNAS, etiqueta="Noviembre")
    assert (otra_vez["nuevos"], otra_vez["actualizados"], otra_vez["iguales"]) == (0, 0, 1970)


def test_quien_ya_esta_se_actualiza_y_lo_vacio_no_borra(duena: Any, marea: str) -> None:
    filas(
        supabase.table("contactos").insert(
            {
                "nombre_nora": marea,
                "nombre": "Ana",
                "correo": "ana@x.mx",
                "telefono": "+526621234567",
                "direccion": "whatsapp:+526621234567",
                "direccion_envio": "whatsapp:+526621234567",
            }
        )
    )
    texto = (
        "tel,nombre,correo\n+52 1 662 123 4567,Ana López,\n6629998877,Beto,b@x.mx\n6629998877,Beto Ruiz,\n"
    )
    avance = correr(
        duena,
        subir(duena, texto),
        **{"columna-0": "telefono", "columna-1": "nombre", "columna-2": "correo"},
    )
    assert (avance["nuevos"], avance["actualizados"]) == (1, 2)
    guardados = filas(supabase.table("contactos").select("nombre,correo").order("nombre"))
    assert guardados == [
        {"nombre": "Ana López", "correo": "ana@x.mx"},
        {"nombre": "Beto Ruiz", "correo": "b@x.mx"},
    ]


def test_un_tramo_repetido_no_guarda_nada_dos_veces(duena: Any, marea: str) -> None:
    importacion = subir(duena, "tel\n" + "\n".join(f"66240{n:05d}" for n in range(300)))
    duena.enviar(f"{BASE}/importar/{importacion}/empezar", {"columna-0": "telefono"})
    from clientes.aura.routes.panel_cliente_contactos import consultas_importar

    usuario = filas(supabase.table("usuarios").select("id"))[0]["id"]
    fila = {
        "telefono": "+526624000000",
        "nombre": "",
        "correo": "",
        "notas": "",
        "propios": {},
        "etiquetas": [],
    }
    primero = consultas_importar.importar_tramo(marea, importacion, 0, 250, [fila], [], usuario)
    segundo = consultas_importar.importar_tramo(marea, importacion, 0, 250, [fila], [], usuario)
    assert (primero.posicion, primero.nuevos) == (segundo.posicion, segundo.nuevos) == (250, 1)


def test_al_terminar_no_queda_la_hoja(duena: Any, marea: str) -> None:
    importacion = subir(duena, "tel\n6621234567\n")
    correr(duena, importacion, **{"columna-0": "telefono"})
    assert filas(supabase.table("importaciones").select("contenido")) == [{"contenido": ""}]
    assert duena.get(f"{BASE}/importar/{importacion}").status_code == 200


@pytest.mark.parametrize(
    ("columnas", "frase"),
    [
        ({"columna-0": "nombre"}, "cuál columna trae el WhatsApp"),
        ({"columna-0": "telefono", "columna-1": "telefono"}, "Dos columnas van al mismo dato"),
        ({"columna-0": "telefono", "columna-1": "inventado"}, "Dos columnas"),
    ],
)
def test_las_columnas_mal_dichas_no_pierden_la_hoja(
    duena: Any, marea: str, columnas: dict[str, str], frase: str
) -> None:
    importacion = subir(duena, "tel,nombre\n6621234567,Ana\n")
    respuesta = duena.enviar(f"{BASE}/importar/{importacion}/empezar", columnas)
    assert respuesta.status_code == 422 and frase in respuesta.get_data(as_text=True)
    assert filas(supabase.table("importaciones").select("estado")) == [{"estado": "por_revisar"}]


def test_exportar_es_lo_que_ensena_el_filtro(duena: Any, marea: str, cliente_de: Callable[..., Any]) -> None:
    correr(
        duena,
        subir(duena, "tel,nombre,grupo\n6621234567,=Ana,VIP\n6629998877,Beto,\n"),
        **COLUMNAS,
    )
    vip = filas(supabase.table("etiquetas").select("id"))[0]["id"]
    respuesta = duena.get(f"{BASE}/exportar.csv?etiqueta={vip}")
    leidos = list(csv.DictReader(io.StringIO(respuesta.get_data().decode("utf-8-sig"))))
    assert [(r["WhatsApp"], r["Nombre"], r["Etiquetas"]) for r in leidos] == [
        ("+526621234567", "'=Ana", "VIP")
    ]
    assert re.search(r'attachment; filename="contactos.csv"', respuesta.headers["Content-Disposition"])
    assert len(duena.get(f"{BASE}/exportar.csv").get_data().splitlines()) == 3
    assert cliente_de("agente", marea).get(f"{BASE}/exportar.csv").status_code == 403


def test_una_hoja_de_otra_nora_no_existe(
    duena: Any, crear_nora: Callable[..., str], cliente_de: Callable[..., Any]
) -> None:
    importacion = subir(duena, "tel\n6621234567\n")
    crear_nora("brisa")
    ajena = cliente_de("dueno", "brisa")
    base = f"/panel_cliente/brisa/contactos/importar/{importacion}"
    assert ajena.get(base).status_code == ajena.get(f"{base}/errores.csv").status_code == 404
    for ruta in ("empezar", "tramo", "descartar"):
        assert ajena.enviar(f"{base}/{ruta}", {"columna-0": "telefono"}).status_code == 404
    assert filas(supabase.table("contactos").select("id")) == []
