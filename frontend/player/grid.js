// Values on an even grid whose first and last points lie on the edges of a box; row 0 is the lowest.

/** The value between grid points; `box` is [[x0, x1], [y0, y1]]. */
export function bilinear(values, [[x0, x1], [y0, y1]], x, y) {
  const [count, width] = values.shape;
  const u = ((x - x0) / (x1 - x0)) * (width - 1);
  const v = ((y - y0) / (y1 - y0)) * (count - 1);
  const i = Math.min(width - 2, Math.max(0, Math.floor(u)));
  const j = Math.min(count - 2, Math.max(0, Math.floor(v)));
  const [a, b] = [u - i, v - j];
  const at = j * width + i;
  const low = (1 - a) * values[at] + a * values[at + 1];
  return (1 - b) * low + b * ((1 - a) * values[at + width] + a * values[at + width + 1]);
}
