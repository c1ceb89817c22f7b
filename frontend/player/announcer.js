// What is said aloud: one polite live region, told a result once, when it is there and nothing moves any more.

const QUIET = 600; // milliseconds in which nothing newer came

export class Announcer {
  constructor(parent) {
    this.el = Object.assign(document.createElement("div"), { className: "ll-aloud" });
    this.el.setAttribute("role", "status");
    parent.append(this.el);
    this.told = ""; // the last result
  }

  /** A result, with the notices that are new; what is under way is none. Only the last of several that come quickly is said. */
  result(tree) {
    clearTimeout(this.timer);
    if (tree.progress && !tree.progress.again) return;
    const notices = tree.notices.filter((text) => !this.noticed?.includes(text));
    const words = [...notices, tree.headline === this.told ? "" : tree.headline].filter(Boolean).join(" ");
    if (!words) return;
    this.timer = setTimeout(() => {
      [this.told, this.noticed] = [tree.headline, tree.notices];
      this.say(words);
    }, QUIET);
  }

  /** Says something at once. */
  say(words) {
    this.el.textContent = words;
  }

  destroy() {
    clearTimeout(this.timer);
  }
}
