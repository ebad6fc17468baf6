/**
 * How JupyterLab loads a prebuilt extension: webpack's module federation, by hand.
 *
 * JupyterLab gives the packages in `needs`, which are in `shared` by the time a module is loaded; `modules` maps
 * "./extension" and "./style" to functions that load them.  build.mjs writes the call of this function.
 */
export function container(modules, needs) {
  const shared = new Map();
  let scope = {};

  async function share(name) {
    const versions = scope[name];
    if (!versions) throw new Error(`VizGrad needs ${name}, which this JupyterLab does not share.`);
    const newest = Object.keys(versions).sort((a, b) => b.localeCompare(a, "en", { numeric: true }))[0];
    const factory = await versions[newest].get();
    shared.set(name, factory());
  }

  return {
    shared,
    init(given) {
      scope = given;
    },
    async get(name) {
      await Promise.all(needs.map(share));
      // A copy, because JupyterLab writes on what it gets.
      const exports = { __esModule: true, ...(await modules[name]()) };
      return () => exports;
    },
  };
}
