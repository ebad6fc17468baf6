/** What every painter of the graph needs: a pen, the scene, mixed colours and text that can be read at this scale. */

import type { Rect } from "../core/atlas.ts";
import type { Scene } from "./graph-scene.ts";
import { mixed } from "./graph-shapes.ts";

/** Below this scale, names alone are written. */
export const NAMES_ONLY = 0.58;
/** Below this many CSS pixels, text is left out. */
const UNREADABLE = 4.2;

export class Brush {
  readonly pen: CanvasRenderingContext2D;
  readonly scene: Scene;
  readonly scale: number;

  constructor(pen: CanvasRenderingContext2D, scene: Scene) {
    this.pen = pen;
    this.scene = scene;
    this.scale = scene.view.scale;
  }

  /** A share of one colour in another. */
  mix(colour: string, share: number, into = this.scene.look.theme.surface): string {
    return mixed(colour, share, into);
  }

  isMarked(key: string): boolean {
    return this.scene.selected === key || this.scene.hover === key;
  }

  text(
    text: string,
    x: number,
    y: number,
    font: string,
    colour: string,
    align: CanvasTextAlign = "left",
  ): void {
    const { pen } = this;
    pen.font = font;
    pen.fillStyle = colour;
    pen.textAlign = align;
    pen.textBaseline = "middle";
    pen.fillText(text, x, y + 0.5);
  }

  /** A name seen from far away: larger than its place in the picture, but never wider than its box. */
  far(name: string, box: Rect, align: "left" | "center", colour = this.scene.look.theme.text): void {
    const { look, ruler } = this.scene;
    const room = (box.width - 12) / Math.max(ruler.width(name, look.name), 1);
    const size = Math.min(11 / this.scale, 15, 13 * room, box.height * 0.8);
    if (size * this.scale < UNREADABLE) return;
    const x = align === "left" ? box.x + 8 : box.x + box.width / 2;
    this.text(name, x, box.y + box.height / 2, `600 ${size}px ${look.theme.font}`, colour, align);
  }
}
