/* Tareas: mover en el tablero (con el puntero, con el teclado o con sus flechas), deshacer y filtros limpios. */

import { publicar } from "../../shared/api.js";
import { avisar } from "../../shared/notifications.js";
import { registrarModulo } from "../../shared/utils.js";

const DISTANCIA = 6; // pixeles que hay que mover el puntero para que sea arrastrar y no tocar

registrarModulo("tareas", (raiz) => {
  // Los filtros vacíos no ensucian la dirección.
  raiz.addEventListener("htmx:configRequest", (evento) => {
    const datos = evento.detail.parameters;
    for (const clave of Object.keys(datos)) if (datos[clave] === "") delete datos[clave];
  });
});

registrarModulo("tareas-deshacer", (forma) => {
  setTimeout(() => forma.remove(), Number(forma.dataset.segundos) * 1000);
});

registrarModulo("tareas-tablero", (tablero) => {
  const columnas = [...tablero.querySelectorAll("[data-columna]")];
  const voz = tablero.parentElement.querySelector("[data-tablero-voz]");
  const decir = (texto) => { voz.textContent = texto; };
  const columnaDe = (tarea) => tarea.closest("[data-columna]");
  const lista = (columna) => columna.querySelector("[data-lista]");

  function contar(columna, cambio) {
    const cuenta = columna.querySelector("[data-cuenta]");
    cuenta.textContent = String(Number(cuenta.textContent) + cambio);
  }

  function marcar(destino) {
    for (const columna of columnas) columna.classList.toggle("columna-destino", columna === destino);
  }

  // Las flechas dicen a dónde llevan: cambian con la columna.
  function ponerFlechas(tarea) {
    const lugar = columnas.indexOf(columnaDe(tarea));
    const flechas = tarea.querySelector(".tarea-mover");
    const modelo = flechas.querySelector("button");
    flechas.querySelectorAll("button").forEach((boton) => boton.remove());
    for (const [paso, flecha] of [[-1, "arrow-left"], [1, "arrow-right"]]) {
      const destino = columnas[lugar + paso];
      if (!destino) continue;
      const boton = modelo.cloneNode(true);
      const nombre = `Pasar ${tarea.dataset.codigo} a ${destino.dataset.titulo}`;
      boton.value = destino.dataset.columna;
      boton.setAttribute("aria-label", nombre);
      boton.title = nombre;
      boton.querySelector(".bi").className = `bi bi-${flecha}`;
      flechas.append(boton);
    }
  }

  function poner(tarea, columna, antesDe = null) {
    lista(columna).insertBefore(tarea, antesDe);
    ponerFlechas(tarea);
  }

  async function guardar(tarea, origen, destino, vuelta) {
    contar(origen, -1);
    contar(destino, 1);
    tarea.dataset.estado = destino.dataset.columna;
    try {
      await publicar(tarea.querySelector(".tarea-mover button").formAction, { estado: destino.dataset.columna });
    } catch {
      // El error ya se mostró: la tarjeta vuelve a donde de verdad está.
      contar(origen, 1);
      contar(destino, -1);
      tarea.dataset.estado = origen.dataset.columna;
      poner(tarea, origen, vuelta?.isConnected ? vuelta : null);
      return;
    }
    const texto = `${tarea.dataset.codigo} está en «${destino.dataset.titulo}».`;
    decir(texto);
    avisar(texto, {
      tono: "ok",
      clave: "tareas-mover",
      deshacer: () => {
        const ahora = columnaDe(tarea);
        poner(tarea, origen, vuelta?.isConnected ? vuelta : null);
        guardar(tarea, ahora, origen, null);
      },
    });
  }

  function pasar(tarea, destino) {
    const origen = columnaDe(tarea);
    if (!destino || destino === origen) return;
    const vuelta = tarea.nextElementSibling;
    poner(tarea, destino, lista(destino).firstElementChild);
    guardar(tarea, origen, destino, vuelta);
  }

  // Con el dedo: las flechas de cada tarjeta.
  tablero.addEventListener("submit", (evento) => {
    const tarea = evento.submitter?.closest(".tarea");
    if (!tarea) return;
    evento.preventDefault();
    evento.stopPropagation();
    const destino = columnas.find((c) => c.dataset.columna === evento.submitter.value);
    pasar(tarea, destino);
    tarea.scrollIntoView({ block: "nearest", inline: "center" });
    tarea.querySelector(".tarea-titulo").focus({ preventScroll: true });
  });

  // Con el teclado: se toma, se lleva y se suelta.
  let tomada = null;
  function soltar() {
    tomada.tarea.classList.remove("tarea-tomada");
    tomada.tarea.querySelector(".tarea-asa").removeAttribute("aria-pressed");
    marcar(null);
    tomada = null;
  }
  function dejarDondeEstaba() {
    const { tarea, origen, vuelta } = tomada;
    soltar();
    poner(tarea, origen, vuelta?.isConnected ? vuelta : null);
    decir(`${tarea.dataset.codigo} se quedó en «${origen.dataset.titulo}».`);
  }
  tablero.addEventListener("keydown", (evento) => {
    const asa = evento.target.closest(".tarea-asa");
    if (!asa) return;
    const tarea = asa.closest(".tarea");
    if (evento.key === " " || evento.key === "Enter") {
      evento.preventDefault();
      if (!tomada) {
        tomada = { tarea, origen: columnaDe(tarea), vuelta: tarea.nextElementSibling };
        tarea.classList.add("tarea-tomada");
        asa.setAttribute("aria-pressed", "true");
        marcar(columnaDe(tarea));
        decir(`Tomaste ${tarea.dataset.codigo}. Está en «${columnaDe(tarea).dataset.titulo}».`);
        return;
      }
      const { origen, vuelta } = tomada;
      const destino = columnaDe(tarea);
      soltar();
      if (destino === origen) decir(`${tarea.dataset.codigo} se quedó en «${origen.dataset.titulo}».`);
      else guardar(tarea, origen, destino, vuelta);
    } else if (tomada && (evento.key === "ArrowRight" || evento.key === "ArrowLeft")) {
      evento.preventDefault();
      const destino = columnas[columnas.indexOf(columnaDe(tarea)) + (evento.key === "ArrowRight" ? 1 : -1)];
      if (!destino) return;
      poner(tarea, destino, lista(destino).firstElementChild);
      marcar(destino);
      tarea.scrollIntoView({ block: "nearest", inline: "nearest" });
      asa.focus({ preventScroll: true });
      decir(`Sobre «${destino.dataset.titulo}».`);
    } else if (tomada && evento.key === "Escape") {
      evento.preventDefault();
      dejarDondeEstaba();
      asa.focus();
    }
  });
  tablero.addEventListener("focusout", (evento) => {
    // Al cambiar de columna el elemento sale del documento un instante: solo cuenta si el foco se fue a otro lado.
    const tarea = tomada?.tarea;
    if (!tarea || !evento.relatedTarget || tarea.contains(evento.relatedTarget)) return;
    dejarDondeEstaba();
  });

  // Con el puntero: se arrastra desde el asa, o desde la tarjeta si es un ratón.
  let arrastre = null;
  const debajo = (evento) => document.elementsFromPoint(evento.clientX, evento.clientY)
    .map((elemento) => elemento.closest("[data-columna]")).find((columna) => columna && tablero.contains(columna));
  tablero.addEventListener("pointerdown", (evento) => {
    const tarea = evento.target.closest(".tarea");
    const conAsa = evento.target.closest(".tarea-asa");
    if (!tarea || evento.button !== 0 || evento.target.closest(".tarea-mover")) return;
    if (evento.pointerType !== "mouse" && !conAsa) return;
    arrastre = { tarea, x: evento.clientX, y: evento.clientY, id: evento.pointerId, movio: false };
  });
  tablero.addEventListener("pointermove", (evento) => {
    if (!arrastre || evento.pointerId !== arrastre.id) return;
    if (!arrastre.movio) {
      if (Math.hypot(evento.clientX - arrastre.x, evento.clientY - arrastre.y) < DISTANCIA) return;
      arrastre.movio = true;
      tablero.setPointerCapture(evento.pointerId);
      arrastre.tarea.classList.add("tarea-tomada");
    }
    evento.preventDefault();
    marcar(debajo(evento) ?? null);
  });
  const terminar = (evento) => {
    if (!arrastre || evento.pointerId !== arrastre.id) return;
    const { tarea, movio } = arrastre;
    arrastre = null;
    marcar(null);
    tarea.classList.remove("tarea-tomada");
    if (!movio) return;
    // Soltar sobre el título no debe abrir la tarea.
    tablero.addEventListener("click", (clic) => clic.preventDefault(), { capture: true, once: true });
    setTimeout(() => tablero.dispatchEvent(new Event("click")), 0);
    if (evento.type === "pointerup") pasar(tarea, debajo(evento));
  };
  tablero.addEventListener("pointerup", terminar);
  tablero.addEventListener("pointercancel", terminar);
});
