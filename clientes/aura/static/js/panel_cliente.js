/* Panel de una Nora: el marco común y la conexión en vivo.
   Eventos que dispara en document:
   - "nora:conectado"    {primera: bool}   al conectar y al reconectar: vuelve a pedir lo que muestras
   - "nora:desconectado" {}                la conexión se perdió
   - "nora:cambio"       {tipo, conversacion_id, mensaje_id}  algo cambió en el servidor */

import "./shared/marco.js";

const ESPERA_BANDA = 3000;

function emitir(nombre, detail = {}) {
  document.dispatchEvent(new CustomEvent(nombre, { detail }));
}

function conectar(nora) {
  const banda = document.getElementById("banda-conexion");
  let reloj = null;
  let primera = true;

  const perdida = () => {
    reloj ??= setTimeout(() => {
      banda.hidden = false;
    }, ESPERA_BANDA);
  };
  const recuperada = () => {
    clearTimeout(reloj);
    reloj = null;
    banda.hidden = true;
  };

  const socket = window.io({ transports: ["websocket"], auth: { nora }, reconnectionDelayMax: 5000 });
  perdida();
  socket.on("connect", () => {
    recuperada();
    emitir("nora:conectado", { primera });
    primera = false;
  });
  socket.on("cambio", (cambio) => emitir("nora:cambio", cambio));
  socket.on("disconnect", (motivo) => {
    perdida();
    emitir("nora:desconectado");
    // Si cerró el servidor, socket.io no reintenta solo.
    if (motivo === "io server disconnect") setTimeout(() => socket.connect(), ESPERA_BANDA);
  });
  socket.on("connect_error", () => {
    perdida();
    // Un rechazo del servidor tampoco se reintenta solo.
    if (!socket.active) setTimeout(() => socket.connect(), ESPERA_BANDA * 5);
  });

  // Un teléfono que despierta no espera al siguiente reintento.
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !socket.connected) socket.connect();
  });
  // Al volver con "atrás" la página puede traer datos viejos.
  window.addEventListener("pageshow", (evento) => {
    if (evento.persisted) emitir("nora:conectado", { primera: false });
  });
}

const nora = document.body.dataset.nora;
if (nora && window.io) conectar(nora);
