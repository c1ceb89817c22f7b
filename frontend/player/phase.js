// A map of one number over two settings: filled bands, the line where it is one, and the runs where they stand on it.

import { css } from "./colors.js";
import { bilinear } from "./grid.js";
import { label, marker, strokeRun } from "./marks.js";
import { Places } from "./places.js";
import { Plot, value } from "./plot.js";
import { hatching } from "./rows.js";
import { figure } from "./words.js";

const FINEST = 480; // pixels a side of the picture: its bands are smooth, and it is drawn in some milliseconds

export class Phase extends Plot {
  adapt(layout, same) {
    super.adapt(layout, same);
    layout.xaxis.fixedrange = layout.yaxis.fixedrange = true;
    if (this.spec.ticks) layout.margin.b += this.em + 30;
  }

  update(spec) {
    this.frame.classList.toggle("ll-movable", Boolean(spec.movable));
    return super.update(spec);
  }

  attach() {
    if (this.attached) return;
    super.attach();
    this.frame.addEventListener("click", (event) => {
      const at = this.spec.movable && this.placeAt(event);
      if (at) this.player.act({ kind: "place", x: at[0], y: at[1] });
    });
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const axes = this.axes();
    this.put(this.layer("map", (ctx) => this.paint(ctx, axes)));
    const places = new Places(axes);
    const dots = this.dots();
    for (const { px, py } of dots) places.take(px, py, 16, 16);
    this.drawNames(places, axes);
    for (const dot of dots) this.drawDot(dot, places);
    for (const word of this.spec.words ?? []) this.drawWord(word, places);
    this.say(step);
  }

  paint(ctx, axes) {
    const { left, top, width, height } = axes;
    const { ink, projector } = this.player;
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    ctx.fillStyle = hatching(ctx, ink.ink3);
    ctx.fillRect(left, top, width, height);
    ctx.imageSmoothingQuality = "high";
    ctx.drawImage(this.filled(axes), left, top, width, height);
    const stroke = (points, color, dash, width, halo) =>
      strokeRun(ctx, { color, dash }, this.pixelsOf(points), 0, points.length / 2 - 1, { width, halo, ink, within: axes });
    for (const { points, dash } of this.spec.lines ?? []) stroke(points, ink.ink2, dash ? [5, 4] : [], 1.4, 1);
    if (this.spec.edge) stroke(this.spec.edge, ink.ink, [], projector ? 3.3 : 2.2, 1.2);
    ctx.restore();
    if (this.spec.ticks) this.drawKey(ctx, axes);
  }

  /** The grid as a picture, one colour a band; where nothing is known it is clear, and the hatching shows. */
  filled({ width, height }) {
    const { values, box, bands, colors } = this.spec;
    const [[x0, x1], [y0, y1]] = box;
    const [wide, high] = [width, height].map((side) => Math.max(2, Math.min(FINEST, Math.round(side * this.ratio))));
    const palette = colors[this.player.scheme];
    const image = new ImageData(wide, high);
    for (let j = 0, to = 0; j < high; j++) {
      const y = y1 - ((j + 0.5) / high) * (y1 - y0);
      for (let i = 0; i < wide; i++, to += 4) {
        const at = bilinear(values, box, x0 + ((i + 0.5) / wide) * (x1 - x0), y);
        if (at !== at) continue;
        const [r, g, b] = palette[bandOf(bands, at)];
        [image.data[to], image.data[to + 1], image.data[to + 2], image.data[to + 3]] = [r, g, b, 255];
      }
    }
    const canvas = new OffscreenCanvas(wide, high);
    canvas.getContext("2d").putImageData(image, 0, 0);
    return canvas;
  }

  pixelsOf(points) {
    return Float32Array.from(points, (at, i) => (i % 2 ? this.y(at) : this.x(at)));
  }

  /** The colours by their numbers, at the foot of the panel; the open ends are as wide as their neighbours. */
  drawKey(ctx, { left, width }) {
    const { bands, colors, ticks } = this.spec;
    const { em, size } = this;
    const ink = this.player.ink;
    const last = bands.length - 1;
    const ends = [2 * bands[0] - bands[1], ...bands, 2 * bands[last] - bands[last - 1]];
    const x = (at) => left + ((at - ends[0]) / (ends[last + 2] - ends[0])) * width;
    const top = size[1] - em - 18;
    colors[this.player.scheme].forEach((color, i) => {
      ctx.fillStyle = css(color);
      ctx.fillRect(x(ends[i]), top, x(ends[i + 1]) - x(ends[i]) + 0.5, 8);
    });
    let free = 0;
    for (const { at, text } of ticks) {
      ctx.font = this.font;
      const half = ctx.measureText(text).width / 2;
      if (x(at) < left || x(at) > left + width || x(at) - half < free) continue;
      free = x(at) + half + 6;
      ctx.fillStyle = ink.ink3;
      ctx.fillRect(x(at) - 0.5, top + 8, 1, 4);
      label(ctx, text, x(at), top + 14 + em / 2, { color: ink.ink2, ink, font: this.font, align: "center", box: [0, size[0]] });
    }
  }

  /** The lines' names, a little way along what is seen of them. */
  drawNames(places, axes) {
    const { lines = [], edge, edge_label: edgeLabel } = this.spec;
    if (edge && edgeLabel) this.nameLine(edge, edgeLabel, 0.6, places, axes);
    lines.forEach((line, i) => line.label && this.nameLine(line.points, line.label, i % 2 ? 0.3 : 0.8, places, axes));
  }

  /** A word of the map stands on its place, or beside it where a run is in the way. */
  drawWord({ x, y, text }, places) {
    const at = places.find(this.x(x), this.y(y), this.wide(text), this.em + 4, 0, [[0, 0]]);
    this.write(text, ...at);
  }

  nameLine(points, text, share, places, { left, top, width, height }) {
    const pixels = this.pixelsOf(points);
    const seen = [];
    for (let i = 0; i < pixels.length; i += 2) {
      const [x, y] = [pixels[i], pixels[i + 1]];
      if (x >= left && x <= left + width && y >= top + this.em && y <= top + height - this.em) seen.push([x, y]);
    }
    if (!seen.length) return;
    const [x, y] = seen[Math.floor(share * (seen.length - 1))];
    const reach = this.wide(text) / 2 + 10;
    const middle = x - 2 * reach < left ? x + reach : x - reach;
    places.take(middle, y, this.wide(text), this.em + 4);
    this.write(text, middle, y, this.font);
  }

  /** The width of a word in bold, with its halo. */
  wide(text) {
    this.ctx.font = `600 ${this.font}`;
    return this.ctx.measureText(text).width + 4;
  }

  write(text, x, y, font = `600 ${this.font}`) {
    const { ink } = this.player;
    label(this.ctx, text, x, y, { color: ink.ink, ink, font, align: "center" });
  }

  /** The visible runs that stand inside the map, the open one last, so that it lies on top. */
  dots() {
    const { player, spec } = this;
    const { left, top, width, height } = this.axes();
    return (spec.dots ?? [])
      .map((dot) => this.dragged(dot))
      .map((dot) => ({ ...dot, of: player.runs[dot.run], open: dot.run === player.tree.open, px: this.x(dot.x), py: this.y(dot.y) }))
      .filter(({ of, px, py }) => of && !player.hidden.has(of.key) && px >= left - 1 && px <= left + width + 1 && py >= top - 1 && py <= top + height + 1)
      .sort((a, b) => a.open - b.open);
  }

  /** A dot where its weight scale is being dragged to. */
  dragged(dot) {
    const { morphed, tree } = this.player;
    if (morphed?.run !== dot.run || !tree.drag?.fan?.weight) return dot;
    return { ...dot, x: tree.drag.stops[morphed.stop], label: tree.drag.name };
  }

  drawDot({ of, open, px, py, label: text }, places) {
    const { ctx } = this;
    const { ink, projector } = this.player;
    const radius = (projector ? 7 : 5) + (open ? 1 : 0);
    if (open) {
      for (const [style, width] of [[ink.background, 5], [ink.accent, 2]]) {
        ctx.beginPath();
        ctx.arc(px, py, radius + 5, 0, 2 * Math.PI);
        ctx.setLineDash([]);
        ctx.lineWidth = width;
        ctx.strokeStyle = style;
        ctx.stroke();
      }
    }
    marker(ctx, of, px, py, radius, ink);
    if (text) this.write(text, ...places.find(px, py, this.wide(text), this.em + 3, radius + (open ? 7 : 3)));
  }

  placeAt(event) {
    if (!this.ready) return null;
    const { x, y, left, top, width, height } = this.axes();
    const [px, py] = this.local(event);
    return px < left || px > left + width || py < top || py > top + height ? null : [value(x, px), value(y, py)];
  }

  read(event) {
    const at = this.placeAt(event);
    if (!at) return null;
    const { axis_names: names, box, movable, reads = "factor ×{} per layer", values } = this.spec;
    const power = bilinear(values, box, ...at);
    const says = Number.isNaN(power) ? "not known here" : reads.replace("{}", figure(10 ** power));
    const run = this.player.runs[this.player.tree.open ?? 0];
    const move = movable && run ? [`click to move ${run.label} here`] : [];
    return [names.map((name, i) => `${name} ${figure(at[i])}`).join(", "), says, ...move];
  }
}

function bandOf(bands, value) {
  let i = 0;
  while (i < bands.length && value >= bands[i]) i += 1;
  return i;
}
