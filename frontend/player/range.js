// The two ranges of an axis: fitted to the runs that are shown, or holding all that the surface has.

const KINDS = { fitted: "Fitted", full: "Full range" };

export class AxisRange {
  constructor(panel) {
    this.panel = panel;
    this.kind = "fitted";
    this.el = Object.assign(document.createElement("div"), { className: "ll-range", hidden: true });
    this.el.setAttribute("role", "group");
    this.el.setAttribute("aria-label", "Range of the axis");
    for (const [kind, text] of Object.entries(KINDS)) {
      const button = Object.assign(document.createElement("button"), { type: "button", textContent: text });
      button.dataset.name = kind;
      button.addEventListener("click", () => this.choose(kind));
      this.el.append(button);
    }
    panel.el.querySelector("header").append(this.el);
  }

  choose(kind) {
    this.kind = kind;
    this.panel.update(this.spec);
  }

  update(spec) {
    this.spec = spec;
    this.el.hidden = !spec.full;
    for (const button of this.el.children) button.setAttribute("aria-pressed", String(button.dataset.name === this.kind));
  }

  /** The description with the figure of the range that is chosen, or of a knob's whole reach while it is dragged. */
  chosen(spec) {
    const { drag } = this.panel.player;
    const stretched = spec.fanned && drag?.held && drag.spec?.fan?.figure;
    if (stretched) return { ...spec, figure: stretched, key: `${spec.key} stretched` };
    return spec.full && this.kind === "full" ? { ...spec, figure: spec.full, key: `${spec.key} full` } : spec;
  }
}
