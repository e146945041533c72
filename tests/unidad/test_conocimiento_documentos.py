"""De un archivo a temas propuestos: lo que se lee, cómo se parte, y qué se dice de lo que no se puede leer."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Sequence

import pytest
from docx import Document
from pypdf import PdfWriter

from clientes.aura.routes.panel_cliente_conocimiento import documentos
from clientes.aura.routes.panel_cliente_conocimiento.documentos import leer, leer_texto
from clientes.aura.routes.panel_cliente_conocimiento.partir import (
    LARGO_COMODO,
    TEMAS_MAXIMOS,
    partir,
)
from clientes.aura.utils.errores import ErrorDatoInvalido


def pdf(paginas: Sequence[Sequence[str]]) -> bytes:
    """Un PDF con esos renglones en cada página, escrito a mano."""
    cuerpos: list[bytes] = []
    hijos = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(paginas)))
    cuerpos.append(b"<< /Type /Catalog /Pages 2 0 R >>")
    cuerpos.append(f"<< /Type /Pages /Kids [{hijos}] /Count {len(paginas)} >>".encode())
    cuerpos.append(b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>")
    for n, renglones in enumerate(paginas):
        texto = " T* ".join(f"({r}) Tj" for r in renglones)
        flujo = f"BT /F1 12 Tf 14 TL 72 720 Td {texto} ET".encode("cp1252")
        cuerpos.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents {5 + 2 * n} 0 R "
            "/Resources << /Font << /F1 3 0 R >> >> >>".encode()
        )
        cuerpos.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(flujo), flujo))
    salida = io.BytesIO()
    salida.write(b"%PDF-1.4\n")
    lugares = []
    for n, cuerpo in enumerate(cuerpos, start=1):
        lugares.append(salida.tell())
        salida.write(b"%d 0 obj\n%s\nendobj\n" % (n, cuerpo))
    tabla = salida.tell()
    salida.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(cuerpos) + 1))
    salida.writelines(b"%010d 00000 n \n" % lugar for lugar in lugares)
    salida.write(b"trailer << /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF" % (len(cuerpos) + 1, tabla))
    return salida.getvalue()


def docx() -> bytes:
    documento = Document()
    documento.add_heading("Envíos", level=1)
    documento.add_paragraph("Enviamos a toda la ciudad por $60. Tarda un día.")
    documento.add_paragraph().add_run("Garantía").bold = True
    documento.add_paragraph("Siete días con tu nota.")
    tabla = documento.add_table(rows=2, cols=2)
    for celda, texto in zip(
        (c for fila in tabla.rows for c in fila.cells),
        ("Ramo chico", "$250", "Ramo grande", "$480"),
        strict=True,
    ):
        celda.text = texto
    salida = io.BytesIO()
    documento.save(salida)
    return salida.getvalue()


def temas(nombre: str, datos: bytes) -> list[tuple[str, str]]:
    return [(p.titulo, p.contenido) for p in partir(leer(nombre, datos), nombre).propuestas]


def hecho_por(escritor: PdfWriter) -> bytes:
    salida = io.BytesIO()
    escritor.write(salida)
    return salida.getvalue()


def vacio(paginas: int, contrasena: str = "") -> bytes:
    escritor = PdfWriter()
    for _ in range(paginas):
        escritor.add_blank_page(200, 200)
    if contrasena:
        escritor.encrypt(contrasena, algorithm="RC4-128")
    return hecho_por(escritor)


def zip_con(**partes: bytes) -> bytes:
    salida = io.BytesIO()
    with zipfile.ZipFile(salida, "w", zipfile.ZIP_DEFLATED) as paquete:
        for nombre, datos in partes.items():
            paquete.writestr(nombre.replace("__", "/").replace("_xml", ".xml"), datos)
    return salida.getvalue()


def test_texto_con_titulos_preguntas_y_temas_en_su_renglon() -> None:
    texto = (
        "Horario navideño\nDel 20 al 31 de diciembre abrimos de 9 a 9.\n\n¿Tienen wifi?\nSí, pide la clave.\n\n"
        "GARANTÍA\nSiete días con tu nota.\nNo cubre golpes.\n\nPeinado de fiesta: cuesta $450 y dura hora y media."
    )
    hallados = [(p.titulo, p.contenido) for p in partir(leer_texto(texto), "").propuestas]
    assert hallados == [
        ("Horario navideño", "Del 20 al 31 de diciembre abrimos de 9 a 9."),
        ("¿Tienen wifi?", "Sí, pide la clave."),
        ("Garantía", "Siete días con tu nota.\nNo cubre golpes."),
        ("Peinado de fiesta", "Cuesta $450 y dura hora y media."),
    ]


def test_texto_sin_titulos_parte_por_parrafos_y_titula_con_sus_palabras() -> None:
    texto = (
        "Aceptamos efectivo, tarjeta y transferencia en todos los servicios.\n\n"
        "El estacionamiento es gratis y caben seis autos frente al local."
    )
    hallados = partir(leer_texto(texto), "").propuestas
    assert [p.titulo for p in hallados] == [
        "Aceptamos efectivo, tarjeta y transferencia en todos…",
        "El estacionamiento es gratis y caben seis…",
    ]


def test_un_tema_largo_se_parte_en_mensajes_sin_perder_palabras() -> None:
    frase = "Esta frase dice una cosa que importa bastante a los clientes. "
    propuestas = partir(leer_texto("Reglas del lugar\n" + frase * 60), "").propuestas
    assert len(propuestas) > 2 and all(len(p.contenido) <= LARGO_COMODO for p in propuestas)
    assert sum(p.contenido.count("importa") for p in propuestas) == 60
    assert propuestas[0].titulo == "Reglas del lugar (1)"


def test_hoja_de_precios_y_hoja_de_preguntas() -> None:
    precios = 'Servicio,Precio,Duración\nCorte de dama,280,45 min\nTinte,"1,400",2 horas\n'.encode()
    assert temas("precios.csv", precios) == [
        ("Corte de dama", "Corte de dama: precio $280, duración 45 min."),
        ("Tinte", "Tinte: precio $1,400, duración 2 horas."),
    ]
    preguntas = (
        "Pregunta;Respuesta;Categoría\n¿Fían?;No, gracias.;pagos, reglas\n;Sin título pero con texto útil.;\n"
    )
    leidas = partir(leer("faq.csv", preguntas.encode("cp1252")), "faq.csv").propuestas
    assert leidas[0].titulo == "¿Fían?" and leidas[0].etiquetas == ("pagos", "reglas")
    assert leidas[0].fuente == "faq.csv, renglón 2"
    assert leidas[1].titulo.startswith("Sin título")


def test_pdf_con_su_pagina() -> None:
    datos = pdf(
        [["Horario", "Abrimos de 9 a 7 de lunes a viernes."], ["Ubicación", "Calle Coral 5, Centro."]]
    )
    propuestas = partir(leer("menu.pdf", datos), "menu.pdf").propuestas
    assert [(p.titulo, p.fuente) for p in propuestas] == [
        ("Horario", "menu.pdf, página 1"),
        ("Ubicación", "menu.pdf, página 2"),
    ]
    assert "Calle Coral 5" in propuestas[1].contenido


def test_word_con_titulos_negritas_y_tablas() -> None:
    hallados = temas("lo que sea.pdf", docx())  # manda lo que es, no cómo se llama
    assert hallados[0] == ("Envíos", "Enviamos a toda la ciudad por $60. Tarda un día.")
    assert hallados[1] == ("Garantía", "Siete días con tu nota.\nRamo chico: $250\nRamo grande: $480")


BOMBA = b"<a>" + b" " * (documentos.XML_MAXIMO + 1) + b"</a>"


@pytest.mark.parametrize(
    ("nombre", "datos", "frase"),
    [
        ("a.pdf", b"", "vacío"),
        ("a.txt", b"   \n ", "vacío"),
        ("a.pdf", b"x" * (documentos.BYTES_MAXIMOS + 1), "más de 10 MB"),
        ("a.pdf", vacio(1, "secreta"), "tiene contraseña"),
        ("a.pdf", vacio(2), "es una foto o un escaneo"),
        ("a.pdf", vacio(1000), "1,000 páginas"),
        ("a.pdf", b"%PDF-1.4\nnada de esto es un PDF", "dañado"),
        ("a.pdf", pdf([["Hola"]])[:200], "dañado|escaneo"),
        ("a.docx", zip_con(word__document_xml=BOMBA), "demasiado grande por dentro"),
        ("a.docx", zip_con(word__document_xml=b"<no es un word"), "dañado"),
        ("a.docx", zip_con(xl__workbook_xml=b"<x/>"), "de Excel"),
        ("a.docx", zip_con(foto_xml=b"<x/>"), "no es un Word"),
        ("a.docx", docx()[:300], "dañado o incompleto"),
        ("a.doc", documentos._OLE + b"\x00" * 600, "Word viejo o tiene contraseña"),
        ("a.pdf", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "no se puede leer aquí"),
        ("a.csv", b"solo,titulos\n", "al menos uno con datos"),
        ("a.txt", ("palabra " * 60_000).encode(), "400,000 letras"),
    ],
)  # fmt: skip
def test_lo_que_no_se_puede_leer_dice_que_hacer(nombre: str, datos: bytes, frase: str) -> None:
    with pytest.raises(ErrorDatoInvalido, match=frase) as error:
        leer(nombre, datos)
    assert error.value.campo == "archivo"


def test_lo_que_no_cabe_se_cuenta() -> None:
    renglones = "tema,respuesta\n" + "".join(f"Tema {n},Respuesta {n}\n" for n in range(TEMAS_MAXIMOS + 7))
    partido = partir(leer("muchos.csv", renglones.encode()), "muchos.csv")
    assert len(partido.propuestas) == TEMAS_MAXIMOS and partido.sobran == 7
    repetidos = partir(leer("dos.csv", b"tema,respuesta\nUno,Si\nUNO,si\n"), "dos.csv")
    assert len(repetidos.propuestas) == 1
