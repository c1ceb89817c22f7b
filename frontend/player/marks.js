// Strokes and markers on a canvas: every line has a halo of the background, so that it reads on any colour.

const paths = new Map();

function shape(d) {
  if (!paths.has(d)) paths.set(d, new Path2D(d));
  return paths.get(d);
}

/** Draws a run's marker (an SVG path of radius 1) at a pixel. */
export function marker(ctx, run, x, y, radius, ink) {
  if (!Number.isFinite(x) || !Number.isFinite(y)) return;
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(radius, radius);
  ctx.setLineDash([]);
  ctx.lineJoin = "round";
  const path = shape(run.path);
  ctx.lineWidth = (run.hollow ? 5.2 : 3.2) / radius;
  ctx.strokeStyle = ink.background;
  ctx.stroke(path);
  ctx.fillStyle = run.hollow ? ink.background : run.color;
  ctx.fill(path);
  if (run.hollow) {
    ctx.lineWidth = 1.8 / radius;
    ctx.strokeStyle = run.color;
    ctx.stroke(path);
  }
  ctx.restore();
}

export function cross(ctx, x, y, radius, color, ink) {
  for (const [style, width] of [[ink.background, 5], [color, 2.2]]) {
    ctx.beginPath();
    ctx.moveTo(x - radius, y - radius);
    ctx.lineTo(x + radius, y + radius);
    ctx.moveTo(x - radius, y + radius);
    ctx.lineTo(x + radius, y - radius);
    ctx.setLineDash([]);
    ctx.lineWidth = width;
    ctx.strokeStyle = style;
    ctx.stroke();
  }
}

export function ring(ctx, x, y, radius, ink) {
  for (const [style, width] of [[ink.background, 4], [ink.ink, 1.4]]) {
    ctx.beginPath();
    ctx.arc(x, y, radius, 0, 2 * Math.PI);
    ctx.setLineDash([]);
    ctx.lineWidth = width;
    ctx.strokeStyle = style;
    ctx.stroke();
  }
}

const AROUND = 24; // pixels beyond a plot at which lines are cut: no pen and no halo is as wide

/** Strokes pixels[2*first .. 2*last+1] as one line, of which nothing lies far outside of `within`; NaN lifts the pen. */
export function polyline(ctx, pixels, first, last, within) {
  const bounds = within && widened(within);
  ctx.beginPath();
  let [x0, y0, penX, penY] = [NaN, NaN, NaN, NaN];
  for (let i = first; i <= last; i++) {
    const x = pixels[2 * i];
    const y = pixels[2 * i + 1];
    const part = Number.isFinite(x0 + y0 + x + y) && (bounds ? cut(x0, y0, x, y, bounds) : [x0, y0, x, y]);
    if (part) {
      if (part[0] !== penX || part[1] !== penY) ctx.moveTo(part[0], part[1]);
      ctx.lineTo(part[2], part[3]);
      [, , penX, penY] = part;
    }
    [x0, y0] = [x, y];
  }
}

function widened({ left, top, width, height }) {
  return [left - AROUND, top - AROUND, left + width + AROUND, top + height + AROUND];
}

/** The part of a segment inside [left, top, right, bottom], after Liang and Barsky (1984); null where there is none. */
export function cut(x0, y0, x1, y1, [left, top, right, bottom]) {
  const [dx, dy] = [x1 - x0, y1 - y0];
  let [from, to] = [0, 1];
  for (const [by, room] of [[-dx, x0 - left], [dx, right - x0], [-dy, y0 - top], [dy, bottom - y0]]) {
    if (by === 0 && room < 0) return null;
    if (by < 0) from = Math.max(from, room / by);
    else if (by > 0) to = Math.min(to, room / by);
  }
  if (from > to) return null;
  return [from > 0 ? x0 + from * dx : x0, from > 0 ? y0 + from * dy : y0, to < 1 ? x0 + to * dx : x1, to < 1 ? y0 + to * dy : y1];
}

/** A run's line: halo, then colour and dash; `within` is the plot, without which all of the line is stroked. */
export function strokeRun(ctx, run, pixels, first, last, { width, halo, alpha = 1, ink, dashed = true, within }) {
  if (last < first) return;
  ctx.save();
  ctx.lineJoin = "round";
  ctx.lineCap = "butt";
  ctx.globalAlpha = alpha;
  polyline(ctx, pixels, first, last, within);
  if (halo > 0) {
    ctx.setLineDash([]);
    ctx.lineWidth = width + 2 * halo;
    ctx.strokeStyle = ink.background;
    ctx.stroke();
  }
  ctx.setLineDash(dashed ? run.dash : []);
  ctx.lineWidth = width;
  ctx.strokeStyle = run.color;
  ctx.stroke();
  ctx.restore();
}

/** Text with a halo, kept inside the box [left, right]; how wide it is. */
export function label(ctx, text, x, y, { color, ink, font, align = "left", box }) {
  ctx.save();
  ctx.font = font;
  ctx.textBaseline = "middle";
  const width = ctx.measureText(text).width;
  let left = align === "center" ? x - width / 2 : align === "right" ? x - width : x;
  if (box) left = Math.max(box[0] + 2, Math.min(left, box[1] - width - 2));
  ctx.lineJoin = "round";
  ctx.lineWidth = 3.5;
  ctx.strokeStyle = ink.background;
  ctx.strokeText(text, left, y);
  ctx.fillStyle = color;
  ctx.fillText(text, left, y);
  ctx.restore();
  return width;
}
