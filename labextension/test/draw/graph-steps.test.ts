import { afterEach, beforeEach, expect, test } from "vitest";
import { Store } from "../../src/core/store.ts";
import { graphPanel } from "../../src/draw/graph.ts";
import type { Panel } from "../../src/draw/panel.ts";
import type { Ask, Graph, Part, Pause } from "../../src/wire.ts";
import { FakeKernel, status } from "../fakes.ts";
import { cnn, resnet } from "../graphs.ts";
import { difference, events, passOf, pause } from "../steps.ts";

let kernel: FakeKernel;
let store: Store;
let panel: Panel;

beforeEach(() => {
  kernel = new FakeKernel();
  store = new Store(kernel);
  panel = graphPanel(store);
  document.body.append(panel.element);
});

afterEach(() => {
  panel.close();
  panel.element.remove();
  store.close();
});

function hear(parts: readonly Part[], points: readonly number[] = []): void {
  kernel.say(parts, points, { acked: Number.MAX_SAFE_INTEGER });
  panel.draw();
}

const stepped = (graph: Graph, at: number, more: Partial<Pause> = {}): Part[] => [
  status({ state: "stepping" }),
  graph,
  events(passOf(graph)),
  pause({ at, expected: passOf(graph).length, ...more }),
];

const all = (selector: string) => [...panel.element.querySelectorAll<HTMLElement>(selector)];
const text = (selector: string) => all(selector).map((one) => one.textContent ?? "");
const find = (words: string) => all("button").find((one) => one.textContent?.startsWith(words));
const press = (words: string) => (find(words) ?? expect.fail(`no button ${words}`)).click();
const entry = (name: string) =>
  all(".vg-graph-outline button").find((one) => one.textContent?.startsWith(name)) ??
  expect.fail(`no ${name}`);
const asks = (verb: string) => kernel.asked(verb) as Ask[];
const node = (op: string) => cnn().nodes.find((one) => one.op === op)!.id;

test("one sentence and the outline say where the program is, forward and backward", () => {
  hear(stepped(cnn(), 4));
  expect(text(".vg-line")).toEqual(["Before max_pool2d · forward: 4 of 13 ops ran"]);
  press("outline");
  expect(entry("max_pool2d").textContent).toContain("the program waits before it");
  expect(entry("relu").textContent).toContain("ran");
  expect(entry("log_softmax").textContent).toContain("to come");
  expect(all('[data-key="g1:conv1"]')[0]?.textContent).toContain("1 of 1 ops ran");
  hear(stepped(cnn(), 15));
  expect(text(".vg-line")[0]).toMatch(
    /^Before LinearBackward0 in fc2 · backward: the gradient has passed 2 of 13/,
  );
  expect(entry("log_softmax").textContent).toContain("the gradient has passed");
  expect(text("[aria-live]")[0]).toContain("LinearBackward0");
  hear([pause({ at: 15, shown: 2, expected: 34 })]);
  expect(text(".vg-line")[0]).toMatch(/looking at conv2d, event 2$/);
});

test("in a first pass nobody knows how many ops there will be", () => {
  hear(stepped(cnn(), 4, { expected: 0 }));
  expect(text(".vg-line")).toEqual(["Before max_pool2d · 4 ops ran so far"]);
});

test("a node offers to run there, to pause there, and to show its events", () => {
  hear(stepped(cnn(), 4));
  press("outline");
  entry("log_softmax").click();
  press("Run to here");
  press("Run to its backward");
  press("Breakpoint on every log_softmax");
  press("Show its forward run, event 11");
  expect(asks("to").map(({ event, words }) => [event, words])).toEqual([
    [node("log_softmax"), "forward"],
    [node("log_softmax"), "backward"],
  ]);
  expect(asks("break")[0]).toMatchObject({ words: "op", target: "log_softmax", event: -1 });
  expect(asks("show")[0]?.event).toBe(11);
  all(".vg-graph-outline button")
    .find((one) => one.textContent?.startsWith("conv2d"))
    ?.click();
  expect(find("Run to here")?.textContent).toBe("Run to here, in the next pass");
  press("Breakpoint on layer conv1");
  expect(asks("break")[1]).toMatchObject({ words: "layer", target: "conv1" });
});

test("while it runs, and in a saved notebook, a node offers nothing", () => {
  hear(stepped(cnn(), 4));
  press("outline");
  entry("log_softmax").click();
  expect(all(".vg-graph-wish").length).toBeGreaterThan(0);
  hear([status({ state: "live" }), pause({ at: -1 })]);
  expect(all(".vg-graph-wish")).toHaveLength(0);
  expect(text(".vg-line")[0]).toContain("One step of Net");
  kernel.die();
  hear(stepped(cnn(), 4));
  expect(all(".vg-graph-wish")).toHaveLength(0);
});

test("a graph that grows keeps what is selected and folded, and the keyboard's place in its card", () => {
  const whole = cnn();
  const part = { ...whole, nodes: whole.nodes.slice(0, 8) };
  hear(stepped(part, 2));
  press("outline");
  entry("relu").click();
  all('[data-key="g1:conv1"]')[0]?.click();
  find("Run to its backward")?.focus();
  const chosen = text(".vg-graph-card h4");
  hear(stepped({ ...whole, key: 2 }, 6));
  expect(text(".vg-graph-card h4")).toEqual(chosen);
  expect(document.activeElement?.textContent).toContain("Run to its backward");
  expect(all('[data-key="g1:conv1"]')[0]?.getAttribute("aria-expanded")).toBe("false");
  expect(all('[data-key="g1:fc1"]')[0]?.getAttribute("aria-expanded")).toBe("true");
});

test("the layer that hides the place opens by itself and folds again when the program leaves it", () => {
  const net = resnet();
  hear(stepped(net, 0));
  press("outline");
  const state = () => all('[data-key="g1:layer3.1"]')[0]?.getAttribute("aria-expanded");
  const first = passOf(net).find(({ layer }) => layer === "layer3.1.conv2")!;
  expect(state()).toBe("false");
  hear(stepped(net, first.number));
  expect(state()).toBe("true");
  expect(all('[data-key="g1:layer3.1.conv2"]')[0]?.getAttribute("aria-expanded")).toBe("true");
  hear(stepped(net, first.number + 20));
  expect(state()).toBe("false");
});

test("differences come with a scale and in words", () => {
  hear(stepped(cnn(), 20));
  expect(all(".vg-graph-bands")[0]?.closest<HTMLElement>("[hidden]")).not.toBeNull();
  hear([...stepped(cnn(), 20), difference(14, { first: 2 })], [0, 0.25, ...Array(12).fill(1e-5)]);
  expect(all(".vg-graph-bands")[0]?.closest("[hidden]")).toBeNull();
  expect(text(".vg-scale").at(-1)).toMatch(/1e-5.*1.*hatched: more than 10.0/);
  press("outline");
  expect(entry("max_pool2d").textContent).toContain("differs forward by 1.00e-5");
  expect(
    all(".vg-graph-outline button")
      .map((one) => one.textContent)
      .join(),
  ).toContain("differs forward by 25.0");
});
