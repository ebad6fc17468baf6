/** Where a stepped program stands, told in the graph's own terms: what ran, what runs now, what came out different. */

import type { Event, Phase } from "../wire.ts";
import type { Group, Net } from "./graph.ts";
import { decadesOf, type Norms } from "./norms.ts";
import { NOTHING } from "./outcomes.ts";
import type { Stepping } from "./stepping.ts";

/** The events of one node in the present pass, or, where it has none yet, in the one before. */
export type Told = { readonly [phase in Phase]?: Event };

/** How far two outcomes are apart at one node, as a part of what it was. */
export type Apart = { readonly [phase in Phase]?: number };

/** What is inside a layer, in ops. */
export interface Inside {
  ran: number;
  back: number;
  /** An edited value lies in here. */
  edited: boolean;
  /** The program waits in here. */
  now: boolean;
  /** The largest difference between two outcomes. */
  apart: number | undefined;
}

export interface Progress {
  /** The event that the program waits at. */
  readonly event: Event;
  readonly after: boolean;
  /** Its node, or -1 if the graph has none for it. */
  readonly now: number;
  /** The node that ran last, where the graph has none for what is next; else -1. */
  readonly last: number;
  /** The event that is looked at instead, and its node or -1. */
  readonly looked: Event | undefined;
  readonly shown: number;
  /** All ops of the pass are known: from the pass before, or because its forward part is over. */
  readonly whole: boolean;
  readonly events: ReadonlyMap<number, Told>;
  readonly apart: ReadonlyMap<number, Apart> | undefined;
  /** Powers of ten around the differences. */
  readonly decades: Norms["decades"];
  /** Layers by key. */
  readonly groups: ReadonlyMap<string, Inside>;
  /** Whether this node's event of a phase is over. */
  ran(node: number, phase: Phase): boolean;
  marked(node: number, mark: "edited" | "failed"): boolean;
}

/** Two outcomes that differ by more than this, relative to what was, differ much. */
export const MUCH = 0.1;

const PHASES = ["forward", "backward", "update"] as const;

/** Undefined while the program does not wait. */
export function progressOf(stepping: Stepping, net: Net): Progress | undefined {
  const { pause } = stepping;
  // A block that an event's failure ended stands at that event for good.
  const at = pause?.failed ? pause.shown : (pause?.at ?? -1);
  const waiting = pause?.failed ? stepping.shown : stepping.waiting;
  if (!pause || at < 0 || !waiting) return undefined;
  const shown = pause.shown === at ? undefined : stepping.shown;
  const events = eventsOf(stepping);
  const apart = apartOf(stepping, pause.begins);
  const ran = (node: number, phase: Phase): boolean => {
    const event = events.get(node)?.[phase];
    if (!event || event.number < pause.begins) return false;
    return event.number < at || (event.number === at && pause.after);
  };
  const marked = (node: number, mark: "edited" | "failed"): boolean =>
    PHASES.some((phase) => events.get(node)?.[phase]?.mark === mark);
  const now = net.nodes.has(waiting.node) ? waiting.node : -1;
  const known = {
    event: waiting,
    after: pause.after,
    now,
    last: now < 0 && waiting.phase === "forward" ? lastOf(stepping, net, at) : -1,
    whole: pause.expected > 0 || waiting.phase !== "forward",
    looked: shown,
    shown: shown && net.nodes.has(shown.node) ? shown.node : -1,
    events,
    apart,
    decades: decadesOf([...(apart?.values() ?? [])].flatMap((one) => Object.values(one))),
    ran,
    marked,
  };
  return { ...known, groups: groupsOf(net, known) };
}

function lastOf({ events }: Stepping, net: Net, at: number): number {
  const last = events.findLast(({ number, node }) => number < at && net.nodes.has(node));
  return last?.phase === "forward" ? last.node : -1;
}

/** Later events stand for a node before earlier ones, and a whole before its parts. */
function eventsOf({ events }: Stepping): Map<number, Told> {
  const all = new Map<number, Told>();
  for (const event of events) {
    if (event.node < 0) continue;
    const told = all.get(event.node);
    const before = told?.[event.phase];
    if (before?.step === event.step && event.inside >= 0 && before.inside < event.inside) continue;
    all.set(event.node, { ...told, [event.phase]: event });
  }
  return all;
}

/** Outcomes of a pass that is over say nothing of this one. */
function apartOf(stepping: Stepping, begins: number): Map<number, Apart> | undefined {
  const { difference, differences } = stepping;
  if (!difference || !differences || difference.first + differences.length <= begins) return undefined;
  const all = new Map<number, Apart>();
  differences.forEach((value, i) => {
    const event = stepping.event(difference.first + i);
    if (!event || event.node < 0 || value === NOTHING) return;
    all.set(event.node, { ...all.get(event.node), [event.phase]: value });
  });
  return all;
}

/** The largest of some differences; not a number is more than any. */
export function worst(apart: Apart | undefined): number | undefined {
  return Object.values(apart ?? {}).reduce<number | undefined>(larger, undefined);
}

const larger = (a: number | undefined, b: number): number =>
  a === undefined || Number.isNaN(b) || b > a ? b : a;

type Known = Omit<Progress, "groups">;

/** What the layers hold, so that a folded one can tell. */
function groupsOf(net: Net, known: Known): Map<string, Inside> {
  const all = new Map<string, Inside>();
  const at = (group: Group): Inside => {
    const inside = all.get(group.key) ?? { ran: 0, back: 0, edited: false, now: false, apart: undefined };
    all.set(group.key, inside);
    return inside;
  };
  for (const leaf of net.leaves) {
    const own = [leaf.node.id, ...leaf.feeds.map(({ id }) => id)];
    const now = own.includes(known.now);
    const isOp = leaf.node.kind === "op" || leaf.node.kind === "loss";
    const edited = own.some((id) => known.marked(id, "edited"));
    const apart = own.flatMap((id) => worst(known.apart?.get(id)) ?? []);
    for (let up: Group | undefined = leaf.parent; up?.parent; up = up.parent) {
      const inside = at(up);
      if (isOp && known.ran(leaf.node.id, "forward")) inside.ran += 1;
      if (isOp && known.ran(leaf.node.id, "backward")) inside.back += 1;
      inside.edited ||= edited;
      inside.now ||= now;
      inside.apart = apart.reduce<number | undefined>(larger, inside.apart);
    }
  }
  if (known.now < 0) markLayer(net, known.event.layer, all);
  return all;
}

/** An op that the graph does not have yet runs in the last layer of its path that it has. */
function markLayer(net: Net, path: string, all: Map<string, Inside>): void {
  if (path === "") return;
  const last = [...net.items.values()].findLast((item) => item.is === "group" && item.path === path);
  for (let up = last; up?.parent; up = up.parent) {
    const inside = all.get(up.key);
    if (inside) inside.now = true;
  }
}

/** The op or tensor that stands for a node, by its key in the picture: pills have the key of their first op. */
export function placeOf(net: Net, node: number): string | undefined {
  if (node < 0) return undefined;
  if (net.items.has(`n${node}`)) return `n${node}`;
  const leaf = net.leaves.find(({ feeds }) => feeds.some(({ id }) => id === node));
  return leaf && `${leaf.key}/${node}`;
}

/** Whether a graph is another with nodes added at its end, as it is while the first pass runs. */
export function continues(before: Net, after: Net): boolean {
  if (after.nodes.size < before.nodes.size) return false;
  return before.graph.nodes.every(({ id, op, layer }) => {
    const same = after.nodes.get(id);
    return same?.op === op && same.layer === layer;
  });
}
