/** The whole picture in a corner, with a frame around the part that is seen; drag to move it. */

import type { Rect } from "../core/atlas.ts";
import type { Picture } from "../core/layout.ts";
import { h } from "./dom.ts";
import type { Look } from "./graph-look.ts";

export interface Minimap {
  readonly element: HTMLElement;
  draw(picture: Picture, seen: Rect, look: Look): void;
}

const WIDE = 168;
const TALL = 112;
const PAD = 6;

/** `go` hears the point of the picture that shall be in the middle. */
export function minimap(go: (x: number, y: number) => void): Minimap {
  const canvas = h("canvas", {});
  const element = h("div", { class: "vg-graph-map", "aria-hidden": "true" }, canvas);
  let scale = 1;
  const lead = (event: PointerEvent): void => {
    const frame = canvas.getBoundingClientRect();
    go((event.clientX - frame.left - PAD) / scale, (event.clientY - frame.top - PAD) / scale);
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    lead(event);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (event.buttons & 1) lead(event);
  });
  return {
    element,
    draw(picture, seen, look) {
      const whole = seen.width >= picture.width - 1 && seen.height >= picture.height - 1;
      element.hidden = whole;
      if (whole) return;
      scale = Math.min((WIDE - 2 * PAD) / picture.width, (TALL - 2 * PAD) / picture.height);
      paint(canvas, picture, seen, look, scale);
    },
  };
}

function paint(canvas: HTMLCanvasElement, picture: Picture, seen: Rect, look: Look, scale: number): void {
  const dot = window.devicePixelRatio || 1;
  const [width, height] = [picture.width * scale + 2 * PAD, picture.height * scale + 2 * PAD];
  canvas.width = Math.round(width * dot);
  canvas.height = Math.round(height * dot);
  canvas.style.width = `${width}px`;
  canvas.style.height = `${height}px`;
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.setTransform(dot, 0, 0, dot, PAD * dot, PAD * dot);
  for (const open of [true, false]) {
    pen.fillStyle = look.theme.quiet;
    pen.globalAlpha = open ? 0.16 : 0.6;
    for (const box of picture.boxes) {
      if (box.open !== open) continue;
      pen.fillRect(
        box.x * scale,
        box.y * scale,
        Math.max(box.width * scale, 1),
        Math.max(box.height * scale, 1),
      );
    }
  }
  const [left, top] = [Math.max(seen.x, 0), Math.max(seen.y, 0)];
  const [right, bottom] = [
    Math.min(seen.x + seen.width, picture.width),
    Math.min(seen.y + seen.height, picture.height),
  ];
  pen.fillStyle = look.accent;
  pen.globalAlpha = 0.12;
  pen.fillRect(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale);
  pen.globalAlpha = 1;
  pen.strokeStyle = look.accent;
  pen.lineWidth = 1.5;
  pen.strokeRect(left * scale, top * scale, (right - left) * scale, (bottom - top) * scale);
}
