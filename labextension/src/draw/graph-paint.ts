/** Paints the graph: only what is in sight, and only as much of it as can be read at this scale. */

import type { Rect } from "../core/atlas.ts";
import type { Group } from "../core/graph.ts";
import type { Box } from "../core/layout.ts";
import { partOf } from "../core/norms.ts";
import { number } from "./format.ts";
import { Brush, NAMES_ONLY } from "./graph-brush.ts";
import { LeafPainter } from "./graph-leaf.ts";
import { FOLD, NORM, SIDE, TALL } from "./graph-look.ts";
import type { Shown } from "./graph-motion.ts";
import { ProgressPainter } from "./graph-progress.ts";
import type { Scene } from "./graph-scene.ts";
import { foldSign, grown, header, meets, near, roundRect } from "./graph-shapes.ts";
import { paintStrands } from "./graph-strands.ts";
import { groupContents, groupKind, groupTitle, insideText } from "./graph-words.ts";
import { hatch } from "./pattern.ts";
import { sequential } from "./theme.ts";

/** Below this scale, boxes are patches. */
const FAR = 0.16;
/** Below this scale, containers carry labels as places on a map do. */
const MAP = 0.36;

export function paint(pen: CanvasRenderingContext2D, scene: Scene): void {
  const { view, dot } = scene;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
  pen.setTransform(dot * view.scale, 0, 0, dot * view.scale, dot * view.x, dot * view.y);
  // Text is as wide at every scale as it was measured, not fitted to pixels.
  pen.textRendering = "geometricPrecision";
  new Painter(pen, scene).paint();
}

class Painter extends Brush {
  readonly #seen: Rect;
  readonly #leaves: LeafPainter;

  constructor(pen: CanvasRenderingContext2D, scene: Scene) {
    super(pen, scene);
    this.#seen = scene.view.seen();
    this.#leaves = new LeafPainter(pen, scene);
  }

  paint(): void {
    const shown = this.scene.frame.boxes.filter(({ box }) => near(this.#seen, box, 260));
    if (this.scale < FAR) {
      this.#distance(shown);
      return;
    }
    for (const one of shown) if (one.box.open) this.#container(one);
    for (const { list, alpha } of this.scene.frame.strands)
      paintStrands(this.pen, this.scene, this.#seen, list, alpha);
    for (const one of shown) if (one.box.open) this.#titleBar(one);
    for (const one of shown) if (!one.box.open) this.#closed(one);
    this.pen.globalAlpha = 1;
    new ProgressPainter(this.pen, this.scene).paint(shown);
    if (this.scale < MAP) this.#labels(shown);
  }

  /** From so far away, a box is a patch: few strokes, so that ten thousand of them still move. */
  #distance(shown: readonly Shown[]): void {
    const { pen } = this;
    const { theme } = this.scene.look;
    const open = shown.filter(({ box }) => box.open && box.width * this.scale > 1);
    for (let depth = 1; open.length > 0 && depth <= 6; depth++) {
      pen.fillStyle = this.mix(theme.text, tint(depth));
      for (const { box } of open) {
        if (Math.min((box.item as Group).depth, 6) === depth)
          pen.fillRect(box.x, box.y, box.width, box.height);
      }
    }
    for (const { list, alpha } of this.scene.frame.strands) {
      paintStrands(pen, this.scene, this.#seen, list, alpha);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = this.mix(theme.text, 45);
    const speck = 0.4 / this.scale;
    for (const { box } of shown) {
      if (!box.open && box.width > speck) pen.fillRect(box.x, box.y, box.width, box.height);
    }
    for (const { box } of open) if (box.width * this.scale > 40) this.#rim(box.item as Group, box, 10);
    for (const { box } of shown) {
      if (box.item.is === "leaf" && this.isMarked(box.item.key)) this.#leaves.leaf(box.item, box);
    }
    new ProgressPainter(pen, this.scene).places(shown);
    this.#labels(shown);
  }

  #container({ box, alpha }: Shown): void {
    const { pen } = this;
    const { theme } = this.scene.look;
    const group = box.item as Group;
    pen.globalAlpha = alpha;
    roundRect(pen, box, 10);
    pen.fillStyle = this.mix(theme.text, tint(group.depth));
    pen.fill();
    this.#rim(group, box, 10);
  }

  /** The border of a layer: grey, or the colour of its gradient norm; stronger where the reader points. */
  #rim(group: Group, rect: Rect, radius: number): void {
    const { pen } = this;
    const { theme, accent } = this.scene.look;
    const norm = this.scene.norms?.of.get(group.path);
    const marked = this.isMarked(group.key) || this.scene.pointed === group.path;
    roundRect(pen, rect, radius);
    pen.lineWidth = norm === undefined ? 1 : 1.75;
    pen.strokeStyle =
      norm === undefined ? this.mix(theme.text, 32) : this.mix(theme.text, 22, this.#normColour(norm));
    pen.stroke();
    if (!marked) return;
    roundRect(pen, grown(rect, 2.5), radius + 2.5);
    pen.lineWidth = this.scene.selected === group.key ? 2.5 : 1.5;
    pen.strokeStyle = accent;
    pen.stroke();
  }

  #normColour(norm: number): string {
    const { norms, look } = this.scene;
    return Number.isFinite(norm) && norms ? sequential(partOf(norm, norms.decades)) : look.theme.nan;
  }

  #titleBar({ box, alpha }: Shown): void {
    const { pen } = this;
    const group = box.item as Group;
    pen.globalAlpha = alpha;
    header(pen, { ...box, x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1 }, TALL.title, 9.5);
    pen.fillStyle = this.mix(this.scene.look.theme.text, tint(group.depth) + 4);
    pen.fill();
    this.#title(group, box, true, box.y + TALL.title / 2);
  }

  /** Fold sign, name, kind and gradient norm; in the distance the name alone, as large as fits. */
  #title(group: Group, box: Rect, open: boolean, y: number): void {
    const { pen } = this;
    const { look, ruler, net } = this.scene;
    const name = groupTitle(group, net);
    if (this.scale < NAMES_ONLY) {
      if (this.scale < MAP && open) return;
      this.far(name, { ...box, height: open ? TALL.title : box.height }, open ? "left" : "center");
      return;
    }
    pen.strokeStyle = look.theme.quiet;
    pen.lineWidth = 1.6;
    foldSign(pen, box.x + 13, y, open);
    const x = box.x + SIDE / 2 + FOLD;
    this.text(name, x, y, look.name, look.theme.text);
    const kind = groupKind(group);
    if (kind !== "") this.text(kind, x + ruler.width(name, look.name) + 6, y, look.plain, look.theme.quiet);
    const norm = this.scene.norms?.of.get(group.path);
    if (norm !== undefined) this.#norm(norm, box.x + box.width - NORM + 4, y);
  }

  #norm(norm: number, x: number, y: number): void {
    const { pen } = this;
    const { look, dot } = this.scene;
    const fine = Number.isFinite(norm);
    roundRect(pen, { x, y: y - 5, width: 10, height: 10 }, 2);
    pen.fillStyle = fine ? this.#normColour(norm) : hatch(pen, look.theme.nan, dot);
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = look.theme.quiet;
    pen.stroke();
    this.text(number(norm), x + 15, y, look.code, fine ? look.theme.text : look.theme.nan);
  }

  /** Names of containers at a size that can be read, the outer ones first, none over another. */
  #labels(shown: readonly Shown[]): void {
    const { pen } = this;
    const { look, ruler, net } = this.scene;
    const size = 10.5 / this.scale;
    const taken: Rect[] = [];
    for (const { box } of shown) {
      if (!box.open || box.item.is !== "group" || taken.length > 200) continue;
      const name = groupTitle(box.item, net);
      const width = ((ruler.width(name, look.name) + 10) * size) / 13;
      const label = { x: box.x + 2, y: box.y + 1, width, height: size * 1.2 };
      if (label.width > box.width || 2 * label.height > box.height || taken.some((one) => meets(one, label)))
        continue;
      taken.push(label);
      roundRect(pen, label, size / 4);
      pen.fillStyle = this.mix(look.theme.text, 8);
      pen.fill();
      this.text(
        name,
        label.x + width / 2,
        label.y + label.height / 2,
        `600 ${size}px ${look.theme.font}`,
        look.theme.text,
        "center",
      );
    }
  }

  #closed({ box, alpha }: Shown): void {
    this.pen.globalAlpha = alpha;
    if (box.item.is === "group") this.#folded(box.item, box);
    else {
      if (this.scale >= 0.2) for (const feed of box.feeds) this.#leaves.feed(feed, box.item, box);
      this.#leaves.leaf(box.item, box);
    }
  }

  #folded(group: Group, box: Box): void {
    const { pen } = this;
    const { look } = this.scene;
    const inside = this.scene.progress?.groups.get(group.key);
    const ahead = inside !== undefined && inside.ran === 0 && !inside.now;
    // A second sheet behind says that there is more inside.
    roundRect(pen, { ...box, x: box.x + 3, y: box.y + 3 }, 8);
    pen.fillStyle = this.mix(look.theme.text, ahead ? 10 : 18);
    pen.fill();
    roundRect(pen, box, 8);
    pen.fillStyle = this.#foldedFill(group);
    pen.fill();
    this.#rim(group, box, 8);
    this.#title(group, box, false, box.y + 16);
    if (this.scale < NAMES_ONLY) return;
    const room = box.width - SIDE - FOLD;
    const fits = (text: string): boolean => this.scene.ruler.width(text, look.small) <= room;
    const says = inside ? insideText(group, inside, fits) : groupContents(group);
    this.text(says, box.x + SIDE / 2 + FOLD, box.y + 34, look.small, look.theme.quiet);
  }

  /** As its ops would be filled: pale while all of them are to come. */
  #foldedFill(group: Group): string {
    const { theme, accent } = this.scene.look;
    const inside = this.scene.progress?.groups.get(group.key);
    if (inside?.now) return this.mix(accent, 24);
    if (inside && inside.back >= group.ops) return this.mix(theme.category.gradients, 26);
    if (inside) return this.mix(theme.text, inside.ran === 0 ? 1 : 16);
    return this.mix(theme.text, tint(group.depth) + 3);
  }
}

const tint = (depth: number): number => 2 + 2.5 * Math.min(depth, 6);
