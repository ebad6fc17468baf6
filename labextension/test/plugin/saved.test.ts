import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { runs } from "../../src/core/runs.ts";
import { Store } from "../../src/core/store.ts";
import { saved } from "../../src/plugin/saved.ts";
import { FakeKernel, status, update } from "../fakes.ts";
import { fakeApp } from "../jupyter/kernel.ts";

interface Renderer {
  readonly node: HTMLElement;
  renderModel(model: object): Promise<void>;
  dispose(): void;
}

let renderer: Renderer;
let kernel: FakeKernel;

beforeEach(() => {
  vi.useFakeTimers();
  kernel = new FakeKernel();
  const added: { safe: boolean; createRenderer(): Renderer }[] = [];
  saved.activate(fakeApp().app, {
    addFactory(factory: (typeof added)[number], rank: number) {
      expect(factory.safe).toBe(true);
      expect(rank).toBeLessThan(-10);
      added.push(factory);
    },
  });
  renderer = added[0]!.createRenderer();
});

afterEach(() => {
  renderer.dispose();
  runs.lose("kernel");
  vi.useRealTimers();
});

const bundle = (step: number, more: object = {}) => ({
  version: 1,
  view: "Steps",
  run: "run-1",
  title: "Net",
  update: update([status({ step })], { keyframe: true }),
  data: "",
  ...more,
});

async function shows(json?: object): Promise<string | null> {
  if (json) await renderer.renderModel({ data: { "application/vnd.vizgrad.run+json": json } });
  vi.advanceTimersByTime(20);
  return renderer.node.textContent;
}

function goLive(): Store {
  const store = new Store(kernel);
  kernel.say([status({ step: 7 })]);
  runs.set("run-1", { store, home: "kernel" });
  return store;
}

test("what was saved is replayed", async () => {
  expect(await shows(bundle(3))).toBe("replay 3");
});

test("a run that comes to life is followed, and leaves behind what it knew", async () => {
  await shows(bundle(3));
  goLive();
  expect(await shows()).toBe("live 7");
  runs.lose("kernel");
  expect(await shows()).toBe("stale 7");
});

test("a run that lives already is found; its last bundle does not replace it", async () => {
  goLive();
  expect(await shows(bundle(3))).toBe("live 7");
  expect(await shows(bundle(9))).toBe("live 7");
});

test("the notebook of another kernel is left alone", async () => {
  goLive();
  const other = bundle(3, { update: update([status({ step: 3 })], { keyframe: true, run: "run-2" }) });
  expect(await shows(other)).toBe("replay 3");
});

test("a newer bundle of a run that is over takes the older one's place", async () => {
  await shows(bundle(3));
  expect(await shows(bundle(9))).toBe("replay 9");
});

test.each([
  ["nothing", {}],
  ["a view of the future", bundle(3, { view: "Hologram" })],
  ["an object's own property", bundle(3, { view: "constructor" })],
  ["another version", bundle(3, { version: 2 })],
])("%s is said to be unreadable", async (_, json) => {
  expect(await shows(json)).toContain("cannot be read");
});

test("a view that throws says so", async () => {
  vi.spyOn(console, "warn").mockImplementation(() => {});
  expect(await shows(bundle(3, { view: "Broken" }))).toContain("could not be drawn: broken");
});

test("after it is gone it follows nothing", async () => {
  await shows(bundle(3));
  renderer.dispose();
  goLive();
  expect(await shows()).toBe("");
});
