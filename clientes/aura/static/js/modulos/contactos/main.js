/* Contactos: la lista se pone al día cuando llega algo, sin perder lo que se busca. */

import { debounce, registrarModulo } from "../../shared/utils.js";

registrarModulo("contactos", (raiz) => {
  const refrescar = debounce(() => {
    const lista = raiz.querySelector("#resultados");
    // Quien ya pidió más páginas o está leyendo abajo no quiere que la lista salte.
    if (!raiz.isConnected || document.hidden || window.scrollY > 200) return;
    window.htmx.ajax("GET", location.href, { target: lista, swap: "innerHTML" });
  }, 1500);
  const alCambiar = (evento) => {
    if (["mensaje", "conversacion"].includes(evento.detail.tipo)) refrescar();
  };
  document.addEventListener("nora:cambio", alCambiar);
  document.addEventListener("nora:conectado", (evento) => {
    if (!evento.detail.primera) refrescar();
  });
});
