// A button for the browser's Back, as long as that undoes a choice made in this room.

export class Undo {
  constructor() {
    this.el = Object.assign(document.createElement("button"), { type: "button", className: "ll-undo", textContent: "Undo", disabled: true });
    this.el.addEventListener("click", () => window.history.back());
    this.count = -1; // choices before the page's link, of those made since the room was opened
    this.went = null; // where Back or Forward has led: its link, and the choices before that
    this.gone = ({ state }) => (this.went = { link: link(), count: state?.choices ?? 0 });
    window.addEventListener("popstate", this.gone);
  }

  /** A picture has come, and its link stands in the address: counted there, so that a reload knows it too. */
  update() {
    const { state } = window.history;
    if (this.went && this.went.link !== link()) this.went = null;
    this.count = state?.choices ?? this.went?.count ?? this.count + 1; // Streamlit may write a link anew that was gone back to
    if (state?.choices === undefined) window.history.replaceState({ ...state, choices: this.count }, "");
    this.el.disabled = this.count < 1;
  }

  destroy() {
    window.removeEventListener("popstate", this.gone);
  }
}

function link() {
  return new URLSearchParams(window.location.search).toString();
}
