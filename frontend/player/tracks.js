// A track: one run's numbers by name, one value a row, and where it reached the target or left the finite range.

function track(series, stride, floor, { reached, diverged }) {
  const count = series.gap.length;
  const loss = floor ? series.gap.map((gap) => gap + floor) : series.gap;
  return { ...series, loss, stride, reached, diverged, count, index: (step) => Math.min(count - 1, Math.floor(step / stride)) };
}

function row(array, i) {
  const [, width] = array.shape;
  return array.subarray(i * width, (i + 1) * width);
}

export function makeTracks(tree) {
  return tree.runs.map((run, i) => {
    const series = Object.fromEntries(Object.entries(tree.series).map(([name, array]) => [name, row(array, i)]));
    return track(series, tree.clock.stride, tree.floor, run);
  });
}

/** The dragged run at one stop of its fan. */
export function fanTrack(tree, stop) {
  const { series, stride, reached, diverged } = tree.drag;
  const own = Object.fromEntries(Object.entries(series).map(([name, array]) => [name, row(array, stop)]));
  return track(own, stride, tree.floor, { reached: reached[stop], diverged: diverged[stop] });
}
