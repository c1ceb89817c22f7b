// Every unit of every layer: filled by the share of inputs it is on for, a cross once it is dead for good.

import { channels, mix } from "./colors.js";
import { label } from "./marks.js";
import { Panel } from "./panel.js";
import { band, rowMargin } from "./rows.js";
import { shareOf } from "./words.js";

const DOTS = 5.4; // pixels a unit needs to be a dot; with less, a row is a strip of cells

export class Units extends Panel {
  /** Where rows and units lie; `slots` rows are reserved, so that layers stand beside their row of the heat map. */
  geometry() {
    const { rows, share, slots } = this.spec;
    const { t, b } = rowMargin(this.player);
    const [width, height] = this.size;
    const words = 4.4 * this.em;
    const left = this.spec.named || this.player.phone ? 5 * this.em : 0; // elsewhere the heat map beside names the rows
    const count = share.shape[2];
    const step = Math.min((width - words - left) / count, this.em);
    return { top: t, height: height - t - b, slots: Math.max(slots ?? 0, rows.length), count, step, left };
  }

  /** A row's units in the order they are drawn, always on first and dead last: a number a unit, see `unitOf`. */
  sorted(row, frame, step) {
    const { share, died, widths } = this.spec;
    const [, rows, count] = share.shape;
    const keys = new Uint32Array(widths?.[row] ?? count);
    for (let unit = 0; unit < keys.length; unit++) {
      const at = died[row * count + unit];
      const alive = at < 0 || at > step;
      keys[unit] = (alive ? 255 - share[(frame * rows + row) * count + unit] : 256) * 65536 + unit;
    }
    return keys.sort();
  }

  /** What the picture depends on: the frame, and how many have died by now. */
  stateAt(step) {
    const { died } = this.spec;
    let gone = 0;
    for (const at of died) if (at >= 0 && at <= step) gone += 1;
    return { frame: this.frameAt(step), gone };
  }

  table(step) {
    const { frame, gone } = this.stateAt(step);
    return this.once("table", `${frame}|${gone}`, () => this.spec.rows.map((_, row) => this.sorted(row, frame, step)));
  }

  draw(step) {
    this.begin();
    const { frame, gone } = this.stateAt(step);
    this.put(this.layer("units", (ctx) => this.paint(ctx, step), `${frame}|${gone}`));
    this.say(step);
  }

  paint(ctx, step) {
    const geometry = this.geometry();
    const ink = this.player.ink;
    const table = this.table(step);
    if (!dotted(geometry)) this.drawStrips(ctx, table, geometry);
    table.forEach((keys, row) => this.drawRow(ctx, keys, row, geometry));
    const y = geometry.top + geometry.height + this.em / 2 + 6;
    const box = [geometry.left, geometry.left + geometry.step * geometry.count];
    label(ctx, "always on", box[0], y, { color: ink.ink2, ink, font: this.font });
    if (box[1] - box[0] > 10 * this.em) label(ctx, "seldom on", box[1], y, { color: ink.ink2, ink, font: this.font, align: "right" });
    if (geometry.height / geometry.slots >= this.em) return;
    const { gone } = this.stateAt(step);
    label(ctx, `${gone} dead`, this.size[0], y, { color: gone ? ink.warning : ink.ink3, ink, font: this.font, align: "right" });
  }

  drawRow(ctx, keys, row, geometry) {
    const ink = this.player.ink;
    const { y, height, each } = band(geometry, geometry.slots, row);
    const middle = y + height / 2;
    const radius = Math.min(geometry.step * 0.42, height * 0.45);
    if (dotted(geometry)) keys.forEach((key, i) => this.drawDot(ctx, unitOf(key), geometry.left + (i + 0.5) * geometry.step, middle, radius));
    if (each < this.em) return;
    const dead = keys.filter((key) => unitOf(key).dead).length;
    const color = dead ? ink.warning : ink.ink3;
    label(ctx, dead ? `${dead} dead` : "none", this.size[0], middle, { color, ink, font: this.font, align: "right" });
    if (geometry.left) label(ctx, this.spec.rows[row], 0, middle, { color: ink.ink2, ink, font: this.font });
  }

  /** Units too narrow for dots: a pixel each, stretched, with hairlines between the layers. */
  drawStrips(ctx, table, geometry) {
    const { ink } = this.player;
    const [paper, pen, gone] = [ink.background, ink.ink, ink.warning].map(channels);
    const colors = Array.from({ length: 257 }, (_, place) => (place === 256 ? gone : mix(pen, paper, (0.9 * place) / 255)));
    const image = new ImageData(geometry.count, table.length);
    table.forEach((keys, row) => {
      for (let i = 0; i < keys.length; i++) {
        const [r, g, b] = colors[keys[i] >>> 16];
        const at = 4 * (row * geometry.count + i);
        [image.data[at], image.data[at + 1], image.data[at + 2], image.data[at + 3]] = [r, g, b, 255];
      }
    });
    const strips = new OffscreenCanvas(geometry.count, table.length);
    strips.getContext("2d").putImageData(image, 0, 0);
    const width = geometry.count * geometry.step;
    const each = geometry.height / geometry.slots;
    ctx.imageSmoothingEnabled = false;
    ctx.drawImage(strips, geometry.left, geometry.top, width, each * table.length);
    ctx.fillStyle = ink.background;
    const gap = Math.max(0.5, 0.2 * each);
    for (let row = 1; row <= table.length; row++) ctx.fillRect(geometry.left, geometry.top + row * each - gap, width, gap);
  }

  drawDot(ctx, { on, dead }, x, y, radius) {
    const ink = this.player.ink;
    ctx.beginPath();
    if (dead) {
      const r = radius * 0.85;
      ctx.moveTo(x - r, y - r);
      ctx.lineTo(x + r, y + r);
      ctx.moveTo(x - r, y + r);
      ctx.lineTo(x + r, y - r);
      ctx.lineWidth = 1.7;
      ctx.strokeStyle = ink.warning;
    } else {
      ctx.arc(x, y, radius, 0, 2 * Math.PI);
      ctx.globalAlpha = on / 255;
      ctx.fillStyle = ink.ink;
      ctx.fill();
      ctx.globalAlpha = 1;
      ctx.lineWidth = 0.9;
      ctx.strokeStyle = ink.ink3;
    }
    ctx.stroke();
  }

  read(event) {
    const geometry = this.geometry();
    const [px, py] = this.local(event);
    const row = Math.floor(((py - geometry.top) / geometry.height) * geometry.slots);
    const key = this.table(this.player.clock.step)[row]?.[Math.floor((px - geometry.left) / geometry.step)];
    if (key === undefined) return null;
    const unit = unitOf(key);
    const state = unit.dead ? `died at step ${this.spec.died[row * geometry.count + unit.unit]}` : `on for ${shareOf(unit.on)} of training inputs`;
    return [`${this.spec.rows[row]}, unit ${unit.unit + 1}`, state];
  }
}

function unitOf(key) {
  const place = key >>> 16;
  return { unit: key & 65535, on: Math.max(0, 255 - place), dead: place === 256 };
}

function dotted({ step, height, slots }) {
  return step >= DOTS && height / slots >= DOTS;
}
