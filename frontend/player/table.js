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
    name.append(button);
    const values = this.spec.columns.map(() => row.insertCell());
    return { run, row, button, values, outcome: row.insertCell() };
  }

  draw(step) {
    if (!this.spec) return;
    put(this.at, `At step ${step}`);
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
