import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: /^@(jupyterlab|lumino|jupyter-widgets)\/.*/, replacement: here("test/jupyter/packages.ts") },
      { find: "virtual:views", replacement: here("test/jupyter/views.ts") },
    ],
  },
  test: {
    environment: "jsdom",
    include: ["test/**/*.test.ts"],
    setupFiles: ["test/setup.ts"],
    restoreMocks: true,
  },
});
