// The runs at the playhead: figures in columns, and the legend that hides a run everywhere.

import { markerIcon } from "./icons.js";
import { put } from "./panel.js";
import { moment } from "./words.js";

// Said, as a small screen draws rows and cells as something else.
const ROLES = [["thead, tbody", "rowgroup"], ["tr", "row"], ["thead th", "columnheader"], ["tbody th", "rowheader"], ["td", "cell"]];

export class Table {
  constructor(player) {
    this.player = player;
    this.el = document.createElement("section");
    this.el.className = "ll-panel ll-table ll-area-table";
    this.rows = [];
  }

  /** Rows are made anew only where runs or columns are others: whoever is on a button of theirs stays there. */
  update(spec) {
    const { runs, scheme } = this.player;
    this.spec = spec;
    this.el.hidden = !spec || !runs.length;
    // Where the figures are seen elsewhere the table is for those who do not see them, and has nothing to press.
    this.aloud = Boolean(spec?.aloud);
    this.el.classList.toggle("ll-aloud", this.aloud);
    const looks = runs.map(({ key, label, path, hollow }) => [key, label, path, hollow]);
    const key = JSON.stringify([spec?.columns, spec?.outcome, spec?.caption, spec?.ends?.title, looks, this.aloud, scheme]);
    if (key !== this.key && spec) this.build(spec);
    this.key = key;
    runs.forEach((run, i) => this.rows[i] && (this.rows[i].run = run));
  }

  build({ caption, columns, outcome, ends }) {
    const table = document.createElement("table");
    const head = table.createTHead().insertRow();
    table.createCaption().textContent = caption;
    this.at = head.appendChild(heading("col", "", "ll-at"));
    head.append(...columns.map(({ title }) => heading("col", title)));
    this.last = head.appendChild(heading("col", ends?.title ?? outcome));
    if (!head.lastChild.textContent) head.lastChild.append(unseen("how it ended"));
    const body = table.createTBody();
    body.classList.toggle("ll-many", this.player.runs.length > 5);
    this.rows = this.player.runs.map((run) => this.row(body.insertRow(), run));
    for (const [tag, role] of ROLES) for (const each of table.querySelectorAll(tag)) each.setAttribute("role", role);
    table.setAttribute("role", "table");
    this.el.replaceChildren(table);
  }

  row(row, run) {
    const name = row.appendChild(heading("row", this.aloud ? run.label : ""));
    const own = Object.assign(document.createElement("small"), { className: "ll-own" }); // where it is not the heading's step
    const button = this.aloud ? null : this.legend(run);
    name.append(...(button ? [button] : [" "]), own);
    const values = this.spec.columns.map(() => row.insertCell());
    return { run, row, button, own, values, outcome: row.insertCell() };
  }

  legend(run) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "ll-legend" });
    button.title = `Hide or show ${run.label} everywhere`;
    button.dataset.run = run.key;
    button.append(markerIcon(run), document.createTextNode(run.label));
    button.addEventListener("click", () => this.player.toggleRun(run));
    return button;
  }

  draw(step) {
    if (!this.spec || this.el.hidden) return;
    const shown = this.rows.map(({ run }) => this.shownOf(this.player.track(run), step));
    const head = Math.max(...shown.filter((at) => at !== null));
    const { unit } = this.player.tree.clock;
    if (this.spec.first) put(this.last, this.player.knows ? this.spec.outcome : this.spec.first);
    put(this.at, `At ${moment(Number.isFinite(head) ? head : step, unit)}`);
    this.rows.forEach(({ own }, i) => put(own, shown[i] === null || shown[i] === head ? "" : moment(shown[i], unit)));
    this.rows.forEach((row, i) => this.drawRow(row, step, i));
  }

  drawRow({ run, row, button, values, outcome }, step, i) {
    const track = this.player.track(run);
    const hidden = this.player.hidden.has(run.key);
    row.classList.toggle("ll-off", hidden);
    button?.setAttribute("aria-pressed", String(!hidden));
    const gone = track.diverged !== null && step >= track.diverged;
    this.spec.columns.forEach((c, k) => put(values[k], gone ? "–" : track.says(c.series, step)));
    const end = this.player.knows ? this.spec.ends?.texts[i] : undefined;
    put(outcome, end ?? this.outcome(track, step, gone));
    outcome.classList.toggle("ll-warn", gone && end === undefined);
    outcome.classList.toggle("ll-there", this.spec.target && outcome.textContent.startsWith("step"));
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
    const at = this.player.knows ? track.reached : track.touched; // that it stays is known at the end
    return at !== null && step >= at ? `step ${at}` : "not yet";
  }
}

function unseen(text) {
  return Object.assign(document.createElement("span"), { className: "ll-aloud", textContent: text });
}

function heading(scope, text, className = "") {
  return Object.assign(document.createElement("th"), { scope, textContent: text, className });
}
