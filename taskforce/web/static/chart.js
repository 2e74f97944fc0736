// Replaces a chart's picture by one that can be explored. At 641 px and more it loads by itself, unless the reader saves
// data or has a slow line; there, and on phones, a button offers it. The picture from the server stays until then.
const source = document.querySelector('script[data-plotly]').dataset.plotly;
let loading;

function plotly() {
  loading ??= new Promise((resolve, reject) => {
    const script = document.createElement('script');
    script.src = source;
    script.onload = () => resolve(window.Plotly);
    script.onerror = reject;
    document.head.append(script);
  });
  return loading;
}

async function explore(place, button) {
  const figure = JSON.parse(document.getElementById(place.dataset.figure).textContent);
  const library = await plotly();
  const picture = place.querySelector('svg');
  const drawn = document.createElement('div');
  drawn.className = 'tf-chart-live';
  place.append(drawn);
  place.dataset.ready = 'true'; // shown before it is drawn, since Plotly measures its place
  await library.newPlot(drawn, figure.data, figure.layout, { displayModeBar: false, responsive: true });
  place.setAttribute('role', 'img');
  place.setAttribute('aria-label', [...picture.querySelectorAll('title, desc')].map((each) => each.textContent).join('. '));
  button.hidden = true;
}

const line = navigator.connection ?? {};
const eager = window.matchMedia('(min-width: 641px)').matches && !line.saveData && !/2g/.test(line.effectiveType ?? '');
for (const place of document.querySelectorAll('[data-figure]')) {
  const button = document.querySelector(`[data-explore="${place.id}"]`);
  button.hidden = false;
  button.addEventListener('click', () => explore(place, button));
  if (eager) explore(place, button).catch(() => {});
}
