// What the curves of a chart are called: beside their ends where there is one run, else by a key of strokes.

import { explain } from "./glossary.js";
import { reading } from "./words.js";

const KEY = { thin: 'stroke-width="1" opacity=".5"', dashed: 'stroke-width="1.8" stroke-dasharray="5 3"', main: 'stroke-width="2"', theory: 'stroke-width="1.4" stroke-dasharray="5 4"', band: 'stroke-width="8" opacity=".25"' };

export class CurveLabels {
  constructor(panel) {
    this.panel = panel;
    this.key = Object.assign(document.createElement("span"), { className: "ll-key" });
    panel.el.querySelector(".ll-hint").after(this.key);
  }

  get alone() {
    return this.panel.player.runs.length === 1;
  }

  update() {
    const { spec, named } = this.panel;
    const beside = this.alone && !spec.ends; // then the curves are named at their ends
    const bands = (spec.bands ?? []).map((band) => ({ ...band, style: "band" }));
    const listed = named && !spec.lines ? [...spec.series, ...bands].filter(({ style, label }) => label && !(beside && style !== "thin")) : [];
    this.key.hidden = !listed.length;
    this.key.replaceChildren(...listed.map(({ style, label }) => {
      const item = document.createElement("span");
      item.innerHTML = `<svg width="18" height="8" viewBox="0 0 18 8" aria-hidden="true"><path d="M0 4H18" stroke="currentColor" ${KEY[style]}/></svg>`;
      const name = document.createElement("span");
      explain(name, label.toLowerCase(), this.panel.player.tree.words);
      item.append(name);
      return item;
    }));
  }

  /** Name and value right of the axis, at the height of the curve's end, pushed apart where they would overlap. */
  draw(step, heads, { left, top, width, height }) {
    const { panel } = this;
    if (!panel.named || !(this.alone || panel.spec.lines)) return;
    const ink = panel.player.ink;
    const { ctx, em } = panel;
    const lines = panel.spec.lines ? 1 : 2;
    const room = lines * (em + 3) + 2;
    const most = Math.floor(height / room);
    const seen = heads.filter(([curve, , y]) => curve.kind !== "thin" && Number.isFinite(y)).slice(0, most);
    const placed = apart(seen.map(([curve, x]) => [curve, this.ending(curve, x)]), top + room / 2, top + height - room / 2, room);
    ctx.textBaseline = "middle";
    for (const [curve, y] of placed) {
      const shown = panel.shownOf(curve, step), track = panel.trackOf(curve);
      const value = reading(track.at(curve.name, shown), track[curve.name] ?? {});
      const x = left + width + 10;
      ctx.font = `600 ${panel.font}`;
      ctx.fillStyle = curve.run.color;
      ctx.fillText(curve.text, x, lines === 2 ? y - em / 2 - 1 : y, panel.size[0] - x);
      ctx.font = panel.font;
      ctx.fillStyle = ink.ink2;
      if (lines === 2) ctx.fillText(`${value}, step ${shown}`, x, y + em / 2 + 2, panel.size[0] - x);
    }
  }

  /** The height at which a curve ends on the right, where the eye looks for its name; that of its head until the end is seen. */
  ending(curve, otherwise) {
    if (!this.panel.player.knows) return otherwise;
    const pixels = this.panel.pixelsOf(curve);
    for (let i = pixels.length - 1; i > 0; i -= 2) if (Number.isFinite(pixels[i])) return pixels[i];
    return otherwise;
  }
}

/** Moves heights apart so that each has its room between two ends; the order is kept. */
export function apart(items, low, high, room) {
  const sorted = [...items].sort((a, b) => a[1] - b[1]).map(([item, y]) => [item, Math.max(low, Math.min(high, y))]);
  for (let i = 1; i < sorted.length; i++) sorted[i][1] = Math.max(sorted[i][1], sorted[i - 1][1] + room);
  for (let i = sorted.length - 1, top = high; i >= 0; i--, top = sorted[i + 1][1] - room) sorted[i][1] = Math.min(sorted[i][1], top);
  return sorted;
}
