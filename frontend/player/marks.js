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

/** Strokes pixels[2*first .. 2*last+1] as one line; NaN lifts the pen. */
export function polyline(ctx, pixels, first, last) {
  ctx.beginPath();
  let down = false;
  for (let i = first; i <= last; i++) {
    const x = pixels[2 * i];
    const y = pixels[2 * i + 1];
    if (x !== x || y !== y) {
      down = false;
    } else if (down) {
      ctx.lineTo(x, y);
    } else {
      ctx.moveTo(x, y);
      down = true;
    }
  }
}

/** A run's line: halo, then colour and dash. */
export function strokeRun(ctx, run, pixels, first, last, { width, halo, alpha = 1, ink, dashed = true }) {
  if (last < first) return;
  ctx.save();
  ctx.lineJoin = "round";
  ctx.lineCap = "butt";
  ctx.globalAlpha = alpha;
  polyline(ctx, pixels, first, last);
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

/** Text with a halo, kept inside the box [left, right]. */
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
}
