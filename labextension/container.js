/**
 * How JupyterLab loads a prebuilt extension: webpack's module federation, by hand.
 *
 * `modules` maps "./extension" and "./style" to functions in CommonJS's manner; `shared` names the packages that
 * JupyterLab gives us.  build.mjs puts the two behind this function.
 */
export function container(modules, shared) {
  let scope = {};

  async function share(name) {
    const versions = scope[name];
    if (!versions) throw new Error(`VizGrad needs ${name}, which this JupyterLab does not share.`);
    const newest = Object.keys(versions).sort((a, b) => b.localeCompare(a, "en", { numeric: true }))[0];
    const factory = await versions[newest].get();
    return factory();
  }

  return {
    init(given) {
      scope = given;
    },
    async get(name) {
      const found = new Map(await Promise.all(shared.map(async (name) => [name, await share(name)])));
      const module = { exports: {} };
      modules[name](module, (name) => found.get(name));
      return () => module.exports;
    },
  };
}
