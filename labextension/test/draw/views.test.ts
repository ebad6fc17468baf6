/** Every view in every state of the gallery, read as a reader would: by its text, its roles, its tables. */
import { afterEach, describe, expect, test, vi } from "vitest";
import { type Story, sourceOf } from "../../gallery/data.ts";
import { specimens } from "../../gallery/stories.ts";
import { type Curve, Store } from "../../src/core/store.ts";
import { chartsOf, curvesPanel } from "../../src/draw/curves.ts";
import { dashboardPanel } from "../../src/draw/dashboard.ts";
import { THIN } from "../../src/draw/format.ts";
import { gradientsPanel } from "../../src/draw/gradients.ts";
import { hoverOf } from "../../src/draw/hover.ts";
import { roomy } from "../../src/draw/lines.ts";
import { memoryPanel } from "../../src/draw/memory.ts";
import type { MakePanel, Panel } from "../../src/draw/panel.ts";
import { ratesPanel } from "../../src/draw/rates.ts";

const PANELS: Record<string, MakePanel> = {
  Curves: curvesPanel,
  Rates: ratesPanel,
  Gradients: gradientsPanel,
  Memory: memoryPanel,
  Dashboard: dashboardPanel,
};

const open: (() => void)[] = [];

function show(make: MakePanel, story: Story): { panel: Panel; store: Store } {
  const store = new Store(sourceOf("run", story), { contact: "replay" });
  const panel = make(store);
  document.body.append(panel.element);
  panel.draw();
  open.push(() => {
    panel.close();
    store.close();
    panel.element.remove();
  });
  return { panel, store };
}

afterEach(() => {
  for (const close of open.splice(0)) close();
  vi.useRealTimers();
});

const story = (name: string): Story => specimens.find((one) => one.name === name) as Story;
const text = (element: Element | null): string => (element?.textContent ?? "").replaceAll(THIN, " ");
const sentence = (panel: Panel): string => text(panel.element.querySelector(".vg-sentence"));
const alarmed = (panel: Panel): boolean => panel.element.classList.contains("vg-alarmed");

describe.each(Object.keys(PANELS))("%s", (view) => {
  const make = PANELS[view] as MakePanel;

  test.each(specimens.map((one) => [one.name, one] as const))("draws %s", (_, specimen) => {
    const warn = vi.spyOn(console, "warn");
    const { panel } = show(make, specimen);
    panel.draw();
    expect(sentence(panel)).not.toBe("");
    expect(warn).not.toHaveBeenCalled();
  });

  test("takes names as text", () => {
    const { panel } = show(make, story("hostile"));
    for (const button of panel.element.querySelectorAll<HTMLElement>(".vg-toggle")) button.click();
    expect(panel.element.querySelector("img")).toBeNull();
    if (view !== "Memory") expect(text(panel.element)).toContain("<img src=x");
  });

  test("says what will come before anything has", () => {
    const { panel } = show(make, story("waiting"));
    expect(text(panel.element.querySelector(".vg-empty:not([hidden])"))).toMatch(/will (be drawn|appear)/);
  });
});

describe("sentences", () => {
  test("loss and accuracy", () => {
    expect(sentence(show(curvesPanel, story("live")).panel)).toBe(
      "loss 0.103, down from 1.77 · accuracy 98.5 %",
    );
  });

  test("a loss that is not a number: what, since when, why, what to try", () => {
    const { panel } = show(curvesPanel, story("nan"));
    expect(sentence(panel)).toMatch(/^loss is NaN since step 640\. A learning rate .* try /);
    expect(alarmed(panel)).toBe(true);
  });

  test("learning rate", () => {
    expect(sentence(show(ratesPanel, story("live")).panel)).toBe("0.00969 since step 1 170, 0.0138 before");
    expect(sentence(show(ratesPanel, story("one")).panel)).toBe("no optimizer is watched");
  });

  test("gradients: healthy, or the worst layer first", () => {
    expect(sentence(show(gradientsPanel, story("live")).panel)).toBe("healthy, norms from 0.00749 to 0.136");
    const { panel } = show(gradientsPanel, story("ailing"));
    expect(sentence(panel)).toMatch(
      /^fc1: exploding since step 1 187, and 1 more of 4 layers\. Try clip_grad_norm_/,
    );
    expect(alarmed(panel)).toBe(true);
  });

  test("memory", () => {
    expect(sentence(show(memoryPanel, story("live")).panel)).toBe(
      "28.6 MB now, peak 29.8 MB at step 412, conv2, forward",
    );
  });
});

describe("gradients", () => {
  const rows = (panel: Panel) =>
    [...panel.element.querySelectorAll<HTMLElement>(".vg-strip-row:not(.vg-strip-head)")].filter(
      ({ hidden }) => !hidden,
    );

  test("each layer has a row with name, norm and, if it ails, a symbol and a word", () => {
    const { panel } = show(gradientsPanel, story("ailing"));
    expect(rows(panel).map((row) => [...row.children].map(text))).toEqual([
      ["conv1", "0.136", ""],
      ["conv2", "2.26e-13", "▼ vanishing"],
      ["fc1", "2.48e3", "▲ exploding"],
      ["fc2", "0.0819", ""],
    ]);
  });

  test("any measure that the run takes can be chosen, and only gradients can vanish", () => {
    const { panel, store } = show(gradientsPanel, story("live"));
    const choice = panel.element.querySelector("select") as HTMLSelectElement;
    const curves = store.curves as Map<string, Curve>;
    for (const curve of store.group("gradient")) {
      const measured = { ...curve, group: "dead_units", y: curve.y.map(() => 1e-9) };
      curves.set(`dead_units/${curve.name}`, measured);
    }
    panel.draw();
    expect([...choice.options].map(text)).toContain("Dead units");
    choice.value = "dead_units";
    choice.dispatchEvent(new Event("change"));
    expect(text(panel.element.querySelector(".vg-title"))).toBe("Dead units of each layer");
    expect(sentence(panel)).toBe("1.00e-9");
    expect(alarmed(panel)).toBe(false);
  });

  test("many layers share few names, the one that ails most speaks; every name on request", () => {
    const { panel } = show(gradientsPanel, story("deep-ailing"));
    expect(rows(panel).length).toBeLessThan(16);
    expect(rows(panel).every((row) => text(row).includes("▲") || text(row).includes("▼"))).toBe(true);
    [...panel.element.querySelectorAll("button")].find((one) => one.textContent === "all names")?.click();
    expect(rows(panel).length).toBe(60);
  });

  test("pointing at a step shows the norms of that step", async () => {
    const { panel, store } = show(gradientsPanel, story("live"));
    hoverOf(store).point(1);
    await new Promise(requestAnimationFrame);
    expect(text(rows(panel)[0]?.children[1] ?? null)).toBe("0.535");
    hoverOf(store).point(undefined);
    await new Promise(requestAnimationFrame);
    expect(text(rows(panel)[0]?.children[1] ?? null)).toBe("0.136");
  });
});

describe("the text twin", () => {
  const tables = (panel: Panel) =>
    [...panel.element.querySelectorAll(".vg-table tr")].map((row) => [...row.children].map(text));
  const press = (panel: Panel) =>
    [...panel.element.querySelectorAll("button")].find((one) => one.textContent === "table")?.click();

  test("takes the picture's place, and gives it back", () => {
    const { panel } = show(curvesPanel, story("live"));
    const body = panel.element.querySelector<HTMLElement>(".vg-body");
    press(panel);
    expect(body?.hidden).toBe(true);
    expect(tables(panel)[0]).toEqual(["step", "loss", "accuracy", "test_loss"]);
    expect(tables(panel).at(-1)).toEqual(["1 240", "0.103", "98.5 %", "0.0557"]);
    press(panel);
    expect(body?.hidden).toBe(false);
  });

  test("tells what a layer's colours tell", () => {
    const { panel } = show(gradientsPanel, story("ailing"));
    press(panel);
    expect(tables(panel)[2]).toEqual(["conv2", "0.0338", "2.26e-13", "1 240", "vanishing since step 675"]);
  });

  test("has exact bytes", () => {
    const { panel } = show(memoryPanel, story("live"));
    press(panel);
    expect(tables(panel)[3]).toEqual(["saved for backward", "8 100 000 B", "9 200 000 B"]);
  });
});

test("a reader hears of an alarm at once, of anything else seldom", () => {
  vi.useFakeTimers({ now: 1_000_000 });
  const { panel, store } = show(curvesPanel, story("live"));
  const heard = (): string => text(panel.element.querySelector("[aria-live]"));
  const before = heard();
  const loss = store.curves.get("metric/loss");
  if (loss) loss.y[loss.y.length - 1] = 0.5;
  panel.draw();
  expect([heard(), sentence(panel)]).toEqual([before, "loss 0.500, down from 1.77 · accuracy 98.5 %"]);
  if (loss) loss.y[loss.y.length - 1] = Number.NaN;
  panel.draw();
  expect(heard()).toContain("loss is NaN");
});

test("metrics share a chart by kind: losses, fractions, then units", () => {
  const { store } = show(curvesPanel, story("metrics"));
  const groups = chartsOf(store.group("metric")).map(({ key, curves }) => [key, curves.length]);
  expect(groups).toEqual([
    ["loss", 21],
    ["fraction", 1],
    ["unit ", 1],
    ["unit bytes", 1],
  ]);
});

test("axes leave room, show zero where it means something, and end at 100 %", () => {
  expect(roomy({ low: 0.05, high: 2 }, "")).toEqual({ low: 0, high: 2.12 });
  expect(roomy({ low: 0.7, high: 0.99 }, "fraction")).toEqual({ low: expect.closeTo(0.671), high: 1 });
  expect(roomy({ low: 3, high: 3 }, "")).toEqual({ low: 1.5, high: 4.5 });
  expect(roomy({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY }, "")).toEqual({
    low: 0,
    high: 1,
  });
});
