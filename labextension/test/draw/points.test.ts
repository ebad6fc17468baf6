import { expect, test } from "vitest";
import * as points from "../../src/draw/points.ts";

const of = (...values: number[]): Float64Array => Float64Array.from(values);

test("places are found by halving", () => {
  const x = of(1, 3, 3, 7);
  expect([0, 1, 2, 3, 6, 7, 9].map((step) => points.placeOf(x, step))).toEqual([-1, 0, 0, 2, 2, 3, 3]);
  expect([0, 1.9, 2.1, 5.5, 99].map((step) => points.nearest(x, step))).toEqual([0, 0, 1, 3, 3]);
  expect(points.nearest(of(), 4)).toBe(-1);
});

test("a range is that of the finite values", () => {
  const range = points.widen(
    points.noRange(),
    of(Number.NaN, 2, Number.POSITIVE_INFINITY, -1, Number.NEGATIVE_INFINITY),
  );
  expect(range).toEqual({ low: -1, high: 2 });
});

test("a span of steps always has a width", () => {
  expect(points.steps([])).toEqual({ low: 0, high: 1 });
  expect(points.steps([{ x: of(5) }])).toEqual({ low: 5, high: 6 });
  expect(points.steps([{ x: of(5, 9) }, { x: of(2) }])).toEqual({ low: 2, high: 9 });
  expect(points.steps([{ x: of(Number.NaN, Number.POSITIVE_INFINITY) }])).toEqual({ low: 0, high: 1 });
});

test("since tells where the newest run of points began", () => {
  const curve = { x: of(1, 2, 3, 4), y: of(0, Number.NaN, 0, 0) };
  const zero = (value: number) => value === 0;
  expect(points.since(curve, zero)).toBe(3);
  expect(points.since(curve, Number.isNaN)).toBeUndefined();
});

test("smoothing starts at the first value, not at zero, and leaves holes as they are", () => {
  const out = new Float64Array(3);
  points.smooth(of(2, Number.NaN, 2), 0.9, out);
  expect(out[0]).toBeCloseTo(2);
  expect(out[1]).toBeNaN();
  expect(out[2]).toBeCloseTo(2);
});
