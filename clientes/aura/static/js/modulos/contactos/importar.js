/* Importar una hoja: pide tramo tras tramo y mueve la barra; al terminar enseña cómo quedó. */

import { publicar } from "../../shared/api.js";
import { entero, registrarModulo } from "../../shared/utils.js";

registrarModulo("importar-avance", async (forma) => {
  const barra = forma.querySelector("progress");
  const posicion = forma.querySelector("[data-posicion]");
  const frase = forma.querySelector("[data-frase]");
  const continuar = forma.querySelector("[data-continuar]");
  continuar.hidden = true;
  try {
    let avance;
    do {
      avance = await publicar(forma.action, new FormData(), { plazo: 60000 });
      barra.value = avance.posicion;
      posicion.textContent = entero(avance.posicion);
      if (!forma.isConnected) return;
    } while (avance.estado === "corriendo");
    location.reload();
  } catch {
    // publicar ya dijo qué pasó; lo pasado está guardado y se sigue desde ahí.
    frase.textContent = "Se detuvo. Lo que ya pasó está guardado; continúa cuando quieras.";
    continuar.hidden = false;
  }
});
