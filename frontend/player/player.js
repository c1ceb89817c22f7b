// The player: panels, marks and one clock, all described by the data that Python sends. Nothing here knows which room it is in.

import { Announcer } from "./announcer.js";
import { Chrome } from "./chrome.js";
import { Clock } from "./clock.js";
import { channels, contrasted } from "./colors.js";
import { Descriptions } from "./described.js";
import { Drag } from "./drag.js";
import { flattened, hasWebGL } from "./flat.js";
import { keepFocus } from "./focus.js";
import { bilinear } from "./grid.js";
import { Hover } from "./hover.js";
import { keep, kept } from "./keepsake.js";
import { KINDS } from "./kinds.js";
import { Paper } from "./paper.js";
import { loadPlotly } from "./plot.js";
import { watchRail } from "./rail.js";
import { Sentence } from "./sentence.js";
import { Sheet } from "./sheet.js";
import { Slides } from "./slides.js";
import { Stage } from "./stage.js";
import { Table } from "./table.js";
import { Timeline } from "./timeline.js";
import { fanTrack, makeTracks } from "./tracks.js";
import { reading } from "./words.js";

export class Player {
  constructor(parent, base) {
    this.plotly = loadPlotly(base);
    this.el = document.createElement("div");
    this.el.className = "ll-player";
    this.el.tabIndex = 0;
    this.el.setAttribute("role", "region");
    this.el.setAttribute("aria-label", "Stage. Space plays and pauses, arrow keys step, Home and End go to the ends.");
    parent.append(this.el);
    this.announcer = new Announcer(this.el, () => this.clock.playing || this.starts);
    this.descriptions = new Descriptions(this);
    this.runs = [];
    this.panels = [];
    this.hidden = new Set();
    this.morphed = null;
    this.ended = false; // whether the end has been seen
    this.starts = false; // whether it is to play once the pictures are there
    this.dropped = ""; // the key of the experiment in which another start was chosen last
    this.flat = !hasWebGL();
    this.clock = new Clock(() => this.invalidate());
    this.sentence = new Sentence(this);
    this.slides = new Slides(this);
    this.timeline = new Timeline(this);
    this.table = new Table(this);
    this.drag = new Drag(this);
    this.stage = new Stage(this);
    this.chrome = new Chrome(this);
    this.sheet = new Sheet(this);
    this.hover = new Hover(this);
    this.paper = new Paper(this);
    this.painted = { step: -1, data: 0, ms: 0 };
    this.watch();
  }

  watch() {
    this.loop = this.loop.bind(this);
    this.frame = requestAnimationFrame(this.loop);
    this.resizer = new ResizeObserver(() => this.refit());
    this.resizer.observe(this.el);
    this.el.addEventListener("keydown", (event) => this.key(event));
    // The browser takes Escape for itself while it fills the screen.
    this.left = () => this.projector && !document.fullscreenElement && this.present(false);
    document.addEventListener("fullscreenchange", this.left);
    this.leave = () => keep(this);
    window.addEventListener("pagehide", this.leave);
    this.anywhere = (event) => this.projector && this.presentedKey(event);
    document.addEventListener("keydown", this.anywhere);
    // For tests and the curious: what was painted last. Read-only.
    Object.defineProperty(window, "player", { configurable: true, value: Object.freeze({ get: () => this.seen() }) });
  }

  /** What was painted last, and where the runs' heads stand: by panel, in its pixels, with the step of the figures. */
  seen() {
    const heads = this.panels.filter((panel) => panel.visible && panel.heads.length).map(({ spec, heads }) => [spec.id, heads]);
    return { ...this.painted, heads: Object.fromEntries(heads) };
  }

  /** Takes new data; playhead, camera, zoom and hidden runs stay. */
  update(whole, send) {
    this.send = send;
    const first = !this.tree;
    const before = first ? kept(whole) : null;
    if (before) [this.stage.chosen, this.clock.speed] = [before.chosen, before.speed];
    const begun = this.tree?.clock.begun;
    this.whole = whole;
    const tree = (this.tree = this.flat ? flattened(whole) : whole);
    this.keepFocus(() => this.take(tree));
    document.title = tree.title;
    watchRail();
    this.sheet.update();
    if (first) this.begin(tree.clock, before);
    else if (tree.clock.begun > begun || (this.dropped && tree.key !== this.dropped)) this.again(); // a new server counts from 0
    this.announcer.result(tree, this.sentence.at(this.clock.step), this.told(this.clock.step));
    this.painted.data += 1;
    this.invalidate();
  }

  /** Does something to the stage; where it takes the focused element away the headline gets the focus. */
  keepFocus(act) {
    keepFocus(this.el, act, this.sentence.headline);
  }

  take(tree) {
    this.readTheme();
    this.runs = tree.runs.map((run) => ({ ...run, color: run[this.scheme] }));
    this.clock.setStops(tree.clock);
    this.tracks = makeTracks(tree, this.clock.stops);
    this.morphed = null;
    this.clock.pace = tree.clock.pace;
    this.slides.update(tree);
    this.sentence.update(tree);
    this.table.update(tree.table);
    this.drag.update(tree.drag);
    this.timeline.update();
    this.chrome.update();
    this.stage.update(tree);
    this.updatePanels();
  }

  /** Goes on without the relief: the browser has taken WebGL away. */
  flatten() {
    this.flat = true;
    this.update(this.whole, this.send);
  }

  get still() {
    return window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  begin(clock, before) {
    if (clock.present) this.present(true);
    if (before?.key === this.tree.key) this.goOn(before);
    else if (clock.at !== null) this.clock.seek(clock.at);
    else if (this.still) this.clock.seek(this.clock.steps);
    else this.starts = true;
  }

  /** The same experiment as before a reload, or a visit to another room: it is looked at as it was. */
  goOn({ step, playing, hidden, ended }) {
    this.hidden = new Set(hidden);
    this.clock.seek(step);
    if (ended) this.end();
    this.starts = playing && step === 0;
    if (playing && step > 0) this.clock.play();
  }

  /** Another experiment: it plays from its start, or stands where its slide was left. */
  again() {
    const { where } = this.slides;
    this.ended = false;
    this.dropped = "";
    document.documentElement.classList.remove("ll-ended");
    this.clock.scrub(where ?? (this.still ? this.clock.steps : 0));
    this.starts = where === undefined && !this.still;
  }

  /** The clock starts when the pictures are there, and something to show in them. */
  play() {
    const { progress, runs } = this.tree;
    if (progress && !runs.length) return;
    this.starts = false;
    if (this.clock.step === 0) this.clock.play(); // else somebody looks at a step
  }

  /** Whether the end has been seen, or need not be waited for: until then nothing is told of what comes. */
  get knows() {
    return this.ended || this.tree.clock.tell || !this.tree.now;
  }

  /** Whether at a step it is told what happened, not what is happening: at the end of what there is, or where a link asks. */
  told(step) {
    const { clock, progress } = this.tree;
    return clock.tell || (step >= this.clock.end && !(progress && !progress.again));
  }

  /** Panels that are still wanted are kept with their figures; the others are purged. */
  updatePanels() {
    const name = (spec) => `${spec.id}:${spec.kind}:${spec.area ?? ""}`;
    const wanted = this.tree.panels.map(name);
    if (wanted.join() !== this.panelIds) {
      const known = new Map(this.panels.map((panel) => [name(panel.spec), panel]));
      this.panels = this.tree.panels.map((spec) => known.get(name(spec)) ?? new KINDS[spec.kind](this, spec));
      for (const [id, panel] of known) if (!wanted.includes(id)) this.drop(panel);
      this.panelIds = wanted.join();
      this.stage.place(this.panels);
      // A sentence of two lines or a late font moves what lies under it, and the player's own size stays.
      for (const panel of this.panels) this.resizer.observe(panel.frame);
    }
    this.tree.panels.forEach((spec, i) => this.panels[i].update(spec));
  }

  drop(panel) {
    this.resizer.unobserve(panel.frame);
    panel.destroy();
  }

  readTheme() {
    const style = getComputedStyle(this.el);
    const background = style.getPropertyValue("--st-background-color").trim() || "#FBFAF7";
    const [r, g, b] = channels(background);
    this.scheme = 0.299 * r + 0.587 * g + 0.114 * b < 128 ? "dark" : "light";
    const ink = this.tree.ink[this.scheme];
    this.ink = window.matchMedia("(prefers-contrast: more)").matches ? contrasted(ink) : ink;
    this.fontFamily = style.fontFamily;
    document.documentElement.dataset.llScheme = this.scheme;
    for (const [name, value] of Object.entries(this.ink)) document.documentElement.style.setProperty(`--ll-${name}`, value);
  }

  refit() {
    if (!this.tree || window.matchMedia("print").matches) return;
    for (const panel of this.panels) panel.update(panel.spec);
    if (this.tree.drag) this.drag.mark(this.tree.drag);
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
    return `${this.painted.data}|${this.morphed?.stop ?? ""}|${this.knows}|${[...this.hidden].join()}|${this.scheme}`;
  }

  visible() {
    return this.runs.filter((run) => !this.hidden.has(run.key));
  }

  /** How many visible runs before this one have diverged or stopped early: so that their words do not overlap. */
  endedBefore(run) {
    const ended = this.visible().filter((r) => (this.track(r).diverged ?? this.track(r).stopped) !== null);
    return ended.indexOf(run);
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

  /** Another start: the ball is dropped there, and what it does plays. */
  dropBall(action) {
    this.dropped = this.tree.key;
    this.act(action);
  }

  setSpeed(speed) {
    this.clock.speed = speed;
    this.invalidate();
  }

  present(on) {
    this.projector = on;
    document.documentElement.classList.toggle("ll-presenting", on);
    if (on) {
      this.el.focus({ preventScroll: true });
      document.documentElement.requestFullscreen?.().catch(() => {});
    } else {
      if (document.fullscreenElement) document.exitFullscreen();
      this.chrome.takeFocus();
    }
    this.refit();
  }

  /** While it is presented the keys work from anywhere on the page, and those of a presenter's clicker turn the slides. */
  presentedKey(event) {
    if (event.key === "Escape") return void this.present(false);
    const speeds = { "-": 0.5, "+": 2 };
    const slide = { PageUp: -1, PageDown: 1 }[event.key];
    if (event.metaKey || event.ctrlKey || event.altKey || event.target.matches("input:not([type=range])")) return;
    if (slide) this.slides.turn(slide);
    else if (/^[1-9]$/.test(event.key)) this.slides.open(Number(event.key) - 1);
    else if (speeds[event.key]) this.setSpeed(Math.min(4, Math.max(0.5, this.clock.speed * speeds[event.key])));
    else return void (this.el.contains(event.target) || this.key(event));
    event.preventDefault();
  }

  key(event) {
    if (event.target.matches("input[type=range]") && event.key.startsWith("Arrow")) return;
    if (event.target.matches("button, summary") && event.key === " ") return;
    const by = event.shiftKey ? 10 : 1;
    const actions = {
      " ": () => this.clock.toggle(),
      ArrowRight: () => this.clock.nudge(by),
      ArrowLeft: () => this.clock.nudge(-by),
      Home: () => this.clock.nudge(-this.clock.steps),
      End: () => this.clock.nudge(this.clock.steps),
    };
    if (!actions[event.key] || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    actions[event.key]();
  }

  /** The loss between grid points, for hover and for paths that leave the box. */
  lossAt(x, y) {
    const { loss, box } = this.tree.ground;
    return bilinear(loss, box, x, y);
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
    return [`${run.label}, step ${track.steps("x")[i]}`, `x ${reading(track.x[i], track.x)}, y ${reading(track.y[i], track.y)}`, `loss ${reading(track.loss[i], track.loss)}`];
  }

  /** The playhead has come to the end: from now on past and future are shown. */
  end() {
    this.ended = true;
    document.documentElement.classList.toggle("ll-ended", true);
    this.announcer.result(this.tree, this.tree.headline, true);
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
    if (this.told(step) && !this.ended) this.end();
    for (const panel of this.panels) if (panel.visible) panel.draw(step);
    this.sentence.draw(step);
    this.table.draw(step);
    this.timeline.draw(step);
    this.hover.refresh(this);
    Object.assign(this.painted, { step, ms: performance.now() - begun, playing: this.clock.playing, at: performance.now() });
    this.painted.ready = this.panels.every((panel) => panel.ready || !panel.visible);
    if (this.starts && this.painted.ready) this.play();
    this.painted.key = this.tree.key;
    this.descriptions.painted();
  }

  destroy() {
    this.leave();
    window.removeEventListener("pagehide", this.leave);
    cancelAnimationFrame(this.frame);
    this.clock.stop();
    this.resizer.disconnect();
    document.removeEventListener("fullscreenchange", this.left);
    document.removeEventListener("keydown", this.anywhere);
    this.announcer.destroy();
    this.descriptions.destroy();
    this.chrome.destroy();
    this.sheet.destroy();
    this.paper.destroy();
    document.documentElement.classList.remove("ll-presenting", "ll-ended");
    for (const panel of this.panels) panel.destroy();
    this.el.remove();
  }
}
