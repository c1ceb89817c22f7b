// Steps that are sent: rising, the first 0. Whoever shows a row names the step of that row.

/** Every step from 0 on. */
export function allSteps(last) {
  return Int32Array.from({ length: last + 1 }, (_, step) => step);
}

/** The row shown at a step: the last one of a step no later; of equal steps the last. */
export function rowAt(steps, step) {
  let [low, high] = [0, steps.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (steps[middle] <= step) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The sent step that lies nearest. */
export function nearestStep(steps, step) {
  const row = rowAt(steps, step);
  const next = steps[Math.min(row + 1, steps.length - 1)];
  return next - step < step - steps[row] ? next : steps[row];
}
