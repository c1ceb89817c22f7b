// A track: one run's numbers by name, the steps that they are of, and where it reached the target, stopped or diverged.

import { rowAt } from "./stops.js";

function track(series, stepsOf, floor, { reached = null, diverged = null, stopped = null }) {
  const named = { ...series };
  if (series.gap) named.loss = floor ? series.gap.map((gap) => gap + floor) : series.gap;
  const [first] = Object.keys(named);
  const steps = (name = first) => stepsOf(name);
  const index = (step, name = first) => Math.min((named[name]?.length ?? 1) - 1, rowAt(steps(name), step));
  const at = (name, step) => (named[name] ? named[name][index(step, name)] : NaN);
  const stepOf = (name, step) => steps(name)[index(step, name)];
  return { ...named, steps, index, at, stepOf, reached, diverged, stopped, count: named[first]?.length ?? 0 };
}

function row(array, i) {
  const [, width] = array.shape;
  return array.subarray(i * width, (i + 1) * width);
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
  const { series, steps, reached, diverged } = tree.drag;
  const own = Object.fromEntries(Object.entries(series).map(([name, array]) => [name, row(array, stop)]));
  return track(own, () => steps, tree.floor, { reached: reached[stop], diverged: diverged[stop] });
}
