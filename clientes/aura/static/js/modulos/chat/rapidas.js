/* Respuestas rápidas: «/» al empezar un mensaje las enseña; flechas, Entrar o un toque la ponen en la caja. */

import { obtener } from "../../shared/api.js";
import { crear, registrarModulo } from "../../shared/utils.js";

registrarModulo("rapidas", (caja) => {
  const pie = caja.closest("[data-redactor]");
  const texto = pie.querySelector("[data-forma] textarea");
  let todas = null;
  let marcada = 0;

  async function cargar() {
    try {
      todas ??= await obtener(caja.dataset.url);
    } catch {
      return; // obtener ya dijo qué pasó.
    }
  }

  function halladas() {
    const buscado = texto.value.slice(1).toLowerCase();
    const todo = todas ?? [];
    return texto.value.startsWith("/") ? todo.filter((una) => una.atajo.startsWith(buscado)) : todo;
  }

  function cerrar() {
    caja.hidden = true;
    texto.removeAttribute("aria-activedescendant");
  }

  function poner(una) {
    texto.value = texto.value && !texto.value.startsWith("/") ? `${texto.value.trimEnd()} ${una.texto}` : una.texto;
    texto.dispatchEvent(new Event("input", { bubbles: true }));
    cerrar();
    texto.focus();
  }

  function pintar() {
    const lista = halladas();
    marcada = Math.min(marcada, Math.max(0, lista.length - 1));
    caja.replaceChildren(
      ...lista.slice(0, 8).map((una, i) => {
        const opcion = crear("button", { type: "button", class: "chat-rapida", role: "option", id: `rapida-${i}`, "aria-selected": String(i === marcada) },
          crear("code", {}, `/${una.atajo}`), crear("span", { class: "recortado" }, una.texto));
        opcion.addEventListener("click", () => poner(una));
        return opcion;
      }),
      ...(lista.length ? [] : [crear("p", { class: "texto-suave" }, todas?.length ? "Ninguna empieza así. " : "Todavía no hay. ",
        crear("a", { href: caja.dataset.urlAjustes }, "Guardar una"))]),
    );
    caja.hidden = false;
    if (lista.length) texto.setAttribute("aria-activedescendant", `rapida-${marcada}`);
  }

  texto.addEventListener("input", async () => {
    if (!/^\/[a-z0-9_-]*$/i.test(texto.value)) return cerrar();
    await cargar();
    marcada = 0;
    if (texto.value.startsWith("/")) pintar();
    return undefined;
  });

  // En captura: con la lista abierta, Entrar elige y no manda.
  pie.addEventListener("keydown", (evento) => {
    if (caja.hidden || (evento.target !== texto && evento.key !== "Escape")) return;
    const lista = halladas();
    if (evento.key === "ArrowDown" || evento.key === "ArrowUp") {
      marcada = (marcada + (evento.key === "ArrowDown" ? 1 : lista.length - 1)) % Math.max(1, Math.min(8, lista.length));
      pintar();
    } else if ((evento.key === "Enter" || evento.key === "Tab") && lista[marcada]) poner(lista[marcada]);
    else if (evento.key === "Escape") cerrar();
    else return;
    evento.preventDefault();
    evento.stopPropagation();
  }, true);

  document.addEventListener("click", (evento) => {
    if (!caja.hidden && evento.target !== texto && !evento.target.closest("[data-rapidas-abrir], .chat-rapidas")) cerrar();
  });

  pie.addEventListener("click", async (evento) => {
    if (!evento.target.closest("[data-rapidas-abrir]")) return;
    if (!caja.hidden) {
      cerrar();
      return;
    }
    await cargar();
    pintar();
  });
});
