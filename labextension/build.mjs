/**
 * Bundles the page into vizgrad/_lab/, a prebuilt JupyterLab extension: `node build.mjs [--watch]`.
 *
 * esbuild is all it needs.  A view in src/widgets/ is found by its file; nothing here names one.
 */
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";

const HERE = import.meta.dirname;
const OUT = join(HERE, "..", "vizgrad", "_lab");
const LIMIT = 150_000;
const SHARED = ["@jupyterlab/*", "@lumino/*", "@jupyter-widgets/*"];
/** `jupyter labextension list` checks these. */
const NEEDS = { "@jupyterlab/application": "^4.4.0", "@jupyterlab/notebook": "^4.4.0" };

const read = (...path) => readFileSync(join(HERE, ...path), "utf8");

/** `import views from "virtual:views"`: the default exports of src/widgets/*.ts. */
const gathersViews = {
  name: "views",
  setup(build) {
    const resolveDir = join(HERE, "src", "widgets");
    build.onResolve({ filter: /^virtual:views$/ }, ({ path }) => ({ path, namespace: "virtual" }));
    build.onLoad({ filter: /.*/, namespace: "virtual" }, () => {
      const files = readdirSync(resolveDir).filter((name) => name.endsWith(".ts"));
      const imports = files.map((name, i) => `import view${i} from "./${name}";`);
      const list = files.map((_, i) => `view${i}`).join(", ");
      const contents = `${imports.join("\n")}\nexport default [${list}];`;
      return { contents, resolveDir, watchDirs: [resolveDir] };
    });
  },
};

const writesExtension = {
  name: "extension",
  setup(build) {
    build.onEnd(({ errors, outputFiles, metafile }) => {
      if (errors.length === 0) write(outputFiles, metafile);
    });
  },
};

function write(files, metafile) {
  const code = files.find(({ path }) => path.endsWith(".js")).text;
  const style = files.find(({ path }) => path.endsWith(".css")).text;
  const bundle = wrapped(code, style, sharedBy(metafile));
  const hash = createHash("sha256").update(bundle).digest("hex").slice(0, 16);
  const entry = `static/remoteEntry.${hash}.js`;
  rmSync(join(OUT, "static"), { recursive: true, force: true });
  mkdirSync(join(OUT, "static"), { recursive: true });
  writeFileSync(join(OUT, entry), bundle);
  writeFileSync(join(OUT, "static", "third-party-licenses.txt"), licenses(metafile));
  writeFileSync(join(OUT, "package.json"), manifest(entry));
  report(bundle.length, metafile);
}

function wrapped(code, style, shared) {
  const { name } = JSON.parse(read("package.json"));
  const loader = esbuild.transformSync(read("container.js"), {
    minify: true,
    format: "iife",
    globalName: "loader",
  });
  return `(() => {
${loader.code}
(globalThis._JUPYTERLAB ??= {}).${name} = loader.container({
"./extension": (module, require) => {
${code}
},
"./style": () => {
const style = document.createElement("style");
style.textContent = ${JSON.stringify(style)};
document.head.append(style);
}
}, ${JSON.stringify(shared)});
})();
`;
}

function outputs(metafile) {
  return Object.values(metafile.outputs);
}

function sharedBy(metafile) {
  const imports = outputs(metafile).flatMap((output) => output.imports);
  return [...new Set(imports.filter(({ external }) => external).map(({ path }) => path))].sort();
}

/** The licence texts of the packages that are inside the bundle. */
function licenses(metafile) {
  const found = Object.keys(metafile.inputs).map(
    (path) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  const packages = [...new Set(found.filter(Boolean))].sort();
  return packages.map((name) => `${name}\n\n${read("node_modules", name, "LICENSE")}`).join("\n\n");
}

function manifest(load) {
  const { name, version, description, license } = JSON.parse(read("package.json"));
  const jupyterlab = { extension: true, _build: { load, extension: "./extension", style: "./style" } };
  return `${JSON.stringify({ name, version, description, license, dependencies: NEEDS, jupyterlab }, null, 2)}\n`;
}

/** Where the bytes are; too many of them fail the build. */
function report(size, metafile) {
  const sizes = new Map();
  for (const output of outputs(metafile)) {
    for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
      const part = /node_modules\/([^/]+)/.exec(path)?.[1] ?? path.replace(/^src\//, "").split("/")[0];
      sizes.set(part, (sizes.get(part) ?? 0) + bytesInOutput);
    }
  }
  const parts = [...sizes].sort((a, b) => b[1] - a[1]).map(([part, bytes]) => `${part} ${kilobytes(bytes)}`);
  console.log(`vizgrad/_lab: ${kilobytes(size)} of at most ${kilobytes(LIMIT)} (${parts.join(", ")})`);
  if (size <= LIMIT) return;
  console.error("The bundle is too large for a page to load without notice.");
  process.exitCode = 1;
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;

const options = {
  absWorkingDir: HERE,
  entryPoints: { extension: "src/plugin/index.ts", style: "style/index.css" },
  outdir: "out",
  bundle: true,
  minify: true,
  format: "cjs",
  target: "es2022",
  legalComments: "none",
  external: SHARED,
  plugins: [gathersViews, writesExtension],
  metafile: true,
  write: false,
  logLevel: "warning",
};

if (process.argv.includes("--watch")) {
  const context = await esbuild.context({ ...options, sourcemap: "inline" });
  await context.watch();
} else {
  await esbuild.build(options);
}
