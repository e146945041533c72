/* Sonido y notificación del navegador cuando un cliente espera; cada quien los enciende en su aparato. */

import { registrarModulo } from "../../shared/utils.js";

const CLAVE = "nora-chat-avisos";
let audio = null;

function preferencias() {
  try {
    return JSON.parse(localStorage.getItem(CLAVE)) ?? {};
  } catch {
    return {}; // Sin almacenamiento están apagados.
  }
}

function sonar() {
  audio ??= new AudioContext();
  const nota = audio.createOscillator();
  const volumen = audio.createGain();
  nota.frequency.value = 660;
  volumen.gain.setValueAtTime(0.08, audio.currentTime);
  volumen.gain.exponentialRampToValueAtTime(0.0001, audio.currentTime + 0.4);
  nota.connect(volumen).connect(audio.destination);
  nota.start();
  nota.stop(audio.currentTime + 0.4);
}

document.addEventListener("nora:espera", ({ detail: { quien, url } }) => {
  const elegidas = preferencias();
  if (elegidas.sonido) sonar();
  if (elegidas.avisos && document.hidden && globalThis.Notification?.permission === "granted") {
    const aviso = new Notification(`${quien} espera a una persona`, { tag: url });
    aviso.addEventListener("click", () => {
      window.focus();
      location.assign(url);
    });
  }
});

registrarModulo("chat-ajustes", (raiz) => {
  for (const casilla of raiz.querySelectorAll("[data-preferencia]")) {
    const { preferencia } = casilla.dataset;
    casilla.checked = Boolean(preferencias()[preferencia]);
    casilla.addEventListener("change", async () => {
      if (preferencia === "avisos" && casilla.checked && (await globalThis.Notification?.requestPermission()) !== "granted") {
        casilla.checked = false;
      }
      if (preferencia === "sonido" && casilla.checked) sonar();
      try {
        localStorage.setItem(CLAVE, JSON.stringify({ ...preferencias(), [preferencia]: casilla.checked }));
      } catch {
        casilla.checked = false;
      }
    });
  }
});
