// Curves over the steps: the past in full, the future faint, the playhead one vertical line in every chart.

import { cross, label, marker, strokeRun } from "./marks.js";
import { pixel, Plot } from "./plot.js";
import { figure } from "./words.js";

export class Chart extends Plot {
  adapt(layout, same) {
    super.adapt(layout, same);
    layout.xaxis.fixedrange = layout.yaxis.fixedrange = true;
  }

  attach() {
    if (this.attached) return;
    super.attach();
    const scrub = (event) => {
      const at = this.stepAt(event);
      if (at !== null) this.player.clock.nudge(at - this.player.clock.step);
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (this.stepAt(event) === null) return;
      scrub(event);
      this.frame.setPointerCapture(event.pointerId);
      this.frame.onpointermove = scrub;
      this.frame.onpointerup = () => (this.frame.onpointermove = null);
    });
  }

  stepAt(event) {
    if (!this.ready) return null;
    const { x, left, width } = this.axes();
    const px = event.clientX - this.frame.getBoundingClientRect().left - left;
    if (px < -6 || px > width + 6) return null;
    return Math.max(0, Math.min(this.player.clock.steps, Math.round((px - x._b) / x._m)));
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { ctx } = this;
    const axes = this.axes();
    const ink = this.player.ink;
    const wide = this.player.projector ? 2.6 : 1.9;
    ctx.save();
    ctx.beginPath();
    ctx.rect(axes.left - 6, axes.top - 6, axes.width + 14, axes.height + 8);
    ctx.clip();
    this.drawRule(axes);
    const heads = [];
    for (const run of this.player.visible()) {
      const pixels = this.cached(run, (track) => this.curve(track));
      const last = this.player.track(run).index(step);
      strokeRun(ctx, run, pixels, last, pixels.length / 2 - 1, { width: 1.1, halo: 0, alpha: 0.38, ink, dashed: false });
      strokeRun(ctx, run, pixels, 0, last, { width: wide, halo: 0.8, ink });
      heads.push([run, pixels[2 * last], pixels[2 * last + 1]]);
    }
    this.drawPlayhead(step, axes);
    for (const [run, x, y] of heads) marker(ctx, run, x, y, this.player.projector ? 6 : 4.5, ink);
    for (const run of this.player.visible()) this.drawDiverged(run, step, axes);
    ctx.restore();
    if (!heads.some(([run]) => this.cached(run, (t) => this.curve(t)).some(Number.isFinite))) this.drawEmpty(axes);
  }

  /** Pixels of a curve; on a log axis what lies under the axis is drawn on its floor. */
  curve(track) {
    const values = track[this.spec.series];
    const { x, y, top, height } = this.axes();
    const out = new Float32Array(2 * track.count);
    for (let i = 0; i < track.count; i++) {
      const at = values[i];
      out[2 * i] = pixel(x, i * track.stride);
      out[2 * i + 1] = at !== at ? NaN : Math.max(top - 200, Math.min(top + height, pixel(y, at)));
    }
    return out;
  }

  drawPlayhead(step, { top, height }) {
    const { ctx } = this;
    ctx.setLineDash([]);
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = this.player.ink.accent;
    ctx.beginPath();
    ctx.moveTo(this.x(step), top);
    ctx.lineTo(this.x(step), top + height);
    ctx.stroke();
  }

  drawRule({ left, width }) {
    const { rule } = this.spec;
    if (!rule) return;
    const { ctx } = this;
    const ink = this.player.ink;
    const y = this.y(rule.at);
    ctx.setLineDash([5, 3]);
    ctx.lineWidth = 1.4;
    ctx.strokeStyle = ink.accent;
    ctx.beginPath();
    ctx.moveTo(left, y);
    ctx.lineTo(left + width, y);
    ctx.stroke();
    label(ctx, rule.label, left + width - 4, y - 10, { color: ink.accent, ink, font: `600 ${this.font}`, align: "right" });
  }

  drawDiverged(run, step, { left, top, width }) {
    const track = this.player.track(run);
    if (track.diverged === null || step < track.diverged) return;
    const ink = this.player.ink;
    const x = this.x(track.diverged);
    const slot = this.player.divergedBefore(run);
    cross(this.ctx, x, top + 6, 4.5, run.color, ink);
    if (slot > 2) return;
    const text = `diverged, ${track.diverged}`;
    label(this.ctx, text, x + 10, top + 6 + 15 * slot, { color: run.color, ink, font: `600 ${this.font}`, box: [left, left + width] });
  }

  drawEmpty({ left, top, width, height }) {
    const ink = this.player.ink;
    label(this.ctx, this.spec.empty ?? "nothing to draw", left + width / 2, top + height / 2, { color: ink.ink3, ink, font: this.font, align: "center" });
  }

  read(event) {
    const step = this.stepAt(event);
    if (step === null) return null;
    const lines = this.player.visible().map((run) => {
      const track = this.player.track(run);
      return `${run.label}: ${figure(track[this.spec.series][track.index(step)])}`;
    });
    return [`step ${step}`, ...lines];
  }
}
