// A track: one run's numbers by name, the steps that they are of, and where it reached the target, stopped or diverged.

import { rowAt } from "./stops.js";
import { reading } from "./words.js";

function track(series, stepsOf, floor, { reached = null, touched = reached, diverged = null, stopped = null }) {
  const named = { ...series };
  if (series.gap) named.loss = floor ? raised(series.gap, floor) : series.gap;
  const [first] = Object.keys(named);
  const steps = (name = first) => stepsOf(name);
  const index = (step, name = first) => Math.min((named[name]?.length ?? 1) - 1, rowAt(steps(name), step));
  const at = (name, step) => (named[name] ? named[name][index(step, name)] : NaN);
  const stepOf = (name, step) => steps(name)[index(step, name)];
  const says = (name, step) => reading(at(name, step), named[name] ?? {});
  return { ...named, steps, index, at, stepOf, says, reached, touched, diverged, stopped, count: named[first]?.length ?? 0 };
}

/** A gap as a loss. A gap below what is sent is no bound of the loss, which it leaves as it is. */
function raised(gap, floor) {
  const loss = gap.map((at) => at + floor);
  if (!gap.ends) return loss;
  const low = gap.unit ? gap.ends[0] + floor : -Infinity;
  return Object.assign(loss, { ends: new gap.constructor([low, gap.ends[1] + floor]), unit: gap.unit });
}

function row(array, i, count = array.shape[1]) {
  const [, width] = array.shape;
  const { ends, unit } = array;
  return Object.assign(array.subarray(i * width, i * width + count), { ends, unit });
}

/** The runs' tracks; rows are of the clock's stops, or of steps of their own, a row a run. */
export function makeTracks(tree, stops) {
  return tree.runs.map((run, i) => {
    const series = Object.fromEntries(Object.entries(tree.series).map(([name, array]) => [name, row(array, i)]));
    const own = Object.fromEntries(Object.entries(tree.steps ?? {}).map(([name, array]) => [name, row(array, i)]));
    return track(series, (name) => own[name] ?? stops, tree.floor, run);
  });
}

/** The dragged run at one stop of its fan. */
export function fanTrack(tree, stop) {
  const { series, steps, counts, reached, touched = reached, diverged } = tree.drag.fan;
  const own = Object.fromEntries(Object.entries(series).map(([name, array]) => [name, row(array, stop, counts?.[stop])]));
  return track(own, () => steps, tree.floor, { reached: reached[stop], touched: touched[stop], diverged: diverged[stop] });
}
