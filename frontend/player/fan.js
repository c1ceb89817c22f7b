// The fan behind a chart's curves: one run at every stop of the knob that is dragged, faint, its ends named.

import { label, strokeRun } from "./marks.js";
import { fanTrack } from "./tracks.js";
import { figure } from "./words.js";

/** Until the end has been seen the fan comes no further than the playhead. */
export function drawFan(ctx, panel, axes, step) {
  const { player } = panel;
  const { tree, ink } = player;
  const { run, stops } = tree.drag;
  const { color } = player.runs[run];
  const key = `${player.painted.data}|${axes.left}|${axes.top}|${axes.width}|${axes.height}`;
  const lines = panel.once("fan", key, () => stops.map((_, stop) => panel.curve(fanTrack(tree, stop), { name: "gradient" })));
  const last = (pixels) => Math.min(player.knows ? Infinity : step, pixels.length / 2 - 1);
  for (const pixels of lines) strokeRun(ctx, { color, dash: [] }, pixels, 0, last(pixels), { width: 1, halo: 0, alpha: 0.3, ink, within: axes });
  for (const stop of [0, stops.length - 1]) {
    const at = player.knows && lastInside(lines[stop], axes);
    if (at) label(ctx, figure(stops[stop]), at[0] - 4, at[1], { color: ink.ink3, ink, font: panel.font, align: "right", box: [axes.left, axes.left + axes.width] });
  }
}

function lastInside(pixels, { top, height }) {
  for (let i = pixels.length - 2; i >= 0; i -= 2) {
    const y = pixels[i + 1];
    if (y >= top && y <= top + height) return [pixels[i], y];
  }
  return null;
}
