// A plot whose horizontal axis is the steps: click and drag scrub, the playhead is one vertical line.

import { Plot } from "./plot.js";
import { nearestStep } from "./stops.js";

export class StepPlot extends Plot {
  adapt(layout, same) {
    super.adapt(layout, same);
    layout.xaxis.fixedrange = layout.yaxis.fixedrange = true;
  }

  attach() {
    if (this.attached) return;
    super.attach();
    const scrub = (event) => {
      const at = this.stepAt(event);
      if (at !== null) this.player.clock.scrub(at);
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (this.stepAt(event) === null) return;
      scrub(event);
      this.frame.setPointerCapture(event.pointerId);
      this.frame.onpointermove = scrub;
      this.frame.onpointerup = () => (this.frame.onpointermove = null);
    });
  }

  /** The stop of the clock nearest the pointer, or null beside the axes. */
  stepAt(event) {
    if (!this.ready) return null;
    const { x, left, width } = this.axes();
    const px = event.clientX - this.frame.getBoundingClientRect().left - left;
    if (px < -6 || px > width + 6) return null;
    return nearestStep(this.player.clock.stops, (px - x._b) / x._m);
  }

  /** It shows all steps, and not one. */
  stepWords() {
    return "";
  }

  drawPlayhead(step, { top, height }, over = 0) {
    const { ctx } = this;
    ctx.setLineDash([]);
    ctx.lineWidth = 1.5;
    ctx.strokeStyle = this.player.ink.accent;
    ctx.beginPath();
    ctx.moveTo(this.x(step), top - over);
    ctx.lineTo(this.x(step), top + height + over);
    ctx.stroke();
  }
}
