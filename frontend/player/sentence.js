// What happened, in words; and what of the link had to be changed.

import { put } from "./panel.js";

const FIRST = 3; // notices that are seen at once: more would take the charts' place

export class Sentence {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("div");
    this.el.className = "ll-sentence";
    this.el.innerHTML = '<h1 tabindex="-1"></h1><p></p><div class="ll-notices"></div>';
    [this.headline, this.subline, this.notices] = this.el.children;
  }

  update({ headline, subline, notices }) {
    put(this.headline, headline);
    put(this.subline, subline);
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
