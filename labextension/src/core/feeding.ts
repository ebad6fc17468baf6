/** Where the pills of parameters and constants stand beside their op, in turn on either side. */

import type { Leaf } from "./graph.ts";
import type { Direction } from "./route.ts";
import type { Cell } from "./sheet.ts";

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A pill, measured from the middle of its op. */
export interface Pill {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const BESIDE = 20;
const BETWEEN = 6;
/** More pills than this beside one op would hide it; the rest are told in words. */
export const PILLS = 6;

export function pills(op: Size, feeds: readonly Size[], direction: Direction): Pill[] {
  const first = feeds.filter((_, i) => i % 2 === 0);
  const second = feeds.filter((_, i) => i % 2 === 1);
  const sides =
    direction === "down"
      ? [beside(op, first, -1), beside(op, second, 1)]
      : [above(op, first, -1), above(op, second, 1)];
  return feeds.map((_, i) => sides[i % 2]?.[i >> 1] ?? { x: 0, y: 0, width: 0, height: 0 });
}

/** Stacked at the left (-1) or right (1), their inner ends aligned. */
function beside(op: Size, feeds: readonly Size[], side: -1 | 1): Pill[] {
  const total = feeds.reduce((sum, { height }) => sum + height + BETWEEN, -BETWEEN);
  let y = -total / 2;
  return feeds.map(({ width, height }) => {
    const inner = side * (op.width / 2 + BESIDE);
    const pill = { x: side < 0 ? inner - width : inner, y, width, height };
    y += height + BETWEEN;
    return pill;
  });
}

/** Stacked above (-1) or below (1). */
function above(op: Size, feeds: readonly Size[], side: -1 | 1): Pill[] {
  let edge = op.height / 2 + BESIDE - 4;
  return feeds.map(({ width, height }) => {
    const pill = { x: -width / 2, y: side < 0 ? -edge - height : edge, width, height };
    edge += height + BETWEEN;
    return pill;
  });
}

/** The room that an op takes with its pills, along and across the flow. */
export function cellOf(leaf: Leaf, op: Size, around: readonly Pill[], direction: Direction): Cell {
  const [half, tall] = [op.width / 2, op.height / 2];
  const left = Math.min(-half, ...around.map((pill) => pill.x));
  const right = Math.max(half, ...around.map((pill) => pill.x + pill.width));
  const top = Math.min(-tall, ...around.map((pill) => pill.y));
  const bottom = Math.max(tall, ...around.map((pill) => pill.y + pill.height));
  const input = leaf.node.kind === "input" || leaf.node.kind === "constant";
  if (direction === "down") {
    const reach = Math.max(-top, bottom);
    return { left: -left, right, length: 2 * reach, inset: reach - tall, spread: half - 14, input };
  }
  const reach = Math.max(-left, right);
  return { left: -top, right: bottom, length: 2 * reach, inset: reach - half, spread: tall - 8, input };
}
