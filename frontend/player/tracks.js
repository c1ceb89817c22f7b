// A track: one run's numbers by name, each with its stride, and where it reached the target, stopped or diverged.

function track(series, strides, floor, { reached = null, diverged = null, stopped = null }) {
  const named = { ...series };
  if (series.gap) named.loss = floor ? series.gap.map((gap) => gap + floor) : series.gap;
  const [first] = Object.keys(named);
  const stride = (name = first) => strides.by[name] ?? strides.all;
  const index = (step, name = first) => Math.max(0, Math.min(named[name].length - 1, Math.floor(step / stride(name))));
  const at = (name, step) => (named[name] ? named[name][index(step, name)] : NaN);
  return { ...named, stride, index, at, reached, diverged, stopped, count: named[first]?.length ?? 0 };
}

function row(array, i) {
  const [, width] = array.shape;
  return array.subarray(i * width, (i + 1) * width);
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
