/** Hatchings: what a colour says is said a second time by lines and dots. */
import { CATEGORIES, type Category } from "./theme.ts";

/** One tile of each category's pattern, on an 8 by 8 grid: lines as x0, y0, x1, y1. */
const TILES: Readonly<Record<Category, readonly (readonly [number, number, number, number])[]>> = {
  parameters: [],
  gradients: [
    [-2, 2, 2, -2],
    [0, 8, 8, 0],
    [6, 10, 10, 6],
  ],
  saved: [
    [1, 2, 2.6, 2],
    [5, 6, 6.6, 6],
  ],
  optimizer: [
    [-2, 6, 2, 10],
    [0, 0, 8, 8],
    [6, -2, 10, 2],
  ],
  other: [[0, 4, 8, 4]],
  input: [[4, 0, 4, 8]],
  buffer: [
    [0, 4, 8, 4],
    [4, 0, 4, 8],
  ],
};

/** Patterns by what they look like.  Themes are few, so this stays small; it is emptied all the same. */
const known = new Map<string, CanvasPattern | string>();
const MOST = 64;

function tile(
  ctx: CanvasRenderingContext2D,
  key: string,
  dot: number,
  back: string,
  draw: (pen: CanvasRenderingContext2D) => void,
): CanvasPattern | string {
  const old = known.get(key);
  if (old !== undefined) return old;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = Math.round(8 * dot);
  const pen = canvas.getContext("2d");
  if (!pen) return back;
  pen.scale(canvas.width / 8, canvas.height / 8);
  draw(pen);
  const made = ctx.createPattern(canvas, "repeat") ?? back;
  if (known.size >= MOST) known.clear();
  known.set(key, made);
  return made;
}

/** The fill of a category: its colour under its lines. */
export function categoryFill(
  ctx: CanvasRenderingContext2D,
  category: Category,
  colour: string,
  dot: number,
): CanvasPattern | string {
  return tile(ctx, `${category} ${colour} ${dot}`, dot, colour, (pen) => {
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = "rgba(255, 255, 255, 0.6)";
    pen.lineWidth = category === "saved" ? 1.8 : 1.1;
    lines(pen, TILES[category]);
  });
}

/** Slanted lines in one colour over whatever lies below: NaN and infinities. */
export function hatch(ctx: CanvasRenderingContext2D, colour: string, dot: number): CanvasPattern | string {
  return tile(ctx, `hatch ${colour} ${dot}`, dot, colour, (pen) => {
    pen.globalAlpha = 0.1;
    pen.fillStyle = colour;
    pen.fillRect(0, 0, 8, 8);
    pen.globalAlpha = 0.7;
    pen.strokeStyle = colour;
    pen.lineWidth = 1;
    lines(pen, TILES.gradients);
  });
}

function lines(
  pen: CanvasRenderingContext2D,
  all: readonly (readonly [number, number, number, number])[],
): void {
  pen.beginPath();
  for (const [x0, y0, x1, y1] of all) {
    pen.moveTo(x0, y0);
    pen.lineTo(x1, y1);
  }
  pen.stroke();
}

/** A small square in a category's colour and pattern, for legends. */
export function paintSwatch(canvas: HTMLCanvasElement, category: Category, colour: string): void {
  const dot = window.devicePixelRatio || 1;
  const key = `${category} ${colour} ${dot}`;
  if (canvas.dataset.look === key || !CATEGORIES.includes(category)) return;
  canvas.dataset.look = key;
  canvas.width = canvas.height = Math.round(14 * dot);
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  ctx.fillStyle = categoryFill(ctx, category, colour, dot);
  ctx.fillRect(0, 0, canvas.width, canvas.height);
}
