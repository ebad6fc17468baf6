/** Which colour a value gets, and how a cell of it is filled. */
import { hatch } from "./pattern.ts";
import { noRange, widen } from "./points.ts";
import { diverging, sequential, type Theme } from "./theme.ts";

/** From values to colours. */
export interface Shade {
  readonly low: number;
  readonly high: number;
  readonly signed: boolean;
  /** There is a finite value. */
  readonly known: boolean;
}

export interface Cell {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Around zero where there are signs, from zero where there are none, over their own range where zero is far away. */
export function shadeOf(values: Float64Array, signed: boolean): Shade {
  const { low, high } = widen(noRange(), values);
  if (!(low <= high)) return { low: 0, high: 0, signed, known: false };
  const known = true;
  if (signed || low < 0) {
    const far = Math.max(-low, high);
    return { low: -far, high: far, signed: true, known };
  }
  return { low: low > high / 2 && low < high ? low : 0, high, signed: false, known };
}

/** The place of a value on the scale: -1 to 1 with signs, 0 to 1 without. */
export function partOf(value: number, { low, high, signed }: Shade): number {
  if (signed) return high === 0 ? 0 : value / high;
  return high === low ? 0 : (value - low) / (high - low);
}

/** Fill a cell; returns the colour in which text on it can be read. */
export function fillCell(
  ctx: CanvasRenderingContext2D,
  { x, y, width, height }: Cell,
  value: number,
  shade: Shade,
  theme: Theme,
  dot: number,
): string {
  if (!Number.isFinite(value)) {
    ctx.fillStyle = theme.surface;
    ctx.fillRect(x, y, width, height);
    ctx.fillStyle = hatch(ctx, theme.nan, dot);
    ctx.fillRect(x, y, width, height);
    if (!Number.isNaN(value)) sign(ctx, { x, y, width, height }, value, theme.nan, dot);
    return theme.text;
  }
  const part = partOf(value, shade);
  ctx.fillStyle = shade.signed ? diverging(part, theme.dark) : sequential(part);
  ctx.fillRect(x, y, width, height);
  return shade.signed ? onDiverging(part, theme.dark) : part > 0.6 ? "#111" : "#fff";
}

/** Text at least 4.5:1 on its cell. */
const onDiverging = (part: number, dark: boolean): string =>
  dark || Math.abs(part) > 0.55 ? "#fff" : "#111";

/** A plus or a minus across a hatched cell: which of the infinities it is. */
function sign(
  ctx: CanvasRenderingContext2D,
  { x, y, width, height }: Cell,
  value: number,
  colour: string,
  dot: number,
): void {
  const reach = Math.min(width, height) * 0.3;
  const [cx, cy] = [x + width / 2, y + height / 2];
  ctx.strokeStyle = colour;
  ctx.lineWidth = Math.max(1.5 * dot, reach / 3);
  ctx.beginPath();
  ctx.moveTo(cx - reach, cy);
  ctx.lineTo(cx + reach, cy);
  if (value > 0) {
    ctx.moveTo(cx, cy - reach);
    ctx.lineTo(cx, cy + reach);
  }
  ctx.stroke();
}
