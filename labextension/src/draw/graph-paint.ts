/** Paints the graph: only what is in sight, and only as much of it as can be read at this scale. */

import { feedKey, type Rect } from "../core/atlas.ts";
import type { Group, Leaf } from "../core/graph.ts";
import type { Box, Feed } from "../core/layout.ts";
import { partOf } from "../core/norms.ts";
import { number } from "./format.ts";
import { FOLD, feedText, NORM, SIDE, TALL } from "./graph-look.ts";
import type { Shown } from "./graph-motion.ts";
import type { Scene } from "./graph-scene.ts";
import {
  connect,
  foldSign,
  grown,
  header,
  meets,
  mixed,
  near,
  parallelogram,
  pill,
  roundRect,
} from "./graph-shapes.ts";
import { paintStrands } from "./graph-strands.ts";
import { feedName, groupContents, groupKind, groupTitle, opName, shapeText } from "./graph-words.ts";
import { hatch } from "./pattern.ts";
import { sequential } from "./theme.ts";

/** Below this scale, names alone are written. */
const NAMES_ONLY = 0.58;
/** Below this scale, boxes are patches. */
const FAR = 0.16;
/** Below this scale, containers carry labels as places on a map do. */
const MAP = 0.36;
/** Below this many CSS pixels, text is left out. */
const UNREADABLE = 4.2;

export function paint(pen: CanvasRenderingContext2D, scene: Scene): void {
  const { view, dot } = scene;
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, pen.canvas.width, pen.canvas.height);
  pen.setTransform(dot * view.scale, 0, 0, dot * view.scale, dot * view.x, dot * view.y);
  // Text is as wide at every scale as it was measured, not fitted to pixels.
  pen.textRendering = "geometricPrecision";
  new Painter(pen, scene).paint();
}

class Painter {
  readonly #pen: CanvasRenderingContext2D;
  readonly #scene: Scene;
  readonly #seen: Rect;
  readonly #scale: number;

  constructor(pen: CanvasRenderingContext2D, scene: Scene) {
    this.#pen = pen;
    this.#scene = scene;
    this.#seen = scene.view.seen();
    this.#scale = scene.view.scale;
  }

  paint(): void {
    const shown = this.#scene.frame.boxes.filter(({ box }) => near(this.#seen, box, 260));
    if (this.#scale < FAR) {
      this.#distance(shown);
      return;
    }
    for (const one of shown) if (one.box.open) this.#container(one);
    for (const { list, alpha } of this.#scene.frame.strands)
      paintStrands(this.#pen, this.#scene, this.#seen, list, alpha);
    for (const one of shown) if (one.box.open) this.#titleBar(one);
    for (const one of shown) if (!one.box.open) this.#closed(one);
    this.#pen.globalAlpha = 1;
    if (this.#scale < MAP) this.#labels(shown);
  }

  /** From so far away, a box is a patch: few strokes, so that ten thousand of them still move. */
  #distance(shown: readonly Shown[]): void {
    const pen = this.#pen;
    const { theme } = this.#scene.look;
    const open = shown.filter(({ box }) => box.open && box.width * this.#scale > 1);
    for (let depth = 1; open.length > 0 && depth <= 6; depth++) {
      pen.fillStyle = this.#mix(theme.text, tint(depth));
      for (const { box } of open) {
        if (Math.min((box.item as Group).depth, 6) === depth)
          pen.fillRect(box.x, box.y, box.width, box.height);
      }
    }
    for (const { list, alpha } of this.#scene.frame.strands) {
      paintStrands(pen, this.#scene, this.#seen, list, alpha);
    }
    pen.globalAlpha = 1;
    pen.fillStyle = this.#mix(theme.text, 45);
    const speck = 0.4 / this.#scale;
    for (const { box } of shown) {
      if (!box.open && box.width > speck) pen.fillRect(box.x, box.y, box.width, box.height);
    }
    for (const { box } of open) if (box.width * this.#scale > 40) this.#rim(box.item as Group, box, 10);
    for (const { box } of shown) {
      if (box.item.is === "leaf" && this.#isMarked(box.item.key)) this.#leaf(box.item, box);
    }
    this.#labels(shown);
  }

  /** A share of one colour in another. */
  #mix(colour: string, share: number, into = this.#scene.look.theme.surface): string {
    return mixed(colour, share, into);
  }

  #container({ box, alpha }: Shown): void {
    const pen = this.#pen;
    const { theme } = this.#scene.look;
    const group = box.item as Group;
    pen.globalAlpha = alpha;
    roundRect(pen, box, 10);
    pen.fillStyle = this.#mix(theme.text, tint(group.depth));
    pen.fill();
    this.#rim(group, box, 10);
  }

  /** The border of a layer: grey, or the colour of its gradient norm; stronger where the reader points. */
  #rim(group: Group, rect: Rect, radius: number): void {
    const pen = this.#pen;
    const { theme, accent } = this.#scene.look;
    const norm = this.#scene.norms?.of.get(group.path);
    const marked = this.#isMarked(group.key) || this.#scene.pointed === group.path;
    roundRect(pen, rect, radius);
    pen.lineWidth = norm === undefined ? 1 : 1.75;
    pen.strokeStyle =
      norm === undefined ? this.#mix(theme.text, 32) : this.#mix(theme.text, 22, this.#normColour(norm));
    pen.stroke();
    if (!marked) return;
    roundRect(pen, grown(rect, 2.5), radius + 2.5);
    pen.lineWidth = this.#scene.selected === group.key ? 2.5 : 1.5;
    pen.strokeStyle = accent;
    pen.stroke();
  }

  #normColour(norm: number): string {
    const { norms, look } = this.#scene;
    return Number.isFinite(norm) && norms ? sequential(partOf(norm, norms.decades)) : look.theme.nan;
  }

  #isMarked(key: string): boolean {
    return this.#scene.selected === key || this.#scene.hover === key;
  }

  #titleBar({ box, alpha }: Shown): void {
    const pen = this.#pen;
    const group = box.item as Group;
    pen.globalAlpha = alpha;
    header(pen, { ...box, x: box.x + 0.5, y: box.y + 0.5, width: box.width - 1 }, TALL.title, 9.5);
    pen.fillStyle = this.#mix(this.#scene.look.theme.text, tint(group.depth) + 4);
    pen.fill();
    this.#title(group, box, true, box.y + TALL.title / 2);
  }

  /** Fold sign, name, kind and gradient norm; in the distance the name alone, as large as fits. */
  #title(group: Group, box: Rect, open: boolean, y: number): void {
    const pen = this.#pen;
    const { look, ruler, net } = this.#scene;
    const name = groupTitle(group, net);
    if (this.#scale < NAMES_ONLY) {
      if (this.#scale < MAP && open) return;
      this.#far(name, { ...box, height: open ? TALL.title : box.height }, open ? "left" : "center");
      return;
    }
    pen.strokeStyle = look.theme.quiet;
    pen.lineWidth = 1.6;
    foldSign(pen, box.x + 13, y, open);
    const x = box.x + SIDE / 2 + FOLD;
    this.#text(name, x, y, look.name, look.theme.text);
    const kind = groupKind(group);
    if (kind !== "") this.#text(kind, x + ruler.width(name, look.name) + 6, y, look.plain, look.theme.quiet);
    const norm = this.#scene.norms?.of.get(group.path);
    if (norm !== undefined) this.#norm(norm, box.x + box.width - NORM + 4, y);
  }

  #norm(norm: number, x: number, y: number): void {
    const pen = this.#pen;
    const { look, dot } = this.#scene;
    const fine = Number.isFinite(norm);
    roundRect(pen, { x, y: y - 5, width: 10, height: 10 }, 2);
    pen.fillStyle = fine ? this.#normColour(norm) : hatch(pen, look.theme.nan, dot);
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = look.theme.quiet;
    pen.stroke();
    this.#text(number(norm), x + 15, y, look.code, fine ? look.theme.text : look.theme.nan);
  }

  #text(
    text: string,
    x: number,
    y: number,
    font: string,
    colour: string,
    align: CanvasTextAlign = "left",
  ): void {
    const pen = this.#pen;
    pen.font = font;
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.fillText(text, x, y + 0.5);
  }

  /** Names of containers at a size that can be read, the outer ones first, none over another. */
  #labels(shown: readonly Shown[]): void {
    const pen = this.#pen;
    const { look, ruler, net } = this.#scene;
    const size = 10.5 / this.#scale;
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
      pen.fillStyle = this.#mix(look.theme.text, 8);
      pen.fill();
      this.#text(
        name,
        label.x + width / 2,
        label.y + label.height / 2,
        `600 ${size}px ${look.theme.font}`,
        look.theme.text,
        "center",
      );
    }
  }

  /** A name seen from far away: larger than its place in the picture, but never wider than its box. */
  #far(name: string, box: Rect, align: "left" | "center"): void {
    const { look, ruler } = this.#scene;
    const room = (box.width - 12) / Math.max(ruler.width(name, look.name), 1);
    const size = Math.min(11 / this.#scale, 15, 13 * room, box.height * 0.8);
    if (size * this.#scale < UNREADABLE) return;
    const x = align === "left" ? box.x + 8 : box.x + box.width / 2;
    this.#text(name, x, box.y + box.height / 2, `600 ${size}px ${look.theme.font}`, look.theme.text, align);
  }

  #closed({ box, alpha }: Shown): void {
    this.#pen.globalAlpha = alpha;
    if (box.item.is === "group") this.#folded(box.item, box);
    else {
      if (this.#scale >= 0.2) for (const feed of box.feeds) this.#feed(feed, box.item, box);
      this.#leaf(box.item, box);
    }
  }

  #folded(group: Group, box: Box): void {
    const pen = this.#pen;
    const { look } = this.#scene;
    // A second sheet behind says that there is more inside.
    roundRect(pen, { ...box, x: box.x + 3, y: box.y + 3 }, 8);
    pen.fillStyle = this.#mix(look.theme.text, 18);
    pen.fill();
    roundRect(pen, box, 8);
    pen.fillStyle = this.#mix(look.theme.text, tint(group.depth) + 3);
    pen.fill();
    this.#rim(group, box, 8);
    this.#title(group, box, false, box.y + 16);
    if (this.#scale < NAMES_ONLY) return;
    this.#text(groupContents(group), box.x + SIDE / 2 + FOLD, box.y + 34, look.small, look.theme.quiet);
  }

  #leaf(leaf: Leaf, box: Box): void {
    const pen = this.#pen;
    const { node } = leaf;
    const { look, selected } = this.#scene;
    this.#outline(leaf, box);
    pen.fillStyle = this.#fillOf(leaf);
    pen.fill();
    pen.lineWidth = node.kind === "loss" ? 1.5 : 1.25;
    pen.strokeStyle = this.#strokeOf(leaf);
    pen.stroke();
    if (node.kind === "loss") {
      roundRect(pen, grown(box, -3.5), 6);
      pen.stroke();
    }
    if (this.#isMarked(leaf.key)) {
      pen.lineWidth = selected === leaf.key ? 3 : 2;
      pen.strokeStyle = look.accent;
      this.#outline(leaf, box);
      pen.stroke();
    }
    this.#leafText(leaf, box);
    if (node.kept_bytes > 0 && this.#scale >= 0.4) this.#keptMark(box);
  }

  #outline(leaf: Leaf, box: Rect): void {
    const { kind } = leaf.node;
    if (kind === "input" || kind === "constant") parallelogram(this.#pen, box);
    else roundRect(this.#pen, box, kind === "loss" ? 9 : 8);
  }

  #fillOf({ node }: Leaf): string {
    const { theme } = this.#scene.look;
    if (node.kind === "input") return this.#mix(theme.category.input, 20);
    if (node.kind === "constant") return this.#mix(theme.category.other, 20);
    return this.#mix(theme.text, 0);
  }

  #strokeOf({ node }: Leaf): string {
    const { theme } = this.#scene.look;
    if (node.kind === "input") return theme.category.input;
    if (node.kind === "constant") return theme.category.other;
    return this.#mix(theme.text, node.kind === "loss" ? 80 : 50);
  }

  #leafText({ node }: Leaf, box: Box): void {
    const { look } = this.#scene;
    const name = opName(node);
    if (this.#scale < NAMES_ONLY) {
      this.#far(name, box, "center");
      return;
    }
    const shape = shapeText(node);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    this.#text(name, x, shape === "" ? y : y - 8, look.name, look.theme.text, "center");
    if (shape !== "") this.#text(shape, x, y + 9, look.code, look.theme.quiet, "center");
  }

  /** A tab in the corner of an op that keeps values for backward. */
  #keptMark(box: Rect): void {
    const pen = this.#pen;
    roundRect(pen, { x: box.x + box.width - 12, y: box.y - 3, width: 7, height: 10 }, 1.5);
    pen.fillStyle = this.#scene.look.theme.category.saved;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = this.#scene.look.theme.surface;
    pen.stroke();
  }

  #feed(feed: Feed, leaf: Leaf, box: Rect): void {
    const pen = this.#pen;
    const { look, net } = this.#scene;
    const { theme } = look;
    const { kind } = feed.node;
    const category = kind === "parameter" ? "parameters" : kind === "buffer" ? "buffer" : "other";
    const colour = theme.category[category];
    pen.strokeStyle = colour;
    pen.lineWidth = 1.3;
    connect(pen, feed, box);
    if ((net.readers.get(feed.node.id) ?? 0) > 1) this.#sharedSheet(feed, colour);
    if (kind === "constant") parallelogram(pen, feed, 6);
    else pill(pen, feed);
    pen.fillStyle = this.#mix(colour, 14);
    pen.fill();
    if (kind === "buffer") pen.setLineDash([4, 3]);
    const marked = this.#isMarked(feedKey(leaf, feed.node.id));
    pen.lineWidth = marked ? 2.5 : 1.25;
    if (marked) pen.strokeStyle = look.accent;
    pen.stroke();
    pen.setLineDash([]);
    if (this.#scale < NAMES_ONLY) {
      this.#far(feedName(feed.node, leaf), { ...feed, width: feed.width - 4 }, "center");
      return;
    }
    const text = feedText(feed.node, leaf);
    this.#text(text, feed.x + feed.width / 2, feed.y + feed.height / 2, look.small, theme.text, "center");
  }

  /** A second pill behind one that several ops share. */
  #sharedSheet(feed: Rect, colour: string): void {
    const pen = this.#pen;
    pill(pen, { ...feed, x: feed.x + 3, y: feed.y + 3 });
    pen.fillStyle = this.#mix(colour, 40);
    pen.fill();
    pen.stroke();
  }
}

const tint = (depth: number): number => 2 + 2.5 * Math.min(depth, 6);
