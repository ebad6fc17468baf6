import { expect, test, vi } from "vitest";
import { latest } from "../../src/core/latest.ts";
import { replay } from "../../src/core/replay.ts";
import { Runs } from "../../src/core/runs.ts";
import { Store } from "../../src/core/store.ts";
import { speak, t } from "../../src/core/words.ts";
import { FakeKernel, series, status, update } from "../fakes.ts";

function liveStore(): Store {
  const kernel = new FakeKernel();
  const store = new Store(kernel);
  kernel.say([status()]);
  return store;
}

test("a kernel's newest run is found, and lost with its kernel", () => {
  const [first, second, other] = [liveStore(), liveStore(), liveStore()];
  const runs = new Runs();
  const look = vi.fn();
  runs.watch(look);
  runs.set("a", { store: first, home: "kernel" });
  runs.set("b", { store: second, home: "kernel" });
  runs.set("c", { store: other, home: "elsewhere" });
  expect(runs.at("kernel")).toBe(second);
  runs.lose("kernel");
  expect(runs.at("kernel")).toBeUndefined();
  expect([first.contact, second.contact, other.contact]).toEqual(["stale", "stale", "live"]);
  expect(runs.get("c")).toBe(other);
  expect(look).toHaveBeenCalledTimes(4);
  other.close();
});

test("a replay has everything from the start", () => {
  const heard = {
    update: update([series("loss", 1)], { keyframe: true, seq: 9 }),
    points: Float64Array.of(1, 0.5),
  };
  const store = new Store(replay(heard), { contact: "replay" });
  expect(store.run).toBe("run-1");
  expect(store.curves.get("metric/loss")?.y.at(-1)).toBe(0.5);
});

test("drawing happens once per frame, and again in the next", () => {
  const frames: (() => void)[] = [];
  const draw = vi.fn();
  const due = latest(draw, (f) => frames.push(f));
  due();
  due();
  expect(frames).toHaveLength(1);
  frames[0]?.();
  due();
  expect(draw).toHaveBeenCalledTimes(1);
  expect(frames).toHaveLength(2);
});

test("texts are filled in after they are translated", () => {
  speak((text) => (text === "Step {0}" ? "第 {0} 步" : text));
  expect(t("Step {0}", 12)).toBe("第 12 步");
  expect(t("{0} and {1}", "{1}")).toBe("{1} and {1}");
  speak((text) => text);
});
