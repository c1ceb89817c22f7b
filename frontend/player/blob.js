// Reads the blob that frontend/blob.py packs: a JSON tree with its arrays behind it, deflated.

const KINDS = { f4: Float32Array, i2: Int16Array, u1: Uint8Array, i4: Int32Array };

/** An array of so many bytes an element from the differences of its bits, which lie lowest bytes first. */
function view(all, base, spec) {
  const length = spec.shape.reduce((a, b) => a * b, 1);
  const Kind = KINDS[spec.kind];
  const bytes = Kind.BYTES_PER_ELEMENT;
  const at = base + spec.at;
  const array = bytes === 1 ? all.slice(at, at + length) : new Kind(summed(all, at, length, bytes).buffer);
  array.shape = spec.shape;
  return array;
}

function summed(all, at, length, bytes) {
  const out = new (bytes === 2 ? Uint16Array : Uint32Array)(length);
  let bits = 0;
  for (let i = 0; i < length; i++) {
    let step = 0;
    for (let byte = bytes - 1; byte >= 0; byte--) step = (step << 8) | all[at + byte * length + i];
    bits = (bits + step) | 0;
    out[i] = bits;
  }
  return out;
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
export async function unpack(bytes) {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  const inflated = new Blob([bytes.subarray(4)]).stream().pipeThrough(new DecompressionStream("deflate"));
  const all = new Uint8Array(await new Response(inflated).arrayBuffer());
  const views = new Map();
  const revive = (key, node) => {
    if (!node || typeof node !== "object" || !node.$) return node;
    const id = JSON.stringify(node.$); // an empty array shares its place with the next one
    if (!views.has(id)) views.set(id, view(all, length, node.$));
    let array = views.get(id);
    if (node.range) array = dequantized(array, node.range);
    if (node.warp) array = warped(array, node.warp);
    return array;
  };
  return JSON.parse(new TextDecoder().decode(all.subarray(0, length)), revive);
}

/** The rows of a two-dimensional array, as Plotly wants them; other arrays as they are. */
export function rows(array) {
  if (!array.shape || array.shape.length !== 2) return array;
  const [count, width] = array.shape;
  return Array.from({ length: count }, (_, i) => array.subarray(i * width, (i + 1) * width));
}
