/** Builds the gallery into gallery/dist/: `node gallery/build.mjs`, then open gallery/dist/index.html. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import * as esbuild from "esbuild";

const HERE = import.meta.dirname;
const OUT = join(HERE, "dist");

mkdirSync(OUT, { recursive: true });
await esbuild.build({
  entryPoints: [join(HERE, "gallery.ts"), join(HERE, "gallery.css")],
  outdir: OUT,
  bundle: true,
  format: "iife",
  target: "es2022",
});
copyFileSync(join(HERE, "index.html"), join(OUT, "index.html"));
