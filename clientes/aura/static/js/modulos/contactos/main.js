/* Contactos: la lista se pone al día cuando llega algo, y se puede hacer lo mismo con varios a la vez. */

import { publicar } from "../../shared/api.js";
import { ofrecerDeshacer } from "../../shared/deshacer.js";
import { confirmar } from "../../shared/dialogos.js";
import { avisar } from "../../shared/notifications.js";
import { debounce, entero, registrarModulo } from "../../shared/utils.js";

registrarModulo("contactos", (raiz) => {
  const resultados = raiz.querySelector("#resultados");
  const recargar = () => window.htmx.ajax("GET", location.href, { target: resultados, swap: "innerHTML" });
  const eligiendo = () => raiz.hasAttribute("data-eligiendo");
  const refrescar = debounce(() => {
    // Quien ya pidió más páginas, está leyendo abajo o eligiendo no quiere que la lista salte.
    if (!raiz.isConnected || document.hidden || window.scrollY > 200 || eligiendo()) return;
    recargar();
  }, 1500);
  document.addEventListener("nora:cambio", (evento) => {
    if (["mensaje", "conversacion"].includes(evento.detail.tipo)) refrescar();
  });
  document.addEventListener("nora:conectado", (evento) => {
    if (!evento.detail.primera) refrescar();
  });
  prepararLote(raiz, resultados, recargar);
  // Lo que se exporta es lo que se ve, también después de escribir en la búsqueda.
  resultados.addEventListener("htmx:afterSwap", () => {
    const exportar = document.querySelector("[data-exportar]");
    if (exportar) exportar.search = location.search;
  });
});

function prepararLote(raiz, resultados, recargar) {
  const barra = raiz.querySelector("[data-lote]");
  const todos = barra.querySelector("[data-lote-todos]");
  const dialogo = raiz.querySelector("#dialogo-etiqueta");
  let conTodos = false;
  let pendiente = "";

  const casillas = () => [...resultados.querySelectorAll("input[name=ids]")];
  const elegidos = () => casillas().filter((casilla) => casilla.checked);
  const total = () => Number(resultados.querySelector("#lista-contactos")?.dataset.total ?? 0);

  const pintar = () => {
    const cuantos = conTodos ? total() : elegidos().length;
    barra.hidden = cuantos === 0;
    barra.querySelector("[data-lote-cuantos]").textContent = entero(cuantos);
    barra.querySelector("[data-lote-palabra]").textContent = cuantos === 1 ? "elegido" : "elegidos";
    todos.hidden = conTodos || total() <= cuantos || elegidos().length < casillas().length;
    todos.textContent = `Elegir los ${entero(total())}`;
    barra.querySelector("[data-lote-accion=unir]").hidden = conTodos || cuantos !== 2;
  };
  const elegir = (activo) => {
    raiz.toggleAttribute("data-eligiendo", activo);
    const boton = resultados.querySelector("[data-elegir]");
    boton?.setAttribute("aria-pressed", String(activo));
    if (boton) boton.lastElementChild.textContent = activo ? "Dejar de elegir" : "Elegir varios";
    if (!activo) {
      conTodos = false;
      for (const casilla of casillas()) casilla.checked = false;
    }
    pintar();
  };

  const hacer = async (accion, etiqueta = "") => {
    const datos = new FormData();
    datos.set("accion", accion);
    datos.set("etiqueta_id", etiqueta);
    if (conTodos) datos.set("todos", "1");
    else for (const casilla of elegidos()) datos.append("ids", casilla.value);
    let hecho;
    try {
      hecho = await publicar(`${raiz.dataset.urlLote}${location.search}`, datos);
    } catch {
      return; // publicar ya dijo qué pasó, y lo elegido sigue elegido
    }
    elegir(false);
    await recargar();
    if (hecho.id) ofrecerDeshacer(hecho.frase, raiz.dataset.urlLote.replace(/lote$/, `deshacer/${hecho.id}`), recargar);
    else avisar(hecho.frase);
  };

  raiz.addEventListener("click", async (evento) => {
    if (evento.target.closest("[data-elegir]")) elegir(!raiz.hasAttribute("data-eligiendo"));
    if (evento.target.closest("[data-lote-cancelar]")) elegir(false);
    if (evento.target.closest("[data-lote-todos]")) {
      conTodos = true;
      pintar();
    }
    if (evento.target.closest("[data-lote-aplicar]")) {
      const etiqueta = dialogo.querySelector("input[name=etiqueta_id]:checked")?.value;
      if (!etiqueta) return;
      dialogo.close();
      await hacer(pendiente, etiqueta);
    }
    const accion = evento.target.closest("[data-lote-accion]")?.dataset.loteAccion;
    if (!accion) return;
    if (accion === "unir") {
      await unir(raiz, elegidos());
    } else if (accion === "borrar") {
      const texto = conTodos
        ? `Van a la papelera los ${entero(total())} contactos de este filtro, con sus conversaciones.`
        : "";
      if (!texto || (await confirmar({ texto, titulo: "¿Borrar a todos?", boton: "Sí, a la papelera", tono: "peligro" }))) await hacer("borrar");
    } else {
      pendiente = accion;
      dialogo.showModal();
    }
  });
  raiz.addEventListener("change", (evento) => {
    if (evento.target.name !== "ids") return;
    conTodos = false;
    pintar();
  });
  resultados.addEventListener("htmx:afterSwap", () => elegir(raiz.hasAttribute("data-eligiendo") && casillas().length > 0));
}

async function unir(raiz, [queda, seVa]) {
  const nombre = (casilla) => casilla.getAttribute("aria-label").replace("Elegir a ", "");
  const si = await confirmar({
    titulo: "¿Unir contactos?",
    texto: `«${nombre(seVa)}» pasa a ser parte de «${nombre(queda)}», con sus mensajes, notas y etiquetas. No se puede separar después.`,
    boton: "Sí, unir",
  });
  if (!si) return;
  const forma = Object.assign(document.createElement("form"), {
    method: "post",
    action: raiz.dataset.urlUnir.replace("00000000-0000-0000-0000-000000000000", queda.value),
  });
  const testigo = document.querySelector('meta[name="csrf-token"]').content;
  for (const [name, value] of [["csrf_token", testigo], ["otro", seVa.value]]) {
    forma.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(forma);
  forma.submit();
}
