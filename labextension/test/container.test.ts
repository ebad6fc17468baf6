import { expect, test } from "vitest";
// @ts-expect-error plain JavaScript, because it goes into the bundle as it is
import { container } from "../container.js";

const scope = {
  "@lumino/widgets": {
    "2.9.0": { get: async () => () => "old" },
    "2.10.1": { get: async () => () => "new" },
  },
};

test("a module finds the newest of the shared packages", async () => {
  const load = () => ({ default: made.shared.get("@lumino/widgets") });
  const made = container({ "./extension": load }, ["@lumino/widgets"]);
  made.init(scope);
  expect((await made.get("./extension"))()).toEqual({ __esModule: true, default: "new" });
});

test("a package that is not shared is named", async () => {
  const made = container({}, ["@jupyter-widgets/base"]);
  made.init(scope);
  await expect(made.get("./extension")).rejects.toThrow("VizGrad needs @jupyter-widgets/base");
});
