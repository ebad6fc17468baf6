/** A chart of some curves with its legend: what loss, accuracy and learning rate have in common. */
import type { Curve } from "../core/store.ts";
import { t } from "../core/words.ts";
import { Chart, type Scene } from "./chart.ts";
import type { Reading } from "./crosshair.ts";
import { h } from "./dom.ts";
import { exact, inUnit, step as stepText } from "./format.ts";
import type { Hover } from "./hover.ts";
import { type Entry, legend } from "./legend.ts";
import { MARKS, markGaps, markLine, type Pen, type Points, strokeLine } from "./paint.ts";
import { last, nearest, noRange, placeOf, type Range, smooth, widen } from "./points.ts";

export interface LinesOptions {
  /** The value holds until the next point. */
  readonly held: boolean;
  readonly height: number;
}

export interface View {
  readonly label: string;
  readonly unit: string;
  readonly curves: readonly Curve[];
  /** Steps shown, so that charts beside each other agree. */
  readonly span: Range;
  readonly smoothed: boolean;
}

/** What "smoothed 0.9" means: each point is 0.9 of the past and 0.1 of itself. */
export const KEEP = 0.9;
/** A curve with fewer points is never smoothed: there is no noise to see through. */
const NOISY = 48;

const COLOURS = 6;

export class Lines {
  readonly element: HTMLElement;
  readonly #chart: Chart;
  readonly #legend = legend();
  readonly #hover: Hover;
  readonly #held: boolean;
  readonly #stop: () => void;
  /** One array per smoothed curve, kept from draw to draw. */
  readonly #soft: Float64Array[] = [];
  #view: View | undefined;

  constructor(hover: Hover, { held, height }: LinesOptions) {
    this.#hover = hover;
    this.#held = held;
    this.#chart = new Chart(hover, height);
    this.element = h("div", { class: "vg-lines" }, this.#legend.element, this.#chart.element);
    this.#stop = hover.watch(() => this.#drawLegend());
  }

  draw(view: View): void {
    this.#view = view;
    this.#drawLegend();
    this.#chart.show(this.#scene(view));
  }

  close(): void {
    this.#stop();
    this.#chart.close();
  }

  #scene(view: View): Scene {
    const range = noRange();
    for (const { y } of view.curves) widen(range, y);
    return {
      label: view.label,
      unit: view.unit,
      from: view.span.low,
      to: view.span.high,
      ...roomy(range, view.unit),
      paint: (pen) => this.#paint(pen, view),
      read: (step) => this.#read(step, view),
    };
  }

  #paint(pen: Pen, { curves, smoothed }: View): void {
    for (const curve of curves) markGaps(pen, curve);
    for (const [i, curve] of curves.entries()) {
      const soft = smoothed ? this.#smoothed(i, curve) : undefined;
      const colour = pen.theme.curves[i % COLOURS] ?? "#888";
      const dense = curve.x.length * pen.dot > pen.box.width;
      const width = soft || (dense && !this.#held) ? 1.1 : 1.75;
      strokeLine(pen, curve, { colour, width, alpha: soft ? 0.35 : 1, held: this.#held });
      if (soft) strokeLine(pen, soft, { colour, width: 2 });
      markLine(pen, soft ?? curve, markOf(i), colour);
    }
  }

  #smoothed(i: number, { x, y }: Curve): Points | undefined {
    if (x.length < NOISY) return undefined;
    let room = this.#soft[i];
    if (!room || room.length < y.length) {
      room = new Float64Array(2 * y.length);
      this.#soft[i] = room;
    }
    smooth(y, KEEP, room);
    return { x, y: room.subarray(0, y.length) };
  }

  #read(step: number, { curves }: View): Reading {
    const { at, places } = this.#placesAt(step, curves);
    const values = curves.flatMap((curve, i) => {
      const place = places[i] ?? -1;
      const y = curve.y[place];
      if (y === undefined) return [];
      const here = this.#held || curve.x[place] === at;
      const text = exact(y, curve.unit);
      return [
        {
          name: curve.name,
          text,
          y: here ? y : Number.NaN,
          colour: colourOf(i),
          mark: MARKS[markOf(i)] ?? "",
        },
      ];
    });
    return { step: at, values };
  }

  /** Snap to the nearest step at which some curve has a point, then the newest points up to there. */
  #placesAt(step: number, curves: readonly Curve[]): { at: number; places: number[] } {
    let at = Number.NaN;
    for (const { x } of curves) {
      const near = x[nearest(x, step)];
      if (near !== undefined && !(Math.abs(at - step) <= Math.abs(near - step))) at = near;
    }
    return { at, places: curves.map(({ x }) => placeOf(x, at)) };
  }

  #drawLegend(): void {
    const view = this.#view;
    if (!view) return;
    const step = this.#hover.step;
    const spot = step === undefined ? undefined : this.#placesAt(step, view.curves);
    const entries = view.curves.map((curve, i): Entry => {
      const value = spot ? (curve.y[spot.places[i] ?? -1] ?? Number.NaN) : last(curve.y);
      const known = !spot || (spot.places[i] ?? -1) >= 0;
      const text = known ? inUnit(value, curve.unit) : "–";
      return { name: curve.name, value: text, mark: MARKS[markOf(i)] ?? "", colour: colourOf(i) };
    });
    const at = spot && Number.isFinite(spot.at) ? t("at step {0}", stepText(spot.at)) : "";
    this.#legend.draw(entries, at);
  }
}

/** Colour and symbol differ for thirty-six curves before a pair comes again. */
const markOf = (i: number): number => (i + Math.floor(i / COLOURS)) % MARKS.length;

const colourOf = (i: number): string => `var(--vg-curve-${i % COLOURS})`;

/** Room around the values; zero is in view where it means something, and a fraction ends at 100 %. */
export function roomy({ low, high }: Range, unit: string): Range {
  if (!(low <= high)) return { low: 0, high: 1 };
  if (unit === "fraction" && low >= 0 && high <= 1) return fractions(low, high);
  const bottom = low >= 0 && low < 0.7 * high ? 0 : low;
  const span = high - bottom || Math.abs(high) || 1;
  const flat = high === bottom;
  const room = flat ? span / 2 : span * 0.06;
  return {
    low: bottom === 0 && !flat ? 0 : Math.max(bottom - room, low >= 0 ? 0 : -Infinity),
    high: high + room,
  };
}

function fractions(low: number, high: number): Range {
  const span = Math.max(high - low, 0.02);
  return { low: Math.max(low - 0.1 * span, 0), high: high + 0.1 * span > 0.98 ? 1 : high + 0.1 * span };
}
