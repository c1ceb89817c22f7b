// The decision boundary: what the network answers at every place, under the points that it learns from.

import { classColors, css, mix } from "./colors.js";
import { zeroLines } from "./contour.js";
import { Plot } from "./plot.js";

/** A plot of examples that can be chosen with a click. */
export class ExamplePlot extends Plot {
  attach() {
    if (this.attached) return;
    super.attach();
    this.frame.addEventListener("click", (event) => {
      const index = this.ready ? this.nearest(event, 24) : null;
      if (index !== null) this.player.act({ kind: "example", index });
    });
  }

  adapt(layout, same) {
    super.adapt(layout, same);
    layout.xaxis.fixedrange = layout.yaxis.fixedrange = true;
  }

  nearest(event, reach) {
    const { points } = this.spec;
    const [px, py] = this.local(event);
    let best = [reach, null];
    for (let i = 0; i < points.length / 2; i++) {
      const d = Math.hypot(this.x(points[2 * i]) - px, this.y(points[2 * i + 1]) - py);
      if (d < best[0]) best = [d, i];
    }
    return best[1];
  }

  /** Filled for training, hollow for unseen; a thin edge of background keeps neighbours apart. */
  drawPoints(ctx, colorOf) {
    const { points, train } = this.spec;
    const radius = this.player.projector ? 4.2 : points.length > 1200 ? 2.2 : 2.9;
    for (let i = 0; i < points.length / 2; i++) {
      ctx.beginPath();
      ctx.arc(this.x(points[2 * i]), this.y(points[2 * i + 1]), train[i] ? radius : radius - 0.3, 0, 2 * Math.PI);
      ctx.lineWidth = train[i] ? 1 : 1.1;
      ctx.strokeStyle = train[i] ? this.player.ink.background : colorOf(i);
      ctx.fillStyle = colorOf(i);
      if (train[i]) ctx.fill();
      ctx.stroke();
    }
  }

  drawChosen() {
    const { points, chosen } = this.spec;
    if (chosen == null || 2 * chosen >= points.length) return;
    const { ctx } = this;
    for (const [style, width] of [[this.player.ink.background, 4.5], [this.player.ink.accent, 2.2]]) {
      ctx.beginPath();
      ctx.arc(this.x(points[2 * chosen]), this.y(points[2 * chosen + 1]), this.player.projector ? 10 : 7.5, 0, 2 * Math.PI);
      ctx.setLineDash([]);
      ctx.lineWidth = width;
      ctx.strokeStyle = style;
      ctx.stroke();
    }
  }

  clip({ left, top, width, height }) {
    this.ctx.save();
    this.ctx.beginPath();
    this.ctx.rect(left, top, width, height);
    this.ctx.clip();
  }
}

export class Field extends ExamplePlot {
  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { ctx } = this;
    const axes = this.axes();
    const { left, top, width, height } = axes;
    const frame = this.frameAt(step);
    const { image, lines } = this.once("field", `${frame}|${this.player.scheme}`, () => this.frameOf(frame));
    this.clip(axes);
    ctx.imageSmoothingEnabled = true;
    ctx.imageSmoothingQuality = "high";
    // Grid points lie on the edges of the box, the pixels of an image half a pixel inside.
    const [gx, gy] = [image.width, image.height];
    ctx.drawImage(image, 0.5, 0.5, gx - 1, gy - 1, left, top, width, height);
    this.drawLines(lines, axes, gx, gy);
    this.put(this.layer("points", (layer) => this.drawPoints(layer, this.colorOf())));
    this.drawChosen();
    ctx.restore();
    this.say(step);
  }

  colorOf() {
    const colors = classColors(this.player).full.map(css);
    return (i) => colors[this.spec.classes[i] % colors.length];
  }

  /** The picture of one frame, row 0 at the bottom, and the lines between the classes. */
  frameOf(frame) {
    const [, shares, gy, gx] = this.spec.probs.shape;
    const size = gx * gy;
    const probs = this.spec.probs.subarray(frame * shares * size, (frame + 1) * shares * size);
    const { muted } = classColors(this.player);
    const image = new ImageData(gx, gy);
    for (let i = 0; i < size; i++) {
      const to = 4 * ((gy - 1 - Math.floor(i / gx)) * gx + (i % gx));
      if (shares === 1) image.data.set(mix(muted[0], muted[1], probs[i] / 255), to);
      else blend(image.data, to, probs, i, size, muted);
      image.data[to + 3] = 255;
    }
    const canvas = new OffscreenCanvas(gx, gy);
    canvas.getContext("2d").putImageData(image, 0, 0);
    return { image: canvas, lines: boundaries(probs, shares, gx, gy) };
  }

  drawLines(lines, { left, top, width, height }, gx, gy) {
    const { ctx } = this;
    const [sx, sy] = [width / (gx - 1), height / (gy - 1)];
    const path = new Path2D();
    for (const [x0, y0, x1, y1] of lines) {
      path.moveTo(left + x0 * sx, top + height - y0 * sy);
      path.lineTo(left + x1 * sx, top + height - y1 * sy);
    }
    ctx.setLineDash([]);
    ctx.lineCap = "round";
    for (const [style, wide] of [[this.player.ink.background, 4], [this.player.ink.ink, this.player.projector ? 2.6 : 1.8]]) {
      ctx.lineWidth = wide;
      ctx.strokeStyle = style;
      ctx.globalAlpha = style === this.player.ink.background ? 0.55 : 1;
      ctx.stroke(path);
    }
    ctx.globalAlpha = 1;
  }

  read(event) {
    const index = this.ready ? this.nearest(event, 9) : null;
    if (index === null) return null;
    const { classes, class_names: names, train } = this.spec;
    const about = train[index] ? "training" : "unseen";
    return [`${names?.[classes[index]] ?? `class ${classes[index]}`}, ${about}`, "click to follow this example"];
  }
}

/** Writes the colours of the classes in proportion to their probability. */
function blend(data, to, probs, i, size, colors) {
  let [red, green, blue, sum] = [0, 0, 0, 0];
  for (let k = 0, at = i; at < probs.length; k++, at += size) {
    const p = probs[at];
    if (!p) continue;
    const color = colors[k % colors.length];
    sum += p;
    red += p * color[0];
    green += p * color[1];
    blue += p * color[2];
  }
  data[to] = red / sum;
  data[to + 1] = green / sum;
  data[to + 2] = blue / sum;
}

/** Lines on which the most probable class changes: where a class's lead over the best of the others is zero. */
function boundaries(probs, shares, gx, gy) {
  const size = gx * gy;
  if (shares === 1) return zeroLines(Float32Array.from(probs, (p) => p - 127.5), gx, gy);
  const best = new Float32Array(size).fill(-1);
  const second = new Float32Array(size).fill(-1);
  for (let k = 0; k < shares; k++) {
    for (let i = 0; i < size; i++) {
      const p = probs[k * size + i] - 0.01 * k; // rounding makes ties
      if (p > best[i]) [second[i], best[i]] = [best[i], p];
      else if (p > second[i]) second[i] = p;
    }
  }
  const out = [];
  const lead = new Float32Array(size);
  for (let k = 0; k < shares; k++) {
    for (let i = 0; i < size; i++) {
      const p = probs[k * size + i] - 0.01 * k;
      lead[i] = p - (Math.fround(p) === best[i] ? second[i] : best[i]);
    }
    out.push(...zeroLines(lead, gx, gy));
  }
  return out;
}
