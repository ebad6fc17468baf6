/** The newest gradient norm of every layer; that of a layer around others is √(Σ²) of theirs. */

/** Newest point of one layer's curve. */
export interface Newest {
  readonly path: string;
  readonly step: number;
  readonly value: number;
}

export interface Norms {
  /** By layer path. */
  readonly of: ReadonlyMap<string, number>;
  /** Powers of ten around the finite values. */
  readonly decades: { readonly low: number; readonly high: number };
  readonly step: number;
}

export function normsOf(newest: readonly Newest[]): Norms | undefined {
  if (newest.length === 0) return undefined;
  const squares = new Map<string, number>();
  let step = 0;
  for (const { path, step: at, value } of newest) {
    step = Math.max(step, at);
    for (let end = path.length; end > 0; end = path.lastIndexOf(".", end - 1)) {
      const around = path.slice(0, end);
      squares.set(around, (squares.get(around) ?? 0) + value * value);
    }
  }
  const of = new Map([...squares].map(([path, square]) => [path, Math.sqrt(square)]));
  return { of, decades: decadesOf(of.values()), step };
}

/** Powers of ten around some values; those that are not finite or not above zero take no part. */
export function decadesOf(values: Iterable<number>): { low: number; high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    if (!Number.isFinite(value) || value <= 0) continue;
    low = Math.min(low, Math.floor(Math.log10(value)));
    high = Math.max(high, Math.ceil(Math.log10(value)));
  }
  if (low > high) return { low: -1, high: 0 };
  return { low, high: Math.max(high, low + 1) };
}

/** Where a value lies on the scale, 0 to 1. */
export function partOf(value: number, { low, high }: Norms["decades"]): number {
  if (value <= 0) return 0;
  return Math.min(Math.max((Math.log10(value) - low) / (high - low), 0), 1);
}
