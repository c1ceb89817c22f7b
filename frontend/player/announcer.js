// What is said aloud: one polite live region, told a result once, when it is there and nothing moves any more.

const QUIET = 600; // milliseconds in which nothing newer came

export class Announcer {
  constructor(parent, playing) {
    this.playing = playing; // whether the playhead moves
    this.el = Object.assign(document.createElement("div"), { className: "ll-aloud" });
    this.el.setAttribute("role", "status");
    parent.append(this.el);
    this.told = ""; // the last result
  }

  /**
   * What is said of a result where the playhead stands, with the notices that are new. What is under way is no result, and
   * while it plays only the end is one. Only the last of several that come quickly is said.
   */
  result(tree, headline, told) {
    clearTimeout(this.timer);
    if (tree.progress && !tree.progress.again) return;
    if (!told && this.playing()) return;
    const notices = tree.notices.filter((text) => !this.noticed?.includes(text));
    const words = [...notices, headline === this.told ? "" : headline].filter(Boolean).join(" ");
    if (!words) return;
    this.timer = setTimeout(() => {
      [this.told, this.noticed] = [headline, tree.notices];
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
