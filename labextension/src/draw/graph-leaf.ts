/** Paints ops, inputs, constants and the pills beside them: filled once they ran, pale as long as they are to come. */

import { feedKey, type Rect } from "../core/atlas.ts";
import type { Leaf } from "../core/graph.ts";
import type { Box, Feed } from "../core/layout.ts";
import { Brush, NAMES_ONLY } from "./graph-brush.ts";
import { feedText } from "./graph-look.ts";
import { connect, grown, parallelogram, pill, roundRect } from "./graph-shapes.ts";
import { feedName, opName, shapeText } from "./graph-words.ts";

/** Where a stepped program stands with a node; "" while none is stepped, and for what never runs. */
type Stage = "" | "ahead" | "now" | "ran" | "back";

export class LeafPainter extends Brush {
  leaf(leaf: Leaf, box: Box): void {
    const { pen } = this;
    const { node } = leaf;
    const { look, selected } = this.scene;
    const stage = this.#stage(leaf);
    this.#outline(leaf, box);
    pen.fillStyle = this.#fillOf(leaf, stage);
    pen.fill();
    pen.lineWidth = node.kind === "loss" ? 1.5 : 1.25;
    pen.strokeStyle = this.#strokeOf(leaf, stage);
    pen.stroke();
    if (node.kind === "loss") {
      roundRect(pen, grown(box, -3.5), 6);
      pen.stroke();
    }
    if (this.isMarked(leaf.key)) {
      pen.lineWidth = selected === leaf.key ? 3 : 2;
      pen.strokeStyle = look.accent;
      this.#outline(leaf, box);
      pen.stroke();
    }
    this.#leafText(leaf, box, stage);
    if (this.#keeps(leaf) && this.scale >= 0.4) this.#keptMark(box);
  }

  feed(feed: Feed, leaf: Leaf, box: Rect): void {
    const { pen } = this;
    const { look, net } = this.scene;
    const colour = this.#feedColour(feed);
    pen.strokeStyle = colour;
    pen.lineWidth = 1.3;
    connect(pen, feed, box);
    if ((net.readers.get(feed.node.id) ?? 0) > 1) this.#sharedSheet(feed, colour);
    if (feed.node.kind === "constant") parallelogram(pen, feed, 6);
    else pill(pen, feed);
    const updated = this.scene.progress?.ran(feed.node.id, "update") ?? false;
    pen.fillStyle = this.mix(colour, updated ? 34 : 14);
    pen.fill();
    if (feed.node.kind === "buffer") pen.setLineDash([4, 3]);
    const marked = this.isMarked(feedKey(leaf, feed.node.id));
    pen.lineWidth = marked ? 2.5 : 1.25;
    if (marked) pen.strokeStyle = look.accent;
    pen.stroke();
    pen.setLineDash([]);
    this.#feedText(feed, leaf);
  }

  #stage({ node }: Leaf): Stage {
    const { progress } = this.scene;
    if (!progress || (node.kind !== "op" && node.kind !== "loss")) return "";
    if (progress.now === node.id) return "now";
    if (progress.ran(node.id, "backward")) return "back";
    return progress.ran(node.id, "forward") ? "ran" : "ahead";
  }

  /** A stepped op keeps values from its forward run to its backward run. */
  #keeps({ node }: Leaf): boolean {
    const { progress } = this.scene;
    if (node.kept_bytes === 0 || !progress) return node.kept_bytes > 0;
    return progress.ran(node.id, "forward") && !progress.ran(node.id, "backward");
  }

  #outline(leaf: Leaf, box: Rect): void {
    const { kind } = leaf.node;
    if (kind === "input" || kind === "constant") parallelogram(this.pen, box);
    else roundRect(this.pen, box, kind === "loss" ? 9 : 8);
  }

  #fillOf({ node }: Leaf, stage: Stage): string {
    const { theme } = this.scene.look;
    if (node.kind === "input") return this.mix(theme.category.input, 20);
    if (node.kind === "constant") return this.mix(theme.category.other, 20);
    if (stage === "now") return this.mix(this.scene.look.accent, 24);
    if (stage === "back") return this.mix(theme.category.gradients, 26);
    return this.mix(theme.text, stage === "ran" ? 16 : 0);
  }

  #strokeOf({ node }: Leaf, stage: Stage): string {
    const { theme } = this.scene.look;
    if (node.kind === "input") return theme.category.input;
    if (node.kind === "constant") return theme.category.other;
    if (stage === "ahead") return this.mix(theme.text, 26);
    return this.mix(theme.text, node.kind === "loss" ? 80 : stage === "" ? 50 : 60);
  }

  #leafText({ node }: Leaf, box: Box, stage: Stage): void {
    const { look } = this.scene;
    const name = opName(node);
    const colour = stage === "ahead" ? look.theme.quiet : look.theme.text;
    if (this.scale < NAMES_ONLY) {
      this.far(name, box, "center", colour);
      return;
    }
    const shape = shapeText(node);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    this.text(name, x, shape === "" ? y : y - 8, look.name, colour, "center");
    if (shape !== "") this.text(shape, x, y + 9, look.code, look.theme.quiet, "center");
  }

  /** A tab in the corner of an op that keeps values for backward. */
  #keptMark(box: Rect): void {
    const { pen } = this;
    roundRect(pen, { x: box.x + box.width - 12, y: box.y - 3, width: 7, height: 10 }, 1.5);
    pen.fillStyle = this.scene.look.theme.category.saved;
    pen.fill();
    pen.lineWidth = 1;
    pen.strokeStyle = this.scene.look.theme.surface;
    pen.stroke();
  }

  #feedColour({ node }: Feed): string {
    const { category } = this.scene.look.theme;
    return category[node.kind === "parameter" ? "parameters" : node.kind === "buffer" ? "buffer" : "other"];
  }

  #feedText(feed: Feed, leaf: Leaf): void {
    const { look } = this.scene;
    if (this.scale < NAMES_ONLY) {
      this.far(feedName(feed.node, leaf), { ...feed, width: feed.width - 4 }, "center");
      return;
    }
    const [x, y] = [feed.x + feed.width / 2, feed.y + feed.height / 2];
    this.text(feedText(feed.node, leaf), x, y, look.small, look.theme.text, "center");
  }

  /** A second pill behind one that several ops share. */
  #sharedSheet(feed: Rect, colour: string): void {
    const { pen } = this;
    pill(pen, { ...feed, x: feed.x + 3, y: feed.y + 3 });
    pen.fillStyle = this.mix(colour, 40);
    pen.fill();
    pen.stroke();
  }
}
