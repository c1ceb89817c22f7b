// Regression: the points, and the curve that the network draws through them.

import { strokeRun } from "./marks.js";
import { ExamplePlot } from "./field.js";
import { figure } from "./words.js";

export class Fit extends ExamplePlot {
  draw(step) {
    this.begin();
    if (!this.ready) return;
    const { ctx, player } = this;
    const { xs, outputs, truth } = this.spec;
    const ink = player.ink;
    const count = xs.length;
    const frame = this.frameAt(step);
    const color = player.runs[player.tree.open ?? 0]?.color ?? ink.accent;
    const within = this.axes();
    this.clip(within);
    this.put(this.layer("points", (layer) => this.drawPoints(layer, () => ink.ink3)));
    const curve = (ys) => Float32Array.from({ length: 2 * count }, (_, i) => (i % 2 ? this.y(ys[i >> 1]) : this.x(xs[i >> 1])));
    if (truth) strokeRun(ctx, { color: ink.ink, dash: [5, 4] }, curve(truth), 0, count - 1, { width: 1.4, halo: 0, alpha: 0.6, ink, within });
    const now = curve(outputs.subarray(frame * count, (frame + 1) * count));
    strokeRun(ctx, { color, dash: [] }, now, 0, count - 1, { width: player.projector ? 3.3 : 2.2, halo: 1.6, ink, within });
    this.drawChosen();
    ctx.restore();
    this.say(step);
  }

  read(event) {
    if (!this.ready) return null;
    const index = this.nearest(event, 9);
    if (index === null) return null;
    const { points, train } = this.spec;
    const at = `x ${figure(points[2 * index])}, y ${figure(points[2 * index + 1])}`;
    return [at, train[index] ? "training" : "unseen", "click to follow this example"];
  }
}
