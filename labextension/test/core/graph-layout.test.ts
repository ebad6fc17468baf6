import { describe, expect, test } from "vitest";
import { everything, readable, visible } from "../../src/core/folding.ts";
import { buildNet, type Group, type Net } from "../../src/core/graph.ts";
import { arrange, type Box, fitting, type Picture, type Shape, type Sizes } from "../../src/core/layout.ts";
import { along } from "../../src/core/route.ts";
import type { Graph } from "../../src/wire.ts";
import { attention, cnn, dice, large, mlp, random, resnet, Sketch } from "../graphs.ts";

const sizes: Sizes = {
  leaf: ({ node }) => ({ width: 60 + 6 * node.op.length, height: node.kind === "input" ? 34 : 42 }),
  feed: (node) => ({ width: 40 + 5 * node.name.length, height: 22 }),
  folded: (group) => ({ width: 90 + 5 * group.title.length, height: 56 }),
  title: (group) => ({ width: 60 + 7 * group.title.length, height: 24 }),
};

const SHAPES: Shape[] = [
  { direction: "down", bands: 1 },
  { direction: "right", bands: 1 },
  { direction: "down", bands: 3 },
  { direction: "right", bands: 2 },
];

/** Some layers open, chosen by dice. */
function someOpen(net: Net, seed: number): Set<string> {
  const roll = dice(seed);
  return new Set([...everything(net)].filter(() => roll() < 0.7));
}

type Rect = { x: number; y: number; width: number; height: number };
const rim = 0.01;
const apart = (a: Rect, b: Rect): boolean =>
  a.x + a.width <= b.x + rim ||
  b.x + b.width <= a.x + rim ||
  a.y + a.height <= b.y + rim ||
  b.y + b.height <= a.y + rim;
const holds = (a: Rect, b: Rect): boolean =>
  b.x >= a.x - rim &&
  b.y >= a.y - rim &&
  b.x + b.width <= a.x + a.width + rim &&
  b.y + b.height <= a.y + a.height + rim;

function solids(picture: Picture): { rect: Rect; box: Box }[] {
  return picture.boxes.flatMap((box) => [
    { rect: box, box },
    ...box.feeds.map((feed) => ({ rect: feed, box })),
  ]);
}

function inside(box: Box, group: Group): boolean {
  for (let up = box.item.parent; up; up = up.parent) if (up === group) return true;
  return false;
}

function checkBoxes(picture: Picture): void {
  const all = solids(picture);
  for (const { rect, box } of all) {
    expect(rect.x).toBeGreaterThanOrEqual(0);
    expect(rect.y).toBeGreaterThanOrEqual(0);
    expect(rect.x + rect.width).toBeLessThanOrEqual(picture.width);
    expect(rect.y + rect.height).toBeLessThanOrEqual(picture.height);
    for (const other of all) {
      if (other.rect === rect) continue;
      const group = other.box.item;
      if (group.is === "group" && inside(box, group)) {
        if (!holds(other.rect, rect)) throw new Error(`${box.item.key} leaves ${group.key}`);
      } else if (box.item.is === "group" && inside(other.box, box.item)) continue;
      else if (!apart(rect, other.rect)) throw new Error(`${box.item.key} meets ${other.box.item.key}`);
    }
  }
}

function checkForward(picture: Picture): void {
  const places = new Map(picture.boxes.map((box) => [box.item.key, box]));
  if (picture.bands > 1) return;
  const end = picture.direction === "down" ? 1 : 0;
  for (const { line } of picture.strands) expect(line.at(end - 2)).toBeGreaterThan(line[end] ?? 0);
  for (const { from, to } of picture.pairs) {
    const [a, b] = [places.get(from.key), places.get(to.key)];
    const gap = end
      ? (b?.y ?? 0) - (a?.y ?? 0) - (a?.height ?? 0)
      : (b?.x ?? 0) - (a?.x ?? 0) - (a?.width ?? 0);
    expect(gap).toBeGreaterThan(0);
  }
}

/** No line passes through a box that is neither its end nor around it. */
function checkLines(picture: Picture): void {
  const closed = solids(picture).filter(({ box }) => !box.open);
  for (const { line, source, targets } of picture.strands) {
    for (const spot of along(line)) {
      for (const { rect, box } of closed) {
        if (spot.x <= rect.x + 0.5 || spot.x >= rect.x + rect.width - 0.5) continue;
        if (spot.y <= rect.y + 0.5 || spot.y >= rect.y + rect.height - 0.5) continue;
        throw new Error(`the line from ${source} to ${targets} passes ${box.item.key}`);
      }
    }
  }
}

/** Every strand that goes out of a box or border arrives somewhere: from each source each reader is reached. */
function checkReached(picture: Picture): void {
  const reached = new Map<string, Set<string>>();
  for (const { source, targets, arrow } of picture.strands) {
    if (!arrow) continue;
    const set = reached.get(source) ?? new Set();
    reached.set(source, set);
    for (const target of targets) set.add(target);
  }
  for (const { from, to } of picture.pairs) expect(reached.get(from.key)?.has(to.key)).toBe(true);
}

function check(graph: Graph, open: (net: Net) => Set<string>, shape: Shape): void {
  const net = buildNet(graph);
  const picture = arrange(net, open(net), sizes, shape);
  expect(picture.boxes.map(({ item }) => item.key).sort()).toEqual(
    visible(net, open(net))
      .map(({ key }) => key)
      .sort(),
  );
  checkBoxes(picture);
  checkForward(picture);
  checkLines(picture);
  checkReached(picture);
}

const KNOWN: Record<string, () => Graph> = {
  cnn,
  mlp,
  resnet,
  attention,
  deep: () => attention(3),
  large: () => large(300),
};

describe.each(SHAPES)("$direction in $bands bands", (shape) => {
  test.each(Object.keys(KNOWN))("%s", (name) => {
    const graph = KNOWN[name]?.() ?? cnn();
    check(graph, readable, shape);
    check(graph, everything, shape);
    check(graph, () => new Set(), shape);
  });

  test("random graphs with some layers open", () => {
    for (let seed = 1; seed <= 25; seed++)
      check(random(seed, 10 + seed), (net) => someOpen(net, seed), shape);
  }, 20_000);
});

test("the main chain of the first network is straight", () => {
  const net = buildNet(cnn());
  const { boxes } = arrange(net, everything(net), sizes, { direction: "down", bands: 1 });
  const ops = boxes.filter(({ item }) => item.is === "leaf" && item.node.kind !== "input");
  const axes = new Set(ops.map(({ x, width }) => Math.round(10 * (x + width / 2))));
  expect(ops).toHaveLength(13);
  expect(axes.size).toBe(1);
});

test("the same graph is laid out the same, also after unfolding and folding", () => {
  const net = buildNet(attention(2));
  const open = readable(net);
  const shape = { direction: "down", bands: 1 } as const;
  const first = arrange(net, open, sizes, shape);
  arrange(net, everything(net), sizes, shape);
  expect(arrange(net, open, sizes, shape)).toEqual(first);
  const again = arrange(buildNet(attention(2)), open, sizes, shape);
  expect(again.boxes.map(({ x, y }) => [x, y])).toEqual(first.boxes.map(({ x, y }) => [x, y]));
});

test("of all shapes the one that is largest in its space is chosen", () => {
  const net = buildNet(cnn());
  const tall = fitting(net, readable(net), sizes, { width: 400, height: 1600 });
  const wide = fitting(net, readable(net), sizes, { width: 1200, height: 460 });
  expect(tall.height).toBeGreaterThan(tall.width);
  expect(wide.width).toBeGreaterThan(wide.height);
  expect(Math.min(1200 / wide.width, 460 / wide.height)).toBeGreaterThan(0.75);
});

test.each([true, false])(
  "ten thousand nodes take no more than linear time (all open: %s)",
  (all) => {
    const graph = large(10_000);
    const start = performance.now();
    const net = buildNet(graph);
    arrange(net, all ? everything(net) : readable(net), sizes, { direction: "down", bands: 1 });
    // Some 250 ms on a quiet machine; a busy one may take many times as long, a quadratic step longer still.
    expect(performance.now() - start).toBeLessThan(6_000);
  },
  20_000,
);

test("edges too long to pass every rank are led around everything", () => {
  const s = new Sketch();
  const made = [s.input("x", [1])];
  for (let i = 0; i < 400; i++) made.push(s.op("add", "", [made.at(-1)!, made[i >> 1]!], [1]));
  check(s.done(), () => new Set(), { direction: "down", bands: 1 });
  const net = buildNet(s.done());
  check(s.done(), () => everything(net), { direction: "down", bands: 1 });
});
