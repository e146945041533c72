/* Lo común del panel y de la administración: htmx, diálogos, interruptores, copiar, horas. */

import { avisarSesion, esEntrada, mensajeDeEstado, publicar, tokenCsrf } from "./api.js";
import "./atajos.js";
import "./dialogos.js";
import "./esqueletos.js";
import "./formularios.js";
import "./instalable.js";
import { avisar } from "./notifications.js";
import "./tiras.js";
import { refrescarHoras } from "./utils.js";

document.addEventListener("htmx:configRequest", (evento) => {
  evento.detail.headers["X-CSRFToken"] = tokenCsrf();
});

document.addEventListener("htmx:beforeSwap", (evento) => {
  if (!esEntrada(evento.detail.xhr.responseURL) || esEntrada(location.href)) return;
  evento.detail.shouldSwap = false;
  avisarSesion();
});

document.addEventListener("htmx:responseError", (evento) => {
  const estado = evento.detail.xhr.status;
  if (estado === 401) avisarSesion();
  else avisar(mensajeDeEstado(estado), { tono: "error", clave: `error-${estado}` });
});

for (const fallo of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(fallo, () => avisar(mensajeDeEstado(0), { tono: "error", clave: "error-0" }));
}

// Interruptor vivo: cambia al momento y regresa si el servidor no lo guardó.
document.addEventListener("submit", async (evento) => {
  const forma = evento.target.closest("form[data-interruptor]");
  if (!forma || evento.defaultPrevented) return;
  evento.preventDefault();
  const boton = forma.querySelector("[role=switch]");
  if (boton.getAttribute("aria-busy")) return;
  const campo = forma.elements[forma.dataset.interruptor];
  const antes = boton.getAttribute("aria-checked") === "true";
  const pintar = (activo) => {
    boton.setAttribute("aria-checked", String(activo));
    campo.value = activo ? "0" : "1";
  };
  const datos = new FormData(forma);
  pintar(!antes);
  boton.setAttribute("aria-busy", "true");
  try {
    const respuesta = await publicar(forma.action, datos);
    forma.dispatchEvent(new CustomEvent("nora:interruptor", { bubbles: true, detail: { activo: !antes, respuesta } }));
  } catch {
    pintar(antes); // El aviso ya lo mostró api.js.
  } finally {
    boton.removeAttribute("aria-busy");
  }
}, true);

document.addEventListener("click", async (evento) => {
  const quita = evento.target.closest("[data-quitar]");
  if (quita) quita.closest(quita.dataset.quitar)?.remove();

  const copia = evento.target.closest("[data-copiar]");
  if (!copia) return;
  try {
    await navigator.clipboard.writeText(copia.dataset.copiar);
    avisar("Copiado.", { tono: "ok", clave: "copiado", duracion: 2500 });
  } catch {
    avisar("Tu navegador no dejó copiar. Selecciona el texto y cópialo a mano.", { tono: "error" });
  }
});

setInterval(refrescarHoras, 30000);
document.addEventListener("htmx:load", (evento) => refrescarHoras(evento.target));
