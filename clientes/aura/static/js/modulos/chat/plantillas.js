/* La plantilla se lee como va a llegar mientras se llenan sus datos. */

import { registrarModulo } from "../../shared/utils.js";

registrarModulo("plantillas", (raiz) => {
  for (const forma of raiz.querySelectorAll("form")) {
    const muestra = forma.querySelector("[data-muestra]");
    const datos = [...forma.querySelectorAll("[data-dato]")];
    const pintar = () => {
      const puestos = Object.fromEntries(datos.map((d) => [d.dataset.dato, d.value.trim()]));
      muestra.textContent = muestra.dataset.muestra.replace(
        /\{\{\s*([^{}\s]+)\s*\}\}/g,
        (_, numero) => puestos[numero] || "____",
      );
    };
    forma.addEventListener("input", pintar);
    pintar();
  }
});
