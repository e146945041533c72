// IA: los ejemplos llenan la personalidad sin perder lo demás, y el ensayo se lleva a la vista.

import { registrarModulo } from "../../shared/utils.js";
import { confirmar } from "../../shared/dialogos.js";

registrarModulo("ia", (formulario) => {
  const personalidad = formulario.querySelector("#personalidad");
  const ejemplos = [...formulario.querySelectorAll("[data-personalidad]")];
  const deEjemplo = () => ejemplos.some((e) => e.dataset.personalidad === personalidad.value.trim());
  const marcar = () => {
    for (const e of ejemplos) {
      if (e.dataset.personalidad === personalidad.value.trim()) e.setAttribute("aria-current", "true");
      else e.removeAttribute("aria-current");
    }
  };
  for (const ejemplo of ejemplos) {
    ejemplo.addEventListener("click", async (evento) => {
      evento.preventDefault();
      const hay = personalidad.value.trim() && !deEjemplo();
      if (hay && !(await confirmar({ titulo: "¿Cambiar la personalidad?", texto: "Se reemplaza lo que escribiste.", boton: "Cambiar" }))) return;
      personalidad.value = ejemplo.dataset.personalidad;
      marcar();
      personalidad.focus();
    });
  }
  personalidad.addEventListener("input", marcar);
  marcar();
  document.querySelector("#ensayo")?.scrollIntoView({ block: "start" });
});
