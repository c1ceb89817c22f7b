// One control that is alive while dragged: it morphs a run over a fan, which is asked for when a pointer or the focus comes.
// Of a rate, or of one of several knobs, which is chosen beside it.

import { markerIcon } from "./icons.js";
import { figure, plain } from "./words.js";

const LETTER = 6.5; // pixels, of the figures under the track

export class Drag {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("div");
    this.el.className = "ll-drag";
    this.el.innerHTML = '<span class="ll-who"></span><select class="ll-knobs" aria-label="What is dragged" hidden></select><span class="ll-rate"><span class="ll-reach"><input type="range" min="0" step="1"><span class="ll-decades" aria-hidden="true"></span></span><output></output></span>';
    this.range = this.el.querySelector("input");
    this.knobs = this.el.querySelector("select");
    this.knobs.addEventListener("change", () => this.ask(Number(this.knobs.value)));
    this.value = this.el.querySelector("output");
    this.range.addEventListener("input", () => this.move());
    this.range.addEventListener("change", () => this.release());
    for (const event of ["pointerenter", "focusin", "pointerdown"]) this.el.addEventListener(event, () => this.ask());
    for (const event of ["pointerenter", "pointerleave", "focusin", "focusout"]) this.el.addEventListener(event, () => player.invalidate());
  }

  update(spec) {
    this.spec = spec;
    this.el.hidden = !spec;
    this.el.classList.toggle("ll-none", !spec);
    if (!spec) return;
    const run = this.player.runs[spec.run];
    const who = this.el.querySelector(".ll-who");
    who.replaceChildren(markerIcon(run), document.createTextNode(spec.label));
    this.range.max = spec.stops.length - 1;
    this.range.setAttribute("aria-label", spec.knobs ? `${spec.label} ${spec.knobs[spec.knob]}` : spec.label);
    this.offer(spec);
    // A late answer must not pull the handle from under the finger.
    if (!this.held) this.range.value = spec.chosen;
    this.mark(spec);
    this.show();
    if (this.el.matches(":hover, :focus-within")) this.ask();
    if (this.held) this.morph();
  }

  /** The knobs that there are, in the order in which they are sent. */
  offer({ knobs = [], knob }) {
    this.knobs.hidden = !knobs.length;
    if (this.knobs.options.length !== knobs.length) this.knobs.replaceChildren(...knobs.map((text, i) => new Option(text, i)));
    this.knobs.value = knob;
  }

  /** What stands under the track, and over it the rate that tuning found. */
  mark(spec) {
    this.el.querySelector(".ll-decades").replaceChildren(...(spec.knobs ? this.stopMarks(spec) : this.decadeMarks(spec)));
  }

  /** The first stop, the last, and where the knob stands. */
  stopMarks({ stops, chosen }) {
    return [...new Set([0, chosen, stops.length - 1])].map((i) => {
      const mark = Object.assign(document.createElement("span"), { textContent: figure(stops[i]), className: "ll-decade" });
      mark.style.left = `${(100 * i) / Math.max(1, stops.length - 1)}%`;
      return mark;
    });
  }

  decadeMarks({ stops, best }) {
    const [low, high] = [stops[0], stops.at(-1)].map(Math.log10);
    const at = (rate) => `${(100 * (Math.log10(rate) - low)) / Math.max(1e-9, high - low)}%`;
    const marks = [];
    const put = (text, rate, className) => {
      const mark = Object.assign(document.createElement("span"), { textContent: text, className });
      mark.style.left = at(rate);
      marks.push(mark);
    };
    const decades = [];
    for (let decade = Math.ceil(low); decade <= high; decade += 1) decades.push(decade);
    const texts = decades.map((decade) => (decade < -4 ? figure(10 ** decade) : plain(10 ** decade, 1)));
    const room = (this.range.clientWidth - 20) / (high - low); // pixels a decade
    const every = room > 0 ? Math.ceil((LETTER * Math.max(...texts.map(({ length }) => length)) + 8) / room) : 1;
    decades.forEach((decade, i) => i % every || put(texts[i], 10 ** decade, "ll-decade"));
    if (best !== null && best >= stops[0] && best <= stops.at(-1)) put("▾", best, "ll-best");
    return marks;
  }

  /** Asks for the fan, once for each result and knob. */
  ask(knob = this.spec?.knob) {
    const key = `${this.player.tree.key} ${knob}`;
    if (!this.spec || (this.spec.fan && knob === this.spec.knob) || this.asked === key) return;
    this.asked = key;
    this.player.act(knob === undefined ? { kind: "near" } : { kind: "near", knob });
  }

  /** Whether the whole fan is to be seen. */
  get open() {
    return Boolean(this.spec?.fan && (this.held || this.el.matches(":hover, :focus-within")));
  }

  get stop() {
    return Number(this.range.value);
  }

  show() {
    const rate = this.spec.stops[this.stop];
    this.value.textContent = figure(rate);
    this.range.setAttribute("aria-valuetext", figure(rate));
    this.range.style.setProperty("--at", `${(100 * this.stop) / (this.spec.stops.length - 1)}%`);
  }

  move() {
    const begins = !this.held;
    this.held = true;
    this.show();
    this.morph();
    if (begins && this.spec.fan?.figure) this.player.refit(); // axes that hold every stop
  }

  morph() {
    if (this.spec.fan) this.player.morph(this.spec.run, this.stop === this.spec.chosen ? null : this.stop);
  }

  release() {
    this.held = false;
    const { run, knob, stops, chosen, fan } = this.spec;
    if (this.stop !== chosen) this.player.act(knob === undefined ? { kind: "rate", run, value: stops[this.stop] } : { kind: "knob", knob, value: stops[this.stop] });
    else if (fan?.figure) this.player.refit();
  }
}
