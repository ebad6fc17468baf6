/** Two outcomes of one pass, in numbers: where they part, where they are furthest apart. */

import type { Event } from "../wire.ts";
import type { Stepping } from "./stepping.ts";

export interface Gap {
  readonly event: Event;
  readonly value: number;
}

export interface Outcomes {
  /** The first event that differs. */
  readonly first: Gap | undefined;
  /** Furthest apart first; those that are not numbers before all. */
  readonly top: readonly Gap[];
  /** Events that differ, and events that were compared. */
  readonly differing: number;
  readonly compared: number;
}

/** As many as a reader looks through. */
const TOP = 8;

/** What a difference says where there is nothing to compare. */
export const NOTHING = -1;

export function outcomesOf(stepping: Stepping): Outcomes | undefined {
  const { difference, differences } = stepping;
  if (!difference || !differences) return undefined;
  const gaps: Gap[] = [];
  differences.forEach((value, i) => {
    const event = stepping.event(difference.first + i);
    if (event && value !== NOTHING) gaps.push({ event, value });
  });
  const differing = gaps.filter(({ value }) => value !== 0);
  const size = (value: number): number => (Number.isNaN(value) ? Number.POSITIVE_INFINITY : value);
  const top = differing.toSorted((a, b) => {
    const [x, y] = [size(a.value), size(b.value)];
    return x === y ? a.event.number - b.event.number : y - x;
  });
  return { first: differing[0], top: top.slice(0, TOP), differing: differing.length, compared: gaps.length };
}
