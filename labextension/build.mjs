/**
 * Bundles the page into vizgrad/_lab/, a prebuilt JupyterLab extension: `node build.mjs [--watch]`.
 *
 * esbuild is all it needs.  A view in src/widgets/ is found by its file and loaded when it is shown; nothing here
 * names one.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import * as esbuild from "esbuild";
import { report } from "./sizes.mjs";

const HERE = import.meta.dirname;
const OUT = join(HERE, "..", "vizgrad", "_lab");
/** Packages that JupyterLab shares with its extensions. */
const SHARED = /^@(jupyterlab|lumino|jupyter-widgets)\//;
/** `jupyter labextension list` checks these. */
const NEEDS = { "@jupyterlab/application": "^4.4.0", "@jupyterlab/notebook": "^4.4.0" };

const watches = process.argv.includes("--watch");

const read = (...path) => readFileSync(join(HERE, ...path), "utf8");
const ABOUT = JSON.parse(read("package.json"));

/** `import views from "virtual:views"`: the panels of src/widgets/*.ts by name, "graph.ts" as "Graph". */
const gathersViews = {
  name: "views",
  setup(build) {
    const resolveDir = join(HERE, "src", "widgets");
    build.onResolve({ filter: /^virtual:views$/ }, ({ path }) => ({ path, namespace: "views" }));
    build.onLoad({ filter: /.*/, namespace: "views" }, () => {
      const files = readdirSync(resolveDir).filter((file) => file.endsWith(".ts"));
      const lines = files.map(
        (file) => `["${nameOf(file)}", lazy(() => import("./${file}").then(panelOf))],`,
      );
      const contents = `import { lazy } from "../draw/lazy.ts";
        const panelOf = (module) => module.default;
        export default new Map([${lines.join("\n")}]);`;
      return { contents, resolveDir, watchDirs: [resolveDir] };
    });
  },
};

const nameOf = (file) => file[0].toUpperCase() + basename(file, ".ts").slice(1);

/** What JupyterLab shares is read from the container in container.js, which has it by then. */
function takesShares(shares) {
  return {
    name: "shares",
    setup(build) {
      build.onStart(() => shares.clear());
      build.onResolve({ filter: SHARED }, ({ path }) => ({ path, namespace: "shares" }));
      build.onLoad({ filter: /.*/, namespace: "shares" }, ({ path }) => {
        shares.add(path);
        return { contents: `module.exports = _JUPYTERLAB.${ABOUT.name}.shared.get("${path}");` };
      });
    },
  };
}

function writesExtension(shares) {
  return {
    name: "extension",
    setup(build) {
      build.onEnd(({ errors, outputFiles, metafile }) => {
        if (errors.length > 0) return;
        rmSync(join(OUT, "static"), { recursive: true, force: true });
        mkdirSync(join(OUT, "static"), { recursive: true });
        write(outputFiles, metafile, [...shares].sort());
        if (watches) console.log("vizgrad/_lab: built; reload the page");
        else if (!report(metafile)) process.exitCode = 1;
      });
    },
  };
}

function write(files, metafile, shares) {
  const named = (start, end) =>
    files.find(({ path }) => basename(path).startsWith(start) && path.endsWith(end));
  const entry = remoteEntry(basename(named("index", ".js").path), named("style", ".css").text, shares);
  const hash = createHash("sha256").update(entry).digest("hex").slice(0, 16);
  const load = `static/remoteEntry.${hash}.js`;
  for (const { path, text } of files) {
    if (path.endsWith(".js")) writeFileSync(join(OUT, "static", basename(path)), text);
  }
  writeFileSync(join(OUT, load), entry);
  writeFileSync(join(OUT, "static", "third-party-licenses.txt"), licenses(metafile));
  writeFileSync(join(OUT, "package.json"), manifest(load));
}

/** The script that JupyterLab loads first. */
function remoteEntry(extension, style, shares) {
  const options = { minify: true, format: "iife", globalName: "loader" };
  return `(() => {
${esbuild.transformSync(read("container.js"), options).code}
const dress = () => {
const style = document.createElement("style");
style.textContent = ${JSON.stringify(style)};
document.head.append(style);
};
const modules = { "./extension": () => import("./${extension}"), "./style": dress };
(globalThis._JUPYTERLAB ??= {}).${ABOUT.name} = loader.container(modules, ${JSON.stringify(shares)});
})();
`;
}

/** The licence texts of the packages that are inside. */
function licenses(metafile) {
  const found = Object.keys(metafile.inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  const packages = [...new Set(found.filter(Boolean))].sort();
  return packages.map((name) => `${name}\n\n${read("node_modules", name, "LICENSE")}`).join("\n\n");
}

function manifest(load) {
  const { name, version, description, license } = ABOUT;
  const jupyterlab = { extension: true, _build: { load, extension: "./extension", style: "./style" } };
  return `${JSON.stringify({ name, version, description, license, dependencies: NEEDS, jupyterlab }, null, 2)}\n`;
}

const shares = new Set();
const options = {
  absWorkingDir: HERE,
  entryPoints: { index: "src/plugin/index.ts", style: "style/index.css" },
  entryNames: "[name].[hash]",
  chunkNames: "[name].[hash]",
  outdir: "out",
  bundle: true,
  splitting: true,
  minify: true,
  format: "esm",
  target: "es2022",
  legalComments: "none",
  sourcemap: watches ? "inline" : false,
  plugins: [gathersViews, takesShares(shares), writesExtension(shares)],
  metafile: true,
  write: false,
  logLevel: "warning",
};

if (watches) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
