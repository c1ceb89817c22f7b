// A panel over a static Plotly figure: Plotly draws what stands still, a canvas over it what moves.

import { rows } from "./blob.js";

const CONFIG = { displayModeBar: false, responsive: false, doubleClick: "reset", showTips: false };

/** Loads the plotly.js that the server ships, once a page. */
export function loadPlotly(base) {
  if (!window.__plotly) {
    window.__plotly = new Promise((resolve, reject) => {
      const script = document.createElement("script");
      script.src = `${base}/plotly.min.js`;
      script.onload = () => resolve(window.Plotly);
      script.onerror = () => reject(new Error("plotly.js did not load"));
      document.head.append(script);
    });
  }
  return window.__plotly;
}

function traceWithRows(trace, ink) {
  const out = { ...trace };
  if (trace.meta === "wall") Object.assign(out, { colorscale: [[0, ink.wall], [1, ink.wall]] });
  for (const key of ["x", "y", "z", "surfacecolor"]) if (out[key]?.shape) out[key] = rows(out[key]);
  return out;
}

export class Plot {
  constructor(player, spec) {
    this.player = player;
    this.el = document.createElement("section");
    this.el.className = `ll-panel ll-${spec.kind} ll-area-${spec.id}`;
    this.el.innerHTML =
      '<header><h3></h3><span class="ll-hint"></span></header>' +
      '<div class="ll-plot"><div class="ll-plotly"></div><canvas aria-hidden="true"></canvas></div>';
    this.el.dataset.id = spec.id;
    this.el.dataset.short = spec.short ?? spec.title;
    this.frame = this.el.querySelector(".ll-plot");
    this.spec = spec;
    this.gd = this.el.querySelector(".ll-plotly");
    this.canvas = this.el.querySelector("canvas");
    this.ctx = this.canvas.getContext("2d");
    this.figureKey = null;
    this.pixels = new Map();
    this.ready = false;
    this.size = [0, 0];
  }

  /** Takes a new description; redraws the figure only when it or the scheme has changed. */
  async update(spec) {
    this.spec = spec;
    this.el.querySelector("h3").textContent = spec.title;
    this.el.querySelector(".ll-hint").textContent = spec.hint ?? "";
    this.gd.setAttribute("role", "img");
    this.gd.setAttribute("aria-label", spec.label ?? spec.title);
    this.pixels.clear();
    const key = `${spec.key}|${this.player.scheme}|${this.player.projector}|${this.fit()}`;
    if (key === this.figureKey || !this.size[0]) return;
    const sameFigure = this.figureKey?.split("|")[0] === spec.key;
    this.figureKey = key;
    const Plotly = await this.player.plotly;
    const layout = structuredClone(spec.figure.layout);
    this.adapt(layout, sameFigure);
    layout.template = this.player.tree.templates[this.player.scheme];
    [layout.width, layout.height] = this.size;
    const config = { ...CONFIG, ...this.config() };
    await Plotly.react(this.gd, spec.figure.data.map((trace) => traceWithRows(trace, this.player.ink)), layout, config);
    this.ready = true;
    this.attach();
    this.pixels.clear();
    this.player.invalidate();
  }

  config() {
    return {};
  }

  /** Keeps zoom and camera while the landscape is the same; Plotly does that by `uirevision`. */
  adapt(layout) {
    layout.uirevision = this.spec.view ?? "fixed";
    const tick = this.player.projector ? 17 : 12.5;
    for (const axis of ["xaxis", "yaxis"]) {
      // Plotly writes powers of ten a quarter larger than it is told.
      if (layout[axis]) layout[axis].tickfont = { size: layout[axis].type === "log" ? tick / 1.25 : tick };
    }
    if (this.player.projector && layout.xaxis) {
      layout.margin = { ...layout.margin, l: layout.margin.l + 14, r: layout.margin.r + 8, b: layout.margin.b + 8 };
    }
  }

  attach() {
    if (this.attached) return;
    this.attached = true;
    for (const event of ["plotly_relayout", "plotly_relayouting"]) {
      this.gd.on(event, () => this.moved());
    }
  }

  moved() {
    this.pixels.clear();
    this.player.invalidate();
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
  }

  /** The axes' boxes and linear maps from data to pixels; see `x` and `y`. */
  axes() {
    const { xaxis, yaxis } = this.gd._fullLayout;
    return { x: xaxis, y: yaxis, left: xaxis._offset, top: yaxis._offset, width: xaxis._length, height: yaxis._length };
  }

  x(value) {
    return pixel(this.gd._fullLayout.xaxis, value);
  }

  y(value) {
    return pixel(this.gd._fullLayout.yaxis, value);
  }

  /** A run's pixels, computed when its numbers or the view change: `make(track) -> Float32Array of x, y`. */
  cached(run, make) {
    const track = this.player.track(run);
    const known = this.pixels.get(run);
    if (known?.track === track) return known.pixels;
    const pixels = make(track);
    this.pixels.set(run, { track, pixels });
    return pixels;
  }

  get strokes() {
    const ink = this.player.ink;
    return this.player.projector ? { width: 3.3, halo: 2.2, head: 7, ink } : { width: 2.2, halo: 1.6, head: 5.4, ink };
  }

  get font() {
    return `${this.player.projector ? 17 : 12.5}px ${this.player.fontFamily}`;
  }
}

export function pixel(axis, value) {
  const at = axis.type === "log" ? Math.log10(Math.max(value, 1e-300)) : value;
  return axis._offset + axis._b + axis._m * at;
}
