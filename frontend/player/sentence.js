// What happens, in words: at the playhead what is happening, at the end what happened; and what of the link was changed.

import { explain } from "./glossary.js";
import { rowAt } from "./stops.js";

const FIRST = 3; // notices that are seen at once: more would take the charts' place

export class Sentence {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("div");
    this.el.className = "ll-sentence";
    this.el.innerHTML = '<h1 tabindex="-1"><span></span></h1><p><span></span></p><div class="ll-notices"></div>';
    [this.headline, this.conditions, this.notices] = this.el.children;
    [this.said, this.subline] = [this.headline.firstChild, this.conditions.firstChild];
  }

  update(tree) {
    this.tree = tree;
    // Room for the longest sentence from the start, so that nothing moves while they change.
    this.headline.dataset.longest = [tree.headline, ...(tree.now?.said ?? []), ...(tree.drag?.fan?.says ?? [])].reduce((a, b) => (b.length > a.length ? b : a));
    this.conditions.dataset.longest = tree.subline;
    this.draw(this.player.clock.step);
    this.notice(tree.notices);
  }

  /** What is said at a step, or where a knob is being dragged to. */
  at(step) {
    const { morphed } = this.player;
    const dragged = morphed && this.player.knows && this.tree.drag?.fan?.says?.[morphed.stop];
    if (dragged) return dragged;
    const { headline, now } = this.tree;
    if (!now || this.player.told(step)) return headline;
    return now.said[rowAt(now.at, step)];
  }

  draw(step) {
    explain(this.said, this.at(step), this.tree.words);
    const { now, subline } = this.tree;
    explain(this.subline, !now || this.player.told(step) ? subline : now.subline, this.tree.words);
  }

  notice(notices) {
    const key = JSON.stringify(notices);
    if (key === this.noticed) return; // unfolded or dismissed, they stay so while a training reports
    this.noticed = key;
    this.notices.hidden = !notices.length;
    const lines = notices.map((text) => Object.assign(document.createElement("p"), { textContent: text }));
    const [first, rest] = [lines.slice(0, FIRST), lines.slice(FIRST)];
    this.notices.replaceChildren(...first, ...(rest.length > 1 ? [this.folded(rest)] : rest), this.copier(), this.closer());
  }

  copier() {
    const copy = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy a fresh link" });
    copy.addEventListener("click", () => this.player.chrome.share());
    return copy;
  }

  closer() {
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Dismiss" });
    close.addEventListener("click", () => {
      this.player.keepFocus(() => (this.notices.hidden = true));
      this.player.refit();
    });
    return close;
  }

  /** What else was changed, unfolded by a click. */
  folded(lines) {
    const box = document.createElement("details");
    box.append(Object.assign(document.createElement("summary"), { textContent: `and ${lines.length} more` }), ...lines);
    box.addEventListener("toggle", () => this.player.refit());
    return box;
  }
}
