// The one clock: steps follow wall time, so a slow machine skips steps and never lags. It stands on steps that were sent.

import { allSteps, nearestStep, rowAt } from "./stops.js";

const STEPS_A_SECOND = 30;

export class Clock {
  constructor(onTick) {
    this.onTick = onTick;
    this.stops = allSteps(0);
    this.steps = 0;
    this.done = 0;
    this.at = 0;
    this.wish = 0; // where the visitor wants to be, computed or not
    this.speed = 1;
    this.playing = false;
    this.last = 0;
    this.frame = 0;
    this.run = this.run.bind(this);
  }

  /** The step shown: the last stop that the time has come to. */
  get step() {
    return this.stops[rowAt(this.stops, this.at)];
  }

  /** The last stop that is computed. */
  get end() {
    return this.stops[rowAt(this.stops, this.done)];
  }

  /** `done`: the steps computed so far; the playhead goes no further, and waits there while it plays. */
  setStops({ steps, stops, done = steps }) {
    this.stops = stops ?? allSteps(steps);
    this.steps = steps;
    this.done = Math.min(steps, done);
    this.wish = Math.min(this.wish, steps);
    this.at = Math.min(this.wish, this.done);
  }

  /** Long races are played faster, so that none takes more than about twenty seconds at 1x; few steps may ask for a `pace`. */
  get rate() {
    return this.speed * (this.pace ?? Math.max(STEPS_A_SECOND, this.steps / 20));
  }

  play() {
    if (this.playing) return;
    if (this.step >= this.steps) this.at = 0;
    this.wish = this.at;
    this.playing = true;
    this.last = performance.now();
    this.frame = requestAnimationFrame(this.run);
    this.onTick();
  }

  pause() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
    this.onTick();
  }

  toggle() {
    this.playing ? this.pause() : this.play();
  }

  /** Goes to the stop nearest a step. */
  seek(step) {
    this.wish = nearestStep(this.stops, Math.max(0, Math.min(this.steps, step)));
    this.at = Math.min(this.done, this.wish);
    this.onTick();
  }

  /** Goes to a step and pauses, since whoever points at one wants to look. */
  scrub(step) {
    this.stop();
    this.seek(step);
  }

  /** Some stops forward or back, and pauses. */
  nudge(by) {
    const row = rowAt(this.stops, this.at) + by;
    this.scrub(this.stops[Math.max(0, Math.min(this.stops.length - 1, row))]);
  }

  run(now) {
    if (!this.playing) return;
    const before = this.at;
    this.at = Math.min(this.done, this.at + (this.rate * Math.max(0, now - this.last)) / 1000);
    this.last = now;
    this.wish = this.at;
    if (this.at >= this.steps) this.playing = false;
    else this.frame = requestAnimationFrame(this.run);
    if (this.at !== before || !this.playing) this.onTick();
  }

  stop() {
    this.playing = false;
    cancelAnimationFrame(this.frame);
  }
}
