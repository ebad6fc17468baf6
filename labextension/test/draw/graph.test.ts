import { afterEach, beforeEach, expect, test, vi } from "vitest";
import type { Source } from "../../src/core/source.ts";
import { Store } from "../../src/core/store.ts";
import { graphPanel } from "../../src/draw/graph.ts";
import { shorten } from "../../src/draw/graph-words.ts";
import type { Panel } from "../../src/draw/panel.ts";
import { type Graph, type Part, VERSION } from "../../src/wire.ts";
import { cnn, mlp, Sketch } from "../graphs.ts";

let say: Parameters<Source["listen"]>[0];
let store: Store;
let panel: Panel;
let seq = 0;

function hear(parts: readonly Part[], points: readonly number[] = []): void {
  const head = { is: "update", version: VERSION, run: "r", title: "Net", keyframe: true, acked: 0 } as const;
  say({ ...head, seq: seq++, parts }, Float64Array.from(points));
  panel.draw();
}

const frame = (): Promise<void> => new Promise((done) => requestAnimationFrame(() => done()));
const all = (selector: string): HTMLElement[] => [...panel.element.querySelectorAll<HTMLElement>(selector)];
const one = (selector: string): HTMLElement => all(selector)[0] ?? expect.fail(`no ${selector}`);
const button = (text: string): HTMLElement =>
  all("button").find((b) => b.textContent === text) ?? expect.fail(`no button ${text}`);
const press = (key: string): boolean =>
  one("canvas").dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));

beforeEach(() => {
  vi.spyOn(HTMLCanvasElement.prototype, "getContext").mockReturnValue(null);
  const source: Source = {
    listen(f) {
      say = f;
      return () => {};
    },
    send() {},
  };
  store = new Store(source);
  panel = graphPanel(store);
  document.body.append(panel.element);
  panel.draw();
});

afterEach(() => {
  panel.close();
  store.close();
  panel.element.remove();
});

test("before the first step it says what will appear", () => {
  expect(one(".vg-empty").hidden).toBe(false);
  expect(one(".vg-empty").textContent).toContain("first step");
  expect(one(".vg-graph-body").hidden).toBe(true);
});

test("one sentence says what a step is", () => {
  hear([cnn()]);
  expect(one(".vg-line").textContent?.replaceAll("\u202f", " ")).toBe(
    "One step of Net: 13 ops in 6 layers · 52.1 k parameters · 1.41 MB kept for backward",
  );
  expect(one(".vg-empty").hidden).toBe(true);
});

test("keys walk along the graph, select and tell", () => {
  hear([cnn()]);
  expect(press("ArrowRight")).toBe(false);
  expect(one(".vg-graph-card h4").textContent).toContain("data");
  press("Home");
  for (let i = 0; i < 3; i++) press(document.querySelector("canvas") ? "ArrowDown" : "");
  expect(one("[aria-live]").textContent).toMatch(/shape|layer|Conv2d/);
  press("Escape");
  expect(all(".vg-graph-card")).toHaveLength(0);
});

test("details show the rule, its gradients, what is kept and where it is from", () => {
  hear([mlp()]);
  button("outline").click();
  button("Expand all").click();
  all(".vg-graph-outline button")
    .find((b) => b.textContent?.startsWith("linear"))
    ?.click();
  const text = one(".vg-graph-card").textContent ?? "";
  for (const part of [
    "weighted sum",
    "y = input @ weight.T + bias",
    "∂L/∂weight = g.T @ input",
    "input · ",
    "layers.0",
    "cell 4:",
  ])
    expect(text).toContain(part);
});

test("the outline folds and unfolds layers", () => {
  hear([cnn()]);
  button("outline").click();
  const conv = (): HTMLElement => one('[data-key="g1:conv1"]');
  expect(conv().getAttribute("aria-expanded")).toBe("true");
  conv().focus();
  conv().click();
  expect(conv().getAttribute("aria-expanded")).toBe("false");
  expect(document.activeElement).toBe(conv());
  button("Collapse all").click();
  expect(all('.vg-graph-outline [aria-expanded="true"]')).toHaveLength(0);
});

test("another graph keeps what was folded", () => {
  hear([cnn()]);
  button("outline").click();
  one('[data-key="g1:conv1"]').click();
  one('[data-key="n1"]').click();
  expect(all(".vg-graph-card")).toHaveLength(1);
  hear([{ ...cnn(32), key: 2 }]);
  expect(all(".vg-graph-card")).toHaveLength(0);
  expect(one('[data-key="g1:conv1"]').getAttribute("aria-expanded")).toBe("false");
  expect(one('[data-key="g1:conv2"]').getAttribute("aria-expanded")).toBe("true");
});

test("gradient norms come with a scale and the step, four times a second at most", async () => {
  const at = (step: number, value: number): void =>
    hear(
      [{ is: "series", group: "gradient", name: "conv1", unit: "", points: 1, replace: true, sampled: "" }],
      [step, value],
    );
  hear([cnn()]);
  expect(one(".vg-scale").hidden).toBe(true);
  await new Promise((done) => setTimeout(done, 260));
  at(12, 0.5);
  expect(one(".vg-scale").hidden).toBe(false);
  expect(one(".vg-scale").textContent).toContain("step 12");
  at(13, 0.5);
  expect(one(".vg-scale").textContent).toContain("step 12");
  await new Promise((done) => setTimeout(done, 280));
  expect(one(".vg-scale").textContent).toContain("step 13");
});

test("names from strangers are text", async () => {
  const bad = "<img src=x onerror=alert(1)>";
  const s = new Sketch();
  s.layer(bad, bad, bad);
  const x = s.input(`\u202e${bad}`, [1]);
  s.call(bad, bad, [x], [1], { [bad]: [2] });
  s.op("x".repeat(1_000_000), "__proto__", [x], [1]);
  const graph: Graph = { ...s.done(), rules: [{ op: bad, says: bad, forward: bad, gradients: [bad] }] };
  hear([graph]);
  button("outline").click();
  button("Expand all").click();
  await frame();
  for (const entry of all(".vg-graph-outline button")) entry.click();
  expect(all("img")).toHaveLength(0);
  expect(panel.element.textContent).toContain("<img");
  expect((panel.element.textContent ?? "").length).toBeLessThan(20_000);
});

test("long names keep their beginning and their end", () => {
  expect(shorten("a".repeat(5))).toBe("aaaaa");
  const short = shorten(`begin${"x".repeat(1_000_000)}end`);
  expect(short).toMatch(/^begin.*…x*end$/);
  expect(short.length).toBeLessThan(30);
});

test("a key that means something does not reach the notebook", () => {
  hear([cnn()]);
  const heard = vi.fn();
  document.body.addEventListener("keydown", heard);
  press("0");
  press("ArrowDown");
  press("q");
  document.body.removeEventListener("keydown", heard);
  expect(heard).toHaveBeenCalledTimes(1);
  expect(panel.element.dataset.lmSuppressShortcuts).toBe("true");
});
