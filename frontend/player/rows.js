// Layers stand one under the other at the same height in every panel that shows them, first layer on top.

const MARGIN = { t: 20, b: 44 };

/** Space above and below the rows, in pixels. */
export function rowMargin(player) {
  return player.projector ? { t: 26, b: 60 } : MARGIN;
}

/** Gives a figure with a row a layer the margins that all of them share, and as many names as there is room for. */
export function fitRows(layout, panel) {
  const margin = rowMargin(panel.player);
  layout.margin = { ...layout.margin, ...margin };
  const { tickvals = [], ticktext = [] } = layout.yaxis;
  const room = (panel.size[1] - margin.t - margin.b) / Math.max(1, tickvals.length);
  const every = Math.max(1, Math.ceil((panel.em + 1) / Math.max(1, room)));
  const kept = (_, i) => (tickvals.length - 1 - i) % every === 0;
  Object.assign(layout.yaxis, { tickvals: tickvals.filter(kept), ticktext: ticktext.filter(kept) });
}

/** A row's place, on whole pixels; a hairline of background is left between rows that are high enough. */
export function band({ top, height }, count, row) {
  const each = height / count;
  const y = Math.round(top + row * each);
  return { y, height: Math.round(top + (row + 1) * each) - y - (each > 7 ? 1 : 0), each };
}

/** A pattern that says: here is a value, and it is zero. */
export function hatching(ctx, color) {
  if (!tiles.has(color)) tiles.set(color, tileOf(color));
  return ctx.createPattern(tiles.get(color), "repeat");
}

const tiles = new Map(); // of a colour: one a frame and row would be most of a frame

function tileOf(color) {
  const tile = new OffscreenCanvas(6, 6);
  const pen = tile.getContext("2d");
  pen.strokeStyle = color;
  pen.lineWidth = 1;
  pen.beginPath();
  for (const x of [-3, 3, 9]) {
    pen.moveTo(x - 3, 6);
    pen.lineTo(x + 3, 0);
  }
  pen.stroke();
  return tile;
}
