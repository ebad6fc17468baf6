/** Outlines on a canvas: what kind a thing is shows in its shape before its colour. */

import type { Rect } from "../core/atlas.ts";
import { LEAN } from "./graph-look.ts";

type Pen = CanvasRenderingContext2D;

export function roundRect(pen: Pen, rect: Rect, radius: number): void {
  const { x, y, width, height } = rect;
  const r = Math.min(radius, width / 2, height / 2);
  pen.beginPath();
  pen.moveTo(x + r, y);
  pen.arcTo(x + width, y, x + width, y + height, r);
  pen.arcTo(x + width, y + height, x, y + height, r);
  pen.arcTo(x, y + height, x, y, r);
  pen.arcTo(x, y, x + width, y, r);
  pen.closePath();
}

/** The upper part of a container, round at the top only. */
export function header(pen: Pen, rect: Rect, tall: number, radius: number): void {
  const { x, y, width } = rect;
  pen.beginPath();
  pen.moveTo(x, y + tall);
  pen.arcTo(x, y, x + width, y, radius);
  pen.arcTo(x + width, y, x + width, y + tall, radius);
  pen.lineTo(x + width, y + tall);
  pen.closePath();
}

export const pill = (pen: Pen, rect: Rect): void => roundRect(pen, rect, rect.height / 2);

export function parallelogram(pen: Pen, rect: Rect, lean = LEAN): void {
  const { x, y, width, height } = rect;
  pen.beginPath();
  pen.moveTo(x + lean, y);
  pen.lineTo(x + width, y);
  pen.lineTo(x + width - lean, y + height);
  pen.lineTo(x, y + height);
  pen.closePath();
}

/** The sign of a layer: points down when it is open, right when it is folded. */
export function foldSign(pen: Pen, x: number, y: number, open: boolean): void {
  pen.beginPath();
  if (open) {
    pen.moveTo(x - 4, y - 2);
    pen.lineTo(x, y + 2.5);
    pen.lineTo(x + 4, y - 2);
  } else {
    pen.moveTo(x - 2, y - 4);
    pen.lineTo(x + 2.5, y);
    pen.lineTo(x - 2, y + 4);
  }
  pen.stroke();
}

/** A chain of cubic curves. */
export function trace(pen: Pen, line: Float64Array): void {
  pen.moveTo(line[0] ?? 0, line[1] ?? 0);
  for (let i = 2; i + 5 < line.length; i += 6) {
    pen.bezierCurveTo(
      line[i] ?? 0,
      line[i + 1] ?? 0,
      line[i + 2] ?? 0,
      line[i + 3] ?? 0,
      line[i + 4] ?? 0,
      line[i + 5] ?? 0,
    );
  }
}

/** The same with straight lines, for lines that are a few pixels long. */
export function sketch(pen: Pen, line: Float64Array): void {
  pen.moveTo(line[0] ?? 0, line[1] ?? 0);
  for (let i = 6; i + 1 < line.length; i += 6) pen.lineTo(line[i] ?? 0, line[i + 1] ?? 0);
}

/** A small filled triangle at the end of a line that arrives along the flow. */
export function arrow(pen: Pen, line: Float64Array, down: boolean, size: number): void {
  const [x, y] = [line.at(-2) ?? 0, line.at(-1) ?? 0];
  pen.moveTo(x, y);
  if (down) {
    pen.lineTo(x - size * 0.55, y - size);
    pen.lineTo(x + size * 0.55, y - size);
  } else {
    pen.lineTo(x - size, y - size * 0.55);
    pen.lineTo(x - size, y + size * 0.55);
  }
  pen.closePath();
}

export function grown({ x, y, width, height }: Rect, by: number): Rect {
  return { x: x - by, y: y - by, width: width + 2 * by, height: height + 2 * by };
}

/** Whether two rectangles share some room. */
export function meets(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

/** Whether a rectangle lies within `room` of another. */
export const near = (a: Rect, b: Rect, room: number): boolean => meets(grown(a, room), b);

/** A share of one colour in another, in per cent. */
export const mixed = (colour: string, share: number, into: string): string =>
  `color-mix(in srgb, ${colour} ${share}%, ${into})`;

/** A short line from a pill to the nearest side of its op. */
export function connect(pen: Pen, feed: Rect, box: Rect): void {
  const beside = feed.x + feed.width <= box.x || feed.x >= box.x + box.width;
  const [fx, fy] = [feed.x + feed.width / 2, feed.y + feed.height / 2];
  pen.beginPath();
  if (beside) {
    const left = fx < box.x;
    pen.moveTo(left ? feed.x + feed.width : feed.x, fy);
    pen.lineTo(left ? box.x : box.x + box.width, Math.min(Math.max(fy, box.y + 10), box.y + box.height - 10));
  } else {
    const above = fy < box.y;
    pen.moveTo(fx, above ? feed.y + feed.height : feed.y);
    pen.lineTo(fx, above ? box.y : box.y + box.height);
  }
  pen.stroke();
}
