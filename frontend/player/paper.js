// Print: a copy of the stage as it is on the screen, on one page of its size, which the browser shrinks to the paper.

const FOOT = 34; // pixels under the stage, for the link
const GONE = ".ll-chrome, .ll-hover, .ll-rooms, .ll-sheet, .ll-meaning";
const UNSEEN = ".ll-home, .ll-play, .ll-steps, .ll-speeds, .ll-leave, .ll-change, .ll-so-far, .ll-notices button"; // which only work on a screen

export class Paper {
  constructor(player) {
    this.player = player;
    this.listeners = { beforeprint: () => this.lay(), afterprint: () => this.clear() };
    for (const [name, listen] of Object.entries(this.listeners)) window.addEventListener(name, listen);
  }

  /** Lays the copy out; whatever the paper's width, it keeps the sizes and places of the screen. */
  lay() {
    this.clear();
    const { el } = this.player;
    for (const panel of this.player.panels) panel.redraw?.();
    const [width, height] = [el.offsetWidth, Math.max(el.offsetHeight, el.scrollHeight) + FOOT];
    this.copy = Object.assign(document.createElement("div"), { className: "ll-paper" });
    this.copy.style.cssText = `width: ${width}px; height: ${height}px`;
    this.copy.append(copied(el), Object.assign(document.createElement("footer"), { textContent: this.player.chrome.address(true) }));
    this.rule = Object.assign(document.createElement("style"), { textContent: `@page { size: ${width}px ${height + 1}px; margin: 0; }` });
    document.body.prepend(this.copy); // first, so that its own are found for the names that what Plotly draws refers to
    document.head.append(this.rule);
  }

  clear() {
    this.copy?.remove();
    this.rule?.remove();
    this.copy = this.rule = null;
  }

  destroy() {
    this.clear();
    for (const [name, listen] of Object.entries(this.listeners)) window.removeEventListener(name, listen);
  }
}

/** A copy that no rule for another width changes: with its styles as they are computed, and its canvases as pictures. */
function copied(el) {
  const copy = el.cloneNode(true);
  const [from, to] = [el, copy].map((root) => [root, ...root.querySelectorAll("*")]);
  from.forEach((one, i) => {
    if (!(one instanceof HTMLElement)) return; // what Plotly draws carries its own styles
    to[i].style.cssText = styleOf(one);
    if (one instanceof HTMLInputElement) to[i].value = one.value;
    if (one instanceof HTMLCanvasElement && one.width && one.height) to[i].getContext("2d").drawImage(one, 0, 0);
  });
  for (const other of copy.querySelectorAll(GONE)) other.remove();
  for (const control of copy.querySelectorAll(UNSEEN)) control.style.setProperty("opacity", "0", "important");
  return copy;
}

/** What is fixed to the window or sticks to its edge stands where it would without. */
function styleOf(el) {
  const computed = getComputedStyle(el);
  const text = Array.from(computed, (name) => `${name}: ${computed.getPropertyValue(name)} !important`);
  const { position } = computed;
  if (position === "fixed") text.push("position: absolute !important", "top: auto !important", "bottom: 0 !important");
  if (position === "sticky") text.push("position: relative !important", "top: auto !important", "bottom: auto !important");
  return text.join("; ");
}
