// The images that are wrong at the playhead, each with what the network takes it for.

import { channels } from "./colors.js";
import { Panel } from "./panel.js";
import { shareOf } from "./words.js";

export class Images extends Panel {
  constructor(player, spec) {
    super(player, spec);
    this.frame.addEventListener("click", (event) => {
      const index = this.indexAt(event);
      if (index !== null) player.act({ kind: "example", index: index + (this.spec.first ?? 0) });
    });
  }

  geometry() {
    const big = this.player.projector || this.player.phone;
    const cell = { width: big ? 84 : 66, height: (big ? 56 : 44) + this.em + 12 };
    const columns = Math.max(1, Math.floor(this.size[0] / cell.width));
    const rows = Math.max(1, Math.floor((this.size[1] - 4) / cell.height));
    return { cell, columns, most: columns * rows, side: big ? 56 : 44, wide: this.size[0] / columns };
  }

  wrong(step) {
    const { guess, truth } = this.spec;
    const count = truth.length;
    const frame = this.frameAt(step);
    return this.once("wrong", frame, () => {
      const out = [];
      for (let i = 0; i < count; i++) if (guess[frame * count + i] !== truth[i]) out.push(i);
      return { frame, list: out };
    });
  }

  draw(step) {
    this.begin();
    const { frame, list } = this.wrong(step);
    this.put(this.layer("wrong", (ctx) => this.paint(ctx, frame, list), frame));
    const { length } = this.spec.truth;
    this.say(step, list.length ? `${list.length} of ${length} unseen wrong` : `all ${length} unseen right`);
  }

  paint(ctx, frame, list) {
    const ink = this.player.ink;
    const { cell, columns, most, side, wide } = this.geometry();
    const atlas = this.atlas();
    ctx.textBaseline = "middle";
    ctx.imageSmoothingEnabled = false;
    if (!list.length) {
      ctx.font = this.font;
      ctx.fillStyle = ink.ink2;
      ctx.fillText(`None of these images is wrong at step ${this.spec.steps[frame]}.`, 0, 22);
    }
    list.slice(0, most).forEach((index, place) => {
      const x = (place % columns) * wide;
      const y = Math.floor(place / columns) * cell.height + 8;
      ctx.drawImage(atlas.canvas, 0, index * atlas.side, atlas.side, atlas.side, x, y, side, side);
      ctx.strokeStyle = index + (this.spec.first ?? 0) === this.spec.chosen ? ink.accent : ink.hairline;
      ctx.lineWidth = index + (this.spec.first ?? 0) === this.spec.chosen ? 2 : 1;
      ctx.strokeRect(x + 0.5, y + 0.5, side - 1, side - 1);
      this.caption(ctx, frame, index, x, y + side + 4 + this.em / 2, wide - 6);
    });
  }

  caption(ctx, frame, index, x, y, room) {
    const { guess, truth, class_names: names } = this.spec;
    const ink = this.player.ink;
    const taken = names?.[guess[frame * truth.length + index]] ?? guess[frame * truth.length + index];
    ctx.font = `600 ${this.font}`;
    ctx.fillStyle = ink.warning;
    ctx.fillText(`${taken}`, x, y);
    const width = ctx.measureText(`${taken}`).width;
    ctx.font = this.font;
    ctx.fillStyle = ink.ink2;
    ctx.fillText(`, not ${names?.[truth[index]] ?? truth[index]}`, x + width, y, Math.max(10, room - width));
  }

  /** All images one under the other, ink on background. */
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
    const { guess, sure, truth, class_names: names } = this.spec;
    const at = this.wrong(this.player.clock.step).frame * truth.length + index;
    const name = (k) => names?.[k] ?? k;
    return [`taken for ${name(guess[at])}, ${shareOf(sure[at])} sure`, `it is ${name(truth[index])}`, "click to follow this example"];
  }
}
