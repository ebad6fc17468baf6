/** What a stepper tells: events of one pass over a graph, pauses, cards and differences, to play with in tests. */
import type { Break, Card, Difference, Event, Events, Graph, Pause, Array as Tensor } from "../src/wire.ts";

export function event(number: number, more: Partial<Event> = {}): Event {
  return {
    number,
    phase: "forward",
    name: "relu",
    op: "relu",
    layer: "",
    line: "cell 4:12",
    node: -1,
    inside: -1,
    step: 0,
    mark: "",
    ...more,
  };
}

/** The events of one pass: each op forward, each op backward, each parameter's update. */
export function passOf(graph: Graph, first = 0, step = 0): Event[] {
  const ops = graph.nodes.filter(({ kind }) => kind === "op" || kind === "loss");
  const parameters = graph.nodes.filter(({ kind }) => kind === "parameter");
  const of = (phase: Event["phase"], name: (of: string) => string, nodes: typeof ops): Partial<Event>[] =>
    nodes.map(({ id, op, name: own, layer, line }) => {
      return { phase, name: name(op || own), op: phase === "update" ? "" : op, layer, line, node: id, step };
    });
  const title = (op: string): string => `${op.charAt(0).toUpperCase()}${op.slice(1)}Backward0`;
  return [
    ...of("forward", (op) => op, ops),
    ...of("backward", title, ops.toReversed()),
    ...of("update", (name) => name, parameters),
  ].map((one, i) => event(first + i, one));
}

export const events = (list: readonly Event[]): Events => ({
  is: "events",
  first: list[0]?.number ?? 0,
  events: list,
});

export function pause(more: Partial<Pause> = {}): Pause {
  const at = more.at ?? 0;
  return {
    is: "pause",
    at,
    after: false,
    shown: at,
    frontier: at,
    failed: false,
    why: "asked for",
    first: 0,
    begins: 0,
    expected: 0,
    held: 0,
    budget: 1e6,
    oldest: 0,
    breaks: [],
    edits: [],
    note: "",
    ...more,
  };
}

export function tensor(more: Partial<Tensor> = {}): Tensor {
  return {
    name: "x",
    says: "input of relu",
    role: "input",
    shape: [2, 3],
    dtype: "float32",
    nbytes: 24,
    kept: false,
    target: "input",
    nans: 0,
    infs: 0,
    zeros: 0,
    index: [],
    rows: 2,
    columns: 3,
    pooled: "",
    bins: 0,
    points: 0,
    ...more,
  };
}

export function cardOf(number: number, arrays: readonly Tensor[], more: Partial<Card> = {}): Card {
  return {
    is: "card",
    event: number,
    title: "relu in fc1",
    says: "what is above zero, zero for the rest",
    formulas: ["y = maximum(x, 0)"],
    shapes: "",
    numbers: "",
    settings: [],
    path: [],
    source: null,
    arrays,
    rule: [],
    element: [],
    kept: [],
    kept_bytes: 0,
    check: "",
    note: "",
    ...more,
  };
}

export function breakAt(id: number, more: Partial<Break> = {}): Break {
  return { id, kind: "op", what: "relu", phases: ["forward", "backward", "update"], hits: 0, ...more };
}

export function difference(points: number, more: Partial<Difference> = {}): Difference {
  return {
    is: "difference",
    first: 0,
    edits: ["output · 2"],
    points,
    was: 2.3,
    edited: 2.5,
    live: "was",
    kept: false,
    note: "",
    ...more,
  };
}
