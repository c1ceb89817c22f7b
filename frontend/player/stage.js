// Where the panels stand: one grid, and switches where several panels share a place.

const FIRST = { text: "+ Add a first run", action: "add", words: "Click the map to choose the start, or add a run." };

export class Stage {
  constructor(player) {
    this.player = player;
    this.chosen = []; // ids that the visitor asked for, the latest last
    this.bar = Object.assign(document.createElement("div"), { className: "ll-progress" });
    this.body = Object.assign(document.createElement("div"), { className: "ll-body" });
    this.empty = Object.assign(document.createElement("div"), { className: "ll-empty", hidden: true });
    this.empty.innerHTML = '<button type="button"></button><p></p>';
    [this.start, this.words] = this.empty.children;
    this.start.addEventListener("click", () => player.act({ kind: this.first.action }));
    this.soFar = Object.assign(document.createElement("div"), { className: "ll-so-far", hidden: true });
    this.soFar.innerHTML = '<span></span><button type="button">Stop</button>';
    this.soFar.lastElementChild.addEventListener("click", () => player.act({ kind: this.again ? "again" : "stop" }));
    player.el.append(this.bar, player.slides.el, player.sentence.el, this.soFar, this.body, player.timeline.el);
  }

  /** Puts the panels into the grid; `switches` are groups of which one is seen at a time. */
  place(panels) {
    this.player.keepFocus(() => this.arrange(panels));
  }

  arrange(panels) {
    for (const panel of panels) {
      panel.el.querySelectorAll(".ll-switch").forEach((box) => box.remove());
      panel.el.classList.remove("ll-behind", "ll-behind-phone", "ll-tabbed");
    }
    this.body.replaceChildren(...panels.map((panel) => panel.el), this.player.table.el, this.player.drag.el, this.empty);
    const byId = Object.fromEntries(panels.map((panel) => [panel.el.dataset.id, panel]));
    for (const group of this.player.tree.switches) this.addSwitch(group, byId);
  }

  addSwitch(group, byId) {
    const members = group.ids.map((id) => byId[id]).filter(Boolean);
    if (members.length < 2) return;
    const name = group.ids.join();
    const show = (shown) => {
      for (const panel of members) {
        panel.el.classList.toggle(group.phone ? "ll-behind-phone" : "ll-behind", panel !== shown);
        for (const button of panel.el.querySelectorAll(`.ll-switch[data-group="${name}"] button`)) {
          button.setAttribute("aria-pressed", String(button.dataset.id === shown.el.dataset.id));
        }
      }
    };
    const choose = (panel) => {
      this.chosen = [...this.chosen.filter((id) => id !== panel.el.dataset.id), panel.el.dataset.id];
      show(panel);
      this.player.refit();
      panel.el.querySelector(`.ll-switch[data-group="${name}"] [aria-pressed="true"]`)?.focus();
    };
    for (const panel of members) panel.el.querySelector("header").append(this.switchOf(panel, members, group, choose));
    const ranked = [...members].sort((a, b) => this.chosen.indexOf(b.el.dataset.id) - this.chosen.indexOf(a.el.dataset.id));
    show(ranked[0]);
  }

  /** The buttons of a group as they stand in one panel's header; as tabs they take the title's place. */
  switchOf(panel, members, group, choose) {
    const tabs = group.tabs ?? members.some((member) => member.spec.area === "now");
    const box = document.createElement("div");
    box.className = `ll-switch${group.phone ? " ll-phone-only" : ""}${tabs ? " ll-tabs" : ""}`;
    box.dataset.group = group.ids.join();
    panel.el.classList.toggle("ll-tabbed", tabs);
    for (const other of members) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: other.el.dataset.short });
      button.dataset.id = other.el.dataset.id;
      button.addEventListener("click", () => choose(other));
      box.append(button);
    }
    return box;
  }

  /** The class of the room, what stands where there is no run, and how far the training is. */
  update(tree) {
    const { el } = this.player;
    for (const room of ["train", "gradients"]) el.classList.toggle(`ll-room-${room}`, tree.room === room);
    el.classList.toggle("ll-one-run", tree.runs.length < 2);
    el.classList.toggle("ll-flat", Boolean(tree.flat));
    el.setAttribute("aria-busy", String(Boolean(tree.progress && !tree.progress.again)));
    this.empty.hidden = tree.runs.length > 0 || Boolean(tree.room && !tree.empty);
    this.first = tree.empty ? { ...FIRST, words: "", ...tree.empty } : FIRST;
    this.start.textContent = this.first.text;
    this.words.textContent = this.first.words;
    const { progress } = tree;
    el.classList.toggle("ll-training", Boolean(progress));
    this.again = Boolean(progress?.again);
    this.soFar.lastElementChild.textContent = this.again ? "Train again" : "Stop";
    this.soFar.hidden = !progress;
    if (!progress) return;
    this.soFar.firstElementChild.textContent = progress.text;
    this.bar.style.setProperty("--share", `${(100 * progress.done) / Math.max(1, progress.total)}%`);
  }

  busy(on) {
    this.player.el.classList.toggle("ll-computing", on);
  }
}
