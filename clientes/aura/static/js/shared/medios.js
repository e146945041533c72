/* Archivos de una plática: ver fotos en grande, reintentar los que no llegaron, elegir, grabar y mandar. */

import { ErrorApi, esEntrada, mensajeDeEstado, publicar, tokenCsrf } from "./api.js";
import { crear, hora, icono, registrarModulo } from "./utils.js";

const MAXIMO = 16_000_000;
const IMAGEN_MAXIMA = 5_000_000;
const DE_UNA_VEZ = 10;
const GRABACION_MAXIMA = 5 * 60_000;
const PLAZO = 120_000;

/** «1.2 MB», como lo dice el servidor. */
export function peso(bytes) {
  return bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

function uuid() {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

// ---------------------------------------------------------------- ver
let visor;

function abrirVisor(boton) {
  visor?.remove();
  const cerrar = crear("button", { type: "button", "aria-label": "Cerrar" }, icono("x-lg"));
  visor = crear(
    "dialog",
    { class: "medio-visor", "aria-label": "Foto", "data-tema": "oscuro" },
    crear("header", {}, crear("a", { href: boton.dataset.medioBajar, download: "", "aria-label": "Guardar la foto" }, icono("download")), cerrar),
    crear("img", { src: boton.dataset.medioVer, alt: boton.querySelector("img")?.alt ?? "Foto" }),
  );
  cerrar.addEventListener("click", () => visor.close());
  visor.addEventListener("click", (evento) => evento.target === visor.querySelector("img") || evento.target === visor ? visor.close() : null);
  visor.addEventListener("close", () => {
    visor.remove();
    boton.focus({ preventScroll: true });
  });
  document.body.append(visor);
  visor.showModal();
}

document.addEventListener("click", async (evento) => {
  const foto = evento.target.closest("[data-medio-ver]");
  if (foto && foto.classList.contains("medio-foto-rota")) {
    foto.classList.remove("medio-foto-rota");
    foto.querySelector(".medio-rota-texto")?.remove();
    const imagen = foto.querySelector("img");
    imagen.src = `${foto.dataset.medioVer}?otra=${Date.now()}`;
    return;
  }
  if (foto) return abrirVisor(foto);
  const boton = evento.target.closest("[data-medio-reintentar]");
  if (!boton || boton.getAttribute("aria-busy")) return;
  boton.setAttribute("aria-busy", "true");
  try {
    await publicar(boton.dataset.medioReintentar, {});
    boton.closest(".medio")?.setAttribute("data-medio-falta", "");
    document.dispatchEvent(new CustomEvent("nora:cambio", { detail: { tipo: "reconectado" } }));
  } catch {
    // El aviso ya lo mostró api.js.
  } finally {
    boton.removeAttribute("aria-busy");
  }
});

// Una foto que no carga lo dice en su misma caja; al tocarla se pide otra vez.
document.addEventListener(
  "error",
  ({ target: imagen }) => {
    const foto = imagen instanceof HTMLImageElement ? imagen.closest(".medio-foto") : null;
    if (!foto || foto.classList.contains("medio-foto-rota")) return;
    foto.classList.add("medio-foto-rota");
    foto.append(crear("span", { class: "medio-rota-texto" }, "No cargó. Toca para reintentar."));
  },
  true,
);

// ---------------------------------------------------------------- mandar
/** Sube un archivo diciendo cuánto lleva; `fetch` no lo dice. */
function subir(url, datos, alAvanzar) {
  return new Promise((resolver, rechazar) => {
    const pedido = new XMLHttpRequest();
    pedido.open("POST", url);
    pedido.timeout = PLAZO;
    pedido.responseType = "json";
    pedido.setRequestHeader("Accept", "application/json");
    pedido.setRequestHeader("X-Requested-With", "fetch");
    pedido.setRequestHeader("X-CSRFToken", tokenCsrf());
    pedido.upload.addEventListener("progress", ({ loaded, total }) => total && alAvanzar(loaded / total));
    const fallar = () => rechazar(new ErrorApi(mensajeDeEstado(0), 0));
    pedido.addEventListener("error", fallar);
    pedido.addEventListener("timeout", fallar);
    pedido.addEventListener("load", () => {
      const contenido = pedido.response;
      if (pedido.status === 401 || esEntrada(pedido.responseURL)) return rechazar(new ErrorApi(mensajeDeEstado(401), 401));
      if (pedido.status >= 400 || contenido?.success === false) {
        return rechazar(new ErrorApi(contenido?.message || mensajeDeEstado(pedido.status), pedido.status));
      }
      return resolver(contenido?.data ?? null);
    });
    pedido.send(datos);
  });
}

function miniatura(archivo) {
  return new Promise((resolver) => {
    if (!archivo.type.startsWith("image/")) return resolver(null);
    const lector = new FileReader();
    lector.addEventListener("load", () => resolver(crear("img", { src: lector.result, alt: "" })));
    lector.addEventListener("error", () => resolver(null));
    return lector.readAsDataURL(archivo);
  });
}

function faltaDe(archivo) {
  if (!archivo.size) return "está vacío";
  if (archivo.type.startsWith("image/") && archivo.size > IMAGEN_MAXIMA) return "pesa más de 5 MB, lo más que WhatsApp entrega en fotos";
  if (archivo.size > MAXIMO) return "pesa más de 16 MB, lo más que WhatsApp entrega";
  return "";
}

registrarModulo("adjuntar", (forma) => {
  const raiz = forma.closest("[data-adjuntar-raiz]");
  const zona = forma.querySelector("[data-adjuntar]");
  const entrada = forma.querySelector("[data-adjuntar-archivo]");
  const grabar = forma.querySelector("[data-adjuntar-grabar]");
  const bandeja = forma.querySelector("[data-adjuntar-bandeja]");
  const aviso = forma.querySelector("[data-adjuntar-aviso]");
  const texto = forma.elements.texto;
  const mensajes = raiz.querySelector("[data-mensajes]");
  const hilo = raiz.querySelector("[data-desplaza]");
  const plantilla = (raiz.querySelector("template[data-plantilla]") ?? document.querySelector("template[data-plantilla]"));
  let elegidos = [];
  let turno = Promise.resolve();

  function decir(frase) {
    aviso.textContent = frase;
    aviso.hidden = !frase;
  }

  function pintarBandeja() {
    bandeja.replaceChildren(...elegidos.map((uno) => uno.ficha));
    bandeja.hidden = !elegidos.length;
    texto.required = !elegidos.length;
  }

  async function elegir(archivos) {
    decir("");
    const faltas = [];
    for (const archivo of [...archivos]) {
      const falta = faltaDe(archivo);
      if (falta) {
        faltas.push(`«${archivo.name}» ${falta}.`);
        continue;
      }
      if (elegidos.length >= DE_UNA_VEZ) {
        faltas.push(`Manda hasta ${DE_UNA_VEZ} archivos a la vez.`);
        break;
      }
      const uno = { archivo };
      const quitar = crear("button", { class: "boton boton-fantasma boton-solo-icono boton-chico", type: "button", "aria-label": `Quitar ${archivo.name}` }, icono("x-lg"));
      quitar.addEventListener("click", () => {
        elegidos = elegidos.filter((otro) => otro !== uno);
        pintarBandeja();
        texto.focus();
      });
      uno.vista = await miniatura(archivo);
      uno.ficha = crear(
        "div",
        { class: "adjuntar-ficha" },
        uno.vista?.cloneNode() ?? icono("file-earmark"),
        crear("span", {}, crear("span", { class: "recortado" }, archivo.name), crear("small", { class: "numero" }, peso(archivo.size))),
        quitar,
      );
      elegidos.push(uno);
    }
    decir(faltas.join(" "));
    pintarBandeja();
    if (elegidos.length) texto.focus();
  }

  // ------------------------------------------------------------ la burbuja mientras sube
  function burbuja({ archivo, vista, titulo }, pie) {
    const bola = plantilla.content.firstElementChild.cloneNode(true);
    const avance = crear("progress", { class: "adjuntar-avance", max: "1", value: "0", "aria-label": "Subiendo" });
    const dentro = vista
      ? crear("span", { class: "adjuntar-vista" }, vista)
      : crear("span", { class: "medio-fila" }, icono(titulo ? "mic-fill" : "file-earmark"), crear("span", { class: "medio-textos" }, crear("strong", { class: "recortado" }, titulo ?? archivo.name), crear("span", { class: "numero" }, peso(archivo.size))));
    const lugar = bola.querySelector(".burbuja-texto");
    lugar.replaceChildren(crear("span", { class: "medio" }, dentro), avance);
    if (pie) lugar.append(crear("span", { class: "medio-texto" }, pie));
    bola.querySelector("time").textContent = hora(new Date());
    return { bola, avance };
  }

  function mandar(uno, pie) {
    const clave = uuid();
    const { bola, avance } = burbuja(uno, pie);
    bola.dataset.clave = clave;
    mensajes.append(bola);
    hilo.scrollTop = hilo.scrollHeight;
    const motivo = bola.querySelector(".burbuja-motivo");
    const fallo = bola.querySelector(".chat-fallo");
    const reintentar = bola.querySelector("[data-reintentar]");
    const quitar = bola.querySelector("[data-editar]");
    if (quitar) quitar.firstElementChild.textContent = "Quitar";

    function pintar(frase) {
      bola.querySelector(".burbuja").classList.toggle("burbuja-fallida", Boolean(frase));
      motivo.hidden = !frase;
      motivo.textContent = frase ?? "";
      avance.hidden = Boolean(frase);
      if (fallo) fallo.hidden = !frase;
      reintentar.hidden = !frase;
    }

    function intentar() {
      pintar(null);
      turno = turno.then(async () => {
        const datos = new FormData();
        datos.set("archivo", uno.archivo, uno.archivo.name);
        datos.set("clave", clave);
        datos.set("texto", pie);
        try {
          await subir(zona.dataset.url, datos, (parte) => { avance.value = parte; });
          avance.removeAttribute("value");
          // La burbuja de verdad llega con lo nuevo y, por su clave, quita a esta.
          raiz.dispatchEvent(new CustomEvent("medios:enviado"));
        } catch (error) {
          if (bola.isConnected) pintar(error.message);
        }
      });
    }
    reintentar.addEventListener("click", intentar);
    quitar?.addEventListener("click", () => bola.remove());
    intentar();
  }

  function mandarElegidos() {
    const pie = texto.value.trim();
    const tanda = elegidos;
    elegidos = [];
    pintarBandeja();
    decir("");
    texto.value = "";
    texto.dispatchEvent(new Event("input", { bubbles: true }));
    // El texto acompaña al último, como en WhatsApp.
    tanda.forEach((uno, n) => mandar(uno, n === tanda.length - 1 ? pie : ""));
  }

  const atajar = (evento) => {
    if (!elegidos.length) return;
    evento.preventDefault();
    evento.stopImmediatePropagation();
    mandarElegidos();
  };
  forma.addEventListener("submit", atajar, true);
  forma.addEventListener("keydown", (evento) => {
    if (evento.target === texto && evento.key === "Enter" && !evento.shiftKey && !evento.isComposing) atajar(evento);
  }, true);

  forma.querySelector("[data-adjuntar-elegir]").addEventListener("click", () => entrada.click());
  entrada.addEventListener("change", () => {
    elegir(entrada.files);
    entrada.value = "";
  });
  texto.addEventListener("paste", (evento) => {
    if (!evento.clipboardData?.files.length) return;
    evento.preventDefault();
    elegir(evento.clipboardData.files);
  });
  hilo.addEventListener("dragover", (evento) => evento.dataTransfer?.types.includes("Files") && evento.preventDefault());
  hilo.addEventListener("drop", (evento) => {
    if (!evento.dataTransfer?.files.length) return;
    evento.preventDefault();
    elegir(evento.dataTransfer.files);
  });

  // ------------------------------------------------------------ grabar
  const formatos = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
  const formato = window.MediaRecorder && navigator.mediaDevices?.getUserMedia && formatos.find((f) => MediaRecorder.isTypeSupported(f));
  grabar.hidden = !formato;

  async function empezarAGrabar() {
    decir("");
    let microfono;
    try {
      microfono = await navigator.mediaDevices.getUserMedia({ audio: true });
    } catch {
      decir("Para grabar, deja que esta página use tu micrófono y vuelve a intentar.");
      return;
    }
    const grabadora = new MediaRecorder(microfono, { mimeType: formato });
    const trozos = [];
    const inicio = Date.now();
    const cuenta = crear("span", { class: "numero", role: "timer" }, "0:00");
    const tirar = crear("button", { class: "boton boton-fantasma boton-chico", type: "button" }, crear("span", {}, "Cancelar"));
    const listo = crear("button", { class: "boton boton-primario boton-chico", type: "button" }, icono("send-fill"), crear("span", {}, "Mandar"));
    let mandarla = false;
    const reloj = setInterval(() => {
      const lleva = Date.now() - inicio;
      cuenta.textContent = `${Math.floor(lleva / 60000)}:${String(Math.floor(lleva / 1000) % 60).padStart(2, "0")}`;
      if (lleva > GRABACION_MAXIMA) acabar(true);
    }, 250);

    function acabar(si) {
      mandarla = si;
      clearInterval(reloj);
      if (grabadora.state !== "inactive") grabadora.stop();
    }
    grabadora.addEventListener("dataavailable", ({ data }) => data.size && trozos.push(data));
    grabadora.addEventListener("stop", () => {
      for (const pista of microfono.getTracks()) pista.stop();
      forma.classList.remove("adjuntar-graba");
      pintarBandeja();
      grabar.focus();
      if (!mandarla || !trozos.length) return;
      const tipo = formato.split(";")[0];
      const archivo = new File([new Blob(trozos, { type: tipo })], `nota-de-voz.${tipo.split("/")[1]}`, { type: tipo });
      mandar({ archivo, titulo: `Nota de voz ${cuenta.textContent}` }, "");
    });
    tirar.addEventListener("click", () => acabar(false));
    listo.addEventListener("click", () => acabar(true));
    bandeja.replaceChildren(crear("div", { class: "adjuntar-grabando" }, crear("span", {}, "Grabando"), cuenta, tirar, listo));
    bandeja.hidden = false;
    forma.classList.add("adjuntar-graba");
    grabadora.start(1000);
    listo.focus();
  }
  grabar.addEventListener("click", empezarAGrabar);
});
