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
}

interface Wall {
  readonly column: Column;
  readonly distance: number;
}

export function place(sheet: Sheet): void {
  const aligned = align(sheet);
  const { columns, shift, columnOf } = stack(sheet, aligned);
  const sorted = wall(sheet, columns, shift, columnOf);
  for (const column of sorted) column.x = column.lefts.length > 0 ? lowest(column) : 0;
  const rounds = sheet.size < 2000 ? 10 : 4;
  for (let i = 0; i < rounds; i++) {
    for (const column of sorted.toReversed()) settle(column, shift, columnOf);
    for (const column of sorted) settle(column, shift, columnOf);
  }
  for (const [vertex, column] of columnOf) vertex.x = column.x + (shift.get(vertex) ?? 0);
}

/** The hops that will be straight: at most one into and one out of a vertex, and no two of them cross. */
function align(sheet: Sheet): Map<Vertex, Hop> {
  const above = new Map<Vertex, Hop>();
  const most = sheet.hops.reduce((max, hop) => Math.max(max, hop.weight), 0);
  for (const row of sheet.ranks) {
    const hops = row.flatMap((vertex) => vertex.downs);
    hops.sort((a, b) => claim(b, most) - claim(a, most) || drift(a) - drift(b));
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

interface Stacked {
  readonly columns: Column[];
  /** How far right of its column's axis a vertex stands. */
  readonly shift: Map<Vertex, number>;
  readonly columnOf: Map<Vertex, Column>;
}

function stack(sheet: Sheet, aligned: Map<Vertex, Hop>): Stacked {
  const columns: Column[] = [];
  const shift = new Map<Vertex, number>();
  const columnOf = new Map<Vertex, Column>();
  for (const row of sheet.ranks) {
    for (const vertex of row) {
      const hop = aligned.get(vertex);
      const column = hop && columnOf.get(hop.from);
      if (hop && column) {
        shift.set(vertex, (shift.get(hop.from) ?? 0) + hop.out - hop.into);
        column.members.push(vertex);
        columnOf.set(vertex, column);
      } else {
        const fresh = { x: 0, members: [vertex], lefts: [], rights: [] };
        columns.push(fresh);
        shift.set(vertex, 0);
        columnOf.set(vertex, fresh);
      }
    }
  }
  return { columns, shift, columnOf };
}

/** Neighbours in a rank keep their distance.  Returns the columns so that each follows those left of it. */
function wall(
  sheet: Sheet,
  columns: Column[],
  shift: Map<Vertex, number>,
  columnOf: Map<Vertex, Column>,
): Column[] {
  for (const row of sheet.ranks) {
    for (let i = 1; i < row.length; i++) {
      const [a, b] = [row[i - 1], row[i]];
      const [left, right] = [a && columnOf.get(a), b && columnOf.get(b)];
      if (!a || !b || !left || !right) continue;
      const distance = (shift.get(a) ?? 0) + a.right + room(a, b) + b.left - (shift.get(b) ?? 0);
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

export function room(a: Vertex, b: Vertex): number {
  if (a.thin && b.thin) return EDGES;
  return a.thin || b.thin ? PASSING : BOXES;
}

/** Nothing stands left of the first column, so that one is free. */
const lowest = (column: Column): number =>
  column.lefts.reduce(
    (most, wall) => Math.max(most, wall.column.x + wall.distance),
    Number.NEGATIVE_INFINITY,
  );

const highest = (column: Column): number =>
  column.rights.reduce(
    (least, wall) => Math.min(least, wall.column.x - wall.distance),
    Number.POSITIVE_INFINITY,
  );

/** Move a column to the median of where its slanted edges pull it, as far as its walls allow. */
function settle(column: Column, shift: Map<Vertex, number>, columnOf: Map<Vertex, Column>): void {
  const pulls: number[] = [];
  const pull = (other: Vertex, end: number, mine: Vertex, at: number): void => {
    const there = columnOf.get(other);
    if (!there || there === column) return;
    pulls.push(there.x + (shift.get(other) ?? 0) + end - at - (shift.get(mine) ?? 0));
  };
  for (const vertex of column.members) {
    for (const hop of vertex.ups) pull(hop.from, hop.out, vertex, hop.into);
    for (const hop of vertex.downs) pull(hop.to, hop.into, vertex, hop.out);
  }
  if (pulls.length === 0) return;
  pulls.sort((a, b) => a - b);
  const middle = ((pulls[(pulls.length - 1) >> 1] ?? 0) + (pulls[pulls.length >> 1] ?? 0)) / 2;
  column.x = Math.min(Math.max(middle, lowest(column)), highest(column));
}
