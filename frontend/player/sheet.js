// On a phone and an upright tablet: the rooms as a bar, and the rail as a sheet that leaves the picture in view.

import { plainClick, seen } from "./focus.js";
import { icon } from "./icons.js";
import { CONTROL, controls } from "./rail.js";
import { Undo } from "./undo.js";

export const SMALL = window.matchMedia("(max-width: 767px), (max-width: 900px) and (min-height: 900px)");
const LINKS = "[data-testid=stSidebarNavLink], [data-testid=stTopNavLink]";
const FOLD = "[data-testid=stSidebarCollapseButton] button";
const UNFOLD = "[data-testid=stExpandSidebarButton]";
const MOST = 3; // changes of one act; where there are more it is another experiment
const [TRIES, EVERY] = [20, 100]; // how often, in ms, what an act has changed is looked for

export class Sheet {
  constructor(player) {
    this.player = player;
    this.rail = document.querySelector(".stSidebar");
    this.rooms = Object.assign(document.createElement("nav"), { className: "ll-rooms" });
    this.rooms.setAttribute("aria-label", "Rooms");
    this.head = Object.assign(document.createElement("div"), { className: "ll-sheet", hidden: true });
    this.head.innerHTML = '<nav aria-label="Parts of the controls"></nav><p></p>';
    [this.parts, this.changed] = this.head.children;
    this.undo = new Undo();
    this.parts.after(this.undo.el);
    player.el.append(this.rooms, this.head);
    this.button = player.timeline.change;
    this.button.addEventListener("click", () => this.toggle());
    this.head.addEventListener("keydown", (event) => this.key(event));
    this.look = () => this.sync();
    SMALL.addEventListener("change", this.look);
    this.observer = new MutationObserver(this.look);
    if (this.rail) this.observer.observe(this.rail, { attributes: true, attributeFilter: ["data-collapsed"] });
    // Streamlit folds the rail of a phone when the page beside it is pressed; this one is to stay.
    this.pressed = (event) => this.open && event.target.closest?.(".stMain") && event.stopPropagation();
    document.body.addEventListener("mousedown", this.pressed);
    this.begun = () => this.remember();
    for (const kind of ["pointerdown", "keydown"]) document.addEventListener(kind, this.begun, { capture: true });
    this.meet();
    this.sync();
  }

  get open() {
    return SMALL.matches && this.rail?.dataset.collapsed === "false";
  }

  /** A tablet's rail comes open, over the picture; once it is folded for the visitor. */
  meet() {
    const root = document.documentElement.classList;
    if (this.open && !root.contains("ll-met")) this.rail.querySelector(FOLD)?.click();
    root.add("ll-met");
  }

  toggle() {
    const open = this.open;
    (open ? this.rail.querySelector(FOLD) : document.querySelector(UNFOLD))?.click();
    if (open) this.button.focus({ preventScroll: true });
    else document.querySelector(".stMain")?.scrollTo({ top: 0 });
  }

  /** The controls come before the stage in the page: from the sheet's parts the focus goes on to them. */
  key(event) {
    if (event.key === "Escape") return this.toggle();
    const last = this.undo.el.disabled ? this.parts.lastElementChild : this.undo.el;
    if (event.key !== "Tab" || event.shiftKey || event.target !== last) return;
    const first = [...this.rail.querySelectorAll(CONTROL)].find(seen);
    if (first) event.preventDefault();
    first?.focus();
  }

  sync() {
    const { open } = this;
    document.documentElement.classList.toggle("ll-sheet-open", open);
    this.player.el.classList.toggle("ll-small", SMALL.matches);
    this.head.hidden = !open;
    this.button.setAttribute("aria-expanded", String(open));
    this.button.innerHTML = `${icon(open ? "down" : "sliders")}<span>${open ? "Close" : "Change"}</span>`;
    if (open) this.list();
  }

  update() {
    this.link();
    this.compareSoon(this.acting ? TRIES : 1);
  }

  /** How the controls stand before an act; another one before the picture that follows is a part of it. */
  remember() {
    if (this.acting || !this.rail) return;
    this.acting = true;
    this.known = controls(this.rail);
  }

  /** The rail is drawn before the stage, or some time after it. */
  compareSoon(tries) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => {
      if (this.compare() || tries <= 1) this.acting = false;
      else this.compareSoon(tries - 1);
    }, EVERY);
  }

  /** The rooms that Streamlit knows, each a tap away. */
  link() {
    const links = [...document.querySelectorAll(LINKS)];
    const key = links.map(({ href, ariaCurrent }) => `${href} ${ariaCurrent}`).join();
    if (key === this.linked) return;
    this.linked = key;
    this.rooms.replaceChildren(...links.map((link) => {
      const own = Object.assign(document.createElement("a"), { href: link.href, textContent: link.textContent });
      if (link.getAttribute("aria-current")) own.setAttribute("aria-current", "page");
      own.addEventListener("click", (event) => plainClick(event) && this.go(link));
      return own;
    }));
  }

  /** Streamlit folds or unfolds the rail with such a click. */
  go(link) {
    link.click();
    requestAnimationFrame(() => this.rail?.dataset.collapsed === "false" && this.rail.querySelector(FOLD)?.click());
  }

  /** What the rail has, by its headings, and its end. */
  list() {
    const titles = [...this.rail.querySelectorAll("h2")].filter((each) => each.checkVisibility());
    const button = (text, act) => {
      const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      made.addEventListener("click", act);
      return made;
    };
    const end = button("More", () => this.rail.querySelector("[data-testid=stSidebarContent]").scrollTo({ top: 1e5 }));
    this.parts.replaceChildren(...titles.map((each) => button(each.textContent, () => each.scrollIntoView({ block: "start" }))), end);
  }

  /** Says which control shows something else than before, and what; whether there is one. */
  compare() {
    if (!this.rail) return true;
    const now = controls(this.rail);
    const others = [...now].filter(([key, { value }]) => this.known?.has(key) && this.known.get(key).value !== value);
    if (others.length) this.changed.textContent = others.length > MOST ? "" : this.sayChange(...others[0]);
    this.known = now;
    if (this.open && this.titles !== (this.titles = this.rail.querySelectorAll("h2").length)) this.list();
    return others.length > 0;
  }

  sayChange(key, { label, value, run }) {
    const text = `${label} ${this.known.get(key).value} → ${value}`;
    return run ? `${run}: ${text[0].toLowerCase()}${text.slice(1)}` : text;
  }

  destroy() {
    this.undo.destroy();
    clearTimeout(this.timer);
    for (const kind of ["pointerdown", "keydown"]) document.removeEventListener(kind, this.begun, { capture: true });
    this.observer.disconnect();
    SMALL.removeEventListener("change", this.look);
    document.body.removeEventListener("mousedown", this.pressed);
    document.documentElement.classList.remove("ll-sheet-open");
  }
}
