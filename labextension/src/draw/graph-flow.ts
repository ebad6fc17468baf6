/** What an edge means while a program is stepped: to come, passed forward, kept for backward, passed backward. */

import { type Rect, within } from "../core/atlas.ts";
import type { Strand } from "../core/layout.ts";
import type { Progress } from "../core/progress.ts";
import type { Node } from "../wire.ts";
import type { Scene } from "./graph-scene.ts";
import { grown, trace } from "./graph-shapes.ts";

export type Flow = "ahead" | "passed" | "kept" | "back";

/** Names by which rows of the op table keep their result; whatever else they keep came in by an edge. */
const RESULTS = new Set(["y", "out", "output", "result"]);

/** Undefined while nothing is stepped. */
export function flowOf({ source, targets }: Strand, { net, progress }: Scene): Flow | undefined {
  if (!progress) return undefined;
  const flows = targets.map((key): Flow => {
    const item = net.items.get(key);
    if (item?.is === "leaf") return leafFlow(item.node, progress);
    const inside = progress.groups.get(key);
    if (!item || !inside) return "ahead";
    return inside.back >= item.ops ? "back" : inside.ran > 0 || inside.now ? "passed" : "ahead";
  });
  const origin = net.items.get(source);
  const learns = origin?.is === "group" || origin?.node.kind === "op" || origin?.node.kind === "loss";
  if (flows.includes("back")) return learns ? "back" : "passed";
  return flows.includes("kept") ? "kept" : flows.includes("passed") ? "passed" : "ahead";
}

function leafFlow(node: Node, progress: Progress): Flow {
  if (progress.ran(node.id, "backward")) return "back";
  if (progress.ran(node.id, "forward"))
    return node.kept_bytes > 0 && node.kept.some((name) => !RESULTS.has(name)) ? "kept" : "passed";
  return progress.now === node.id ? "passed" : "ahead";
}

/** Dots along edges whose values wait for the backward pass. */
export function paintKept(pen: CanvasRenderingContext2D, scene: Scene, list: readonly Strand[]): void {
  if (list.length === 0 || scene.view.scale < 0.25) return;
  pen.save();
  pen.setLineDash([0.1, 10]);
  pen.lineCap = "round";
  pen.lineWidth = 4.5;
  pen.strokeStyle = scene.look.theme.category.saved;
  pen.beginPath();
  for (const { line } of list) trace(pen, line);
  pen.stroke();
  pen.restore();
}

/** The gradient's way: dashed, its arrow at the other end. */
export function paintBack(pen: CanvasRenderingContext2D, scene: Scene, list: readonly Strand[]): void {
  if (list.length === 0) return;
  const least = 0.9 / scene.view.scale;
  pen.save();
  pen.strokeStyle = pen.fillStyle = scene.look.theme.category.gradients;
  pen.setLineDash([7, 5]);
  pen.lineWidth = Math.max(2.2, least);
  pen.beginPath();
  for (const { line } of list) trace(pen, line);
  pen.stroke();
  pen.setLineDash([]);
  if (scene.view.scale >= 0.25) {
    const boxes = new Map(scene.frame.boxes.map(({ box }) => [box.item.key, box]));
    pen.beginPath();
    for (const { line, source } of list)
      if (begins(line, boxes.get(source))) reversed(pen, line, scene.direction === "down");
    pen.fill();
  }
  pen.restore();
}

/** Whether a piece of an edge starts at the box itself, not at a border on the way. */
function begins(line: Float64Array, box: Rect | undefined): boolean {
  return box !== undefined && within(grown(box, 2), line[0] ?? 0, line[1] ?? 0);
}

function reversed(pen: CanvasRenderingContext2D, line: Float64Array, down: boolean): void {
  const [x, y] = [line[0] ?? 0, line[1] ?? 0];
  pen.moveTo(x, y);
  const size = 9;
  if (down) {
    pen.lineTo(x - size * 0.6, y + size);
    pen.lineTo(x + size * 0.6, y + size);
  } else {
    pen.lineTo(x + size, y - size * 0.6);
    pen.lineTo(x + size, y + size * 0.6);
  }
  pen.closePath();
}
