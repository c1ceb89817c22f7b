// A gallery of thumbnails of which one is chosen: surfaces, data sets.

import { unpack } from "./blob.js";
import { keepFocus } from "./focus.js";
import { mounted } from "./mounted.js";
import { watchRail } from "./rail.js";

function paint(canvas, thumb, colors) {
  const [height, width] = thumb.shape;
  canvas.width = width;
  canvas.height = height;
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(width, height);
  for (let i = 0; i < thumb.length; i++) {
    // Row 0 of the data is the bottom of the picture.
    const at = 4 * ((height - 1 - Math.floor(i / width)) * width + (i % width));
    const color = colors[Math.round((thumb[i] / 255) * (colors.length - 1))];
    image.data.set([...color, 255], at);
  }
  ctx.putImageData(image, 0, 0);
}

/** A data set as dots; places are in 0..1, from the lower left. */
function scatter(canvas, { xy, classes }, colors) {
  const [width, height, edge] = [172, 92, 9];
  Object.assign(canvas, { width, height });
  const ctx = canvas.getContext("2d");
  for (let i = 0; i < xy.length / 2; i++) {
    ctx.fillStyle = colors[classes[i] % colors.length];
    ctx.beginPath();
    ctx.arc(edge + xy[2 * i] * (width - 2 * edge), height - edge - xy[2 * i + 1] * (height - 2 * edge), 3.4, 0, 2 * Math.PI);
    ctx.fill();
  }
}

const KEYS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };
const SETTLED = 250; // milliseconds after the last arrow: what is only passed on the way is not asked for

class Picker {
  constructor(parent) {
    this.el = document.createElement("div");
    this.el.className = "ll-picker";
    this.el.setAttribute("role", "radiogroup");
    this.more = Object.assign(document.createElement("button"), { type: "button", className: "ll-more" });
    this.more.addEventListener("click", () => {
      this.all = !this.all;
      this.draw();
    });
    this.head = document.createElement("header");
    this.head.innerHTML = "<h2></h2>";
    this.head.append(this.more);
    this.head.className = "ll-gallery";
    parent.append(this.head, this.el);
    this.all = false;
    this.tiles = new Map();
    this.el.addEventListener("keydown", (event) => this.key(event));
    this.observer = new MutationObserver(() => this.tree && this.draw());
  }

  update(tree, send) {
    [this.tree, this.send] = [tree, send];
    this.el.setAttribute("aria-label", tree.label);
    this.head.firstChild.textContent = tree.label;
    this.observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-ll-scheme"] });
    this.draw();
    watchRail();
  }

  /** The items that are seen: the first ones, or all; the chosen one is always among them. */
  visible() {
    const { items, chosen, shown } = this.tree;
    if (this.all) return items;
    const first = items.slice(0, shown);
    const picked = items.find((item) => item.name === chosen);
    if (picked && !first.includes(picked)) first[shown - 1] = picked;
    return first;
  }

  /** Tiles are kept as long as they are the same, and with them the focus; one that is folded away hands it to the chosen one. */
  draw() {
    const { items, shown } = this.tree;
    this.scheme = document.documentElement.dataset.llScheme ?? "light";
    const tiles = this.visible().map((item) => this.tile(item));
    if (tiles.length !== this.el.children.length || tiles.some((tile, i) => tile !== this.el.children[i])) {
      keepFocus(this.el, () => this.el.replaceChildren(...tiles), tiles[0]);
    }
    this.more.textContent = this.all ? "Fewer" : `All ${items.length}`;
    this.more.setAttribute("aria-expanded", String(this.all));
    this.more.hidden = items.length <= shown;
    this.check(this.wanted ?? this.tree.chosen);
  }

  /** Marks one as chosen; it alone is in the tab order. */
  check(name) {
    const tiles = [...this.el.children];
    const chosen = tiles.find((tile) => tile.dataset.name === name);
    for (const tile of tiles) {
      tile.setAttribute("aria-checked", String(tile === chosen));
      tile.tabIndex = tile === (chosen ?? tiles[0]) ? 0 : -1;
    }
  }

  key(event) {
    const by = KEYS[event.key];
    if (!by || event.metaKey || event.ctrlKey || event.altKey) return;
    event.preventDefault();
    const tiles = [...this.el.children];
    const tile = tiles[(tiles.indexOf(document.activeElement) + by + tiles.length) % tiles.length];
    tile.focus();
    this.wanted = tile.dataset.name;
    this.check(this.wanted);
    clearTimeout(this.settling);
    this.settling = setTimeout(() => this.pick(this.wanted), SETTLED);
  }

  pick(name) {
    clearTimeout(this.settling);
    this.wanted = null;
    this.send(name);
  }

  tile(item) {
    const known = this.tiles.get(item.name);
    if (known?.scheme === this.scheme) return known.tile;
    const tile = known?.tile ?? this.blank(item);
    tile.replaceChildren(this.picture(item), Object.assign(document.createElement("span"), { textContent: item.title }));
    this.tiles.set(item.name, { tile, scheme: this.scheme });
    return tile;
  }

  blank({ name, help }) {
    const tile = Object.assign(document.createElement("button"), { type: "button", className: "ll-tile", title: help });
    tile.setAttribute("role", "radio");
    tile.dataset.name = name;
    tile.addEventListener("click", () => this.pick(name));
    return tile;
  }

  picture(item) {
    if (item.sign) return Object.assign(document.createElement("em"), { textContent: item.sign });
    const canvas = document.createElement("canvas");
    if (item.thumb) paint(canvas, item.thumb, this.tree.colors[this.scheme]);
    else if (item.points) scatter(canvas, item.points, this.tree.class_colors[this.scheme]);
    canvas.className = item.points ? "ll-dots" : "";
    return canvas;
  }

  destroy() {
    this.observer.disconnect();
  }
}

export default function mount({ data, parentElement, setTriggerValue }) {
  return mounted(parentElement, unpack(data), () => new Picker(parentElement), (picker, tree) => {
    picker.update(tree, (name) => setTriggerValue("pick", name));
  });
}
