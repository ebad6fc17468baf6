/** Pointer, wheel and keys on the graph.  The page's own scrolling is left alone until the graph has the focus. */

import type { Step } from "../core/atlas.ts";
import type { Direction } from "../core/layout.ts";

export interface Hands {
  hover(x: number, y: number): void;
  leave(): void;
  click(x: number, y: number): void;
  pan(dx: number, dy: number): void;
  /** Returns false where it was at its limit already. */
  zoom(factor: number, x?: number, y?: number): boolean;
  fit(): void;
  walk(step: Step): void;
  home(): void;
  enter(): void;
  escape(): void;
  direction(): Direction;
}

/** A press that moves less than this is a click. */
const STILL = 4;
const NOTCH = 1.0016;
const KEY_ZOOM = 1.25;

export function listen(canvas: HTMLCanvasElement, hands: Hands): void {
  pointer(canvas, hands);
  canvas.addEventListener("wheel", (event) => wheel(canvas, event, hands), { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !press(event.key, hands)) return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function pointer(canvas: HTMLCanvasElement, hands: Hands): void {
  let start: { x: number; y: number } | undefined;
  let last = { x: 0, y: 0 };
  let moved = false;
  canvas.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    canvas.setPointerCapture?.(event.pointerId);
    start = last = { x: event.clientX, y: event.clientY };
    moved = false;
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!start) {
      hands.hover(...place(canvas, event));
      return;
    }
    moved ||= Math.hypot(event.clientX - start.x, event.clientY - start.y) > STILL;
    if (moved) hands.pan(event.clientX - last.x, event.clientY - last.y);
    canvas.classList.toggle("vg-held", moved);
    last = { x: event.clientX, y: event.clientY };
  });
  const end = (event: PointerEvent): void => {
    if (start && document.activeElement !== canvas) canvas.focus({ preventScroll: true });
    if (start && !moved && event.type === "pointerup") hands.click(...place(canvas, event));
    start = undefined;
    canvas.classList.remove("vg-held");
  };
  canvas.addEventListener("pointerup", end);
  canvas.addEventListener("pointercancel", end);
  canvas.addEventListener("pointerleave", () => hands.leave());
}

function wheel(canvas: HTMLCanvasElement, event: WheelEvent, hands: Hands): void {
  const pinch = event.ctrlKey || event.metaKey;
  if (!pinch && document.activeElement !== canvas) return;
  const pixels = event.deltaMode === 1 ? 16 * event.deltaY : event.deltaY;
  const speed = pinch ? 4 : 1;
  const zoomed = hands.zoom(NOTCH ** (-pixels * speed), ...place(canvas, event));
  // At the end of the scale the page may scroll on; but ctrl and wheel would zoom the whole page.
  if (zoomed || pinch) event.preventDefault();
}

function place(canvas: HTMLCanvasElement, event: MouseEvent): [number, number] {
  const frame = canvas.getBoundingClientRect();
  return [event.clientX - frame.left, event.clientY - frame.top];
}

/** Arrow keys follow the flow and its neighbours.  Returns whether the key meant something. */
function press(key: string, hands: Hands): boolean {
  const step = arrows(hands.direction()).get(key);
  if (step) hands.walk(step);
  else if (key === "Enter" || key === " ") hands.enter();
  else if (key === "Escape") hands.escape();
  else if (key === "Home") hands.home();
  else if (key === "+" || key === "=") hands.zoom(KEY_ZOOM);
  else if (key === "-" || key === "_") hands.zoom(1 / KEY_ZOOM);
  else if (key === "0") hands.fit();
  else return false;
  return true;
}

function arrows(direction: Direction): Map<string, Step> {
  const names = direction === "down" ? ["Down", "Up", "Left", "Right"] : ["Right", "Left", "Up", "Down"];
  const steps: Step[] = ["forward", "back", "left", "right"];
  return new Map(steps.map((step, i) => [`Arrow${names[i]}`, step]));
}
