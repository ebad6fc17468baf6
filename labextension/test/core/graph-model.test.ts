import { describe, expect, test } from "vitest";
import { Atlas } from "../../src/core/atlas.ts";
import { everything, Folds, readable, visible } from "../../src/core/folding.ts";
import { buildNet, type Group, parts } from "../../src/core/graph.ts";
import { arrange, type Sizes } from "../../src/core/layout.ts";
import { normsOf, partOf } from "../../src/core/norms.ts";
import { attention, cnn, large, Sketch } from "../graphs.ts";

const sizes: Sizes = {
  leaf: () => ({ width: 100, height: 42 }),
  feed: () => ({ width: 60, height: 22 }),
  folded: () => ({ width: 120, height: 48 }),
  title: () => ({ width: 120, height: 24 }),
};

describe("a net", () => {
  test("parameters belong to their op, inputs to the whole", () => {
    const net = buildNet(cnn());
    const conv = net.leaves.find(({ node }) => node.op === "conv2d");
    expect(conv?.feeds.map(({ name }) => name)).toEqual(["conv1.weight", "conv1.bias"]);
    expect(conv?.parent.path).toBe("conv1");
    expect(net.leaves.find(({ node }) => node.name === "target")?.parent).toBe(net.root);
  });

  test("a layer that is called twice is two groups, so that no edge runs back", () => {
    const s = new Sketch();
    let x = s.input("x", [2]);
    for (let i = 0; i < 2; i++) {
      x = s.call("linear", "fc", [x], [2], { weight: [2, 2] });
      x = s.op("relu", "", [x], [2]);
    }
    const net = buildNet(s.done());
    const groups = net.root.children.filter((child): child is Group => child.is === "group");
    expect(groups.map(({ path, turn }) => [path, turn])).toEqual([
      ["fc", 1],
      ["fc", 2],
    ]);
    expect(new Set(groups.map(({ key }) => key)).size).toBe(2);
  });

  test("a crowd of ops without layers is put into numbered parts", () => {
    const s = new Sketch();
    let x = s.input("x", [2]);
    for (let i = 0; i < 3000; i++) x = s.op("relu", "", [x], [2]);
    const net = buildNet(s.done());
    expect(visible(net, readable(net)).length).toBeLessThan(500);
    expect(net.root.ops).toBe(3000);
  });

  test("names from strangers: circles, doubles, endless paths", () => {
    const s = new Sketch();
    const x = s.input("__proto__", [1]);
    s.op("relu", "a.".repeat(100_000), [x], [1]);
    s.op("constructor", "__proto__.toString", [x], [1]);
    const graph = s.done();
    const odd = {
      ...graph,
      nodes: [...graph.nodes, ...graph.nodes, { ...graph.nodes[1]!, id: 77, inputs: [77, 78, 1] }],
    };
    const net = buildNet(odd);
    expect(() => arrange(net, everything(net), sizes, { direction: "down", bands: 1 })).not.toThrow();
    expect(parts("a.".repeat(1_000_000)).length).toBeLessThanOrEqual(24);
  });
});

describe("folding", () => {
  test("the first network opens, two thousand nodes stay readable", () => {
    expect(readable(buildNet(cnn())).size).toBe(6);
    const net = buildNet(large(2000));
    expect(visible(net, readable(net)).length).toBeLessThanOrEqual(40);
  });

  test("what the reader folded stays folded in the next graph", () => {
    const folds = new Folds();
    folds.adopt(buildNet(cnn()));
    folds.toggle("g1:conv1");
    folds.adopt(buildNet(cnn(32)));
    expect(folds.open.has("g1:conv1")).toBe(false);
    expect(folds.open.has("g1:conv2")).toBe(true);
  });
});

describe("an atlas", () => {
  const net = buildNet(cnn());
  const atlas = new Atlas(arrange(net, everything(net), sizes, { direction: "down", bands: 1 }));

  test("arrow keys lead along the edges to the loss", () => {
    let mark = atlas.first();
    const seen: string[] = [];
    for (; mark && seen.length < 40; mark = atlas.walk(mark.key, "forward")) {
      seen.push(mark.box.item.is === "leaf" ? mark.box.item.node.name : mark.box.item.path);
    }
    expect(seen[0]).toBe("data");
    expect(seen.at(-1)).toBe("nll_loss");
  });

  test("and sideways to the parameters and back", () => {
    const conv = net.leaves.find(({ node }) => node.op === "conv2d");
    const left = atlas.walk(conv?.key ?? "", "left");
    expect(left?.feed?.node.name).toBe("conv1.weight");
    expect(atlas.walk(left?.key ?? "", "right")?.key).toBe(conv?.key);
    expect(atlas.walk(left?.key ?? "", "forward")?.key).toBe(conv?.key);
  });

  test("what lies at a point is the innermost thing", () => {
    for (const [key, mark] of atlas.marks) {
      if (mark.box.open) continue;
      const { x, y, width, height } = mark.feed ?? mark.box;
      expect(atlas.at(x + width / 2, y + height / 2)?.key).toBe(key);
    }
  });
});

test("the norm of a layer around others is that of all their gradients together", () => {
  const norms = normsOf([
    { path: "a.x", step: 7, value: 3 },
    { path: "a.y", step: 8, value: 4 },
    { path: "b", step: 8, value: Number.NaN },
  ]);
  expect(norms?.of.get("a")).toBe(5);
  expect(norms?.step).toBe(8);
  expect(norms?.of.get("b")).toBeNaN();
  expect(norms && partOf(5, norms.decades)).toBeGreaterThan(0.5);
  expect(normsOf([])).toBeUndefined();
});

test("every reading of the attention block leads forward", () => {
  for (const { from, to } of buildNet(attention(2)).readings) expect(from.order).toBeLessThan(to.order);
});
