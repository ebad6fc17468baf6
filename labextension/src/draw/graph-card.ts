/** All about the selected thing: what it is, its rule, its shapes, what it keeps and where it was written. */

import type { Mark } from "../core/atlas.ts";
import type { Group, Leaf, Net } from "../core/graph.ts";
import { t } from "../core/words.ts";
import type { Node, Rule } from "../wire.ts";
import { h } from "./dom.ts";
import { bytes, count, shape, step } from "./format.ts";
import {
  elements,
  groupContents,
  groupKind,
  groupTitle,
  keptText,
  kindWord,
  plural,
  shorten,
  typeText,
} from "./graph-words.ts";

export interface CardHands {
  close(): void;
  toggle(key: string): void;
  select(key: string): void;
}

/** More inputs than this are told as a number. */
const LISTED = 8;

/** `steps` is what the stepper has to say about it. */
export function card(
  mark: Mark,
  net: Net,
  gradient: string,
  steps: HTMLElement | undefined,
  hands: CardHands,
): HTMLElement {
  const { item } = mark.box;
  const close = h(
    "button",
    { class: "vg-graph-close", type: "button", "aria-label": t("Close details"), onclick: hands.close },
    "×",
  );
  const content =
    item.is === "group" ? aboutGroup(item, mark, net, gradient, hands) : aboutNode(item, mark, net, hands);
  return h("aside", { class: "vg-graph-card", "aria-label": t("Details") }, close, ...content, steps);
}

function aboutGroup(group: Group, mark: Mark, net: Net, gradient: string, hands: CardHands): HTMLElement[] {
  const kept = keptInside(group);
  const rows: [string, string | HTMLElement][] = [
    [t("Layer"), path(group)],
    [t("Made with"), group.layer?.note ? shorten(group.layer.note, 200) : ""],
    [t("Holds"), groupContents(group)],
    [t("Parameters"), group.layer ? step(group.layer.parameters) : ""],
    [t("Kept for backward"), kept > 0 ? bytes(kept) : t("nothing")],
    [t("Gradient norm"), gradient],
  ];
  const word = mark.box.open ? t("Fold") : t("Unfold");
  const button = h(
    "button",
    { class: "vg-button", type: "button", onclick: () => hands.toggle(group.key) },
    word,
  );
  return [heading(groupTitle(group, net), groupKind(group) || t("layer")), list(rows), button];
}

const path = (group: Group): string => shorten(group.path, 120);

function keptInside(group: Group): number {
  return group.children.reduce(
    (sum, child) => sum + (child.is === "group" ? keptInside(child) : child.node.kept_bytes),
    0,
  );
}

function aboutNode(leaf: Leaf, mark: Mark, net: Net, hands: CardHands): HTMLElement[] {
  const node = mark.feed?.node ?? leaf.node;
  const computed = node.kind === "op" || node.kind === "loss";
  const rule = computed ? net.rules.get(node.op) : undefined;
  const readers = net.readers.get(node.id) ?? 0;
  const rows: [string, string | HTMLElement][] = [
    [computed ? t("Output") : t("Shape"), typeText(node)],
    [t("Elements"), computed ? "" : count(elements(node))],
    [t("Inputs"), computed ? inputs(leaf, net, hands) : ""],
    [t("Read by"), computed ? "" : plural(readers, t("op"), t("ops"))],
    [t("Kept for backward"), computed ? keptText(node) : ""],
    [t("Layer"), node.layer === "" ? "" : layerLink(leaf, node, hands)],
    [t("Source"), node.line === "" ? "" : h("code", {}, shorten(node.line, 120))],
  ];
  return [heading(shorten(node.name || node.op, 80), kindWord(node)), ...ruleText(rule), list(rows)];
}

function heading(name: string, kind: string): HTMLElement {
  return h("h4", {}, name, h("span", { class: "vg-graph-kind" }, kind));
}

/** One sentence, the formula, the gradients. */
function ruleText(rule: Rule | undefined): HTMLElement[] {
  if (!rule) return [];
  const formulas = [rule.forward, ...rule.gradients].filter((text) => text !== "");
  const lines = formulas.map((text, i) =>
    h("li", { class: i === 0 ? "vg-forward" : "vg-gradient" }, h("code", {}, shorten(text, 300))),
  );
  const says = rule.says === "" ? [] : [h("p", { class: "vg-graph-rule" }, shorten(rule.says, 300))];
  return lines.length === 0 ? says : [...says, h("ul", { class: "vg-graph-formulas" }, ...lines)];
}

/** The inputs with their shapes, each a button that leads there. */
function inputs(leaf: Leaf, net: Net, hands: CardHands): HTMLElement | string {
  const ids = [...new Set(leaf.node.inputs)];
  if (ids.length === 0) return "";
  const nodes = ids.slice(0, LISTED).flatMap((id) => net.nodes.get(id) ?? []);
  const rest = ids.length > LISTED ? [h("span", {}, t("and {0} more", ids.length - LISTED))] : [];
  const buttons = nodes.map((node) =>
    link(`${shorten(node.name || node.op, 40)} ${shape(node.shape.slice(0, 12))}`, () =>
      hands.select(placeOf(node, leaf, net)),
    ),
  );
  return h("span", { class: "vg-graph-links" }, ...buttons, ...rest);
}

/** Inputs beside this op have keys of their own. */
function placeOf(node: Node, leaf: Leaf, net: Net): string {
  const key = `n${node.id}`;
  return net.items.has(key) ? key : `${leaf.key}/${node.id}`;
}

function layerLink(leaf: Leaf, node: Node, hands: CardHands): HTMLElement | string {
  const { parent } = leaf;
  const text = shorten(node.layer, 120);
  return parent.parent && node.layer === parent.path ? link(text, () => hands.select(parent.key)) : text;
}

const link = (text: string, go: () => void): HTMLElement =>
  h("button", { class: "vg-graph-link", type: "button", onclick: go }, text);

function list(rows: readonly [string, string | HTMLElement][]): HTMLElement {
  const told = rows.filter(([, value]) => value !== "");
  return h("dl", {}, ...told.flatMap(([name, value]) => [h("dt", {}, name), h("dd", {}, value)]));
}
