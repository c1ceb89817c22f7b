// Focus stays where it was while the page around it changes; where its element goes, it goes on to what stands for it.

/** What names an element among its like, so that one that is made anew can be found again; null where nothing does. */
function pathOf(element) {
  const [group, panel] = [element.closest("[data-group]"), element.closest("[data-id]:not(button)")];
  const own = ["id", "name", "do", "run"].find((key) => element.dataset[key] !== undefined);
  if (!own) return null;
  const parts = [panel && `[data-id="${CSS.escape(panel.dataset.id)}"]`, group && `[data-group="${CSS.escape(group.dataset.group)}"]`];
  return [...parts, `[data-${own}="${CSS.escape(element.dataset[own])}"]`].filter(Boolean).join(" ");
}

/** Whether an element can be seen, and so hold the focus. */
export function seen(element) {
  return element.isConnected && element.checkVisibility({ visibilityProperty: true }) && !element.matches(":disabled");
}

/**
 * Does something to the page below `root`, and keeps the focus.
 *
 * Where the focused element is taken out and put back it is focused again; where it is made anew, the new one; where it is
 * gone or hidden, `otherwise`.
 */
export function keepFocus(root, act, otherwise) {
  const held = root.contains(document.activeElement) && document.activeElement !== root ? document.activeElement : null;
  const path = held && pathOf(held);
  act();
  if (!held || (seen(held) && document.activeElement === held)) return;
  if (document.activeElement !== held && document.activeElement !== document.body) return; // it was moved on purpose
  const again = seen(held) ? held : [...(path ? root.querySelectorAll(path) : [])].find(seen);
  (again ?? otherwise)?.focus({ preventScroll: true });
}

/** Whether a click on a link is to be answered on the page, which it then is: not one that asks for another tab. */
export function plainClick(event) {
  const plain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (plain) event.preventDefault();
  return plain;
}
