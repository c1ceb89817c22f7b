// The map: paths over a contour, minima as rings, the start as a marker that can be set with a click.

import { cross, label, marker, ring, strokeRun } from "./marks.js";
import { Places } from "./places.js";
import { Plot } from "./plot.js";
import { figure } from "./words.js";

const NAMED = 5; // runs at most whose heads have names
const BESIDE = [[1, 0.4], [-1, 0.4], [1, -1], [1, 1]];
const DOUBLE = 220; // milliseconds in which a second press makes a double click

export class Plane extends Plot {
  config() {
    return { scrollZoom: !this.player.phone };
  }

  adapt(layout, same) {
    super.adapt(layout, same);
    layout.dragmode = this.player.phone ? false : "pan";
  }

  attach() {
    if (this.attached) return;
    super.attach();
    // Plotly covers the page while it pans, so the release is heard on the window.
    this.frame.addEventListener("pointerdown", (down) => {
      const second = Boolean(this.dropping); // of a double click, which shows the whole map and moves no start
      clearTimeout(this.dropping);
      this.dropping = 0;
      const release = (up) => {
        if (!second && Math.hypot(up.clientX - down.clientX, up.clientY - down.clientY) < 4) this.click(up);
      };
      window.addEventListener("pointerup", release, { once: true, capture: true });
    }, true);
  }

  point(event) {
    const box = this.frame.getBoundingClientRect();
    const { x, y, left, top, width, height } = this.axes();
    const px = event.clientX - box.left;
    const py = event.clientY - box.top;
    if (px < left || px > left + width || py < top || py > top + height) return null;
    return [(px - left - x._b) / x._m, (py - top - y._b) / y._m, px, py];
  }

  click(event) {
    const at = this.ready && this.point(event);
    if (!at) return;
    this.dropping = setTimeout(() => {
      this.dropping = 0;
      this.player.dropBall({ kind: "start", x: at[0], y: at[1] });
    }, DOUBLE);
  }

  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { ctx, strokes } = this;
    const { left, top, width, height } = this.axes();
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, top, width, height);
    ctx.clip();
    for (const [x, y] of this.spec.minima ?? []) ring(ctx, this.x(x), this.y(y), this.player.projector ? 9 : 7, strokes.ink);
    const heads = [];
    for (const run of this.player.visible()) heads.push([run, this.drawRun(run, step)]);
    this.drawStart();
    for (const [run, at] of heads) if (at) this.drawRunHead({ run, step: this.player.track(run).stepOf("x", step) }, ...at, strokes.head);
    ctx.restore();
    for (const run of this.player.visible()) this.drawExit(run, step);
    this.drawNames();
    if (!this.player.knows && step > 0 && heads.length <= NAMED) this.nameHeads(heads.filter(([, at]) => at));
  }

  /** Who is who, until the end has been seen; a name stays on its side as long as there is room. */
  nameHeads(heads) {
    const { ctx, em, sides = (this.sides = new Map()) } = this;
    const ink = this.player.ink, font = `600 ${this.font}`;
    const places = new Places(this.axes());
    for (const [, at] of heads) places.take(...at, 12, 12);
    for (const [x, y, width] of this.named) places.take(x, y, width, em + 2);
    ctx.font = font;
    for (const [run, [x, y]] of heads) {
      const width = ctx.measureText(run.label).width, gap = 10;
      const kept = sides.get(run.key);
      const at = places.find(x, y, width, em + 2, gap, kept ? [kept, ...BESIDE] : BESIDE);
      sides.set(run.key, [(at[0] - x) / (width / 2 + gap), (at[1] - y) / ((em + 2) / 2 + gap)]);
      label(ctx, run.label, ...at, { color: run.color, ink, font, align: "center" });
    }
  }

  drawRun(run, step) {
    const pixels = this.cached(run, (track) => {
      const out = new Float32Array(2 * track.count);
      for (let i = 0; i < track.count; i++) {
        out[2 * i] = bounded(this.x(track.x[i]));
        out[2 * i + 1] = bounded(this.y(track.y[i]));
      }
      return out;
    });
    const track = this.player.track(run);
    const now = track.index(step);
    const last = track.diverged === null ? now : Math.min(now, firstOutside(pixels, this.axes()));
    strokeRun(this.ctx, run, pixels, 0, last, { ...this.strokes, within: this.axes() });
    const at = [pixels[2 * last], pixels[2 * last + 1]];
    return last === now && Number.isFinite(at[0] + at[1]) ? at : null;
  }

  drawStart() {
    const [x, y] = this.player.tree.start;
    const start = { path: this.player.tree.circle, color: this.player.ink.ink, hollow: true, dash: [] };
    marker(this.ctx, start, this.x(x), this.y(y), 4.5, this.player.ink);
  }

  /** A cross where a run that diverges leaves the frame, with the step in words. */
  drawExit(run, step) {
    const track = this.player.track(run);
    if (track.diverged === null || step < track.diverged) return;
    const { pixels } = this.pixels.get(run) ?? {};
    const at = pixels && leaves(pixels, this.axes());
    if (!at) return;
    const { left, width } = this.axes();
    const ink = this.player.ink;
    cross(this.ctx, at[0], at[1], 5, run.color, ink);
    const text = `diverged, step ${track.diverged}`;
    const up = at[1] > 24 ? -14 : 16;
    label(this.ctx, text, at[0], at[1] + up, { color: run.color, ink, font: `600 ${this.font}`, align: "center", box: [left, left + width] });
  }

  drawNames() {
    const { left, top, width, height } = this.axes();
    const ink = this.player.ink;
    const box = [left, left + width];
    const [x, y] = this.player.tree.start;
    const visible = (px, py) => px >= left && px <= left + width && py >= top && py <= top + height;
    this.named = []; // the middles of the names, and how wide they are
    const say = (text, px, py) => {
      if (!visible(px, py)) return;
      this.named.push([px, py, label(this.ctx, text, px, py, { color: ink.ink, ink, font: this.font, align: "center", box })]);
    };
    say("start", this.x(x) + 4, this.y(y) - 15);
    if (!this.player.projector && (this.spec.minima ?? []).length <= 6) {
      for (const [mx, my] of this.spec.minima ?? []) {
        say(`${figure(mx)}, ${figure(my)}`, this.x(mx), this.y(my) + (this.y(my) > top + height - 30 ? -18 : 18));
      }
    }
    this.ctx.font = this.letter;
    this.ctx.fillStyle = ink.ink2;
    this.ctx.textBaseline = "middle";
    this.ctx.fillText("x", left + width + 9, top + height + 15);
    this.ctx.fillText("y", left + 2, top - 8);
  }

  /** What lies under the pointer, in words. */
  read(event) {
    const at = this.point(event);
    if (!at) return null;
    const near = this.player.nearest(this, at[2], at[3]);
    if (near) return near;
    const loss = this.player.lossAt(at[0], at[1]);
    const value = Number.isNaN(loss) ? "undefined here" : `loss ${figure(loss)}`;
    return [`x ${figure(at[0])}, y ${figure(at[1])}`, value, "click to start here"];
  }
}

function bounded(pixel) {
  return Math.max(-1e6, Math.min(1e6, pixel));
}

/** The first point outside the box: a diverged run is drawn no further. */
function firstOutside(pixels, { left, top, width, height }) {
  for (let i = 0; i < pixels.length / 2; i++) {
    const [x, y] = pixels.subarray(2 * i, 2 * i + 2);
    if (!(x >= left && x <= left + width && y >= top && y <= top + height)) return i;
  }
  return pixels.length / 2 - 1;
}

/** Where the polyline first crosses the box's edge, or its last finite point. */
function leaves(pixels, { left, top, width, height }) {
  const inside = (x, y) => x >= left && x <= left + width && y >= top && y <= top + height;
  for (let i = 1; i < pixels.length / 2; i++) {
    const [x0, y0, x1, y1] = pixels.subarray(2 * i - 2, 2 * i + 2);
    if (!inside(x0, y0)) return i === 1 ? null : [x0, y0];
    if (!Number.isFinite(x1 + y1)) return [x0, y0];
    if (inside(x1, y1)) continue;
    const tx = x1 > left + width ? (left + width - x0) / (x1 - x0) : x1 < left ? (left - x0) / (x1 - x0) : 1;
    const ty = y1 > top + height ? (top + height - y0) / (y1 - y0) : y1 < top ? (top - y0) / (y1 - y0) : 1;
    const t = Math.min(tx, ty);
    return [x0 + t * (x1 - x0), y0 + t * (y1 - y0)];
  }
  return null;
}
