/** A stepped program in every state that the graph, the bar and the stepper's forms can meet; Step and Show work. */
import type { Source } from "../src/core/source.ts";
import type { Contact } from "../src/core/store.ts";
import {
  type Ask,
  type Break,
  type Difference,
  type Event,
  type Graph,
  type Part,
  type Pause,
  type State,
  VERSION,
} from "../src/wire.ts";
import { cnn, mlp, resnet } from "../test/graphs.ts";
import { breakAt, cardOf, difference, events, passOf, pause, tensor } from "../test/steps.ts";

export interface StepStory {
  readonly name: string;
  readonly says: string;
  readonly views: readonly string[];
  readonly contact?: Contact;
  readonly graph: Graph;
  /** The event that the program waits at, and the one looked at. */
  readonly at: number;
  readonly shown?: number;
  readonly state?: State;
  readonly pause?: Partial<Pause>;
  /** Marks of events, by number. */
  readonly marks?: Readonly<Record<number, Event["mark"]>>;
  readonly difference?: Partial<Difference>;
  readonly differences?: (event: Event) => number;
  /** The graph has only what has run so far, as in a first pass. */
  readonly first?: boolean;
}

const BREAKS: readonly Break[] = [
  breakAt(1, { kind: "layer", what: "fc1", phases: ["backward"], hits: 2 }),
  breakAt(2, { kind: "nan", what: "NaN or Inf", hits: 0 }),
  breakAt(3, { kind: "line", what: "cell 4:12", phases: ["forward"], hits: 14 }),
];

/** Grows from the edited op on, and is gone where a relu cuts it off. */
const spreading = (event: Event): number =>
  event.name === "log_softmax" ? 0 : 3e-5 * 1.6 ** (event.number - 4) * (event.phase === "forward" ? 1 : 0.4);

const FORMS = ["Edit", "Breakpoints", "Difference"];

export const stepStories: readonly StepStory[] = [
  {
    name: "step-forward",
    says: "Waits before a relu in forward.",
    views: ["Graph", "Bar", ...FORMS],
    graph: cnn(),
    at: 4,
  },
  {
    name: "step-first",
    says: "The first pass: the graph grows.",
    views: ["Bar", "Graph"],
    graph: cnn(),
    at: 2,
    first: true,
  },
  {
    name: "step-backward",
    says: "In backward; an input of relu was edited.",
    views: ["Graph", ...FORMS],
    graph: cnn(),
    at: 18,
    marks: { 3: "edited" },
  },
  {
    name: "step-update",
    says: "Before the update of a parameter.",
    views: ["Graph", ...FORMS],
    graph: cnn(),
    at: 29,
  },
  {
    name: "step-after",
    says: "A condition was met: it waits right after the event.",
    views: ["Graph", "Breakpoints"],
    graph: mlp(),
    at: 3,
    pause: { after: true, why: "|x| > 100 in the output of relu", breaks: BREAKS },
  },
  {
    name: "step-failed",
    says: "An op raised.",
    views: ["Graph", "Edit"],
    graph: mlp(),
    at: 2,
    marks: { 2: "failed" },
    pause: { failed: true },
  },
  {
    name: "step-back",
    says: "Looks back at an earlier event.",
    views: ["Graph", "Edit"],
    graph: mlp(),
    at: 5,
    shown: 1,
  },
  { name: "step-folded", says: "A large net, its layers folded.", views: ["Graph"], graph: resnet(), at: 30 },
  {
    name: "step-edited",
    says: "Two edits wait to be run.",
    views: FORMS,
    graph: cnn(),
    at: 4,
    pause: { edits: ["output[3, 1] = 0", "lr · 0.5"], breaks: BREAKS },
  },
  {
    name: "step-difference",
    says: "Continued twice; goes on as it was.",
    views: ["Graph", ...FORMS],
    graph: cnn(),
    at: 27,
    marks: { 4: "edited" },
    difference: { first: 4, edits: ["output · 2"], was: 2.3021, edited: 2.4174 },
    differences: spreading,
  },
  {
    name: "step-replay",
    says: "From a saved notebook.",
    views: ["Graph", ...FORMS],
    contact: "replay",
    graph: cnn(),
    at: 18,
    marks: { 4: "edited" },
    pause: { breaks: BREAKS },
    difference: { first: 4, live: "edited", edited: 2.4174 },
    differences: spreading,
  },
];

/** A kernel that steps, shows and forgets what it was asked otherwise. */
export function stepSource(story: StepStory): Source {
  const list = passOf(story.graph).map((one) => ({ ...one, mark: story.marks?.[one.number] ?? one.mark }));
  let at = story.at;
  let shown = story.shown ?? at;
  let seq = 0;
  let hear: Parameters<Source["listen"]>[0] = () => {};
  const tell = (): void => {
    const head = {
      is: "update",
      version: VERSION,
      run: story.name,
      title: "Net",
      keyframe: true,
      acked: Date.now(),
    } as const;
    const [parts, points] = partsOf(story, list, at, shown);
    hear({ ...head, seq: ++seq, parts }, Float64Array.from(points));
  };
  return {
    listen(f) {
      hear = f;
      tell();
      return () => {};
    },
    send(message) {
      if (message.is !== "ask") return;
      [at, shown] = moved(message, at, shown, list);
      setTimeout(tell, 30);
    },
  };
}

function moved(ask: Ask, at: number, shown: number, list: readonly Event[]): [number, number] {
  if (ask.do === "step") return [at + 1, at + 1];
  if (ask.do === "show") return [at, ask.event];
  if (ask.do !== "to") return [at, shown];
  const found = list.find(({ node, phase }) => node === ask.event && phase === ask.words)?.number ?? at;
  return [found, found];
}

function partsOf(story: StepStory, list: readonly Event[], at: number, shown: number): [Part[], number[]] {
  const known = list.filter(({ number }) => number <= Math.max(at, story.difference ? list.length : at));
  const graph = story.first ? grown(story.graph, list[at]?.node ?? -1, at, list) : story.graph;
  const state = story.state ?? "stepping";
  const parts: Part[] = [
    { is: "status", state, mode: "subshell", step: 12, every: 1, elapsed: 3, rate: null, note: "" },
    { ...graph, key: at },
    events(known),
    pause({ at, shown, expected: story.first ? 0 : list.length, ...story.pause }),
    card(shown, list),
  ];
  if (!story.difference) return [parts, []];
  const first = story.difference.first ?? 0;
  const values = list.slice(first).map(story.differences ?? (() => 0));
  return [[...parts, difference(values.length, story.difference)], values];
}

function card(shown: number, list: readonly Event[]): Part {
  const event = list[shown];
  const arrays = [
    tensor({ name: "x", says: "input of relu", role: "input", target: "input", shape: [64, 32, 6, 6] }),
    tensor({
      name: "y",
      says: "output of relu, kept for backward",
      role: "output",
      target: "output",
      shape: [64, 32, 6, 6],
    }),
    tensor({
      name: "conv1.weight",
      says: "parameter",
      role: "parameter",
      target: "conv1.weight",
      shape: [32, 1, 3, 3],
    }),
    tensor({ name: "mask", says: "not to be edited", role: "state", target: "" }),
  ];
  return cardOf(shown, arrays, { title: event?.name ?? "", settings: ["lr=0.01"] });
}

/** What there is of a graph while its ops run for the first time: the next one has no shape yet. */
function grown(graph: Graph, node: number, at: number, list: readonly Event[]): Graph {
  const forward = list.filter(({ phase }) => phase === "forward").length;
  if (at >= forward) return graph;
  const end = graph.nodes.findIndex(({ id }) => id === node);
  const next = graph.nodes[end];
  if (!next) return graph;
  const blank = { ...next, kind: "op", shape: [], dtype: "", kept: [], kept_bytes: 0 } as const;
  return { ...graph, nodes: [...graph.nodes.slice(0, end), blank] };
}
