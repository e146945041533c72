/* Elegir varias conversaciones y cambiarlas a la vez, con «Deshacer». */

import { publicar } from "../../shared/api.js";
import { crear, registrarModulo } from "../../shared/utils.js";
import { ofrecer } from "./bandeja.js";

registrarModulo("chat-varias", (barra) => {
  const raiz = barra.closest(".chat");
  const cuerpo = raiz.querySelector("[data-lista]");
  const acciones = barra.querySelector("[data-lote-barra]");
  const entrada = barra.querySelector(".chat-lote-entrada");
  const cuenta = barra.querySelector("[data-lote-cuenta]");
  const elegidas = new Set();
  let activo = false;

  function pintar() {
    cuenta.textContent = elegidas.size === 1 ? "1 elegida" : `${elegidas.size} elegidas`;
    for (const item of cuerpo.querySelectorAll("[data-conversacion]")) {
      let casilla = item.querySelector(".chat-casilla");
      if (activo && !casilla) {
        casilla = crear("input", { type: "checkbox", class: "chat-casilla", "aria-label": `Elegir a ${item.dataset.quien}` });
        item.prepend(casilla);
      } else if (!activo) casilla?.remove();
      if (casilla) casilla.checked = elegidas.has(item.dataset.conversacion);
    }
  }

  function cambiar(encendido) {
    activo = encendido;
    elegidas.clear();
    acciones.hidden = !activo;
    entrada.hidden = activo;
    cuerpo.classList.toggle("chat-eligiendo", activo);
    pintar();
  }

  barra.addEventListener("click", async (evento) => {
    if (evento.target.closest("[data-lote-empezar]")) cambiar(true);
    else if (evento.target.closest("[data-lote-terminar]")) cambiar(false);
    const boton = evento.target.closest("[data-lote-estado], [data-lote-persona]");
    if (!boton || !elegidas.size) return;
    const datos = new FormData();
    datos.set("ids", [...elegidas].join(","));
    if (boton.dataset.loteEstado) datos.set("estado", boton.dataset.loteEstado);
    else datos.set("persona", boton.dataset.lotePersona);
    const cuantas = elegidas.size;
    const refrescar = () => document.dispatchEvent(new CustomEvent("nora:cambio", { detail: { tipo: "reconectado" } }));
    try {
      const { antes } = await publicar(raiz.dataset.urlLote, datos);
      cambiar(false);
      ofrecer(raiz, cuantas === 1 ? "Listo: 1 conversación." : `Listo: ${cuantas} conversaciones.`, antes, refrescar);
      refrescar();
    } catch {
      // publicar ya dijo qué pasó; lo elegido se queda.
    }
  });

  cuerpo.addEventListener("click", (evento) => {
    const item = activo && evento.target.closest("[data-conversacion]");
    if (!item) return;
    if (!evento.target.matches(".chat-casilla")) evento.preventDefault();
    const { conversacion } = item.dataset;
    if (!elegidas.delete(conversacion)) elegidas.add(conversacion);
    cuenta.textContent = elegidas.size === 1 ? "1 elegida" : `${elegidas.size} elegidas`;
    // Después de que el navegador ponga su propia palomita.
    setTimeout(pintar);
  });
  new MutationObserver(() => activo && pintar()).observe(cuerpo, { childList: true, subtree: true });
});
