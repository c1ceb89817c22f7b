// One bar a layer at the playhead, on an axis that never moves.

import { css, scale, unit } from "./colors.js";
import { label } from "./marks.js";
import { Plot } from "./plot.js";
import { band, fitRows, hatching } from "./rows.js";
import { reading } from "./words.js";

/** A plot with a row a layer and a value across it. */
export class RowPlot extends Plot {
  /** Beside a heat map the rows are named there; with room, here too, and always where the panel stands alone. */
  get named() {
    return this.spec.named || this.player.phone || this.size[0] > (this.player.projector ? 330 : 260);
  }

  shape() {
    return this.named ? "named" : "";
  }

  adapt(layout, same) {
    super.adapt(layout, same);
    fitRows(layout, this);
    layout.xaxis.fixedrange = layout.yaxis.fixedrange = true;
    layout.yaxis.showticklabels = this.named;
    layout.margin.l = this.named ? layout.margin.l : 18;
  }

  /** A layer's bar, with what it stands for written at its end. */
  drawBar(row, count, value, { color, alpha = 1, share = 1, text, bold = true }) {
    const { ctx } = this;
    const ink = this.player.ink;
    const axes = this.axes();
    const { y, height } = band(axes, count, row);
    const inset = height > 14 ? height * 0.16 : height > 5 ? 1 : 0;
    const end = value > 0 ? Math.max(axes.left + 2, Math.min(axes.left + axes.width, this.x(value))) : axes.left + 14;
    ctx.globalAlpha = alpha;
    if (value === value) {
      ctx.fillStyle = value > 0 ? color : hatching(ctx, ink.ink3);
      ctx.fillRect(axes.left, y + inset, (end - axes.left) * share, height - 2 * inset);
    }
    const font = `${bold ? "600 " : ""}${this.font}`;
    const box = [axes.left, this.size[0]];
    if (text && height >= this.em - 2) label(ctx, text, axes.left + (end - axes.left) * share + 6, y + height / 2, { color: ink.ink, ink, font, box });
    ctx.globalAlpha = 1;
  }

  rowAt(event) {
    if (!this.ready) return null;
    const { top, height } = this.axes();
    const row = Math.floor(((this.local(event)[1] - top) / height) * this.spec.rows.length);
    return row >= 0 && row < this.spec.rows.length ? row : null;
  }
}

export class Bars extends RowPlot {
  /** Bars of one of several runs bear its colour in their title. */
  update(spec) {
    this.el.querySelector("h2").style.color = this.player.runs[spec.of]?.color ?? "";
    return super.update(spec);
  }

  valueAt(row, step) {
    const { values } = this.spec;
    const count = values.shape[1];
    return values[row * count + this.frameAt(step, count)];
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { rows, range, tint } = this.spec;
    const { player } = this;
    const paint = scale(player.tree.templates[player.scheme]);
    const own = player.runs[player.tree.open ?? 0]?.color ?? player.ink.ink2;
    rows.forEach((_, row) => {
      const value = this.valueAt(row, step);
      const color = tint && value > 0 ? css(paint(unit(value, range))) : own;
      this.drawBar(row, rows.length, value, { color, text: value === 0 ? "0, underflow" : value === value ? reading(value, this.spec.values, 2) : "" });
    });
    this.say(step);
  }

  read(event) {
    const row = this.rowAt(event);
    if (row === null) return null;
    const value = this.valueAt(row, this.player.clock.step);
    return [this.spec.rows[row], `${this.spec.unit ?? ""} ${value === 0 ? "0, underflow" : reading(value, this.spec.values)}`.trim()];
  }
}
