// Activation functions side by side: each with its slope, read at one z that can be dragged in any of them.

import { label, strokeRun } from "./marks.js";
import { Panel } from "./panel.js";
import { hatching } from "./rows.js";
import { figure, minus } from "./words.js";

const GAP = 22;
const ROW_GAP = 12;
const WIDEST = 340; // beyond it a curve is so flat that its slope is not seen
const AXIS = 24; // pixels left of a plot, for the numbers of its height
const Y_RANGE = [-2, 3];

export class Functions extends Panel {
  constructor(player, spec) {
    super(player, spec);
    this.frame.addEventListener("pointerdown", (event) => this.grab(event));
    this.frame.addEventListener("pointermove", (event) => this.held && this.drag(event));
    this.frame.addEventListener("pointerup", () => this.release());
    this.frame.addEventListener("pointercancel", () => this.forget());
  }

  /** A late answer must not pull the line from under the finger. */
  update(spec) {
    if (spec !== this.shown && !this.held) this.z = spec.at;
    this.shown = spec;
    super.update(spec);
    this.el.style.setProperty("--ll-rows", Math.ceil(this.items().length / this.columns()));
  }

  grab(event) {
    this.held = this.cellAt(event);
    if (!this.held) return;
    this.frame.setPointerCapture(event.pointerId);
    this.drag(event);
  }

  drag(event) {
    const [low, high] = this.spec.range;
    const z = low + ((this.local(event)[0] - this.held.left) / this.held.width) * (high - low);
    this.z = Math.max(low, Math.min(high, Math.round(10 * z) / 10));
    this.player.invalidate();
  }

  release() {
    if (!this.held) return;
    this.held = null;
    if (this.z !== this.spec.at) this.player.act({ kind: "explore", z: this.z });
  }

  forget() {
    this.held = null;
    this.z = this.spec.at;
    this.player.invalidate();
  }

  items() {
    const { hidden, runs } = this.player;
    return this.spec.items.filter(({ run }) => runs[run] && !hidden.has(runs[run].key));
  }

  columns() {
    const least = 8.4 * this.em;
    return Math.max(1, Math.min(this.items().length, Math.floor((this.size[0] + GAP) / (least + GAP))));
  }

  /** The plots, one an item, as many as fit; more than one row where they would be too narrow. */
  cells() {
    const items = this.items();
    const { em, size } = this;
    const wanted = Math.ceil(items.length / this.columns());
    const rows = Math.max(1, Math.min(wanted, Math.floor(size[1] / (7.5 * em))));
    const columns = rows < wanted ? this.columns() : Math.ceil(items.length / rows);
    const wide = Math.min(WIDEST, (size[0] - GAP * (columns - 1)) / columns);
    const high = (size[1] + ROW_GAP) / rows;
    return items.slice(0, rows * columns).map((item, i) => {
      const [x, y] = [(i % columns) * (wide + GAP), Math.floor(i / columns) * high];
      return { item, x, wide, left: x + AXIS, top: y + em + 10, width: wide - AXIS - 2, height: high - ROW_GAP - 2 * em - 18 };
    });
  }

  cellAt(event) {
    const [px, py] = this.local(event);
    return this.cells().find(({ left, top, width, height }) => px >= left - 4 && px <= left + width + 4 && py >= top && py <= top + height);
  }

  draw(step) {
    this.begin();
    const cells = this.cells();
    this.put(this.layer("still", (ctx) => cells.forEach((cell) => this.paint(ctx, cell)), [...this.player.hidden].join()));
    const words = this.wording(cells);
    for (const cell of cells) this.drawNow(cell, words);
    const left = this.items().length - cells.length;
    this.say(step, left ? `${left} more do not fit here` : "");
  }

  colorOf({ run }) {
    return this.player.runs[run].color;
  }

  /** Maps from z and from a height to pixels. */
  scales({ left, top, width, height }) {
    const [low, high] = this.spec.range;
    const [bottom, peak] = this.spec.y_range ?? Y_RANGE;
    return {
      x: (z) => left + ((z - low) / (high - low)) * width,
      y: (at) => top + ((peak - at) / (peak - bottom)) * height,
    };
  }

  clip(ctx, { left, top, width, height }) {
    ctx.save();
    ctx.beginPath();
    ctx.rect(left - 1, top, width + 2, height + 1);
    ctx.clip();
  }

  paint(ctx, cell) {
    const { item } = cell;
    const { ink, projector } = this.player;
    const { x, y } = this.scales(cell);
    this.paintAxes(ctx, cell);
    this.clip(ctx, cell);
    this.paintDead(ctx, cell);
    const [low, high] = this.spec.range;
    const curve = (values) => {
      const each = (high - low) / (values.length - 1);
      return Float32Array.from({ length: 2 * values.length }, (_, i) => (i % 2 ? y(values[i >> 1]) : x(low + (i >> 1) * each)));
    };
    const color = this.colorOf(item);
    const last = item.values.length - 1;
    const look = { halo: 0, ink, within: cell };
    strokeRun(ctx, { color, dash: [4, 3] }, curve(item.slopes), 0, last, { ...look, width: projector ? 2 : 1.4 });
    strokeRun(ctx, { color, dash: [] }, curve(item.values), 0, last, { ...look, width: projector ? 2.8 : 2 });
    ctx.restore();
    ctx.font = `600 ${this.font}`;
    ctx.fillStyle = color;
    ctx.textBaseline = "middle";
    ctx.fillText(item.label, cell.x, cell.top - this.em / 2 - 8, cell.wide - 3 * this.em);
  }

  paintAxes(ctx, cell) {
    const ink = this.player.ink;
    const { x, y } = this.scales(cell);
    const [low, high] = this.spec.range;
    const { left, top, width, height } = cell;
    const words = { color: ink.ink2, ink, font: this.font };
    for (const at of [-2, 0, 2]) {
      ctx.fillStyle = at ? ink.hairline : ink.ink3;
      ctx.fillRect(left, Math.round(y(at)), width, 1);
      label(ctx, minus(String(at)), left - 7, y(at), { ...words, align: "right" });
    }
    const foot = top + height + this.em / 2 + 5;
    for (const at of [low, 0, high]) label(ctx, minus(String(at)), x(at), foot, { ...words, align: "center", box: [left - 8, left + width + 4] });
    label(ctx, "z", x(0.55 * high), foot, { ...words, align: "center", font: this.letter });
  }

  /** Where the slope is exactly zero nothing comes back through the unit. */
  paintDead(ctx, cell) {
    const ink = this.player.ink;
    const { x } = this.scales(cell);
    for (const [low, high] of cell.item.dead ?? []) {
      const [from, to] = [x(low), x(high)];
      ctx.globalAlpha = 0.55;
      ctx.fillStyle = hatching(ctx, ink.ink3);
      ctx.fillRect(from, cell.top, to - from, cell.height);
      ctx.globalAlpha = 1;
      ctx.font = this.font;
      if (ctx.measureText("no slope").width + 8 > to - from) continue;
      label(ctx, "no slope", (from + to) / 2, cell.top + this.em, { color: ink.ink2, ink, font: this.font, align: "center" });
    }
  }

  /** Value and slope at z: those that were sent, else between the samples. */
  at({ value, slope, values, slopes }, z) {
    if (z === this.spec.at) return { value, slope };
    const [low, high] = this.spec.range;
    const place = ((z - low) / (high - low)) * (values.length - 1);
    const i = Math.min(values.length - 2, Math.floor(place));
    const between = (samples) => samples[i] + (place - i) * (samples[i + 1] - samples[i]);
    return { value: between(values), slope: between(slopes) };
  }

  drawNow(cell, words) {
    const { ctx } = this;
    const { ink, projector } = this.player;
    const { x, y } = this.scales(cell);
    const { value, slope } = this.at(cell.item, this.z);
    const color = this.colorOf(cell.item);
    this.clip(ctx, cell);
    ctx.fillStyle = ink.accent;
    ctx.fillRect(x(this.z) - 0.75, cell.top, 1.5, cell.height);
    const radius = projector ? 5.5 : 4.2;
    dot(ctx, x(this.z), y(slope), radius + 0.4, { fill: ink.background, stroke: color, width: 1.8, ink });
    dot(ctx, x(this.z), y(value), radius, { fill: color, stroke: ink.background, width: 1, ink });
    ctx.restore();
    this.drawSlope(cell, words, slope);
  }

  /** What stands before the slopes: the same in every plot, as long as all have room for it. */
  wording(cells) {
    const { ctx } = this;
    ctx.font = `600 ${this.font}`;
    const rooms = cells.map(({ item, wide }) => wide - ctx.measureText(`${item.label}−0.0000`).width - 10);
    ctx.font = this.font;
    const fits = (text) => ctx.measureText(text).width <= Math.min(...rooms);
    // the widest z decides, so that the words do not change while it is dragged
    if (fits("slope at −0.00 = ")) return `slope at ${figure(this.z)} = `;
    return fits("slope ") ? "slope " : "";
  }

  drawSlope(cell, words, slope) {
    const { ctx, em } = this;
    const ink = this.player.ink;
    const [right, y] = [cell.x + cell.wide, cell.top - em / 2 - 8];
    const figures = figure(slope, 2);
    ctx.textBaseline = "middle";
    ctx.textAlign = "right";
    ctx.font = `600 ${this.font}`;
    ctx.fillStyle = ink.ink;
    ctx.fillText(figures, right, y);
    const left = right - ctx.measureText(figures).width;
    ctx.font = this.font;
    ctx.fillStyle = ink.ink2;
    ctx.fillText(words, left, y);
    ctx.textAlign = "left";
  }

  read(event) {
    const cell = this.held ? null : this.cellAt(event);
    if (!cell) return null;
    const { value, slope } = this.at(cell.item, this.z);
    return [cell.item.label, `at z ${figure(this.z)}: value ${figure(value)}, slope ${figure(slope)}`, "drag to try another z"];
  }
}

function dot(ctx, x, y, radius, { fill, stroke, width, ink }) {
  ctx.setLineDash([]);
  ctx.beginPath();
  ctx.arc(x, y, radius, 0, 2 * Math.PI);
  ctx.lineWidth = width + 2;
  ctx.strokeStyle = ink.background;
  ctx.stroke();
  ctx.fillStyle = fill;
  ctx.fill();
  ctx.lineWidth = width;
  ctx.strokeStyle = stroke;
  ctx.stroke();
}
