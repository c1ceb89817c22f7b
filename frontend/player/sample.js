// One example followed through training: what the network answers, and the gradient that its answer sends back.

import { channels, classColors, css } from "./colors.js";
import { icon } from "./icons.js";
import { label } from "./marks.js";
import { Panel } from "./panel.js";
import { figure, minus } from "./words.js";

const MOST = 10; // classes that are shown

export class Sample extends Panel {
  constructor(player, spec) {
    super(player, spec);
    const box = Object.assign(document.createElement("div"), { className: "ll-around" });
    for (const [by, name, words] of [[-1, "back", "Previous example"], [1, "forward", "Next example"]]) {
      const button = Object.assign(document.createElement("button"), { type: "button", innerHTML: icon(name), title: words });
      button.setAttribute("aria-label", words);
      button.addEventListener("click", () => player.act({ kind: "example", by }));
      box.append(button);
    }
    this.el.querySelector(".ll-hint").after(box);
  }

  draw(step) {
    this.begin();
    const { probs, outputs } = this.spec;
    const top = this.drawHead();
    if (probs) this.drawClasses(this.frameAt(step), top);
    else if (outputs) this.drawTarget(outputs[this.frameAt(step)], top);
    this.say(step);
  }

  /** The example itself and what it is, in a line; returns the height below it. */
  drawHead() {
    const { image, point, caption, truth, class_names: names } = this.spec;
    const ink = this.player.ink;
    const side = image ? (this.player.projector ? 84 : 58) : 0;
    if (image) this.put(this.layer("image", (ctx) => this.paintImage(ctx, image, side)));
    const x = image ? side + 14 : 0;
    const lines = [caption, point && `x₁ ${figure(point[0])}, x₂ ${figure(point[1])}`].filter(Boolean);
    if (!caption && truth != null && names) lines.unshift(`it is ${names[truth]}`);
    lines.forEach((text, i) => label(this.ctx, text, x, 14 + i * (this.em + 6), { color: i ? ink.ink2 : ink.ink, ink, font: this.font }));
    return Math.max(side + 4, lines.length * (this.em + 6)) + 18;
  }

  paintImage(ctx, image, side) {
    const [count, wide] = image.shape;
    const [paper, pen] = [channels(this.player.ink.background), channels(this.player.ink.ink)];
    const cell = side / wide;
    ctx.translate(0, 6);
    for (let i = 0; i < count * wide; i++) {
      ctx.fillStyle = css(paper.map((from, c) => from + ((pen[c] - from) * image[i]) / 16));
      ctx.fillRect((i % wide) * cell, Math.floor(i / wide) * cell, cell + 0.3, cell + 0.3);
    }
    ctx.strokeStyle = this.player.ink.hairline;
    ctx.strokeRect(0.5, 0.5, side - 1, side - 1);
  }

  /** The classes shown: all, or the true one and the most probable. */
  shown(probs) {
    const { truth } = this.spec;
    const all = Array.from(probs, (_, k) => k);
    if (all.length <= MOST) return all;
    return all.sort((a, b) => (b === truth) - (a === truth) || probs[b] - probs[a]).slice(0, MOST);
  }

  drawClasses(frame, top) {
    const { probs } = this.spec;
    const [, count] = probs.shape;
    const now = probs.subarray(frame * count, (frame + 1) * count);
    const full = probs instanceof Uint8Array ? 255 : 1;
    const list = this.shown(now);
    const [width, height] = this.size;
    const foot = this.em + 22;
    const each = Math.min((height - top - foot - this.em - 8) / list.length, 56);
    const names = Math.min(0.26 * width, 7.5 * this.em);
    const gap = 3.4 * this.em;
    const bar = (width - names - 2 * gap) / 2;
    const areas = { y: top + this.em + 8, each, list, left: names, bar, right: names + bar + gap };
    this.drawHeads(areas);
    const { gradient } = this.spec;
    list.forEach((k, row) => this.drawClass(k, now[k] / full, gradient[frame * count + k], row, areas));
    this.drawScales(areas);
  }

  drawHeads({ y, left, right }) {
    const ink = this.player.ink;
    const at = y - this.em / 2 - 4;
    label(this.ctx, "softmax, p", left, at, { color: ink.ink2, ink, font: this.font });
    label(this.ctx, this.spec.pull, right, at, { color: ink.ink2, ink, font: this.font });
  }

  drawClass(k, p, gradient, row, { y, each, left, bar, right }) {
    const { ctx } = this;
    const { truth, class_names: names } = this.spec;
    const ink = this.player.ink;
    const middle = y + (row + 0.5) * each;
    const thick = Math.min(0.62 * each, 24);
    const bold = `600 ${this.font}`;
    const colors = classColors(this.player).full;
    label(ctx, String(names?.[k] ?? k), left - 8, middle, { color: ink.ink, ink, font: k === truth ? bold : this.font, align: "right" });
    ctx.fillStyle = css(colors[k % colors.length]);
    ctx.fillRect(left, middle - thick / 2, Math.max(1, p * bar), thick);
    label(ctx, p.toFixed(2), left + p * bar + 5, middle, { color: ink.ink, ink, font: bold });
    const zero = right + bar / 2;
    const end = zero + (gradient * bar) / 2;
    ctx.fillStyle = gradient < 0 ? ink.accent : ink.ink3;
    ctx.fillRect(Math.min(zero, end), middle - thick / 2, Math.max(1, Math.abs(end - zero)), thick);
    const words = signed(gradient);
    if (gradient < 0) label(ctx, words, zero + 6, middle, { color: ink.ink, ink, font: bold });
    else label(ctx, words, end + 5, middle, { color: ink.ink, ink, font: bold, box: [0, this.size[0]] });
  }

  /** Both axes are fixed: probabilities from 0 to 1, the gradient from −1 to 1. */
  drawScales({ y, each, list, left, bar, right }) {
    const { ctx } = this;
    const ink = this.player.ink;
    const floor = y + list.length * each + 2;
    const tick = (text, x) => label(ctx, text, x, floor + this.em / 2 + 5, { color: ink.ink2, ink, font: this.font, align: "center" });
    ctx.strokeStyle = ink.ink3;
    ctx.lineWidth = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    for (const from of [left, right]) {
      ctx.moveTo(from, floor + 0.5);
      ctx.lineTo(from + bar, floor + 0.5);
    }
    ctx.moveTo(right + bar / 2, y);
    ctx.lineTo(right + bar / 2, floor);
    ctx.stroke();
    [0, 0.5, 1].forEach((p) => tick(String(p), left + p * bar));
    [-1, 0, 1].forEach((g) => tick(minus(String(g)), right + ((g + 1) * bar) / 2));
  }

  /** Regression: the answer beside the target, and their difference, which is the gradient of the squared loss over 2. */
  drawTarget(output, top) {
    const { target } = this.spec;
    const ink = this.player.ink;
    const rows = [["network", output], ["target", target], ["difference", output - target]];
    const tall = this.em + 14;
    rows.forEach(([name, value], i) => {
      const y = top + (i + 0.5) * tall;
      label(this.ctx, name, 0, y, { color: ink.ink2, ink, font: this.font });
      label(this.ctx, figure(value), 7 * this.em, y, { color: i === 2 ? ink.accent : ink.ink, ink, font: `600 ${this.font}` });
    });
    label(this.ctx, "The gradient at the output is the difference.", 0, top + 3.6 * tall, { color: ink.ink2, ink, font: this.font });
  }
}

/** Two decimals with a sign, but for what rounds to zero. */
function signed(value) {
  const text = value.toFixed(2);
  if (Number(text) === 0) return "0.00";
  return minus(value > 0 ? `+${text}` : text);
}
