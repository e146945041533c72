/* La gráfica de cobertura: qué pasó cada día con lo que preguntaron. */

import { color, entero, registrarModulo } from "../../shared/utils.js";

const DIA = new Intl.DateTimeFormat("es-MX", { day: "numeric", month: "short", timeZone: "UTC" });

function conjunto(etiqueta, datos, ficha) {
  return { label: etiqueta, data: datos, backgroundColor: color(ficha), borderRadius: 3, maxBarThickness: 18, stack: "dia" };
}

function dibujar(lienzo, dias) {
  const sinMovimiento = matchMedia("(prefers-reduced-motion: reduce)").matches;
  return new Chart(lienzo, {
    type: "bar",
    data: {
      labels: dias.map((d) => DIA.format(new Date(d.dia))),
      datasets: [
        conjunto("Contestó sola", dias.map((d) => d.contestadas), "--acento"),
        conjunto("Ofreció temas", dias.map((d) => d.opciones), "--borde-nota"),
        conjunto("Pasó a una persona", dias.map((d) => d.pasadas), "--borde-control"),
      ],
    },
    options: {
      maintainAspectRatio: false,
      animation: sinMovimiento ? false : { duration: 160 },
      interaction: { mode: "index", intersect: false },
      plugins: { legend: { display: false }, tooltip: { callbacks: { label: (p) => `${p.dataset.label}: ${entero(p.raw)}` } } },
      scales: {
        x: { stacked: true, grid: { display: false }, ticks: { color: color("--texto-suave"), maxRotation: 0, autoSkipPadding: 24 } },
        y: { stacked: true, beginAtZero: true, grid: { color: color("--borde") }, border: { display: false }, ticks: { color: color("--texto-suave"), precision: 0 } },
      },
    },
  });
}

registrarModulo("conocimiento-cobertura", (lienzo) => {
  const dias = JSON.parse(lienzo.dataset.serie);
  let grafica = dibujar(lienzo, dias);
  document.addEventListener("nora:tema", () => {
    grafica.destroy();
    grafica = dibujar(lienzo, dias);
  });
});
