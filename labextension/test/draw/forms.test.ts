import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Store } from "../../src/core/store.ts";
import { breakOf, editOf } from "../../src/core/wishes.ts";
import { THIN } from "../../src/draw/format.ts";
import type { MakePanel, Panel } from "../../src/draw/panel.ts";
import { breaksPanel } from "../../src/draw/stepper-breaks.ts";
import { differencePanel } from "../../src/draw/stepper-difference.ts";
import { editPanel } from "../../src/draw/stepper-edit.ts";
import type { Ask, Part } from "../../src/wire.ts";
import { FakeKernel, status } from "../fakes.ts";
import { cnn } from "../graphs.ts";
import { breakAt, cardOf, difference, events, passOf, pause, tensor } from "../steps.ts";

let kernel: FakeKernel;
let store: Store;
let panel: Panel;

beforeEach(() => {
  kernel = new FakeKernel();
  store = new Store(kernel);
});

afterEach(() => {
  panel?.element.remove();
  store.close();
});

function show(make: MakePanel, parts: readonly Part[], points: readonly number[] = []): void {
  panel = make(store);
  document.body.append(panel.element);
  hear(parts, points);
}

function hear(parts: readonly Part[], points: readonly number[] = []): void {
  kernel.say(parts, points, { acked: Number.MAX_SAFE_INTEGER });
  panel.draw();
}

const all = (selector: string) => [...panel.element.querySelectorAll<HTMLElement>(selector)];
const seen = (selector: string) => all(selector).filter((one) => !one.closest("[hidden]"));
const text = (selector: string) =>
  seen(selector)
    .map((one) => one.textContent)
    .join("|")
    .replaceAll(THIN, " ");
const control = (label: string) => {
  const found = seen("label").find((one) => one.textContent === label) as HTMLLabelElement | undefined;
  return found?.control as HTMLInputElement & HTMLSelectElement;
};
const set = (label: string, value: string): void => {
  const found = control(label);
  found.value = value;
  expect(found.value).toBe(value);
  found.dispatchEvent(new Event("change"));
};
const button = (name: string) => seen("button").find((one) => one.textContent === name);
const press = (name: string) => (button(name) ?? expect.fail(`no button ${name}`)).click();
const asks = (verb: string) => kernel.asked(verb) as Ask[];

const waits = (at: number, more = {}): Part[] => [
  status({ state: "stepping" }),
  cnn(),
  events(passOf(cnn())),
  pause({ at, ...more }),
  cardOf(at, [tensor({ name: "y", target: "output", shape: [2, 3] }), tensor({ name: "mask", target: "" })]),
];

describe("an edit", () => {
  test("is sent as it was typed: what, how, how much and where", () => {
    show(editPanel, waits(4));
    expect(text("form + p, h4 + p")).toContain("max_pool2d, event 4, will run with what you change.");
    const names = [...control("what").options].map(({ value }) => value);
    expect(names).toContain("conv1.weight");
    expect(names).not.toContain("");
    set("to", "-0.5");
    set("element", "1, -1");
    press("Apply");
    expect(asks("edit")[0]).toMatchObject({ target: "output", words: "set", value: -0.5, index: [1, 2] });
    set("how", "zero");
    expect(control("to")).toBeUndefined();
    expect([...control("what").options].map(({ value }) => value)).not.toContain("lr");
    hear(waits(27));
    set("what", "lr");
    expect(control("element")).toBeUndefined();
    expect([...control("how").options].map(({ value }) => value)).toEqual(["set", "scale"]);
  });

  test.each([
    [{ number: "" }, "Write a number, such as 0.5 or 1e-3."],
    [{ number: "NaN" }, "Write a number, such as 0.5 or 1e-3."],
    [{ how: "noise", number: "0" }, "above zero"],
    [{ element: "1" }, "This tensor has 2 dimensions, so write 1, 1"],
    [{ element: "1, 3" }, "Dimension 1 goes from 0 to 2; 3 is outside."],
    [{ element: "a, b" }, "whole numbers"],
    [{ target: "lr", shape: undefined, number: "-1" }, "zero or more"],
  ] as const)("%o is refused in plain words", (more, words) => {
    const edit = { target: "output", how: "set", number: "1", element: "", shape: [2, 3], ...more } as const;
    expect(editOf(edit)).toEqual({ amiss: expect.stringContaining(words) });
  });

  test("what is amiss is said and nothing is sent; a clicked cell fills the form once", () => {
    show(editPanel, waits(4));
    set("to", "much");
    press("Apply");
    expect(text("[role=alert]")).toContain("Write a number");
    expect(asks("edit")).toHaveLength(0);
    store.stepping.choose({ target: "output", index: [0, 2], value: 7.25 });
    panel.draw();
    expect(control("to").value).toBe("7.25");
    expect(control("element").value).toBe("0, 2");
    expect(text("[role=alert]")).toBe("");
    set("to", "8");
    panel.draw();
    expect(control("to").value).toBe("8");
  });

  test("is made only where the program waits; looking back offers to rewind", () => {
    show(editPanel, waits(5, { shown: 1, edits: ["output · 2"] }));
    expect(seen("form")).toHaveLength(0);
    press("Rewind to the event shown");
    expect(asks("rewind")[0]?.event).toBe(1);
    expect(text("li")).toBe("output · 2");
    press("Undo these edits");
    expect(asks("undo")).toHaveLength(1);
    hear([status({ state: "live" })]);
    expect(text("h4 + p")).toBe("The program runs: values are changed where it waits.");
    expect(seen("button")).toHaveLength(0);
    kernel.die();
    panel.draw();
    expect(text("h4 + p")).toContain("silent");
  });
});

describe("breakpoints", () => {
  const LIST = [
    breakAt(7, { hits: 2, phases: ["backward"] }),
    breakAt(9, { kind: "nan", what: "NaN or Inf" }),
  ];

  test("are listed with what they are and how often they were met, and are removed by their id", () => {
    show(breaksPanel, waits(4, { breaks: LIST }));
    expect(text("li")).toBe("every relubackward · met 2 times|NaN or Infevery phase · not met yet");
    const remove = seen("li button");
    expect(remove[0]?.getAttribute("aria-label")).toBe("Remove the breakpoint: every relu");
    remove[0]?.focus();
    remove[0]?.click();
    expect(asks("unbreak")[0]?.event).toBe(7);
    hear([pause({ at: 4, breaks: LIST.slice(1) })]);
    expect(document.activeElement).toBe(seen("li button")[0]);
  });

  test.each([
    ["op", "op", "linear", { words: "op", target: "linear", event: 1 }],
    ["layer", "layer", "fc1", { words: "layer", target: "fc1", event: 1 }],
    ["line", "line", "cell 4:12", { words: "line", target: "cell 4:12", event: 1 }],
    ["above", "bound c", "100", { words: "above", value: 100, event: 1 }],
    ["ratio", "times the usual", "10", { words: "ratio", value: 10, event: 1 }],
  ])("on %s are asked for in the stepper's words", (kind, label, value, wish) => {
    show(breaksPanel, waits(4));
    set("pause at", kind);
    set(label, value);
    set("in", "1");
    press("Add");
    expect(asks("break")[0]).toMatchObject(wish);
  });

  test("need a name, a place or a bound", () => {
    const amiss = (kind: "op" | "line" | "above", target: string, number = "") =>
      "amiss" in breakOf({ kind, target, number, phase: -1 });
    expect([amiss("op", " "), amiss("line", "train.py"), amiss("above", "", "-1")]).toEqual([
      true,
      true,
      true,
    ]);
    expect(breakOf({ kind: "nan", target: "", number: "", phase: -1 })).toEqual({
      wish: { do: "break", words: "nan", event: -1 },
    });
  });
});

describe("two outcomes", () => {
  test("one may continue twice, once something was edited", () => {
    show(differencePanel, waits(4));
    expect(text("p")).toContain("Edit a value first");
    expect(button("backward")).toBeUndefined();
    hear([pause({ at: 4, edits: ["output · 2"] })]);
    expect(text("p")).toContain("once without your edits and once with them");
    for (const name of ["backward", "next update", "the end"]) press(name);
    expect(asks("branch").map(({ words }) => words)).toEqual(["backward", "update", "end"]);
    expect(button("Go on as it was")).toBeUndefined();
  });

  test("stand side by side; the events furthest apart lead to themselves; one outcome is kept", () => {
    const apart = [0, 0.02, Number.NaN, 0.4, 1e-6, -1];
    const told = difference(apart.length, { first: 2, was: 2.30211, edited: 2.30214, live: "edited" });
    show(differencePanel, [...waits(6), told], apart);
    expect(text("h4 + p")).toBe("Run twice, without and with “output · 2”: 4 of 5 events differ.");
    expect(text("thead th")).toBe("as it was|edited ● live");
    expect(text("tbody td")).toBe("2.30211|2.30214|NaN · 4 · max_pool2d · forward|3 · relu · forward");
    expect(seen("ol button").map((one) => one.firstChild?.textContent)).toEqual([
      "4 · max_pool2d · forward",
      "5 · dropout · forward",
      "3 · relu · forward",
      "6 · flatten · forward",
    ]);
    seen("ol button")[1]?.click();
    expect(asks("show")[0]?.event).toBe(5);
    press("Go on with the edited");
    expect(asks("keep")[0]?.words).toBe("edited");
    panel.draw();
    expect(button("Go on as it was")).toBeDefined();
    hear([{ ...told, kept: true, note: "the program goes on with the edited outcome" }], apart);
    expect(button("Go on as it was")).toBeUndefined();
    hear([{ ...told, edits: ["output · 3"] }], apart);
    expect(button("Go on as it was")).toBeDefined();
  });

  test("names from strangers are text", () => {
    const bad = "<img src=x onerror=alert(1)>";
    const told = difference(1, { edits: [bad], note: bad });
    show(differencePanel, [...waits(4), told], [1]);
    const other = panel;
    show(breaksPanel, waits(4, { breaks: [breakAt(1, { what: bad })], edits: [bad] }));
    expect(panel.element.textContent).toContain("<img");
    expect(other.element.textContent).toContain("<img");
    expect(document.querySelectorAll("img")).toHaveLength(0);
    other.element.remove();
  });
});
