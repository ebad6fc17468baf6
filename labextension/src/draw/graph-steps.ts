/** What the stepper tells of a node of the graph, in words, and what a reader may ask of it there. */

import type { Mark } from "../core/atlas.ts";
import type { Net } from "../core/graph.ts";
import type { Inside, Progress } from "../core/progress.ts";
import type { Store } from "../core/store.ts";
import { t } from "../core/words.ts";
import type { Event, Node, Phase } from "../wire.ts";
import { h } from "./dom.ts";
import { number, percent, step } from "./format.ts";
import { insideLine, plural, shorten } from "./graph-words.ts";

const PHASES = ["forward", "backward", "update"] as const;

/** "Before relu in fc1 · forward: 4 of 13 ops ran". */
export function steppedSentence(progress: Progress, net: Net): string {
  const { event, after, looked } = progress;
  const name = shorten(event.name, 40);
  const title = event.phase === "update" ? t("the update of {0}", name) : name;
  const where =
    event.layer === "" || event.phase === "update" ? title : t("{0} in {1}", title, shorten(event.layer, 40));
  const place =
    event.mark === "failed"
      ? t("Failed: {0}", where)
      : after
        ? t("After {0}", where)
        : t("Before {0}", where);
  const said = [place, passText(progress, net)];
  if (looked) said.push(t("looking at {0}, event {1}", shorten(looked.name, 40), step(looked.number)));
  return said.join(" · ");
}

function passText(progress: Progress, net: Net): string {
  const nodes = net.graph.nodes.filter(({ kind }) =>
    progress.event.phase === "update" ? kind === "parameter" : kind === "op" || kind === "loss",
  );
  const done = nodes.filter(({ id }) => progress.ran(id, progress.event.phase)).length;
  if (!progress.whole) return t("{0} ran so far", plural(done, t("op"), t("ops")));
  const said: Record<Phase, string> = {
    forward: t("forward: {0} of {1} ops ran", step(done), step(nodes.length)),
    backward: t("backward: the gradient has passed {0} of {1} ops", step(done), step(nodes.length)),
    update: t("update: {0} of {1} parameters changed", step(done), step(nodes.length)),
  };
  return said[progress.event.phase];
}

/** Lines for the tooltip and the outline: what ran, what is to come, what differs. */
export function stepLines(mark: Mark, progress: Progress | undefined): string[] {
  if (!progress) return [];
  const { item } = mark.box;
  if (item.is === "group" && !mark.feed) {
    const inside = progress.groups.get(item.key);
    return inside ? [insideLine(item, inside), ...apartInside(inside)] : [];
  }
  const node = mark.feed?.node ?? (item.is === "leaf" ? item.node : undefined);
  return node ? nodeLines(node, progress) : [];
}

export function nodeLines(node: Node, progress: Progress): string[] {
  const { id } = node;
  const lines: string[] = [];
  if (id === progress.now)
    lines.push(progress.after ? t("the program waits after it") : t("the program waits before it"));
  else if (progress.ran(id, "update")) lines.push(t("updated"));
  else if (progress.ran(id, "backward")) lines.push(t("the gradient has passed"));
  else if (progress.ran(id, "forward")) lines.push(t("ran"));
  else if (node.kind === "op" || node.kind === "loss") lines.push(t("to come"));
  if (id === progress.shown) lines.push(t("its event is shown"));
  if (progress.marked(id, "edited")) lines.push(t("edited"));
  if (progress.marked(id, "failed")) lines.push(t("failed"));
  const apart = progress.apart?.get(id);
  for (const phase of PHASES) {
    const value = apart?.[phase];
    if (value !== undefined) lines.push(apartText(phase, value));
  }
  return lines;
}

const apartInside = ({ apart }: Inside): string[] =>
  apart === undefined ? [] : [t("largest difference inside: {0}", differs(apart))];

function apartText(phase: Phase, value: number): string {
  const said: Record<Phase, string> = {
    forward: t("differs forward by {0}", differs(value)),
    backward: t("differs backward by {0}", differs(value)),
    update: t("differs after the update by {0}", differs(value)),
  };
  return said[phase];
}

/** A relative difference: per cent where people think in them. */
export function differs(value: number): string {
  if (value === 0) return t("nothing");
  return value >= 1e-3 && value < 10 ? percent(value) : number(value);
}

/** The part of a card about the stepper; undefined while nothing is stepped. */
export function stepsCard(mark: Mark, progress: Progress | undefined, store: Store): HTMLElement | undefined {
  if (!progress) return undefined;
  const { item } = mark.box;
  const node = mark.feed?.node ?? (item.is === "leaf" ? item.node : undefined);
  const layer = node ? node.layer : item.is === "group" ? item.path : "";
  const lines = stepLines(mark, progress);
  const asks = store.status?.state === "stepping" && store.contact === "live";
  const wishes = asks ? [...(node ? wishesOf(node, progress, store) : []), ...layerWish(layer, store)] : [];
  if (lines.length === 0 && wishes.length === 0) return undefined;
  const says = lines.length === 0 ? undefined : h("p", {}, `${sentenceCase(lines.join(" · "))}.`);
  return h(
    "section",
    { class: "vg-graph-steps", "aria-label": t("Stepping") },
    h("h5", {}, t("Stepping")),
    says,
    h("div", { class: "vg-graph-wishes" }, ...wishes),
  );
}

function wishesOf(node: Node, progress: Progress, store: Store): HTMLElement[] {
  const { stepping } = store;
  const to = (phase: Phase) => () => stepping.ask({ do: "to", event: node.id, words: phase });
  const later = (phase: Phase, text: string): string =>
    progress.ran(node.id, phase) ? t("{0}, in the next pass", text) : text;
  const wishes: HTMLElement[] = [];
  if (node.kind === "parameter")
    wishes.push(wish("update", later("update", t("Run to its update")), to("update")));
  if (node.kind === "op" || node.kind === "loss") {
    wishes.push(wish("forward", later("forward", t("Run to here")), to("forward")));
    wishes.push(wish("backward", later("backward", t("Run to its backward")), to("backward")));
  }
  for (const phase of PHASES) {
    const event = progress.events.get(node.id)?.[phase];
    if (event) wishes.push(show(event, store));
  }
  if (node.op !== "") {
    const act = () => stepping.ask({ do: "break", words: "op", target: node.op });
    wishes.push(wish("op", t("Breakpoint on every {0}", shorten(node.op, 24)), act));
  }
  return wishes;
}

function show(event: Event, { stepping }: Store): HTMLElement {
  const words: Record<Phase, string> = {
    forward: t("Show its forward run, event {0}", step(event.number)),
    backward: t("Show its backward run, event {0}", step(event.number)),
    update: t("Show its update, event {0}", step(event.number)),
  };
  return wish(`show ${event.phase}`, words[event.phase], () =>
    stepping.ask({ do: "show", event: event.number }),
  );
}

function layerWish(path: string, { stepping }: Store): HTMLElement[] {
  if (path === "") return [];
  const act = () => stepping.ask({ do: "break", words: "layer", target: path });
  return [wish("layer", t("Breakpoint on layer {0}", shorten(path, 40)), act)];
}

const wish = (name: string, text: string, act: () => void): HTMLElement =>
  h("button", { class: "vg-graph-wish", type: "button", "data-act": name, onclick: act }, text);

const sentenceCase = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
