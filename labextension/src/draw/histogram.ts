/** How many values lie where: a small histogram with both its ends and zero. */
import type { Points } from "../core/stepping.ts";
import { t } from "../core/words.ts";
import { h, setText } from "./dom.ts";
import { count, number } from "./format.ts";
import { readTheme } from "./theme.ts";

export interface Histogram {
  readonly element: HTMLElement;
  draw(points: Points, width: number): void;
}

export function histogram(height: number): Histogram {
  const canvas = h("canvas", { class: "vg-histogram-bars", "aria-hidden": "true" });
  const [low, high] = [h("span", { class: "vg-number" }), h("span", { class: "vg-number" })];
  const element = h(
    "div",
    { class: "vg-histogram" },
    canvas,
    h("div", { class: "vg-histogram-ends" }, low, high),
  );
  return {
    element,
    draw(points, width) {
      const { bins } = points;
      element.hidden = bins.length === 0;
      if (bins.length === 0) return;
      setText(low, number(points.low));
      setText(high, number(points.high));
      const most = bins.reduce((a, b) => Math.max(a, b), 0);
      element.title = t("histogram in {0} bins, at most {1} values in one", bins.length, count(most));
      paint(canvas, points, most, width, height);
    },
  };
}

function paint(
  canvas: HTMLCanvasElement,
  { bins, low, high }: Points,
  most: number,
  wide: number,
  tall: number,
) {
  const dot = window.devicePixelRatio || 1;
  canvas.style.width = `${wide}px`;
  canvas.style.height = `${tall}px`;
  canvas.width = Math.max(1, Math.round(wide * dot));
  canvas.height = Math.max(1, Math.round(tall * dot));
  const ctx = canvas.getContext("2d");
  if (!ctx) return;
  const theme = readTheme(canvas);
  const { width, height } = canvas;
  ctx.fillStyle = theme.quiet;
  bins.forEach((size, i) => {
    if (size === 0) return;
    const [left, right] = [
      Math.round((i * width) / bins.length),
      Math.round(((i + 1) * width) / bins.length),
    ];
    const top = Math.max(Math.round((size / most) * (height - dot)), dot);
    ctx.fillRect(left, height - top, Math.max(right - left - dot, dot), top);
  });
  ctx.fillStyle = theme.line;
  ctx.fillRect(0, height - dot, width, dot);
  if (low < 0 && high > 0) {
    ctx.fillStyle = theme.text;
    ctx.fillRect(Math.round((-low / (high - low)) * width), 0, dot, height);
  }
}
