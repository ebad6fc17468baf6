import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { version } from "../../package.json";
import { runs } from "../../src/core/runs.ts";
import type { Store } from "../../src/core/store.ts";
import { speak, t } from "../../src/core/words.ts";
import { widgets } from "../../src/plugin/widgets.ts";
import { series, status, update } from "../fakes.ts";
import { fakeApp } from "../jupyter/kernel.ts";
import { DOMWidgetModel, type DOMWidgetView, type WidgetModel } from "../jupyter/packages.ts";

type Exports = {
  RunModel: new (traits: object, options: object) => WidgetModel & { store: Store };
  StepsView: new (options: object) => DOMWidgetView;
};
let registered: { name: string; version: string; exports: Exports };
const kernel = { id: "kernel", interrupt: vi.fn(async () => {}) };

beforeEach(() => {
  vi.useFakeTimers();
  const registry = { registerWidget: (data: typeof registered) => Object.assign(registered, data) };
  registered = {} as typeof registered;
  widgets.activate(fakeApp().app, registry, null);
});

afterEach(() => {
  runs.lose("kernel");
  vi.useRealTimers();
});

const runModel = (options: object = { comm: {} }) =>
  new registered.exports.RunModel({ run: "run-1" }, { widget_manager: { kernel }, ...options });
const bytes = (...numbers: number[]) => [new DataView(Float64Array.from(numbers).buffer)];

test("the module vizgrad has a model and a view for each file in src/widgets, and the run", () => {
  expect(registered).toMatchObject({ name: "vizgrad", version });
  expect(Object.keys(registered.exports)).toEqual([
    "RunModel",
    "StepsModel",
    "StepsView",
    "BrokenModel",
    "BrokenView",
  ]);
});

test("a run's model greets the kernel and fills a store", () => {
  const model = runModel();
  expect(model.sent.map((command) => command.do)).toEqual(["hello"]);
  expect(runs.get("run-1")).toBeUndefined();
  model.trigger("msg:custom", update([series("loss", 1)]), bytes(1, 0.5));
  expect(runs.get("run-1")).toBe(model.store);
  expect(runs.at("kernel")?.curves.get("metric/loss")?.y.at(-1)).toBe(0.5);
});

test("messages that are not as the wire says are ignored", () => {
  const model = runModel();
  for (const message of [undefined, "x", { is: "update" }, update([series("loss", 9)])]) {
    model.trigger("msg:custom", message);
  }
  expect(model.store.run).toBe("");
});

test("its store can interrupt the kernel, where the manager has one", () => {
  runModel().store.interrupt?.();
  expect(kernel.interrupt).toHaveBeenCalledTimes(1);
  expect(runModel({ comm: {}, widget_manager: {} }).store.interrupt).toBeUndefined();
});

test("a comm that closes leaves the store stale", () => {
  const model = runModel();
  model.trigger("msg:custom", update([status()]));
  model.comm_live = false;
  model.trigger("comm_live_update");
  expect(model.store.contact).toBe("stale");
});

test("a model that a notebook saved has no kernel to greet", () => {
  const model = runModel({});
  expect(model.sent).toEqual([]);
  expect(model.store.contact).toBe("stale");
});

test("a view mounts the panel of its run, and takes it away", () => {
  const run = runModel();
  run.trigger("msg:custom", update([status({ step: 7 })]));
  const view = new registered.exports.StepsView({
    model: new DOMWidgetModel({ run }, { widget_manager: {} }),
  });
  view.render();
  vi.advanceTimersByTime(20);
  expect(view.el.textContent).toBe("live 7");
  view.remove();
  expect(view.el.textContent).toBe("");
});

test("a view whose run is not a run stays empty", () => {
  const model = new DOMWidgetModel({ run: { store: "x" } }, { widget_manager: {} });
  const view = new registered.exports.StepsView({ model });
  view.render();
  view.remove();
  expect(view.el.textContent).toBe("");
});

test("the page speaks JupyterLab's language", () => {
  const translator = { load: () => ({ __: (text: string) => (text === "Pause" ? "暂停" : text) }) };
  widgets.activate(fakeApp().app, { registerWidget() {} }, translator);
  expect(t("Pause")).toBe("暂停");
  speak((text) => text);
});
