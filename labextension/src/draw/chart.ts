/**
 * A chart over steps: uPlot lays out the axes, a scene paints the Store's own arrays between them.
 *
 * uPlot itself is given two points only, the corners of the plot, so there is no second copy of any curve.
 */
import uPlot from "uplot";
import { type Crosshair, crosshair, type Reading } from "./crosshair.ts";
import { stepTick, ticks } from "./format.ts";
import type { Hover } from "./hover.ts";
import type { Pen } from "./paint.ts";
import { onResize } from "./resize.ts";
import { readTheme, type Theme } from "./theme.ts";

/** What a chart shows: the ranges of its axes, what lies between them, and what is read off at a step. */
export interface Scene {
  readonly label: string;
  readonly unit: string;
  readonly from: number;
  readonly to: number;
  readonly low: number;
  readonly high: number;
  paint(pen: Pen): void;
  /** The step with a value nearest to this one, and the values there. */
  read(step: number): Reading;
}

/** CSS pixels left of every plot, so that charts above each other line up. */
const GUTTER = 52;
const FOOT = 22;
const WHOLE = [1, 2, 5]
  .flatMap((n) => Array.from({ length: 13 }, (_, i) => n * 10 ** i))
  .sort((a, b) => a - b);

export class Chart {
  readonly element: HTMLElement;
  readonly #height: number;
  readonly #cross: Crosshair;
  readonly #unsize: () => void;
  #width = 0;
  #plot: uPlot | undefined;
  #scene: Scene | undefined;
  #theme: Theme | undefined;
  readonly #corners: [Float64Array, Float64Array] = [new Float64Array(2), new Float64Array(2)];

  constructor(hover: Hover, height: number) {
    this.element = document.createElement("div");
    this.element.className = "vg-chart";
    this.element.style.height = `${height}px`;
    this.#height = height;
    this.#cross = crosshair(hover, (step) => this.#scene?.read(step));
    this.#unsize = onResize(this.element, () => this.#resize());
  }

  show(scene: Scene): void {
    this.#scene = scene;
    this.#render();
  }

  close(): void {
    this.#unsize();
    this.#cross.close();
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #resize(): void {
    const width = Math.floor(this.element.clientWidth);
    if (width === this.#width || width < 2 * GUTTER) return;
    this.#width = width;
    this.#plot?.setSize({ width, height: this.#height });
    this.#render();
  }

  #render(): void {
    const scene = this.#scene;
    if (!scene || this.#width === 0) return;
    const theme = readTheme(this.element);
    if (this.#theme?.font !== theme.font) this.#forget();
    this.#theme = theme;
    const [x, y] = this.#corners;
    x.set([scene.from, scene.to]);
    y.set([scene.low, scene.high]);
    this.#plot ??= this.#make(theme);
    this.#plot.setData([x, y]);
    this.#cross.place(scene, this.#plot.over);
  }

  /** A new plot is needed when the font changes: uPlot reads it once. */
  #forget(): void {
    this.#plot?.destroy();
    this.#plot = undefined;
  }

  #make(theme: Theme): uPlot {
    const plot = new uPlot(
      {
        width: this.#width,
        height: this.#height,
        padding: [8, 12, 0, 0],
        legend: { show: false },
        cursor: { show: false },
        scales: {
          x: { time: false, range: () => [this.#scene?.from ?? 0, this.#scene?.to ?? 1] },
          y: { range: () => [this.#scene?.low ?? 0, this.#scene?.high ?? 1] },
        },
        series: [{}, { paths: () => null, points: { show: false } }],
        axes: [this.#stepAxis(theme), this.#valueAxis(theme)],
        hooks: { draw: [(self) => this.#paint(self)] },
      },
      [...this.#corners],
      this.element,
    );
    plot.over.append(this.#cross.element);
    return plot;
  }

  #stepAxis(theme: Theme): uPlot.Axis {
    return {
      size: FOOT,
      gap: 6,
      space: 48,
      incrs: WHOLE,
      font: `11px ${theme.font}`,
      stroke: () => this.#theme?.quiet ?? "#888",
      grid: { show: false },
      ticks: { show: false },
      values: (_, values) => values.map(stepTick),
    };
  }

  #valueAxis(theme: Theme): uPlot.Axis {
    return {
      size: GUTTER,
      gap: 8,
      space: 28,
      font: `11px ${theme.font}`,
      stroke: () => this.#theme?.quiet ?? "#888",
      grid: { stroke: () => this.#theme?.line ?? "#888", width: 1 },
      ticks: { show: false },
      values: (_, values) => ticks(values, this.#scene?.unit ?? ""),
    };
  }

  #paint(plot: uPlot): void {
    const [scene, theme] = [this.#scene, this.#theme];
    if (!scene || !theme) return;
    const { ctx, bbox } = plot;
    const pen = penFor(scene, theme, plot);
    ctx.save();
    axisWord(pen);
    // Half a mark of room, so that points on the edge are not cut.
    const room = 5 * pen.dot;
    ctx.beginPath();
    ctx.rect(bbox.left - room, bbox.top - room, bbox.width + 2 * room, bbox.height + 2 * room);
    ctx.clip();
    scene.paint(pen);
    ctx.restore();
  }
}

function penFor(scene: Scene, theme: Theme, plot: uPlot): Pen {
  const box = plot.bbox;
  const perStep = box.width / (scene.to - scene.from);
  const perValue = -box.height / (scene.high - scene.low);
  const x0 = box.left - scene.from * perStep;
  const y0 = box.top + box.height - scene.low * perValue;
  return {
    ctx: plot.ctx,
    theme,
    dot: uPlot.pxRatio,
    box,
    x0,
    perStep,
    y0,
    perValue,
    x: (step) => x0 + step * perStep,
    y: (value) => y0 + value * perValue,
  };
}

/** The word "step" under the value axis, on the line of the step labels. */
function axisWord({ ctx, box, dot, theme }: Pen): void {
  ctx.font = `${11 * dot}px ${theme.font}`;
  ctx.fillStyle = theme.quiet;
  ctx.textAlign = "right";
  ctx.textBaseline = "top";
  ctx.fillText("step", box.left - 12 * dot, box.top + box.height + 6 * dot);
}
