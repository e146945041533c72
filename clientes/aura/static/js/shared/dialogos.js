/* Diálogos nativos: abrir, cerrar y confirmar. */

/**
 * Pregunta antes de seguir.
 * @param {{texto: string, titulo?: string, boton?: string, tono?: "primario"|"peligro"}} pregunta
 * @returns {Promise<boolean>} true si aceptó
 */
export function confirmar({ texto, titulo = "¿Seguimos?", boton = "Sí, continuar", tono = "primario" }) {
  const dialogo = document.getElementById("dialogo-confirmar");
  if (!dialogo) return Promise.resolve(window.confirm(texto));
  dialogo.querySelector("#dialogo-confirmar-titulo").textContent = titulo;
  dialogo.querySelector("#dialogo-confirmar-texto").textContent = texto;
  const aceptar = dialogo.querySelector("[data-confirmar-aceptar]");
  aceptar.textContent = boton;
  aceptar.className = `boton boton-${tono}`;
  dialogo.returnValue = "no";
  dialogo.showModal();
  return new Promise((resolver) => {
    dialogo.addEventListener("close", () => resolver(dialogo.returnValue === "si"), { once: true });
  });
}

function preguntaDe(elemento) {
  const { confirmar: texto, confirmarTitulo, confirmarBoton, confirmarTono } = elemento.dataset;
  return { texto, titulo: confirmarTitulo, boton: confirmarBoton, tono: confirmarTono };
}

const confirmados = new WeakSet();

function alEnviar(evento) {
  const forma = evento.target;
  const origen = [evento.submitter, forma].find((elemento) => elemento?.dataset?.confirmar);
  if (!origen || forma.matches("[hx-post], [hx-get], [hx-delete]")) return;
  if (confirmados.delete(forma)) return;
  evento.preventDefault();
  evento.stopImmediatePropagation();
  confirmar(preguntaDe(origen)).then((si) => {
    if (!si) return;
    confirmados.add(forma);
    forma.requestSubmit(evento.submitter);
  });
}

function alPedirHtmx(evento) {
  const origen = evento.detail.elt.closest("[data-confirmar]");
  if (!origen) return;
  evento.preventDefault();
  confirmar(preguntaDe(origen)).then((si) => si && evento.detail.issueRequest(true));
}

function alTocar(evento) {
  const abre = evento.target.closest("[data-abrir-dialogo]");
  if (abre) document.getElementById(abre.dataset.abrirDialogo)?.showModal();
  if (evento.target.closest("[data-cerrar-dialogo]")) evento.target.closest("dialog")?.close();
  // Un toque en el fondo llega con el propio <dialog> como destino.
  if (evento.target.matches("dialog.dialogo")) evento.target.close("no");
}

document.addEventListener("submit", alEnviar, true);
document.addEventListener("htmx:confirm", alPedirHtmx);
document.addEventListener("click", alTocar);
