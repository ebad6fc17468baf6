import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ANSWER_WITHIN, GREETING_WITHIN, KNOCK_AFTER, PATIENCE } from "../../src/core/control.ts";
import { Store } from "../../src/core/store.ts";
import { FakeKernel, status } from "../fakes.ts";

let kernel: FakeKernel;
let store: Store;
const interrupt = vi.fn();

function begin(): void {
  kernel = new FakeKernel();
  store = new Store(kernel);
  store.interrupt = interrupt;
}

beforeEach(() => {
  vi.useFakeTimers();
  interrupt.mockReset();
  begin();
});

afterEach(() => {
  store.close();
  vi.useRealTimers();
});

describe("a kernel that hears", () => {
  beforeEach(() => kernel.say([status()]));

  test("is asked, and the command pends until it is acknowledged and carried out", () => {
    store.ask("pause");
    expect(kernel.asked("pause")).toHaveLength(1);
    expect(store.pending).toBe("pause");
    kernel.acknowledge();
    expect(store.pending).toBe("pause");
    kernel.acknowledge([status({ state: "paused" })]);
    expect(store.pending).toBeUndefined();
    vi.advanceTimersByTime(2 * PATIENCE);
    expect(interrupt).not.toHaveBeenCalled();
  });

  test("may take its time once it has acknowledged", () => {
    store.ask("stop");
    kernel.acknowledge();
    vi.advanceTimersByTime(PATIENCE - 1);
    expect(interrupt).not.toHaveBeenCalled();
    expect(store.pending).toBe("stop");
    vi.advanceTimersByTime(1);
    expect(store.pending).toBeUndefined();
  });

  test("gets numbers that grow, also over a reload of the page", () => {
    store.ask("pause");
    store.ask("resume");
    vi.advanceTimersByTime(5);
    const after = new FakeKernel();
    new Store(after).close();
    const numbers = [...kernel.commands, ...after.commands].filter((c) => c.do !== "seen").map((c) => c.seq);
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });
});

describe("a kernel that does not answer", () => {
  beforeEach(() => kernel.say([status()]));

  test("is interrupted once after a second", () => {
    store.ask("stop");
    vi.advanceTimersByTime(ANSWER_WITHIN - 1);
    expect(interrupt).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1 + PATIENCE);
    expect(interrupt).toHaveBeenCalledTimes(1);
    expect(store.unheard).toBe(true);
    kernel.say([status({ state: "stopped" })]);
    expect(store.unheard).toBe(false);
    expect(store.pending).toBeUndefined();
  });

  test("where nothing can interrupt it, the reader is told", () => {
    store.interrupt = undefined;
    store.ask("stop");
    vi.advanceTimersByTime(ANSWER_WITHIN);
    expect(store.unheard).toBe(true);
  });

  test("resume never interrupts: unread, it would mean stop", () => {
    kernel.say([status({ state: "paused" })]);
    store.ask("resume");
    vi.advanceTimersByTime(ANSWER_WITHIN);
    expect(interrupt).not.toHaveBeenCalled();
    expect(store.unheard).toBe(true);
  });

  test("is not interrupted after its store is closed", () => {
    store.ask("stop");
    store.close();
    vi.advanceTimersByTime(PATIENCE);
    expect(interrupt).not.toHaveBeenCalled();
  });
});

describe("a kernel that is deaf while its cell runs", () => {
  test("is known by the unanswered greeting", () => {
    kernel.say([status({ mode: "unknown" })]);
    expect(store.mode).toBe("unknown");
    vi.advanceTimersByTime(GREETING_WITHIN);
    expect(store.mode).toBe("interrupt");
    kernel.say([status({ mode: "subshell" })]);
    expect(store.mode).toBe("subshell");
  });

  test.each(["pause", "stop"] as const)("%s is followed by an interrupt at once", (verb) => {
    kernel.say([status({ mode: "interrupt" })]);
    store.ask(verb);
    expect(kernel.asked(verb)).toHaveLength(1);
    vi.advanceTimersByTime(KNOCK_AFTER);
    expect(interrupt).toHaveBeenCalledTimes(1);
  });

  test("looks into its queue by itself while it is paused", () => {
    kernel.say([status({ mode: "interrupt", state: "paused" })]);
    store.ask("stop");
    vi.advanceTimersByTime(ANSWER_WITHIN - 1);
    expect(interrupt).not.toHaveBeenCalled();
  });
});
