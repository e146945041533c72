"""Lo que Meta puede contestar mal, dicho para una persona. Nunca llevan el token ni la dirección que se pidió."""

from __future__ import annotations

from ...utils.errores import ErrorDatoInvalido, ErrorNora, ErrorServicioExterno

# Subcódigos de 190: https://developers.facebook.com/docs/graph-api/guides/error-handling
_TOKEN = {
    458: "Se quitó el permiso a Nora desde Facebook.",
    459: "Facebook pide que entres a tu cuenta a resolver algo.",
    460: "Cambió la contraseña de Facebook de quien conectó.",
    463: "El permiso de Meta se venció.",
    464: "Facebook pide confirmar la cuenta de quien conectó.",
    467: "El permiso de Meta ya no vale.",
    492: "Quien conectó ya no tiene acceso a la cuenta.",
}


class ErrorTokenMeta(ErrorNora):
    """Meta ya no acepta el token (190): hay que conectar de nuevo."""

    codigo = 409

    def __init__(self, subcodigo: int = 0) -> None:
        super().__init__(
            _TOKEN.get(subcodigo, "Meta ya no acepta el permiso."), que_hacer="Conecta Meta otra vez."
        )


class ErrorPermisoMeta(ErrorNora):
    """El token vale pero Meta no deja leer con él: le falta un permiso (3, 10, 200 a 299), o es la instalación."""

    codigo = 409

    def __init__(
        self,
        mensaje: str = "A Nora le falta permiso en Meta para leer esto.",
        que_hacer: str = "Conecta otra vez y acepta los permisos, o pide acceso a la cuenta en Meta Business.",
    ) -> None:
        super().__init__(mensaje, que_hacer=que_hacer)


class ErrorCuentaMeta(ErrorDatoInvalido):
    """La cuenta no deja leer, o la petición no le sirve; repetirla igual no cambia nada."""

    mensaje_comun = "La cuenta publicitaria está cerrada o no deja leer sus datos."


class ErrorNoExisteMeta(ErrorDatoInvalido):
    """El objeto ya no existe en Meta, o este token no lo ve (100/33)."""

    mensaje_comun = "Eso ya no existe en Meta."


class ErrorDemasiado(ErrorDatoInvalido):
    """Se pidieron más datos de los que Meta da de una vez: hay que pedir menos días."""

    mensaje_comun = "Meta pide leer menos días a la vez."


class ErrorLimiteMeta(ErrorServicioExterno):
    """Se llegó al límite de peticiones (4, 17, 32, 613, 800xx o 429).

    Args:
        en_segundos: cuándo se puede volver según Meta; None si no lo dice.
    """

    def __init__(self, en_segundos: float | None = None, codigo_meta: int = 0) -> None:
        super().__init__(
            "Meta pide ir más despacio.",
            que_hacer="Nora sigue sola en cuanto Meta la deje; no hay que hacer nada.",
        )
        self.en_segundos = en_segundos
        self.codigo_meta = codigo_meta
