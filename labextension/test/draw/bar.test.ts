import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ANSWER_WITHIN } from "../../src/core/control.ts";
import { SILENCE, Store } from "../../src/core/store.ts";
import { barPanel } from "../../src/draw/bar.ts";
import { THIN } from "../../src/draw/format.ts";
import type { Panel } from "../../src/draw/panel.ts";
import type { State, Status } from "../../src/wire.ts";
import { FakeKernel, memory, series, status } from "../fakes.ts";
import { pause } from "../steps.ts";

let kernel: FakeKernel;
let store: Store;
let bar: Panel;

function begin(contact: "live" | "replay" = "live"): void {
  kernel = new FakeKernel();
  store = new Store(kernel, { contact });
  bar = barPanel(store);
  bar.draw();
}

beforeEach(() => {
  vi.useFakeTimers({ now: new Date("2026-01-02T12:03:10") });
  begin();
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

const find = <E extends Element>(selector: string) => bar.element.querySelector<E & HTMLElement>(selector);
const text = (selector: string) => find(selector)?.textContent?.replaceAll(THIN, " ") ?? "";
const state = () => [find(".vg-state")?.dataset.state, text(".vg-state")];
const buttons = () =>
  find(".vg-buttons")?.hidden
    ? []
    : [...bar.element.querySelectorAll("button")].filter((b) => !b.hidden).map((b) => b.textContent);
const press = (verb: string) => find<HTMLButtonElement>(`button[data-verb=${verb}]`)?.click();

function say(more: Partial<Status> = {}): void {
  kernel.say([status(more)]);
  bar.draw();
}

describe("the sentence", () => {
  test("says what will come before anything has", () => {
    expect(text(".vg-sentence")).toContain("run the cell that trains");
    expect(state()).toEqual(["waiting", "waiting"]);
    expect(buttons()).toEqual([]);
  });

  test("answers first: step, metrics, rate, memory", () => {
    kernel.say([series("loss", 1), series("a", 1, { group: "rate" }), memory()], [1240, 0.218, 1240, 0.7]);
    say();
    expect(text(".vg-sentence")).toBe("Step 1 240 · loss 0.218 · lr 0.700 · 3.10 MB live");
    expect(text(".vg-sampled")).toBe("every 3rd step");
  });

  test("tells rates apart", () => {
    const rates = [series("a", 1, { group: "rate" }), series("b", 1, { group: "rate" })];
    kernel.say(rates, [1, 0.1, 1, 0.01]);
    say();
    expect(text(".vg-sentence")).toContain("lr 0.0100 to 0.100");
  });

  test("takes names as text", () => {
    kernel.say([series("<img src=x onerror=alert(1)>", 1)], [1, 2]);
    say();
    expect(find("img")).toBeNull();
    expect(text(".vg-sentence")).toContain("<img src=x onerror=alert(1)> 2.00");
  });

  test.each([
    [1, "every step"],
    [2, "every 2nd step"],
    [11, "every 11th step"],
    [21, "every 21st step"],
    [1000, "every 1 000th step"],
  ])("%i steps between readings are %s", (every, words) => {
    say({ every });
    expect(text(".vg-sampled")).toBe(words);
  });

  test("is announced when the state changes, and otherwise rarely", () => {
    say();
    const heard = text("[role=status]");
    say({ step: 1241 });
    expect(text("[role=status]")).toBe(heard);
    say({ state: "paused", step: 1242 });
    expect(text("[role=status]")).toContain("paused");
  });
});

describe("the state", () => {
  test.each([
    ["waiting", ["Pause", "Step", "Stop"]],
    ["live", ["Pause", "Step", "Stop"]],
    ["paused", ["Resume", "Step", "Stop"]],
    ["stepping", ["Continue", "Step", "Stop"]],
    ["finished", []],
    ["stopped", []],
    ["failed", []],
  ] as [State, string[]][])("%s", (name, offered) => {
    say({ state: name });
    expect(state()).toEqual([name, name]);
    expect(find(".vg-state svg")).not.toBeNull();
    expect(buttons()).toEqual(offered);
  });

  test("stale says since when, and that the picture is old", () => {
    say();
    vi.advanceTimersByTime(SILENCE);
    bar.draw();
    expect(state()).toEqual(["stale", "stale since 12:03:10"]);
    expect(text(".vg-note")).toContain("Nothing was heard");
  });

  test("replay has no controls", () => {
    store.close();
    begin("replay");
    say();
    expect(state()[0]).toBe("replay");
    expect(buttons()).toEqual([]);
    expect(text(".vg-sentence")).toContain("12.0 s of training");
  });

  test("failed shows what the kernel said about it", () => {
    say({ state: "failed", note: "ValueError: 4 columns meet 5 rows" });
    expect(text(".vg-note")).toContain("4 columns meet 5 rows");
    expect(find(".vg-note")?.hidden).toBe(false);
  });
});

describe("the controls", () => {
  test.each([
    ["subshell", "controls: subshell"],
    ["interrupt", "controls: by interrupt"],
    ["thread", "controls: thread"],
    ["none", ""],
  ] as const)("mode %s", (mode, words) => {
    say({ mode });
    expect(text(".vg-mode")).toBe(words);
    expect(buttons().length > 0).toBe(mode !== "none");
  });

  test("have names that screen readers can say", () => {
    say();
    for (const button of bar.element.querySelectorAll("button")) {
      expect(button.getAttribute("aria-label")).toContain(button.textContent);
    }
  });

  test("show a command that waits, and ask once", () => {
    say();
    press("pause");
    press("pause");
    bar.draw();
    press("pause");
    expect(kernel.asked("pause")).toHaveLength(1);
    expect(state()[1]).toBe("pausing…");
    expect(find("button[data-verb=pause]")?.getAttribute("aria-disabled")).toBe("true");
    expect(find("button[data-verb=stop]")?.getAttribute("aria-disabled")).toBe("false");
    kernel.acknowledge([status({ state: "paused" })]);
    bar.draw();
    expect(state()[1]).toBe("paused");
  });

  test("pause and resume take each other's place, the keyboard's focus with them", () => {
    document.body.append(bar.element);
    say();
    find<HTMLButtonElement>("button[data-verb=pause]")?.focus();
    say({ state: "paused" });
    expect(document.activeElement?.getAttribute("data-verb")).toBe("resume");
    say();
    expect(document.activeElement?.getAttribute("data-verb")).toBe("pause");
    bar.element.remove();
  });

  test("Step asks the stepper to pause at the next op, and Continue to go on; the focus stays in its place", () => {
    document.body.append(bar.element);
    say();
    press("step");
    bar.draw();
    press("step");
    expect(kernel.asked("step").map((ask) => ask.is)).toEqual(["ask"]);
    expect(state()[1]).toBe("pausing at the next op…");
    find<HTMLButtonElement>("button[data-verb=pause]")?.focus();
    vi.advanceTimersByTime(10);
    kernel.acknowledge([status({ state: "stepping" }), pause({ at: 4 })]);
    bar.draw();
    expect(state()).toEqual(["stepping", "stepping"]);
    expect(document.activeElement?.getAttribute("data-verb")).toBe("continue");
    press("continue");
    bar.draw();
    expect(kernel.asked("continue").map((ask) => ask.is)).toEqual(["ask"]);
    expect(state()[1]).toBe("continuing…");
    bar.element.remove();
  });

  test("say when only the cell's own stop button is left", () => {
    say();
    press("stop");
    vi.advanceTimersByTime(ANSWER_WITHIN);
    bar.draw();
    expect(text(".vg-note")).toContain("the cell's own stop button");
  });
});
