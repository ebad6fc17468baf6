/** Readers of what the stepper says: events, where it waits, cards and differences, each cut to size. */
import type {
  Break,
  BreakKind,
  Card,
  Difference,
  Event,
  Events,
  Line,
  Pause,
  Phase,
  Source,
  Array as Tensor,
} from "../wire.ts";
import { count, every, finite, flag, list, object, oneOf, orNull, type Read, text } from "./read.ts";
import { MOST_EVENTS } from "./stepping.ts";

/** Tensors on one card. */
const MOST_ARRAYS = 256;
const MOST_DIMENSIONS = 32;

/** A whole number, or -1 for none. */
const orNone: Read<number> = (value) => (value === -1 ? -1 : count(value));

const phase = oneOf<Phase>("forward", "backward", "update");

const event = object<Event>({
  number: count,
  phase,
  name: text(),
  op: text(60),
  layer: text(),
  line: text(),
  node: orNone,
  inside: orNone,
  step: count,
  mark: oneOf("", "edited", "failed"),
});

const events = object<Events>({ is: oneOf("events"), first: count, events: list(event, MOST_EVENTS) });

const kind = oneOf<BreakKind>("op", "layer", "line", "nan", "above", "ratio", "zero", "python");

const pause = object<Pause>({
  is: oneOf("pause"),
  at: orNone,
  after: flag,
  shown: orNone,
  frontier: orNone,
  failed: flag,
  why: text(1_000),
  first: count,
  begins: count,
  expected: count,
  held: count,
  budget: count,
  oldest: count,
  breaks: list(object<Break>({ id: count, kind, what: text(), phases: list(phase, 3), hits: count }), 1_000),
  edits: list(text(), 1_000),
  note: text(1_000),
});

const source = object<Source>({
  place: text(),
  first: count,
  at: count,
  lines: list(text(1_000), 200),
});

const tensor = object<Tensor>({
  name: text(),
  says: text(1_000),
  role: oneOf("input", "output", "gradient in", "gradient out", "parameter", "state"),
  shape: list(count, MOST_DIMENSIONS),
  dtype: text(60),
  nbytes: count,
  kept: flag,
  target: text(),
  nans: count,
  infs: count,
  zeros: count,
  index: list(count, MOST_DIMENSIONS),
  rows: count,
  columns: count,
  pooled: text(),
  bins: count,
  points: count,
});

const line = object<Line>({ name: text(), formula: text(1_000), numbers: text(1_000), value: text() });

const card = object<Card>({
  is: oneOf("card"),
  event: count,
  title: text(),
  says: text(1_000),
  formulas: list(text(1_000), 100),
  shapes: text(1_000),
  numbers: text(10_000),
  settings: list(text(), 100),
  path: list(text(), 100),
  source: orNull(source),
  // Each has its share of the numbers: with one left out, those of the others could not be told apart.
  arrays: every(readTensor, MOST_ARRAYS),
  rule: list(line, 200),
  element: list(count, MOST_DIMENSIONS),
  kept: list(text(60), 100),
  kept_bytes: count,
  check: text(1_000),
  note: text(1_000),
});

const difference = object<Difference>({
  is: oneOf("difference"),
  first: count,
  edits: list(text(), 1_000),
  points: count,
  was: orNull(finite),
  edited: orNull(finite),
  live: oneOf("was", "edited"),
  kept: flag,
  note: text(1_000),
});

/** Either no numbers, or as many as its histogram and its picture need. */
function readTensor(value: unknown): Tensor | undefined {
  const found = tensor(value);
  if (!found) return undefined;
  const needs = 6 + found.bins + found.rows * found.columns;
  return found.points === 0 || found.points === needs ? found : undefined;
}

/** Numbers grow, so that an event is found at its place. */
function readEvents(item: unknown): Events | undefined {
  const found = events(item);
  if (!found) return undefined;
  let before = found.first - 1;
  const rising = found.events.filter(({ number }) => {
    const rises = number > before;
    if (rises) before = number;
    return rises;
  });
  return { ...found, events: rising };
}

export function readStep(item: unknown): Events | Pause | Card | Difference | undefined {
  return readEvents(item) ?? pause(item) ?? card(item) ?? difference(item);
}
