/* Tablero: la gráfica de 30 días y las cifras al día. */

import { color, debounce, registrarModulo } from "../../shared/utils.js";

const ESPERA = 2000;

function opciones() {
  const rejilla = { color: color("--borde"), drawTicks: false };
  const letra = { family: getComputedStyle(document.body).fontFamily, size: 12 };
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    interaction: { mode: "index", intersect: false },
    plugins: {
      legend: { display: false },
      tooltip: { backgroundColor: color("--texto"), titleColor: color("--fondo"), bodyColor: color("--fondo"), padding: 12, titleFont: letra, bodyFont: letra },
    },
    scales: {
      x: { stacked: true, grid: { display: false }, border: { color: color("--borde") }, ticks: { color: color("--texto-tenue"), font: letra, maxRotation: 0, autoSkipPadding: 24 } },
      y: { stacked: true, beginAtZero: true, grid: rejilla, border: { display: false }, ticks: { color: color("--texto-tenue"), font: letra, precision: 0, maxTicksLimit: 5, padding: 8 } },
    },
  };
}

function series(datos) {
  const barra = { type: "bar", stack: "respuestas", borderRadius: 3, maxBarThickness: 18, order: 2 };
  const linea = color("--texto-suave");
  return [
    { ...barra, label: "Contestó Nora", data: datos.de_nora, backgroundColor: color("--acento") },
    { ...barra, label: "Contestó una persona", data: datos.de_personas, backgroundColor: color("--borde-control") },
    { type: "line", stack: "recibidos", label: "Mensajes de clientes", data: datos.recibidos, borderColor: linea, backgroundColor: linea, borderWidth: 2, pointRadius: 0, pointHoverRadius: 4, order: 1 },
  ];
}

registrarModulo("grafica-dias", (lienzo) => {
  if (!window.Chart) return; // Sin la biblioteca queda la tabla.
  const datos = JSON.parse(lienzo.dataset.serie);
  const grafica = new window.Chart(lienzo, {
    data: { labels: datos.dias, datasets: series(datos) },
    options: opciones(),
  });
  document.addEventListener("nora:tema", () => {
    grafica.data.datasets = series(datos);
    grafica.options = opciones();
    grafica.update("none");
  });
});

registrarModulo("tablero", () => {
  const refrescar = debounce(() => {
    if (document.hidden) return;
    window.htmx.ajax("GET", location.pathname, { target: "#tablero-vivo", select: "#tablero-vivo", swap: "outerHTML" });
  }, ESPERA);
  document.addEventListener("nora:cambio", refrescar);
  document.addEventListener("nora:conectado", (evento) => {
    if (!evento.detail.primera) refrescar();
  });
  document.addEventListener("visibilitychange", refrescar);
});
