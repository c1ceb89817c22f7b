// Marching squares: where a function on a grid changes sign.

/** The cell's edges that the line joins, by which of its four corners are positive; edges: 0 bottom, 1 right, 2 top, 3 left. */
const CASES = [
  [], [[3, 0]], [[0, 1]], [[3, 1]], [[1, 2]], [[3, 2], [0, 1]], [[0, 2]], [[3, 2]],
  [[2, 3]], [[0, 2]], [[0, 3], [1, 2]], [[1, 2]], [[1, 3]], [[0, 1]], [[3, 0]], [],
];

/** Segments [x0, y0, x1, y1] in grid units on which `values` (rows bottom first) is zero. */
export function zeroLines(values, width, height) {
  const out = [];
  for (let j = 0; j < height - 1; j++) {
    for (let i = 0; i < width - 1; i++) {
      const at = j * width + i;
      const [a, b, c, d] = [values[at], values[at + 1], values[at + width + 1], values[at + width]];
      const which = (a > 0 ? 1 : 0) | (b > 0 ? 2 : 0) | (c > 0 ? 4 : 0) | (d > 0 ? 8 : 0);
      if (which === 0 || which === 15) continue;
      const edge = [() => [i + a / (a - b), j], () => [i + 1, j + b / (b - c)], () => [i + d / (d - c), j + 1], () => [i, j + a / (a - d)]];
      for (const [from, to] of CASES[which]) out.push([...edge[from](), ...edge[to]()]);
    }
  }
  return out;
}
