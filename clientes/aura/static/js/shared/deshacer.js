/* Lo que se acaba de hacer se ofrece deshacer diez segundos. Sin JavaScript, el mismo formulario se ve en la página. */

import { publicar } from "./api.js";
import { avisar } from "./notifications.js";
import { registrarModulo } from "./utils.js";

const DIEZ_SEGUNDOS = 10000;

/**
 * Aviso con «Deshacer».
 * @param {string} frase qué se hizo
 * @param {string} url a dónde se manda para deshacerlo (POST)
 * @param {() => void} alVolver qué hacer cuando ya se deshizo
 */
export function ofrecerDeshacer(frase, url, alVolver) {
  avisar(frase, {
    tono: "ok",
    clave: "deshacer",
    duracion: DIEZ_SEGUNDOS,
    deshacer: async () => {
      try {
        await publicar(url, new FormData());
        alVolver();
        avisar("Listo: quedó como estaba.", { tono: "ok", clave: "deshecho" });
      } catch {
        // publicar ya dijo qué pasó.
      }
    },
  });
}

registrarModulo("por-deshacer", (forma) => {
  forma.hidden = true;
  const limpia = new URL(location.href);
  limpia.searchParams.delete("deshacer");
  history.replaceState(history.state, "", limpia);
  ofrecerDeshacer(forma.dataset.frase, forma.action, () => location.assign(limpia));
});
