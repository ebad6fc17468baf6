/** Between two pictures: boxes move from where they were, new ones grow out of the layer that was folded. */

import type { Rect } from "../core/atlas.ts";
import type { Item } from "../core/graph.ts";
import type { Box, Picture, Strand } from "../core/layout.ts";
import { Viewport } from "./graph-view.ts";

export interface Shown {
  readonly box: Box;
  readonly alpha: number;
}

/** What is painted at one moment. */
export interface Frame {
  readonly boxes: readonly Shown[];
  readonly strands: readonly { readonly list: readonly Strand[]; readonly alpha: number }[];
}

export const LASTS = 200;

/** On the way from a picture, seen through a window, to the present ones. */
export interface Motion {
  readonly from: Picture;
  readonly start: number;
  readonly view: { readonly x: number; readonly y: number; readonly scale: number };
}

/** A motion that starts here and now; none where the reader wants none. */
export function motionFrom(from: Picture | undefined, { x, y, scale }: Viewport): Motion | undefined {
  if (!from || matchMedia("(prefers-reduced-motion: reduce)").matches) return undefined;
  return { from, start: performance.now(), view: { x, y, scale } };
}

/** What is painted now, and through which window; undefined once the motion is over. */
export function moment(
  motion: Motion | undefined,
  picture: Picture,
  { x, y, scale, width, height }: Viewport,
): [Frame, Viewport] | undefined {
  const part = motion ? (performance.now() - motion.start) / LASTS : 1;
  if (!motion || part >= 1) return undefined;
  const view = new Viewport();
  const t = part * part * (3 - 2 * part);
  const mix = (a: number, b: number): number => a + (b - a) * t;
  const was = motion.view;
  Object.assign(view, { x: mix(was.x, x), y: mix(was.y, y), scale: mix(was.scale, scale), width, height });
  return [between(motion.from, picture, Math.max(part, 0)), view];
}

const stills = new WeakMap<Picture, Frame>();

export function still(picture: Picture): Frame {
  const known = stills.get(picture);
  if (known) return known;
  const boxes = picture.boxes.map((box) => ({ box, alpha: 1 }));
  const frame = { boxes, strands: [{ list: picture.strands, alpha: 1 }] };
  stills.set(picture, frame);
  return frame;
}

/** The moment `part` (0 to 1) of the way from one picture to another. */
export function between(before: Picture, after: Picture, part: number): Frame {
  const t = part * part * (3 - 2 * part);
  const old = new Map(before.boxes.map((box) => [box.item.key, box]));
  const boxes = after.boxes.map((box) => {
    const was = old.get(box.item.key);
    const from = was ?? homeOf(box.item, old) ?? box;
    return {
      box: { ...box, ...mix(from, box, t), feeds: t > 0.6 ? shifted(box, from, t) : [] },
      alpha: was ? 1 : t,
    };
  });
  return {
    boxes,
    strands: [
      { list: before.strands, alpha: (1 - t) ** 3 },
      { list: after.strands, alpha: t ** 3 },
    ],
  };
}

/** The nearest layer around an item that was seen before. */
function homeOf(item: Item, old: ReadonlyMap<string, Box>): Box | undefined {
  for (let up = item.parent; up; up = up.parent) {
    const box = old.get(up.key);
    if (box) return box;
  }
  return undefined;
}

function mix(a: Rect, b: Rect, t: number): Rect {
  const at = (x: number, y: number): number => x + (y - x) * t;
  return { x: at(a.x, b.x), y: at(a.y, b.y), width: at(a.width, b.width), height: at(a.height, b.height) };
}

/** Pills travel with the middle of their op. */
function shifted(box: Box, from: Rect, t: number): Box["feeds"] {
  const dx = (1 - t) * (from.x + from.width / 2 - box.x - box.width / 2);
  const dy = (1 - t) * (from.y + from.height / 2 - box.y - box.height / 2);
  return box.feeds.map((feed) => ({ ...feed, x: feed.x + dx, y: feed.y + dy }));
}
