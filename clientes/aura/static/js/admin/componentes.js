/* Muestrario: los avisos al vuelo, y que ninguna muestra envíe nada. */

import { avisar } from "../shared/notifications.js";
import { registrarModulo } from "../shared/utils.js";

const AVISOS = {
  ok: () => avisar("Contacto guardado.", { tono: "ok" }),
  deshacer: () => avisar("Borraste 12 contactos.", { deshacer: () => avisar("Aquí están de nuevo.", { tono: "ok" }) }),
  error: () => avisar("No se guardó. Lo que escribiste sigue aquí; inténtalo de nuevo.", { tono: "error" }),
  espera: () => avisar("Ana Ríos espera a una persona.", { tono: "espera", accion: { texto: "Ver", url: "#avisos-al-vuelo" } }),
  largo: () =>
    avisar("Se importaron 1,970 contactos y quedaron fuera 30: descarga la lista con el renglón y la razón de cada uno.", {
      accion: { texto: "Descargar", url: "#avisos-al-vuelo" },
    }),
};

registrarModulo("muestrario", (muestrario) => {
  muestrario.addEventListener("submit", (evento) => evento.preventDefault());
  muestrario.addEventListener("click", (evento) => AVISOS[evento.target.closest("[data-aviso]")?.dataset.aviso]?.());
});
