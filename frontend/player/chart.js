// Curves over the steps: the past in full, the future faint, the playhead one vertical line in every chart.

import { drawRules, nameRules, paintBands } from "./bands.js";
import { drawFan } from "./fan.js";
import { CurveLabels } from "./curve_labels.js";
import { Ends } from "./ends.js";
import { cross, label, strokeRun } from "./marks.js";
import { pixel } from "./plot.js";
import { AxisRange } from "./range.js";
import { StepPlot } from "./steps.js";
import { rowAt } from "./stops.js";
import { moment, reading } from "./words.js";

/** How a series of a list is stroked; the faint ones first, so that the others lie over them. */
const STYLES = {
  thin: { width: 1, halo: 0, alpha: 0.35, rest: 0.14, dash: [] },
  dashed: { width: 1.7, halo: 0.8, alpha: 1, rest: 0.38, dash: [5, 4] },
  main: { width: 1.9, halo: 0.8, alpha: 1, rest: 0.38, dash: [] },
  theory: { width: 1.4, halo: 0, alpha: 1, rest: 0.38, dash: [5, 4] },
};
const ORDER = Object.keys(STYLES);
const HEADLESS = ["thin", "theory"];

export class Chart extends StepPlot {
  constructor(player, spec) {
    super(player, spec);
    this.labels = new CurveLabels(this);
    this.ends = new Ends(this);
    this.range = new AxisRange(this);
  }

  shape() {
    return this.spec.ends ? `ends ${this.ends.room}` : "";
  }

  adapt(layout, same) {
    super.adapt(layout, same);
    if (!this.spec.ends) return;
    layout.margin.r = this.ends.room;
    if (this.player.phone) layout.xaxis.nticks = 4;
  }

  update(spec) {
    this.named = Array.isArray(spec.series) || Boolean(spec.lines);
    this.range.update(spec);
    const drawn = super.update(this.range.chosen(spec));
    this.labels.update();
    return drawn;
  }

  /** The curves to draw, back to front: whose, of what, and with which stroke. */
  curves() {
    const key = this.player.tracksKey();
    return this.once("curves", key, () => (this.spec.lines ? this.ownLines() : this.runLines()));
  }

  runLines() {
    const { series } = this.spec;
    const runs = this.player.visible();
    if (!this.named) return runs.map((run) => ({ run, name: series, style: { ...STYLES.main, dash: run.dash } }));
    const listed = [...series].sort((a, b) => ORDER.indexOf(a.style) - ORDER.indexOf(b.style));
    const alone = this.player.runs.length === 1;
    const { thin } = STYLES;
    const styles = alone ? STYLES : { ...STYLES, thin: { ...thin, alpha: thin.alpha / 2, rest: thin.rest / 2 } };
    return listed.flatMap(({ name, style, label: text }) =>
      runs.map((run) => {
        const color = alone && style === "dashed" ? this.player.ink.ink : run.color;
        return { run: { ...run, color, hollow: style === "dashed" ? !alone : run.hollow }, of: run, name, text, kind: style, style: styles[style] };
      }),
    );
  }

  /** Lines of one run, one a layer: from the run's colour to the second ink, first to last. */
  ownLines() {
    const { names, values, steps = this.player.clock.stops } = this.spec.lines;
    const count = values.shape[1];
    const index = (step) => Math.min(count - 1, rowAt(steps, step));
    const stepOf = (_, step) => steps[index(step)];
    const run = this.player.runs[this.player.tree.open ?? 0];
    return names.map((text, i) => {
      const row = values.subarray(i * count, (i + 1) * count);
      const track = { count, index: (step) => index(step), steps: () => steps, stepOf, at: (_, step) => row[index(step)], row, diverged: null };
      const color = run?.color ?? this.player.ink.ink2;
      return { run: { ...run, color, hollow: false }, track, name: text, text, kind: "main", style: { ...STYLES.main, dash: DASHES[i % DASHES.length] } };
    });
  }

  trackOf(curve) {
    return curve.track ?? this.player.track(curve.of ?? curve.run);
  }

  pixelsOf(curve) {
    const track = this.trackOf(curve);
    const id = `${curve.run.key}|${curve.name}`;
    const known = this.pixels.get(id);
    if (known?.track === track) return known.pixels;
    const pixels = this.curve(track, curve);
    this.pixels.set(id, { track, pixels });
    return pixels;
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { ctx } = this;
    const axes = this.axes();
    const ink = this.player.ink;
    const curves = this.curves();
    ctx.save();
    this.clip(ctx, axes);
    drawRules(ctx, this, axes);
    if (this.spec.fanned && this.player.drag.open) drawFan(ctx, this, axes, step);
    const heads = this.named ? this.drawLayers(curves, step, axes) : curves.map((curve) => this.drawCurve(curve, step));
    this.drawPlayhead(step, axes);
    nameRules(ctx, this, axes, curves);
    this.drawQuestion(axes);
    for (const [curve, x, y] of heads) {
      const head = { ...curve, step: this.shownOf(curve, step) };
      if (!HEADLESS.includes(curve.kind)) this.drawRunHead(head, x, y, this.player.projector ? 6 : curve.kind === "dashed" ? 4 : 4.5);
    }
    for (const run of this.player.visible()) this.drawEnd(run, step, axes);
    ctx.restore();
    if (this.spec.ends) this.ends.draw(curves, axes);
    else this.labels.draw(step, heads, axes);
    if (!curves.some((curve) => this.pixelsOf(curve).some(Number.isFinite))) this.drawEmpty(axes);
  }

  clip(ctx, { left, top, width, height }) {
    ctx.beginPath();
    ctx.rect(left - 6, top - 6, width + 14, height + 8);
    ctx.clip();
  }

  /** A run's curve up to the step in full, the rest of it faint. */
  drawCurve(curve, step) {
    const pixels = this.pixelsOf(curve);
    const last = this.trackOf(curve).index(step, curve.name);
    if (this.player.knows) this.strokeRest(this.ctx, curve, pixels, last);
    this.strokePast(this.ctx, curve, pixels, last);
    return [curve, pixels[2 * last], pixels[2 * last + 1]];
  }

  strokeRest(ctx, { run, style }, pixels, first) {
    const look = { width: Math.min(1.1, style.width), halo: 0, alpha: style.rest, ink: this.player.ink, dashed: false, within: this.axes() };
    strokeRun(ctx, run, pixels, first, pixels.length / 2 - 1, look);
  }

  strokePast(ctx, { run, style }, pixels, last) {
    const width = this.player.projector ? 1.37 * style.width : style.width;
    strokeRun(ctx, { ...run, dash: style.dash }, pixels, 0, last, { width, halo: style.halo, alpha: style.alpha, ink: this.player.ink, within: this.axes() });
  }

  /** Many curves are drawn twice, whole: as past and as future; a step shows one up to the playhead and the other from there. */
  drawLayers(curves, step, axes) {
    const key = `${this.player.tracksKey()}|${axes.left}|${axes.top}`;
    const past = this.layer("past", (ctx) => this.paintPast(ctx, curves, axes), key);
    const rest = this.layer("rest", (ctx) => this.paintRest(ctx, curves, axes), key);
    const [width, height] = this.size;
    const x = this.x(step);
    this.put(past, { left: 0, top: 0, width: x, height });
    if (this.player.knows) this.put(rest, { left: x, top: 0, width: width - x, height });
    return curves.map((curve) => this.headOf(curve, step));
  }

  /** What follows an early stop is faint in the past too. */
  paintPast(ctx, curves, axes) {
    this.clip(ctx, axes);
    paintBands(ctx, this, 0.14);
    for (const curve of curves) {
      const track = this.trackOf(curve);
      const pixels = this.pixelsOf(curve);
      const last = track.stopped == null ? pixels.length / 2 - 1 : track.index(track.stopped, curve.name);
      this.strokeRest(ctx, curve, pixels, last);
      this.strokePast(ctx, curve, pixels, last);
    }
  }

  paintRest(ctx, curves, axes) {
    this.clip(ctx, axes);
    paintBands(ctx, this, 0.06);
    for (const curve of curves) this.strokeRest(ctx, curve, this.pixelsOf(curve), 0);
  }

  /** The step of the figures that a curve shows at the playhead: of its last look, and of none after an early stop. */
  shownOf(curve, step) {
    const track = this.trackOf(curve);
    return track.stepOf(curve.name, track.stopped == null ? step : Math.min(step, track.stopped));
  }

  headOf(curve, step) {
    const i = this.trackOf(curve).index(this.shownOf(curve, step), curve.name);
    return [curve, ...this.pixelsOf(curve).subarray(2 * i, 2 * i + 2)];
  }

  /** Pixels of a curve; on a log axis what lies under the axis is drawn on its floor. */
  curve(track, { name }) {
    const values = track.row ?? track[name];
    const { x, y, top, height } = this.axes();
    const steps = track.steps(name);
    const out = new Float32Array(2 * values.length);
    for (let i = 0; i < values.length; i++) {
      const at = values[i];
      out[2 * i] = pixel(x, steps[i]);
      out[2 * i + 1] = at !== at ? NaN : Math.max(top - 200, Math.min(top + height, pixel(y, at)));
    }
    return out;
  }

  /** Where a run diverged or was stopped early: a cross or a flag at the top, with the step in words. */
  drawEnd(run, step, { left, top, width }) {
    const track = this.player.track(run);
    const at = track.diverged ?? track.stopped;
    if (at === null || step < at || this.spec.lines) return;
    const ink = this.player.ink;
    const x = this.x(at);
    const slot = this.player.endedBefore(run);
    const low = this.named && slot < 3 ? 15 * slot : 0;
    if (track.diverged !== null) cross(this.ctx, x, top + 6 + low, 4.5, run.color, ink);
    else flag(this.ctx, x, top + low, run.color, ink);
    if (slot > 2) return;
    const text = track.diverged !== null ? `diverged, ${at}` : `stopped, ${at}`;
    label(this.ctx, text, x + (track.diverged !== null ? 10 : 12), top + 6 + 15 * slot, { color: run.color, ink, font: `600 ${this.font}`, box: [left, left + width] });
  }

  /** Where the answer will be, as long as it is not known. */
  drawQuestion({ left, top, width, height }) {
    const { question } = this.spec;
    const { ink, knows, clock, runs } = this.player;
    const answered = runs.some(({ touched }) => (touched ?? Infinity) <= clock.step);
    if (!question || knows || answered || this.x(clock.step) > left + 0.3 * width) return;
    label(this.ctx, question, left + 0.66 * width, top + 0.42 * height, { color: ink.ink3, ink, font: this.font, align: "center", box: [left, left + width] });
  }

  drawEmpty({ left, top, width, height }) {
    const ink = this.player.ink;
    label(this.ctx, this.spec.empty ?? "nothing to draw", left + width / 2, top + height / 2, { color: ink.ink3, ink, font: this.font, align: "center" });
  }

  read(event) {
    const step = this.stepAt(event);
    if (step === null) return null;
    const curves = this.curves();
    const told = curves.filter(({ kind }) => kind !== "theory");
    const stepOf = (curve) => this.trackOf(curve).stepOf(curve.name, step);
    const alike = told.every((curve) => stepOf(curve) === stepOf(told[0]));
    const head = told.length && alike ? stepOf(told[0]) : step;
    const lines = told.map((curve) => {
      const law = curve.kind === "main" && curves.find(({ kind, run }) => kind === "theory" && run.key === curve.run.key);
      const track = this.trackOf(curve);
      const value = ({ name }) => reading(track.at(name, step), track[name] ?? {});
      const own = stepOf(curve) === head ? "" : ` at step ${stepOf(curve)}`;
      return `${this.nameOf(curve)}: ${value(curve)}${law ? `, theory ${value(law)}` : ""}${own}`;
    });
    return [moment(head, this.player.tree.clock.unit), ...lines];
  }

  nameOf({ run, text }) {
    if (!text) return run.label;
    return this.player.runs.length === 1 || this.spec.lines ? text : `${run.label}, ${text.toLowerCase()}`;
  }
}

const DASHES = [[], [9, 3], [2, 3], [5, 3], [10, 3, 2, 3], [16, 3]];

function flag(ctx, x, y, color, ink) {
  for (const [style, width] of [[ink.background, 4.5], [color, 1.8]]) {
    ctx.beginPath();
    ctx.moveTo(x, y + 12);
    ctx.lineTo(x, y);
    ctx.lineTo(x + 7, y + 3);
    ctx.lineTo(x, y + 6);
    ctx.setLineDash([]);
    ctx.lineWidth = width;
    ctx.strokeStyle = style;
    ctx.stroke();
  }
  ctx.fillStyle = color;
  ctx.fill();
}
