// The view of the relief: a turntable that stays upright and above the floor, and finds its way home.

import { icon } from "./icons.js";

const LOW = (6 * Math.PI) / 180; // of the eye over the floor
const HIGH = (86 * Math.PI) / 180;
const NEAR = 0.45; // times the distance at home
const FAR = 2.5;
const A_PIXEL = 0.008; // radians for each pixel dragged
const A_KEY = (6 * Math.PI) / 180;
const ZOOM = 1.12; // for each key, or notch of a wheel
const RETURN = 400; // milliseconds
const SAID = "Relief. Arrow keys turn it, plus and minus zoom, Home turns it back; Space plays and pauses.";

/** Turns, zooms and goes home by pointer, wheel, keys and button; `onMove` is called after each. */
export class Camera {
  constructor(player, frame, onMove) {
    Object.assign(this, { player, frame, onMove, turn: 0, tilt: 0, zoom: 1, pointers: new Map() });
    frame.tabIndex = 0;
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", SAID);
    this.button = Object.assign(document.createElement("button"), { type: "button", className: "ll-home", hidden: true });
    this.button.innerHTML = icon("home");
    this.button.title = "Turn the relief back";
    this.button.setAttribute("aria-label", this.button.title);
    this.button.addEventListener("click", () => this.goHome());
    frame.append(this.button);
    this.listen();
  }

  listen() {
    const { frame } = this;
    frame.addEventListener("pointerdown", (event) => this.down(event));
    frame.addEventListener("pointermove", (event) => this.move(event));
    frame.addEventListener("pointerup", (event) => this.pointers.delete(event.pointerId));
    frame.addEventListener("lostpointercapture", (event) => this.pointers.delete(event.pointerId));
    frame.addEventListener("pointercancel", (event) => this.cancel(event));
    frame.addEventListener("dblclick", (event) => this.button.contains(event.target) || this.goHome());
    frame.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    frame.addEventListener("keydown", (event) => this.key(event));
    // A click focuses the player, whose arrow keys are the clock's; Tab comes here.
    frame.addEventListener("mousedown", () => {
      frame.removeAttribute("tabindex");
      setTimeout(() => (frame.tabIndex = 0));
    });
  }

  /** Where the figure would have its camera; the visitor's turn, tilt and zoom are kept in relation to it. */
  setHome({ eye, center }) {
    const [x, y, z] = ["x", "y", "z"].map((axis) => eye[axis] - center[axis]);
    this.center = center;
    this.home = { turn: Math.atan2(y, x), tilt: Math.atan2(z, Math.hypot(x, y)), away: Math.hypot(x, y, z) };
  }

  /** The camera as Plotly has it. */
  get view() {
    const { turn, away } = this.home;
    const angle = turn + this.turn;
    const tilt = this.tilted(0);
    const reach = away * this.zoom;
    const { x, y, z } = this.center;
    const eye = { x: x + reach * Math.cos(tilt) * Math.cos(angle), y: y + reach * Math.cos(tilt) * Math.sin(angle), z: z + reach * Math.sin(tilt) };
    return { eye, center: this.center, up: { x: 0, y: 0, z: 1 }, projection: { type: "perspective" } };
  }

  get moved() {
    return Math.abs(this.turn) + Math.abs(this.tilt) + Math.abs(this.zoom - 1) > 1e-6;
  }

  /** The tilt after another one, within what is allowed. */
  tilted(by) {
    return Math.max(LOW, Math.min(HIGH, this.home.tilt + this.tilt + by));
  }

  set(turn, tilt, zoom) {
    this.turn = turn;
    this.tilt = tilt;
    this.zoom = Math.max(NEAR, Math.min(FAR, zoom));
    this.button.hidden = !this.moved;
    this.onMove();
  }

  by(turn, tilt, zoom = 1) {
    cancelAnimationFrame(this.returning);
    this.set(this.turn + turn, this.tilted(tilt) - this.home.tilt, this.zoom * zoom);
  }

  /** Back in 400 ms, the short way round; at once where motion is not wanted. */
  goHome() {
    if (document.activeElement === this.button) this.frame.focus({ preventScroll: true });
    cancelAnimationFrame(this.returning);
    const around = this.turn - 2 * Math.PI * Math.round(this.turn / (2 * Math.PI));
    const { tilt, zoom } = this;
    const begun = performance.now();
    const step = (now) => {
      const share = this.player.still ? 1 : Math.min(1, Math.max(0, now - begun) / RETURN);
      const left = share < 1 ? (1 - share) ** 3 : 0;
      this.set(around * left, tilt * left, zoom ** left);
      if (left) this.returning = requestAnimationFrame(step);
    };
    step(begun);
  }

  down(event) {
    if (event.button !== 0 || this.button.contains(event.target)) return;
    this.pointers.set(event.pointerId, [event.clientX, event.clientY]);
    this.before = [this.turn, this.tilt, this.zoom];
    this.frame.setPointerCapture(event.pointerId);
  }

  /** The browser has taken a swipe for scrolling: nothing was turned. */
  cancel(event) {
    if (this.pointers.delete(event.pointerId)) this.set(...this.before);
  }

  /** One pointer turns, two zoom by their distance. */
  move(event) {
    const from = this.pointers.get(event.pointerId);
    if (!from) return;
    const at = [event.clientX, event.clientY];
    const other = [...this.pointers].find(([id]) => id !== event.pointerId)?.[1];
    if (other) this.by(0, 0, apart(from, other) / Math.max(1, apart(at, other)));
    else this.by(-(at[0] - from[0]) * A_PIXEL, (at[1] - from[1]) * A_PIXEL);
    this.pointers.set(event.pointerId, at);
  }

  wheel(event) {
    if (this.player.phone) return;
    event.preventDefault();
    this.by(0, 0, ZOOM ** Math.sign(event.deltaY));
  }

  key(event) {
    if (event.target !== this.frame || event.metaKey || event.ctrlKey || event.altKey) return;
    const actions = {
      ArrowLeft: () => this.by(-A_KEY, 0),
      ArrowRight: () => this.by(A_KEY, 0),
      ArrowUp: () => this.by(0, A_KEY),
      ArrowDown: () => this.by(0, -A_KEY),
      "+": () => this.by(0, 0, 1 / ZOOM),
      "=": () => this.by(0, 0, 1 / ZOOM),
      "-": () => this.by(0, 0, ZOOM),
      Home: () => this.goHome(),
    };
    if (!actions[event.key]) return;
    event.preventDefault();
    event.stopPropagation(); // the clock has the same keys
    actions[event.key]();
  }

  destroy() {
    cancelAnimationFrame(this.returning);
  }
}

function apart([x0, y0], [x1, y1]) {
  return Math.hypot(x1 - x0, y1 - y0);
}
