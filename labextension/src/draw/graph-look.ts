/** Fonts, sizes and colours of the graph, and how large each box must be for its text. */

import type { Size } from "../core/feeding.ts";
import type { Group, Leaf, Net } from "../core/graph.ts";
import type { Sizes } from "../core/layout.ts";
import type { Node } from "../wire.ts";
import { feedName, groupContents, groupKind, groupTitle, opName, shapeText } from "./graph-words.ts";
import { readTheme, type Theme } from "./theme.ts";

export interface Look {
  readonly theme: Theme;
  readonly accent: string;
  readonly raised: string;
  readonly name: string;
  readonly plain: string;
  readonly small: string;
  readonly code: string;
}

export function readLook(element: Element): Look {
  const theme = readTheme(element);
  return {
    theme,
    accent: theme.accent,
    raised: theme.raised,
    name: `600 13px ${theme.font}`,
    plain: `400 13px ${theme.font}`,
    small: `400 11px ${theme.font}`,
    code: `400 11px ${theme.code}`,
  };
}

/** The picture gets no taller than this, so that it fits between two cells. */
export const TALLEST = 480;

/** A view that holds more than the graph gives it less room; undefined until it is in the page. */
export function tallest(element: Element): number | undefined {
  if (!element.isConnected) return undefined;
  return Number.parseFloat(getComputedStyle(element).getPropertyValue("--vg-graph-tallest")) || TALLEST;
}

/** Heights of things, and the room between text and border. */
export const TALL = { op: 44, plain: 32, pill: 22, title: 26, folded: 48 } as const;
export const SIDE = 14;
/** The sign in a title that says folded or not, with the room after it. */
export const FOLD = 16;
/** Kept free in a title for a gradient norm with its colour. */
export const NORM = 82;
/** How far the sides of a parallelogram lean. */
export const LEAN = 10;

/** Measures text once for each font and word. */
export class Ruler implements Sizes {
  readonly #look: Look;
  readonly #net: Net;
  readonly #ctx: CanvasRenderingContext2D | null;
  readonly #known = new Map<string, number>();

  constructor(look: Look, net: Net, ctx: CanvasRenderingContext2D | null) {
    this.#look = look;
    this.#net = net;
    this.#ctx = ctx;
  }

  width(text: string, font: string): number {
    const key = `${font}|${text}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const width = Math.ceil(this.#measured(text, font)) + 1;
    this.#known.set(key, width);
    return width;
  }

  /** At ten times the size, because small type is fitted to pixels and would be wider when zoomed. */
  #measured(text: string, font: string): number {
    if (!this.#ctx) return 7 * text.length;
    this.#ctx.font = font.replace(/(\d+)px/, (_, size) => `${10 * Number(size)}px`);
    return this.#ctx.measureText(text).width / 10;
  }

  leaf({ node }: Leaf): Size {
    const shape = shapeText(node);
    const wide = Math.max(this.width(opName(node), this.#look.name), this.width(shape, this.#look.code));
    const lean = node.kind === "input" || node.kind === "constant" ? 2 * LEAN : node.kind === "loss" ? 8 : 0;
    const height = (shape === "" ? TALL.plain : TALL.op) + (node.kind === "loss" ? 6 : 0);
    return { width: Math.max(wide + 2 * SIDE + lean, 72), height };
  }

  feed(node: Node, leaf: Leaf): Size {
    const lean = node.kind === "constant" ? 8 : 0;
    return {
      width: this.width(feedText(node, leaf), this.#look.small) + 22 + lean,
      height: TALL.pill,
    };
  }

  folded(group: Group): Size {
    const title = this.title(group).width;
    return {
      width: Math.max(title, this.width(groupContents(group), this.#look.small) + 2 * SIDE),
      height: TALL.folded,
    };
  }

  title(group: Group): Size {
    const kind = groupKind(group);
    const name = this.width(groupTitle(group, this.#net), this.#look.name);
    const wide = name + (kind === "" ? 0 : 6 + this.width(kind, this.#look.plain));
    const norm = (group.layer?.parameters ?? 0) > 0 ? NORM : 0;
    return { width: wide + FOLD + 22 + norm, height: TALL.title };
  }
}

/** "weight 32×1×3×3". */
export function feedText(node: Node, leaf: Leaf): string {
  const shape = shapeText(node);
  return `${feedName(node, leaf)}${shape === "" ? "" : `  ${shape}`}`;
}
