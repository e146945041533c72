/* La forma de lo que viene mientras una lista tarda: al buscar (lo que había se aparta) y al pedir más (al final). */

const PACIENCIA = 250; // Antes de esto un esqueleto solo parpadea.

/**
 * Enseña un esqueleto si la promesa tarda, y lo quita cuando termina, salga como salga.
 * @template T
 * @param {Element} lugar donde va
 * @param {Promise<T>} promesa
 * @param {{alFinal?: boolean}} opciones alFinal: debajo de lo que hay, en vez de en su lugar
 * @returns {Promise<T>}
 */
export async function conEsqueleto(lugar, promesa, { alFinal = false } = {}) {
  const quitar = esqueletoEn(lugar, alFinal);
  try {
    return await promesa;
  } finally {
    quitar();
  }
}

function esqueletoEn(lugar, alFinal) {
  let esqueleto = null;
  const reloj = setTimeout(() => {
    esqueleto = document.getElementById("plantilla-esqueleto")?.content.firstElementChild?.cloneNode(true);
    if (!esqueleto || !lugar.isConnected) return;
    lugar.setAttribute("aria-busy", "true");
    if (!alFinal) lugar.classList.add("cargando");
    if (lugar.matches("ul, ol, tbody, table")) lugar.after(esqueleto);
    else lugar.append(esqueleto);
  }, PACIENCIA);
  return () => {
    clearTimeout(reloj);
    esqueleto?.remove();
    lugar.classList.remove("cargando");
    lugar.removeAttribute("aria-busy");
  };
}

const porQuitar = new WeakMap();

document.addEventListener("htmx:beforeRequest", (evento) => {
  const { elt: origen, target: destino, xhr } = evento.detail;
  const mas = origen.closest(".ver-mas");
  if (!destino || !(mas || origen.closest(".buscador"))) return;
  porQuitar.set(xhr, esqueletoEn(destino, Boolean(mas)));
});

// Antes de poner lo nuevo: así el esqueleto no se queda entre lo viejo ni se lleva lo recién llegado.
for (const nombre of ["htmx:beforeSwap", "htmx:afterRequest"]) {
  document.addEventListener(nombre, (evento) => {
    porQuitar.get(evento.detail.xhr)?.();
    porQuitar.delete(evento.detail.xhr);
  });
}
