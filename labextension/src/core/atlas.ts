/** Finds its way in a picture: what is where, what reads what, where an arrow key leads. */

import type { Group, Leaf } from "./graph.ts";
import type { Box, Feed, Picture } from "./layout.ts";

/** A box, or a pill beside one. */
export interface Mark {
  readonly key: string;
  readonly box: Box;
  readonly feed: Feed | undefined;
}

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export type Step = "forward" | "back" | "left" | "right";

export const feedKey = (leaf: Leaf, id: number): string => `${leaf.key}/${id}`;
export const rectOf = (mark: Mark): Rect => mark.feed ?? mark.box;

export class Atlas {
  readonly marks = new Map<string, Mark>();
  readonly #picture: Picture;
  readonly #readers = new Map<string, { key: string; weight: number }[]>();
  readonly #sources = new Map<string, { key: string; weight: number }[]>();

  constructor(picture: Picture) {
    this.#picture = picture;
    for (const box of picture.boxes) {
      const { item } = box;
      this.marks.set(item.key, { key: item.key, box, feed: undefined });
      if (item.is === "group") continue;
      for (const feed of box.feeds) {
        const key = feedKey(item, feed.node.id);
        this.marks.set(key, { key, box, feed });
      }
    }
    for (const { from, to, weight } of picture.pairs) {
      push(this.#readers, from.key, { key: to.key, weight });
      push(this.#sources, to.key, { key: from.key, weight });
    }
  }

  /** What lies at a point: pills and boxes before the containers they are in. */
  at(x: number, y: number): Mark | undefined {
    const { boxes } = this.#picture;
    for (let i = boxes.length - 1; i >= 0; i--) {
      const box = boxes[i];
      if (!box) continue;
      const feed = box.feeds.find((one) => within(one, x, y));
      if (feed && box.item.is === "leaf") return this.marks.get(feedKey(box.item, feed.node.id));
      if (within(box, x, y)) return this.marks.get(box.item.key);
    }
    return undefined;
  }

  readers(key: string): string[] {
    return (this.#readers.get(key) ?? []).map((one) => one.key);
  }

  sources(key: string): string[] {
    return (this.#sources.get(key) ?? []).map((one) => one.key);
  }

  /** The mark where everything begins. */
  first(): Mark | undefined {
    const box = this.#picture.boxes[0];
    return box && this.marks.get(box.item.key);
  }

  /** Where an arrow key leads from a mark, in terms of the flow. */
  walk(key: string, step: Step): Mark | undefined {
    const mark = this.marks.get(key);
    if (!mark) return this.first();
    if (step === "left" || step === "right") return this.#beside(mark, step === "left" ? -1 : 1);
    if (mark.feed) return step === "forward" ? this.marks.get(mark.box.item.key) : undefined;
    if (step === "forward") return this.#forward(mark);
    return this.#heaviest(this.#sources.get(key)) ?? this.#around(mark);
  }

  #forward(mark: Mark): Mark | undefined {
    const { item, open } = mark.box;
    if (open && item.is === "group") {
      const inside = item.children.map((child) => this.marks.get(child.key)).find((child) => child);
      if (inside) return inside;
    }
    return this.#heaviest(this.#readers.get(item.key));
  }

  #heaviest(list: readonly { key: string; weight: number }[] | undefined): Mark | undefined {
    const best = list?.reduce((most, one) => (one.weight > most.weight ? one : most));
    return best && this.marks.get(best.key);
  }

  /** The container around a mark. */
  #around(mark: Mark): Mark | undefined {
    const parent: Group | undefined = mark.box.item.parent;
    return parent?.parent ? this.marks.get(parent.key) : undefined;
  }

  /** The nearest mark on one side across the flow that shares some stretch along it. */
  #beside(from: Mark, side: -1 | 1): Mark | undefined {
    const down = this.#picture.direction === "down";
    const [here, best] = [
      span(rectOf(from), down),
      { gap: Number.POSITIVE_INFINITY, mark: undefined as Mark | undefined },
    ];
    for (const mark of this.marks.values()) {
      const there = span(rectOf(mark), down);
      if (there.end <= here.start || there.start >= here.end || mark === from) continue;
      const gap = side > 0 ? there.left - here.right : here.left - there.right;
      if (gap >= -0.5 && gap < best.gap) Object.assign(best, { gap, mark });
    }
    return best.mark;
  }
}

function span(rect: Rect, down: boolean): { left: number; right: number; start: number; end: number } {
  const { x, y, width, height } = rect;
  return down
    ? { left: x, right: x + width, start: y, end: y + height }
    : { left: y, right: y + height, start: x, end: x + width };
}

function push<V>(map: Map<string, V[]>, key: string, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

export function within(rect: Rect, x: number, y: number): boolean {
  return x >= rect.x && x <= rect.x + rect.width && y >= rect.y && y <= rect.y + rect.height;
}
