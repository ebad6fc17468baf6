/** Curves on top of each other: memory by category over the steps. */
import type { Curve } from "../core/store.ts";
import type { Pen } from "./paint.ts";
import { categoryFill } from "./pattern.ts";
import { placeOf } from "./points.ts";
import { asCategory } from "./theme.ts";

/** The sum of all curves at the place of each point of the first one. */
export function totalAt(curves: readonly Curve[], place: number): number {
  let sum = 0;
  for (const { y } of curves) {
    const value = y[place];
    if (value !== undefined && Number.isFinite(value)) sum += value;
  }
  return sum;
}

/** The largest sum there is. */
export function highestTotal(curves: readonly Curve[]): number {
  let high = 0;
  const length = curves[0]?.x.length ?? 0;
  for (let i = 0; i < length; i++) high = Math.max(high, totalAt(curves, i));
  return high;
}

/** Paints areas.  Its buffers are kept from draw to draw. */
export class Stack {
  #places = new Int32Array(0);
  #floor = new Float64Array(0);

  paint(pen: Pen, curves: readonly Curve[]): void {
    const count = this.#choose(pen, curves);
    if (count === 0) return;
    this.#floor.fill(0);
    for (const curve of curves) this.#area(pen, curve, curves[0] as Curve, count);
  }

  /** One point per column of pixels, the one with the largest sum.  Returns how many. */
  #choose(pen: Pen, curves: readonly Curve[]): number {
    const x = curves[0]?.x ?? new Float64Array(0);
    const room = Math.ceil(pen.box.width) + 2;
    if (this.#places.length < room) {
      this.#places = new Int32Array(room);
      this.#floor = new Float64Array(room);
    }
    let count = 0;
    let column = Number.NaN;
    let best = 0;
    for (let i = 0; i < x.length; i++) {
      const here = Math.floor(pen.x(x[i] as number));
      const sum = totalAt(curves, i);
      if (here !== column && count < room) {
        column = here;
        this.#places[count++] = i;
        best = sum;
      } else if (sum > best) {
        best = sum;
        this.#places[count - 1] = i;
      }
    }
    return count;
  }

  /** Between the curves below and this one; the newest value holds until the right edge. */
  #area(pen: Pen, curve: Curve, base: Curve, count: number): void {
    const { ctx, box, dot, theme } = pen;
    const [places, floor] = [this.#places, this.#floor];
    const right = box.left + box.width;
    const x = (i: number): number => pen.x(base.x[places[i] as number] as number);
    ctx.beginPath();
    ctx.moveTo(right, pen.y(floor[count - 1] as number));
    for (let i = count - 1; i >= 0; i--) ctx.lineTo(x(i), pen.y(floor[i] as number));
    for (let i = 0; i < count; i++) {
      const value = curve.y[places[i] as number] as number;
      if (Number.isFinite(value)) floor[i] = (floor[i] as number) + value;
      ctx.lineTo(x(i), pen.y(floor[i] as number));
    }
    ctx.lineTo(right, pen.y(floor[count - 1] as number));
    ctx.closePath();
    const category = asCategory(curve.name);
    ctx.fillStyle = categoryFill(ctx, category, theme.category[category], dot);
    ctx.fill();
    ctx.strokeStyle = theme.surface;
    ctx.lineWidth = dot;
    ctx.stroke();
  }
}

/** A dashed line at the peak with its words, and a mark at its step. */
export function paintPeak(pen: Pen, total: number, step: number, words: string): void {
  const { ctx, box, dot, theme } = pen;
  const y = pen.y(total);
  ctx.strokeStyle = theme.text;
  ctx.fillStyle = theme.text;
  ctx.lineWidth = dot;
  ctx.setLineDash([4 * dot, 3 * dot]);
  ctx.beginPath();
  ctx.moveTo(box.left, y);
  ctx.lineTo(box.left + box.width, y);
  ctx.stroke();
  ctx.setLineDash([]);
  const x = pen.x(step);
  ctx.beginPath();
  ctx.moveTo(x, y + 1.5 * dot);
  ctx.lineTo(x - 4 * dot, y - 5.5 * dot);
  ctx.lineTo(x + 4 * dot, y - 5.5 * dot);
  ctx.closePath();
  ctx.fill();
  ctx.font = `${11 * dot}px ${theme.font}`;
  ctx.textBaseline = "bottom";
  const atLeft = x < box.left + box.width / 2;
  ctx.textAlign = atLeft ? "left" : "right";
  ctx.fillText(words, x + (atLeft ? 8 : -8) * dot, y - 2 * dot);
}

/** Place of the first curve's newest point up to `step`. */
export const placeIn = (curves: readonly Curve[], step: number): number =>
  placeOf(curves[0]?.x ?? new Float64Array(0), step);
