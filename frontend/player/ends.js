// What each run of a chart came to, in a column right of the axes: name, figure and a note, tied to the curve's end.

import { apart } from "./curve_labels.js";

const ROOM = { phone: 128, desk: 190, projector: 216 };

export class Ends {
  constructor(panel) {
    this.panel = panel;
  }

  /** The margin that the column needs, in pixels. */
  get room() {
    const { player } = this.panel;
    return player.phone ? ROOM.phone : player.projector ? ROOM.projector : ROOM.desk;
  }

  draw(curves, { left, top, width, height }) {
    const { ctx, em, font, player, size, spec } = this.panel;
    const x = left + width + (player.phone ? 24 : 34);
    const right = size[0] - 2;
    const low = spec.ends_title ? top + em + 8 : top + em / 2;
    const items = this.items(curves);
    const noted = items.some(({ end }) => end.note) && items.length * (2 * em + 11) <= top + height - low;
    const room = noted ? 2 * em + 11 : em + 5;
    const tight = items.length * room > top + height - low; // then the column goes on beside the ticks, down to the edge
    const high = tight ? size[1] - em / 2 - 2 : top + height - (noted ? 1.5 * em : em / 2);
    const most = Math.max(0, Math.floor((high - low) / room) + 1);
    ctx.textBaseline = "middle";
    for (const [item, y] of apart(items.slice(0, most).map((each) => [each, each.tip[1]]), low, high, room)) {
      if (player.knows) this.drawLeader(item, x - 6, y, { top, height });
      this.drawWords(item, noted, { x, right, y });
    }
    ctx.font = font;
    ctx.fillStyle = player.ink.ink2;
    ctx.textAlign = "right";
    ctx.fillText((player.knows && spec.ends_title) || "", right, Math.max(top, em / 2 + 6), right - left - width - 8);
    ctx.textAlign = "left";
  }

  /** Whose label stands where by itself: at the last point; until the end is seen it is the name alone, at the head. */
  items(curves) {
    const { player, spec } = this.panel;
    return player.visible().flatMap((run) => {
      const end = this.dragged(run) ?? spec.ends[player.runs.indexOf(run)];
      const curve = curves.find((each) => each.kind === "main" && each.run.key === run.key);
      if (!end || !curve) return [];
      if (end.name) run = { ...run, label: end.name };
      if (!player.knows) return [{ run, end: { text: "", note: "" }, tip: this.panel.headOf(curve, player.clock.step).slice(1) }];
      const tip = lastKnown(this.panel.pixelsOf(curve));
      return tip ? [{ run, end, tip }] : [];
    });
  }

  /** What stands beside the run whose knob is being dragged. */
  dragged(run) {
    const { player, spec } = this.panel;
    const { morphed, tree } = player;
    const end = spec.fanned && morphed && player.runs.indexOf(run) === morphed.run && tree.drag.fan.ends?.[morphed.stop];
    return end ? { ...end, name: tree.drag.name } : undefined;
  }

  drawLeader({ run, tip }, x, y, { top, height }) {
    const { ctx } = this.panel;
    const from = Math.min(x, tip[0] + 8);
    const start = Math.max(top, Math.min(top + height, tip[1]));
    const bend = (from + x) / 2;
    ctx.setLineDash([]);
    ctx.lineWidth = 1;
    ctx.strokeStyle = run.color;
    ctx.globalAlpha = 0.75;
    ctx.beginPath();
    ctx.moveTo(from, start);
    ctx.bezierCurveTo(bend, start, bend, y, x, y);
    ctx.stroke();
    ctx.globalAlpha = 1;
  }

  /** Name left and figure right, so that the figures stand under one another; of the note its last word is the figure. */
  drawWords({ run, end }, noted, { x, right, y }) {
    const { em, font, player } = this.panel;
    const { ink, ink2 } = player.ink;
    this.drawLine(run.label, end.text, { x, right, y, font: `600 ${font}`, colors: [run.color, ink] });
    if (!noted || !end.note) return;
    const cut = end.note.lastIndexOf(" ");
    this.drawLine(end.note.slice(0, Math.max(0, cut)), end.note.slice(cut + 1), { x, right, y: y + em + 3, font, colors: [ink2, ink2] });
  }

  drawLine(name, value, { x, right, y, font, colors }) {
    const { ctx } = this.panel;
    ctx.font = font;
    const wide = ctx.measureText(value).width;
    ctx.fillStyle = colors[0];
    ctx.fillText(name, x, y, Math.max(1, right - wide - 8 - x));
    ctx.fillStyle = colors[1];
    ctx.fillText(value, right - wide, y);
  }
}

function lastKnown(pixels) {
  for (let i = pixels.length - 2; i >= 0; i -= 2) if (Number.isFinite(pixels[i + 1])) return [pixels[i], pixels[i + 1]];
  return null;
}
