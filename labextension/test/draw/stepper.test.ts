/** The stepper, used as a reader would: by its text, its buttons, its keys. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { stepperSource, stepperStories } from "../../gallery/stepper.ts";
import { Store } from "../../src/core/store.ts";
import { dashboardPanel } from "../../src/draw/dashboard.ts";
import { THIN } from "../../src/draw/format.ts";
import { typeset } from "../../src/draw/formula.ts";
import { cellText } from "../../src/draw/heat.ts";
import type { MakePanel } from "../../src/draw/panel.ts";
import { stretchesOf } from "../../src/draw/scrubber.ts";
import { shadeOf } from "../../src/draw/shade.ts";
import { stepperPanel } from "../../src/draw/stepper.ts";
import { ROWS, windowOf } from "../../src/draw/stepper-events.ts";
import type { Ask, Part, Pause } from "../../src/wire.ts";
import { FakeKernel, status } from "../fakes.ts";
import { mlp } from "../graphs.ts";
import { cardOf, event, events, passOf, pause, tensor } from "../steps.ts";

const close: (() => void)[] = [];

afterEach(() => {
  for (const one of close.splice(0)) one();
  vi.useRealTimers();
});

function show(store: Store, make: MakePanel = stepperPanel): HTMLElement {
  const panel = make(store);
  document.body.append(panel.element);
  panel.draw();
  const stop = store.watch(() => panel.draw());
  close.push(() => {
    stop();
    panel.close();
    store.close();
    panel.element.remove();
  });
  return panel.element;
}

const LIST = passOf(mlp());

const stepped = (more: Partial<Pause> = {}, parts: readonly Part[] = []): Part[] => [
  status({ state: "stepping" }),
  events(LIST),
  pause({ at: 7, expected: LIST.length, ...more }),
  ...parts,
];

function begin(more: Partial<Pause> = {}, parts: readonly Part[] = []) {
  const kernel = new FakeKernel();
  const store = new Store(kernel);
  const element = show(store);
  kernel.say(stepped(more, parts));
  const asks = (): Ask[] => kernel.commands.filter((one) => one.is === "ask");
  const key = (name: string, on: Element = element, more: KeyboardEventInit = {}): KeyboardEvent => {
    const pressed = new KeyboardEvent("keydown", { key: name, bubbles: true, cancelable: true, ...more });
    on.dispatchEvent(pressed);
    return pressed;
  };
  return { kernel, store, element, asks, key };
}

const text = (element: Element | null): string => (element?.textContent ?? "").replaceAll(THIN, " ");
const sentence = (element: Element): string => text(element.querySelector(".vg-sentence"));
const button = (element: Element, act: string): HTMLElement =>
  element.querySelector(`[data-act="${act}"]`) as HTMLElement;
const visible = (element: Element): boolean => element.closest("[hidden]") === null;

describe.each(stepperStories.map((story) => [story.name, story] as const))("%s", (_, story) => {
  const store = () => new Store(stepperSource(story), story.contact ? { contact: story.contact } : {});

  test("is drawn without a word too many and without HTML from anybody", () => {
    const element = show(store());
    expect(element.querySelector(".vg-failed")).toBeNull();
    expect(element.querySelector("img, script")).toBeNull();
    expect(sentence(element)).not.toBe("");
    expect(element.textContent).not.toMatch(/undefined|\{\d\}|\[object/);
  });
});

describe("where it stands", () => {
  test("is said in one sentence and announced", () => {
    const { element, kernel } = begin();
    const { name, layer } = LIST[7] ?? event(7);
    expect(sentence(element)).toBe(
      `Paused before ${name} in ${layer} · event 7 of about ${LIST.length} · backward`,
    );
    expect(text(element.querySelector('[aria-live="polite"][role="status"]'))).toContain(
      `Paused before ${name}`,
    );
    kernel.say([pause({ at: 7, after: true, why: "NaN in the output" })]);
    expect(sentence(element)).toMatch(/^Paused after/);
    expect(text(element.querySelector(".vg-stepper-why"))).toBe("NaN in the output");
  });

  test("a rewound program says where it would wait by itself, and what was edited", () => {
    const { element } = begin({ at: 2, frontier: 9, edits: ["output · 2"] });
    const why = text(element.querySelector(".vg-stepper-why"));
    expect(why).toContain("waits at event 9");
    expect(why).toContain("output · 2");
  });

  test.each(["finished", "stopped"] as const)("a run that is %s is over, wherever it waited", (state) => {
    const { element, kernel } = begin();
    kernel.say([status({ state })]);
    expect(sentence(element)).toMatch(new RegExp(`^Over after ${LIST.length} events`));
    expect(visible(button(element, "step"))).toBe(false);
  });

  test("before anything was stepped through it says what to run", () => {
    const kernel = new FakeKernel();
    const element = show(new Store(kernel));
    kernel.say([status({ state: "live" })]);
    const words = element.querySelector(".vg-stepper-empty") as HTMLElement;
    expect(visible(words)).toBe(true);
    expect(text(words)).toContain("vg.step(model, optimizer)");
    kernel.say(stepped());
    expect(visible(words)).toBe(false);
  });

  test("a saved notebook shows it without controls", () => {
    const story = stepperStories.find(({ name }) => name === "stepper-replay");
    const element = show(new Store(stepperSource(story as never), { contact: "replay" }));
    expect(sentence(element)).toMatch(/^Was paused before/);
    expect(visible(button(element, "step"))).toBe(false);
    expect(visible(button(element, "rewind"))).toBe(false);
    expect(element.querySelector('[role="slider"]')?.getAttribute("aria-disabled")).toBe("true");
  });
});

describe("going on", () => {
  test.each([
    ["s", "step"],
    ["F11", "step"],
    ["o", "over"],
    ["F10", "over"],
    ["u", "out"],
    ["g", "backward"],
    ["n", "update"],
    ["c", "continue"],
    ["F8", "continue"],
  ])("%s asks for %s", (name, verb) => {
    const { asks, key } = begin();
    expect(key(name).defaultPrevented).toBe(true);
    expect(asks().map((ask) => ask.do)).toEqual([verb]);
  });

  test("Shift changes what a function key means, and Stop is a command", () => {
    const { kernel, asks, key } = begin();
    key("F11", undefined, { shiftKey: true });
    expect(asks().map((ask) => ask.do)).toEqual(["out"]);
    key("F5", undefined, { shiftKey: true });
    expect(kernel.asked("stop")).toHaveLength(1);
  });

  test("keys in a field, with Ctrl, and others are not ours", () => {
    const { asks, element, key } = begin();
    const field = document.createElement("input");
    element.append(field);
    expect(key("s", field).defaultPrevented).toBe(false);
    expect(key("s", element, { ctrlKey: true }).defaultPrevented).toBe(false);
    expect(key("q").defaultPrevented).toBe(false);
    expect(asks()).toEqual([]);
  });

  test("one step at a time: the button is busy until the program has arrived", () => {
    const { kernel, asks, element } = begin();
    const step = button(element, "step");
    step.click();
    step.click();
    expect(asks()).toHaveLength(1);
    expect(step.classList.contains("vg-busy")).toBe(true);
    kernel.acknowledge([pause({ at: 8, expected: LIST.length })]);
    expect(step.classList.contains("vg-busy")).toBe(false);
    step.click();
    expect(asks()).toHaveLength(2);
  });

  test("while it runs nothing but Stop can be asked", () => {
    const { element } = begin({ at: -1, shown: 7 });
    const able = [...element.querySelectorAll<HTMLElement>(".vg-stepper-tools [data-act]")].filter(
      (one) => one.getAttribute("aria-disabled") === "false",
    );
    expect(able.map((one) => one.dataset.act)).toEqual(["stop"]);
  });
});

describe("looking back", () => {
  test("never asks for a second event before the first has come, and ends at the last one wanted", () => {
    const { kernel, asks, key } = begin();
    for (let i = 0; i < 5; i++) key("ArrowLeft");
    expect(asks().map((ask) => [ask.do, ask.event])).toEqual([["show", 6]]);
    kernel.acknowledge([pause({ at: 7, shown: 6, expected: LIST.length })]);
    expect(asks().map((ask) => ask.event)).toEqual([6, 2]);
    kernel.acknowledge([pause({ at: 7, shown: 2, expected: LIST.length })]);
    expect(asks()).toHaveLength(2);
  });

  test("ends at the first event there is and at the one that waits", () => {
    const { asks, element, key } = begin();
    const slider = element.querySelector('[role="slider"]') as HTMLElement;
    key("Home", slider);
    expect(asks().at(-1)?.event).toBe(0);
    expect(slider.getAttribute("aria-valuenow")).toBe("0");
    key("End", slider);
    expect(slider.getAttribute("aria-valuenow")).toBe("7");
    expect(slider.getAttribute("aria-valuemax")).toBe("7");
  });

  test("offers to rewind there", () => {
    const { kernel, asks, element } = begin();
    expect(visible(button(element, "rewind"))).toBe(false);
    kernel.say([pause({ at: 7, shown: 3, expected: LIST.length }), cardOf(3, [])]);
    expect(text(element.querySelector(".vg-elsewhere"))).toBe("looking back at event 3");
    button(element, "rewind").click();
    expect(asks()).toMatchObject([{ do: "rewind", event: 3 }]);
  });

  test("the list of events leads there", () => {
    const { asks, element } = begin();
    (element.querySelector('[data-fold="events"]') as HTMLElement).click();
    const rows = [...element.querySelectorAll(".vg-events tbody tr")];
    expect(rows).toHaveLength(LIST.length);
    expect(rows[7]?.getAttribute("aria-current")).toBe("true");
    rows[4]?.querySelector("button")?.click();
    expect(asks()).toMatchObject([{ do: "show", event: 4 }]);
    expect(rows[9]?.querySelector("button")).toBeNull();
  });
});

describe("the card", () => {
  const parameter = tensor({
    name: "fc.weight",
    role: "parameter",
    shape: [4, 2],
    target: "fc.weight",
    rows: 4,
    columns: 2,
    points: 14,
    nans: 1,
  });
  const image = tensor({ name: "x", shape: [3, 5, 2, 2], index: [0, 0], rows: 2, columns: 2, points: 10 });
  const line = { name: "p′", formula: "p - lr * g**2", numbers: "1 - 0.1 * 3**2", value: "nan" };

  function withCard(more: Parameters<typeof cardOf>[2] = {}) {
    const made = begin({ at: 12 });
    const card = cardOf(12, [parameter, image], {
      rule: [line],
      element: [3, 1],
      kept: ["x"],
      kept_bytes: 48,
      ...more,
    });
    made.kernel.say(
      [pause({ at: 12 }), card],
      Array.from({ length: 24 }, (_, i) => i / 8),
    );
    return made;
  }

  test("picks the element that was typed, and says when there is none", () => {
    const { asks, element } = withCard();
    const field = element.querySelector(".vg-rule-element") as HTMLInputElement;
    expect(field.value).toBe("3, 1");
    field.value = "4, 0";
    field.dispatchEvent(new Event("change"));
    expect(text(element.querySelector(".vg-rule-of"))).toContain("0–3, 0–1");
    field.value = "2, 1";
    field.dispatchEvent(new Event("change"));
    expect(asks()).toMatchObject([{ do: "pick", target: "fc.weight", index: [2, 1] }]);
  });

  test("picks the slice that was chosen, within the tensor, and keeps the focus", () => {
    const { kernel, asks, element } = withCard();
    const boxes = () => [...element.querySelectorAll<HTMLInputElement>(".vg-slice")];
    const second = boxes()[1] as HTMLInputElement;
    second.focus();
    second.value = "99";
    second.dispatchEvent(new Event("change"));
    expect(asks()).toMatchObject([{ do: "pick", target: "x", index: [0, 4] }]);
    const card = cardOf(12, [parameter, { ...image, index: [0, 4] }]);
    kernel.acknowledge([]);
    kernel.say(
      [card],
      Array.from({ length: 24 }, () => 1),
    );
    expect(document.activeElement).toBe(boxes()[1]);
    expect(boxes()[1]?.value).toBe("4");
  });

  test("raises an alarm for NaN alone", () => {
    const { element } = withCard();
    const alarms = [...element.querySelectorAll(".vg-tensor-alarm")].map(text);
    expect(alarms).toEqual(["⚠ 1 NaN"]);
    expect(element.querySelectorAll(".vg-rule-alarm")).toHaveLength(1);
  });

  test("writes its formula with numbers on request, and goes on doing so", () => {
    const { kernel, element } = begin({ at: 3 });
    const card = (event: number, numbers: string): Part =>
      cardOf(event, [], { formulas: ["∂L/∂a = g * b"], numbers, shapes: "2 * 2 → 2" });
    kernel.say([card(3, "2 * 3 = 6")]);
    expect(text(element.querySelector(".vg-formulas code"))).toBe("∂L/∂a = g · b");
    (element.querySelector('[data-writing="numbers"]') as HTMLElement).click();
    expect(text(element.querySelector(".vg-formulas code"))).toBe("2 · 3 = 6");
    kernel.say([card(4, "2 * 4 = 8")]);
    expect(text(element.querySelector(".vg-formulas code"))).toBe("2 · 4 = 8");
    kernel.say([card(5, "")]);
    expect(text(element.querySelector(".vg-formulas code"))).toBe("∂L/∂a = g · b");
  });
});

describe("in the dashboard", () => {
  test("it opens when the program steps, and the reader may shut it", async () => {
    const kernel = new FakeKernel();
    const element = show(new Store(kernel), dashboardPanel);
    kernel.say([status({ state: "live" })]);
    const place = element.querySelector(".vg-place-stepper") as HTMLElement;
    const drawer = place.querySelector(".vg-drawer") as HTMLElement;
    expect(visible(drawer)).toBe(false);
    kernel.say(stepped());
    expect(drawer.classList.contains("vg-open")).toBe(true);
    await vi.waitFor(() => expect(place.querySelector(".vg-stepper")).not.toBeNull());
    (drawer.querySelector(".vg-drawer-button") as HTMLElement).click();
    kernel.say([pause({ at: 8 })]);
    expect(drawer.classList.contains("vg-open")).toBe(false);
  });
});

describe("pictures", () => {
  test("powers are raised, products are dots, names of tensors stand out", () => {
    const parts = typeset("exp_avg * g**2 + β₁**t", new Set(["exp_avg", "g"]));
    const element = document.createElement("p");
    element.append(...parts);
    expect(text(element)).toBe("exp_avg · g2 + β₁t");
    expect([...element.querySelectorAll("sup")].map(text)).toEqual(["2", "t"]);
    expect([...element.querySelectorAll("[data-name]")].map(text)).toEqual(["exp_avg", "g"]);
  });

  test("colours lie around zero where there are signs, and ignore what is no number", () => {
    const [inf, nan] = [Number.POSITIVE_INFINITY, Number.NaN];
    expect(shadeOf(Float64Array.of(-3, 1, inf, nan), false)).toMatchObject({
      low: -3,
      high: 3,
      signed: true,
    });
    expect(shadeOf(Float64Array.of(0, 2), true)).toMatchObject({ low: -2, high: 2, signed: true });
    expect(shadeOf(Float64Array.of(1, 2, nan), false)).toMatchObject({ low: 0, high: 2, signed: false });
    expect(shadeOf(Float64Array.of(0.98, 1.02), false)).toMatchObject({ low: 0.98, high: 1.02 });
    expect(shadeOf(Float64Array.of(nan), false).known).toBe(false);
  });

  test.each([
    [0, "0"],
    [1, "1.00"],
    [-0.1234, "-0.123"],
    [-0.01234, "-0.012"],
    [12345, "1.23e4"],
    [-12345, "-1e4"],
    [-1.5e-12, "-2e-12"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d has room in a cell as %s", (value, short) => {
    expect(cellText(value)).toBe(short);
    expect(cellText(value).length).toBeLessThanOrEqual(6);
  });

  test("events of one phase make one stretch, apart from what is only expected", () => {
    const phases = ["forward", "forward", "backward", "backward", undefined] as const;
    expect(stretchesOf(10, 13, 15, (number) => phases[number - 10])).toEqual([
      { phase: "forward", from: 10, to: 12 },
      { phase: "backward", from: 12, to: 13 },
      { phase: "backward", from: 13, to: 14 },
      { phase: undefined, from: 14, to: 15 },
    ]);
  });

  test("of many events those around the one that is looked at are listed", () => {
    const many = Array.from({ length: 1000 }, (_, i) => event(i));
    for (const [at, first] of [
      [0, 0],
      [500, 400],
      [999, 800],
    ] as const) {
      const shown = windowOf(many, at);
      expect([shown.length, shown[0]?.number]).toEqual([ROWS, first]);
    }
  });
});
