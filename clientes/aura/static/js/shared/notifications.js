/* Avisos flotantes y la señal cálida de "alguien espera". */

import { crear, icono } from "./utils.js";

const ICONOS = { info: "info-circle", ok: "check-circle", error: "exclamation-octagon", espera: "bell" };
const DURACION = 6000;
const PARA_DESHACER = 10000;
const TITULO = document.title;

/**
 * Muestra un aviso flotante. Los errores se quedan hasta que los quitan; los demás se van solos,
 * salvo mientras el cursor o el foco están encima.
 * @param {string} texto
 * @param {{tono?: "info"|"ok"|"error"|"espera", deshacer?: () => void, accion?: {texto: string, url?: string, hacer?: () => void}, duracion?: number, clave?: string}} opciones
 *   deshacer: pone el botón "Deshacer" (y la tecla z), diez segundos. clave: un aviso nuevo con la misma clave sustituye al anterior.
 * @returns {() => void} lo quita
 */
export function avisar(texto, { tono = "info", deshacer, accion, duracion = deshacer ? PARA_DESHACER : DURACION, clave } = {}) {
  const region = document.getElementById("avisos-flotantes");
  if (!region) return () => {};
  if (clave) region.querySelector(`[data-clave="${CSS.escape(clave)}"]`)?.remove();

  const aviso = crear(
    "div",
    { class: `aviso-flotante aviso-flotante-${tono}`, role: tono === "error" ? "alert" : null, "data-clave": clave },
    icono(ICONOS[tono] ?? ICONOS.info),
    crear("span", { class: "aviso-flotante-texto" }, texto),
  );
  let reloj;
  const quitar = () => {
    clearTimeout(reloj);
    aviso.remove();
  };
  const boton = (rotulo, hacer, atributos = {}) => {
    const elemento = crear("button", { class: "boton boton-fantasma", type: "button", ...atributos }, rotulo);
    elemento.addEventListener("click", () => {
      quitar();
      hacer();
    });
    aviso.append(elemento);
  };
  if (deshacer) boton("Deshacer", deshacer, { "data-deshacer": true });
  if (accion?.url) aviso.append(crear("a", { class: "boton boton-fantasma", href: accion.url }, accion.texto));
  else if (accion) boton(accion.texto, accion.hacer);

  const cerrar = crear(
    "button",
    { class: "boton boton-fantasma boton-solo-icono", type: "button", "aria-label": "Quitar aviso", "data-quitar-aviso": true },
    icono("x-lg"),
  );
  cerrar.addEventListener("click", quitar);
  aviso.append(cerrar);

  const contar = () => {
    clearTimeout(reloj);
    if (tono !== "error") reloj = setTimeout(quitar, duracion);
  };
  for (const evento of ["mouseenter", "focusin"]) aviso.addEventListener(evento, () => clearTimeout(reloj));
  for (const evento of ["mouseleave", "focusout"]) aviso.addEventListener(evento, contar);

  region.append(aviso);
  while (region.children.length > 3) region.firstElementChild.remove();
  contar();
  return quitar;
}

/** Alguien espera a una persona: aviso cálido, con enlace a la conversación, y marca en el título. */
export function avisarEspera(texto, url) {
  if (document.hidden) document.title = `● ${TITULO}`;
  return avisar(texto, {
    tono: "espera",
    accion: url ? { texto: "Ver", url } : undefined,
    duracion: 12000,
    clave: url ?? texto,
  });
}

/**
 * Pone el número de personas que esperan en la navegación (lateral e inferior) del enlace con esa dirección.
 * Con 0 quita la marca.
 */
export function contarEspera(url, cantidad) {
  const ruta = new URL(url, location.href).pathname;
  for (const enlace of document.querySelectorAll(".nav-enlace, .inferior-enlace[href]")) {
    if (!enlace.href || new URL(enlace.href).pathname !== ruta) continue;
    const abajo = enlace.classList.contains("inferior-enlace");
    enlace.querySelector(".nav-contador, .inferior-contador")?.remove();
    if (cantidad < 1) continue;
    const marca = crear(
      "span",
      { class: `${abajo ? "inferior" : "nav"}-contador numero` },
      cantidad > 99 ? "99+" : String(cantidad),
      crear("span", { class: "solo-lector" }, " por atender"),
    );
    (abajo ? enlace.querySelector(".inferior-icono") : enlace).append(marca);
  }
}

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) document.title = TITULO;
});
