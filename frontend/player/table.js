// The runs at the playhead: figures in columns, and the legend that hides a run everywhere.

import { markerIcon } from "./icons.js";

export class Table {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("section");
    this.el.className = "ll-panel ll-table ll-area-table";
    this.cells = [];
  }

  update(spec) {
    this.spec = spec;
    this.el.hidden = !spec;
    this.cells = [];
    if (!spec) return;
    const head = spec.columns.map((c) => `<th scope="col">${c.title}</th>`).join("");
    this.el.innerHTML = `<table><thead><tr><th scope="col" class="ll-at"></th>${head}<th scope="col">${spec.outcome}</th></tr></thead><tbody></tbody></table>`;
    this.at = this.el.querySelector(".ll-at");
    const body = this.el.querySelector("tbody");
    body.classList.toggle("ll-many", this.player.runs.length > 5);
    this.cells = this.player.runs.map((run) => this.row(body, run));
  }

  row(body, run) {
    const row = body.insertRow();
    const name = row.insertCell();
    const button = document.createElement("button");
    button.type = "button";
    button.className = "ll-legend";
    button.title = `Hide or show ${run.label} everywhere`;
    button.append(markerIcon(run), document.createTextNode(run.label));
    button.addEventListener("click", () => this.player.toggleRun(run));
    const own = Object.assign(document.createElement("small"), { className: "ll-own" }); // where it is not the heading's step
    name.append(button, own);
    const values = this.spec.columns.map(() => row.insertCell());
    return { run, row, button, own, values, outcome: row.insertCell() };
  }

  draw(step) {
    if (!this.spec) return;
    const shown = this.cells.map(({ run }) => this.shownOf(this.player.track(run), step));
    const head = Math.max(...shown.filter((at) => at !== null));
    put(this.at, `At step ${Number.isFinite(head) ? head : step}`);
    this.cells.forEach(({ own }, i) => put(own, shown[i] === null || shown[i] === head ? "" : `step ${shown[i]}`));
    for (const { run, row, button, values, outcome } of this.cells) {
      const track = this.player.track(run);
      const hidden = this.player.hidden.has(run.key);
      row.classList.toggle("ll-off", hidden);
      button.setAttribute("aria-pressed", String(!hidden));
      const gone = track.diverged !== null && step >= track.diverged;
      this.spec.columns.forEach((c, i) => put(values[i], gone ? "–" : track.says(c.series, step)));
      put(outcome, this.outcome(track, step, gone));
      outcome.classList.toggle("ll-warn", gone);
    }
  }

  /** The step of a run's figures, or null where there are none. */
  shownOf(track, step) {
    const [column] = this.spec.columns;
    const over = (track.diverged !== null && step >= track.diverged) || (track.stopped !== null && step > track.stopped);
    return column && !over ? track.stepOf(column.series, step) : null;
  }

  outcome(track, step, gone) {
    if (gone) return `diverged, ${track.diverged}`;
    if (track.stopped !== null && step >= track.stopped) return `stopped, ${track.stopped}`;
    if (!this.spec.target) return "";
    return track.reached !== null && step >= track.reached ? `step ${track.reached}` : "not yet";
  }
}

function put(el, text) {
  if (el.textContent !== text) el.textContent = text;
}
