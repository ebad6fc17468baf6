/** A picture of numbers in rows and columns: a colour a cell, NaN and infinities hatched, the numbers where they fit. */
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { exact, number } from "./format.ts";
import { type Cell, fillCell, type Shade, shadeOf } from "./shade.ts";
import { diverging, readTheme, sequential, type Theme } from "./theme.ts";

export interface Grid {
  readonly rows: number;
  readonly columns: number;
  /** Row by row. */
  readonly values: Float64Array;
  /** Whether the sign matters even where no value is below zero. */
  readonly signed: boolean;
}

export interface HeatHands {
  /** What to call a cell: "[3, 1]". */
  name(row: number, column: number): string;
  /** The cell was clicked; undefined where a click does nothing. */
  click?: ((row: number, column: number) => void) | undefined;
}

/** Cells are never larger than this, and larger ones than these have room for their number. */
const LARGEST = 30;
const WIDEST = 52;
const ROOM = { width: 44, height: 17 };
/** More cells than these are read from their colours alone. */
const NUMBERED = 64;

interface Size {
  readonly width: number;
  readonly height: number;
}

/** The room that a small picture wants: enough for its numbers where they are few. */
export function roomFor(rows: number, columns: number, least: Size, most: Size): Size {
  if (rows * columns > NUMBERED || columns * ROOM.width > most.width || rows * ROOM.height > most.height)
    return least;
  return {
    width: Math.max(least.width, columns * ROOM.width),
    height: Math.max(least.height, rows * (ROOM.height + 1)),
  };
}

export class Heat {
  readonly element: HTMLElement;
  readonly #hands: HeatHands;
  readonly #canvas = h("canvas", { class: "vg-heat-cells", "aria-hidden": "true" });
  readonly #frame = h("span", { class: "vg-heat-frame", hidden: true });
  readonly #under = h("span", { class: "vg-heat-frame vg-heat-under", hidden: true });
  readonly #tip = h("span", { class: "vg-heat-tip", hidden: true });
  readonly #stage = h("div", { class: "vg-heat-stage" }, this.#canvas, this.#frame, this.#under, this.#tip);
  readonly #ramp = rampLine();
  #grid: Grid = { rows: 0, columns: 0, values: new Float64Array(0), signed: false };
  #size: Size = { width: 1, height: 1 };

  constructor(hands: HeatHands) {
    this.#hands = hands;
    this.element = h("div", { class: "vg-heat" }, this.#stage, this.#ramp.element);
    this.#stage.classList.toggle("vg-clickable", hands.click !== undefined);
    this.#stage.addEventListener("pointerleave", () => this.#leave());
    this.#stage.addEventListener("pointermove", (event) => this.#point(event));
    this.#stage.addEventListener("click", (event) => {
      const cell = this.#cell(event);
      if (cell) hands.click?.(...cell);
    });
  }

  /** Into at most this many CSS pixels. */
  draw(grid: Grid, width: number, height: number): void {
    this.#grid = grid;
    this.#leave();
    const shade = shadeOf(grid.values, grid.signed);
    this.#size = cellSize(grid, width, height);
    paint(this.#canvas, grid, this.#size, shade);
    this.#ramp.draw(shade, readTheme(this.element));
    // One number has nothing to be compared with.
    this.#ramp.element.hidden ||= grid.values.length === 1;
  }

  /** Mark a cell with a frame, or none. */
  mark(cell: readonly [number, number] | undefined): void {
    this.#frame.hidden = true;
    if (cell && cell[0] < this.#grid.rows && cell[1] < this.#grid.columns) this.#place(this.#frame, ...cell);
  }

  #place(box: HTMLElement, row: number, column: number): void {
    const { width, height } = this.#size;
    box.hidden = false;
    box.style.transform = `translate(${column * width}px, ${row * height}px)`;
    box.style.width = `${width}px`;
    box.style.height = `${height}px`;
  }

  #cell(event: MouseEvent): [number, number] | undefined {
    const box = this.#canvas.getBoundingClientRect();
    const column = Math.floor((event.clientX - box.left) / this.#size.width);
    const row = Math.floor((event.clientY - box.top) / this.#size.height);
    const { rows, columns } = this.#grid;
    return row >= 0 && column >= 0 && row < rows && column < columns ? [row, column] : undefined;
  }

  #point(event: MouseEvent): void {
    const cell = this.#cell(event);
    if (!cell) {
      this.#leave();
      return;
    }
    const [row, column] = cell;
    const value = this.#grid.values[row * this.#grid.columns + column] ?? Number.NaN;
    this.#place(this.#under, row, column);
    this.#tip.hidden = false;
    setText(this.#tip, `${this.#hands.name(row, column)}  ${exact(value)}`);
    const box = this.#stage.getBoundingClientRect();
    const view = this.#stage.closest(".vg-view")?.getBoundingClientRect();
    // Beyond the middle of the view it opens to the left, so that nothing is cut.
    this.#tip.classList.toggle("vg-flip", view !== undefined && event.clientX > view.left + view.width / 2);
    this.#tip.style.top = `${(row + 1) * this.#size.height + 4}px`;
    this.#tip.style.left = `${event.clientX - box.left}px`;
  }

  #leave(): void {
    this.#tip.hidden = this.#under.hidden = true;
  }
}

/** Square cells where there are many, wide ones where each has room for its number. */
function cellSize({ rows, columns }: Grid, width: number, height: number): Size {
  const [across, down] = [width / Math.max(columns, 1), height / Math.max(rows, 1)];
  const numbered = rows * columns <= NUMBERED && across >= ROOM.width && down >= ROOM.height;
  if (numbered) return { width: Math.min(across, WIDEST), height: Math.min(down, LARGEST) };
  const side = Math.min(across, down, LARGEST);
  // A row of many columns would be a hair: it is drawn higher than wide.
  return { width: side, height: rows < 4 ? Math.min(Math.max(side, 14), down) : side };
}

function paint(canvas: HTMLCanvasElement, grid: Grid, size: Size, shade: Shade): void {
  const { rows, columns } = grid;
  const dot = window.devicePixelRatio || 1;
  canvas.style.width = `${columns * size.width}px`;
  canvas.style.height = `${rows * size.height}px`;
  canvas.width = Math.max(1, Math.round(columns * size.width * dot));
  canvas.height = Math.max(1, Math.round(rows * size.height * dot));
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  const theme = readTheme(canvas);
  const numbered = rows * columns <= NUMBERED && size.width >= ROOM.width && size.height >= ROOM.height;
  ctx.font = `${11 * dot}px ${theme.code}`;
  ctx.textAlign = "center";
  ctx.textBaseline = "middle";
  grid.values.forEach((value, i) => {
    const box = boxOf(Math.floor(i / columns), i % columns, size, dot);
    const ink =
      grid.values.length === 1 && Number.isFinite(value)
        ? theme.text
        : fillCell(ctx, box, value, shade, theme, dot);
    if (!numbered) return;
    ctx.fillStyle = ink;
    ctx.fillText(cellText(value), box.x + box.width / 2, box.y + box.height / 2 + dot / 2);
  });
}

/** On whole pixels, with a line between cells where they are large enough. */
function boxOf(row: number, column: number, { width, height }: Size, dot: number): Cell {
  const gap = Math.min(width, height) >= 9 ? 1 : 0;
  const [x, y] = [Math.round(column * width * dot), Math.round(row * height * dot)];
  const [right, bottom] = [Math.round((column + 1) * width * dot), Math.round((row + 1) * height * dot)];
  return { x, y, width: right - x - gap, height: bottom - y - gap };
}

/** As short as a cell is: at most six characters. */
export function cellText(value: number): string {
  const long = number(value);
  if (long.length <= 6) return long;
  const short = Number.isFinite(value) && !long.includes("e") ? value.toPrecision(2) : long;
  return short.length <= 6 ? short : value.toExponential(0).replace("e+", "e");
}

/** The scale with its numbers: zero in the middle of a signed one. */
function rampLine(): { readonly element: HTMLElement; draw(shade: Shade, theme: Theme): void } {
  const [low, high] = [h("span", { class: "vg-number" }), h("span", { class: "vg-number" })];
  const colours = h("span", { class: "vg-ramp", "aria-hidden": "true" });
  const element = h("div", { class: "vg-heat-scale" }, low, colours, high);
  return {
    element,
    draw({ low: from, high: to, signed, known }, { dark }) {
      element.hidden = !known;
      setText(low, signed ? "" : number(from));
      setText(high, signed ? `±${number(to)}` : number(to));
      const colour = (part: number): string => (signed ? diverging(2 * part - 1, dark) : sequential(part));
      const stops = Array.from({ length: 9 }, (_, i) => colour(i / 8));
      colours.style.background = `linear-gradient(to right, ${stops.join(", ")})`;
      element.title = signed ? t("blue: below zero, red: above zero") : t("dark: small, bright: large");
    },
  };
}
