// What happened, in words; and what of the link had to be changed.

export class Sentence {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("div");
    this.el.className = "ll-sentence";
    this.el.innerHTML = '<h1 aria-live="polite"></h1><p></p><div class="ll-notices" role="status"></div>';
    [this.headline, this.subline, this.notices] = this.el.children;
  }

  update({ headline, subline, notices }) {
    this.headline.textContent = headline;
    this.subline.textContent = subline;
    this.notices.replaceChildren(...notices.map((text) => Object.assign(document.createElement("p"), { textContent: text })));
    this.notices.hidden = !notices.length;
    if (!notices.length) return;
    const copy = Object.assign(document.createElement("button"), { type: "button", textContent: "Copy a fresh link" });
    copy.addEventListener("click", () => this.player.chrome.share());
    const close = Object.assign(document.createElement("button"), { type: "button", textContent: "Dismiss" });
    close.addEventListener("click", () => {
      this.notices.hidden = true;
      this.player.refit();
    });
    this.notices.append(copy, close);
  }
}
