/* La lista de conversaciones: se pone al día sin recargar y sin perder el lugar. */

import { obtener } from "../../shared/api.js";
import { conEsqueleto } from "../../shared/esqueletos.js";
import { avisarEspera, contarEspera } from "../../shared/notifications.js";
import { crear, debounce } from "../../shared/utils.js";

/** Corre una vez a la vez; si la piden mientras corre, repite al terminar. Devuelve la promesa de quedar al día. */
export function unaALaVez(funcion) {
  let corriendo = null;
  let otraVez = false;
  return () => {
    otraVez = true;
    corriendo ??= (async () => {
      try {
        while (otraVez) {
          otraVez = false;
          await funcion();
        }
      } finally {
        corriendo = null;
      }
    })();
    return corriendo;
  };
}

export function iniciarLista(raiz) {
  const cuerpo = raiz.querySelector("[data-lista]");
  const buscador = raiz.querySelector(".chat-lista-cabeza form[role=search]");
  const entrada = buscador.querySelector("input[type=search]");
  const [, pestanaEsperan, pestanaSinLeer, pestanaMias, pestanaMencionan] = raiz.querySelectorAll(".pestana");
  const lugar = `nora-chat-lista:${document.body.dataset.nora}`;
  let esperaban = enEspera();
  let buscando = false;

  cuerpo.scrollTop = Number(sessionStorage.getItem(lugar) ?? 0);
  cuerpo.addEventListener("scroll", debounce(() => sessionStorage.setItem(lugar, String(cuerpo.scrollTop)), 150));

  function direccion(antes) {
    const datos = new URLSearchParams(new FormData(buscador));
    if (raiz.dataset.conversacion) datos.set("actual", raiz.dataset.conversacion);
    if (antes) datos.set("antes", antes);
    return `${raiz.dataset.urlLista}?${datos}`;
  }

  function enEspera() {
    return new Set([...cuerpo.querySelectorAll(".lista-espera")].map((item) => item.dataset.conversacion));
  }

  function contar(pestana, cuantas, espera) {
    let marca = pestana.querySelector(".pestana-contador");
    if (!cuantas) return marca?.remove();
    if (!marca) pestana.append((marca = crear("span", { class: `pestana-contador numero${espera ? " pestana-espera" : ""}` })));
    marca.textContent = cuantas > 99 ? "99+" : String(cuantas);
    return undefined;
  }

  function poner({ html, esperan, sin_leer: sinLeer, mias, mencionan }) {
    const nuevo = crear("div");
    nuevo.innerHTML = html;
    acomodar(nuevo);
    contar(pestanaEsperan, esperan, true);
    contar(pestanaSinLeer, sinLeer, false);
    contar(pestanaMias, mias, false);
    contar(pestanaMencionan, mencionan, true);
    contarEspera(raiz.dataset.url, esperan);
    const ahora = enEspera();
    for (const item of cuerpo.querySelectorAll(".lista-espera")) {
      const { conversacion, quien } = item.dataset;
      // Lo que aparece por buscar ya esperaba: no es noticia.
      if (buscando || esperaban.has(conversacion) || conversacion === raiz.dataset.conversacion) continue;
      const url = item.querySelector("a").href;
      avisarEspera(`${quien} espera a una persona`, url);
      document.dispatchEvent(new CustomEvent("nora:espera", { detail: { quien, url } }));
    }
    esperaban = ahora;
    buscando = false;
  }

  // Lo que no cambió conserva su nodo (y con él, el foco); lo que ya se había bajado más allá del tramo se queda.
  function acomodar(nuevo) {
    const vieja = cuerpo.querySelector("[data-conversaciones]");
    const fresca = nuevo.querySelector("[data-conversaciones]");
    if (!vieja || !fresca) {
      cuerpo.replaceChildren(...nuevo.childNodes);
      return;
    }
    const enfocada = document.activeElement?.closest?.("[data-conversacion]")?.dataset.conversacion;
    const previos = new Map([...vieja.children].map((item) => [item.dataset.conversacion, item]));
    const items = [...fresca.children].map((item) => {
      const previo = previos.get(item.dataset.conversacion);
      previos.delete(item.dataset.conversacion);
      return previo && sinHoras(previo) === sinHoras(item) ? previo : item;
    });
    const hayMas = nuevo.querySelector("[data-mas]");
    const limite = Date.parse(items.at(-1).dataset.orden);
    const restantes = hayMas ? [...previos.values()].filter((item) => Date.parse(item.dataset.orden) < limite) : [];
    vieja.replaceChildren(...items, ...restantes);
    const botonViejo = cuerpo.querySelector(".chat-mas");
    if (!restantes.length) {
      botonViejo?.remove();
      if (hayMas) cuerpo.append(hayMas.closest(".chat-mas"));
    }
    if (enfocada && !cuerpo.contains(document.activeElement)) {
      cuerpo.querySelector(`[data-conversacion="${CSS.escape(enfocada)}"] a`)?.focus({ preventScroll: true });
    }
  }

  function sinHoras(item) {
    const copia = item.cloneNode(true);
    for (const tiempo of copia.querySelectorAll("time")) tiempo.textContent = "";
    return copia.outerHTML.replace(/\s+/g, " ");
  }

  const refrescar = unaALaVez(async () => {
    try {
      const pedida = obtener(direccion(), { aviso: false });
      poner(await (buscando ? conEsqueleto(cuerpo, pedida) : pedida));
    } catch {
      // Sin conexión ya lo dice la banda; al volver se pide otra vez.
    }
  });

  cuerpo.addEventListener("click", async (evento) => {
    const boton = evento.target.closest("[data-mas]");
    if (!boton || boton.disabled) return;
    boton.disabled = true;
    try {
      const { html } = await conEsqueleto(cuerpo, obtener(direccion(boton.dataset.mas)), { alFinal: true });
      const nuevo = crear("div");
      nuevo.innerHTML = html;
      const lista = cuerpo.querySelector("[data-conversaciones]");
      const hay = new Set([...lista.children].map((item) => item.dataset.conversacion));
      const sumados = [...nuevo.querySelectorAll("[data-conversacion]")].filter((item) => !hay.has(item.dataset.conversacion));
      lista.append(...sumados);
      boton.closest(".chat-mas").remove();
      const otro = nuevo.querySelector(".chat-mas");
      if (otro) cuerpo.append(otro);
      sumados[0]?.querySelector("a")?.focus({ preventScroll: true });
    } catch {
      boton.disabled = false; // El aviso ya lo mostró api.js.
    }
  });

  const buscar = debounce(() => {
    const ruta = new URL(location.href);
    if (entrada.value.trim()) ruta.searchParams.set("q", entrada.value);
    else ruta.searchParams.delete("q");
    history.replaceState(history.state, "", ruta);
    cuerpo.scrollTop = 0;
    buscando = true;
    refrescar();
  });
  entrada.addEventListener("input", () => {
    buscando = true; // Lo que se pida desde ya lleva lo escrito, aunque lo pida un cambio en vivo.
    buscar();
  });
  buscador.addEventListener("submit", (evento) => {
    evento.preventDefault();
    buscar();
  });

  return { refrescar: debounce(refrescar, 120) };
}
