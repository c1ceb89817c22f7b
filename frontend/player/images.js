// The images that are wrong at the playhead, each with what the network takes it for.

import { channels } from "./colors.js";
import { Panel } from "./panel.js";
import { shareOf } from "./words.js";

export class Images extends Panel {
  constructor(player, spec) {
    super(player, spec);
    this.frame.addEventListener("click", (event) => {
      const index = this.indexAt(event);
      if (index !== null) player.act({ kind: "example", index: this.exampleAt(index) });
    });
  }

  geometry() {
    const big = this.player.projector || this.player.phone;
    const cell = { width: big ? 84 : 66, height: (big ? 56 : 44) + this.em + 12 };
    const columns = Math.max(1, Math.floor(this.size[0] / cell.width));
    const rows = Math.max(1, Math.floor((this.size[1] - 4) / cell.height));
    return { cell, columns, most: columns * rows, side: big ? 56 : 44, wide: this.size[0] / columns };
  }

  /** The wrong answers at a step that are listed, as indices into all that are. */
  wrong(step) {
    const { ends } = this.spec;
    const frame = this.frameAt(step);
    return this.once("wrong", frame, () => {
      const first = frame ? ends[frame - 1] : 0;
      return { frame, list: Array.from({ length: ends[frame] - first }, (_, i) => first + i) };
    });
  }

  /** The number of the example that a wrong answer is about. */
  exampleAt(answer) {
    return this.spec.index[this.spec.place[answer]] + (this.spec.first ?? 0);
  }

  truthOf(answer) {
    return this.spec.truth[this.spec.place[answer]];
  }

  guessOf(answer) {
    return this.spec.guess[answer];
  }

  draw(step) {
    this.begin();
    const { frame, list } = this.wrong(step);
    this.put(this.layer("wrong", (ctx) => this.paint(ctx, frame, list), frame));
    const { count, total } = this.spec;
    this.say(step, count[frame] ? `${count[frame]} of ${total} unseen wrong` : `all ${total} unseen right`);
  }

  paint(ctx, frame, list) {
    const ink = this.player.ink;
    const { cell, columns, most, side, wide } = this.geometry();
    ctx.textBaseline = "middle";
    ctx.imageSmoothingEnabled = false;
    if (!list.length) {
      ctx.font = this.font;
      ctx.fillStyle = ink.ink2;
      ctx.fillText(`None of these images is wrong at step ${this.spec.steps[frame]}.`, 0, 22);
      return;
    }
    const atlas = this.atlas();
    list.slice(0, most).forEach((answer, at) => {
      const x = (at % columns) * wide;
      const y = Math.floor(at / columns) * cell.height + 8;
      const chosen = this.exampleAt(answer) === this.spec.chosen;
      ctx.drawImage(atlas.canvas, 0, this.spec.place[answer] * atlas.side, atlas.side, atlas.side, x, y, side, side);
      ctx.strokeStyle = chosen ? ink.accent : ink.hairline;
      ctx.lineWidth = chosen ? 2 : 1;
      ctx.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
      this.caption(ctx, answer, x, y + side + 4 + this.em / 2, wide - 6);
    });
  }

  caption(ctx, answer, x, y, room) {
    const { class_names: names } = this.spec;
    const ink = this.player.ink;
    const name = (k) => names?.[k] ?? k;
    const taken = name(this.guessOf(answer));
    ctx.font = `600 ${this.font}`;
    ctx.fillStyle = ink.warning;
    ctx.fillText(`${taken}`, x, y);
    const width = ctx.measureText(`${taken}`).width;
    ctx.font = this.font;
    ctx.fillStyle = ink.ink2;
    ctx.fillText(`, not ${name(this.truthOf(answer))}`, x + width, y, Math.max(10, room - width));
  }

  /** All images that are ever listed, one under the other, ink on background. */
  atlas() {
    const { images } = this.spec;
    return this.once("atlas", this.player.scheme, () => {
      const [count, side] = images.shape;
      const [paper, pen] = [channels(this.player.ink.background), channels(this.player.ink.ink)];
      const image = new ImageData(side, side * count);
      for (let i = 0; i < images.length; i++) {
        const t = images[i] / 16;
        for (let c = 0; c < 3; c++) image.data[4 * i + c] = paper[c] + (pen[c] - paper[c]) * t;
        image.data[4 * i + 3] = 255;
      }
      const canvas = new OffscreenCanvas(side, side * count);
      canvas.getContext("2d").putImageData(image, 0, 0);
      return { canvas, side };
    });
  }

  /** The wrong answer whose image lies under the pointer. */
  indexAt(event) {
    const [px, py] = this.local(event);
    const { cell, columns, most, side, wide } = this.geometry();
    const column = Math.floor(px / wide);
    const place = Math.floor(py / cell.height) * columns + column;
    if (column >= columns || place >= most || px - column * wide > side + 12) return null;
    return this.wrong(this.player.clock.step).list[place] ?? null;
  }

  read(event) {
    const index = this.indexAt(event);
    if (index === null) return null;
    const { sure, class_names: names } = this.spec;
    const name = (k) => names?.[k] ?? k;
    return [`taken for ${name(this.guessOf(index))}, ${shareOf(sure[index])} sure`, `it is ${name(this.truthOf(index))}`, "click to follow this example"];
  }
}
