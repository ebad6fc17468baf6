/** Lays out the open layers of a graph, inside out: each is one layered drawing, and one box in the layer around it. */

import type { Node } from "../wire.ts";
import { cutInto, type Strip, strips } from "./bands.ts";
import { cellOf, PILLS, type Pill, pills, type Size } from "./feeding.ts";
import type { Group, Item, Leaf, Net } from "./graph.ts";
import { type Layered, layered, type Margin, type Spot } from "./layered.ts";
import type { Box, Picture, Strand } from "./picture.ts";
import { bend, type Direction } from "./route.ts";
import { makeScopes, type Scope, type Scopes, type Tie } from "./scope.ts";
import type { Cell, Link } from "./sheet.ts";

export type { Box, Feed, Picture, Strand } from "./picture.ts";
export type { Direction } from "./route.ts";

/** How large things are: only who draws the text knows. */
export interface Sizes {
  leaf(leaf: Leaf): Size;
  feed(node: Node, leaf: Leaf): Size;
  folded(group: Group): Size;
  title(group: Group): Size;
}

export interface Shape {
  readonly direction: Direction;
  /** Into how many columns (or rows) the top level is broken, as a text is. */
  readonly bands: number;
}

const PAD = 14;
const OUTSIDE = 20;

export function arrange(net: Net, open: ReadonlySet<string>, sizes: Sizes, shape: Shape): Picture {
  const arranger = new Arranger(makeScopes(net, open), sizes, shape.direction);
  return arranger.emit(arranger.draft(net.root, shape.bands));
}

/** Of all shapes, the one that is largest in the space there is. */
export function fitting(net: Net, open: ReadonlySet<string>, sizes: Sizes, space: Size): Picture {
  const scopes = makeScopes(net, open);
  let best: (() => Picture) | undefined;
  let score = -1;
  for (const direction of scopes.pairs.length > HUGE ? (["down"] as const) : (["down", "right"] as const)) {
    const arranger = new Arranger(scopes, sizes, direction);
    for (const bands of BANDS) {
      const draft = arranger.draft(net.root, bands);
      if (draft.blocks.length < bands) break;
      const worth = zoomOf(draft, space) * 0.94 ** Math.min(bands - 1, 3);
      if (worth > score + 1e-9) [best, score] = [() => arranger.emit(draft), worth];
    }
  }
  if (!best) throw new Error("no picture");
  return best();
}

/** With more edges than this, both directions would take too long to try. */
const HUGE = 4000;
/** Into how many columns a graph may be broken. */
const BANDS = [1, 2, 3, 4, 6, 8, 12, 16];

/** Small graphs are shown a little larger than they were drawn, for the back row. */
export const CLOSEST = 1.25;

export function zoomOf(picture: Size, space: Size): number {
  return Math.min(CLOSEST, space.width / picture.width, space.height / picture.height);
}

/** A laid-out layer: as a cell, ports included. */
interface Block {
  readonly scope: Scope;
  readonly drawn: Layered;
  readonly cells: readonly Cell[];
  readonly inner: ReadonlyMap<number, Block>;
  readonly sidePills: readonly (readonly Pill[])[];
  /** Across and along. */
  readonly width: number;
  readonly length: number;
}

/** A picture whose size is known, but not yet its boxes. */
interface Draft extends Size {
  readonly blocks: readonly Block[];
  readonly strip: Strip;
}

class Arranger {
  readonly #scopes: Scopes;
  readonly #sizes: Sizes;
  readonly #direction: Direction;
  readonly #boxes: Box[] = [];
  readonly #strands: Strand[] = [];

  constructor(scopes: Scopes, sizes: Sizes, direction: Direction) {
    this.#scopes = scopes;
    this.#sizes = sizes;
    this.#direction = direction;
  }

  draft(root: Group, bands: number): Draft {
    const scope = this.#scopes.of.get(root);
    if (!scope) throw new Error("the graph has no root");
    const blocks = this.#bands(scope, bands).map((band) => this.#block(band));
    const strip = strips(blocks, OUTSIDE, this.#direction);
    const { width, length } = strip;
    const size = this.#direction === "down" ? { width, height: length } : { width: length, height: width };
    return { ...size, blocks, strip };
  }

  emit({ width, height, blocks, strip }: Draft): Picture {
    for (const [i, block] of blocks.entries()) this.#emit(block, strip.at[i] ?? { x: 0, y: 0 });
    this.#strands.push(...strip.strands);
    return {
      boxes: this.#boxes,
      strands: this.#strands,
      pairs: this.#scopes.pairs,
      width,
      height,
      direction: this.#direction,
      bands: blocks.length,
    };
  }

  #bands(scope: Scope, count: number): Scope[] {
    if (count < 2) return [scope];
    const [cells, links] = this.#cellsOf(scope);
    return cutInto(scope, cells, links, count);
  }

  #parts(scope: Scope): { inner: Map<number, Block>; cells: Cell[]; sidePills: Pill[][] } {
    const inner = new Map<number, Block>();
    const sidePills: Pill[][] = [];
    const cells = scope.children.map((child, i) => {
      const below = child.is === "group" ? this.#scopes.of.get(child) : undefined;
      const block = below && this.#known(below);
      if (block) inner.set(i, block);
      const around = child.is === "leaf" ? this.#pills(child) : [];
      sidePills.push(around);
      return this.#cell(child, block, around);
    });
    return { inner, cells, sidePills };
  }

  readonly #blocks = new Map<Scope, Block>();

  #known(scope: Scope): Block {
    const block = this.#blocks.get(scope) ?? this.#block(scope);
    this.#blocks.set(scope, block);
    return block;
  }

  #cellsOf(scope: Scope): [Cell[], Link[]] {
    const { inner, cells } = this.#parts(scope);
    return [cells, scope.ties.map((tie) => linkOf(tie, inner))];
  }

  #block(scope: Scope): Block {
    const { inner, cells, sidePills } = this.#parts(scope);
    const links = scope.ties.map((tie) => linkOf(tie, inner));
    const ports = { entries: scope.entries.size, exits: scope.exits.size };
    const drawn = layered(cells, links, ports, this.#margin(scope));
    const title = scope.group.parent ? this.#sizes.title(scope.group) : { width: 0, height: 0 };
    const down = this.#direction === "down";
    const width = Math.max(drawn.width, down ? title.width : 0);
    const length = Math.max(drawn.length, down ? 0 : title.width);
    return { scope, drawn, cells, inner, sidePills, width, length };
  }

  #margin(scope: Scope): Margin {
    if (!scope.group.parent) {
      return {
        left: 0,
        right: 0,
        start: scope.entries.size > 0 ? PAD : 0,
        end: scope.exits.size > 0 ? 4 : 0,
      };
    }
    const { height } = this.#sizes.title(scope.group);
    return this.#direction === "down"
      ? { left: PAD, right: PAD, start: height + PAD, end: PAD }
      : { left: height + PAD, right: PAD, start: PAD + 4, end: PAD + 4 };
  }

  #pills(leaf: Leaf): Pill[] {
    const feeds = leaf.feeds.slice(0, PILLS).map((node) => this.#sizes.feed(node, leaf));
    return pills(this.#sizes.leaf(leaf), feeds, this.#direction);
  }

  #cell(item: Item, block: Block | undefined, around: readonly Pill[]): Cell {
    if (item.is === "leaf") return cellOf(item, this.#sizes.leaf(item), around, this.#direction);
    if (block) {
      const half = block.width / 2;
      return { left: half, right: half, length: block.length, inset: 0, spread: 0, input: false };
    }
    const { width, height } = this.#sizes.folded(item);
    const [across, length] = this.#direction === "down" ? [width, height] : [height, width];
    return { left: across / 2, right: across / 2, length, inset: 0, spread: across / 2 - 8, input: false };
  }

  /** Put a block where it stands: its boxes, then what is inside them, then its edges. */
  #emit(block: Block, at: Spot): void {
    const shift = {
      x: at.x + (block.width - block.drawn.width) / 2,
      y: at.y + (block.length - block.drawn.length) / 2,
    };
    block.scope.children.forEach((child, i) => {
      const [spot, cell] = [block.drawn.cells[i], block.cells[i]];
      if (!spot || !cell) return;
      const [x, y] = [shift.x + spot.x, shift.y + spot.y];
      if (child.is === "leaf") {
        this.#emitLeaf(child, x, y + cell.length / 2, block.sidePills[i] ?? []);
        return;
      }
      const inside = block.inner.get(i);
      this.#emitBox(
        child,
        { x: x - cell.left, y },
        cell.left + cell.right,
        cell.length,
        inside !== undefined,
      );
      if (inside) this.#emit(inside, { x: x - cell.left, y });
    });
    for (const [i, tie] of block.scope.ties.entries()) this.#emitTie(tie, block, i, shift);
  }

  #emitTie(tie: Tie, block: Block, i: number, shift: Spot): void {
    const spots = (block.drawn.ways[i] ?? []).map(({ x, y }) => ({ x: x + shift.x, y: y + shift.y }));
    // A title wider than its content moves the content inwards; the edge still has to reach the border.
    const slack = (block.length - block.drawn.length) / 2;
    const [first, last] = [spots[0], spots.at(-1)];
    if (slack > 0 && tie.from < 0 && first) spots.unshift({ x: first.x, y: first.y - slack });
    if (slack > 0 && tie.to < 0 && last) spots.push({ x: last.x, y: last.y + slack });
    const child = block.scope.children[tie.to];
    const arrow = tie.to >= 0 && !block.inner.has(tie.to) && child !== undefined;
    const { source, targets, weight } = tie;
    this.#strands.push({ line: bend(spots, this.#direction), source, targets, arrow, weight });
  }

  #emitBox(item: Item, at: Spot, across: number, length: number, open: boolean): void {
    const down = this.#direction === "down";
    const place = down ? { x: at.x, y: at.y } : { x: at.y, y: at.x };
    const [width, height] = down ? [across, length] : [length, across];
    this.#boxes.push({ item, ...place, width, height, open, feeds: [] });
  }

  #emitLeaf(leaf: Leaf, across: number, along: number, around: readonly Pill[]): void {
    const { width, height } = this.#sizes.leaf(leaf);
    const [x, y] = this.#direction === "down" ? [across, along] : [along, across];
    const feeds = leaf.feeds.slice(0, PILLS).map((node, i) => {
      const pill = around[i] ?? { x: 0, y: 0, width: 0, height: 0 };
      return { ...pill, node, x: pill.x + x, y: pill.y + y };
    });
    this.#boxes.push({ item: leaf, x: x - width / 2, y: y - height / 2, width, height, open: false, feeds });
  }
}

/** An edge that ends at an open layer ends at its port. */
function linkOf(tie: Tie, inner: ReadonlyMap<number, Block>): Link {
  const port = (end: number, side: "entries" | "exits"): number => {
    const block = end >= 0 ? inner.get(end) : undefined;
    const i = block?.scope[side].get(tie.source);
    return block && i !== undefined ? (block.drawn[side][i] ?? 0) - block.drawn.width / 2 : 0;
  };
  return {
    from: tie.from,
    to: tie.to,
    out: port(tie.from, "exits"),
    into: port(tie.to, "entries"),
    weight: tie.weight,
  };
}
