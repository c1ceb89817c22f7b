// Where the browser has no WebGL there is no relief: the map takes its place and says why.

const WHY = "in the relief's place, for which this browser lacks WebGL";
let known;

/** Whether the browser draws in three dimensions; asked once a page. */
export function hasWebGL() {
  if (known === undefined) {
    const canvas = document.createElement("canvas");
    const gl = canvas.getContext("webgl2") ?? canvas.getContext("webgl");
    known = Boolean(gl);
    gl?.getExtension("WEBGL_lose_context")?.loseContext(); // a browser has few of them
  }
  return known;
}

/** The tree without its reliefs; the maps that stand beside one tell why. */
export function flattened(tree) {
  const panels = tree.panels.filter(({ kind }) => kind !== "scene");
  if (panels.length === tree.panels.length) return tree;
  return { ...tree, flat: true, panels: panels.map((spec) => (spec.kind === "plane" ? { ...spec, hint: WHY } : spec)) };
}
