/* Llamadas al servidor: token CSRF, respuestas {success, message, data} y errores en palabras. */

import { avisar } from "./notifications.js";

const PLAZO = 15000;
const MENSAJES = {
  0: "No hay conexión con Nora. Lo que escribiste sigue aquí; inténtalo de nuevo en un momento.",
  400: "Algo del formulario no se entendió. Revísalo y vuelve a enviarlo.",
  401: "Tu sesión terminó. Lo que escribiste sigue aquí: entra en otra pestaña y vuelve a enviarlo.",
  403: "No tienes permiso para hacer esto.",
  404: "Esto ya no existe. Puede que alguien lo haya borrado.",
  409: "Alguien lo cambió antes que tú. Recarga la página para ver cómo quedó.",
  413: "El archivo es demasiado grande.",
  422: "Revisa los datos marcados.",
  429: "Van demasiados intentos seguidos. Espera un minuto y vuelve a probar.",
  503: "Nora no puede guardar en este momento. Lo que escribiste sigue aquí; inténtalo de nuevo en un minuto.",
};
const GENERAL = "Algo falló de nuestro lado. Lo que escribiste sigue aquí; inténtalo de nuevo.";

/** Lo que falló, con texto para la persona. `estado` es el HTTP (0 sin conexión); `datos`, el `data` de la respuesta. */
export class ErrorApi extends Error {
  constructor(mensaje, estado, datos = null) {
    super(mensaje);
    this.name = "ErrorApi";
    this.estado = estado;
    this.datos = datos;
  }
}

export function tokenCsrf() {
  return document.querySelector('meta[name="csrf-token"]')?.content ?? "";
}

/** Frase en español para un estado HTTP. */
export function mensajeDeEstado(estado) {
  return MENSAJES[estado] ?? GENERAL;
}

/** ¿Esa dirección es la de entrar? Una sesión terminada redirige ahí. */
export function esEntrada(direccion) {
  return Boolean(direccion) && new URL(direccion, location.href).pathname === "/login";
}

/** Dice que la sesión terminó, con el camino para volver sin perder la página. */
export function avisarSesion() {
  const vuelta = encodeURIComponent(location.pathname + location.search);
  avisar(MENSAJES[401], {
    tono: "error",
    clave: "sesion",
    accion: { texto: "Entrar", hacer: () => window.open(`/login?next=${vuelta}`, "_blank", "noopener") },
  });
}

/**
 * Pide algo al servidor y devuelve `data`.
 * @param {string} url
 * @param {{metodo?: string, datos?: object|FormData|null, aviso?: boolean, plazo?: number, senal?: AbortSignal}} opciones
 *   datos: objeto (viaja como JSON) o FormData. aviso: false para que quien llama muestre el error.
 *   plazo: milisegundos. senal: para cancelar.
 * @throws {ErrorApi} con el mensaje ya mostrado, salvo aviso: false
 */
export async function pedir(url, { metodo = "GET", datos = null, aviso = true, plazo = PLAZO, senal } = {}) {
  try {
    return await enviar(url, metodo, datos, plazo, senal);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    if (aviso) {
      if (error.estado === 401) avisarSesion();
      else avisar(error.message, { tono: "error", clave: `error-${error.estado}` });
    }
    throw error;
  }
}

async function enviar(url, metodo, datos, plazo, senal) {
  const encabezados = { Accept: "application/json", "X-Requested-With": "fetch" };
  let cuerpo;
  if (metodo !== "GET" && metodo !== "HEAD") encabezados["X-CSRFToken"] = tokenCsrf();
  if (datos instanceof FormData) cuerpo = datos;
  else if (datos !== null) {
    cuerpo = JSON.stringify(datos);
    encabezados["Content-Type"] = "application/json";
  }

  const limite = AbortSignal.timeout(plazo);
  const cancelar = new AbortController();
  const parar = (evento) => cancelar.abort(evento.target.reason);
  limite.addEventListener("abort", parar, { once: true });
  senal?.addEventListener("abort", parar, { once: true });
  if (senal?.aborted) cancelar.abort(senal.reason);

  let respuesta;
  let contenido = null;
  try {
    respuesta = await fetch(url, {
      method: metodo,
      headers: encabezados,
      body: cuerpo,
      credentials: "same-origin",
      signal: cancelar.signal,
    });
    if (respuesta.headers.get("content-type")?.includes("json")) contenido = await respuesta.json();
  } catch (error) {
    if (senal?.aborted) throw new DOMException("Cancelado", "AbortError");
    throw new ErrorApi(MENSAJES[0], 0);
  } finally {
    limite.removeEventListener("abort", parar);
    senal?.removeEventListener("abort", parar);
  }

  if (respuesta.status === 401 || (respuesta.redirected && esEntrada(respuesta.url))) {
    throw new ErrorApi(MENSAJES[401], 401);
  }
  if (!respuesta.ok || contenido?.success === false) {
    throw new ErrorApi(
      contenido?.message || mensajeDeEstado(respuesta.status),
      respuesta.status,
      contenido?.data ?? null,
    );
  }
  return contenido && "data" in contenido ? contenido.data : contenido;
}

export const obtener = (url, opciones = {}) => pedir(url, { ...opciones, metodo: "GET" });
export const publicar = (url, datos = {}, opciones = {}) => pedir(url, { ...opciones, metodo: "POST", datos });
