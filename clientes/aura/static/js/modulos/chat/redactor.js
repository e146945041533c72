/* Donde se escribe: guarda el borrador, manda una sola vez y no pierde lo escrito si algo falla. */

import { publicar } from "../../shared/api.js";
import { hora } from "../../shared/utils.js";

const AVISAR_DESDE = 300;

function leer(clave, vacio) {
  try {
    return JSON.parse(localStorage.getItem(clave)) ?? vacio;
  } catch {
    return vacio; // Ilegible o sin almacenamiento: como si no hubiera.
  }
}

function guardar(clave, valor) {
  try {
    if (valor?.length) localStorage.setItem(clave, JSON.stringify(valor));
    else localStorage.removeItem(clave);
  } catch {
    // Sin almacenamiento no hay borrador; se puede escribir y mandar igual.
  }
}

// randomUUID solo existe en páginas seguras; en la red local el panel puede ir sin https.
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6] & 0x0f) | 0x40;
  b[8] = (b[8] & 0x3f) | 0x80;
  const hex = [...b].map((n) => n.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export function iniciarRedactor(raiz, { mensajes, bajar, separarDias, colocar, refrescar }) {
  const pie = raiz.querySelector("[data-redactor]");
  const forma = pie.querySelector("[data-forma]");
  const texto = forma.elements.texto;
  const cuenta = forma.querySelector("[data-cuenta]");
  const cerrada = pie.querySelector("[data-cerrada]");
  const plantilla = raiz.querySelector("[data-plantilla]");
  const base = `nora-chat:${document.body.dataset.nora}:${raiz.dataset.usuario}:${raiz.dataset.conversacion}`;
  const BORRADOR = `${base}:borrador`;
  const PENDIENTES = `${base}:pendientes`;
  let turno = Promise.resolve();

  function crecer() {
    texto.style.height = "auto";
    texto.style.height = `${texto.scrollHeight + 2}px`;
    const quedan = texto.maxLength - texto.value.length;
    cuenta.hidden = quedan > AVISAR_DESDE;
    cuenta.textContent = quedan === 1 ? "Queda 1 carácter" : `Quedan ${quedan} caracteres`;
  }

  function escribir(valor) {
    texto.value = valor;
    guardar(BORRADOR, valor);
    crecer();
  }

  function provisional(clave, escrito) {
    const bola = plantilla.content.firstElementChild.cloneNode(true);
    bola.dataset.clave = clave;
    bola.querySelector(".burbuja-texto").textContent = escrito;
    bola.querySelector("time").textContent = hora(new Date());
    mensajes.append(bola);
    bola.querySelector("[data-reintentar]").addEventListener("click", () => mandar(clave, escrito, bola));
    bola.querySelector("[data-editar]").addEventListener("click", () => {
      olvidar(clave);
      bola.remove();
      escribir(texto.value ? `${escrito}\n${texto.value}` : escrito);
      texto.focus();
    });
    return bola;
  }

  function olvidar(clave) {
    guardar(PENDIENTES, leer(PENDIENTES, []).filter((p) => p.clave !== clave));
  }

  function pintar(bola, fallo) {
    const burbuja = bola.querySelector(".burbuja");
    burbuja.classList.toggle("burbuja-fallida", Boolean(fallo));
    const motivo = bola.querySelector(".burbuja-motivo");
    motivo.hidden = !fallo;
    motivo.textContent = fallo ?? "";
    bola.querySelector(".chat-fallo").hidden = !fallo;
    bola.querySelector(".burbuja-estado .bi").className = `bi bi-${fallo ? "exclamation-circle-fill" : "clock"}`;
    bola.querySelector(".burbuja-estado .solo-lector").textContent = fallo ? "No se envió" : "Enviando";
  }

  // Uno tras otro: así llegan en el orden en que se escribieron. La misma clave, repetida, es un solo mensaje.
  function mandar(clave, escrito, bola) {
    pintar(bola, null);
    turno = turno.then(async () => {
      try {
        const { html } = await publicar(forma.action, { texto: escrito, clave }, { aviso: false });
        olvidar(clave);
        colocar(html);
        separarDias();
        refrescar(); // El aviso de su entrega pudo llegar antes que esta respuesta.
      } catch (error) {
        if (!bola.isConnected) return olvidar(clave); // Llegó por el aviso en vivo.
        pintar(bola, error.message);
        bola.scrollIntoView({ block: "nearest" });
      }
      return undefined;
    });
  }

  function enviar() {
    const escrito = texto.value.trim();
    if (!escrito || texto.disabled) return;
    const clave = uuid();
    guardar(PENDIENTES, [...leer(PENDIENTES, []), { clave, texto: escrito }]);
    escribir("");
    const bola = provisional(clave, escrito);
    bajar();
    mandar(clave, escrito, bola);
  }

  forma.addEventListener("submit", (evento) => {
    evento.preventDefault();
    enviar();
    texto.focus();
  });
  texto.addEventListener("keydown", (evento) => {
    if (evento.key !== "Enter" || evento.shiftKey || evento.isComposing) return;
    evento.preventDefault();
    enviar();
  });
  texto.addEventListener("input", () => {
    guardar(BORRADOR, texto.value);
    crecer();
  });

  texto.value = leer(BORRADOR, "") || texto.value;
  crecer();
  // Lo que quedó sin confirmar al cerrar la página: pudo salir o no, y repetirlo con su clave no lo duplica.
  for (const { clave, texto: escrito } of leer(PENDIENTES, [])) {
    if (mensajes.querySelector(`[data-clave="${CSS.escape(clave)}"]`)) olvidar(clave);
    else pintar(provisional(clave, escrito), "No alcanzamos a confirmarlo.");
  }

  return {
    /** Abre o cierra la escritura según la ventana de 24 horas. */
    abrir(abierta) {
      cerrada.hidden = abierta;
      forma.hidden = !abierta;
      texto.disabled = !abierta;
      if (abierta) crecer();
    },
  };
}
