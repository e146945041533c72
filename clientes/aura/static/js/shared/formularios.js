/* Ayudas de formulario que sirven en cualquier página: ver la contraseña y no enviar dos veces. */

import { crear, registrarModulo } from "./utils.js";

document.addEventListener("click", (evento) => {
  const boton = evento.target.closest("[data-ver-contrasena]");
  if (!boton) return;
  const entrada = document.getElementById(boton.dataset.verContrasena);
  const visible = entrada.type === "password";
  entrada.type = visible ? "text" : "password";
  boton.setAttribute("aria-pressed", String(visible));
  boton.firstElementChild.className = `bi bi-eye${visible ? "-slash" : ""}`;
});

// Un segundo toque al botón no envía lo mismo dos veces; al volver con "atrás" queda libre.
document.addEventListener("submit", (evento) => {
  const { target: forma, submitter: boton } = evento;
  if (forma.hasAttribute("data-descarga")) return; // la página se queda: el archivo llega aparte
  if (evento.defaultPrevented || forma.method !== "post" || !boton) return;
  if (forma.dataset.enviado) {
    evento.preventDefault();
    return;
  }
  forma.dataset.enviado = "1";
  boton.setAttribute("aria-busy", "true");
  if (boton.matches(".boton-primario, .boton-peligro")) boton.prepend(crear("span", { class: "girador", "aria-hidden": "true" }));
});

window.addEventListener("pageshow", () => {
  for (const forma of document.querySelectorAll("form[data-enviado]")) {
    delete forma.dataset.enviado;
    for (const boton of forma.querySelectorAll("[aria-busy]")) {
      boton.removeAttribute("aria-busy");
      boton.querySelector(":scope > .girador")?.remove();
    }
  }
});

// Lo escrito se queda en el aparato hasta que se envía: <form data-modulo="borrador" id="...">.
registrarModulo("borrador", (forma) => {
  const clave = `nora-borrador:${location.pathname}:${forma.id}`;
  const campos = () => [...forma.elements].filter((c) => c.name && c.matches("textarea, input[type=text], input:not([type])"));
  const leer = () => {
    try {
      return JSON.parse(sessionStorage.getItem(clave) ?? "{}");
    } catch {
      return {}; // Ilegible o sin almacenamiento: no hay borrador.
    }
  };
  const guardado = leer();
  for (const campo of campos()) {
    if (!campo.value && guardado[campo.name]) campo.value = guardado[campo.name];
  }
  forma.addEventListener("input", () => {
    const escrito = Object.fromEntries(campos().map((campo) => [campo.name, campo.value]));
    try {
      sessionStorage.setItem(clave, JSON.stringify(escrito));
    } catch {
      // Sin almacenamiento no hay borrador; el formulario funciona igual.
    }
  });
  forma.addEventListener("nora:guardado", () => sessionStorage.removeItem(clave));
  forma.addEventListener("submit", (evento) => {
    if (!evento.defaultPrevented) sessionStorage.removeItem(clave);
  });
});
