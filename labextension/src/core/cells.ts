/** From the cells of a picture back to the elements of its tensor. */
import type { Tensor } from "./stepping.ts";

/** How many elements a cell stands for, down and across. */
export function pooling({ shape, rows, columns }: Tensor): readonly [number, number] {
  const wide = shape.at(-1) ?? 1;
  const tall = shape.length > 1 ? (shape.at(-2) ?? 1) : 1;
  return [
    Math.max(1, Math.ceil(tall / Math.max(rows, 1))),
    Math.max(1, Math.ceil(wide / Math.max(columns, 1))),
  ];
}

/** The first element of a cell, by its index in the whole tensor. */
export function elementAt(tensor: Tensor, row: number, column: number): number[] {
  const [tall, wide] = pooling(tensor);
  if (tensor.shape.length === 0) return [];
  if (tensor.shape.length === 1) return [column * wide];
  return [...tensor.index, row * tall, column * wide];
}

/** The cell that an element lies in, if it is in the slice that is shown. */
export function cellOf(tensor: Tensor, element: readonly number[]): readonly [number, number] | undefined {
  const { shape, index } = tensor;
  if (element.length !== shape.length || index.some((at, i) => element[i] !== at)) return undefined;
  const [tall, wide] = pooling(tensor);
  const row = shape.length > 1 ? (element.at(-2) ?? 0) : 0;
  return [Math.floor(row / tall), Math.floor((element.at(-1) ?? 0) / wide)];
}

/** "[3, 1]", or "[3, 4–7]" where a cell stands for several elements. */
export function cellName(tensor: Tensor, row: number, column: number): string {
  const { shape } = tensor;
  if (shape.length === 0) return "";
  const [tall, wide] = pooling(tensor);
  const across = span(column, wide, shape.at(-1) ?? 1);
  if (shape.length === 1) return `[${across}]`;
  return `[${[...tensor.index, span(row, tall, shape.at(-2) ?? 1), across].join(", ")}]`;
}

function span(cell: number, size: number, length: number): string {
  const [from, to] = [cell * size, Math.min((cell + 1) * size, length) - 1];
  return to > from ? `${from}–${to}` : String(from);
}

/** What a reader typed as an index, "3, 1" or "[3, 1]"; undefined where it is not one of this shape. */
export function readIndex(text: string, shape: readonly number[]): number[] | undefined {
  const words = text.replace(/[[\]()]/g, " ").trim();
  const found = words === "" ? [] : words.split(/[\s,]+/).map(Number);
  const fits =
    found.length === shape.length &&
    found.every((at, i) => Number.isInteger(at) && at >= 0 && at < (shape[i] ?? 0));
  return fits ? found : undefined;
}
