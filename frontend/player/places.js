// Where words fit: the first place around a point that nothing else has taken.

/** Places to try around a point, as the word's centre: shares of its size and of the gap. */
const TRIES = [[0, -1], [0, 1], [1, 0], [-1, 0], [0.6, -1], [-0.6, -1], [1, -1], [-1, -1], [0, -2.2], [0, 2.2], [0, -3.4]];

export class Places {
  constructor({ left, top, width, height }) {
    this.box = { left, top, right: left + width, bottom: top + height };
    this.taken = [];
  }

  /** Takes a rectangle by its centre. */
  take(x, y, width, height) {
    this.taken.push([x - width / 2, y - height / 2, x + width / 2, y + height / 2]);
  }

  /** The centre of a free place for a word around a point, kept in the box; the first one where none is free. */
  find(x, y, width, height, gap, first = []) {
    const tries = [...first, ...TRIES].map(([dx, dy]) => this.inside(x + dx * (width / 2 + gap), y + dy * (height / 2 + gap), width, height));
    const free = tries.find((at) => this.free(...at, width, height)) ?? tries[0];
    this.take(...free, width, height);
    return free;
  }

  inside(x, y, width, height) {
    const { left, top, right, bottom } = this.box;
    const keep = (at, low, high) => Math.max(low, Math.min(high, at));
    return [keep(x, left + width / 2 + 2, right - width / 2 - 2), keep(y, top + height / 2, bottom - height / 2)];
  }

  free(x, y, width, height) {
    const [left, top, right, bottom] = [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
    return this.taken.every(([l, t, r, b]) => right <= l || left >= r || bottom <= t || top >= b);
  }
}
