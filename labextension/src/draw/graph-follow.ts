/** Keeps the graph beside a stepped program: its progress on the boxes, the place where it waits in sight. */

import { type Folds, faceOf } from "../core/folding.ts";
import type { Group, Item, Net } from "../core/graph.ts";
import { type Progress, placeOf, progressOf } from "../core/progress.ts";
import type { Stepping } from "../core/stepping.ts";
import type { Stage } from "./graph-stage.ts";

export class Follower {
  progress: Progress | undefined;
  /** Nodes were added since the last drawing. */
  grown = false;
  readonly #stepping: Stepping;
  readonly #stage: Stage;
  readonly #folds: Folds;
  /** What the progress was made of. */
  #seen: readonly unknown[] = [];
  #place: string | undefined;

  constructor(stepping: Stepping, stage: Stage, folds: Folds) {
    this.#stepping = stepping;
    this.#stage = stage;
    this.#folds = folds;
  }

  /** Returns whether something has changed. */
  draw(net: Net): boolean {
    const { events, pause, differences } = this.#stepping;
    const seen = [net, events, pause, differences];
    if (seen.every((one, i) => one === this.#seen[i])) return false;
    this.#seen = seen;
    const was = this.progress;
    this.progress = progressOf(this.#stepping, net);
    this.#stage.progress = this.progress;
    if (!was && !this.progress) return false;
    this.#lead(net);
    return true;
  }

  /** Unfold what hides the place, lay out again if that or the graph changed, and bring it into sight. */
  #lead(net: Net): void {
    const { progress } = this;
    const place = progress && wanted(net, progress);
    if (place === this.#place && !this.grown) {
      this.#stage.paint();
      return;
    }
    const item = place === undefined ? undefined : itemOf(net, place);
    const before = [...this.#folds.open].join();
    if (place !== this.#place) this.#folds.follow(item);
    if (this.grown || before !== [...this.#folds.open].join()) {
      this.#stage.grow(net, this.#folds.open, this.#place);
    }
    this.grown = false;
    this.#place = place;
    const face = item && faceOf(item, this.#folds.open);
    this.#stage.follow(face === item ? place : face?.key);
  }
}

/** What is looked at; else where the program waits, or the innermost layer that it waits in. */
function wanted(net: Net, progress: Progress): string | undefined {
  const place = placeOf(net, progress.shown) ?? placeOf(net, progress.now);
  if (place !== undefined) return place;
  const around = [...progress.groups].filter(([, { now }]) => now).map(([key]) => net.items.get(key));
  const groups = around.filter((item): item is Group => item?.is === "group");
  return groups.toSorted((a, b) => b.depth - a.depth)[0]?.key ?? placeOf(net, progress.last);
}

const itemOf = (net: Net, key: string): Item | undefined =>
  net.items.get(key) ?? net.items.get(key.slice(0, key.lastIndexOf("/")));
