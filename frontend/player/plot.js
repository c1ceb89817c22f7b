// A panel over a static Plotly figure: Plotly draws what stands still, a canvas over it what moves.

import { rows } from "./blob.js";
import { Panel } from "./panel.js";

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

export class Plot extends Panel {
  constructor(player, spec) {
    super(player, spec);
    this.gd = Object.assign(document.createElement("div"), { className: "ll-plotly" });
    this.frame.prepend(this.gd);
    this.figureKey = null;
    this.pixels = new Map();
  }

  get picture() {
    return this.gd;
  }

  /** Redraws the figure only when it or the scheme has changed, and the panel is seen. */
  async update(spec) {
    const { ready } = this;
    super.update(spec);
    this.ready = ready;
    this.pixels.clear();
    const key = `${spec.key}|${this.player.scheme}|${this.player.projector}|${this.shape()}|${this.fit()}`;
    if (key === this.figureKey || !this.size[0] || !this.visible) return;
    const sameFigure = this.figureKey?.split("|")[0] === spec.key;
    this.figureKey = key;
    const [width, height] = this.size; // it may be hidden again before plotly.js is there
    const Plotly = await this.player.plotly;
    await this.turn();
    if (this.dropped) return;
    const layout = structuredClone(spec.figure.layout);
    this.adapt(layout, sameFigure);
    layout.template = this.player.tree.templates[this.player.scheme];
    Object.assign(layout, { width, height });
    const config = { ...CONFIG, ...this.config() };
    const data = spec.figure.data.map((trace) => this.dress(traceWithRows(trace, this.player.ink)));
    await (this.drawing = Plotly.react(this.gd, data, layout, config));
    this.ready = true;
    this.attach();
    this.pixels.clear();
    this.kept.clear();
    this.player.invalidate();
  }

  /** Resolves when it is this figure's turn to be drawn. */
  async turn() {}

  config() {
    return {};
  }

  /** What besides size and scheme decides how the figure is laid out, as text. */
  shape() {
    return "";
  }

  /** A trace as it is drawn in this panel. */
  dress(trace) {
    return trace;
  }

  /** Keeps zoom and camera while the landscape is the same; Plotly does that by `uirevision`. */
  adapt(layout) {
    layout.uirevision = this.spec.view ?? "fixed";
    const { em } = this;
    for (const axis of ["xaxis", "yaxis"]) {
      // Plotly writes the powers of ten that it chooses itself a quarter larger than it is told.
      const larger = layout[axis]?.type === "log" && !layout[axis].ticktext;
      if (layout[axis]) layout[axis].tickfont = { size: larger ? em / 1.25 : em };
      if (layout[axis]?.title) layout[axis].title.font = { size: em };
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
    this.kept.clear();
    this.player.invalidate();
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
  cached(run, make, name = run) {
    const track = this.player.track(run);
    const known = this.pixels.get(name);
    if (known?.track === track) return known.pixels;
    const pixels = make(track);
    this.pixels.set(name, { track, pixels });
    return pixels;
  }

  get strokes() {
    const ink = this.player.ink;
    return this.player.projector ? { width: 3.3, halo: 2.2, head: 7, ink } : { width: 2.2, halo: 1.6, head: 5.4, ink };
  }

  /** What is being drawn is drawn to its end, before it is taken away. */
  destroy() {
    this.dropped = true;
    Promise.resolve(this.drawing).finally(() => window.Plotly?.purge(this.gd));
  }
}

export function pixel(axis, value) {
  const at = axis.type === "log" ? Math.log10(Math.max(value, 1e-300)) : value;
  return axis._offset + axis._b + axis._m * at;
}

/** The inverse of `pixel`. */
export function value(axis, at) {
  const out = (at - axis._offset - axis._b) / axis._m;
  return axis.type === "log" ? 10 ** out : out;
}
