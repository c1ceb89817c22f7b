// The relief: paths projected through the scene's matrices, and axes along the edges that face the viewer.

import { warp } from "./blob.js";
import { Camera } from "./camera.js";
import { cross, label, marker, ring, strokeRun } from "./marks.js";
import { Plot } from "./plot.js";
import { figure } from "./words.js";

export class Relief extends Plot {
  constructor(player, spec) {
    super(player, spec);
    this.camera = new Camera(player, this.frame, () => this.look());
  }

  adapt(layout) {
    // The drawings' view is for a panel one and a half times as wide as high; a narrower one is seen from further away.
    const [width, height] = this.size;
    const away = Math.max(1.02, (1.22 * height) / width);
    const { eye, center } = layout.scene.camera;
    for (const axis of ["x", "y", "z"]) eye[axis] *= away;
    this.camera.setHome({ eye, center });
    layout.scene.camera = this.camera.view;
  }

  attach() {
    if (this.attached) return;
    super.attach();
    this.gd.on("plotly_webglcontextlost", () => this.player.flatten());
  }

  /** The first time words and map are painted before the relief, which takes longest. */
  async turn() {
    if (!this.ready) await new Promise((over) => requestAnimationFrame(() => setTimeout(over)));
  }

  config() {
    // Plotly draws four pixels for each one of the screen unless told otherwise.
    return { scrollZoom: false, plotGlPixelRatio: window.devicePixelRatio || 1 };
  }

  /** Lets Plotly see through the camera. */
  look() {
    if (!this.ready || !this.scene?.glplot) return;
    this.scene.setViewport({ camera: this.camera.view, aspectratio: this.gd._fullLayout.scene.aspectratio });
    this.player.invalidate();
  }

  /** Draws what WebGL shows once more: its canvas is empty between two frames. */
  redraw() {
    this.scene?.glplot?.redraw();
  }

  destroy() {
    this.camera.destroy();
    super.destroy();
  }

  get scene() {
    return this.gd._fullLayout?.scene?._scene;
  }

  /** The matrix from data to clip space. Plotly's projection may carry a stale aspect: it is set from the panel's. */
  matrix() {
    const { model, view, projection } = this.scene.glplot.cameraParams;
    const [width, height] = this.size;
    const fixed = Array.from(projection);
    fixed[0] = (fixed[5] * height) / width;
    const scale = this.scene.dataScale;
    const m = times(fixed, times(view, model));
    for (let c = 0; c < 3; c++) for (let r = 0; r < 4; r++) m[4 * c + r] *= scale[c];
    return m;
  }

  /** Whether the camera has moved since the last frame; cheap, asked every frame. */
  turned() {
    if (!this.ready || !this.scene?.glplot) return false;
    const m = this.matrix();
    const same = this.m && m.every((value, i) => Math.abs(value - this.m[i]) < 1e-9);
    this.m = m;
    if (!same) this.pixels.clear();
    return !same;
  }

  project(x, y, z) {
    const m = this.m;
    const w = m[3] * x + m[7] * y + m[11] * z + m[15];
    const px = (m[0] * x + m[4] * y + m[8] * z + m[12]) / w;
    const py = (m[1] * x + m[5] * y + m[9] * z + m[13]) / w;
    return [((1 + px) * this.size[0]) / 2, ((1 - py) * this.size[1]) / 2, w];
  }

  height(loss) {
    return warp(loss, this.spec.height);
  }

  draw(step) {
    this.begin();
    if (!this.ready || !this.scene?.glplot) return;
    if (!this.m) this.turned();
    const { ctx, strokes } = this;
    this.drawAxes();
    for (const [x, y, loss] of this.spec.minima ?? []) {
      const [px, py] = this.project(x, y, this.height(loss));
      ring(ctx, px, py, this.player.projector ? 7 : 5.5, strokes.ink);
    }
    const heads = this.player.visible().map((run) => this.drawRun(run, step));
    const [sx, sy] = this.player.tree.start;
    const loss = this.player.lossAt(sx, sy);
    const start = { path: this.player.tree.circle, color: strokes.ink.ink, hollow: true, dash: [] };
    if (Number.isFinite(loss)) marker(ctx, start, ...this.project(sx, sy, this.height(loss)).slice(0, 2), 4.5, strokes.ink);
    for (const head of heads) if (head) head();
  }

  drawRun(run, step) {
    const track = this.player.track(run);
    const pixels = this.cached(run, () => this.path(track));
    const last = track.index(step);
    strokeRun(this.ctx, run, pixels, 0, last, { ...this.strokes, within: this.whole });
    if (track.diverged !== null && step >= track.diverged) {
      const gone = this.gone(pixels, last);
      return gone && (() => cross(this.ctx, gone[0], gone[1], 5, run.color, this.player.ink));
    }
    return () => this.drawRunHead({ run, step: track.stepOf("x", step) }, pixels[2 * last], pixels[2 * last + 1], this.strokes.head);
  }

  /** The projected path; points outside the box lift the pen, after a last point on its edge. */
  path(track) {
    const [[x0, x1], [y0, y1]] = this.spec.box;
    const out = new Float32Array(2 * track.count).fill(NaN);
    for (let i = 0; i < track.count; i++) {
      if (track.diverged !== null && i > 1 && !this.inBox(track, i - 1)) break; // a diverged run stops where it left
      const x = track.x[i];
      const y = track.y[i];
      const inside = x >= x0 && x <= x1 && y >= y0 && y <= y1;
      const before = i > 0 && Number.isFinite(out[2 * i - 2]);
      if (!inside && !(before && Number.isFinite(x + y) && this.inBox(track, i - 1))) continue;
      const t = inside ? 1 : edge(track.x[i - 1], track.y[i - 1], x, y, this.spec.box);
      const px = inside ? x : track.x[i - 1] + t * (x - track.x[i - 1]);
      const py = inside ? y : track.y[i - 1] + t * (y - track.y[i - 1]);
      const loss = inside ? track.loss[i] : this.player.lossAt(px, py);
      [out[2 * i], out[2 * i + 1]] = this.project(px, py, this.height(loss));
    }
    return out;
  }

  inBox(track, i) {
    const [[x0, x1], [y0, y1]] = this.spec.box;
    return track.x[i] >= x0 && track.x[i] <= x1 && track.y[i] >= y0 && track.y[i] <= y1;
  }

  gone(pixels, last) {
    for (let i = last; i >= 0; i--) if (Number.isFinite(pixels[2 * i])) return [pixels[2 * i], pixels[2 * i + 1]];
    return null;
  }

  /** x and y along the bottom edges nearest the viewer, the loss along the left-most upright edge. */
  drawAxes() {
    const [[x0, x1], [y0, y1]] = this.spec.box;
    const { base, ticks } = this.spec;
    const depth = (x, y) => this.project(x, y, base)[2];
    const nearY = depth((x0 + x1) / 2, y0) < depth((x0 + x1) / 2, y1) ? y0 : y1;
    const nearX = depth(x0, (y0 + y1) / 2) < depth(x1, (y0 + y1) / 2) ? x0 : x1;
    for (const t of ticks.x) this.tick(figure(t), [t, nearY, base], [t, nearY === y0 ? y1 : y0, base]);
    for (const t of ticks.y) this.tick(figure(t), [nearX, t, base], [nearX === x0 ? x1 : x0, t, base]);
    this.name("x", [x0 + 0.62 * (x1 - x0), nearY, base], [x0 + 0.62 * (x1 - x0), nearY === y0 ? y1 : y0, base], this.player.projector ? 44 : 34);
    this.name("y", [nearX, y0 + 0.5 * (y1 - y0), base], [nearX === x0 ? x1 : x0, y0 + 0.5 * (y1 - y0), base], this.player.projector ? 48 : 38);
    this.drawUpright([[x0, y0], [x0, y1], [x1, y0], [x1, y1]], ticks.z);
  }

  drawUpright(corners, ticks) {
    const { ctx } = this;
    const ink = this.player.ink;
    const at = corners.map(([x, y]) => this.project(x, y, 0));
    const left = at.reduce((best, p, i) => (p[0] < at[best][0] ? i : best), 0);
    const [cx, cy] = corners[left];
    const foot = this.project(cx, cy, this.height(ticks[0].loss));
    const top = this.project(cx, cy, this.height(ticks[ticks.length - 1].loss));
    ctx.strokeStyle = ink.ink3;
    ctx.setLineDash([]);
    ctx.lineWidth = 1;
    ctx.beginPath();
    ctx.moveTo(foot[0] - 6, foot[1]);
    ctx.lineTo(top[0] - 6, top[1]);
    for (const { loss } of ticks) {
      const [px, py] = this.project(cx, cy, this.height(loss));
      ctx.moveTo(px - 6, py);
      ctx.lineTo(px - 11, py);
    }
    ctx.stroke();
    let lastY = Infinity;
    for (const { loss, text } of ticks) {
      const [px, py] = this.project(cx, cy, this.height(loss));
      if (Math.abs(lastY - py) < (this.player.projector ? 19 : 14)) continue;
      lastY = py;
      label(ctx, text, px - 15, py, { color: ink.ink2, ink, font: this.font, align: "right", box: [0, this.size[0]] });
    }
    const unit = this.spec.log ? "loss, log scale" : "loss";
    label(ctx, unit, top[0] - 10, top[1] - 18, { color: ink.ink2, ink, font: this.font, align: "center", box: [0, this.size[0]] });
  }

  outward(at, across, length) {
    const [px, py] = this.project(...at);
    const [qx, qy] = this.project(...across);
    const size = Math.hypot(px - qx, py - qy) || 1;
    return [px, py, px + ((px - qx) / size) * length, py + ((py - qy) / size) * length];
  }

  tick(text, at, across) {
    const [px, py, ex, ey] = this.outward(at, across, 5);
    const { ctx } = this;
    const ink = this.player.ink;
    ctx.strokeStyle = ink.ink3;
    ctx.lineWidth = 1;
    ctx.setLineDash([]);
    ctx.beginPath();
    ctx.moveTo(px, py);
    ctx.lineTo(ex, ey);
    ctx.stroke();
    this.name(text, at, across, this.player.projector ? 20 : 15, false);
  }

  name(text, at, across, gap, italic = true) {
    const [, , ex, ey] = this.outward(at, across, gap);
    const ink = this.player.ink;
    label(this.ctx, text, ex, ey, { color: ink.ink2, ink, font: italic ? this.letter : this.font, align: "center", box: [0, this.size[0]] });
  }

  read(event) {
    const box = this.frame.getBoundingClientRect();
    return this.ready ? this.player.nearest(this, event.clientX - box.left, event.clientY - box.top) : null;
  }
}

/** Column-major product of two 4x4 matrices. */
function times(a, b) {
  const out = new Array(16).fill(0);
  for (let c = 0; c < 4; c++) for (let r = 0; r < 4; r++) for (let k = 0; k < 4; k++) out[4 * c + r] += a[4 * k + r] * b[4 * c + k];
  return out;
}

/** How far along the segment the box ends. */
function edge(xa, ya, xb, yb, [[x0, x1], [y0, y1]]) {
  const tx = xb > x1 ? (x1 - xa) / (xb - xa) : xb < x0 ? (x0 - xa) / (xb - xa) : 1;
  const ty = yb > y1 ? (y1 - ya) / (yb - ya) : yb < y0 ? (y0 - ya) / (yb - ya) : 1;
  return Math.max(0, Math.min(1, tx, ty));
}
