/* Google Ads: copiar las búsquedas por negar. La gráfica, el avance y los filtros están en shared/anuncios.js. */

import "../../shared/anuncios.js";
import { registrarModulo } from "../../shared/utils.js";

registrarModulo("negativas", (texto) => {
  const boton = document.querySelector(`[data-copiar-de="${texto.id}"]`);
  boton?.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(texto.value);
      boton.querySelector("span:last-child").textContent = "Copiadas";
    } catch {
      texto.select(); // Sin permiso para copiar, quedan elegidas.
    }
  });
});
