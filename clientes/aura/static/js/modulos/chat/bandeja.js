/* Lo que se hace con la conversación: estado, encargado, notas y programados, sin recargar y con «Deshacer». */

import { publicar } from "../../shared/api.js";
import { avisar } from "../../shared/notifications.js";
import { registrarModulo } from "../../shared/utils.js";

const DIEZ_SEGUNDOS = 10000;
const CADA_MINUTO = 60000;

/** Dice qué se hizo y ofrece deshacerlo diez segundos. */
export function ofrecer(raiz, frase, antes, alVolver) {
  avisar(frase, {
    tono: "ok",
    clave: "bandeja",
    duracion: DIEZ_SEGUNDOS,
    deshacer: antes
      ? async () => {
          const datos = new FormData();
          datos.set("antes", antes);
          try {
            await publicar(raiz.dataset.urlDeshacer, datos);
            alVolver();
          } catch {
            // publicar ya dijo qué pasó.
          }
        }
      : undefined,
  });
}

registrarModulo("chat-bandeja", (panel) => {
  const raiz = panel.closest(".chat");
  const refrescar = () => document.dispatchEvent(new CustomEvent("nora:cambio", {
    detail: { tipo: "conversacion", conversacion_id: raiz.dataset.conversacion },
  }));

  panel.addEventListener("submit", async (evento) => {
    const forma = evento.target.closest("form[data-bandeja]");
    if (!forma) return;
    evento.preventDefault();
    const boton = evento.submitter;
    if (boton?.getAttribute("aria-busy")) return;
    boton?.setAttribute("aria-busy", "true");
    const datos = new FormData(forma, boton);
    try {
      const respuesta = await publicar(forma.action, datos);
      forma.closest("dialog")?.close();
      const dicho = { resuelta: "Resuelta", pendiente: "Queda pendiente", pospuesta: "Pospuesta", abierta: "Abierta de nuevo" }[datos.get("estado")]
        ?? forma.dataset.hecho ?? "Listo";
      ofrecer(raiz, `${dicho}.`, respuesta?.antes, refrescar);
      if (forma.hasAttribute("data-limpiar")) {
        forma.reset();
        const clave = forma.querySelector("[data-clave-nueva]");
        if (clave) clave.value = claveNueva();
      }
      refrescar();
    } catch {
      // publicar ya dijo qué pasó; lo escrito se queda.
    } finally {
      boton?.removeAttribute("aria-busy");
    }
  });

  // La sugerencia se pone en la caja como borrador: la manda una persona, si quiere.
  panel.addEventListener("click", async (evento) => {
    const boton = evento.target.closest("[data-sugerir]");
    if (!boton || boton.getAttribute("aria-busy")) return;
    boton.setAttribute("aria-busy", "true");
    try {
      const { texto, dudas } = await publicar(boton.dataset.sugerir, new FormData());
      if (dudas) avisar(dudas, { tono: "alerta" });
      const caja = panel.querySelector("[data-forma] textarea");
      caja.value = caja.value.trim() ? `${caja.value.trimEnd()}\n${texto}` : texto;
      caja.dispatchEvent(new Event("input", { bubbles: true }));
      caja.focus();
    } catch {
      // publicar ya dijo por qué no hay sugerencia.
    } finally {
      boton.removeAttribute("aria-busy");
    }
  });

  panel.addEventListener("click", (evento) => {
    const mencion = evento.target.closest("[data-mencionar]");
    if (!mencion) return;
    const nota = panel.querySelector("#nota-texto");
    nota.value = `${nota.value}${nota.value && !nota.value.endsWith(" ") ? " " : ""}@${mencion.dataset.mencionar} `;
    nota.focus();
  });

  // Un día y una hora que se ofrecen empiezan dentro de una hora, no vacíos ni en el pasado.
  for (const campo of panel.querySelectorAll("input[type=datetime-local]")) {
    const local = new Date(Date.now() - new Date().getTimezoneOffset() * 60000);
    campo.min = local.toISOString().slice(0, 16);
  }
});

registrarModulo("chat-presencia", (lugar) => {
  const raiz = lugar.closest(".chat");
  const presente = () => {
    if (!document.hidden) publicar(raiz.dataset.urlPresencia, new FormData(), { aviso: false }).catch(() => {});
  };
  presente();
  setInterval(presente, CADA_MINUTO);
});

function claveNueva() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
