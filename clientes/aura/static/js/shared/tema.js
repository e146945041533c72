/* Tema claro u oscuro antes de pintar: lo elegido en este aparato o, si no hay, el del sistema.
   Va sin "module" y en <head> para que la página no parpadee. */
(function () {
  "use strict";
  var CLAVE = "nora-tema";
  var raiz = document.documentElement;
  var sistema = window.matchMedia("(prefers-color-scheme: dark)");

  function elegido() {
    try {
      var valor = localStorage.getItem(CLAVE);
      return valor === "claro" || valor === "oscuro" ? valor : null;
    } catch (_error) {
      return null; // Almacenamiento bloqueado: manda el sistema.
    }
  }

  function aplicar(tema) {
    raiz.dataset.tema = tema;
    var color = document.querySelector('meta[name="theme-color"]');
    if (color) color.content = tema === "oscuro" ? "#142022" : "#0b5f63";
    document.dispatchEvent(new CustomEvent("nora:tema", { detail: { tema: tema } }));
  }

  function delSistema() {
    return sistema.matches ? "oscuro" : "claro";
  }

  aplicar(elegido() || delSistema());
  sistema.addEventListener("change", function () {
    if (!elegido()) aplicar(delSistema());
  });

  document.addEventListener("click", function (evento) {
    if (!evento.target.closest("[data-cambiar-tema]")) return;
    var tema = raiz.dataset.tema === "oscuro" ? "claro" : "oscuro";
    try {
      // Si coincide con el sistema no se guarda: así lo seguirá cuando cambie.
      if (tema === delSistema()) localStorage.removeItem(CLAVE);
      else localStorage.setItem(CLAVE, tema);
    } catch (_error) {
      // Sin almacenamiento el cambio dura lo que la página.
    }
    aplicar(tema);
  });
})();
