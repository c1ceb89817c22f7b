// A button for the browser's Back, as long as that undoes a choice made in this room.

const { navigation } = window; // not in every browser that is about; there the button is not shown, and Back is

export class Undo {
  constructor() {
    this.el = Object.assign(document.createElement("button"), { type: "button", className: "ll-undo", textContent: "Undo" });
    this.el.hidden = !navigation;
    this.el.addEventListener("click", () => window.history.back());
    this.room = window.location.pathname;
    this.moved = ({ navigationType }) => this.move(navigationType);
    navigation?.addEventListener("currententrychange", this.moved);
    this.move();
  }

  /** Another link stands in the address. While the room is open a new one is a choice, which a reload is to know too. */
  move(how) {
    const here = window.location.pathname === this.room;
    if (how === "push" && here) navigation.updateCurrentEntry({ state: { choice: true } });
    this.el.disabled = !(here && navigation?.currentEntry.getState()?.choice);
  }

  destroy() {
    navigation?.removeEventListener("currententrychange", this.moved);
  }
}
