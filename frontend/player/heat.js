// Layers by steps as a picture: the past in full, the future dim once it is known, one column a step.

import { colorscale, scale, unit } from "./colors.js";
import { label } from "./marks.js";
import { band, fitRows, hatching } from "./rows.js";
import { StepPlot } from "./steps.js";
import { rowAt } from "./stops.js";
import { reading } from "./words.js";

export class Heat extends StepPlot {
  adapt(layout, same) {
    super.adapt(layout, same);
    fitRows(layout, this);
  }

  /** The figure's only trace is its colour bar: it takes the landscape's colours. */
  dress(trace) {
    const { templates } = this.player.tree;
    const colorbar = { ...trace.colorbar, tickfont: { size: this.em } };
    return { ...trace, colorscale: colorscale(templates[this.player.scheme]), colorbar };
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { ctx } = this;
    const axes = this.axes();
    const { left, top, width, height } = axes;
    const cells = this.layer("cells", (layer) => this.paint(layer, axes));
    const past = Math.max(0, Math.min(width, this.x(step) - left));
    this.put(cells, { left, top, width: past, height });
    ctx.globalAlpha = 0.5;
    if (this.player.knows) this.put(cells, { left: left + past, top, width: width - past, height });
    ctx.globalAlpha = 1;
    this.drawPlayhead(step, axes, 4);
    ctx.font = this.font;
    ctx.fillStyle = this.player.ink.ink2;
    ctx.textBaseline = "middle";
    ctx.fillText(this.spec.unit ?? "", left + width + 14, top - this.em / 2 - 5, this.size[0] - left - width - 14);
    this.say(step);
  }

  paint(ctx, axes) {
    const { values, rows } = this.spec;
    const { ratio, player } = this;
    const count = values.shape[1];
    const color = scale(player.tree.templates[player.scheme]);
    const wide = Math.max(1, Math.round(axes.width * ratio));
    const image = new ImageData(wide, rows.length);
    const stepOf = (px) => (px / ratio - axes.x._b) / axes.x._m;
    const columns = Array.from({ length: wide }, (_, px) => this.columnsOf(stepOf(px), stepOf(px + 1)));
    const empty = [];
    for (let r = 0; r < rows.length; r++) {
      for (let px = 0; px < wide; px++) {
        const mean = meanOf(values.subarray(r * count, (r + 1) * count), ...columns[px]);
        if (mean === 0) empty.push([r, px]);
        if (mean > 0) image.data.set([...color(unit(mean, this.spec.range)), 255], 4 * (r * wide + px));
      }
    }
    const strip = new OffscreenCanvas(wide, rows.length);
    strip.getContext("2d").putImageData(image, 0, 0);
    ctx.imageSmoothingEnabled = false;
    rows.forEach((_, r) => {
      const { y, height } = band(axes, rows.length, r);
      ctx.drawImage(strip, 0, r, wide, 1, axes.left, y, axes.width, height);
    });
    this.hatch(ctx, axes, runsOf(empty));
  }

  /** The first and the last column under a pixel that shows the steps from `step` to before `next`. */
  columnsOf(step, next) {
    const first = this.frameAt(step);
    return [first, Math.max(first, rowAt(this.spec.steps, Math.ceil(next) - 1))];
  }

  /** Where a gradient is too small for a number of 32 bits the picture says so, and is not left blank. */
  hatch(ctx, axes, runs) {
    const ink = this.player.ink;
    ctx.fillStyle = hatching(ctx, ink.ink3);
    for (const [r, first, last] of runs) {
      const { y, height } = band(axes, this.spec.rows.length, r);
      const [x, width] = [axes.left + first / this.ratio, (last - first + 1) / this.ratio];
      ctx.fillRect(x, y, width, height);
      if (width < 90 || height < 12) continue;
      label(ctx, "underflow", x + width / 2, y + height / 2, { color: ink.ink2, ink, font: this.font, align: "center" });
    }
  }

  read(event) {
    const step = this.stepAt(event);
    if (step === null) return null;
    const { top, height } = this.axes();
    const { rows, steps, values } = this.spec;
    const r = Math.floor(((this.local(event)[1] - top) / height) * rows.length);
    if (r < 0 || r >= rows.length) return null;
    const count = values.shape[1];
    const column = this.frameAt(step);
    const at = values[r * count + column];
    return [`step ${steps[column]}, ${rows[r]}: ${at === 0 ? "0, underflow" : reading(at, values)}`];
  }
}

/** The geometric mean of some columns; 0 where all of them underflow, NaN where none is known. */
function meanOf(row, first, last) {
  let [sum, seen, zero] = [0, 0, false];
  for (let c = first; c <= last; c++) {
    if (row[c] === 0) zero = true;
    else if (row[c] > 0) [sum, seen] = [sum + Math.log(row[c]), seen + 1];
  }
  return seen ? Math.exp(sum / seen) : zero ? 0 : NaN;
}

/** Neighbouring pixels of a row joined: [row, first, last]. */
function runsOf(pixels) {
  const out = [];
  for (const [r, px] of pixels) {
    const last = out[out.length - 1];
    if (last && last[0] === r && last[2] === px - 1) last[2] = px;
    else out.push([r, px, px]);
  }
  return out;
}
