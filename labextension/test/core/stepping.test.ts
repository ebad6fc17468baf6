import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { KNOCK_AFTER, PATIENCE } from "../../src/core/control.ts";
import { readUpdate } from "../../src/core/hostile.ts";
import { Store } from "../../src/core/store.ts";
import type { Part } from "../../src/wire.ts";
import { FakeKernel, series, status, update } from "../fakes.ts";
import { cardOf, difference, event, events, pause, tensor } from "../steps.ts";

let kernel: FakeKernel;
let store: Store;
const interrupt = vi.fn();

beforeEach(() => {
  vi.useFakeTimers();
  interrupt.mockReset();
  kernel = new FakeKernel();
  store = new Store(kernel);
  store.interrupt = interrupt;
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

/** An update as it comes over the wire. */
const heard = (parts: readonly unknown[], numbers: readonly number[] = []) =>
  readUpdate({ ...update([]), parts }, Float64Array.from(numbers).buffer);

const small = tensor({ name: "a", rows: 1, columns: 2, bins: 1, points: 9 });
const other = tensor({ name: "b", rows: 1, columns: 1, points: 7 });
const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 15, 16, 17];

describe("numbers", () => {
  test("each array, and what comes after the card, gets its own", () => {
    const parts = [series("loss", 1), cardOf(0, [small, other]), difference(2, { first: 5 })];
    const read = heard(parts, [100, 200, ...NUMBERS, 0.5, Number.NaN]);
    kernel.say(read?.update.parts as Part[], [...(read?.points ?? [])]);
    const { card, differences } = store.stepping;
    const [a, b] = (card?.arrays ?? []).map((array) => store.stepping.points(array));
    expect(a).toMatchObject({ least: 1, mean: 2, most: 3, norm: 4, low: 5, high: 6 });
    expect([a?.bins, a?.values]).toEqual([Float64Array.of(7), Float64Array.of(8, 9)]);
    expect([b?.least, b?.bins.length, b?.values]).toEqual([11, 0, Float64Array.of(17)]);
    expect(differences).toEqual(Float64Array.of(0.5, Number.NaN));
    expect(store.curves.get("metric/loss")?.y).toEqual(Float64Array.of(200));
  });

  test.each([
    ["an array that does not add up", cardOf(0, [{ ...small, points: 8 }])],
    ["an array that cannot be read", cardOf(0, [small, { ...other, role: "guess" as "input" }])],
    [
      "more arrays than anybody draws",
      cardOf(
        0,
        Array.from({ length: 300 }, () => small),
      ),
    ],
    ["a difference of unknown length", { ...difference(1), points: -1 }],
  ])("%s refuses the update", (_, part) => {
    expect(heard([status(), part], NUMBERS.slice(0, 9))).toBeUndefined();
  });

  test("a buffer that is too short or too long refuses the update", () => {
    const parts = [cardOf(0, [small, other])];
    expect(heard(parts, NUMBERS)).toBeDefined();
    expect(heard(parts, NUMBERS.slice(1))).toBeUndefined();
    expect(heard(parts, [...NUMBERS, 1])).toBeUndefined();
  });
});

describe("events", () => {
  const numbers = () => store.stepping.events.map(({ number }) => number);

  test("replace what there was from their first on", () => {
    kernel.say([events([event(0), event(1), event(2)])]);
    kernel.say([events([event(1, { name: "tanh" })])]);
    expect(store.stepping.events.map(({ name }) => name)).toEqual(["relu", "tanh"]);
    kernel.say([{ is: "events", first: 1, events: [] }]);
    expect(numbers()).toEqual([0]);
  });

  test("that the kernel forgot are forgotten", () => {
    kernel.say([events([event(0), event(1), event(2)]), pause({ at: 2, first: 2 })]);
    expect(numbers()).toEqual([2]);
    expect(store.stepping.event(2)?.number).toBe(2);
    expect(store.stepping.event(0)).toBeUndefined();
  });

  test("never go back in number", () => {
    const read = heard([events([event(3), event(1), event(4), event(4)])]);
    expect(read?.update.parts).toMatchObject([{ events: [{ number: 3 }, { number: 4 }] }]);
  });

  test("to come have the phase that they had in the pass before", () => {
    const first = [event(0), event(1, { phase: "backward" }), event(2, { phase: "update" })];
    kernel.say([events([...first, event(3)]), pause({ at: 3, begins: 3, expected: 3 })]);
    expect([3, 4, 5].map((number) => store.stepping.phase(number))).toEqual([
      "forward",
      "backward",
      "update",
    ]);
    expect(store.stepping.end).toBe(6);
    expect(store.stepping.phase(6)).toBe("forward");
    expect(store.stepping.phase(9)).toBeUndefined();
  });
});

describe("asking", () => {
  test("fills in what was not said, and numbers it among the commands", () => {
    store.ask("pause");
    store.stepping.ask({ do: "rewind", event: 3 });
    const [before, ask] = kernel.commands.slice(-2);
    expect(ask).toEqual({
      is: "ask",
      version: 1,
      do: "rewind",
      seq: expect.any(Number),
      event: 3,
      target: "",
      words: "",
      index: [],
      value: 0,
    });
    expect(ask?.seq).toBeGreaterThan(before?.seq ?? 0);
  });

  test("pends until the stepper has answered what it acknowledged", () => {
    kernel.say([status({ state: "stepping" }), pause({ at: 0 })]);
    store.stepping.ask({ do: "step" });
    kernel.say([pause({ at: 0, note: "an answer to something older" })]);
    expect(store.pending).toBe("step");
    kernel.acknowledge();
    expect(store.pending).toBe("step");
    kernel.say([pause({ at: 1 })]);
    expect(store.pending).toBeUndefined();
  });

  test("a program that waits in the stepper is never interrupted for it", () => {
    kernel.say([status({ state: "stepping", mode: "interrupt" }), pause({ at: 0 })]);
    store.stepping.ask({ do: "show", event: 0 });
    vi.advanceTimersByTime(PATIENCE);
    expect(interrupt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(PATIENCE);
    expect(store.unheard).toBe(true);
  });

  test("a program that runs is interrupted where that is how it hears", () => {
    kernel.say([status({ state: "live", mode: "interrupt" })]);
    store.stepping.ask({ do: "step" });
    vi.advanceTimersByTime(KNOCK_AFTER);
    expect(interrupt).toHaveBeenCalledTimes(1);
  });

  test("asks nothing of a saved notebook", () => {
    const saved = new FakeKernel();
    const replay = new Store(saved, { contact: "replay" });
    replay.stepping.ask({ do: "step" });
    expect(saved.commands).toEqual([]);
    expect(replay.pending).toBeUndefined();
  });
});
