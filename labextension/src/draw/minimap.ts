/** The whole picture in a corner, with a frame around the part that is seen; drag to move it. */

import type { Rect } from "../core/atlas.ts";
import type { Picture } from "../core/layout.ts";
import { h } from "./dom.ts";
import type { Look } from "./graph-look.ts";

export interface Minimap {
  readonly element: HTMLElement;
  /** `place` is where a stepped program waits. */
  draw(picture: Picture, seen: Rect, look: Look, place: Rect | undefined): void;
}

const WIDE = 168;
const TALL = 112;
const PAD = 6;

/** `go` hears the point of the picture that shall be in the middle. */
export function minimap(go: (x: number, y: number) => void): Minimap {
  const canvas = h("canvas", {});
  const frame = h("div", { class: "vg-graph-seen" });
  const element = h("div", { class: "vg-graph-map", "aria-hidden": "true" }, canvas, frame);
  let scale = 1;
  let painted: unknown[] = [];
  const lead = (event: PointerEvent): void => {
    const edge = canvas.getBoundingClientRect();
    go((event.clientX - edge.left - PAD) / scale, (event.clientY - edge.top - PAD) / scale);
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
    draw(picture, seen, look, at) {
      const whole = seen.width >= picture.width - 1 && seen.height >= picture.height - 1;
      element.hidden = whole;
      if (whole) return;
      scale = Math.min((WIDE - 2 * PAD) / picture.width, (TALL - 2 * PAD) / picture.height);
      place(frame, picture, seen, scale);
      const wanted = [picture, look, at];
      if (wanted.every((one, i) => one === painted[i])) return;
      painted = wanted;
      paint(canvas, picture, look, scale);
      if (at) point(canvas, at, look, scale);
    },
  };
}

/** The frame around what is seen. */
function place(frame: HTMLElement, picture: Picture, seen: Rect, scale: number): void {
  const [left, top] = [Math.max(seen.x, 0), Math.max(seen.y, 0)];
  const right = Math.min(seen.x + seen.width, picture.width);
  const bottom = Math.min(seen.y + seen.height, picture.height);
  frame.style.transform = `translate(${PAD + left * scale}px, ${PAD + top * scale}px)`;
  frame.style.width = `${Math.max((right - left) * scale, 3)}px`;
  frame.style.height = `${Math.max((bottom - top) * scale, 3)}px`;
}

function paint(canvas: HTMLCanvasElement, picture: Picture, look: Look, scale: number): void {
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
}

/** A dot of a size that is seen, however small the picture. */
function point(canvas: HTMLCanvasElement, { x, y, width, height }: Rect, look: Look, scale: number): void {
  const pen = canvas.getContext("2d");
  if (!pen) return;
  pen.globalAlpha = 1;
  pen.beginPath();
  pen.arc((x + width / 2) * scale, (y + height / 2) * scale, 4.5, 0, 2 * Math.PI);
  pen.fillStyle = look.accent;
  pen.fill();
  pen.lineWidth = 1.5;
  pen.strokeStyle = look.theme.surface;
  pen.stroke();
}
