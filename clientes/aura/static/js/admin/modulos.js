/* La rejilla de módulos: cada interruptor cambia al momento y regresa si el servidor no lo guardó.
   Sin este guion, el formulario se envía y la página vuelve con el cambio hecho. */

import { publicar } from "../shared/api.js";
import { registrarModulo } from "../shared/utils.js";

registrarModulo("admin-modulos", (forma) => {
  forma.addEventListener("submit", async (evento) => {
    const boton = evento.submitter;
    if (!boton?.matches("[role=switch]")) return;
    evento.preventDefault();
    evento.stopPropagation();
    if (boton.getAttribute("aria-busy")) return;

    const encender = boton.getAttribute("aria-checked") !== "true";
    const [nora, modulo] = boton.value.split(":");
    const pintar = (encendido) => {
      boton.setAttribute("aria-checked", String(encendido));
      boton.value = `${nora}:${modulo}:${encendido ? "0" : "1"}`;
    };
    pintar(encender);
    boton.setAttribute("aria-busy", "true");
    try {
      const { modulos } = await publicar(forma.action, { nombre_nora: nora, modulo, activo: encender });
      pintar(modulos.includes(modulo));
    } catch {
      pintar(!encender); // El aviso ya lo mostró api.js.
    } finally {
      boton.removeAttribute("aria-busy");
    }
  }, true);
});
