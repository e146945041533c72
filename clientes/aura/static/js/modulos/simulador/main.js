/* Simulador: manda como cliente y espera la respuesta de Nora, en vivo. */

import { obtener, publicar } from "../../shared/api.js";
import { confirmar } from "../../shared/dialogos.js";
import { crear, hora, registrarModulo } from "../../shared/utils.js";

const PLAZO_RESPUESTA = 15000;

// randomUUID solo existe en páginas seguras; en la red local el panel puede ir sin https.
function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

registrarModulo("simulador", (raiz) => {
  const hilo = raiz.querySelector("[data-desplaza]");
  const mensajes = raiz.querySelector("[data-mensajes]");
  const inicio = raiz.querySelector("[data-inicio]");
  const escribe = raiz.querySelector("[data-escribe]");
  const silencio = raiz.querySelector("[data-silencio]");
  const forma = raiz.querySelector("[data-forma]");
  const texto = forma.elements.texto;
  const plantilla = document.querySelector("template[data-plantilla]");
  let turno = Promise.resolve();
  let enCamino = 0;
  let esperando = false;
  let vencido = false;
  let reloj;
  let leyendo = false;
  let otraVez = false;

  const guardados = () => [...mensajes.querySelectorAll("[data-id]")];
  const ultimoId = () => Math.max(0, ...guardados().map((m) => Number(m.dataset.id)));
  // Un archivo que se está oyendo cambia después de dibujado: se relee desde él.
  const releerDesde = () => Math.min(ultimoId(), ...guardados().filter((m) => m.querySelector("[data-medio-falta]")).map((m) => Number(m.dataset.id) - 1));
  const bajar = () => { hilo.scrollTop = hilo.scrollHeight; };

  function colocar(html) {
    const molde = crear("template");
    molde.innerHTML = html.trim();
    const mensaje = molde.content.firstElementChild;
    const { id, clave } = mensaje.dataset;
    if (clave) mensajes.querySelector(`[data-provisional][data-clave="${CSS.escape(clave)}"]`)?.remove();
    const previo = mensajes.querySelector(`[data-id="${id}"]`);
    if (previo) return previo.replaceWith(mensaje);
    const siguiente = [...mensajes.children].find((otro) => otro.hasAttribute("data-provisional") || Number(otro.dataset.id) > Number(id));
    mensajes.insertBefore(mensaje, siguiente ?? null);
    inicio.hidden = true;
    return undefined;
  }

  function esperar(si) {
    esperando = si;
    escribe.hidden = !si;
    clearTimeout(reloj);
    vencido = false;
    if (si) {
      silencio.hidden = true;
      reloj = setTimeout(() => {
        vencido = true;
        refrescar();
      }, PLAZO_RESPUESTA);
    }
    bajar();
  }

  function callar(html) {
    silencio.innerHTML = html;
    silencio.hidden = false;
    escribe.hidden = true;
    bajar();
  }

  async function leer() {
    const conocia = raiz.dataset.conversacion;
    // Se relee desde el último propio confirmado: lo que Nora dijo antes ya está dibujado.
    const novedad = await obtener(`${raiz.dataset.urlNovedades}?despues_de=${releerDesde()}`, { aviso: false });
    if (conocia && !novedad.conversacion_id && !enCamino) {
      limpiar(); // La borraron desde otra pantalla.
      return;
    }
    raiz.dataset.conversacion = novedad.conversacion_id ?? "";
    for (const html of novedad.mensajes) colocar(html);
    if (novedad.mensajes.length) bajar();
    if (!esperando || enCamino) return;
    if (guardados().at(-1)?.dataset.sentido === "saliente") {
      esperar(false);
      silencio.hidden = true;
    } else if (novedad.silencio_seguro && !novedad.falta_atender) {
      esperar(false);
      callar(novedad.silencio);
    } else if (vencido) callar(novedad.silencio);
  }

  async function refrescar() {
    otraVez = true;
    if (leyendo) return;
    leyendo = true;
    try {
      while (otraVez) {
        otraVez = false;
        await leer();
      }
    } catch {
      // Sin conexión ya lo dice la banda; al volver se pide otra vez.
    } finally {
      leyendo = false;
    }
  }

  function crecer() {
    texto.style.height = "auto";
    texto.style.height = `${texto.scrollHeight + 2}px`;
  }

  function mandar(clave, escrito, bola) {
    const motivo = bola.querySelector(".burbuja-motivo");
    const boton = bola.querySelector("[data-reintentar]");
    const pintar = (fallo) => {
      bola.querySelector(".burbuja").classList.toggle("burbuja-fallida", Boolean(fallo));
      motivo.hidden = boton.hidden = !fallo;
      motivo.textContent = fallo ?? "";
    };
    pintar(null);
    enCamino += 1;
    turno = turno.then(async () => {
      try {
        const { html } = await publicar(forma.action, { texto: escrito, clave }, { aviso: false });
        colocar(html);
        esperar(true);
      } catch (error) {
        if (bola.isConnected) pintar(error.message);
      } finally {
        enCamino -= 1;
      }
      refrescar();
    });
  }

  function enviar(escrito) {
    if (!escrito.trim()) return;
    const clave = uuid();
    const bola = plantilla.content.firstElementChild.cloneNode(true);
    bola.dataset.clave = clave;
    bola.querySelector(".burbuja-texto").textContent = escrito.trim();
    bola.querySelector("time").textContent = hora(new Date());
    bola.querySelector("[data-reintentar]").addEventListener("click", () => mandar(clave, escrito, bola));
    inicio.hidden = true;
    mensajes.append(bola);
    texto.value = "";
    crecer();
    bajar();
    mandar(clave, escrito, bola);
  }

  function limpiar() {
    mensajes.replaceChildren();
    raiz.dataset.conversacion = "";
    esperar(false);
    silencio.hidden = true;
    inicio.hidden = false;
  }

  forma.addEventListener("submit", (evento) => {
    evento.preventDefault();
    enviar(texto.value);
    texto.focus();
  });
  texto.addEventListener("keydown", (evento) => {
    if (evento.key !== "Enter" || evento.shiftKey || evento.isComposing) return;
    evento.preventDefault();
    enviar(texto.value);
  });
  texto.addEventListener("input", crecer);
  for (const idea of raiz.querySelectorAll("[data-idea]")) {
    idea.addEventListener("click", () => enviar(idea.dataset.idea));
  }
  raiz.querySelector("[data-borrar] button").addEventListener("click", async (evento) => {
    evento.preventDefault();
    const boton = evento.currentTarget;
    const { confirmar: pregunta, confirmarTitulo: titulo, confirmarBoton: rotulo } = boton.dataset;
    if (!(await confirmar({ texto: pregunta, titulo, boton: rotulo }))) return;
    try {
      await publicar(boton.form.action, {});
      limpiar();
      texto.focus();
    } catch {
      // El aviso ya lo mostró api.js.
    }
  });

  document.addEventListener("nora:cambio", ({ detail: cambio }) => {
    const mia = cambio.conversacion_id === raiz.dataset.conversacion;
    if (mia || cambio.tipo === "reconectado" || !raiz.dataset.conversacion) refrescar();
  });
  document.addEventListener("nora:conectado", refrescar);
  raiz.addEventListener("medios:enviado", () => {
    esperar(true);
    refrescar();
  });

  // Si se recargó la página esperando, sigue esperando.
  if (guardados().at(-1)?.dataset.sentido === "entrante") esperar(true);
  bajar();
});
