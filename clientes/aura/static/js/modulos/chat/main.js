/* Chat: ata la lista, la conversación abierta y los avisos en vivo. */

import { registrarModulo } from "../../shared/utils.js";
import { iniciarConversacion } from "./conversacion.js";
import { iniciarLista } from "./lista.js";

registrarModulo("chat", (raiz) => {
  const lista = iniciarLista(raiz);
  const conversacion = raiz.dataset.conversacion ? iniciarConversacion(raiz) : null;

  document.addEventListener("nora:cambio", ({ detail: cambio }) => {
    lista.refrescar();
    if (!conversacion) return;
    if (cambio.tipo === "reconectado" || cambio.conversacion_id === raiz.dataset.conversacion) conversacion.refrescar();
  });
  // También la primera vez: algo pudo cambiar entre que se dibujó la página y se conectó.
  document.addEventListener("nora:conectado", () => {
    lista.refrescar();
    conversacion?.refrescar();
  });

  raiz.addEventListener("medios:enviado", () => conversacion?.refrescar());

  for (const boton of raiz.querySelectorAll("[data-ficha]")) {
    boton.addEventListener("click", () => {
      const abrir = boton.dataset.ficha === "abrir" && raiz.dataset.vista !== "ficha";
      raiz.dataset.vista = abrir ? "ficha" : "conversacion";
      raiz.querySelector(abrir ? ".chat-cerrar-ficha" : ".chat-abrir-ficha")?.focus();
    });
  }
});
