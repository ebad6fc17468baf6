/** A layered drawing in the making: ranks of vertices, and hops from one rank to the next. */

/** Something that takes a place.  Across the flow it reaches `left` and `right` of its axis. */
export interface Cell {
  readonly left: number;
  readonly right: number;
  /** Along the flow. */
  readonly length: number;
  /** Edges end so far inside its length: pills may be longer than their op. */
  readonly inset: number;
  /** How far from its axis edges may end; 0 where the ends are given. */
  readonly spread: number;
  /** An input: it stands just before what reads it first. */
  readonly input: boolean;
}

/** An edge.  Ends are cells, or `~i` for entry i (from) and exit i (to); `out` and `into` are measured from the axis. */
export interface Link {
  readonly from: number;
  readonly to: number;
  readonly out: number;
  readonly into: number;
  readonly weight: number;
}

export interface Vertex {
  readonly rank: number;
  readonly left: number;
  readonly right: number;
  readonly length: number;
  readonly inset: number;
  readonly spread: number;
  readonly input: boolean;
  /** An edge on its way past, or a port in the border: it has no box. */
  readonly thin: boolean;
  readonly ups: Hop[];
  readonly downs: Hop[];
  /** Place in its rank. */
  place: number;
  /** Where its axis lies, across the flow. */
  x: number;
  /** The column it stands in while places are sought, and how far right of that one's axis. */
  column: number;
  shift: number;
}

export interface Hop {
  readonly from: Vertex;
  readonly to: Vertex;
  readonly out: number;
  into: number;
  readonly weight: number;
}

export interface Sheet {
  readonly ranks: Vertex[][];
  readonly cells: Vertex[];
  readonly entries: Vertex[];
  readonly exits: Vertex[];
  /** The vertices that each link passes; empty for one that is led around everything, in a lane. */
  readonly chains: Vertex[][];
  readonly hops: Hop[];
  readonly size: number;
}

/** A link that passes more ranks than this may be led around everything when there are many. */
const LONG = 12;

/** The rank of each cell: cells come in an order in which links only lead to later ones. */
export function rankCells(cells: readonly Cell[], links: readonly Link[]): number[] {
  const ins: Link[][] = cells.map(() => []);
  const outs: Link[][] = cells.map(() => []);
  for (const link of links) {
    if (link.to >= 0) ins[link.to]?.push(link);
    if (link.from >= 0) outs[link.from]?.push(link);
  }
  const rank: number[] = new Array(cells.length).fill(0);
  const late: boolean[] = new Array(cells.length).fill(false);
  cells.forEach((_, i) => {
    const before = ins[i] ?? [];
    for (const { from } of before) if (from >= 0) rank[i] = Math.max(rank[i] ?? 0, (rank[from] ?? 0) + 1);
    late[i] = before.every(({ from }) => from >= 0 && late[from] && !cells[from]?.input);
  });
  // What hangs on no input (a mask, a reshaped weight) and inputs themselves stand as late as they can.
  for (let i = cells.length - 1; i >= 0; i--) {
    if (!late[i]) continue;
    const after = (outs[i] ?? []).filter(({ to }) => to >= 0).map(({ to }) => rank[to] ?? 0);
    if (after.length > 0) rank[i] = Math.max(rank[i] ?? 0, Math.min(...after) - 1);
  }
  return pressed(rank);
}

/** The same ranks without empty ones. */
function pressed(rank: number[]): number[] {
  const used = [...new Set(rank)].sort((a, b) => a - b);
  const dense = new Map(used.map((r, i) => [r, i]));
  return rank.map((r) => dense.get(r) ?? 0);
}

/** Ranks 1…n hold cells; rank 0 holds the entries and rank n+1 the exits. */
export function makeSheet(
  cells: readonly Cell[],
  links: readonly Link[],
  entries: number,
  exits: number,
): Sheet {
  const rank = rankCells(cells, links);
  const last = rank.reduce((most, r) => Math.max(most, r), -1) + 2;
  const ranks: Vertex[][] = Array.from({ length: last + 1 }, () => []);
  const put = (vertex: Vertex): Vertex => {
    const row = ranks[vertex.rank];
    vertex.place = row?.length ?? 0;
    row?.push(vertex);
    return vertex;
  };
  const sheet: Sheet = {
    ranks,
    entries: Array.from({ length: entries }, () => put(thin(0))),
    cells: cells.map((cell, i) => put({ ...thin((rank[i] ?? 0) + 1), ...cell, thin: false })),
    exits: Array.from({ length: exits }, () => put(thin(last))),
    chains: [],
    hops: [],
    size: 0,
  };
  const size = addChains(sheet, links, put);
  return { ...sheet, size };
}

function addChains(sheet: Sheet, links: readonly Link[], put: (vertex: Vertex) => Vertex): number {
  let spare = sheet.cells.length + 2000;
  const end = (i: number, ports: Vertex[]): Vertex | undefined => (i >= 0 ? sheet.cells[i] : ports[~i]);
  for (const link of links) {
    const from = end(link.from, sheet.entries);
    const to = end(link.to, sheet.exits);
    if (!from || !to) throw new Error("a link ends nowhere");
    const span = to.rank - from.rank;
    if (span > LONG && span > spare) {
      sheet.chains.push([]);
      continue;
    }
    spare -= span - 1;
    const chain = [from];
    for (let rank = from.rank + 1; rank < to.rank; rank++) chain.push(put(thin(rank)));
    chain.push(to);
    sheet.chains.push(chain);
    addHops(sheet.hops, chain, link);
  }
  return sheet.ranks.reduce((sum, row) => sum + row.length, 0);
}

function addHops(hops: Hop[], chain: readonly Vertex[], link: Link): void {
  for (let i = 1; i < chain.length; i++) {
    const [from, to] = [chain[i - 1], chain[i]];
    if (!from || !to) continue;
    const out = i === 1 ? link.out : 0;
    const into = i === chain.length - 1 ? link.into : 0;
    const hop = { from, to, out, into, weight: link.weight };
    from.downs.push(hop);
    to.ups.push(hop);
    hops.push(hop);
  }
}

function thin(rank: number): Vertex {
  return {
    rank,
    left: 0,
    right: 0,
    length: 0,
    inset: 0,
    spread: 0,
    input: false,
    thin: true,
    ups: [],
    downs: [],
    place: 0,
    x: 0,
    column: -1,
    shift: 0,
  };
}
