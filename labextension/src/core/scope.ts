/** The edges of one open layer: among its children, from outside into it, and out of it. */

import { faceOf } from "./folding.ts";
import type { Group, Item, Net } from "./graph.ts";

/** An edge inside one scope.  Ends are children by index, or `~i` for the i-th entry (from) or exit (to). */
export interface Tie {
  readonly from: number;
  readonly to: number;
  /** Key of the box whose result travels here. */
  readonly source: string;
  /** Keys of the boxes that read it at the end of this way. */
  readonly targets: string[];
  weight: number;
}

export interface Scope {
  readonly group: Group;
  readonly children: readonly Item[];
  /** Sources that come in from outside, by key. */
  readonly entries: Map<string, number>;
  /** Sources that are read outside, by key. */
  readonly exits: Map<string, number>;
  readonly ties: Tie[];
}

/** A pair of boxes of which one reads the other, and the weight of the longest path through them. */
export interface Pair {
  readonly from: Item;
  readonly to: Item;
  weight: number;
}

export interface Scopes {
  readonly of: ReadonlyMap<Group, Scope>;
  readonly pairs: readonly Pair[];
}

export function makeScopes(net: Net, open: ReadonlySet<string>): Scopes {
  const pairs = visiblePairs(net, open);
  const of = new Map<Group, Scope>();
  const index = new Map<Item, number>();
  const add = (group: Group): void => {
    of.set(group, { group, children: group.children, entries: new Map(), exits: new Map(), ties: [] });
    group.children.forEach((child, i) => {
      index.set(child, i);
      if (child.is === "group" && open.has(child.key)) add(child);
    });
  };
  add(net.root);
  new Weaver(of, index).weave(pairs);
  return { of, pairs };
}

function visiblePairs(net: Net, open: ReadonlySet<string>): Pair[] {
  const known = new Map<Item, Map<Item, Pair>>();
  const pairs: Pair[] = [];
  for (const reading of net.readings) {
    const from = faceOf(reading.from, open);
    const to = faceOf(reading.to, open);
    if (from === to) continue;
    const row = known.get(from) ?? new Map<Item, Pair>();
    known.set(from, row);
    const pair = row.get(to);
    if (pair) pair.weight = Math.max(pair.weight, reading.weight);
    else {
      const fresh = { from, to, weight: reading.weight };
      row.set(to, fresh);
      pairs.push(fresh);
    }
  }
  return pairs;
}

class Weaver {
  readonly #of: ReadonlyMap<Group, Scope>;
  readonly #index: ReadonlyMap<Item, number>;
  readonly #ties = new Map<Scope, Map<string, Tie>>();

  constructor(of: ReadonlyMap<Group, Scope>, index: ReadonlyMap<Item, number>) {
    this.#of = of;
    this.#index = index;
  }

  /** Lead each pair up to the layer that holds both, through the borders of those that hold one. */
  weave(pairs: readonly Pair[]): void {
    for (const pair of pairs) {
      let [a, b]: [Item, Item] = [pair.from, pair.to];
      while (a.parent && b.parent && a.parent !== b.parent) {
        if (a.parent.depth >= b.parent.depth) {
          const scope = this.#scope(a.parent);
          this.#tie(scope, this.#at(a), ~port(scope.exits, pair.from.key), pair);
          a = a.parent;
        } else {
          const scope = this.#scope(b.parent);
          this.#tie(scope, ~port(scope.entries, pair.from.key), this.#at(b), pair);
          b = b.parent;
        }
      }
      if (a.parent) this.#tie(this.#scope(a.parent), this.#at(a), this.#at(b), pair);
    }
  }

  #scope(group: Group): Scope {
    const scope = this.#of.get(group);
    if (!scope) throw new Error(`no scope for layer ${group.path}`);
    return scope;
  }

  #at(item: Item): number {
    return this.#index.get(item) ?? 0;
  }

  #tie(scope: Scope, from: number, to: number, pair: Pair): void {
    const known = this.#ties.get(scope) ?? new Map<string, Tie>();
    this.#ties.set(scope, known);
    const key = `${from} ${to} ${pair.from.key}`;
    const tie = known.get(key);
    if (tie) {
      tie.targets.push(pair.to.key);
      tie.weight = Math.max(tie.weight, pair.weight);
      return;
    }
    const fresh = { from, to, source: pair.from.key, targets: [pair.to.key], weight: pair.weight };
    known.set(key, fresh);
    scope.ties.push(fresh);
  }
}

function port(ports: Map<string, number>, source: string): number {
  const known = ports.get(source);
  if (known !== undefined) return known;
  ports.set(source, ports.size);
  return ports.size - 1;
}
