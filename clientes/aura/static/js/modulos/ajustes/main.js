/* Ajustes: al abrir un día sin horas, toma las del día abierto de arriba; el segundo turno aparece si se pide. */
import { crear, icono, registrarModulo } from "../../shared/utils.js";

const DE_SIEMPRE = ["09:00", "18:00"];

/** Esconde el segundo turno de un día mientras nadie lo usa; devuelve cómo enseñarlo. */
function guardarSegundoTurno(dia) {
  const tramos = dia.querySelector(".horario-tramos");
  const segundo = tramos.querySelectorAll(".horario-tramo")[1];
  const horas = [...segundo.querySelectorAll("input")];
  const pedir = crear("button", { type: "button", class: "boton boton-fantasma horario-otro" }, icono("plus-lg"), "Otro turno");
  pedir.setAttribute("aria-label", `Otro turno el ${dia.querySelector("legend").textContent.trim().toLowerCase()}`);
  const acomodar = (pedido) => {
    const seVe = pedido || horas.some((hora) => hora.value);
    segundo.hidden = !seVe;
    pedir.hidden = seVe;
  };
  pedir.addEventListener("click", () => {
    acomodar(true);
    horas[0].focus();
  });
  tramos.append(pedir);
  acomodar(false);
  return () => acomodar(false);
}

registrarModulo("ajustes", (formulario) => {
  const dias = [...formulario.querySelectorAll(".horario-dia")];
  const horas = (dia) => [...dia.querySelectorAll("input[type=time]")];
  for (const [lugar, dia] of dias.entries()) {
    const acomodar = guardarSegundoTurno(dia);
    dia.querySelector("[type=checkbox]").addEventListener("change", ({ target }) => {
      const propias = horas(dia);
      if (!target.checked || propias.some((hora) => hora.value)) return;
      const anterior = dias.slice(0, lugar).reverse().find((otro) => horas(otro)[0].value);
      const modelo = anterior ? horas(anterior).map((hora) => hora.value) : DE_SIEMPRE;
      propias.forEach((hora, n) => { hora.value = modelo[n] ?? ""; });
      acomodar();
    });
  }
});
