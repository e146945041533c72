/* Conocimiento: un tema apagado se ve apagado en cuanto se toca su interruptor. */

import { registrarModulo } from "../../shared/utils.js";

registrarModulo("conocimiento", (raiz) => {
  raiz.addEventListener("nora:interruptor", (evento) => {
    evento.target.closest(".saber-bloque")?.toggleAttribute("data-apagado", !evento.detail.activo);
  });
});
