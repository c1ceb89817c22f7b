// What lies behind the curves of a chart: areas between two series, and horizontal lines with a name.

import { label } from "./marks.js";

/** The area between two series of every visible run. */
export function paintBands(ctx, panel, alpha) {
  ctx.globalAlpha = alpha;
  for (const { low, high } of panel.spec.bands ?? []) {
    for (const run of panel.player.visible()) {
      ctx.fillStyle = run.color;
      ctx.fill(between(panel.pixelsOf({ run, name: low }), panel.pixelsOf({ run, name: high })));
    }
  }
  ctx.globalAlpha = 1;
}

/** One closed piece wherever both edges are known without a gap. */
function between(low, high) {
  const path = new Path2D();
  const count = low.length / 2;
  const known = (i) => i < count && Number.isFinite(low[2 * i + 1] + high[2 * i + 1]);
  for (let first = 0; first < count; first++) {
    if (!known(first)) continue;
    let last = first;
    while (known(last + 1)) last += 1;
    path.moveTo(low[2 * first], low[2 * first + 1]);
    for (let i = first; i <= last; i++) path.lineTo(high[2 * i], high[2 * i + 1]);
    for (let i = last; i > first; i--) path.lineTo(low[2 * i], low[2 * i + 1]);
    path.closePath();
    first = last;
  }
  return path;
}

/** The lines of the target, which every axis holds, and of the limits that this axis holds. */
export function drawRules(ctx, panel, { left, top, width, height }) {
  const ink = panel.player.ink;
  const { rule } = panel.spec;
  if (rule) {
    stroke(ctx, left, left + width, panel.y(rule.at), { color: ink.accent, dash: [5, 3], width: 1.4 });
  }
  for (const [, y] of limits(panel, top, height)) stroke(ctx, left, left + width, y, { color: ink.warning, dash: [1.5, 3], width: 1.3 });
}

/** The names of the target, where fewest curves are or will be, and of the limits; both lie over the curves. */
export function nameRules(ctx, panel, { left, top, width, height }, curves) {
  const ink = panel.player.ink;
  const { rule } = panel.spec;
  if (rule) {
    ctx.font = `600 ${panel.font}`;
    const room = ctx.measureText(rule.label).width;
    const y = panel.y(rule.at);
    const places = [y - 10, y + 11].filter((at) => at > top + 6 && at < top + height - 6).flatMap((at) => [1, 0.5, 0].map((share) => [left + 4 + share * (width - room - 8), at]));
    const [x, at] = panel.once("rule's name", panel.player.tracksKey(), () => freest(places, room, panel, curves)) ?? [left + 4, y - 10];
    label(ctx, rule.label, x, at, { color: ink.accent, ink, font: `600 ${panel.font}` });
  }
  for (const [limit, y] of limits(panel, top, height)) {
    label(ctx, limit.label, left + 6, y - panel.em / 2 - 3, { color: ink.warning, ink, font: panel.font });
  }
}

/** The first of the places at which fewest points of curves lie under a name of this width. */
function freest(places, room, panel, curves) {
  const tracks = curves.map((curve) => panel.pixelsOf(curve));
  const under = ([x, y]) => {
    let many = 0;
    for (const pixels of tracks) {
      for (let i = 0; i < pixels.length; i += 2) {
        many += pixels[i] > x - 4 && pixels[i] < x + room + 4 && Math.abs(pixels[i + 1] - y) < 10;
      }
    }
    return many;
  };
  return places.map((place) => [under(place), place]).sort((a, b) => a[0] - b[0])[0]?.[1];
}

/** The limits that the axis holds, with their height in pixels. */
function limits(panel, top, height) {
  const { rules = [] } = panel.spec;
  return rules.map((limit) => [limit, panel.y(limit.at)]).filter(([, y]) => y >= top && y <= top + height);
}

function stroke(ctx, from, to, y, { color, dash, width }) {
  ctx.setLineDash(dash);
  ctx.lineWidth = width;
  ctx.strokeStyle = color;
  ctx.beginPath();
  ctx.moveTo(from, y);
  ctx.lineTo(to, y);
  ctx.stroke();
}
