/** Lines as chains of cubic curves: [x, y, then six numbers a piece]. */

import type { Spot } from "./layered.ts";

export type Direction = "down" | "right";

/** Through the spots, leaving and arriving along the flow; spots in flow coordinates, the line in the picture's. */
export function bend(spots: readonly Spot[], direction: Direction): Float64Array {
  const [first, second] = direction === "down" ? [0, 1] : [1, 0];
  const line = new Float64Array(Math.max(0, 6 * spots.length - 4));
  let at = 0;
  const put = (x: number, y: number): void => {
    line[at + first] = x;
    line[at + second] = y;
    at += 2;
  };
  for (let i = 0; i < spots.length; i++) {
    const [last, spot] = [spots[i - 1], spots[i]];
    if (!spot) continue;
    if (last) {
      const middle = (last.y + spot.y) / 2;
      put(last.x, middle);
      put(spot.x, middle);
    }
    put(spot.x, spot.y);
  }
  return line;
}

/** Straight through the spots with round corners. */
export function corner(spots: readonly Spot[], direction: Direction, radius = 10): Float64Array {
  const numbers: number[] = [];
  const put = (spot: Spot): void => {
    numbers.push(direction === "down" ? spot.x : spot.y, direction === "down" ? spot.y : spot.x);
  };
  let at = spots[0];
  if (!at) return new Float64Array();
  put(at);
  const line = (to: Spot): void => {
    if (at) put(toward(at, to, 1 / 3));
    if (at) put(toward(at, to, 2 / 3));
    put(to);
    at = to;
  };
  for (let i = 1; i < spots.length; i++) {
    const [before, spot, after] = [spots[i - 1], spots[i], spots[i + 1]];
    if (!before || !spot) continue;
    if (!after) {
      line(spot);
      continue;
    }
    const round = Math.min(radius, distance(before, spot) / 2, distance(spot, after) / 2);
    line(toward(spot, before, round / (distance(spot, before) || 1)));
    const end = toward(spot, after, round / (distance(spot, after) || 1));
    put(toward(at, spot, 0.55));
    put(toward(end, spot, 0.55));
    put(end);
    at = end;
  }
  return Float64Array.from(numbers);
}

const toward = (a: Spot, b: Spot, part: number): Spot => ({
  x: a.x + (b.x - a.x) * part,
  y: a.y + (b.y - a.y) * part,
});

const distance = (a: Spot, b: Spot): number => Math.abs(a.x - b.x) + Math.abs(a.y - b.y);

/** Points on a line, `steps` to a piece: for hit tests and for checking that it meets no box. */
export function along(line: Float64Array, steps = 8): Spot[] {
  const spots: Spot[] = [];
  const at = (i: number): number => line[i] ?? 0;
  if (line.length >= 2) spots.push({ x: at(0), y: at(1) });
  for (let i = 2; i + 5 < line.length; i += 6) {
    for (let k = 1; k <= steps; k++) {
      const t = k / steps;
      const s = 1 - t;
      const mix = (j: number): number =>
        s * s * s * at(i - 2 + j) +
        3 * s * s * t * at(i + j) +
        3 * s * t * t * at(i + 2 + j) +
        t * t * t * at(i + 4 + j);
      spots.push({ x: mix(0), y: mix(1) });
    }
  }
  return spots;
}
