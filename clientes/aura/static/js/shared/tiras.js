/* Tiras que se desplazan de lado (pestañas, filtros, herramientas): lo elegido queda a la vista, el borde se desvanece
   donde hay más, y con ratón la rueda las mueve. */

import { registrarModulo } from "./utils.js";

registrarModulo("tira", (contenedor) => {
  const tira = contenedor.matches(".tira") ? contenedor : contenedor.querySelector(".tira");
  if (!tira) return;
  const medir = () => {
    const sobra = tira.scrollWidth - tira.clientWidth;
    tira.toggleAttribute("data-hay-antes", tira.scrollLeft > 1);
    tira.toggleAttribute("data-hay-mas", tira.scrollLeft < sobra - 1);
  };
  const actual = tira.querySelector("[aria-current]");
  if (actual) {
    const { left, right } = actual.getBoundingClientRect();
    const caja = tira.getBoundingClientRect();
    if (right > caja.right || left < caja.left) tira.scrollLeft += left - caja.left - (caja.width - (right - left)) / 2;
  }
  tira.addEventListener("scroll", medir, { passive: true });
  tira.addEventListener("wheel", (evento) => {
    if (evento.deltaX || !evento.deltaY || tira.scrollWidth <= tira.clientWidth) return;
    const antes = tira.scrollLeft;
    tira.scrollLeft += evento.deltaY;
    if (tira.scrollLeft !== antes) evento.preventDefault(); // En la orilla, la rueda vuelve a mover la página.
  }, { passive: false });
  new ResizeObserver(medir).observe(tira);
  medir();
});
