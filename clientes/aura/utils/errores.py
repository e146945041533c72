"""La familia de errores de Nora; `registro/respuestas.py` los vuelve página o JSON."""

from __future__ import annotations


class ErrorNora(Exception):
    """Un error que se le puede decir a una persona.

    Args:
        mensaje: qué pasó, en español llano.
        que_hacer: qué puede hacer quien lo lee.
    """

    codigo = 500
    mensaje_comun = "Algo falló de nuestro lado. No se perdió nada."

    def __init__(self, mensaje: str = "", *, que_hacer: str = "") -> None:
        self.mensaje = mensaje or self.mensaje_comun
        self.que_hacer = que_hacer
        super().__init__(self.mensaje)


class ErrorNoEncontrado(ErrorNora):
    """No existe, o no es de quien lo pide: para quien pregunta es lo mismo."""

    codigo = 404
    mensaje_comun = "No encontramos lo que buscas."


class ErrorNoPermitido(ErrorNora):
    """Existe y es suyo, pero su rol no alcanza."""

    codigo = 403
    mensaje_comun = "Tu cuenta no puede hacer esto. Pídelo al dueño."


class ErrorDatoInvalido(ErrorNora):
    """Lo que se escribió no sirve.

    Args:
        campo: nombre del campo del formulario; vacío si no es de uno solo.
    """

    codigo = 400
    mensaje_comun = "Revisa lo que escribiste."

    def __init__(self, mensaje: str = "", *, campo: str = "", que_hacer: str = "") -> None:
        super().__init__(mensaje, que_hacer=que_hacer)
        self.campo = campo


class ErrorServicioExterno(ErrorNora):
    """Un proveedor o la base de datos no contestó."""

    codigo = 503
    mensaje_comun = "Ahora no podemos guardar ni leer datos."

    def __init__(
        self, mensaje: str = "", *, que_hacer: str = "Espera un momento y vuelve a intentar."
    ) -> None:
        super().__init__(mensaje, que_hacer=que_hacer)
