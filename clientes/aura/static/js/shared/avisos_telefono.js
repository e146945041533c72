/* Encender y apagar los avisos de este aparato (Web Push). */

import { publicar } from "./api.js";
import { avisar } from "./notifications.js";
import { registrarModulo } from "./utils.js";

const FRASES = {
  apagado: "Apagado aquí.",
  encendido: "Encendido: te llega aunque el teléfono esté bloqueado.",
  bloqueado: "Este navegador tiene bloqueados los avisos de Nora. Permítelos en sus ajustes y vuelve a abrir esta página.",
  instalar: "En este aparato primero agrega Nora a la pantalla de inicio; abajo dice cómo.",
  imposible: "Este navegador no puede recibir avisos. Prueba con Chrome, Edge, Firefox o Safari al día.",
  espera: "Un momento…",
};

function puede() {
  return "serviceWorker" in navigator && "PushManager" in window && "Notification" in window;
}

function esApple() {
  return /iPhone|iPad/.test(navigator.userAgent) || (navigator.userAgent.includes("Macintosh") && navigator.maxTouchPoints > 1);
}

function bytes(texto) {
  const base = atob(texto.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(base, (letra) => letra.charCodeAt(0));
}

async function huella(texto) {
  const suma = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(texto));
  return [...new Uint8Array(suma)].map((uno) => uno.toString(16).padStart(2, "0")).join("");
}

/** La suscripción de este aparato con esa llave; una hecha con otra llave ya no sirve y se rehace. */
async function suscripcion(llave) {
  const { pushManager: empuje } = await navigator.serviceWorker.ready;
  const actual = await empuje.getSubscription();
  const suya = actual?.options?.applicationServerKey;
  const buscada = bytes(llave);
  if (actual && suya && buscada.every((uno, n) => uno === new Uint8Array(suya)[n])) return actual;
  await actual?.unsubscribe();
  return empuje.subscribe({ userVisibleOnly: true, applicationServerKey: buscada });
}

registrarModulo("avisos-telefono", async (raiz) => {
  const interruptor = raiz.querySelector("[data-avisos-interruptor]");
  const estado = raiz.querySelector("[data-avisos-estado]");
  const prueba = raiz.querySelector("[data-avisos-prueba]");
  const { llave, suscribir, quitarUrl, probar } = raiz.dataset;

  function pintar(cual) {
    estado.textContent = FRASES[cual];
    interruptor.disabled = !["apagado", "encendido"].includes(cual);
    interruptor.setAttribute("aria-checked", String(cual === "encendido"));
    prueba.hidden = cual !== "encendido";
  }

  if (!puede()) return pintar(esApple() ? "instalar" : "imposible");
  if (Notification.permission === "denied") return pintar("bloqueado");

  interruptor.addEventListener("click", async () => {
    const antes = interruptor.getAttribute("aria-checked") === "true" ? "encendido" : "apagado";
    pintar("espera");
    try {
      pintar(antes === "encendido" ? await apagar() : await encender());
    } catch (error) {
      pintar(antes);
      // Lo del servidor ya lo dijo api.js.
      if (error.name !== "ErrorApi") avisar("Tu navegador no dejó encender los avisos. Revisa sus ajustes e inténtalo de nuevo.", { tono: "error" });
    }
  });

  prueba.addEventListener("click", async () => {
    try {
      await publicar(probar);
      avisar("Va en camino: bloquea el teléfono y espera unos segundos.", { tono: "ok", clave: "prueba" });
    } catch {
      // Ya lo dijo api.js.
    }
  });

  async function encender() {
    const permiso = await Notification.requestPermission();
    if (permiso !== "granted") return permiso === "denied" ? "bloqueado" : "apagado";
    await publicar(suscribir, (await suscripcion(llave)).toJSON());
    return "encendido";
  }

  async function apagar() {
    const actual = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
    // Solo los de este negocio: la suscripción del navegador la comparten los demás.
    if (actual) await publicar(quitarUrl, { endpoint: actual.endpoint });
    return "apagado";
  }

  const actual = await (await navigator.serviceWorker.ready).pushManager.getSubscription();
  const renglon = actual && document.querySelector(`[data-huella="${await huella(actual.endpoint)}"]`);
  return pintar(renglon && Notification.permission === "granted" ? "encendido" : "apagado");
});
