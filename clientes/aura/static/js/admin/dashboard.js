/* La gráfica de mensajes por hora de toda la instalación. */

import { color, entero, hora, registrarModulo } from "../shared/utils.js";

function conjunto(etiqueta, datos, ficha) {
  return { label: etiqueta, data: datos, backgroundColor: color(ficha), borderRadius: 4, maxBarThickness: 18 };
}

function dibujar(lienzo, horas) {
  const sinMovimiento = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return new Chart(lienzo, {
    type: "bar",
    data: {
      labels: horas.map((h) => hora(h.hora)),
      datasets: [
        conjunto("Recibidos", horas.map((h) => h.recibidos), "--acento"),
        conjunto("Respuestas", horas.map((h) => h.de_nora + h.de_personas), "--borde-control"),
      ],
    },
    options: {
      maintainAspectRatio: false,
      animation: sinMovimiento ? false : { duration: 160 },
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (p) => `${p.dataset.label}: ${entero(p.raw)}` } } },
      scales: {
        x: { grid: { display: false }, ticks: { color: color("--texto-suave"), maxRotation: 0, autoSkipPadding: 24 } },
        y: { beginAtZero: true, grid: { color: color("--borde") }, border: { display: false }, ticks: { color: color("--texto-suave"), precision: 0 } },
      },
    },
  });
}

registrarModulo("admin-dashboard", (tablero) => {
  const lienzo = tablero.querySelector("[data-grafica]");
  if (!lienzo) return;
  const horas = JSON.parse(lienzo.dataset.grafica);
  let grafica = dibujar(lienzo, horas);
  document.addEventListener("nora:tema", () => {
    grafica.destroy();
    grafica = dibujar(lienzo, horas);
  });
});
