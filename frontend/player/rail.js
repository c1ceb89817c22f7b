// What Streamlit's rail does not say by itself: a slider's value, which run is open; and focus that would be lost in it.

import { seen } from "./focus.js";
import { plain } from "./words.js";

const STOPS = 240; // positions of a knob's slider, as in frontend/knobs.py
const KNOB = /st-key-knob_(log|even)_([-\dep]+)_([-\dep]+)_/;
export const CONTROL = "button, input, select, textarea, summary, a[href], [tabindex='0']";

/** What a knob's slider stands for: the number in the box beside it, or where it has been moved since, its place's. */
export function valueOf(container, slider) {
  const box = container.querySelector("[data-testid=stNumberInputField]")?.value;
  const [, scale, ...ends] = KNOB.exec(container.className) ?? [];
  if (!scale) return box === undefined ? null : slider.value;
  const [low, high] = ends.map((text) => Number(text.replace("p", ".")));
  const ratio = (value) => (scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low));
  const place = Math.round(STOPS * Math.min(1, Math.max(0, ratio(Number(box)))));
  if (box && place === Number(slider.value)) return box;
  const share = Number(slider.value) / STOPS;
  return scale === "log" ? plain(low * (high / low) ** share, 3) : plain(low + (high - low) * share, 4);
}

function set(element, name, value) {
  if (element && value !== null && element.getAttribute(name) !== value) element.setAttribute(name, value);
}

/** Decades as ticks under a slider, as a background from its first to its last place. */
function ticksOf(container) {
  const [, scale, ...ends] = KNOB.exec(container.className) ?? [];
  if (scale !== "log") return null;
  const [low, high] = ends.map((text) => Math.log10(Number(text.replace("p", "."))));
  const places = [];
  for (let decade = Math.ceil(low); decade <= high; decade += 1) places.push((decade - low) / (high - low));
  const tick = "linear-gradient(var(--ll-ink3), var(--ll-ink3))";
  return places.map((share) => `${tick} calc(${100 * share}%) 100% / 1px 5px no-repeat`).join(", ");
}

function sayValues(rail) {
  for (const slider of rail.querySelectorAll('[class*="st-key-knob_"] input[type=range]')) {
    const knob = slider.closest('[class*="st-key-knob_"]');
    const said = valueOf(knob, slider);
    set(slider, "aria-valuetext", said);
    const box = knob.querySelector("[data-testid=stNumberInputField]")?.value;
    if (said !== null && said !== box) set(knob, "data-moving", said);
    else if (knob.hasAttribute("data-moving")) knob.removeAttribute("data-moving");
    if (knob.dataset.ticks !== knob.className) {
      knob.dataset.ticks = knob.className;
      const ticks = ticksOf(knob);
      if (ticks) knob.style.setProperty("--ticks", ticks);
    }
  }
  for (const chip of rail.querySelectorAll('[class*="st-key-chip_"] button')) {
    const open = chip.querySelector("[data-testid=stIconMaterial]")?.textContent === "expand_less";
    set(chip, "aria-expanded", String(open));
  }
}

const keyOf = (element) => /\bst-key-[\w-]+/.exec(element?.closest(".stElementContainer[class*=st-key-]")?.className ?? "")?.[0];

/** Gives lost focus to the control that took the place of the one that had it, or to the open run, or to what is first. */
class Holder {
  constructor(rail) {
    this.rail = rail;
    document.addEventListener("focusin", ({ target }) => {
      this.opened = target.closest("[data-testid=stExpandSidebarButton]") !== null;
      this.held = rail.contains(target) ? target : null;
      this.key = keyOf(this.held);
    });
    // Whoever presses elsewhere gives the focus up; what is taken away under it does not.
    document.addEventListener("pointerdown", ({ target }) => rail.contains(target) || (this.held = null), true);
  }

  mend(tries = 30) {
    const folded = this.rail.dataset.collapsed === "true";
    if (this.opened && !folded) return this.begin();
    const { activeElement } = document;
    if (!this.held || (seen(this.held) && !folded) || (activeElement !== document.body && activeElement !== this.held)) return;
    const own = this.key && this.rail.querySelector(`.${this.key} :is(${CONTROL})`);
    const open = this.rail.querySelector("[class*=st-key-chip_] button[aria-expanded=true]");
    const fold = [...document.querySelectorAll("[data-testid=stExpandSidebarButton], .ll-change")].find(seen);
    const inside = folded ? [] : [own, open, ...this.rail.querySelectorAll(CONTROL)];
    const next = [...inside, fold].find((each) => each && seen(each));
    if (next) next.focus({ preventScroll: folded });
    else if (folded && tries) requestAnimationFrame(() => this.mend(tries - 1)); // the button that unfolds it comes a little later
  }

  /** Unfolded from the header, where the button is gone: on to the one that folds it. */
  begin() {
    const button = this.rail.querySelector("[data-testid=stSidebarCollapseButton] button");
    this.opened = false;
    if (button) requestAnimationFrame(() => button.focus({ preventScroll: true }));
  }
}

/** What every control of the rail shows, by its key, with its name and that of the run it is of. */
export function controls(rail) {
  const found = new Map();
  const open = rail.querySelector("[class*=st-key-chip_] button[aria-expanded=true] strong")?.textContent;
  for (const each of rail.querySelectorAll(".stSlider, .stNumberInput, .stSelectbox, .stCheckbox")) {
    const [knob, input] = [each.closest('[class*="st-key-knob_"]'), each.querySelector("input")];
    if (!input || (knob && !each.matches(".stSlider"))) continue;
    const value = knob ? valueOf(knob, input) : input.type === "checkbox" ? (input.checked ? "on" : "off") : input.value;
    const label = each.querySelector("label")?.textContent.trim() ?? "";
    found.set(keyOf(each), { label, value, run: each.closest(".st-key-open_run_box") ? open : "" });
  }
  return found;
}

/** To be called with whatever Streamlit may have made anew. */
export function watchRail() {
  const rail = document.querySelector(".stSidebar");
  if (!rail || rail.watched) return;
  rail.watched = true;
  const holder = new Holder(rail);
  const look = () => {
    sayValues(rail);
    rail.inert = rail.dataset.collapsed === "true"; // folded, it is out of the way of the keyboard
    holder.mend();
  };
  rail.addEventListener("input", look, true);
  const attributeFilter = ["aria-valuetext", "value", "data-collapsed", "disabled"];
  new MutationObserver(look).observe(rail, { subtree: true, childList: true, characterData: true, attributes: true, attributeFilter });
  look();
}
