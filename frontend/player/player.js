// The player: panels, marks and one clock, all described by the data that Python sends. Nothing here knows which room it is in.

import { Chart } from "./chart.js";
import { Chrome } from "./chrome.js";
import { Clock } from "./clock.js";
import { Drag } from "./drag.js";
import { Hover } from "./hover.js";
import { Plane } from "./plane.js";
import { loadPlotly } from "./plot.js";
import { Relief } from "./relief.js";
import { Sentence } from "./sentence.js";
import { Stage } from "./stage.js";
import { Table } from "./table.js";
import { Timeline } from "./timeline.js";
import { fanTrack, makeTracks } from "./tracks.js";
import { figure } from "./words.js";

const KINDS = { scene: Relief, plane: Plane, chart: Chart };

export class Player {
  constructor(parent, base) {
    this.plotly = loadPlotly(base);
    this.el = document.createElement("div");
    this.el.className = "ll-player";
    this.el.tabIndex = 0;
    this.el.setAttribute("role", "application");
    this.el.setAttribute("aria-label", "Player. Space plays and pauses, arrow keys step, Home and End go to the ends.");
    parent.append(this.el);
    this.runs = [];
    this.panels = [];
    this.hidden = new Set();
    this.morphed = null;
    this.clock = new Clock(() => this.invalidate());
    this.sentence = new Sentence(this);
    this.timeline = new Timeline(this);
    this.table = new Table(this);
    this.drag = new Drag(this);
    this.stage = new Stage(this);
    this.chrome = new Chrome(this);
    this.hover = new Hover(this);
    this.painted = { step: -1, data: 0, ms: 0 };
    this.watch();
  }

  watch() {
    this.loop = this.loop.bind(this);
    this.frame = requestAnimationFrame(this.loop);
    this.resizer = new ResizeObserver(() => this.refit());
    this.resizer.observe(this.el);
    this.el.addEventListener("keydown", (event) => this.key(event));
    // For tests and the curious: what was painted last. Read-only.
    Object.defineProperty(window, "player", { configurable: true, value: Object.freeze({ get: () => ({ ...this.painted }) }) });
  }

  /** Takes new data; playhead, camera, zoom and hidden runs stay. */
  update(tree, send) {
    this.send = send;
    const first = !this.tree;
    this.tree = tree;
    this.readTheme();
    this.runs = tree.runs.map((run) => ({ ...run, color: run[this.scheme] }));
    this.tracks = makeTracks(tree);
    this.morphed = null;
    this.clock.setLength(tree.clock.steps);
    this.sentence.update(tree);
    this.table.update(tree.table);
    this.drag.update(tree.drag);
    this.timeline.update();
    this.chrome.update();
    this.stage.update(tree);
    this.updatePanels();
    if (first) this.begin(tree.clock);
    this.painted.data += 1;
    this.invalidate();
  }

  begin(clock) {
    if (clock.present) this.present(true);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (clock.at !== null) this.clock.seek(clock.at);
    else if (still) this.clock.seek(this.clock.steps);
    else this.clock.play();
  }

  updatePanels() {
    const ids = this.tree.panels.map((spec) => spec.id).join();
    if (ids !== this.panelIds) {
      this.panelIds = ids;
      this.panels = this.tree.panels.map((spec) => new KINDS[spec.kind](this, spec));
      this.stage.place(this.panels);
    }
    this.tree.panels.forEach((spec, i) => this.panels[i].update(spec));
  }

  readTheme() {
    const style = getComputedStyle(this.el);
    const background = style.getPropertyValue("--st-background-color").trim() || "#FBFAF7";
    const [r, g, b] = rgb(background);
    this.scheme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light";
    this.ink = this.tree.ink[this.scheme];
    this.fontFamily = style.fontFamily;
    document.documentElement.dataset.llScheme = this.scheme;
    for (const [name, value] of Object.entries(this.ink)) document.documentElement.style.setProperty(`--ll-${name}`, value);
  }

  refit() {
    if (!this.tree) return;
    for (const panel of this.panels) panel.update(panel.spec);
    this.invalidate();
  }

  get phone() {
    return this.el.clientWidth < 640;
  }

  track(run) {
    const index = this.runs.indexOf(run);
    return this.morphed?.run === index ? this.morphed.track : this.tracks[index];
  }

  tracksKey() {
    return `${this.painted.data}|${this.morphed?.stop ?? ""}|${[...this.hidden].join()}|${this.scheme}`;
  }

  visible() {
    return this.runs.filter((run) => !this.hidden.has(run.key));
  }

  /** How many visible runs before this one have diverged: so that their words do not overlap. */
  divergedBefore(run) {
    const gone = this.visible().filter((r) => this.track(r).diverged !== null);
    return gone.indexOf(run);
  }

  toggleRun(run) {
    if (!this.hidden.delete(run.key)) this.hidden.add(run.key);
    this.invalidate();
  }

  /** Shows one run at another rate of the fan; null shows it as it is. */
  morph(run, stop) {
    this.morphed = stop === null ? null : { run, stop, track: fanTrack(this.tree, stop) };
    this.invalidate();
  }

  act(action) {
    this.send(action);
  }

  setSpeed(speed) {
    this.clock.speed = speed;
    this.invalidate();
  }

  present(on) {
    this.projector = on;
    document.documentElement.classList.toggle("ll-presenting", on);
    if (on) document.documentElement.requestFullscreen?.().catch(() => {});
    else if (document.fullscreenElement) document.exitFullscreen();
    this.refit();
  }

  key(event) {
    if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
    if (event.target.matches("button") && event.key === " ") return;
    const by = event.shiftKey ? 10 : 1;
    const actions = {
      " ": () => this.clock.toggle(),
      ArrowRight: () => this.clock.nudge(by),
      ArrowLeft: () => this.clock.nudge(-by),
      Home: () => this.clock.nudge(-this.clock.steps),
      End: () => this.clock.nudge(this.clock.steps),
      Escape: () => this.projector && this.present(false),
    };
    if (!actions[event.key] || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  /** The loss between grid points, for hover and for paths that leave the box. */
  lossAt(x, y) {
    const { loss, box } = this.tree.ground;
    const [count, width] = loss.shape;
    const [[x0, x1], [y0, y1]] = box;
    const u = ((x - x0) / (x1 - x0)) * (width - 1);
    const v = ((y - y0) / (y1 - y0)) * (count - 1);
    const i = Math.min(width - 2, Math.max(0, Math.floor(u)));
    const j = Math.min(count - 2, Math.max(0, Math.floor(v)));
    const [a, b] = [u - i, v - j];
    const at = (r, c) => loss[r * width + c];
    return (1 - b) * ((1 - a) * at(j, i) + a * at(j, i + 1)) + b * ((1 - a) * at(j + 1, i) + a * at(j + 1, i + 1));
  }

  /** The step of a run nearest a pixel of a panel, in words. */
  nearest(panel, px, py) {
    let best = [12, null, 0];
    for (const run of this.visible()) {
      const pixels = panel.pixels.get(run)?.pixels;
      if (!pixels) continue;
      const last = this.track(run).index(this.clock.step);
      for (let i = 0; i <= last; i++) {
        const d = Math.hypot(pixels[2 * i] - px, pixels[2 * i + 1] - py);
        if (d < best[0]) best = [d, run, i];
      }
    }
    const [, run, i] = best;
    if (!run) return null;
    const track = this.track(run);
    return [`${run.label}, step ${i * track.stride}`, `x ${figure(track.x[i])}, y ${figure(track.y[i])}`, `loss ${figure(track.loss[i])}`];
  }

  invalidate() {
    this.dirty = true;
  }

  loop() {
    this.frame = requestAnimationFrame(this.loop);
    if (!this.tree) return;
    for (const panel of this.panels) if (panel.turned?.()) this.dirty = true;
    if (!this.dirty) return;
    this.dirty = false;
    const begun = performance.now();
    const { step } = this.clock;
    for (const panel of this.panels) if (panel.el.offsetParent !== null) panel.draw(step);
    this.table.draw(step);
    this.timeline.draw(step);
    Object.assign(this.painted, { step, ms: performance.now() - begun, playing: this.clock.playing, at: performance.now() });
    this.painted.ready = this.panels.every((panel) => panel.ready || panel.el.offsetParent === null);
    this.painted.key = this.tree.key;
  }

  destroy() {
    cancelAnimationFrame(this.frame);
    this.clock.stop();
    this.resizer.disconnect();
    this.chrome.destroy();
    document.documentElement.classList.remove("ll-presenting");
    for (const panel of this.panels) window.Plotly?.purge(panel.gd);
    this.el.remove();
  }
}

function rgb(color) {
  const ctx = document.createElement("canvas").getContext("2d");
  ctx.fillStyle = color;
  const hex = ctx.fillStyle;
  return [1, 3, 5].map((i) => parseInt(hex.slice(i, i + 2), 16));
}
