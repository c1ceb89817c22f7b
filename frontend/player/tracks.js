// A track: one run's numbers by name, each with its stride, and where it reached the target, stopped or diverged.

import { reading } from "./words.js";

function track(series, strides, floor, { reached = null, diverged = null, stopped = null }) {
  const named = { ...series };
  if (series.gap) named.loss = floor ? raised(series.gap, floor) : series.gap;
  const [first] = Object.keys(named);
  const stride = (name = first) => strides.by[name] ?? strides.all;
  const index = (step, name = first) => Math.max(0, Math.min(named[name].length - 1, Math.floor(step / stride(name))));
  const at = (name, step) => (named[name] ? named[name][index(step, name)] : NaN);
  const says = (name, step) => reading(at(name, step), named[name] ?? {});
  return { ...named, stride, index, at, says, reached, diverged, stopped, count: named[first]?.length ?? 0 };
}

/** A gap as a loss. A gap below what is sent is no bound of the loss, which it leaves as it is. */
function raised(gap, floor) {
  const loss = gap.map((at) => at + floor);
  if (!gap.ends) return loss;
  const low = gap.unit ? gap.ends[0] + floor : -Infinity;
  return Object.assign(loss, { ends: new gap.constructor([low, gap.ends[1] + floor]), unit: gap.unit });
}

function row(array, i) {
  const [, width] = array.shape;
  const { ends, unit } = array;
  return Object.assign(array.subarray(i * width, (i + 1) * width), { ends, unit });
}

export function makeTracks(tree) {
  const strides = { all: tree.clock.stride, by: tree.strides ?? {} };
  return tree.runs.map((run, i) => {
    const series = Object.fromEntries(Object.entries(tree.series).map(([name, array]) => [name, row(array, i)]));
    return track(series, strides, tree.floor, run);
  });
}

/** The dragged run at one stop of its fan. */
export function fanTrack(tree, stop) {
  const { series, stride, reached, diverged } = tree.drag;
  const own = Object.fromEntries(Object.entries(series).map(([name, array]) => [name, row(array, stop)]));
  return track(own, { all: stride, by: {} }, tree.floor, { reached: reached[stop], diverged: diverged[stop] });
}
