// Line icons and run markers as inline SVG.

const STROKED = {
  moon: '<path d="M20 14.5A8.5 8.5 0 1 1 9.5 4a6.8 6.8 0 0 0 10.5 10.5z"/>',
  sun: '<circle cx="12" cy="12" r="4"/><path d="M12 2.5v2M12 19.5v2M4.2 4.2l1.4 1.4M18.4 18.4l1.4 1.4M2.5 12h2M19.5 12h2M4.2 19.8l1.4-1.4M18.4 5.6l1.4-1.4"/>',
  present: '<rect x="3" y="4.5" width="18" height="13" rx="1.5"/><path d="M12 14.5v-6.5M9.2 10.6L12 7.8l2.8 2.8M8 21h8"/>',
  leave: '<path d="M20 4l-6.5 6.5M13.5 5v5.5H19M4 20l6.5-6.5M10.5 19v-5.5H5"/>',
  link: '<path d="M10 7H7.5a5 5 0 0 0 0 10H10M14 7h2.5a5 5 0 0 1 0 10H14M8.5 12h7"/>',
  restart: '<path d="M6 5.5v13M18.5 6l-8 6 8 6z"/>',
  home: '<path d="M4.5 12a7.5 7.5 0 1 0 2.6-5.7M4.5 4v4.6h4.6"/>',
  flag: '<path d="M7 21V4l11 4-11 4"/>',
  back: '<path d="M14.5 6l-6 6 6 6"/>',
  sliders: '<path d="M4 8h9.5M18.5 8H20M4 16h1.5M10.5 16H20"/><circle cx="16" cy="8" r="2.4"/><circle cx="8" cy="16" r="2.4"/>',
  down: '<path d="M6 9.5l6 6 6-6"/>',
  forward: '<path d="M9.5 6l6 6-6 6"/>',
};
const FILLED = {
  play: '<path d="M8 5.2v13.6L19 12z"/>',
  pause: '<rect x="6.5" y="5.5" width="3.8" height="13" rx=".8"/><rect x="13.7" y="5.5" width="3.8" height="13" rx=".8"/>',
};

/** An icon as markup; decorative, so its button carries the name. */
export function icon(name) {
  const filled = FILLED[name];
  const style = filled ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.7" stroke-linecap="round" stroke-linejoin="round"';
  return `<svg viewBox="0 0 24 24" aria-hidden="true" ${style}>${filled ?? STROKED[name]}</svg>`;
}

/** A run's marker as an element. */
export function markerIcon(run) {
  const box = document.createElement("span");
  box.className = "ll-marker";
  const paint = run.hollow ? `fill="none" stroke="${run.color}" stroke-width=".34"` : `fill="${run.color}"`;
  box.innerHTML = `<svg viewBox="-1.3 -1.3 2.6 2.6" aria-hidden="true"><path d="${run.path}" ${paint}/></svg>`;
  return box;
}
