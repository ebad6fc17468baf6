/** Lines, marks and bands on a canvas, from arrays that may be longer than the canvas is wide. */
import { hatch } from "./pattern.ts";
import type { Theme } from "./theme.ts";

/** Where and how to paint: a plot's box in canvas pixels, and how steps and values fall into it. */
export interface Pen {
  readonly ctx: CanvasRenderingContext2D;
  readonly theme: Theme;
  /** Canvas pixels per CSS pixel. */
  readonly dot: number;
  readonly box: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  /** A step lies at `x0 + step * perStep`, a value at `y0 + value * perValue`. */
  readonly x0: number;
  readonly perStep: number;
  readonly y0: number;
  readonly perValue: number;
  x(step: number): number;
  y(value: number): number;
}

export interface Points {
  readonly x: Float64Array;
  readonly y: Float64Array;
}

export interface Ink {
  readonly colour: string;
  readonly width: number;
  readonly alpha?: number;
  /** The value holds until the next point, and the last one until the end. */
  readonly held?: boolean;
}

/** Symbols beside colours, so that curves can be told apart without them. */
export const MARKS = ["●", "■", "▲", "◆", "▼", "★"] as const;

/** Sparser than this many CSS pixels per point, every point gets its mark. */
const SPARSE = 12;

export function strokeLine(pen: Pen, points: Points, ink: Ink): void {
  const { ctx } = pen;
  ctx.save();
  ctx.globalAlpha = ink.alpha ?? 1;
  ctx.strokeStyle = ink.colour;
  ctx.lineWidth = ink.width * pen.dot;
  ctx.lineJoin = "round";
  ctx.lineCap = "round";
  ctx.beginPath();
  if (points.x.length > 3 * pen.box.width) traceColumns(pen, points);
  else tracePoints(pen, points, ink.held ?? false);
  ctx.stroke();
  ctx.restore();
}

function tracePoints(pen: Pen, { x, y }: Points, held: boolean): void {
  const { ctx } = pen;
  let before = Number.NaN;
  for (let i = 0; i < x.length; i++) {
    const value = y[i] as number;
    const [px, py] = [pen.x(x[i] as number), pen.y(value)];
    if (!Number.isFinite(value)) before = Number.NaN;
    else {
      if (Number.isNaN(before)) dot(ctx, px, py);
      else if (held) ctx.lineTo(px, before);
      ctx.lineTo(px, py);
      before = py;
    }
  }
  if (held && !Number.isNaN(before)) ctx.lineTo(pen.box.left + pen.box.width, before);
}

/** One column of pixels at a time: its first, lowest, highest and last value are all that can be seen. */
function traceColumns(pen: Pen, { x, y }: Points): void {
  const { ctx, x0, perStep, y0, perValue } = pen;
  let column = Number.NaN;
  let low = 0;
  let high = 0;
  let end = 0;
  let joined = false;
  const flush = (): void => {
    if (Number.isNaN(column)) return;
    if (low !== high) {
      ctx.lineTo(column, low);
      ctx.lineTo(column, high);
    }
    ctx.lineTo(column, end);
  };
  for (let i = 0; i < x.length; i++) {
    const py = y0 + (y[i] as number) * perValue;
    const px = Math.floor(x0 + (x[i] as number) * perStep);
    if (py - py !== 0) {
      // NaN or infinite
      flush();
      column = Number.NaN;
      joined = false;
    } else if (px === column) {
      if (py < low) low = py;
      if (py > high) high = py;
      end = py;
    } else {
      flush();
      if (joined) ctx.lineTo(px, py);
      else dot(ctx, px, py);
      column = px;
      low = high = end = py;
      joined = true;
    }
  }
  flush();
}

/** Begin a stretch so that it is seen even if it is one point long. */
function dot(ctx: CanvasRenderingContext2D, x: number, y: number): void {
  ctx.moveTo(x, y);
  ctx.lineTo(x + 0.01, y);
}

/** A curve's symbol at every point where there is room, else at its newest point. */
export function markLine(pen: Pen, points: Points, mark: number, colour: string): void {
  const { x, y } = points;
  const every = x.length * SPARSE * pen.dot < pen.box.width;
  let newest = y.length - 1;
  while (newest >= 0 && !Number.isFinite(y[newest])) newest -= 1;
  for (let i = every ? 0 : newest; i >= 0 && i <= newest; i++) {
    const py = pen.y(y[i] as number);
    if (Number.isFinite(py)) drawMark(pen, mark, pen.x(x[i] as number), py, colour);
  }
}

function drawMark(pen: Pen, mark: number, x: number, y: number, colour: string): void {
  const { ctx, dot } = pen;
  ctx.beginPath();
  outline(ctx, mark % MARKS.length, x, y, 3.5 * dot);
  ctx.fillStyle = colour;
  ctx.strokeStyle = pen.theme.surface;
  ctx.lineWidth = 1.5 * dot;
  ctx.stroke();
  ctx.fill();
}

/** Corners of the symbols in units of their size, in the order of MARKS; the circle has none. */
const CORNERS: readonly (readonly number[])[] = [
  [],
  [-0.9, -0.9, 0.9, -0.9, 0.9, 0.9, -0.9, 0.9],
  [0, -1.1, 1.1, 0.9, -1.1, 0.9],
  [0, -1.25, 1.25, 0, 0, 1.25, -1.25, 0],
  [0, 1.1, 1.1, -0.9, -1.1, -0.9],
  star(),
];

function star(): number[] {
  return Array.from({ length: 10 }, (_, i) => {
    const [angle, size] = [(Math.PI * i) / 5 - Math.PI / 2, i % 2 ? 0.6 : 1.4];
    return [size * Math.cos(angle), size * Math.sin(angle)];
  }).flat();
}

function outline(ctx: CanvasRenderingContext2D, mark: number, x: number, y: number, size: number): void {
  const corners = CORNERS[mark] ?? [];
  if (corners.length === 0) ctx.arc(x, y, size, 0, 2 * Math.PI);
  for (let i = 0; i < corners.length; i += 2) {
    const [cx, cy] = [x + (corners[i] as number) * size, y + (corners[i + 1] as number) * size];
    if (i === 0) ctx.moveTo(cx, cy);
    else ctx.lineTo(cx, cy);
  }
  ctx.closePath();
}

/** Hatched bands with a word where a curve is not a number or infinite: a gap is never silent. */
export function markGaps(pen: Pen, { x, y }: Points): void {
  let i = 0;
  let free = Number.NEGATIVE_INFINITY; // right end of the last word
  while (i < y.length) {
    const value = y[i] as number;
    if (value - value === 0) {
      i += 1; // finite
      continue;
    }
    const from = i;
    while (i < y.length && !Number.isFinite(y[i])) i += 1;
    const left = pen.x(x[from] as number);
    const word = wordFor(y[from] as number);
    const right = gapBand(pen, left, pen.x(x[i - 1] as number));
    if (left > free) free = gapWord(pen, word, left, right);
  }
}

const wordFor = (value: number): string => (Number.isNaN(value) ? "NaN" : value > 0 ? "+∞" : "−∞");

function gapBand(pen: Pen, left: number, right: number): number {
  const { ctx, box, dot, theme } = pen;
  const width = Math.max(right - left, 4 * dot);
  ctx.fillStyle = hatch(ctx, theme.nan, dot);
  ctx.fillRect(left, box.top, width, box.height);
  return left + width;
}

/** Returns where the next word may begin. */
function gapWord(pen: Pen, word: string, left: number, right: number): number {
  const { ctx, box, dot, theme } = pen;
  ctx.font = `600 ${11 * dot}px ${theme.font}`;
  ctx.textBaseline = "top";
  ctx.textAlign = "left";
  const wide = ctx.measureText(word).width + 8 * dot;
  const x = Math.min(Math.max((left + right - wide) / 2, box.left), box.left + box.width - wide);
  ctx.fillStyle = theme.surface;
  ctx.fillRect(x, box.top + 4 * dot, wide, 16 * dot);
  ctx.fillStyle = theme.nan;
  ctx.fillText(word, x + 4 * dot, box.top + 7 * dot);
  return x + wide;
}
