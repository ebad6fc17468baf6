/** The canvas of the graph: lays out, moves, paints and answers the pointer. */

import { Atlas, type Mark, type Rect, rectOf, type Step } from "../core/atlas.ts";
import type { Net } from "../core/graph.ts";
import { arrange, fitting, type Picture, zoomOf } from "../core/layout.ts";
import type { Norms } from "../core/norms.ts";
import type { Progress } from "../core/progress.ts";
import { h } from "./dom.ts";
import { type Hands, listen } from "./graph-input.ts";
import { type Look, Ruler, readLook, TALL, TALLEST, tallest } from "./graph-look.ts";
import { type Motion, moment, motionFrom, still } from "./graph-motion.ts";
import { paint } from "./graph-paint.ts";
import { tip } from "./graph-tip.ts";
import { Viewport } from "./graph-view.ts";
import { minimap } from "./minimap.ts";

export interface StageHands {
  /** The reader points at something, or at nothing. */
  point(mark: Mark | undefined): void;
  select(mark: Mark | undefined, byKey: boolean): void;
  toggle(key: string): void;
  /** Lines for the tooltip. */
  tell(mark: Mark): readonly string[];
}

const LOWEST = 180;
/** A whole that would be smaller than this is not shown whole at first: nobody could read it. */
const LEGIBLE = 0.5;
const FIRST = 0.8;
/** A growing picture is fitted with so much room to spare, so that it need not be fitted at each step. */
const AMPLE = 1.15;
/** It is made larger again where it could be so much larger. */
const WORTH = 1.3;

export class Stage {
  readonly element: HTMLElement;
  readonly canvas: HTMLCanvasElement;
  readonly view = new Viewport();
  readonly #hands: StageHands;
  readonly #pen: CanvasRenderingContext2D | null;
  readonly #tip = tip();
  readonly #map = minimap((x, y) => this.#centre(x, y));
  #look: Look | undefined;
  #net: Net | undefined;
  #open: ReadonlySet<string> = new Set();
  #picture: Picture | undefined;
  #atlas: Atlas | undefined;
  #ruler: Ruler | undefined;
  #motion: Motion | undefined;
  /** Weight of the main chain. */
  #heaviest = 0;
  #tall = LOWEST;
  #given: number | undefined; // the height that the style allows, asked once: an answer is dear
  #hover: string | undefined;
  /** Where a stepped program waits. */
  #place: string | undefined;
  #due = 0;
  selected: string | undefined;
  pointed: string | undefined;
  norms: Norms | undefined;
  /** Where a stepped program stands. */
  progress: Progress | undefined;

  constructor(hands: StageHands) {
    this.#hands = hands;
    this.canvas = h("canvas", { tabindex: 0, role: "application", class: "vg-graph-canvas" });
    this.#pen = this.canvas.getContext?.("2d") ?? null;
    this.element = h("div", { class: "vg-graph-stage" }, this.canvas, this.#map.element, this.#tip.element);
    listen(this.canvas, this.#input());
  }

  get atlas(): Atlas | undefined {
    return this.#atlas;
  }

  /** Whether a graph with these layers open can be read as a whole. */
  legible(net: Net, open: ReadonlySet<string>): boolean {
    this.#look ??= readLook(this.element);
    const ruler = this.#net === net && this.#ruler ? this.#ruler : new Ruler(this.#look, net, this.#pen);
    return zoomOf(fitting(net, open, ruler, this.#space()), this.#space()) >= LEGIBLE;
  }

  /** A graph to show: laid out anew, at rest. */
  show(net: Net, open: ReadonlySet<string>): void {
    const anchor = this.view.fitted ? undefined : this.#middle();
    const first = this.#picture === undefined;
    this.#net = net;
    this.#open = new Set(open);
    this.#measure();
    this.#lay();
    if (anchor) this.#hold(anchor);
    else this.fit(first);
  }

  /** The same graph with other layers open: what stays moves to its new place. */
  refold(open: ReadonlySet<string>, anchor?: string): void {
    const { fitted } = this.view;
    const was = motionFrom(this.#picture, this.view);
    const before = this.#picture;
    const held = anchor === undefined ? undefined : this.#screen(anchor);
    this.#open = new Set(open);
    if (!this.#net || !this.#ruler || !before) return;
    this.#take(this.#reshape(before, fitted, anchor === undefined));
    if (fitted) this.fit(anchor === undefined);
    else if (held) this.#hold(held);
    this.#motion = was;
    this.paint();
  }

  /**
   * Nodes were added, or layers opened, because a stepped program went on: what stays keeps its place as far as
   * it can, with `anchor` held still, and a window that the reader chose keeps its scale.
   */
  grow(net: Net, open: ReadonlySet<string>, anchor: string | undefined): void {
    const before = this.#picture;
    if (!before) {
      this.show(net, open);
      return;
    }
    const { fitted } = this.view;
    const was = motionFrom(before, this.view);
    const held = anchor === undefined ? this.#middle() : (this.#screen(anchor) ?? this.#middle());
    this.#net = net;
    this.#open = new Set(open);
    this.#measure();
    this.#take(this.#reshape(before, fitted, false));
    if (!fitted || !this.#makeRoom()) {
      if (held) this.#hold(held);
    }
    this.#motion = was;
    this.paint();
  }

  /** Bring the place where the program waits into sight, moving as little as needed. */
  follow(key: string | undefined): void {
    this.#place = key;
    const mark = key === undefined ? undefined : this.#atlas?.marks.get(key);
    if (mark && this.#picture && !this.view.fitted) {
      const was = motionFrom(this.#picture, this.view);
      const { x, y } = this.view;
      this.view.reveal(rectOf(mark), this.#picture);
      this.#uncover(rectOf(mark), this.#picture);
      if (x !== this.view.x || y !== this.view.y) this.#motion ??= was;
    }
    this.paint();
  }

  /** The map in the corner shall not lie over it. */
  #uncover(rect: Rect, picture: Picture): void {
    const { offsetLeft, offsetTop, hidden } = this.#map.element;
    const { x, y, scale } = this.view;
    const [right, bottom] = [(rect.x + rect.width) * scale + x, (rect.y + rect.height) * scale + y];
    if (!hidden && offsetLeft > 0 && right > offsetLeft - 16 && bottom > offsetTop - 8)
      this.view.pan(0, offsetTop - 24 - bottom, picture);
  }

  /** Show all of a picture that grows: at the scale there is, or at one that lasts for a while.  False if it is too large. */
  #makeRoom(): boolean {
    const picture = this.#picture as Picture;
    const { scale } = this.view;
    const space = this.#space();
    const best = zoomOf(picture, space);
    const ample = { width: picture.width * AMPLE, height: picture.height * AMPLE };
    const stays = scale <= best && best < WORTH * scale;
    const next = stays ? scale : Math.max(zoomOf(ample, space), LEGIBLE);
    const whole = best >= next - 1e-9;
    this.#tall = Math.min(Math.max(this.#tall, picture.height * next), this.#tallest);
    this.#resize();
    if (whole) this.view.centre(picture, next);
    else this.view.zoom(next / scale);
    return whole;
  }

  /** Keep the shape of the picture, unless another would be far easier to read. */
  #reshape(before: Picture, fitted: boolean, all: boolean): Picture {
    const { net, ruler } = { net: this.#net as Net, ruler: this.#ruler as Ruler };
    if (all) return fitting(net, this.#open, ruler, this.#space());
    const same = arrange(net, this.#open, ruler, before);
    if (!fitted) return same;
    const best = fitting(net, this.#open, ruler, this.#space());
    return zoomOf(same, this.#space()) > 0.75 * zoomOf(best, this.#space()) ? same : best;
  }

  /** Show everything; at first only as much as can be read. */
  fit(legible = false): void {
    const picture = this.#picture;
    if (!picture) return;
    const zoom = zoomOf(picture, this.#space());
    const first = legible && zoom < LEGIBLE ? this.#atlas?.first() : undefined;
    this.#tall = Math.min(Math.max(picture.height * (first ? FIRST : zoom), LOWEST), this.#tallest);
    this.#resize();
    if (first) this.view.begin(picture, first.box, FIRST);
    else this.view.fit(picture);
    this.paint();
  }

  zoom(factor: number, x?: number, y?: number): boolean {
    const changed = this.view.zoom(factor, x, y);
    if (changed) this.paint();
    return changed;
  }

  /** The details beside it came or went: the same picture in another width. */
  squeeze(): void {
    this.#resize();
    const mark = this.selected === undefined ? undefined : this.#atlas?.marks.get(this.selected);
    if (this.#picture && this.view.fitted) this.view.fit(this.#picture);
    else if (this.#picture && mark) this.view.reveal(rectOf(mark), this.#picture);
    this.paint();
  }

  /** After a change of size or theme. */
  refresh(): void {
    const { name, theme } = this.#look ?? readLook(this.element);
    const look = readLook(this.element);
    if (look.theme !== theme) this.#measure();
    if (look.name !== name) this.#lay();
    const width = this.view.width;
    this.#resize();
    if ((this.view.width !== width || look.name !== name) && this.view.fitted) {
      if (this.#picture && this.#wantsOther(this.#picture)) this.#lay();
      this.fit();
    }
    this.paint();
  }

  #wantsOther(picture: Picture): boolean {
    if (!this.#net || !this.#ruler) return false;
    const best = fitting(this.#net, this.#open, this.#ruler, this.#space());
    return zoomOf(picture, this.#space()) < 0.8 * zoomOf(best, this.#space());
  }

  /** Select something and bring it into sight. */
  choose(key: string | undefined): Mark | undefined {
    const mark = key === undefined ? undefined : this.#atlas?.marks.get(key);
    this.selected = mark?.key;
    if (mark && this.#picture && !this.view.fitted) this.view.reveal(rectOf(mark), this.#picture);
    this.paint();
    return mark;
  }

  /** Paint at the next frame, once however often it is asked for. */
  paint(): void {
    if (this.#due !== 0) return;
    this.#due = requestAnimationFrame(() => {
      this.#due = 0;
      this.#paintNow();
    });
  }

  close(): void {
    cancelAnimationFrame(this.#due);
  }

  #paintNow(): void {
    const [picture, look, net, ruler] = [this.#picture, this.#look, this.#net, this.#ruler];
    if (!picture || !look || !net || !ruler) return;
    const [frame, view] = moment(this.#motion, picture, this.view) ?? [still(picture), this.view];
    if (view === this.view) this.#motion = undefined;
    const place = this.#place === undefined ? undefined : this.#atlas?.marks.get(this.#place);
    this.#map.draw(picture, view.seen(), look, place && rectOf(place));
    const { norms, progress, selected, pointed } = this;
    const { direction } = picture;
    const dot = window.devicePixelRatio || 1;
    const seen = { hover: this.#hover, selected, pointed, dot, heaviest: this.#heaviest };
    const scene = { net, look, ruler, view, frame, direction, norms, progress, ...seen };
    if (this.#pen) paint(this.#pen, scene);
    if (this.#motion) this.paint();
  }

  #measure(): void {
    this.#look = readLook(this.element);
    if (this.#net) this.#ruler = new Ruler(this.#look, this.#net, this.#pen);
  }

  #lay(): void {
    if (this.#net && this.#ruler) this.#take(fitting(this.#net, this.#open, this.#ruler, this.#space()));
  }

  #take(picture: Picture): void {
    this.#picture = picture;
    this.#heaviest = picture.pairs.reduce((most, pair) => Math.max(most, pair.weight), 0);
    this.#atlas = new Atlas(picture);
    this.#motion = undefined;
    if (this.selected !== undefined && !this.#atlas.marks.has(this.selected)) this.selected = undefined;
  }

  /** A view that holds more than the graph gives it less room. */
  get #tallest(): number {
    this.#given ??= tallest(this.element);
    return this.#given ?? TALLEST;
  }

  #space(): { width: number; height: number } {
    return { width: this.element.clientWidth || 800, height: this.#tallest };
  }

  #resize(): void {
    const dot = window.devicePixelRatio || 1;
    const width = this.element.clientWidth || 800;
    const height = Math.round(this.#tall);
    this.element.style.height = `${height}px`;
    Object.assign(this.view, { width, height });
    const [w, t] = [Math.round(width * dot), Math.round(height * dot)];
    if (this.canvas.width !== w) this.canvas.width = w;
    if (this.canvas.height !== t) this.canvas.height = t;
  }

  /** Where a box's corner is on the canvas. */
  #screen(key: string): { key: string; x: number; y: number } | undefined {
    const box = this.#atlas?.marks.get(key)?.box;
    return box && { key, x: box.x * this.view.scale + this.view.x, y: box.y * this.view.scale + this.view.y };
  }

  /** The box nearest to the middle of the canvas. */
  #middle(): { key: string; x: number; y: number } | undefined {
    const { x, y } = this.view.inside(this.view.width / 2, this.view.height / 2);
    const mark = this.#atlas?.at(x, y) ?? this.#atlas?.first();
    return mark && this.#screen(mark.box.item.key);
  }

  /** Move the window so that a box is where it was. */
  #hold(held: { key: string; x: number; y: number }): void {
    const now = this.#screen(held.key);
    if (now && this.#picture) this.view.pan(held.x - now.x, held.y - now.y, this.#picture);
    this.paint();
  }

  #centre(x: number, y: number): void {
    const { scale, width, height } = this.view;
    if (this.#picture)
      this.view.pan(width / 2 - x * scale - this.view.x, height / 2 - y * scale - this.view.y, this.#picture);
    this.paint();
  }

  #at(x: number, y: number): Mark | undefined {
    const spot = this.view.inside(x, y);
    return this.#atlas?.at(spot.x, spot.y);
  }

  #input(): Hands {
    return {
      hover: (x, y) => this.#point(this.#at(x, y), x, y),
      leave: () => this.#point(undefined, 0, 0),
      click: (x, y) => this.#click(x, y),
      pan: (dx, dy) => {
        this.#point(undefined, 0, 0);
        if (this.#picture) this.view.pan(dx, dy, this.#picture);
        this.paint();
      },
      zoom: (factor, x, y) => this.zoom(factor, x, y),
      fit: () => this.fit(),
      walk: (step) => this.#walk(step),
      home: () => this.#select(this.#atlas?.first()?.key),
      enter: () => this.#enter(),
      escape: () => this.#hands.select(undefined, true),
      direction: () => this.#picture?.direction ?? "down",
    };
  }

  #walk(step: Step): void {
    const mark = this.selected === undefined ? this.#atlas?.first() : this.#atlas?.walk(this.selected, step);
    if (mark) this.#select(mark.key);
  }

  #select(key: string | undefined): void {
    this.#hands.select(this.choose(key), true);
  }

  #enter(): void {
    const mark = this.selected === undefined ? undefined : this.#atlas?.marks.get(this.selected);
    if (mark?.box.item.is === "group") this.#hands.toggle(mark.key);
  }

  /** A title folds and unfolds; anything else is selected. */
  #click(x: number, y: number): void {
    const mark = this.#at(x, y);
    const box = mark?.box;
    const spot = this.view.inside(x, y);
    const title =
      box?.item.is === "group" && (spot.y < box.y + TALL.title || (!box.open && this.view.scale < 0.58));
    this.#point(undefined, 0, 0);
    if (mark && title) this.#hands.toggle(mark.key);
    else this.#hands.select(this.choose(mark?.key), false);
  }

  #point(mark: Mark | undefined, x: number, y: number): void {
    if (mark?.key !== this.#hover) {
      this.#hover = mark?.key;
      this.#hands.point(mark);
      this.canvas.classList.toggle("vg-over", mark !== undefined);
      if (mark) this.#tip.tell(this.#hands.tell(mark));
      this.paint();
    }
    if (mark) this.#tip.place(x, y, this.view);
    else this.#tip.hide();
  }
}
