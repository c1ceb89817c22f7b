// Points measured against a law: the law dashed, what was measured as markers with a bar from low to high.

import { apart } from "./curve_labels.js";
import { label, marker, strokeRun } from "./marks.js";
import { Plot } from "./plot.js";
import { figure } from "./words.js";

export class Law extends Plot {
  adapt(layout, same) {
    super.adapt(layout, same);
    layout.xaxis.fixedrange = layout.yaxis.fixedrange = true;
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const axes = this.axes();
    this.put(this.layer("law", (ctx) => this.paint(ctx, axes)));
    this.say(step);
  }

  paint(ctx, axes) {
    const { left, top, width, height } = axes;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left - 6, top - 6, width + 12, height + 12);
    ctx.clip();
    this.drawHere(ctx, axes);
    for (const line of this.spec.lines) this.drawTheory(ctx, line);
    for (const line of this.spec.lines) this.drawMeasured(ctx, line);
    ctx.restore();
    this.drawNames(ctx, axes);
  }

  drawHere(ctx, { left, top, width, height }) {
    const { here } = this.spec;
    if (!here) return;
    const ink = this.player.ink;
    const x = this.x(here.x);
    if (x < left - 1 || x > left + width + 1) return;
    ctx.setLineDash([]);
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = ink.accent;
    ctx.beginPath();
    ctx.moveTo(x, top);
    ctx.lineTo(x, top + height);
    ctx.stroke();
    if (here.label) label(ctx, here.label, x + 6, top + this.em / 2, { color: ink.accent, ink, font: this.font, box: [left, left + width] });
  }

  colorOf({ colors }) {
    return colors[this.player.scheme];
  }

  drawTheory(ctx, line) {
    const pixels = Float32Array.from({ length: 2 * this.spec.xs.length }, (_, i) => this.pixelOf(line.theory, i));
    const run = { color: this.colorOf(line), dash: [5, 4] };
    strokeRun(ctx, run, pixels, 0, pixels.length / 2 - 1, { width: this.player.projector ? 2 : 1.4, halo: 0, ink: this.player.ink, within: this.axes() });
  }

  /** The numbers x, y, x, y, ... of a line's values. */
  pixelOf(values, i) {
    const at = i >> 1;
    if (i % 2 === 0) return this.x(this.spec.xs[at]);
    return Number.isFinite(values[at]) ? this.y(values[at]) : NaN;
  }

  drawMeasured(ctx, line) {
    const color = this.colorOf(line);
    const radius = this.player.projector ? 4.5 : 3.2;
    line.measured.forEach((at, i) => {
      if (!Number.isFinite(at)) return;
      const x = this.x(this.spec.xs[i]);
      if (Number.isFinite(line.low[i] + line.high[i])) {
        ctx.setLineDash([]);
        ctx.lineWidth = 1.1;
        ctx.strokeStyle = color;
        ctx.beginPath();
        ctx.moveTo(x, this.y(line.low[i]));
        ctx.lineTo(x, this.y(line.high[i]));
        ctx.stroke();
      }
      marker(ctx, { path: line.mark, color, hollow: false }, x, this.y(at), radius, this.player.ink);
    });
  }

  drawNames(ctx, { left, top, width, height }) {
    const { em, spec } = this;
    const room = em + 4;
    const x = left + width + 10;
    const ends = spec.lines.map((line) => [line, this.endOf(line)]).filter(([, y]) => y !== null);
    ctx.font = `600 ${this.font}`;
    ctx.textBaseline = "middle";
    for (const [line, y] of apart(ends.slice(0, Math.floor(height / room)), top + room / 2, top + height - room / 2, room)) {
      ctx.fillStyle = this.colorOf(line);
      ctx.fillText(line.label, x, y, Math.max(1, this.size[0] - x));
    }
  }

  /** The height at the right end of what is known of a line, or null. */
  endOf({ theory, measured }) {
    for (let i = this.spec.xs.length - 1; i >= 0; i--) {
      const at = Number.isFinite(measured[i]) ? measured[i] : theory[i];
      if (Number.isFinite(at)) return this.y(at);
    }
    return null;
  }

  read(event) {
    if (!this.ready) return null;
    const { left, width } = this.axes();
    const { lines, x_name: name = "x", xs } = this.spec;
    const px = this.local(event)[0];
    if (px < left - 6 || px > left + width + 6 || !xs.length) return null;
    let best = 0;
    xs.forEach((at, i) => {
      if (Math.abs(this.x(at) - px) < Math.abs(this.x(xs[best]) - px)) best = i;
    });
    const words = ({ label: who, measured, theory }) => {
      const known = Number.isFinite(measured[best]) ? `${figure(measured[best])}, ` : "";
      return `${who}: ${known}theory ${figure(theory[best])}`;
    };
    return [`${name} ${figure(xs[best])}`, ...lines.map(words)];
  }
}
