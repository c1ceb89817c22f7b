// The one timeline: transport, scrubber with each run's marks, step counter, speed.

import { icon, markerIcon } from "./icons.js";
import { moment } from "./words.js";

const SPEEDS = [0.5, 1, 2, 4];

export class Timeline {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("footer");
    this.el.className = "ll-timeline";
    this.el.innerHTML = `
      <button type="button" class="ll-play" aria-label="Play"></button>
      <div class="ll-steps">
        <button type="button" data-do="restart" aria-label="Back to the start">${icon("restart")}</button>
        <button type="button" data-do="back" aria-label="One step back">${icon("back")}</button>
        <button type="button" data-do="forward" aria-label="One step forward">${icon("forward")}</button>
      </div>
      <div class="ll-track">
        <div class="ll-marks" aria-hidden="true"></div>
        <input type="range" min="0" step="1" aria-label="Step">
        <div class="ll-scale" aria-hidden="true"></div>
      </div>
      <div class="ll-counter" aria-hidden="true"><b></b><span></span></div>
      <div class="ll-speeds" role="group" aria-label="Speed"></div>
      <button type="button" class="ll-change" aria-expanded="false" aria-controls="stSidebar"></button>
      <button type="button" class="ll-leave" aria-label="Leave presentation">${icon("leave")}</button>`;
    const find = (selector) => this.el.querySelector(selector);
    [this.play, this.range, this.marks, this.scale] = [".ll-play", "input", ".ll-marks", ".ll-scale"].map(find);
    [this.now, this.all] = [find(".ll-counter b"), find(".ll-counter span")];
    this.change = find(".ll-change");
    this.wire(player.clock);
    this.buildSpeeds(find(".ll-speeds"));
  }

  wire(clock) {
    this.play.addEventListener("click", () => clock.toggle());
    this.range.addEventListener("input", () => this.scrub(clock, Number(this.range.value)));
    const actions = { restart: () => clock.nudge(-clock.steps), back: () => clock.nudge(-1), forward: () => clock.nudge(1) };
    for (const button of this.el.querySelectorAll("[data-do]")) button.addEventListener("click", actions[button.dataset.do]);
    this.el.querySelector(".ll-leave").addEventListener("click", () => this.player.present(false));
  }

  /** A key moves the handle by one, which is to the next stop, however far that is. */
  scrub(clock, step) {
    const by = step - clock.step;
    if (Math.abs(by) === 1) clock.nudge(by);
    else clock.scrub(step);
    this.range.value = clock.step;
  }

  buildSpeeds(box) {
    this.speeds = SPEEDS.map((speed) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = speed === 0.5 ? "½×" : `${speed}×`;
      button.addEventListener("click", () => this.player.setSpeed(speed));
      box.append(button);
      return [speed, button];
    });
  }

  update() {
    const { steps } = this.player.clock;
    this.range.max = steps;
    const done = this.player.clock.done;
    this.range.style.setProperty("--done", done < steps ? `${(100 * done) / Math.max(1, steps)}%` : "0%");
    const layers = this.player.tree.clock.unit === "layers";
    this.all.textContent = ` / ${steps} ${layers ? "layers back" : "steps"}`;
    this.range.setAttribute("aria-label", layers ? "Layers back from the output" : "Step");
    this.scale.replaceChildren();
    for (const at of new Set([0, 1, 2, 3, 4, 5].map((i) => Math.round((steps * i) / 5)))) {
      const tick = document.createElement("span");
      tick.textContent = at;
      tick.style.left = `${(100 * at) / Math.max(1, steps)}%`;
      this.scale.append(tick);
    }
    this.showing = null;
  }

  /** Marks, once they may be known, where runs reach the target, are stopped early or diverge; rebuilt when the tracks change. */
  drawMarks(step) {
    const { knows } = this.player;
    const key = `${this.player.tracksKey()}|${knows ? "" : step}`;
    if (key === this.showing) return;
    this.showing = key;
    this.marks.replaceChildren();
    for (const run of this.player.visible()) {
      const { reached, touched, diverged, stopped } = this.player.track(run);
      const at = diverged ?? stopped ?? (knows ? reached : touched); // that it stays is known at the end
      if (at === null || (!knows && at > step)) continue;
      const mark = document.createElement("span");
      if (diverged !== null) {
        mark.textContent = "×";
        mark.style.color = run.color;
      } else if (stopped !== null) {
        mark.innerHTML = icon("flag");
        mark.style.color = run.color;
        mark.title = `${run.label} stopped at step ${stopped}`;
      } else {
        mark.append(markerIcon(run));
      }
      mark.style.left = `${(100 * at) / Math.max(1, this.player.clock.steps)}%`;
      this.marks.append(mark);
    }
  }

  /** The place in words where the playhead rests; while it runs, the browser's own number will do. */
  sayStep(step) {
    const { clock, tree } = this.player;
    const words = clock.playing ? null : `${moment(step, tree.clock.unit)} of ${clock.steps}`;
    if (words === this.range.getAttribute("aria-valuetext")) return;
    if (words === null) this.range.removeAttribute("aria-valuetext");
    else this.range.setAttribute("aria-valuetext", words);
  }

  draw(step) {
    const { clock } = this.player;
    this.drawMarks(step);
    if (this.playing !== clock.playing) {
      this.playing = clock.playing;
      this.play.innerHTML = icon(clock.playing ? "pause" : "play");
      this.play.setAttribute("aria-label", clock.playing ? "Pause" : "Play");
    }
    if (Number(this.range.value) !== step) this.range.value = step;
    this.sayStep(step);
    this.range.style.setProperty("--at", `${(100 * step) / Math.max(1, clock.steps)}%`);
    if (this.now.textContent !== String(step)) this.now.textContent = step;
    for (const [speed, button] of this.speeds) button.setAttribute("aria-pressed", String(speed === clock.speed));
  }
}
