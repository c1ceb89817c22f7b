// One ridge a layer: how its outputs are spread at the playhead.

import { RowPlot } from "./bars.js";
import { band } from "./rows.js";
import { figure } from "./words.js";

export class Histogram extends RowPlot {
  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { rows, counts } = this.spec;
    const { player } = this;
    const frame = this.frameAt(step, counts.shape[0]);
    const color = player.runs[player.tree.open ?? 0]?.color ?? player.ink.ink2;
    rows.forEach((_, row) => this.drawRidge(frame, row, color));
    this.say(step);
  }

  binsOf(frame, row) {
    const [, rows, bins] = this.spec.counts.shape;
    return this.spec.counts.subarray((frame * rows + row) * bins, (frame * rows + row + 1) * bins);
  }

  /** A filled outline on the row's floor, a little higher than its row where it peaks. */
  drawRidge(frame, row, color) {
    const { ctx } = this;
    const axes = this.axes();
    const bins = this.binsOf(frame, row);
    const { y, height, each } = band(axes, this.spec.rows.length, row);
    const floor = y + height;
    const tall = each * (row ? 1.25 : 0.95);
    const wide = axes.width / bins.length;
    ctx.beginPath();
    ctx.moveTo(axes.left, floor);
    bins.forEach((count, i) => ctx.lineTo(axes.left + (i + 0.5) * wide, floor - (count / 255) * tall));
    ctx.lineTo(axes.left + axes.width, floor);
    ctx.setLineDash([]);
    ctx.fillStyle = this.player.ink.background;
    ctx.fill();
    ctx.globalAlpha = 0.32;
    ctx.fillStyle = color;
    ctx.fill();
    ctx.globalAlpha = 1;
    ctx.lineWidth = each < 9 ? 0.7 : 1.2;
    ctx.strokeStyle = color;
    ctx.stroke();
  }

  read(event) {
    const row = this.rowAt(event);
    if (row === null) return null;
    const { counts, range, rows } = this.spec;
    const bins = this.binsOf(this.frameAt(this.player.clock.step, counts.shape[0]), row);
    const { left, width } = this.axes();
    const bin = Math.floor(((this.local(event)[0] - left) / width) * bins.length);
    if (!(bins[bin] >= 0)) return [rows[row]];
    const each = (range[1] - range[0]) / bins.length;
    const from = range[0] + bin * each;
    return [rows[row], `output ${figure(from)} to ${figure(from + each)}`, `${Math.round((100 * bins[bin]) / 255)} % of the tallest bin`];
  }
}
