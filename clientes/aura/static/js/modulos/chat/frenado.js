/* Lo que Nora no mandó: aparece mientras el cliente espera y se pasa a la caja de un toque. */

import { obtener } from "../../shared/api.js";
import { registrarModulo } from "../../shared/utils.js";

registrarModulo("frenado", (lugar) => {
  const panel = lugar.closest("[data-hilo]");
  const estado = panel.querySelector("[data-estado]");
  const texto = panel.querySelector("[data-forma] textarea");
  let pedido = 0;

  async function revisar() {
    const esta = ++pedido;
    let html = "";
    if (estado.querySelector(".chat-estado-espera")) {
      try {
        ({ html } = await obtener(lugar.dataset.url, { aviso: false }));
      } catch {
        return; // Sin conexión, lo que se veía se queda; el siguiente aviso lo vuelve a pedir.
      }
    }
    if (esta === pedido) lugar.innerHTML = html;
  }

  lugar.addEventListener("click", (evento) => {
    if (!evento.target.closest("[data-borrador-usar]")) return;
    const dicho = lugar.querySelector("[data-borrador-texto]").textContent;
    const escrito = texto.value.trim();
    texto.value = escrito && escrito !== dicho ? `${escrito}\n${dicho}` : dicho;
    texto.dispatchEvent(new Event("input", { bubbles: true }));
    texto.focus();
    lugar.replaceChildren();
  });
  new MutationObserver(revisar).observe(estado, { childList: true });
  revisar();
});
