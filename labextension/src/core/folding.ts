/** Which layers are open, and what a reader sees of the graph then. */

import type { Group, Item, Net } from "./graph.ts";

/** As many boxes as a class can read from the back row. */
export const READABLE = 40;
/** A picture with fewer boxes than this says too little: then more are taken into the bargain. */
const FEW = 5;

/** The groups to open at first: level after level, as long as the picture stays readable. */
export function readable(net: Net, limit = READABLE): Set<string> {
  const open = new Set<string>();
  let level = groupsOf(net.root);
  let seen = net.root.children.length;
  while (level.length > 0) {
    const more = level.reduce((sum, group) => sum + group.children.length, 0);
    if (seen + more > (seen < FEW ? 3 * limit : limit)) break;
    for (const group of level) open.add(group.key);
    seen += more;
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
