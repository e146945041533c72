/* Nora como aplicación: registra el trabajador de servicio y ofrece instalarla donde el navegador lo permite. */

if ("serviceWorker" in navigator) {
  // Sin él todo funciona igual, menos abrir sin internet: que falle no le importa a quien usa la página.
  window.addEventListener("load", () => navigator.serviceWorker.register("/sw.js").catch(() => {}));
}

let invitacion = null;

window.addEventListener("beforeinstallprompt", (evento) => {
  evento.preventDefault();
  invitacion = evento;
  mostrar(true);
});
window.addEventListener("appinstalled", () => mostrar(false));

function mostrar(visible) {
  for (const boton of document.querySelectorAll("[data-instalar]")) boton.hidden = !visible;
}

document.addEventListener("click", async (evento) => {
  if (!evento.target.closest("[data-instalar]") || !invitacion) return;
  const esta = invitacion;
  invitacion = null;
  mostrar(false);
  await esta.prompt();
});

// Al cerrar sesión este aparato deja de recibir avisos: lo que sigue en él ya no es de quien salió.
document.addEventListener("submit", async (evento) => {
  const forma = evento.target.closest("form[data-salir]");
  if (!forma || evento.defaultPrevented || !("serviceWorker" in navigator)) return;
  evento.preventDefault();
  await Promise.race([dejarDeAvisar().catch(() => {}), new Promise((seguir) => setTimeout(seguir, 1500))]);
  forma.submit();
});

async function dejarDeAvisar() {
  const registro = await navigator.serviceWorker.getRegistration();
  await (await registro?.pushManager?.getSubscription())?.unsubscribe();
}
