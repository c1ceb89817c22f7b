// Colours as three numbers: mixed, read off the landscape's scale, and written as CSS again.

const known = new Map();

/** Red, green and blue in 0..255 of any CSS colour. */
export function channels(color) {
  if (!known.has(color)) {
    const ctx = document.createElement("canvas").getContext("2d");
    ctx.fillStyle = color;
    const hex = ctx.fillStyle;
    known.set(color, [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16)));
  }
  return known.get(color);
}

export function mix(a, b, t) {
  return a.map((value, i) => value + (b[i] - value) * t);
}

export function css(rgb) {
  return `rgb(${rgb.map(Math.round).join()})`;
}

/** The colours of a template for values: its own for heat maps, or else the landscape's. */
export function colorscale(template) {
  return (template.data.heatmap ?? template.data.contour)[0].colorscale;
}

/** The same as a function from 0..1 to three numbers. */
export function scale(template) {
  const colors = colorscale(template).map(([, color]) => channels(color));
  return (unit) => {
    const at = Math.max(0, Math.min(1, unit)) * (colors.length - 1);
    const i = Math.min(colors.length - 2, Math.floor(at));
    return mix(colors[i], colors[i + 1], at - i);
  };
}

/** How far a value lies between two decades, 0..1. */
export function unit(value, [low, high]) {
  return (Math.log10(value) - low) / (high - low);
}

/** The colours of the classes: `muted` for areas under the points, where the background shows through. */
export function classColors(player) {
  const full = (player.tree.class_colors?.[player.scheme] ?? [player.ink.ink3, player.ink.ink]).map(channels);
  const share = player.scheme === "dark" ? 0.36 : 0.34;
  return { full, muted: full.map((color) => mix(channels(player.ink.background), color, share)) };
}

/** The inks for who wants more contrast: each as strong as the next stronger one. */
export function contrasted(ink) {
  return { ...ink, ink2: ink.ink, ink3: ink.ink, hairline: ink.ink3, rest: ink.ink3 };
}
