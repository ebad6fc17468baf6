/** The computation of one step as a tree: layers hold layers and ops, ops hold the tensors that feed them alone. */

import type { Graph, Layer, Node, Rule } from "../wire.ts";

/** An op that ran, or an input that is read from outside. */
export interface Leaf {
  readonly is: "leaf";
  readonly key: string;
  readonly node: Node;
  /** Place among the leaves; what is read has a smaller one. */
  readonly order: number;
  readonly parent: Group;
  /** Parameters, buffers and constants, drawn beside the op. */
  readonly feeds: readonly Node[];
}

/** A layer, or one of the runs of a layer that was called at several places. */
export interface Group {
  readonly is: "group";
  readonly key: string;
  readonly path: string;
  /** Last part of the path. */
  readonly title: string;
  readonly layer: Layer | undefined;
  readonly parent: Group | undefined;
  readonly depth: number;
  readonly children: Item[];
  /** Which run of this layer it is, from 1. */
  readonly turn: number;
  /** Ops inside, at any depth. */
  ops: number;
}

export type Item = Leaf | Group;

/** Something computed by `from` is read by `to`. */
export interface Reading {
  readonly from: Leaf;
  readonly to: Leaf;
  /** Length of the longest path through it: the main chain is where this is largest. */
  weight: number;
}

/** A graph ready to be folded, laid out and asked about. */
export interface Net {
  readonly graph: Graph;
  readonly root: Group;
  readonly leaves: readonly Leaf[];
  readonly readings: readonly Reading[];
  readonly items: ReadonlyMap<string, Item>;
  readonly nodes: ReadonlyMap<number, Node>;
  readonly rules: ReadonlyMap<string, Rule>;
  /** How many runs a layer has, by path. */
  readonly turns: ReadonlyMap<string, number>;
  /** How many ops read a tensor, by node id. */
  readonly readers: ReadonlyMap<number, number>;
}

/** Paths deeper than this are cut: a name is written by a stranger, a stack is not endless. */
const DEEPEST = 24;
/** More children than this in one layer are put into numbered parts, because nobody reads a thousand boxes. */
const CROWD = 240;

/** The parts of a dotted path. */
export function parts(path: string): string[] {
  if (path === "") return [];
  const all = path.slice(0, 4000).split(".");
  return all.length <= DEEPEST ? all : [...all.slice(0, DEEPEST - 1), all.slice(DEEPEST - 1).join(".")];
}

export function buildNet(graph: Graph): Net {
  return new Builder(graph).build();
}

class Builder {
  readonly #graph: Graph;
  readonly #layers: Map<string, Layer>;
  readonly #nodes: Map<number, Node>;
  readonly #readers = new Map<number, number>();
  readonly #turns = new Map<string, number>();
  readonly #root: Group = blank("", "", undefined, undefined, 1);
  readonly #leaves: Leaf[] = [];
  readonly #leafOf = new Map<number, Leaf>();
  /** The groups that the op before last ran in, outermost first. */
  #open: Group[] = [];

  constructor(graph: Graph) {
    this.#graph = graph;
    this.#layers = new Map(graph.layers.map((layer) => [layer.path, layer]));
    this.#nodes = new Map(graph.nodes.map((node) => [node.id, node]));
    for (const node of graph.nodes) {
      for (const id of new Set(node.inputs)) this.#readers.set(id, (this.#readers.get(id) ?? 0) + 1);
    }
  }

  build(): Net {
    for (const node of this.#graph.nodes) {
      if (node.kind === "op" || node.kind === "loss") this.#addOp(node);
      else if (node.kind === "input" && (this.#readers.get(node.id) ?? 0) > 0)
        this.#addLeaf(node, this.#root);
    }
    divide(this.#root);
    const items = new Map<string, Item>();
    list(this.#root, items);
    const readings = this.#read();
    weigh(readings);
    return {
      graph: this.#graph,
      root: this.#root,
      leaves: this.#leaves,
      readings,
      items,
      nodes: this.#nodes,
      rules: new Map(this.#graph.rules.map((rule) => [rule.op, rule])),
      turns: this.#turns,
      readers: this.#readers,
    };
  }

  #addOp(node: Node): void {
    const group = this.#enter(node.layer);
    const feeds: Node[] = [];
    for (const id of new Set(node.inputs)) {
      const input = this.#nodes.get(id);
      if (!input || this.#leafOf.has(id)) continue;
      if (input.kind === "parameter" || input.kind === "buffer") feeds.push(input);
      else if (input.kind === "constant") {
        if (this.#readers.get(id) === 1) feeds.push(input);
        else this.#addLeaf(input, group);
      }
    }
    this.#addLeaf(node, group, feeds);
    for (let up: Group | undefined = group; up; up = up.parent) up.ops += 1;
  }

  #addLeaf(node: Node, parent: Group, feeds: readonly Node[] = []): void {
    if (this.#leafOf.has(node.id)) return;
    const leaf: Leaf = { is: "leaf", key: `n${node.id}`, node, order: this.#leaves.length, parent, feeds };
    parent.children.push(leaf);
    this.#leaves.push(leaf);
    this.#leafOf.set(node.id, leaf);
  }

  /**
   * The group of a layer.  Ops arrive in the order in which they ran, so a layer that is left and entered again
   * was called twice and gets a second group; with one group for both, edges would have to run in a circle.
   */
  #enter(path: string): Group {
    const names = parts(path);
    let depth = 0;
    while (depth < names.length && this.#open[depth]?.title === names[depth]) depth += 1;
    this.#open.length = depth;
    for (; depth < names.length; depth++) {
      const parent = this.#open[depth - 1] ?? this.#root;
      const full = names.slice(0, depth + 1).join(".");
      const turn = (this.#turns.get(full) ?? 0) + 1;
      this.#turns.set(full, turn);
      const group = blank(full, names[depth] ?? "", this.#layers.get(full), parent, turn);
      parent.children.push(group);
      this.#open.push(group);
    }
    return this.#open[names.length - 1] ?? this.#root;
  }

  #read(): Reading[] {
    const readings: Reading[] = [];
    for (const to of this.#leaves) {
      for (const id of new Set(to.node.inputs)) {
        const from = this.#leafOf.get(id);
        if (from && from.order < to.order) readings.push({ from, to, weight: 0 });
      }
    }
    return readings;
  }
}

function blank(
  path: string,
  title: string,
  layer: Layer | undefined,
  parent: Group | undefined,
  turn: number,
): Group {
  const key = `g${turn}:${path}`;
  const depth = parent ? parent.depth + 1 : 0;
  return { is: "group", key, path, title, layer, parent, depth, children: [], turn, ops: 0 };
}

/** Put the children of a crowded layer into numbered parts, each a stretch of what ran. */
function divide(group: Group): void {
  for (const child of group.children) if (child.is === "group") divide(child);
  if (group.children.length <= CROWD) return;
  const children = group.children.splice(0);
  const size = Math.max(Math.ceil(children.length / CROWD), Math.ceil(Math.sqrt(children.length)));
  for (let start = 0; start < children.length; start += size) {
    const piece = children.slice(start, start + size);
    const title = `${start + 1}–${start + piece.length}`;
    const path = `${group.path}/${title}`;
    const part: Group = { ...blank(path, title, undefined, group, 1), key: `p${start}:${group.key}` };
    group.children.push(part);
    for (const child of piece) adopt(part, child);
    part.ops = piece.reduce((sum, child) => sum + (child.is === "group" ? child.ops : opCount(child)), 0);
  }
}

function adopt(parent: Group, child: Item): void {
  parent.children.push(child);
  (child as { parent: Group }).parent = parent;
  if (child.is === "group") deepen(child);
}

function deepen(group: Group): void {
  (group as { depth: number }).depth = (group.parent?.depth ?? 0) + 1;
  for (const child of group.children) if (child.is === "group") deepen(child);
}

const opCount = (leaf: Leaf): number => (leaf.node.kind === "op" || leaf.node.kind === "loss" ? 1 : 0);

function list(group: Group, items: Map<string, Item>): void {
  items.set(group.key, group);
  for (const child of group.children) {
    if (child.is === "group") list(child, items);
    else items.set(child.key, child);
  }
}

/** Leaves come in an order in which nothing reads what is computed later, so one pass each way is enough. */
function weigh(readings: readonly Reading[]): void {
  const before = new Map<Leaf, number>();
  const after = new Map<Leaf, number>();
  for (const { from, to } of readings) {
    before.set(to, Math.max(before.get(to) ?? 0, (before.get(from) ?? 0) + 1));
  }
  for (let i = readings.length - 1; i >= 0; i--) {
    const reading = readings[i];
    if (!reading) continue;
    const { from, to } = reading;
    after.set(from, Math.max(after.get(from) ?? 0, (after.get(to) ?? 0) + 1));
  }
  for (const reading of readings) {
    reading.weight = (before.get(reading.from) ?? 0) + 1 + (after.get(reading.to) ?? 0);
  }
}
