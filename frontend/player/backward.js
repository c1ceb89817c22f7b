// One backward pass, walked from the loss to the first layer: at each layer what is left of the gradient.

import { css, scale, unit } from "./colors.js";
import { icon } from "./icons.js";
import { put } from "./panel.js";
import { RowPlot } from "./bars.js";
import { figure } from "./words.js";

const PACE = 700; // milliseconds a layer

export class Backward extends RowPlot {
  constructor(player, spec) {
    super(player, spec);
    this.begun = null; // when the layer `at` was reached, while walking
    this.at = 0; // the layer that the walk has come to; 0 is its end, where all is seen
    this.foot = Object.assign(document.createElement("div"), { className: "ll-walk" });
    this.foot.innerHTML = `
      <button type="button" data-do="walk">Walk back</button>
      <button type="button" data-do="later" aria-label="Towards the loss">${icon("back")}</button>
      <button type="button" data-do="earlier" aria-label="Towards the first layer">${icon("forward")}</button>
      <p></p>`;
    this.words = this.foot.querySelector("p");
    const actions = { walk: () => this.walk(), later: () => this.move(1), earlier: () => this.move(-1) };
    for (const button of this.foot.querySelectorAll("button")) button.addEventListener("click", actions[button.dataset.do]);
    this.foot.addEventListener("keydown", (event) => this.key(event));
    this.el.append(this.foot);
  }

  get last() {
    return this.spec.rows.length - 1;
  }

  walk() {
    this.player.clock.pause();
    const { still } = this.player;
    this.at = still ? 0 : this.last;
    this.begun = still ? null : performance.now();
    this.player.invalidate();
  }

  move(by) {
    this.player.clock.pause();
    this.begun = null;
    this.at = Math.max(0, Math.min(this.last, this.at + by));
    this.player.announcer.say(this.sentence(this.player.clock.step));
    this.player.invalidate();
  }

  key(event) {
    const by = { ArrowLeft: 1, ArrowDown: 1, ArrowRight: -1, ArrowUp: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    event.stopPropagation();
    this.move(by);
  }

  /** Whether the walk goes on, asked every frame. */
  turned() {
    if (this.begun === null) return false;
    if (performance.now() - this.begun > PACE) {
      this.begun = this.at > 0 ? performance.now() : null;
      this.at = Math.max(0, this.at - 1);
      if (this.at === 0) this.player.announcer.say(this.sentence(this.player.clock.step));
    }
    return true;
  }

  flowAt(row, step) {
    const { flow, rows } = this.spec;
    return flow[this.frameAt(step) * rows.length + row];
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { rows, range } = this.spec;
    const { player } = this;
    const paint = scale(player.tree.templates[player.scheme]);
    const grown = this.begun === null ? 1 : Math.min(1, (2 * (performance.now() - this.begun)) / PACE);
    rows.forEach((_, row) => {
      const value = this.flowAt(row, step);
      const color = row === this.at ? player.ink.accent : value > 0 ? css(paint(unit(value, range))) : player.ink.ink3;
      const seen = row >= this.at;
      const text = seen && (row > this.at || grown === 1) ? this.says(row, step) : "";
      this.drawBar(row, rows.length, value, { color, alpha: seen ? 1 : 0.22, share: row === this.at ? grown : 1, text, bold: row === this.at });
    });
    put(this.words, this.sentence(step));
    this.say(step);
  }

  /** What is left of the gradient at a layer, and the factor from the layer after it. */
  says(row, step) {
    const value = this.flowAt(row, step);
    if (value === 0) return "0, underflow or dead";
    const wide = this.size[0] > 300;
    const after = row < this.last ? this.flowAt(row + 1, step) : 0;
    const factor = after > 0 && value === value ? `×${figure(value / after, 2)}` : "";
    return wide && factor ? `${figure(value)}   ${factor}` : factor || figure(value);
  }

  sentence(step) {
    const { rows } = this.spec;
    if (this.at === this.last) return `The backward pass begins at the ${rows[this.last]}.`;
    const [here, after] = [this.flowAt(this.at, step), this.flowAt(this.at + 1, step)];
    if (here === 0) return `At ${rows[this.at]} the gradient is 0: it underflows, or every unit is dead.`;
    if (here !== here) return `At ${rows[this.at]} the gradient is no longer a finite number.`;
    if (!(after > 0)) return `At ${rows[this.at]} the gradient is ${figure(here)}.`;
    return `From ${rows[this.at + 1]} to ${rows[this.at]} the gradient is multiplied by ${figure(here / after, 2)}.`;
  }

  read(event) {
    const row = this.rowAt(event);
    if (row === null) return null;
    const { step } = this.player.clock;
    const after = row < this.last ? this.flowAt(row + 1, step) : 0;
    const factor = after > 0 ? [`factor from ${this.spec.rows[row + 1]}: ${figure(this.flowAt(row, step) / after)}`] : [];
    return [this.spec.rows[row], `gradient ${figure(this.flowAt(row, step))}`, ...factor];
  }
}
