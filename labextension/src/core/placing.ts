/** Where each vertex stands across the flow: straight chains first, then as near to its neighbours as they allow. */

import type { Hop, Sheet, Vertex } from "./sheet.ts";

/** Room between two boxes of a rank, between a box and an edge that passes, and between two edges. */
const BOXES = 28;
const PASSING = 20;
const EDGES = 14;

/** Vertices that stand exactly below one another. */
interface Column {
  x: number;
  readonly members: Vertex[];
  /** Columns that must stay left or right of this one, and by how much. */
  readonly lefts: Wall[];
  readonly rights: Wall[];
  /** Ends of slanted edges: of a vertex elsewhere, and how far this axis lies right of what would be straight. */
  readonly pulls: Pull[];
}

interface Wall {
  readonly column: Column;
  readonly distance: number;
}

interface Pull {
  readonly column: Column;
  readonly distance: number;
}

export function place(sheet: Sheet): void {
  const columns = stack(sheet, align(sheet));
  connect(sheet, columns);
  const sorted = wall(sheet, columns);
  for (const column of sorted) column.x = column.lefts.length > 0 ? lowest(column) : 0;
  const rounds = sheet.size < 2000 ? 10 : 4;
  for (let i = 0; i < rounds; i++) {
    for (let k = sorted.length - 1; k >= 0; k--) settle(sorted[k]);
    for (const column of sorted) settle(column);
  }
  for (const column of columns) for (const vertex of column.members) vertex.x = column.x + vertex.shift;
}

/** The hops that will be straight: at most one into and one out of a vertex, and no two of them cross. */
function align(sheet: Sheet): Map<Vertex, Hop> {
  const above = new Map<Vertex, Hop>();
  const most = sheet.hops.reduce((max, hop) => Math.max(max, hop.weight), 0);
  for (const row of sheet.ranks) {
    const hops: Hop[] = [];
    for (const vertex of row) for (const hop of vertex.downs) hops.push(hop);
    if (hops.length > 1) hops.sort((a, b) => claim(b, most) - claim(a, most) || drift(a) - drift(b));
    const taken: Hop[] = [];
    for (const hop of hops) {
      const i = firstAfter(taken, hop.from.place);
      const [before, after] = [taken[i - 1], taken[i]];
      if (before && (before.from === hop.from || before.to.place >= hop.to.place)) continue;
      if (after && after.to.place <= hop.to.place) continue;
      taken.splice(i, 0, hop);
      above.set(hop.to, hop);
    }
  }
  return above;
}

/** The main chain is straight before all, then long edges on their way, then whatever is on a longer path. */
function claim(hop: Hop, most: number): number {
  if (hop.weight === most) return 3e9;
  return hop.from.thin && hop.to.thin ? 2e9 : hop.weight;
}

/** How far from the middle of its siblings a hop leaves and arrives. */
function drift(hop: Hop): number {
  const middle = (hops: readonly Hop[]): number => Math.abs(hops.indexOf(hop) - (hops.length - 1) / 2);
  return hop.from.downs.length > 16 || hop.to.ups.length > 16
    ? 0
    : middle(hop.from.downs) + middle(hop.to.ups);
}

function firstAfter(taken: readonly Hop[], place: number): number {
  let [low, high] = [0, taken.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((taken[middle]?.from.place ?? 0) <= place) low = middle + 1;
    else high = middle;
  }
  return low;
}

function stack(sheet: Sheet, aligned: Map<Vertex, Hop>): Column[] {
  const columns: Column[] = [];
  for (const row of sheet.ranks) {
    for (const vertex of row) {
      const hop = aligned.get(vertex);
      const column = hop && columns[hop.from.column];
      if (hop && column) {
        vertex.shift = hop.from.shift + hop.out - hop.into;
        vertex.column = hop.from.column;
        column.members.push(vertex);
      } else {
        vertex.shift = 0;
        vertex.column = columns.length;
        columns.push({ x: 0, members: [vertex], lefts: [], rights: [], pulls: [] });
      }
    }
  }
  return columns;
}

/** Slanted hops pull their two columns towards each other. */
function connect(sheet: Sheet, columns: readonly Column[]): void {
  for (const { from, to, out, into } of sheet.hops) {
    const [a, b] = [columns[from.column], columns[to.column]];
    if (!a || !b || a === b) continue;
    const distance = to.shift + into - from.shift - out;
    a.pulls.push({ column: b, distance });
    b.pulls.push({ column: a, distance: -distance });
  }
}

/** Neighbours in a rank keep their distance.  Returns the columns so that each follows those left of it. */
function wall(sheet: Sheet, columns: readonly Column[]): Column[] {
  for (const row of sheet.ranks) {
    for (let i = 1; i < row.length; i++) {
      const [a, b] = [row[i - 1], row[i]];
      if (!a || !b) continue;
      const [left, right] = [columns[a.column], columns[b.column]];
      if (!left || !right) continue;
      const distance = a.shift + a.right + room(a, b) + b.left - b.shift;
      left.rights.push({ column: right, distance });
      right.lefts.push({ column: left, distance });
    }
  }
  const waiting = new Map(columns.map((column) => [column, column.lefts.length]));
  const sorted = columns.filter((column) => column.lefts.length === 0);
  for (let i = 0; i < sorted.length; i++) {
    for (const { column } of sorted[i]?.rights ?? []) {
      const rest = (waiting.get(column) ?? 0) - 1;
      waiting.set(column, rest);
      if (rest === 0) sorted.push(column);
    }
  }
  return sorted;
}

function room(a: Vertex, b: Vertex): number {
  if (a.thin && b.thin) return EDGES;
  return a.thin || b.thin ? PASSING : BOXES;
}

/** Nothing stands left of the first column, so that one is free. */
function lowest(column: Column): number {
  let most = Number.NEGATIVE_INFINITY;
  for (const { column: left, distance } of column.lefts) most = Math.max(most, left.x + distance);
  return most;
}

function highest(column: Column): number {
  let least = Number.POSITIVE_INFINITY;
  for (const { column: right, distance } of column.rights) least = Math.min(least, right.x - distance);
  return least;
}

/** Move a column to the median of where its slanted edges pull it, as far as its walls allow. */
function settle(column: Column | undefined): void {
  if (!column || column.pulls.length === 0) return;
  const wishes = column.pulls.map((pull) => pull.column.x + pull.distance);
  if (wishes.length > 2) wishes.sort((a, b) => a - b);
  const middle = ((wishes[(wishes.length - 1) >> 1] ?? 0) + (wishes[wishes.length >> 1] ?? 0)) / 2;
  column.x = Math.min(Math.max(middle, lowest(column)), highest(column));
}
