import { describe, expect, test } from "vitest";
import * as format from "../../src/draw/format.ts";

const plain = (text: string): string => text.replaceAll(format.THIN, " ");

describe("numbers have three significant digits", () => {
  test.each([
    [0, "0"],
    [0.21834, "0.218"],
    [12.34, "12.3"],
    [-0.5, "-0.500"],
    [0.001, "0.00100"],
    [0.00099, "9.90e-4"],
    [999.4, "999"],
    [999.6, "1.00e3"],
    [123456, "1.23e5"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "+∞"],
    [Number.NEGATIVE_INFINITY, "−∞"],
  ])("%d is %s", (value, text) => {
    expect(plain(format.number(value))).toBe(text);
  });

  test.each([
    [0, "0 B"],
    [512, "512 B"],
    [999, "999 B"],
    [1000, "1.00 kB"],
    [3_100_000, "3.10 MB"],
    [999_700_000, "1.00 GB"],
    [-2_000, "-2.00 kB"],
  ])("%d bytes are %s", (value, text) => {
    expect(plain(format.bytes(value))).toBe(text);
  });

  test("counts take the same prefixes, with no unit", () => {
    expect([999, 1240, 1_199_882].map(format.count).map(plain)).toEqual(["999", "1.24 k", "1.20 M"]);
  });

  test.each([
    [0.9824, "98.2 %"],
    [1, "100 %"],
    [0, "0 %"],
    [0.0812, "8.12 %"],
    [1.5, "150 %"],
  ])("the fraction %d is %s", (value, text) => {
    expect(plain(format.percent(value))).toBe(text);
  });
});

test("a step is never rounded", () => {
  expect(plain(format.step(1_234_567))).toBe("1 234 567");
});

test.each([
  [8.42, "8.4 s"],
  [59.97, "1 min 00 s"],
  [125, "2 min 05 s"],
  [3_840, "1 h 04 min"],
  [-1, "–"],
])("%d seconds are %s", (seconds, text) => {
  expect(plain(format.duration(seconds))).toBe(text);
});

test("exact values have all digits of a float32 and their unit", () => {
  expect(format.exact(0.21838122606277466)).toBe("0.218381226");
  expect(format.exact(6.1032365e-6)).toBe("6.1032365e-6");
  expect(plain(format.exact(3_100_001, "bytes"))).toBe("3 100 001 B");
  expect(plain(format.exact(0.98244, "fraction"))).toBe("98.244 %");
});

test("labels of an axis have as many digits as tell neighbours apart", () => {
  expect(format.ticks([0, 0.25, 0.5], "")).toEqual(["0", "0.25", "0.50"]);
  expect(format.ticks([0.9, 0.95, 1], "fraction").map(plain)).toEqual(["90 %", "95 %", "100 %"]);
  expect(format.ticks([0, 5e5, 1e6], "bytes").map(plain)).toEqual(["0", "500 kB", "1 MB"]);
  expect(format.ticks([0, 2e-4, 4e-4], "")).toEqual(["0", "2e-4", "4e-4"]);
});

test("labels of a step axis are short", () => {
  expect([0, 800, 1200, 20_000, 1_500_000].map(format.stepTick).map(plain)).toEqual([
    "0",
    "800",
    "1 200",
    "20 k",
    "1.5 M",
  ]);
});
