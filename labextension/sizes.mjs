/** What a page loads: the extension when JupyterLab starts, and the rest of a view when it is first shown. */
const LIMIT = 150_000;

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(0)} kB`;

/** Print the size of each view with all it needs; false if one is too large to load without notice. */
export function report({ outputs }) {
  const at = (isWanted) => Object.keys(outputs).find((path) => isWanted(outputs[path]));
  const start = closure(
    outputs,
    at(({ entryPoint }) => entryPoint === "src/plugin/index.ts"),
  );
  const views = Object.keys(outputs).filter((path) => outputs[path].entryPoint?.startsWith("src/widgets/"));
  const sizes = views.map((path) => [
    outputs[path].entryPoint.replace(/^src\/widgets\/|\.ts$/g, ""),
    total(outputs, new Set([...start, ...closure(outputs, path)])),
  ]);
  const lines = sizes.map(
    ([name, size]) => `${name} ${kilobytes(size)}${size > LIMIT ? " (too large)" : ""}`,
  );
  console.log(`vizgrad/_lab: ${kilobytes(total(outputs, start))} at the start; with it ${lines.join(", ")}`);
  const fits = sizes.every(([, size]) => size <= LIMIT);
  if (!fits) console.error(`A view may be ${kilobytes(LIMIT)} with all it needs.`);
  return fits;
}

/** A file and what it imports before it runs. */
function closure(outputs, path, found = new Set()) {
  if (found.has(path)) return found;
  found.add(path);
  for (const { path: next, kind } of outputs[path].imports) {
    if (kind === "import-statement") closure(outputs, next, found);
  }
  return found;
}

function total(outputs, paths) {
  return [...paths].reduce((sum, path) => sum + outputs[path].bytes, 0);
}
