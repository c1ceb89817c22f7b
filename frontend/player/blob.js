// Reads the blob that frontend/blob.py packs: a JSON tree whose arrays are views into the bytes behind it.

const KINDS = { f4: Float32Array, i2: Int16Array, u1: Uint8Array, i4: Int32Array };

function view(buffer, base, spec) {
  const length = spec.shape.reduce((a, b) => a * b, 1);
  const array = new KINDS[spec.kind](buffer, base + spec.at, length);
  array.shape = spec.shape;
  return array;
}

function dequantized(array, [low, high, log]) {
  // Decades beyond those of float32 need numbers of twice the size.
  const out = log && low < -37 ? new Float64Array(array.length) : new Float32Array(array.length);
  const unit = (high - low) / 65534;
  for (let i = 0; i < array.length; i++) {
    const at = array[i] === -32768 ? NaN : low + (array[i] + 32767) * unit;
    out[i] = log ? 10 ** at : at;
  }
  out.shape = array.shape;
  // What stands at an end lay there or beyond.
  const ends = [low, low + 65534 * unit];
  out.ends = new out.constructor(log ? ends.map((at) => 10 ** at) : ends);
  if (!log) out.unit = unit;
  return out;
}

/** The scale of a landscape: see Warped in frontend/blob.py. */
export function warp(value, [low, gain, log]) {
  const at = gain * (value - low);
  return log ? Math.log10(1 + Math.max(at, -0.999)) : at;
}

function warped(array, spec) {
  const out = new Float32Array(array.length);
  for (let i = 0; i < array.length; i++) out[i] = warp(array[i], spec);
  out.shape = array.shape;
  return out;
}

/** Decodes a blob into a tree of plain objects and typed arrays that carry their shape. */
export function unpack(bytes) {
  // A copy aligns the arrays to four bytes wherever the message put them.
  const buffer = bytes.slice().buffer;
  const length = new Uint32Array(buffer, 0, 1)[0];
  const base = 4 + length;
  const views = new Map();
  const revive = (key, node) => {
    if (!node || typeof node !== "object" || !node.$) return node;
    const id = JSON.stringify(node.$); // an empty array shares its place with the next one
    if (!views.has(id)) views.set(id, view(buffer, base, node.$));
    let array = views.get(id);
    if (node.range) array = dequantized(array, node.range);
    if (node.warp) array = warped(array, node.warp);
    return array;
  };
  return JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)), revive);
}

/** The rows of a two-dimensional array, as Plotly wants them; other arrays as they are. */
export function rows(array) {
  if (!array.shape || array.shape.length !== 2) return array;
  const [count, width] = array.shape;
  return Array.from({ length: count }, (_, i) => array.subarray(i * width, (i + 1) * width));
}
