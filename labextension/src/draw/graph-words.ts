/** What the graph says: labels on its boxes, its sentence, what is spoken and what the tooltip tells. */

import type { Atlas, Mark } from "../core/atlas.ts";
import type { Group, Leaf, Net } from "../core/graph.ts";
import type { Inside } from "../core/progress.ts";
import { t } from "../core/words.ts";
import type { Node } from "../wire.ts";
import { bytes, count, shape } from "./format.ts";

/** Names are as long as their author likes; a box is not. */
const LONGEST = 26;

export function shorten(text: string, most = LONGEST): string {
  const letters = Array.from(text.slice(0, 4 * most));
  if (letters.length <= most && text.length <= 4 * most) return text;
  const tail = Math.floor(most / 3);
  return `${letters.slice(0, most - tail - 1).join("")}…${Array.from(text.slice(-4 * tail))
    .slice(-tail)
    .join("")}`;
}

export const opName = (node: Node): string => shorten(node.name || node.op || t("value"));

/** The name of a parameter as its own layer calls it; from elsewhere with the whole path. */
export function feedName(node: Node, leaf: Leaf): string {
  const home = node.layer === "" ? "" : `${node.layer}.`;
  const near = leaf.node.layer === node.layer && node.name.startsWith(home);
  return shorten(near ? node.name.slice(home.length) : node.name, 22);
}

export function shapeText(node: Node): string {
  return node.shape.length === 0 ? "" : shorten(shape(node.shape.slice(0, 12)), 30);
}

/** "conv1", "1–50", "fc (2 of 3)". */
export function groupTitle(group: Group, net: Net): string {
  const turns = net.turns.get(group.path) ?? 1;
  const name = group.key.startsWith("p") ? t("part {0}", group.title) : shorten(group.title);
  return turns > 1 ? t("{0} ({1} of {2})", name, group.turn, turns) : name;
}

export const groupKind = (group: Group): string => shorten(group.layer?.kind ?? "", 22);

/** "2 × BasicBlock · 148 k parameters", or the number of ops where its layers differ. */
export function groupContents(group: Group): string {
  const layers = group.children.filter((child): child is Group => child.is === "group");
  const kind = layers[0]?.layer?.kind ?? "";
  const alike = layers.length > 1 && kind !== "" && layers.every((layer) => layer.layer?.kind === kind);
  const inside = alike
    ? t("{0} × {1}", layers.length, shorten(kind, 18))
    : plural(group.ops, t("op"), t("ops"));
  const own = group.layer?.parameters ?? 0;
  return own > 0 ? `${inside} · ${t("{0} parameters", count(own))}` : inside;
}

/** "3 of 7 ran · here", or "3 / 7" where there is no room: how far a folded layer is. */
export function insideText(
  group: Group,
  { ran, back, now }: Inside,
  fits: (text: string) => boolean,
): string {
  const [done, all] = [count(back > 0 ? back : ran), count(group.ops)];
  const told = back > 0 ? t("{0} of {1} back", done, all) : t("{0} of {1} ran", done, all);
  const texts = now ? [t("{0} · here", told), told] : [told];
  return texts.find(fits) ?? `${done} / ${all}`;
}

/** The same in full, for the tooltip and the outline. */
export function insideLine(group: Group, { ran, back, now }: Inside): string {
  const told =
    back > 0
      ? t("the gradient has passed {0} of {1} ops", count(back), count(group.ops))
      : t("{0} of {1} ops ran", count(ran), count(group.ops));
  return now ? t("{0}, and the program is in here", told) : told;
}

export function plural(n: number, one: string, many: string): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** "One step of Net: 14 ops in 6 layers · 1.20 M parameters · 3.1 MB kept for backward". */
export function sentence(net: Net, title: string): string {
  const ops = net.leaves.filter(({ node }) => node.kind === "op" || node.kind === "loss");
  const layers = new Set(ops.map(({ node }) => node.layer).filter((path) => path !== ""));
  const kept = ops.reduce((sum, { node }) => sum + node.kept_bytes, 0);
  const name = shorten(title || net.root.layer?.kind || t("the model"), 40);
  const where =
    layers.size > 0
      ? t("{0} in {1}", opsText(ops.length), plural(layers.size, t("layer"), t("layers")))
      : opsText(ops.length);
  const all = [
    t("One step of {0}: {1}", name, where),
    t("{0} parameters", count(parameterCount(net))),
    t("{0} kept for backward", bytes(kept)),
  ];
  if (net.graph.omitted > 0) all.push(t("{0} more ops not shown", count(net.graph.omitted)));
  return all.join(" · ");
}

const opsText = (n: number): string => plural(n, t("op"), t("ops"));

/** The model's own count if it told, else the elements of the parameters that were read. */
function parameterCount(net: Net): number {
  const told = net.graph.layers.find((layer) => layer.path === "")?.parameters;
  if (told) return told;
  const read = net.graph.nodes.filter((node) => node.kind === "parameter");
  return read.reduce((sum, node) => sum + elements(node), 0);
}

export const elements = (node: Node): number => node.shape.reduce((product, n) => product * n, 1);

/** What a node is, in one word. */
export function kindWord(node: Node): string {
  const words: Record<Node["kind"], string> = {
    op: t("op"),
    parameter: t("parameter"),
    buffer: t("buffer"),
    input: t("input"),
    constant: t("constant"),
    loss: t("loss"),
  };
  return words[node.kind];
}

export function keptText(node: Node): string {
  if (node.kept_bytes === 0 && node.kept.length === 0) return t("nothing");
  const names = node.kept.map((name) => shorten(name, 20)).join(", ");
  return names === "" ? bytes(node.kept_bytes) : `${names} · ${bytes(node.kept_bytes)}`;
}

/** One sentence for a screen reader. */
export function spoken(mark: Mark, net: Net, atlas: Atlas): string {
  const { item, open } = mark.box;
  if (item.is === "group") {
    const state = open ? t("unfolded") : t("folded");
    return `${groupTitle(item, net)}, ${groupKind(item) || t("layer")}, ${groupContents(item)}, ${state}`;
  }
  const node = mark.feed?.node ?? item.node;
  const all = [mark.feed ? feedName(node, item) : opName(node), kindWord(node)];
  if (node.shape.length > 0) all.push(t("shape {0}", shape(node.shape)));
  if (node.layer !== "" && !mark.feed) all.push(t("in {0}", shorten(node.layer)));
  if (mark.feed) all.push(t("read by {0}", opName(item.node)));
  else {
    const sources = names(atlas.sources(item.key), atlas, net);
    const readers = names(atlas.readers(item.key), atlas, net);
    if (sources !== "") all.push(t("reads {0}", sources));
    if (readers !== "") all.push(t("read by {0}", readers));
  }
  return all.join(", ");
}

function names(keys: readonly string[], atlas: Atlas, net: Net): string {
  const few = keys.slice(0, 4).flatMap((key) => {
    const item = atlas.marks.get(key)?.box.item;
    if (!item) return [];
    return item.is === "group" ? groupTitle(item, net) : opName(item.node);
  });
  return keys.length > 4 ? `${few.join(", ")}…` : few.join(", ");
}

/** The lines of the tooltip: what it is, its shape and type, what it keeps, where it was written. */
export function tooltip(mark: Mark, net: Net, gradient: string, steps: readonly string[]): string[] {
  const { item, open } = mark.box;
  if (item.is === "group") {
    const kind = groupKind(item);
    const lines = [kind ? `${groupTitle(item, net)} · ${kind}` : groupTitle(item, net), groupContents(item)];
    if (item.layer?.note) lines.push(shorten(item.layer.note, 60));
    if (gradient !== "") lines.push(t("gradient norm {0}", gradient));
    return [...lines, ...steps, open ? t("click the title to fold") : t("click to see inside")];
  }
  const node = mark.feed?.node ?? item.node;
  const lines = [`${shorten(node.name || node.op, 60)} · ${kindWord(node)}`, typeText(node)];
  if (node.kind === "op" || node.kind === "loss") lines.push(t("keeps {0}", keptText(node)));
  const readers = net.readers.get(node.id) ?? 0;
  if (mark.feed && readers > 1) lines.push(t("shared by {0} ops", readers));
  if (node.line !== "") lines.push(shorten(node.line, 60));
  return [...lines, ...steps];
}

/** Shape and type; of an op that has not run yet neither is known. */
export function typeText(node: Node): string {
  if (node.dtype === "" && node.shape.length === 0) return t("not known yet");
  const size = node.shape.length === 0 ? t("one number") : shape(node.shape);
  return node.dtype === "" ? size : `${size} · ${shorten(node.dtype)}`;
}
