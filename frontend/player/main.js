// What Streamlit calls: once when the player is mounted, again with each new blob.

import { unpack } from "./blob.js";
import { mounted } from "./mounted.js";
import { completed } from "./part.js";
import { Player } from "./player.js";

const BASE = import.meta.url.replace(/\/[^/]*$/, "");

function stylesheet() {
  const known = document.getElementById("ll-style");
  if (known?.sheet && known.href.startsWith(BASE)) return Promise.resolve();
  const link = known ?? document.createElement("link");
  link.id = "ll-style";
  link.rel = "stylesheet";
  link.href = `${BASE}/player.css`;
  return new Promise((resolve) => {
    link.addEventListener("load", resolve, { once: true });
    link.addEventListener("error", resolve, { once: true });
    if (!known) document.head.append(link);
  });
}

/** The headlines' font, 430 kB, comes behind the first picture; on later visits the page asks for it at once. */
function headlines(player) {
  const root = document.documentElement.classList;
  if (root.contains("ll-painted")) return;
  if (!player.seen().ready) return void requestAnimationFrame(() => headlines(player));
  root.add("ll-painted");
  try {
    localStorage.setItem("ll-painted", "1");
  } catch {
    // A browser that keeps nothing is a first visitor every time.
  }
}

export default function mount({ data, parentElement, setTriggerValue }) {
  const tree = Promise.all([unpack(data).then(completed), stylesheet()]).then(([whole]) => whole);
  return mounted(parentElement, tree, () => new Player(parentElement, BASE), (player, whole) => {
    player.update(whole, (act) => setTriggerValue("act", act));
    headlines(player);
  });
}
