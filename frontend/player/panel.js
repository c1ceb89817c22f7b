// A panel: a header, a frame, and a canvas in the frame for what moves.

import { marker } from "./marks.js";
import { rowAt } from "./stops.js";

export class Panel {
  constructor(player, spec) {
    this.player = player;
    this.el = document.createElement("section");
    this.el.className = `ll-panel ll-${spec.kind} ll-area-${spec.area ?? spec.id}`;
    this.el.innerHTML =
      '<header><h2></h2><span class="ll-hint"></span><span class="ll-shown"></span></header><div class="ll-plot"><canvas aria-hidden="true"></canvas></div>';
    this.el.dataset.id = spec.id;
    this.el.dataset.short = spec.short ?? spec.title;
    this.frame = this.el.querySelector(".ll-plot");
    this.canvas = this.el.querySelector("canvas");
    this.ctx = this.canvas.getContext("2d");
    this.spec = spec;
    this.size = [0, 0];
    this.kept = new Map();
    this.ready = false;
    this.heads = [];
  }

  /** Takes a new description; what was kept of the old one is forgotten. */
  update(spec) {
    this.spec = spec;
    this.el.dataset.short = spec.short ?? spec.title;
    put(this.el.querySelector("h2"), spec.title);
    this.say(this.player.clock.step);
    this.picture.setAttribute("role", "img");
    if (!this.picture.hasAttribute("aria-label")) this.picture.setAttribute("aria-label", spec.label ?? spec.title); // see described.js
    this.kept.clear();
    this.fit();
    this.ready = true;
  }

  /** The element that stands for the picture to a screen reader. */
  get picture() {
    return this.frame;
  }

  /** The frame of the panel's own arrays that is shown at a step: they are of the clock's stops, or of `steps` of their own. */
  frameAt(step, count = Infinity) {
    return Math.min(count - 1, rowAt(this.spec.steps ?? this.player.clock.stops, step));
  }

  /** The hint, with `more` that only the drawing knows; and the step shown, where not every stop of the clock is. */
  say(step, more = "") {
    const { hint = "" } = this.spec;
    put(this.el.querySelector(".ll-shown"), this.stepWords(step));
    put(this.el.querySelector(".ll-hint"), more && hint ? `${hint}, ${more}` : more || hint);
  }

  stepWords(step) {
    const { steps } = this.spec;
    return steps ? `step ${steps[this.frameAt(step)]}` : "";
  }

  get visible() {
    return this.el.checkVisibility?.({ visibilityProperty: true }) ?? this.el.offsetParent !== null;
  }

  /** Fits the canvas to the panel; returns the size as text. */
  fit() {
    const { clientWidth: width, clientHeight: height } = this.frame;
    const ratio = window.devicePixelRatio || 1;
    if (width !== this.size[0] || height !== this.size[1] || ratio !== this.ratio) {
      this.size = [width, height];
      this.ratio = ratio;
      this.canvas.width = Math.round(width * ratio);
      this.canvas.height = Math.round(height * ratio);
    }
    return `${width}x${height}`;
  }

  begin() {
    this.ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    this.ctx.clearRect(0, 0, this.size[0], this.size[1]);
    this.heads = [];
  }

  /** Where a run stands: the marker of its figures at a step, which `seen` of the player tells. */
  drawRunHead({ run, name, step }, x, y, radius) {
    if (!Number.isFinite(x + y)) return;
    marker(this.ctx, run, x, y, radius, this.player.ink);
    this.heads.push({ run: run.key, name, step, x, y });
  }

  /** What stands still, drawn once on a canvas of its own: `paint(ctx)` in the panel's pixels; again when `of` changes. */
  layer(name, paint, of = "") {
    const key = `${of}|${this.player.scheme}|${this.player.projector}|${this.size}|${this.ratio}`;
    if (this.kept.get(name)?.key !== key) {
      const canvas = Object.assign(document.createElement("canvas"), { width: this.canvas.width, height: this.canvas.height });
      const ctx = canvas.getContext("2d");
      ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
      paint(ctx);
      this.kept.set(name, { key, value: canvas });
    }
    return this.kept.get(name).value;
  }

  /** A value that is computed again only when its key changes or new data come. */
  once(name, key, make) {
    if (this.kept.get(name)?.key !== key) this.kept.set(name, { key, value: make() });
    return this.kept.get(name).value;
  }

  /** The panel as a rectangle. */
  get whole() {
    return { left: 0, top: 0, width: this.size[0], height: this.size[1] };
  }

  put(layer, { left, top, width, height } = this.whole) {
    const r = this.ratio;
    if (width > 0 && height > 0) this.ctx.drawImage(layer, left * r, top * r, width * r, height * r, left, top, width, height);
  }

  /** A pointer's place in the frame, in pixels. */
  local(event) {
    const box = this.frame.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  /** The height of the letters, in pixels. */
  get em() {
    return this.player.projector ? 17 : 12.5;
  }

  /** Of the letters of the mathematics: the system's own italic, since the page's would be loaded for a few of them. */
  get letter() {
    return `italic ${this.em}px serif`;
  }

  get font() {
    return `${this.em}px ${this.player.fontFamily}`;
  }

  read() {
    return null;
  }

  destroy() {}
}

export function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
