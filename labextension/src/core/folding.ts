/** Which layers are open, and what a reader sees of the graph then. */

import type { Group, Item, Net } from "./graph.ts";

/** As many boxes as a class can read from the back row. */
export const READABLE = 40;

/** The groups to open at first: level after level, as long as the picture stays readable. */
export function readable(net: Net, fits: (open: ReadonlySet<string>) => boolean = () => true): Set<string> {
  let open = new Set<string>();
  let level = groupsOf(net.root);
  let seen = net.root.children.length;
  while (level.length > 0) {
    seen += level.reduce((sum, group) => sum + group.children.length, 0);
    const more = new Set([...open, ...level.map((group) => group.key)]);
    if (seen > READABLE || (open.size > 0 && !fits(more))) break;
    open = more;
    level = level.flatMap(groupsOf);
  }
  return open;
}

/** Every group there is. */
export function everything(net: Net): Set<string> {
  const open = new Set<string>();
  for (const item of net.items.values()) if (item.is === "group" && item.parent) open.add(item.key);
  return open;
}

/** What `item` is seen as: itself, or the outermost folded layer around it. */
export function faceOf(item: Item, open: ReadonlySet<string>): Item {
  let face = item;
  for (let up = item.parent; up?.parent; up = up.parent) if (!open.has(up.key)) face = up;
  return face;
}

/** Boxes that are seen, containers included. */
export function visible(net: Net, open: ReadonlySet<string>): Item[] {
  const seen: Item[] = [];
  const look = (group: Group): void => {
    for (const child of group.children) {
      seen.push(child);
      if (child.is === "group" && open.has(child.key)) look(child);
    }
  };
  look(net.root);
  return seen;
}

function groupsOf(group: Group): Group[] {
  return group.children.filter((child): child is Group => child.is === "group");
}

/** What the reader folded and unfolded, kept by layer from one graph to the next. */
export class Folds {
  open = new Set<string>();
  readonly #chosen = new Map<string, boolean>();
  /** Opened only because the program is in there. */
  #followed = new Set<string>();
  #known = new Set<string>();

  /** A new graph: what the reader chose stays, the rest is as is readable. */
  adopt(net: Net, fits?: (open: ReadonlySet<string>) => boolean): void {
    this.open = readable(net, fits);
    this.#known = everything(net);
    this.#followed.clear();
    for (const [key, open] of this.#chosen) {
      if (net.items.has(key)) this.#set(key, open);
    }
  }

  /** The same graph with nodes added: nothing that is open closes, new layers open while that is readable. */
  grow(net: Net): void {
    for (const key of everything(net)) {
      if (this.#known.has(key)) continue;
      this.#known.add(key);
      const item = net.items.get(key);
      const hidden = item?.parent?.parent && !this.open.has(item.parent.key);
      const seen = visible(net, this.open).length;
      const inside = item?.is === "group" ? item.children.length : 0;
      this.#set(key, this.#chosen.get(key) ?? (!hidden && seen + inside <= READABLE));
    }
  }

  /** Open what hides the place where the program is, and fold what was opened for that alone before. */
  follow(item: Item | undefined): void {
    const around = new Set<string>();
    for (let up = item?.parent; up?.parent; up = up.parent) around.add(up.key);
    for (const key of this.#followed) {
      if (around.has(key)) continue;
      this.#followed.delete(key);
      this.#set(key, false);
    }
    for (const key of around) {
      if (this.open.has(key) || this.#chosen.get(key) === false) continue;
      this.#followed.add(key);
      this.#set(key, true);
    }
  }

  toggle(key: string): void {
    const open = !this.open.has(key);
    this.#followed.delete(key);
    this.#chosen.set(key, open);
    this.#set(key, open);
  }

  /** Open whatever hides `item`. */
  uncover(item: Item): void {
    for (let up = item.parent; up?.parent; up = up.parent) if (!this.open.has(up.key)) this.toggle(up.key);
  }

  all(net: Net, open: boolean): void {
    this.open = open ? everything(net) : new Set();
    this.#followed.clear();
    for (const key of everything(net)) this.#chosen.set(key, open);
  }

  #set(key: string, open: boolean): void {
    if (open) this.open.add(key);
    else this.open.delete(key);
  }
}
