// Reportes: mandar un enlace con lo que el teléfono tenga (WhatsApp, correo…). Donde no se puede, queda copiarlo.
import { crear, icono, registrarModulo } from "../../shared/utils.js";

registrarModulo("reporte-enlace", (elemento) => {
  if (!navigator.share) return;
  const { direccion, titulo } = elemento.dataset;
  const boton = crear("button", { class: "boton boton-secundario boton-chico", type: "button" }, icono("send"), crear("span", {}, "Mandar"));
  boton.addEventListener("click", () => {
    // Quien cierra la hoja sin elegir no hizo nada malo.
    navigator.share({ title: titulo, url: direccion }).catch(() => {});
  });
  elemento.querySelector("[data-acciones]").prepend(boton);
});
