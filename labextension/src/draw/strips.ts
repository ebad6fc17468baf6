/** Heat strips: one row of colours per curve, time from left to right, on a logarithmic scale. */
import type { Curve } from "../core/store.ts";
import { hatch } from "./pattern.ts";
import { noRange, placeOf, type Range, widen } from "./points.ts";
import { sequential, type Theme } from "./theme.ts";

/** A view never shows less than this many powers of ten, so that a healthy picture is calm. */
const LEAST_DECADES = 3;
const LOWEST = -12;
const HIGHEST = 12;

/** Powers of ten that hold all norms of all curves. */
export function decades(curves: readonly Curve[]): Range {
  const range = noRange();
  for (const { y } of curves) widenPositive(range, y);
  if (!(range.low <= range.high)) return { low: -LEAST_DECADES, high: 0 };
  const high = Math.min(Math.max(Math.ceil(Math.log10(range.high)), LOWEST + LEAST_DECADES), HIGHEST);
  const low = Math.min(Math.max(Math.floor(Math.log10(range.low)), LOWEST), high - LEAST_DECADES);
  return { low, high };
}

/** A norm of exactly zero has no logarithm; it takes the lowest colour. */
function widenPositive(range: Range, values: Float64Array): void {
  const before = range.low;
  widen(range, values);
  if (range.low > 0) return;
  range.low = before;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (value > 0 && value < range.low) range.low = value;
  }
}

/** 256 colours as the bytes of an image. */
const palette = new Uint32Array(256).map((_, i) => {
  const [r = 0, g = 0, b = 0] =
    sequential(i / 255)
      .match(/\d+/g)
      ?.map(Number) ?? [];
  return (255 << 24) | (b << 16) | (g << 8) | r;
});

/** CSS pixels per column of a strip. */
const COLUMN = 2;
const BROKEN = 1;
/** Below every norm: a column without a point. */
const NOTHING = -1;

export interface StripsShape {
  /** CSS pixels. */
  readonly width: number;
  readonly row: number;
  readonly gap: number;
}

/** Paints strips into one canvas.  Its buffers are kept from draw to draw. */
export class Strips {
  readonly canvas = document.createElement("canvas");
  readonly #image = document.createElement("canvas");
  #pixels: ImageData | undefined;
  #worst = new Float64Array(0);
  #broken = new Uint8Array(0);

  draw(curves: readonly Curve[], span: Range, scale: Range, shape: StripsShape, theme: Theme): void {
    const dot = window.devicePixelRatio || 1;
    const columns = Math.max(Math.floor(shape.width / COLUMN), 1);
    const [ctx, image] = this.#size(curves.length, columns, shape, dot);
    if (!ctx || !image) return;
    ctx.clearRect(0, 0, this.canvas.width, this.canvas.height);
    const { data } = this.#pixels as ImageData;
    const pixels = new Uint32Array(data.buffer);
    pixels.fill(0);
    for (const [i, curve] of curves.entries()) {
      this.#gather(curve, span, columns);
      this.#colour(pixels.subarray(i * columns, (i + 1) * columns), scale);
      this.#hatch(ctx, i, shape, dot, theme);
    }
    image.putImageData(this.#pixels as ImageData, 0, 0);
    this.#lay(ctx, curves.length, columns, shape, dot);
  }

  /** The largest norm in each column; columns without a point hold the one before. */
  #gather({ x, y }: Curve, span: Range, columns: number): void {
    const [worst, broken] = [this.#worst, this.#broken];
    worst.fill(NOTHING);
    broken.fill(0);
    const perStep = columns / (span.high - span.low);
    const offset = -span.low * perStep;
    for (let i = 0; i < x.length; i++) {
      const value = y[i] as number;
      let column = ((x[i] as number) * perStep + offset) | 0;
      if (column >= columns) column = columns - 1;
      if (!(value < Number.POSITIVE_INFINITY)) broken[column] = BROKEN;
      else if (value > (worst[column] as number)) worst[column] = value;
    }
    // A single point has no duration yet: it fills the strip.
    const end =
      x.length > 1 ? this.#columnOf(x[x.length - 1] as number, span, columns) : columns * x.length - 1;
    for (let c = 1; c <= end; c++) {
      if (broken[c] || (worst[c] as number) > NOTHING) continue;
      worst[c] = worst[c - 1] as number;
      if (broken[c - 1]) broken[c] = BROKEN;
    }
  }

  #columnOf(step: number, span: Range, columns: number): number {
    return Math.min(Math.floor(((step - span.low) / (span.high - span.low)) * columns), columns - 1);
  }

  #colour(row: Uint32Array, scale: Range): void {
    const perDecade = 255 / (scale.high - scale.low);
    for (let c = 0; c < row.length; c++) {
      const value = this.#worst[c] as number;
      if (value <= NOTHING || this.#broken[c]) continue;
      const place = (Math.log10(value) - scale.low) * perDecade;
      row[c] = palette[Math.min(Math.max(Math.round(place), 0), 255)] as number;
    }
  }

  /** What is not a number is hatched; the colours go over everything else. */
  #hatch(ctx: CanvasRenderingContext2D, i: number, shape: StripsShape, dot: number, theme: Theme): void {
    const columns = Math.max(Math.floor(shape.width / COLUMN), 1);
    const wide = this.canvas.width / columns;
    for (let c = 0; c < columns; c++) {
      if (!this.#broken[c]) continue;
      const from = c;
      while (c < columns && this.#broken[c]) c += 1;
      ctx.fillStyle = hatch(ctx, theme.nan, dot);
      ctx.fillRect(from * wide, i * shape.row * dot, (c - from) * wide, (shape.row - shape.gap) * dot);
    }
  }

  #lay(ctx: CanvasRenderingContext2D, rows: number, columns: number, shape: StripsShape, dot: number): void {
    ctx.imageSmoothingEnabled = false;
    const [row, tall] = [shape.row * dot, (shape.row - shape.gap) * dot];
    for (let i = 0; i < rows; i++) {
      ctx.drawImage(this.#image, 0, i, columns, 1, 0, i * row, this.canvas.width, tall);
    }
  }

  #size(rows: number, columns: number, shape: StripsShape, dot: number) {
    const [wide, high] = [Math.round(shape.width * dot), Math.round(rows * shape.row * dot)];
    if (this.canvas.width !== wide || this.canvas.height !== high) {
      this.canvas.width = wide;
      this.canvas.height = high;
      this.canvas.style.width = `${shape.width}px`;
      this.canvas.style.height = `${rows * shape.row}px`;
    }
    const image = this.#image.getContext("2d");
    if (this.#pixels?.width !== columns || this.#pixels.height !== rows) {
      this.#image.width = columns;
      this.#image.height = rows;
      this.#pixels = image?.createImageData(columns, Math.max(rows, 1));
      this.#worst = new Float64Array(columns);
      this.#broken = new Uint8Array(columns);
    }
    return [this.#pixels ? this.canvas.getContext("2d") : null, image] as const;
  }
}

/** The norm of a curve at a step: the newest point up to there. */
export const normAt = ({ x, y }: Curve, step: number): number | undefined => y[placeOf(x, step)];
