// What many pictures have in common comes once, as an element of its own; the player waits for it here.

import { unpack } from "./blob.js";

const MOST = 8;
const NAME = 12; // letters of a part's name, which stands before it
const parts = new Map(); // by name, those used last at the end: { tree, found }

function place(name) {
  const known = parts.get(name) ?? {};
  known.tree ??= new Promise((found) => (known.found = found));
  parts.delete(name);
  parts.set(name, known);
  if (parts.size > MOST) parts.delete(parts.keys().next().value);
  return known;
}

/** A tree with what it leaves to a part of this name, once that is there. */
export async function completed(rest) {
  const { panels, ...kept } = await place(rest.part).tree;
  return { ...kept, ...rest, panels: rest.panels.map((panel) => (typeof panel === "string" ? panels[panel] : panel)) };
}

export default function mount({ data }) {
  const known = place(new TextDecoder().decode(data.subarray(0, NAME)));
  if (!known.data) known.found((known.data = unpack(data.subarray(NAME))));
}
