/** One flat layered drawing: cells in ranks along the flow, links that pass between the boxes. */

import { order } from "./ordering.ts";
import { place } from "./placing.ts";
import { type Cell, type Hop, type Link, makeSheet, type Sheet, type Vertex } from "./sheet.ts";

/** Across the flow and along it. */
export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Layered {
  /** Axis across and start along, by cell. */
  readonly cells: readonly Spot[];
  /** Across, by port. */
  readonly entries: readonly number[];
  readonly exits: readonly number[];
  /** What each link passes, start and end included; between two points it is straight or one soft bend. */
  readonly ways: readonly (readonly Spot[])[];
  readonly width: number;
  readonly length: number;
}

/** Room around the cells; ports lie on the border outside it. */
export interface Margin {
  readonly left: number;
  readonly right: number;
  readonly start: number;
  readonly end: number;
}

/** Least room between two ranks, and how much more for an edge that has far to go across. */
const GAP = 26;
const SLANT = 1 / 14;
const MOST_SLANT = 34;
/** Room between two lanes, in which the longest edges are led around everything. */
const LANE = 12;
/** Room between two edge ends on one box. */
const END = 16;

export function layered(
  cells: readonly Cell[],
  links: readonly Link[],
  ports: { entries: number; exits: number },
  margin: Margin,
): Layered {
  const sheet = makeSheet(cells, links, ports.entries, ports.exits);
  order(sheet);
  for (const cell of sheet.cells) fan(cell);
  place(sheet);
  const width = moveIn(sheet, margin);
  const rows = stackRanks(sheet, margin);
  const lanes = new Lanes(width);
  const ways = links.map((link, i) => {
    const chain = sheet.chains[i] ?? [];
    return chain.length > 0 ? way(chain, link, rows) : lanes.lead(sheet, link, rows);
  });
  return {
    cells: sheet.cells.map((v) => ({ x: v.x, y: startOf(v, rows) })),
    entries: sheet.entries.map((v) => v.x),
    exits: sheet.exits.map((v) => v.x),
    ways,
    width: lanes.width + (lanes.width > width ? margin.right : 0),
    length: rows.at(-1)?.end ?? 0,
  };
}

/** Edges end side by side, the heaviest in the middle, so that the main chain stays straight. */
function fan(vertex: Vertex): void {
  const { ups, spread } = vertex;
  if (ups.length < 2 || spread <= 0) return;
  const sorted = ups.toSorted((a, b) => a.from.place - b.from.place);
  const main = sorted.reduce((best, hop, i) => (hop.weight > (sorted[best]?.weight ?? 0) ? i : best), 0);
  const step = Math.min(END, spread / Math.max(main, sorted.length - 1 - main));
  sorted.forEach((hop: Hop, i) => {
    hop.into = (i - main) * step;
  });
}

/** Shift everything so that it begins at the margin; returns the width. */
function moveIn(sheet: Sheet, margin: Margin): number {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const row of sheet.ranks) {
    const [first, last] = [row[0], row.at(-1)];
    if (first) low = Math.min(low, first.x - first.left);
    if (last) high = Math.max(high, last.x + last.right);
  }
  if (low > high) return margin.left + margin.right;
  for (const row of sheet.ranks) for (const vertex of row) vertex.x += margin.left - low;
  return high - low + margin.left + margin.right;
}

interface Row {
  readonly start: number;
  readonly end: number;
}

/** Where each rank begins and ends along the flow; the first and the last are the borders themselves. */
function stackRanks(sheet: Sheet, margin: Margin): Row[] {
  const rows: Row[] = [{ start: 0, end: 0 }];
  const last = sheet.ranks.length - 1;
  let at = 0;
  for (let i = 1; i <= last; i++) {
    const across = reach(sheet.ranks[i - 1] ?? []);
    const slant = Math.min(across * SLANT, MOST_SLANT);
    if (i === 1) at += margin.start + (across > 1 ? slant / 2 : 0);
    else if (i === last) at += margin.end + (across > 1 ? slant / 2 : 0);
    else at += GAP + slant;
    const length = (sheet.ranks[i] ?? []).reduce((most, v) => Math.max(most, v.length), 0);
    rows.push({ start: at, end: at + length });
    at += length;
  }
  return rows;
}

/** How far across the hops of a rank go at most. */
function reach(row: readonly Vertex[]): number {
  let most = 0;
  for (const { downs } of row) {
    for (const hop of downs) most = Math.max(most, Math.abs(hop.from.x + hop.out - hop.to.x - hop.into));
  }
  return most;
}

/** In the middle of its rank; an input stands at the end, next to what reads it. */
function startOf(vertex: Vertex, rows: readonly Row[]): number {
  const row = rows[vertex.rank] ?? { start: 0, end: 0 };
  return vertex.input ? row.end - vertex.length : (row.start + row.end - vertex.length) / 2;
}

/** Straight through each rank, bending only between two. */
function way(chain: readonly Vertex[], link: Link, rows: readonly Row[]): Spot[] {
  const spots: Spot[] = [];
  chain.forEach((vertex, i) => {
    const row = rows[vertex.rank] ?? { start: 0, end: 0 };
    const top = startOf(vertex, rows);
    if (i === 0) {
      const x = vertex.x + link.out;
      spots.push({ x, y: top + vertex.length - vertex.inset }, { x, y: row.end });
    } else if (i === chain.length - 1) {
      const x = vertex.x + (chain[i - 1]?.downs.find((hop) => hop.to === vertex)?.into ?? 0);
      spots.push({ x, y: row.start }, { x, y: top + vertex.inset });
    } else pass(spots, vertex.x, row);
  });
  return spots;
}

/** Through a rank; a line that has been straight since the last rank is made longer. */
function pass(spots: Spot[], x: number, row: Row): void {
  if (spots.at(-1)?.x === x && spots.at(-2)?.x === x) spots.pop();
  else spots.push({ x, y: row.start });
  spots.push({ x, y: row.end });
}

/** Ways around everything for edges that would pass too many ranks, side by side where they overlap. */
class Lanes {
  width: number;
  readonly #inner: number;
  /** Rank at which each lane is free again. */
  readonly #free: number[] = [];

  constructor(width: number) {
    this.width = width;
    this.#inner = width;
  }

  lead(sheet: Sheet, link: Link, rows: readonly Row[]): Spot[] {
    const from = link.from >= 0 ? sheet.cells[link.from] : sheet.entries[~link.from];
    const to = link.to >= 0 ? sheet.cells[link.to] : sheet.exits[~link.to];
    const [first, last] = [from && rows[from.rank], to && rows[to.rank]];
    if (!from || !to || !first || !last) return [];
    const free = this.#free.findIndex((rank) => rank <= from.rank);
    const lane = free >= 0 ? free : this.#free.length;
    this.#free[lane] = to.rank;
    const x = this.#inner + lane * LANE;
    this.width = Math.max(this.width, x);
    const [leave, arrive] = [from.x + link.out, to.x + link.into];
    return [
      { x: leave, y: startOf(from, rows) + from.length - from.inset },
      { x: leave, y: first.end },
      { x, y: rows[from.rank + 1]?.start ?? first.end },
      { x, y: rows[to.rank - 1]?.end ?? last.start },
      { x: arrive, y: last.start },
      { x: arrive, y: startOf(to, rows) + to.inset },
    ];
  }
}
