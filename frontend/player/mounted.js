// What stands in a component's element: made once, and told each new data.

/**
 * Shows new data in what stands in an element.
 *
 * Streamlit mounts a component again with each data, and cleans a mount up as soon as a newer one is on its way: then
 * the element stays, and what stands in it too. It goes with its element.
 */
export async function mounted(parentElement, data, make, update) {
  const turn = (parentElement.turns = (parentElement.turns ?? 0) + 1);
  const tree = await data;
  if (parentElement.turns === turn && parentElement.isConnected) update((parentElement.stands ??= make()), tree);
  return () => {
    if (parentElement.isConnected) return;
    parentElement.stands?.destroy?.();
    delete parentElement.stands;
  };
}
