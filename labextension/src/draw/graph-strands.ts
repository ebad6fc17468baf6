/** Paints the edges: the main chain a little stronger, those of what the reader points at in the accent colour. */

import type { Rect } from "../core/atlas.ts";
import type { Strand } from "../core/layout.ts";
import { flowOf, paintBack, paintKept } from "./graph-flow.ts";
import type { Scene } from "./graph-scene.ts";
import { arrow, mixed, near, sketch, trace } from "./graph-shapes.ts";

/** Below this scale, arrows are left out. */
const ARROWS = 0.25;
/** Lines shorter than this many CSS pixels are left out. */
const SPECK = 1.5;

type Pen = CanvasRenderingContext2D;

export function paintStrands(
  pen: Pen,
  scene: Scene,
  seen: Rect,
  list: readonly Strand[],
  alpha: number,
): void {
  if (alpha <= 0.01) return;
  const { look, heaviest, hover, selected } = scene;
  const { text, surface } = look.theme;
  const lit = ({ source, targets }: Strand): boolean =>
    [hover, selected].some((key) => key !== undefined && (source === key || targets.includes(key)));
  const speck = SPECK / scene.view.scale;
  const sorted = { ahead: [], calm: [], main: [], marked: [], kept: [], back: [] } as Record<Sort, Strand[]>;
  for (const strand of list) {
    const bounds = boundsOf(strand);
    if (Math.max(bounds.width, bounds.height) < speck || !near(seen, bounds, 8)) continue;
    const flow = flowOf(strand, scene);
    if (flow === "kept") sorted.kept.push(strand);
    if (flow === "back") sorted.back.push(strand);
    if (lit(strand)) sorted.marked.push(strand);
    else if (flow === "ahead") sorted.ahead.push(strand);
    else if (flow !== "back") (strand.weight === heaviest ? sorted.main : sorted.calm).push(strand);
  }
  const least = 0.7 / scene.view.scale;
  pen.lineJoin = "round";
  pen.globalAlpha = alpha;
  stroke(pen, scene, sorted.ahead, mixed(text, 24, surface), Math.max(1.1, least));
  stroke(pen, scene, sorted.calm, mixed(text, 42, surface), Math.max(1.3, least));
  stroke(pen, scene, sorted.main, mixed(text, 68, surface), Math.max(1.8, least));
  stroke(pen, scene, sorted.marked, look.accent, Math.max(2.4, 2 * least));
  paintKept(pen, scene, sorted.kept);
  paintBack(pen, scene, sorted.back);
}

type Sort = "ahead" | "calm" | "main" | "marked" | "kept" | "back";

function stroke(pen: Pen, scene: Scene, list: readonly Strand[], colour: string, width: number): void {
  if (list.length === 0) return;
  pen.strokeStyle = colour;
  pen.fillStyle = colour;
  pen.lineWidth = width;
  pen.beginPath();
  const draw = scene.view.scale < ARROWS / 2 ? sketch : trace;
  for (const { line } of list) draw(pen, line);
  pen.stroke();
  if (scene.view.scale < ARROWS) return;
  pen.beginPath();
  for (const { line, arrow: tip } of list) if (tip) arrow(pen, line, scene.direction === "down", 7);
  pen.fill();
}

const bounds = new WeakMap<Strand, Rect>();

/** The box around a strand's curves, control points included. */
function boundsOf(strand: Strand): Rect {
  const known = bounds.get(strand);
  if (known) return known;
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  const { line } = strand;
  for (let i = 0; i + 1 < line.length; i += 2) {
    const [x, y] = [line[i] ?? 0, line[i + 1] ?? 0];
    [left, right] = [Math.min(left, x), Math.max(right, x)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y)];
  }
  const rect = { x: left, y: top, width: right - left, height: bottom - top };
  bounds.set(strand, rect);
  return rect;
}
