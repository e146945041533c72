/* La conversación abierta: mensajes nuevos, estados de envío, mensajes de antes y quién la lleva. */

import { obtener, publicar } from "../../shared/api.js";
import { avisar } from "../../shared/notifications.js";
import { crear, iniciarEn } from "../../shared/utils.js";
import { unaALaVez } from "./lista.js";
import { iniciarRedactor } from "./redactor.js";

const CERCA_DEL_FINAL = 96;
const SIN_TERMINAR = new Set(["pendiente", "enviando", "enviado", "entregado"]);
const QUE_SE_REVISAN = 40;

export function iniciarConversacion(raiz) {
  const panel = raiz.querySelector("[data-hilo]");
  const hilo = panel.querySelector("[data-desplaza]");
  const mensajes = panel.querySelector("[data-mensajes]");
  const anteriores = panel.querySelector("[data-anteriores]");
  const estado = panel.querySelector("[data-estado]");
  const nuevos = panel.querySelector("[data-nuevos]");
  let noLeidos = Number(panel.dataset.noLeidos);
  let sinVer = 0;

  const guardados = () => mensajes.querySelectorAll(".chat-mensaje[data-id]");
  const ultimoId = () => Math.max(0, ...[...guardados()].map((m) => Number(m.dataset.id)));
  const alFinal = () => hilo.scrollHeight - hilo.scrollTop - hilo.clientHeight < CERCA_DEL_FINAL;
  const bajar = () => {
    hilo.scrollTop = hilo.scrollHeight;
    verNuevos(0);
  };

  function verNuevos(cuantos) {
    sinVer = cuantos;
    nuevos.hidden = !cuantos;
    nuevos.lastElementChild.textContent = cuantos === 1 ? "1 mensaje nuevo" : `${cuantos} mensajes nuevos`;
  }

  function separarDias() {
    for (const vieja of mensajes.querySelectorAll(":scope > .burbuja-dia")) vieja.remove();
    let dia = null;
    for (const mensaje of [...mensajes.children]) {
      if (mensaje.dataset.dia && mensaje.dataset.dia !== dia) {
        dia = mensaje.dataset.dia;
        mensaje.before(crear("div", { class: "burbuja-dia", role: "separator" }, crear("span", {}, mensaje.dataset.diaTexto)));
      }
    }
  }

  /** Pone un mensaje en su lugar por id. Si ya estaba, o es el que se mandó desde aquí, lo sustituye. */
  function colocar(html) {
    const molde = crear("template");
    molde.innerHTML = html.trim();
    const mensaje = molde.content.firstElementChild;
    const { id, clave } = mensaje.dataset;
    const provisional = clave && mensajes.querySelector(`[data-provisional][data-clave="${CSS.escape(clave)}"]`);
    provisional?.remove();
    const previo = mensajes.querySelector(`.chat-mensaje[data-id="${id}"]`);
    if (previo) {
      const porque = previo.querySelector("details");
      if (porque?.open) mensaje.querySelector("details")?.setAttribute("open", "");
      previo.replaceWith(mensaje);
      return false;
    }
    const siguiente = [...mensajes.querySelectorAll(".chat-mensaje")].find(
      (otro) => otro.hasAttribute("data-provisional") || Number(otro.dataset.id) > Number(id),
    );
    mensajes.insertBefore(mensaje, siguiente ?? null);
    return !provisional;
  }

  /** Una nota o un suceso va después de su mensaje; si ese todavía no se ha bajado, llegará con él. */
  function ponerSuceso(html) {
    const molde = crear("template");
    molde.innerHTML = html.trim();
    const suceso = molde.content.firstElementChild;
    if (mensajes.querySelector(`[data-suceso="${suceso.dataset.suceso}"]`)) return;
    let lugar = mensajes.querySelector(`.chat-mensaje[data-id="${suceso.dataset.despues}"]`);
    if (!lugar) return;
    while (lugar.nextElementSibling?.dataset.suceso && Number(lugar.nextElementSibling.dataset.suceso) < Number(suceso.dataset.suceso)) {
      lugar = lugar.nextElementSibling;
    }
    lugar.after(suceso);
  }

  /** Cambia un trozo solo si dice otra cosa: así no pierde el foco quien lo está usando. */
  function ponerTrozo(nombre, html) {
    const lugar = panel.querySelector(`[data-${nombre}]`);
    const limpio = (texto) => texto.replace(/value="[^"]{40,}"| data-hay-\w+=""/g, "").replace(/\s+/g, " ").trim();
    const molde = crear("div");
    molde.innerHTML = html;
    if (limpio(lugar.innerHTML) === limpio(molde.innerHTML)) return;
    lugar.replaceChildren(...molde.childNodes);
    iniciarEn(lugar);
  }

  function ponerEstado(html) {
    const molde = crear("div");
    molde.innerHTML = html;
    // El testigo CSRF y las horas relativas cambian en cada respuesta; lo demás dice si hay algo que redibujar.
    const firma = (nodo) => {
      const copia = nodo.cloneNode(true);
      for (const parte of copia.querySelectorAll("input[type=hidden], time, [data-hasta]")) parte.replaceChildren();
      for (const parte of copia.querySelectorAll("input[type=hidden]")) parte.remove();
      return copia.innerHTML.replace(/\s+/g, " ").trim();
    };
    if (firma(estado) === firma(molde)) return;
    const teniaFoco = estado.contains(document.activeElement);
    estado.replaceChildren(...molde.childNodes);
    contarAtras();
    if (teniaFoco) estado.querySelector("button")?.focus({ preventScroll: true });
  }

  async function leer() {
    const revisar = [...guardados()].filter((m) => SIN_TERMINAR.has(m.dataset.estado) || m.querySelector("[data-medio-falta]")).map((m) => m.dataset.id);
    const datos = new URLSearchParams({ despues_de: ultimoId(), ids: revisar.slice(-QUE_SE_REVISAN).join(",") });
    let novedad;
    try {
      novedad = await obtener(`${panel.dataset.urlNovedades}?${datos}`, { aviso: false });
    } catch (error) {
      // Borrada desde otro lugar: lo escrito sigue en el borrador. Sin conexión ya lo dice la banda.
      if (error.estado === 404) avisar(error.message, { tono: "error", clave: "conversacion-borrada" });
      return;
    }
    if (novedad.recargar) {
      location.reload();
      return;
    }
    const estabaAlFinal = alFinal();
    for (const html of novedad.cambiados) colocar(html);
    const agregados = novedad.mensajes.filter((html) => colocar(html)).length;
    novedad.sucesos.forEach(ponerSuceso);
    separarDias();
    ponerEstado(novedad.estado);
    for (const trozo of ["situacion", "herramientas", "programados"]) ponerTrozo(trozo, novedad[trozo]);
    redactor.abrir(novedad.ventana_abierta);
    noLeidos = novedad.no_leidos;
    vigilarVentana(novedad.ventana_hasta);
    if (estabaAlFinal) bajar();
    else if (agregados) verNuevos(sinVer + agregados);
    marcarLeida();
  }
  const refrescar = unaALaVez(leer);

  // WhatsApp cierra sola a las 24 horas: se dice en ese momento, no al intentar mandar.
  let cierre;
  function vigilarVentana(hasta) {
    clearTimeout(cierre);
    const falta = Date.parse(hasta ?? "") - Date.now();
    if (falta > 0) cierre = setTimeout(refrescar, falta + 1000);
  }

  function marcarLeida() {
    if (!noLeidos || document.hidden) return;
    noLeidos = 0;
    publicar(panel.dataset.urlLeida, {}, { aviso: false }).catch(() => {
      noLeidos = 1; // Se vuelve a intentar con el siguiente cambio.
    });
  }

  // ------------------------------------------------------------ mensajes de antes
  const pedirAnteriores = unaALaVez(async () => {
    const primero = guardados()[0];
    if (anteriores.hidden || !primero) return;
    let tramo;
    try {
      tramo = await obtener(`${panel.dataset.urlAnteriores}?antes_de=${primero.dataset.id}`);
    } catch {
      return; // El aviso ya lo mostró api.js.
    }
    const molde = crear("template");
    molde.innerHTML = tramo.html;
    const desdeAbajo = hilo.scrollHeight - hilo.scrollTop;
    mensajes.prepend(molde.content);
    anteriores.hidden = !tramo.hay_mas;
    separarDias();
    hilo.scrollTop = hilo.scrollHeight - desdeAbajo;
  });
  anteriores.querySelector("button").addEventListener("click", pedirAnteriores);

  // ------------------------------------------------------------ quién la lleva
  let reloj;
  function contarAtras() {
    clearInterval(reloj);
    const cuenta = estado.querySelector("[data-hasta]");
    if (!cuenta) return;
    const pintar = () => {
      const faltan = Math.max(0, Math.round((Date.parse(cuenta.dataset.hasta) - Date.now()) / 1000));
      cuenta.textContent = `${Math.floor(faltan / 60)}:${String(faltan % 60).padStart(2, "0")}`;
      if (faltan) return;
      clearInterval(reloj);
      refrescar();
    };
    pintar();
    reloj = setInterval(pintar, 1000);
  }

  estado.addEventListener("submit", async (evento) => {
    const forma = evento.target.closest("[data-accion]");
    if (!forma) return;
    evento.preventDefault();
    const boton = forma.querySelector("button");
    if (boton.getAttribute("aria-busy")) return;
    boton.setAttribute("aria-busy", "true");
    try {
      await publicar(forma.action, {});
      await refrescar();
    } catch {
      // El aviso ya lo mostró api.js.
    } finally {
      boton.removeAttribute("aria-busy");
    }
  });

  // ------------------------------------------------------------ empezar
  const redactor = iniciarRedactor(raiz, { mensajes, bajar, separarDias, colocar, refrescar });
  nuevos.addEventListener("click", () => {
    bajar();
    hilo.focus({ preventScroll: true });
  });
  hilo.addEventListener("scroll", () => {
    if (sinVer && alFinal()) verNuevos(0);
    if (hilo.scrollTop < 40) pedirAnteriores();
  }, { passive: true });
  document.addEventListener("visibilitychange", marcarLeida);
  // Al crecer el redactor o abrirse el teclado del teléfono, lo último sigue a la vista.
  let pegado = true;
  hilo.addEventListener("scroll", () => { pegado = alFinal(); }, { passive: true });
  new ResizeObserver(() => pegado && bajar()).observe(hilo);

  separarDias();
  contarAtras();
  vigilarVentana(panel.dataset.ventanaHasta);
  bajar();
  marcarLeida();
  return { refrescar };
}
