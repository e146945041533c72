"""Lo que Google puede contestar mal, dicho para una persona. Nunca llevan el token ni lo que se pidió."""

from __future__ import annotations

from ...utils.errores import ErrorDatoInvalido, ErrorNora, ErrorServicioExterno


class ErrorTokenGoogle(ErrorNora):
    """Google ya no acepta el permiso (`invalid_grant`, OAUTH_TOKEN_*): hay que conectar de nuevo."""

    codigo = 409

    def __init__(self, mensaje: str = "Google ya no acepta el permiso.") -> None:
        super().__init__(mensaje, que_hacer="Conecta Google otra vez.")


class ErrorPermisoGoogle(ErrorNora):
    """El permiso vale pero no deja leer esto (AuthorizationError)."""

    codigo = 409

    def __init__(
        self,
        mensaje: str = "A Nora le falta permiso en Google Ads para leer esto.",
        que_hacer: str = "Pide acceso a la cuenta en Google Ads, o conecta con otra persona.",
    ) -> None:
        super().__init__(mensaje, que_hacer=que_hacer)


class ErrorCuentaGoogle(ErrorDatoInvalido):
    """La cuenta no deja leer, o la petición no le sirve; repetirla igual no cambia nada."""

    mensaje_comun = "La cuenta de Google Ads está cerrada o no deja leer sus datos."


class ErrorCuentaCerrada(ErrorCuentaGoogle):
    """CUSTOMER_NOT_ENABLED: la cuenta está cancelada o nunca se activó."""

    mensaje_comun = (
        "La cuenta está cerrada en Google. Lo que ya se leyó se queda; no hay nada nuevo que leer."
    )


class ErrorLimiteGoogle(ErrorServicioExterno):
    """Se llegó al límite de peticiones (RESOURCE_EXHAUSTED y los demás QuotaError).

    Args:
        en_segundos: cuándo se puede volver según Google (`retry_delay`); None si no lo dice.
    """

    def __init__(self, en_segundos: float | None = None) -> None:
        super().__init__(
            "Google pide ir más despacio.",
            que_hacer="Nora sigue sola en cuanto Google la deje; no hay que hacer nada.",
        )
        self.en_segundos = en_segundos
