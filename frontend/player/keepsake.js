// How a visitor looked at a room outlives a reload and a visit to another room, as long as the tab is open.

const NAME = (room) => `ll-kept-${room || "race"}`;
let met = performance.getEntriesByType("navigation")[0]?.type === "reload"; // else the link alone says how to look

/** Keeps the playhead of an experiment, the speed, the runs that are hidden and the panels that were chosen. */
export function keep({ tree, clock, hidden, stage, ended }) {
  if (!tree) return;
  met = true;
  const now = { key: tree.key, step: clock.playing ? clock.step : clock.wish, playing: clock.playing, speed: clock.speed, hidden: [...hidden], chosen: stage.chosen, ended };
  try {
    sessionStorage.setItem(NAME(tree.room), JSON.stringify(now));
  } catch {
    // A browser that keeps nothing begins anew.
  }
}

/** What was kept of a room; null where there is nothing, or a link was opened. */
export function kept({ room }) {
  if (!met) return null;
  try {
    const found = JSON.parse(sessionStorage.getItem(NAME(room)));
    return Array.isArray(found?.hidden) && Array.isArray(found.chosen) ? found : null;
  } catch {
    return null;
  }
}
