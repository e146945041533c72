/* Ajustes: al abrir un día sin horas, toma las del día abierto de arriba. */
import { registrarModulo } from "../../shared/utils.js";

const DE_SIEMPRE = ["09:00", "18:00"];

registrarModulo("ajustes", (formulario) => {
  const dias = [...formulario.querySelectorAll(".horario-dia")];
  const horas = (dia) => [...dia.querySelectorAll("input[type=time]")];
  for (const [lugar, dia] of dias.entries()) {
    dia.querySelector("[type=checkbox]").addEventListener("change", ({ target }) => {
      const propias = horas(dia);
      if (!target.checked || propias.some((hora) => hora.value)) return;
      const anterior = dias.slice(0, lugar).reverse().find((otro) => horas(otro)[0].value);
      const modelo = anterior ? horas(anterior).map((hora) => hora.value) : DE_SIEMPRE;
      propias.forEach((hora, n) => { hora.value = modelo[n] ?? ""; });
    });
  }
});
