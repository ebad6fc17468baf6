/** The stepper in every state; steps, looks and picks work. */
import type { Source } from "../src/core/source.ts";
import type { Contact } from "../src/core/store.ts";
import { type Ask, type Event, type Graph, type Part, type Pause, type State, VERSION } from "../src/wire.ts";
import { cnn, mlp } from "../test/graphs.ts";
import { breakAt, difference, events, passOf, pause } from "../test/steps.ts";
import { adam, broken, convolution, hostile, type Laid, linear, product, raises } from "./cards.ts";

export interface StepperStory {
  readonly name: string;
  readonly says: string;
  readonly contact?: Contact;
  readonly graph?: Graph;
  /** -1 before anything was stepped through. */
  readonly at: number;
  readonly shown?: number;
  readonly state?: State;
  readonly pause?: Partial<Pause>;
  readonly marks?: Readonly<Record<number, Event["mark"]>>;
  readonly compared?: boolean;
  /** A pass has gone before. */
  readonly second?: boolean;
  card(event: Event, picks: ReadonlyMap<string, readonly number[]>): Laid;
}

const BREAKS = [
  breakAt(1, { kind: "layer", what: "fc1", phases: ["backward"], hits: 2 }),
  breakAt(2, { kind: "nan", what: "NaN or Inf" }),
];

/** Whichever card fits the phase. */
const usual: StepperStory["card"] = (event, picks) => {
  if (event.phase === "update") return adam(event, picks);
  if (event.phase === "backward") return product(event);
  return event.op === "conv2d" ? convolution(event, picks) : linear(event, picks);
};

export const stepperStories: readonly StepperStory[] = [
  { name: "stepper-empty", says: "Nothing was stepped through.", at: -1, state: "waiting", card: usual },
  {
    name: "stepper-forward",
    says: "Before a linear op of the second pass.",
    second: true,
    graph: cnn(),
    at: 41,
    card: linear,
    pause: { breaks: BREAKS },
  },
  { name: "stepper-conv", says: "Four dimensions: slices to choose.", graph: cnn(), at: 0, card: usual },
  {
    name: "stepper-backward",
    says: "Small enough to see every number.",
    graph: mlp(),
    at: 9,
    card: product,
    marks: { 3: "edited" },
    pause: { held: 3.1e6, budget: 2.56e8 },
  },
  {
    name: "stepper-update",
    second: true,
    says: "Adam on one element.",
    graph: cnn(),
    at: 61,
    card: adam,
    pause: { held: 1.9e8, budget: 2.56e8, oldest: 16 },
  },
  {
    name: "stepper-nan",
    says: "It paused by itself: values that are no numbers.",
    graph: cnn(),
    at: 4,
    card: broken,
    pause: { after: true, why: "NaN or Inf in the output of log", breaks: BREAKS },
  },
  {
    name: "stepper-failed",
    says: "The op raised.",
    graph: cnn(),
    at: 6,
    state: "failed",
    card: raises,
    marks: { 6: "failed" },
    pause: {
      at: -1,
      shown: 6,
      failed: true,
      why: "linear raised ValueError: 9216 columns meet 9000 rows in fc1",
    },
  },
  {
    name: "stepper-look",
    says: "Looks back; another event was edited.",
    graph: cnn(),
    at: 20,
    shown: 5,
    card: usual,
    marks: { 3: "edited" },
  },
  {
    name: "stepper-rewound",
    says: "Rewound, with an edit to be run.",
    graph: cnn(),
    at: 7,
    card: usual,
    pause: { frontier: 23, edits: ["output · 2"] },
  },
  {
    name: "stepper-two",
    says: "Continued twice: as it was and as edited.",
    graph: cnn(),
    at: 26,
    card: usual,
    marks: { 4: "edited" },
    compared: true,
  },
  {
    name: "stepper-running",
    says: "It was told to continue.",
    graph: cnn(),
    at: 12,
    state: "live",
    card: usual,
    pause: { at: -1, frontier: -1 },
  },
  {
    name: "stepper-finished",
    says: "The block is over.",
    graph: cnn(),
    at: 31,
    state: "finished",
    card: usual,
    pause: { at: -1, why: "the block is over" },
  },
  {
    name: "stepper-replay",
    says: "From a saved notebook.",
    graph: cnn(),
    at: 18,
    card: product,
    contact: "replay",
  },
  {
    name: "stepper-hostile",
    says: "Names that try to be HTML, and are long.",
    graph: mlp(),
    at: 2,
    card: hostile,
  },
];

/** A kernel with one pass in it. */
export function stepperSource(story: StepperStory): Source {
  const graph = story.graph ?? cnn();
  const first = passOf(graph);
  const passes = story.second ? [...first, ...passOf(graph, first.length, 1)] : first;
  const list = passes.map((one) => ({ ...one, mark: story.marks?.[one.number] ?? one.mark }));
  const picks = new Map<string, readonly number[]>();
  let at = story.at;
  let shown = story.shown ?? at;
  let [seq, acked] = [0, 0];
  let hear: Parameters<Source["listen"]>[0] = () => {};
  const tell = (): void => {
    const [parts, points] = partsOf(story, list, at, shown, picks);
    const head = { is: "update", version: VERSION, run: story.name, title: "Net", keyframe: true } as const;
    hear({ ...head, acked, seq: ++seq, parts }, Float64Array.from(points));
  };
  return {
    listen(f) {
      hear = f;
      tell();
      return () => {};
    },
    send(message) {
      acked = message.seq;
      if (message.is !== "ask") return;
      if (message.do === "pick") picks.set(message.target, message.index);
      [at, shown] = moved(message, at, shown, list);
      setTimeout(tell, 60);
    },
  };
}

function moved(ask: Ask, at: number, shown: number, list: readonly Event[]): [number, number] {
  const next = (is: (event: Event) => boolean): [number, number] => {
    const found = list.find((event) => event.number > at && is(event))?.number ?? at;
    return [found, found];
  };
  const here = list[at];
  if (ask.do === "step") return next(() => true);
  if (ask.do === "over" || ask.do === "out") return next(({ layer }) => layer !== here?.layer);
  if (ask.do === "backward" || ask.do === "update") return next(({ phase }) => phase === ask.do);
  if (ask.do === "to") return next(({ node, phase }) => node === ask.event && phase === ask.words);
  if (ask.do === "rewind") return [ask.event, ask.event];
  return ask.do === "show" ? [at, ask.event] : [at, shown];
}

function partsOf(
  story: StepperStory,
  list: readonly Event[],
  at: number,
  shown: number,
  picks: ReadonlyMap<string, readonly number[]>,
): [Part[], readonly number[]] {
  const state = story.state ?? "stepping";
  const status: Part = {
    is: "status",
    state,
    mode: "subshell",
    step: 0,
    every: 1,
    elapsed: 3,
    rate: null,
    note: "",
  };
  const event = list[shown];
  if (!event) return [[status], []];
  const known = list.filter(
    ({ number }) => number <= Math.max(at, story.compared ? list.length : (story.pause?.frontier ?? at)),
  );
  const { card, numbers } = story.card(event, picks);
  const now = pause({
    at,
    shown,
    frontier: at,
    begins: story.second ? list.length / 2 : 0,
    expected: story.second ? list.length / 2 : 0,
    held: 2.4e6,
    budget: 2.56e8,
    ...story.pause,
  });
  const parts: Part[] = [status, { ...(story.graph ?? cnn()) }, events(known), now, card];
  if (!story.compared) return [parts, numbers];
  const apart = list.slice(4).map(({ number }) => 2e-4 * 1.4 ** (number - 4));
  return [
    [...parts, difference(apart.length, { first: 4, was: 2.3021, edited: 2.4174 })],
    [...numbers, ...apart],
  ];
}
