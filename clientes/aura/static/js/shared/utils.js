/* Utilidades compartidas: sin estado de página, sin red. */

const registrados = new Map();
const iniciados = new WeakMap();

/** Inicia los módulos de un pedazo de página que no trajo htmx. */
export function iniciarEn(raiz) {
  const selector = "[data-modulo]";
  const elementos = [...raiz.querySelectorAll(selector)];
  if (raiz instanceof Element && raiz.matches(selector)) elementos.unshift(raiz);
  for (const elemento of elementos) {
    for (const nombre of elemento.dataset.modulo.split(/\s+/)) {
      const funcion = registrados.get(nombre);
      if (!funcion) continue;
      const hechos = iniciados.get(elemento) ?? new Set();
      if (hechos.has(nombre)) continue;
      iniciados.set(elemento, hechos.add(nombre));
      funcion(elemento);
    }
  }
}

/**
 * Liga una función a los elementos con data-modulo="nombre": los que hay y los que htmx traiga después.
 * Cada elemento se inicia una vez. Un data-modulo puede llevar varios nombres separados por espacios.
 * @param {string} nombre
 * @param {(elemento: HTMLElement) => void} funcion
 */
export function registrarModulo(nombre, funcion) {
  registrados.set(nombre, funcion);
  iniciarEn(document);
}

document.addEventListener("htmx:load", (evento) => iniciarEn(evento.target));

/** Texto seguro para meter en HTML. Prefiere textContent; esto es para plantillas de texto. */
export function escaparHtml(texto) {
  const cambios = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
  return String(texto ?? "").replace(/[&<>"']/g, (letra) => cambios[letra]);
}

/** Llama a la función cuando dejan de llamarla durante `espera` milisegundos. */
export function debounce(funcion, espera = 250) {
  let reloj;
  return (...argumentos) => {
    clearTimeout(reloj);
    reloj = setTimeout(() => funcion(...argumentos), espera);
  };
}

/** Crea un elemento: crear("button", {class: "boton", type: "button"}, "Texto", otroElemento). */
export function crear(etiqueta, atributos = {}, ...hijos) {
  const elemento = document.createElement(etiqueta);
  for (const [clave, valor] of Object.entries(atributos)) {
    if (valor === true) elemento.setAttribute(clave, "");
    else if (valor !== false && valor != null) elemento.setAttribute(clave, valor);
  }
  elemento.append(...hijos.filter((hijo) => hijo != null));
  return elemento;
}

/** Icono de bootstrap-icons, decorativo. */
export function icono(nombre) {
  return crear("i", { class: `bi bi-${nombre}`, "aria-hidden": "true" });
}

const HORA = { hour: "numeric", minute: "2-digit", hour12: true };

function zona() {
  return document.body.dataset.zona || undefined;
}

function conZona(opciones) {
  return new Intl.DateTimeFormat("es-MX", { ...opciones, timeZone: zona() });
}

/** "5:30 p. m." en la zona de la Nora (data-zona del cuerpo) o la del aparato. */
export function hora(fecha) {
  // Según el navegador llega "p.m.", "p. m." o con espacio duro: aquí siempre igual que en el servidor.
  return conZona(HORA).format(new Date(fecha)).replace(/\s*([ap])\.?\s*m\.?$/i, " $1. m.");
}

/** "mar 24 nov, 5:30 p. m." */
export function fechaCorta(fecha) {
  const partes = Object.fromEntries(
    conZona({ weekday: "short", day: "numeric", month: "short" })
      .formatToParts(new Date(fecha))
      .map((parte) => [parte.type, parte.value.replace(".", "")]),
  );
  return `${partes.weekday} ${partes.day} ${partes.month}, ${hora(fecha)}`;
}

/** "ahora", "hace 5 min", "hace 3 h" dentro de un día; después, fechaCorta. */
export function fechaRelativa(fecha, ahora = Date.now()) {
  const minutos = Math.floor((ahora - new Date(fecha).getTime()) / 60000);
  if (minutos < 0 || minutos >= 1440) return fechaCorta(fecha);
  if (minutos < 1) return "ahora";
  if (minutos < 60) return `hace ${minutos} min`;
  return `hace ${Math.floor(minutos / 60)} h`;
}

/** "$1,150.00 MXN" */
export function dinero(cantidad, moneda = "MXN") {
  const numero = new Intl.NumberFormat("es-MX", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
  return `${cantidad < 0 ? "-" : ""}$${numero.format(Math.abs(cantidad))} ${moneda}`;
}

/** "1,234" */
export function entero(cantidad) {
  return new Intl.NumberFormat("es-MX", { maximumFractionDigits: 0 }).format(cantidad);
}

/** Valor de una ficha de diseño: color("--acento"). Útil para Chart.js; vuelve a leer en "nora:tema". */
export function color(ficha, elemento = document.documentElement) {
  return getComputedStyle(elemento).getPropertyValue(ficha).trim();
}

/** Pone al día los <time data-relativa datetime="..."> de la página. */
export function refrescarHoras(raiz = document) {
  for (const tiempo of raiz.querySelectorAll("time[data-relativa][datetime]")) {
    tiempo.textContent = fechaRelativa(tiempo.dateTime);
  }
}
