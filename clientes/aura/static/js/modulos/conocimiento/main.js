/* Conocimiento: un tema apagado se ve apagado al tocar su interruptor; el contador de preguntas se pone al día solo;
   y un archivo que no cabe se dice antes de mandarlo. */

import { obtener } from "../../shared/api.js";
import "../../shared/deshacer.js";
import { avisar } from "../../shared/notifications.js";
import { debounce, registrarModulo } from "../../shared/utils.js";

registrarModulo("conocimiento", (raiz) => {
  raiz.addEventListener("nora:interruptor", (evento) => {
    evento.target.closest(".saber-bloque")?.toggleAttribute("data-apagado", !evento.detail.activo);
  });
});

registrarModulo("conocimiento-preguntas", (raiz) => {
  const contador = raiz.querySelector(".pestana-contador");
  const poner = (preguntas) => {
    contador.textContent = String(preguntas);
    contador.toggleAttribute("data-vacio", !preguntas);
  };
  const refrescar = debounce(async () => {
    try {
      const { preguntas } = await obtener(raiz.dataset.url, { aviso: false });
      poner(preguntas);
    } catch {
      // Sin conexión se queda el número de antes; el siguiente cambio lo vuelve a pedir.
    }
  }, 1500);
  if (!contador) return;
  if (raiz.hasAttribute("data-por-saber")) refrescar();
  document.addEventListener("nora:cambio", (evento) => {
    if (evento.detail?.tipo === "conversacion") refrescar();
  });
  document.addEventListener("nora:conectado", (evento) => {
    if (!evento.detail?.primera) refrescar();
  });
});

registrarModulo("conocimiento-importar", (formulario) => {
  const archivo = formulario.querySelector('input[type="file"]');
  const maximo = Number(formulario.dataset.maximo);
  archivo?.addEventListener("change", () => {
    if (archivo.files[0]?.size > maximo) {
      archivo.value = "";
      avisar("Ese archivo pesa más de 10 MB. Pártelo, o pega el texto que te interesa.", { tono: "error" });
    }
  });
});
