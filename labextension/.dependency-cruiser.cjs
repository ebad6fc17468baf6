/** The floors of the page: core <- draw <- widgets, plugin.  What may import what, checked by `npm run check`. */
const JUPYTER = "^(@jupyterlab|@lumino|@jupyter-widgets)/";

module.exports = {
  forbidden: [
    {
      name: "core-knows-nobody",
      comment: "core/ is what the page knows: no DOM, no Jupyter, nothing from the floors above.",
      severity: "error",
      from: { path: "^src/core" },
      to: { path: "^src/(draw|widgets|plugin)" },
    },
    {
      name: "core-needs-nothing",
      comment: "core/ runs anywhere, so it depends on no package.",
      severity: "error",
      from: { path: "^src/core" },
      to: { dependencyTypes: ["npm", "core"] },
    },
    {
      name: "draw-knows-no-host",
      comment: "draw/ draws in any page; only widgets/ and plugin/ have heard of Jupyter.",
      severity: "error",
      from: { path: "^src/(core|draw)" },
      to: { path: ["^src/(widgets|plugin)", JUPYTER] },
    },
    {
      name: "widgets-and-plugin-are-strangers",
      comment: "The plugin finds the widgets through the build's list, never by name.",
      severity: "error",
      from: { path: "^src/widgets" },
      to: { path: "^src/plugin" },
    },
    { name: "no-circles", severity: "error", from: {}, to: { circular: true } },
    {
      name: "no-orphans",
      comment: "A file that nobody imports is dead code.",
      severity: "error",
      from: { orphan: true, pathNot: "\\.d\\.ts$" },
      to: {},
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    tsConfig: { fileName: "tsconfig.json" },
    tsPreCompilationDeps: true,
  },
};
