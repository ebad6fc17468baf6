/** The graph as a nested list of buttons: the text twin of the picture. */

import type { Group, Item, Leaf, Net } from "../core/graph.ts";
import type { Progress } from "../core/progress.ts";
import { t } from "../core/words.ts";
import { h } from "./dom.ts";
import { shape } from "./format.ts";
import { nodeLines } from "./graph-steps.ts";
import { feedName, groupContents, groupKind, groupTitle, insideLine, opName } from "./graph-words.ts";

/** A list longer than this is not read to its end. */
const LONGEST = 1500;

export interface OutlineHands {
  toggle(key: string): void;
  select(key: string): void;
}

export function outline(
  net: Net,
  open: ReadonlySet<string>,
  selected: string | undefined,
  progress: Progress | undefined,
  hands: OutlineHands,
): HTMLElement {
  let room = LONGEST;
  const entry = (item: Item): HTMLElement => {
    room -= 1;
    if (item.is === "leaf") return h("li", {}, opEntry(item, selected === item.key, progress, hands));
    const unfolded = open.has(item.key);
    const inside = unfolded ? [items(item)] : [];
    return h("li", {}, groupEntry(item, net, unfolded, progress, hands), ...inside);
  };
  const items = (group: Group): HTMLElement => {
    const shown = group.children.slice(0, Math.max(room, 0)).map(entry);
    const left = group.children.length - shown.length;
    return h("ul", {}, ...shown, left > 0 ? h("li", {}, t("and {0} more", left)) : undefined);
  };
  const list = items(net.root);
  list.setAttribute("aria-label", t("The graph as a list"));
  return list;
}

function opEntry(
  leaf: Leaf,
  current: boolean,
  progress: Progress | undefined,
  hands: OutlineHands,
): HTMLElement {
  const { node, feeds } = leaf;
  const given = feeds
    .slice(0, 6)
    .map((feed) => feedName(feed, leaf))
    .join(", ");
  const size = node.shape.length > 0 ? shape(node.shape) : node.dtype === "" ? "" : t("one number");
  const words = [
    h("b", {}, opName(node)),
    h("span", { class: "vg-number" }, size),
    given === "" ? undefined : h("span", {}, given),
    stepped(progress ? nodeLines(node, progress) : []),
  ];
  const props = { type: "button", "data-key": leaf.key, onclick: () => hands.select(leaf.key) };
  return h("button", current ? { ...props, "aria-current": "true" } : props, ...words);
}

/** Where a stepped program stands with an entry. */
const stepped = (lines: readonly string[]): HTMLElement | undefined =>
  lines.length === 0 ? undefined : h("em", {}, lines.join(", "));

function groupEntry(
  group: Group,
  net: Net,
  unfolded: boolean,
  progress: Progress | undefined,
  hands: OutlineHands,
): HTMLElement {
  const inside = progress?.groups.get(group.key);
  return h(
    "button",
    {
      type: "button",
      "data-key": group.key,
      "aria-expanded": String(unfolded),
      onclick: () => hands.toggle(group.key),
    },
    h("span", { class: "vg-graph-sign", "aria-hidden": "true" }, unfolded ? "▾" : "▸"),
    h("b", {}, groupTitle(group, net)),
    h("span", {}, [groupKind(group), groupContents(group)].filter((text) => text !== "").join(" · ")),
    stepped(inside ? [insideLine(group, inside)] : []),
  );
}
