// Streamlit loads this with every page, below the name of the component, `landscapes.<file>-<version>`.
// The module that it points to lies below the same address, and the browser keeps it.
const [, file, version] = /landscapes\.([a-z]+)-([0-9a-f]+)\/[^/]*$/.exec(import.meta.url);
const mount = import(new URL(`../../../player/${version}/${file}.js`, import.meta.url).href);
export default async (component) => (await mount).default(component);
