/** The points of all curves of a run, in arrays that grow. */
import type { Series } from "../wire.ts";

export interface Curve {
  readonly group: string;
  readonly name: string;
  unit: string;
  sampled: string;
  /** Exactly the valid points. */
  x: Float64Array;
  y: Float64Array;
}

/** The kernel thins its curves long before this; the page protects itself all the same. */
export const MOST_POINTS = 65_536;
export const MOST_CURVES = 4_096;

/** A curve whose `x` and `y` are the filled part of larger arrays. */
class GrowingCurve implements Curve {
  readonly group: string;
  readonly name: string;
  unit = "";
  sampled = "";
  x = new Float64Array(0);
  y = new Float64Array(0);
  #xs = new Float64Array(64);
  #ys = new Float64Array(64);

  constructor(group: string, name: string) {
    this.group = group;
    this.name = name;
  }

  take(series: Series, x: Float64Array, y: Float64Array): void {
    this.unit = series.unit;
    this.sampled = series.sampled;
    const before = series.replace ? 0 : this.x.length;
    const length = before + x.length;
    this.#reserve(length);
    this.#xs.set(x, before);
    this.#ys.set(y, before);
    this.#show(length);
    while (this.x.length > MOST_POINTS) this.#thin();
  }

  #reserve(length: number): void {
    if (length <= this.#xs.length) return;
    const room = Math.max(length, 2 * this.#xs.length);
    this.#xs = grown(this.#xs, room);
    this.#ys = grown(this.#ys, room);
  }

  /** Every second point goes; the newest one stays. */
  #thin(): void {
    const first = (this.x.length - 1) % 2;
    const kept = Math.ceil(this.x.length / 2);
    for (let i = 0; i < kept; i++) {
      this.#xs.copyWithin(i, first + 2 * i, first + 2 * i + 1);
      this.#ys.copyWithin(i, first + 2 * i, first + 2 * i + 1);
    }
    this.#show(kept);
  }

  #show(length: number): void {
    this.x = this.#xs.subarray(0, length);
    this.y = this.#ys.subarray(0, length);
  }
}

function grown(from: Float64Array, room: number): Float64Array<ArrayBuffer> {
  const to = new Float64Array(room);
  to.set(from);
  return to;
}

/** Curves by `${group}/${name}`, in order of first arrival. */
export class Curves {
  readonly all = new Map<string, GrowingCurve>();

  /** Append to a curve or replace it; a curve beyond the limit is not taken. */
  take(series: Series, x: Float64Array, y: Float64Array): void {
    const key = `${series.group}/${series.name}`;
    let curve = this.all.get(key);
    if (!curve) {
      if (this.all.size >= MOST_CURVES) return;
      curve = new GrowingCurve(series.group, series.name);
      this.all.set(key, curve);
    }
    curve.take(series, x, y);
  }

  group(group: string): Curve[] {
    return [...this.all.values()].filter((curve) => curve.group === group);
  }
}
