// Streamlit loads this with every page, below the name of the component, `landscapes.<entry>-<version>`.
// The module that it points to lies below the same address, holds all entries, and the browser keeps it.
const [, entry, version] = /landscapes\.([a-z]+)-([0-9a-f]+)\/[^/]*$/.exec(import.meta.url);
const player = import(new URL(`../../../player/${version}/player.js`, import.meta.url).href);
export default async (component) => (await player)[entry](component);
