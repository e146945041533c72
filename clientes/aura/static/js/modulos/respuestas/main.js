/* Enseña solo los campos que van con lo elegido. Sin JavaScript se ven todos y el servidor toma los que tocan. */

import { registrarModulo } from "../../shared/utils.js";

registrarModulo("segun-eleccion", (forma) => {
  const elige = forma.querySelector("[data-elige]");
  const partes = [...forma.querySelectorAll("[data-si]")];
  const mostrar = () => {
    for (const parte of partes) parte.hidden = !parte.dataset.si.split(" ").includes(elige.value);
  };
  elige.addEventListener("change", mostrar);
  mostrar();
});
