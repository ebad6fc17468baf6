/** Lays out the open layers of a graph, inside out: each is one layered drawing, and one box in the layer around it. */

import type { Node } from "../wire.ts";
import { cutInto, type Strip, strips } from "./bands.ts";
import { cellOf, PILLS, type Pill, pills, type Size } from "./feeding.ts";
import type { Group, Item, Leaf, Net } from "./graph.ts";
import { type Layered, layered, type Margin, type Spot } from "./layered.ts";
import { bend, type Direction } from "./route.ts";
import { makeScopes, type Pair, type Scope, type Scopes, type Tie } from "./scope.ts";
import type { Cell, Link } from "./sheet.ts";

export type { Direction } from "./route.ts";

/** How large things are: only who draws the text knows. */
export interface Sizes {
  leaf(leaf: Leaf): Size;
  feed(node: Node, leaf: Leaf): Size;
  folded(group: Group): Size;
  title(group: Group): Size;
}

export interface Feed extends Pill {
  readonly node: Node;
}

/** A box in the picture.  Pills are given in the picture's coordinates. */
export interface Box {
  readonly item: Item;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly open: boolean;
  readonly feeds: readonly Feed[];
}

/** A piece of an edge: from a box or a border to a box or a border. */
export interface Strand {
  readonly line: Float64Array;
  readonly source: string;
  readonly targets: readonly string[];
  /** It ends at a box, not at a border, and shows its arrow there. */
  readonly arrow: boolean;
  /** On the longest path: drawn a little stronger. */
  readonly weight: number;
}

export interface Picture {
  /** Containers come before what they hold. */
  readonly boxes: readonly Box[];
  readonly strands: readonly Strand[];
  readonly pairs: readonly Pair[];
  readonly width: number;
  readonly height: number;
  readonly direction: Direction;
  readonly bands: number;
}

export interface Shape {
  readonly direction: Direction;
  /** Into how many columns (or rows) the top level is broken, as a text is. */
  readonly bands: number;
}

const PAD = 14;
const OUTSIDE = 20;

export function arrange(net: Net, open: ReadonlySet<string>, sizes: Sizes, shape: Shape): Picture {
  return new Arranger(makeScopes(net, open), sizes, shape).draw(net);
}

/** Of all shapes, the one that is largest in the space there is. */
export function fitting(net: Net, open: ReadonlySet<string>, sizes: Sizes, space: Size): Picture {
  const scopes = makeScopes(net, open);
  const most = scopes.pairs.length > 600 ? 1 : 4;
  let best: Picture | undefined;
  let score = -1;
  for (const direction of ["down", "right"] as const) {
    for (let bands = 1; bands <= most; bands++) {
      const picture = new Arranger(scopes, sizes, { direction, bands }).draw(net);
      if (picture.bands < bands) break;
      const worth = zoomOf(picture, space) * (1 - 0.07 * (bands - 1));
      if (worth > score + 1e-9) [best, score] = [picture, worth];
    }
  }
  return best ?? arrange(net, open, sizes, { direction: "down", bands: 1 });
}

export function zoomOf(picture: Size, space: Size): number {
  return Math.min(1, space.width / picture.width, space.height / picture.height);
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

class Arranger {
  readonly #scopes: Scopes;
  readonly #sizes: Sizes;
  readonly #shape: Shape;
  readonly #boxes: Box[] = [];
  readonly #strands: Strand[] = [];

  constructor(scopes: Scopes, sizes: Sizes, shape: Shape) {
    this.#scopes = scopes;
    this.#sizes = sizes;
    this.#shape = shape;
  }

  draw(net: Net): Picture {
    const scope = this.#scopes.of.get(net.root);
    if (!scope) throw new Error("the graph has no root");
    const blocks = this.#bands(scope).map((band) => this.#block(band));
    const strip: Strip = strips(blocks, OUTSIDE, this.#shape.direction);
    blocks.forEach((block, i) => this.#emit(block, strip.at[i] ?? { x: 0, y: 0 }));
    this.#strands.push(...strip.strands);
    const down = this.#shape.direction === "down";
    return {
      boxes: this.#boxes,
      strands: this.#strands,
      pairs: this.#scopes.pairs,
      width: down ? strip.width : strip.length,
      height: down ? strip.length : strip.width,
      direction: this.#shape.direction,
      bands: blocks.length,
    };
  }

  #bands(scope: Scope): Scope[] {
    if (this.#shape.bands < 2) return [scope];
    const [cells, links] = this.#cellsOf(scope);
    return cutInto(scope, cells, links, this.#shape.bands);
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
    const down = this.#shape.direction === "down";
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
    return this.#shape.direction === "down"
      ? { left: PAD, right: PAD, start: height + PAD, end: PAD }
      : { left: height + PAD, right: PAD, start: PAD + 4, end: PAD + 4 };
  }

  #pills(leaf: Leaf): Pill[] {
    const feeds = leaf.feeds.slice(0, PILLS).map((node) => this.#sizes.feed(node, leaf));
    return pills(this.#sizes.leaf(leaf), feeds, this.#shape.direction);
  }

  #cell(item: Item, block: Block | undefined, around: readonly Pill[]): Cell {
    if (item.is === "leaf") return cellOf(item, this.#sizes.leaf(item), around, this.#shape.direction);
    if (block) {
      const half = block.width / 2;
      return { left: half, right: half, length: block.length, inset: 0, spread: 0, input: false };
    }
    const { width, height } = this.#sizes.folded(item);
    const [across, length] = this.#shape.direction === "down" ? [width, height] : [height, width];
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
    block.scope.ties.forEach((tie, i) => this.#emitTie(tie, block, i, shift));
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
    this.#strands.push({ line: bend(spots, this.#shape.direction), source, targets, arrow, weight });
  }

  #emitBox(item: Item, at: Spot, across: number, length: number, open: boolean): void {
    const down = this.#shape.direction === "down";
    const place = down ? { x: at.x, y: at.y } : { x: at.y, y: at.x };
    const [width, height] = down ? [across, length] : [length, across];
    this.#boxes.push({ item, ...place, width, height, open, feeds: [] });
  }

  #emitLeaf(leaf: Leaf, across: number, along: number, around: readonly Pill[]): void {
    const { width, height } = this.#sizes.leaf(leaf);
    const [x, y] = this.#shape.direction === "down" ? [across, along] : [along, across];
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
