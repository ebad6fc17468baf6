import { describe, expect, test } from "vitest";
import { Folds } from "../../src/core/folding.ts";
import { buildNet } from "../../src/core/graph.ts";
import { outcomesOf } from "../../src/core/outcomes.ts";
import { continues, placeOf, progressOf, worst } from "../../src/core/progress.ts";
import { Stepping } from "../../src/core/stepping.ts";
import type { Pause } from "../../src/wire.ts";
import { cnn, large, mlp } from "../graphs.ts";
import { difference, event, events, passOf, pause } from "../steps.ts";

const net = buildNet(cnn());
const list = passOf(cnn());
const OPS = 13;
const idOf = (name: string): number => net.graph.nodes.find((node) => node.name === name)!.id;
const nodeAt = (number: number): number => list[number]!.node;

const untold = (): Stepping =>
  new Stepping(
    () => {},
    () => {},
  );

function at(number: number, more: Partial<Pause> = {}, apart: readonly number[] = []): Stepping {
  const stepping = untold();
  stepping.takeEvents(events(list));
  stepping.takePause(pause({ at: number, ...more }));
  if (apart.length > 0) stepping.takeDifference(difference(apart.length), Float64Array.from(apart));
  return stepping;
}

describe("progress", () => {
  test("an op has run once its event is over, forward and backward apart; a parameter once it was updated", () => {
    const forward = progressOf(at(4), net)!;
    expect([3, 4, 5].map((i) => forward.ran(nodeAt(i), "forward"))).toEqual([true, false, false]);
    expect(forward.now).toBe(nodeAt(4));
    const backward = progressOf(at(OPS + 2), net)!;
    expect([0, 1, 2].map((i) => backward.ran(nodeAt(OPS + i), "backward"))).toEqual([true, true, false]);
    const update = progressOf(at(2 * OPS + 1), net)!;
    expect(update.ran(idOf("conv1.weight"), "update")).toBe(true);
    expect(placeOf(net, update.now)).toBe(`n${idOf("conv1.bias") + 1}/${idOf("conv1.bias")}`);
  });

  test("waiting right after an event, it is over; what was recorded before a rewind is to come again", () => {
    expect(progressOf(at(4, { after: true }), net)!.ran(nodeAt(4), "forward")).toBe(true);
    expect(progressOf(at(2, { frontier: 20 }), net)!.ran(nodeAt(3), "forward")).toBe(false);
  });

  test("the pass before this one tells what is to come, and nothing of it counts as run", () => {
    const stepping = at(4);
    stepping.takeEvents(events(passOf(cnn(), list.length, 1).slice(0, 3)));
    stepping.takePause(pause({ at: list.length + 2, begins: list.length }));
    const progress = progressOf(stepping, net)!;
    expect([1, 2, 3].map((i) => progress.ran(nodeAt(i), "forward"))).toEqual([true, false, false]);
    expect(progress.events.get(nodeAt(7))?.forward?.number).toBe(7);
  });

  test("layers know what ran in them, where the program is, and what was edited in them", () => {
    const stepping = at(2);
    stepping.takeEvents(events(list.map((one) => (one.number === 0 ? { ...one, mark: "edited" } : one))));
    const { groups } = progressOf(stepping, net)!;
    expect(groups.get("g1:conv1")).toMatchObject({ ran: 1, now: false, edited: true });
    expect(groups.get("g1:conv2")).toMatchObject({ ran: 0, now: true, edited: false });
  });

  test("an op that the graph does not have yet: its layer is the place, and the last op that ran points there", () => {
    const stepping = untold();
    stepping.takeEvents(events([...list.slice(0, 3), event(3, { layer: "conv2", node: 999 })]));
    stepping.takePause(pause({ at: 3 }));
    const progress = progressOf(stepping, net)!;
    expect([progress.now, progress.last, progress.groups.get("g1:conv2")?.now]).toEqual([
      -1,
      nodeAt(2),
      true,
    ]);
  });

  test("nothing is told while the program runs", () => {
    expect(progressOf(at(-1), net)).toBeUndefined();
    expect(progressOf(untold(), net)).toBeUndefined();
  });

  test("of a call and its parts that share a node, the call tells", () => {
    const stepping = untold();
    stepping.takeEvents(events([event(0, { node: 5 }), event(1, { node: 5, inside: 0 }), event(2)]));
    stepping.takePause(pause({ at: 2 }));
    expect(progressOf(stepping, net)!.events.get(5)?.forward?.number).toBe(0);
  });
});

describe("two outcomes", () => {
  const apart = list.map(({ number }) => (number < 3 ? 0 : 10 ** -number));

  test("differences stand at the nodes of their events, forward and backward apart", () => {
    const progress = progressOf(at(20, {}, apart), net)!;
    expect(progress.apart?.get(nodeAt(4))).toEqual({ forward: 1e-4, backward: 10 ** -(2 * OPS - 1 - 4) });
    expect(progress.groups.get("g1:conv2")?.apart).toBeCloseTo(10 ** -(2 * OPS - 1 - 2), 24);
    const later = at(list.length + 1, {}, apart);
    later.takeEvents(events(passOf(cnn(), list.length, 1).slice(0, 2)));
    later.takePause(pause({ at: list.length + 1, begins: list.length }));
    expect(progressOf(later, net)!.apart).toBeUndefined();
    expect(worst({ forward: 1, backward: Number.NaN })).toBeNaN();
  });

  test("the first that differs and those furthest apart are found", () => {
    const found = outcomesOf(at(20, {}, apart))!;
    expect([found.first?.event.number, found.differing, found.compared]).toEqual([
      3,
      list.length - 3,
      list.length,
    ]);
    expect(found.top.map(({ event }) => event.number).slice(0, 3)).toEqual([3, 4, 5]);
  });
});

describe("a graph that grows", () => {
  const part = (graph: ReturnType<typeof cnn>, size: number) =>
    buildNet({ ...graph, nodes: graph.nodes.slice(0, size) });

  test("is told from another graph", () => {
    expect(continues(part(cnn(), 5), part(cnn(), 9))).toBe(true);
    expect(continues(part(cnn(), 9), part(cnn(), 5))).toBe(false);
    expect(continues(part(mlp(), 9), net)).toBe(false);
  });

  test("keeps open what is open, and opens new layers while that can be read", () => {
    const folds = new Folds();
    folds.adopt(part(cnn(), 6));
    folds.toggle("g1:conv1");
    folds.grow(net);
    expect([...folds.open].sort()).toEqual(
      ["conv2", "dropout1", "dropout2", "fc1", "fc2"].map((one) => `g1:${one}`),
    );
    const many = new Folds();
    many.adopt(part(large(2000), 8));
    many.grow(buildNet(large(2000)));
    expect(many.open.size).toBeLessThan(20);
  });

  test("opens what hides the place, and folds it again behind it, but never what the reader chose", () => {
    const big = buildNet(large(600));
    const folds = new Folds();
    folds.adopt(big);
    folds.all(big, false);
    const leaf = big.leaves.at(-3)!;
    folds.follow(leaf);
    expect(folds.open.size).toBe(0);
    const fresh = new Folds();
    fresh.adopt(big);
    const before = [...fresh.open];
    fresh.follow(leaf);
    expect(fresh.open.has(leaf.parent.key)).toBe(true);
    fresh.follow(big.leaves[0]);
    expect([...fresh.open]).toEqual(before);
  });
});
