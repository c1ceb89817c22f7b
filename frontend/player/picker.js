// A gallery of thumbnails of which one is chosen: surfaces, data sets.

import { unpack } from "./blob.js";

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

class Picker {
  constructor(parent) {
    this.el = document.createElement("div");
    this.el.className = "ll-picker";
    this.el.setAttribute("role", "radiogroup");
    parent.append(this.el);
    this.all = false;
    this.observer = new MutationObserver(() => this.tree && this.draw());
    this.observer.observe(document.documentElement, { attributes: true, attributeFilter: ["data-ll-scheme"] });
  }

  update(tree, send) {
    [this.tree, this.send] = [tree, send];
    this.el.setAttribute("aria-label", tree.label);
    this.draw();
  }

  draw() {
    const { items, chosen, shown } = this.tree;
    this.scheme = document.documentElement.dataset.llScheme ?? "light";
    const first = items.slice(0, shown);
    const picked = items.find((item) => item.name === chosen);
    if (picked && !first.includes(picked)) first[shown - 1] = picked;
    const visible = this.all ? items : first;
    const more = Object.assign(document.createElement("button"), { type: "button", className: "ll-more" });
    more.textContent = this.all ? "Fewer" : `All ${items.length}`;
    more.addEventListener("click", () => {
      this.all = !this.all;
      this.draw();
    });
    this.el.replaceChildren(...visible.map((item) => this.tile(item, item.name === chosen)), ...(items.length > shown ? [more] : []));
  }

  tile(item, chosen) {
    const tile = Object.assign(document.createElement("button"), { type: "button", className: "ll-tile", title: item.help });
    tile.setAttribute("role", "radio");
    tile.setAttribute("aria-checked", String(chosen));
    tile.dataset.name = item.name;
    const canvas = document.createElement("canvas");
    if (item.thumb) {
      paint(canvas, item.thumb, this.tree.colors[this.scheme]);
      tile.append(canvas);
    } else if (item.points) {
      canvas.className = "ll-dots";
      scatter(canvas, item.points, this.tree.class_colors[this.scheme]);
      tile.append(canvas);
    } else {
      tile.append(Object.assign(document.createElement("em"), { textContent: item.sign }));
    }
    tile.append(Object.assign(document.createElement("span"), { textContent: item.title }));
    tile.addEventListener("click", () => this.send(item.name));
    return tile;
  }
}

export default function mount({ data, parentElement, setTriggerValue }) {
  parentElement.picker ??= new Picker(parentElement);
  parentElement.picker.update(unpack(data), (name) => setTriggerValue("pick", name));
  return () => parentElement.picker.observer.disconnect();
}
