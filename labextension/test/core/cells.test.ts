import { describe, expect, test } from "vitest";
import { cellName, cellOf, elementAt, pooling, readIndex } from "../../src/core/cells.ts";
import { tensor } from "../steps.ts";

/** As the kernel pools: at most 32 cells in either direction. */
function pooled(shape: readonly number[], index: readonly number[] = []) {
  const [rows, columns] = [shape.length > 1 ? (shape.at(-2) ?? 1) : 1, shape.at(-1) ?? 1];
  const [tall, wide] = [Math.ceil(rows / 32), Math.ceil(columns / 32)];
  const part = tensor({ shape, index, rows: Math.ceil(rows / tall), columns: Math.ceil(columns / wide) });
  return { part, tall, wide };
}

describe.each([[[]], [[7]], [[100]], [[3, 4]], [[33, 65]], [[128, 9216]], [[1000, 5000]]])(
  "shape %j",
  (shape) => {
    const { part, tall, wide } = pooled(shape);

    test("says how many elements a cell stands for", () => {
      expect(pooling(part)).toEqual([tall, wide]);
    });

    test("finds for each cell an element that lies in it", () => {
      for (const row of [0, Math.floor(part.rows / 2), part.rows - 1]) {
        for (const column of [0, Math.floor(part.columns / 2), part.columns - 1]) {
          const element = elementAt(part, row, column);
          expect(element.every((at, i) => at >= 0 && at < (shape[i] ?? 0))).toBe(true);
          expect(cellOf(part, element)).toEqual([row, column]);
        }
      }
    });
  },
);

test("an element of another slice has no cell here", () => {
  const { part } = pooled([2, 5, 3, 3], [1, 4]);
  expect(cellOf(part, [1, 4, 2, 0])).toEqual([2, 0]);
  expect(cellOf(part, [1, 3, 2, 0])).toBeUndefined();
  expect(elementAt(part, 2, 0)).toEqual([1, 4, 2, 0]);
  expect(cellName(part, 2, 0)).toBe("[1, 4, 2, 0]");
});

test("the last cell is called by the elements that are left", () => {
  const { part } = pooled([33, 65]);
  expect(cellName(part, 0, 0)).toBe("[0–1, 0–2]");
  expect(cellName(part, 16, 21)).toBe("[32, 63–64]");
});

test("an index is read as it is written, and only where there is such an element", () => {
  expect(readIndex("3, 1", [4, 2])).toEqual([3, 1]);
  expect(readIndex("[3 1]", [4, 2])).toEqual([3, 1]);
  expect(readIndex("", [])).toEqual([]);
  for (const text of ["4, 0", "3", "3, 1, 0", "a, 0", "-1, 0", "0.5, 0", ""])
    expect(readIndex(text, [4, 2])).toBeUndefined();
});
