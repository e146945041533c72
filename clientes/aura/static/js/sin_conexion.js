/* Cuando vuelve el internet, la página que se quería se abre sola. */
window.addEventListener("online", () => location.reload());
