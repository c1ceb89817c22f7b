// What the network writes at the playhead.

import { Panel, put } from "./panel.js";

export class Text extends Panel {
  constructor(player, spec) {
    super(player, spec);
    this.canvas.remove();
    this.page = Object.assign(document.createElement("p"), { className: "ll-written" });
    this.prompt = document.createElement("b");
    this.rest = document.createElement("span");
    this.page.append(this.prompt, this.rest);
    this.frame.append(this.page);
  }

  /** The text reads itself: the element that would be called a picture is out of the page. */
  get picture() {
    return this.canvas;
  }

  draw(step) {
    const { prompt, samples } = this.spec;
    put(this.prompt, prompt);
    put(this.rest, samples[this.frameAt(step)] ?? "");
    this.say(step);
  }
}
