// A plot whose horizontal axis is the steps: click and drag scrub, the playhead is one vertical line.

import { Plot } from "./plot.js";

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
      if (at !== null) this.player.clock.nudge(at - this.player.clock.step);
    };
    this.frame.addEventListener("pointerdown", (event) => {
      if (this.stepAt(event) === null) return;
      scrub(event);
      this.frame.setPointerCapture(event.pointerId);
      this.frame.onpointermove = scrub;
      this.frame.onpointerup = () => (this.frame.onpointermove = null);
    });
  }

  stepAt(event) {
    if (!this.ready) return null;
    const { x, left, width } = this.axes();
    const px = event.clientX - this.frame.getBoundingClientRect().left - left;
    if (px < -6 || px > width + 6) return null;
    return Math.max(0, Math.min(this.player.clock.steps, Math.round((px - x._b) / x._m)));
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
