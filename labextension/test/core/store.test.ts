import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { MOST_POINTS } from "../../src/core/curves.ts";
import { SILENCE, Store } from "../../src/core/store.ts";
import { FakeKernel, memory, series, status } from "../fakes.ts";

let kernel: FakeKernel;
let store: Store;

beforeEach(() => {
  vi.useFakeTimers();
  kernel = new FakeKernel();
  store = new Store(kernel);
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

const loss = () => store.curves.get("metric/loss");

describe("what it keeps", () => {
  test("points are appended, exactly the valid ones are shown", () => {
    kernel.say([series("loss", 2)], [1, 2, 0.9, 0.8]);
    kernel.say([series("loss", 1), series("accuracy", 1, { unit: "fraction" })], [3, 0.7, 3, 0.5]);
    expect([...(loss()?.x ?? [])]).toEqual([1, 2, 3]);
    expect([...(loss()?.y ?? [])]).toEqual([0.9, 0.8, 0.7]);
    expect([...store.curves.keys()]).toEqual(["metric/loss", "metric/accuracy"]);
    expect(store.group("metric").map((curve) => curve.unit)).toEqual(["", "fraction"]);
  });

  test("a series that replaces starts the curve anew", () => {
    kernel.say([series("loss", 2)], [1, 2, 0.9, 0.8]);
    kernel.say([series("loss", 1, { replace: true, sampled: "every 2nd" })], [2, 0.8]);
    expect([...(loss()?.y ?? [])]).toEqual([0.8]);
    expect(loss()?.sampled).toBe("every 2nd");
  });

  test("NaN and infinities arrive", () => {
    kernel.say([series("loss", 2)], [1, 2, Number.NaN, Number.POSITIVE_INFINITY]);
    expect([...(loss()?.y ?? [])]).toEqual([Number.NaN, Number.POSITIVE_INFINITY]);
  });

  test("the latest status and memory win", () => {
    kernel.say([status({ step: 1 }), memory()]);
    kernel.say([status({ step: 2 })]);
    expect(store.status?.step).toBe(2);
    expect(store.memory?.peak_step).toBe(12);
    expect(store.title).toBe("Net");
  });

  test("an endless run stays bounded and keeps its newest point", () => {
    const many = 3 * MOST_POINTS + 1;
    const steps = Array.from({ length: many }, (_, i) => i);
    kernel.say([series("loss", many)], [...steps, ...steps]);
    expect(loss()?.x.length).toBeLessThanOrEqual(MOST_POINTS);
    expect(loss()?.x.at(-1)).toBe(many - 1);
    expect(loss()?.y.at(-1)).toBe(many - 1);
  });

  test("names that objects would stumble over are plain names", () => {
    kernel.say([series("__proto__", 1), series("constructor", 1)], [1, 2, 1, 3]);
    expect(store.group("metric").map((curve) => curve.name)).toEqual(["__proto__", "constructor"]);
  });

  test("watchers hear of each change until they stop", () => {
    const look = vi.fn();
    const stop = store.watch(look);
    kernel.say([status()]);
    stop();
    kernel.say([status()]);
    expect(look).toHaveBeenCalledTimes(1);
    expect(store.version).toBeGreaterThan(1);
  });
});

describe("when something is missed", () => {
  test("it greets on arrival", () => {
    expect(kernel.asked("hello")).toHaveLength(1);
  });

  test("after a gap it asks for a keyframe and appends nothing until it comes", () => {
    kernel.say([series("loss", 1)], [1, 0.9]);
    vi.advanceTimersByTime(1_000);
    kernel.say([series("loss", 1), status({ step: 5 })], [3, 0.7], { seq: 3 });
    expect(kernel.asked("hello")).toHaveLength(2);
    expect(loss()?.x.length).toBe(1);
    expect(store.status?.step).toBe(5);
    kernel.say([series("loss", 3, { replace: true })], [1, 2, 3, 9, 8, 7], { keyframe: true });
    kernel.say([series("loss", 1)], [4, 6]);
    expect([...(loss()?.x ?? [])]).toEqual([1, 2, 3, 4]);
  });

  test("keyframes are asked for once a second at most", () => {
    for (let seq = 2; seq < 60; seq += 2) kernel.say([status()], [], { seq });
    expect(kernel.asked("hello")).toHaveLength(1);
    vi.advanceTimersByTime(1_000);
    kernel.say([status()], [], { seq: 80 });
    expect(kernel.asked("hello")).toHaveLength(2);
  });

  test("updates that come twice, late, or from another run change nothing", () => {
    kernel.say([series("loss", 1)], [1, 0.9]);
    kernel.say([series("loss", 1)], [1, 0.9], { seq: 1 });
    kernel.say([series("loss", 1)], [2, 0.8], { seq: 2, run: "run-2" });
    expect(loss()?.x.length).toBe(1);
    expect(store.run).toBe("run-1");
  });
});

describe("contact", () => {
  test("somebody looks: said at most once a second, with the last number", () => {
    for (let i = 0; i < 10; i++) kernel.say([status()]);
    vi.advanceTimersByTime(1_000);
    kernel.say([status()]);
    expect(kernel.asked("seen").map((command) => command.seq)).toEqual([1, 11]);
  });

  test("silence makes it stale, a word brings it back", () => {
    kernel.say([status()]);
    const heard = store.since;
    vi.advanceTimersByTime(SILENCE);
    expect(store.contact).toBe("stale");
    expect(store.since).toBe(heard);
    kernel.say([status()]);
    expect(store.contact).toBe("live");
  });

  test("a run that is over may be silent", () => {
    kernel.say([status({ state: "finished" })]);
    vi.advanceTimersByTime(10 * SILENCE);
    expect(store.contact).toBe("live");
    expect(store.active).toBe(false);
  });

  test("a kernel that restarts makes it stale at once, and nobody is asked any more", () => {
    kernel.say([status()]);
    kernel.die();
    expect(store.contact).toBe("stale");
    expect(store.active).toBe(false);
  });

  test("what is left of a finished run is a replay", () => {
    kernel.say([status({ state: "finished" })]);
    kernel.die();
    expect(store.contact).toBe("replay");
  });

  test("a replay says nothing to anybody", () => {
    const silent = new FakeKernel();
    const replayed = new Store(silent, { contact: "replay" });
    silent.say([status()]);
    replayed.ask("stop");
    expect(silent.commands).toEqual([]);
    expect(replayed.contact).toBe("replay");
    expect(replayed.active).toBe(false);
  });

  test("a closed store has left its source and its clock", () => {
    kernel.say([status()]);
    store.close();
    expect(kernel.listening).toBe(false);
    expect(vi.getTimerCount()).toBe(0);
  });
});
