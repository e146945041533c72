/* Lo que comparten los módulos de anuncios: la gráfica por día, el avance de una lectura y los filtros que se aplican solos. */

import { obtener } from "./api.js";
import { color, dinero, registrarModulo } from "./utils.js";

const CADA = 1500;

function opciones(moneda) {
  const letra = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  const marcas = { color: color("--texto-tenue"), font: letra };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: {
        backgroundColor: color("--texto"),
        titleColor: color("--fondo"),
        bodyColor: color("--fondo"),
        padding: 12,
        titleFont: letra,
        bodyFont: letra,
        callbacks: { label: (punto) => (punto.dataset.yAxisID === "y" ? `Gasto ${dinero(punto.raw, moneda)}` : `Resultados ${punto.raw}`) },
      },
    },
    scales: {
      x: { grid: { display: false }, border: { color: color("--borde") }, ticks: { ...marcas, maxRotation: 0, autoSkipPadding: 24 } },
      y: { beginAtZero: true, grid: { color: color("--borde"), drawTicks: false }, border: { display: false }, ticks: { ...marcas, maxTicksLimit: 5, padding: 8 } },
      resultados: { position: "right", beginAtZero: true, grid: { display: false }, border: { display: false }, ticks: { ...marcas, precision: 0, maxTicksLimit: 5, padding: 8 } },
    },
  };
}

function series(datos) {
  const linea = color("--texto-suave");
  return [
    { type: "bar", label: "Gasto", data: datos.gasto, yAxisID: "y", backgroundColor: color("--acento"), borderRadius: 3, maxBarThickness: 18, order: 2 },
    { type: "line", label: "Resultados", data: datos.resultados, yAxisID: "resultados", borderColor: linea, backgroundColor: linea, borderWidth: 2, pointRadius: 0, pointHoverRadius: 4, order: 1 },
  ];
}

registrarModulo("anuncios-dias", (lienzo) => {
  if (!window.Chart) return; // Sin la biblioteca queda la tabla.
  const datos = JSON.parse(lienzo.dataset.serie);
  const grafica = new window.Chart(lienzo, { data: { labels: datos.dias, datasets: series(datos) }, options: opciones(datos.moneda) });
  document.addEventListener("nora:tema", () => {
    grafica.data.datasets = series(datos);
    grafica.options = opciones(datos.moneda);
    grafica.update("none");
  });
});

registrarModulo("anuncios-avance", (caja) => {
  const preguntar = async () => {
    if (!caja.isConnected) return;
    if (document.hidden) {
      setTimeout(preguntar, CADA);
      return;
    }
    try {
      const va = await obtener(caja.dataset.url, { aviso: false });
      if (!va.viva) {
        location.reload(); // Al terminar, la página entera trae las cifras nuevas.
        return;
      }
      if (!caja.contains(document.activeElement)) caja.innerHTML = va.html;
    } catch {
      // Sin red por ahora: se vuelve a preguntar.
    }
    setTimeout(preguntar, CADA);
  };
  setTimeout(preguntar, CADA);
});

registrarModulo("anuncios-filtros", (formulario) => {
  formulario.addEventListener("change", (evento) => {
    if (evento.target.matches("select")) formulario.requestSubmit();
  });
});
