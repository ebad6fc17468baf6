/** Paints where a stepped program stands onto the boxes: the place, what has passed, what was edited, what differs. */

import type { Rect } from "../core/atlas.ts";
import type { Leaf } from "../core/graph.ts";
import type { Box } from "../core/layout.ts";
import { partOf } from "../core/norms.ts";
import { MUCH, type Progress } from "../core/progress.ts";
import { Brush } from "./graph-brush.ts";
import type { Shown } from "./graph-motion.ts";
import { grown, parallelogram, pill, roundRect } from "./graph-shapes.ts";
import { type IconName, pathOf } from "./icons.ts";
import { hatch } from "./pattern.ts";
import { sequential } from "./theme.ts";

/** Width of the bands that tell a difference. */
const BAND = 9;
/** The pointer is never smaller than this many CSS pixels. */
const POINTER = 11;

export class ProgressPainter extends Brush {
  paint(shown: readonly Shown[]): void {
    const { progress } = this.scene;
    if (!progress) return;
    for (const { box } of shown) {
      if (box.open) continue;
      if (box.item.is === "leaf") this.#leaf(box.item, box, progress);
      else this.#folded(box, progress);
    }
    this.places(shown);
    if (this.scale >= 0.2) for (const { box } of shown) if (!box.open) this.#badges(box, progress);
  }

  /** Where the program waits and what is looked at: a thick outline and a pointer in the direction of travel. */
  places(shown: readonly Shown[]): void {
    const { progress } = this.scene;
    if (!progress) return;
    for (const { box } of shown) {
      const looked = this.#rectOf(box, progress.shown);
      if (looked) this.#place(looked, box, "looked");
    }
    for (const { box } of shown) {
      const { item } = box;
      const folded = item.is === "group" && !box.open && progress.groups.get(item.key)?.now;
      const place = folded ? box : this.#rectOf(box, progress.now);
      if (place) this.#place(place, box, "now");
      const last = folded ? undefined : this.#rectOf(box, progress.last);
      if (last) this.#pointer(last, "last");
    }
  }

  /** The op or the pill of a node. */
  #rectOf(box: Box, node: number): Rect | undefined {
    if (node < 0 || box.item.is !== "leaf") return undefined;
    if (box.item.node.id === node) return box;
    return box.feeds.find((feed) => feed.node.id === node);
  }

  #place(rect: Rect, box: Box, what: "now" | "looked"): void {
    const { pen } = this;
    const { accent, theme } = this.scene.look;
    const least = 1 / this.scale;
    this.#shape(box, grown(rect, 3.5), rect !== box);
    pen.lineWidth = Math.max(6.5, 4 * least);
    pen.strokeStyle = theme.surface;
    pen.stroke();
    pen.lineWidth = what === "now" ? Math.max(3.5, 2.5 * least) : Math.max(2, 1.5 * least);
    pen.strokeStyle = accent;
    if (what === "looked") pen.setLineDash([5, 4]);
    pen.stroke();
    pen.setLineDash([]);
    this.#pointer(rect, what);
  }

  #shape(box: Box, rect: Rect, isPill: boolean): void {
    const kind = box.item.is === "leaf" ? box.item.node.kind : "op";
    if (isPill) pill(this.pen, rect);
    else if (kind === "input" || kind === "constant") parallelogram(this.pen, rect);
    else roundRect(this.pen, rect, 10);
  }

  /** Before an event it points into the box, after it out of it; backward it comes from the other side. */
  #pointer(rect: Rect, what: "now" | "looked" | "last"): void {
    const { pen } = this;
    const { progress, direction, look } = this.scene;
    const size = Math.max(POINTER, POINTER / this.scale);
    const back = progress?.event.phase === "backward";
    const leaves = what === "last" || (what === "now" && progress?.after === true);
    const down = direction === "down";
    const atStart = back === leaves;
    const [start, length] = down ? [rect.y, rect.height] : [rect.x, rect.width];
    const middle = down ? rect.x + rect.width / 2 : rect.y + rect.height / 2;
    const edge = atStart ? start - 3 : start + length + 3;
    const far = atStart ? edge - size : edge + size;
    const [tip, base] = leaves ? [far, edge] : [edge, far];
    const put = (along: number, across: number): [number, number] =>
      down ? [across, along] : [along, across];
    pen.beginPath();
    pen.moveTo(...put(tip, middle));
    pen.lineTo(...put(base, middle - size * 0.85));
    pen.lineTo(...put(base, middle + size * 0.85));
    pen.closePath();
    pen.lineJoin = "round";
    pen.lineWidth = Math.max(3, 3 / this.scale);
    pen.strokeStyle = look.theme.surface;
    pen.stroke();
    pen.fillStyle = what === "looked" ? look.theme.surface : look.accent;
    pen.fill();
    pen.lineWidth = Math.max(1.5, 1.5 / this.scale);
    pen.strokeStyle = look.accent;
    pen.stroke();
  }

  #leaf(leaf: Leaf, box: Box, progress: Progress): void {
    const { id } = leaf.node;
    if (this.scale < 0.3) return;
    const apart = progress.apart?.get(id);
    this.#band(box, "start", apart?.forward);
    this.#band(box, "end", apart?.backward);
    if (progress.ran(id, "backward")) this.#backMark(box);
    for (const feed of box.feeds) this.#band(feed, "end", progress.apart?.get(feed.node.id)?.update, true);
  }

  /** Forward at the start of a box, backward at its end; hatched where it is much, hollow where it is nothing. */
  #band(box: Rect, side: "start" | "end", value: number | undefined, isPill = false): void {
    if (value === undefined) return;
    const { pen } = this;
    const { progress, look, dot } = this.scene;
    pen.save();
    if (isPill) pill(pen, box);
    else roundRect(pen, box, 8);
    pen.clip();
    const x = side === "start" ? box.x : box.x + box.width - BAND;
    pen.beginPath();
    pen.rect(x, box.y, BAND, box.height);
    pen.fillStyle = this.#apartFill(value, progress);
    pen.fill();
    if (progress && value > MUCH) {
      const bright = partOf(value, progress.decades) > 0.6;
      pen.fillStyle = hatch(pen, bright ? "#000" : "#fff", dot);
      pen.fill();
    }
    pen.lineWidth = 1;
    pen.strokeStyle = look.theme.quiet;
    pen.stroke();
    pen.restore();
  }

  #apartFill(value: number, progress: Progress | undefined): string | CanvasPattern {
    const { look, dot } = this.scene;
    if (value === 0 || !progress) return look.theme.surface;
    if (!Number.isFinite(value)) return hatch(this.pen, look.theme.nan, dot);
    return sequential(partOf(value, progress.decades));
  }

  /** A tab with a sign against the flow: the gradient has passed. */
  #backMark(box: Rect): void {
    const { pen } = this;
    const { look, direction } = this.scene;
    const [x, y] = [box.x + 10, box.y];
    pen.beginPath();
    if (direction === "down") {
      pen.moveTo(x, y - 5);
      pen.lineTo(x + 6, y + 5);
      pen.lineTo(x - 6, y + 5);
    } else {
      pen.moveTo(x - 6, y);
      pen.lineTo(x + 5, y - 6);
      pen.lineTo(x + 5, y + 6);
    }
    pen.closePath();
    pen.lineWidth = 2;
    pen.strokeStyle = look.theme.surface;
    pen.stroke();
    pen.fillStyle = look.theme.category.gradients;
    pen.fill();
  }

  /** A pencil where a value was edited, a cross where the program failed, a tick where it updated. */
  #badges(box: Box, progress: Progress): void {
    const { theme, accent } = this.scene.look;
    const { item } = box;
    if (item.is === "group") {
      if (progress.groups.get(item.key)?.edited)
        this.#symbol("edited", box.x + 4, box.y + box.height, accent);
      return;
    }
    const places: (readonly [Rect, number])[] = [[box, item.node.id]];
    for (const feed of box.feeds) {
      places.push([feed, feed.node.id]);
      if (progress.ran(feed.node.id, "update"))
        this.#symbol("finished", feed.x + feed.width - 3, feed.y, theme.category.parameters);
    }
    for (const [rect, node] of places) {
      const [x, y] = [rect.x + 2, rect.y + rect.height + 1];
      if (progress.marked(node, "failed")) this.#symbol("failed", x, y, theme.alarm);
      else if (progress.marked(node, "edited")) this.#symbol("edited", x, y, accent);
    }
  }

  #symbol(name: IconName, x: number, y: number, colour: string): void {
    const { pen } = this;
    const { theme } = this.scene.look;
    const size = Math.max(1, 0.75 / this.scale);
    pen.save();
    pen.translate(x, y);
    pen.scale(size, size);
    pen.beginPath();
    pen.arc(0, 0, 9, 0, 2 * Math.PI);
    pen.fillStyle = theme.surface;
    pen.fill();
    pen.lineWidth = 1.5;
    pen.strokeStyle = colour;
    pen.stroke();
    pen.translate(-5.4, -5.4);
    pen.scale(0.9, 0.9);
    pen.fillStyle = colour;
    pen.fill(pathOf(name), "evenodd");
    pen.restore();
  }

  /** How far a folded layer is, as a bar along its lower edge. */
  #folded(box: Box, progress: Progress): void {
    const inside = box.item.is === "group" ? progress.groups.get(box.item.key) : undefined;
    if (!inside || box.item.is !== "group" || this.scale < 0.2) return;
    const { pen } = this;
    const { theme } = this.scene.look;
    const wide = box.width - 16;
    const bar = (part: number, colour: string): void => {
      if (part <= 0) return;
      roundRect(pen, { x: box.x + 8, y: box.y + box.height - 6, width: wide * part, height: 3 }, 1.5);
      pen.fillStyle = colour;
      pen.fill();
    };
    const all = Math.max(box.item.ops, 1);
    bar(1, this.mix(theme.text, 14));
    bar(inside.ran / all, this.mix(theme.text, 55));
    bar(inside.back / all, theme.category.gradients);
    this.#band(box, "end", inside.apart);
  }
}
