/** Breaks a long top level into several columns (or rows), as a text is broken, and joins them with lines. */

import type { Layered, Spot } from "./layered.ts";
import type { Strand } from "./picture.ts";
import { corner, type Direction } from "./route.ts";
import type { Scope, Tie } from "./scope.ts";
import { type Cell, type Link, rankCells } from "./sheet.ts";

/** More edges than this are never led from one band to the next. */
const TIES = 3;
/** More ranks than this are not broken: such a graph is read by moving in it. */
const RANKS = 400;
const GUTTER = 40;
const TRACK = 10;
const TURN = 12;

/** The same scope as `count` scopes, cut where few edges are and so that they are about equally long. */
export function cutInto(
  scope: Scope,
  cells: readonly Cell[],
  links: readonly Link[],
  count: number,
): Scope[] {
  const rank = rankCells(cells, links);
  const ranks = rank.reduce((most, r) => Math.max(most, r), 0) + 1;
  if (ranks > RANKS || ranks < 2 * count) return [scope];
  const cuts = chooseCuts(lengths(cells, rank, ranks), tieCounts(scope, rank, ranks), count);
  return cuts ? split(scope, rank, cuts) : [scope];
}

function lengths(cells: readonly Cell[], rank: readonly number[], ranks: number): number[] {
  const all: number[] = new Array(ranks).fill(0);
  cells.forEach((cell, i) => {
    const r = rank[i] ?? 0;
    all[r] = Math.max(all[r] ?? 0, cell.length);
  });
  return all.map((length) => length + 30);
}

/** How many results travel across the cut before each rank. */
function tieCounts(scope: Scope, rank: readonly number[], ranks: number): number[] {
  const sets = Array.from({ length: ranks }, () => new Set<string>());
  for (const tie of scope.ties) {
    for (let r = (rank[tie.from] ?? 0) + 1; r <= (rank[tie.to] ?? 0); r++) sets[r]?.add(tie.source);
  }
  return sets.map((set) => set.size);
}

/** The first rank of each band, chosen by dynamic programming over squared lengths and cut edges. */
function chooseCuts(length: readonly number[], ties: readonly number[], count: number): number[] | undefined {
  const sums = [0];
  for (const l of length) sums.push((sums.at(-1) ?? 0) + l);
  const ideal = (sums.at(-1) ?? 0) / count;
  const price = (cut: number): number =>
    cut === 0
      ? 0
      : (ties[cut] ?? 0) > TIES
        ? Number.POSITIVE_INFINITY
        : 0.2 * ((ties[cut] ?? 0) - 1) * ideal ** 2;
  let best: { cost: number; cuts: number[] }[] = sums.map((sum) => ({ cost: sum ** 2, cuts: [0] }));
  for (let band = 1; band < count; band++) {
    best = sums.map((sum, end) => {
      let found = { cost: Number.POSITIVE_INFINITY, cuts: [] as number[] };
      for (let cut = band; cut < end; cut++) {
        const before = best[cut];
        const cost = (before?.cost ?? 0) + (sum - (sums[cut] ?? 0)) ** 2 + price(cut);
        if (before && cost < found.cost) found = { cost, cuts: [...before.cuts, cut] };
      }
      return found;
    });
  }
  const chosen = best.at(-1);
  return chosen && Number.isFinite(chosen.cost) ? chosen.cuts : undefined;
}

function split(scope: Scope, rank: readonly number[], cuts: readonly number[]): Scope[] {
  const bandOf = rank.map((r) => cuts.findLastIndex((cut) => cut <= r));
  const place = new Map<number, number>();
  const bands = cuts.map((_, band) => {
    const members = scope.children.map((_, i) => i).filter((i) => bandOf[i] === band);
    members.forEach((i, at) => {
      place.set(i, at);
    });
    const children = members.flatMap((i) => scope.children[i] ?? []);
    return { group: scope.group, children, entries: new Map(), exits: new Map(), ties: [] as Tie[] };
  });
  const known = new Map<string, Tie>();
  for (const tie of scope.ties) {
    const [first, last] = [bandOf[tie.from] ?? 0, bandOf[tie.to] ?? 0];
    for (let b = first; b <= last; b++) {
      const band = bands[b];
      if (!band) continue;
      const from = b === first ? (place.get(tie.from) ?? 0) : ~port(band.entries, tie.source);
      const to = b === last ? (place.get(tie.to) ?? 0) : ~port(band.exits, tie.source);
      const key = `${b} ${from} ${to} ${tie.source}`;
      const same = known.get(key);
      if (same) same.targets.push(...tie.targets);
      else {
        const piece = { ...tie, from, to, targets: [...tie.targets] };
        known.set(key, piece);
        band.ties.push(piece);
      }
    }
  }
  return bands;
}

function port(ports: Map<string, number>, source: string): number {
  const at = ports.get(source) ?? ports.size;
  ports.set(source, at);
  return at;
}

/** A band that is laid out. */
interface Band {
  readonly scope: Scope;
  readonly drawn: Layered;
  readonly width: number;
  readonly length: number;
}

export interface Strip {
  readonly at: readonly Spot[];
  readonly strands: readonly Strand[];
  readonly width: number;
  readonly length: number;
}

/** Bands side by side, with room around them and between them for the lines that join them. */
export function strips(bands: readonly Band[], margin: number, direction: Direction): Strip {
  const joints = bands.slice(1).map((band, i) => jointsOf(bands[i], band));
  const most = joints.reduce((max, list) => Math.max(max, list.length), 0);
  const start = margin + (most > 0 ? TURN + TRACK * (most - 1) : 0);
  const at: Spot[] = [];
  let x = margin;
  bands.forEach((band, i) => {
    at.push({ x, y: start });
    x += band.width + (i < bands.length - 1 ? GUTTER + TRACK * (joints[i]?.length ?? 0) : 0);
  });
  const deepest = bands.reduce((max, band) => Math.max(max, band.length), 0);
  return {
    at,
    strands: joints.flatMap((list, i) => joinAll(list, bands, at, i, direction)),
    width: x + margin,
    length: start + deepest + start,
  };
}

interface Joint {
  readonly source: string;
  readonly targets: readonly string[];
  readonly weight: number;
  /** Across, in the band that is left and in the one that is entered. */
  readonly exit: number;
  readonly entry: number;
}

function jointsOf(before: Band | undefined, after: Band): Joint[] {
  const list = [...after.scope.entries].map(([source, i]) => {
    const ties = after.scope.ties.filter((tie) => tie.from < 0 && tie.source === source);
    const exit = before?.drawn.exits[before.scope.exits.get(source) ?? 0] ?? 0;
    return {
      source,
      targets: ties.flatMap((tie) => tie.targets),
      weight: ties.reduce((most, tie) => Math.max(most, tie.weight), 0),
      exit,
      entry: after.drawn.entries[i] ?? 0,
    };
  });
  return list.sort((a, b) => b.exit - a.exit);
}

function joinAll(
  list: readonly Joint[],
  bands: readonly Band[],
  at: readonly Spot[],
  i: number,
  direction: Direction,
): Strand[] {
  const [before, here, there] = [bands[i], at[i], at[i + 1]];
  if (!before || !here || !there) return [];
  return list.map((joint, j) => {
    const low = here.y + before.length + TURN + TRACK * j;
    const high = there.y - TURN - TRACK * (list.length - 1 - j);
    const between = here.x + before.width + GUTTER / 2 + TRACK * j;
    const [exit, entry] = [here.x + joint.exit, there.x + joint.entry];
    const spots = [
      { x: exit, y: here.y + before.drawn.length },
      { x: exit, y: low },
      { x: between, y: low },
      { x: between, y: high },
      { x: entry, y: high },
      { x: entry, y: there.y },
    ];
    const { source, targets, weight } = joint;
    return { line: corner(spots, direction), source, targets, arrow: false, weight };
  });
}
