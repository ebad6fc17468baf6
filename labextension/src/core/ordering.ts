/** The order inside each rank, chosen so that few edges cross: barycentre sweeps, then swaps of neighbours. */

import type { Hop, Sheet, Vertex } from "./sheet.ts";

export function order(sheet: Sheet): void {
  const sweeps = sheet.size < 600 ? 12 : sheet.size < 6000 ? 4 : 2;
  let best = crossings(sheet);
  let kept = places(sheet);
  for (let i = 0; i < sweeps && best > 0; i++) {
    if (i % 2 === 0) for (const row of sheet.ranks) sort(row, "ups");
    else for (const row of sheet.ranks.toReversed()) sort(row, "downs");
    if (sheet.size < 600) swapNeighbours(sheet);
    const now = crossings(sheet);
    if (now < best) {
      best = now;
      kept = places(sheet);
    }
  }
  restore(sheet, kept);
}

function sort(row: Vertex[], side: "ups" | "downs"): void {
  if (row.length < 2) return;
  for (const vertex of row) vertex.x = barycentre(vertex, side);
  row.sort((a, b) => a.x - b.x);
  number(row);
}

/** Mean place of the neighbours; a vertex without any keeps its place. */
function barycentre(vertex: Vertex, side: "ups" | "downs"): number {
  const hops = vertex[side];
  if (hops.length === 0) return vertex.place;
  let sum = 0;
  for (const hop of hops) sum += side === "ups" ? outPlace(hop) : inPlace(hop);
  return sum / hops.length;
}

/** Place of an end, finer than its vertex: a wide box has several ends side by side. */
const outPlace = (hop: Hop): number => hop.from.place + within(hop.from, hop.out);
const inPlace = (hop: Hop): number => hop.to.place + within(hop.to, hop.into);
const within = (vertex: Vertex, at: number): number => (0.4 * at) / (vertex.left + vertex.right + 1);

function number(row: readonly Vertex[]): void {
  for (let i = 0; i < row.length; i++) {
    const vertex = row[i];
    if (vertex) vertex.place = i;
  }
}

function places(sheet: Sheet): Vertex[][] {
  return sheet.ranks.map((row) => row.slice());
}

function restore(sheet: Sheet, kept: readonly Vertex[][]): void {
  kept.forEach((row, i) => {
    sheet.ranks[i]?.splice(0, row.length, ...row);
    number(row);
  });
}

/** Crossings over the whole sheet: pairs of hops that start in one order and end in the other. */
export function crossings(sheet: Sheet): number {
  let sum = 0;
  for (const row of sheet.ranks) {
    const hops: Hop[] = [];
    for (const vertex of row) for (const hop of vertex.downs) hops.push(hop);
    if (hops.length < 2) continue;
    hops.sort((a, b) => outPlace(a) - outPlace(b) || inPlace(a) - inPlace(b));
    sum += inversions(hops.map(inPlace));
  }
  return sum;
}

/** How many pairs stand in the wrong order: counted one by one when there are few, else while merging. */
function inversions(values: number[]): number {
  return values.length <= 24 ? fewInversions(values) : mergedInversions(values);
}

function fewInversions(values: number[]): number {
  let sum = 0;
  for (let i = 1; i < values.length; i++) {
    const value = values[i] as number;
    let k = i;
    for (; k > 0 && (values[k - 1] as number) > value; k--) values[k] = values[k - 1] as number;
    values[k] = value;
    sum += i - k;
  }
  return sum;
}

function mergedInversions(values: number[]): number {
  const half = values.length >> 1;
  const left = values.slice(0, half);
  const right = values.slice(half);
  let sum = inversions(left) + inversions(right);
  for (let i = 0, a = 0, b = 0; i < values.length; i++) {
    const [x, y] = [left[a], right[b]];
    if (y === undefined || (x !== undefined && x <= y)) {
      values[i] = x ?? 0;
      a += 1;
    } else {
      values[i] = y;
      b += 1;
      sum += left.length - a;
    }
  }
  return sum;
}

/** Swap two neighbours wherever that removes crossings, a few times over. */
function swapNeighbours(sheet: Sheet): void {
  for (let round = 0; round < 4; round++) {
    let better = false;
    for (const row of sheet.ranks) {
      for (let i = 1; i < row.length; i++) better = swap(row, i) || better;
    }
    if (!better) return;
  }
}

function swap(row: Vertex[], i: number): boolean {
  const [a, b] = [row[i - 1], row[i]];
  if (!a || !b) return false;
  const gain = tangles(a, b) - tangles(b, a);
  if (gain <= 0) return false;
  row[i - 1] = b;
  row[i] = a;
  b.place = i - 1;
  a.place = i;
  return true;
}

/** Crossings between the hops of two neighbours when `a` stands before `b`. */
function tangles(a: Vertex, b: Vertex): number {
  let sum = 0;
  for (const x of a.ups) for (const y of b.ups) if (outPlace(x) > outPlace(y)) sum += 1;
  for (const x of a.downs) for (const y of b.downs) if (inPlace(x) > inPlace(y)) sum += 1;
  return sum;
}
