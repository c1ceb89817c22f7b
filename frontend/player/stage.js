// Where the panels stand: one grid, and switches where two panels share a place.

export class Stage {
  constructor(player) {
    this.player = player;
    this.bar = Object.assign(document.createElement("div"), { className: "ll-progress" });
    this.body = Object.assign(document.createElement("div"), { className: "ll-body" });
    this.empty = Object.assign(document.createElement("div"), { className: "ll-empty", hidden: true });
    this.empty.innerHTML = '<button type="button">+ Add a first run</button><p>Click the map to choose the start, or add a run.</p>';
    this.empty.querySelector("button").addEventListener("click", () => player.act({ kind: "add" }));
    player.el.append(this.bar, player.sentence.el, this.body, player.timeline.el);
  }

  /** Puts the panels into the grid; `switches` are groups of which one is seen at a time. */
  place(panels) {
    this.body.replaceChildren(...panels.map((panel) => panel.el), this.player.table.el, this.player.drag.el, this.empty);
    const byId = Object.fromEntries(panels.map((panel) => [panel.el.dataset.id, panel]));
    for (const group of this.player.tree.switches) this.addSwitch(group, byId);
  }

  addSwitch(group, byId) {
    const members = group.ids.map((id) => byId[id]);
    const show = (shown) => {
      for (const panel of members) {
        panel.el.classList.toggle(group.phone ? "ll-behind-phone" : "ll-behind", panel !== shown);
        for (const button of panel.el.querySelectorAll(`.ll-switch[data-group="${group.ids.join()}"] button`)) {
          button.setAttribute("aria-pressed", String(button.dataset.id === shown.el.dataset.id));
        }
      }
      this.player.refit();
    };
    for (const panel of members) {
      const box = document.createElement("div");
      box.className = `ll-switch${group.phone ? " ll-phone-only" : ""}`;
      box.dataset.group = group.ids.join();
      for (const other of members) {
        const button = Object.assign(document.createElement("button"), { type: "button", textContent: other.el.dataset.short });
        button.dataset.id = other.el.dataset.id;
        button.addEventListener("click", () => show(other));
        box.append(button);
      }
      panel.el.querySelector("header").append(box);
    }
    show(members[0]);
  }

  update(tree) {
    this.empty.hidden = tree.runs.length > 0;
  }

  busy(on) {
    this.player.el.classList.toggle("ll-computing", on);
  }
}
