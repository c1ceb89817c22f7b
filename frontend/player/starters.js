// The head of a room's rail: what the room is for, and its starters as links, each with what to look for.

import { unpack } from "./blob.js";
import { plainClick } from "./focus.js";
import { icon } from "./icons.js";
import { mounted } from "./mounted.js";

class Starters {
  constructor(parent) {
    this.el = Object.assign(document.createElement("nav"), { className: "ll-starters" });
    this.el.setAttribute("aria-label", "Start from");
    this.el.innerHTML = '<p></p><header><h2>Start from</h2><span>each is a link</span></header><ol></ol><button type="button" class="ll-more"></button>';
    [this.purpose, , this.list, this.more] = this.el.children;
    this.more.addEventListener("click", () => this.show((this.all = !this.all)));
    parent.append(this.el);
  }

  update(tree, send) {
    [this.tree, this.send] = [tree, send];
    this.purpose.textContent = tree.purpose;
    if (!this.list.children.length) this.list.append(...tree.starters.map((each, i) => this.row(each, i)));
    [...this.list.children].forEach(({ firstChild }, i) => {
      if (i === tree.starter) firstChild.setAttribute("aria-current", "true");
      else firstChild.removeAttribute("aria-current");
    });
    this.show(this.all || tree.starter >= tree.shown);
  }

  row({ title, look, href }, i) {
    const link = Object.assign(document.createElement("a"), { href, className: "ll-starter" });
    link.innerHTML = `<b></b><span></span><em aria-hidden="true">next</em>${icon("forward")}`;
    [link.children[0].textContent, link.children[1].textContent] = [title, look];
    link.addEventListener("click", (event) => plainClick(event) && this.send(i));
    const row = document.createElement("li");
    row.append(link);
    return row;
  }

  /** All of them, or the first ones. */
  show(all) {
    const { shown } = this.tree;
    [...this.list.children].forEach((row, i) => (row.hidden = !all && i >= shown));
    this.more.hidden = this.list.children.length <= shown || this.tree.starter >= shown;
    this.more.textContent = all ? "Fewer" : `All ${this.list.children.length}`;
    this.more.setAttribute("aria-expanded", String(all));
  }
}

export default function mount({ data, parentElement, setTriggerValue }) {
  return mounted(parentElement, unpack(data), () => new Starters(parentElement), (starters, tree) => {
    starters.update(tree, (place) => setTriggerValue("begin", place));
  });
}
