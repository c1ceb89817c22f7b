// The frame around the stage: theme, presentation, the link; and the thin bar while the server computes.

import { seen } from "./focus.js";
import { icon } from "./icons.js";

export class Chrome {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("div");
    this.el.className = "ll-chrome";
    this.el.innerHTML = `
      <button type="button" class="ll-theme"></button>
      <button type="button" class="ll-present">${icon("present")}<span>Present</span></button>
      <button type="button" class="ll-share">${icon("link")}<span>Share link</span></button>
      <div class="ll-said"></div>`;
    player.el.append(this.el);
    [this.theme, this.presenter, this.sharer, this.said] = this.el.children;
    this.theme.addEventListener("click", () => this.switchTheme());
    this.presenter.addEventListener("click", () => player.present(true));
    this.presenter.setAttribute("aria-label", "Present: large type, no controls");
    this.sharer.addEventListener("click", () => this.share());
    this.sharer.setAttribute("aria-label", "Share link: copies a link to exactly this");
    this.watchServer();
  }

  update() {
    const dark = this.player.scheme === "dark";
    this.theme.innerHTML = icon(dark ? "sun" : "moon");
    this.theme.setAttribute("aria-label", dark ? "Light theme" : "Dark theme");
  }

  /** After 300 ms of server work the last picture fades and a thin bar says so; controls stay live. */
  watchServer() {
    const app = document.querySelector('[data-testid="stApp"]');
    if (!app) return;
    let timer = 0;
    this.observer = new MutationObserver(() => {
      const running = app.dataset.testScriptState === "running";
      clearTimeout(timer);
      if (running) timer = setTimeout(() => this.player.stage.busy(true), 300);
      else this.player.stage.busy(false);
    });
    this.observer.observe(app, { attributes: true, attributeFilter: ["data-test-script-state"] });
  }

  /** Streamlit's own choice of theme, made through its menu so that it remembers. */
  async switchTheme() {
    const wanted = this.player.scheme === "dark" ? "Light" : "Dark";
    const root = document.documentElement.classList;
    const menu = document.querySelector('[data-testid="stMainMenuButton"]');
    root.add("ll-quiet-menu");
    menu?.click();
    (await appears(`[data-testid="stMainMenuItem-theme-${wanted}"]`))?.click();
    if (menu?.getAttribute("aria-expanded") === "true") menu.click();
    this.theme.focus();
    setTimeout(() => root.remove("ll-quiet-menu"), 300);
  }

  /** The address bar holds the experiment; the step of a playhead that `stands` is added. */
  address(stands) {
    const { clock } = this.player;
    const url = new URL(window.location.href);
    if (stands && clock.step < clock.steps) url.searchParams.set("at", clock.step);
    else url.searchParams.delete("at");
    if (url.searchParams.has("at") && this.player.ended) url.searchParams.set("tell", 1);
    else if (!this.player.tree.clock.tell) url.searchParams.delete("tell");
    return url.href;
  }

  async share() {
    const address = this.address(!this.player.clock.playing);
    try {
      await navigator.clipboard.writeText(address);
      this.say("Link copied");
    } catch {
      this.offer(address);
    }
  }

  /** Where the clipboard is closed to pages, the link is shown, selected. */
  offer(text) {
    const field = Object.assign(document.createElement("input"), { value: text, readOnly: true });
    field.setAttribute("aria-label", "Link to exactly this");
    this.said.replaceChildren(field);
    this.said.classList.add("ll-on");
    field.focus();
    field.select();
    field.addEventListener("blur", () => this.said.classList.remove("ll-on"));
  }

  say(text) {
    this.said.textContent = text;
    this.player.announcer.say(text);
    this.said.classList.add("ll-on");
    clearTimeout(this.quiet);
    this.quiet = setTimeout(() => this.said.classList.remove("ll-on"), 2500);
  }

  /** Back from a presentation: to the button that began it, or where a small screen has none to the stage. */
  takeFocus() {
    (seen(this.presenter) ? this.presenter : this.player.el).focus({ preventScroll: true });
  }

  destroy() {
    this.observer?.disconnect();
  }
}

function appears(selector, most = 20) {
  return new Promise((resolve) => {
    const look = (left) => {
      const found = document.querySelector(selector);
      if (found || left === 0) resolve(found);
      else requestAnimationFrame(() => look(left - 1));
    };
    look(most);
  });
}
