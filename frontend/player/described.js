// Every picture in words, for those who do not see it: what it is of, and its numbers where the playhead rests.

import { figure, moment, reading, shareOf } from "./words.js";

const REST = 300; // milliseconds after the last frame
const MOST = 8; // of what is alike that are told one by one

export class Descriptions {
  constructor(player) {
    this.player = player;
  }

  /** To be called after every frame: pictures are described once nothing moves, or when other data came while it plays. */
  painted() {
    this.last = performance.now();
    this.timer ??= setTimeout(() => this.rest(), REST);
  }

  rest() {
    const { clock, painted, panels } = this.player;
    const moving = clock.playing ? this.data === painted.data : performance.now() - this.last < REST - 20;
    this.timer = moving ? setTimeout(() => this.rest(), REST) : null;
    if (moving) return;
    this.data = painted.data;
    for (const panel of panels) if (panel.visible) panel.picture.setAttribute("aria-label", described(panel, clock.step));
  }

  destroy() {
    clearTimeout(this.timer);
  }
}

/** A panel's picture in words at a step. */
export function described(panel, step) {
  const { label, title, kind, hint } = panel.spec;
  const words = WORDS[kind]?.(panel, step);
  return `${[label ?? title, hint, words].filter(Boolean).join(", ")}.`;
}

const WORDS = {
  scene: (panel, step) => ofRuns(panel, step, (track) => `loss ${track.says("loss", step)}`),
  plane: (panel, step) => ofRuns(panel, step, (track) => `x ${track.says("x", step)}, y ${track.says("y", step)}`),
  chart: ofCurves,
  heat: (panel, step) => ofRows(panel, step, (row) => cell(panel.spec.values, row, panel.frameAt(step))),
  bars: (panel, step) => ofRows(panel, step, (row) => panel.valueAt(row, step)),
  backward: (panel, step) => ofRows(panel, step, (row) => panel.flowAt(row, step)),
  histogram: ofSpreads,
  units: ofUnits,
  field: ofField,
  fit: ofFit,
  images: ofImages,
  sample: ofSample,
  phase: ofMap,
  functions: (panel) => `at z ${figure(panel.z)}: ${told(panel.items().map((item) => atZ(panel, item)))}`,
  law: ofLaw,
};

/** Of many the first ones, and how many more there are. */
function told(list) {
  const more = list.length - MOST;
  return list.slice(0, MOST).join("; ") + (more > 0 ? `; and ${more} more` : "");
}

function at(panel, step) {
  return `at ${moment(step, panel.player.tree.clock.unit)}`;
}

function ofRuns({ player }, step, words) {
  const each = (run) => {
    const track = player.track(run);
    const gone = track.diverged !== null && step >= track.diverged;
    return `${run.label} ${gone ? `diverged at step ${track.diverged}` : words(track)}`;
  };
  return player.visible().length ? `at step ${step}: ${told(player.visible().map(each))}` : "no run";
}

function ofCurves(panel, step) {
  const curves = panel.curves();
  const value = (curve) => {
    const track = panel.trackOf(curve);
    return reading(track.at(curve.name, panel.shownOf(curve, step)), track[curve.name] ?? {});
  };
  const law = (curve) => curves.find(({ kind, run }) => curve.kind === "main" && kind === "theory" && run.key === curve.run.key);
  const each = (curve) => `${panel.nameOf(curve)} ${value(curve)}${law(curve) ? `, theory ${value(law(curve))}` : ""}`;
  const own = curves.filter(({ kind }) => kind !== "theory");
  const by = panel.player.tree.clock.unit === "layers" ? "layer" : "step";
  return own.length ? `by ${by}, ${at(panel, step)}: ${told(own.map(each))}` : panel.spec.empty;
}

function cell(values, row, column) {
  return values[row * values.shape[1] + column];
}

/** Rows with a value each: all where there are few, else the ends, the least and the most. */
function ofRows(panel, step, valueOf) {
  const { rows, values, flow, steps } = panel.spec;
  const known = rows.map((name, row) => [name, valueOf(row)]).filter(([, value]) => value === value);
  const says = ([name, value]) => `${name} ${value === 0 ? "0" : reading(value, values ?? flow)}`;
  const shown = steps ? `step ${steps[panel.frameAt(step)]}` : moment(step, panel.player.tree.clock.unit);
  if (!known.length) return `nothing yet at ${shown}`;
  if (known.length <= MOST) return `at ${shown}: ${known.map(says).join("; ")}`;
  const sorted = [...known].sort((a, b) => a[1] - b[1]);
  return `at ${shown}, ${known.length} rows: ${says(known[0])}; ${says(known.at(-1))}; least ${says(sorted[0])}; most ${says(sorted.at(-1))}`;
}

function ofSpreads(panel, step) {
  const { rows, counts, range } = panel.spec;
  const frame = panel.frameAt(step, counts.shape[0]);
  const each = (name, row) => {
    const bins = panel.binsOf(frame, row);
    const total = bins.reduce((sum, count) => sum + count, 0);
    const middle = (i) => range[0] + ((i + 0.5) * (range[1] - range[0])) / bins.length;
    const mean = bins.reduce((sum, count, i) => sum + count * middle(i), 0) / total;
    const square = bins.reduce((sum, count, i) => sum + count * (middle(i) - mean) ** 2, 0) / total;
    return `${name} mean ${figure(mean, 2)}, deviation ${figure(Math.sqrt(square), 2)}`;
  };
  return `${panel.stepWords(step) || "by layer"}: ${told(rows.map(each))}`;
}

function ofUnits(panel, step) {
  const dead = panel.table(step).map((keys) => keys.filter((key) => key >>> 16 === 256).length);
  const all = panel.table(step).map((keys) => keys.length);
  const total = (list) => list.reduce((sum, count) => sum + count, 0);
  const each = panel.spec.rows.map((name, row) => `${name} ${dead[row] || "none"}`);
  return `${panel.stepWords(step)}: ${total(dead)} of ${total(all)} units dead: ${told(each)}`;
}

/** How the picture is shared among the classes. */
function ofField(panel, step) {
  const { probs, class_names: names } = panel.spec;
  const [, shares, high, wide] = probs.shape;
  const size = high * wide;
  const now = probs.subarray(panel.frameAt(step) * shares * size, (panel.frameAt(step) + 1) * shares * size);
  const taken = new Array(Math.max(2, shares)).fill(0);
  for (let i = 0; i < size; i++) {
    let best = shares === 1 ? Number(now[i] > 127) : 0;
    for (let k = 1; k < shares; k++) if (now[k * size + i] > now[best * size + i]) best = k;
    taken[best] += 1;
  }
  return `${panel.stepWords(step)}: ${told(taken.map((count, k) => `class ${names?.[k] ?? k} takes ${shareOf((255 * count) / size)} of the plane`))}`;
}

function ofFit(panel, step) {
  const { xs, outputs } = panel.spec;
  const places = [0, 0.25, 0.5, 0.75, 1].map((share) => Math.round(share * (xs.length - 1)));
  const from = panel.frameAt(step) * xs.length;
  return `${panel.stepWords(step)}: ${told(places.map((i) => `${figure(outputs[from + i])} at x ${figure(xs[i])}`))}`;
}

function ofImages(panel, step) {
  const { count, total, class_names: names } = panel.spec;
  const { frame, list } = panel.wrong(step);
  const name = (k) => names?.[k] ?? k;
  const told = list.slice(0, MOST).map((answer) => `${name(panel.truthOf(answer))} taken for ${name(panel.guessOf(answer))}`);
  if (count[frame] > told.length) told.push(`and ${count[frame] - told.length} more`);
  return `${panel.stepWords(step)}: ${count[frame]} of ${total} unseen wrong${told.length ? `: ${told.join("; ")}` : ""}`;
}

function ofSample(panel, step) {
  const { caption, probs, outputs, target, gradient, class_names: names } = panel.spec;
  const frame = panel.frameAt(step);
  const begun = [caption, panel.stepWords(step)].filter(Boolean).join(", ");
  if (!probs) return outputs ? `${begun}: network ${figure(outputs[frame])}, target ${figure(target)}` : begun;
  const count = probs.shape[1];
  const full = probs instanceof Uint8Array ? 255 : 1;
  const now = probs.subarray(frame * count, (frame + 1) * count);
  const each = (k) => `${names?.[k] ?? k} ${(now[k] / full).toFixed(2)}, gradient ${figure(gradient[frame * count + k], 2)}`;
  return `${begun}: ${told(panel.shown(now).map(each))}`;
}

function ofMap({ spec, player }) {
  const [across, up] = spec.axis_names;
  const seen = (spec.dots ?? []).filter(({ run }) => player.runs[run] && !player.hidden.has(player.runs[run].key));
  const each = ({ x, y, run, label }) => `${label ?? player.runs[run].label} at ${across} ${figure(x)}, ${up} ${figure(y)}`;
  return [told(seen.map(each)), ...(spec.words ?? []).map(({ text }) => text)].filter(Boolean).join("; ");
}

function atZ(panel, item) {
  const { value, slope } = panel.at(item, panel.z);
  return `${item.label} ${figure(value)}, slope ${figure(slope)}`;
}

function ofLaw({ spec: { xs, lines, here, x_name: name = "x" } }) {
  const i = Math.max(0, xs.findIndex((x) => x >= (here?.x ?? xs.at(-1))));
  const each = ({ label, measured, theory }) => {
    const known = Number.isFinite(measured[i]) ? `${figure(measured[i])}, ` : "";
    return `${label} ${known}theory ${figure(theory[i])}`;
  };
  return `at ${name} ${figure(xs[i])}: ${told(lines.map(each))}`;
}
