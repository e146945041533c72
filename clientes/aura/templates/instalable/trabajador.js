/* Trabajador de servicio, servido en /sw.js.
   Solo guarda archivos estáticos: ninguna página con datos, ninguna respuesta de la API.
   Una versión nueva espera a que se cierren las pestañas abiertas: ninguna se queda a medias. */

const NORA = {{ datos | tojson }}; // {version, precarga, sinConexion, icono, insignia}
const ALMACEN = `nora-${NORA.version}`;
const VERSIONADO = /^\/static\/v[0-9a-f]{10}\//;

self.addEventListener("install", (evento) => {
  evento.waitUntil(
    caches.open(ALMACEN).then((almacen) =>
      Promise.all([
        almacen.addAll(NORA.precarga),
        // Sin galletas: lo guardado es igual para quien sea.
        fetch(NORA.sinConexion, { credentials: "omit", cache: "no-store" }).then((respuesta) => {
          if (!respuesta.ok) throw new Error(`sin conexión: ${respuesta.status}`);
          return almacen.put(NORA.sinConexion, respuesta);
        }),
      ]),
    ),
  );
});

self.addEventListener("activate", (evento) => {
  evento.waitUntil(
    caches
      .keys()
      .then((nombres) => Promise.all(nombres.filter((n) => n.startsWith("nora-") && n !== ALMACEN).map((n) => caches.delete(n))))
      .then(() => self.clients.claim()),
  );
});

self.addEventListener("fetch", (evento) => {
  const { request: peticion } = evento;
  const direccion = new URL(peticion.url);
  if (peticion.method !== "GET" || direccion.origin !== self.location.origin) return;
  if (peticion.mode === "navigate") {
    evento.respondWith(fetch(peticion).catch(() => caches.match(NORA.sinConexion)));
  } else if (direccion.pathname.startsWith("/static/") && !peticion.headers.has("range")) {
    evento.respondWith(VERSIONADO.test(direccion.pathname) ? deAqui(peticion) : deLaRed(peticion));
  }
});

/** Con la versión en la dirección nunca cambia: primero lo guardado. */
async function deAqui(peticion) {
  return (await caches.match(peticion)) ?? guardar(peticion, await fetch(peticion));
}

/** Sin versión puede haber cambiado: lo guardado solo si no hay red. */
async function deLaRed(peticion) {
  try {
    return await guardar(peticion, await fetch(peticion));
  } catch (error) {
    const guardado = await caches.match(peticion);
    if (guardado) return guardado;
    throw error;
  }
}

async function guardar(peticion, respuesta) {
  if (respuesta.status === 200 && respuesta.type === "basic") {
    const almacen = await caches.open(ALMACEN);
    await almacen.put(peticion, respuesta.clone());
  }
  return respuesta;
}

/* Un cliente espera a una persona: {titulo, texto, url, etiqueta}, cifrado hasta aquí. */
self.addEventListener("push", (evento) => {
  const aviso = evento.data?.json() ?? {};
  evento.waitUntil(
    self.registration.showNotification(aviso.titulo ?? "Nora", {
      body: aviso.texto ?? "",
      tag: aviso.etiqueta,
      renotify: Boolean(aviso.etiqueta),
      icon: NORA.icono,
      badge: NORA.insignia,
      lang: "es-MX",
      data: { url: aviso.url ?? "/" },
    }),
  );
});

self.addEventListener("notificationclick", (evento) => {
  evento.notification.close();
  evento.waitUntil(abrir(new URL(evento.notification.data.url, self.location.origin)));
});

/** La pestaña que ya la tiene abierta; si no hay, una nueva: la que está a medias no se toca. */
async function abrir(direccion) {
  if (direccion.origin !== self.location.origin) return;
  const abiertas = await self.clients.matchAll({ type: "window", includeUncontrolled: true });
  const suya = abiertas.find((una) => new URL(una.url).pathname === direccion.pathname);
  await (suya ? suya.focus() : self.clients.openWindow(direccion.href));
}
