// Reads values under the pointer: one small box, words from the panel it is over.

export class Hover {
  constructor(player) {
    this.box = document.createElement("div");
    this.box.className = "ll-hover";
    this.box.hidden = true;
    player.el.append(this.box);
    player.el.addEventListener("pointermove", (event) => this.move(player, event));
    player.el.addEventListener("pointerleave", () => (this.box.hidden = true));
  }

  /** What is read at the playhead moves on with it. */
  refresh(player) {
    if (!this.box.hidden) this.move(player, this.event);
  }

  move(player, event) {
    this.event = event;
    const frame = event.target.closest?.(".ll-plot");
    const panel = frame && player.panels.find((p) => p.frame === frame);
    const lines = panel?.ready && event.pointerType !== "touch" ? panel.read(event) : null;
    this.box.hidden = !lines;
    if (!lines) return;
    this.box.replaceChildren(...lines.map((text) => Object.assign(document.createElement("div"), { textContent: text })));
    const right = event.clientX + 16 + this.box.offsetWidth > window.innerWidth;
    const low = event.clientY + 16 + this.box.offsetHeight > window.innerHeight;
    this.box.style.left = `${event.clientX + (right ? -12 - this.box.offsetWidth : 14)}px`;
    this.box.style.top = `${event.clientY + (low ? -12 - this.box.offsetHeight : 14)}px`;
  }
}
