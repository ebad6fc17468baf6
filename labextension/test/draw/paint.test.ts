import { expect, test } from "vitest";
import { markGaps, type Pen, strokeLine } from "../../src/draw/paint.ts";
import { readTheme } from "../../src/draw/theme.ts";

type Call = readonly [name: string, ...numbers: number[]];

/** A canvas that writes down what is asked of it. */
function recorder(): { ctx: CanvasRenderingContext2D; calls: Call[] } {
  const calls: Call[] = [];
  const ctx = new Proxy({} as Record<string, unknown>, {
    get: (target, name: string) =>
      name === "measureText"
        ? () => ({ width: 20 })
        : (target[name] ?? ((...args: number[]) => void calls.push([name, ...args]))),
    set: (target, name: string, value) => {
      target[name] = value;
      return true;
    },
  });
  return { ctx: ctx as unknown as CanvasRenderingContext2D, calls };
}

/** One CSS pixel per step and per unit. */
function pen(ctx: CanvasRenderingContext2D): Pen {
  return {
    ctx,
    theme: readTheme(document.body),
    dot: 1,
    box: { left: 0, top: 0, width: 100, height: 50 },
    x0: 0,
    perStep: 1,
    y0: 50,
    perValue: -1,
    x: (step) => step,
    y: (value) => 50 - value,
  };
}

const named = (calls: readonly Call[], name: string): Call[] => calls.filter(([one]) => one === name);

test("a line is interrupted where it is not a number, and a lone point is seen", () => {
  const { ctx, calls } = recorder();
  const y = Float64Array.of(1, 2, Number.NaN, 4, Number.NaN, 6);
  strokeLine(pen(ctx), { x: Float64Array.of(0, 1, 2, 3, 4, 5), y }, { colour: "#000", width: 1 });
  expect(named(calls, "moveTo").map(([, x]) => x)).toEqual([0, 3, 5]);
  expect(named(calls, "lineTo").some(([, ...at]) => at.some(Number.isNaN))).toBe(false);
});

test("a held line goes sideways, then up, and on to the edge", () => {
  const { ctx, calls } = recorder();
  strokeLine(
    pen(ctx),
    { x: Float64Array.of(0, 10), y: Float64Array.of(1, 3) },
    { colour: "#000", width: 1, held: true },
  );
  expect(named(calls, "lineTo").slice(-3)).toEqual([
    ["lineTo", 10, 49],
    ["lineTo", 10, 47],
    ["lineTo", 100, 47],
  ]);
});

test("a line with many more points than pixels costs as much as the pixels, and loses no extreme", () => {
  const { ctx, calls } = recorder();
  const n = 100_000;
  const x = Float64Array.from({ length: n }, (_, i) => (i * 100) / n);
  const y = Float64Array.from({ length: n }, (_, i) => (i === 31_415 ? 40 : i === 27_182 ? -40 : 0));
  strokeLine(pen(ctx), { x, y }, { colour: "#000", width: 1 });
  const lines = named(calls, "lineTo");
  expect(lines.length).toBeLessThan(5 * 100);
  const heights = lines.map(([, , height]) => height ?? 0);
  expect([Math.min(...heights), Math.max(...heights)]).toEqual([10, 90]);
});

test("holes are bands with a word, but words do not cover each other", () => {
  const { ctx, calls } = recorder();
  const y = Float64Array.of(1, Number.NaN, 2, Number.NaN, 3, Number.POSITIVE_INFINITY);
  markGaps(pen(ctx), { x: Float64Array.of(0, 30, 31, 32, 33, 90), y });
  expect(named(calls, "fillText").map(([, word]) => word)).toEqual(["NaN", "+∞"]);
  expect(named(calls, "fillRect").length).toBe(3 + 2);
});
