/** The window onto the picture: scale and offset, kept so that the picture is never lost. */

import type { Rect } from "../core/atlas.ts";
import { CLOSEST } from "../core/layout.ts";

export const LEAST = 0.01;
export const LARGEST = 3;
const EDGE = 48;

export class Viewport {
  scale = 1;
  /** Where the picture's origin lies, in CSS pixels of the canvas. */
  x = 0;
  y = 0;
  width = 1;
  height = 1;
  /** The reader has not moved it: it may be fitted again when sizes change. */
  fitted = true;

  fit(picture: { width: number; height: number }): void {
    this.centre(picture, Math.min(this.width / picture.width, this.height / picture.height, CLOSEST));
  }

  /** All of a picture in the middle, at a scale at which it has room. */
  centre(picture: { width: number; height: number }, zoom: number): void {
    this.scale = Math.min(Math.max(zoom, LEAST), LARGEST);
    this.x = (this.width - picture.width * this.scale) / 2;
    this.y = (this.height - picture.height * this.scale) / 2;
    this.fitted = true;
  }

  /** Show the beginning, with `first` in sight, at a size that can be read. */
  begin(picture: { width: number; height: number }, first: Rect, scale: number): void {
    this.scale = scale;
    this.x = start(first.x + first.width / 2, picture.width, this.width, scale);
    this.y = start(first.y + first.height / 2, picture.height, this.height, scale);
    this.fitted = false;
  }

  zoom(factor: number, x = this.width / 2, y = this.height / 2): boolean {
    const scale = Math.min(Math.max(this.scale * factor, LEAST), LARGEST);
    if (scale === this.scale) return false;
    this.x = x - ((x - this.x) * scale) / this.scale;
    this.y = y - ((y - this.y) * scale) / this.scale;
    this.scale = scale;
    this.fitted = false;
    return true;
  }

  pan(dx: number, dy: number, picture: { width: number; height: number }): void {
    this.x = keep(this.x + dx, picture.width * this.scale, this.width);
    this.y = keep(this.y + dy, picture.height * this.scale, this.height);
    this.fitted = false;
  }

  /** Move as little as needed to have `rect` inside. */
  reveal(rect: Rect, picture: { width: number; height: number }): void {
    const [left, top] = [rect.x * this.scale + this.x, rect.y * this.scale + this.y];
    const dx = need(left, left + rect.width * this.scale, this.width);
    const dy = need(top, top + rect.height * this.scale, this.height);
    if (dx !== 0 || dy !== 0) this.pan(dx, dy, picture);
  }

  /** From the canvas to the picture. */
  inside(x: number, y: number): { x: number; y: number } {
    return { x: (x - this.x) / this.scale, y: (y - this.y) / this.scale };
  }

  /** The part of the picture that is seen. */
  seen(): Rect {
    const { x, y } = this.inside(0, 0);
    return { x, y, width: this.width / this.scale, height: this.height / this.scale };
  }
}

/** The offset that brings `at` to the middle, without showing room beyond the picture. */
function start(at: number, length: number, room: number, scale: number): number {
  if (length * scale <= room) return (room - length * scale) / 2;
  return Math.min(0, Math.max(room / 2 - at * scale, room - length * scale));
}

/** At least a strip of the picture stays in sight. */
function keep(at: number, length: number, room: number): number {
  return Math.min(Math.max(at, EDGE - length), room - EDGE);
}

function need(start: number, end: number, room: number): number {
  const margin = Math.min(24, Math.max(0, (room - (end - start)) / 2));
  if (start < margin) return margin - start;
  if (end > room - margin) return Math.max(room - margin - end, margin - start);
  return 0;
}
