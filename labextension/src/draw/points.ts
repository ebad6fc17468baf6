/** Questions about the points of a curve: where is a step, what is the range, where is it not a number. */

/** Place of the last point at or before `step`, -1 if there is none.  `x` grows. */
export function placeOf(x: Float64Array, step: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((x[middle] ?? 0) <= step) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Place of the point nearest to `step`, -1 if there is none. */
export function nearest(x: Float64Array, step: number): number {
  const before = placeOf(x, step);
  if (before < 0) return x.length > 0 ? 0 : -1;
  const [a, b] = [x[before], x[before + 1]];
  return a !== undefined && b !== undefined && b - step < step - a ? before + 1 : before;
}

export interface Range {
  low: number;
  high: number;
}

/** Widen `range` to the finite numbers among `values`. */
export function widen(range: Range, values: Float64Array): Range {
  let { low, high } = range;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value < low && value !== Number.NEGATIVE_INFINITY) low = value;
    if (value > high && value !== Number.POSITIVE_INFINITY) high = value;
  }
  range.low = low;
  range.high = high;
  return range;
}

export const noRange = (): Range => ({ low: Number.POSITIVE_INFINITY, high: Number.NEGATIVE_INFINITY });

/** First and last step of some curves; 0 to 1 where there are no points. */
export function steps(curves: Iterable<{ readonly x: Float64Array }>): Range {
  const range = noRange();
  for (const { x } of curves) {
    const [first, last] = [x[0], x[x.length - 1]];
    if (first !== undefined && Number.isFinite(first)) range.low = Math.min(range.low, first);
    if (last !== undefined && Number.isFinite(last)) range.high = Math.max(range.high, last);
  }
  if (!(range.low <= range.high)) return { low: 0, high: 1 };
  if (range.low === range.high) range.high += 1;
  return range;
}

/** The newest value, NaN when there is none. */
export const last = (values: Float64Array): number => values[values.length - 1] ?? Number.NaN;

/** The first finite value, undefined when there is none. */
export function firstFinite(values: Float64Array): number | undefined {
  const place = values.findIndex(Number.isFinite);
  return place < 0 ? undefined : values[place];
}

/** Where the run of points at the end began that all pass `is`; undefined when the newest one does not. */
export function since(
  curve: { readonly x: Float64Array; readonly y: Float64Array },
  is: (value: number) => boolean,
): number | undefined {
  let place = curve.y.length;
  while (place > 0 && is(curve.y[place - 1] as number)) place -= 1;
  return place < curve.y.length ? curve.x[place] : undefined;
}

/** An exponential moving average over the finite points, into `out`; what is not finite stays as it is. */
export function smooth(values: Float64Array, keep: number, out: Float64Array): void {
  let sum = 0;
  let weight = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (Number.isFinite(value)) {
      sum = keep * sum + (1 - keep) * value;
      weight = keep * weight + (1 - keep);
      out[i] = sum / weight;
    } else out[i] = value;
  }
}
