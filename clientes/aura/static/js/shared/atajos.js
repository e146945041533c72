/* Atajos de teclado, con su hoja de ayuda («?»). Cada quien los puede apagar en su aparato.
   Se saltan mientras se escribe, con Ctrl, Alt o Cmd, y con un diálogo abierto. */

import { crear } from "./utils.js";

const CLAVE = "nora-sin-atajos";
const ESPERA_G = 1500;
let esperaG = null;

function apagados() {
  try {
    return localStorage.getItem(CLAVE) === "1";
  } catch {
    return false; // Sin almacenamiento están encendidos.
  }
}

/** Letra -> enlace de la navegación: la primera de su nombre que no tenga otro. */
function destinos() {
  const letras = new Map();
  for (const enlace of document.querySelectorAll(".lateral-nav .nav-enlace")) {
    const nombre = enlace.querySelector(".recortado").textContent.trim();
    const limpio = nombre.normalize("NFD").replace(/[^a-z]/gi, "").toLowerCase();
    const letra = [...limpio].find((una) => una !== "g" && !letras.has(una));
    if (letra) letras.set(letra, { nombre, enlace });
  }
  return letras;
}

function escribiendo(elemento) {
  return elemento.matches?.("input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select, [contenteditable]");
}

function visible(elemento) {
  return elemento.getClientRects().length > 0;
}

function abrirAyuda() {
  const hoja = document.getElementById("hoja-atajos");
  if (!hoja || hoja.open) return;
  const lista = hoja.querySelector("[data-atajos-ir]");
  lista.replaceChildren(
    ...[...destinos()].map(([letra, { nombre }]) =>
      crear("div", {}, crear("dt", {}, crear("kbd", {}, "g"), " ", crear("kbd", {}, letra)), crear("dd", {}, nombre)),
    ),
  );
  hoja.querySelector("[data-atajos-activos]").setAttribute("aria-checked", String(!apagados()));
  hoja.showModal();
}

function recorrer(pasos) {
  const enlaces = [...document.querySelectorAll("main a.lista-enlace, main .tabla th[scope=row] a")].filter(visible);
  if (!enlaces.length) return;
  const aqui = enlaces.indexOf(document.activeElement);
  const lugar = aqui < 0 ? (pasos > 0 ? 0 : enlaces.length - 1) : Math.min(Math.max(aqui + pasos, 0), enlaces.length - 1);
  enlaces[lugar].focus();
}

const ACCIONES = {
  "?": abrirAyuda,
  "/": () => [...document.querySelectorAll("main input[type=search]")].find(visible)?.focus(),
  n: () => [...document.querySelectorAll(".encabezado-acciones .boton-primario")].find(visible)?.click(),
  j: () => recorrer(1),
  k: () => recorrer(-1),
  z: () => document.querySelector(".aviso-flotante:last-of-type [data-deshacer]")?.click(),
};

document.addEventListener("keydown", (evento) => {
  const { key: tecla, target: donde } = evento;
  if (evento.defaultPrevented || evento.ctrlKey || evento.metaKey || evento.altKey || evento.isComposing) return;
  if (document.querySelector("dialog[open]")) return;
  if (tecla === "Escape") {
    if (escribiendo(donde)) donde.blur();
    else document.querySelector(".aviso-flotante:last-of-type [data-quitar-aviso]")?.click();
    return;
  }
  if (escribiendo(donde) || (apagados() && tecla !== "?")) return;

  if (esperaG) {
    clearTimeout(esperaG);
    esperaG = null;
    const destino = destinos().get(tecla.toLowerCase());
    if (destino) {
      evento.preventDefault();
      destino.enlace.click();
      return;
    }
  }
  if (tecla === "g") {
    esperaG = setTimeout(() => (esperaG = null), ESPERA_G);
    return;
  }
  if (!Object.hasOwn(ACCIONES, tecla)) return;
  evento.preventDefault();
  ACCIONES[tecla]();
});

document.addEventListener("click", (evento) => {
  if (evento.target.closest("[data-abrir-atajos]")) abrirAyuda();
  const interruptor = evento.target.closest("[data-atajos-activos]");
  if (!interruptor) return;
  const activos = interruptor.getAttribute("aria-checked") !== "true";
  interruptor.setAttribute("aria-checked", String(activos));
  try {
    if (activos) localStorage.removeItem(CLAVE);
    else localStorage.setItem(CLAVE, "1");
  } catch {
    // Sin almacenamiento dura lo que la página.
  }
});
