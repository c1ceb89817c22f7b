// The room's starters on the stage: chips on a phone and a tablet, and while presenting slides, by click and by key.

import { icon } from "./icons.js";

export class Slides {
  constructor(player) {
    this.player = player;
    this.left = new Map(); // the step at which a slide was left
    this.el = Object.assign(document.createElement("nav"), { className: "ll-slides" });
    this.el.setAttribute("aria-label", "Starters");
    this.el.innerHTML = `
      <button type="button" class="ll-before" aria-label="Slide before">${icon("back")}</button>
      <ol></ol>
      <b aria-hidden="true"></b><span aria-hidden="true">next</span>
      <button type="button" class="ll-after"><span></span>${icon("forward")}</button>
      <p></p>`;
    [this.before, this.list, this.title, , this.after, this.look] = this.el.children;
    this.before.addEventListener("click", () => this.turn(-1));
    this.after.addEventListener("click", () => this.turn(1));
  }

  update({ starters, starter }) {
    this.el.hidden = !starters?.length;
    if (this.el.hidden) return;
    if (starters[0].href !== this.starters?.[0].href) this.list.replaceChildren(...starters.map((each, i) => this.chip(each, i)));
    [this.starters, this.chosen] = [starters, starter];
    [...this.list.children].forEach(({ firstChild }, i) => firstChild.setAttribute("aria-pressed", String(i === starter)));
    const now = starters[starter];
    this.title.textContent = now?.title ?? "";
    this.look.textContent = now ? `${now.look[0].toUpperCase()}${now.look.slice(1)}.` : "";
    this.at = starter ?? this.at ?? -1;
    this.before.disabled = this.at <= 0;
    const next = starters[this.at + 1];
    this.after.disabled = !next;
    this.after.firstChild.textContent = next?.title ?? "the end";
    this.after.setAttribute("aria-label", next ? `Next: ${next.title}` : "The last slide");
    if (starter !== null && this.seen !== starter) this.list.children[starter]?.scrollIntoView?.({ block: "nearest", inline: "nearest" });
    this.seen = starter;
  }

  chip({ title }, i) {
    const chip = Object.assign(document.createElement("button"), { type: "button" });
    chip.innerHTML = "<i></i><span></span>";
    [chip.firstChild.textContent, chip.lastChild.textContent] = [i + 1, title];
    chip.setAttribute("aria-label", `${i + 1}. ${title}`);
    chip.addEventListener("click", () => this.open(i));
    const item = document.createElement("li");
    item.append(chip);
    return item;
  }

  turn(by) {
    this.open(this.at + by);
  }

  open(i) {
    if (!this.starters?.[i]) return;
    if (this.chosen !== null) this.left.set(this.chosen, this.player.clock.step);
    this.player.act({ kind: "begin", starter: i });
  }

  /** The step at which the slide that begins was left, if it was and the page is presented. */
  get where() {
    return this.player.projector ? this.left.get(this.chosen) : undefined;
  }
}
